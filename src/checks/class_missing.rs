//! A class is not in the schedule on the new side.
//!
//! # What it finds
//!
//! Active legacy classes without a partner, of students who have other classes. A dropped class that was not taken over
//! is told, at info.
//!
//! # Why it matters
//!
//! A student without the class loses the credit, often the one needed to graduate: single sections and AP classes go
//! first.
//!
//! # Example
//!
//! The only section of physics was not loaded.
//!
//! # What to do
//!
//! Look which sections lost all their students.

use super::context::{Check, Meta, Out, StudentContext};
use super::judge::is_dropped;
use crate::canonical::{Entity, Field, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "class-missing",
    severity: Severity::Critical,
    summary: "A class is not in the schedule on the new side.",
    entity: Entity::Schedule,
    needs: &[],
    source: include_str!("class_missing.rs"),
};

/// The check.
pub(super) struct ClassMissing;

impl Check for ClassMissing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        let Some(pairs) = student.pairs(Entity::Schedule).filter(|_| student.is_paired()) else { return };
        out.looked_at += pairs.count(Side::Legacy) as u64;
        if pairs.count(Side::New) == 0 {
            return; // schedule-missing says it
        }
        for row in pairs.legacy_only().iter().chain(pairs.legacy_duplicates()) {
            let dropped = student.text(Side::Legacy, Entity::Schedule, *row, Field::Status).is_some_and(is_dropped);
            let note = if dropped { out.note("dropped classes are not taken over") } else { 0 };
            let finding = out.finding(student.subject(), &META, Change::Missing);
            finding.legacy = Some(*row);
            finding.note = note;
            if dropped {
                finding.severity = Severity::Info;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_class_is_found() {
        let found = found(
            "class-missing",
            "schedule: student_id|term|course|period\n1|S1|ALG|1\n1|S1|BIO|2",
            "schedule: student_id|term|course|period\n1|S1|ALG|1",
        );
        assert_eq!(found, ["critical --- S1 BIO P2"] as [&str; 1]);
    }

    #[test]
    fn a_dropped_class_that_stayed_behind_is_info() {
        let found = found(
            "class-missing",
            "schedule: student_id|term|course|period|status\n1|S1|ALG|1|active\n1|S1|BIO|2|dropped",
            "schedule: student_id|term|course|period|status\n1|S1|ALG|1|active",
        );
        assert_eq!(found, ["info --- S1 BIO P2 (dropped classes are not taken over)"] as [&str; 1]);
    }
}
