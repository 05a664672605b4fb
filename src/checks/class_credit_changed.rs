//! A scheduled class gives another credit.
//!
//! # What it finds
//!
//! Credits of scheduled classes that differ.
//!
//! # Why it matters
//!
//! The credit is what the student will earn at the end of the term.
//!
//! # Example
//!
//! Legacy 5, new 0.5: units mixed.
//!
//! # What to do
//!
//! Declare the unit factor in the mapping.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::amount;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "class-credit-changed",
    severity: Severity::Major,
    summary: "A scheduled class gives another credit.",
    entity: Entity::Schedule,
    needs: &[],
    source: include_str!("class_credit_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Schedule, Field::Credit)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    Some(amount(change, change.severity))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_tenth_of_the_credit_is_told() {
        let found = found(
            "class-credit-changed",
            "schedule: student_id|school_year|term|course|period|credit\n1|2025-26|S1|ALG|1|5",
            "schedule: student_id|school_year|term|course|period|credit\n1|2025-26|S1|ALG|1|0.5",
        );
        assert_eq!(found, ["major credit 5 -> 0.5 (a tenth: units mixed?)"] as [&str; 1]);
    }
}
