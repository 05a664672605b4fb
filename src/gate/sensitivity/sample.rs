//! The sample: two small datasets with all records of a few students, copied out of the whole ones.

use std::collections::{BTreeMap, BTreeSet};

use super::mutant::{Mutation, RowFault, other_value};
use super::plan::Planted;
use crate::canonical::{Column, Dataset, Entity, Field, Locations, Records, Row, Side, Typed};
use crate::reconcile::Reconciliation;

/// The rows of the chosen students, by entity; the catalogue whole.
pub(super) fn rows(reconciliation: &Reconciliation, students: &[u32], side: Side) -> BTreeMap<Entity, Vec<Row>> {
    let mut found: BTreeMap<Entity, BTreeSet<Row>> = BTreeMap::new();
    for student in students {
        of_student(reconciliation, *student, side, &mut found);
    }
    let dataset = if side == Side::Legacy { &reconciliation.legacy } else { &reconciliation.new };
    if let Some(courses) = dataset.get(Entity::Course) {
        found.insert(Entity::Course, (0..courses.len() as u32).collect());
    }
    for entity in dataset.entities() {
        found.entry(entity).or_default();
    }
    found.into_iter().map(|(entity, rows)| (entity, rows.into_iter().collect())).collect()
}

fn of_student(reconciliation: &Reconciliation, student: u32, side: Side, found: &mut BTreeMap<Entity, BTreeSet<Row>>) {
    let people = found.entry(Entity::Student).or_default();
    people.extend(reconciliation.students[student as usize].record(side));
    if let Some((legacy, new)) = reconciliation.matching.duplicates.get(&student) {
        people.extend(if side == Side::Legacy { legacy } else { new });
    }
    for entity in Entity::ALL.into_iter().filter(|e| !matches!(e, Entity::Student | Entity::Course)) {
        let rows = reconciliation.rows(student, side, entity);
        if !rows.is_empty() {
            found.entry(entity).or_default().extend(rows);
        }
    }
}

/// What is changed while copying.
#[derive(Debug, Default)]
struct Changes {
    dropped: BTreeSet<Row>,
    doubled: BTreeSet<Row>,
    added: BTreeSet<Row>,
    cells: BTreeMap<(Row, Field), (String, Typed)>,
}

/// Copies rows of one side, with the planted differences of a round.
pub(super) fn copy(dataset: &Dataset, rows: &BTreeMap<Entity, Vec<Row>>, planted: &[Planted]) -> Dataset {
    let mut copy = Dataset::new(dataset.side);
    for (entity, rows) in rows {
        let Some(records) = dataset.get(*entity) else { continue };
        let mut changes = Changes::default();
        for one in planted.iter().filter(|p| p.kind.entity() == *entity) {
            match one.kind {
                Mutation::Row(_, RowFault::Dropped) => _ = changes.dropped.insert(one.row),
                Mutation::Row(_, RowFault::Doubled) => _ = changes.doubled.insert(one.row),
                Mutation::Row(_, RowFault::Added) => _ = changes.added.insert(one.row),
                Mutation::Cell(_, field) => {
                    if let Some(value) = other_value(records, one.row, field) {
                        changes.cells.insert((one.row, field), value);
                    }
                }
            }
        }
        copy.set(copy_records(records, rows, &changes));
    }
    copy
}

/// A course that no catalogue has.
const NO_COURSE: &str = "~ADDED~";

fn copy_records(records: &Records, rows: &[Row], changes: &Changes) -> Records {
    // Each output row: the row it is copied from, and whether it is the added one.
    let mut out: Vec<(Row, bool)> = Vec::with_capacity(rows.len());
    for row in rows.iter().filter(|r| !changes.dropped.contains(r)) {
        out.push((*row, false));
        if changes.doubled.contains(row) {
            out.push((*row, false));
        }
        if changes.added.contains(row) {
            out.push((*row, true));
        }
    }
    let mut locations = Locations::default();
    let mut files: BTreeMap<String, u32> = BTreeMap::new();
    for file in records.locations().files() {
        let at = locations.add_file(file.clone());
        files.insert(file.name.clone(), at);
    }
    for (row, _) in &out {
        let place = records.location(*row);
        let file = files.get(place.file).copied().unwrap_or(0);
        locations.push(file, place.record, place.line);
    }
    let mut copy = Records::new(records.entity(), locations);
    for field in records.fields() {
        let mut writer = Writer::default();
        for (row, added) in &out {
            match changes.cells.get(&(*row, field)) {
                _ if *added && field == Field::Course => writer.write(NO_COURSE, NO_COURSE, Typed::Text),
                Some((text, typed)) => writer.write(text, text, *typed),
                None => {
                    let raw = records.raw(*row, field).unwrap_or("");
                    let text = records.text(*row, field).unwrap_or("");
                    writer.write(raw, text, records.typed(*row, field));
                }
            }
        }
        copy.set(field, writer.column);
    }
    copy
}

/// Writes a column with its own dictionary.
#[derive(Default)]
struct Writer {
    column: Column,
    known: BTreeMap<(String, String, u8), u32>,
}

impl Writer {
    fn write(&mut self, raw: &str, text: &str, typed: Typed) {
        let kind = match typed {
            Typed::Missing => 0,
            Typed::Unmapped => 1,
            Typed::Unreadable => 2,
            _ => 3,
        };
        let key = (raw.to_owned(), text.to_owned(), kind);
        let code = match self.known.get(&key) {
            Some(code) => *code,
            None => {
                // A sample is far below the 4 GiB at which a dictionary is full.
                let code = self.column.values.push(raw, text, typed).unwrap_or(0);
                self.known.insert(key, code);
                code
            }
        };
        self.column.codes.push(code);
    }
}
