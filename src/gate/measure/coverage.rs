//! What was compared with what: every row of both sides in exactly one place, every required field filled.

use std::collections::BTreeMap;

use foldhash::HashSet;
use rayon::prelude::*;

use crate::canonical::{Column, Dataset, Entity, Field, Row, Side, Typed};
use crate::gate::{Criteria, EntityCoverage, FieldCoverage, MatchCounts};
use crate::reconcile::{NEVER, Reconciliation, RecordPairs};

/// How students were matched, counted from the pairs themselves.
#[must_use]
pub fn matching(reconciliation: &Reconciliation) -> MatchCounts {
    let m = &reconciliation.matching;
    let mut counts = MatchCounts { legacy: m.legacy, new: m.new, ..MatchCounts::default() };
    for pair in &reconciliation.students {
        match (pair.legacy, pair.new) {
            (Some(_), Some(_)) => counts.paired += 1,
            (Some(_), None) => counts.legacy_only += 1,
            (None, Some(_)) => counts.new_only += 1,
            (None, None) => {}
        }
    }
    counts
}

/// The coverage of every kind of record that either side maps. Fields: those that make the record, and those that the
/// criteria name.
#[must_use]
pub fn coverage(reconciliation: &Reconciliation, criteria: &Criteria) -> BTreeMap<Entity, EntityCoverage> {
    let (legacy, new) = (&reconciliation.legacy, &reconciliation.new);
    let mapped = Entity::ALL.into_iter().filter(|e| legacy.get(*e).is_some() || new.get(*e).is_some());
    let mapped: Vec<Entity> = mapped.collect();
    mapped.into_par_iter().map(|entity| (entity, of_entity(reconciliation, entity, criteria))).collect()
}

fn of_entity(reconciliation: &Reconciliation, entity: Entity, criteria: &Criteria) -> EntityCoverage {
    let rows = |side: &Dataset| side.get(entity).map(|r| r.len() as u64);
    let mut found = EntityCoverage {
        legacy: rows(&reconciliation.legacy),
        new: rows(&reconciliation.new),
        fields: fields(reconciliation, entity, criteria),
        ..EntityCoverage::default()
    };
    if found.legacy.is_some() && found.new.is_some() && entity != Entity::Course {
        let mut places = Places::new(found.legacy.unwrap_or(0), found.new.unwrap_or(0));
        found.pairs = place(reconciliation, entity, &mut places);
        found.unplaced = places.count(|n| n == 0);
        found.placed_twice = places.count(|n| n > 1);
        let unreadable = reconciliation.matching.unreadable.get(&entity);
        found.unreadable_ids = unreadable.map_or(0, |(legacy, new)| (legacy.len() + new.len()) as u64);
    }
    if entity == Entity::Course {
        found.pairs = shared_courses(reconciliation);
    }
    found
}

/// In how many places each row is.
struct Places {
    legacy: Vec<u8>,
    new: Vec<u8>,
}

impl Places {
    fn new(legacy: u64, new: u64) -> Self {
        Self { legacy: vec![0; legacy as usize], new: vec![0; new as usize] }
    }

    fn put(&mut self, side: Side, rows: &[Row]) {
        let places = if side == Side::Legacy { &mut self.legacy } else { &mut self.new };
        for row in rows {
            if let Some(place) = places.get_mut(*row as usize) {
                *place = place.saturating_add(1);
            }
        }
    }

    fn count(&self, is: impl Fn(u8) -> bool) -> u64 {
        self.legacy.iter().chain(&self.new).filter(|n| is(**n)).count() as u64
    }
}

/// Puts every row where pairing put it; returns the number of pairs.
fn place(reconciliation: &Reconciliation, entity: Entity, places: &mut Places) -> u64 {
    let mut pairs = 0;
    for (position, student) in reconciliation.students.iter().enumerate() {
        if entity == Entity::Student {
            pairs += u64::from(student.legacy.is_some() && student.new.is_some());
            places.put(Side::Legacy, student.legacy.as_slice());
            places.put(Side::New, student.new.as_slice());
        } else if let Some(records) = reconciliation.pairs(position as u32, entity) {
            pairs += (records.both().len() + records.split().count()) as u64;
            put_records(records, places);
        }
    }
    if entity == Entity::Student {
        for (legacy, new) in reconciliation.matching.duplicates.values() {
            places.put(Side::Legacy, legacy);
            places.put(Side::New, new);
        }
    }
    let matching = &reconciliation.matching;
    for strays in [&matching.orphans, &matching.blank, &matching.unreadable] {
        if let Some((legacy, new)) = strays.get(&entity) {
            places.put(Side::Legacy, legacy);
            places.put(Side::New, new);
        }
    }
    pairs
}

fn put_records(records: RecordPairs<'_>, places: &mut Places) {
    for both in records.both() {
        places.put(Side::Legacy, &[both.legacy]);
        places.put(Side::New, &[both.new]);
    }
    for (legacy, new) in records.split().chain(records.ambiguous()) {
        places.put(Side::Legacy, legacy);
        places.put(Side::New, new);
    }
    places.put(Side::Legacy, records.legacy_only());
    places.put(Side::Legacy, records.legacy_duplicates());
    places.put(Side::New, records.new_only());
    places.put(Side::New, records.new_duplicates());
}

/// Course codes that both catalogues have.
fn shared_courses(reconciliation: &Reconciliation) -> u64 {
    let codes = |side: &Dataset| -> std::collections::BTreeSet<String> {
        let Some(records) = side.get(Entity::Course) else { return Default::default() };
        (0..records.len() as u32).filter_map(|r| records.text(r, Field::Course).map(str::to_owned)).collect()
    };
    codes(&reconciliation.legacy).intersection(&codes(&reconciliation.new)).count() as u64
}

fn fields(reconciliation: &Reconciliation, entity: Entity, criteria: &Criteria) -> BTreeMap<Field, FieldCoverage> {
    let named = criteria.required_fields.get(&entity).into_iter().flatten();
    let wanted = Field::required(entity).iter().chain(named).copied();
    let one = |field: Field| {
        let column = |side: &Dataset| side.get(entity).and_then(|r| r.column(field)).map(count_column);
        let (legacy, new) = (column(&reconciliation.legacy), column(&reconciliation.new));
        let distinct = |c: Option<ColumnCounts>| c.map_or((0, 0), |c| (c.raw, c.canonical));
        let coverage = FieldCoverage {
            constant: false,
            legacy: legacy.map(|c| c.filled),
            new: new.map(|c| c.filled),
            raw: (distinct(legacy).0, distinct(new).0),
            canonical: (distinct(legacy).1, distinct(new).1),
        };
        (field, coverage)
    };
    wanted.map(one).collect()
}

#[derive(Clone, Copy)]
struct ColumnCounts {
    filled: u64,
    raw: u64,
    canonical: u64,
}

fn count_column(column: &Column) -> ColumnCounts {
    let codes = 0..column.values.len() as u32;
    let usable = |typed| !matches!(typed, Typed::Missing | Typed::Unmapped | Typed::Unreadable);
    let typed: Vec<Typed> = codes.clone().map(|c| column.values.entry(c).typed).collect();
    let filled = (0..column.codes.len()).filter(|row| usable(typed[column.codes.get(*row) as usize])).count();
    let codes = codes.filter(|c| usable(typed[*c as usize]));
    // Equal canonical texts have equal keys.
    let mut seen: Vec<bool> = Vec::new();
    for code in codes.clone() {
        let key = column.values.keys()[code as usize];
        if key == NEVER {
            continue;
        }
        let key = key as usize;
        if seen.len() <= key {
            seen.resize((key + 1).next_power_of_two(), false);
        }
        seen[key] = true;
    }
    let canonical = seen.into_iter().filter(|s| *s).count();
    let raw = if column.values.is_plain() {
        canonical
    } else {
        codes.map(|code| column.values.raw(code)).collect::<HashSet<&str>>().len()
    };
    ColumnCounts { filled: filled as u64, raw: raw as u64, canonical: canonical as u64 }
}

#[cfg(test)]
mod tests {
    use super::super::district::{pair, side};
    use super::*;

    #[test]
    fn every_row_of_a_whole_reconciliation_is_in_one_place() {
        let found = pair(side(Side::Legacy, 5), side(Side::New, 5));
        let all = coverage(&found, &Criteria::default());
        let transcript = &all[&Entity::Transcript];
        assert_eq!((transcript.legacy, transcript.pairs), (Some(20), 20));
        assert_eq!((transcript.unplaced, transcript.placed_twice), (0, 0));
        assert_eq!(transcript.fields[&Field::Mark].canonical, (4, 4));
        assert_eq!(matching(&found).paired, 5);
    }

    #[test]
    fn a_row_that_pairing_forgot_or_used_twice_is_counted() {
        let mut found = pair(side(Side::Legacy, 5), side(Side::New, 5));
        found.tamper(0, Entity::Transcript);
        let transcript = &coverage(&found, &Criteria::default())[&Entity::Transcript];
        assert_eq!((transcript.unplaced, transcript.placed_twice), (2, 1));
    }
}
