//! A student has no class at all on the new side.
//!
//! # What it finds
//!
//! Students with active classes on the legacy side and none on the new side. The classes are not reported one by one.
//!
//! # Why it matters
//!
//! Thousands of students without schedules are what closed schools on the first day.
//!
//! # Example
//!
//! All sections of one school were not loaded.
//!
//! # What to do
//!
//! Look whether one school or one term is missing; then reload.

use super::context::{Check, Meta, Out, StudentContext};
use super::spell::describe;
use crate::canonical::{Entity, Row, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "schedule-missing",
    severity: Severity::Critical,
    summary: "A student has no class at all on the new side.",
    entity: Entity::Schedule,
    needs: &[],
    source: include_str!("schedule_missing.rs"),
};

/// The check.
pub(super) struct ScheduleMissing;

impl Check for ScheduleMissing {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        let Some(pairs) = student.pairs(Entity::Schedule).filter(|_| student.is_paired()) else { return };
        out.looked_at += 1;
        if pairs.count(Side::New) > 0 {
            return;
        }
        let active = active_rows(student, Side::Legacy);
        // The row that stands for all is chosen by what it says, not by where it stands.
        let words = |row: &Row| describe(student.reconciliation, Side::Legacy, Entity::Schedule, *row);
        if let Some(first) = active.iter().min_by_key(|row| words(row)) {
            let note = out.note(if active.len() == 1 {
                "1 class on the legacy side".to_owned()
            } else {
                format!("{} classes on the legacy side", active.len())
            });
            let finding = out.finding(student.subject(), &META, Change::Missing);
            finding.legacy = Some(*first);
            finding.note = note;
        }
    }
}

/// The classes of a side that are not dropped.
pub(super) fn active_rows<'a>(student: &StudentContext<'a>, side: Side) -> &'a [Row] {
    student.known.active[side as usize].get_or_init(|| {
        let mut rows = student.rows(side, Entity::Schedule);
        if let Some(classes) = student.records(side, Entity::Schedule) {
            rows.retain(|row| !student.facts.meetings(side).is_dropped(classes, *row));
        }
        rows
    })
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_student_without_classes_is_one_finding() {
        let found = found(
            "schedule-missing",
            "schedule: student_id|term|course|period\n1|S1|ALG|1\n1|S1|BIO|2",
            "student: student_id\n1\nschedule: student_id|term|course|period\n",
        );
        assert_eq!(found, ["critical --- S1 ALG P1 (2 classes on the legacy side)"] as [&str; 1]);
    }

    #[test]
    fn a_student_without_classes_on_both_sides_is_none() {
        let found = found(
            "schedule-missing",
            "student: student_id\n1\nschedule: student_id|term|course|period\n",
            "student: student_id\n1\nschedule: student_id|term|course|period\n",
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
