//! `rollproof gate`: decides again from the last complete run, and refuses one that is stale.

use std::path::Path;

use clap::Args;
use serde::Deserialize;

use super::{Console, FormatChoice, Global, project, run};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::gate::{Criteria, Measured, decide};
use crate::project::Project;
use crate::report::{Summary, json};

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

#[derive(Debug, Deserialize)]
struct MeasuredFile {
    measured: Measured,
}

impl GateCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no complete run of that name.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, self.label.as_deref())?;
        let folder = project.outputs.folder.join(&project.label);
        let mut summary: Summary = read(&folder.join("summary.json"))?;
        let MeasuredFile { mut measured } = read(&folder.join("measured.json"))?;
        let now = super::clock::now(&project.migration.timezone);
        measured.today = Some(now.date());
        measured.inputs_changed = crate::run::changed_since(&project, &summary);
        measured.history = crate::run::history_receipt(&project, &summary)?;
        let criteria: Criteria = crate::run::criteria(&project);
        let decision = decide(&measured, &criteria);
        let from = crate::run::decided_from(&project, &summary, &now);
        crate::run::add_decision(&mut summary, &decision, from);
        match global.format {
            FormatChoice::Json => console.answer(&json::summary_json(&summary)?)?,
            FormatChoice::Text => console.answer(&run::gate_text(&summary, console, self.all))?,
        }
        Ok(decision.exit_code())
    }
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, Error> {
    let missing = |what: String| Error::Input {
        path: path.to_owned(),
        what,
        fix: "run `rollproof run` first; only a complete run can be decided".into(),
        source: None,
    };
    let text = std::fs::read_to_string(path).map_err(|e| missing(e.to_string()))?;
    serde_json::from_str(&text).map_err(|e| missing(format!("not written by this version: {e}")))
}

/// The label under which a project's run is looked for.
#[must_use]
pub fn label(project: &Project) -> &str {
    &project.label
}
