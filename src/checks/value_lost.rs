//! A value that legacy has is empty on the new side.
//!
//! # What it finds
//!
//! Values of fields without a check of their own that were lost.
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
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Gpa, Field::ClassSize), (Entity::Graduation, Field::InProgress)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
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
}
