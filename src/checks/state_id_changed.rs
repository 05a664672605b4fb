//! The state's number of a student is not the same on both sides.
//!
//! # What it finds
//!
//! State ids that differ, were lost, or lost their leading zeros.
//!
//! # Why it matters
//!
//! The state funds and tracks students by this number; a blank one makes the state issue a second person.
//!
//! # Example
//!
//! Legacy `0012345678`, new `12345678`.
//!
//! # What to do
//!
//! Load the number as text, and ask the state for nobody who has one.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::zeros_note;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "state-id-changed",
    severity: Severity::Major,
    summary: "The state's number of a student is not the same on both sides.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("state_id_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Student, Field::StateId)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let note = change.texts().map_or("", |(l, n)| zeros_note(l, n));
    let severity = if change.is_gained() { Severity::Minor } else { change.severity };
    Some(Judgement::because(severity, note))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn lost_zeros_are_told() {
        let found =
            found("state-id-changed", "student: student_id|state_id\n1|0012", "student: student_id|state_id\n1|12");
        assert_eq!(found, ["major state_id 0012 -> 12 (only leading zeros differ)"] as [&str; 1]);
    }

    #[test]
    fn a_number_that_the_state_gave_since_is_minor() {
        let found = found("state-id-changed", "student: student_id|state_id\n1|", "student: student_id|state_id\n1|12");
        assert_eq!(found, ["minor state_id -> 12"] as [&str; 1]);
    }
}
