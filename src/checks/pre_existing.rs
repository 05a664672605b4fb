//! Legacy had this fault already, and the new side has it too.
//!
//! # What it finds
//!
//! Credit earned on a failing mark, classes that collide, and students without any class, on both sides alike.
//!
//! # Why it matters
//!
//! The migration did not cause it, so the gate does not count it; the school still should know.
//!
//! # Example
//!
//! A student has an F with 5 credits earned in both systems.
//!
//! # What to do
//!
//! Hand the list to the schools; mend it in the system that will be kept.

use super::context::{Check, Meta, Out, StudentContext};
use super::judge::is_failing;
use super::schedule_conflict_introduced::conflicts;
use crate::canonical::{Entity, Field, Row, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "pre-existing",
    severity: Severity::Info,
    summary: "Legacy had this fault already, and the new side has it too.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("pre_existing.rs"),
};

/// The check.
pub(super) struct PreExisting;

impl Check for PreExisting {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn is_general(&self) -> bool {
        true
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        if !student.is_paired() {
            return;
        }
        let transcripts = student.records(Side::Legacy, Entity::Transcript);
        let failed = |row| transcripts.is_some_and(|r| student.facts.meetings(Side::Legacy).is_failing(r, row));
        for both in student.pairs(Entity::Transcript).into_iter().flat_map(|p| p.both()) {
            out.looked_at += 1;
            if failed(both.legacy)
                && earned_on_failure(student, Side::Legacy, both.legacy)
                && earned_on_failure(student, Side::New, both.new)
            {
                let note = out.note("credit was earned on a failing mark, on both sides");
                let finding = out.finding(student.subject(), &META, Change::Changed);
                (finding.legacy, finding.new, finding.note) = (Some(both.legacy), Some(both.new), note);
            }
        }
        collisions(student, out);
    }
}

fn earned_on_failure(student: &StudentContext<'_>, side: Side, row: Row) -> bool {
    student.text(side, Entity::Transcript, row, Field::Mark).is_some_and(is_failing)
        && student.number(side, Entity::Transcript, row, Field::CreditEarned).is_some_and(|c| !c.is_zero())
}

fn collisions(student: &StudentContext<'_>, out: &mut Out) {
    let legacy = conflicts(student, Side::Legacy);
    if legacy.is_empty() {
        return;
    }
    let courses = |side: Side, (a, b): (Row, Row)| {
        [a, b].map(|row| student.text(side, Entity::Schedule, row, Field::Course).unwrap_or_default())
    };
    for new in conflicts(student, Side::New).iter().copied() {
        let Some(old) = legacy.iter().find(|l| courses(Side::Legacy, **l) == courses(Side::New, new)) else { continue };
        let [a, b] = courses(Side::New, new);
        let note = out.note(format!("{a} and {b} meet at the same time, on both sides"));
        let finding = out.finding(student.subject(), &META, Change::Changed);
        finding.entity = Entity::Schedule;
        (finding.legacy, finding.new, finding.note) = (Some(old.0), Some(new.0), note);
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn credit_on_an_f_on_both_sides_is_told() {
        let found = found(
            "pre-existing",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|F|5",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|F|5",
        );
        assert_eq!(
            found,
            ["info -> 2024-25 S1 ALG F -> F (credit was earned on a failing mark, on both sides)"] as [&str; 1]
        );
    }

    #[test]
    fn credit_on_an_f_on_the_new_side_only_is_not() {
        let found = found(
            "pre-existing",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|F|0",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|F|5",
        );
        assert_eq!(found, [] as [&str; 0]);
    }

    #[test]
    fn a_collision_on_both_sides_is_told() {
        let found = found(
            "pre-existing",
            "schedule: student_id|term|course|period\n1|S1|ALG|1\n1|S1|BIO|1",
            "schedule: student_id|term|course|period\n1|S1|ALG|1\n1|S1|BIO|1",
        );
        assert_eq!(found, ["info -> S1 ALG P1 (ALG and BIO meet at the same time, on both sides)"] as [&str; 1]);
    }
}
