//! The parts of a summary that say what a run was made from: files, settings, row balance, notices.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a run was made from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Method {
    /// Version of rollproof.
    pub version: String,
    /// BLAKE3 of the project file, in hex.
    pub project_blake3: String,
    /// Legacy and new.
    pub sides: Vec<MethodSide>,
    /// Policies by kind: (kind, name, BLAKE3).
    pub policies: Vec<(String, String, String)>,
    /// Crosswalks that students are matched by: name, BLAKE3.
    #[serde(default)]
    pub matching: Vec<(String, String)>,
    /// Effective settings: (key, value, where it comes from).
    pub settings: Vec<(String, String, String)>,
    /// Every input file.
    pub files: Vec<FileLine>,
    /// Rows in = mapped + filtered + rejected, per table.
    pub tables: Vec<TableBalance>,
    /// True when every table balances.
    pub balanced: bool,
    /// Records of all tables.
    pub records: u64,
    /// Refused records of all tables.
    pub rejected: u64,
}

/// One side's mapping.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MethodSide {
    /// `legacy` or `new`.
    pub side: String,
    /// Name of the mapping.
    pub mapping: String,
    /// BLAKE3 of the mapping file, in hex.
    pub blake3: String,
    /// Crosswalks: (name, lines, BLAKE3).
    pub crosswalks: Vec<(String, u64, String)>,
}

/// One input file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileLine {
    /// `legacy` or `new`.
    pub side: String,
    /// Path below the side's root.
    pub name: String,
    /// Size in bytes.
    pub bytes: u64,
    /// BLAKE3 of the bytes that were read, in hex.
    pub blake3: String,
}

/// Where the records of one table went.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TableBalance {
    /// `legacy` or `new`.
    pub side: String,
    /// Name of the table in the mapping.
    pub table: String,
    /// The entity that its rows became; a table that feeds several has a line for each.
    pub entity: String,
    /// Records in the files.
    pub records: u64,
    /// Became canonical records (or were the joined side of one).
    pub mapped: u64,
    /// Left out by a declared filter, in all.
    pub filtered: u64,
    /// Refused.
    pub rejected: u64,
    /// Each declared filter and what it left out.
    pub filters: Vec<FilterLine>,
    /// Headers, repeated headers, footers, comments and blank lines, which are not records.
    pub declared_out: u64,
    /// True when records = mapped + filtered + rejected.
    pub balanced: bool,
}

/// A declared filter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FilterLine {
    /// The reason that the mapping gives.
    pub reason: String,
    /// Rows that it left out.
    pub rows: u64,
}

/// Something that a reader or the mapping wants people to know.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct NoticeLine {
    /// `legacy` or `new`.
    pub side: String,
    /// Path below the side's root.
    pub file: String,
    /// Kebab-case kind.
    pub kind: String,
    /// One sentence without student data.
    pub text: String,
}

/// A check that did not run.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct SkippedLine {
    /// Name of the check.
    pub check: String,
    /// What it would have needed.
    pub reason: String,
}
