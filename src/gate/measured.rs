//! Everything that the gate decides from, as plain numbers. The default has measured nothing and can never be GO.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{HistoryReceipt, Share};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;
use crate::waiver::Assessment;

/// What a run measured.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Measured {
    /// The day on which the gate is asked, in the district's time zone (`--as-of` or the clock).
    #[serde(with = "day")]
    pub today: Option<Date>,
    /// The legacy side's inputs.
    pub legacy: SideInput,
    /// The new side's inputs.
    pub new: SideInput,
    /// Why both sides are the same extract, from [`super::same_extract`]; `None` when they are not.
    pub same_extract: Option<String>,
    /// Why the sides seem swapped; `None` when they do not.
    pub sides_swapped: Option<String>,
    /// Inputs that changed since they were read (names of files), by size, time, inode or hash.
    pub inputs_changed: Vec<String>,
    /// What the call left out (`--only transcript`, `--school 012`); empty when the whole was asked for.
    pub selection: Vec<String>,
    /// How students were matched.
    pub matching: MatchCounts,
    /// Records of both sides, as read.
    pub records: u64,
    /// Per kind of record that either side maps: rows and what became of them.
    pub coverage: BTreeMap<Entity, EntityCoverage>,
    /// Which checks ran.
    pub checks: CheckCounts,
    /// Findings, by severity.
    pub findings: FindingCounts,
    /// Waivers as applied.
    pub waivers: WaiverCounts,
    /// What explains the open findings; each finding counts for one cause at most. Biggest first.
    pub causes: Vec<CauseCount>,
    /// Distinct codes without a crosswalk line: `legacy transcript.mark "P*"` needs one. Only codes, no student data.
    pub unmapped_codes: Vec<String>,
    /// Control totals by school and grade; `None` when they were not compared.
    pub control_totals: Option<ControlTotals>,
    /// Stored GPAs compared, and how many are equal; `None` when none could be.
    pub gpa_equal: Option<Share>,
    /// The GPA kinds for which the project names a policy.
    pub policies: Vec<String>,
    /// How well each policy reproduces the legacy side's stored GPAs.
    pub calibration: Vec<Calibration>,
    /// Whether the run sees planted differences; `None` when it was not tried.
    pub sensitivity: Option<SensitivityResult>,
    /// What earlier runs say; `None` when they could not be read.
    pub rehearsals: Option<Rehearsals>,
    /// The last drill; `None` when there was none against this configuration.
    pub drill: Option<Drill>,
    /// Sign-offs of schools; `None` when none are kept.
    pub signoffs: Option<Signoffs>,
    /// Proof that the run and its findings are durably in the history.
    #[serde(skip)]
    pub history: Option<HistoryReceipt>,
}

/// One side's inputs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SideInput {
    /// The system's label, for sentences.
    pub label: String,
    /// Of which day the extract is.
    #[serde(with = "day")]
    pub as_of: Option<Date>,
    /// How many files were read, each with its size and hash recorded.
    pub files: u64,
    /// What became of the rows of every table.
    pub tables: Vec<TableAccount>,
    /// What readers said of the files.
    pub notices: Vec<NoticeLine>,
    /// Schools that have students on this side.
    pub schools: Vec<String>,
    /// Records refused and not named by a waiver, by kind (`ragged-row`, `open-quote`).
    pub rejects: BTreeMap<String, u64>,
}

/// The conservation law of one table: records = rows + rejected, rows = mapped + left out + ignored by a crosswalk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TableAccount {
    /// Name of the table in the mapping.
    pub table: String,
    /// Records in its files.
    pub records: u64,
    /// Records that became rows.
    pub rows: u64,
    /// Records refused and not named by a waiver.
    pub rejected: u64,
    /// Records refused that a waiver names.
    pub rejected_waived: u64,
    /// Rows that became canonical records (counted once, however many records one row gave).
    pub mapped: u64,
    /// Rows left out by a declared filter or crosswalk line.
    pub left_out: u64,
    /// Rows that the manifest or project promises; `None` when nothing does.
    pub expected: Option<u64>,
}

impl TableAccount {
    /// True when every record is accounted for, exactly once.
    #[must_use]
    pub fn holds(&self) -> bool {
        let sum = |parts: &[u64]| parts.iter().try_fold(0u64, |a, b| a.checked_add(*b));
        sum(&[self.rows, self.rejected, self.rejected_waived]) == Some(self.records)
            && sum(&[self.mapped, self.left_out]) == Some(self.rows)
    }
}

/// A reader's notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeLine {
    /// Kebab-case kind.
    pub kind: String,
    /// One sentence.
    pub text: String,
    /// True when no verdict can rest on the table.
    pub undecidable: bool,
}

/// How students were matched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MatchCounts {
    /// Students of the legacy side.
    pub legacy: u64,
    /// Students of the new side.
    pub new: u64,
    /// Students on both.
    pub paired: u64,
    /// Students on the legacy side only.
    pub legacy_only: u64,
    /// Students on the new side only.
    pub new_only: u64,
}

/// Rows of one kind of record and what became of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EntityCoverage {
    /// Rows of the legacy side; `None` when it does not map the entity.
    pub legacy: Option<u64>,
    /// Rows of the new side; `None` when it does not map the entity.
    pub new: Option<u64>,
    /// Pairs found (one to one, or one to several).
    pub pairs: u64,
    /// Rows, of both sides, that pairing put in no place at all.
    pub unplaced: u64,
    /// Rows, of both sides, whose student id does not read or has no line in its code table.
    pub unreadable_ids: u64,
    /// Rows, of both sides, that pairing put in two places.
    pub placed_twice: u64,
    /// The fields, by name.
    #[serde(with = "by_field")]
    pub fields: BTreeMap<Field, FieldCoverage>,
}

/// One field of a kind of record. Counts are of rows; `raw` and `canonical` count distinct values.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FieldCoverage {
    /// Legacy rows with a value; `None` when the legacy side does not map it.
    pub legacy: Option<u64>,
    /// New rows with a value; `None` when the new side does not map it.
    pub new: Option<u64>,
    /// Distinct raw values of the two sides (legacy, new).
    pub raw: (u64, u64),
    /// Distinct canonical values of the two sides (legacy, new).
    pub canonical: (u64, u64),
    /// Both mappings give it one constant.
    pub constant: bool,
}

/// Which checks ran.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CheckCounts {
    /// Checks that should have run (registry without those that the project switched off).
    pub planned: u64,
    /// Checks that reported back, whether they ran or were skipped.
    pub reported: u64,
    /// Checks that could not run.
    pub skipped: Vec<SkippedCheck>,
    /// Required checks that ran and had nothing to look at.
    pub looked_at_nothing: Vec<String>,
    /// Checks that the project switched off: told, not gated.
    pub switched_off: Vec<String>,
}

/// A check that could not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SkippedCheck {
    /// Its name.
    pub check: String,
    /// What it would have needed.
    pub reason: String,
    /// True when the gate can not decide without it.
    pub required: bool,
}

/// Findings by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SeverityCounts {
    /// Critical.
    pub critical: u64,
    /// Major.
    pub major: u64,
    /// Minor.
    pub minor: u64,
    /// Info.
    pub info: u64,
}

impl SeverityCounts {
    /// Counts one finding.
    pub fn add(&mut self, severity: Severity) {
        let count = match severity {
            Severity::Critical => &mut self.critical,
            Severity::Major => &mut self.major,
            Severity::Minor => &mut self.minor,
            Severity::Info => &mut self.info,
        };
        *count += 1;
    }

    /// The count of a severity.
    #[must_use]
    pub const fn of(&self, severity: Severity) -> u64 {
        match severity {
            Severity::Critical => self.critical,
            Severity::Major => self.major,
            Severity::Minor => self.minor,
            Severity::Info => self.info,
        }
    }

    /// All together.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.critical + self.major + self.minor + self.info
    }
}

/// All findings of the run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FindingCounts {
    /// Every finding.
    pub all: SeverityCounts,
    /// Findings that no waiver covers: what the gate counts.
    pub open: SeverityCounts,
    /// Findings that a waiver covers.
    pub waived: SeverityCounts,
    /// Open findings of each school.
    pub open_by_school: BTreeMap<String, SeverityCounts>,
    /// Rows that were written to the findings file, read back and counted; `None` when none were written.
    pub written: Option<u64>,
}

/// Waivers as applied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WaiverCounts {
    /// True when every finding was held against every waiver (also when there are no waivers).
    pub assessed: bool,
    /// Waivers in force.
    pub in_force: u64,
    /// Ids of waivers that have ended.
    pub expired: Vec<String>,
    /// Ids of waivers that cover nothing.
    pub unused: Vec<String>,
    /// Ids of waivers that met more findings than their cap, and how many more.
    pub over_cap: Vec<(String, u64)>,
    /// Ids of waivers without a scope that declare `broad = true`.
    pub broad: Vec<String>,
    /// Ids of waivers of checks that can not be waived; they cover nothing.
    pub unwaivable: Vec<String>,
    /// The last day on which all waivers that cover something hold; `None` when none does.
    #[serde(with = "day")]
    pub first_end: Option<Date>,
    /// BLAKE3 of the waiver file; empty when there is none.
    pub file_blake3: String,
}

impl From<&Assessment> for WaiverCounts {
    fn from(assessment: &Assessment) -> Self {
        Self {
            assessed: true,
            in_force: assessment.in_force(),
            expired: assessment.expired(),
            unused: assessment.unused(),
            over_cap: assessment.over_cap(),
            broad: assessment.over_broad(),
            unwaivable: assessment.unwaivable(),
            first_end: assessment.first_end(),
            file_blake3: String::new(),
        }
    }
}

/// What one cause explains.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CauseCount {
    /// Its number in the list of causes; 0: its place here.
    pub number: u64,
    /// Its name, as reports show it.
    pub name: String,
    /// Open findings that go when it alone is repaired.
    pub open: SeverityCounts,
    /// The open major ones of each school.
    pub major_by_school: BTreeMap<String, u64>,
    /// Findings that the repair would make: records that agree today and would not any more.
    pub breaks: SeverityCounts,
    /// Findings that go only when other causes are repaired too.
    pub shared: Vec<SharedCount>,
}

/// Open findings that follow from several causes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SharedCount {
    /// Numbers of the other causes.
    pub with: Vec<u64>,
    /// Open findings.
    pub open: SeverityCounts,
    /// The open major ones of each school.
    pub major_by_school: BTreeMap<String, u64>,
}

/// Control totals by school and grade.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ControlTotals {
    /// Cells compared (school x grade x measure).
    pub compared: u64,
    /// Cells that differ although no finding of their students explains it.
    pub unexplained: Vec<String>,
}

/// How well a policy reproduces the legacy side's stored GPAs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Calibration {
    /// Which GPA.
    pub kind: String,
    /// Reproduced of recomputed.
    pub reproduced: Share,
    /// What the misfits share, in words; empty when nothing stands out.
    #[serde(default)]
    pub misfits: String,
}

/// What the sensitivity probe found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SensitivityResult {
    /// Differences planted in memory.
    pub planted: u64,
    /// Differences that came out as open findings.
    pub caught: u64,
    /// Those that did not, by field.
    pub survivors: Vec<Survivor>,
    /// Kinds for which no record was whole enough to plant one in: told, not gated.
    pub unprobed: Vec<String>,
}

/// A planted difference that was not found.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Survivor {
    /// `transcript.mark` or `transcript (row dropped)`.
    pub blind: String,
    /// How many of this kind were planted.
    pub planted: u64,
    /// How many were not found.
    pub missed: u64,
    /// Why: null mapping, not compared, severity, waiver.
    pub cause: String,
}

/// What earlier runs say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rehearsals {
    /// Clean, complete rehearsals in a row right before this run.
    pub clean_before: u32,
    /// Findings of this run that an earlier run had, a later one had not, and that are back.
    pub came_back: u64,
    /// True when the newest recorded run is younger than this one: the clock went back.
    pub clock_went_back: bool,
    /// Students of the largest earlier rehearsal; 0 when there is none.
    pub students: u64,
    /// Records of the largest earlier rehearsal; 0 when there is none.
    pub records: u64,
}

/// The last drill against this configuration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Drill {
    /// Faults planted in a copy of the real new export.
    pub planted: u64,
    /// Faults found.
    pub caught: u64,
}

/// Sign-offs of schools.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Signoffs {
    /// Schools that have a pack in this run.
    pub schools: u64,
    /// Schools that have signed this very pack.
    pub signed: u64,
    /// Schools that signed a pack that has changed since.
    pub void: Vec<String>,
    /// Schools that have signed nothing.
    pub missing: Vec<String>,
}

impl MatchCounts {
    /// Paired of the legacy side's students.
    #[must_use]
    pub const fn share(&self) -> Share {
        Share::new(self.paired, self.legacy)
    }
}

/// Days as ISO text.
mod day {
    use jiff::civil::Date;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(value: &Option<Date>, to: S) -> Result<S::Ok, S::Error> {
        value.map(|d| d.to_string()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
        let text: Option<String> = Option::deserialize(from)?;
        text.map(|t| t.parse::<Date>().map_err(D::Error::custom)).transpose()
    }
}

/// Maps with fields as keys, by name.
mod by_field {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use super::FieldCoverage;
    use crate::canonical::Field;

    type Fields = BTreeMap<Field, FieldCoverage>;

    pub(super) fn serialize<S: Serializer>(value: &Fields, to: S) -> Result<S::Ok, S::Error> {
        value.iter().map(|(f, c)| (f.name(), c)).collect::<BTreeMap<_, _>>().serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Fields, D::Error> {
        let names: BTreeMap<String, FieldCoverage> = BTreeMap::deserialize(from)?;
        let parse = |(name, coverage): (String, FieldCoverage)| {
            let field = Field::ALL.into_iter().find(|f| f.name() == name);
            field.map(|f| (f, coverage)).ok_or_else(|| D::Error::custom(format!("no field is called {name}")))
        };
        names.into_iter().map(parse).collect()
    }
}
