//! Compares the students of one shard: all that can be said of them without the others.

use std::path::Path;

use super::answer::{self, Answer};
use super::manifest::{Manifest, Shard};
use super::{Place, REST, join, roll, shard_folder};
use crate::canonical::{Dataset, Entity, Row, Side};
use crate::checks::{self, Facts};
use crate::error::Error;
use crate::project::Project;
use crate::reconcile::reconcile_part;
use crate::run::{Listener, check_settings, policies};

/// Where each row of a shard stood, by side and entity.
pub(super) type Origins = [[Vec<Row>; Entity::ALL.len()]; 2];

/// Runs one shard of a partition and writes its answer beside it. It may be run anywhere and again.
///
/// # Errors
/// When the partition is not whole, of another version or of another project, or the answer can not be written.
pub fn work(project: &Project, folder: &Path, shard: Shard, listener: &dyn Listener) -> Result<Answer, Error> {
    let place = Place(folder.to_owned());
    let (manifest, partition) = Manifest::read(folder)?;
    if shard.of != manifest.shards() {
        return Err(Error::Usage {
            what: format!("shard {shard} was asked for, but {} is cut into {}", folder.display(), manifest.shards()),
            fix: format!("name a shard from 1/{0} to {0}/{0}", manifest.shards()),
        });
    }
    manifest.check_project(project)?;
    let number = shard.number - 1;
    let mut origins = Origins::default();
    let legacy = side(&place, &manifest, number, Side::Legacy, &mut origins)?;
    let new = side(&place, &manifest, number, Side::New, &mut origins)?;
    let student = Entity::Student as usize;
    let part = roll::read(&place, &manifest, number, [&origins[0][student], &origins[1][student]])?;
    let rows = manifest.rows.get(number as usize).copied().unwrap_or_default();
    listener.done("read", &format!("shard {shard}: {} students, {rows} records", part.students.len()));
    listener.passed("read", rows);
    let run = reconcile_part(legacy, new, part);
    listener.passed("pair", rows);
    let policies = policies(project)?.for_run(&run);
    let facts = Facts::of_part(&run, &manifest.facts, manifest.students(number).start);
    let findings = checks::run_alone(&run, &policies, &check_settings(project), &facts);
    listener.passed("check", rows);
    let answer = answer::write(&place, &manifest, &partition, number, (&findings, &origins))?;
    listener.passed("write", findings.rows.len() as u64);
    Ok(answer)
}

/// One side of a shard: its own rows, and the whole catalogue.
fn side(place: &Place, manifest: &Manifest, shard: u32, side: Side, origins: &mut Origins) -> Result<Dataset, Error> {
    let mut dataset = Dataset::new(side);
    for shape in manifest.side(side) {
        let folder = if shape.entity == Entity::Course { REST.to_owned() } else { shard_folder(shard) };
        let (records, rows) = join::part(place, manifest, &folder, side, shape)?;
        origins[side as usize][shape.entity as usize] = rows;
        dataset.set(records);
    }
    Ok(dataset)
}
