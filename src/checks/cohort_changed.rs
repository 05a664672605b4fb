//! The graduation cohort is not the same on both sides.
//!
//! # What it finds
//!
//! Cohort years that differ; critical for seniors.
//!
//! # Why it matters
//!
//! The cohort decides which requirements and weights apply, and the graduation rate.
//!
//! # Example
//!
//! Legacy 2027, new 2026 for everybody.
//!
//! # What to do
//!
//! Load the cohort; do not let the new system compute it from the grade level.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::senior;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "cohort-changed",
    severity: Severity::Major,
    summary: "The graduation cohort is not the same on both sides.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("cohort_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Student, Field::Cohort)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let severity = if change.is_gained() { Severity::Info } else { senior(change.student, change.severity) };
    Some(severity.into())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn another_cohort_is_found() {
        let found = found(
            "cohort-changed",
            "student: student_id|grade_level|cohort\n1|11|2027",
            "student: student_id|grade_level|cohort\n1|11|2026",
        );
        assert_eq!(found, ["major cohort 2027 -> 2026"] as [&str; 1]);
    }

    #[test]
    fn a_senior_in_another_cohort_is_critical() {
        let found = found(
            "cohort-changed",
            "student: student_id|grade_level|cohort\n1|12|2026",
            "student: student_id|grade_level|cohort\n1|12|2027",
        );
        assert_eq!(found, ["critical cohort 2026 -> 2027"] as [&str; 1]);
    }
}
