//! `rollproof show`: the findings of the last run, filtered.

use clap::{Args, ValueEnum};

use super::{Console, FormatChoice, Global, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::finding::{FindingRow, Severity};
use crate::project::Project;
use crate::report::{clip, json, plural};

/// List findings of the last complete run, filtered and sorted
#[derive(Debug, Args)]
pub struct ShowCommand {
    /// Only this check
    #[arg(long)]
    pub check: Option<String>,
    /// Only this school
    #[arg(long)]
    pub school: Option<String>,
    /// Only this student (leading zeros may be left out)
    #[arg(long, value_name = "ID")]
    pub student: Option<String>,
    /// Only this area: student, schedule, transcript, gpa, graduation, load
    #[arg(long)]
    pub area: Option<String>,
    /// Only what this cause explains: its number in `rollproof causes`, or its id
    #[arg(long, value_name = "CAUSE")]
    pub cause: Option<String>,
    /// Only this severity or worse (default: minor; with --check: all)
    #[arg(long, value_name = "SEVERITY")]
    pub severity: Option<String>,
    /// Which findings: open, new (first seen in this run), waived or all
    #[arg(long, value_enum, default_value_t = Status::Open)]
    pub status: Status,
    /// The finding of this reference, also as a vendor knows it
    #[arg(long = "ref", value_name = "REF")]
    pub reference: Option<String>,
    /// In which order
    #[arg(long, value_enum, default_value_t = Order::Severity)]
    pub sort: Order,
    /// At most so many lines; the record in findings.csv is never cut
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// Name of the run (default: the project's rehearsal)
    #[arg(long, env = "ROLLPROOF_LABEL", value_name = "LABEL")]
    pub label: Option<String>,
}

/// Which findings are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Status {
    /// Not waived.
    Open,
    /// Open and first seen in this run.
    New,
    /// Covered by a waiver.
    Waived,
    /// Both.
    All,
}

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Order {
    /// Worst first.
    Severity,
    /// By school, then worst first.
    School,
    /// By student, then worst first.
    Student,
    /// By check, then worst first.
    Check,
}

impl ShowCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no complete run, or the severity or cause has another name.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let severity = self.severity.as_deref().unwrap_or(if self.check.is_some() { "info" } else { "minor" });
        let Some(least) = Severity::parse(severity) else {
            let what = format!("there is no severity `{severity}`");
            return Err(Error::Usage { what, fix: "critical, major, minor or info".into() });
        };
        let project = project::load(global, console, self.label.as_deref())?;
        let path = project.outputs.folder.join(&project.label).join("findings.csv");
        let views = if self.reference.is_some() { crate::run::views(&project)? } else { Vec::new() };
        let cause = self.cause_id(&project)?;
        let mut rows: Vec<FindingRow> = Vec::new();
        for row in super::collect::findings(&path)? {
            let row = row?;
            let meant = match &self.reference {
                Some(wanted) => {
                    row.reference == *wanted || views.iter().any(|v| v.apply(row.clone()).reference == *wanted)
                }
                None => row.severity >= least && self.fits(&row, &project.label, cause.as_deref()),
            };
            if meant {
                rows.push(row);
            }
        }
        rows.sort_by(|a, b| {
            let first = match self.sort {
                Order::Severity => std::cmp::Ordering::Equal,
                Order::School => a.school.cmp(&b.school),
                Order::Student => a.student_id.cmp(&b.student_id),
                Order::Check => a.check.cmp(&b.check),
            };
            first.then(b.severity.cmp(&a.severity))
        });
        if global.format == FormatChoice::Json {
            console.answer(&json::document(&rows)?)?;
            return Ok(ExitCode::Success);
        }
        let mut lines: Vec<String> = rows.iter().take(self.limit).map(|r| line(r, console.width())).collect();
        if rows.len() > self.limit {
            lines.push(format!("… {} of {} shown; all of them: {}", self.limit, rows.len(), path.display()));
        } else {
            lines.push(plural(rows.len() as u64, "finding"));
        }
        console.answer(&super::run::look(console).symbols(&lines.join("\n")))?;
        Ok(ExitCode::Success)
    }

    fn fits(&self, row: &FindingRow, run: &str, cause: Option<&str>) -> bool {
        let bare = |id: &str| id.trim_start_matches('0').to_owned();
        let status = match self.status {
            Status::Open => row.waiver.is_empty(),
            Status::New => row.waiver.is_empty() && row.first_seen == run,
            Status::Waived => !row.waiver.is_empty(),
            Status::All => true,
        };
        status
            && self.check.as_ref().is_none_or(|c| *c == row.check)
            && self.school.as_ref().is_none_or(|s| *s == row.school)
            && self.area.as_ref().is_none_or(|a| *a == row.area)
            && self.student.as_ref().is_none_or(|s| bare(s) == bare(&row.student_id))
            && cause.is_none_or(|c| c == row.cause)
    }

    /// The id of the cause that is meant.
    fn cause_id(&self, project: &Project) -> Result<Option<String>, Error> {
        let Some(wanted) = &self.cause else { return Ok(None) };
        let (summary, _) = crate::run::measured_file(&project.outputs.folder.join(&project.label))?;
        let found = summary.causes.iter().find(|c| c.number.to_string() == *wanted || c.name == *wanted);
        match found {
            Some(cause) => Ok(Some(cause.name.clone())),
            None => Err(Error::Usage {
                what: format!("the run has no cause {wanted}"),
                fix: "`rollproof causes` lists them".into(),
            }),
        }
    }
}

fn line(row: &FindingRow, width: usize) -> String {
    let values = match (row.legacy_value.as_str(), row.new_value.as_str()) {
        ("", "") if row.note.is_empty() => row.change.clone(),
        ("", "") => row.note.clone(),
        (legacy, new) => format!("{legacy} → {new}"),
    };
    let waived = if row.waiver.is_empty() { String::new() } else { format!(" ({})", row.waiver) };
    let text = format!("{} {values}{waived}", row.record);
    let head = format!(
        "{:<8} {:<26} {:<8} {:<10} ",
        row.severity.name(),
        row.check,
        clip(&row.school, 8),
        clip(&row.student_id, 10)
    );
    format!("{head}{}", clip(text.trim(), width.saturating_sub(head.chars().count()).max(20)))
}
