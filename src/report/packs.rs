//! What each school receives: its open findings, worst first, grouped by student, as a workbook and as a CSV for Excel.

mod csv_pack;
mod plan;
mod resolution;
mod sheets;
mod workbook;
mod write;

pub use csv_pack::{PACK_COLUMNS, write_csv_pack, write_index};
pub use plan::{Pack, PackPlanner};
pub use resolution::Resolution;
pub(crate) use workbook::row_digest;
pub use workbook::{COLUMNS, FINDING_SHEETS, HIDDEN_SHEET, KnownAnswer, PACK_SCHEMA, PackInfo};
pub use write::write_packs;

/// Which forms of packs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackForms {
    /// `<stem>.csv`.
    pub csv: bool,
    /// `<stem>.xlsx`.
    pub xlsx: bool,
}
