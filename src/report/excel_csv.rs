//! CSV for people in Excel: BOM, CRLF, every cell quoted. Cells pass [`super::excel::escape_cell`] first.

use std::borrow::Cow;
use std::io::Write;
use std::path::Path;

use super::packs::Sink;
use crate::error::Error;

/// CSV as Excel wants it: BOM, CRLF, all quoted.
pub(crate) struct ExcelCsv {
    writer: csv::Writer<Sink>,
}

impl ExcelCsv {
    /// Creates the file.
    pub(crate) fn create(path: &Path) -> Result<Self, Error> {
        Self::into_sink(Sink::create(path, None)?)
    }

    /// Writes into a file that may be sealed.
    pub(crate) fn into_sink(mut file: Sink) -> Result<Self, Error> {
        let result = file.write_all("\u{feff}".as_bytes());
        result.map_err(|e| Error::write(file.path(), e))?;
        let writer = csv::WriterBuilder::new()
            .quote_style(csv::QuoteStyle::Always)
            .terminator(csv::Terminator::CRLF)
            .from_writer(file);
        Ok(Self { writer })
    }

    /// Appends a row of cells that are safe already.
    pub(crate) fn record<const N: usize>(&mut self, cells: [Cow<'_, str>; N]) -> Result<(), Error> {
        let result = self.writer.write_record(cells.iter().map(|c| c.as_bytes()));
        result.map_err(|_| Error::write(self.writer.get_ref().path(), std::io::Error::other("a row was refused")))
    }

    /// Writes what is left and keeps the file.
    pub(crate) fn finish(self) -> Result<(), Error> {
        let path = self.writer.get_ref().path().to_owned();
        self.writer.into_inner().map_err(|e| Error::write(&path, std::io::Error::other(e.to_string())))?.finish()
    }
}
