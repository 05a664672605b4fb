//! What belongs together: one fault that shows in several fields, or in several kinds of record, is one cause.

use std::collections::{BTreeMap, BTreeSet};

use super::group::{Kind, Sort};
use super::pattern::Pattern;
use super::prove::{Draft, Shape};
use super::same_table::{both, is_same_table};
use super::space::{NOBODY, Population, Unit};
use crate::canonical::{Entity, Field, Row};
use crate::finding::{Findings, Subject};
use crate::reconcile::{KeyColumn, Reconciliation};

/// Causes on their way, and whose each finding is.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) drafts: Vec<Draft>,
    /// For each finding: its draft, counting from 1.
    pub(super) of_finding: Vec<u32>,
    /// For each finding: true when it only follows.
    pub(super) follows: Vec<bool>,
    /// For a finding that follows from several faults: all drafts that it needs repaired, 0 for a single fault.
    pub(super) needs: BTreeMap<u32, Vec<u32>>,
    /// For a finding whose difference was derived: how much of it, in thousandths, its draft makes.
    pub(super) shares: BTreeMap<u32, u32>,
}

impl Ledger {
    pub(super) fn new(findings: usize) -> Self {
        Self {
            drafts: Vec::new(),
            of_finding: vec![0; findings],
            follows: vec![false; findings],
            needs: BTreeMap::new(),
            shares: BTreeMap::new(),
        }
    }

    /// Takes newly proved causes in: joined with those that are the same fault, else as their own.
    pub(super) fn add(&mut self, run: &Reconciliation, findings: &Findings, drafts: Vec<Draft>) {
        let first = self.drafts.len();
        self.drafts.extend(drafts);
        self.join(run, findings, first);
        for (at, draft) in self.drafts.iter().enumerate().skip(first) {
            for finding in &draft.findings {
                self.of_finding[*finding as usize] = at as u32 + 1;
                self.follows[*finding as usize] = false;
            }
        }
    }

    fn join(&mut self, run: &Reconciliation, findings: &Findings, first: usize) {
        let mut order: Vec<usize> = (first..self.drafts.len()).collect();
        order.sort_by_key(|at| {
            let draft = &self.drafts[*at];
            (std::cmp::Reverse(draft.findings.len()), lead(draft.kind.field), draft.kind)
        });
        let mut leaders: Vec<Draft> = Vec::new();
        let mut leading: Vec<usize> = Vec::new();
        // The drafts that a leader has taken in, itself among them, by its place.
        let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        // The records of a draft, once they are asked for.
        let mut records: BTreeMap<usize, Vec<Unit>> = BTreeMap::new();
        for (place, at) in order.iter().enumerate() {
            let draft = self.drafts[*at].clone();
            let joined = leading.iter().position(|l| {
                let leader = &self.drafts[order[*l]];
                let is_one = |other: &Draft| is_same_rule(other, &draft) || is_same_table(run, findings, other, &draft);
                if members[l].iter().any(|m| is_one(&self.drafts[*m])) {
                    return true;
                }
                if !may_be_same_fault(leader, &draft) {
                    return false;
                }
                for at in [*l, place] {
                    records.entry(at).or_insert_with(|| units(findings, &self.drafts[order[at]]));
                }
                match shape(leader, &draft) {
                    Shape::Kept => is_same_fault(leader, &records[l], &draft, &records[&place]),
                    _ => are_siblings(run, (leader, &records[l]), (&draft, &records[&place])),
                }
            });
            match joined {
                Some(leader) => {
                    let shape = shape(&leaders[leader], &draft);
                    if shape != Shape::Kept {
                        leaders[leader].shape = shape;
                    }
                    let is_table = is_same_table(run, findings, &leaders[leader], &draft);
                    members.entry(leading[leader]).or_default().push(*at);
                    absorb(&mut leaders[leader], draft, is_table);
                }
                None => {
                    members.insert(place, vec![*at]);
                    leaders.push(draft);
                    leading.push(place);
                }
            }
        }
        self.drafts.truncate(first);
        self.drafts.append(&mut leaders);
    }
}

/// The records of a draft, ascending.
pub(super) fn units(findings: &Findings, draft: &Draft) -> Vec<Unit> {
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
pub(super) const fn are_sisters(a: Field, b: Field) -> bool {
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

fn are_dependent(a: &Draft, b: &Draft) -> bool {
    a.kind.field.zip(b.kind.field).is_some_and(|(a, b)| depends(b, a) || depends(a, b))
}

/// Whether the records are worth comparing.
fn may_be_same_fault(a: &Draft, b: &Draft) -> bool {
    if shape(a, b) != Shape::Kept {
        return true;
    }
    let is_alike = a.kind.entity == b.kind.entity && a.kind.population == b.kind.population;
    let sisters = a.kind.field.zip(b.kind.field).is_some_and(|(a, b)| are_sisters(a, b));
    is_alike && (sisters || are_dependent(a, b))
}

/// What two causes may be together: values that depend on the length of a record changed, and other records of the same
/// kind are missing or too many.
fn shape(a: &Draft, b: &Draft) -> Shape {
    let of = |values: &Draft, rows: &Draft| {
        let is_length = matches!(
            values.kind.field,
            Some(Field::Term | Field::Credit | Field::CreditAttempted | Field::CreditEarned | Field::EndDate)
        );
        let is_kind = matches!(values.kind.entity, Entity::Transcript | Entity::Schedule);
        if values.kind.sort != Sort::Values || !is_length || !is_kind || rows.kind.entity != values.kind.entity {
            return Shape::Kept;
        }
        match rows.kind.population {
            Population::Legacy if rows.kind.field.is_none() => Shape::Merged,
            Population::New if rows.kind.field.is_none() => Shape::Split,
            _ => Shape::Kept,
        }
    };
    if of(a, b) == Shape::Kept { of(b, a) } else { of(a, b) }
}

/// True when nearly every record of one cause has one of the other beside it: of the same student, course and year.
fn are_siblings(run: &Reconciliation, a: (&Draft, &[Unit]), b: (&Draft, &[Unit])) -> bool {
    let keys = |(draft, units): (&Draft, &[Unit])| -> BTreeSet<(u32, u32, u32)> {
        let side = draft.kind.population.side();
        let column = |field| run.dataset(side).get(draft.kind.entity).and_then(|r| KeyColumn::of(r, field));
        let (course, year) = (column(Field::Course), column(Field::SchoolYear));
        let key = |column: &Option<KeyColumn<'_>>, row: Row| column.as_ref().map_or(0, |c| c.key(row));
        let rows = units.iter().map(|u| (u.student, u.row(side))).filter(|(_, row)| *row != NOBODY);
        rows.map(|(student, row)| (student, key(&course, row), key(&year, row))).collect()
    };
    let (ours, theirs) = (keys(a), keys(b));
    let both = ours.intersection(&theirs).count();
    // Not every record has something to double: credit that was not earned stays nought.
    both * 10 >= theirs.len() * 9 && both * 2 >= ours.len()
}

/// Nearly the same records in a sister field, or a dependent field on a part of them. Other fields of the same records
/// are another fault.
fn is_same_fault(a: &Draft, ours: &[Unit], b: &Draft, theirs: &[Unit]) -> bool {
    let dependent = are_dependent(a, b);
    if !dependent && theirs.len() * 10 < ours.len() * 9 {
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

fn absorb(leader: &mut Draft, draft: Draft, is_table: bool) {
    // Where a field is computed from the leading one, the records in which it happens to agree contradict nothing.
    let follows = leader.kind.field.zip(draft.kind.field).is_some_and(|(from, field)| depends(field, from));

    leader.findings.extend_from_slice(&draft.findings);
    leader.findings.sort_unstable();
    leader.findings.dedup();
    let known: Vec<Kind> = leader.kinds().collect();
    if leader.pattern == draft.pattern || is_table {
        leader.alike.extend(draft.alike.iter().chain([&draft.kind]).filter(|k| !known.contains(k)));
    }
    leader.also.extend(draft.kinds().filter(|k| !known.contains(k)));
    if is_table {
        leader.pattern = both(std::mem::replace(&mut leader.pattern, Pattern::Speaks(0)), draft.pattern);
    }
    let (a, b) = (&mut leader.proof, draft.proof);
    a.explained += b.explained;
    a.of += b.of;
    a.broken += if follows { 0 } else { b.broken };
    a.stay += b.stay;
    leader.proved &= follows || draft.proved || draft.proof.explained * 4 < a.explained;
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
pub(super) const fn depends(field: Field, from: Field) -> bool {
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
