//! A code has no line in its crosswalk.
//!
//! # What it finds
//!
//! Records with a code that the crosswalk does not cover, on either side: critical on transcript rows, else major. One
//! finding a record; the note lists further fields.
//!
//! # Why it matters
//!
//! An unmapped code is dropped or defaulted at load, and with it credit and GPA.
//!
//! # Example
//!
//! Mark `P*` stands in no line of the mark crosswalk.
//!
//! # What to do
//!
//! Write the line, or `ignore` where the row is left out on purpose.

use super::cells::{strange_cells, strange_rows};
use super::context::{Check, Meta, Out, RunContext, StudentContext};
use crate::canonical::{Entity, Typed};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "code-unmapped",
    severity: Severity::Major,
    summary: "A code has no line in its crosswalk.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("code_unmapped.rs"),
};

/// The check.
pub(super) struct CodeUnmapped;

impl Check for CodeUnmapped {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn is_general(&self) -> bool {
        true
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        strange_cells(student, &META, Typed::Unmapped, out);
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        strange_rows(run, &META, Typed::Unmapped, out);
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn an_unmapped_mark_is_one_critical_finding() {
        let found = found(
            "code-unmapped",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|?P*|5",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|P|5",
        );
        assert_eq!(found, ["critical mark --- 2024-25 S1 ALG P*"] as [&str; 1]);
    }

    #[test]
    fn an_unmapped_course_pairs_with_what_is_left() {
        let found = found(
            "code-unmapped",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|?0123|A|5",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5",
        );
        assert_eq!(found, ["critical course --- 2024-25 S1 0123 0123"] as [&str; 1]);
    }
}
