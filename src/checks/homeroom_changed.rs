//! The homeroom or advisory is not the same on both sides.
//!
//! # What it finds
//!
//! Homerooms that differ in more than case or blanks, or were lost.
//!
//! # Why it matters
//!
//! It is a label, and in some schools where attendance is taken.
//!
//! # Example
//!
//! Legacy `B12`, new blank.
//!
//! # What to do
//!
//! Reload the homerooms, or leave the field out with `ignore_fields`.

use super::context::Meta;
use super::field_check::{FieldCheck, label};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "homeroom-changed",
    severity: Severity::Minor,
    summary: "The homeroom or advisory is not the same on both sides.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("homeroom_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Student, Field::Homeroom)], judge: label };

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_homeroom_is_minor() {
        let found =
            found("homeroom-changed", "student: student_id|homeroom\n1|B12", "student: student_id|homeroom\n1|");
        assert_eq!(found, ["minor homeroom B12 ->"] as [&str; 1]);
    }
}
