//! What earlier rehearsals say of this run, and the record of this one.

use std::path::PathBuf;

use jiff::ZonedDateTime;

use super::compare::{Comparison, Reads};
use super::{Spelled, method};
use crate::checks;
use crate::error::Error;
use crate::gate::HistoryReceipt;
use crate::history::{Earlier, FindingMark, History, NewRun};
use crate::project::Project;
use crate::report::Summary;
use crate::report::summary::{Decision, SeverityCounts, Since, TrendPoint};

/// Where a project's history lies: `.rollproof` beside the project file.
#[must_use]
pub fn history_folder(project: &Project) -> PathBuf {
    project.folder.join(".rollproof")
}

/// One hash over all inputs, so that the same exports can not count as two rehearsals.
#[must_use]
pub fn inputs_hash(reads: &Reads) -> String {
    let mut hasher = blake3::Hasher::new();
    for (side, read) in reads.sides() {
        for file in &read.files {
            hasher.update(format!("{side}/{}:{}\n", file.name, file.blake3).as_bytes());
        }
    }
    hasher.finalize().to_hex().to_string()
}

/// Texts that the history wants of the findings.
struct Marks<'a> {
    texts: Vec<(String, String)>,
    comparison: &'a Comparison,
    spelled: &'a Spelled<'a>,
}

impl<'a> Marks<'a> {
    fn new(comparison: &'a Comparison, spelled: &'a Spelled<'a>) -> Self {
        let rows = &comparison.findings.rows;
        let school = |i: usize| checks::school(&comparison.reconciliation, &rows[i]);
        let texts = (0..rows.len()).map(|i| (spelled.fingerprint(i), school(i))).collect();
        Self { texts, comparison, spelled }
    }

    fn list<'s>(&'s self) -> Vec<FindingMark<'s>> {
        let rows = &self.comparison.findings.rows;
        let mark = |(i, texts): (usize, &'s (String, String))| FindingMark {
            fingerprint: &texts.0,
            check: checks::ALL[usize::from(rows[i].check)].meta().name,
            severity: rows[i].severity,
            school: &texts.1,
            cause: self.spelled.cause(i),
            waiver: self.spelled.waiver(i),
        };
        self.texts.iter().enumerate().map(mark).collect()
    }
}

/// What earlier rehearsals say of the findings; marks each with the run that saw it first.
///
/// # Errors
/// When an earlier run can not be read.
pub fn earlier(
    project: &Project,
    history: &History,
    inputs: &str,
    comparison: &Comparison,
    spelled: &mut Spelled<'_>,
) -> Result<Earlier, Error> {
    let mut earlier = {
        let marks = Marks::new(comparison, spelled);
        history.earlier(&project.label, inputs, &marks.list())?
    };
    spelled.first_seen = std::mem::take(&mut earlier.first_seen);
    Ok(earlier)
}

/// Writes what earlier rehearsals say into the summary.
///
/// # Errors
/// When the history can not be read.
pub fn tell(summary: &mut Summary, earlier: &Earlier, history: &History) -> Result<(), Error> {
    summary.since = earlier.since.as_ref().map(|(run, moved)| Since {
        label: run.label.clone(),
        fixed: moved.fixed,
        new: moved.new,
        still_open: moved.still_open,
        came_back: moved.came_back,
        ..Since::default()
    });
    for point in history.trend()? {
        summary.trend.push(TrendPoint {
            label: point.label,
            day: point.started.chars().take(10).collect(),
            open: counts(point.open),
            decision: match point.verdict.as_str() {
                "go" => Decision::Go,
                "no-go" => Decision::NoGo,
                _ => Decision::CannotDecide,
            },
        });
    }
    Ok(())
}

fn counts(open: crate::gate::SeverityCounts) -> SeverityCounts {
    let gated = open.critical + open.major;
    SeverityCounts {
        critical: open.critical,
        major: open.major,
        minor: open.minor,
        info: open.info,
        gated,
        total: gated + open.minor + open.info,
    }
}

/// Records the run and its findings.
///
/// # Errors
/// When the history can not be written.
#[allow(clippy::too_many_arguments)]
pub fn record(
    project: &Project,
    history: &mut History,
    id: &str,
    now: &ZonedDateTime,
    inputs: &str,
    summary: &Summary,
    comparison: &Comparison,
    spelled: &Spelled<'_>,
) -> Result<HistoryReceipt, Error> {
    let run = NewRun {
        id: id.to_owned(),
        label: project.label.clone(),
        started: now.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        project_hash: method::project_hash(summary),
        inputs_hash: inputs.to_owned(),
        legacy_as_of: project.legacy.as_of,
        new_as_of: project.new.as_of,
        whole: true,
    };
    let marks = Marks::new(comparison, spelled);
    history.record(&run, &marks.list())
}
