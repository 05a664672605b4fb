//! A program, health or custody flag was lost or turned round.
//!
//! # What it finds
//!
//! Special education, section 504, English learner, health and custody flags that differ. No flag and a flag of `no`
//! are the same.
//!
//! # Why it matters
//!
//! The district owes these students services and protection by law from the first day.
//!
//! # Example
//!
//! Legacy has an IEP, new has none.
//!
//! # What to do
//!
//! Stop and find the load step; these flags may not wait for the first complaint.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use crate::canonical::{Entity, Field, Side};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "program-flag-changed",
    severity: Severity::Critical,
    summary: "A program, health or custody flag was lost or turned round.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("program_flag_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck {
    meta: &META,
    at: &[
        (Entity::Student, Field::SpecialEducation),
        (Entity::Student, Field::Section504),
        (Entity::Student, Field::EnglishLearner),
        (Entity::Student, Field::HealthAlert),
        (Entity::Student, Field::CustodyAlert),
    ],
    judge,
};

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let is_set = |side: Side| change.text(side) == Some("true");
    (is_set(Side::Legacy) != is_set(Side::New)).then(|| change.severity.into())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_flag_is_critical() {
        let found = found(
            "program-flag-changed",
            "student: student_id|special_education\n1|true",
            "student: student_id|special_education\n1|false",
        );
        assert_eq!(found, ["critical special_education true -> false"] as [&str; 1]);
    }

    #[test]
    fn an_emptied_flag_is_critical() {
        let found = found(
            "program-flag-changed",
            "student: student_id|health_alert\n1|true",
            "student: student_id|health_alert\n1|",
        );
        assert_eq!(found, ["critical health_alert true ->"] as [&str; 1]);
    }

    #[test]
    fn no_flag_is_a_flag_of_no() {
        let found = found(
            "program-flag-changed",
            "student: student_id|section_504\n1|false",
            "student: student_id|section_504\n1|",
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
