//! Workbooks (XLSX, XLS, ODS): every cell as the text that a careful clerk would type, and nothing guessed.
//!
//! A formula without a stored value, an error, a number with more digits than a workbook keeps, or a merged cell in a
//! wanted column refuses its row; two cells in one place refuse the file.

mod cells;
mod guard;
mod value;

use std::collections::BTreeMap;
use std::io::Read;

use self::cells::{Cell, Sheet};
use super::build::Builder;
use super::source::Source;
use super::{FoundFile, Progress, Reject};
use crate::error::Error;

/// Largest workbook on disk, in bytes.
const MAX_BYTES: u64 = 512 << 20;
/// Blank rows between two rows beyond which a cell is taken as stray.
const MAX_GAP: u32 = 10_000;
/// Rows at which Excel cuts a sheet off.
const CUT_OFF: [u32; 2] = [65_536, 1_048_576];
/// Characters at which Excel cuts a cell off.
const CUT_TEXT: usize = 32_767;

/// Reads one sheet of one file.
///
/// # Errors
/// When the workbook is damaged or a bomb, it is not clear which sheet is meant, or a wanted column is missing.
pub(super) fn read(
    builder: &mut Builder<'_>,
    file: &FoundFile,
    (sheet, header_row): (Option<&str>, u32),
    progress: &dyn Progress,
) -> Result<(), Error> {
    let before = builder.mark();
    let position = builder.open_file(file);
    let mut source = Source::open(file, progress)?;
    let mut bytes = Vec::new();
    source.by_ref().take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|e| Error::read(&file.path, e))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(input(
            file,
            format!("the workbook is larger than {MAX_BYTES} bytes"),
            "export it as delimited text",
        ));
    }
    if bytes.is_empty() {
        builder.judge_emptiness(file, &before, false);
        builder.close_file(position, source.finish()?);
        return Ok(());
    }
    let sheet = cells::read(file, bytes, sheet)?;
    for (kind, text) in &sheet.notices {
        builder.notice(file, kind, text, false);
    }
    let had_header = rows(builder, file, position, &sheet, header_row)?;
    builder.judge_emptiness(file, &before, had_header);
    builder.close_file(position, source.finish()?);
    Ok(())
}

/// Turns the cells into rows; true when there was a header.
fn rows(
    builder: &mut Builder<'_>,
    file: &FoundFile,
    position: u32,
    sheet: &Sheet,
    header_row: u32,
) -> Result<bool, Error> {
    let mut by_row: BTreeMap<u32, Vec<&Cell>> = BTreeMap::new();
    for cell in sheet.cells.iter().filter(|cell| !cell.is_blank()) {
        by_row.entry(cell.row).or_default().push(cell);
    }
    let header_index = header_row.saturating_sub(1);
    let Some(header) = by_row.get(&header_index) else {
        if by_row.is_empty() {
            return Ok(false);
        }
        return Err(input(
            file,
            format!("row {header_row} of the sheet is blank"),
            "correct header_row in the mapping",
        ));
    };
    let names = names(file, header)?;
    let wanted = builder.match_headers(file, &names)?;
    builder.accounting.headers += 1;
    builder.accounting.declared_out += by_row.range(..header_index).count() as u64;
    let last = by_row.keys().next_back().copied().unwrap_or(header_index);
    if CUT_OFF.contains(&(last + 1)) {
        let text = format!("the sheet ends at row {}, where Excel cuts off", last + 1);
        builder.notice(file, "cut-off", text, true);
    }
    let mut previous = header_index;
    for (row, cells) in by_row.range(header_index + 1..) {
        if row - previous > MAX_GAP {
            let what = format!("a cell stands in row {}, {} rows below the others", row + 1, row - previous);
            return Err(input(file, what, "remove the stray cell, or export the table alone"));
        }
        for blank in previous + 1..*row {
            let reason = "a row without a value between two rows".to_owned();
            builder.reject(reject(file, blank, None, "blank-line", reason, String::new()))?;
        }
        previous = *row;
        row_of(builder, file, position, (&names, &wanted), *row, cells, sheet)?;
    }
    Ok(true)
}

fn names(file: &FoundFile, header: &[&Cell]) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for cell in header {
        match &cell.text {
            Ok(text) => {
                names.resize(cell.column as usize, String::new());
                names.push(text.clone());
            }
            Err((_, reason)) => {
                let what = format!("the header cell {} can not be read: {reason}", cell.address());
                return Err(input(file, what, "write the header as plain text"));
            }
        }
    }
    Ok(names)
}

fn row_of(
    builder: &mut Builder<'_>,
    file: &FoundFile,
    position: u32,
    (names, wanted): (&[String], &[Option<usize>]),
    row: u32,
    cells: &[&Cell],
    sheet: &Sheet,
) -> Result<(), Error> {
    let raw = || cells.iter().map(|c| c.text.as_deref().unwrap_or("?")).collect::<Vec<_>>().join("\t");
    if let Some(beyond) = cells.iter().find(|cell| cell.column as usize >= names.len()) {
        let reason = format!("a value in {}, right of the last header", beyond.address());
        return builder.reject(reject(file, row, None, "ragged-row", reason, raw()));
    }
    let mut texts: Vec<&str> = Vec::with_capacity(wanted.len());
    for column in wanted {
        let Some(column) = *column else {
            texts.push("");
            continue;
        };
        let at = Some((column + 1, names[column].clone()));
        if sheet.is_merged(row, column as u32) {
            let reason = "the cell is merged with others: which rows it stands for is not clear".to_owned();
            return builder.reject(reject(file, row, at, "merged-cell", reason, raw()));
        }
        match cells.iter().find(|cell| cell.column as usize == column).map(|cell| &cell.text) {
            None => texts.push(""),
            Some(Ok(text)) if text.len() >= CUT_TEXT && text.chars().count() >= CUT_TEXT => {
                let reason = format!("a text of {CUT_TEXT} characters, where Excel cuts off");
                return builder.reject(reject(file, row, at, "field-too-long", reason, raw()));
            }
            Some(Ok(text)) => texts.push(text),
            Some(Err((kind, reason))) => {
                return builder.reject(reject(file, row, at, kind, (*reason).to_owned(), raw()));
            }
        }
    }
    builder.row(position, (u64::from(row) + 1, u64::from(row) + 1), |index| texts[index])
}

fn reject(
    file: &FoundFile,
    row: u32,
    column: Option<(usize, String)>,
    kind: &'static str,
    reason: String,
    raw: String,
) -> Reject {
    let number = u64::from(row) + 1;
    Reject { file: file.name.clone(), record: number, line: number, byte: 0, column, kind, reason, raw }
}

fn input(file: &FoundFile, what: impl Into<String>, fix: &str) -> Error {
    Error::Input { path: file.path.clone(), what: what.into(), fix: fix.into(), source: None }
}
