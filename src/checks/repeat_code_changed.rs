//! A repeated course counts otherwise.
//!
//! # What it finds
//!
//! Repeat codes that differ or were lost; critical when a stored official GPA of the student moves too.
//!
//! # Why it matters
//!
//! Without the code both attempts count, in credit and in the GPA.
//!
//! # Example
//!
//! Legacy `R` (replaced), new none.
//!
//! # What to do
//!
//! Translate repeat codes; infinite-campus style systems need an empty weight instead.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::if_gpa_moves;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "repeat-code-changed",
    severity: Severity::Major,
    summary: "A repeated course counts otherwise.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("repeat_code_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Transcript, Field::RepeatCode)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    Some(if_gpa_moves(change).into())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_repeat_code_is_found() {
        let found = found(
            "repeat-code-changed",
            "transcript: student_id|school_year|term|course|repeat_code\n1|2024-25|S1|ALG|R",
            "transcript: student_id|school_year|term|course|repeat_code\n1|2024-25|S1|ALG|",
        );
        assert_eq!(found, ["major repeat_code R ->"] as [&str; 1]);
    }
}
