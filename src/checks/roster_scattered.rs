//! The students of a section are not together on the new side.
//!
//! # What it finds
//!
//! Legacy sections of at least five paired students whose best new section shares less than nine in ten of the students
//! of both. Section numbers are not compared.
//!
//! # Why it matters
//!
//! Rosters were shuffled between sections, or two sections became one.
//!
//! # Example
//!
//! The students of periods 2 and 4 of one teacher were mixed.
//!
//! # What to do
//!
//! Compare the two rosters; reload them by student and section, not by course.

use super::context::{Check, Meta, Out, RunContext};
use crate::canonical::{Entity, Field, Side};
use crate::finding::{Change, Severity, Subject};

static META: Meta = Meta {
    name: "roster-scattered",
    severity: Severity::Major,
    summary: "The students of a section are not together on the new side.",
    entity: Entity::Schedule,
    needs: &[Field::Section],
    source: include_str!("roster_scattered.rs"),
};

/// The check.
pub(super) struct RosterScattered;

impl Check for RosterScattered {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        for pair in &run.reconciliation.sections {
            out.looked_at += 1;
            if pair.students < 5 || u64::from(pair.together) * 10 >= u64::from(pair.union) * 9 {
                continue;
            }
            let text =
                |side: Side, row, field| run.reconciliation.dataset(side).get(Entity::Schedule)?.text(row, field);
            let part = |side, row, field| text(side, row, field).unwrap_or_default();
            let subject = Subject::Other(out.note(format!(
                "section {} of course {} at school {}",
                part(Side::Legacy, pair.legacy, Field::Section),
                part(Side::Legacy, pair.legacy, Field::Course),
                part(Side::Legacy, pair.legacy, Field::School)
            )));
            let note = out.note(format!(
                "{} of its {} students are in new section {}, which shares {} of {} students with it",
                pair.together,
                pair.students,
                part(Side::New, pair.new, Field::Section),
                pair.together,
                pair.union
            ));
            let finding = out.finding(subject, &META, Change::Changed);
            (finding.legacy, finding.new, finding.note) = (Some(pair.legacy), Some(pair.new), note);
            finding.field = Some(Field::Section);
        }
    }
}
