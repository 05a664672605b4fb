//! Two datasets to pairs: students first, then the records inside each student. All the threads of comparing live
//! here; the result does not depend on how many there are.

mod alike;
mod assign;
mod compare;
mod costs;
mod courses;
mod fold;
mod group;
mod model;
mod order;
mod records;
mod rules;
mod sections;
mod students;
mod table;
mod transcripts;

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};
use rayon::prelude::*;

pub use compare::{Compared, KeyColumn, NEVER, NONE, compared};
pub use fold::{fold, same, skeleton};
pub use model::{Both, CoursePairs, Matching, Reconciliation, StudentPair, Tier};
pub use rules::{MatchRule, MatchRules};
pub use sections::SectionPair;
pub use table::RecordPairs;

use costs::Plan;
use group::{Csr, Strays, belongs_to_student, owners, strays};
use model::PerEntity;
use records::{Pairer, Scratch};
use students::{Matched, Units, match_students};
use table::{PairTable, Paired};

use crate::canonical::{Dataset, Entity, Field, StringPool, TermSpan};

/// Students that one task pairs.
const CHUNK: usize = 1024;
/// Tasks whose results are held beside the table that they are appended to.
const WAVE: usize = 64;

/// Pairs both sides: students by the rules, then the records of each student. Only unique answers count.
#[must_use]
pub fn reconcile(mut legacy: Dataset, mut new: Dataset, rules: &MatchRules) -> Reconciliation {
    Dataset::align(&mut legacy, &mut new);
    let roll = Roll::call(&legacy, &new, rules);
    let mut run = pair_records(legacy, new, roll);
    let (legacy, new, students) = (&run.legacy, &run.new, &run.students);
    let renumbered = students.iter().zip(0..).filter(|(s, p)| s.is_paired() && run.new_ids.contains_key(p)).count();
    run.matching.kept_id = run.matching.paired - renumbered as u64;
    run.matching.suggestions = alike::suggestions(legacy, new, students);
    run.matching.doubles = alike::doubles(new, students);
    run.matching.swapped = alike::swapped(legacy, new, students);
    count_strays(legacy, new, &run.owners, &mut run.matching);
    run.sections = sections::induce(&run);
    run.matching.swapped_transcripts = transcripts::swapped(&run);
    run
}

/// Some students of a roll that was called before, in its order.
#[derive(Debug, Clone, Default)]
pub struct RollPart {
    /// The students; rows are those of the datasets that come with it.
    pub students: Vec<StudentPair>,
    /// The id of each, and the new one where it is another.
    pub ids: Vec<(String, Option<String>)>,
    /// What matching counted for everybody; its positions and rows are not looked at.
    pub matching: Matching,
}

/// Pairs the records of some students of a roll that was called before. Both sides must hold just the records of these
/// students and the whole catalogue, with the keys of that time. What needs everybody is left out: sections, swaps,
/// doubles, students who look alike, rows of nobody.
#[must_use]
pub fn reconcile_part(legacy: Dataset, new: Dataset, part: RollPart) -> Reconciliation {
    let mut roll =
        Roll { students: part.students, ids: StringPool::default(), new_ids: BTreeMap::new(), matching: part.matching };
    for (position, (id, new_id)) in part.ids.into_iter().enumerate() {
        if roll.ids.push(&id).is_none() {
            break; // 4 GiB of ids: as in `Roll::call`
        }
        if let Some(new_id) = new_id {
            roll.new_ids.insert(position as u32, new_id);
        }
    }
    pair_records(legacy, new, roll)
}

/// Pairs the records inside each student of a roll, and the catalogue.
fn pair_records(mut legacy: Dataset, mut new: Dataset, mut roll: Roll) -> Reconciliation {
    let owned: [_; 2] = rayon::join(|| roll.owners(&legacy, true), || roll.owners(&new, false)).into();
    for (dataset, owners) in [(&mut legacy, &owned[0]), (&mut new, &owned[1])] {
        order::by_student(dataset, owners, &mut roll.students, &mut roll.matching);
    }
    let mut tables: PerEntity<PairTable> = Default::default();
    let mut loose: [PerEntity<Csr>; 2] = Default::default();
    for entity in Entity::ALL.into_iter().filter(|e| belongs_to_student(*e)) {
        let at = entity as usize;
        let group = |dataset: &Dataset, owners: &PerEntity<Vec<u32>>| {
            Some(Csr::build(dataset.get(entity)?, owners[at].as_ref()?, roll.students.len()))
        };
        match rayon::join(|| group(&legacy, &owned[0]), || group(&new, &owned[1])) {
            (Some(l), Some(n)) => tables[at] = Some(pair_entity(&legacy, &new, entity, &l, &n, roll.students.len())),
            (l, n) => (loose[0][at], loose[1][at]) = (l, n),
        }
    }
    let compared = Entity::ALL.into_iter().filter(|e| legacy.get(*e).is_some() && new.get(*e).is_some()).collect();
    let courses = courses::pair(&legacy, &new);
    let Roll { students, ids, new_ids, matching } = roll;
    Reconciliation {
        legacy,
        new,
        students,
        matching,
        compared,
        courses,
        sections: Vec::new(),
        ids,
        new_ids,
        tables,
        owners: owned,
        loose,
    }
}

/// Every student of either side, sorted by id, and where each id of a side leads.
struct Roll {
    students: Vec<StudentPair>,
    ids: StringPool,
    /// New ids by position, for students whose two ids differ.
    new_ids: BTreeMap<u32, String>,
    matching: Matching,
}

impl Roll {
    fn call(legacy: &Dataset, new: &Dataset, rules: &MatchRules) -> Self {
        let (ours, theirs) = rayon::join(|| Units::of(legacy), || Units::of(new));
        let matched = match_students((legacy, &ours), (new, &theirs), rules);
        let mut order = pair_units(&ours, &theirs, &matched);
        order.par_sort_unstable_by(|a, b| (a.id, a.new_id, a.pair.on_legacy).cmp(&(b.id, b.new_id, b.pair.on_legacy)));
        let mut matching = Matching {
            legacy: ours.ids.len() as u64,
            new: theirs.ids.len() as u64,
            paired: matched.by_rule.iter().sum(),
            rules: rules.rules.iter().map(MatchRule::name).collect(),
            by_rule: matched.by_rule.clone(),
            candidates: rules.rules.iter().map(MatchRule::name).zip(matched.alone.iter().copied()).collect(),
            ..Matching::default()
        };
        matching.blank.insert(Entity::Student, (ours.blank.clone(), theirs.blank.clone()));
        if !ours.unreadable.is_empty() || !theirs.unreadable.is_empty() {
            matching.unreadable.insert(Entity::Student, (ours.unreadable.clone(), theirs.unreadable.clone()));
        }
        let mut roll = Self {
            students: Vec::with_capacity(order.len()),
            ids: StringPool::default(),
            new_ids: BTreeMap::new(),
            matching,
        };
        for mut unit in order {
            let position = roll.students.len() as u32;
            if roll.ids.push(unit.id).is_none() {
                break; // 4 GiB of ids: no such school district
            }
            if unit.new_id.is_some_and(|n| n != unit.id || !unit.pair.on_legacy) {
                roll.new_ids.insert(position, unit.new_id.unwrap_or_default().to_owned());
            }
            roll.keep_duplicates(position, &mut unit, (legacy, &ours), (new, &theirs));
            roll.students.push(unit.pair);
        }
        roll
    }

    /// Several records of a student: the two that are most alike lead, the others are kept as duplicates.
    fn keep_duplicates(
        &mut self,
        position: u32,
        unit: &mut Unit<'_>,
        legacy: (&Dataset, &Units<'_>),
        new: (&Dataset, &Units<'_>),
    ) {
        let further = |units: &Units<'_>, at: Option<u32>| at.and_then(|a| units.further.get(&a).cloned());
        let (ours, theirs) = (further(legacy.1, unit.legacy), further(new.1, unit.new));
        if ours.is_none() && theirs.is_none() {
            return;
        }
        let (mut ours, mut theirs) = (ours.unwrap_or_default(), theirs.unwrap_or_default());
        ours.splice(0..0, unit.pair.legacy);
        theirs.splice(0..0, unit.pair.new);
        let columns = compared(legacy.0, new.0, Entity::Student);
        let pairs = (0..ours.len()).flat_map(|l| (0..theirs.len()).map(move |n| (l, n)));
        let differing = |l: usize, n: usize| columns.iter().filter(|c| !c.equal(ours[l], theirs[n])).count();
        if let Some((l, n)) = pairs.min_by_key(|(l, n)| (differing(*l, *n), *l, *n)) {
            unit.pair.legacy = Some(ours.remove(l));
            unit.pair.new = Some(theirs.remove(n));
        } else {
            unit.pair.legacy = (!ours.is_empty()).then(|| ours.remove(0));
            unit.pair.new = (!theirs.is_empty()).then(|| theirs.remove(0));
        }
        self.matching.duplicates.insert(position, (ours, theirs));
    }

    /// The id of a student on a side; `None` when the side does not know the student.
    fn id_at(&self, position: u32, legacy: bool) -> Option<&str> {
        let student = self.students.get(position as usize)?;
        match legacy {
            true => student.on_legacy.then(|| self.ids.get(position)),
            false => student.on_new.then(|| match self.new_ids.get(&position) {
                Some(id) => id.as_str(),
                None => self.ids.get(position),
            }),
        }
    }

    /// The students by the ids of a side.
    fn positions(&self, legacy: bool) -> HashMap<&str, u32> {
        let mut positions = HashMap::with_capacity(self.students.len());
        for position in 0..self.students.len() as u32 {
            if let Some(id) = self.id_at(position, legacy) {
                positions.insert(id, position);
            }
        }
        positions
    }

    fn owners(&self, dataset: &Dataset, legacy: bool) -> PerEntity<Vec<u32>> {
        let positions = self.positions(legacy);
        Entity::ALL.map(|e| {
            let records = dataset.get(e).filter(|_| e != Entity::Course)?;
            Some(owners(records, &positions, |position| self.id_at(position, legacy)))
        })
    }
}

/// A student on the way to the roll.
struct Unit<'a> {
    id: &'a str,
    new_id: Option<&'a str>,
    legacy: Option<u32>,
    new: Option<u32>,
    pair: StudentPair,
}

fn pair_units<'a>(ours: &Units<'a>, theirs: &Units<'a>, matched: &Matched) -> Vec<Unit<'a>> {
    let mut units = Vec::with_capacity(ours.ids.len());
    for (at, id) in ours.ids.iter().copied().enumerate() {
        let partner = matched.partner[at];
        let new = partner.map(|p| p.0);
        units.push(Unit {
            id,
            new_id: new.map(|n| theirs.ids[n as usize]),
            legacy: Some(at as u32),
            new,
            pair: StudentPair {
                legacy: ours.rows[at],
                new: new.and_then(|n| theirs.rows[n as usize]),
                on_legacy: true,
                on_new: new.is_some(),
                rule: partner.map_or(u8::MAX, |p| p.1),
            },
        });
    }
    for (at, id) in theirs.ids.iter().copied().enumerate().filter(|(at, _)| !matched.taken[*at]) {
        let pair = StudentPair { legacy: None, new: theirs.rows[at], on_legacy: false, on_new: true, rule: u8::MAX };
        units.push(Unit { id, new_id: Some(id), legacy: None, new: Some(at as u32), pair });
    }
    units
}

/// Pairs one entity of all students: chunks in parallel, appended in order, wave by wave.
fn pair_entity(
    legacy: &Dataset,
    new: &Dataset,
    entity: Entity,
    ours: &Csr,
    theirs: &Csr,
    students: usize,
) -> PairTable {
    let columns = compared(legacy, new, entity);
    let pairer = Pairer::new(Plan::new(entity, &columns), term_spans(legacy, new, entity));
    let mut table = PairTable::inside(legacy.get(entity).and_then(|r| r.locations().spill()));
    table.reserve(students, ours.len().min(theirs.len()));
    let starts: Vec<usize> = (0..students).step_by(CHUNK).collect();
    for wave in starts.chunks(WAVE) {
        let parts: Vec<PairTable> = wave
            .par_iter()
            .map(|start| {
                let (mut part, mut scratch, mut paired) = (PairTable::default(), Scratch::default(), Paired::default());
                for position in *start..(*start + CHUNK).min(students) {
                    let position = position as u32;
                    pairer.pair(ours.get(position), theirs.get(position), &mut scratch, &mut paired);
                    let same = pairer.is_same(&paired, &mut scratch);
                    part.push(&mut paired, same);
                }
                part
            })
            .collect();
        parts.iter().for_each(|part| table.append(part));
    }
    table
}

/// What each key of the term column means.
fn term_spans(legacy: &Dataset, new: &Dataset, entity: Entity) -> Vec<Option<TermSpan>> {
    let mut spans = Vec::new();
    for column in [legacy, new].into_iter().filter_map(|d| d.get(entity)?.column(Field::Term)) {
        for code in 0..column.values.len() as u32 {
            let key = column.values.entry(code).key;
            if key != NEVER {
                if spans.len() <= key as usize {
                    spans.resize(key as usize + 1, None);
                }
                spans[key as usize] = TermSpan::parse(column.values.text(code));
            }
        }
    }
    spans
}

fn count_strays(legacy: &Dataset, new: &Dataset, owned: &[PerEntity<Vec<u32>>; 2], matching: &mut Matching) {
    for entity in Entity::ALL.into_iter().filter(|e| belongs_to_student(*e)) {
        let of = |dataset: &Dataset, owners: &PerEntity<Vec<u32>>| -> Strays {
            match (dataset.get(entity), &owners[entity as usize]) {
                (Some(records), Some(owners)) => strays(records, owners),
                _ => Default::default(),
            }
        };
        let (ours, theirs) = (of(legacy, &owned[0]), of(new, &owned[1]));
        for (list, rows) in [
            (&mut matching.orphans, (ours.orphans, theirs.orphans)),
            (&mut matching.blank, (ours.blank, theirs.blank)),
            (&mut matching.unreadable, (ours.unreadable, theirs.unreadable)),
        ] {
            if !rows.0.is_empty() || !rows.1.is_empty() {
                list.insert(entity, rows);
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
