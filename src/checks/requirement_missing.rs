//! A graduation requirement of a student is not on the new side.
//!
//! # What it finds
//!
//! Legacy graduation records without a partner: major, critical for seniors. Requirements that the project's
//! requirement file lists as no course are told by `requirement-item-lost`.
//!
//! # Why it matters
//!
//! What no one asks for is not earned; a student learns in May that it was required.
//!
//! # Example
//!
//! The requirement `HEALTH` is in no graduation record of the new side.
//!
//! # What to do
//!
//! Load all requirements of the graduation track, then run the audit of the new system again.

use super::context::{Check, Meta, Out, StudentContext};
use super::judge::senior;
use crate::canonical::{Entity, Field, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "requirement-missing",
    severity: Severity::Major,
    summary: "A graduation requirement of a student is not on the new side.",
    entity: Entity::Graduation,
    needs: &[],
    source: include_str!("requirement_missing.rs"),
};

/// The check.
pub(super) struct RequirementMissing;

impl Check for RequirementMissing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        let Some(pairs) = student.pairs(Entity::Graduation).filter(|_| student.is_paired()) else { return };
        out.looked_at += pairs.count(Side::Legacy) as u64;
        let items = student.policies.requirements().map_or(&[][..], |r| &r.items[..]);
        for row in pairs.legacy_only().iter().chain(pairs.legacy_duplicates()) {
            let code = student.text(Side::Legacy, Entity::Graduation, *row, Field::Requirement).unwrap_or_default();
            if items.iter().any(|item| item.is(code)) {
                continue; // requirement-item-lost says it
            }
            let finding = out.finding(student.subject(), &META, Change::Missing);
            finding.legacy = Some(*row);
            finding.severity = senior(student, META.severity);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_requirement_is_found() {
        let found = found(
            "requirement-missing",
            "graduation: student_id|requirement|earned\n1|MATH|10\n1|HEALTH|5",
            "graduation: student_id|requirement|earned\n1|MATH|10",
        );
        assert_eq!(found, ["major --- HEALTH"]);
    }
}
