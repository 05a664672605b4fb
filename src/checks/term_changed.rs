//! A class covers another part of the year.
//!
//! # What it finds
//!
//! Terms or school years of classes that differ. A year row and two half rows are the same.
//!
//! # Why it matters
//!
//! A full-year class loaded for one half ends at the half.
//!
//! # Example
//!
//! Legacy FY, new S1.
//!
//! # What to do
//!
//! Map the terms to the part of the year that they cover.

use super::context::Meta;
use super::field_check::{FieldCheck, always};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "term-changed",
    severity: Severity::Major,
    summary: "A class covers another part of the year.",
    entity: Entity::Schedule,
    needs: &[],
    source: include_str!("term_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck {
    meta: &META,
    at: &[(Entity::Schedule, Field::SchoolYear), (Entity::Schedule, Field::Term)],
    judge: always,
};

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_year_class_in_one_half_is_found() {
        let found = found(
            "term-changed",
            "schedule: student_id|term|course|period\n1|FY|ALG|3",
            "schedule: student_id|term|course|period\n1|S1|ALG|3",
        );
        assert_eq!(found, ["major term FY -> S1"] as [&str; 1]);
    }

    #[test]
    fn a_year_row_and_its_halves_are_the_same() {
        let found = found(
            "term-changed",
            "schedule: student_id|term|course|period\n1|FY|ALG|3",
            "schedule: student_id|term|course|period\n1|S1|ALG|3\n1|S2|ALG|3",
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
