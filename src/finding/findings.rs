//! All findings of a run: a few dozen bytes each, texts only where no record holds them.

use std::collections::BTreeMap;

use super::Severity;
use crate::canonical::{Entity, Field, Row};

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Position of a student pair in the reconciliation.
    Student(u32),
    /// Not about one student; the number of a text in [`Findings::notes`] names it (`course ALG1`, `school 012`).
    Other(u32),
}

/// Which of the two records a finding has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Both sides have the record and a value differs: `->`.
    Changed,
    /// Only legacy has it: `---`.
    Missing,
    /// Only new has it: `+++`.
    Added,
}

impl Change {
    /// `->`, `---` or `+++`.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Changed => "->",
            Self::Missing => "---",
            Self::Added => "+++",
        }
    }
}

/// One judged difference. Values and places are read from the records; see [`super::FindingRow`].
/// The order of the fields is the order of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// What it is about.
    pub subject: Subject,
    /// Position of the check in the registry.
    pub check: u8,
    /// How bad, after escalation.
    pub severity: Severity,
    /// Which entity's records it points at.
    pub entity: Entity,
    /// Which of the two records there are.
    pub change: Change,
    /// The field that differs; `None` when the whole record is meant.
    pub field: Option<Field>,
    /// The legacy record.
    pub legacy: Option<Row>,
    /// The new record.
    pub new: Option<Row>,
    /// Number of a text in [`Findings::notes`]: the working, the derivation; 0 is none.
    pub note: u32,
    /// Numbers of two texts in [`Findings::notes`] that stand for the values when no record holds them; 0 is none.
    pub values: (u32, u32),
}

/// A check that could not run, and why. A skipped required check means that the gate can not decide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Name of the check.
    pub check: &'static str,
    /// What it would have needed.
    pub reason: String,
}

/// Every finding of a run, sorted, with exact counts.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// All findings in report order.
    pub rows: Vec<Finding>,
    /// Texts that findings refer to; the first is empty.
    pub notes: Vec<String>,
    /// Checks that did not run.
    pub skipped: Vec<Skipped>,
    /// Per check name: how many pairs or records it looked at. A check that looked at nothing proved nothing.
    pub looked_at: BTreeMap<&'static str, u64>,
}

impl Findings {
    /// The text of a note number.
    #[must_use]
    pub fn note(&self, number: u32) -> &str {
        self.notes.get(number as usize).map_or("", String::as_str)
    }

    /// How many findings have this severity.
    #[must_use]
    pub fn count(&self, severity: Severity) -> usize {
        self.rows.iter().filter(|f| f.severity == severity).count()
    }
}
