//! A student is scheduled into a class that is passed already, on the new side only.
//!
//! # What it finds
//!
//! New classes whose course has earned credit in an earlier year of the new transcript, is not marked repeatable, and
//! is not scheduled by legacy.
//!
//! # Why it matters
//!
//! The seat gives no credit. In 2014 whole programs were filled with classes that students had passed.
//!
//! # Example
//!
//! ALG1A passed with B in 2023-24, scheduled again in 2025-26.
//!
//! # What to do
//!
//! Drop the class and place the student where credits are open.

use super::context::{Check, Meta, Out, StudentContext};
use super::schedule_missing::active_rows;
use crate::canonical::{Entity, Field, Row, SchoolYear, Side, Typed};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "passed-class-rescheduled",
    severity: Severity::Major,
    summary: "A student is scheduled into a class that is passed already, on the new side only.",
    entity: Entity::Schedule,
    needs: &[],
    source: include_str!("passed_class_rescheduled.rs"),
};

/// The check.
pub(super) struct PassedClassRescheduled;

impl Check for PassedClassRescheduled {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        if !student.is_paired() || student.records(Side::New, Entity::Transcript).is_none() {
            return;
        }
        let text = |side, entity, row, field| student.text(side, entity, row, field);
        // Equal keys are equal course codes.
        let key = |side, row: Row| student.records(side, Entity::Schedule)?.key(row, Field::Course);
        let legacy: Vec<u32> =
            active_rows(student, Side::Legacy).iter().filter_map(|row| key(Side::Legacy, *row)).collect();
        let mut history = None;
        for class in active_rows(student, Side::New).iter().copied() {
            out.looked_at += 1;
            if key(Side::New, class).is_some_and(|course| legacy.contains(&course)) {
                continue;
            }
            let Some(course) = text(Side::New, Entity::Schedule, class, Field::Course) else { continue };
            let history = history.get_or_insert_with(|| student.rows(Side::New, Entity::Transcript));
            let Some(passed) = history.iter().find(|row| is_passed_before(student, **row, class, course)) else {
                continue;
            };
            if is_repeatable(student, course) {
                continue;
            }
            let part = |field| text(Side::New, Entity::Transcript, *passed, field).unwrap_or_default();
            let note = out.note(format!(
                "passed in {} {} with {}",
                part(Field::SchoolYear),
                part(Field::Term),
                part(Field::Mark)
            ));
            let finding = out.finding(student.subject(), &META, Change::Added);
            (finding.note, finding.new) = (note, Some(class));
        }
    }
}

/// Credit of the same course in an earlier year, for a part of the year that the class covers too.
fn is_passed_before(student: &StudentContext<'_>, row: Row, class: Row, course: &str) -> bool {
    let of = |entity, row, field| student.text(Side::New, entity, row, field);
    let year = |entity, row| of(entity, row, Field::SchoolYear).and_then(SchoolYear::parse);
    let term = |entity, row| of(entity, row, Field::Term).and_then(crate::canonical::TermSpan::parse);
    let earned = student.number(Side::New, Entity::Transcript, row, Field::CreditEarned).is_some_and(|c| !c.is_zero());
    let (Some(then), Some(now)) = (year(Entity::Transcript, row), year(Entity::Schedule, class)) else { return false };
    let same_part = match (term(Entity::Transcript, row), term(Entity::Schedule, class)) {
        (Some(a), Some(b)) => a.contains(b) || course.ends_with(['A', 'B']),
        _ => true,
    };
    earned && then < now && same_part && of(Entity::Transcript, row, Field::Course) == Some(course)
}

fn is_repeatable(student: &StudentContext<'_>, course: &str) -> bool {
    student.records(Side::New, Entity::Course).is_some_and(|courses| {
        courses.has(Field::Repeatable)
            && (0..courses.len() as Row).any(|row| {
                courses.text(row, Field::Course) == Some(course)
                    && courses.typed(row, Field::Repeatable) == Typed::Flag(true)
            })
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    fn side(class: &str, repeatable: &str) -> String {
        format!(
            "student: student_id\n1\n\
             transcript: student_id|school_year|term|course|mark|credit_earned\n1|2023-24|S1|ALG1A|B|5\n\
             course: course|repeatable\nALG1A|{repeatable}\n\
             schedule: student_id|school_year|term|course\n1|2025-26|S1|{class}\n"
        )
    }

    #[test]
    fn a_passed_class_in_the_new_schedule_is_found_unless_legacy_has_it_or_it_is_repeatable() {
        let found = |legacy: &str, new: &str, repeatable: &str| {
            found("passed-class-rescheduled", &side(legacy, repeatable), &side(new, repeatable))
        };
        let one = found("GEO1A", "ALG1A", "false");
        assert_eq!(one.len(), 1, "{one:?}");
        assert!(one[0].starts_with("major") && one[0].contains("passed in 2023-24 S1 with B"), "{one:?}");
        assert!(found("ALG1A", "ALG1A", "false").is_empty());
        assert!(found("GEO1A", "ALG1A", "true").is_empty());
    }
}
