//! The district's number of a student is not the same on both sides.
//!
//! # What it finds
//!
//! Students who were recognised by another id while their own numbers differ: major when only leading zeros differ, or
//! when most students kept their number; info when the new system numbers everybody anew. Numbers translated by a
//! crosswalk are not compared.
//!
//! # Why it matters
//!
//! Everything else in the district (cafeteria, library, state files) knows the student by this number.
//!
//! # Example
//!
//! Legacy `0041877`, new `41877`.
//!
//! # What to do
//!
//! Load ids as text; when students are numbered anew, supply a student crosswalk.

use super::context::{Check, Meta, Out, StudentContext};
use crate::canonical::Entity;
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "student-id-changed",
    severity: Severity::Major,
    summary: "The district's number of a student is not the same on both sides.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("student_id_changed.rs"),
};

/// The check.
pub(super) struct StudentIdChanged;

impl Check for StudentIdChanged {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        if !student.is_paired() {
            return;
        }
        out.looked_at += 1;
        let Some((legacy, new)) = student.reconciliation.ids(student.position).filter(|(l, n)| l != n) else { return };
        let matching = &student.reconciliation.matching;
        let rule = matching.rules.get(usize::from(student.pair.rule));
        if rule.is_some_and(|r| r.starts_with("crosswalk:")) {
            return;
        }
        let zeros = legacy.trim_start_matches('0') == new.trim_start_matches('0');
        let renumbered = !zeros && matching.kept_id * 2 < matching.paired;
        let note = out.note(match (zeros, renumbered) {
            (true, _) => "only leading zeros differ",
            (_, true) => "the new system numbers students anew",
            _ => "",
        });
        let values = (out.note(legacy), out.note(new));
        let finding = out.finding(student.subject(), &META, Change::Changed);
        (finding.legacy, finding.new, finding.note, finding.values) =
            (student.pair.legacy, student.pair.new, note, values);
        if renumbered {
            finding.severity = Severity::Info;
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn lost_zeros_are_major() {
        let found = found("student-id-changed", "student: student_id\n01", "student: student_id\n1");
        assert_eq!(found, ["major -> student 01 01 -> 1 (only leading zeros differ)"] as [&str; 1]);
    }

    #[test]
    fn a_student_with_another_number_is_major_and_all_of_them_are_info() {
        let found = found(
            "student-id-changed",
            "student: student_id|state_id\n1|A\n2|B\n3|C",
            "student: student_id|state_id\n1|A\n2|B\n9|C",
        );
        assert_eq!(found, ["major -> student 3 3 -> 9"] as [&str; 1]);
    }

    #[test]
    fn new_numbers_for_everybody_are_info() {
        let found =
            found("student-id-changed", "student: student_id|state_id\n1|A", "student: student_id|state_id\n9|A");
        assert_eq!(found, ["info -> student 1 1 -> 9 (the new system numbers students anew)"] as [&str; 1]);
    }
}
