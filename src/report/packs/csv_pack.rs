//! A school's pack as CSV that Excel opens: UTF-8 with BOM, CRLF, every cell quoted, formulas and controls harmless.
//! Excel still eats leading zeros of a CSV; answers come back by `ref`, which it can not spoil.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use super::{KnownAnswer, Pack, Sink};
use crate::error::Error;
use crate::finding::FindingRow;
use crate::report::excel::{escape_cell, is_number};
use crate::report::excel_csv::ExcelCsv;
use crate::report::privacy::Privacy;
use crate::report::rows::FindingSource;

/// Columns of a pack's CSV, in order. `resolution`, `correct_value`, `initials` and `note` are for the school.
pub const PACK_COLUMNS: [&str; 28] = [
    "ref",
    "run",
    "school",
    "severity",
    "check",
    "area",
    "student_id",
    "student_name",
    "grade_level",
    "record",
    "field",
    "change",
    "legacy_value",
    "new_value",
    "difference",
    "explanation",
    "cause",
    "status",
    "first_seen",
    "waiver",
    "resolution",
    "correct_value",
    "initials",
    "note",
    "legacy_file",
    "legacy_line",
    "new_file",
    "new_line",
];

/// Writes the CSV of a pack.
///
/// # Errors
/// When it can not be written.
pub(super) fn write_csv_pack(
    sink: Sink,
    run: &str,
    pack: &Pack,
    source: &dyn FindingSource,
    privacy: &Privacy,
    answers: &BTreeMap<String, KnownAnswer>,
) -> Result<(), Error> {
    let mut sheet = ExcelCsv::into_sink(sink)?;
    sheet.record(PACK_COLUMNS.map(Cow::Borrowed))?;
    for at in &pack.rows {
        let row = source.row(*at as usize);
        let answer = answers.get(&row.reference);
        let row = privacy.apply(row);
        let mut number = 0;
        let safe = cells(run, &row, answer).map(|cell| {
            number += 1;
            if number == DIFFERENCE && is_number(&cell) { cell } else { escape_cell(&cell) }
        });
        sheet.record(safe)?;
    }
    sheet.finish()
}

/// `new` when this run saw it first, else `open`.
#[must_use]
pub(crate) fn status(run: &str, row: &FindingRow) -> &'static str {
    if row.first_seen.is_empty() || row.first_seen == run { "new" } else { "open" }
}

fn cells<'a>(run: &'a str, row: &'a FindingRow, answer: Option<&'a KnownAnswer>) -> [Cow<'a, str>; 28] {
    let line = |n: u32| if n == 0 { Cow::Borrowed("") } else { Cow::Owned(n.to_string()) };
    let known = |of: fn(&KnownAnswer) -> &str| Cow::Borrowed(answer.map_or("", of));
    [
        Cow::Borrowed(&*row.reference),
        Cow::Borrowed(run),
        Cow::Borrowed(&*row.school),
        Cow::Borrowed(row.severity.name()),
        Cow::Borrowed(&*row.check),
        Cow::Borrowed(&*row.area),
        Cow::Borrowed(&*row.student_id),
        Cow::Borrowed(&*row.student_name),
        Cow::Borrowed(&*row.grade_level),
        Cow::Borrowed(&*row.record),
        Cow::Borrowed(&*row.field),
        Cow::Borrowed(change_word(&row.change)),
        Cow::Borrowed(&*row.legacy_value),
        Cow::Borrowed(&*row.new_value),
        Cow::Borrowed(&*row.difference),
        Cow::Borrowed(&*row.note),
        Cow::Borrowed(&*row.cause),
        Cow::Borrowed(status(run, row)),
        Cow::Borrowed(&*row.first_seen),
        Cow::Borrowed(&*row.waiver),
        known(|a| &a.resolution),
        known(|a| &a.correct_value),
        known(|a| &a.initials),
        known(|a| &a.note),
        Cow::Borrowed(&*row.legacy_file),
        line(row.legacy_line),
        Cow::Borrowed(&*row.new_file),
        line(row.new_line),
    ]
}

/// Number of `difference`, the one column of numbers, where a plain negative number needs no protection.
const DIFFERENCE: usize = 15;

/// `->`, `---` and `+++` as words: a spreadsheet takes the signs for formulas.
#[must_use]
pub(crate) fn change_word(symbol: &str) -> &'static str {
    match symbol {
        "---" => "missing in new",
        "+++" => "only in new",
        _ => "changed",
    }
}

/// Writes `index.csv`: which files are whose, and how much is in them.
///
/// # Errors
/// When it can not be written.
pub fn write_index(folder: &Path, packs: &[Pack], files: &[Vec<String>]) -> Result<(), Error> {
    let mut sheet = ExcelCsv::create(&folder.join("index.csv"))?;
    sheet.record(["file", "school", "name", "findings", "files"].map(Cow::Borrowed))?;
    for (pack, files) in packs.iter().zip(files) {
        let cells = [&*pack.stem, &pack.code, &pack.name, &pack.rows.len().to_string(), &files.join(" ")];
        sheet.record(cells.map(escape_cell))?;
    }
    sheet.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::report::excel::{pictures, unescape};
    use crate::report::privacy::Names;
    use crate::report::summary::example;

    fn written(rows: Vec<FindingRow>, privacy: &Privacy) -> String {
        let folder = tempfile::tempdir().unwrap();
        let at = (0..rows.len() as u32).collect();
        let pack =
            Pack { code: "012".into(), name: "Lincoln High".into(), stem: "lincoln".into(), rows: at, whole: false };
        let sink = Sink::create(&folder.path().join("lincoln.csv"), None).unwrap();
        write_csv_pack(sink, "R4", &pack, &rows, privacy, &BTreeMap::new()).unwrap();
        write_index(folder.path(), &[pack], &[vec!["lincoln.csv".into()]]).unwrap();
        std::fs::read_to_string(folder.path().join("lincoln.csv")).unwrap()
    }

    #[test]
    fn a_pack_opens_in_excel() {
        let row = example::finding("gpa-changed", Severity::Critical, "0041877", "012");
        insta::assert_snapshot!(
            "csv_pack",
            written(vec![row], &Privacy::default()).replace('\r', "␍").replace('\u{feff}', "<BOM>")
        );
    }

    #[test]
    fn formulas_in_names_stay_text_and_come_back_whole() {
        let full = Privacy { names: Names::Full, ..Privacy::default() };
        for hostile in ["=HYPERLINK(\"http://x\",\"y\")", "+1", "-1", "@x", "\t=1", "＝1", "'", "\0=1", "a\r\nb"] {
            let mut row = example::finding("mark-changed", Severity::Critical, "0041877", "012");
            row.student_name = hostile.into();
            let text = written(vec![row], &full);
            let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
            let record = reader.records().next().unwrap().unwrap();
            let shown = &record[7];
            assert!(!crate::report::excel::looks_like_formula(shown) || shown.starts_with('\''), "{shown}");
            assert!(!shown.chars().any(char::is_control));
            assert_eq!(unescape(shown), pictures(hostile));
            assert_eq!(&record[11], "changed");
            assert_eq!(&record[6], "0041877");
        }
    }
}
