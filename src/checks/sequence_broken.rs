//! The second half of a course is scheduled and the first is neither passed nor scheduled, on the new side only.
//!
//! # What it finds
//!
//! Classes whose code ends in B, where the A of the same code is not passed, and not scheduled before or beside it,
//! on the new side; and was on the legacy side. Only with requirements that say that codes carry their half.
//!
//! # Why it matters
//!
//! The student sits in the second half without the first, and the first is missing for graduation.
//!
//! # Example
//!
//! ALG1B in spring, ALG1A nowhere.
//!
//! # What to do
//!
//! Schedule the first half, or move the student.

use super::context::{Check, Meta, Out, StudentContext};
use super::schedule_missing::active_rows;
use crate::canonical::{Entity, Field, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "sequence-broken",
    severity: Severity::Major,
    summary: "The second half of a course is scheduled and the first is neither passed nor scheduled, on the new side only.",
    entity: Entity::Schedule,
    needs: &[],
    source: include_str!("sequence_broken.rs"),
};

/// The check.
pub(super) struct SequenceBroken;

impl Check for SequenceBroken {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        if !student.is_paired() || !student.policies.requirements().is_some_and(|r| r.sequence) {
            return;
        }
        for class in active_rows(student, Side::New).iter().copied() {
            let code = student.text(Side::New, Entity::Schedule, class, Field::Course).unwrap_or_default();
            let Some(stem) = code.strip_suffix('B').filter(|stem| stem.len() > 1) else { continue };
            out.looked_at += 1;
            // A course that has no first half anywhere is no sequence.
            if !has_first(student, Side::New, stem) && has_first(student, Side::Legacy, stem) {
                let note = out.note(format!("{stem}A is neither passed nor scheduled"));
                let finding = out.finding(student.subject(), &META, Change::Added);
                (finding.note, finding.new) = (note, Some(class));
            }
        }
    }
}

/// True when the first half, the stem with an `A`, is scheduled or passed.
fn has_first(student: &StudentContext<'_>, side: Side, stem: &str) -> bool {
    let first = |course: &str| course.strip_suffix('A') == Some(stem);
    let is = |entity, row| student.text(side, entity, row, Field::Course).is_some_and(first);
    let passed = |row| student.number(side, Entity::Transcript, row, Field::CreditEarned).is_some_and(|c| !c.is_zero());
    active_rows(student, side).iter().any(|row| is(Entity::Schedule, *row))
        || student.rows(side, Entity::Transcript).into_iter().any(|row| is(Entity::Transcript, row) && passed(row))
}

#[cfg(test)]
mod tests {
    use crate::checks::policy_facts::testing::found;

    #[test]
    fn a_b_without_its_a_is_found_where_legacy_had_the_a() {
        let side = |classes: &str| format!("student: student_id\n1\nschedule: student_id|term|course\n{classes}");
        let found = |legacy: &str, new: &str| found("sequence-broken", &side(legacy), &side(new));
        let one = found("1|S1|ALG1A\n1|S2|ALG1B\n", "1|S2|ALG1B\n");
        assert_eq!(one.len(), 1, "{one:?}");
        assert!(one[0].contains("ALG1A is neither passed nor scheduled"), "{one:?}");
        assert!(found("1|S2|ALG1B\n", "1|S2|ALG1B\n").is_empty());
    }
}
