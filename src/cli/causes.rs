//! `rollproof causes`: the few reasons behind the many findings.

use clap::Args;

use super::{Console, Global, clock, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::project::Project;
use crate::report::visible;
use crate::run::Quiet;

/// Name the few causes behind the findings, each with its proof and where to repair it
///
/// With CAUSE, shows one cause in full: students, schools, samples, value pairs, proof, what follows from it, the lines
/// to repair, and how many findings it had in earlier rehearsals.
#[derive(Debug, Args)]
pub struct CausesCommand {
    /// Show one cause in full: its number, or its id, which is the same in every rehearsal
    #[arg(value_name = "CAUSE")]
    pub cause: Option<String>,
    /// List all students of the cause
    #[arg(long, requires = "cause")]
    pub all: bool,
    /// Name of the run (default: the project's rehearsal)
    #[arg(long, env = "ROLLPROOF_LABEL", value_name = "LABEL")]
    pub label: Option<String>,
}

impl CausesCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the project or an input is unusable, or there is no such cause.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, self.label.as_deref())?;
        show(&project, self.cause.as_deref(), self.all, console)
    }
}

/// Prints one cause, or the list of all.
pub(super) fn show(project: &Project, name: Option<&str>, all: bool, console: &Console) -> Result<ExitCode, Error> {
    let policies = crate::run::policies(project)?;
    let comparison = crate::run::compare(project, &policies, &Quiet)?;
    let causes = crate::run::seek_causes(project, &policies, &comparison.reconciliation, &comparison.findings);
    let text = match name {
        None => causes.list(),
        Some(name) => {
            let Some(cause) = causes.find(name) else {
                let what = format!("there is no cause {}; the run has {}", visible(name), causes.causes.len());
                return Err(Error::Usage { what, fix: "`rollproof causes` lists them".into() });
            };
            crate::run::cause_page(project, &comparison, &causes, cause, (all, &clock::clock(project)))?
        }
    };
    let lines: Vec<String> = text.lines().map(|l| visible(l).into_owned()).collect();
    console.answer(&lines.join("\n"))?;
    Ok(ExitCode::Success)
}
