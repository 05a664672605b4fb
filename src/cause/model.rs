//! What causes are, as the run, the gate and the reports see them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::origin::{NoOrigins, Origins};
use crate::finding::Severity;
use crate::policy::Policies;

/// What the search for causes may know beyond the records.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Findings below this severity are not explained.
    pub floor: Severity,
    /// A cause below this many findings is no cause.
    pub min_findings: u64,
    /// A cause must be proved on at least this many students.
    pub min_students: u64,
    /// At least this share, in percent, of the records that meet a condition must differ as the pattern says.
    pub proof_percent: u64,
    /// Of a larger population about this many records are looked at before conditions are counted exactly.
    pub rough_records: u64,
    /// Where the fields come from, for "where to fix".
    pub origins: Arc<dyn Origins>,
    /// The rules of GPAs, which say how much of a GPA's difference each row makes.
    pub policies: Policies,
    /// What people call the systems: legacy, new.
    pub systems: (String, String),
    /// Names of the checks by their position in the registry, for findings of whole records.
    pub checks: Vec<&'static str>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            floor: Severity::Minor,
            min_findings: 5,
            min_students: 3,
            proof_percent: 95,
            rough_records: 15_000,
            origins: Arc::new(NoOrigins),
            policies: Policies::default(),
            systems: ("legacy".into(), "new".into()),
            checks: crate::checks::names().collect(),
        }
    }
}

/// The causes of a run's findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Causes {
    /// By rank: proved causes first, most students first.
    pub causes: Vec<Cause>,
    /// For each finding the number of its cause; 0 is none.
    pub of_finding: Vec<u32>,
    /// For each finding: true when it only follows from its cause (a GPA from its marks).
    pub follows: Vec<bool>,
    /// For a finding that follows from several faults at once: the numbers of all causes that it needs repaired, its own
    /// among them; 0 stands for a single fault.
    pub needs: BTreeMap<u32, Vec<u32>>,
}

impl Causes {
    /// The cause of a finding.
    #[must_use]
    pub fn of(&self, finding: usize) -> Option<&Cause> {
        let number = *self.of_finding.get(finding)?;
        self.causes.get((number as usize).checked_sub(1)?)
    }

    /// The cause with that number or id: `3`, `cause:3`, `9f2c41d07a`.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Cause> {
        let name = name.strip_prefix("cause:").unwrap_or(name);
        let number = name.parse::<u32>().ok();
        self.causes.iter().find(|c| c.id == name || Some(c.number) == number)
    }

    /// How many findings no cause explains.
    #[must_use]
    pub fn single(&self) -> u64 {
        self.of_finding.iter().filter(|n| **n == 0).count() as u64
    }
}

/// What explains many findings at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cause {
    /// Identity that survives to the next rehearsal: hash of pattern and condition.
    pub id: String,
    /// Rank, from 1.
    pub number: u32,
    /// What happened, without student data.
    pub sentence: String,
    /// The pattern of change alone.
    pub pattern: String,
    /// What all records concerned have in common; empty for the whole district.
    pub condition: Vec<Term>,
    /// `transcript.mark`; `transcript` for whole records. The first is the one that leads.
    pub fields: Vec<String>,
    /// Findings that it explains, without consequences.
    pub findings: u64,
    /// Distinct students of those.
    pub students: u64,
    /// Distinct students with consequences.
    pub students_in_all: u64,
    /// Findings by severity, worst first, consequences included.
    pub severities: BTreeMap<Severity, u64>,
    /// Schools concerned, most students first.
    pub schools: Vec<SchoolShare>,
    /// What re-applying it to the legacy records showed.
    pub proof: Proof,
    /// True when the proof holds; else it is a hint.
    pub proved: bool,
    /// Where to repair it.
    pub fix: Fix,
    /// The most frequent value pairs.
    pub pairs: Vec<PairCount>,
    /// What follows from it.
    pub consequences: Vec<Consequence>,
    /// Positions of the first findings in report order.
    pub samples: Vec<u32>,
}

/// `term = SU`, `rows of transcript.csv from 15,001 on`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    /// What is looked at.
    pub field: String,
    /// What it is.
    pub value: String,
}

/// A school's part of a cause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SchoolShare {
    /// Code.
    pub school: String,
    /// Findings, without consequences.
    pub findings: u64,
    /// Distinct students.
    pub students: u64,
}

/// What re-applying a cause to the legacy records showed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Proof {
    /// Findings that come out as the pattern says.
    pub explained: u64,
    /// Findings of the same kind among the records that meet the condition and that the pattern would change.
    pub of: u64,
    /// Distinct students of the explained ones.
    pub students: u64,
    /// Records that meet the condition but agree: the cause, if it were true, would have changed them.
    pub broken: u64,
    /// Findings of the same kind that no cause explains.
    pub stay: u64,
}

impl std::fmt::Display for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "explains {} of {} findings, {} students; {} agreeing rows would break; {} findings of the same kind stay",
            self.explained, self.of, self.students, self.broken, self.stay
        )
    }
}

/// Where to repair a cause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fix {
    /// `crosswalks/mark.csv line 14`, `mappings/aeries/mapping.toml line 42`, or the vendor's table and column.
    pub place: String,
    /// What to write there, or what to ask for.
    pub proposal: String,
    /// The lines of our files as they should be, where the cause may lie there.
    pub lines: Vec<LineFix>,
    /// True when the other company has to do it.
    pub is_vendors: bool,
    /// Who, when the project says so.
    pub owner: String,
}

/// A line of one of our files, as it should be.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineFix {
    /// The file, as people find it.
    pub file: String,
    /// Line number, from 1; 0 when a line is to be added at the end.
    pub line: u32,
    /// The whole line.
    pub text: String,
}

/// A legacy value, a new one, and how often.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PairCount {
    /// Legacy value as printed.
    pub legacy: String,
    /// New value as printed.
    pub new: String,
    /// Findings.
    pub count: u64,
}

/// Findings of another kind that follow from a cause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consequence {
    /// `gpa.value`, `graduation`.
    pub what: String,
    /// Findings.
    pub findings: u64,
    /// Distinct students.
    pub students: u64,
    /// How much of the differences the cause makes, in percent, where a policy derives them.
    pub percent: Option<u32>,
}
