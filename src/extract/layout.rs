//! What a mapping declares of a table's files. Readers trust nothing else.

use std::path::PathBuf;

/// How the bytes of a table's files are laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// Name of the table in the mapping.
    pub table: String,
    /// File name patterns below the side's root (`*`, `?`, `[..]`, `**`); `zip!member` addresses a member of an archive.
    pub files: Vec<String>,
    /// The format and its own settings.
    pub format: Format,
    /// Text encoding.
    pub encoding: Encoding,
    /// Wanted columns, each with the other names under which exports carry it (matched without case as a last resort).
    pub columns: Vec<WantedColumn>,
    /// True when the table may be missing.
    pub optional: bool,
}

/// A column that the mapping uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedColumn {
    /// The name that the mapping uses, and that the [`super::RawColumn`] gets.
    pub name: String,
    /// Other headers that mean the same.
    pub aliases: Vec<String>,
    /// True when a file without it is still whole: every row then has an empty text.
    pub optional: bool,
}

/// A text encoding as declared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Encoding {
    /// BOM, else strict UTF-8, else Windows-1252 with a visible notice.
    #[default]
    Auto,
    /// A WHATWG label (`utf-8`, `utf-16le`, `windows-1252`, ...), already validated.
    Named(String),
}

/// A file format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// Delimited text.
    Delimited(Delimited),
    /// Columns at fixed positions.
    FixedWidth(FixedWidth),
    /// A sheet of a workbook (XLSX, XLS, ODS), every cell as text.
    Workbook {
        /// Name of the sheet; `None` is allowed only when there is one sheet with rows.
        sheet: Option<String>,
        /// Line of the header, from 1.
        header_row: u32,
    },
    /// Parquet.
    Parquet,
    /// An Arrow file (Feather version 2) or stream.
    Arrow,
    /// The rows of a query.
    Database(Database),
    /// A JSON document: an array of objects at a pointer, or one object a line.
    Json {
        /// JSON pointer of the array (`""` for the document itself).
        records: String,
        /// One object a line.
        lines: bool,
        /// Path of a list inside each object; every item becomes a row of its own, whose columns start with the
        /// list's path (`enrollments.grade`) beside those of the object around it. An empty list gives no row.
        explode: Option<String>,
    },
    /// XML: one record an element of this name.
    Xml {
        /// Local name of the record's element.
        record: String,
        /// Path of a repeated element inside each record; every one becomes a row, as in JSON.
        explode: Option<String>,
    },
}

/// A query of a database, through its ADBC driver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Name of the driver (`sqlite`, `postgresql`, ...), or the path of its library.
    pub driver: String,
    /// The environment variable that holds the connection string; nothing else ever does.
    pub uri_env: String,
    /// The query.
    pub query: String,
}

/// Delimited text as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delimited {
    /// The one byte between fields.
    pub delimiter: u8,
    /// The quote, or none when quotes are plain characters.
    pub quote: Option<u8>,
    /// Where the column names come from.
    pub header: Header,
    /// A line that repeats the header inside the file is left out and counted; else it is a reject.
    pub repeated_header: bool,
    /// How many records at the end of each file are a footer (`123 rows selected`).
    pub footer_rows: u32,
    /// Lines that start with this are left out and counted.
    pub comment: Option<u8>,
    /// Every record ends in one more delimiter.
    pub trailing_delimiter: bool,
    /// Lines without a character are left out and counted; else they are rejects.
    pub blank_lines: bool,
}

/// Where the column names of a file come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Header {
    /// The record of this number (from 1) is the header; records before it are left out and counted.
    Row(u32),
    /// The file has none; these are the columns, in order.
    Declared(Vec<String>),
}

/// A layout of fixed positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedWidth {
    /// Name, start and end (from 1, inclusive) of each column, in characters.
    pub columns: Vec<(String, u32, u32)>,
    /// Length that every line must have; `None` when lines may be cut after their last blank.
    pub length: Option<u32>,
    /// Lines before the first record.
    pub header_rows: u32,
}

/// One file of a table found on disk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundFile {
    /// Where it is.
    pub path: PathBuf,
    /// Path below the side's root, with `/`, and `!member` inside an archive.
    pub name: String,
    /// Member of the archive to read, if it is one.
    pub member: Option<String>,
}
