//! The way back: what schools wrote into their packs becomes answers, corrections and proposals. Nothing is applied
//! by itself. A row is found again by its reference, never by a student id, which a spreadsheet can spoil.

mod answers;
mod guard;
mod judge;
mod lists;
mod returned_csv;
mod returned_xlsx;
mod store;
mod told;
mod unseal;

use std::path::Path;

pub use answers::{ANSWER_COLUMNS, Answer, read_answers, write_answers};
pub use judge::{Collected, FileReport, Problem, ProblemKind, collect};
pub use lists::{proposed_waivers, write_corrections, write_problems};
pub use store::AnswerStore;
pub use told::collect_screen;
pub use unseal::Keys;

use crate::error::Error;

/// A pack that came back, as read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Returned {
    /// File name, without folders.
    pub file: String,
    /// Label of the run that the pack was made in.
    pub run: String,
    /// School code.
    pub school: String,
    /// Part of the school, `grade 09`; empty for the whole.
    pub part: String,
    /// Rows with findings, in file order.
    pub rows: Vec<ReturnedRow>,
    /// What was odd about the file but did not keep it from being read.
    pub notes: Vec<String>,
}

/// A row of a returned pack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReturnedRow {
    /// Where: `To check row 88`, `line 12`.
    pub place: String,
    /// The finding's reference.
    pub reference: String,
    /// The student's id as it stands in the file now; `None` when that column is gone.
    pub student: Option<String>,
    /// What the row is about, in the words of the form; `None` when that column is gone.
    pub what: Option<String>,
    /// The legacy value as it stands in the file now.
    pub legacy: String,
    /// The new value as it stands in the file now.
    pub new: String,
    /// Digest of reference and both values as they were given out; `None` when the file does not tell.
    pub given: Option<String>,
    /// What was chosen.
    pub resolution: String,
    /// The value that is right.
    pub correct_value: String,
    /// Who answered.
    pub initials: String,
    /// Their note.
    pub note: String,
    /// True when one of the answers is a formula or an error of the spreadsheet.
    pub formula: bool,
}

/// Reads a returned workbook or CSV, also one that is encrypted for one of the keys.
///
/// # Errors
/// When it is neither, is encrypted for another key, is damaged, is larger than a pack can be, or lacks the columns of a pack. Such a file is
/// refused whole; its answers are in no list.
pub fn read_returned(path: &Path, keys: &Keys) -> Result<Returned, Error> {
    let bytes = keys.open(path, guard::read(path)?)?;
    let mut returned =
        if bytes.starts_with(b"PK") { returned_xlsx::read(path, &bytes)? } else { returned_csv::read(path, &bytes)? };
    returned.file = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    Ok(returned)
}

/// A file that is refused.
fn refused(path: &Path, what: impl Into<String>) -> Error {
    Error::Input {
        path: path.to_owned(),
        what: what.into(),
        fix: "ask the school for the pack as it was sent, with the answers filled in and saved as .xlsx".into(),
        source: None,
    }
}

#[cfg(test)]
#[path = "collect_tests.rs"]
mod tests;
