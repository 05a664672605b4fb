//! A school's workbook: what to do, what to check, what is missing, what was answered, how far along.
//! Every cell that shows data is written as text, never as a formula; ids keep their zeros.

use std::collections::BTreeMap;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};
use sha2::{Digest, Sha256};

use super::csv_pack::change_word;
use super::sheets;
use crate::finding::FindingRow;
use crate::report::privacy::{Column, Privacy};

/// Version of the workbook's form, kept in its hidden sheet.
pub const PACK_SCHEMA: &str = "1";
/// Name of the very hidden sheet that `collect` reads.
pub const HIDDEN_SHEET: &str = "_rollproof";
/// The sheets that hold findings.
pub const FINDING_SHEETS: [&str; 3] = ["To check", "Missing records", "Already answered"];

/// Columns of the sheets with findings, in order, with their widths in characters.
pub const COLUMNS: [(&str, u32); 15] = [
    ("#", 5),
    ("How serious", 10),
    ("Student ID", 13),
    ("Student", 22),
    ("Grade", 7),
    ("What", 34),
    ("Old system says", 20),
    ("New system says", 20),
    ("Difference", 11),
    ("Why we think so", 30),
    ("Resolution", 27),
    ("Correct value", 16),
    ("Your initials", 9),
    ("Note", 24),
    ("Ref (do not edit)", 24),
];

/// Numbers of the columns that a reader does not get.
#[must_use]
pub fn hidden_columns(privacy: &Privacy) -> Vec<u16> {
    let columns = |column: &Column| match column {
        Column::StudentId => &[2][..],
        Column::StudentName => &[3],
        Column::GradeLevel => &[4],
        Column::Values => &[8],
        Column::Explanation => &[9],
        Column::Source => &[],
    };
    privacy.without.iter().flat_map(columns).copied().collect()
}

/// What a pack says beside its findings.
#[derive(Debug, Clone, Default)]
pub struct PackInfo {
    /// Label of the run.
    pub run: String,
    /// Identity of the run.
    pub run_id: String,
    /// The district.
    pub district: String,
    /// What people call the legacy system.
    pub legacy: String,
    /// What people call the new system.
    pub new: String,
    /// Day of the run, `2026-06-01`: also the workbook's creation time, so that equal runs give equal files.
    pub day: String,
    /// Until when answers are wanted; may be empty.
    pub due: String,
    /// Whom to call; may be empty.
    pub contact: String,
    /// Name of the kind of reader; empty when packs are for everybody at the school.
    pub role: String,
    /// Numbers of the columns (of [`COLUMNS`]) that this reader does not get; they are empty and not shown.
    pub hidden: Vec<u16>,
}

/// An answer that is already known, by reference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownAnswer {
    /// Text of the resolution.
    pub resolution: String,
    /// The value that is right.
    pub correct_value: String,
    /// Who answered.
    pub initials: String,
    /// Their note.
    pub note: String,
}

/// One workbook to be written.
pub(crate) struct Book<'a> {
    pub(crate) info: &'a PackInfo,
    pub(crate) code: &'a str,
    pub(crate) school: &'a str,
    /// `grade 09`; empty when the school has one workbook.
    pub(crate) part: &'a str,
    pub(crate) rows: Vec<FindingRow>,
    pub(crate) answers: &'a BTreeMap<String, KnownAnswer>,
}

impl Book<'_> {
    /// The rows of one of [`FINDING_SHEETS`].
    pub(crate) fn sheet_rows(&self, sheet: &str) -> Vec<&FindingRow> {
        let belongs = |row: &&FindingRow| {
            let answered = self.answers.contains_key(&row.reference);
            match sheet {
                "Already answered" => answered,
                "Missing records" => !answered && row.change != "->",
                _ => !answered && row.change == "->",
            }
        };
        self.rows.iter().filter(belongs).collect()
    }

    /// Identity of the pack: the same for equal input.
    pub(crate) fn id(&self) -> String {
        let mut hash = Sha256::new();
        for part in [self.info.run_id.as_str(), self.code, self.part, &self.info.role] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hex(&hash.finalize(), 8)
    }

    pub(crate) fn bytes(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let day: jiff::civil::Date = self.info.day.parse().unwrap_or(jiff::civil::Date::constant(2000, 1, 1));
        let day =
            ExcelDateTime::from_ymd(day.year().unsigned_abs(), day.month().unsigned_abs(), day.day().unsigned_abs())?;
        let title = format!("{} {}", self.school, self.info.run);
        workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&day));
        sheets::start_here(self, workbook.add_worksheet())?;
        for sheet in FINDING_SHEETS {
            sheets::findings(self, sheet, workbook.add_worksheet())?;
        }
        sheets::progress(self, workbook.add_worksheet())?;
        sheets::lists(workbook.add_worksheet())?;
        sheets::hidden(self, workbook.add_worksheet())?;
        workbook.save_to_buffer()
    }
}

/// What the row is about, in words: `mark changed: 2024-25 S2 ALG2H Algebra 2 Honors, mark`.
pub(crate) fn what(row: &FindingRow) -> String {
    let mut text = row.check.replace('-', " ");
    let field = row.field.replace('_', " ");
    let about: Vec<&str> = [row.record.as_str(), &field].into_iter().filter(|t| !t.is_empty()).collect();
    if !about.is_empty() {
        text.push_str(": ");
        text.push_str(&about.join(", "));
    }
    if row.change != "->" {
        text.push_str(" (");
        text.push_str(change_word(&row.change));
        text.push(')');
    }
    text
}

/// Digest of what a row shows, by which `collect` sees that somebody edited it: 16 hex digits.
#[must_use]
pub(crate) fn row_digest(reference: &str, legacy: &str, new: &str) -> String {
    let mut hash = Sha256::new();
    for part in [reference, legacy, new] {
        hash.update(part.as_bytes());
        hash.update([0x1f]);
    }
    hex(&hash.finalize(), 8)
}

fn hex(bytes: &[u8], count: usize) -> String {
    bytes.iter().take(count).map(|b| format!("{b:02x}")).collect()
}
