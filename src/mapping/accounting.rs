//! What mapping did with every row: the law "rows in = mapped + left out + rejected", and the codes that did not map.

use serde::{Deserialize, Serialize};

use crate::canonical::{Dataset, Entity, Field, Side};
use crate::extract::{Notice, Reject};

/// One side, mapped, with the account of how.
#[derive(Debug)]
pub struct Mapped {
    /// The canonical records.
    pub dataset: Dataset,
    /// One entry a block, in order of entity and block.
    pub accounting: Vec<EntityAccounting>,
    /// Values that did not map, read, or took a default; by entity, field, kind, most rows first.
    pub issues: Vec<CodeIssue>,
    /// How the lines of each code table were used.
    pub crosswalks: Vec<CrosswalkUse>,
    /// Rows that a join rejected.
    pub rejects: Vec<Reject>,
    /// What people should know.
    pub notices: Vec<Notice>,
    /// Columns of the files that nothing reads and that no `excluded` names: (table, column).
    pub not_mapped: Vec<(String, String)>,
    /// Fields declared but without their optional column: not compared. (entity, field, column).
    pub absent: Vec<(Entity, Field, String)>,
}

/// What became of the rows of one block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntityAccounting {
    /// Which side.
    pub side: Side,
    /// The entity.
    pub entity: Entity,
    /// Position among the blocks of the entity, from 1.
    pub block: usize,
    /// The table that the rows come from.
    pub table: String,
    /// Rows of the table, before wide columns become rows.
    pub table_rows: u64,
    /// Rows that the block started from (more than `table_rows` where wide columns became rows).
    pub rows_in: u64,
    /// Rows that became records.
    pub mapped: u64,
    /// Rows left out by what the mapping declares: filters, `ignore` lines, empty wide columns, repeated records.
    pub left_out: Vec<LeftOut>,
    /// Rows refused by a join.
    pub rejected: u64,
    /// Rows that a join found no partner for and that stayed: (joined table, rows).
    pub unmatched: Vec<(String, u64)>,
    /// Records without a value in a field that the entity requires: (field, records).
    pub blank_keys: Vec<(Field, u64)>,
}

impl EntityAccounting {
    /// Rows left out on purpose.
    #[must_use]
    pub fn left_out_rows(&self) -> u64 {
        self.left_out.iter().map(|l| l.rows).sum()
    }

    /// True when every row is accounted for.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.rows_in == self.mapped + self.left_out_rows() + self.rejected
    }
}

/// Rows left out for one declared reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// What left them out.
    pub by: LeftOutBy,
    /// The reason as people read it.
    pub reason: String,
    /// How many rows.
    pub rows: u64,
}

/// What left rows out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LeftOutBy {
    /// A `where`.
    Filter,
    /// A line `ignore` of a code table.
    Ignore,
    /// Wide columns without a value.
    Empty,
    /// `distinct`: equal to an earlier record.
    Repeated,
}

/// What is wrong with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum IssueKind {
    /// No line of the code table covers it, or it is not one of the canonical terms.
    Unmapped,
    /// The declared format does not read it.
    Unreadable,
    /// It became the code table's default.
    Defaulted,
}

impl IssueKind {
    /// The word that reports use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unmapped => "unmapped",
            Self::Unreadable => "unreadable",
            Self::Defaulted => "defaulted",
        }
    }
}

/// One distinct value that did not map, or only by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeIssue {
    /// Which side.
    pub side: Side,
    /// The entity.
    pub entity: Entity,
    /// The field.
    pub field: Field,
    /// What is wrong.
    pub kind: IssueKind,
    /// The value as exported. May be student data.
    pub raw: String,
    /// Records that have it.
    pub rows: u64,
    /// Distinct students of those records; 0 where the entity names no student.
    pub students: u64,
    /// File, record and line of the first.
    pub first: (String, u32, u32),
    /// The code table that was asked.
    pub crosswalk: Option<String>,
    /// The nearest code that the table covers.
    pub near: Option<String>,
}

/// How a code table was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CrosswalkUse {
    /// Its name.
    pub name: String,
    /// Records mapped by each line, in order of its lines.
    pub rows: Vec<u64>,
    /// Records that took the default.
    pub defaulted: u64,
    /// Records whose code passed as it was, as nobody supplied the optional table.
    pub passed: u64,
}

impl CrosswalkUse {
    /// Positions of lines that no record used.
    #[must_use]
    pub fn unused(&self) -> Vec<usize> {
        (0..self.rows.len()).filter(|i| self.rows[*i] == 0).collect()
    }
}
