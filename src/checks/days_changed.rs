//! A class meets on other days.
//!
//! # What it finds
//!
//! Meeting days or A/B day sets that differ.
//!
//! # Why it matters
//!
//! On the wrong days the student has no class, or two.
//!
//! # Example
//!
//! Legacy A days, new B days.
//!
//! # What to do
//!
//! Check which day the cycle of the new calendar begins with.

use super::context::Meta;
use super::field_check::{FieldCheck, always};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "days-changed",
    severity: Severity::Major,
    summary: "A class meets on other days.",
    entity: Entity::Schedule,
    needs: &[],
    source: include_str!("days_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Schedule, Field::Days)], judge: always };

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn inverted_days_are_found() {
        let found = found(
            "days-changed",
            "schedule: student_id|school_year|term|course|period|days\n1|2025-26|S1|ALG|1|A",
            "schedule: student_id|school_year|term|course|period|days\n1|2025-26|S1|ALG|1|B",
        );
        assert_eq!(found, ["major days A -> B"] as [&str; 1]);
    }
}
