//! A stored GPA is on the new side only.
//!
//! # What it finds
//!
//! New GPAs of a kind that the student has not on the legacy side.
//!
//! # Why it matters
//!
//! It may be right, but nothing proves it.
//!
//! # Example
//!
//! The new system stores a kind that the old one computed on the fly.
//!
//! # What to do
//!
//! Map the kind on both sides, or filter it.

use super::context::{Check, Meta, Out, StudentContext};
use crate::canonical::{Entity, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "gpa-unexpected",
    severity: Severity::Minor,
    summary: "A stored GPA is on the new side only.",
    entity: Entity::Gpa,
    needs: &[],
    source: include_str!("gpa_unexpected.rs"),
};

/// The check.
pub(super) struct GpaUnexpected;

impl Check for GpaUnexpected {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        let Some(pairs) = student.pairs(Entity::Gpa).filter(|_| student.is_paired()) else { return };
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
    fn an_extra_gpa_is_minor() {
        let found = found(
            "gpa-unexpected",
            "gpa: student_id|gpa_kind|value\n1|weighted|3.9",
            "gpa: student_id|gpa_kind|value\n1|weighted|3.9\n1|uc|3.8",
        );
        assert_eq!(found, ["minor +++ uc 3.8"] as [&str; 1]);
    }
}
