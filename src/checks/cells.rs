//! Cells that hold no comparable value: codes without a crosswalk line, texts that do not read. One finding a record.

use super::context::{Meta, Out, RunContext, StudentContext};
use crate::canonical::{Entity, Field, Records, Row, Side, Typed};
use crate::finding::{Change, Severity, Subject};
use crate::reconcile::Reconciliation;

/// Looks through all records of a student, in the columns that have such a value at all.
pub(super) fn strange_cells(student: &StudentContext<'_>, meta: &'static Meta, wanted: Typed, out: &mut Out) {
    for side in Side::BOTH {
        for entity in Entity::ALL {
            let fields = student.facts.strange(side, entity, wanted);
            let Some(records) = student.records(side, entity).filter(|_| !fields.is_empty()) else { continue };
            let rows = if entity == Entity::Student {
                student.pair.record(side).into_iter().collect()
            } else {
                student.rows(side, entity)
            };
            for row in rows {
                out.looked_at += 1;
                report(records, row, fields, wanted, student.subject(), (side, meta), out);
            }
        }
    }
}

/// Looks through the records that belong to no student: the catalogue, and records whose own id is strange.
pub(super) fn strange_rows(run: &RunContext<'_>, meta: &'static Meta, wanted: Typed, out: &mut Out) {
    for side in Side::BOTH {
        for entity in Entity::ALL {
            let fields = run.facts.strange(side, entity, wanted);
            let Some(records) = run.reconciliation.dataset(side).get(entity).filter(|_| !fields.is_empty()) else {
                continue;
            };
            for row in 0..records.len() as Row {
                let is_strange = fields.iter().any(|f| records.typed(row, *f) == wanted);
                if is_strange && run.reconciliation.owner(side, entity, row).is_none() {
                    let subject = subject(run.reconciliation, side, entity, row, out);
                    report(records, row, fields, wanted, subject, (side, meta), out);
                }
            }
        }
    }
}

fn subject(run: &Reconciliation, side: Side, entity: Entity, row: Row, out: &mut Out) -> Subject {
    let record = super::spell::describe(run, side, entity, row);
    let what = if entity == Entity::Course { record.clone() } else { format!("record of no student {record}") };
    Subject::Other(out.note(format!("{entity} {what}").trim_end()))
}

fn report(
    records: &Records,
    row: Row,
    fields: &[Field],
    wanted: Typed,
    subject: Subject,
    (side, meta): (Side, &'static Meta),
    out: &mut Out,
) {
    let found: Vec<Field> = fields.iter().copied().filter(|f| records.typed(row, *f) == wanted).collect();
    let Some((first, rest)) = found.split_first() else { return };
    let names: Vec<&str> = rest.iter().map(|f| f.name()).collect();
    let note = if names.is_empty() { 0 } else { out.note(format!("also {}", names.join(", "))) };
    let change = if side == Side::Legacy { Change::Missing } else { Change::Added };
    let finding = out.finding(subject, meta, change);
    (finding.entity, finding.field, finding.note) = (records.entity(), Some(*first), note);
    match side {
        Side::Legacy => finding.legacy = Some(row),
        Side::New => finding.new = Some(row),
    }
    if records.entity() == Entity::Transcript {
        finding.severity = Severity::Critical;
    }
}
