//! The grade level at the time of a mark is not the same on both sides.
//!
//! # What it finds
//!
//! Grade levels of transcript rows that differ or were lost.
//!
//! # Why it matters
//!
//! Windows of GPAs are grade levels: an eighth-grade row that says nine counts at college.
//!
//! # Example
//!
//! Legacy 9, new 12: the grade level of today was loaded.
//!
//! # What to do
//!
//! Load the grade level of the row.

use super::context::Meta;
use super::field_check::{FieldCheck, always};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "transcript-grade-level-changed",
    severity: Severity::Major,
    summary: "The grade level at the time of a mark is not the same on both sides.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("transcript_grade_level_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Transcript, Field::GradeLevel)], judge: always };

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn the_grade_level_of_today_is_found() {
        let found = found(
            "transcript-grade-level-changed",
            "transcript: student_id|school_year|term|course|grade_level\n1|2024-25|S1|ALG|9",
            "transcript: student_id|school_year|term|course|grade_level\n1|2024-25|S1|ALG|12",
        );
        assert_eq!(found, ["major grade_level 9 -> 12"] as [&str; 1]);
    }
}
