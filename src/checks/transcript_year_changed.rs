//! A transcript row stands in another school year.
//!
//! # What it finds
//!
//! School years of graded rows that differ: critical on the high school record.
//!
//! # Why it matters
//!
//! The year decides weights, the college window and the order of repeats.
//!
//! # Example
//!
//! Legacy 2024-25, new 2025-26: one side names years by their start.
//!
//! # What to do
//!
//! Declare `school_year` in the mapping rightly.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::permanent_record;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "transcript-year-changed",
    severity: Severity::Critical,
    summary: "A transcript row stands in another school year.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("transcript_year_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Transcript, Field::SchoolYear)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    Some(permanent_record(change).into())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_year_off_by_one_is_found() {
        let found = found(
            "transcript-year-changed",
            "transcript: student_id|school_year|term|course|mark\n1|2024-25|S2|ALG|B",
            "transcript: student_id|school_year|term|course|mark\n1|2025-26|S2|ALG|B",
        );
        assert_eq!(found, ["critical school_year 2024-25 -> 2025-26"] as [&str; 1]);
    }
}
