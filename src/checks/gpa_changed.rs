//! A stored GPA is not the same on both sides.
//!
//! # What it finds
//!
//! Stored GPAs of one kind that differ by more than rounding: critical for official and weighted kinds, major for
//! others, but critical for seniors and when a threshold (2.0, 3.0, 3.60) lies between.
//!
//! # Why it matters
//!
//! The GPA decides eligibility, aid, rank and admission.
//!
//! # Example
//!
//! Legacy 3.843, new 3.618: honors weights were lost.
//!
//! # What to do
//!
//! Look at the transcript findings of the student first; then at the GPA settings of the new system.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::{GpaDifference, gpa_difference, is_official, senior, threshold_between};
use super::policy_facts::derivation;
use crate::canonical::{Entity, Field, Side};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "gpa-changed",
    severity: Severity::Critical,
    summary: "A stored GPA is not the same on both sides.",
    entity: Entity::Gpa,
    needs: &[],
    source: include_str!("gpa_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Gpa, Field::Value)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let kind = change.other(Side::Legacy, Field::GpaKind).unwrap_or_default();
    let usual = if is_official(kind) { change.severity } else { senior(change.student, Severity::Major) };
    let (Some(legacy), Some(new)) = (change.number(Side::Legacy), change.number(Side::New)) else {
        return Some(Judgement::from(usual));
    };
    if gpa_difference(change.student, change.legacy, change.new) != GpaDifference::Changed {
        return None;
    }
    let (severity, threshold) = match threshold_between(legacy, new) {
        Some(threshold) => (Severity::Critical, format!("{threshold} lies between")),
        None => (usual, String::new()),
    };
    let why = derivation(change.student, kind).unwrap_or_default();
    let between = if threshold.is_empty() || why.is_empty() { "" } else { "; " };
    Some(Judgement::because(severity, format!("{threshold}{between}{why}")))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_weighted_gpa_is_critical() {
        let found = found(
            "gpa-changed",
            "gpa: student_id|gpa_kind|value\n1|weighted|3.843",
            "gpa: student_id|gpa_kind|value\n1|weighted|3.618",
        );
        assert_eq!(found, ["critical value 3.843 -> 3.618"] as [&str; 1]);
    }

    #[test]
    fn another_kind_is_major_until_a_threshold_lies_between() {
        let found = found(
            "gpa-changed",
            "gpa: student_id|gpa_kind|value\n1|uc|3.80\n1|csu|3.05",
            "gpa: student_id|gpa_kind|value\n1|uc|3.70\n1|csu|2.95",
        );
        assert_eq!(found, ["critical value 3.05 -> 2.95 (3 lies between)", "major value 3.80 -> 3.70"] as [&str; 2]);
    }

    #[test]
    fn fewer_digits_are_no_change() {
        let found = found(
            "gpa-changed",
            "gpa: student_id|gpa_kind|value\n1|weighted|3.85",
            "gpa: student_id|gpa_kind|value\n1|weighted|3.8462",
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
