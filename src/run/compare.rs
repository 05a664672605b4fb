//! Both sides read, mapped, paired and checked: everything before waivers, the gate and the outputs.

use std::sync::Arc;

use super::{SideRead, convert, read, room};
use crate::canonical::{Dataset, Entity, Side, Spill};
use crate::checks;
use crate::error::Error;
use crate::extract::{self, Progress};
use crate::finding::Findings;
use crate::gate;
use crate::policy::Policies;
use crate::project::Project;
use crate::reconcile::{self, Reconciliation};

/// Who hears how far a run is.
pub trait Listener: Progress {
    /// A stage is done; `text` is one line for people.
    fn done(&self, stage: &str, text: &str);

    /// A part of the work is over that handled so many rows; whoever tells where time goes takes it now.
    fn passed(&self, _part: &'static str, _rows: u64) {}
}

/// Nobody listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn bytes_read(&self, _file: &str, _done: u64, _total: u64) {}
}

impl Listener for Quiet {
    fn done(&self, _stage: &str, _text: &str) {}
}

/// What reading both sides said.
#[derive(Debug, Default)]
pub struct Reads {
    /// The legacy side.
    pub legacy: SideRead,
    /// The new side.
    pub new: SideRead,
}

impl Reads {
    /// Both sides, legacy first.
    pub fn sides(&self) -> impl Iterator<Item = (Side, &SideRead)> {
        [(Side::Legacy, &self.legacy), (Side::New, &self.new)].into_iter()
    }
}

/// Both sides, compared, before anything is decided or written.
#[derive(Debug)]
pub struct Comparison {
    /// What reading both sides said.
    pub reads: Reads,
    /// The pairs.
    pub reconciliation: Reconciliation,
    /// What the checks say.
    pub findings: Findings,
    /// Why both sides seem to be one extract; `None` when they do not.
    pub same_extract: Option<String>,
    /// The policies with every student's numbers computed.
    pub policies: Policies,
}

/// Reads, maps, pairs and checks both sides of a project.
///
/// # Errors
/// When an input is unusable.
pub fn compare(project: &Project, policies: &Policies, listener: &dyn Listener) -> Result<Comparison, Error> {
    let Sides { reads, legacy, new, same_extract } = read_sides(project, listener)?;
    let rows = records(&legacy) + records(&new);
    let reconciliation = reconcile::reconcile(legacy, new, &convert::match_rules(project));
    room::is_whole(reconciliation.spill())?;
    let matching = &reconciliation.matching;
    listener.done("matched", &format!("{} of {} students", matching.paired, matching.legacy));
    listener.passed("pair", rows);
    let policies = policies.for_run(&reconciliation);
    let findings = checks::run_all(&reconciliation, &policies, &convert::check_settings(project));
    listener.done("compared", &format!("{} findings", findings.rows.len()));
    listener.passed("check", rows);
    Ok(Comparison { reads, reconciliation, findings, same_extract, policies })
}

/// Both sides, read and mapped.
#[derive(Debug)]
pub struct Sides {
    /// What reading said.
    pub reads: Reads,
    /// The legacy records.
    pub legacy: Dataset,
    /// The new records.
    pub new: Dataset,
    /// Why both sides seem to be one extract; `None` when they do not.
    pub same_extract: Option<String>,
}

/// Reads and maps both sides of a project.
///
/// # Errors
/// When an input is unusable.
pub fn read_sides(project: &Project, listener: &dyn Listener) -> Result<Sides, Error> {
    listener.bytes_expected(bytes(project, |file| std::fs::metadata(&file.path).map_or(0, |m| m.len())));
    let spill = room_for(project)?;
    if spill.is_some() {
        listener.done("memory", "the rows do not fit: they lie in a temporary file, which takes longer");
    }
    listener.passed("start", 0);
    let (legacy, legacy_read) = read(project, Side::Legacy, spill.as_ref(), listener)?;
    let (new, new_read) = read(project, Side::New, spill.as_ref(), listener)?;
    room::is_whole(spill.as_ref())?;
    let reads = Reads { legacy: legacy_read, new: new_read };
    let rows = records(&legacy) + records(&new);
    let digests = if gate::could_be_same(&legacy, &new) {
        rayon::join(|| gate::content_digest(&legacy), || gate::content_digest(&new))
    } else {
        Default::default()
    };
    let same_extract = gate::same_extract(&reads.legacy.files, &reads.new.files, (&digests.0, &digests.1));
    listener.passed("same extract?", rows);
    Ok(Sides { reads, legacy, new, same_extract })
}

/// The temporary file for rows that would not fit into the memory that the project may use; `None` when they fit.
///
/// # Errors
/// When the file can not be made.
pub fn room_for(project: &Project) -> Result<Option<Arc<Spill>>, Error> {
    room::room(project, bytes(project, room::weight))
}

fn read(
    project: &Project,
    side: Side,
    spill: Option<&Arc<Spill>>,
    listener: &dyn Listener,
) -> Result<(Dataset, SideRead), Error> {
    let spec = project.side(side);
    let tables = read::tables(&spec.mapping, &spec.root, spill, listener)?;
    let records = tables.iter().map(|t| t.accounting.records).sum();
    listener.passed("read", records);
    let (dataset, read) = read::map(side, &spec.mapping, tables)?;
    listener.passed("map", records);
    let text = format!("{side}: {} files, {records} records, {} rejected", read.files.len(), read.rejects.len());
    listener.done("read", &text);
    Ok((dataset, read))
}

/// A size of all files of both sides; what can not be found is said by the reader.
fn bytes(project: &Project, size: impl Fn(&extract::FoundFile) -> u64) -> u64 {
    [Side::Legacy, Side::New]
        .into_iter()
        .flat_map(|side| {
            let spec = project.side(side);
            spec.mapping.layouts().into_iter().filter_map(|layout| extract::find_files(&spec.root, &layout).ok())
        })
        .flatten()
        .map(|file| size(&file))
        .sum()
}

fn records(dataset: &Dataset) -> u64 {
    Entity::ALL.into_iter().filter_map(|e| dataset.get(e)).map(|r| r.len() as u64).sum()
}
