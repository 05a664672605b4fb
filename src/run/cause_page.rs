//! One cause in full: its students, samples, and what earlier rehearsals had under it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Comparison, Spelled, history_folder};
use crate::cause::{Cause, Causes};
use crate::error::Error;
use crate::finding::Subject;
use crate::history::{Clock, History};
use crate::project::Project;
use crate::report::FindingSource;

/// Students that are listed unless all are asked for.
const STUDENTS: usize = 20;

/// The page of a cause.
///
/// # Errors
/// When the history can not be read.
pub fn cause_page(
    project: &Project,
    comparison: &Comparison,
    causes: &Causes,
    cause: &Cause,
    (all, clock): (bool, &Clock),
) -> Result<String, Error> {
    let mut text = cause.page(all);
    students(&mut text, comparison, causes, cause, all);
    samples(&mut text, &Spelled::new(&comparison.reconciliation, &comparison.findings, &project.label), cause);
    if cause.proved {
        rehearsals(&mut text, project, cause, clock)?;
    }
    Ok(text)
}

fn students(text: &mut String, comparison: &Comparison, causes: &Causes, cause: &Cause, all: bool) {
    let mut counts: BTreeMap<u32, (u64, u64)> = BTreeMap::new();
    let rows = comparison.findings.rows.iter().zip(&causes.of_finding).zip(&causes.follows);
    for ((finding, _), follows) in rows.filter(|((_, number), _)| **number == cause.number) {
        if let Subject::Student(student) = finding.subject {
            let count = counts.entry(student).or_default();
            *if *follows { &mut count.1 } else { &mut count.0 } += 1;
        }
    }
    if counts.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n  students        findings   following");
    let shown = if all { counts.len() } else { STUDENTS };
    for (student, (own, following)) in counts.iter().take(shown) {
        let _ = writeln!(text, "  {:<14} {own:>9} {following:>11}", comparison.reconciliation.student_id(*student));
    }
    if counts.len() > shown {
        let _ = writeln!(text, "  … {} more (--all lists them)", counts.len() - shown);
    }
}

fn samples(text: &mut String, spelled: &Spelled<'_>, cause: &Cause) {
    if !cause.samples.is_empty() {
        let _ = writeln!(text, "\n  samples");
    }
    let shown = |value: &str| if value.is_empty() { "(empty)".to_owned() } else { value.to_owned() };
    for at in &cause.samples {
        let row = spelled.row(*at as usize);
        let values = match row.change.as_str() {
            "->" => format!("{} {} -> {}", row.field, shown(&row.legacy_value), shown(&row.new_value)),
            "---" => "missing in new".to_owned(),
            _ => "only in new".to_owned(),
        };
        let _ = writeln!(text, "  {:<14} {}  {values}  [{}]", row.student_id, row.record, row.check);
    }
}

fn rehearsals(text: &mut String, project: &Project, cause: &Cause, clock: &Clock) -> Result<(), Error> {
    let folder = history_folder(project);
    if !folder.join("history.db").exists() {
        return Ok(());
    }
    let points = History::read(&folder, clock.clone())?.of_cause(&cause.id)?;
    if !points.is_empty() {
        let _ = writeln!(text, "\n  rehearsals      findings       open");
    }
    for point in points {
        match point.findings {
            Some(findings) => {
                let _ = writeln!(text, "  {:<14} {findings:>9} {:>10}", point.label, point.open);
            }
            None => {
                let _ = writeln!(text, "  {:<14} (pruned)", point.label);
            }
        }
    }
    Ok(())
}
