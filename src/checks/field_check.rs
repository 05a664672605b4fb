//! Checks that look at one or a few fields of paired records: what differs is given, each check only judges.

use super::changes::FieldSet;
use super::context::{Check, Meta, Out, StudentContext};
use super::spell::describe;
use crate::canonical::{Decimal, Entity, Field, Row, Side, Typed};
use crate::finding::Severity;
use crate::reconcile::same;

/// A check of fields of paired records.
#[derive(Debug)]
pub struct FieldCheck {
    /// Name, severity and words.
    pub meta: &'static Meta,
    /// Which fields of which entities.
    pub at: &'static [(Entity, Field)],
    /// How bad a difference is, and why; `None` when it is none.
    pub judge: fn(&FieldChange<'_>) -> Option<Judgement>,
}

/// How bad a difference is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The severity.
    pub severity: Severity,
    /// The reason, one sentence; empty when the values say it all.
    pub note: String,
}

impl From<Severity> for Judgement {
    fn from(severity: Severity) -> Self {
        Self { severity, note: String::new() }
    }
}

impl Judgement {
    /// With a reason.
    pub fn because(severity: Severity, note: impl Into<String>) -> Self {
        Self { severity, note: note.into() }
    }
}

/// A field that differs in a pair of records. Neither value is unmapped or unreadable.
#[derive(Debug, Clone, Copy)]
pub struct FieldChange<'a> {
    /// The student.
    pub student: &'a StudentContext<'a>,
    /// The severity of the check.
    pub severity: Severity,
    /// Which entity.
    pub entity: Entity,
    /// Which field.
    pub field: Field,
    /// The legacy record (the first of several).
    pub legacy: Row,
    /// The new record (the first of several).
    pub new: Row,
    /// All records when a year row was split or merged.
    pub split: Option<(&'a [Row], &'a [Row])>,
    /// All fields of the pair that differ.
    pub fields: FieldSet,
}

impl<'a> FieldChange<'a> {
    /// The row of a side.
    #[must_use]
    pub const fn row(&self, side: Side) -> Row {
        match side {
            Side::Legacy => self.legacy,
            Side::New => self.new,
        }
    }

    /// The canonical text of a side; `None` when there is no value.
    #[must_use]
    pub fn text(&self, side: Side) -> Option<&'a str> {
        self.other(side, self.field)
    }

    /// The canonical text of another field of the same record.
    #[must_use]
    pub fn other(&self, side: Side, field: Field) -> Option<&'a str> {
        self.student.text(side, self.entity, self.row(side), field)
    }

    /// The number of a side; the sum when the record is split.
    #[must_use]
    pub fn number(&self, side: Side) -> Option<Decimal> {
        let one = |row| self.student.number(side, self.entity, row, self.field);
        match self.split {
            None => one(self.row(side)),
            Some((legacy, new)) => {
                let rows = if side == Side::Legacy { legacy } else { new };
                rows.iter().try_fold(Decimal::ZERO, |sum, row| sum.checked_add(one(*row).unwrap_or(Decimal::ZERO)))
            }
        }
    }

    /// The value was there and is gone.
    #[must_use]
    pub fn is_lost(&self) -> bool {
        self.text(Side::New).is_none()
    }

    /// There was no value and now there is one.
    #[must_use]
    pub fn is_gained(&self) -> bool {
        self.text(Side::Legacy).is_none()
    }

    /// Both texts, when there are two.
    #[must_use]
    pub fn texts(&self) -> Option<(&'a str, &'a str)> {
        Some((self.text(Side::Legacy)?, self.text(Side::New)?))
    }

    /// True when only case, blanks or the composition of accents differ.
    #[must_use]
    pub fn is_spelling(&self) -> bool {
        self.texts().is_some_and(|(l, n)| same(l, n))
    }

    /// True when the two values are one label that each system writes in its own way throughout.
    #[must_use]
    pub fn is_relabelled(&self) -> bool {
        let key = |side: Side| self.student.records(side, self.entity)?.key(self.row(side), self.field);
        match (key(Side::Legacy), key(Side::New)) {
            (Some(l), Some(n)) => self.student.facts.is_relabelled(self.entity, self.field, l, n),
            _ => false,
        }
    }

    fn is_known(&self) -> bool {
        let known = |side: Side, rows: &[Row]| {
            self.student.records(side, self.entity).is_some_and(|records| {
                rows.iter().all(|r| !matches!(records.typed(*r, self.field), Typed::Unmapped | Typed::Unreadable))
            })
        };
        match self.split {
            None => known(Side::Legacy, &[self.legacy]) && known(Side::New, &[self.new]),
            Some((legacy, new)) => known(Side::Legacy, legacy) && known(Side::New, new),
        }
    }

    /// What stands for the values of split records: `5 + 5 = 10` for numbers, `A, B` for others.
    fn shown(&self, side: Side) -> String {
        let Some((legacy, new)) = self.split else { return String::new() };
        let text = |row: &Row| self.student.records(side, self.entity).and_then(|r| r.raw(*row, self.field));
        // By what the rows say, never by where they stand.
        let mut rows = if side == Side::Legacy { legacy } else { new }.to_vec();
        rows.sort_by_cached_key(|row| (describe(self.student.reconciliation, side, self.entity, *row), text(row)));
        let values: Vec<&str> = rows.iter().map(|r| text(r).unwrap_or_default()).collect();
        match self.number(side) {
            Some(total) if values.len() > 1 && self.field.kind() == crate::canonical::Kind::Number => {
                format!("{} = {total}", values.join(" + "))
            }
            _ => values.join(", "),
        }
    }
}

impl Check for FieldCheck {
    fn meta(&self) -> &'static Meta {
        self.meta
    }

    fn reads(&self) -> &'static [(Entity, Field)] {
        self.at
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        let mut last = None;
        for (entity, field) in self.at {
            if last != Some(*entity) {
                out.looked_at += student.changes.looked_at(*entity);
                last = Some(*entity);
            }
            if *entity == Entity::Transcript && student.facts.has_swapped_transcript(student.position) {
                continue;
            }
            for pair in student.changes.of(*entity).iter().filter(|p| p.fields.has(*field)) {
                let split = pair.split.and_then(|at| student.pairs(*entity)?.split().nth(usize::from(at)));
                let change = FieldChange {
                    student,
                    severity: self.meta.severity,
                    entity: *entity,
                    field: *field,
                    legacy: pair.legacy,
                    new: pair.new,
                    split,
                    fields: pair.fields,
                };
                if change.is_known()
                    && let Some(judgement) = (self.judge)(&change)
                {
                    report(self.meta, &change, judgement, out);
                }
            }
        }
    }
}

fn report(meta: &'static Meta, change: &FieldChange<'_>, judgement: Judgement, out: &mut Out) {
    let note = if judgement.note.is_empty() { 0 } else { out.note(judgement.note) };
    let values = match change.split {
        None => (0, 0),
        Some(_) => (out.note(change.shown(Side::Legacy)), out.note(change.shown(Side::New))),
    };
    let finding = out.changed(change.student.subject(), meta, change.field, change.legacy, change.new);
    finding.entity = change.entity;
    finding.severity = judgement.severity;
    finding.note = note;
    finding.values = values;
}

/// Any difference counts as the check's own severity.
pub(super) fn always(change: &FieldChange<'_>) -> Option<Judgement> {
    Some(change.severity.into())
}

/// Case and blanks do not count; a label that each system writes in its own way is told, no more.
pub(super) fn label(change: &FieldChange<'_>) -> Option<Judgement> {
    if change.is_spelling() {
        return None;
    }
    if change.is_relabelled() {
        return Some(Judgement::because(Severity::Info, "each system writes this label in its own way throughout"));
    }
    let severity = if change.is_gained() { Severity::Info } else { change.severity };
    Some(severity.into())
}
