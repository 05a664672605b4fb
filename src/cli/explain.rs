//! `rollproof explain`: one student, side by side, for the help desk.

use clap::Args;

use super::{Console, FormatChoice, Global, project};
use crate::canonical::{Entity, Field, Side};
use crate::cause::Causes;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::reconcile::Reconciliation;
use crate::report::html::{HelpSheet, help_sheet};
use crate::report::{FindingSource, json, visible};
use crate::run::{Comparison, Quiet, Spelled};

/// Show one student side by side: schedule, transcript, GPA and findings; or a cause, as `cause:3`
///
/// STUDENT is an id as either system prints it (leading zeros may be left out) or part of a name. Several hits are
/// listed; nobody found ends with exit code 1.
#[derive(Debug, Args)]
pub struct ExplainCommand {
    /// Student id, part of a name, or `cause:` with the number or id of a cause
    #[arg(value_name = "STUDENT")]
    pub student: String,
    /// Also list records that are the same; of a cause, all its students
    #[arg(long)]
    pub all: bool,
    /// Write the help-desk sheet instead: one page to read from while the family is on the telephone
    ///
    /// With -o FILE the page goes to a private file; without, to standard output.
    #[arg(long)]
    pub html: bool,
    /// Name of the run (default: the project's rehearsal)
    #[arg(long, env = "ROLLPROOF_LABEL", value_name = "LABEL")]
    pub label: Option<String>,
}

impl ExplainCommand {
    /// Does it.
    ///
    /// # Errors
    /// When the project or an input is unusable.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let project = project::load(global, console, self.label.as_deref())?;
        if let Some(cause) = self.student.strip_prefix("cause:") {
            return super::causes::show(&project, Some(cause), self.all, console);
        }
        let policies = crate::run::policies(&project)?;
        let comparison = crate::run::compare(&project, &policies, &Quiet)?;
        let hits = find(&comparison.reconciliation, &self.student);
        let [position] = hits[..] else { return several(&comparison.reconciliation, &hits, &self.student, console) };
        let causes = crate::run::seek_causes(&project, &policies, &comparison.reconciliation, &comparison.findings);
        let mut sheet = self.sheet(&comparison, &causes, position, &project.label);
        sheet.run.clone_from(&project.label);
        sheet.school = crate::run::school(&project, &comparison.reconciliation, position);
        let labels = [project.legacy.label.as_str(), project.new.label.as_str()];
        crate::run::explain_policies(&mut sheet, &policies, &comparison.reconciliation, position, labels);
        sheet.systems = (project.legacy.label.clone(), project.new.label.clone());
        let words: Vec<String> = sheet.findings.iter().map(|f| f.cause.clone()).collect();
        let repairs = crate::run::from_last_run(&project, &mut sheet.findings)?;
        if !self.html {
            // The help-desk sheet looks causes up by their ids; people read them in words.
            sheet.findings.iter_mut().zip(words).filter(|(_, w)| !w.is_empty()).for_each(|(f, w)| f.cause = w);
        }
        let text = match global.format {
            _ if self.html => {
                let due = project.outputs.answers_due.map_or_else(String::new, |d| d.strftime("%b %-d").to_string());
                help_sheet(&HelpSheet::of(&sheet, &project.migration.district, &repairs, &due))?
            }
            FormatChoice::Json => json::document(&sheet)?,
            FormatChoice::Text => sheet.text(console.width()),
        };
        console.answer(&text)?;
        Ok(ExitCode::Success)
    }

    fn sheet(
        &self,
        comparison: &Comparison,
        causes: &Causes,
        position: u32,
        label: &str,
    ) -> crate::report::StudentSheet {
        let mut spelled = Spelled::new(&comparison.reconciliation, &comparison.findings, label);
        spelled.caused_by = crate::run::causes_of_findings(causes);
        spelled.cause_words = crate::run::causes_in_words(causes);
        let spelled = spelled.in_words();
        let about = crate::finding::Subject::Student(position);
        let mut findings: Vec<_> = comparison
            .findings
            .rows
            .iter()
            .enumerate()
            .filter(|(_, f)| f.subject == about)
            .map(|(at, _)| spelled.row(at))
            .collect();
        findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.check.cmp(&b.check)));
        crate::run::sheet(&comparison.reconciliation, position, findings, self.all)
    }
}

/// Students that a text names: an exact id first, then an id without leading zeros, then a part of a name.
fn find(run: &Reconciliation, text: &str) -> Vec<u32> {
    let bare = |id: &str| id.trim_start_matches('0').to_owned();
    let ids = |position: u32| {
        let student = &run.students[position as usize];
        let printed = Side::BOTH.into_iter().filter_map(move |side| {
            run.dataset(side).get(Entity::Student)?.raw(student.record(side)?, Field::StudentId)
        });
        std::iter::once(run.student_id(position)).chain(printed)
    };
    let all = 0..run.students.len() as u32;
    let exact: Vec<u32> = all.clone().filter(|p| ids(*p).any(|id| id == text)).collect();
    if !exact.is_empty() {
        return exact;
    }
    let padded: Vec<u32> = all.clone().filter(|p| ids(*p).any(|id| bare(id) == bare(text))).collect();
    if !padded.is_empty() {
        return padded;
    }
    let wanted = text.to_lowercase();
    all.filter(|p| name(run, *p).to_lowercase().contains(&wanted)).collect()
}

fn name(run: &Reconciliation, position: u32) -> String {
    let student = &run.students[position as usize];
    let of = |field| {
        let text = |side: Side| run.dataset(side).get(Entity::Student)?.raw(student.record(side)?, field);
        text(Side::Legacy).or_else(|| text(Side::New)).unwrap_or_default()
    };
    format!("{}, {}", of(Field::LastName), of(Field::FirstName))
}

fn several(run: &Reconciliation, hits: &[u32], text: &str, console: &Console) -> Result<ExitCode, Error> {
    if hits.is_empty() {
        let ids: Vec<&str> = (0..run.students.len() as u32).map(|p| run.student_id(p)).collect();
        let near = crate::diagnostic::nearest(text, ids);
        let near = near.map_or_else(String::new, |id| format!(" Near: {}.", visible(id)));
        console.answer(&format!("No student \"{}\".{near} (Ids keep their zeros.)", visible(text)))?;
        return Ok(ExitCode::NoGo);
    }
    let mut lines = vec![format!("{} students fit \"{}\":", hits.len(), visible(text))];
    for position in hits.iter().take(50) {
        lines.push(format!("  {:<14} {}", visible(run.student_id(*position)), visible(&name(run, *position))));
    }
    if hits.len() > 50 {
        lines.push(format!("  … {} more", hits.len() - 50));
    }
    console.answer(&lines.join("\n"))?;
    Ok(ExitCode::NoGo)
}
