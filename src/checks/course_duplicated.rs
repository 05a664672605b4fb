//! A course code stands more often in the new catalogue than in the legacy one.
//!
//! # What it finds
//!
//! Further new catalogue rows of a code: major when they say something else than the row that was compared, minor when
//! they repeat a row. Legacy codes that a crosswalk merges into one new code are no duplicates.
//!
//! # Why it matters
//!
//! Which of two credits a class gives depends on the row that the new system happens to read.
//!
//! # Example
//!
//! `ALG1` stands twice: with 5 credits and with 0.5.
//!
//! # What to do
//!
//! Keep one row a code in the new catalogue.

use super::context::{Check, Meta, Out, RunContext};
use crate::canonical::{Entity, Field, Records, Row};
use crate::finding::{Change, Severity, Subject};

static META: Meta = Meta {
    name: "course-duplicated",
    severity: Severity::Major,
    summary: "A course code stands more often in the new catalogue than in the legacy one.",
    entity: Entity::Course,
    needs: &[],
    source: include_str!("course_duplicated.rs"),
};

/// The check.
pub(super) struct CourseDuplicated;

impl Check for CourseDuplicated {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        let courses = &run.reconciliation.courses;
        out.looked_at += (courses.both.len() + courses.several.len()) as u64;
        let Some(records) = run.reconciliation.new.get(Entity::Course) else { return };
        for row in courses.several.iter().flat_map(|(_, new)| new) {
            let Some(course) = records.text(*row, Field::Course) else { continue };
            let repeats = courses.both.iter().any(|b| says_the_same(records, b.new, *row));
            let note = if repeats { out.note("with the same values") } else { 0 };
            let subject = Subject::Other(out.note(format!("course {course}")));
            let finding = out.finding(subject, &META, Change::Added);
            (finding.new, finding.note) = (Some(*row), note);
            if repeats {
                finding.severity = Severity::Minor;
            }
        }
    }
}

fn says_the_same(records: &Records, a: Row, b: Row) -> bool {
    Field::of(Entity::Course).iter().all(|f| !records.has(*f) || records.key(a, *f) == records.key(b, *f))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_code_with_two_credits_is_major_and_a_row_twice_is_minor() {
        let with = |rows: &str| found("course-duplicated", "course: course|credit\nALG|5", rows);
        assert_eq!(with("course: course|credit\nALG|5\nALG|0.5"), ["major +++ course ALG"]);
        assert_eq!(with("course: course|credit\nALG|5\nALG|5"), ["minor +++ course ALG (with the same values)"]);
    }

    #[test]
    fn two_legacy_codes_that_become_one_are_no_duplicate() {
        let legacy = "course: course|credit\nOLDALG~ALG|5\nALG|5";
        assert_eq!(found("course-duplicated", legacy, "course: course|credit\nALG|5"), [] as [&str; 0]);
        assert_eq!(
            found("course-credit-changed", legacy, "course: course|credit\nALG|10"),
            ["major credit -> course ALG 5 -> 10"]
        );
    }
}
