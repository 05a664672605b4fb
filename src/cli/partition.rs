//! `rollproof partition`: cuts both sides into shards that any machine can compare.

use std::path::PathBuf;

use clap::Args;

use super::run::watched;
use super::{Console, Global, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::shard;

/// Cut both systems' exports into shards that other machines compare
///
/// Reads, maps and pairs both sides once and writes every student's records, with all that they need, as Parquet below
/// a new folder. Then `rollproof run --shard I/N --partition FOLDER` compares one shard, on any machine that sees the
/// folder and the project, and `rollproof merge --partition FOLDER` makes the run of all answers: the same bytes as a
/// single run. docs/scale-out.md has drivers for a shell, SLURM, Kubernetes and Spark.
/// The folder holds student data in files that only you may read; remove it after the merge.
#[derive(Debug, Args)]
pub struct PartitionCommand {
    /// How many shards; about 100,000 students each need little memory
    #[arg(long, env = "ROLLPROOF_SHARDS", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=99_999))]
    pub shards: u32,
    /// A new or empty folder
    #[arg(long, env = "ROLLPROOF_PARTITION", value_name = "FOLDER")]
    pub to: PathBuf,
    /// Say on standard error where the time went
    #[arg(long, env = "ROLLPROOF_TIMINGS")]
    pub timings: bool,
}

impl PartitionCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the project or an input is unusable, or the folder is not empty or can not be written.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, None)?;
        let made =
            watched(console, self.timings, |listener| shard::partition(&project, self.shards, &self.to, listener))?;
        let rows = &made.manifest.rows;
        let (least, most) = (rows.iter().min().copied().unwrap_or(0), rows.iter().max().copied().unwrap_or(0));
        let students = made.manifest.ends.last().copied().unwrap_or(0);
        let shards = made.manifest.shards();
        console.answer(&format!("{shards} shards: {students} students, {least} to {most} records each\n"))?;
        let folder = made.folder.display();
        console.hint(&format!("written to {folder}"));
        console.hint(&format!("next: rollproof run --shard 1/{shards} --partition {folder}, … then rollproof merge"));
        Ok(ExitCode::Success)
    }
}
