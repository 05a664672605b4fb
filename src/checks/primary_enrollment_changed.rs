//! Another enrollment is the primary one.
//!
//! # What it finds
//!
//! Primary flags that differ. No flag and a flag of `no` are the same.
//!
//! # Why it matters
//!
//! Attendance, funding and the report card follow the primary enrollment.
//!
//! # Example
//!
//! The shop at the career centre was loaded as primary, the home school as secondary.
//!
//! # What to do
//!
//! Map the primary flag; do not let the load order decide.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use crate::canonical::{Entity, Field, Side};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "primary-enrollment-changed",
    severity: Severity::Major,
    summary: "Another enrollment is the primary one.",
    entity: Entity::Enrollment,
    needs: &[],
    source: include_str!("primary_enrollment_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Enrollment, Field::Primary)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let is_set = |side: Side| change.text(side) == Some("true");
    (is_set(Side::Legacy) != is_set(Side::New)).then(|| change.severity.into())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_primary_is_found() {
        let found = found(
            "primary-enrollment-changed",
            "enrollment: student_id|school|entry_date|primary\n1|012|2025-08-12|true",
            "enrollment: student_id|school|entry_date|primary\n1|012|2025-08-12|false",
        );
        assert_eq!(found, ["major primary true -> false"] as [&str; 1]);
    }

    #[test]
    fn no_flag_is_a_flag_of_no() {
        let found = found(
            "primary-enrollment-changed",
            "enrollment: student_id|school|entry_date|primary\n1|012|2025-08-12|false",
            "enrollment: student_id|school|entry_date|primary\n1|012|2025-08-12|",
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
