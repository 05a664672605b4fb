//! A value does not read in its declared format.
//!
//! # What it finds
//!
//! Records with a date, number or flag that the mapping cannot read, on either side: critical on transcript rows, else
//! major.
//!
//! # Why it matters
//!
//! What is not read is not compared.
//!
//! # Example
//!
//! Credit `1,5` with a comma.
//!
//! # What to do
//!
//! Declare the format in the mapping, or mend the extract.

use super::cells::{strange_cells, strange_rows};
use super::context::{Check, Meta, Out, RunContext, StudentContext};
use crate::canonical::{Entity, Typed};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "value-unreadable",
    severity: Severity::Major,
    summary: "A value does not read in its declared format.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("value_unreadable.rs"),
};

/// The check.
pub(super) struct ValueUnreadable;

impl Check for ValueUnreadable {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn is_general(&self) -> bool {
        true
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        strange_cells(student, &META, Typed::Unreadable, out);
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        strange_rows(run, &META, Typed::Unreadable, out);
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn an_unreadable_credit_is_found() {
        let found = found(
            "value-unreadable",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|!1,5",
        );
        assert_eq!(found, ["critical credit_earned +++ 2024-25 S1 ALG 1,5"] as [&str; 1]);
    }
}
