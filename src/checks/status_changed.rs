//! A student or class is active on one side and not on the other.
//!
//! # What it finds
//!
//! Status codes that differ: critical when a student stops or starts being active, major for other student statuses and
//! for classes.
//!
//! # Why it matters
//!
//! An active student who is loaded as inactive is in no class; a no-show loaded as active is counted and funded; a
//! dropped class comes back.
//!
//! # Example
//!
//! Legacy `no-show`, new `active`.
//!
//! # What to do
//!
//! Check the status crosswalk and the filters of both extracts.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use crate::canonical::{Entity, Field, Side};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "status-changed",
    severity: Severity::Critical,
    summary: "A student or class is active on one side and not on the other.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("status_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Student, Field::Status), (Entity::Schedule, Field::Status)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let is_active = |side: Side| change.text(side).is_some_and(|s| s.eq_ignore_ascii_case("active"));
    let turned = is_active(Side::Legacy) != is_active(Side::New);
    let severity = if change.entity == Entity::Student && turned { change.severity } else { Severity::Major };
    Some(severity.into())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_no_show_that_is_active_is_critical() {
        let found =
            found("status-changed", "student: student_id|status\n1|no-show", "student: student_id|status\n1|active");
        assert_eq!(found, ["critical status no-show -> active"] as [&str; 1]);
    }

    #[test]
    fn another_inactive_status_is_major() {
        let found = found(
            "status-changed",
            "student: student_id|status\n1|graduated",
            "student: student_id|status\n1|inactive",
        );
        assert_eq!(found, ["major status graduated -> inactive"] as [&str; 1]);
    }
}
