//! `rollproof gate`: decides again from the last complete run, and refuses one that is stale.

use clap::Args;

use super::{Console, FormatChoice, Global, project, run};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::gate::{Criteria, decide};
use crate::history::History;
use crate::report::json;

/// Say GO, NO-GO or CANNOT DECIDE from the last complete run
///
/// Compares nothing again, but makes sure that the run is complete and that inputs and settings are still the ones
/// that it was made from. Ends in GO (0), NO-GO (1) or CANNOT DECIDE (3, 4, 5).
#[derive(Debug, Args)]
pub struct GateCommand {
    /// Name of the run (default: the project's rehearsal)
    #[arg(value_name = "RUN")]
    pub label: Option<String>,
    /// Show every condition, also those that pass
    #[arg(long)]
    pub all: bool,
}

impl GateCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no complete run of that name.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, self.label.as_deref())?;
        let folder = project.outputs.folder.join(&project.label);
        let (mut summary, mut measured) = crate::run::measured_file(&folder)?;
        let clock = super::clock::clock(&project);
        let now = clock.now();
        let mut history = History::open(&crate::run::history_folder(&project), clock)?;
        measured.today = Some(now.date());
        measured.inputs_changed = crate::run::changed_since(&project, &summary);
        if crate::run::waivers_hash(&project) != measured.waivers.file_blake3 {
            measured.inputs_changed.push("the waiver file".into());
        }
        if history.find(&summary.run.id)?.project_hash != crate::run::configuration_hash(&project) {
            measured.inputs_changed.push("project, mapping, crosswalk or policy files".into());
        }
        measured.signoffs = Some(history.signoffs(&crate::run::pack_hashes(&summary, &folder)?)?);
        measured.history = history.receipt(&summary.run.id)?;
        measured.drill = history.drill(&crate::run::configuration_hash(&project))?;
        let criteria: Criteria = crate::run::criteria(&project);
        let decision = decide(&measured, &criteria);
        history.decide(&summary.run.id, &decision)?;
        let from = crate::run::decided_from(&project, &summary, &now);
        crate::run::add_decision(&mut summary, &decision, from);
        match global.format {
            FormatChoice::Json => console.answer(&json::summary_json(&summary)?)?,
            FormatChoice::Text => console.answer(&run::gate_text(&summary, console, self.all))?,
        }
        Ok(decision.exit_code())
    }
}
