//! Answers that were taken, kept in `answers.csv`, and what of them still holds in a later run.

use std::path::Path;

use super::refused;
use crate::error::Error;
use crate::report::csv::CsvFile;
use crate::report::packs::{KnownAnswer, Resolution};

/// Columns of `answers.csv`, in order.
pub const ANSWER_COLUMNS: [&str; 14] = [
    "ref",
    "run",
    "school",
    "check",
    "student_id",
    "record",
    "field",
    "change",
    "legacy_value",
    "new_value",
    "resolution",
    "correct_value",
    "initials",
    "note",
];

/// An answer that was taken, with the finding's values when it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The finding's reference.
    pub reference: String,
    /// Label of the run whose pack was answered.
    pub run: String,
    /// School code.
    pub school: String,
    /// Name of the check.
    pub check: String,
    /// The student's id.
    pub student_id: String,
    /// What record.
    pub record: String,
    /// Which field; empty for the whole record.
    pub field: String,
    /// `->`, `---`, `+++`.
    pub change: String,
    /// The legacy value.
    pub legacy_value: String,
    /// The new value.
    pub new_value: String,
    /// What is right.
    pub resolution: Resolution,
    /// The value that is right, where both are wrong.
    pub correct_value: String,
    /// Who answered.
    pub initials: String,
    /// Their note.
    pub note: String,
    /// True when the pack was of an older run.
    pub carried: bool,
}

/// Writes `answers.csv`.
///
/// # Errors
/// When it can not be written.
pub fn write_answers(path: &Path, answers: &[Answer]) -> Result<(), Error> {
    let mut file = CsvFile::create(path, &ANSWER_COLUMNS)?;
    for a in answers {
        let cells = [&a.reference, &a.run, &a.school, &a.check, &a.student_id, &a.record, &a.field, &a.change];
        let values = [&a.legacy_value, &a.new_value];
        let resolution = a.resolution.text();
        let rest = [&a.correct_value, &a.initials, &a.note];
        let texts = cells.into_iter().chain(values).map(String::as_str).chain([resolution]);
        file.record(texts.chain(rest.into_iter().map(String::as_str)))?;
    }
    file.finish()
}

/// Reads `answers.csv`.
///
/// # Errors
/// When it is not one.
pub fn read_answers(path: &Path) -> Result<Vec<Answer>, Error> {
    let wrong = |_| refused(path, "not an answers.csv that collect wrote");
    let mut reader = csv::Reader::from_path(path).map_err(wrong)?;
    if !reader.headers().map_err(wrong)?.iter().eq(ANSWER_COLUMNS) {
        return Err(refused(path, "its columns are not those of answers.csv"));
    }
    let mut answers = Vec::new();
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let of = |at: usize| record.get(at).unwrap_or_default().to_owned();
        let Some(resolution) = Resolution::parse(&of(10)) else {
            return Err(refused(path, format!("row {} has no known resolution", answers.len() + 2)));
        };
        answers.push(Answer {
            reference: of(0),
            run: of(1),
            school: of(2),
            check: of(3),
            student_id: of(4),
            record: of(5),
            field: of(6),
            change: of(7),
            legacy_value: of(8),
            new_value: of(9),
            resolution,
            correct_value: of(11),
            initials: of(12),
            note: of(13),
            carried: true,
        });
    }
    Ok(answers)
}

impl Answer {
    /// As packs show it.
    #[must_use]
    pub fn known(&self) -> KnownAnswer {
        KnownAnswer {
            resolution: self.resolution.text().into(),
            correct_value: self.correct_value.clone(),
            initials: self.initials.clone(),
            note: self.note.clone(),
        }
    }

    /// Who gave it.
    #[must_use]
    pub fn who(&self) -> &str {
        if self.initials.is_empty() { "somebody" } else { &self.initials }
    }
}
