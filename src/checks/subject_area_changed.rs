//! A transcript row counts in another subject area.
//!
//! # What it finds
//!
//! Subject or credit areas that differ; critical when a stored graduation requirement of the student flips too.
//!
//! # Why it matters
//!
//! The area decides which requirement the credit meets.
//!
//! # Example
//!
//! Legacy `MATH`, new `ELEC`.
//!
//! # What to do
//!
//! Load the area of the row; a default of elective hides the loss.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "subject-area-changed",
    severity: Severity::Major,
    summary: "A transcript row counts in another subject area.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("subject_area_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Transcript, Field::SubjectArea)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    if change.fields.has(Field::Course) {
        return None;
    }
    let flips = change.student.changes.any(Entity::Graduation, Field::Met);
    Some(if flips { Severity::Critical } else { change.severity }.into())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn another_area_is_found() {
        let found = found(
            "subject-area-changed",
            "transcript: student_id|school_year|term|course|subject_area\n1|2024-25|S1|ALG|MATH",
            "transcript: student_id|school_year|term|course|subject_area\n1|2024-25|S1|ALG|ELEC",
        );
        assert_eq!(found, ["major subject_area MATH -> ELEC"] as [&str; 1]);
    }
}
