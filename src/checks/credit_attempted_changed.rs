//! A transcript row attempted another credit.
//!
//! # What it finds
//!
//! Attempted credits that differ, also when they were lost.
//!
//! # Why it matters
//!
//! Attempted credit divides the GPA: an F that leaves the divisor lifts it.
//!
//! # Example
//!
//! Legacy 5 attempted and 0 earned, new 0 and 0.
//!
//! # What to do
//!
//! Map attempted credit from its own column.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::amount;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "credit-attempted-changed",
    severity: Severity::Major,
    summary: "A transcript row attempted another credit.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("credit_attempted_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Transcript, Field::CreditAttempted)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    Some(amount(change, change.severity))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_attempt_is_found() {
        let found = found(
            "credit-attempted-changed",
            "transcript: student_id|school_year|term|course|credit_attempted\n1|2024-25|S1|ALG|5",
            "transcript: student_id|school_year|term|course|credit_attempted\n1|2024-25|S1|ALG|0",
        );
        assert_eq!(found, ["major credit_attempted 5 -> 0"] as [&str; 1]);
    }

    #[test]
    fn nought_and_nothing_are_two_things() {
        let found = found(
            "credit-attempted-changed",
            "transcript: student_id|school_year|term|course|credit_attempted\n1|2024-25|S1|ALG|0",
            "transcript: student_id|school_year|term|course|credit_attempted\n1|2024-25|S1|ALG|",
        );
        assert_eq!(found, ["major credit_attempted 0 ->"] as [&str; 1]);
    }
}
