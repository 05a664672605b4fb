//! What each school receives: its open findings, worst first, grouped by student, as a workbook and as a CSV for Excel.

mod csv_pack;
mod plan;
mod resolution;
mod seal;
mod sheets;
mod workbook;
mod write;

pub use csv_pack::{PACK_COLUMNS, write_index};
pub use plan::{Pack, PackPlanner};
pub use resolution::Resolution;
pub(crate) use seal::Sink;
pub use seal::{SEALED, Seals};
pub use workbook::{COLUMNS, FINDING_SHEETS, HIDDEN_SHEET, KnownAnswer, PACK_SCHEMA, PackInfo, hidden_columns};
pub(crate) use workbook::{row_digest, what};
pub use write::{PackJob, write_packs};

/// Which forms of packs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackForms {
    /// `<stem>.csv`.
    pub csv: bool,
    /// `<stem>.xlsx`.
    pub xlsx: bool,
}
