//! What a shard found: a Parquet file of findings, and a seal that says of which partition, shard and version it is.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::frame::{Frame, Stored};
use super::manifest::{Manifest, checks_hash};
use super::work::Origins;
use super::{Place, SCHEMA, damaged, files};
use crate::canonical::{Entity, Field, Row, Side};
use crate::checks;
use crate::error::Error;
use crate::finding::{Change, Finding, Findings, Severity, Subject};

/// A written answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Students that were compared.
    pub students: u32,
    /// Findings in them, without what needs everybody.
    pub findings: u64,
    /// The seal, written last.
    pub file: PathBuf,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Seal {
    schema: u32,
    rollproof: String,
    checks: String,
    /// BLAKE3 of the manifest.
    partition: String,
    /// Counting from 1.
    shard: u32,
    of: u32,
    students: u32,
    findings: u64,
    /// BLAKE3 of the findings.
    blake3: String,
    looked_at: BTreeMap<String, u64>,
}

const CHANGES: [Change; 3] = [Change::Changed, Change::Missing, Change::Added];

fn names(shard: u32) -> (String, String) {
    let stem = format!("results/{:05}", shard + 1);
    (format!("{stem}.json"), format!("{stem}.findings.parquet"))
}

/// Writes what a shard found; rows become those of the whole run.
pub(super) fn write(
    place: &Place,
    manifest: &Manifest,
    partition: &str,
    shard: u32,
    (findings, origins): (&Findings, &Origins),
) -> Result<Answer, Error> {
    let (seal_name, table_name) = names(shard);
    let students = manifest.students(shard);
    let blake3 = table(findings, origins, students.start)?.write(&place.path(&table_name))?;
    let seal = Seal {
        schema: SCHEMA,
        rollproof: env!("CARGO_PKG_VERSION").to_owned(),
        checks: checks_hash(),
        partition: partition.to_owned(),
        shard: shard + 1,
        of: manifest.shards(),
        students: students.len() as u32,
        findings: findings.rows.len() as u64,
        blake3,
        looked_at: findings.looked_at.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect(),
    };
    let text = serde_json::to_vec(&seal).map_err(|e| Error::Bug(e.to_string()))?;
    let file = place.path(&seal_name);
    files::write(&file, &text)?;
    Ok(Answer { students: seal.students, findings: seal.findings, file })
}

fn table(findings: &Findings, origins: &Origins, first: u32) -> Result<Frame, Error> {
    let rows = &findings.rows;
    let origin = |side: Side, f: &Finding, row: Option<Row>| {
        row.and_then(|row| origins[side as usize][f.entity as usize].get(row as usize).copied())
    };
    let note = |number: u32| (number != 0).then(|| findings.note(number));
    let students = rows.iter().map(|f| match f.subject {
        Subject::Student(position) => Ok(first + position),
        Subject::Other(_) => Err(Error::Bug("a check of single students spoke of something else".into())),
    });
    let mut frame = Frame::default();
    frame.numbers("student", students.collect::<Result<_, Error>>()?);
    frame.texts("check", rows.iter().map(|f| checks::ALL[usize::from(f.check)].meta().name).collect());
    frame.texts("severity", rows.iter().map(|f| f.severity.name()).collect());
    frame.texts("entity", rows.iter().map(|f| f.entity.name()).collect());
    frame.texts("change", rows.iter().map(|f| f.change.symbol()).collect());
    frame.optional_texts("field", rows.iter().map(|f| f.field.map(Field::name)).collect());
    frame.optional("legacy", rows.iter().map(|f| origin(Side::Legacy, f, f.legacy)).collect());
    frame.optional("new", rows.iter().map(|f| origin(Side::New, f, f.new)).collect());
    frame.optional_texts("note", rows.iter().map(|f| note(f.note)).collect());
    frame.optional_texts("legacy_value", rows.iter().map(|f| note(f.values.0)).collect());
    frame.optional_texts("new_value", rows.iter().map(|f| note(f.values.1)).collect());
    Ok(frame)
}

/// Reads the answers of all shards and puts them behind each other. Every one must be there, of this partition and this
/// version, and as it was written.
pub(super) fn read_all(place: &Place, manifest: &Manifest, partition: &str) -> Result<Findings, Error> {
    let seals: Vec<Option<Seal>> =
        (0..manifest.shards()).map(|shard| seal(place, manifest, partition, shard)).collect::<Result<_, Error>>()?;
    let missing: Vec<String> =
        seals.iter().zip(1..).filter(|(seal, _)| seal.is_none()).map(|(_, number)| format!("{number}")).collect();
    if !missing.is_empty() {
        let (several, of) = (if missing.len() == 1 { "" } else { "s" }, manifest.shards());
        return Err(Error::Input {
            path: place.0.clone(),
            what: format!("no answer of shard{several} {} of {of}", missing.join(", ")),
            fix: format!("run `rollproof run --shard {}/{of} --partition {}`", missing[0], place.0.display()),
            source: None,
        });
    }
    let mut all = Findings { notes: vec![String::new()], ..Findings::default() };
    for (seal, shard) in seals.into_iter().flatten().zip(0..) {
        let stored = Stored::open(place.path(&names(shard).1), &seal.blake3)?;
        let before = all.rows.len();
        read(&stored, manifest, shard, &mut all)?;
        if (all.rows.len() - before) as u64 != seal.findings {
            return Err(stored.wrong(format!("it should hold {} findings", seal.findings)));
        }
        for check in checks::names() {
            *all.looked_at.entry(check).or_default() += seal.looked_at.get(check).copied().unwrap_or(0);
        }
    }
    Ok(all)
}

fn seal(place: &Place, manifest: &Manifest, partition: &str, shard: u32) -> Result<Option<Seal>, Error> {
    let path = place.path(&names(shard).0);
    if !path.exists() {
        return Ok(None);
    }
    let bytes = std::fs::read(&path).map_err(|e| Error::read(&path, e))?;
    let seal: Seal = serde_json::from_slice(&bytes).map_err(|e| damaged(&path, format!("it does not read: {e}")))?;
    let again = |what: String| Error::Input {
        path: path.clone(),
        what,
        fix: format!(
            "run `rollproof run --shard {}/{} --partition {}` again",
            shard + 1,
            manifest.shards(),
            place.0.display()
        ),
        source: None,
    };
    let ours = (SCHEMA, env!("CARGO_PKG_VERSION"), checks_hash());
    if (seal.schema, seal.rollproof.as_str(), &seal.checks) != (ours.0, ours.1, &ours.2) {
        return Err(again(format!("rollproof {} wrote it, this is {}", seal.rollproof, ours.1)));
    }
    if seal.partition != partition || (seal.shard, seal.of) != (shard + 1, manifest.shards()) {
        return Err(again("it is the answer of another partition or of another shard".into()));
    }
    if seal.students != manifest.students(shard).len() as u32 {
        return Err(again(format!("it is about {} students, the shard has others", seal.students)));
    }
    Ok(Some(seal))
}

fn read(stored: &Stored, manifest: &Manifest, shard: u32, all: &mut Findings) -> Result<(), Error> {
    let numbers: BTreeMap<&str, u8> = checks::names().zip(0..).collect();
    let unknown = || stored.wrong("it says something that this version does not know");
    let students = stored.numbers("student")?;
    let [check, severity, entity, change] = ["check", "severity", "entity", "change"].map(|name| stored.texts(name));
    let (check, severity, entity, change) = (check?, severity?, entity?, change?);
    let field = stored.optional_texts("field")?;
    let rows = (stored.optional("legacy")?, stored.optional("new")?);
    let texts = ["note", "legacy_value", "new_value"].map(|name| stored.optional_texts(name));
    let [notes, legacy_values, new_values] = texts;
    let mut texts = [notes?, legacy_values?, new_values?];
    let mut last = manifest.students(shard).start;
    for at in 0..students.len() {
        if students[at] < last || students[at] >= manifest.students(shard).end {
            return Err(stored.wrong("it speaks of a student of another shard"));
        }
        last = students[at];
        let entity = Entity::parse(&entity[at]).ok_or_else(unknown)?;
        let of_field = field[at].as_deref().map(|name| Field::parse(entity, name).ok_or_else(unknown)).transpose()?;
        let row = |side: Side, row: Option<Row>| {
            let known = manifest.side(side).iter().find(|s| s.entity == entity).map_or(0, |s| s.rows);
            if row.is_none_or(|row| row < known) { Ok(row) } else { Err(unknown()) }
        };
        let mut note = |of: usize| {
            let Some(text) = texts[of][at].take() else { return 0 };
            all.notes.push(text);
            (all.notes.len() - 1) as u32
        };
        let (note, values) = (note(0), (note(1), note(2)));
        all.rows.push(Finding {
            subject: Subject::Student(students[at]),
            check: numbers.get(check[at].as_str()).copied().ok_or_else(unknown)?,
            severity: Severity::parse(&severity[at]).ok_or_else(unknown)?,
            entity,
            change: CHANGES.into_iter().find(|c| c.symbol() == change[at]).ok_or_else(unknown)?,
            field: of_field,
            legacy: row(Side::Legacy, rows.0[at])?,
            new: row(Side::New, rows.1[at])?,
            note,
            values,
        });
    }
    Ok(())
}
