//! A class is in the schedule on the new side only.
//!
//! # What it finds
//!
//! New classes without a partner, also those loaded twice. A dropped class that was taken over is told, at info.
//!
//! # Why it matters
//!
//! Dropped classes come back, and a student sits in 14 classes.
//!
//! # Example
//!
//! A class that the student dropped in September is active again.
//!
//! # What to do
//!
//! Take dropped rows out of the load, or load their status.

use super::context::{Check, Meta, Out, StudentContext};
use super::judge::is_dropped;
use crate::canonical::{Entity, Field, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "class-unexpected",
    severity: Severity::Major,
    summary: "A class is in the schedule on the new side only.",
    entity: Entity::Schedule,
    needs: &[],
    source: include_str!("class_unexpected.rs"),
};

/// The check.
pub(super) struct ClassUnexpected;

impl Check for ClassUnexpected {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        let Some(pairs) = student.pairs(Entity::Schedule).filter(|_| student.is_paired()) else { return };
        out.looked_at += pairs.count(Side::New) as u64;
        for (rows, doubled) in [(pairs.new_only(), false), (pairs.new_duplicates(), true)] {
            for row in rows {
                let dropped = student.text(Side::New, Entity::Schedule, *row, Field::Status).is_some_and(is_dropped);
                let note = if doubled { out.note("the class is there twice") } else { 0 };
                let finding = out.finding(student.subject(), &META, Change::Added);
                finding.new = Some(*row);
                finding.note = note;
                if dropped {
                    finding.severity = Severity::Info;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn an_extra_class_is_found() {
        let found = found(
            "class-unexpected",
            "schedule: student_id|term|course|period\n1|S1|ALG|1",
            "schedule: student_id|term|course|period\n1|S1|ALG|1\n1|S1|BIO|2",
        );
        assert_eq!(found, ["major +++ S1 BIO P2"] as [&str; 1]);
    }

    #[test]
    fn a_class_loaded_twice_is_told() {
        let found = found(
            "class-unexpected",
            "schedule: student_id|term|course|period\n1|S1|ALG|1",
            "schedule: student_id|term|course|period\n1|S1|ALG|1\n1|S1|ALG|1",
        );
        assert_eq!(found, ["major +++ S1 ALG P1 (the class is there twice)"] as [&str; 1]);
    }
}
