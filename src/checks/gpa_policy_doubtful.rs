//! A GPA policy does not give the values that the legacy system stored.
//!
//! # What it finds
//!
//! Kinds of GPA whose policy reproduces fewer legacy values than all, with what the misfits share: a mark, a level, a
//! school year, a school. One finding a kind; info while at least 99.9 % are reproduced, else major, and the gate can
//! not decide.
//!
//! # Why it matters
//!
//! Until the policy gives the legacy values, nothing that is computed with it proves anything about the new system.
//!
//! # Example
//!
//! Weighted: 9,120 of 10,000 reproduced; of the misfits 870 of 880 have a mark I, of the others 3.
//!
//! # What to do
//!
//! Try the policy on one of the misfits (`rollproof policy try`), mend the policy file, run again. When the legacy values
//! themselves are wrong, waive this with the reason.

use super::context::{Check, Meta, Out, RunContext};
use crate::canonical::{Entity, Field};
use crate::finding::{Change, Severity, Subject};
use crate::policy::Calibration;

static META: Meta = Meta {
    name: "gpa-policy-doubtful",
    severity: Severity::Major,
    summary: "A GPA policy does not give the values that the legacy system stored.",
    entity: Entity::Gpa,
    needs: &[],
    source: include_str!("gpa_policy_doubtful.rs"),
};

/// The check.
pub(super) struct GpaPolicyDoubtful;

impl Check for GpaPolicyDoubtful {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        if run.policies.is_empty() {
            return;
        }
        let bound = run.policies.bound(run.reconciliation);
        for calibration in bound.calibrations(run.reconciliation) {
            out.looked_at += calibration.compared;
            if calibration.compared == calibration.reproduced {
                continue;
            }
            let subject = Subject::Other(out.note(Calibration::subject(&calibration.kind)));
            let note = out.note(sentence(&calibration));
            let finding = out.finding(subject, &META, Change::Changed);
            (finding.note, finding.field) = (note, Some(Field::Value));
            if Calibration::is_enough(calibration.reproduced, calibration.compared) {
                finding.severity = Severity::Info;
            }
        }
    }
}

/// `weighted (lausd-weighted): 8 of 10 stored values are what the policy gives; misfits share level AP (2 of 2, others 0 of 8)`
fn sentence(calibration: &Calibration) -> String {
    let mut text = calibration.sentence();
    let shared = calibration.shared(3);
    if !shared.is_empty() {
        text += &format!("; misfits share {shared}");
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::checks::policy_facts::testing::found;

    #[test]
    fn a_policy_that_does_not_weigh_ib_is_doubtful_and_says_so() {
        let mut side = String::from("student: student_id\n1\n2\n3\ngpa: student_id|gpa_kind|value\n");
        side += "1|weighted|4.000\n2|weighted|3.000\n3|weighted|4.700\n";
        side += "transcript: student_id|school_year|term|course|mark|credit_attempted|level\n";
        side += "1|2023-24|S1|ENG|A|5|\n2|2023-24|S1|ENG|B|5|\n3|2023-24|S1|ENG|A|5|XL\n";
        let found = found("gpa-policy-doubtful", &side, &side);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("major"), "{found:?}");
        assert!(
            found[0].contains("2 of 3 stored values") && found[0].contains("level XL (1 of 1, others 0 of 2)"),
            "{found:?}"
        );
    }
}
