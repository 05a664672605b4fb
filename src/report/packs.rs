//! What each school receives: its open findings, worst first, grouped by student, as a workbook and as a CSV for Excel.

mod csv_pack;
mod plan;

pub use csv_pack::{PACK_COLUMNS, write_csv_pack, write_index};
pub use plan::{Pack, PackPlanner};
