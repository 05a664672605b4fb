//! A course of the catalogue has another level.
//!
//! # What it finds
//!
//! Catalogue courses that stand once on each side and whose levels differ.
//!
//! # Why it matters
//!
//! New rows take their weight from here.
//!
//! # Example
//!
//! Legacy AP, new regular.
//!
//! # What to do
//!
//! Mend the level in the catalogue.

use super::context::{Check, Meta, Out, RunContext};
use super::courses::compare;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "course-level-changed",
    severity: Severity::Major,
    summary: "A course of the catalogue has another level.",
    entity: Entity::Course,
    needs: &[Field::Level],
    source: include_str!("course_level_changed.rs"),
};

/// The check.
pub(super) struct CourseLevelChanged;

impl Check for CourseLevelChanged {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        compare(run, &META, Field::Level, out);
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn another_level_is_found() {
        let found = found("course-level-changed", "course: course|level\nALG|AP", "course: course|level\nALG|regular");
        assert_eq!(found, ["major level -> course ALG AP -> regular"] as [&str; 1]);
    }
}
