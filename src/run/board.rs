//! The scoreboard of an invented district: written, compared as any project is, and held against its truth.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::drill::days_are_seen;
use super::private_folder::PrivateFolder;
use super::{Quiet, Spelled, compare, load, policies};
use crate::error::Error;
use crate::finding::{FindingRow, Severity};
use crate::project::Project;
use crate::report::FindingSource;
use crate::synth::{self, Control, District, Invented, Plan, Scoreboard, Truth, score};

/// How many students a negative control has at most: each of them is a whole migration.
const CONTROL: u32 = 1_000;

/// What came of a migration without any fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlScore {
    /// Its name.
    pub name: &'static str,
    /// Findings above info, by check.
    pub false_findings: BTreeMap<String, usize>,
}

/// Planted against found, and what legitimate differences make.
#[derive(Debug)]
pub struct Synthetic {
    /// How many students.
    pub students: u32,
    /// How many students each control has.
    pub control_students: u32,
    /// The scoreboard.
    pub board: Scoreboard,
    /// The negative controls.
    pub controls: Vec<ControlScore>,
}

/// Invents a district with every class of faults, compares it, and holds the findings against the truth; then the
/// same without faults, once for every legitimate difference. `tell` hears one line a step.
///
/// # Errors
/// When the private folder can not be written, or a bug in the generator makes a project that does not load.
pub fn synthetic(what: &Invented, tell: &dyn Fn(&str)) -> Result<Synthetic, Error> {
    let students = what.students;
    tell(&format!("drill     an invented district of {students} students, faults in {} of a million", what.faults));
    let (project_seen, board) = on_disk(&what.district(), &what.plan(), &|project, truth| {
        let rows = findings(project)?;
        Ok((days_are_seen(project), score(truth, &rows)))
    })?;
    let mut board = board;
    board.project(106, project_seen);
    let control_students = students.min(CONTROL);
    let district = District::generate(what.seed, control_students);
    let mut controls = Vec::new();
    for Control { name, plan } in synth::controls(what.legacy, what.new) {
        tell(&format!("drill     {name}: must say nothing"));
        let rows = on_disk(&district, &plan, &|project, _| findings(project))?;
        let mut false_findings = BTreeMap::new();
        for row in rows.iter().filter(|r| r.severity > Severity::Info) {
            *false_findings.entry(row.check.clone()).or_insert(0) += 1;
        }
        controls.push(ControlScore { name, false_findings });
    }
    Ok(Synthetic { students, control_students, board, controls })
}

/// Writes a migration into a private folder, which is taken away afterwards, and looks at it as a project.
///
/// # Errors
/// When it can not be written or does not load, and whatever `look` says.
pub fn on_disk<T>(
    district: &District,
    plan: &Plan,
    look: &dyn Fn(&Project, &[Truth]) -> Result<T, Error>,
) -> Result<T, Error> {
    let folder = PrivateFolder::new()?;
    let truth = synth::write_migration(folder.path(), district, plan, &|_| ())?.new.truth;
    look(&project_at(folder.path())?, &truth)
}

/// The project in a folder.
///
/// # Errors
/// Every mistake in its files.
pub fn project_at(folder: &Path) -> Result<Project, Error> {
    load(&folder.join("rollproof.toml"), None).map_err(Error::Project)
}

/// Every finding of a project, without waivers and history.
///
/// # Errors
/// When an input is unusable.
pub fn findings(project: &Project) -> Result<Vec<FindingRow>, Error> {
    let comparison = compare(project, &policies(project)?, &Quiet)?;
    let spelled = Spelled::new(&comparison.reconciliation, &comparison.findings, &project.label);
    Ok((0..spelled.len()).map(|at| spelled.row(at)).collect())
}

impl Synthetic {
    /// True when every planted fault was found, named and judged rightly, and nothing else was said above minor.
    #[must_use]
    pub fn is_perfect(&self) -> bool {
        self.board.imperfect().next().is_none()
            && self.board.false_above(Severity::Minor) == 0
            && self.controls.iter().all(|c| c.false_findings.is_empty())
    }

    /// What people read.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.board.text();
        let _ = writeln!(text, "\nnegative controls of {} students: findings above info", self.control_students);
        for control in &self.controls {
            let list: Vec<String> = control.false_findings.iter().map(|(check, n)| format!("{check} {n}")).collect();
            let list = if list.is_empty() { "none".to_owned() } else { list.join(", ") };
            let _ = writeln!(text, "  {:<32} {list}", control.name);
        }
        let planted = self.board.classes.iter().filter(|c| c.planted > 0).count();
        let wrong = self.board.imperfect().count();
        let _ = writeln!(
            text,
            "\n{planted} of {} classes planted into {} students, {wrong} of them not perfect; {} false findings above info.",
            self.board.classes.len(),
            self.students,
            self.board.false_above(Severity::Minor)
        );
        text
    }
}
