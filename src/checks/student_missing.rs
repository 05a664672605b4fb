//! A student of the legacy side is not on the new side.
//!
//! # What it finds
//!
//! Students that no matching rule finds on the new side. Their rows are not reported one by one. An inactive student
//! without a transcript is major. The note names new students that look alike.
//!
//! # Why it matters
//!
//! The student is in no class on the first day, and the record has no owner.
//!
//! # Example
//!
//! A status code was filtered out of the load, and 40 active students with it.
//!
//! # What to do
//!
//! Check the filters of the load; when a suggestion is the same person, add the two ids to a student crosswalk.

use super::context::{Check, Meta, Out, StudentContext};
use super::judge::is_dropped;
use crate::canonical::{Entity, Field, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "student-missing",
    severity: Severity::Critical,
    summary: "A student of the legacy side is not on the new side.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("student_missing.rs"),
};

/// The check.
pub(super) struct StudentMissing;

impl Check for StudentMissing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn needs_everybody(&self) -> bool {
        true
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        if !student.pair.on_legacy {
            return;
        }
        out.looked_at += 1;
        if student.pair.on_new {
            return;
        }
        let has_history = !student.rows(Side::Legacy, Entity::Transcript).is_empty();
        let is_gone = student.of_student(Field::Status).is_some_and(is_dropped);
        let run = student.reconciliation;
        let note = run.matching.suggestions.get(&student.position).map(|alike| {
            let ids: Vec<&str> = alike.iter().map(|a| run.student_id(*a)).collect();
            out.note(format!("looks like new student {}", ids.join(" or ")))
        });
        let finding = out.finding(student.subject(), &META, Change::Missing);
        finding.legacy = student.pair.legacy;
        finding.note = note.unwrap_or(0);
        if is_gone && !has_history {
            finding.severity = Severity::Major;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_student_is_one_finding() {
        let found = found(
            "student-missing",
            "student: student_id|status\n1|active\n2|inactive\n3|active\ntranscript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5",
            "student: student_id|status\n3|active\ntranscript: student_id|school_year|term|course|mark|credit_earned\n3|2024-25|S1|ALG|A|5",
        );
        assert_eq!(found, ["critical --- student 1", "major --- student 2"] as [&str; 2]);
    }

    #[test]
    fn a_lost_student_who_looks_like_a_new_one_is_told_so() {
        let found = found(
            "student-missing",
            "student: student_id|first_name|last_name|birth_date|status\n1|Ana|Li|2008-01-02|active",
            "student: student_id|first_name|last_name|birth_date|status\n9|Ana|Li|2008-01-02|active",
        );
        assert_eq!(found, ["critical --- student 1 (looks like new student 9)"] as [&str; 1]);
    }
}
