//! A stint at a school is not on the new side.
//!
//! # What it finds
//!
//! Legacy enrollments without a partner: major, critical when the student has none left. Stints pair by school and
//! entry date, then by overlap.
//!
//! # Why it matters
//!
//! Concurrent enrollments, funding and the history of entering and leaving hang on them.
//!
//! # Example
//!
//! The concurrent enrollment at the career centre was dropped.
//!
//! # What to do
//!
//! Load all stints, not the last one of a student.

use super::context::{Check, Meta, Out, StudentContext};
use crate::canonical::{Entity, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "enrollment-missing",
    severity: Severity::Major,
    summary: "A stint at a school is not on the new side.",
    entity: Entity::Enrollment,
    needs: &[],
    source: include_str!("enrollment_missing.rs"),
};

/// The check.
pub(super) struct EnrollmentMissing;

impl Check for EnrollmentMissing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        let Some(pairs) = student.pairs(Entity::Enrollment).filter(|_| student.is_paired()) else { return };
        out.looked_at += pairs.count(Side::Legacy) as u64;
        let none_left = pairs.count(Side::New) == 0;
        for row in pairs.legacy_only().iter().chain(pairs.legacy_duplicates()) {
            let finding = out.finding(student.subject(), &META, Change::Missing);
            finding.legacy = Some(*row);
            if none_left {
                finding.severity = Severity::Critical;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_concurrent_stint_is_major() {
        let found = found(
            "enrollment-missing",
            "enrollment: student_id|school|entry_date\n1|012|2025-08-12\n1|900|2025-08-12",
            "enrollment: student_id|school|entry_date\n1|012|2025-08-12",
        );
        assert_eq!(found, ["major --- 900 2025-08-12"] as [&str; 1]);
    }

    #[test]
    fn the_only_stint_lost_is_critical() {
        let found = found(
            "enrollment-missing",
            "enrollment: student_id|school|entry_date\n1|012|2025-08-12",
            "student: student_id\n1\nenrollment: student_id|school|entry_date",
        );
        assert_eq!(found, ["critical --- 012 2025-08-12"] as [&str; 1]);
    }
}
