//! `rollproof runs`, `compare` and `trend`: what earlier rehearsals said, and what became of it.

use std::fmt::Write as _;

use clap::{Args, Subcommand};

use super::{Console, Global, clock, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::history::{History, Keep, Moved, estimate};

/// List, show or prune recorded runs
#[derive(Debug, Args)]
pub struct RunsCommand {
    #[command(subcommand)]
    action: RunsAction,
}

#[derive(Debug, Subcommand)]
enum RunsAction {
    /// All runs, oldest first
    List,
    /// One run
    Show {
        /// Id or label
        run: String,
    },
    /// Take away the findings of old runs; their records and decisions stay
    Prune {
        /// How many of the newest runs keep their findings
        #[arg(long, default_value_t = 20)]
        keep: usize,
    },
}

impl RunsCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no project or no history.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, None)?;
        let folder = crate::run::history_folder(&project);
        let mut text = String::new();
        match &self.action {
            RunsAction::List => {
                let history = History::read(&folder, clock::clock(&project))?;
                let _ = writeln!(
                    text,
                    "{:<12} {:<22} {:<14} {:>8} {:>8}",
                    "label", "started", "verdict", "critical", "major"
                );
                for run in history.runs()? {
                    let verdict = run.verdict.as_deref().unwrap_or("not decided");
                    let started: String = run.started.chars().take(16).collect();
                    let _ = writeln!(
                        text,
                        "{:<12} {started:<22} {verdict:<14} {:>8} {:>8}",
                        run.label, run.open.critical, run.open.major
                    );
                }
            }
            RunsAction::Show { run } => {
                let run = History::read(&folder, clock::clock(&project))?.find(run)?;
                let _ = writeln!(text, "run        {} ({})", run.label, run.id);
                let _ = writeln!(text, "started    {}", run.started);
                let _ = writeln!(text, "verdict    {}", run.verdict.as_deref().unwrap_or("not decided"));
                let _ = writeln!(text, "as of      {} legacy, {} new", run.as_of.0, run.as_of.1);
                let _ = writeln!(
                    text,
                    "open       {} critical, {} major, {} minor, {} info",
                    run.open.critical, run.open.major, run.open.minor, run.open.info
                );
                let _ = writeln!(text, "waived     {}", run.waived.total());
                let _ = writeln!(text, "config     {}", run.project_hash);
                let _ = writeln!(text, "inputs     {}", run.inputs_hash);
                let _ = writeln!(text, "findings   {}", run.findings_hash);
            }
            RunsAction::Prune { keep } => {
                let pruned = History::open(&folder, clock::clock(&project))?.prune(Keep { newest: *keep })?;
                let _ = writeln!(text, "findings of {} runs taken away", pruned.len());
            }
        }
        console.answer(&text)?;
        Ok(ExitCode::Success)
    }
}

/// Compare two rehearsals: fixed, new, still open, came back
#[derive(Debug, Args)]
pub struct CompareCommand {
    /// The earlier run: id or label
    pub from: String,
    /// The later run: id or label
    pub to: String,
}

impl CompareCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no project, no history, or no such run.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, None)?;
        let history = History::read(&crate::run::history_folder(&project), clock::clock(&project))?;
        let c = history.compare(&self.from, &self.to)?;
        let mut text = String::new();
        let _ = writeln!(text, "{} -> {}", c.from.label, c.to.label);
        let _ = writeln!(text, "{:<34} {:>8} {:>8} {:>10} {:>9}", "", "fixed", "new", "still open", "came back");
        let mut line = |name: &str, m: &Moved| {
            let _ = writeln!(text, "{name:<34} {:>8} {:>8} {:>10} {:>9}", m.fixed, m.new, m.still_open, m.came_back);
        };
        line("all", &c.all);
        for (check, moved) in &c.by_check {
            line(check, moved);
        }
        for (school, moved) in &c.by_school {
            line(&format!("school {}", crate::report::visible(school)), moved);
        }
        console.answer(&text)?;
        Ok(ExitCode::Success)
    }
}

/// Show how open findings went from rehearsal to rehearsal
#[derive(Debug, Args)]
pub struct TrendCommand {}

impl TrendCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no project or no history.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, None)?;
        let history = History::read(&crate::run::history_folder(&project), clock::clock(&project))?;
        let points = history.trend()?;
        let limit = project.criteria.critical;
        let mut text = String::new();
        let _ = writeln!(text, "{:<12} {:>8} {:>8} {:>8}  verdict", "rehearsal", "critical", "major", "minor");
        for p in &points {
            let _ = writeln!(
                text,
                "{:<12} {:>8} {:>8} {:>8}  {}",
                p.label, p.open.critical, p.open.major, p.open.minor, p.verdict
            );
        }
        let _ = writeln!(text, "{:<12} {limit:>8}", "gate line");
        let critical: Vec<u64> = points.iter().map(|p| p.open.critical).collect();
        let _ = writeln!(text, "{}", estimate(&critical, limit).sentence);
        console.answer(&text)?;
        Ok(ExitCode::Success)
    }
}
