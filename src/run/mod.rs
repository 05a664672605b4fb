//! The program on one screen: read, map, pair, check, decide, write.

mod accept;
mod again;
pub mod board;
mod cause_page;
mod causes;
mod compare;
mod convert;
mod drill;
mod drill_reasons;
mod drill_text;
mod evidence;
mod explain;
mod explain_policies;
mod formats;
mod last;
mod load;
mod measure;
mod method;
mod origins;
mod pack_hash;
mod past;
mod private_folder;
mod probe;
pub mod purge;
mod read;
mod readers;
mod room;
mod school_names;
mod spelled;
mod stale;
mod summarize;
mod write;

use std::collections::BTreeMap;

pub use again::{Again, again, overrides};
pub use cause_page::cause_page;
pub use causes::{in_words as causes_in_words, of_findings as causes_of_findings, seek as seek_causes};
pub use compare::{Comparison, Listener, Quiet, Reads, Sides, compare, read_sides, room_for};
pub use convert::{check_settings, criteria, decided_from, match_rules, policies, waiver_rules, waivers};
pub use drill::{Drill, Fate, Outcome, drill};
pub use evidence::evidence;
pub use explain::{school, sheet};
pub use explain_policies::explain_policies;
pub use formats::schema_of;
pub use last::from_last_run;
pub use load::load;
pub use method::configuration_hash;
pub use pack_hash::pack_hashes;
pub use past::history_folder;
pub use private_folder::{PrivateFolder, remove_private_folders};
pub use read::{Balance, SideRead, TableRead, read_side};
pub use readers::{Reader, privacy_of, readers, views};
pub use room::{LEAST as LEAST_MEMORY, is_whole};
pub use spelled::Spelled;
pub use stale::{changed_files, changed_since, measured_file, waivers_hash};
pub use summarize::add_decision;
pub use write::{Written, answers_folder};

use crate::canonical::Entity;
use crate::error::Error;
use crate::finding::Findings;
use crate::gate::{self, Criteria, Decision, EntityCoverage, FindingCounts, Measured, WaiverCounts};
use crate::history::{Clock, History, verdict_file};
use crate::policy::Policies;
use crate::project::Project;
use crate::reconcile::Reconciliation;
use crate::report::Summary;
use crate::report::summary::Tally;

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

/// A finished run.
#[derive(Debug)]
pub struct Run {
    /// Every number that reports show.
    pub summary: Summary,
    /// The gate's answer.
    pub decision: Decision,
    /// What was written where.
    pub written: Written,
}

/// The whole run: compares, writes what schools and reports need, records, decides, and publishes the run's folder in
/// one step.
///
/// # Errors
/// When an input is unusable or an output can not be written; the last complete run then stays as it is.
pub fn run(project: &Project, clock: &Clock, listener: &dyn Listener) -> Result<Run, Error> {
    run_of(project, clock, listener, &|policies| compare(project, policies, listener))
}

/// How both sides get compared: here, or from what others have compared.
pub type Comparing<'a> = &'a dyn Fn(&Policies) -> Result<Comparison, Error>;

/// The whole run, with both sides compared in a given way.
///
/// # Errors
/// As [`run`].
pub fn run_of(project: &Project, clock: &Clock, listener: &dyn Listener, how: Comparing<'_>) -> Result<Run, Error> {
    let (policies, waivers) = (convert::policies(project)?, convert::waivers(project)?);
    let now = clock.now();
    let mut history = History::open(&history_folder(project), clock.clone())?;
    let id = history.new_run_id(&project.label)?;
    let mut folder = write::Folder::create(project, &history, &id)?;

    let comparison = how(&policies)?;
    let mut spelled = Spelled::new(&comparison.reconciliation, &comparison.findings, &project.label);
    let causes = causes::explain(project, &policies, &comparison, &mut spelled);
    let found = comparison.findings.rows.len() as u64;
    listener.passed("causes", found);
    let accepted = accept::accept(&comparison, &mut spelled, &waivers, &now);
    listener.passed("waivers", found);
    let earlier = past::earlier(project, &history, &comparison, &mut spelled)?;
    listener.passed("earlier runs", found);
    let mut tally = Tally::new();
    let counts = folder.findings(project, &spelled, &mut tally)?;
    let totals = measure::control_lines(&comparison);
    folder.tables(&tally, &comparison.reads, &totals)?;
    listener.passed("findings", found);
    let criteria = convert::criteria(project);
    let coverage = measure::coverage(project, &comparison, &criteria);
    let judged =
        Judged { reconciliation: &comparison.reconciliation, findings: &comparison.findings, coverage: &coverage };
    let mut summary = summarize::summarize(project, &comparison.reads, &judged, tally, &now);
    (summary.run.id, summary.waivers) = (id.clone(), accepted.lines.clone());
    summary.causes = causes::lines(&causes, &counts.open);
    past::tell(project, &mut summary, &earlier, &history)?;
    listener.passed("summary", found);
    folder.packs(project, &spelled.in_words(), &mut summary)?;
    folder.causes(&causes)?;
    listener.passed("packs", found);
    let mut measured = measure_all(project, &comparison, &criteria, (counts, coverage), accepted);
    measured.today = Some(now.date());
    measured.control_totals = Some(gate::measure::control_totals(&totals));
    measured.causes = causes::counts(&causes, &comparison.reconciliation, &comparison.findings, &spelled);
    past::measure(project, &comparison, &earlier, &mut measured);
    again::papers(project, &history, &summary, folder.place(), &mut measured)?;
    measured.calibration = measure::calibration(&comparison.policies, &comparison.reconciliation);
    listener.passed("measure", found);
    measured.sensitivity = Some(probe::probe(project, &policies, &comparison, &criteria, &waivers, &now));
    listener.passed("probe", 0);
    measured.inputs_changed = changed_since(project, &summary);
    let receipt = past::record(project, &mut history, &now, &summary, &comparison, &spelled)?;
    measured.history = Some(receipt.clone());
    listener.passed("history", found);
    let decision = gate::decide(&measured, &criteria);
    let chain = history.decide(&id, &decision)?;
    summarize::add_sensitivity(&mut summary, measured.sensitivity.as_ref());
    let from = convert::decided_from(project, &summary, &now);
    summarize::add_decision(&mut summary, &decision, from);
    let verdict = verdict_file(&id, receipt.findings(), &project.label, &now, &decision, &chain);
    let written = folder.publish(project, &mut summary, &measured, &verdict)?;
    listener.done("written", &written.folder.display().to_string());
    listener.passed("publish", found);
    Ok(Run { summary, decision, written })
}

fn measure_all(
    project: &Project,
    comparison: &Comparison,
    criteria: &Criteria,
    (findings, coverage): (FindingCounts, BTreeMap<Entity, EntityCoverage>),
    accepted: accept::Accepted,
) -> Measured {
    let run = &comparison.reconciliation;
    let issues: Vec<_> = comparison.reads.sides().flat_map(|(_, r)| &r.issues).collect();
    let [legacy, new] = accepted.rejected;
    let reads = &comparison.reads;
    let mut measured = Measured {
        legacy: measure::side_input(&project.legacy, &reads.legacy, measure::schools(&run.legacy), legacy),
        new: measure::side_input(&project.new, &reads.new, measure::schools(&run.new), new),
        same_extract: comparison.same_extract.clone(),
        matching: gate::measure::matching(run),
        checks: measure::check_counts(project, &comparison.findings, criteria, run),
        findings,
        waivers: WaiverCounts { file_blake3: waivers_hash(project), ..accepted.counts },
        coverage,
        unmapped_codes: measure::unmapped_codes(&issues),
        gpa_equal: measure::gpa_equal(run, &comparison.findings),
        policies: project.policies.gpa.keys().cloned().collect(),
        ..Measured::default()
    };
    measure::damaged_alike(&mut measured);
    measured
}
