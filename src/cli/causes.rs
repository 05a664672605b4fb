//! `rollproof causes`: the few reasons behind the many findings.

use clap::Args;

use super::{Console, Global, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::run::Quiet;

/// Name the few causes behind the findings, each with its proof and where to repair it
#[derive(Debug, Args)]
pub struct CausesCommand {
    /// Show one cause in full
    #[arg(value_name = "NUMBER")]
    pub number: Option<u32>,
    /// Name of the run (default: the project's rehearsal)
    #[arg(long, env = "ROLLPROOF_LABEL", value_name = "LABEL")]
    pub label: Option<String>,
}

impl CausesCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the project or an input is unusable, or there is no cause of that number.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, self.label.as_deref())?;
        let policies = crate::run::policies(&project)?;
        let comparison = crate::run::compare(&project, &policies, &Quiet)?;
        let causes = crate::run::seek_causes(&project, &comparison.reconciliation, &comparison.findings);
        let text = match self.number {
            None => causes.list(),
            Some(number) => match causes.causes.iter().find(|c| c.number == number) {
                Some(cause) => cause.page(),
                None => {
                    let what = format!("there is no cause {number}; the run has {}", causes.causes.len());
                    return Err(Error::Usage { what, fix: "`rollproof causes` lists them".into() });
                }
            },
        };
        let lines: Vec<String> = text.lines().map(|l| crate::report::visible(l).into_owned()).collect();
        console.answer(&lines.join("\n"))?;
        Ok(ExitCode::Success)
    }
}
