//! Machine files: `findings.csv`, `rejects.csv`, `pairs.csv`. Plain RFC 4180, UTF-8, nothing escaped, nothing cut:
//! what a program reads back is what was found. For people in Excel there are packs.

use std::path::Path;

use super::outfile::OutFile;
use crate::error::Error;
use crate::extract::Reject;
use crate::finding::FindingRow;

/// Columns of `findings.csv`, in order.
pub const FINDING_COLUMNS: [&str; 23] = [
    "ref",
    "fingerprint",
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
    "note",
    "cause",
    "waiver",
    "first_seen",
    "legacy_file",
    "legacy_line",
    "new_file",
    "new_line",
];

/// Columns of `rejects.csv`, in order.
pub const REJECT_COLUMNS: [&str; 9] = ["side", "file", "record", "line", "byte", "column", "kind", "reason", "raw"];

/// Columns of `pairs.csv`, in order.
pub const PAIR_COLUMNS: [&str; 5] = ["check", "field", "legacy_value", "new_value", "findings"];

/// A CSV file being written. It must be finished.
#[must_use = "a file that is not finished is removed"]
pub struct CsvFile {
    writer: csv::Writer<OutFile>,
}

impl CsvFile {
    /// Creates the file with its header.
    ///
    /// # Errors
    /// When it can not be created or written.
    pub fn create(path: &Path, columns: &[&str]) -> Result<Self, Error> {
        let file = OutFile::create(path)?;
        let mut writer = csv::WriterBuilder::new().has_headers(false).from_writer(file);
        writer.write_record(columns).map_err(|e| failed(path, e))?;
        Ok(Self { writer })
    }

    /// Appends one record.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn record<I, T>(&mut self, cells: I) -> Result<(), Error>
    where
        I: IntoIterator<Item = T>,
        T: AsRef<[u8]>,
    {
        let result = self.writer.write_record(cells);
        result.map_err(|e| failed(self.writer.get_ref().path(), e))
    }

    /// Appends one finding.
    ///
    /// # Errors
    /// When it can not be written.
    pub fn finding(&mut self, row: &FindingRow) -> Result<(), Error> {
        let result = self.writer.serialize(row);
        result.map_err(|e| failed(self.writer.get_ref().path(), e))
    }

    /// Writes what is left and keeps the file.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn finish(self) -> Result<(), Error> {
        let path = self.writer.get_ref().path().to_owned();
        self.writer.into_inner().map_err(|e| Error::write(&path, std::io::Error::other(e.to_string())))?.finish()
    }
}

fn failed(path: &Path, error: csv::Error) -> Error {
    let source = match error.into_kind() {
        csv::ErrorKind::Io(source) => source,
        _ => std::io::Error::other("a record could not be written"),
    };
    Error::write(path, source)
}

/// `findings.csv`, one finding at a time.
///
/// # Errors
/// When it can not be created.
pub fn findings_file(path: &Path) -> Result<CsvFile, Error> {
    CsvFile::create(path, &FINDING_COLUMNS)
}

/// Writes `rejects.csv`: every refused record with its place, its fault and its raw text. Private: raw text is student data.
///
/// # Errors
/// When it can not be written.
pub fn write_rejects<'a>(path: &Path, rejects: impl IntoIterator<Item = (&'a str, &'a Reject)>) -> Result<(), Error> {
    let mut file = CsvFile::create(path, &REJECT_COLUMNS)?;
    for (side, reject) in rejects {
        let column = reject.column.as_ref().map_or(String::new(), |(number, name)| {
            if name.is_empty() { number.to_string() } else { format!("{number} {name}") }
        });
        let (record, line, byte) = (reject.record.to_string(), reject.line.to_string(), reject.byte.to_string());
        file.record([side, &reject.file, &record, &line, &byte, &column, reject.kind, &reject.reason, &reject.raw])?;
    }
    file.finish()
}

/// Writes `pairs.csv`: how often which legacy value became which new value, all of them, per check and field.
///
/// # Errors
/// When it can not be written.
pub fn write_pairs<'a>(
    path: &Path,
    pairs: impl IntoIterator<Item = (&'a str, &'a str, &'a str, &'a str, u64)>,
) -> Result<(), Error> {
    let mut file = CsvFile::create(path, &PAIR_COLUMNS)?;
    for (check, field, legacy, new, count) in pairs {
        file.record([check, field, legacy, new, &count.to_string()])?;
    }
    file.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Severity;
    use crate::report::summary::example;

    #[test]
    fn findings_come_back_exactly_as_they_went() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("findings.csv");
        let mut rows = example::findings();
        for hostile in ["=1+1", "\"quoted\", too", "two\r\nlines", "\u{202e}\u{1b}[31m", "\0", "  ", "'x", "</script>"]
        {
            let mut row = example::finding("mark-changed", Severity::Critical, "0041", "012");
            (row.student_name, row.legacy_value, row.note) = (hostile.into(), hostile.into(), hostile.into());
            rows.push(row);
        }
        let mut file = findings_file(&path).unwrap();
        rows.iter().for_each(|row| file.finding(row).unwrap());
        file.finish().unwrap();
        let mut reader = csv::Reader::from_path(&path).unwrap();
        assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), FINDING_COLUMNS);
        let back: Vec<FindingRow> = reader.deserialize().map(Result::unwrap).collect();
        assert_eq!(back, rows);
    }

    #[test]
    fn without_findings_there_is_still_a_header() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("findings.csv");
        findings_file(&path).unwrap().finish().unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{}\n", FINDING_COLUMNS.join(",")));
    }

    #[test]
    fn a_reject_keeps_its_place_and_its_raw_text() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rejects.csv");
        let reject = Reject {
            file: "STU.csv".into(),
            record: 7,
            line: 9,
            byte: 512,
            column: Some((3, "LN".into())),
            kind: "ragged-row",
            reason: "4 fields expected, 5 found".into(),
            raw: "2,,Bob,\"South\nx\"".into(),
        };
        write_rejects(&path, [("legacy", &reject)]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let wanted = "side,file,record,line,byte,column,kind,reason,raw\n\
            legacy,STU.csv,7,9,512,3 LN,ragged-row,\"4 fields expected, 5 found\",\"2,,Bob,\"\"South\nx\"\"\"\n";
        assert_eq!(text, wanted);
    }
}
