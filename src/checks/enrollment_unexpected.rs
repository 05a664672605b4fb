//! A stint at a school is not on the legacy side.
//!
//! # What it finds
//!
//! New enrollments without a partner, also those loaded twice.
//!
//! # Why it matters
//!
//! A stint too many counts and pays twice.
//!
//! # Example
//!
//! A stint that legacy deleted came back.
//!
//! # What to do
//!
//! Take the deleted records out of the extract.

use super::context::{Check, Meta, Out, StudentContext};
use crate::canonical::{Entity, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "enrollment-unexpected",
    severity: Severity::Major,
    summary: "A stint at a school is not on the legacy side.",
    entity: Entity::Enrollment,
    needs: &[],
    source: include_str!("enrollment_unexpected.rs"),
};

/// The check.
pub(super) struct EnrollmentUnexpected;

impl Check for EnrollmentUnexpected {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        let Some(pairs) = student.pairs(Entity::Enrollment).filter(|_| student.is_paired()) else { return };
        out.looked_at += pairs.count(Side::New) as u64;
        for row in pairs.new_only().iter().chain(pairs.new_duplicates()) {
            out.finding(student.subject(), &META, Change::Added).new = Some(*row);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn an_extra_stint_is_found() {
        let found = found(
            "enrollment-unexpected",
            "enrollment: student_id|school|entry_date\n1|012|2025-08-12",
            "enrollment: student_id|school|entry_date\n1|012|2025-08-12\n1|900|2025-08-12",
        );
        assert_eq!(found, ["major +++ 900 2025-08-12"] as [&str; 1]);
    }
}
