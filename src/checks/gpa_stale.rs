//! A stored GPA was copied, and the rows behind it are others now.
//!
//! # What it finds
//!
//! New values that equal the legacy value and follow from the legacy rows, while the new rows give something else.
//!
//! # Why it matters
//!
//! The number looks right until the new system computes it again: then it jumps, in the middle of a term.
//!
//! # Example
//!
//! Both systems store 3.843; the new rows have lost a class and give 3.910.
//!
//! # What to do
//!
//! Mend the rows first (see the transcript findings of the student), then let the new system compute.

use super::context::{Check, Meta, Out, StudentContext};
use super::policy_facts::{is_stale, shown, with_trusted_legacy};
use crate::canonical::{Entity, Field};
use crate::finding::{Change, Severity};
use crate::policy::derive;
use crate::policy::explain::sentence;

static META: Meta = Meta {
    name: "gpa-stale",
    severity: Severity::Major,
    summary: "A stored GPA was copied, and the rows behind it are others now.",
    entity: Entity::Gpa,
    needs: &[],
    source: include_str!("gpa_stale.rs"),
};

/// The check.
pub(super) struct GpaStale;

impl Check for GpaStale {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        with_trusted_legacy(student, |kind, numbers| {
            let Some(stored) = numbers.new_stored else { return };
            out.looked_at += 1;
            if !is_stale(kind, numbers) {
                return;
            }
            let gives = numbers.new.and_then(|n| n.value).map_or_else(
                || "no row counts on the new side".to_owned(),
                |value| format!("the new rows give {}", shown(&kind.policy.new, value)),
            );
            let why = derive(student.reconciliation, student.position, kind).map(|d| {
                let rows = crate::policy::Derivation { parts: d.row_parts(), ..d };
                sentence(&rows)
            });
            let note = out.note(match why.filter(|w| !w.is_empty()) {
                Some(why) => format!("{gives}: {why}"),
                None => gives,
            });
            let finding = out.finding(student.subject(), &META, Change::Changed);
            finding.field = Some(Field::Value);
            finding.legacy = numbers.legacy_stored.map(|s| s.row);
            (finding.new, finding.note) = (Some(stored.row), note);
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::policy_facts::testing::found;

    #[test]
    fn a_copied_value_above_changed_rows_is_found_with_its_reason() {
        let gpa = "gpa: student_id|gpa_kind|value\n1|weighted|4.500\n";
        let rows = |level: &str| {
            format!(
                "{gpa}transcript: student_id|school_year|term|course|mark|credit_attempted|level\n\
                 1|2023-24|S1|ENG|A|5|\n1|2023-24|S1|BIO|A|5|{level}\n"
            )
        };
        let found = found("gpa-stale", &rows("AP"), &rows(""));
        let text = "major value 4.500 -> 4.500 (the new rows give 4.000: level weight changed −0.5)";
        assert_eq!(found, [text] as [&str; 1]);
    }
}
