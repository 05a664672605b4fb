//! A transcript row has another level.
//!
//! # What it finds
//!
//! Regular, honors, AP, IB and dual levels that differ; critical when a stored official GPA of the student moves too.
//!
//! # Why it matters
//!
//! The level carries the weight and the honors mark of the transcript.
//!
//! # Example
//!
//! Legacy AP, new regular.
//!
//! # What to do
//!
//! Map the level of the row, not of the catalogue.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::if_gpa_moves;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "level-changed",
    severity: Severity::Major,
    summary: "A transcript row has another level.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("level_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Transcript, Field::Level)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    (!change.fields.has(Field::Course)).then(|| if_gpa_moves(change).into())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_level_is_found() {
        let found = found(
            "level-changed",
            "transcript: student_id|school_year|term|course|level\n1|2024-25|S1|ALG|AP",
            "transcript: student_id|school_year|term|course|level\n1|2024-25|S1|ALG|regular",
        );
        assert_eq!(found, ["major level AP -> regular"] as [&str; 1]);
    }

    #[test]
    fn a_lost_level_that_moves_the_gpa_is_critical() {
        let found = found(
            "level-changed",
            "gpa: student_id|gpa_kind|value\n1|weighted|3.900\ntranscript: student_id|school_year|term|course|level\n1|2024-25|S1|ALG|AP",
            "gpa: student_id|gpa_kind|value\n1|weighted|3.800\ntranscript: student_id|school_year|term|course|level\n1|2024-25|S1|ALG|regular",
        );
        assert_eq!(found, ["critical level AP -> regular"] as [&str; 1]);
    }
}
