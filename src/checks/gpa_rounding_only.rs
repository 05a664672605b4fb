//! Two stored GPAs differ only by rounding.
//!
//! # What it finds
//!
//! Stored GPAs that differ by less than the last digit that both sides print, or by one such digit while all transcript
//! rows agree. Info when the shorter number is the longer one rounded half up, or when the longer one ends in a 5 that
//! may itself be rounded; major when a threshold lies between.
//!
//! # Why it matters
//!
//! Cut-off digits are against most handbooks and change ranks.
//!
//! # Example
//!
//! Legacy 3.997, new 3.99: cut off, not rounded.
//!
//! # What to do
//!
//! Set digits and rounding of the GPA in the new system as the handbook says.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::{GpaDifference, gpa_difference, threshold_between};
use crate::canonical::{Entity, Field, Side};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "gpa-rounding-only",
    severity: Severity::Minor,
    summary: "Two stored GPAs differ only by rounding.",
    entity: Entity::Gpa,
    needs: &[],
    source: include_str!("gpa_rounding_only.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Gpa, Field::Value)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let (legacy, new) = (change.number(Side::Legacy)?, change.number(Side::New)?);
    match gpa_difference(change.student, change.legacy, change.new) {
        GpaDifference::Changed => None,
        GpaDifference::RoundsRight => {
            Some(Judgement::because(Severity::Info, "the same number, printed with fewer digits"))
        }
        GpaDifference::OtherRounding => Some(match threshold_between(legacy, new) {
            Some(threshold) => Judgement::because(Severity::Major, format!("{threshold} lies between")),
            None => change.severity.into(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn fewer_digits_are_info() {
        let found = found(
            "gpa-rounding-only",
            "gpa: student_id|gpa_kind|value\n1|weighted|3.85",
            "gpa: student_id|gpa_kind|value\n1|weighted|3.8462",
        );
        assert_eq!(found, ["info value 3.85 -> 3.8462 (the same number, printed with fewer digits)"] as [&str; 1]);
    }

    #[test]
    fn a_cut_digit_is_minor() {
        let found = found(
            "gpa-rounding-only",
            "gpa: student_id|gpa_kind|value\n1|weighted|3.997",
            "gpa: student_id|gpa_kind|value\n1|weighted|3.99",
        );
        assert_eq!(found, ["minor value 3.997 -> 3.99"] as [&str; 1]);
    }

    #[test]
    fn a_cut_digit_below_a_threshold_is_major() {
        let found = found(
            "gpa-rounding-only",
            "gpa: student_id|gpa_kind|value\n1|weighted|3.600",
            "gpa: student_id|gpa_kind|value\n1|weighted|3.59",
        );
        assert_eq!(found, [] as [&str; 0]);
    }

    #[test]
    fn a_threshold_between_is_major() {
        let found = found(
            "gpa-rounding-only",
            "gpa: student_id|gpa_kind|value\n1|weighted|2.996",
            "gpa: student_id|gpa_kind|value\n1|weighted|2.99",
        );
        assert_eq!(found, ["minor value 2.996 -> 2.99"] as [&str; 1]);
    }
}
