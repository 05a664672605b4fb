//! A returned CSV, as Excel leaves it: with or without BOM, UTF-8 or Windows-1252, comma, semicolon or tab.

use std::path::Path;

use super::{Returned, ReturnedRow, refused};
use crate::error::Error;
use crate::report::excel::unescape;

/// Most rows; a pack's CSV has one school's findings.
const ROWS: usize = 200_000;

/// Reads a CSV.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Returned, Error> {
    let mut returned = Returned::default();
    let text = decode(path, bytes, &mut returned)?;
    let first = text.lines().next().unwrap_or_default();
    let count = |c: char| first.matches(c).count();
    let delimiter = [',', ';', '\t'].into_iter().max_by_key(|c| count(*c)).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter as u8)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let unreadable = |_| refused(path, "not a CSV that can be read");
    let Some(head) = records.next() else { return Err(refused(path, "the file is empty")) };
    let head = head.map_err(unreadable)?;
    let columns = Columns::find(path, &head)?;
    for record in records {
        let record = record.map_err(unreadable)?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if returned.rows.len() >= ROWS {
            return Err(refused(path, format!("more than {ROWS} rows, which no pack has")));
        }
        let line = record.position().map_or(0, csv::Position::line);
        row(&record, &columns, line, head.len(), &mut returned);
    }
    Ok(returned)
}

fn decode(path: &Path, bytes: &[u8], returned: &mut Returned) -> Result<String, Error> {
    if bytes.contains(&0) {
        return Err(refused(path, "neither a workbook nor a CSV in UTF-8 or Windows-1252"));
    }
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(text.to_owned());
    }
    returned.notes.push("read as Windows-1252; letters with accents may have changed".into());
    Ok(encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned())
}

struct Columns {
    reference: usize,
    run: usize,
    school: usize,
    student: Option<usize>,
    what: Option<usize>,
    legacy: usize,
    new: usize,
    answers: [usize; 4],
}

impl Columns {
    fn find(path: &Path, head: &csv::StringRecord) -> Result<Self, Error> {
        let column = |name: &str| {
            let mut at = head.iter().enumerate().filter(|(_, h)| h.trim() == name).map(|(at, _)| at);
            match (at.next(), at.next()) {
                (Some(at), None) => Ok(at),
                (None, _) => Err(refused(path, format!("it has no column {name:?}"))),
                (Some(_), Some(_)) => Err(refused(path, format!("it has the column {name:?} twice"))),
            }
        };
        Ok(Self {
            reference: column("ref")?,
            run: column("run")?,
            school: column("school")?,
            student: column("student_id").ok(),
            what: column("record").ok(),
            legacy: column("legacy_value")?,
            new: column("new_value")?,
            answers: [column("resolution")?, column("correct_value")?, column("initials")?, column("note")?],
        })
    }
}

fn row(record: &csv::StringRecord, columns: &Columns, line: u64, width: usize, returned: &mut Returned) {
    let cell = |at: usize| unescape(record.get(at).unwrap_or_default()).to_owned();
    if record.len() != width {
        returned.notes.push(format!("line {line} has {} cells instead of {width}", record.len()));
    }
    let school = cell(columns.school);
    if returned.rows.is_empty() {
        (returned.run, returned.school) = (cell(columns.run), school);
    } else if returned.school != school {
        // The one file of all schools.
        returned.school.clear();
    }
    let [resolution, correct_value, initials, note] = columns.answers.map(cell);
    // `#NAME?` is what a spreadsheet leaves of a formula that somebody typed.
    let errors = ["#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!", "#NULL!"];
    let formula = [&resolution, &correct_value].iter().any(|t| errors.contains(&t.trim()) || t.trim().starts_with('='));
    returned.rows.push(ReturnedRow {
        place: format!("line {line}"),
        reference: cell(columns.reference).trim().to_owned(),
        student: columns.student.map(cell),
        what: columns.what.map(cell),
        legacy: cell(columns.legacy),
        new: cell(columns.new),
        given: None,
        resolution,
        correct_value,
        initials,
        note,
        formula,
    });
}
