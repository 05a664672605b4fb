//! A stored total of credits is not the same on both sides.
//!
//! # What it finds
//!
//! Stored totals of credits attempted or earned that differ: critical when earned. With a policy, the rows behind the
//! difference are named, and what they do not explain is said.
//!
//! # Why it matters
//!
//! The total decides promotion and graduation; a repeated class counted twice makes a senior look finished.
//!
//! # Example
//!
//! Legacy 205, new 210: repeated credit counted otherwise +5.
//!
//! # What to do
//!
//! Mend the named rows, or the rule for repeated credit in the new system; then let it compute again.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use crate::canonical::{Entity, Field, Side};
use crate::finding::Severity;
use crate::policy::Rational;
use crate::policy::credits::difference;

static META: Meta = Meta {
    name: "credits-total-changed",
    severity: Severity::Critical,
    summary: "A stored total of credits is not the same on both sides.",
    entity: Entity::Gpa,
    needs: &[],
    source: include_str!("credits_total_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Gpa, Field::CreditEarned), (Entity::Gpa, Field::CreditAttempted)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let earned = change.field == Field::CreditEarned;
    let severity = if earned { change.severity } else { Severity::Major };
    Some(match reasons(change, earned) {
        Some(note) => Judgement::because(severity, note),
        None => severity.into(),
    })
}

/// `row missing (2 rows) −10, unexplained −5`; `None` without a policy to say which rows count.
fn reasons(change: &FieldChange<'_>, earned: bool) -> Option<String> {
    let student = change.student;
    let bound = student.policies.bound(student.reconciliation);
    let named = change.other(Side::Legacy, Field::GpaKind).unwrap_or_default();
    let kind =
        bound.kinds.iter().find(|k| k.policy.kind.eq_ignore_ascii_case(named)).or_else(|| bound.kinds.first())?;
    let (legacy, new) = (change.number(Side::Legacy)?, change.number(Side::New)?);
    let mut rest = Rational::from(new).sub(Rational::from(legacy))?;
    let mut parts = Vec::new();
    for (words, rows, amount) in difference(student.reconciliation, student.position, kind, earned) {
        rest = rest.sub(amount)?;
        let count = if rows > 1 { format!(" ({rows} rows)") } else { String::new() };
        parts.push(format!("{words}{count} {}", amount.show_signed()));
    }
    if !rest.is_zero() {
        parts.push(format!("unexplained {}", rest.show_signed()));
    }
    Some(parts.join(", "))
}

#[cfg(test)]
mod tests {
    use crate::checks::policy_facts::testing::found;

    #[test]
    fn a_total_that_lost_a_class_names_it_and_what_is_left() {
        let side = |total: &str, rows: &str| {
            format!(
                "gpa: student_id|gpa_kind|value|credit_earned\n1|weighted|3.000|{total}\n\
                 transcript: student_id|school_year|term|course|mark|credit_attempted|credit_earned\n{rows}"
            )
        };
        let one = "1|2023-24|S1|ENG|B|5|5\n";
        let found =
            found("credits-total-changed", &side("10", &format!("{one}1|2023-24|S1|ALG|B|5|5\n")), &side("4", one));
        assert_eq!(found, ["critical credit_earned 10 -> 4 (row missing −5, unexplained −1)"] as [&str; 1]);
    }
}
