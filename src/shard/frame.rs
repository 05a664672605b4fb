//! Columns of numbers and texts as Parquet in memory.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use polars::prelude::{Column, DataFrame, NamedFrom, ParquetReader, ParquetWriter, PolarsError, SerReader, Series};

use super::{damaged, files};
use crate::error::Error;

/// A table to be written.
#[derive(Debug, Default)]
pub(super) struct Frame {
    height: usize,
    columns: Vec<Column>,
}

impl Frame {
    /// Adds a column of numbers.
    pub(super) fn numbers(&mut self, name: &str, values: Vec<u32>) {
        self.height = values.len();
        self.columns.push(Series::new(name.into(), values).into());
    }

    /// Adds a column of numbers that may be missing.
    pub(super) fn optional(&mut self, name: &str, values: Vec<Option<u32>>) {
        self.height = values.len();
        self.columns.push(Series::new(name.into(), values).into());
    }

    /// Adds a column of texts.
    pub(super) fn texts(&mut self, name: &str, values: Vec<&str>) {
        self.height = values.len();
        self.columns.push(Series::new(name.into(), values).into());
    }

    /// Adds a column of texts that may be missing.
    pub(super) fn optional_texts(&mut self, name: &str, values: Vec<Option<&str>>) {
        self.height = values.len();
        self.columns.push(Series::new(name.into(), values).into());
    }

    /// Writes the table; returns the BLAKE3 of the file.
    pub(super) fn write(self, path: &Path) -> Result<String, Error> {
        let broken = |e: PolarsError| Error::write(path, std::io::Error::other(e.to_string()));
        let mut frame = DataFrame::new(self.height, self.columns).map_err(broken)?;
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).finish(&mut frame).map_err(broken)?;
        files::write(path, &bytes)
    }
}

/// A written table; its columns are read when they are asked for.
#[derive(Debug)]
pub(super) struct Stored {
    path: PathBuf,
    bytes: Vec<u8>,
}

impl Stored {
    /// The table in a file that must have this BLAKE3.
    pub(super) fn open(path: PathBuf, blake3: &str) -> Result<Self, Error> {
        let bytes = files::read(&path, blake3)?;
        Ok(Self { path, bytes })
    }

    /// A column of numbers.
    pub(super) fn numbers(&self, name: &str) -> Result<Vec<u32>, Error> {
        self.optional(name)?.into_iter().map(|v| v.ok_or_else(|| self.empty(name))).collect()
    }

    /// A column of numbers that may be missing.
    pub(super) fn optional(&self, name: &str) -> Result<Vec<Option<u32>>, Error> {
        let column = self.column(name)?;
        Ok(column.u32().map_err(|e| self.broken(&e))?.iter().collect())
    }

    /// A column of texts.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, Error> {
        self.optional_texts(name)?.into_iter().map(|v| v.ok_or_else(|| self.empty(name))).collect()
    }

    /// A column of texts that may be missing.
    pub(super) fn optional_texts(&self, name: &str) -> Result<Vec<Option<String>>, Error> {
        let column = self.column(name)?;
        Ok(column.str().map_err(|e| self.broken(&e))?.iter().map(|v| v.map(str::to_owned)).collect())
    }

    /// What is wrong with the file, as an error.
    pub(super) fn wrong(&self, what: impl Into<String>) -> Error {
        damaged(&self.path, what)
    }

    fn column(&self, name: &str) -> Result<Column, Error> {
        let read = || {
            let reader = ParquetReader::new(Cursor::new(self.bytes.as_slice()));
            let frame = reader.with_columns(Some(vec![name.to_owned()])).finish()?;
            frame.column(name).cloned()
        };
        // The crate may panic on files that it did not write.
        let read = catch_unwind(AssertUnwindSafe(read)).map_err(|_| self.wrong("its reader gave up"))?;
        read.map_err(|e| self.broken(&e))
    }

    fn broken(&self, error: &PolarsError) -> Error {
        self.wrong(format!("it does not read: {error}"))
    }

    fn empty(&self, name: &str) -> Error {
        self.wrong(format!("the column `{name}` has an empty cell"))
    }
}
