//! A row of the transcript stands twice on the new side.
//!
//! # What it finds
//!
//! New transcript rows that equal, in every compared field, a row that has its legacy partner already.
//!
//! # Why it matters
//!
//! The credit counts twice.
//!
//! # Example
//!
//! The load of the summer file ran twice.
//!
//! # What to do
//!
//! Delete the second load; load by replacing, not by adding.

use super::context::{Check, Meta, Out, StudentContext};
use super::judge::is_high_school;
use crate::canonical::{Entity, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "transcript-row-duplicated",
    severity: Severity::Critical,
    summary: "A row of the transcript stands twice on the new side.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("transcript_row_duplicated.rs"),
};

/// The check.
pub(super) struct TranscriptRowDuplicated;

impl Check for TranscriptRowDuplicated {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        let Some(pairs) = student.pairs(Entity::Transcript).filter(|_| student.is_paired()) else { return };
        out.looked_at += pairs.count(Side::New) as u64;
        if student.facts.has_swapped_transcript(student.position) {
            return; // student-swapped says it
        }
        for row in pairs.new_duplicates() {
            let finding = out.finding(student.subject(), &META, Change::Added);
            finding.new = Some(*row);
            if !is_high_school(student, Side::New, *row) {
                finding.severity = Severity::Major;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_row_loaded_twice_is_found() {
        let found = found(
            "transcript-row-duplicated",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5\n1|2024-25|S1|ALG|A|5",
        );
        assert_eq!(found, ["critical +++ 2024-25 S1 ALG A"] as [&str; 1]);
    }

    #[test]
    fn two_identical_rows_on_both_sides_are_none() {
        let found = found(
            "transcript-row-duplicated",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5\n1|2024-25|S1|ALG|A|5",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5\n1|2024-25|S1|ALG|A|5",
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
