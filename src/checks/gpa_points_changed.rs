//! A transcript row has other grade points.
//!
//! # What it finds
//!
//! Stored grade points that differ; critical when a stored official GPA of the student moves too.
//!
//! # Why it matters
//!
//! Points times weight make the GPA.
//!
//! # Example
//!
//! Legacy 3.7, new 3.67: another scale.
//!
//! # What to do
//!
//! Set the grade scale of the year in which the mark was given.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::if_gpa_moves;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "gpa-points-changed",
    severity: Severity::Major,
    summary: "A transcript row has other grade points.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("gpa_points_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Transcript, Field::GpaPoints)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    Some(if_gpa_moves(change).into())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn another_scale_is_found() {
        let found = found(
            "gpa-points-changed",
            "transcript: student_id|school_year|term|course|gpa_points\n1|2024-25|S1|ALG|3.7",
            "transcript: student_id|school_year|term|course|gpa_points\n1|2024-25|S1|ALG|3.67",
        );
        assert_eq!(found, ["major gpa_points 3.7 -> 3.67"] as [&str; 1]);
    }
}
