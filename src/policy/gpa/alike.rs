//! Where rows that are equal on both sides are worth the same: such a student is evaluated once, for both.
//!
//! Equal canonical values nearly always mean the same to a policy. They do not where a catalogue says something else of
//! a course, or where only one side maps a column. Those values are found here once, by comparing what the two lenses
//! make of every distinct value; a student who has one of them is evaluated on each side by itself.

use super::lens::{Lens, NO_GRADE, NO_YEAR, NONE, UNSAID};
use super::rows::{NO_COURSE, WHOLE_YEAR};
use crate::canonical::{Codes, Column, Field, Records, Row, Side};
use crate::reconcile::{Both, NEVER, RecordPairs};

/// Values of one side that are not worth what the other side's equal is worth.
#[derive(Debug)]
struct Odd {
    side: Side,
    field: Field,
    by_code: Vec<bool>,
}

/// What two lenses of one policy make of equal values.
#[derive(Debug)]
pub struct Alike {
    odd: Vec<Odd>,
}

impl Alike {
    /// Compares two lenses of the same policy; `None` when the sides do not even have the same columns for what rows
    /// are weighed with.
    #[must_use]
    pub fn of(lenses: [&Lens; 2], transcripts: [&Records; 2]) -> Option<Self> {
        let both = |field: Field| transcripts[0].has(field) == transcripts[1].has(field);
        if !both(Field::Mark) || !both(Field::CreditAttempted) {
            return None;
        }
        let mut alike = Self { odd: Vec::new() };
        let [l, n] = lenses;
        let course = |lens: &Lens| lens.course.iter().map(|c| (c.level, c.subject, c.credit, c.left_out)).collect();
        let (ours, theirs): (Vec<_>, Vec<_>) = (course(l), course(n));
        let none = (NO_COURSE.level, NO_COURSE.subject, NO_COURSE.credit, NO_COURSE.left_out);
        alike.compare(transcripts, Field::Course, [&ours, &theirs], &none);
        let marks = lenses.map(|lens| (0..lens.marks()).map(|mark| lens.worth_of(mark)).collect::<Vec<_>>());
        alike.compare(transcripts, Field::Mark, [&marks[0], &marks[1]], &Vec::new());
        alike.compare(transcripts, Field::SchoolYear, [&l.year, &n.year], &NO_YEAR);
        alike.compare(transcripts, Field::Term, [&l.term, &n.term], &WHOLE_YEAR);
        alike.compare(transcripts, Field::CreditAttempted, [&l.attempted, &n.attempted], &NONE);
        alike.compare(transcripts, Field::CreditEarned, [&l.earned, &n.earned], &NONE);
        alike.compare(transcripts, Field::GpaWeight, [&l.weight, &n.weight], &NONE);
        alike.compare(transcripts, Field::GpaPoints, [&l.points, &n.points], &NONE);
        alike.compare(transcripts, Field::Level, [&l.level, &n.level], &UNSAID);
        alike.compare(transcripts, Field::SubjectArea, [&l.subject, &n.subject], &UNSAID);
        alike.compare(transcripts, Field::GradeLevel, [&l.grade, &n.grade], &NO_GRADE);
        alike.compare(transcripts, Field::InGpa, [&l.in_gpa, &n.in_gpa], &true);
        alike.compare(transcripts, Field::Transfer, [&l.transfer, &n.transfer], &false);
        alike.compare(transcripts, Field::RepeatCode, [&l.not_counted, &n.not_counted], &false);
        Some(alike)
    }

    /// True when none of the rows of a student has an odd value; the rows are equal in all fields that both sides map.
    #[must_use]
    pub fn holds(&self, transcripts: [&Records; 2], pairs: RecordPairs<'_>) -> bool {
        self.odd.iter().all(|odd| {
            let Some(column) = transcripts[odd.side as usize].column(odd.field) else { return true };
            let is_odd = |codes: &Codes, row: Row| odd.by_code[codes.get(row as usize) as usize];
            let of = |both: Both| if odd.side == Side::Legacy { both.legacy } else { both.new };
            !pairs.both().any(|both| is_odd(&column.codes, of(both)))
        })
    }

    fn compare<T: PartialEq>(&mut self, transcripts: [&Records; 2], field: Field, values: [&[T]; 2], without: &T) {
        let columns = transcripts.map(|records| records.column(field));
        match columns {
            [None, None] => {}
            [Some(legacy), Some(new)] => {
                // Legacy rows stand for both: a key whose values are not one and the same is odd there.
                let odd = odd_keys([legacy, new], values);
                let by_code: Vec<bool> =
                    legacy.values.keys().iter().map(|key| odd.get(*key as usize).copied().unwrap_or(false)).collect();
                self.add(Side::Legacy, field, by_code);
            }
            [Some(_), None] => self.add(Side::Legacy, field, values[0].iter().map(|v| v != without).collect()),
            [None, Some(_)] => self.add(Side::New, field, values[1].iter().map(|v| v != without).collect()),
        }
    }

    fn add(&mut self, side: Side, field: Field, by_code: Vec<bool>) {
        if by_code.contains(&true) {
            self.odd.push(Odd { side, field, by_code });
        }
    }
}

/// True when both sides have the column or neither has, and equal values of it have equal meanings.
pub(in crate::policy) fn same_by_key<T: PartialEq>(columns: [Option<&Column>; 2], values: [&[T]; 2]) -> bool {
    match columns {
        [None, None] => true,
        [Some(legacy), Some(new)] => !odd_keys([legacy, new], values).contains(&true),
        _ => false,
    }
}

/// By key: true when two values that share it are worth different things.
fn odd_keys<T: PartialEq>(columns: [&Column; 2], values: [&[T]; 2]) -> Vec<bool> {
    let mut known: Vec<Option<&T>> = Vec::new();
    let mut odd = Vec::new();
    for (column, values) in columns.into_iter().zip(values) {
        for (key, value) in column.values.keys().iter().zip(values).filter(|(key, _)| **key != NEVER) {
            let key = *key as usize;
            if known.len() <= key {
                known.resize(key + 1, None);
                odd.resize(key + 1, false);
            }
            match known[key] {
                Some(other) if other != value => odd[key] = true,
                Some(_) => {}
                None => known[key] = Some(value),
            }
        }
    }
    odd
}
