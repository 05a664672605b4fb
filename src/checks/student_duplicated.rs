//! A student has more records on the new side than on the legacy side.
//!
//! # What it finds
//!
//! Several new records of one id where legacy has fewer, and new students under another id with the state id, or the
//! name and birth date, of a student who is paired. Info: several legacy records of one id that became fewer.
//!
//! # Why it matters
//!
//! The history is split between the records, and the student is funded and enrolled twice (Prince George’s County,
//! 2009: 3,600 duplicate ids).
//!
//! # Example
//!
//! The load ran twice for one school.
//!
//! # What to do
//!
//! Merge the records in the new system; then reload.

use super::context::{Check, Meta, Out, StudentContext};
use crate::canonical::Entity;
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "student-duplicated",
    severity: Severity::Critical,
    summary: "A student has more records on the new side than on the legacy side.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("student_duplicated.rs"),
};

/// The check.
pub(super) struct StudentDuplicated;

impl Check for StudentDuplicated {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn needs_everybody(&self) -> bool {
        true
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        if !student.pair.on_new {
            return;
        }
        out.looked_at += 1;
        let matching = &student.reconciliation.matching;
        if let Some((legacy, new)) = matching.duplicates.get(&student.position)
            && new.len() != legacy.len()
        {
            let note = out.note(format!(
                "{} records on the new side, {} on the legacy side",
                new.len() + 1,
                legacy.len() + usize::from(student.pair.on_legacy)
            ));
            let more = new.len() > legacy.len();
            let finding = out.finding(student.subject(), &META, if more { Change::Added } else { Change::Missing });
            (finding.legacy, finding.new) =
                if more { (None, new.first().copied()) } else { (legacy.first().copied(), None) };
            finding.note = note;
            if !more {
                finding.severity = Severity::Info;
            }
        }
        if let Some(other) = matching.doubles.get(&student.position) {
            let note = out.note(format!(
                "the state id, or the name and birth date, of student {}",
                student.reconciliation.student_id(*other)
            ));
            let finding = out.finding(student.subject(), &META, Change::Added);
            finding.new = student.pair.new;
            finding.note = note;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_record_loaded_twice_is_found() {
        let found = found("student-duplicated", "student: student_id\n1", "student: student_id\n1\n1");
        assert_eq!(found, ["critical +++ student 1 (2 records on the new side, 1 on the legacy side)"] as [&str; 1]);
    }

    #[test]
    fn two_records_on_both_sides_are_not_new() {
        let found = found("student-duplicated", "student: student_id\n1\n1", "student: student_id\n1\n1");
        assert_eq!(found, [] as [&str; 0]);
    }

    #[test]
    fn two_legacy_records_that_became_one_are_told() {
        let found = found("student-duplicated", "student: student_id\n1\n1", "student: student_id\n1");
        assert_eq!(found, ["info --- student 1 (1 records on the new side, 2 on the legacy side)"] as [&str; 1]);
    }

    #[test]
    fn a_second_person_with_one_state_id_is_found() {
        let found =
            found("student-duplicated", "student: student_id|state_id\n1|A", "student: student_id|state_id\n1|A\n9|A");
        assert_eq!(
            found,
            ["critical +++ student 9 (the state id, or the name and birth date, of student 1)"] as [&str; 1]
        );
    }
}
