//! A transcript row earned another credit.
//!
//! # What it finds
//!
//! Earned credits that differ: critical on the high school record. A year row and its halves are compared by their sum.
//!
//! # Why it matters
//!
//! Earned credit is what graduates.
//!
//! # Example
//!
//! Legacy 2.5, new 2: the fraction was cut off.
//!
//! # What to do
//!
//! Declare the unit factor; load credits as decimals.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::{amount, permanent_record};
use crate::canonical::{Entity, Field, Side};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "credit-earned-changed",
    severity: Severity::Critical,
    summary: "A transcript row earned another credit.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("credit_earned_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Transcript, Field::CreditEarned)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let is_nought = |side: Side| change.number(side).is_none_or(|n| n.is_zero());
    if is_nought(Side::Legacy) && is_nought(Side::New) {
        return None;
    }
    Some(amount(change, permanent_record(change)))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_cut_fraction_is_found() {
        let found = found(
            "credit-earned-changed",
            "transcript: student_id|school_year|term|course|credit_earned\n1|2024-25|S1|ALG|2.5",
            "transcript: student_id|school_year|term|course|credit_earned\n1|2024-25|S1|ALG|2",
        );
        assert_eq!(found, ["critical credit_earned 2.5 -> 2 (the fraction was cut off)"] as [&str; 1]);
    }

    #[test]
    fn trailing_zeros_do_not_count() {
        let found = found(
            "credit-earned-changed",
            "transcript: student_id|school_year|term|course|credit_earned\n1|2024-25|S1|ALG|2.50",
            "transcript: student_id|school_year|term|course|credit_earned\n1|2024-25|S1|ALG|2.5",
        );
        assert_eq!(found, [] as [&str; 0]);
    }

    #[test]
    fn no_credit_is_a_credit_of_nought() {
        let found = found(
            "credit-earned-changed",
            "transcript: student_id|school_year|term|course|credit_earned\n1|2024-25|S1|ALG|0",
            "transcript: student_id|school_year|term|course|credit_earned\n1|2024-25|S1|ALG|",
        );
        assert_eq!(found, [] as [&str; 0]);
    }

    #[test]
    fn a_year_row_doubled_in_its_halves_is_found() {
        let found = found(
            "credit-earned-changed",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|FY|ALG|A|10",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|10\n1|2024-25|S2|ALG|A|10",
        );
        assert_eq!(found, ["critical credit_earned 10 -> 10 + 10 = 20 (twice as much)"] as [&str; 1]);
    }

    #[test]
    fn a_year_row_split_rightly_is_none() {
        let found = found(
            "credit-earned-changed",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|FY|ALG|A|10",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5\n1|2024-25|S2|ALG|A|5",
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
