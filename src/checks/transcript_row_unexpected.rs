//! A row of the transcript is on the new side only.
//!
//! # What it finds
//!
//! New transcript rows without a partner: critical on the high school record, major below it.
//!
//! # Why it matters
//!
//! Credit that nobody earned makes a graduate of a student who is none.
//!
//! # Example
//!
//! Audit and college-only rows were loaded as credit.
//!
//! # What to do
//!
//! Find the source of the rows; filter it.

use super::context::{Check, Meta, Out, StudentContext};
use super::judge::is_high_school;
use crate::canonical::{Entity, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "transcript-row-unexpected",
    severity: Severity::Critical,
    summary: "A row of the transcript is on the new side only.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("transcript_row_unexpected.rs"),
};

/// The check.
pub(super) struct TranscriptRowUnexpected;

impl Check for TranscriptRowUnexpected {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        let Some(pairs) = student.pairs(Entity::Transcript).filter(|_| student.is_paired()) else { return };
        out.looked_at += pairs.count(Side::New) as u64;
        if student.facts.has_swapped_transcript(student.position) {
            return; // student-swapped says it
        }
        for row in pairs.new_only() {
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
    fn an_extra_row_is_found() {
        let found = found(
            "transcript-row-unexpected",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5\n1|2024-25|S1|BIO|B|5",
        );
        assert_eq!(found, ["critical +++ 2024-25 S1 BIO B"] as [&str; 1]);
    }
}
