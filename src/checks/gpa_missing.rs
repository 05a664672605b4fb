//! A stored GPA is not on the new side.
//!
//! # What it finds
//!
//! Legacy GPAs of a kind that the student has not on the new side: critical for official and weighted kinds, major for
//! others.
//!
//! # Why it matters
//!
//! Without it there is no rank, no eligibility and no honor roll.
//!
//! # Example
//!
//! The job that computes the GPA never ran for one school.
//!
//! # What to do
//!
//! Run the calculation for all students, then extract again.

use super::context::{Check, Meta, Out, StudentContext};
use super::judge::is_official;
use crate::canonical::{Entity, Field, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "gpa-missing",
    severity: Severity::Critical,
    summary: "A stored GPA is not on the new side.",
    entity: Entity::Gpa,
    needs: &[],
    source: include_str!("gpa_missing.rs"),
};

/// The check.
pub(super) struct GpaMissing;

impl Check for GpaMissing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        let Some(pairs) = student.pairs(Entity::Gpa).filter(|_| student.is_paired()) else { return };
        out.looked_at += pairs.count(Side::Legacy) as u64;
        for row in pairs.legacy_only().iter().chain(pairs.legacy_duplicates()) {
            if student.number(Side::Legacy, Entity::Gpa, *row, Field::Value).is_none() {
                continue;
            }
            let official = student.text(Side::Legacy, Entity::Gpa, *row, Field::GpaKind).is_some_and(is_official);
            let finding = out.finding(student.subject(), &META, Change::Missing);
            finding.legacy = Some(*row);
            if !official {
                finding.severity = Severity::Major;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_gpa_is_found() {
        let found = found(
            "gpa-missing",
            "gpa: student_id|gpa_kind|value\n1|weighted|3.9\n1|uc|3.8",
            "student: student_id\n1\ngpa: student_id|gpa_kind|value\n",
        );
        assert_eq!(found, ["major --- uc 3.8", "critical --- weighted 3.9"] as [&str; 2]);
    }
}
