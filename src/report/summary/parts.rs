//! The parts of a summary that count findings, students and coverage.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Counts by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeverityCounts {
    /// A permanent record, a schedule or a graduation is wrong.
    pub critical: u64,
    /// Must be looked at.
    pub major: u64,
    /// No consequence for a record.
    pub minor: u64,
    /// Told, never gated.
    pub info: u64,
    /// Critical and major: what the gate counts.
    pub gated: u64,
    /// All four.
    pub total: u64,
}

/// Changes of counts against the run before; negative is better.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeverityChanges {
    /// Change of critical findings.
    pub critical: i64,
    /// Change of major findings.
    pub major: i64,
    /// Change of minor findings.
    pub minor: i64,
    /// Change of info findings.
    pub info: i64,
    /// Change of all open findings.
    pub total: i64,
    /// Change of waived findings.
    pub waived: i64,
    /// Change of compared students; `None` when the run before did not keep its summary.
    pub compared: Option<i64>,
}

/// Why the verdict is not GO.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// One sentence. No student data.
    pub text: String,
    /// What to do about it; empty when the text says it.
    pub fix: String,
}

/// How a gate criterion came out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Not met.
    Fail,
    /// Could not be measured.
    #[default]
    Unknown,
    /// Met, with little or no margin.
    Tight,
    /// Met.
    Pass,
}

/// One condition of the gate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Criterion {
    /// Name in the project file: `critical`.
    pub name: String,
    /// What people read: `critical findings`.
    pub label: String,
    /// How it came out.
    pub outcome: Outcome,
    /// What was measured, as shown: `99.97%`.
    pub measured: String,
    /// What is allowed: `at least 99.90%`, `limit 0`.
    pub limit: String,
    /// Distance to the limit: `over by 4`, `no spare`; may be empty.
    pub margin: String,
}

/// Open findings of one area.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AreaCounts {
    /// `student`, `schedule`, ...
    pub area: String,
    /// By severity.
    pub open: SeverityCounts,
    /// Distinct students.
    pub students: u64,
    /// All open ones in the run before; `None` in a first run.
    pub previous: Option<u64>,
}

/// Open findings of one check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CheckCounts {
    /// Name of the check.
    pub check: String,
    /// Its area.
    pub area: String,
    /// One sentence: what it finds.
    pub summary: String,
    /// By severity.
    pub open: SeverityCounts,
    /// Distinct students.
    pub students: u64,
    /// Findings that waivers cover.
    pub waived: u64,
    /// Records or pairs that it looked at.
    pub looked_at: u64,
}

/// Open findings of one school.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SchoolCounts {
    /// Code; empty for findings that belong to no school.
    pub code: String,
    /// Name, or the code when there is none.
    pub name: String,
    /// Students of the school (legacy side).
    pub students: u64,
    /// Students with an open finding above info.
    pub affected: u64,
    /// By severity.
    pub open: SeverityCounts,
    /// Critical and major findings per 100 students, one place; empty without students.
    pub per_hundred: String,
    /// Findings that waivers cover.
    pub waived: u64,
    /// The school's first file below the run's folder, `packs/lincoln-high-1a2b3c4d.xlsx`; empty when none was written.
    pub pack: String,
    /// By check, for the heat table; checks without open findings are left out.
    pub checks: Vec<SchoolCheck>,
}

/// Open findings of one check in one school.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SchoolCheck {
    /// Name of the check.
    pub check: String,
    /// Open findings.
    pub open: u64,
    /// Per 1,000 students of the school, whole number; empty without students.
    pub per_thousand: String,
}

/// The most frequent value pairs of one check and field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ValuePairs {
    /// Name of the check.
    pub check: String,
    /// The field that differs.
    pub field: String,
    /// True when the values say something about one person (names, birth dates, ids, programs):
    /// never in logs, step summaries or papers for the public.
    pub personal: bool,
    /// Distinct pairs in all.
    pub distinct: u64,
    /// The most frequent ones, most first.
    pub top: Vec<ValuePair>,
}

/// How often a legacy value became a new value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ValuePair {
    /// As printed in the legacy file.
    pub legacy: String,
    /// As printed in the new file.
    pub new: String,
    /// How many open findings.
    pub count: u64,
}

/// What explains many findings at once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CauseLine {
    /// Rank, from 1.
    pub number: u64,
    /// Name that findings refer to.
    pub name: String,
    /// What happened, one sentence without student data.
    pub text: String,
    /// Where to fix it: `crosswalks/mark.csv line 14`, `vendor: AP weight`.
    pub fix_where: String,
    /// What applying it again to the legacy records showed.
    pub proof: String,
    /// Findings that it explains.
    pub findings: u64,
    /// Distinct students.
    pub students: u64,
    /// Schools concerned, by code.
    pub schools: Vec<String>,
    /// Share of what stands between the run and GO, `61%`; may be empty.
    pub share_of_gap: String,
    /// The most frequent pairs in it.
    pub pairs: Vec<ValuePair>,
}

/// What was compared, and what was not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Per area.
    pub areas: Vec<AreaCoverage>,
    /// Left out because the project says so.
    pub ignored: Vec<IgnoredLine>,
    /// Not checked, and why: the line that must never be missing.
    pub not_checked: Vec<NotChecked>,
    /// Fields compared, over all areas.
    pub fields_compared: u64,
}

/// Coverage of one area.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AreaCoverage {
    /// `student`, `schedule`, ...
    pub area: String,
    /// Records of the legacy side.
    pub legacy: u64,
    /// Records of the new side.
    pub new: u64,
    /// Records that have a partner (legacy side).
    pub paired: u64,
    /// Its fields, in canonical order.
    pub fields: Vec<FieldCoverage>,
}

/// Whether a field was compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldCoverage {
    /// The field.
    pub field: String,
    /// `compared`, `ignored`, `not-mapped-legacy`, `not-mapped-new`, `not-mapped` (neither side).
    pub state: String,
}

/// Something that the project says to leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IgnoredLine {
    /// A check, or `entity.field`.
    pub what: String,
    /// The setting that says so.
    pub setting: String,
    /// Differences that were left out; `None` when not counted.
    pub differences: Option<u64>,
}

/// Something that was not checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotChecked {
    /// `attendance`, `gpa (stored)`.
    pub what: String,
    /// Why.
    pub why: String,
}

/// How students were matched.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Matching {
    /// Students of the legacy side.
    pub legacy: u64,
    /// Students of the new side.
    pub new: u64,
    /// On both sides.
    pub paired: u64,
    /// Paired, as a percentage of the legacy side, two places: `99.97`.
    pub percent: String,
    /// Only in legacy.
    pub legacy_only: u64,
    /// Only in new.
    pub new_only: u64,
    /// Each id that could match.
    pub candidates: Vec<Candidate>,
    /// Unpaired legacy students that have a look-alike among the unpaired new ones.
    pub suggestions: u64,
    /// Pairs of students whose names and birth dates are each other's.
    pub swapped: u64,
    /// Students with more than one record, on either side.
    pub duplicates: u64,
    /// Record groups without a unique answer.
    pub ambiguous: u64,
    /// Rows whose student no student record names.
    pub orphans: Vec<Orphans>,
}

/// An id that could match students.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Candidate {
    /// Name of the rule.
    pub name: String,
    /// Legacy students that it would pair alone.
    pub paired: u64,
    /// The same as a percentage, two places.
    pub percent: String,
}

/// Rows whose student no student record names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Orphans {
    /// The area.
    pub area: String,
    /// Legacy rows.
    pub legacy: u64,
    /// New rows.
    pub new: u64,
}

/// How a waiver stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverState {
    /// Covers something.
    #[default]
    Active,
    /// Covers something, and ends soon.
    EndsSoon,
    /// Covers nothing.
    Unused,
    /// Its last day has passed: it covers nothing any more.
    Expired,
    /// More findings fit than its cap allows; the rest counts.
    OverCap,
    /// It names what can not be waived, or lacks something.
    Refused,
}

/// An accepted set of findings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverLine {
    /// `W-017`.
    pub id: String,
    /// What it covers: check or cause, schools.
    pub scope: String,
    /// Why.
    pub reason: String,
    /// Who looks after it.
    pub owner: String,
    /// Who allowed it.
    pub approver: String,
    /// Last day, inclusive, in the district's time zone.
    pub expires: String,
    /// Days until then, negative when past.
    pub days_left: i64,
    /// How many findings it may cover.
    pub cap: u64,
    /// How many it covers.
    pub used: u64,
    /// How it stands.
    pub state: WaiverState,
}

/// Against the run before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Since {
    /// Label of the run before.
    pub label: String,
    /// Open then, gone now.
    pub fixed: u64,
    /// Not seen before.
    pub new: u64,
    /// Open then and now.
    pub still_open: u64,
    /// Fixed once, open again.
    pub came_back: u64,
    /// Changes of the counts.
    pub changes: SeverityChanges,
}

/// One run of the trend.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrendPoint {
    /// Label of the run.
    pub label: String,
    /// Its day.
    pub day: String,
    /// Open findings.
    pub open: SeverityCounts,
    /// What the gate said.
    pub decision: super::Decision,
}

/// What one school answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnswerLine {
    /// School code.
    pub school: String,
    /// Rows in the pack.
    pub rows: u64,
    /// Rows with an answer.
    pub answered: u64,
    /// Rows without.
    pub blank: u64,
    /// Answers taken.
    pub taken: u64,
    /// Answers that need a second look.
    pub unclear: u64,
    /// Rows with two different answers.
    pub conflicts: u64,
    /// Label of the run whose pack came back; empty when only earlier answers are known.
    #[serde(default)]
    pub run: String,
    /// Answers of earlier runs that hold today, because both values are unchanged.
    #[serde(default)]
    pub holds: u64,
}

/// A GO against the gate that named people took upon themselves. The gate's own answer stays what it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OverrideLine {
    /// Label of the run.
    pub label: String,
    /// Id of the run.
    pub run: String,
    /// Who.
    pub by: String,
    /// When.
    pub at: String,
    /// Last day.
    pub expires: String,
    /// Why.
    pub reason: String,
    /// Checks, and how many of their findings were accepted.
    pub checks: Vec<(String, u64)>,
    /// Reason codes that were accepted.
    pub codes: Vec<String>,
    /// Public key that signed, in hex.
    pub key: String,
    /// True when the signature holds.
    pub holds: bool,
}

impl OverrideLine {
    /// All of it in one line.
    #[must_use]
    pub fn sentence(&self) -> String {
        let accepted: Vec<String> =
            self.codes.iter().cloned().chain(self.checks.iter().map(|(check, n)| format!("{n} {check}"))).collect();
        let doubt = if self.holds { "" } else { "; ITS SIGNATURE DOES NOT HOLD" };
        format!(
            "{} overridden by {} on {}, through {}: {}; reason: {}{doubt}",
            self.label,
            self.by,
            self.at.get(..10).unwrap_or(&self.at),
            self.expires,
            accepted.join(", "),
            self.reason
        )
    }
}
