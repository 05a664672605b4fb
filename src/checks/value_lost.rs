//! A value that legacy has is empty on the new side.
//!
//! # What it finds
//!
//! Values of fields without a check of their own that were lost. A lost or a new word on whether graduation is met is
//! major.
//!
//! # Why it matters
//!
//! What is gone cannot be looked up after the old system is closed.
//!
//! # Example
//!
//! Legacy class size 412, new none.
//!
//! # What to do
//!
//! Map the field, or leave it out with `ignore_fields`.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "value-lost",
    severity: Severity::Minor,
    summary: "A value that legacy has is empty on the new side.",
    entity: Entity::Gpa,
    needs: &[],
    source: include_str!("value_lost.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck {
    meta: &META,
    at: &[(Entity::Gpa, Field::ClassSize), (Entity::Graduation, Field::InProgress), (Entity::Graduation, Field::Met)],
    judge,
};

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    if change.field == Field::Met {
        // Flags that differ are graduation-status-flipped; a word that only one side has may be anything.
        return change.texts().is_none().then(|| Severity::Major.into());
    }
    change.is_lost().then(|| change.severity.into())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_value_is_minor() {
        let found = found(
            "value-lost",
            "graduation: student_id|requirement|in_progress\n1|MATH|10",
            "graduation: student_id|requirement|in_progress\n1|MATH|",
        );
        assert_eq!(found, ["minor in_progress 10 ->"] as [&str; 1]);
    }

    #[test]
    fn a_word_on_graduation_that_one_side_alone_has_is_major() {
        let side = |met: &str| format!("graduation: student_id|requirement|met\n1|MATH|{met}");
        assert_eq!(found("value-lost", &side("false"), &side("")), ["major met false ->"]);
        assert_eq!(found("value-lost", &side(""), &side("true")), ["major met -> true"]);
    }
}
