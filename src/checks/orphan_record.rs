//! Records belong to a student whom no student record names.
//!
//! # What it finds
//!
//! For each such id and entity of the new side one finding, unless the student is missing (`student-missing`) or the
//! same id is an orphan on the legacy side too (then info).
//!
//! # Why it matters
//!
//! The rows are in the system and on no screen.
//!
//! # Example
//!
//! Transcript rows kept their old ids after students were renumbered.
//!
//! # What to do
//!
//! Load students first; check the id of the table.

use super::context::{Check, Meta, Out, RunContext};
use crate::canonical::{Entity, Field, Row, Side};
use crate::finding::{Change, Severity, Subject};
use std::collections::BTreeMap;

static META: Meta = Meta {
    name: "orphan-record",
    severity: Severity::Major,
    summary: "Records belong to a student whom no student record names.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("orphan_record.rs"),
};

/// The check.
pub(super) struct OrphanRecord;

impl Check for OrphanRecord {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn is_general(&self) -> bool {
        true
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        for (entity, (legacy, new)) in &run.reconciliation.matching.orphans {
            out.looked_at += new.len() as u64;
            let (legacy, new) = (by_id(run, Side::Legacy, *entity, legacy), by_id(run, Side::New, *entity, new));
            for (id, (first, count)) in new {
                let missing =
                    run.reconciliation.position(id).is_some_and(|p| !run.reconciliation.students[p as usize].on_new);
                if missing {
                    continue;
                }
                let subject = Subject::Other(out.note(format!("{entity} records of unknown student {id}")));
                let note = out.note(if count == 1 { "1 record".to_owned() } else { format!("{count} records") });
                let finding = out.finding(subject, &META, Change::Added);
                (finding.entity, finding.new, finding.note) = (*entity, Some(first), note);
                if legacy.contains_key(id) {
                    finding.severity = Severity::Info;
                }
            }
        }
    }
}

fn by_id<'a>(run: &RunContext<'a>, side: Side, entity: Entity, rows: &[Row]) -> BTreeMap<&'a str, (Row, usize)> {
    let mut found: BTreeMap<&str, (Row, usize)> = BTreeMap::new();
    let Some(records) = run.reconciliation.dataset(side).get(entity) else { return found };
    for row in rows {
        if let Some(id) = records.text(*row, Field::StudentId) {
            found.entry(id).or_insert((*row, 0)).1 += 1;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn rows_of_an_unknown_student_are_one_finding() {
        let found = found(
            "orphan-record",
            "student: student_id\n1\ntranscript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5",
            "student: student_id\n1\ntranscript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5\n7|2024-25|S1|ALG|A|5\n7|2024-25|S1|BIO|A|5",
        );
        assert_eq!(found, ["major +++ transcript records of unknown student 7 A (2 records)"] as [&str; 1]);
    }

    #[test]
    fn rows_of_a_missing_student_are_not_told_twice() {
        let found = found(
            "orphan-record",
            "student: student_id\n1\n7\ntranscript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5",
            "student: student_id\n1\ntranscript: student_id|school_year|term|course|mark|credit_earned\n7|2024-25|S1|ALG|A|5",
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
