//! A student of the new side is not on the legacy side.
//!
//! # What it finds
//!
//! Students that no matching rule finds on the legacy side, unless they double another new student
//! (`student-duplicated`).
//!
//! # Why it matters
//!
//! A second record splits the history and is funded twice; a student who left long ago is counted.
//!
//! # Example
//!
//! No-shows were loaded as students.
//!
//! # What to do
//!
//! Find where the record came from; merge it or take it out.

use super::context::{Check, Meta, Out, StudentContext};
use crate::canonical::Entity;
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "student-unexpected",
    severity: Severity::Critical,
    summary: "A student of the new side is not on the legacy side.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("student_unexpected.rs"),
};

/// The check.
pub(super) struct StudentUnexpected;

impl Check for StudentUnexpected {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn needs_everybody(&self) -> bool {
        true
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        if !student.pair.on_new {
            return;
        }
        out.looked_at += 1;
        if student.pair.on_legacy || student.reconciliation.matching.doubles.contains_key(&student.position) {
            return;
        }
        out.finding(student.subject(), &META, Change::Added).new = student.pair.new;
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn an_extra_student_is_found() {
        let found = found("student-unexpected", "student: student_id\n1", "student: student_id\n1\n2");
        assert_eq!(found, ["critical +++ student 2"] as [&str; 1]);
    }
}
