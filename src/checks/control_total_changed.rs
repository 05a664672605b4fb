//! A total of a school and grade differs and no finding says why.
//!
//! # What it finds
//!
//! Students, transcript rows, credits attempted and earned, marks and classes by school and grade, counted on each side
//! by itself. A difference in a cell where students have findings, or year rows are split, is info; one that nothing
//! explains is major.
//!
//! # Why it matters
//!
//! Totals are what principals and auditors recount; they also prove that nothing was lost between the files and the
//! findings.
//!
//! # Example
//!
//! School 012, grade 9: 5,210 credits earned before, 5,180 after.
//!
//! # What to do
//!
//! Look at the findings of the school; a total without findings is a fault of the comparison: report it.

use super::context::{Check, Meta, Out, RunContext};
use super::totals::{Cell, Totals};
use crate::canonical::Entity;
use crate::finding::{Change, Severity, Subject};

static META: Meta = Meta {
    name: "control-total-changed",
    severity: Severity::Major,
    summary: "A total of a school and grade differs and no finding says why.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("control_total_changed.rs"),
};

/// The check.
pub(super) struct ControlTotalChanged;

impl Check for ControlTotalChanged {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn is_general(&self) -> bool {
        true
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        let totals = Totals::of(run);
        for ((school, grade), cell) in &totals.cells {
            for (name, legacy, new) in cell.lines() {
                out.looked_at += 1;
                if legacy != new {
                    report((school, grade), cell, &name, (&legacy, &new), out);
                }
            }
        }
    }
}

fn report(place: (&str, &str), cell: &Cell, name: &str, values: (&str, &str), out: &mut Out) {
    let subject = Subject::Other(out.note(format!("school {} grade {}: {name}", place.0, place.1)));
    let values = (out.note(values.0), out.note(values.1));
    let note = if cell.is_explained() {
        out.note("findings of the students there, or year rows in halves, explain it")
    } else {
        0
    };
    let finding = out.finding(subject, &META, Change::Changed);
    (finding.values, finding.note) = (values, note);
    if cell.is_explained() {
        finding.severity = Severity::Info;
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_total_that_findings_explain_is_info() {
        let found = found(
            "control-total-changed",
            "student: student_id|school|grade_level\n1|012|9\ntranscript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5\n1|2024-25|S1|BIO|B|5",
            "student: student_id|school|grade_level\n1|012|9\ntranscript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5",
        );
        assert_eq!(
            found,
            [
                "info -> school 012 grade 9: credits earned 10 -> 5 (findings of the students there, or year rows in halves, explain it)",
                "info -> school 012 grade 9: marks B 1 -> none (findings of the students there, or year rows in halves, explain it)",
                "info -> school 012 grade 9: transcript rows 2 -> 1 (findings of the students there, or year rows in halves, explain it)"
            ] as [&str; 3]
        );
    }

    #[test]
    fn equal_totals_are_none() {
        let found = found(
            "control-total-changed",
            "student: student_id|school|grade_level\n1|012|9\ntranscript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5",
            "student: student_id|school|grade_level\n1|012|9\ntranscript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5.0",
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
