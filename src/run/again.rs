//! The gate asked again: what the last complete run measured, with what changed since.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::ZonedDateTime;

use super::{changed_since, configuration_hash, convert, measured_file, pack_hashes, summarize, waivers_hash};
use crate::error::Error;
use crate::gate::{Criteria, Decision, HistoryReceipt, Measured, decide};
use crate::history::{History, Recorded, replace_verdict, verdict_file};
use crate::project::Project;
use crate::report::Summary;
use crate::report::summary::OverrideLine;

/// A run that is decided on again.
#[derive(Debug)]
pub struct Again {
    /// Its numbers, with the new answer.
    pub summary: Summary,
    /// What it measured, with what changed since.
    pub measured: Measured,
    /// What is demanded now.
    pub criteria: Criteria,
    /// The answer of today.
    pub decision: Decision,
    receipt: Option<HistoryReceipt>,
}

/// Drill and sign-offs as they stand, for a run whose findings lie in a folder.
///
/// # Errors
/// When the history or the findings can not be read.
pub fn papers(
    project: &Project,
    history: &History,
    summary: &Summary,
    folder: &Path,
    measured: &mut Measured,
) -> Result<(), Error> {
    measured.drill = history.drill(&configuration_hash(project))?;
    measured.signoffs = Some(history.signoffs(&pack_hashes(summary, folder)?)?);
    Ok(())
}

/// Every override on record, of this run and of earlier ones: once given, it is told for ever.
///
/// # Errors
/// When the history can not be read.
pub fn overrides(history: &History) -> Result<Vec<OverrideLine>, Error> {
    let label = |run: &str| history.find(run).map_or_else(|_| run.to_owned(), |r| r.label);
    let line = |r: Recorded| OverrideLine {
        label: label(&r.given.run),
        run: r.given.run,
        by: r.given.by,
        at: r.at.chars().take(16).collect(),
        expires: r.given.expires.to_string(),
        reason: r.given.reason,
        checks: r.given.checks.into_iter().collect(),
        codes: r.given.codes,
        key: r.key,
        holds: r.holds,
    };
    Ok(history.overrides()?.into_iter().map(line).collect())
}

/// Decides again from the last complete run of the project's label.
///
/// # Errors
/// When there is no complete run, or the history can not be read.
pub fn again(project: &Project, history: &History, now: &ZonedDateTime) -> Result<Again, Error> {
    let folder = project.outputs.folder.join(&project.label);
    history.restore(&folder)?;
    let (mut summary, mut measured) = measured_file(&folder)?;
    measured.today = Some(now.date());
    measured.inputs_changed = changed_since(project, &summary);
    if waivers_hash(project) != measured.waivers.file_blake3 {
        measured.inputs_changed.push("the waiver file".into());
    }
    if history.find(&summary.run.id)?.project_hash != configuration_hash(project) {
        measured.inputs_changed.push("project, mapping, crosswalk or policy files".into());
    }
    papers(project, history, &summary, &folder, &mut measured)?;
    let receipt = history.receipt(&summary.run.id)?;
    measured.history.clone_from(&receipt);
    let criteria = convert::criteria(project);
    let decision = decide(&measured, &criteria);
    summary.overrides = overrides(history)?;
    let from = convert::decided_from(project, &summary, now);
    summarize::add_decision(&mut summary, &decision, from);
    Ok(Again { summary, measured, criteria, decision, receipt })
}

impl Again {
    /// The answer as of the end of a later day: waivers may have ended by then, extracts may be too old.
    #[must_use]
    pub fn as_of(&self, day: jiff::civil::Date) -> Decision {
        decide(&Measured { today: Some(day), ..self.measured.clone() }, &self.criteria)
    }

    /// Open findings that the gate counts, by check.
    #[must_use]
    pub fn open_by_check(&self) -> BTreeMap<String, u64> {
        let counted = |open: &crate::report::summary::SeverityCounts| {
            open.gated + if self.criteria.minor.is_some() { open.minor } else { 0 }
        };
        let open = self.summary.checks.iter().map(|c| (c.check.clone(), counted(&c.open)));
        open.filter(|(_, n)| *n > 0).collect()
    }

    /// Puts the answer on record and into the run's `verdict.json`.
    ///
    /// # Errors
    /// When it can not be written; the answer must then not be given.
    pub fn record(&self, project: &Project, history: &mut History, now: &ZonedDateTime) -> Result<(), Error> {
        let run = &self.summary.run.id;
        let chain = history.decide(run, &self.decision)?;
        let findings = self.receipt.as_ref().map_or(0, HistoryReceipt::findings);
        let bytes = verdict_file(run, findings, &project.label, now, &self.decision, &chain);
        replace_verdict(&project.outputs.folder.join(&project.label), &bytes)
    }
}
