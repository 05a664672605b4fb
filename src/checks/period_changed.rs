//! A class meets in another period.
//!
//! # What it finds
//!
//! Periods that differ after the period crosswalk, in classes that pair by course, term and teacher.
//!
//! # Why it matters
//!
//! The student stands before the wrong door, or two classes collide.
//!
//! # Example
//!
//! Legacy period 3, new period 4: a zero period shifted all.
//!
//! # What to do
//!
//! Mend the period crosswalk when many move alike; else the section.

use super::context::Meta;
use super::field_check::{FieldCheck, always};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "period-changed",
    severity: Severity::Major,
    summary: "A class meets in another period.",
    entity: Entity::Schedule,
    needs: &[],
    source: include_str!("period_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Schedule, Field::Period)], judge: always };

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn another_period_is_found() {
        let found = found(
            "period-changed",
            "schedule: student_id|term|course|period\n1|S1|ALG|3",
            "schedule: student_id|term|course|period\n1|S1|ALG|4",
        );
        assert_eq!(found, ["major period 3 -> 4"] as [&str; 1]);
    }
}
