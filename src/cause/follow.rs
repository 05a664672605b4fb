//! What follows from a cause: points from marks, a GPA from its rows by how much of its derivation they make, credit and
//! graduation from the transcript, a rank from the GPAs of the class. It hangs under the cause and is no cause itself.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt, HashSet};
use rayon::prelude::*;

use super::credits::credit_shares;
use super::group::{Event, Group, Kind, Sort};
use super::model::Settings;
use super::relate::{Ledger, depends, units};
use super::shares::{Shares, Work, shares};
use super::space::Unit;
use crate::canonical::{Entity, Field, Side};
use crate::finding::{Finding, Findings, Subject};
use crate::reconcile::{KeyColumn, Reconciliation};

/// Of the students with a cause, in percent, so many must have a GPA finding for it to follow where nothing derives it.
pub(super) const OF_GPAS: usize = 20;
/// Likewise for what is farther from the records.
pub(super) const OF_OTHERS: usize = 5;

/// What a finding follows from: drafts (0 for a single fault) and what each weighs in it.
pub(super) type Owners = Vec<(u32, u64)>;

impl Ledger {
    /// Open findings on records that a cause has changed, in fields that depend on the changed one, where many of the
    /// cause's records have them: a single fault on such a record stays single.
    pub(super) fn follow_records(&mut self, groups: &[Group], findings: &Findings) {
        let changed: Vec<(Entity, Field)> =
            self.drafts.iter().flat_map(|d| d.kinds()).filter_map(|k| Some((k.entity, k.field?))).collect();
        let may_follow = |kind: Kind| {
            kind.field.is_some_and(|f| changed.iter().any(|(entity, from)| *entity == kind.entity && depends(f, *from)))
        };
        let is_open = |ledger: &Self, event: &&Event| ledger.of_finding[event.finding as usize] == 0;
        let groups: Vec<&Group> = groups.iter().filter(|g| may_follow(g.kind)).collect();
        let wanted: HashSet<(Entity, Unit)> = groups
            .iter()
            .flat_map(|g| g.events.iter().filter(|e| is_open(self, e)).map(|e| (g.kind.entity, e.unit)))
            .collect();
        if wanted.is_empty() {
            return;
        }
        let mut causes: HashMap<(Entity, Unit), Vec<u32>> = HashMap::new();
        for (at, draft) in self.drafts.iter().enumerate().filter(|(_, d)| d.kind.sort == Sort::Values) {
            for unit in units(findings, draft).into_iter().map(|u| (draft.kind.entity, u)) {
                if wanted.contains(&unit) {
                    causes.entry(unit).or_default().push(at as u32 + 1);
                }
            }
        }
        for group in groups {
            let Some(field) = group.kind.field else { continue };
            let mut following: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for event in group.events.iter().filter(|e| is_open(self, e)) {
                let known = causes.get(&(group.kind.entity, event.unit));
                if let Some(cause) = known.into_iter().flatten().find(|c| self.moves(**c, field)) {
                    following.entry(*cause).or_default().push(event.finding);
                }
            }
            for (cause, list) in following {
                if list.len() * 5 >= self.drafts[cause as usize - 1].findings.len() {
                    list.into_iter().for_each(|finding| self.follow(finding, cause));
                }
            }
        }
    }

    /// True when a cause changes a field that the given one depends on.
    fn moves(&self, cause: u32, field: Field) -> bool {
        self.drafts[cause as usize - 1].kinds().any(|k| k.field.is_some_and(|f| depends(field, f)))
    }

    pub(super) fn follow(&mut self, finding: u32, cause: u32) {
        self.of_finding[finding as usize] = cause;
        self.follows[finding as usize] = true;
    }

    /// Hangs GPA findings under the cause that makes most of their difference, as the policy derives it; where no
    /// policy says so, under the cause of most of what is wrong in the student's transcript.
    pub(super) fn follow_gpas(
        &mut self,
        run: &Reconciliation,
        findings: &Findings,
        groups: &[&Group],
        settings: &Settings,
    ) {
        let open: Vec<u32> = groups
            .iter()
            .flat_map(|g| &g.events)
            .map(|e| e.finding)
            .filter(|f| self.of_finding[*f as usize] == 0)
            .collect();
        let derived = shares(run, findings, &open, &self.of_finding, settings);
        let rest = self.hang_known(open, derived);
        let rest = self.hang_credits(run, findings, rest, settings);
        self.follow_transcripts(findings, &rest, &[Entity::Transcript], OF_GPAS, settings);
    }

    /// Hangs credit totals and graduation findings under the cause that makes most of their difference, as the policy
    /// reads the records; gives those of which it says nothing.
    fn hang_credits(
        &mut self,
        run: &Reconciliation,
        findings: &Findings,
        open: Vec<u32>,
        settings: &Settings,
    ) -> Vec<u32> {
        if settings.policies.is_empty() || open.is_empty() {
            return open;
        }
        let bound = settings.policies.bound(run);
        let work = Work { run, findings, of_finding: &self.of_finding, bound: &bound, settings };
        let derived = credit_shares(&work, &open);
        self.hang_known(open, derived)
    }

    /// Hangs findings under the cause that makes at least half of each; gives those of which nothing is known.
    fn hang_known(&mut self, open: Vec<u32>, derived: Vec<Shares>) -> Vec<u32> {
        let mut rest = Vec::new();
        for (finding, shares) in open.into_iter().zip(derived) {
            match shares {
                Shares::Unknown => rest.push(finding),
                Shares::Known(owners) => {
                    if let Some((cause, _)) = leading(&owners) {
                        self.hang(finding, cause, &owners);
                        self.shares.insert(finding, permille(&owners, cause));
                    }
                }
            }
        }
        rest
    }

    /// Hangs open findings of graduation under the cause that makes most of their difference; where no policy says so,
    /// under the cause of most of what is wrong in the student's transcript and schedule.
    pub(super) fn follow_students(
        &mut self,
        run: &Reconciliation,
        findings: &Findings,
        groups: &[&Group],
        settings: &Settings,
    ) {
        for group in groups {
            let open = group.events.iter().map(|e| e.finding).filter(|f| self.of_finding[*f as usize] == 0);
            let open = self.hang_credits(run, findings, open.collect(), settings);
            self.follow_transcripts(findings, &open, &[Entity::Transcript, Entity::Schedule], OF_OTHERS, settings);
        }
    }

    /// Where at least `percent` of the students with a cause have such a finding: a single fault stays single.
    fn follow_transcripts(
        &mut self,
        findings: &Findings,
        open: &[u32],
        entities: &[Entity],
        percent: usize,
        settings: &Settings,
    ) {
        let owners = |finding: &u32| self.owners(findings, &findings.rows[*finding as usize], entities, settings);
        let owners: Vec<Owners> = open.par_iter().with_min_len(1024).map(owners).collect();
        let mut following: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (at, owners) in owners.iter().enumerate() {
            if let Some((cause, _)) = leading(owners) {
                following.entry(cause).or_default().push(at);
            }
        }
        for (cause, list) in following {
            if list.len() * 100 >= self.students(findings, cause) * percent {
                list.into_iter().for_each(|at| self.hang(open[at], cause, &owners[at]));
            }
        }
    }

    fn hang(&mut self, finding: u32, cause: u32, owners: &Owners) {
        self.follow(finding, cause);
        if owners.len() > 1 {
            self.needs.insert(finding, owners.iter().map(|(cause, _)| *cause).collect());
        }
    }

    /// Distinct students of a draft's findings; findings stand in order of students.
    fn students(&self, findings: &Findings, cause: u32) -> usize {
        let mut last = None;
        let list = &self.drafts[cause as usize - 1].findings;
        let is_next =
            |f: &&u32| last.replace(findings.rows[**f as usize].subject) != Some(findings.rows[**f as usize].subject);
        list.iter().filter(is_next).count()
    }

    /// The causes of what is wrong in a student's records of some entities that credit depends on.
    fn owners(&self, findings: &Findings, finding: &Finding, entities: &[Entity], settings: &Settings) -> Owners {
        let mut owners: BTreeMap<u32, u64> = BTreeMap::new();
        for at in of_student(findings, finding.subject) {
            let other = &findings.rows[at];
            if other.severity >= settings.floor
                && entities.contains(&other.entity)
                && moves_credit(other)
                && !follows(other.check, settings)
            {
                *owners.entry(self.of_finding[at]).or_default() += 1;
            }
        }
        owners.into_iter().collect()
    }

    /// Hangs open rank findings under the cause of most GPA changes in the class (school and grade): a rank changes when
    /// another student's GPA does.
    pub(super) fn follow_classes(&mut self, run: &Reconciliation, findings: &Findings, groups: &[&Group]) {
        let open: Vec<Event> = groups
            .iter()
            .flat_map(|g| &g.events)
            .filter(|e| self.of_finding[e.finding as usize] == 0)
            .copied()
            .collect();
        if open.is_empty() {
            return;
        }
        let class = Classes::new(run);
        let mut counts: HashMap<(u32, u32), BTreeMap<u32, u64>> = HashMap::new();
        for (finding, cause) in findings.rows.iter().zip(&self.of_finding) {
            if let Subject::Student(student) = finding.subject
                && finding.entity == Entity::Gpa
                && !is_rank(finding.field)
            {
                *counts.entry(class.of(run, student)).or_default().entry(*cause).or_default() += 1;
            }
        }
        let owners: HashMap<(u32, u32), Owners> =
            counts.into_iter().map(|(class, owners)| (class, owners.into_iter().collect())).collect();
        let mut concerned: BTreeMap<u32, usize> = BTreeMap::new();
        for student in 0..run.students.len() as u32 {
            if let Some(cause) = owners.get(&class.of(run, student)).and_then(most) {
                *concerned.entry(cause).or_default() += 1;
            }
        }
        let mut following: BTreeMap<u32, Vec<(u32, &Owners)>> = BTreeMap::new();
        for event in &open {
            if let Some(owners) = owners.get(&class.of(run, event.unit.student))
                && let Some(cause) = most(owners)
            {
                following.entry(cause).or_default().push((event.finding, owners));
            }
        }
        for (cause, list) in following {
            if list.len() * 100 >= concerned.get(&cause).copied().unwrap_or(0) * OF_OTHERS {
                list.into_iter().for_each(|(finding, owners)| self.hang(finding, cause, owners));
            }
        }
    }
}

/// Positions of the findings of a subject; findings are in order of subjects.
pub(super) fn of_student(findings: &Findings, subject: Subject) -> std::ops::Range<usize> {
    let start = findings.rows.partition_point(|f| f.subject < subject);
    let length = findings.rows[start..].partition_point(|f| f.subject == subject);
    start..start + length
}

/// The draft that weighs most, where it is at least half.
fn leading(owners: &Owners) -> Option<(u32, u64)> {
    let all: u64 = owners.iter().map(|(_, n)| n).sum();
    let known = owners.iter().filter(|(cause, _)| *cause > 0);
    known.max_by_key(|(cause, n)| (*n, std::cmp::Reverse(*cause))).filter(|(_, n)| n * 2 >= all).copied()
}

/// The draft that weighs most.
fn most(owners: &Owners) -> Option<u32> {
    let known = owners.iter().filter(|(cause, _)| *cause > 0);
    known.max_by_key(|(cause, n)| (*n, std::cmp::Reverse(*cause))).map(|(cause, _)| *cause)
}

fn permille(owners: &Owners, cause: u32) -> u32 {
    let all: u64 = owners.iter().map(|(_, n)| n).sum();
    let own = owners.iter().find(|(c, _)| *c == cause).map_or(0, |(_, n)| *n);
    if all == 0 { 0 } else { (u128::from(own) * 1000 / u128::from(all)) as u32 }
}

/// School and grade of every student, as keys.
struct Classes<'a> {
    columns: [[Option<KeyColumn<'a>>; 2]; 2],
}

impl<'a> Classes<'a> {
    fn new(run: &'a Reconciliation) -> Self {
        let column = |side: Side, field| KeyColumn::of(run.dataset(side).get(Entity::Student)?, field);
        Self { columns: [Field::School, Field::GradeLevel].map(|f| Side::BOTH.map(|side| column(side, f))) }
    }

    fn of(&self, run: &Reconciliation, student: u32) -> (u32, u32) {
        let pair = &run.students[student as usize];
        let key = |columns: &[Option<KeyColumn<'_>>; 2]| {
            let of = |side: Side| Some(columns[side as usize].as_ref()?.key(pair.record(side)?)).filter(|k| *k > 0);
            of(Side::Legacy).or_else(|| of(Side::New)).unwrap_or(0)
        };
        (key(&self.columns[0]), key(&self.columns[1]))
    }
}

/// The class rank and what it is counted in.
pub(super) const fn is_rank(field: Option<Field>) -> bool {
    matches!(field, Some(Field::Rank | Field::ClassSize))
}

/// A finding that a GPA, a credit total or a requirement may follow from.
pub(super) const fn moves_credit(finding: &Finding) -> bool {
    !matches!(finding.field, Some(Field::Title | Field::Teacher | Field::School | Field::Transfer | Field::Room))
}

/// Checks whose findings are drawn from other records: what they find follows from what is wrong there.
const FOLLOW: [&str; 11] = [
    "gpa-inputs-changed",
    "gpa-not-reproducible",
    "gpa-stale",
    "graduation-status-flipped",
    "needed-class-in-conflict",
    "needed-class-unscheduled",
    "passed-class-rescheduled",
    "requirement-item-lost",
    "senior-cannot-finish",
    "sequence-broken",
    "class-rank-changed",
];

fn follows(check: u8, settings: &Settings) -> bool {
    settings.checks.get(usize::from(check)).is_some_and(|name| FOLLOW.contains(name))
}

/// Kinds that are sought for causes of their own only after what they may follow from.
pub(super) fn is_derived(kind: Kind, settings: &Settings) -> bool {
    matches!(kind.entity, Entity::Gpa | Entity::Graduation)
        || matches!(kind.sort, Sort::Speaks(c) if follows(c, settings))
}
