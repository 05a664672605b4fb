//! `rollproof demo`: an invented migration of four rehearsals, for a first try.

use std::path::PathBuf;

use clap::Args;

use super::{Console, Global};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::synth;

/// Write an invented migration with four rehearsals, for a first try
#[derive(Debug, Args)]
pub struct DemoCommand {
    /// A folder that does not exist yet
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

impl DemoCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the folder exists or can not be written.
    pub fn execute(&self, _global: &Global, console: &Console) -> Result<ExitCode, Error> {
        if self.folder.exists() {
            return Err(Error::Usage {
                what: format!("{} exists already", self.folder.display()),
                fix: "name a folder that does not exist yet".into(),
            });
        }
        synth::write_demo(&self.folder)?;
        console.answer(&format!("written: {}", self.folder.display()))?;
        console.hint(&format!("next: rollproof run -C {} --label R1 --gate", self.folder.display()));
        Ok(ExitCode::Success)
    }
}
