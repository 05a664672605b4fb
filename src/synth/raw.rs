//! Rows as files hold them: cells of text, nothing else. Layouts write them and faults damage them.

use std::fmt::{Display, Write as _};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::error::Error;

/// The student number of rows that belong to no student.
pub const NOBODY: u32 = u32::MAX;

/// One row of a raw table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRow {
    /// Number of the student in the district, or [`NOBODY`].
    pub student: u32,
    text: String,
    ends: Vec<u32>,
}

impl RawRow {
    /// A row without cells.
    #[must_use]
    pub fn new(student: u32) -> Self {
        Self { student, text: String::with_capacity(96), ends: Vec::with_capacity(20) }
    }

    /// A row of given cells.
    #[must_use]
    pub fn of<T: Display>(student: u32, cells: impl IntoIterator<Item = T>) -> Self {
        cells.into_iter().fold(Self::new(student), Self::with)
    }

    /// Appends a cell.
    #[must_use]
    pub fn with(mut self, cell: impl Display) -> Self {
        self.push(cell);
        self
    }

    /// Appends a cell.
    pub fn push(&mut self, cell: impl Display) {
        // Writing into a String can not fail.
        let _ = write!(self.text, "{cell}");
        self.ends.push(self.text.len() as u32);
    }

    /// The text of a cell; empty past the last.
    #[must_use]
    pub fn cell(&self, position: usize) -> &str {
        let Some(end) = self.ends.get(position) else { return "" };
        let start = if position == 0 { 0 } else { self.ends[position - 1] };
        &self.text[start as usize..*end as usize]
    }

    /// Replaces the text of a cell.
    pub fn set(&mut self, position: usize, text: &str) {
        let cells: Vec<String> = (0..self.len()).map(|i| self.cell(i).to_owned()).collect();
        let mut row = Self::new(self.student);
        for (i, cell) in cells.iter().enumerate() {
            row.push(if i == position { text } else { cell });
        }
        *self = row;
    }

    /// Number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// True without cells.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Puts a further cell in, so that all after it move: what an unescaped comma does.
    pub fn insert(&mut self, position: usize, text: &str) {
        let cells: Vec<String> = (0..self.len()).map(|i| self.cell(i).to_owned()).collect();
        let (before, after) = cells.split_at(position.min(cells.len()));
        let all = before.iter().map(String::as_str).chain([text]).chain(after.iter().map(String::as_str));
        *self = Self::of(self.student, all);
    }
}

/// A file: its name, header and rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawTable {
    /// File name below the side's root.
    pub file: String,
    /// Column names.
    pub header: Vec<String>,
    /// Rows.
    pub rows: Vec<RawRow>,
}

impl RawTable {
    /// A table without rows.
    #[must_use]
    pub fn new(file: &str, header: &[&str]) -> Self {
        Self { file: file.into(), header: header.iter().map(|h| (*h).to_owned()).collect(), rows: Vec::new() }
    }

    /// Position of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|h| h == name)
    }
}

/// How the files of a layout are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Between cells.
    pub delimiter: char,
    /// Windows-1252 instead of UTF-8.
    pub windows_1252: bool,
    /// Carriage return and line feed instead of line feed.
    pub crlf: bool,
}

/// The open files of one side.
#[derive(Debug)]
pub struct Sink {
    style: Style,
    root: std::path::PathBuf,
    files: Vec<(String, BufWriter<File>)>,
    rows: u64,
    buffer: String,
}

impl Sink {
    /// Opens nothing yet; files are made when their first rows come.
    #[must_use]
    pub fn new(root: &Path, style: Style) -> Self {
        Self { style, root: root.to_owned(), files: Vec::new(), rows: 0, buffer: String::new() }
    }

    /// Appends the rows of a table to its file, which is made with its header the first time.
    ///
    /// # Errors
    /// When the file can not be written.
    pub fn append(&mut self, table: &RawTable) -> Result<(), Error> {
        let place = match self.files.iter().position(|(name, _)| *name == table.file) {
            Some(place) => place,
            None => self.create(table)?,
        };
        self.buffer.clear();
        for row in &table.rows {
            line(&mut self.buffer, self.style, (0..row.len()).map(|i| row.cell(i)));
        }
        self.rows += table.rows.len() as u64;
        self.write(place)
    }

    fn create(&mut self, table: &RawTable) -> Result<usize, Error> {
        let path = self.root.join(&table.file);
        let file = File::create(&path).map_err(|e| Error::write(&path, e))?;
        self.files.push((table.file.clone(), BufWriter::with_capacity(1 << 16, file)));
        self.buffer.clear();
        line(&mut self.buffer, self.style, table.header.iter().map(String::as_str));
        self.write(self.files.len() - 1)?;
        Ok(self.files.len() - 1)
    }

    fn write(&mut self, place: usize) -> Result<(), Error> {
        let (name, file) = &mut self.files[place];
        let bytes = if self.style.windows_1252 {
            encoding_rs::WINDOWS_1252.encode(&self.buffer).0
        } else {
            self.buffer.as_bytes().into()
        };
        file.write_all(&bytes).map_err(|e| Error::write(self.root.join(name.as_str()), e))
    }

    /// Flushes all files and says how many rows were written.
    ///
    /// # Errors
    /// When the disk is full.
    pub fn finish(mut self) -> Result<u64, Error> {
        for (name, file) in &mut self.files {
            file.flush().map_err(|e| Error::write(self.root.join(name.as_str()), e))?;
        }
        Ok(self.rows)
    }
}

/// Appends one record (RFC 4180 quoting, only where needed).
pub(super) fn line<'a>(buffer: &mut String, style: Style, cells: impl Iterator<Item = &'a str>) {
    let start = buffer.len();
    let mut count = 0;
    for (position, cell) in cells.enumerate() {
        count = position + 1;
        if position > 0 {
            buffer.push(style.delimiter);
        }
        if cell.contains([style.delimiter, '"', '\n', '\r']) {
            buffer.push('"');
            buffer.push_str(&cell.replace('"', "\"\""));
            buffer.push('"');
        } else {
            buffer.push_str(cell);
        }
    }
    if count == 1 && buffer.len() == start {
        // An empty line would be no record.
        buffer.push_str("\"\"");
    }
    buffer.push_str(if style.crlf { "\r\n" } else { "\n" });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_set_and_shifted_without_touching_their_neighbours() {
        let mut row = RawRow::of(1, ["a", "", "c"]);
        row.set(1, "bb");
        assert_eq!((row.cell(0), row.cell(1), row.cell(2)), ("a", "bb", "c"));
        row.insert(1, "x");
        assert_eq!((row.len(), row.cell(1), row.cell(3)), (4, "x", "c"));
        assert_eq!(row.cell(9), "");
    }

    #[test]
    fn a_cell_with_delimiter_or_quote_is_quoted() {
        let mut text = String::new();
        let style = Style { delimiter: ',', windows_1252: false, crlf: true };
        line(&mut text, style, ["a,b", "say \"x\"", "plain"].into_iter());
        assert_eq!(text, "\"a,b\",\"say \"\"x\"\"\",plain\r\n");
    }
}
