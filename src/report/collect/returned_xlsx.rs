//! A returned workbook. Sheets are streamed cell by cell, so that blank rows cost nothing; columns are found by their
//! heads, so that moved columns do no harm.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::path::Path;

use calamine::{DataRef, Reader, Xlsx};

use super::{Returned, ReturnedRow, guard, refused};
use crate::error::Error;
use crate::report::packs::{COLUMNS, FINDING_SHEETS, HIDDEN_SHEET, PACK_SCHEMA};

/// Most cells with something in them that a sheet may have.
const CELLS: usize = 1_000_000;

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// A cell as text, and whether a formula or an error made it.
#[derive(Debug, Clone, Default)]
struct Cell {
    text: String,
    formula: bool,
}

/// Rows by number, cells by column.
type Grid = BTreeMap<u32, BTreeMap<u32, Cell>>;

/// Reads a workbook.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Returned, Error> {
    guard::check_archive(path, bytes)?;
    let unreadable = |_| refused(path, "not a workbook that can be read");
    let mut book: Book<'_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let names = book.sheet_names();
    let mut returned = Returned::default();
    let mut digests = BTreeMap::new();
    if names.iter().any(|n| n == HIDDEN_SHEET) {
        digests = hidden(path, &mut book, &mut returned)?;
    } else {
        returned.notes.push("the hidden sheet is gone, so edited values can not be told from given ones".into());
    }
    let mut found = 0;
    for sheet in FINDING_SHEETS.iter().filter(|s| names.iter().any(|n| n == *s)) {
        found += 1;
        let grid = grid(path, &mut book, sheet)?;
        rows(path, sheet, &grid, &digests, &mut returned)?;
    }
    if found == 0 {
        return Err(refused(path, format!("none of the sheets {} is in it", FINDING_SHEETS.join(", "))));
    }
    let extra = names.iter().filter(|n| !FINDING_SHEETS.contains(&n.as_str()) && !is_ours(n)).count();
    if extra > 0 {
        returned.notes.push(format!("{extra} sheets that are not ours were not read"));
    }
    Ok(returned)
}

fn is_ours(name: &str) -> bool {
    [HIDDEN_SHEET, "Start here", "Progress", "Lists"].contains(&name)
}

fn grid(path: &Path, book: &mut Book<'_>, sheet: &str) -> Result<Grid, Error> {
    let unreadable = |_| refused(path, format!("the sheet {sheet} can not be read"));
    let mut reader = book.worksheet_cells_reader(sheet).map_err(unreadable)?;
    let mut grid = Grid::new();
    let mut cells = 0;
    while let Some(cell) = reader.next_cell_with_formula().map_err(unreadable)? {
        let (text, error) = text(&cell.value);
        if text.trim().is_empty() && cell.formula.is_none() {
            continue;
        }
        cells += 1;
        if cells > CELLS {
            return Err(refused(path, format!("more than {CELLS} cells in the sheet {sheet}, which no pack has")));
        }
        let content = Cell { text, formula: error || cell.formula.is_some() };
        grid.entry(cell.pos.0).or_default().insert(cell.pos.1, content);
    }
    Ok(grid)
}

fn text(value: &DataRef<'_>) -> (String, bool) {
    match value {
        DataRef::Int(n) => (n.to_string(), false),
        DataRef::Float(n) => (n.to_string(), false),
        DataRef::String(s) | DataRef::DateTimeIso(s) | DataRef::DurationIso(s) => (s.clone(), false),
        DataRef::SharedString(s) => ((*s).to_owned(), false),
        DataRef::Bool(b) => (b.to_string(), false),
        DataRef::DateTime(day) => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            (format!("{year:04}-{month:02}-{day:02}"), false)
        }
        DataRef::Error(e) => (format!("{e:?}"), true),
        DataRef::Empty => (String::new(), false),
    }
}

/// What the very hidden sheet says: run and school into `returned`; the digest of every row.
fn hidden(path: &Path, book: &mut Book<'_>, returned: &mut Returned) -> Result<BTreeMap<String, String>, Error> {
    let mut digests = BTreeMap::new();
    let mut schema = String::new();
    for row in grid(path, book, HIDDEN_SHEET)?.into_values() {
        let of = |column: u32| row.get(&column).map_or(String::new(), |c| c.text.clone());
        match (of(0).as_str(), of(1)) {
            ("schema", value) => schema = value,
            ("run", value) => returned.run = value,
            ("school", value) => returned.school = value,
            ("part", value) => returned.part = value,
            ("pack" | "run_id" | "rows" | "role", _) => {}
            (reference, digest) => {
                digests.insert(reference.to_owned(), digest);
            }
        }
    }
    if schema != PACK_SCHEMA {
        return Err(refused(
            path,
            format!("its hidden sheet says version {schema:?}; this program reads {PACK_SCHEMA}"),
        ));
    }
    Ok(digests)
}

fn rows(
    path: &Path,
    sheet: &str,
    grid: &Grid,
    digests: &BTreeMap<String, String>,
    returned: &mut Returned,
) -> Result<(), Error> {
    let Some((head_at, head)) = grid.iter().next() else {
        returned.notes.push(format!("the sheet {sheet} is empty"));
        return Ok(());
    };
    let column = |title: &str| -> Result<u32, Error> {
        let mut at = head.iter().filter(|(_, c)| c.text.trim() == title).map(|(at, _)| *at);
        match (at.next(), at.next()) {
            (Some(at), None) => Ok(at),
            (None, _) => Err(refused(path, format!("the sheet {sheet} has no column {title:?}"))),
            (Some(_), Some(_)) => Err(refused(path, format!("the sheet {sheet} has the column {title:?} twice"))),
        }
    };
    let wanted = [14, 6, 7, 10, 11, 12, 13].map(|i: usize| column(COLUMNS[i].0));
    let [reference, legacy, new, resolution, correct, initials, note] = wanted;
    let answer_columns = [resolution?, correct?, initials?, note?];
    let [student, what] = [2, 5].map(|i: usize| column(COLUMNS[i].0).ok());
    let (reference, legacy, new) = (reference?, legacy?, new?);
    for (number, row) in grid.iter().filter(|(number, _)| *number > head_at) {
        let cell = |at: u32| row.get(&at).cloned().unwrap_or_default();
        let id = cell(reference).text.trim().to_owned();
        let [resolution, correct_value, initials, note] = answer_columns.map(cell);
        let formula = [&resolution, &correct_value, &initials, &note].iter().any(|c| c.formula);
        returned.rows.push(ReturnedRow {
            place: format!("{sheet} row {}", number + 1),
            student: student.map(|at| cell(at).text),
            what: what.map(|at| cell(at).text),
            legacy: cell(legacy).text,
            new: cell(new).text,
            given: digests.get(&id).cloned(),
            reference: id,
            resolution: resolution.text,
            correct_value: correct_value.text,
            initials: initials.text,
            note: note.text,
            formula,
        });
    }
    Ok(())
}
