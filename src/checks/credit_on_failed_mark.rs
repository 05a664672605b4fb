//! A failing mark earned credit on the new side only.
//!
//! # What it finds
//!
//! Rows with a failing mark and earned credit on the new side, where legacy had none or a passing mark. When both
//! sides have it, it is pre-existing.
//!
//! # Why it matters
//!
//! Credit without a pass graduates students who have not finished.
//!
//! # Example
//!
//! Legacy F with 0 credits, new F with 5: earned was filled with attempted.
//!
//! # What to do
//!
//! Load earned credit from its own column; never compute it from the attempted one.

use super::context::{Check, Meta, Out, StudentContext};
use crate::canonical::{Entity, Field, Row, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "credit-on-failed-mark",
    severity: Severity::Critical,
    summary: "A failing mark earned credit on the new side only.",
    entity: Entity::Transcript,
    needs: &[Field::CreditEarned],
    source: include_str!("credit_on_failed_mark.rs"),
};

/// The check.
pub(super) struct CreditOnFailedMark;

impl Check for CreditOnFailedMark {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        let Some(pairs) = student.pairs(Entity::Transcript).filter(|_| student.is_paired()) else { return };
        let bad = |side: Side, row: Row| {
            let records = student.records(side, Entity::Transcript);
            records.is_some_and(|r| student.facts.meetings(side).is_failing(r, row))
                && student.number(side, Entity::Transcript, row, Field::CreditEarned).is_some_and(|c| !c.is_zero())
        };
        for both in pairs.both() {
            out.looked_at += 1;
            if bad(Side::New, both.new) && !bad(Side::Legacy, both.legacy) {
                out.changed(student.subject(), &META, Field::CreditEarned, both.legacy, both.new);
            }
        }
        for row in pairs.new_only() {
            out.looked_at += 1;
            if bad(Side::New, *row) {
                let finding = out.finding(student.subject(), &META, Change::Added);
                (finding.field, finding.new) = (Some(Field::CreditEarned), Some(*row));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    const HEAD: &str = "transcript: student_id|school_year|term|course|mark|credit_earned\n";

    #[test]
    fn an_f_that_earns_credit_in_the_new_system_is_critical() {
        let (legacy, new) = (format!("{HEAD}1|2023-24|S1|ENG|F|0"), format!("{HEAD}1|2023-24|S1|ENG|F|5"));
        assert_eq!(found("credit-on-failed-mark", &legacy, &new), ["critical credit_earned 0 -> 5"] as [&str; 1]);
        assert_eq!(found("credit-on-failed-mark", &new, &new), [] as [&str; 0]);
    }
}
