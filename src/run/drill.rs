//! The drill: each kind of fault planted into a private copy of a district's own new exports, to learn what the present
//! mapping, matching, severities, waivers and gate would have let through.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ZonedDateTime;

use super::drill_reasons::{Reasons, blind, stops};
use super::private_folder::PrivateFolder;
use super::{Quiet, Spelled, accept, causes, compare, policies, waivers};
use crate::error::Error;
use crate::finding::{FindingRow, Severity};
use crate::gate::{self, Measured, SideInput};
use crate::history::Clock;
use crate::policy::Policies;
use crate::project::Project;
use crate::report::FindingSource;
use crate::synth::{ClassScore, FaultClass, Plant, Planter, PrivateCopy, Scoreboard, Truth, classes, score};
use crate::waiver::Waivers;

/// How many students each class is planted into, where there are enough.
const EACH: usize = 3;
/// How many copies are made at most: small districts have too few students to carry every class at once.
const ROUNDS: usize = 4;

/// What would have become of a kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// Planted, told, and the gate would have refused for it alone.
    Stopped,
    /// Planted and told; the gate's limits allow as many.
    Tolerated,
    /// Planted, and nothing open was said.
    LetThrough,
    /// It can not be seen: the mapping reads no column that would show it.
    Blind,
    /// Not planted: nobody in these exports can have it, or the drill can not make it.
    NotDrilled,
}

impl Fate {
    /// As files write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stopped => "stopped",
            Self::Tolerated => "tolerated",
            Self::LetThrough => "let-through",
            Self::Blind => "blind",
            Self::NotDrilled => "not-drilled",
        }
    }
}

/// One kind of fault in the drill.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The kind.
    pub class: FaultClass,
    /// Students into whom it was planted.
    pub planted: usize,
    /// What would have become of it.
    pub fate: Fate,
    /// Why, and what to change; empty for what was stopped.
    pub reason: String,
}

/// What the drill found out.
#[derive(Debug)]
pub struct Drill {
    /// Every kind of fault, in order of number.
    pub outcomes: Vec<Outcome>,
    /// Planted against found.
    pub board: Scoreboard,
    /// Among how many students faults were planted.
    pub students: usize,
    /// Tables that were drilled as delimited text: (table, format of the export).
    pub converted: Vec<(String, &'static str)>,
}

/// Plants each class into a private copy of the new exports and compares as the project says. `tell` hears one line a
/// step.
///
/// # Errors
/// When an export can not be read, the copy not written, or the comparison fails.
pub fn drill(project: &Project, clock: &Clock, tell: &dyn Fn(&str)) -> Result<Drill, Error> {
    let rules = Rules { policies: policies(project)?, waivers: waivers(project)?, now: clock.now() };
    tell("drill     comparing the exports as they are");
    let before = rules.rows(project)?;
    let known: BTreeSet<&str> = before.iter().map(|f| f.fingerprint.as_str()).collect();
    // Students that have findings already would blur the score.
    let spoiled: BTreeSet<&str> =
        before.iter().filter(|f| f.severity > Severity::Info).map(|f| f.student_id.as_str()).collect();
    let copy = PrivateCopy::read(&project.new.root, &project.new.mapping)?;
    let students: Vec<(u32, String)> =
        copy.students.iter().filter(|(_, id)| !spoiled.contains(id.as_str())).cloned().collect();
    let each = (students.len() / 400).clamp(1, EACH);
    let mut reasons = Reasons::new(project);
    let mut wanted: Vec<u8> = classes().iter().map(|c| c.id).collect();
    let (mut truth, mut board): (Vec<Truth>, _) = (Vec::new(), score(&[], []));
    for round in 0..ROUNDS {
        let mut tables = copy.rows();
        let planted = Planter::drill(&copy.binding, &students, (&wanted, each), &mut tables);
        reasons.missing.extend(planted.missing.into_iter().filter(|_| round == 0));
        if planted.truth.is_empty() {
            break;
        }
        wanted.retain(|id| !planted.truth.iter().any(|t| t.class == *id));
        let kinds = planted.truth.iter().map(|t| t.class).collect::<BTreeSet<_>>().len();
        tell(&format!("drill     {kinds} kinds of fault planted into a private copy, comparing again"));
        let folder = PrivateFolder::new()?;
        copy.write(&tables, folder.path())?;
        let mut damaged = project.clone();
        damaged.new.root = folder.path().to_owned();
        damaged.new.mapping = copy.mapping.clone();
        let mut found = rules.rows(&damaged)?;
        found.retain(|f| !known.contains(f.fingerprint.as_str()));
        board.add(score(&planted.truth, &found));
        reasons.keep(&planted.truth, found);
        truth.extend(planted.truth);
    }
    board.project(106, days_are_seen(project));
    let outcomes = board.classes.iter().map(|score| outcome(score, &truth, &reasons)).collect();
    Ok(Drill { outcomes, board, students: students.len(), converted: copy.converted })
}

/// What findings are held against.
#[derive(Debug)]
struct Rules {
    policies: Policies,
    waivers: Waivers,
    now: ZonedDateTime,
}

impl Rules {
    /// Every finding of a project, with the waiver that covers it.
    fn rows(&self, project: &Project) -> Result<Vec<FindingRow>, Error> {
        let comparison = compare(project, &self.policies, &Quiet)?;
        let mut spelled = Spelled::new(&comparison.reconciliation, &comparison.findings, &project.label);
        if self.waivers.list.iter().any(|w| w.cause.is_some()) {
            let causes = causes::seek(project, &self.policies, &comparison.reconciliation, &comparison.findings);
            causes::mark(&causes, &mut spelled);
        }
        let _ = accept::accept(&comparison, &mut spelled, &self.waivers, &self.now);
        Ok((0..spelled.len()).map(|at| spelled.row(at)).collect())
    }
}

fn outcome(score: &ClassScore, truth: &[Truth], reasons: &Reasons<'_>) -> Outcome {
    let (class, planted) = (score.class, score.planted);
    let (fate, reason) = match class.plant {
        Plant::Unseen(why) => (Fate::NotDrilled, why.to_owned()),
        Plant::Day if score.found > 0 => (Fate::Stopped, String::new()),
        Plant::Day => (Fate::LetThrough, "the gate does not compare the days of the extracts".to_owned()),
        Plant::Student(_) if planted == 0 => match blind(&class, reasons) {
            Some(why) => (Fate::Blind, why),
            None => (Fate::NotDrilled, reasons.not_drilled(&class)),
        },
        Plant::Student(_) if score.found < planted => {
            let record = truth.iter().find(|t| t.class == class.id).map_or("", |t| t.record.as_str());
            (Fate::LetThrough, reasons.let_through(score, record))
        }
        Plant::Student(_) if stops(reasons.rows(class.id), &reasons.project.criteria) => (Fate::Stopped, String::new()),
        Plant::Student(_) => (Fate::Tolerated, reasons.tolerated(&class)),
    };
    Outcome { class, planted, fate, reason }
}

/// True when the gate refuses to decide on this project with a new extract of another day.
#[must_use]
pub fn days_are_seen(project: &Project) -> bool {
    let side = |as_of| SideInput { as_of: Some(as_of), ..SideInput::default() };
    let other = project.new.as_of.tomorrow().unwrap_or(project.legacy.as_of);
    let asked = |new| {
        let measured = Measured { legacy: side(project.legacy.as_of), new: side(new), ..Measured::default() };
        gate::decide(&measured, &project.criteria).verdict.reasons().iter().any(|r| r.code == "as-of-differs")
    };
    asked(other)
}

impl Drill {
    /// Critical kinds of fault that a GO would have let through.
    pub fn unseen_critical(&self) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(|o| {
            o.class.severity == Severity::Critical && matches!(o.fate, Fate::LetThrough | Fate::Blind | Fate::Tolerated)
        })
    }

    /// For the gate: kinds of fault at critical and major that could be planted or not be seen, and those of them
    /// that were told and, where they are critical, stopped.
    #[must_use]
    pub fn counts(&self) -> gate::Drill {
        let counted = |o: &&Outcome| o.class.severity >= Severity::Major && o.fate != Fate::NotDrilled;
        let caught = |o: &&Outcome| {
            o.fate == Fate::Stopped || (o.fate == Fate::Tolerated && o.class.severity < Severity::Critical)
        };
        let of =
            |pass: &dyn Fn(&&Outcome) -> bool| self.outcomes.iter().filter(counted).filter(|o| pass(o)).count() as u64;
        gate::Drill { planted: of(&|_| true), caught: of(&|o| caught(o)) }
    }

    /// How many kinds met each fate.
    #[must_use]
    pub fn fates(&self) -> BTreeMap<Fate, usize> {
        let mut fates = BTreeMap::new();
        for outcome in &self.outcomes {
            *fates.entry(outcome.fate).or_insert(0) += 1;
        }
        fates
    }
}
