//! Bytes to tables that remember where each row came from. Readers are strict: what is not as declared is a
//! reject with its place, never a repair.

mod archive;
mod body;
mod build;
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

pub use find::find_files;
pub use inspect::{
    ColumnInspection, Inspection, Looks, NoticeInspection, RejectInspection, TextInspection, ValueCount, inspect,
};
pub use layout::{Delimited, Encoding, FixedWidth, Format, FoundFile, Header, Layout, WantedColumn};
pub use progress::{Progress, Silent};
pub use table::{Accounting, Notice, RawColumn, Reject, Table};

use crate::error::Error;

/// Reads all files of a table below a side's root as one table. Every record is a row or a reject.
///
/// # Errors
/// When no file matches (unless the table is optional), a file can not be read to its end, changes meanwhile, or does
/// not have the columns that the mapping wants. What is wrong with single records is in the table, not an error.
pub fn read(root: &Path, layout: &Layout, progress: &dyn Progress) -> Result<Table, Error> {
    let files = find_files(root, layout)?;
    read_files(&files, layout, delimited::CHUNK, progress)
}

fn read_files(files: &[FoundFile], layout: &Layout, chunk: usize, progress: &dyn Progress) -> Result<Table, Error> {
    let mut builder = build::Builder::new(layout);
    for file in files {
        match &layout.format {
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
        }
    }
    builder.finish()
}
