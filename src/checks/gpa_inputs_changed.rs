//! Rows behind a GPA differ, and the differences cancel out.
//!
//! # What it finds
//!
//! Students whose rows give exactly the same GPA on both sides although single rows give more or less: two errors that
//! hide each other.
//!
//! # Why it matters
//!
//! Comparing totals says "equal". The transcript is wrong twice, and the next correction uncovers the other half.
//!
//! # Example
//!
//! A and B of two courses of equal credit were exchanged.
//!
//! # What to do
//!
//! Look at each named row; each is a finding of its own.

use super::context::{Check, Meta, Out, StudentContext};
use crate::canonical::{Entity, Row};
use crate::finding::{Change, Severity};
use crate::policy::explain::sentence;
use crate::policy::{Derivation, Reason, derive};

static META: Meta = Meta {
    name: "gpa-inputs-changed",
    severity: Severity::Major,
    summary: "Rows behind a GPA differ, and the differences cancel out.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("gpa_inputs_changed.rs"),
};

/// The check.
pub(super) struct GpaInputsChanged;

impl Check for GpaInputsChanged {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        if !student.is_paired() || student.policies.is_empty() {
            return;
        }
        out.looked_at += 1;
        if student.has_same_rows() {
            return;
        }
        let bound = student.policies.bound(student.reconciliation);
        for kind in &bound.kinds {
            let numbers = kind.numbers(student.reconciliation, student.position);
            let exact = |c: Option<crate::policy::Computed>| c.and_then(|c| c.exact);
            if exact(numbers.legacy).is_none() || exact(numbers.legacy) != exact(numbers.new_rows(kind)) {
                continue;
            }
            let Some(derivation) = derive(student.reconciliation, student.position, kind) else { continue };
            let mut rows = Derivation { parts: derivation.row_parts(), ..derivation };
            rows.parts.retain(|p| !matches!(p.reason, Reason::Rule(_)));
            let Some(first) = rows.parts.iter().find(|p| p.legacy.is_some() || p.new.is_some()) else { continue };
            let (legacy, new): (Option<Row>, Option<Row>) = (first.legacy, first.new);
            let note = out.note(format!("{} GPA: {}", kind.policy.kind, sentence(&rows)));
            let change = match (legacy, new) {
                (Some(_), None) => Change::Missing,
                (None, Some(_)) => Change::Added,
                _ => Change::Changed,
            };
            let finding = out.finding(student.subject(), &META, change);
            (finding.legacy, finding.new, finding.note) = (legacy, new, note);
            return; // One finding a student: the other kinds hide the same rows.
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::policy_facts::testing::found;

    fn rows(eng: &str, alg: &str) -> String {
        format!(
            "transcript: student_id|school_year|term|course|mark|credit_attempted|level\n\
             1|2023-24|S1|ENG|{eng}|5|\n1|2023-24|S1|ALG|{alg}|5|\n"
        )
    }

    #[test]
    fn exchanged_marks_of_equal_credit_are_found() {
        let found = found("gpa-inputs-changed", &rows("A", "B"), &rows("B", "A"));
        assert_eq!(found, ["major -> 2023-24 S1 ALG B -> A (weighted GPA: mark changed (2 rows) +0)"] as [&str; 1]);
    }

    #[test]
    fn other_rules_of_the_new_system_hide_nothing() {
        use crate::checks::policy_facts::testing::found_under;
        let (legacy, new) = (rows("A", "B").replace("A|5|", "A|5|AP"), rows("B", "A").replace("A|5|", "A|5|AP"));
        let swapped = found_under("gpa-inputs-changed", ["simple-4.0-weighted", "simple-4.0"], &legacy, &new);
        assert_eq!(swapped.len(), 1, "{swapped:?}");
        assert!(!swapped[0].contains("rules"), "the rules are no change of the rows: {swapped:?}");
    }

    #[test]
    fn a_change_that_moves_the_gpa_is_not_hidden() {
        assert_eq!(found("gpa-inputs-changed", &rows("A", "B"), &rows("A", "A")), [] as [&str; 0]);
    }
}
