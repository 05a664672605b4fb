//! Faults of credits and graduation: F57 to F69.

use std::cmp::Ordering;

use super::site::{Site, decimal, is_nought, same_number, shifted, units};
use super::view::Rec;
use super::{Class, Hit};
use crate::canonical::Entity::{Graduation, Student, Transcript};
use crate::canonical::Field;
use crate::finding::Severity::{Critical, Major};

const EARNED: &[&str] = &["credit-earned-changed"];
const ON_FAILED: &[&str] = &["credit-earned-changed", "credit-on-failed-mark"];
const ATTEMPTED: &[&str] = &["credit-attempted-changed", "value-lost"];
const REQUIREMENT: &[&str] = &["requirement-credit-changed", "graduation-status-flipped"];

pub(super) const CLASSES: &[Class] = &[
    Class::of(57, "units mixed, a tenth of the credit", Transcript, EARNED, Critical, |s| {
        let rec = s.pick(Transcript, |s, r| !is_nought(&s.get(r, Field::CreditEarned)))?;
        let hit = s.hit(Transcript, rec);
        for field in [Field::CreditEarned, Field::CreditAttempted] {
            let (value, digits) = units(&s.get(rec, field))?;
            s.view.set(rec, field, &decimal(value, digits + 1))?;
        }
        Some(vec![hit])
    }),
    Class::of(58, "credit cut to a whole number", Transcript, EARNED, Critical, |s| {
        s.edit(Transcript, Field::CreditEarned, |_, _, now| {
            let whole = now.split_once('.')?.0.to_owned();
            (!same_number(now, &whole)).then_some(whole)
        })
    })
    .rare(),
    Class::of(59, "failed rows left out of attempted credit", Transcript, ATTEMPTED, Major, |s| {
        s.edit(Transcript, Field::CreditAttempted, |s, r, now| {
            let earned = s.get(r, Field::CreditEarned);
            (s.marked(r, &["F"]) && !same_number(now, &earned)).then_some(earned)
        })
    }),
    Class::of(60, "attempted credit empty", Transcript, ATTEMPTED, Major, |s| {
        s.edit(Transcript, Field::CreditAttempted, |_, _, now| (!is_nought(now)).then(String::new))
    }),
    Class::of(61, "credit earned on an F", Transcript, ON_FAILED, Critical, |s| {
        s.edit(Transcript, Field::CreditEarned, |s, r, now| {
            (s.marked(r, &["F"]) && is_nought(now)).then(|| s.get(r, Field::CreditAttempted))
        })
    }),
    Class::of(62, "credit from today's catalogue", Transcript, EARNED, Critical, |s| {
        // A transfer row of partial credit gets the whole one.
        s.edit(Transcript, Field::CreditEarned, |s, r, now| {
            let partial = s.is(r, Field::Transfer) && !same_number(&now.replace('.', ""), "") && is_partial(now);
            partial.then(|| shifted(now, |v, _| v * 2)).flatten()
        })
    })
    .rare(),
    Class::of(63, "maximum credit of a course not enforced", Transcript, EARNED, Critical, |s| {
        s.edit(Transcript, Field::CreditEarned, |s, r, now| {
            let repeat = !s.get(r, Field::RepeatCode).is_empty();
            (repeat && !is_nought(now)).then(|| shifted(now, |v, _| v * 2)).flatten()
        })
    }),
    Class::of(64, "subject area replaced by elective", Transcript, &["subject-area-changed"], Major, |s| {
        s.edit(Transcript, Field::SubjectArea, |_, _, _| Some("ELEC".to_owned()))
    }),
    Class::of(65, "credit split over two areas lost", Graduation, REQUIREMENT, Major, split_lost),
    Class::of(66, "waiver or substitution lost", Graduation, REQUIREMENT, Major, |s| {
        s.edit(Graduation, Field::Earned, |s, r, now| {
            (at_area(s, r) && against(s, r)?.is_le() && !is_nought(now)).then(|| "0.0".to_owned())
        })
    }),
    Class::of(
        67,
        "graduation track replaced by a default",
        Student,
        &["track-changed", "cohort-changed"],
        Major,
        |s| {
            s.edit(Student, Field::Track, |_, _, track| (track == "ALT").then(|| "STD".to_owned())).or_else(|| {
                // Everybody has a cohort; few of them are enough.
                s.chance.percent(5).then_some(())?;
                s.edit(Student, Field::Cohort, |_, _, year| shifted(year, |v, _| v + 1))
            })
        },
    )
    .rare(),
    Class::of(68, "service learning lost", Graduation, &["requirement-item-lost"], Major, |s| {
        s.drop_one(Graduation, |s, r| s.get(r, Field::Requirement) == "SERVICE" && s.is(r, Field::Met))
    }),
    Class::of(69, "minimum mark D read as C", Graduation, REQUIREMENT, Major, |s| {
        s.edit(Graduation, Field::Earned, |s, r, now| {
            (at_area(s, r) && against(s, r)?.is_le())
                .then(|| shifted(now, |v, one| v - if v >= 5 * one { 5 * one } else { one / 2 }))
                .flatten()
        })
    }),
];

/// A course that counts half in one area and half in another counts wholly in the first. A transcript row has one
/// area, so the split stands in the audit alone: the second area is short of it, the first has more than it needs.
fn split_lost(s: &mut Site<'_, '_>) -> Option<Vec<Hit>> {
    let lines: Vec<Rec> = s.all(Graduation).into_iter().filter(|r| at_area(s, *r)).collect();
    let full = lines.iter().copied().find(|r| against(s, *r).is_some_and(Ordering::is_ge))?;
    let short = lines.into_iter().find(|r| {
        let some = !is_nought(&s.get(*r, Field::Earned));
        *r != full && some && against(s, *r).is_some_and(Ordering::is_le)
    })?;
    let hit = s.hit(Graduation, short);
    let (less, more) = (s.get(short, Field::Earned), s.get(full, Field::Earned));
    let half = |v: i64, one: i64| v.min(5 * one);
    let moved = units(&less).map(|(v, digits)| half(v, 10_i64.pow(digits as u32)))?;
    s.view.set(short, Field::Earned, &shifted(&less, |v, _| v - moved)?)?;
    s.view.set(full, Field::Earned, &shifted(&more, |v, _| v + moved)?)?;
    Some(vec![hit])
}

/// Earned credit against required credit: without any to spare, less is a credit short. `None` when one is no number.
fn against(s: &mut Site<'_, '_>, rec: Rec) -> Option<Ordering> {
    let (required, earned) = (s.get(rec, Field::Required), s.get(rec, Field::Earned));
    let ((r, rd), (e, ed)) = (units(&required)?, units(&earned)?);
    let digits = rd.max(ed) as u32;
    Some((e * 10_i64.pow(digits - ed as u32)).cmp(&(r * 10_i64.pow(digits - rd as u32))))
}

/// A requirement of credits in an area.
fn at_area(s: &mut Site<'_, '_>, rec: Rec) -> bool {
    !["SERVICE", "PATHWAY", "TOTAL"].contains(&s.get(rec, Field::Requirement).as_str())
}

fn is_partial(credit: &str) -> bool {
    ["2.5", "0.25"].iter().any(|partial| same_number(credit, partial))
}
