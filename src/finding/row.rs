//! A finding with every text spelled out: what files and screens show. Column order is the order of `findings.csv`.

use serde::{Deserialize, Serialize};

use super::Severity;

/// A finding, spelled out. Everything but `severity` is text as shown; `fingerprint` is the identity that survives
/// re-export, row order, section numbers and changed severities.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRow {
    /// Short reference that staff quote and `collect` matches on: `mark-changed-9f2c41d07a`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// 16 hex digits: hash of check, student, entity, natural key and field.
    pub fingerprint: String,
    /// School code (canonical); empty when none applies.
    pub school: String,
    /// How bad.
    pub severity: Severity,
    /// Name of the check.
    pub check: String,
    /// Area of reports: student, enrollment, schedule, transcript, gpa, graduation, course, load.
    pub area: String,
    /// The student's id as the legacy system prints it (the new system's when legacy has none).
    pub student_id: String,
    /// `Last, First`.
    pub student_name: String,
    /// Grade level (canonical).
    pub grade_level: String,
    /// What record: `2024-25 S2 ALG2H Algebra 2 Honors`.
    pub record: String,
    /// Which field differs; empty when the whole record is meant.
    pub field: String,
    /// `->`, `---`, `+++`.
    pub change: String,
    /// The legacy value as printed in the file.
    pub legacy_value: String,
    /// The new value as printed in the file.
    pub new_value: String,
    /// New minus legacy for numbers, else empty.
    pub difference: String,
    /// The working or the reason, one sentence.
    pub note: String,
    /// Name of the cause that explains it; empty when none does.
    pub cause: String,
    /// Id of the waiver that covers it; empty when none does.
    pub waiver: String,
    /// Label of the run in which it was first seen.
    pub first_seen: String,
    /// File below the legacy root.
    pub legacy_file: String,
    /// Record's line there; 0 when there is none.
    pub legacy_line: u32,
    /// File below the new root.
    pub new_file: String,
    /// Record's line there; 0 when there is none.
    pub new_line: u32,
}
