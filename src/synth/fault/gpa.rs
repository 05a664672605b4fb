//! Faults of stored GPAs, weights, points and ranks: F70 to F89.

use super::site::{Site, decimal, is_nought, shifted, units};
use super::view::Rec;
use super::{Class, Hit};
use crate::canonical::Entity::{Gpa, Transcript};
use crate::canonical::Field;
use crate::finding::Severity::{Critical, Major, Minor};

const CHANGED: &[&str] = &["gpa-changed"];
/// The new value is not what the new rows give.
const COMPUTED: &[&str] = &["gpa-changed", "gpa-not-reproducible"];
const ROUNDED: &[&str] = &["gpa-rounding-only", "gpa-changed"];
const RANK: &[&str] = &["class-rank-changed"];
const LEVEL: &[&str] = &["level-changed"];
const WEIGHT: &[&str] = &["gpa-weight-changed"];
const POINTS: &[&str] = &["gpa-points-changed"];
const IN_GPA: &[&str] = &["in-gpa-changed"];

pub(super) const CLASSES: &[Class] = &[
    Class::of(70, "GPA truncated instead of rounded", Gpa, ROUNDED, Minor, |s| {
        rounding(s, |quality, credit, scale| quality * scale / credit)
    }),
    Class::of(71, "GPA rounded twice", Gpa, ROUNDED, Minor, |s| {
        rounding(s, |quality, credit, scale| {
            let finer = (2 * quality * scale * 10 + credit) / (2 * credit);
            (finer + 5) / 10
        })
    })
    .rare(),
    Class::of(72, "noise of binary fractions in the GPA", Gpa, ROUNDED, Minor, |s| {
        // What is exact in decimals lies a little below in binary ones, and truncation does the rest (3.3 is 3.299).
        rounding(s, |quality, credit, scale| {
            let exact = quality * scale / credit;
            if exact * credit == quality * scale {
                exact - 1
            } else {
                exact + i128::from(2 * (quality * scale % credit) >= credit)
            }
        })
    })
    .rare(),
    Class::of(73, "honors weight lost", Transcript, LEVEL, Major, |s| {
        s.edit_word(Transcript, Field::Level, "regular", |s, r| {
            ["honors", "ap"].contains(&s.word(r, Field::Level).as_str())
        })
    }),
    Class::of(74, "weight applied twice", Gpa, CHANGED, Critical, |s| value(s, |v, one| v + one / 4)),
    Class::of(75, "bump on a D", Transcript, POINTS, Major, |s| {
        s.edit(Transcript, Field::GpaPoints, |s, r, now| {
            s.marked(r, &["D", "D+", "D-"]).then(|| shifted(now, |v, one| v + one)).flatten()
        })
    }),
    Class::of(76, "cap of weighted semesters ignored", Gpa, CHANGED, Critical, |s| value(s, |v, one| v + one / 10)),
    Class::of(77, "new weights applied to locked years", Transcript, LEVEL, Major, |s| {
        s.edit_word(Transcript, Field::Level, "honors", |s, r| s.word(r, Field::Level) == "regular")
    }),
    Class::of(78, "GPA weight differs from credit attempted", Transcript, WEIGHT, Major, |s| {
        s.edit(Transcript, Field::GpaWeight, |_, _, now| {
            (!is_nought(now)).then(|| shifted(now, |v, _| v * 2)).flatten()
        })
    }),
    Class::of(79, "no GPA weight loaded as nought", Transcript, WEIGHT, Major, |s| {
        s.edit(Transcript, Field::GpaWeight, |_, _, now| now.is_empty().then(|| "0".to_owned()))
    }),
    Class::of(80, "physical education left out of the GPA", Transcript, IN_GPA, Major, |s| {
        s.edit_word(Transcript, Field::InGpa, "false", |s, r| {
            s.get(r, Field::SubjectArea) == "PE" && s.is(r, Field::InGpa)
        })
    }),
    Class::of(81, "mean of term GPAs stored", Gpa, COMPUTED, Critical, |s| value(s, |v, one| v + one * 3 / 100)),
    Class::of(82, "stale GPA stored", Gpa, COMPUTED, Critical, |s| value(s, |v, one| v - one * 7 / 100)),
    Class::of(83, "weighted and unweighted GPA swapped", Gpa, &["gpa-kind-swapped", "gpa-changed"], Critical, |s| {
        let [a, b] = s.all(Gpa).try_into().ok()?;
        let (x, y) = (s.get(a, Field::Value), s.get(b, Field::Value));
        (x != y).then_some(())?;
        s.view.set(a, Field::Value, &y)?;
        s.view.set(b, Field::Value, &x)?;
        Some(vec![s.hit(Gpa, a)])
    }),
    Class::of(84, "a hundred-point average in the GPA", Gpa, CHANGED, Critical, |s| {
        value(s, |v, one| (v * 10 + 55 * one).min(100 * one))
    }),
    Class::of(85, "incomplete counted in the GPA", Transcript, IN_GPA, Major, |s| {
        s.edit_word(Transcript, Field::InGpa, "true", |s, r| s.marked(r, &["I", "W"]))
    })
    .rare(),
    Class::of(86, "last semester included in the official GPA", Gpa, CHANGED, Critical, |s| {
        value(s, |v, one| v - one * 2 / 100)
    }),
    Class::of(87, "rank dense instead of competition", Gpa, RANK, Major, |s| {
        // Every tie above takes a place away. Far down the list that is more than the faults of others move a rank,
        // so that it is hardly, by chance, the rank that follows from them. Who is in the first ten stays as it is.
        s.edit(Gpa, Field::Rank, |_, _, now| shifted(now, |v, _| if v >= 13 { (v - v / 3).max(11) } else { v }))
    }),
    Class::of(88, "class size counts withdrawn students", Gpa, RANK, Minor, |s| {
        let rec = s.pick(Gpa, |s, r| !s.get(r, Field::ClassSize).is_empty())?;
        let more = shifted(&s.get(rec, Field::ClassSize), |v, _| v + 4)?;
        let hit = s.hit(Gpa, rec);
        for rec in s.all(Gpa) {
            s.view.set(rec, Field::ClassSize, &more)?;
        }
        Some(vec![hit])
    }),
    Class::of(89, "rank order reversed", Gpa, RANK, Major, |s| {
        s.edit(Gpa, Field::Rank, |s, r, now| {
            let size = s.get(r, Field::ClassSize).parse::<i64>().ok()?;
            shifted(now, |v, _| size + 1 - v)
        })
    }),
];

/// Rounds the exact fraction in another way, with the digits that the side prints.
fn rounding(s: &mut Site<'_, '_>, round: impl Fn(i128, i128, i128) -> i128) -> Option<Vec<Hit>> {
    s.edit(Gpa, Field::Value, |s, r, now| {
        let (_, digits) = units(now)?;
        let exact = s.exact(r)?;
        let value = round(i128::from(exact.quality), i128::from(exact.credit), 10_i128.pow(digits as u32));
        Some(decimal(i64::try_from(value).ok().filter(|v| *v >= 0)?, digits))
    })
}

/// Changes the stored weighted GPA: the official one.
fn value(s: &mut Site<'_, '_>, change: impl Fn(i64, i64) -> i64) -> Option<Vec<Hit>> {
    s.edit(Gpa, Field::Value, |s: &mut Site<'_, '_>, r: Rec, now| {
        let weighted = !s.get(r, Field::GpaKind).to_lowercase().contains("un");
        weighted.then(|| shifted(now, &change)).flatten()
    })
}
