//! A row of the transcript is not on the new side.
//!
//! # What it finds
//!
//! Legacy transcript rows without a partner: critical on the high school record, major below it. Identical rows are
//! counted: two on one side and one on the other is one missing.
//!
//! # Why it matters
//!
//! The transcript is a permanent record; what is lost costs credit, GPA and graduation.
//!
//! # Example
//!
//! All summer-school rows are gone.
//!
//! # What to do
//!
//! Look for what the lost rows share: a term, a school, a mark, the end of a file.

use super::context::{Check, Meta, Out, StudentContext};
use super::judge::is_high_school;
use crate::canonical::{Entity, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "transcript-row-missing",
    severity: Severity::Critical,
    summary: "A row of the transcript is not on the new side.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("transcript_row_missing.rs"),
};

/// The check.
pub(super) struct TranscriptRowMissing;

impl Check for TranscriptRowMissing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        let Some(pairs) = student.pairs(Entity::Transcript).filter(|_| student.is_paired()) else { return };
        out.looked_at += pairs.count(Side::Legacy) as u64;
        if student.facts.has_swapped_transcript(student.position) {
            return; // student-swapped says it
        }
        for (rows, doubled) in [(pairs.legacy_only(), false), (pairs.legacy_duplicates(), true)] {
            for row in rows {
                let note = if doubled { out.note("legacy has the row more often than the new side") } else { 0 };
                let finding = out.finding(student.subject(), &META, Change::Missing);
                finding.legacy = Some(*row);
                finding.note = note;
                if !is_high_school(student, Side::Legacy, *row) {
                    finding.severity = Severity::Major;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_row_is_found() {
        let found = found(
            "transcript-row-missing",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5\n1|2024-25|SU|PE|A|5",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5",
        );
        assert_eq!(found, ["critical --- 2024-25 SU PE A"] as [&str; 1]);
    }

    #[test]
    fn one_of_two_identical_rows_is_found() {
        let found = found(
            "transcript-row-missing",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5\n1|2024-25|S1|ALG|A|5",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5",
        );
        assert_eq!(
            found,
            ["critical --- 2024-25 S1 ALG A (legacy has the row more often than the new side)"] as [&str; 1]
        );
    }

    #[test]
    fn a_lost_row_of_grade_six_is_major() {
        let found = found(
            "transcript-row-missing",
            "transcript: student_id|school_year|term|course|mark|grade_level\n1|2020-21|S1|MUS|S|6\n1|2020-21|S1|ART|S|6",
            "transcript: student_id|school_year|term|course|mark|grade_level\n1|2020-21|S1|ART|S|6",
        );
        assert_eq!(found, ["major --- 2020-21 S1 MUS S"] as [&str; 1]);
    }
}
