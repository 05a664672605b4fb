//! What checks of schedules and marks ask of every row, answered once for each distinct value: is the class dropped, does
//! the mark fail, may two classes meet at the same time.

use super::judge::{is_dropped, is_failing};
use crate::canonical::{Column, Entity, Field, Records, Row, Side, TermSpan};
use crate::reconcile::{NEVER, NONE, Reconciliation};

/// One side's classes and marks, by dictionary code.
#[derive(Debug, Default)]
pub(super) struct Meetings {
    /// Statuses of classes that count no more.
    dropped: Vec<bool>,
    /// Marks that earn no credit.
    failing: Vec<bool>,
    /// Terms as parts of the year.
    spans: Vec<Option<TermSpan>>,
}

impl Meetings {
    pub(super) fn of(run: &Reconciliation, side: Side) -> Self {
        let column = |entity, field| run.dataset(side).get(entity).and_then(|records| records.column(field));
        Self {
            dropped: by_code(column(Entity::Schedule, Field::Status), |text| text.is_some_and(is_dropped)),
            failing: by_code(column(Entity::Transcript, Field::Mark), |text| text.is_some_and(is_failing)),
            spans: by_code(column(Entity::Schedule, Field::Term), |text| text.and_then(TermSpan::parse)),
        }
    }

    /// True when the class counts no more.
    pub(super) fn is_dropped(&self, classes: &Records, row: Row) -> bool {
        code(classes, Field::Status, row).is_some_and(|code| self.dropped[code])
    }

    /// True when the mark of a transcript row earns no credit.
    pub(super) fn is_failing(&self, transcripts: &Records, row: Row) -> bool {
        code(transcripts, Field::Mark, row).is_some_and(|code| self.failing[code])
    }

    /// False when no two of the classes share year, period and a part of the year: days and dates need no look then.
    pub(super) fn may_collide(&self, classes: &Records, rows: &[Row]) -> bool {
        let key = |row, field| classes.key(row, field).unwrap_or(NONE);
        let place = |row: &Row| {
            let (course, period) = (key(*row, Field::Course), key(*row, Field::Period));
            let span = code(classes, Field::Term, *row).and_then(|code| self.spans[code]);
            // Without course or period a class meets nowhere that is known.
            (course != NONE && period != NONE).then(|| (course, period, key(*row, Field::SchoolYear), span))
        };
        let places: Vec<_> = rows.iter().filter_map(place).collect();
        places.iter().enumerate().any(|(at, (course, period, year, span))| {
            places[at + 1..].iter().any(|(other_course, other_period, other_year, other)| {
                period == other_period
                    && year == other_year
                    && course != other_course
                    && match (span, other) {
                        (Some(a), Some(b)) => a.overlaps(*b),
                        (a, b) => a == b,
                    }
            })
        })
    }
}

fn code(records: &Records, field: Field, row: Row) -> Option<usize> {
    records.column(field).map(|column| column.codes.get(row as usize) as usize)
}

/// One answer for each code of a column, of its canonical text if it has one.
fn by_code<T>(column: Option<&Column>, answer: impl Fn(Option<&str>) -> T) -> Vec<T> {
    let Some(column) = column else { return Vec::new() };
    (0..column.values.len() as u32)
        .map(|code| {
            // No value, and values that equal nothing, have no text.
            let key = column.values.keys()[code as usize];
            answer((key != NONE && key != NEVER).then(|| column.values.text(code)))
        })
        .collect()
}
