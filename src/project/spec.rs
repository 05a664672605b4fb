//! The validated project.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::owners::Owners;
use crate::canonical::{Entity, Field, Side};
use crate::diagnostic::Diagnostic;
use crate::finding::Severity;
use crate::gate::Criteria;
use crate::mapping::{Crosswalk, Mapping};

/// One migration: both sides, and what is demanded of them.
#[derive(Debug, Clone)]
pub struct Project {
    /// The project file.
    pub path: PathBuf,
    /// Its folder; relative paths start here.
    pub folder: PathBuf,
    /// Whose migration it is.
    pub migration: Migration,
    /// The label of this run: from the command line, else the rehearsal, else `run`.
    pub label: String,
    /// The system that is left.
    pub legacy: SideSpec,
    /// The system that is joined.
    pub new: SideSpec,
    /// The project's code tables by name; those for the mappings are in the mappings already.
    pub crosswalks: BTreeMap<String, Crosswalk>,
    /// How students are matched, in order.
    pub matching: Vec<MatchRule>,
    /// Severities and what is left out.
    pub checks: CheckSettings,
    /// What the gate demands.
    pub criteria: Criteria,
    /// GPA and graduation policies.
    pub policies: Policies,
    /// Accepted findings.
    pub waivers: WaiverSettings,
    /// What is written where.
    pub outputs: Outputs,
    /// Who is shown how.
    pub privacy: Privacy,
    /// Who repairs what.
    pub owners: Owners,
    /// Bytes that the rows of both sides may take in memory; `None` for half of what there is. From the command line.
    pub memory: Option<u64>,
    /// Warnings of all files; errors would have refused the project.
    pub warnings: Vec<Diagnostic>,
}

impl Project {
    /// One side.
    #[must_use]
    pub const fn side(&self, side: Side) -> &SideSpec {
        match side {
            Side::Legacy => &self.legacy,
            Side::New => &self.new,
        }
    }
}

/// Whose migration it is.
#[derive(Debug, Clone)]
pub struct Migration {
    /// The district's name.
    pub district: String,
    /// The district's time zone: days end by it.
    pub timezone: TimeZone,
    /// The day of cutover.
    pub cutover: Option<Date>,
    /// The rehearsal's label.
    pub rehearsal: Option<String>,
}

/// One side of the migration.
#[derive(Debug, Clone)]
pub struct SideSpec {
    /// Which.
    pub side: Side,
    /// The mapping as the project names it.
    pub mapping_name: String,
    /// The mapping, with the project's code tables.
    pub mapping: Mapping,
    /// The folder of its files.
    pub root: PathBuf,
    /// The folder as written, for people.
    pub root_written: String,
    /// The day that its export shows.
    pub as_of: Date,
    /// Its name for people.
    pub label: String,
    /// Rows that the vendor says each table has.
    pub expect_rows: BTreeMap<String, u64>,
}

/// A way to tell that two student records are one student.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MatchRule {
    /// Equal student ids.
    StudentId,
    /// Equal state ids.
    StateId,
    /// Student ids that are equal without leading zeros.
    StudentIdUnpadded,
    /// The legacy id becomes the new one by this code table.
    Crosswalk(String),
}

impl MatchRule {
    /// As projects and reports write it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::StudentId => "student_id".into(),
            Self::StateId => "state_id".into(),
            Self::StudentIdUnpadded => "student_id_unpadded".into(),
            Self::Crosswalk(name) => format!("crosswalk:{name}"),
        }
    }
}

/// What the project changes about checks.
#[derive(Debug, Clone, Default)]
pub struct CheckSettings {
    /// By check.
    pub by_check: BTreeMap<String, CheckSetting>,
    /// Fields whose differences are not findings.
    pub ignore_fields: BTreeSet<(Entity, Field)>,
}

/// What the project changes about one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckSetting {
    /// Not run; listed as ignored by policy.
    Off,
    /// Another severity.
    Severity {
        /// Instead of the check's own; `None` keeps it.
        base: Option<Severity>,
        /// For students of this grade level (`12`).
        by_grade: BTreeMap<String, Severity>,
    },
}

/// A policy: shipped, or a file of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyRef {
    /// By its name.
    Shipped(String),
    /// A TOML file.
    File(PathBuf),
}

/// The policies of one kind of GPA: the same, or one for each system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindPolicies {
    /// How the legacy system computes it.
    pub legacy: PolicyRef,
    /// How the new system computes it.
    pub new: PolicyRef,
}

/// GPA and graduation policies.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    /// By kind of GPA.
    pub gpa: BTreeMap<String, KindPolicies>,
    /// Of graduation.
    pub graduation: Option<PolicyRef>,
    /// Files of the exceptions of single students, legacy and new.
    pub exceptions: [Option<PathBuf>; 2],
}

/// Where accepted findings stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaiverSettings {
    /// The file, if there is one.
    pub file: Option<PathBuf>,
    /// How many days a waiver may last.
    pub max_days: u32,
    /// Checks that nobody can waive here, beside those that nobody can waive anywhere.
    pub unwaivable: Vec<String>,
}

/// A format of school packs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PackFormat {
    /// CSV for Excel.
    Csv,
    /// A workbook.
    Xlsx,
}

/// What is written where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outputs {
    /// The folder; a run gets a folder of its label inside.
    pub folder: PathBuf,
    /// Formats of school packs.
    pub packs: Vec<PackFormat>,
    /// Findings below are not in the packs.
    pub min_severity: Severity,
    /// An HTML report is written.
    pub html: bool,
    /// The day until which schools are asked to answer.
    pub answers_due: Option<Date>,
    /// Whom schools call; may be empty.
    pub contact: String,
}

/// How students are named in what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// In full.
    Full,
    /// By initials.
    Initials,
    /// Not at all.
    None,
}

/// Who is shown how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Privacy {
    /// Names in packs and reports.
    pub names: Names,
    /// Groups smaller than this are not shown to executives.
    pub exec_min_group: u32,
    /// Public keys (`age1...`) that packs are encrypted for, by school code; `*` is for every other school.
    pub encrypt: BTreeMap<String, String>,
    /// The file with the key of pseudonyms; without it one is made and kept in the history folder.
    pub pseudonym_key: Option<PathBuf>,
    /// Readers of packs; none means one pack a school for everybody there.
    pub roles: Vec<Role>,
}

/// A kind of reader: what their packs hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Name, which is also the name of the folder below `packs/`.
    pub name: String,
    /// Names of students.
    pub names: Names,
    /// May see programs, health and custody flags.
    pub sensitive: bool,
    /// Sees pseudonyms instead of ids and names, and no personal value.
    pub pseudonyms: bool,
    /// Only findings of these areas; empty for all.
    pub areas: Vec<String>,
    /// Only these of the columns that can be left out; `None` for all.
    pub columns: Option<Vec<String>>,
    /// One file for all schools instead of one a school.
    pub whole: bool,
}
