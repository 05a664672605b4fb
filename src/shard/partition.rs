//! Cuts both sides into shards: reads, maps and pairs once, then writes every student's rows where they belong.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::cut::Cut;
use super::manifest::{Counts, Manifest, Shape, checks_hash};
use super::{Place, REST, SCHEMA, reads, roll, rows, shard_folder};
use crate::canonical::{Column, Dataset, Field, Records, Row, Side};
use crate::checks::Facts;
use crate::error::Error;
use crate::project::Project;
use crate::reconcile::{Reconciliation, reconcile};
use crate::report::private_folder;
use crate::run::{Listener, Sides, configuration_hash, is_whole, match_rules, read_sides};

/// A written partition.
#[derive(Debug)]
pub struct Partitioned {
    /// Where it is.
    pub folder: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
}

/// Cuts both sides of a project into shards below a new folder. The manifest is written last: without it there is no
/// partition.
///
/// # Errors
/// When an input is unusable, or the folder is not empty or can not be written.
pub fn partition(project: &Project, shards: u32, folder: &Path, listener: &dyn Listener) -> Result<Partitioned, Error> {
    let place = Place(folder.to_owned());
    begin(&place)?;
    let Sides { reads, legacy, new, same_extract } = read_sides(project, listener)?;
    let run = reconcile(legacy, new, &match_rules(project));
    is_whole(run.spill())?;
    let all: u64 = Side::BOTH.into_iter().flat_map(|side| shapes(run.dataset(side))).map(|s| u64::from(s.rows)).sum();
    listener.done("matched", &format!("{} of {} students", run.matching.paired, run.matching.legacy));
    listener.passed("pair", all);
    let facts = Facts::of(&run).lists();
    listener.passed("facts", all);
    let cut = Cut::even(&run, shards);
    let mut files = vec![reads::write(&place, &reads)?];
    for side in Side::BOTH {
        for records in run.dataset(side).entities().filter_map(|e| run.dataset(side).get(e)) {
            files.extend(write_records(&place, &run, &cut, side, records)?);
        }
    }
    let mut manifest = Manifest {
        schema: SCHEMA,
        rollproof: env!("CARGO_PKG_VERSION").to_owned(),
        checks: checks_hash(),
        configuration: configuration_hash(project),
        ends: cut.ends,
        rows: cut.rows,
        same_extract,
        matching: Counts::of(&run.matching),
        sides: Side::BOTH.map(|side| shapes(run.dataset(side))),
        facts,
        files: Default::default(),
    };
    for shard in 0..shards {
        files.push(roll::write(&place, &run, shard, manifest.students(shard))?);
    }
    manifest.files = files.into_iter().collect();
    manifest.write(&place)?;
    listener.passed("write", all);
    Ok(Partitioned { folder: folder.to_owned(), manifest })
}

/// The folder must be new or empty: what lies in it is not ours to write over.
fn begin(place: &Place) -> Result<(), Error> {
    private_folder(&place.0)?;
    let mut entries = std::fs::read_dir(&place.0).map_err(|e| Error::read(&place.0, e))?;
    if entries.next().is_none() {
        return Ok(());
    }
    Err(Error::Output {
        path: place.0.clone(),
        what: "the folder is not empty".into(),
        fix: "name a new folder, or remove the old partition first".into(),
        source: None,
    })
}

fn shapes(dataset: &Dataset) -> Vec<Shape> {
    let shape = |records: &Records| Shape {
        entity: records.entity(),
        rows: records.len() as u32,
        fields: records.fields().filter_map(|f| Some((f, records.column(f)?.values.len() as u32))).collect(),
        sources: records.locations().files().to_vec(),
        blocks: records.blocks().to_vec(),
        mixed: records.is_mixed(),
    };
    dataset.entities().filter_map(|e| dataset.get(e)).map(shape).collect()
}

/// Writes the rows of one entity of one side: each shard's, and the rest.
fn write_records(
    place: &Place,
    run: &Reconciliation,
    cut: &Cut,
    side: Side,
    records: &Records,
) -> Result<Vec<(String, String)>, Error> {
    let split = cut.split(run, side, records.entity());
    let write = |folder: &str, rows: &[Row], used: &[(Field, Vec<u32>)]| {
        rows::write(place, folder, (side, records), rows, used)
    };
    let shards: Vec<(Vec<(String, String)>, Vec<(Field, Vec<u32>)>)> = split
        .shards
        .par_iter()
        .enumerate()
        .map(|(shard, rows)| {
            let used = used(records, rows);
            Ok((write(&shard_folder(shard as u32), rows, &used)?.to_vec(), used))
        })
        .collect::<Result<_, Error>>()?;
    // What no shard uses is kept too: the merge must have every dictionary whole.
    let mut rest = Vec::new();
    for (at, field) in records.fields().enumerate() {
        let Some(column) = records.column(field) else { continue };
        let mut wanted = vec![true; column.values.len()];
        shards.iter().flat_map(|(_, used)| &used[at].1).for_each(|code| wanted[*code as usize] = false);
        split.rest.iter().for_each(|row| wanted[column.codes.get(*row as usize) as usize] = true);
        rest.push((field, marked(&wanted)));
    }
    let mut files = write(REST, &split.rest, &rest)?.to_vec();
    files.extend(shards.into_iter().flat_map(|(files, _)| files));
    Ok(files)
}

/// The codes that rows use, by field.
fn used(records: &Records, rows: &[Row]) -> Vec<(Field, Vec<u32>)> {
    let of = |column: &Column| {
        let codes = rows.iter().map(|row| column.codes.get(*row as usize));
        if column.values.len() <= rows.len().saturating_mul(8) {
            let mut wanted = vec![false; column.values.len()];
            codes.for_each(|code| wanted[code as usize] = true);
            return marked(&wanted);
        }
        let mut codes: Vec<u32> = codes.collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    };
    records.fields().filter_map(|field| Some((field, of(records.column(field)?)))).collect()
}

fn marked(wanted: &[bool]) -> Vec<u32> {
    wanted.iter().zip(0..).filter(|(wanted, _)| **wanted).map(|(_, code)| code).collect()
}
