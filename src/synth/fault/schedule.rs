//! Faults of schedules: F56 and F90 to F103.

use super::site::Site;
use super::view::Rec;
use super::{Class, Expected, Hit};
use crate::canonical::Entity::{Schedule, Student, Transcript};
use crate::canonical::Field;
use crate::finding::Severity::{Critical, Major, Minor};

/// A lost class may be one that is needed, or the first half of another one.
const MISSING: &[&str] = &["class-missing", "needed-class-unscheduled", "sequence-broken"];
const UNEXPECTED: &[&str] = &["class-unexpected"];

pub(super) const CLASSES: &[Class] = &[
    Class::of(56, "teacher of record replaced by a default", Schedule, &["teacher-changed"], Major, |s| {
        let default = |_: &mut Site<'_, '_>, _: Rec, teacher: &str| {
            (!teacher.is_empty()).then(|| format!("{}99999", teacher.chars().next().unwrap_or('9')))
        };
        if s.chance.percent(50)
            && let Some(mut hits) = s.edit(Transcript, Field::Teacher, default)
        {
            // On a transcript it is a name on paper.
            let expected = Expected { checks: &["teacher-of-record-changed"], severity: Minor };
            hits.iter_mut().for_each(|hit| hit.expected = Some(expected));
            return Some(hits);
        }
        s.edit(Schedule, Field::Teacher, default)
    }),
    Class::of(90, "whole schedule missing", Schedule, &["schedule-missing"], Critical, |s| {
        let classes = s.all(Schedule);
        (!classes.is_empty()).then_some(())?;
        for rec in classes {
            s.view.remove(rec);
        }
        Some(vec![s.whole()])
    }),
    Class::of(91, "singleton section dropped", Schedule, MISSING, Critical, |s| {
        (s.all(Schedule).len() > 1).then_some(())?;
        s.drop_one(Schedule, |_, _| true)
    }),
    Class::of(
        92,
        "roster shuffled between sections",
        Schedule,
        &["teacher-changed", "period-changed", "roster-scattered"],
        Major,
        |s| {
            let teacher = s.borrowed(Schedule, Field::Teacher, |_, _| true)?;
            s.edit(Schedule, Field::Teacher, |_, _, now| (!now.is_empty()).then(|| teacher.clone()))
        },
    ),
    Class::of(93, "period one later", Schedule, &["period-changed"], Major, |s| {
        // A period that no other class of the student has, so that no conflict hides the shift.
        let taken: Vec<String> =
            s.all(Schedule).into_iter().map(|r| period(&s.get(r, Field::Period)).to_owned()).collect();
        let free = (1..=9).map(|p| p.to_string()).find(|p| !taken.contains(p))?;
        s.edit(Schedule, Field::Period, |_, _, now| Some(with_period(now, &free)))
    }),
    Class::of(94, "A and B days inverted", Schedule, &["days-changed"], Major, |s| {
        s.edit(Schedule, Field::Days, |_, _, days| {
            let swapped = match days.split_once('(') {
                Some((period, "A)")) => format!("{period}(B)"),
                Some((period, "B)")) => format!("{period}(A)"),
                None if days == "A" => "B".to_owned(),
                None if days == "B" => "A".to_owned(),
                _ => return None,
            };
            Some(swapped)
        })
    }),
    Class::of(95, "year section loaded for the first semester only", Schedule, &["term-changed"], Major, |s| {
        s.edit_word(Schedule, Field::Term, "S1", |s, r| s.word(r, Field::Term) == "FY")
    }),
    Class::of(96, "dropped class resurrected", Schedule, UNEXPECTED, Major, |s| {
        let dropped = s.view.dropped(Schedule, s.student);
        let rec = *dropped.first()?;
        s.view.undrop(rec)?;
        Some(vec![s.hit(Schedule, rec)])
    })
    .rare(),
    Class::of(97, "late add lost", Schedule, MISSING, Critical, |s| {
        let starts: Vec<String> = s.all(Schedule).into_iter().map(|r| s.get(r, Field::StartDate)).collect();
        s.drop_one(Schedule, |s, r| {
            let start = s.get(r, Field::StartDate);
            starts.iter().filter(|other| **other == start).count() == 1
        })
    }),
    Class::of(98, "co-teacher became the teacher", Schedule, &["teacher-changed", "co-teacher-changed"], Major, |s| {
        let rec = s.pick(Schedule, |s, r| {
            ![Field::Teacher, Field::CoTeacher].into_iter().any(|field| s.get(r, field).is_empty())
        })?;
        let (first, second) = (s.get(rec, Field::Teacher), s.get(rec, Field::CoTeacher));
        let hit = s.hit(Schedule, rec);
        s.view.set(rec, Field::Teacher, &second)?;
        s.view.set(rec, Field::CoTeacher, &first)?;
        Some(vec![hit])
    }),
    Class::of(99, "courses added to the schedule", Schedule, UNEXPECTED, Major, |s| {
        let held: Vec<String> = s.all(Schedule).into_iter().map(|r| s.get(r, Field::Course)).collect();
        let other = s.borrowed(Schedule, Field::Course, |_, code| !held.iter().any(|h| h == code))?;
        added(s, &other)
    }),
    Class::of(
        100,
        "double booking",
        Schedule,
        &["schedule-conflict-introduced", "period-changed", "needed-class-in-conflict"],
        Critical,
        double_booking,
    ),
    Class::of(
        101,
        "passed course scheduled again",
        Schedule,
        &["passed-class-rescheduled", "class-unexpected"],
        Major,
        |s| {
            let held: Vec<String> = s.all(Schedule).into_iter().map(|r| s.get(r, Field::Course)).collect();
            let passed = s.pick(Transcript, |s, r| {
                let course = s.get(r, Field::Course);
                s.marked(r, &["A", "A-", "B", "B+", "B-", "C"]) && !held.contains(&course)
            })?;
            let course = s.get(passed, Field::Course);
            added(s, &course)
        },
    ),
    Class::of(
        102,
        "second half before the first",
        Schedule,
        &["sequence-broken", "course-recoded", "term-changed"],
        Major,
        second_before_first,
    ),
    Class::of(103, "homeroom lost", Student, &["homeroom-changed", "value-lost"], Minor, |s| {
        s.edit(Student, Field::Homeroom, |_, _, _| Some(String::new()))
    }),
];

/// `3(A-B)` is period 3.
fn period(raw: &str) -> &str {
    raw.split('(').next().unwrap_or(raw)
}

fn with_period(raw: &str, period: &str) -> String {
    match raw.split_once('(') {
        Some((_, days)) => format!("{period}({days}"),
        None => period.to_owned(),
    }
}

/// A copy of one of the student's classes, in a free period, of another course.
fn added(s: &mut Site<'_, '_>, course: &str) -> Option<Vec<Hit>> {
    let taken: Vec<String> = s.all(Schedule).into_iter().map(|r| period(&s.get(r, Field::Period)).to_owned()).collect();
    let free = (1..=9).map(|p| p.to_string()).find(|p| !taken.contains(p))?;
    let rec = s.pick(Schedule, |_, _| true)?;
    let copy = s.view.copy(rec)?;
    s.view.set(copy, Field::Course, course)?;
    let now = s.get(copy, Field::Period);
    s.view.set(copy, Field::Period, &with_period(&now, &free))?;
    Some(vec![s.hit(Schedule, copy)])
}

/// Two classes of one term in one period.
fn double_booking(s: &mut Site<'_, '_>) -> Option<Vec<Hit>> {
    let classes = s.all(Schedule);
    let mut pairs: Vec<(Rec, Rec)> = Vec::new();
    for a in &classes {
        for b in &classes {
            let same = |s: &mut Site<'_, '_>, f| s.get(*a, f) == s.get(*b, f);
            let days =
                |s: &mut Site<'_, '_>, r: Rec| s.get(r, Field::Days).contains("A-B") || s.get(r, Field::Days) == "AB";
            if same(s, Field::School)
                && same(s, Field::Term)
                && days(s, *a)
                && days(s, *b)
                && period(&s.get(*a, Field::Period)) != period(&s.get(*b, Field::Period))
            {
                pairs.push((*a, *b));
            }
        }
    }
    if pairs.is_empty() {
        return None;
    }
    let (a, b) = *s.chance.pick(&pairs);
    let hit = s.hit(Schedule, a);
    let (mine, theirs) = (s.get(a, Field::Period), s.get(b, Field::Period));
    s.view.set(a, Field::Period, &with_period(&mine, period(&theirs)))?;
    Some(vec![hit])
}

/// The first half of a course is loaded as the second; where codes do not tell halves, two courses change terms.
fn second_before_first(s: &mut Site<'_, '_>) -> Option<Vec<Hit>> {
    let classes = s.all(Schedule);
    let codes: Vec<String> = classes.iter().map(|r| s.get(*r, Field::Course)).collect();
    for (first, code) in classes.iter().zip(&codes) {
        let second = code.strip_suffix('A').map(|stem| format!("{stem}B"));
        if let Some(second) = second.filter(|b| codes.contains(b)) {
            let hit = s.hit(Schedule, *first);
            s.view.set(*first, Field::Course, &second)?;
            return Some(vec![hit]);
        }
    }
    for first in &classes {
        if s.word(*first, Field::Term) != "S1" {
            continue;
        }
        let here = s.get(*first, Field::Period);
        for second in &classes {
            // Halves of one course code would only change places with each other.
            let other_course = s.get(*second, Field::Course) != s.get(*first, Field::Course);
            if other_course && s.word(*second, Field::Term) == "S2" && s.get(*second, Field::Period) == here {
                let hit = s.hit(Schedule, *second);
                s.view.set_word(*first, Field::Term, "S2")?;
                s.view.set_word(*second, Field::Term, "S1")?;
                return Some(vec![hit]);
            }
        }
    }
    None
}
