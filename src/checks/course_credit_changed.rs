//! A course of the catalogue gives another credit.
//!
//! # What it finds
//!
//! Catalogue courses that stand once on each side and whose credits differ.
//!
//! # Why it matters
//!
//! New rows take their credit from here.
//!
//! # Example
//!
//! Legacy 5, new 10.
//!
//! # What to do
//!
//! Declare the unit factor, or mend the catalogue.

use super::context::{Check, Meta, Out, RunContext};
use super::courses::compare;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "course-credit-changed",
    severity: Severity::Major,
    summary: "A course of the catalogue gives another credit.",
    entity: Entity::Course,
    needs: &[Field::Credit],
    source: include_str!("course_credit_changed.rs"),
};

/// The check.
pub(super) struct CourseCreditChanged;

impl Check for CourseCreditChanged {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        compare(run, &META, Field::Credit, out);
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn another_credit_is_found() {
        let found = found("course-credit-changed", "course: course|credit\nALG|5", "course: course|credit\nALG|10");
        assert_eq!(found, ["major credit -> course ALG 5 -> 10"] as [&str; 1]);
    }
}
