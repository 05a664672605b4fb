//! `rollproof drill`: faults of every known kind, planted into a private copy of the new exports.

use clap::Args;

use super::{Console, FormatChoice, Global, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::finding::FindingRow;
use crate::gate;
use crate::history::History;
use crate::report::FindingSource;
use crate::run::{Quiet, Spelled};
use crate::synth;

/// Prove on your own data which faults this project would have let through
///
/// Copies the new system's exports to a private place, plants each applicable fault class into the copy, compares, and
/// reports which faults the present mapping, matching and severities would have missed, with the fix. The
/// originals are only read; the copy is taken away. Ends with exit code 1 when a critical class goes unseen.
#[derive(Debug, Args)]
pub struct DrillCommand {
    /// Name of the run (default: the project's rehearsal)
    #[arg(long, env = "ROLLPROOF_LABEL", value_name = "LABEL")]
    pub label: Option<String>,
}

impl DrillCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the project, an input or the copy is unusable.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, self.label.as_deref())?;
        let policies = crate::run::policies(&project)?;
        let rows = |project: &crate::project::Project| -> Result<Vec<FindingRow>, Error> {
            let comparison = crate::run::compare(project, &policies, &Quiet)?;
            let spelled = Spelled::new(&comparison.reconciliation, &comparison.findings, &project.label);
            Ok((0..spelled.len()).map(|at| spelled.row(at)).collect())
        };
        console.hint("drill     comparing the exports as they are");
        let before = rows(&project)?;
        console.hint("drill     planting faults into a private copy and comparing again");
        let on_copy = |root: &std::path::Path| {
            let mut copy = project.clone();
            copy.new.root = root.to_owned();
            rows(&copy)
        };
        let drill = synth::drill(&project.legacy.mapping, &project.new.mapping, &project.new.root, &before, &on_copy)?;
        let blind = drill.unseen_critical().count();
        let planted = drill.board.classes.iter().filter(|c| c.planted > 0).count() as u64;
        let caught = planted - drill.let_through.len().min(planted as usize) as u64;
        let mut history = History::open(&crate::run::history_folder(&project), super::clock::clock(&project))?;
        history.record_drill(&crate::run::configuration_hash(&project), gate::Drill { planted, caught })?;
        match global.format {
            FormatChoice::Text => console.answer(&drill.text())?,
            FormatChoice::Json => {
                let list = |l: &[(synth::FaultClass, String)]| -> Vec<serde_json::Value> {
                    l.iter().map(|(c, why)| serde_json::json!({"class": c.name(), "why": why})).collect()
                };
                let value = serde_json::json!({
                    "planted_classes": planted, "caught_classes": caught,
                    "let_through": list(&drill.let_through), "not_planted": list(&drill.not_planted),
                });
                console.answer(&serde_json::to_string_pretty(&value).map_err(|e| Error::Bug(e.to_string()))?)?;
            }
        }
        Ok(if blind > 0 { ExitCode::NoGo } else { ExitCode::Success })
    }
}
