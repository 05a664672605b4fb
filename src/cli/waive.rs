//! `rollproof waive`: accepted findings, each with a cap, a reason, an owner, an approver and an end.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use jiff::civil::Date;

use super::{Console, Global, clock, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::project::Project;
use crate::waiver::{self, NewWaiver, Waivers};

/// Accept findings by name: add, list, check or remove waivers
#[derive(Debug, Args)]
pub struct WaiveCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add a waiver
    Add(AddArgs),
    /// All waivers and how they stand today
    List,
    /// Find every mistake in the waiver file
    Check,
    /// Take a waiver out
    Remove {
        /// Its id, as `W-001`
        id: String,
    },
}

#[derive(Debug, Args)]
struct AddArgs {
    /// The check
    check: String,
    /// Only these schools
    #[arg(long, value_name = "CODE")]
    school: Vec<String>,
    /// Only these students
    #[arg(long, value_name = "ID")]
    student: Vec<String>,
    /// Only these courses
    #[arg(long, value_name = "CODE")]
    course: Vec<String>,
    /// Only this cause
    #[arg(long, value_name = "ID")]
    cause: Option<String>,
    /// At most so many findings; the next one counts
    #[arg(long, value_name = "N")]
    max: u32,
    /// Why it is accepted
    #[arg(long)]
    reason: String,
    /// Who sees to it
    #[arg(long)]
    owner: String,
    /// Who accepted it
    #[arg(long)]
    approver: String,
    /// Last day, through its end in the district's time zone
    #[arg(long, value_name = "DATE")]
    expires: Date,
    /// Really for every school and student
    #[arg(long)]
    broad: bool,
}

impl WaiveCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the project or the waiver file is wrong, or can not be written.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, None)?;
        let path = file(&project);
        let rules = crate::run::waiver_rules(&project);
        let today = clock::clock(&project).now().date();
        match &self.action {
            Action::Add(args) => {
                let id = waiver::add(&path, &args.waiver(today), &rules)?;
                console.answer(&format!("{id} added to {}", path.display()))?;
                if project.waivers.file.is_none() {
                    console.warn("the project does not name this file: write file = \"waivers.toml\" under [waivers]");
                }
            }
            Action::Remove { id } => {
                waiver::remove(&path, id, &rules)?;
                console.answer(&format!("{id} taken out of {}", path.display()))?;
            }
            Action::List | Action::Check => {
                let waivers = Waivers::load(&path, &rules)?;
                if !waivers.warnings.is_empty() {
                    console.diagnostics(&waivers.warnings);
                }
                console.answer(&list(&waivers, today))?;
            }
        }
        Ok(ExitCode::Success)
    }
}

fn file(project: &Project) -> PathBuf {
    project.waivers.file.clone().unwrap_or_else(|| project.folder.join("waivers.toml"))
}

fn list(waivers: &Waivers, today: Date) -> String {
    let mut text = String::new();
    for w in &waivers.list {
        let _ =
            writeln!(text, "{:<8} {:<28} max {:<5} {:?}, through {}", w.id, w.check, w.max, w.status(today), w.expires);
        let _ = writeln!(text, "         {} (owner {}, approved by {})", w.reason, w.owner, w.approver);
    }
    let _ = writeln!(text, "{} waivers", waivers.list.len());
    text
}

impl AddArgs {
    fn waiver(&self, today: Date) -> NewWaiver {
        let lists = [("schools", &self.school), ("students", &self.student), ("courses", &self.course)];
        NewWaiver {
            check: self.check.clone(),
            scope: lists.into_iter().filter(|(_, l)| !l.is_empty()).map(|(n, l)| (n, l.clone())).collect(),
            cause: self.cause.clone(),
            max: self.max,
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            approver: self.approver.clone(),
            added: today,
            expires: self.expires,
            broad: self.broad,
        }
    }
}
