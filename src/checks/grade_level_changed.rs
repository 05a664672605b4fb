//! A student is in another grade level.
//!
//! # What it finds
//!
//! Grade levels that differ on the student record (critical), or on an enrollment (major).
//!
//! # Why it matters
//!
//! The grade level decides courses, promotion, testing and graduation year.
//!
//! # Example
//!
//! Legacy 11, new 12: students were promoted twice.
//!
//! # What to do
//!
//! Ask whether the new side was rolled over before or after the extract; roll once.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use crate::canonical::{Entity, Field, Side};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "grade-level-changed",
    severity: Severity::Critical,
    summary: "A student is in another grade level.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("grade_level_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck {
    meta: &META,
    at: &[(Entity::Student, Field::GradeLevel), (Entity::Enrollment, Field::GradeLevel)],
    judge,
};

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let severity = if change.entity == Entity::Student { change.severity } else { Severity::Major };
    let grade = |side: Side| change.text(side).and_then(|t| t.parse::<i16>().ok());
    let note = match (grade(Side::Legacy), grade(Side::New)) {
        (Some(l), Some(n)) if n == l + 1 => "one grade up: rolled over twice?",
        (Some(l), Some(n)) if n == l - 1 => "one grade down: not rolled over?",
        _ => "",
    };
    Some(Judgement::because(severity, note))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_promotion_is_found() {
        let found = found(
            "grade-level-changed",
            "student: student_id|grade_level\n1|11",
            "student: student_id|grade_level\n1|12",
        );
        assert_eq!(found, ["critical grade_level 11 -> 12 (one grade up: rolled over twice?)"] as [&str; 1]);
    }
}
