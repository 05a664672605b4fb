//! A course of the catalogue is on the new side only.
//!
//! # What it finds
//!
//! New catalogue courses without a partner. Info: a new system may offer more.
//!
//! # Why it matters
//!
//! Two codes for one course scatter its classes and repeats.
//!
//! # Example
//!
//! `ALG1-NEW` beside `ALG1`.
//!
//! # What to do
//!
//! Look whether a code was made twice while the catalogue was set up.

use super::context::{Check, Meta, Out, RunContext};
use crate::canonical::{Entity, Field};
use crate::finding::{Change, Severity, Subject};

static META: Meta = Meta {
    name: "course-unexpected",
    severity: Severity::Info,
    summary: "A course of the catalogue is on the new side only.",
    entity: Entity::Course,
    needs: &[],
    source: include_str!("course_unexpected.rs"),
};

/// The check.
pub(super) struct CourseUnexpected;

impl Check for CourseUnexpected {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        let courses = &run.reconciliation.courses;
        out.looked_at += (courses.both.len() + courses.new_only.len()) as u64;
        let Some(records) = run.reconciliation.new.get(Entity::Course) else { return };
        for row in &courses.new_only {
            let Some(course) = records.text(*row, Field::Course) else { continue };
            let subject = Subject::Other(out.note(format!("course {course}")));
            out.finding(subject, &META, Change::Added).new = Some(*row);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_course_that_legacy_does_not_offer_is_told() {
        let found = found("course-unexpected", "course: course\nALG", "course: course\nALG\nBIO");
        assert_eq!(found, ["info +++ course BIO"] as [&str; 1]);
    }
}
