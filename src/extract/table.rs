//! What a reader hands to the mapping: the distinct raw texts of each column, a code per row, and the place of
//! every row, with nothing lost on the way.

use serde::{Deserialize, Serialize};

use crate::canonical::{Codes, Locations, StringPool};

/// The text of a value that a database says is NULL: no value whatever a mapping's null words are, and no other text, as
/// every reader rejects this character.
pub const NULL: &str = "\0";

/// One column of a table, as text.
#[derive(Debug, Clone, Default)]
pub struct RawColumn {
    /// The header as declared or read (without BOM).
    pub name: String,
    /// The distinct texts, in order of first appearance.
    pub texts: StringPool,
    /// One code a row, into `texts`.
    pub codes: Codes,
}

impl RawColumn {
    /// The text of a row.
    #[must_use]
    pub fn text(&self, row: usize) -> &str {
        self.texts.get(self.codes.get(row))
    }
}

/// Every record of every file of one table is in exactly one of these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounting {
    /// Records in the files, without the declared header, repeated headers, footers, comments and blank lines.
    pub records: u64,
    /// Records handed on as rows.
    pub rows: u64,
    /// Records refused, each in [`Table::rejects`].
    pub rejected: u64,
    /// Declared header lines (one a file, plus the repeats that the mapping declares).
    pub headers: u64,
    /// Lines left out because the mapping declares them (footers, comments, blank lines).
    pub declared_out: u64,
}

/// A record that is not what the declared layout says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Path below the side's root.
    pub file: String,
    /// Record number in the file, from 1.
    pub record: u64,
    /// Line where the record starts, from 1.
    pub line: u64,
    /// Byte offset (of the decompressed, still encoded bytes) where the record starts.
    pub byte: u64,
    /// Column number (from 1) and name where the fault is, when it is in one.
    pub column: Option<(usize, String)>,
    /// Kebab-case kind: `ragged-row`, `quote-in-unquoted`, `text-after-quote`, `open-quote`, `undecodable`, `nul`,
    /// `repeated-header`, `lone-cr`, `field-too-long`, ...
    pub kind: &'static str,
    /// What was expected and what was found. No student data.
    pub reason: String,
    /// The record as it stood (lossless escape of what is not UTF-8). Student data: only for `rejects.csv`.
    pub raw: String,
}

/// Something the reader wants people to know: a guessed encoding, a BOM, a header-only file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Notice {
    /// Path below the side's root.
    pub file: String,
    /// Kebab-case kind: `encoding-guessed`, `bom`, `header-only`, `empty-file`, `headers-differ`, `no-final-newline`, ...
    pub kind: &'static str,
    /// One sentence.
    pub text: String,
    /// True when a verdict can not rest on this table (empty, header only, guessed encoding that changes text, ...).
    pub undecidable: bool,
}

/// All rows of one table of one side.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Name in the mapping.
    pub name: String,
    /// The columns that were asked for, in the order asked; a column of the file that no one asked for is only named.
    pub columns: Vec<RawColumn>,
    /// Columns that the files have and nobody asked for.
    pub unused: Vec<String>,
    /// Optional columns that were asked for and that no file has (their rows are empty texts).
    pub absent: Vec<String>,
    /// Where every row stood.
    pub locations: Locations,
    /// Rows in = rows out + rejected.
    pub accounting: Accounting,
    /// The refused records, in order of file and record.
    pub rejects: Vec<Reject>,
    /// What people should know, sorted.
    pub notices: Vec<Notice>,
}

impl Table {
    /// The column of that name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&RawColumn> {
        self.columns.iter().find(|c| c.name == name)
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.locations.len()
    }

    /// True when there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.locations.is_empty()
    }
}
