//! A stint follows another calendar or year-round track.
//!
//! # What it finds
//!
//! Calendars that differ or were lost.
//!
//! # Why it matters
//!
//! Year-round students are marked absent on the days of the other track (Bell High School, 2014).
//!
//! # Example
//!
//! Legacy track C, new none.
//!
//! # What to do
//!
//! Load the calendars before the enrollments.

use super::context::Meta;
use super::field_check::{FieldCheck, always};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "calendar-changed",
    severity: Severity::Major,
    summary: "A stint follows another calendar or year-round track.",
    entity: Entity::Enrollment,
    needs: &[],
    source: include_str!("calendar_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Enrollment, Field::Calendar)], judge: always };

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_calendar_is_found() {
        let found = found(
            "calendar-changed",
            "enrollment: student_id|school|entry_date|calendar\n1|012|2025-08-12|C",
            "enrollment: student_id|school|entry_date|calendar\n1|012|2025-08-12|",
        );
        assert_eq!(found, ["major calendar C ->"] as [&str; 1]);
    }
}
