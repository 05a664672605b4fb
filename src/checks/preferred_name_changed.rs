//! The name that a student goes by is not the same on both sides.
//!
//! # What it finds
//!
//! A preferred name that differs in more than case or blanks, or was lost.
//!
//! # Why it matters
//!
//! It is what teachers see on rosters; it has no consequence for the record.
//!
//! # Example
//!
//! Legacy `Bobby`, new blank.
//!
//! # What to do
//!
//! Load the preferred name, or leave the field out with `ignore_fields`.

use super::context::Meta;
use super::field_check::label;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::name_garbled::garbled;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "preferred-name-changed",
    severity: Severity::Minor,
    summary: "The name that a student goes by is not the same on both sides.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("preferred_name_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Student, Field::PreferredName)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    if change.texts().is_some_and(|(l, n)| garbled(l, n).is_some()) {
        return None;
    }
    label(change)
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_preferred_name_is_minor() {
        let found = found(
            "preferred-name-changed",
            "student: student_id|preferred_name\n1|Bobby",
            "student: student_id|preferred_name\n1|",
        );
        assert_eq!(found, ["minor preferred_name Bobby ->"] as [&str; 1]);
    }
}
