//! A column has one value on the new side where legacy has many.
//!
//! # What it finds
//!
//! Mapped columns of at least 20 records with three or more values on the legacy side, and one value (or none) on the
//! new side.
//!
//! # Why it matters
//!
//! A constant is a default: the mapping or the load lost the column.
//!
//! # Example
//!
//! All transcript rows have teacher `DEFAULT`.
//!
//! # What to do
//!
//! Map the column; a default is not data.

use super::context::{Check, Meta, Out, RunContext};
use crate::canonical::{Column, Entity, Field, Records, Typed};
use crate::finding::{Change, Severity, Subject};

static META: Meta = Meta {
    name: "column-constant",
    severity: Severity::Major,
    summary: "A column has one value on the new side where legacy has many.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("column_constant.rs"),
};

/// The check.
pub(super) struct ColumnConstant;

impl Check for ColumnConstant {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn is_general(&self) -> bool {
        true
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        for entity in Entity::ALL {
            let (Some(legacy), Some(new)) = (run.reconciliation.legacy.get(entity), run.reconciliation.new.get(entity))
            else {
                continue;
            };
            let both = Field::of(entity).iter().copied().filter(|f| legacy.has(*f) && new.has(*f));
            for field in both {
                out.looked_at += 1;
                let few = || at_most(new, field, 1) && !at_most(legacy, field, 2);
                if legacy.len() < 20 || new.len() < 20 || !few() {
                    continue;
                }
                let after = distinct(new, field);
                let subject = Subject::Other(out.note(format!("column {entity}.{field}")));
                let values = out.note(format!("{} values", distinct(legacy, field).len()));
                let constant = out.note(after.first().map_or("no value at all", |t| t).to_owned());
                let finding = out.finding(subject, &META, Change::Changed);
                (finding.entity, finding.field, finding.values) = (entity, Some(field), (values, constant));
            }
        }
    }
}

/// True when a column has no more distinct values than so many.
fn at_most(records: &Records, field: Field, most: usize) -> bool {
    let Some(column) = records.column(field) else { return true };
    let mut known: Vec<&str> = Vec::with_capacity(most);
    (0..column.values.len() as u32).filter_map(|code| value(column, code)).all(|text| {
        let is_known = known.contains(&text);
        if !is_known {
            known.push(text);
        }
        known.len() <= most
    })
}

/// What stands for a distinct value, if it is one.
fn value(column: &Column, code: u32) -> Option<&str> {
    match column.values.entry(code).typed {
        Typed::Missing => None,
        Typed::Unmapped | Typed::Unreadable => Some(column.values.raw(code)),
        _ => Some(column.values.text(code)),
    }
}

/// The distinct values that occur.
fn distinct(records: &Records, field: Field) -> Vec<&str> {
    let Some(column) = records.column(field) else { return Vec::new() };
    let mut texts: Vec<&str> = (0..column.values.len() as u32).filter_map(|code| value(column, code)).collect();
    texts.sort_unstable();
    texts.dedup();
    texts
}
