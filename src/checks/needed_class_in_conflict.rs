//! A class that a student needs meets at the same time as another, on the new side only.
//!
//! # What it finds
//!
//! Collisions of the new schedule where one of the two classes closes an open area of graduation: critical in grades
//! 11 and 12, major in 9 and 10.
//!
//! # Why it matters
//!
//! One of the two classes is lost, and it may be the one that graduates. In 2014, both Advanced Placement classes of
//! a student stood in one period.
//!
//! # Example
//!
//! ENG12A and CHOIR3 both meet in period 4; English has 10 credits open.
//!
//! # What to do
//!
//! Move one of the two, the needed one last.

use super::context::{Check, Meta, Out, StudentContext};
use super::policy_facts::{audit, grade};
use super::schedule_conflict_introduced::conflicts;
use crate::canonical::{Entity, Field, Row, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "needed-class-in-conflict",
    severity: Severity::Critical,
    summary: "A class that a student needs meets at the same time as another, on the new side only.",
    entity: Entity::Schedule,
    needs: &[Field::Period],
    source: include_str!("needed_class_in_conflict.rs"),
};

/// The check.
pub(super) struct NeededClassInConflict;

impl Check for NeededClassInConflict {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        if student.has_same_rows() {
            return;
        }
        let Some(new) = audit(student, Side::New) else { return };
        let Some(requirements) = student.policies.requirements() else { return };
        out.looked_at += 1;
        let course = |side, row| student.text(side, Entity::Schedule, row, Field::Course).unwrap_or_default();
        let named = |side: Side| move |(a, b): (Row, Row)| [course(side, a), course(side, b)];
        let known: Vec<_> = conflicts(student, Side::Legacy).iter().copied().map(named(Side::Legacy)).collect();
        for (first, second) in conflicts(student, Side::New).iter().copied() {
            if known.contains(&named(Side::New)((first, second))) {
                continue;
            }
            // Electives are not needed from one class in particular.
            let needed = |row: Row| {
                let credit = new.planned.iter().find(|c| c.row == row)?;
                let open =
                    |at: &usize| credit.mask & (1 << at) != 0 && new.open[*at] > 0 && !requirements.areas[*at].any;
                (0..requirements.areas.len()).find(open)
            };
            let Some((row, at)) = [first, second].into_iter().find_map(|row| Some((row, needed(row)?))) else {
                continue;
            };
            let note = out.note(format!(
                "{} and {} meet at the same time; {} is open",
                course(Side::New, first),
                course(Side::New, second),
                requirements.areas[at].label,
            ));
            let finding = out.finding(student.subject(), &META, Change::Added);
            (finding.note, finding.new) = (note, Some(row));
            if grade(student).is_some_and(|g| g < 11) {
                finding.severity = Severity::Major;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::policy_facts::testing::found;

    #[test]
    fn a_needed_class_in_a_double_booked_period_is_found() {
        let side = |period: &str| {
            format!(
                "student: student_id|grade_level\n1|12\n\
                 transcript: student_id|school_year|term|course|mark|credit_attempted|credit_earned|subject_area\n\
                 1|2023-24|S1|ENG9A|B|30|30|ENG\n\
                 course: course|credit|subject_area\nENG12A|5|ENG\nTA1|5|ELEC\n\
                 schedule: student_id|school_year|term|course|period\n1|2025-26|S1|ENG12A|1\n1|2025-26|S1|TA1|{period}\n"
            )
        };
        let found = found("needed-class-in-conflict", &side("2"), &side("1"));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(
            found[0].starts_with("critical")
                && found[0].contains("ENG12A and TA1 meet at the same time; english is open"),
            "{found:?}"
        );
        assert_eq!(
            super::super::policy_facts::testing::found("needed-class-in-conflict", &side("1"), &side("1")),
            [] as [&str; 0]
        );
    }
}
