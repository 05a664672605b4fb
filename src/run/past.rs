//! What earlier rehearsals say of this run, and the record of this one.

use std::path::PathBuf;

use jiff::ZonedDateTime;

use super::compare::{Comparison, Reads};
use super::{Spelled, method};
use crate::checks;
use crate::error::Error;
use crate::gate::{HistoryReceipt, Measured};
use crate::history::{Earlier, FindingMark, History, NewRun, RunRecord, ThisRun, Volume};
use crate::project::Project;
use crate::report::Summary;
use crate::report::summary::{Decision, SeverityChanges, SeverityCounts, Since, TrendPoint};

/// Where a project's history lies: `.rollproof` beside the project file.
#[must_use]
pub fn history_folder(project: &Project) -> PathBuf {
    project.folder.join(".rollproof")
}

/// What was read, in hashes and numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// One hash over all inputs, so that the same exports can not count as two rehearsals.
    pub hash: String,
    /// One over each side's files, whatever their names (legacy, new): told apart when they change sides.
    pub sides: (String, String),
    /// Records of both sides.
    pub records: u64,
}

impl Inputs {
    /// Of what was read.
    #[must_use]
    pub fn of(reads: &Reads) -> Self {
        let mut hasher = blake3::Hasher::new();
        for (side, read) in reads.sides() {
            for file in &read.files {
                hasher.update(format!("{side}/{}:{}\n", file.name, file.blake3).as_bytes());
            }
        }
        let side = |read: &super::SideRead| {
            let mut hashes: Vec<&str> = read.files.iter().map(|f| f.blake3.as_str()).collect();
            hashes.sort_unstable();
            blake3::hash(hashes.join("\n").as_bytes()).to_hex().to_string()
        };
        let records = reads.sides().flat_map(|(_, r)| &r.tables).map(|t| t.accounting.records).sum();
        let hash = hasher.finalize().to_hex().to_string();
        Self { hash, sides: (side(&reads.legacy), side(&reads.new)), records }
    }
}

fn volume(inputs: &Inputs, comparison: &Comparison) -> Volume {
    Volume { students: comparison.reconciliation.matching.legacy, records: inputs.records }
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
    comparison: &Comparison,
    spelled: &mut Spelled<'_>,
) -> Result<Earlier, Error> {
    let inputs = Inputs::of(&comparison.reads);
    let this = ThisRun {
        label: &project.label,
        inputs: &inputs.hash,
        side_inputs: (&inputs.sides.0, &inputs.sides.1),
        volume: volume(&inputs, comparison),
        min_volume: project.criteria.min_volume,
    };
    let mut earlier = {
        let marks = Marks::new(comparison, spelled);
        history.earlier(&this, &marks.list())?
    };
    spelled.first_seen = std::mem::take(&mut earlier.first_seen);
    Ok(earlier)
}

/// What earlier runs say to the gate.
pub fn measure(project: &Project, comparison: &Comparison, earlier: &Earlier, measured: &mut Measured) {
    measured.rehearsals = Some(earlier.rehearsals);
    measured.records = Inputs::of(&comparison.reads).records;
    measured.sides_swapped = super::measure::sides_swapped(project, &comparison.reads, earlier.swapped.as_deref());
}

/// Writes what earlier rehearsals say into the summary.
///
/// # Errors
/// When the history can not be read.
pub fn tell(project: &Project, summary: &mut Summary, earlier: &Earlier, history: &History) -> Result<(), Error> {
    summary.overrides = super::overrides(history)?;
    if let Some((run, moved)) = &earlier.since {
        let before = summary_of(project, run);
        let changes = changes(summary, run, before.as_ref());
        if let Some(before) = &before {
            for area in &mut summary.areas {
                area.previous = before.areas.iter().find(|a| a.area == area.area).map(|a| a.open.total);
            }
        }
        summary.since = Some(Since {
            label: run.label.clone(),
            fixed: moved.fixed,
            new: moved.new,
            still_open: moved.still_open,
            came_back: moved.came_back,
            changes,
        });
    }
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

/// The summary that a recorded run left, when it still stands where it was written.
fn summary_of(project: &Project, run: &RunRecord) -> Option<Summary> {
    let path = project.outputs.folder.join(&run.label).join("summary.json");
    let summary: Summary = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    (summary.run.id == run.id).then_some(summary)
}

/// How the counts differ from those of the run before; the history knows all but the number of students.
fn changes(now: &Summary, run: &RunRecord, before: Option<&Summary>) -> SeverityChanges {
    let change = |now: u64, then: u64| i64::try_from(now).unwrap_or(i64::MAX) - i64::try_from(then).unwrap_or(i64::MAX);
    SeverityChanges {
        critical: change(now.open.critical, run.open.critical),
        major: change(now.open.major, run.open.major),
        minor: change(now.open.minor, run.open.minor),
        info: change(now.open.info, run.open.info),
        total: change(now.open.total, run.open.total()),
        waived: change(now.waived, run.waived.total()),
        compared: before.map(|b| change(now.students.compared, b.students.compared)),
    }
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
pub fn record(
    project: &Project,
    history: &mut History,
    now: &ZonedDateTime,
    summary: &Summary,
    comparison: &Comparison,
    spelled: &Spelled<'_>,
) -> Result<HistoryReceipt, Error> {
    let inputs = Inputs::of(&comparison.reads);
    let run = NewRun {
        id: summary.run.id.clone(),
        label: project.label.clone(),
        started: now.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        project_hash: method::project_hash(summary),
        inputs_hash: inputs.hash.clone(),
        legacy_as_of: project.legacy.as_of,
        new_as_of: project.new.as_of,
        whole: true,
        volume: volume(&inputs, comparison),
        side_inputs: inputs.sides.clone(),
    };
    let marks = Marks::new(comparison, spelled);
    history.record(&run, &marks.list())
}
