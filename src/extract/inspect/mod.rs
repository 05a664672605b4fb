//! What a file is, told without showing whose data it holds: for `rollproof inspect` and for people who write a mapping.

mod column;
mod dates;
mod guess;

use std::path::Path;

use serde::Serialize;

pub use column::{ColumnInspection, Looks, ValueCount};

use self::guess::Guess;
use super::{Encoding, Format, FoundFile, Layout, Notice, Progress, Table, WantedColumn, find, read_files};
use crate::error::Error;

/// How many rejects are shown.
const SHOWN_REJECTS: usize = 10;

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Inspection {
    /// File name, with `!member` inside an archive.
    pub file: String,
    /// Size on disk in bytes.
    pub bytes: u64,
    /// BLAKE3 of the bytes on disk, in hex.
    pub blake3: String,
    /// `delimited`, `workbook`, `parquet`, `arrow`, `json`, `json-lines` or `xml`.
    pub format: &'static str,
    /// How text formats are laid out.
    pub text: Option<TextInspection>,
    /// Well-formed records below the header.
    pub rows: u64,
    /// Records that a strict reader refuses.
    pub rejected: u64,
    /// The first of them, without their text.
    pub rejects: Vec<RejectInspection>,
    /// What the reader noticed.
    pub notices: Vec<NoticeInspection>,
    /// The columns, in order.
    pub columns: Vec<ColumnInspection>,
}

/// How the text of a delimited file is laid out, as far as can be guessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextInspection {
    /// WHATWG name.
    pub encoding: String,
    /// True when neither a byte order mark nor valid UTF-8 decides it.
    pub encoding_guessed: bool,
    /// True when the file starts with a byte order mark.
    pub bom: bool,
    /// `LF`, `CR LF`, `CR`, or `mixed`.
    pub line_ends: &'static str,
    /// The byte between fields, as text.
    pub delimiter: String,
    /// True when fields stand in double quotes.
    pub quoted: bool,
    /// True when the first record looks like a header.
    pub header: bool,
}

/// A refused record, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RejectInspection {
    /// Line where it starts.
    pub line: u64,
    /// Kebab-case kind.
    pub kind: &'static str,
    /// Expected and found.
    pub reason: String,
}

/// What the reader noticed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoticeInspection {
    /// Kebab-case kind.
    pub kind: &'static str,
    /// One sentence.
    pub text: String,
}

impl From<&Notice> for NoticeInspection {
    fn from(notice: &Notice) -> Self {
        Self { kind: notice.kind, text: notice.text.clone() }
    }
}

/// Looks at a file (`bundle.zip!users.csv` addresses a member of an archive).
///
/// # Errors
/// When it can not be read, or is no table at all.
pub fn inspect(path: &Path, progress: &dyn Progress) -> Result<Inspection, Error> {
    Ok(look(path, progress)?.0)
}

/// Looks at a file and keeps what was read: its inspection, its guessed format and all its columns.
///
/// # Errors
/// As [`inspect`].
pub fn look(path: &Path, progress: &dyn Progress) -> Result<(Inspection, Format, Table), Error> {
    let file = find::single(path)?;
    let guess = guess::guess(&file)?;
    let mut columns = guess.columns.clone();
    if guess.text.is_none() {
        columns = read_columns(&file, &guess, &[], progress)?.unused;
    }
    // A path into a list has several values a record: it is left out, one after the other.
    loop {
        let table = read_columns(&file, &guess, &columns, progress)?;
        let nested = |reject: &&super::Reject| matches!(reject.kind, "ambiguous-list" | "not-a-scalar");
        match table.rejects.iter().find(nested).and_then(|reject| reject.column.as_ref()) {
            Some((_, path)) if columns.contains(path) => columns.retain(|column| column != path),
            _ => {
                let format = guess.format.clone();
                return Ok((describe(&file, guess, &table), format, table));
            }
        }
    }
}

fn read_columns(file: &FoundFile, guess: &Guess, columns: &[String], progress: &dyn Progress) -> Result<Table, Error> {
    let wanted = |name: &String| WantedColumn { name: name.clone(), aliases: Vec::new(), optional: true };
    let layout = Layout {
        table: file.name.clone(),
        files: vec![file.name.clone()],
        format: guess.format.clone(),
        encoding: Encoding::Auto,
        columns: columns.iter().map(wanted).collect(),
        optional: false,
    };
    read_files(std::slice::from_ref(file), &layout, super::delimited::CHUNK, progress)
}

fn describe(file: &FoundFile, guess: Guess, table: &Table) -> Inspection {
    let guessed = table.notices.iter().any(|n| n.kind == "encoding-guessed");
    let text = guess.text.map(|text| TextInspection {
        encoding: if guessed { "windows-1252".into() } else { text.encoding },
        encoding_guessed: guessed,
        ..text
    });
    let source = table.locations.files().first();
    Inspection {
        file: file.name.clone(),
        bytes: source.map_or(0, |s| s.bytes),
        blake3: source.map_or_else(String::new, |s| s.blake3.clone()),
        format: format_name(&guess.format),
        text,
        rows: table.accounting.rows,
        rejected: table.accounting.rejected,
        rejects: table.rejects.iter().take(SHOWN_REJECTS).map(reject).collect(),
        notices: table.notices.iter().map(NoticeInspection::from).collect(),
        columns: table.columns.iter().map(column::inspect).collect(),
    }
}

fn reject(reject: &super::Reject) -> RejectInspection {
    RejectInspection { line: reject.line, kind: reject.kind, reason: reject.reason.clone() }
}

const fn format_name(format: &Format) -> &'static str {
    match format {
        Format::Delimited(_) => "delimited",
        Format::FixedWidth(_) => "fixed",
        Format::Workbook { .. } => "workbook",
        Format::Parquet => "parquet",
        Format::Arrow => "arrow",
        Format::Database(_) => "database",
        Format::Json { lines: true, .. } => "json-lines",
        Format::Json { .. } => "json",
        Format::Xml { .. } => "xml",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Silent;

    fn inspected(name: &str, bytes: &[u8]) -> Inspection {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        inspect(&path, &Silent).unwrap()
    }

    fn students() -> String {
        let row =
            |i: u32| format!("{:06}\tName{i}\t{}\t{:02}/{:02}/2010\t{}.5\r\n", i, i % 4 + 9, i % 12 + 1, i % 28 + 1, i);
        format!("ID\tLN\tGR\tBD\tGP\r\n{}", (1..=100).map(row).collect::<String>())
    }

    #[test]
    fn a_tab_delimited_export_is_recognised_with_keys_codes_dates_and_zeros() {
        let seen = inspected("students.txt", students().as_bytes());
        let text = seen.text.unwrap();
        assert_eq!((text.delimiter.as_str(), text.line_ends, text.header, text.quoted), ("\t", "CR LF", true, false));
        assert_eq!((text.encoding.as_str(), seen.rows, seen.rejected), ("UTF-8", 100, 0));
        let [id, name, grade, birth, gpa] = seen.columns.as_slice() else { panic!("five columns") };
        assert!(id.candidate_key && id.leading_zeros == 100 && id.distinct == 100);
        assert!(name.values.is_empty() && name.looks == Looks::Text);
        assert_eq!(
            grade.values.iter().map(|v| (v.value.as_str(), v.rows)).collect::<Vec<_>>(),
            [("10", 25), ("11", 25), ("12", 25), ("9", 25)]
        );
        assert_eq!((birth.looks, birth.date_formats.clone()), (Looks::Date, vec!["%m/%d/%Y"]));
        assert_eq!(gpa.looks, Looks::Number);
    }

    #[test]
    fn no_name_or_id_of_a_student_is_shown() {
        let shown = serde_json::to_string(&inspected("students.txt", students().as_bytes())).unwrap();
        assert!(!shown.contains("Name7") && !shown.contains("000007"));
        let few = inspected("few.csv", b"id,name\n1,Ann\n2,Bob\n");
        assert!(few.columns.iter().all(|c| c.values.is_empty()));
    }

    #[test]
    fn json_and_xml_files_are_recognised_and_lists_left_out() {
        let lines = inspected("u.json", b"{\"id\":1,\"a\":{\"b\":\"x\"}}\n{\"id\":2,\"a\":{\"b\":\"y\"}}\n");
        assert_eq!((lines.format, lines.rows), ("json-lines", 2));
        assert_eq!(lines.columns.iter().map(|c| c.name.as_str()).collect::<Vec<_>>(), ["id", "a.b"]);
        let page = inspected("u.json", b"{\"page\": 1,\n \"data\": [{\"id\":1,\"l\":[{\"x\":1},{\"x\":2}]}]}");
        assert_eq!((page.format, page.rows, page.columns.len()), ("json", 1, 1));
        let xml = inspected("u.xml", b"<R><S i='1'><A>1</A></S><S i='2'><A>2</A></S><T/></R>");
        assert_eq!((xml.format, xml.rows, xml.columns.len()), ("xml", 2, 2));
    }

    #[test]
    fn a_header_may_hold_a_name_that_is_a_number_where_the_texts_below_are_none() {
        let head = "ID,LN,FN,GR,SC,504\n";
        let flags: String =
            (1..40).map(|i| format!("{i},L{i},F{i},{},S1,{}\n", i % 4, if i % 9 > 0 { "N" } else { "Y" })).collect();
        assert!(inspected("a.csv", format!("{head}{flags}").as_bytes()).text.unwrap().header);
        let rows: String = (1..40).map(|i| format!("a{i},L{i},F{i},G,S1,{}\n", 500 + i)).collect();
        assert!(!inspected("b.csv", rows.as_bytes()).text.unwrap().header);
    }

    #[test]
    fn a_headerless_semicolon_file_in_windows_1252_is_recognised() {
        let mut bytes = Vec::new();
        for i in 0..50 {
            bytes.extend(format!("{i};\"Jos").bytes().chain([0xE9]).chain(*b"\";A\n"));
        }
        let seen = inspected("x.csv", &bytes);
        let text = seen.text.unwrap();
        assert_eq!((text.delimiter.as_str(), text.header, text.quoted), (";", false, true));
        assert!(text.encoding_guessed && text.encoding == "windows-1252");
        assert_eq!((seen.columns.len(), seen.columns[0].name.as_str(), seen.rows), (3, "column_1", 50));
    }
}
