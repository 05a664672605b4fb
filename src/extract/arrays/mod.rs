//! What Parquet, Arrow and databases share: columns of typed values become rows of exact texts.

pub(super) mod exact;
pub(super) mod text;

use std::borrow::Cow;
use std::io::Read;

use super::build::Builder;
use super::source::Source;
use super::{FoundFile, Reject};
use crate::error::Error;

/// Largest file, in bytes: it is held in memory, because its index stands at its end.
const MAX_BYTES: u64 = 4 << 30;

/// Longest text, in bytes (S29).
pub(super) const MAX_FIELD: usize = 1 << 20;

/// The text of a cell, or why it has none.
pub(super) type Cell<'a> = Result<Cow<'a, str>, &'static str>;

/// The columns of some rows; `None` for an optional column that is not there.
pub(super) type Columns = Vec<Option<Vec<Cell<'static>>>>;

/// Where the rows of a file go, and what its columns are called.
pub(super) struct Target<'a> {
    /// The file.
    pub(super) file: &'a FoundFile,
    /// Its position in the table.
    pub(super) position: u32,
    /// All its columns.
    pub(super) names: &'a [String],
    /// For each wanted column its position among them.
    pub(super) wanted: &'a [Option<usize>],
}

/// All bytes of a file.
///
/// # Errors
/// When it can not be read, or is too large to be held.
pub(super) fn whole(source: &mut Source<'_>, file: &FoundFile) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    source.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|e| Error::read(&file.path, e))?;
    if bytes.len() as u64 <= MAX_BYTES {
        return Ok(bytes);
    }
    Err(damaged(file, format!("the file is larger than {MAX_BYTES} bytes")))
}

/// Appends rows; one with a value that has no exact text is a reject.
///
/// # Errors
/// When a table is full.
pub(super) fn push_rows(
    builder: &mut Builder<'_>,
    target: &Target<'_>,
    record: &mut u64,
    columns: &Columns,
    rows: usize,
) -> Result<(), Error> {
    for row in 0..rows {
        *record += 1;
        let fault = columns.iter().zip(target.wanted).find_map(|(column, at)| match (&column.as_ref()?[row], at) {
            (Err(kind), Some(at)) => Some((*kind, *at)),
            _ => None,
        });
        let Some((kind, at)) = fault else {
            builder.row(target.position, (*record, *record), |index| match &columns[index] {
                Some(cells) => cells[row].as_deref().unwrap_or_default(),
                None => "",
            })?;
            continue;
        };
        builder.reject(Reject {
            file: target.file.name.clone(),
            record: *record,
            line: *record,
            byte: 0,
            column: Some((at + 1, target.names[at].clone())),
            kind,
            reason: "the value has no exact text".to_owned(),
            raw: raw(columns, row),
        })?;
    }
    Ok(())
}

fn raw(columns: &Columns, row: usize) -> String {
    let cells = columns.iter().flatten().map(|cells| cells[row].as_deref().unwrap_or("?"));
    cells.collect::<Vec<_>>().join("\t").replace(super::NULL, "")
}

/// The error for a file that does not hold what it announces.
pub(super) fn damaged(file: &FoundFile, what: String) -> Error {
    Error::Input { path: file.path.clone(), what, fix: "ask for the export again".into(), source: None }
}

/// The error for a column that is no plain value.
pub(super) fn nested(file: &FoundFile, name: &str, kind: &dyn std::fmt::Debug) -> Error {
    Error::Input {
        path: file.path.clone(),
        what: format!("the column \"{name}\" is of type {kind:?}, which has no plain text"),
        fix: "export the column as text, number or date; lists and structures can be exported as JSON".into(),
        source: None,
    }
}
