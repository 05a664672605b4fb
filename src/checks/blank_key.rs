//! A record has no student id.
//!
//! # What it finds
//!
//! Records without a student id: critical on the new side, major on the legacy side. They belong to nobody and are not
//! compared.
//!
//! # Why it matters
//!
//! A record without its key is lost to its student, and two blanks are not the same student.
//!
//! # Example
//!
//! Forty transcript rows of the new extract have an empty id.
//!
//! # What to do
//!
//! Find the join of the extract that missed.

use super::context::{Check, Meta, Out, RunContext};
use crate::canonical::{Entity, Field, Row, Side};
use crate::finding::{Change, Severity, Subject};

static META: Meta = Meta {
    name: "blank-key",
    severity: Severity::Critical,
    summary: "A record has no student id.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("blank_key.rs"),
};

/// The check.
pub(super) struct BlankKey;

impl Check for BlankKey {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn is_general(&self) -> bool {
        true
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        for side in Side::BOTH {
            for entity in Entity::ALL {
                out.looked_at += run.reconciliation.dataset(side).get(entity).map_or(0, |r| r.len() as u64);
            }
        }
        for (entity, (legacy, new)) in &run.reconciliation.matching.blank {
            for row in legacy {
                let subject = subject(run, Side::Legacy, *entity, *row, out);
                let finding = out.finding(subject, &META, Change::Missing);
                (finding.entity, finding.legacy, finding.severity) = (*entity, Some(*row), Severity::Major);
                finding.field = Some(Field::StudentId);
            }
            for row in new {
                let subject = subject(run, Side::New, *entity, *row, out);
                let finding = out.finding(subject, &META, Change::Added);
                (finding.entity, finding.new) = (*entity, Some(*row));
                finding.field = Some(Field::StudentId);
            }
        }
    }
}

fn subject(run: &RunContext<'_>, side: Side, entity: Entity, row: Row, out: &mut Out) -> Subject {
    let record = super::spell::describe(run.reconciliation, side, entity, row);
    Subject::Other(out.note(format!("{entity} record without a student id {record}").trim_end()))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_row_without_an_id_is_found() {
        let found = found(
            "blank-key",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5\n|2024-25|S1|ALG|A|5",
        );
        assert_eq!(
            found,
            ["critical student_id +++ transcript record without a student id 2024-25 S1 ALG"] as [&str; 1]
        );
    }
}
