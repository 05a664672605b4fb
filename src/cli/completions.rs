//! `rollproof completions` and `man`: made from the same definition as the help.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, Console, Global};
use crate::error::Error;
use crate::exit_code::ExitCode;

/// Print a completion script for a shell
#[derive(Debug, Args)]
pub struct CompletionsCommand {
    /// Which shell
    #[arg(value_enum)]
    pub shell: Shell,
}

impl CompletionsCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the answer can not be written.
    pub fn execute(&self, _global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let mut bytes = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "rollproof", &mut bytes);
        let text = String::from_utf8(bytes).map_err(|e| Error::Bug(e.to_string()))?;
        console.answer(&text)?;
        Ok(ExitCode::Success)
    }
}

/// Print the manual page
#[derive(Debug, Args)]
pub struct ManCommand {}

impl ManCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the answer can not be written.
    pub fn execute(&self, _global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let mut bytes = Vec::new();
        clap_mangen::Man::new(Cli::command()).render(&mut bytes).map_err(|e| Error::Bug(e.to_string()))?;
        let text = String::from_utf8(bytes).map_err(|e| Error::Bug(e.to_string()))?;
        console.answer(&text)?;
        Ok(ExitCode::Success)
    }
}
