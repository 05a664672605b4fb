//! A transcript row weighs more or less in the GPA.
//!
//! # What it finds
//!
//! GPA weights that differ; critical when a stored official GPA of the student moves too. No weight is not a weight of
//! nought.
//!
//! # Why it matters
//!
//! The weight decides how much the mark counts, or whether it counts.
//!
//! # Example
//!
//! Legacy 5, new none.
//!
//! # What to do
//!
//! Load the weight of the row, not of the catalogue.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::{amount, if_gpa_moves};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "gpa-weight-changed",
    severity: Severity::Major,
    summary: "A transcript row weighs more or less in the GPA.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("gpa_weight_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Transcript, Field::GpaWeight)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    Some(amount(change, if_gpa_moves(change)))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn no_weight_is_not_nought() {
        let found = found(
            "gpa-weight-changed",
            "transcript: student_id|school_year|term|course|gpa_weight\n1|2024-25|S1|ALG|0",
            "transcript: student_id|school_year|term|course|gpa_weight\n1|2024-25|S1|ALG|",
        );
        assert_eq!(found, ["major gpa_weight 0 ->"] as [&str; 1]);
    }
}
