//! A transcript row was earned at another school.
//!
//! # What it finds
//!
//! Schools of transcript rows that differ or were lost.
//!
//! # Why it matters
//!
//! Colleges ask where a mark was given, and accreditation hangs on it.
//!
//! # Example
//!
//! Legacy 900 (transfer), new 012.
//!
//! # What to do
//!
//! Load the school of the row.

use super::context::Meta;
use super::field_check::{FieldCheck, always};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "transcript-school-changed",
    severity: Severity::Major,
    summary: "A transcript row was earned at another school.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("transcript_school_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Transcript, Field::School)], judge: always };

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn another_school_is_found() {
        let found = found(
            "transcript-school-changed",
            "transcript: student_id|school_year|term|course|school\n1|2024-25|S1|ALG|900",
            "transcript: student_id|school_year|term|course|school\n1|2024-25|S1|ALG|012",
        );
        assert_eq!(found, ["major school 900 -> 012"] as [&str; 1]);
    }
}
