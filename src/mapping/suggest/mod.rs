//! Writes most of a mapping by looking at the data: columns to fields from headers and values, and code tables from the
//! rows of students that pair for certain. Everything here is a proposal for people to read; no run uses it unseen.

mod codes;
mod headers;
mod source;
mod students;

pub use codes::{CodePair, CodeProposal, codes};
pub use headers::{ColumnProposal, Sample, columns, kinds, mapping_text};
pub use source::{skeleton, source_block, table_name};
pub use students::{StudentPairs, students};

/// A cell of a CSV that people open in a spreadsheet.
fn cell(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r', ';']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
