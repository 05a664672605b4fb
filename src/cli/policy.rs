//! `rollproof policy`: what a policy file says, and the working of one transcript, for a registrar who writes one.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};

use super::{Console, Global};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::policy::command::{self, PolicyFile};

/// Check a GPA or graduation policy, or try it on a transcript
#[derive(Debug, Args)]
pub struct PolicyCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Say what a policy file means, or everything that is wrong in it
    Check {
        /// A policy file, or the name of a shipped policy
        #[arg(value_name = "FILE")]
        policy: PathBuf,
    },
    /// Show the working for every student of a CSV transcript
    Try {
        /// A policy file, or the name of a shipped policy
        #[arg(value_name = "FILE")]
        policy: PathBuf,
        /// A CSV file with the columns of canonical transcript rows
        #[arg(long, value_name = "CSV")]
        transcript: PathBuf,
    },
}

impl PolicyCommand {
    /// Does it.
    ///
    /// # Errors
    /// Every mistake in the policy, or every line of the transcript that can not be read.
    pub fn execute(&self, _global: &Global, console: &Console) -> Result<ExitCode, Error> {
        match &self.action {
            Action::Check { policy } => console.answer(&command::describe(&read(policy)?))?,
            Action::Try { policy, transcript } => {
                let file = read(policy)?;
                let csv = std::fs::read(transcript).map_err(|e| Error::read(transcript, e))?;
                let name = transcript.display().to_string();
                let text = command::try_on(&file, &name, &csv).map_err(|lines| Error::Input {
                    path: transcript.clone(),
                    what: lines.join("\n  "),
                    fix: "write the columns as docs/policy.md lists them".into(),
                    source: None,
                })?;
                console.answer(&text)?;
            }
        }
        Ok(ExitCode::Success)
    }
}

fn read(path: &Path) -> Result<PolicyFile, Error> {
    let shipped = path.to_str().and_then(command::bundled).filter(|_| !path.exists());
    let text = match shipped {
        Some(text) => text.to_owned(),
        None => std::fs::read_to_string(path).map_err(|e| Error::read(path, e))?,
    };
    command::read(path, &text).map_err(Error::Project)
}
