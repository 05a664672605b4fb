//! `rollproof rule`: what a check finds, why it matters, what to do.

use clap::Args;

use super::{Console, FormatChoice, Global};
use crate::checks;
use crate::diagnostic::nearest;
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Explain a check: what it finds, why it matters, what to do
#[derive(Debug, Args)]
pub struct RuleCommand {
    /// Name of the check, as findings show it; without it all are listed
    #[arg(value_name = "CHECK")]
    pub name: Option<String>,
}

impl RuleCommand {
    /// Does it.
    ///
    /// # Errors
    /// When no check has that name.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let Some(name) = &self.name else { return list(global, console) };
        let Some(page) = checks::page(name) else {
            let near = nearest(name, checks::names());
            let fix = near.map_or_else(
                || "`rollproof rule` lists all checks".to_owned(),
                |near| format!("did you mean `{near}`? `rollproof rule` lists all checks"),
            );
            return Err(Error::Usage { what: format!("no check is named `{name}`"), fix });
        };
        console.answer(&page)?;
        Ok(ExitCode::Success)
    }
}

fn list(global: &Global, console: &Console) -> Result<ExitCode, Error> {
    let metas = checks::ALL.iter().map(|c| c.meta());
    if global.format == FormatChoice::Json {
        let rows: Vec<_> = metas
            .map(
                |m| serde_json::json!({"name": m.name, "severity": m.severity, "area": m.entity, "summary": m.summary}),
            )
            .collect();
        let text = serde_json::to_string_pretty(&rows).map_err(|e| Error::Bug(e.to_string()))?;
        console.answer(&text)?;
        return Ok(ExitCode::Success);
    }
    let lines: Vec<String> = metas.map(|m| format!("{:<9} {:<32} {}", m.severity.name(), m.name, m.summary)).collect();
    console.answer(&lines.join("\n"))?;
    Ok(ExitCode::Success)
}
