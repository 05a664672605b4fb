//! One summary, many forms. Reports do no arithmetic: every number comes from [`Summary`].

pub mod collect;
pub mod csv;
mod excel;
mod excel_csv;
pub mod forms;
pub mod github;
pub mod html;
pub mod json;
pub mod junit;
pub mod markdown;
mod outfile;
pub mod packs;
pub mod privacy;
mod rows;
mod school_file;
mod sheet;
pub mod summary;
pub mod terminal;
mod visible;
mod words;

pub use outfile::{OutFile, private_folder, private_write};
pub use rows::FindingSource;
pub use sheet::{RowState, Section, SheetRow, StudentSheet};
pub use summary::Summary;
pub use visible::{clip, clip_pair, visible, wrap};
pub use words::{plural, thousands};
