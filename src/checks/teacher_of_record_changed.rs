//! A transcript row has another teacher of record.
//!
//! # What it finds
//!
//! Teachers of transcript rows that differ. When every teacher has another number, the numbering is told, at info.
//!
//! # Why it matters
//!
//! It matters for grade appeals and teacher data, not for the student.
//!
//! # Example
//!
//! Legacy T1, new `DEFAULT`.
//!
//! # What to do
//!
//! Load the teacher of the row, or leave the field out with `ignore_fields`.

use super::context::Meta;
use super::field_check::{FieldCheck, label};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "teacher-of-record-changed",
    severity: Severity::Minor,
    summary: "A transcript row has another teacher of record.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("teacher_of_record_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Transcript, Field::Teacher)], judge: label };

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_default_teacher_is_minor() {
        let found = found(
            "teacher-of-record-changed",
            "transcript: student_id|school_year|term|course|teacher\n1|2024-25|S1|ALG|T1\n1|2024-25|S1|BIO|T2",
            "transcript: student_id|school_year|term|course|teacher\n1|2024-25|S1|ALG|X\n1|2024-25|S1|BIO|X",
        );
        assert_eq!(found, ["minor teacher T1 -> X", "minor teacher T2 -> X"] as [&str; 2]);
    }
}
