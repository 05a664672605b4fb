//! What belongs together: one fault that shows in several fields is one cause, and what follows from a cause (points
//! from marks, a GPA from its rows, a rank from GPAs) hangs under it.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};

use super::group::{Group, Kind, Sort};
use super::model::Settings;
use super::pattern::Pattern;
use super::prove::Draft;
use super::space::{NOBODY, Unit};
use crate::canonical::{Entity, Field, Side};
use crate::finding::{Finding, Findings, Subject};
use crate::reconcile::Reconciliation;

/// Causes on their way, and whose each finding is.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) drafts: Vec<Draft>,
    /// For each finding: its draft, counting from 1.
    pub(super) of_finding: Vec<u32>,
    /// For each finding: true when it only follows.
    pub(super) follows: Vec<bool>,
}

impl Ledger {
    pub(super) fn new(findings: usize) -> Self {
        Self { drafts: Vec::new(), of_finding: vec![0; findings], follows: vec![false; findings] }
    }

    /// Takes newly proved causes in: joined with those that are the same fault, else as their own.
    pub(super) fn add(&mut self, findings: &Findings, drafts: Vec<Draft>) {
        let first = self.drafts.len();
        self.drafts.extend(drafts);
        self.join(findings, first);
        for (at, draft) in self.drafts.iter().enumerate() {
            for finding in &draft.findings {
                self.of_finding[*finding as usize] = at as u32 + 1;
                self.follows[*finding as usize] = false;
            }
        }
    }

    fn join(&mut self, findings: &Findings, first: usize) {
        let mut order: Vec<usize> = (first..self.drafts.len()).collect();
        order.sort_by_key(|at| {
            let draft = &self.drafts[*at];
            (std::cmp::Reverse(draft.findings.len()), lead(draft.kind.field), draft.kind)
        });
        let mut leaders: Vec<Draft> = Vec::new();
        let records: Vec<Vec<Unit>> = order.iter().map(|at| units(findings, &self.drafts[*at])).collect();
        let mut leading: Vec<usize> = Vec::new();
        for (place, at) in order.iter().enumerate() {
            let draft = self.drafts[*at].clone();
            let joined = leading.iter().position(|l| {
                let leader = &self.drafts[order[*l]];
                is_same_rule(leader, &draft) || is_same_fault(leader, &records[*l], &draft, &records[place])
            });
            match joined {
                Some(leader) => absorb(&mut leaders[leader], draft),
                None => {
                    leaders.push(draft);
                    leading.push(place);
                }
            }
        }
        self.drafts.truncate(first);
        self.drafts.append(&mut leaders);
    }

    /// Open findings on records that a cause has changed, in fields that depend on the changed one, where many of the
    /// cause's records have them: a single fault on such a record stays single.
    pub(super) fn follow_records(&mut self, groups: &[Group], findings: &Findings) {
        let mut causes: HashMap<(Entity, Unit), Vec<u32>> = HashMap::new();
        for (at, draft) in self.drafts.iter().enumerate().filter(|(_, d)| d.kind.sort == Sort::Values) {
            for unit in units(findings, draft) {
                causes.entry((draft.kind.entity, unit)).or_default().push(at as u32 + 1);
            }
        }
        for group in groups {
            let Some(field) = group.kind.field else { continue };
            let mut following: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for event in group.events.iter().filter(|e| self.of_finding[e.finding as usize] == 0) {
                let known = causes.get(&(group.kind.entity, event.unit));
                if let Some(cause) = known.into_iter().flatten().find(|c| self.moves(**c, field)) {
                    following.entry(*cause).or_default().push(event.finding);
                }
            }
            for (cause, list) in following {
                if list.len() * 5 >= self.drafts[cause as usize - 1].findings.len() {
                    self.follow(&list, cause);
                }
            }
        }
    }

    /// True when a cause changes a field that the given one depends on.
    fn moves(&self, cause: u32, field: Field) -> bool {
        let draft = &self.drafts[cause as usize - 1];
        std::iter::once(&draft.kind).chain(&draft.also).any(|k| k.field.is_some_and(|f| depends(field, f)))
    }

    fn follow(&mut self, findings: &[u32], cause: u32) {
        for finding in findings {
            self.of_finding[*finding as usize] = cause;
            self.follows[*finding as usize] = true;
        }
    }

    /// For each student the cause that explains most of what is wrong in the records of some entities, where it is at
    /// least half.
    pub(super) fn of_students(
        &self,
        findings: &Findings,
        entities: &[Entity],
        settings: &Settings,
    ) -> HashMap<u32, u32> {
        let mut counts: BTreeMap<u32, BTreeMap<u32, u64>> = BTreeMap::new();
        for (finding, cause) in findings.rows.iter().zip(&self.of_finding) {
            if let Subject::Student(student) = finding.subject
                && finding.severity >= settings.floor
                && entities.contains(&finding.entity)
                && moves_credit(finding)
                && !follows(finding.check, settings)
            {
                *counts.entry(student).or_default().entry(*cause).or_default() += 1;
            }
        }
        let leading = |causes: BTreeMap<u32, u64>| {
            let all: u64 = causes.values().sum();
            let known = causes.into_iter().filter(|(cause, _)| *cause > 0);
            known.max_by_key(|(cause, n)| (*n, std::cmp::Reverse(*cause))).filter(|(_, n)| n * 2 >= all).map(|(c, _)| c)
        };
        counts.into_iter().filter_map(|(student, causes)| Some((student, leading(causes)?))).collect()
    }

    /// Hangs open findings of some kinds under the cause of their student, where at least `percent` of the students
    /// with that cause have one: a single fault of such a student stays single.
    pub(super) fn follow_students(&mut self, groups: &[&Group], causes: &HashMap<u32, u32>, percent: usize) {
        let mut concerned: BTreeMap<u32, usize> = BTreeMap::new();
        causes.values().for_each(|cause| *concerned.entry(*cause).or_default() += 1);
        for group in groups {
            let mut following: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
            for event in group.events.iter().filter(|e| self.of_finding[e.finding as usize] == 0) {
                if let Some(cause) = causes.get(&event.unit.student) {
                    following.entry(*cause).or_default().push(event.finding);
                }
            }
            for (cause, list) in following {
                if list.len() * 100 >= concerned[&cause] * percent {
                    self.follow(&list, cause);
                }
            }
        }
    }

    /// For each student of a class (school and grade) in which GPAs changed: the cause of most of those changes.
    /// A rank changes when another student's GPA does.
    pub(super) fn of_classes(&self, run: &Reconciliation, findings: &Findings) -> HashMap<u32, u32> {
        let mut counts: BTreeMap<(&str, &str), BTreeMap<u32, u64>> = BTreeMap::new();
        for (finding, cause) in findings.rows.iter().zip(&self.of_finding).filter(|(_, cause)| **cause > 0) {
            if let Subject::Student(student) = finding.subject
                && finding.entity == Entity::Gpa
                && !is_rank(finding.field)
            {
                *counts.entry(class(run, student)).or_default().entry(*cause).or_default() += 1;
            }
        }
        let leading = |causes: &BTreeMap<u32, u64>| {
            causes.iter().max_by_key(|(cause, n)| (**n, std::cmp::Reverse(**cause))).map(|(cause, _)| *cause)
        };
        let causes: BTreeMap<(&str, &str), u32> =
            counts.iter().filter_map(|(class, causes)| Some((*class, leading(causes)?))).collect();
        (0..run.students.len() as u32).filter_map(|s| Some((s, *causes.get(&class(run, s))?))).collect()
    }
}

/// School and grade of a student.
fn class(run: &Reconciliation, student: u32) -> (&str, &str) {
    let pair = &run.students[student as usize];
    let text = |field: Field| {
        let of = |side: Side| run.dataset(side).get(Entity::Student)?.text(pair.record(side)?, field);
        of(Side::Legacy).or_else(|| of(Side::New)).unwrap_or_default()
    };
    (text(Field::School), text(Field::GradeLevel))
}

/// The class rank and what it is counted in.
pub(super) const fn is_rank(field: Option<Field>) -> bool {
    matches!(field, Some(Field::Rank | Field::ClassSize))
}

/// A finding that a GPA, a credit total or a requirement may follow from.
const fn moves_credit(finding: &Finding) -> bool {
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

/// The records of a draft, ascending.
fn units(findings: &Findings, draft: &Draft) -> Vec<Unit> {
    let unit = |f: &u32| {
        let finding = &findings.rows[*f as usize];
        let student = if let Subject::Student(s) = finding.subject { s } else { NOBODY };
        Unit { student, legacy: finding.legacy.unwrap_or(NOBODY), new: finding.new.unwrap_or(NOBODY) }
    };
    let mut units: Vec<Unit> = draft.findings.iter().map(unit).collect();
    units.sort_unstable();
    units.dedup();
    units
}

/// The same change under the same condition: of one field in another entity, or of a sister field by one rule.
fn is_same_rule(a: &Draft, b: &Draft) -> bool {
    let is_value = a.kind.sort == Sort::Values && b.kind.sort == Sort::Values;
    let is_sister = match (a.kind.field, b.kind.field) {
        (Some(x), Some(y)) if x == y => a.kind.entity != b.kind.entity,
        (Some(x), Some(y)) => {
            a.kind.entity == b.kind.entity && are_sisters(x, y) && matches!(a.pattern, Pattern::Rule(_))
        }
        _ => false,
    };
    is_value && is_sister && a.pattern == b.pattern && a.condition == b.condition
}

/// Fields that one conversion writes alike.
const fn are_sisters(a: Field, b: Field) -> bool {
    use Field as F;
    const fn family(field: Field) -> u8 {
        match field {
            F::Credit | F::CreditAttempted | F::CreditEarned | F::Required | F::Earned | F::InProgress => 1,
            F::FirstName | F::MiddleName | F::LastName | F::PreferredName | F::Suffix => 2,
            F::EntryDate | F::ExitDate => 3,
            F::StartDate | F::EndDate => 4,
            F::Teacher | F::CoTeacher => 5,
            F::SpecialEducation | F::Section504 | F::EnglishLearner | F::HealthAlert | F::CustodyAlert => 6,
            _ => 0,
        }
    }
    family(a) != 0 && family(a) == family(b)
}

/// Nearly the same records in a sister field, or a dependent field on a part of them. Other fields of the same records
/// are another fault.
fn is_same_fault(a: &Draft, ours: &[Unit], b: &Draft, theirs: &[Unit]) -> bool {
    if a.kind.entity != b.kind.entity || a.kind.population != b.kind.population {
        return false;
    }
    let dependent = a.kind.field.zip(b.kind.field).is_some_and(|(a, b)| depends(b, a) || depends(a, b));
    let sisters = a.kind.field.zip(b.kind.field).is_some_and(|(a, b)| are_sisters(a, b));
    if !dependent && (!sisters || theirs.len() * 10 < ours.len() * 9) {
        return false;
    }
    let (mut both, mut at) = (0usize, 0);
    for unit in theirs {
        while at < ours.len() && ours[at] < *unit {
            at += 1;
        }
        both += usize::from(at < ours.len() && ours[at] == *unit);
    }
    let union = ours.len() + theirs.len() - both;
    both * 10 >= union * 9 || (dependent && both * 10 >= theirs.len() * 9)
}

fn absorb(leader: &mut Draft, draft: Draft) {
    leader.findings.extend(draft.findings);
    leader.findings.sort_unstable();
    leader.findings.dedup();
    leader.also.push(draft.kind);
    leader.also.extend(draft.also);
    let (a, b) = (&mut leader.proof, draft.proof);
    a.explained += b.explained;
    a.of += b.of;
    a.broken += b.broken;
    a.stay += b.stay;
    leader.proved &= draft.proved || draft.proof.explained * 4 < a.explained;
}

/// Which of several changed fields names the fault: the one that others follow from.
const fn lead(field: Option<Field>) -> u8 {
    match field {
        None => 0,
        Some(Field::Course | Field::School) => 1,
        Some(Field::Mark) => 2,
        Some(Field::Level | Field::Term | Field::SchoolYear) => 3,
        Some(Field::GpaWeight | Field::CreditAttempted) => 4,
        Some(Field::CreditEarned | Field::Credit) => 5,
        Some(Field::GpaPoints) => 7,
        Some(_) => 6,
    }
}

/// True when `field` is computed or looked up from `from`.
const fn depends(field: Field, from: Field) -> bool {
    match from {
        Field::Mark => matches!(field, Field::CreditEarned | Field::CreditAttempted | Field::GpaPoints | Field::InGpa),
        Field::Level => matches!(field, Field::GpaWeight | Field::GpaPoints),
        Field::GpaWeight => matches!(field, Field::GpaPoints),
        Field::CreditAttempted => matches!(field, Field::CreditEarned | Field::GpaPoints),
        Field::Course => matches!(
            field,
            Field::Title
                | Field::Level
                | Field::SubjectArea
                | Field::Credit
                | Field::GpaWeight
                | Field::CreditAttempted
        ),
        Field::Term | Field::SchoolYear => matches!(field, Field::StartDate | Field::EndDate | Field::GradeLevel),
        Field::Earned => matches!(field, Field::Met),
        _ => false,
    }
}

/// Kinds that are sought for causes of their own only after what they may follow from.
pub(super) fn is_derived(kind: Kind, settings: &Settings) -> bool {
    matches!(kind.entity, Entity::Gpa | Entity::Graduation)
        || matches!(kind.sort, Sort::Speaks(c) if follows(c, settings))
}
