//! Which differences are planted, and in which students: one a student at a time, so that each is answered for.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

use super::mutant::{Mutation, RowFault};
use crate::canonical::{Entity, Field, Row};
use crate::gate::Criteria;
use crate::reconcile::Reconciliation;

/// How many differences of each kind are planted where there are so many cells.
pub const PER_KIND: usize = 20;

/// The kinds of difference that a run must see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// In the order of reports.
    pub kinds: Vec<Mutation>,
}

impl Probe {
    /// What the criteria call for: the fields that make up a student's record, in the required kinds of record that
    /// both sides map, and whole rows of them.
    #[must_use]
    pub fn of(reconciliation: &Reconciliation, criteria: &Criteria) -> Self {
        use Field::*;
        let fields: [(Entity, &[Field]); 5] = [
            (
                Entity::Student,
                &[School, GradeLevel, SpecialEducation, Section504, EnglishLearner, HealthAlert, CustodyAlert],
            ),
            (Entity::Enrollment, &[School]),
            (Entity::Schedule, &[Course, Term]),
            (Entity::Transcript, &[SchoolYear, Term, Course, Mark, CreditEarned]),
            (Entity::Gpa, &[Value]),
        ];
        let rows: [(Entity, &[RowFault]); 4] = [
            (Entity::Student, &[RowFault::Dropped, RowFault::Doubled]),
            (Entity::Schedule, &[RowFault::Dropped, RowFault::Added]),
            (Entity::Transcript, &[RowFault::Dropped, RowFault::Added, RowFault::Doubled]),
            (Entity::Gpa, &[RowFault::Dropped]),
        ];
        let (legacy, new) = (&reconciliation.legacy, &reconciliation.new);
        let mapped = |e: Entity| criteria.required.contains(&e) && legacy.get(e).is_some() && new.get(e).is_some();
        let has = |e: Entity, f: Field| legacy.get(e).is_some_and(|r| r.has(f)) && new.get(e).is_some_and(|r| r.has(f));
        let cells = fields.into_iter().filter(|(e, _)| mapped(*e)).flat_map(|(entity, list)| {
            list.iter().filter(move |f| has(entity, **f)).map(move |f| Mutation::Cell(entity, *f))
        });
        let whole = rows.into_iter().filter(|(e, _)| mapped(*e));
        let whole = whole.flat_map(|(entity, list)| list.iter().map(move |f| Mutation::Row(entity, *f)));
        Self { kinds: cells.chain(whole).collect() }
    }
}

/// A planted difference: which kind, in which student, in which row of the new side (of the whole reconciliation).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Planted {
    pub(super) kind: Mutation,
    pub(super) student: u32,
    pub(super) row: Row,
}

/// Rounds of planted differences; in each round a student has one at most.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) students: Vec<u32>,
    pub(super) rounds: Vec<Vec<Planted>>,
}

/// Students in an order that is the same in every run and has nothing to do with schools or ids.
fn shuffled(reconciliation: &Reconciliation) -> Vec<u32> {
    let records = reconciliation.legacy.get(Entity::Student);
    let mut order: Vec<(u64, u32)> = Vec::new();
    for (position, pair) in reconciliation.students.iter().enumerate() {
        let (Some(legacy), Some(_)) = (pair.legacy, pair.new) else { continue };
        let id = records.and_then(|r| r.text(legacy, Field::StudentId)).unwrap_or("");
        order.push((xxh3_64(id.as_bytes()), position as u32));
    }
    order.sort_unstable();
    order.into_iter().map(|(_, position)| position).collect()
}

/// Chooses students and cells. Kinds that are rare are served first, because few students can carry them.
pub(super) fn plan(reconciliation: &Reconciliation, probe: &Probe) -> Plan {
    /// How many rounds a small district may need.
    const ROUNDS: usize = 24;
    let order = shuffled(reconciliation);
    // Enough students for every kind, and some more for kinds that few of them can carry.
    let considered = &order[..order.len().min(probe.kinds.len() * PER_KIND * 4)];
    let cells: Vec<BTreeMap<Mutation, Row>> = considered.iter().map(|s| carriers(reconciliation, *s, probe)).collect();
    let mut able: BTreeMap<Mutation, usize> = BTreeMap::new();
    cells.iter().flat_map(|c| c.keys()).for_each(|kind| *able.entry(*kind).or_default() += 1);
    let mut kinds: Vec<(usize, Mutation)> = able.iter().map(|(kind, n)| (*n, *kind)).collect();
    kinds.sort_unstable();
    let mut wanted: BTreeMap<Mutation, usize> = able.iter().map(|(kind, n)| (*kind, (*n).min(PER_KIND))).collect();
    let mut plan = Plan::default();
    let mut used: BTreeMap<Mutation, Vec<usize>> = BTreeMap::new();
    while plan.rounds.len() < ROUNDS && wanted.values().any(|n| *n > 0) {
        let mut busy = vec![false; considered.len()];
        let mut round = Vec::new();
        for (_, kind) in &kinds {
            let used = used.entry(*kind).or_default();
            let Some(wanted) = wanted.get_mut(kind) else { continue };
            for at in 0..considered.len() {
                if *wanted == 0 {
                    break;
                }
                if busy[at] || used.contains(&at) {
                    continue;
                }
                let Some(row) = cells[at].get(kind) else { continue };
                round.push(Planted { kind: *kind, student: considered[at], row: *row });
                (busy[at], *wanted) = (true, *wanted - 1);
                used.push(at);
            }
        }
        if round.is_empty() {
            break;
        }
        plan.rounds.push(round);
    }
    plan.students = plan.rounds.iter().flatten().map(|p| p.student).collect();
    plan.students.sort_unstable();
    plan.students.dedup();
    plan
}

/// Which kinds a student can carry, and in which row of the new side.
fn carriers(reconciliation: &Reconciliation, student: u32, probe: &Probe) -> BTreeMap<Mutation, Row> {
    let kinds = probe.kinds.iter();
    kinds.filter_map(|kind| Some((*kind, carrier(reconciliation, student, *kind)?))).collect()
}

fn carrier(reconciliation: &Reconciliation, student: u32, kind: Mutation) -> Option<Row> {
    let pair = &reconciliation.students[student as usize];
    let entity = kind.entity();
    let (legacy, new) = (reconciliation.legacy.get(entity)?, reconciliation.new.get(entity)?);
    let paired: Vec<(Row, Row)> = match entity {
        Entity::Student => vec![(pair.legacy?, pair.new?)],
        _ => reconciliation.pairs(student, entity)?.both().map(|b| (b.legacy, b.new)).collect(),
    };
    // Not always the first row of a student: another one for each, by position.
    let start = if paired.is_empty() { 0 } else { student as usize % paired.len() };
    let mut rows = paired.iter().cycle().skip(start).take(paired.len());
    match kind {
        Mutation::Row(..) => rows.next().map(|(_, new)| *new),
        Mutation::Cell(_, field) => {
            let equal = |l: Row, n: Row| {
                let key = legacy.key(l, field);
                key.is_some() && key == new.key(n, field) && new.text(n, field).is_some()
            };
            rows.find(|(l, n)| equal(*l, *n)).map(|(_, new)| *new)
        }
    }
}
