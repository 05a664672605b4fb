//! A course of the catalogue counts in another subject area.
//!
//! # What it finds
//!
//! Catalogue courses that stand once on each side and whose areas differ.
//!
//! # Why it matters
//!
//! New rows count in the requirement that is set here.
//!
//! # Example
//!
//! Legacy MATH, new ELEC.
//!
//! # What to do
//!
//! Mend the area in the catalogue.

use super::context::{Check, Meta, Out, RunContext};
use super::courses::compare;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "course-subject-changed",
    severity: Severity::Major,
    summary: "A course of the catalogue counts in another subject area.",
    entity: Entity::Course,
    needs: &[Field::SubjectArea],
    source: include_str!("course_subject_changed.rs"),
};

/// The check.
pub(super) struct CourseSubjectChanged;

impl Check for CourseSubjectChanged {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        compare(run, &META, Field::SubjectArea, out);
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn another_area_is_found() {
        let found = found(
            "course-subject-changed",
            "course: course|subject_area\nALG|MATH",
            "course: course|subject_area\nALG|ELEC",
        );
        assert_eq!(found, ["major subject_area -> course ALG MATH -> ELEC"] as [&str; 1]);
    }
}
