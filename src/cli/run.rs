//! `rollproof run`: reads, compares, writes every school's pack, and with `--gate` also decides.

use std::path::PathBuf;

use clap::Args;

use super::progress::Reading;
use super::timings::Timings;
use super::{Console, FormatChoice, Global, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::extract::Progress;
use crate::report::terminal::{self, Look};
use crate::report::{Summary, json};
use crate::run::{Listener, Run};
use crate::shard::{self, Shard};

/// Compare both systems and write every school's mismatch file
///
/// Reads both sides of the project, maps them, pairs students and their records, checks every pair and writes
/// findings.csv, one pack per school, rejects.csv, summary.json and verdict.json to the run's folder.
/// Without --gate the command succeeds whatever it finds; with --gate it ends in GO (0), NO-GO (1) or
/// CANNOT DECIDE (3, 4, 5).
#[derive(Debug, Args)]
pub struct RunCommand {
    /// Name of this run (default: the project's rehearsal)
    #[arg(long, env = "ROLLPROOF_LABEL", value_name = "LABEL")]
    pub label: Option<String>,
    /// Also decide: print the gate and end with its exit code
    #[arg(long, env = "ROLLPROOF_GATE")]
    pub gate: bool,
    /// Compare only a shard of a partition (see `rollproof partition`): 3/8 is the third of eight. Its answer is
    /// written into the partition; nothing is decided. May run on any machine, and again
    #[arg(long, env = "ROLLPROOF_SHARD", value_name = "I/N", requires = "partition", conflicts_with = "gate")]
    pub shard: Option<Shard>,
    /// The partition that the shard belongs to
    #[arg(long, env = "ROLLPROOF_PARTITION", value_name = "FOLDER", requires = "shard")]
    pub partition: Option<PathBuf>,
    /// Say on standard error where the time went, stage by stage, with rows a second and the peak of memory
    #[arg(long, env = "ROLLPROOF_TIMINGS")]
    pub timings: bool,
}

impl RunCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the project, an input or an output is unusable.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, self.label.as_deref())?;
        if let (Some(shard), Some(folder)) = (self.shard, &self.partition) {
            let answer = watched(console, self.timings, |listener| shard::work(&project, folder, shard, listener))?;
            let (students, findings) = (answer.students, answer.findings);
            console.answer(&format!("shard {shard}: {students} students compared, {findings} findings\n"))?;
            console.hint(&format!("written to {}", answer.file.display()));
            return Ok(ExitCode::Success);
        }
        let clock = super::clock::clock(&project);
        let run = watched(console, self.timings, |listener| crate::run::run(&project, &clock, listener))?;
        End { gate: self.gate }.of(&run, global, console)
    }
}

/// Does something that takes a while, and tells how far it is.
pub(super) fn watched<T>(
    console: &Console,
    timings: bool,
    work: impl FnOnce(&dyn Listener) -> Result<T, Error>,
) -> Result<T, Error> {
    let listener = Steps { console, reading: Reading::new(console), timings: Timings::start() };
    let done = work(&listener);
    listener.reading.finish();
    let done = done?;
    if timings {
        console.say(&listener.timings.table());
    }
    Ok(done)
}

/// How a finished run is told.
pub(super) struct End {
    /// Print the gate and end with its code.
    pub(super) gate: bool,
}

impl End {
    /// Prints the run and says how the process ends.
    pub(super) fn of(&self, run: &Run, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        self.print(run, global, console)?;
        super::ci::tell(&run.summary, self.gate, console)?;
        for (at, new) in run.written.beside.iter().enumerate() {
            let new = run.written.folder.join(new);
            let name = new.file_name().map_or_else(String::new, |n| n.to_string_lossy().replacen("~new", "", 1));
            let error = Error::open_elsewhere(&new.with_file_name(name), &new);
            if at + 1 == run.written.beside.len() {
                return Err(error);
            }
            console.error(&error);
        }
        Ok(if self.gate { run.decision.exit_code() } else { ExitCode::Success })
    }

    fn print(&self, run: &Run, global: &Global, console: &Console) -> Result<(), Error> {
        let summary = &run.summary;
        if global.format == FormatChoice::Json {
            return console.answer(&json::summary_json(summary)?);
        }
        let look = look(console);
        let mut text = terminal::run_summary(summary, look);
        if self.gate {
            text.push('\n');
            text.push_str(&terminal::gate_screen(summary, look, false));
        }
        console.answer(&text)?;
        console.hint(&format!("written to {}", run.written.folder.display()));
        console.hint(&terminal::next_line(summary, look));
        Ok(())
    }
}

/// How terminal screens look here.
#[must_use]
pub fn look(console: &Console) -> Look {
    Look { width: console.width(), color: console.colored(), ascii: console.ascii }
}

/// The verdict of a summary, for commands that show it again.
#[must_use]
pub fn gate_text(summary: &Summary, console: &Console, all: bool) -> String {
    terminal::gate_screen(summary, look(console), all)
}

/// Tells the person at the terminal what is done.
struct Steps<'a> {
    console: &'a Console,
    reading: Reading<'a>,
    timings: Timings,
}

impl Progress for Steps<'_> {
    fn bytes_read(&self, file: &str, done: u64, total: u64) {
        self.reading.bytes_read(file, done, total);
    }

    fn bytes_expected(&self, total: u64) {
        self.reading.bytes_expected(total);
    }
}

impl Listener for Steps<'_> {
    fn done(&self, stage: &str, text: &str) {
        self.reading.above(|| self.console.hint(&format!("{stage:<9} {text}")));
    }

    fn passed(&self, part: &'static str, rows: u64) {
        self.timings.passed(part, rows);
    }
}
