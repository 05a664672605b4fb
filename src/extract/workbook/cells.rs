//! The cells of one sheet, from any kind of workbook.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, Dimensions, Ods, Range, Reader, SheetVisible, Xls, Xlsx};

use super::guard::{self, Kind};
use super::value::{self, Text};
use crate::error::Error;
use crate::extract::FoundFile;

/// Cells of a sheet beyond which it is not read.
const MAX_CELLS: usize = 50_000_000;
/// Columns of a sheet (S29).
const MAX_COLUMNS: u32 = 4_096;

/// A cell with a value.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) text: Text,
}

impl Cell {
    /// True when there is nothing in it.
    pub(super) fn is_blank(&self) -> bool {
        self.text.as_ref().is_ok_and(String::is_empty)
    }

    /// `B3`.
    pub(super) fn address(&self) -> String {
        address(self.row, self.column)
    }
}

fn address(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        letters.insert(0, char::from(b'A' + ((left - 1) % 26) as u8));
        left = (left - 1) / 26;
    }
    format!("{}{}", letters.into_iter().collect::<String>(), row + 1)
}

/// One sheet.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// In the order of the file.
    pub(super) cells: Vec<Cell>,
    merged: Vec<Dimensions>,
    pub(super) notices: Vec<(&'static str, String)>,
}

impl Sheet {
    /// True when the cell belongs to a merged region.
    pub(super) fn is_merged(&self, row: u32, column: u32) -> bool {
        self.merged.iter().any(|region| region.contains(row, column))
    }
}

/// Reads a sheet; without a name, the only one that holds something.
///
/// # Errors
/// When the workbook can not be read, or it is not clear which sheet is meant.
pub(super) fn read(file: &FoundFile, bytes: Vec<u8>, sheet: Option<&str>) -> Result<Sheet, Error> {
    let error = |what: String| Error::Input {
        path: file.path.clone(),
        what,
        fix: "open it in the spreadsheet program, repair it, save it again as XLSX; or export delimited text".into(),
        source: None,
    };
    let kind = guard::kind(&bytes).map_err(error)?;
    // The crate is known to panic on some damaged workbooks.
    let read = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Xlsx => xlsx(bytes, sheet),
        Kind::Xls => Xls::new(Cursor::new(bytes)).map_err(|e| e.to_string()).and_then(|book| old(book, sheet)),
        Kind::Ods => Ods::new(Cursor::new(bytes)).map_err(|e| e.to_string()).and_then(|book| old(book, sheet)),
    }));
    match read {
        Ok(result) => result.map_err(error),
        Err(_) => Err(error("the workbook is damaged: its reader gave up".into())),
    }
}

/// Names the sheet that is meant, given those that hold something.
fn choose(names: &[String], used: &[String], wanted: Option<&str>) -> Result<Option<String>, String> {
    match wanted {
        Some(name) if names.iter().any(|n| n == name) => Ok(Some(name.to_owned())),
        Some(name) => Err(format!("there is no sheet \"{name}\"; there are: {}", names.join(", "))),
        None => match used {
            [] => Ok(None),
            [only] => Ok(Some(only.clone())),
            several => Err(format!(
                "{} sheets hold something: {}; name one: sheet = \"{}\"",
                several.len(),
                several.join(", "),
                several[0]
            )),
        },
    }
}

fn xlsx(bytes: Vec<u8>, wanted: Option<&str>) -> Result<Sheet, String> {
    let mut book = Xlsx::new(Cursor::new(bytes)).map_err(|e| e.to_string())?;
    let names = book.sheet_names();
    let mut used = Vec::new();
    for name in names.iter().filter(|_| wanted.is_none()) {
        let mut reader = book.worksheet_cells_reader(name).map_err(|e| e.to_string())?;
        while let Some(cell) = reader.next_cell().map_err(|e| e.to_string())? {
            if *cell.get_value() != DataRef::Empty {
                used.push(name.clone());
                break;
            }
        }
    }
    let Some(name) = choose(&names, &used, wanted)? else { return Ok(Sheet::default()) };
    let mut sheet = Sheet { notices: hidden(&book, &name), ..Sheet::default() };
    sheet.merged = book.merge_cells_by_sheet_name(&name).map_err(|e| e.to_string())?;
    let mut reader = book.worksheet_cells_reader(&name).map_err(|e| e.to_string())?;
    let mut previous = None;
    while let Some(cell) = reader.next_cell_with_formula().map_err(|e| e.to_string())? {
        let (row, column) = cell.pos;
        if previous.is_some_and(|before| before >= cell.pos) {
            return Err(format!("the cell {} stands twice or out of order", address(row, column)));
        }
        previous = Some(cell.pos);
        let value = Data::from(cell.value);
        let text = if cell.formula.is_some() && value == Data::Empty {
            Err(("formula-without-value", "a formula without a stored value: open and save the workbook once"))
        } else {
            value::text(&value)
        };
        push(&mut sheet, Cell { row, column, text })?;
    }
    Ok(sheet)
}

/// Keeps a cell that is not blank.
fn push(sheet: &mut Sheet, cell: Cell) -> Result<(), String> {
    if cell.is_blank() {
        return Ok(());
    }
    if cell.column >= MAX_COLUMNS {
        return Err(format!("a value stands in {}, beyond {MAX_COLUMNS} columns", cell.address()));
    }
    if sheet.cells.len() >= MAX_CELLS {
        return Err(format!("the sheet has more than {MAX_CELLS} cells: export it as delimited text"));
    }
    sheet.cells.push(cell);
    Ok(())
}

fn hidden<R: Reader<Cursor<Vec<u8>>>>(book: &R, name: &str) -> Vec<(&'static str, String)> {
    let hidden =
        book.sheets_metadata().iter().find(|s| s.name == name).is_some_and(|s| s.visible != SheetVisible::Visible);
    if hidden { vec![("hidden-sheet", format!("the sheet \"{name}\" is hidden"))] } else { Vec::new() }
}

/// XLS and ODS, whose readers hand out a whole sheet.
fn old<R: Reader<Cursor<Vec<u8>>>>(mut book: R, wanted: Option<&str>) -> Result<Sheet, String>
where
    R::Error: std::fmt::Display,
{
    let names = book.sheet_names();
    let mut ranges: Vec<(String, Range<Data>)> = Vec::new();
    for name in names.iter().filter(|name| wanted.is_none_or(|wanted| wanted == name.as_str())) {
        let range = book.worksheet_range(name).map_err(|e| e.to_string())?;
        ranges.push((name.clone(), range));
    }
    let used: Vec<String> =
        ranges.iter().filter(|(_, range)| range.used_cells().next().is_some()).map(|(name, _)| name.clone()).collect();
    let Some(name) = choose(&names, &used, wanted)? else { return Ok(Sheet::default()) };
    let mut sheet = Sheet { notices: hidden(&book, &name), ..Sheet::default() };
    let Some((_, range)) = ranges.into_iter().find(|(known, _)| *known == name) else { return Ok(sheet) };
    let formulas = book.worksheet_formula(&name).map_err(|e| e.to_string())?;
    let (top, left) = range.start().unwrap_or((0, 0));
    for (row, column, value) in range.used_cells() {
        let (row, column) = (top + row as u32, left + column as u32);
        push(&mut sheet, Cell { row, column, text: value::text(value) })?;
    }
    let (top, left) = formulas.start().unwrap_or((0, 0));
    for (row, column, formula) in formulas.used_cells() {
        let (row, column) = (top + row as u32, left + column as u32);
        if !formula.is_empty() && matches!(range.get_value((row, column)), None | Some(Data::Empty)) {
            let fault = ("formula-without-value", "a formula without a stored value: open and save the workbook once");
            push(&mut sheet, Cell { row, column, text: Err(fault) })?;
        }
    }
    sheet.cells.sort_by_key(|cell| (cell.row, cell.column));
    Ok(sheet)
}
