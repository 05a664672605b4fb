//! Credit totals of one side, and why two totals differ.

use std::collections::BTreeMap;

use super::bound::BoundKind;
use super::gpa::amounts::weight_of;
use super::gpa::evaluate::era_of;
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
    let mut lines = as_stored(policy, rows);
    once(policy, rows, &mut lines);
    lines
}

fn as_stored(policy: &GpaPolicy, rows: &[CourseRow]) -> Vec<CreditLine> {
    let gives_credit = |row: &CourseRow| {
        let early = row.grade != NO_GRADE && row.grade < 9 && !policy.window.grades.contains(&row.grade);
        !early || policy.include.middle_school != MiddleSchool::Exclude
    };
    let known = |credit: i64| if credit == NONE { 0 } else { credit };
    rows.iter()
        .map(|row| {
            let counts = i64::from(gives_credit(row));
            let (attempted, earned) = (known(row.attempted) * counts, known(row.earned) * counts);
            CreditLine { row: row.row, attempted, earned, repeated: false }
        })
        .collect()
}

/// Credit by row as the marks' rules have it: what a mark does not attempt or earn is nought, and a passing mark without
/// earned credit earns what was attempted.
#[must_use]
pub fn ruled(policy: &GpaPolicy, lens: &Lens, cohort: Option<i16>, rows: &[CourseRow]) -> Vec<CreditLine> {
    let mut lines = as_stored(policy, rows);
    for (line, row) in lines.iter_mut().zip(rows) {
        let worth = lens.worth(era_of(policy, row.year, cohort), row.mark, row.level);
        line.earned = match (worth.earned, row.earned) {
            (false, _) => 0,
            (true, NONE) => line.attempted,
            (true, _) => line.earned,
        };
        line.attempted = if worth.attempted { line.attempted } else { 0 };
    }
    once(policy, rows, &mut lines);
    lines
}

/// Repeated credit counts once, where the policy says so.
fn once(policy: &GpaPolicy, rows: &[CourseRow], lines: &mut [CreditLine]) {
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

/// What a record, or a pair of them, adds to the difference of two totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreditPart {
    /// Why, in words.
    pub words: &'static str,
    /// The legacy record; of several that are one together the first.
    pub legacy: Option<Row>,
    /// The new record, likewise.
    pub new: Option<Row>,
    /// New less legacy, in units of credit.
    pub amount: i64,
}

/// Why two totals differ: words, rows, amount; the amounts add exactly to the difference of the rows' totals.
#[must_use]
pub fn difference(
    reconciliation: &Reconciliation,
    position: u32,
    kind: &BoundKind,
    earned: bool,
) -> Vec<(&'static str, usize, Rational)> {
    let mut parts: BTreeMap<&'static str, (usize, i64)> = BTreeMap::new();
    for part in difference_by_row(reconciliation, position, kind, earned) {
        let known = parts.entry(part.words).or_default();
        *known = (known.0 + 1, known.1 + part.amount);
    }
    parts.into_iter().map(|(words, (rows, amount))| (words, rows, weight_of(i128::from(amount)))).collect()
}

/// The same by record.
#[must_use]
pub fn difference_by_row(
    reconciliation: &Reconciliation,
    position: u32,
    kind: &BoundKind,
    earned: bool,
) -> Vec<CreditPart> {
    let Some(pairs) = reconciliation.pairs(position, Entity::Transcript) else { return Vec::new() };
    let [legacy, new] = Side::BOTH.map(|side| side_lines(reconciliation, position, kind, side));
    let of = |lines: &[CreditLine], row: Row| {
        let line = lines.iter().find(|l| l.row == row)?;
        Some((if earned { line.earned } else { line.attempted }, line.repeated))
    };
    let sum =
        |lines: &[CreditLine], rows: &[Row]| -> i64 { rows.iter().filter_map(|r| of(lines, *r)).map(|(c, _)| c).sum() };
    let mut parts = Vec::new();
    let mut add = |words, l: &[Row], n: &[Row], amount: i64| {
        if amount != 0 {
            parts.push(CreditPart { words, legacy: l.first().copied(), new: n.first().copied(), amount });
        }
    };
    for both in pairs.both() {
        let (Some((was, was_repeat)), Some((now, now_repeat))) = (of(&legacy, both.legacy), of(&new, both.new)) else {
            continue;
        };
        let words = if was_repeat == now_repeat { "credit changed" } else { "repeated credit counted otherwise" };
        add(words, &[both.legacy], &[both.new], now - was);
    }
    let mut several = |words, l: &[Row], n: &[Row]| add(words, l, n, sum(&new, n) - sum(&legacy, l));
    pairs.split().for_each(|(l, n)| several("year row and halves differ", l, n));
    pairs.ambiguous().for_each(|(l, n)| several("rows that cannot be paired uniquely", l, n));
    for (words, rows) in
        [("row missing", pairs.legacy_only()), ("row that legacy has twice", pairs.legacy_duplicates())]
    {
        rows.iter().for_each(|row| several(words, &[*row], &[]));
    }
    for (words, rows) in [("row added", pairs.new_only()), ("row loaded twice", pairs.new_duplicates())] {
        rows.iter().for_each(|row| several(words, &[], &[*row]));
    }
    parts
}
