//! Faults of transcript rows: F22 to F56 (F45 to F51 and F56 where they touch titles and teachers too).

use super::site::{Site, is_nought};
use super::view::Rec;
use super::{Class, Expected, Hit};
use crate::canonical::Entity::Transcript;
use crate::canonical::Field;
use crate::finding::Severity::{Critical, Major};

const WORSE: [&str; 12] = ["A", "A-", "B+", "B", "B-", "C+", "C", "C-", "D+", "D", "D-", "F"];
const MARK: &[&str] = &["mark-changed"];
const LOST_ATTEMPT: &[&str] = &["credit-attempted-changed", "transcript-row-missing", "transcript-term-changed"];
const LOST_MARK: &[&str] = &["mark-changed", "transcript-row-missing", "transcript-term-changed"];
const MISSING: &[&str] = &["transcript-row-missing"];
const RECODED: &[&str] = &["course-recoded", "transcript-row-missing"];

pub(super) const CLASSES: &[Class] = &[
    Class::of(22, "second-semester grade in the first", Transcript, &["transcript-term-changed"], Critical, |s| {
        // Only where the first semester of that course is free.
        s.edit_word(Transcript, Field::Term, "S1", |s, r| s.word(r, Field::Term) == "S2" && !has_other_half(s, r))
    }),
    Class::of(23, "marks of the semesters swapped", Transcript, MARK, Critical, |s| {
        let (first, second) = halves(s, |s, a, b| s.get(a, Field::Mark) != s.get(b, Field::Mark))?;
        swap(s, first, second, Field::Mark)
    }),
    Class::of(
        24,
        "year row not split, all in the first semester",
        Transcript,
        &["transcript-term-changed"],
        Critical,
        |s| s.edit_word(Transcript, Field::Term, "S1", |s, r| s.word(r, Field::Term) == "FY"),
    )
    .rare(),
    Class::of(
        25,
        "year row split and its credit doubled",
        Transcript,
        &["credit-earned-changed", "transcript-row-unexpected", "transcript-term-changed", "transcript-row-missing"],
        Critical,
        |s| {
            let rec = s.pick(Transcript, |s, r| {
                s.word(r, Field::Term) == "FY" && !is_nought(&s.get(r, Field::CreditEarned))
            })?;
            let hit = s.hit(Transcript, rec);
            let copy = s.view.copy(rec)?;
            s.view.set_word(rec, Field::Term, "S1")?;
            s.view.set_word(copy, Field::Term, "S2")?;
            Some(vec![hit])
        },
    )
    .rare(),
    Class::of(
        26,
        "two halves merged and one lost",
        Transcript,
        &["transcript-row-missing", "transcript-term-changed", "credit-earned-changed"],
        Critical,
        |s| {
            // A half without credit and with the same mark would not be missed.
            let (first, second) = halves(s, |s, a, b| {
                s.get(a, Field::Mark) != s.get(b, Field::Mark) || !is_nought(&s.get(b, Field::CreditAttempted))
            })?;
            let mut hit = s.hit(Transcript, second);
            if is_nought(&s.get(second, Field::CreditEarned)) {
                // A half that earned nothing takes no credit with it: what is lost is the attempt, or a mark without one.
                let has_attempt = !is_nought(&s.get(second, Field::CreditAttempted));
                let checks = if has_attempt { LOST_ATTEMPT } else { LOST_MARK };
                hit.expected = Some(Expected { checks, severity: Major });
            }
            s.view.set_word(first, Field::Term, "FY")?;
            s.view.remove(second);
            Some(vec![hit])
        },
    ),
    Class::of(27, "final mark overwritten by a progress mark", Transcript, MARK, Critical, |s| another_mark(s, 3)),
    Class::of(28, "a year loaded twice", Transcript, &["transcript-row-duplicated"], Critical, |s| {
        let rec = s.pick(Transcript, |_, _| true)?;
        let (year, hit) = (s.get(rec, Field::SchoolYear), s.hit(Transcript, rec));
        for rec in s.all(Transcript) {
            if s.get(rec, Field::SchoolYear) == year {
                s.view.copy(rec)?;
            }
        }
        Some(vec![hit])
    }),
    Class::of(29, "summer rows missing", Transcript, MISSING, Critical, |s| {
        s.drop_one(Transcript, |s, r| s.word(r, Field::Term) == "SU")
    }),
    Class::of(30, "transfer rows missing", Transcript, MISSING, Critical, |s| {
        s.drop_one(Transcript, |s, r| s.is(r, Field::Transfer))
    })
    .rare(),
    Class::of(31, "middle-school row for high-school credit missing", Transcript, MISSING, Critical, |s| {
        s.drop_one(Transcript, in_middle_school)
    }),
    Class::of(32, "middle-school row counted in the GPA", Transcript, &["in-gpa-changed"], Major, |s| {
        s.edit_word(Transcript, Field::InGpa, "true", in_middle_school)
    }),
    Class::of(33, "repeat flag dropped", Transcript, &["repeat-code-changed"], Major, |s| {
        s.edit(Transcript, Field::RepeatCode, |_, _, _| Some(String::new()))
    }),
    Class::of(34, "wrong attempt left out of the GPA", Transcript, &["in-gpa-changed"], Major, |s| {
        s.edit_word(Transcript, Field::InGpa, "false", |s, r| {
            s.is(r, Field::InGpa) && !s.get(r, Field::RepeatCode).is_empty()
        })
    }),
    Class::of(35, "repeated credit counted twice", Transcript, &["credit-earned-changed"], Critical, |s| {
        s.edit(Transcript, Field::CreditEarned, |s, r, now| {
            let repeat = !s.get(r, Field::RepeatCode).is_empty();
            (repeat && is_nought(now)).then(|| s.get(r, Field::CreditAttempted))
        })
    })
    .rare(),
    Class::of(36, "replaced F deleted instead of flagged", Transcript, MISSING, Critical, |s| {
        let repeated: Vec<String> = s.all(Transcript).into_iter().filter_map(|r| repeated_course(s, r)).collect();
        s.drop_one(Transcript, |s, r| s.marked(r, &["F"]) && repeated.contains(&s.get(r, Field::Course)))
    })
    .rare(),
    Class::of(37, "P worth two points", Transcript, &["gpa-points-changed"], Major, |s| {
        s.edit(Transcript, Field::GpaPoints, |s, r, _| s.marked(r, &["P"]).then(|| "2.00".to_owned()))
    })
    .rare(),
    Class::of(38, "NP turned into F", Transcript, MARK, Critical, |s| to_mark(s, &["NP"], "F")).rare(),
    Class::of(39, "incomplete turned into F", Transcript, MARK, Critical, |s| to_mark(s, &["I"], "F")).rare(),
    Class::of(40, "W turned into WF", Transcript, MARK, Critical, |s| to_mark(s, &["W"], "WF")).rare(),
    Class::of(41, "W keeps attempted credit", Transcript, &["credit-attempted-changed"], Major, |s| {
        let full = s.pick(Transcript, |s, r| s.marked(r, &["A", "B", "C"]))?;
        let full = s.get(full, Field::CreditAttempted);
        s.edit(Transcript, Field::CreditAttempted, |s, r, _| s.marked(r, &["W"]).then(|| full.clone()))
    })
    .rare(),
    Class::of(42, "plus and minus stripped", Transcript, MARK, Critical, |s| {
        s.edit(Transcript, Field::Mark, |_, _, mark| Some(mark.trim_end_matches(['+', '-']).to_owned()))
    }),
    Class::of(43, "A- worth 3.67 instead of 3.7", Transcript, &["gpa-points-changed"], Major, |s| {
        s.edit(Transcript, Field::GpaPoints, |s, r, _| s.marked(r, &["A-"]).then(|| "3.67".to_owned()))
    }),
    Class::of(44, "a pass read as E of another scale", Transcript, MARK, Critical, |s| to_mark(s, &["P"], "E")).rare(),
    Class::of(45, "cut-off compared with < instead of <=", Transcript, MARK, Critical, |s| another_mark(s, 1)),
    Class::of(46, "citizenship mark loaded as the academic one", Transcript, MARK, Critical, |s| {
        to_mark(s, &["A", "B", "C"], "S")
    }),
    Class::of(47, "school year off by one", Transcript, &["transcript-year-changed"], Critical, |s| {
        let rows = s.all(Transcript);
        let held: Vec<(String, String)> =
            rows.iter().map(|r| (s.get(*r, Field::SchoolYear), s.get(*r, Field::Course))).collect();
        let binding = s.view.binding;
        s.edit(Transcript, Field::SchoolYear, |s, r, year| {
            let moved = binding.with_year(year, binding.year(year)? - 1)?;
            let course = s.get(r, Field::Course);
            let prefix = |y: &str| binding.year(y);
            let taken = held.iter().any(|(y, c)| *c == course && prefix(y) == prefix(&moved));
            (!taken).then_some(moved)
        })
    }),
    Class::of(48, "grade level when taken is wrong", Transcript, &["transcript-grade-level-changed"], Major, |s| {
        s.edit(Transcript, Field::GradeLevel, |_, _, grade| {
            let number: u8 = grade.parse().ok()?;
            Some(format!("{:0width$}", number + 1, width = grade.len()))
        })
    }),
    Class::of(49, "withdrawn rows dropped", Transcript, MISSING, Critical, |s| {
        s.drop_one(Transcript, |s, r| s.marked(r, &["W", "I"]))
    })
    .rare(),
    Class::of(50, "audited course included", Transcript, &["transcript-row-unexpected"], Critical, |s| {
        let held: Vec<String> = s.all(Transcript).into_iter().map(|r| s.get(r, Field::Course)).collect();
        let other = s.borrowed(Transcript, Field::Course, |_, code| !held.iter().any(|h| h == code))?;
        let rec = s.pick(Transcript, |_, _| true)?;
        let copy = s.view.copy(rec)?;
        s.view.set(copy, Field::Course, &other)?;
        Some(vec![s.hit(Transcript, copy)])
    }),
    Class::of(51, "title loses Honors or AP", Transcript, &["course-title-changed"], Major, |s| {
        s.edit(Transcript, Field::Title, |_, _, title| {
            title
                .strip_prefix("AP ")
                .map(str::to_owned)
                .or_else(|| title.contains(" Honors").then(|| title.replacen(" Honors", "", 1)))
        })
    }),
    Class::of(52, "two courses merged into one code", Transcript, RECODED, Critical, |s| recode(s, |_, _, _| true)),
    Class::of(53, "second half coded as another course", Transcript, RECODED, Critical, |s| {
        recode(s, |s, r, _| s.word(r, Field::Term) == "S2")
    }),
    Class::of(54, "mapped to another course of the same title", Transcript, RECODED, Critical, |s| {
        recode(s, |s, r, _| s.word(r, Field::Term) == "S1")
    }),
    // The stored GPA is the one of the corrected mark, and the rows behind it are others now.
    Class::of(
        55,
        "cancelled grade change came back",
        Transcript,
        &["mark-changed", "gpa-stale", "graduation-status-flipped"],
        Critical,
        |s| another_mark(s, 2),
    ),
];

/// Middle-school rows carry a grade level below 9.
fn in_middle_school(s: &mut Site<'_, '_>, rec: Rec) -> bool {
    s.get(rec, Field::GradeLevel).parse::<i8>().is_ok_and(|grade| grade < 9)
}

fn same_year_and_course(s: &mut Site<'_, '_>, a: Rec, b: Rec) -> bool {
    let binding = s.view.binding;
    let (x, y) = (s.get(a, Field::SchoolYear), s.get(b, Field::SchoolYear));
    binding.year(&x) == binding.year(&y) && s.get(a, Field::Course) == s.get(b, Field::Course)
}

fn has_other_half(s: &mut Site<'_, '_>, rec: Rec) -> bool {
    s.all(Transcript).into_iter().any(|other| other != rec && same_year_and_course(s, rec, other))
}

/// Both semester rows of a year course.
fn halves(s: &mut Site<'_, '_>, mut pass: impl FnMut(&mut Site<'_, '_>, Rec, Rec) -> bool) -> Option<(Rec, Rec)> {
    let rows = s.all(Transcript);
    let mut pairs = Vec::new();
    for first in &rows {
        if s.word(*first, Field::Term) != "S1" {
            continue;
        }
        for second in &rows {
            if s.word(*second, Field::Term) == "S2"
                && same_year_and_course(s, *first, *second)
                && pass(s, *first, *second)
            {
                pairs.push((*first, *second));
            }
        }
    }
    (!pairs.is_empty()).then(|| *s.chance.pick(&pairs))
}

pub(super) fn swap(s: &mut Site<'_, '_>, a: Rec, b: Rec, field: Field) -> Option<Vec<Hit>> {
    let (x, y) = (s.get(a, field), s.get(b, field));
    let hits = vec![s.hit(Transcript, a), s.hit(Transcript, b)];
    s.view.set(a, field, &y)?;
    s.view.set(b, field, &x)?;
    Some(hits)
}

/// The mark some steps down (or up, at the lower end) the scale.
fn another_mark(s: &mut Site<'_, '_>, steps: usize) -> Option<Vec<Hit>> {
    s.edit(Transcript, Field::Mark, |_, _, mark| {
        let place = WORSE.iter().position(|m| *m == mark)?;
        let to = if place + steps < WORSE.len() { place + steps } else { place.checked_sub(steps)? };
        Some(WORSE[to].to_owned())
    })
}

fn to_mark(s: &mut Site<'_, '_>, from: &[&str], to: &str) -> Option<Vec<Hit>> {
    s.edit(Transcript, Field::Mark, |s, r, _| s.marked(r, from).then(|| to.to_owned()))
}

/// The course of a record that repeats another one.
fn repeated_course(s: &mut Site<'_, '_>, rec: Rec) -> Option<String> {
    (!s.get(rec, Field::RepeatCode).is_empty()).then(|| s.get(rec, Field::Course))
}

/// Gives a row the code of a course that the student does not have.
fn recode(s: &mut Site<'_, '_>, mut pass: impl FnMut(&mut Site<'_, '_>, Rec, &str) -> bool) -> Option<Vec<Hit>> {
    let held: Vec<String> = s.all(Transcript).into_iter().map(|r| s.get(r, Field::Course)).collect();
    let other = s.borrowed(Transcript, Field::Course, |_, code| !held.iter().any(|h| h == code))?;
    s.edit(Transcript, Field::Course, |s, r, code| pass(s, r, code).then(|| other.clone()))
}
