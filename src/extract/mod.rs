//! Bytes to tables that remember where each row came from. Readers are strict: what is not as declared is a
//! reject with its place, never a repair.

mod archive;
mod arrays;
mod arrow;
mod body;
mod build;
mod database;
mod delimited;
mod encoding;
mod find;
mod glob;
mod headers;
mod inspect;
mod intern;
mod layout;
mod parquet;
mod progress;
mod source;
mod suspicious;
mod table;
mod tree;
mod workbook;

use std::path::Path;
use std::sync::Arc;

pub use find::find_files;
pub use inspect::{
    ColumnInspection, Inspection, Looks, NoticeInspection, RejectInspection, TextInspection, ValueCount, inspect, look,
};
pub use layout::{Database, Delimited, Encoding, FixedWidth, Format, FoundFile, Header, Layout, WantedColumn};
pub use progress::{Progress, Silent};
pub use table::{Accounting, NULL, Notice, RawColumn, Reject, Table};

use crate::canonical::Spill;
use crate::error::Error;

/// True when a source is no file but the rows of a query: nobody can see whether they have changed since.
#[must_use]
pub fn is_query(source: &str) -> bool {
    source.starts_with(database::PREFIX)
}

/// Reads all files of a table below a side's root as one table. Every record is a row or a reject.
///
/// # Errors
/// When no file matches (unless the table is optional), a file can not be read to its end, changes meanwhile, or does
/// not have the columns that the mapping wants. What is wrong with single records is in the table, not an error.
pub fn read(root: &Path, layout: &Layout, progress: &dyn Progress) -> Result<Table, Error> {
    read_into(root, layout, None, progress)
}

/// The same; the rows go to the temporary file when there is one, and only their distinct texts stay in memory.
///
/// # Errors
/// As [`read`].
pub fn read_into(
    root: &Path,
    layout: &Layout,
    spill: Option<&Arc<Spill>>,
    progress: &dyn Progress,
) -> Result<Table, Error> {
    let builder = build::Builder::new(layout, spill);
    if let Format::Database(query) = &layout.format {
        let mut builder = builder;
        database::read(&mut builder, query)?;
        return builder.finish();
    }
    fill(builder, &find_files(root, layout)?, delimited::CHUNK, progress)
}

fn read_files(files: &[FoundFile], layout: &Layout, chunk: usize, progress: &dyn Progress) -> Result<Table, Error> {
    fill(build::Builder::new(layout, None), files, chunk, progress)
}

fn fill(
    mut builder: build::Builder<'_>,
    files: &[FoundFile],
    chunk: usize,
    progress: &dyn Progress,
) -> Result<Table, Error> {
    for file in files {
        match &builder.layout.format {
            Format::Delimited(delimited) => delimited::read(&mut builder, file, delimited, chunk, progress)?,
            Format::FixedWidth(fixed) => delimited::read_fixed(&mut builder, file, fixed, chunk, progress)?,
            Format::Json { records, lines, explode } => {
                tree::read_json(&mut builder, file, (records, *lines, explode.as_deref()), progress)?;
            }
            Format::Xml { record, explode } => {
                tree::read_xml(&mut builder, file, (record, explode.as_deref()), progress)?;
            }
            Format::Workbook { sheet, header_row } => {
                workbook::read(&mut builder, file, (sheet.as_deref(), *header_row), progress)?;
            }
            Format::Parquet => parquet::read(&mut builder, file, progress)?,
            Format::Arrow => arrow::read(&mut builder, file, progress)?,
            Format::Database(query) => database::read(&mut builder, query)?,
        }
    }
    builder.finish()
}
