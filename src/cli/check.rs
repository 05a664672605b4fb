//! `rollproof check`: every mistake in the project's files, without reading any data.

use clap::Args;

use super::{Console, Global, console, project};
use crate::diagnostic::Gravity;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Find every mistake in the project, mapping and crosswalk files
///
/// Reads no data. Errors end with exit code 2; warnings alone with 0.
#[derive(Debug, Args)]
pub struct CheckCommand {}

impl CheckCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no project.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let path = project::find(global)?;
        let found = match project::load_at(&path, None) {
            Ok(project) => project.warnings,
            Err(diagnostics) => diagnostics,
        };
        let text = console::render_diagnostics(&found, console.colored());
        let total = if found.is_empty() { "no mistakes found".to_owned() } else { console::diagnostics_total(&found) };
        console.answer(&format!("{text}{total}\n"))?;
        let errors = found.iter().any(|d| d.gravity == Gravity::Error);
        if !errors {
            console.hint("next: rollproof run --gate");
        }
        Ok(if errors { ExitCode::Usage } else { ExitCode::Success })
    }
}
