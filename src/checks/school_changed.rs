//! A student is at another school.
//!
//! # What it finds
//!
//! School codes that differ on the student record (critical), on an enrollment or a class (major).
//!
//! # Why it matters
//!
//! The student is on no roster of the right school, and the wrong school sees the record.
//!
//! # Example
//!
//! Legacy 012, new 021: two schools were mapped to one.
//!
//! # What to do
//!
//! Check the school crosswalk before single students.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::zeros_note;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "school-changed",
    severity: Severity::Critical,
    summary: "A student is at another school.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("school_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck {
    meta: &META,
    at: &[(Entity::Student, Field::School), (Entity::Enrollment, Field::School), (Entity::Schedule, Field::School)],
    judge,
};

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let severity = if change.entity == Entity::Student { change.severity } else { Severity::Major };
    let note = change.texts().map_or("", |(l, n)| zeros_note(l, n));
    Some(Judgement::because(severity, note))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn another_school_is_found() {
        let found = found("school-changed", "student: student_id|school\n1|012", "student: student_id|school\n1|021");
        assert_eq!(found, ["critical school 012 -> 021"] as [&str; 1]);
    }
}
