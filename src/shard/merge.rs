//! Puts the answers of all shards together to one run: the same records, the same pairs, the findings of the shards,
//! and everything that needs everybody done here, by the code that a single run uses.

use std::path::Path;

use super::manifest::Manifest;
use super::{Place, answer, damaged, join, reads};
use crate::canonical::Side;
use crate::checks;
use crate::error::Error;
use crate::finding::Findings;
use crate::history::Clock;
use crate::policy::Policies;
use crate::project::Project;
use crate::reconcile::reconcile;
use crate::run::{
    Comparison, Listener, Reads, Run, changed_files, check_settings, is_whole, match_rules, room_for, run_of,
};

/// Makes the run of a partition whose shards have all answered.
///
/// # Errors
/// When an answer is missing or not of this partition, version and project; when an export, the project or a file of the
/// partition has changed; and as [`crate::run::run`].
pub fn merge(project: &Project, folder: &Path, clock: &Clock, listener: &dyn Listener) -> Result<Run, Error> {
    let place = Place(folder.to_owned());
    let (manifest, partition) = Manifest::read(folder)?;
    manifest.check_project(project)?;
    let reads = reads::read(&place, &manifest)?;
    check_exports(project, &reads)?;
    let alone = answer::read_all(&place, &manifest, &partition)?;
    let text = format!("{} shards, {} findings in single students", manifest.shards(), alone.rows.len());
    listener.done("answers", &text);
    let both = std::cell::RefCell::new(Some((reads, alone)));
    run_of(project, clock, listener, &|policies| {
        let (reads, alone) = both.take().ok_or_else(|| Error::Bug("one comparison is made twice".into()))?;
        compare(project, (&place, &manifest), policies, (reads, &alone), listener)
    })
}

/// What was cut must still be what lies there: nobody is told GO about exports that are gone.
fn check_exports(project: &Project, reads: &Reads) -> Result<(), Error> {
    let changed: Vec<String> =
        reads.sides().flat_map(|(side, read)| changed_files(project, side, &read.files)).collect();
    if changed.is_empty() {
        return Ok(());
    }
    Err(damaged(&project.path, format!("exports have changed since the partition: {}", changed.join(", "))))
}

fn compare(
    project: &Project,
    (place, manifest): (&Place, &Manifest),
    policies: &Policies,
    (reads, alone): (Reads, &Findings),
    listener: &dyn Listener,
) -> Result<Comparison, Error> {
    listener.passed("start", 0);
    let spill = room_for(project)?;
    let legacy = join::whole(place, manifest, Side::Legacy, spill.as_ref())?;
    let new = join::whole(place, manifest, Side::New, spill.as_ref())?;
    is_whole(spill.as_ref())?;
    let rows = manifest.sides.iter().flatten().map(|s| u64::from(s.rows)).sum();
    listener.passed("read", rows);
    let reconciliation = reconcile(legacy, new, &match_rules(project));
    is_whole(reconciliation.spill())?;
    if manifest.ends.last().copied() != Some(reconciliation.students.len() as u32) {
        return Err(damaged(&place.0, "its students are not those that were cut"));
    }
    let matching = &reconciliation.matching;
    listener.done("matched", &format!("{} of {} students", matching.paired, matching.legacy));
    listener.passed("pair", rows);
    let policies = policies.for_run(&reconciliation);
    let findings = checks::run_rest(&reconciliation, &policies, &check_settings(project), alone);
    listener.done("compared", &format!("{} findings", findings.rows.len()));
    listener.passed("check", rows);
    Ok(Comparison { reads, reconciliation, findings, same_extract: manifest.same_extract.clone(), policies })
}
