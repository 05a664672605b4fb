//! Findings of one kind: the same field of the same records, or the same check on whole records. Causes are sought
//! inside a kind and joined afterwards.

use std::collections::BTreeMap;

use super::model::Settings;
use super::space::{NOBODY, Population, Unit};
use crate::canonical::{Entity, Field, Row, Side, Typed};
use crate::finding::{Change, Finding, Findings, Subject};
use crate::reconcile::Reconciliation;

/// What the findings of a group have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Sort {
    /// A value differs in a pair of records.
    Values,
    /// A side's code has no line in its crosswalk, or can not be read.
    Codes(Side),
    /// A check spoke of whole records.
    Speaks(u8),
}

/// Identity of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Kind {
    pub(super) entity: Entity,
    pub(super) population: Population,
    pub(super) sort: Sort,
    pub(super) field: Option<Field>,
}

/// A finding and the record that it is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Event {
    pub(super) finding: u32,
    pub(super) unit: Unit,
}

/// The findings of one kind, in report order.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) kind: Kind,
    pub(super) events: Vec<Event>,
}

/// All findings that a cause may explain, by kind.
pub(super) fn groups(run: &Reconciliation, findings: &Findings, settings: &Settings) -> Vec<Group> {
    let mut groups: BTreeMap<Kind, Vec<Event>> = BTreeMap::new();
    for (at, finding) in findings.rows.iter().enumerate().filter(|(_, f)| f.severity >= settings.floor) {
        if let Some((kind, unit)) = place(run, finding) {
            groups.entry(kind).or_default().push(Event { finding: at as u32, unit });
        }
    }
    groups.into_iter().map(|(kind, events)| Group { kind, events }).collect()
}

fn place(run: &Reconciliation, finding: &Finding) -> Option<(Kind, Unit)> {
    let student = match finding.subject {
        Subject::Student(position) => position,
        Subject::Other(_) => NOBODY,
    };
    let entity = finding.entity;
    let unit = Unit { student, legacy: finding.legacy.unwrap_or(NOBODY), new: finding.new.unwrap_or(NOBODY) };
    let population = match (finding.legacy, finding.new) {
        (Some(l), Some(n)) if is_pair(run, entity, student, l, n) => Population::Paired,
        (Some(_), Some(_)) => Population::Split,
        (Some(_), None) if finding.change != Change::Added => Population::Legacy,
        (None, Some(new)) if is_double(run, entity, student, new) => Population::Doubled,
        (None, Some(_)) => Population::New,
        _ => Population::Students,
    };
    if student == NOBODY && (entity != Entity::Course || population == Population::Students) {
        return None;
    }
    let sort = match (population, finding.field) {
        (Population::Paired | Population::Legacy | Population::New, Some(field)) => {
            match strange(run, finding, field) {
                Some(side) => Sort::Codes(side),
                None if population == Population::Paired && is_plain(finding) => Sort::Values,
                None => Sort::Speaks(finding.check),
            }
        }
        _ => Sort::Speaks(finding.check),
    };
    Some((Kind { entity, population, sort, field: finding.field }, unit))
}

/// The values of the finding are those of the records.
const fn is_plain(finding: &Finding) -> bool {
    finding.values.0 == 0 && finding.values.1 == 0
}

/// True when the new record equals one that has its partner already.
fn is_double(run: &Reconciliation, entity: Entity, student: u32, new: Row) -> bool {
    student != NOBODY && run.pairs(student, entity).is_some_and(|p| p.new_duplicates().contains(&new))
}

/// True when the two records were paired one to one.
fn is_pair(run: &Reconciliation, entity: Entity, student: u32, legacy: Row, new: Row) -> bool {
    match entity {
        Entity::Course => true,
        Entity::Student => {
            run.students.get(student as usize).is_some_and(|s| s.legacy == Some(legacy) && s.new == Some(new))
        }
        _ if student == NOBODY => false,
        _ => run.pairs(student, entity).is_some_and(|p| p.both().any(|b| b.legacy == legacy && b.new == new)),
    }
}

/// The side whose value is unmapped or unreadable.
fn strange(run: &Reconciliation, finding: &Finding, field: Field) -> Option<Side> {
    let is_strange = |side: Side, row: Option<Row>| {
        run.dataset(side)
            .get(finding.entity)
            .zip(row)
            .is_some_and(|(records, row)| matches!(records.typed(row, field), Typed::Unmapped | Typed::Unreadable))
    };
    if is_strange(Side::Legacy, finding.legacy) {
        return Some(Side::Legacy);
    }
    is_strange(Side::New, finding.new).then_some(Side::New)
}
