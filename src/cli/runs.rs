//! `rollproof runs`, `compare` and `trend`: what earlier rehearsals said, and what became of it.

use std::fmt::Write as _;

use clap::{Args, Subcommand};

use super::history_json::{CompareJson, TrendJson, runs_json, to_json};
use super::{Console, FormatChoice, Global, clock, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::history::{History, Keep, Moved, TrendPoint, estimate};
use crate::report::visible;

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
    /// Read the whole history, its chain and the findings of every run, and say what is wrong
    Check,
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
        let read = || History::read(&folder, clock::clock(&project));
        let json = global.format == FormatChoice::Json;
        let mut code = ExitCode::Success;
        let text = match &self.action {
            RunsAction::List if json => to_json(&runs_json(&read()?)?)?,
            RunsAction::List => list(&read()?)?,
            RunsAction::Show { run } if json => {
                let history = read()?;
                let id = history.find(run)?.id;
                let found = runs_json(&history)?;
                to_json(&found.runs.into_iter().find(|r| r.id == id))?
            }
            RunsAction::Show { run } => show(&read()?, run)?,
            RunsAction::Check => {
                let history = read()?;
                let wrong = history.integrity()?;
                code = if wrong.is_empty() { ExitCode::Success } else { ExitCode::NoGo };
                let mut text = String::new();
                wrong.iter().for_each(|line| _ = writeln!(text, "wrong      {}", visible(line)));
                let (runs, chain) = (history.runs()?.len(), history.chain()?.0.len());
                let _ = writeln!(text, "looked at  {runs} runs, {chain} entries of the chain");
                text
            }
            RunsAction::Prune { keep } => {
                let pruned = History::open(&folder, clock::clock(&project))?.prune(Keep { newest: *keep })?;
                format!("findings of {} runs taken away\n", pruned.len())
            }
        };
        console.answer(&text)?;
        Ok(code)
    }
}

fn list(history: &History) -> Result<String, Error> {
    let mut text = String::new();
    let _ = writeln!(text, "{:<12} {:<17} {:<14} {:>8} {:>8}", "label", "started", "verdict", "critical", "major");
    let overrides = history.overrides()?;
    for run in history.runs()? {
        let verdict = run.verdict.as_deref().unwrap_or("not decided");
        let started: String = run.started.chars().take(16).collect();
        let n = overrides.iter().filter(|o| o.given.run == run.id).count();
        let mark = if n > 0 { "  overridden" } else { "" };
        let (critical, major) = (run.open.critical, run.open.major);
        let _ = writeln!(text, "{:<12} {started:<17} {verdict:<14} {critical:>8} {major:>8}{mark}", run.label);
    }
    Ok(text)
}

fn show(history: &History, run: &str) -> Result<String, Error> {
    let run = history.find(run)?;
    let mut text = String::new();
    let mut line = |name: &str, value: String| _ = writeln!(text, "{name:<10} {value}");
    line("run", format!("{} ({})", run.label, run.id));
    line("started", run.started.clone());
    line("verdict", run.verdict.clone().unwrap_or_else(|| "not decided".into()));
    line("as of", format!("{} legacy, {} new", run.as_of.0, run.as_of.1));
    line("volume", format!("{} students, {} records", run.volume.students, run.volume.records));
    let open = run.open;
    line("open", format!("{} critical, {} major, {} minor, {} info", open.critical, open.major, open.minor, open.info));
    line("waived", run.waived.total().to_string());
    line("config", run.project_hash.clone());
    line("inputs", run.inputs_hash.clone());
    line("findings", run.findings_hash.clone());
    for given in crate::run::overrides(history)?.iter().filter(|o| o.run == run.id) {
        line("override", visible(&given.sentence()).into_owned());
    }
    Ok(text)
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
        if global.format == FormatChoice::Json {
            console.answer(&to_json(&CompareJson::of(&c))?)?;
            return Ok(ExitCode::Success);
        }
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
            line(&format!("school {}", visible(school)), moved);
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
        let limits = [project.criteria.critical, project.criteria.major];
        let estimates = [|p: &TrendPoint| p.open.critical, |p: &TrendPoint| p.open.major].map(|of| {
            let counts: Vec<u64> = points.iter().map(of).collect();
            counts
        });
        let [critical, major] = [0, 1].map(|i| estimate(&estimates[i], limits[i]));
        if global.format == FormatChoice::Json {
            console.answer(&to_json(&TrendJson::of(&points, limits, [&critical, &major]))?)?;
            return Ok(ExitCode::Success);
        }
        let mut text = String::new();
        let _ = writeln!(text, "{:<12} {:>8} {:>8} {:>8}  verdict", "rehearsal", "critical", "major", "minor");
        for p in &points {
            let (c, major, minor) = (p.open.critical, p.open.major, p.open.minor);
            let _ = writeln!(text, "{:<12} {c:>8} {major:>8} {minor:>8}  {}", p.label, p.verdict);
        }
        let _ = writeln!(text, "{:<12} {:>8} {:>8}", "gate line", limits[0], limits[1]);
        let _ = writeln!(text, "critical: {}\nmajor: {}", critical.sentence, major.sentence);
        console.answer(&text)?;
        Ok(ExitCode::Success)
    }
}
