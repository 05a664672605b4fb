//! The program on one screen: read, map, pair, check, decide, write.

mod convert;
mod explain;
mod measure;
mod read;
mod spelled;
mod summarize;
mod write;

use std::collections::BTreeMap;

use jiff::ZonedDateTime;

pub use explain::sheet;
pub use read::{Balance, SideRead, TableRead, read_side};
pub use spelled::Spelled;
pub use write::Written;

use crate::canonical::{Dataset, Entity, Side};
use crate::checks;
use crate::error::Error;
use crate::extract::Progress;
use crate::finding::Findings;
use crate::gate::{self, Criteria, Decision, EntityCoverage, Measured};
use crate::policy::Policies;
use crate::project::Project;
use crate::reconcile::{self, Reconciliation};
use crate::report::Summary;
use crate::report::summary::Tally;

/// Who hears how far a run is.
pub trait Listener: Progress {
    /// A stage is done; `text` is one line for people.
    fn done(&self, stage: &str, text: &str);
}

/// What reading both sides said.
#[derive(Debug)]
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

/// Both sides, paired and checked.
#[derive(Debug, Clone, Copy)]
pub struct Judged<'a> {
    /// The pairs.
    pub reconciliation: &'a Reconciliation,
    /// What the checks say.
    pub findings: &'a Findings,
    /// What became of the rows of every kind of record.
    pub coverage: &'a BTreeMap<Entity, EntityCoverage>,
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
}

/// A finished run.
#[derive(Debug)]
pub struct Run {
    /// Both sides, compared.
    pub comparison: Comparison,
    /// Every number that reports show.
    pub summary: Summary,
    /// The gate's answer.
    pub decision: Decision,
    /// What was written where.
    pub written: Written,
}

/// Reads, maps, pairs and checks both sides of a project.
///
/// # Errors
/// When an input is unusable.
pub fn compare(project: &Project, policies: &Policies, listener: &dyn Listener) -> Result<Comparison, Error> {
    let (legacy, legacy_read) = read(project, Side::Legacy, listener)?;
    let (new, new_read) = read(project, Side::New, listener)?;
    let reads = Reads { legacy: legacy_read, new: new_read };
    let digests = (gate::content_digest(&legacy), gate::content_digest(&new));
    let same_extract = gate::same_extract(&reads.legacy.files, &reads.new.files, (&digests.0, &digests.1));
    let reconciliation = reconcile::reconcile(legacy, new, &convert::match_rules(project));
    let matching = &reconciliation.matching;
    listener.done("matched", &format!("{} of {} students", matching.paired, matching.legacy));
    let findings = checks::run_all(&reconciliation, policies, &convert::check_settings(project));
    listener.done("compared", &format!("{} findings", findings.rows.len()));
    Ok(Comparison { reads, reconciliation, findings, same_extract })
}

fn read(project: &Project, side: Side, listener: &dyn Listener) -> Result<(Dataset, SideRead), Error> {
    let spec = project.side(side);
    let (dataset, read) = read_side(side, &spec.mapping, &spec.root, listener)?;
    let records: u64 = read.tables.iter().map(|t| t.accounting.records).sum();
    listener.done(
        "read",
        &format!("{side}: {} files, {records} records, {} rejected", read.files.len(), read.rejects.len()),
    );
    Ok((dataset, read))
}

/// The whole run: compares, writes what schools and reports need, decides, and publishes the run's folder in one step.
///
/// # Errors
/// When an input is unusable or an output can not be written; the last complete run then stays as it is.
pub fn run(project: &Project, now: &ZonedDateTime, listener: &dyn Listener) -> Result<Run, Error> {
    let policies = convert::policies(project)?;
    let comparison = compare(project, &policies, listener)?;
    let spelled = Spelled::new(&comparison.reconciliation, &comparison.findings);
    let mut folder = write::Folder::create(project)?;
    let mut tally = Tally::new();
    let counts = folder.findings(&spelled, &mut tally)?;
    folder.rejects(&comparison.reads)?;
    let criteria = convert::criteria(project);
    let coverage = gate::coverage(&comparison.reconciliation, &criteria);
    let judged =
        Judged { reconciliation: &comparison.reconciliation, findings: &comparison.findings, coverage: &coverage };
    let mut summary = summarize::summarize(project, &comparison.reads, &judged, tally, now);
    folder.packs(project, &spelled, &mut summary)?;
    let mut measured = measure_all(project, &comparison, &criteria, counts, now);
    measured.coverage.clone_from(&coverage);
    let decision = gate::decide(&measured, &criteria);
    summarize::add_sensitivity(&mut summary, measured.sensitivity.as_ref());
    summarize::add_decision(&mut summary, &decision, convert::decided_from(project, &summary, now));
    let written = folder.publish(&mut summary, &measured, &criteria)?;
    drop(spelled);
    listener.done("written", &written.folder.display().to_string());
    Ok(Run { comparison, summary, decision, written })
}

fn measure_all(
    project: &Project,
    comparison: &Comparison,
    criteria: &Criteria,
    findings: gate::FindingCounts,
    now: &ZonedDateTime,
) -> Measured {
    let run = &comparison.reconciliation;
    let issues: Vec<_> = comparison.reads.sides().flat_map(|(_, r)| &r.issues).collect();
    Measured {
        today: Some(now.date()),
        legacy: measure::side_input(&project.legacy, &comparison.reads.legacy, measure::schools(&run.legacy)),
        new: measure::side_input(&project.new, &comparison.reads.new, measure::schools(&run.new)),
        same_extract: comparison.same_extract.clone(),
        matching: gate::matching(run),
        control_totals: Some(gate::control_totals(run, &gate::Explained::by(&comparison.findings))),
        checks: measure::check_counts(project, &comparison.findings, criteria, run),
        findings,
        unmapped_codes: measure::unmapped_codes(&issues),
        gpa_equal: measure::gpa_equal(run, &comparison.findings),
        policies: project.policies.gpa.keys().cloned().collect(),
        ..Measured::default()
    }
}
