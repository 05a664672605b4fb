//! Bytes to tables that remember where each row came from. Readers are strict: what is not as declared is a
//! reject with its place, never a repair.

mod layout;
mod table;

pub use layout::{Delimited, Encoding, FixedWidth, Format, FoundFile, Header, Layout, WantedColumn};
pub use table::{Accounting, Notice, RawColumn, Reject, Table};
