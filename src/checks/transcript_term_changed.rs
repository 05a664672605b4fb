//! A transcript row stands in another term.
//!
//! # What it finds
//!
//! Terms of graded rows that differ: critical on the high school record. A year row and its halves are the same.
//!
//! # Why it matters
//!
//! The half decides sequence, eligibility and the college window.
//!
//! # Example
//!
//! Legacy S2, new S1.
//!
//! # What to do
//!
//! Map store codes and terms to the part of the year that they cover.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::permanent_record;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "transcript-term-changed",
    severity: Severity::Critical,
    summary: "A transcript row stands in another term.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("transcript_term_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Transcript, Field::Term)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    Some(permanent_record(change).into())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_second_half_in_the_first_is_found() {
        let found = found(
            "transcript-term-changed",
            "transcript: student_id|school_year|term|course|mark\n1|2024-25|S2|ALG|B",
            "transcript: student_id|school_year|term|course|mark\n1|2024-25|S1|ALG|B",
        );
        assert_eq!(found, ["critical term S2 -> S1"] as [&str; 1]);
    }
}
