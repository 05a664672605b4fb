//! `rollproof merge`: one run of the answers of all shards, as if one machine had made it.

use std::path::PathBuf;

use clap::Args;

use super::run::{End, watched};
use super::{Console, Global, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::shard;

/// Make one run of the answers of all shards of a partition
///
/// Holds every answer against the partition, the project and the exports, puts the records back where they stood, runs
/// what needs all students (rosters, control totals, ranks, doubles, causes), and writes what `rollproof run` writes, byte
/// for byte. A missing, foreign or damaged answer ends the command (3); it never counts as "no differences".
#[derive(Debug, Args)]
pub struct MergeCommand {
    /// The partition
    #[arg(long, env = "ROLLPROOF_PARTITION", value_name = "FOLDER")]
    pub partition: PathBuf,
    /// Name of this run (default: the project's rehearsal)
    #[arg(long, env = "ROLLPROOF_LABEL", value_name = "LABEL")]
    pub label: Option<String>,
    /// Also decide: print the gate and end with its exit code
    #[arg(long, env = "ROLLPROOF_GATE")]
    pub gate: bool,
    /// Say on standard error where the time went
    #[arg(long, env = "ROLLPROOF_TIMINGS")]
    pub timings: bool,
}

impl MergeCommand {
    /// Does it.
    ///
    /// # Errors
    /// When an answer is missing or not of this partition, or the project, an input or an output is unusable.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, self.label.as_deref())?;
        let clock = super::clock::clock(&project);
        let run = watched(console, self.timings, |listener| shard::merge(&project, &self.partition, &clock, listener))?;
        End { gate: self.gate }.of(&run, global, console)
    }
}
