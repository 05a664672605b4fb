//! Two classes of a student meet at the same time on the new side only.
//!
//! # What it finds
//!
//! Two active new classes that share a part of the year, a period and a day, where the legacy schedule had no two in
//! that period and part. Needs periods on the new side.
//!
//! # Why it matters
//!
//! The student can attend one of them; at one school both AP classes stood in one period.
//!
//! # Example
//!
//! Both AP Calculus and AP Biology meet in period 3.
//!
//! # What to do
//!
//! Mend the period or term crosswalk when many collide; else move one section.

use super::context::{Check, Meta, Out, StudentContext};
use std::collections::BTreeMap;

use jiff::civil::Date;

use super::schedule_missing::active_rows;
use crate::canonical::{Entity, Field, Row, Side, TermSpan, Typed};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "schedule-conflict-introduced",
    severity: Severity::Critical,
    summary: "Two classes of a student meet at the same time on the new side only.",
    entity: Entity::Schedule,
    needs: &[Field::Period],
    source: include_str!("schedule_conflict_introduced.rs"),
};

/// The check.
pub(super) struct ScheduleConflictIntroduced;

impl Check for ScheduleConflictIntroduced {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        if !student.is_paired() {
            return;
        }
        out.looked_at += 1;
        let new = conflicts(student, Side::New);
        if new.is_empty() {
            return;
        }
        let legacy = conflicts(student, Side::Legacy);
        for (first, second) in new.iter().copied() {
            let text = |row: Row, field| student.text(Side::New, Entity::Schedule, row, field).unwrap_or_default();
            let known = |side, (a, b): (Row, Row)| {
                let course = |row| student.text(side, Entity::Schedule, row, Field::Course).unwrap_or_default();
                if course(a) <= course(b) { (course(a), course(b)) } else { (course(b), course(a)) }
            };
            if legacy.iter().any(|l| known(Side::Legacy, *l) == known(Side::New, (first, second))) {
                continue; // pre-existing says it
            }
            let (courses, period) = (known(Side::New, (first, second)), text(first, Field::Period));
            let note = out.note(format!("{} and {} both meet in period {period}", courses.0, courses.1));
            let finding = out.finding(student.subject(), &META, Change::Added);
            (finding.new, finding.note) = (Some(first), note);
        }
    }
}

/// Pairs of active classes of two courses that meet at the same time, the one of the lesser course code first; of each
/// two courses the first pair by content.
pub(super) fn conflicts<'a>(student: &StudentContext<'a>, side: Side) -> &'a [(Row, Row)] {
    student.known.conflicts[side as usize].get_or_init(|| find_conflicts(student, side))
}

fn find_conflicts(student: &StudentContext<'_>, side: Side) -> Vec<(Row, Row)> {
    let active = active_rows(student, side);
    let Some(classes) = student.records(side, Entity::Schedule) else { return Vec::new() };
    if !student.facts.meetings(side).may_collide(classes, active) {
        return Vec::new();
    }
    let mut rows: Vec<(Meeting<'_>, Row)> =
        active.iter().copied().filter_map(|row| Some((Meeting::of(student, side, row)?, row))).collect();
    rows.sort();
    let mut found = BTreeMap::new();
    for (at, (first, row)) in rows.iter().enumerate() {
        for (second, other) in &rows[at + 1..] {
            if first.course != second.course && first.collides(second) {
                found.entry((first.course, second.course)).or_insert((*row, *other));
            }
        }
    }
    found.into_values().collect()
}

/// When a class meets.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Meeting<'a> {
    course: &'a str,
    year: Option<&'a str>,
    term: Option<TermSpan>,
    period: &'a str,
    days: Option<&'a str>,
    from: Option<Date>,
    to: Option<Date>,
}

impl<'a> Meeting<'a> {
    fn of(student: &StudentContext<'a>, side: Side, row: Row) -> Option<Self> {
        let text = |field| student.text(side, Entity::Schedule, row, field);
        let date = |field| match student.records(side, Entity::Schedule)?.typed(row, field) {
            Typed::Date(date) => Some(date),
            _ => None,
        };
        Some(Self {
            course: text(Field::Course)?,
            year: text(Field::SchoolYear),
            term: text(Field::Term).and_then(TermSpan::parse),
            period: text(Field::Period)?,
            days: text(Field::Days),
            from: date(Field::StartDate),
            to: date(Field::EndDate),
        })
    }

    fn collides(&self, other: &Self) -> bool {
        if self.period != other.period || self.year != other.year {
            return false;
        }
        let terms = match (self.term, other.term) {
            (Some(a), Some(b)) => a.overlaps(b),
            (a, b) => a == b,
        };
        let apart = |end: Option<Date>, start: Option<Date>| end.is_some_and(|e| start.is_some_and(|s| e < s));
        let dates = !apart(self.to, other.from) && !apart(other.to, self.from);
        let days = || match (self.days, other.days) {
            (Some(a), Some(b)) => (a == b && a.contains(char::is_alphanumeric)) || share_day(a, b),
            _ => true,
        };
        terms && dates && days()
    }
}

/// `A` and `A-B` share a day, `MWF` and `TR` do not.
fn share_day(a: &str, b: &str) -> bool {
    let days = |text: &str| -> Vec<String> {
        let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
        let letters = words.len() == 1 && words[0].chars().all(|c| c.is_ascii_uppercase());
        if letters {
            words[0].chars().map(String::from).collect()
        } else {
            words.into_iter().map(str::to_lowercase).collect()
        }
    };
    let fold = |days: Vec<String>| days.into_iter().map(|d| d.to_lowercase()).collect::<Vec<_>>();
    let (a, b) = (fold(days(a)), fold(days(b)));
    a.iter().any(|day| b.contains(day))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn two_classes_in_one_period_are_found() {
        let found = found(
            "schedule-conflict-introduced",
            "schedule: student_id|term|course|period\n1|S1|ALG|1\n1|FY|BIO|2",
            "schedule: student_id|term|course|period\n1|S1|ALG|1\n1|FY|BIO|1",
        );
        assert_eq!(found, ["critical +++ S1 ALG P1 (ALG and BIO both meet in period 1)"] as [&str; 1]);
    }

    #[test]
    fn classes_of_two_halves_do_not_collide() {
        let found = found(
            "schedule-conflict-introduced",
            "schedule: student_id|term|course|period\n1|S1|ALG|1\n1|S2|BIO|2",
            "schedule: student_id|term|course|period\n1|S1|ALG|1\n1|S2|BIO|1",
        );
        assert_eq!(found, [] as [&str; 0]);
    }

    #[test]
    fn classes_of_other_days_do_not_collide() {
        let found = found(
            "schedule-conflict-introduced",
            "schedule: student_id|term|course|period|days\n1|S1|ALG|1|A\n1|S1|BIO|1|B",
            "schedule: student_id|term|course|period|days\n1|S1|ALG|1|A\n1|S1|BIO|1|B",
        );
        assert_eq!(found, [] as [&str; 0]);
    }

    #[test]
    fn a_collision_that_legacy_had_is_not_new() {
        let found = found(
            "schedule-conflict-introduced",
            "schedule: student_id|term|course|period\n1|S1|ALG|1\n1|S1|BIO|1",
            "schedule: student_id|term|course|period\n1|S1|ALG|1\n1|S1|BIO|1",
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
