//! A transcript row counts in the GPA on one side only.
//!
//! # What it finds
//!
//! Stored include-in-GPA flags that differ; critical when a stored official GPA of the student moves too.
//!
//! # Why it matters
//!
//! A P that counts as 2.0, or a PE that counts at all, moves the GPA and the rank.
//!
//! # Example
//!
//! Legacy not in the GPA, new in it.
//!
//! # What to do
//!
//! Set the flag by mark and course as the policy says.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::if_gpa_moves;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "in-gpa-changed",
    severity: Severity::Major,
    summary: "A transcript row counts in the GPA on one side only.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("in_gpa_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Transcript, Field::InGpa)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    Some(if_gpa_moves(change).into())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_flag_turned_round_is_found() {
        let found = found(
            "in-gpa-changed",
            "transcript: student_id|school_year|term|course|in_gpa\n1|2024-25|S1|ALG|true",
            "transcript: student_id|school_year|term|course|in_gpa\n1|2024-25|S1|ALG|false",
        );
        assert_eq!(found, ["major in_gpa true -> false"] as [&str; 1]);
    }
}
