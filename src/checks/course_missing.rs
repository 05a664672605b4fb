//! A course of the catalogue is not on the new side.
//!
//! # What it finds
//!
//! Legacy catalogue courses without a partner: major when a schedule or transcript row of the legacy side uses the
//! course, else minor.
//!
//! # Why it matters
//!
//! Rows of a course that is not in the catalogue lose title, level and area.
//!
//! # Example
//!
//! A retired course of old transcripts was not loaded.
//!
//! # What to do
//!
//! Load retired courses too, marked inactive.

use super::context::{Check, Meta, Out, RunContext};
use crate::canonical::{Entity, Field, Side};
use crate::finding::{Change, Severity, Subject};

static META: Meta = Meta {
    name: "course-missing",
    severity: Severity::Minor,
    summary: "A course of the catalogue is not on the new side.",
    entity: Entity::Course,
    needs: &[],
    source: include_str!("course_missing.rs"),
};

/// The check.
pub(super) struct CourseMissing;

impl Check for CourseMissing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        let courses = &run.reconciliation.courses;
        out.looked_at += (courses.both.len() + courses.legacy_only.len() + courses.several.len()) as u64;
        let Some(records) = run.reconciliation.legacy.get(Entity::Course) else { return };
        for row in &courses.legacy_only {
            let Some(course) = records.text(*row, Field::Course) else { continue };
            let subject = Subject::Other(out.note(format!("course {course}")));
            let finding = out.finding(subject, &META, Change::Missing);
            finding.legacy = Some(*row);
            if is_used(run, course) {
                finding.severity = Severity::Major;
            }
        }
    }
}

/// True when a class or a mark of the legacy side is of this course.
fn is_used(run: &RunContext<'_>, course: &str) -> bool {
    [Entity::Schedule, Entity::Transcript].into_iter().any(|entity| {
        let column = run.reconciliation.dataset(Side::Legacy).get(entity).and_then(|r| r.column(Field::Course));
        column.is_some_and(|c| (0..c.values.len() as u32).any(|code| c.values.text(code) == course))
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_course_that_is_used_is_major() {
        let found = found(
            "course-missing",
            "course: course\nALG\nOLD\nBIO\ntranscript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|OLD|A|5",
            "course: course\nALG\ntranscript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|OLD|A|5",
        );
        assert_eq!(found, ["minor --- course BIO", "major --- course OLD"] as [&str; 2]);
    }
}
