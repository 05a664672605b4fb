//! A class rank is not the same on both sides.
//!
//! # What it finds
//!
//! Ranks and class sizes that differ: critical for seniors, and when the student enters or leaves the first ten.
//!
//! # Why it matters
//!
//! Rank decides valedictorians, scholarships and automatic admission.
//!
//! # Example
//!
//! Legacy 10 of 412, new 11 of 412.
//!
//! # What to do
//!
//! Rank last, by the rule of the handbook (ties, who is counted), from exact GPAs.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::senior;
use crate::canonical::Decimal;
use crate::canonical::{Entity, Field, Side};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "class-rank-changed",
    severity: Severity::Major,
    summary: "A class rank is not the same on both sides.",
    entity: Entity::Gpa,
    needs: &[],
    source: include_str!("class_rank_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Gpa, Field::Rank), (Entity::Gpa, Field::ClassSize)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    if change.field == Field::ClassSize {
        return (!change.fields.has(Field::Rank))
            .then(|| Judgement::because(change.severity, "other students are counted"));
    }
    let ten = Decimal::new(10, 0);
    let in_ten = |side: Side| change.number(side).is_some_and(|rank| rank <= ten);
    if in_ten(Side::Legacy) != in_ten(Side::New) {
        return Some(Judgement::because(Severity::Critical, "the first ten are not the same"));
    }
    Some(senior(change.student, change.severity).into())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn leaving_the_first_ten_is_critical() {
        let found = found(
            "class-rank-changed",
            "gpa: student_id|gpa_kind|rank\n1|weighted|10",
            "gpa: student_id|gpa_kind|rank\n1|weighted|11",
        );
        assert_eq!(found, ["critical rank 10 -> 11 (the first ten are not the same)"] as [&str; 1]);
    }

    #[test]
    fn another_rank_is_major() {
        let found = found(
            "class-rank-changed",
            "gpa: student_id|gpa_kind|rank\n1|weighted|40",
            "gpa: student_id|gpa_kind|rank\n1|weighted|41",
        );
        assert_eq!(found, ["major rank 40 -> 41"] as [&str; 1]);
    }
}
