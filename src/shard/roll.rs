//! The students of a shard, as the roll of the whole run has them.

use foldhash::HashMap;

use super::frame::{Frame, Stored};
use super::manifest::Manifest;
use super::{Place, damaged, shard_folder};
use crate::canonical::Row;
use crate::error::Error;
use crate::reconcile::{Reconciliation, RollPart, StudentPair};

fn name(shard: u32) -> String {
    format!("{}/students.parquet", shard_folder(shard))
}

/// Writes the students of a range; returns the name of the file and its BLAKE3.
pub(super) fn write(
    place: &Place,
    run: &Reconciliation,
    shard: u32,
    students: std::ops::Range<u32>,
) -> Result<(String, String), Error> {
    let pairs = || students.clone().map(|position| &run.students[position as usize]);
    let mut frame = Frame::default();
    frame.texts("id", students.clone().map(|position| run.student_id(position)).collect());
    frame.optional_texts("new_id", students.clone().map(|position| run.new_id(position)).collect());
    frame.optional("legacy", pairs().map(|s| s.legacy).collect());
    frame.optional("new", pairs().map(|s| s.new).collect());
    frame.numbers("on_legacy", pairs().map(|s| u32::from(s.on_legacy)).collect());
    frame.numbers("on_new", pairs().map(|s| u32::from(s.on_new)).collect());
    frame.numbers("rule", pairs().map(|s| u32::from(s.rule)).collect());
    let name = name(shard);
    let blake3 = frame.write(&place.path(&name))?;
    Ok((name, blake3))
}

/// Reads the students of a shard; `rows` tells, for each side, where the student records of the shard stood.
pub(super) fn read(place: &Place, manifest: &Manifest, shard: u32, rows: [&[Row]; 2]) -> Result<RollPart, Error> {
    let name = name(shard);
    let path = place.path(&name);
    let stored = Stored::open(path.clone(), manifest.hash_of(place, &name)?)?;
    let [ours, theirs] = rows.map(|rows| -> HashMap<Row, Row> { rows.iter().copied().zip(0..).collect() });
    let local = |of: &HashMap<Row, Row>, row: Option<Row>| -> Result<Option<Row>, Error> {
        let missing = || damaged(&path, "it names a student record that the shard does not hold");
        row.map(|row| of.get(&row).copied().ok_or_else(missing)).transpose()
    };
    let (ids, new_ids) = (stored.texts("id")?, stored.optional_texts("new_id")?);
    let (legacy, new) = (stored.optional("legacy")?, stored.optional("new")?);
    let (on_legacy, on_new, rule) = (stored.numbers("on_legacy")?, stored.numbers("on_new")?, stored.numbers("rule")?);
    let expected = manifest.students(shard).len();
    if [ids.len(), new_ids.len(), legacy.len(), new.len(), on_legacy.len(), on_new.len(), rule.len()]
        .iter()
        .any(|n| *n != expected)
    {
        return Err(damaged(&path, format!("it should hold {expected} students")));
    }
    let mut part = RollPart { matching: manifest.matching.matching(), ..RollPart::default() };
    part.ids = ids.into_iter().zip(new_ids).collect();
    for at in 0..expected {
        part.students.push(StudentPair {
            legacy: local(&ours, legacy[at])?,
            new: local(&theirs, new[at])?,
            on_legacy: on_legacy[at] == 1,
            on_new: on_new[at] == 1,
            rule: u8::try_from(rule[at]).unwrap_or(u8::MAX),
        });
    }
    Ok(part)
}
