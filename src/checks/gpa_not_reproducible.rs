//! A new stored GPA is not what the new rows give under the policy.
//!
//! # What it finds
//!
//! Students whose legacy value follows from their legacy rows under the policy, and whose new value does not follow
//! from their new rows. Students for whom the policy does not even give the legacy value are left to calibration: there
//! the policy is in doubt, not the system. A value that was merely copied is `gpa-stale`; one that differs by less than
//! its last digit is minor.
//!
//! # Why it matters
//!
//! The new system computes by other rules than the district's. It will go on doing so every term.
//!
//! # Example
//!
//! New stored 3.99; its rows give 3.995: digits are cut off.
//!
//! # What to do
//!
//! Compare the GPA settings of the new system with the policy file: divisor, repeats, levels, rounding.

use super::context::{Check, Meta, Out, StudentContext};
use super::gpa_kind_swapped::is_swapped;
use super::policy_facts::{is_stale, shown, with_trusted_legacy};
use crate::canonical::{Entity, Field};
use crate::finding::{Change, Severity};
use crate::policy::{Computed, Rational, Stored};

static META: Meta = Meta {
    name: "gpa-not-reproducible",
    severity: Severity::Major,
    summary: "A new stored GPA is not what the new rows give under the policy.",
    entity: Entity::Gpa,
    needs: &[],
    source: include_str!("gpa_not_reproducible.rs"),
};

/// The check.
pub(super) struct GpaNotReproducible;

impl Check for GpaNotReproducible {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        with_trusted_legacy(student, |kind, numbers| {
            let Some((stored, new)) = numbers.new_stored.zip(numbers.new) else { return };
            out.looked_at += 1;
            let policy = &kind.policy.new;
            if stored.value.is_none() || stored.is_made_from(policy, Some(new)) || is_stale(kind, numbers) {
                return;
            }
            // Swapped columns are a finding of their own.
            if numbers.legacy_stored.is_some_and(|s| is_swapped(student, s.row)) {
                return;
            }
            let text = match new.value {
                _ if new.problems > 0 => {
                    format!("{} rows of the new side can not be judged by the policy", new.problems)
                }
                Some(value) => format!("its rows give {} under {}", shown(policy, value), policy.name),
                None => format!("no row counts under {}", policy.name),
            };
            let note = out.note(text);
            let finding = out.finding(student.subject(), &META, Change::Changed);
            if is_rounding(stored, new) {
                finding.severity = Severity::Minor;
            }
            finding.field = Some(Field::Value);
            finding.legacy = numbers.legacy_stored.map(|s| s.row);
            (finding.new, finding.note) = (Some(stored.row), note);
        });
    }
}

/// Less than one unit of the last digit lies between the stored value and the exact one.
fn is_rounding(stored: Stored, computed: Computed) -> bool {
    let (Some(value), Some(exact)) = (stored.value.map(Rational::from), computed.exact) else { return false };
    let Some(unit) = Rational::new(1, 10i128.pow(u32::from(stored.digits))) else { return false };
    let Some(difference) = value.sub(exact) else { return false };
    stored.digits >= 2 && difference < unit && difference.negated() < unit
}

#[cfg(test)]
mod tests {
    use crate::checks::policy_facts::testing::found;

    const ROWS: &str = "transcript: student_id|school_year|term|course|mark|credit_attempted|level\n\
                        1|2023-24|S1|ENG|A|5|\n1|2023-24|S1|ALG|A-|5|\n1|2023-24|S1|BIO|B+|5|\n";

    #[test]
    fn a_value_cut_off_instead_of_rounded_is_found() {
        // (4 + 3.7 + 3.3) / 3 = 3.6667.
        let found = found(
            "gpa-not-reproducible",
            &format!("gpa: student_id|gpa_kind|value\n1|weighted|3.667\n{ROWS}"),
            &format!("gpa: student_id|gpa_kind|value\n1|weighted|3.666\n{ROWS}"),
        );
        assert_eq!(found, ["minor value 3.667 -> 3.666 (its rows give 3.667 under simple-4.0-weighted)"] as [&str; 1]);
    }

    #[test]
    fn the_new_value_is_held_against_the_policy_of_the_new_system() {
        use crate::checks::policy_facts::testing::found_under;
        let rows = ROWS.replace("A|5|\n", "A|5|AP\n");
        let side = |value: &str| format!("gpa: student_id|gpa_kind|value\n1|weighted|{value}\n{rows}");
        // (5 + 3.7 + 3.3) / 3 = 4, and without the weight 3.667.
        let found = |new: &str| {
            let policies = ["simple-4.0-weighted", "simple-4.0"];
            found_under("gpa-not-reproducible", policies, &side("4.000"), &side(new))
        };
        assert!(found("3.667").is_empty());
        assert_eq!(found("3.500"), ["major value 4.000 -> 3.500 (its rows give 3.667 under simple-4.0)"]);
    }

    #[test]
    fn a_policy_that_does_not_give_the_legacy_value_accuses_nobody() {
        let found = found(
            "gpa-not-reproducible",
            &format!("gpa: student_id|gpa_kind|value\n1|weighted|3.2\n{ROWS}"),
            &format!("gpa: student_id|gpa_kind|value\n1|weighted|3.1\n{ROWS}"),
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
