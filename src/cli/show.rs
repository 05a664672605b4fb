//! `rollproof show`: the findings of the last run, filtered.

use clap::Args;

use super::{Console, Global, project};
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::finding::{FindingRow, Severity};
use crate::report::{clip, visible};

/// List findings of the last complete run
#[derive(Debug, Args)]
pub struct ShowCommand {
    /// Only this check
    #[arg(long)]
    pub check: Option<String>,
    /// Only this school
    #[arg(long)]
    pub school: Option<String>,
    /// Only this severity or worse (default: minor; with --check: all)
    #[arg(long, value_name = "SEVERITY")]
    pub severity: Option<String>,
    /// At most so many lines; the record in findings.csv is never cut
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: usize,
    /// Name of the run (default: the project's rehearsal)
    #[arg(long, env = "ROLLPROOF_LABEL", value_name = "LABEL")]
    pub label: Option<String>,
}

impl ShowCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no complete run, or the severity has another name.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let severity = self.severity.as_deref().unwrap_or(if self.check.is_some() { "info" } else { "minor" });
        let Some(least) = Severity::parse(severity) else {
            let what = format!("there is no severity `{severity}`");
            return Err(Error::Usage { what, fix: "critical, major, minor or info".into() });
        };
        let project = project::load(global, console, self.label.as_deref())?;
        let path = project.outputs.folder.join(&project.label).join("findings.csv");
        let unusable = |what: String| Error::Input {
            path: path.clone(),
            what,
            fix: "run `rollproof run` first".into(),
            source: None,
        };
        let mut reader = csv::Reader::from_path(&path).map_err(|e| unusable(e.to_string()))?;
        let mut rows: Vec<FindingRow> = Vec::new();
        for row in reader.deserialize() {
            let row: FindingRow = row.map_err(|_| unusable("not written by this version".into()))?;
            let wanted = row.severity >= least
                && self.check.as_ref().is_none_or(|c| *c == row.check)
                && self.school.as_ref().is_none_or(|s| *s == row.school);
            if wanted {
                rows.push(row);
            }
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.severity));
        let shown = rows.iter().take(self.limit).map(line);
        let mut lines: Vec<String> = shown.collect();
        if rows.len() > self.limit {
            lines.push(format!("… {} of {} shown; all of them: {}", self.limit, rows.len(), path.display()));
        } else {
            lines.push(format!("{} findings", rows.len()));
        }
        console.answer(&lines.join("\n"))?;
        Ok(ExitCode::Success)
    }
}

fn line(row: &FindingRow) -> String {
    let values = match (row.legacy_value.as_str(), row.new_value.as_str()) {
        ("", "") if row.note.is_empty() => row.change.clone(),
        ("", "") => row.note.clone(),
        (legacy, new) => format!("{legacy} -> {new}"),
    };
    let text = format!("{} {}", row.record, values);
    format!("{:<8} {:<26} {:<10} {}", row.severity.name(), row.check, visible(&row.student_id), clip(text.trim(), 60))
}
