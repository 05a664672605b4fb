//! Two students have each other's names and birth dates, or each other's transcripts.
//!
//! # What it finds
//!
//! Pairs of students whose names and birth dates, or whose whole transcripts, stand under the id of the other. What
//! differs because of it is not reported again.
//!
//! # Why it matters
//!
//! Each family sees the other child's record.
//!
//! # Example
//!
//! The transcripts of twins were swapped.
//!
//! # What to do
//!
//! Find the key by which the load joined; it is not the student id.

use super::context::{Check, Meta, Out, StudentContext};
use crate::canonical::{Entity, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "student-swapped",
    severity: Severity::Critical,
    summary: "Two students have each other's names and birth dates, or each other's transcripts.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("student_swapped.rs"),
};

/// The check.
pub(super) struct StudentSwapped;

impl Check for StudentSwapped {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn needs_everybody(&self) -> bool {
        true
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        if !student.is_paired() {
            return;
        }
        out.looked_at += 1;
        let run = student.reconciliation;
        let other = |pairs: &[(u32, u32)]| {
            pairs.iter().find_map(|(a, b)| match student.position {
                p if p == *a => Some(*b),
                p if p == *b => Some(*a),
                _ => None,
            })
        };
        if student.facts.is_swapped(student.position)
            && let Some(other) = other(&run.matching.swapped)
        {
            let note = out.note(format!("names and birth date of student {}", run.student_id(other)));
            let finding = out.finding(student.subject(), &META, Change::Changed);
            (finding.legacy, finding.new, finding.note) = (student.pair.legacy, student.pair.new, note);
        }
        if student.facts.has_swapped_transcript(student.position)
            && let Some(other) = other(&run.matching.swapped_transcripts)
        {
            let note = out.note(format!("the transcript of student {}", run.student_id(other)));
            let first = |side| student.rows(side, Entity::Transcript).first().copied();
            let finding = out.finding(student.subject(), &META, Change::Changed);
            finding.entity = Entity::Transcript;
            (finding.legacy, finding.new, finding.note) = (first(Side::Legacy), first(Side::New), note);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn swapped_names_are_one_finding_a_student() {
        let found = found(
            "student-swapped",
            "student: student_id|first_name|last_name|birth_date|status\n1|Ana|Li|2008-01-02|a\n2|Bo|Yu|2009-01-02|a",
            "student: student_id|first_name|last_name|birth_date|status\n1|Bo|Yu|2009-01-02|a\n2|Ana|Li|2008-01-02|a",
        );
        assert_eq!(
            found,
            [
                "critical -> student 1 (names and birth date of student 2)",
                "critical -> student 2 (names and birth date of student 1)"
            ] as [&str; 2]
        );
    }
}
