//! A class has another primary teacher.
//!
//! # What it finds
//!
//! Teachers that differ after the teacher crosswalk. When every teacher has another number, the numbering is told, at
//! info.
//!
//! # Why it matters
//!
//! Marks and attendance are entered by the primary teacher; the wrong one sees the roster.
//!
//! # Example
//!
//! The co-teacher became the primary teacher.
//!
//! # What to do
//!
//! Mend the teacher crosswalk or the section.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use crate::canonical::{Entity, Field, Side};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "teacher-changed",
    severity: Severity::Major,
    summary: "A class has another primary teacher.",
    entity: Entity::Schedule,
    needs: &[],
    source: include_str!("teacher_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Schedule, Field::Teacher)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    if change.is_relabelled() {
        return Some(Judgement::because(Severity::Info, "every teacher has another number: add a teacher crosswalk"));
    }
    let severity = if change.is_gained() { Severity::Minor } else { change.severity };
    let co_teacher = change.other(Side::Legacy, Field::CoTeacher);
    let note = if co_teacher.is_some() && co_teacher == change.text(Side::New) {
        "the co-teacher became the primary teacher"
    } else {
        ""
    };
    Some(Judgement::because(severity, note))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn the_co_teacher_as_primary_is_told() {
        let found = found(
            "teacher-changed",
            "schedule: student_id|school_year|term|course|period|teacher|co_teacher\n1|2025-26|S1|ALG|1|T1|T2",
            "schedule: student_id|school_year|term|course|period|teacher|co_teacher\n1|2025-26|S1|ALG|1|T2|T1",
        );
        assert_eq!(found, ["major teacher T1 -> T2 (the co-teacher became the primary teacher)"] as [&str; 1]);
    }

    #[test]
    fn the_halves_of_a_year_row_are_told_in_one_order() {
        let head = "schedule: student_id|term|course|period|teacher\n";
        let halves = ["1|S1|ALG|1|T1\n", "1|S2|ALG|1|T0\n"];
        let told = |new: [&str; 2]| {
            found("teacher-changed", &format!("{head}1|FY|ALG|1|T0\n"), &format!("{head}{}", new.concat()))
        };
        let one = told(halves);
        assert_eq!(one.len(), 1, "{one:?}");
        assert_eq!(one, told([halves[1], halves[0]]));
    }
}
