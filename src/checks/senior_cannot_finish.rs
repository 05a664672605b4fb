//! A senior can not finish in the seats that are scheduled, on both sides alike.
//!
//! # What it finds
//!
//! Students of grade 12 whose open credits are more than the classes in progress give, already on the legacy side.
//! The migration did not cause it, so the gate does not count it; the school still should know.
//!
//! # Why it matters
//!
//! It is the list that counselors need before the first day: there is still time for a summer class.
//!
//! # Example
//!
//! English: 10 credits open, nothing scheduled, on either side.
//!
//! # What to do
//!
//! Hand the list to the counselors.

use super::context::{Check, Meta, Out, StudentContext};
use super::policy_facts::{audits_are_same, open_words, shortfall};
use crate::canonical::{Entity, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "senior-cannot-finish",
    severity: Severity::Info,
    summary: "A senior can not finish in the seats that are scheduled, on both sides alike.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("senior_cannot_finish.rs"),
};

/// The check.
pub(super) struct SeniorCannotFinish;

impl Check for SeniorCannotFinish {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        if !student.is_senior() {
            return;
        }
        let Some(legacy) = shortfall(student, Side::Legacy) else { return };
        out.looked_at += 1;
        let Some(legacy) = legacy else { return };
        let new = if audits_are_same(student) { Some(legacy) } else { shortfall(student, Side::New).flatten() };
        if let Some(open) = new {
            let note = out.note(format!("open after the classes in progress: {}", open_words(student, &open)));
            out.finding(student.subject(), &META, Change::Changed).note = note;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::policy_facts::testing::found;

    #[test]
    fn a_senior_who_lacks_credits_on_both_sides_is_told_as_info() {
        let side = "student: student_id|grade_level\n1|12\n\
                    transcript: student_id|school_year|term|course|mark|credit_attempted|credit_earned|subject_area\n\
                    1|2023-24|S1|ENG9A|B|30|30|ENG\n";
        let found = found("senior-cannot-finish", side, side);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("info") && found[0].contains("english 10, social-science 30"), "{found:?}");
    }
}
