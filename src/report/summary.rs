//! Every number that any report shows, once. Frozen and versioned: reports and `summary.json` read nothing else,
//! and none of these types is used inside the pipeline. Percentages and rates are texts, rounded where they are made.
//!
//! Add fields at the end with `#[serde(default)]`; raise [`SCHEMA`] when a field changes its meaning or goes.

mod brief;
mod build;
mod method;
mod parts;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use build::{Known, Tally, is_personal, per_hundred, percent};
pub use method::{FileLine, FilterLine, Method, MethodSide, NoticeLine, SkippedLine, TableBalance};
pub use parts::{
    AnswerLine, AreaCounts, AreaCoverage, Candidate, CauseLine, CheckCounts, Coverage, Criterion, FieldCoverage,
    IgnoredLine, Matching, NotChecked, Orphans, Outcome, OverrideLine, Reason, SchoolCheck, SchoolCounts,
    SeverityChanges, SeverityCounts, Since, TrendPoint, ValuePair, ValuePairs, WaiverLine, WaiverState,
};

/// Version of [`Summary`] as written to `summary.json`.
pub const SCHEMA: u32 = 1;

/// What a run found and decided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// [`SCHEMA`].
    pub schema: u32,
    /// Which run.
    pub run: RunInfo,
    /// The decision and what it rests on.
    pub verdict: Verdict,
    /// Students that were compared and that have something open.
    pub students: Students,
    /// Open findings (without waived ones) by severity.
    pub open: SeverityCounts,
    /// Findings that waivers cover.
    pub waived: u64,
    /// Open findings by area, in the order of reports.
    pub areas: Vec<AreaCounts>,
    /// Open findings by check, worst severity first, then most findings.
    pub checks: Vec<CheckCounts>,
    /// Open findings by school: most of what the gate counts first, rate then code breaking ties.
    pub schools: Vec<SchoolCounts>,
    /// The most frequent (legacy value, new value) pairs of each check, in the order of `checks`.
    pub pairs: Vec<ValuePairs>,
    /// What explains many findings at once, most students first.
    pub causes: Vec<CauseLine>,
    /// What was compared, and what was not.
    pub coverage: Coverage,
    /// How students were matched.
    pub matching: Matching,
    /// Accepted findings.
    pub waivers: Vec<WaiverLine>,
    /// Against the run before; `None` in a first run.
    pub since: Option<Since>,
    /// Earlier runs and this one, oldest first.
    pub trend: Vec<TrendPoint>,
    /// What schools answered.
    pub answers: Vec<AnswerLine>,
    /// Inputs, settings, versions and hashes.
    pub method: Method,
    /// What readers and mapping want people to know.
    pub notices: Vec<NoticeLine>,
    /// Checks that did not run.
    pub skipped: Vec<SkippedLine>,
    /// Files that were written, below the run's folder: `report.html`, `packs/`.
    pub outputs: Vec<String>,
    /// What to do next: whole commands, most useful first.
    pub next: Vec<String>,
    /// Every override of the gate on record, of this run and of earlier ones, oldest first.
    #[serde(default)]
    pub overrides: Vec<OverrideLine>,
}

/// Which run a summary is of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunInfo {
    /// Label: `R4`.
    pub label: String,
    /// Identity of the run, the same in packs and verdict.json.
    pub id: String,
    /// The district's name.
    pub district: String,
    /// What people call the legacy system.
    pub legacy: String,
    /// What people call the new system.
    pub new: String,
    /// Day of the legacy export, `2026-06-01`.
    pub legacy_as_of: String,
    /// Day of the new export.
    pub new_as_of: String,
    /// When the run started, in the district's time zone, `2026-06-01 14:05 CDT`.
    pub started: String,
    /// Day of cutover; empty when not set.
    pub cutover: String,
    /// Days from the run to cutover; `None` when not set.
    pub days_to_cutover: Option<i64>,
}

/// What the gate says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// Every obligation is proven.
    Go,
    /// Decided, and the answer is no.
    NoGo,
    /// No verdict can be given.
    #[default]
    CannotDecide,
}

impl Decision {
    /// `GO`, `NO-GO` or `CANNOT DECIDE`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Go => "GO",
            Self::NoGo => "NO-GO",
            Self::CannotDecide => "CANNOT DECIDE",
        }
    }

    /// The name in JSON, and of the style in HTML.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::NoGo => "no-go",
            Self::CannotDecide => "cannot-decide",
        }
    }
}

/// The decision and what it rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// GO, NO-GO or CANNOT DECIDE.
    pub decision: Decision,
    /// Exit code of `gate`.
    pub exit_code: u8,
    /// Why it is not GO; empty for GO.
    pub reasons: Vec<Reason>,
    /// Each condition of the gate: measured, limit, margin; failing ones first.
    pub criteria: Vec<Criterion>,
    /// How many criteria do not pass.
    pub failed: u64,
    /// What would make it pass, one sentence; empty when nothing is known to.
    pub would_pass: String,
    /// Inputs, configuration and day that the decision rests on, one line.
    pub decided_from: String,
    /// Mutants that the gate planted in memory, and how many came out as findings; `None` when not tried.
    pub sensitivity: Option<Sensitivity>,
}

/// Whether the run would have noticed a fault.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sensitivity {
    /// Cells and rows that were changed in memory.
    pub planted: u64,
    /// How many came out as findings.
    pub caught: u64,
    /// Fields whose change went unseen, `entity.field`.
    pub blind: Vec<String>,
}

/// Students of the run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Students {
    /// On both sides, and so compared.
    pub compared: u64,
    /// With an open finding above info.
    pub affected: u64,
    /// With an open critical finding.
    pub critical: u64,
    /// Grade 12, with an open critical or major finding.
    pub seniors: u64,
    /// Values compared; 0 when not counted.
    pub values_compared: u64,
}

#[cfg(test)]
pub(crate) mod example;
