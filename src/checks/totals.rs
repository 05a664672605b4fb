//! Totals by school and grade, counted on each side by itself, apart from pairing.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};

use super::context::RunContext;
use crate::canonical::{Codes, Column, Decimal, Entity, Field, Side, Typed};
use crate::reconcile::NONE;

/// Digits behind the point in which credits are added up.
const SCALE: u8 = 9;

/// The totals of one school and grade.
#[derive(Debug, Default)]
pub(super) struct Cell {
    sides: [Sums; 2],
    is_explained: bool,
}

#[derive(Debug, Default)]
struct Sums {
    students: u64,
    schedule: u64,
    transcript: u64,
    attempted: i128,
    earned: i128,
    marks: BTreeMap<String, u64>,
}

impl Cell {
    /// True when students of the cell have findings, or rows without a single partner.
    pub(super) const fn is_explained(&self) -> bool {
        self.is_explained
    }

    /// Name, legacy value, new value; marks only where they differ.
    pub(super) fn lines(&self) -> Vec<(String, String, String)> {
        let [l, n] = &self.sides;
        let line = |name: &str, a: String, b: String| (name.to_owned(), a, b);
        let count = |name: &str, a: u64, b: u64| line(name, a.to_string(), b.to_string());
        let (before, after) = (marks(&l.marks, &n.marks), marks(&n.marks, &l.marks));
        vec![
            count("students", l.students, n.students),
            count("classes", l.schedule, n.schedule),
            count("transcript rows", l.transcript, n.transcript),
            line("credits attempted", amount(l.attempted), amount(n.attempted)),
            line("credits earned", amount(l.earned), amount(n.earned)),
            line("marks", before, after),
        ]
    }
}

/// The marks whose counts differ: `A 12, B 7`.
fn marks(ours: &BTreeMap<String, u64>, theirs: &BTreeMap<String, u64>) -> String {
    let differing = ours.keys().chain(theirs.keys()).collect::<std::collections::BTreeSet<_>>().into_iter();
    let shown: Vec<String> = differing
        .filter(|m| ours.get(*m) != theirs.get(*m))
        .filter_map(|m| Some(format!("{m} {}", ours.get(m)?)))
        .collect();
    if shown.is_empty() { "none".to_owned() } else { shown.join(", ") }
}

fn amount(units: i128) -> String {
    i64::try_from(units).map_or_else(|_| units.to_string(), |u| Decimal::new(u, SCALE).to_string())
}

/// All totals.
#[derive(Debug, Default)]
pub(super) struct Totals {
    pub(super) cells: BTreeMap<(String, String), Cell>,
}

impl Totals {
    pub(super) fn of(run: &RunContext<'_>) -> Self {
        let (legacy, new) = rayon::join(|| count(run, Side::Legacy), || count(run, Side::New));
        let mut totals = Self::default();
        for (at, (names, sums)) in [legacy, new].into_iter().enumerate() {
            for (name, sums) in names.into_iter().zip(sums) {
                totals.cells.entry(name).or_default().sides[at] = sums;
            }
        }
        totals.explain(run);
        totals
    }

    fn explain(&mut self, run: &RunContext<'_>) {
        for position in 0..run.reconciliation.students.len() as u32 {
            let complete = Entity::ALL
                .into_iter()
                .filter_map(|e| run.reconciliation.pairs(position, e))
                .all(|pairs| pairs.is_complete());
            if complete && !run.touched[position as usize] {
                continue;
            }
            for side in Side::BOTH {
                if let Some(cell) = place(run, side, position).and_then(|p| self.cells.get_mut(&p)) {
                    cell.is_explained = true;
                }
            }
        }
    }
}

/// School and grade of a student on a side.
fn place(run: &RunContext<'_>, side: Side, position: u32) -> Option<(String, String)> {
    let records = run.reconciliation.dataset(side).get(Entity::Student)?;
    let row = run.reconciliation.students[position as usize].record(side)?;
    let text = |field| records.text(row, field).unwrap_or_default().to_owned();
    Some((text(Field::School), text(Field::GradeLevel)))
}

/// The keys of school and grade: equal where [`place`] is.
fn place_keys(run: &RunContext<'_>, side: Side, position: u32) -> Option<[u32; 2]> {
    let records = run.reconciliation.dataset(side).get(Entity::Student)?;
    let row = run.reconciliation.students[position as usize].record(side)?;
    // No value, and one that equals nothing, have no text alike.
    Some([Field::School, Field::GradeLevel].map(|field| records.key(row, field).unwrap_or(NONE)))
}

/// The totals of a side: names of the cells, and their sums.
fn count(run: &RunContext<'_>, side: Side) -> (Vec<(String, String)>, Vec<Sums>) {
    let students = run.reconciliation.students.len();
    let (mut names, mut known, mut sums) = (Vec::new(), HashMap::new(), Vec::<Sums>::new());
    let mut cell_of = vec![u32::MAX; students];
    for position in 0..students as u32 {
        let Some(keys) = place_keys(run, side, position) else { continue };
        let next = names.len() as u32;
        let cell = *known.entry(keys).or_insert(next);
        if cell == next {
            names.push(place(run, side, position).unwrap_or_default());
            sums.push(Sums::default());
        }
        cell_of[position as usize] = cell;
        sums[cell as usize].students += 1;
    }
    for entity in [Entity::Schedule, Entity::Transcript].into_iter().filter(|e| run.reconciliation.compared.contains(e))
    {
        add_rows(run, side, entity, &cell_of, &mut sums);
    }
    (names, sums)
}

fn add_rows(run: &RunContext<'_>, side: Side, entity: Entity, cell_of: &[u32], sums: &mut [Sums]) {
    let Some(records) = run.reconciliation.dataset(side).get(entity) else { return };
    let both = |field: Field| {
        let mapped =
            Side::BOTH.into_iter().all(|s| run.reconciliation.dataset(s).get(entity).is_some_and(|r| r.has(field)));
        records.column(field).filter(|_| mapped)
    };
    let credit = |field| both(field).map(|c| (&c.codes, amounts(c)));
    let (attempted, earned, marks) = (credit(Field::CreditAttempted), credit(Field::CreditEarned), both(Field::Mark));
    let add = |credit: &Option<(&Codes, Vec<i64>)>, row: usize| {
        credit.as_ref().map_or(0, |(codes, amounts)| i128::from(amounts[codes.get(row) as usize]))
    };
    let mut histogram: HashMap<(u32, u32), u64> = HashMap::new();
    for row in 0..records.len() {
        let Some(position) = run.reconciliation.owner(side, entity, row as u32) else { continue };
        let cell = cell_of[position as usize];
        let Some(sum) = sums.get_mut(cell as usize) else { continue };
        if entity == Entity::Schedule {
            sum.schedule += 1;
            continue;
        }
        sum.transcript += 1;
        sum.attempted += add(&attempted, row);
        sum.earned += add(&earned, row);
        if let Some(marks) = marks {
            *histogram.entry((cell, marks.codes.get(row))).or_default() += 1;
        }
    }
    let Some(marks) = marks else { return };
    for ((cell, code), count) in histogram {
        let text = match marks.values.entry(code).typed {
            Typed::Missing => "(none)",
            Typed::Unmapped | Typed::Unreadable => marks.values.raw(code),
            _ => marks.values.text(code),
        };
        *sums[cell as usize].marks.entry(text.to_owned()).or_default() += count;
    }
}

/// The amount of each distinct value; no value adds nothing.
fn amounts(column: &Column) -> Vec<i64> {
    (0..column.values.len() as u32)
        .map(|code| match column.values.entry(code).typed {
            Typed::Number(number) => number.to_scaled(SCALE).unwrap_or(0),
            _ => 0,
        })
        .collect()
}
