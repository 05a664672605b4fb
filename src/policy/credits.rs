//! Credit totals of one side, and why two totals differ.

use std::collections::BTreeMap;

use super::bound::BoundKind;
use super::gpa::amounts::weight_of;
use super::gpa::lens::{NO_GRADE, NONE};
use super::gpa::rules::{GpaPolicy, MiddleSchool};
use super::gpa::{CourseRow, Lens, RowReader};
use super::rational::Rational;
use crate::canonical::{Entity, Row, Side, TermSpan};
use crate::reconcile::Reconciliation;

/// What one row gives to a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreditLine {
    /// The record.
    pub row: Row,
    /// Credit attempted.
    pub attempted: i64,
    /// Credit earned; nought for a course whose credit is had already.
    pub earned: i64,
    /// The course's credit is had already.
    pub repeated: bool,
}

/// Credit by row. A course's credit counts once where the policy says so: the largest of its attempts.
#[must_use]
pub fn lines(policy: &GpaPolicy, rows: &[CourseRow]) -> Vec<CreditLine> {
    let gives_credit = |row: &CourseRow| {
        let early = row.grade != NO_GRADE && row.grade < 9 && !policy.window.grades.contains(&row.grade);
        !early || policy.include.middle_school != MiddleSchool::Exclude
    };
    let known = |credit: i64| if credit == NONE { 0 } else { credit };
    let mut lines: Vec<CreditLine> = rows
        .iter()
        .map(|row| {
            let counts = i64::from(gives_credit(row));
            let (attempted, earned) = (known(row.attempted) * counts, known(row.earned) * counts);
            CreditLine { row: row.row, attempted, earned, repeated: false }
        })
        .collect();
    if policy.repeat.credit_once {
        let mut best: BTreeMap<(u32, TermSpan), usize> = BTreeMap::new();
        for (at, row) in rows.iter().enumerate().filter(|(_, row)| row.course != u32::MAX) {
            let kept = best.entry((row.course, row.span)).or_insert(at);
            if *kept != at {
                let lower = if lines[at].earned > lines[*kept].earned { std::mem::replace(kept, at) } else { at };
                if lines[lower].earned > 0 {
                    lines[lower].earned = 0;
                    lines[lower].repeated = true;
                }
            }
        }
    }
    lines
}

/// Credit lines of one side of a student under the kind's policy.
#[must_use]
pub fn side_lines(reconciliation: &Reconciliation, position: u32, kind: &BoundKind, side: Side) -> Vec<CreditLine> {
    let (policy, lens): (&GpaPolicy, Option<&Lens>) = match side {
        Side::Legacy => (&kind.policy.legacy, kind.legacy.as_ref()),
        Side::New => (&kind.policy.new, kind.new.as_ref()),
    };
    let records = reconciliation.dataset(side).get(Entity::Transcript);
    let (Some(lens), Some(records)) = (lens, records) else { return Vec::new() };
    let reader = RowReader::new(lens, records);
    let rows = reconciliation.rows(position, side, Entity::Transcript);
    let rows: Vec<CourseRow> = rows.into_iter().map(|row| reader.read(row)).collect();
    lines(policy, &rows)
}

/// A total as a fraction of credits.
#[must_use]
pub fn total(lines: &[CreditLine], earned: bool) -> Rational {
    weight_of(lines.iter().map(|l| i128::from(if earned { l.earned } else { l.attempted })).sum())
}
