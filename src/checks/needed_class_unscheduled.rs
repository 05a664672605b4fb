//! A class that a student needs to graduate is scheduled on the legacy side only.
//!
//! # What it finds
//!
//! Areas that the legacy schedule would close and the new schedule leaves open, with the same credits earned:
//! critical in grades 11 and 12, major in 9 and 10.
//!
//! # Why it matters
//!
//! There is one semester left to take it. In 2014 thousands of students sat in classes they had passed and missed
//! those they needed.
//!
//! # Example
//!
//! English: 10 credits open; legacy schedules ENG12A and ENG12B, new schedules neither.
//!
//! # What to do
//!
//! Put the student into the class before the first day of school.

use super::context::{Check, Meta, Out, StudentContext};
use super::policy_facts::{audits, credits_text, grade};
use crate::canonical::{Entity, Field, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "needed-class-unscheduled",
    severity: Severity::Critical,
    summary: "A class that a student needs to graduate is scheduled on the legacy side only.",
    entity: Entity::Schedule,
    needs: &[],
    source: include_str!("needed_class_unscheduled.rs"),
};

/// The check.
pub(super) struct NeededClassUnscheduled;

impl Check for NeededClassUnscheduled {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        if student.has_same_rows() {
            return;
        }
        let Some((legacy, new)) = audits(student) else { return };
        let Some(requirements) = student.policies.requirements() else { return };
        out.looked_at += 1;
        if legacy.open != new.open {
            return; // The transcripts differ: graduation-status-flipped says what that does.
        }
        let course = |side, row| student.text(side, Entity::Schedule, row, Field::Course).unwrap_or_default();
        let planned: Vec<&str> = new.planned.iter().map(|c| course(Side::New, c.row)).collect();
        for (at, area) in requirements.areas.iter().enumerate() {
            let lost = new.open_after[at] - legacy.open_after[at];
            if lost <= 0 {
                continue;
            }
            let lacking = legacy.planned.iter().filter(|c| c.mask & (1 << at) != 0);
            let lacking: Vec<_> = lacking.filter(|c| !planned.contains(&course(Side::Legacy, c.row))).collect();
            let names: Vec<&str> = lacking.iter().map(|c| course(Side::Legacy, c.row)).collect();
            let note = out.note(format!(
                "{}: {} of {} credits open, {} more than with the legacy schedule ({})",
                area.label,
                credits_text(new.open_after[at]),
                credits_text(new.needs[at]),
                credits_text(lost),
                if names.is_empty() { "other halves or terms".to_owned() } else { names.join(", ") },
            ));
            let finding = out.finding(student.subject(), &META, Change::Missing);
            (finding.note, finding.legacy) = (note, lacking.first().map(|c| c.row));
            if grade(student).is_some_and(|g| g < 11) {
                finding.severity = Severity::Major;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::policy_facts::testing::found;

    fn side(grade: &str, schedule: &str) -> String {
        format!(
            "student: student_id|grade_level\n1|{grade}\n\
             transcript: student_id|school_year|term|course|mark|credit_attempted|credit_earned|subject_area\n\
             1|2023-24|S1|ENG9A|B|30|30|ENG\n\
             course: course|credit|subject_area\nENG12A|5|ENG\nART1A|5|VPA\nENG12B|5|ENG\n\
             schedule: student_id|school_year|term|course|period\n{schedule}"
        )
    }

    #[test]
    fn a_senior_without_the_needed_class_is_critical_and_a_freshman_major() {
        let legacy = "1|2025-26|S1|ENG12A|1\n1|2025-26|S2|ENG12B|1\n";
        let new = "1|2025-26|S1|ENG12A|1\n1|2025-26|S2|ART1A|1\n";
        for (grade, severity) in [("12", "critical"), ("9", "major")] {
            let found = found("needed-class-unscheduled", &side(grade, legacy), &side(grade, new));
            assert_eq!(found.len(), 1, "{found:?}");
            assert!(
                found[0].starts_with(severity)
                    && found[0]
                        .contains("english: 5 of 40 credits open, 5 more than with the legacy schedule (ENG12B)"),
                "{found:?}"
            );
        }
    }

    /// One half of the course was passed a year ago; a system writes the class as one row or as two.
    #[test]
    fn a_year_class_is_its_two_halves_also_where_one_of_them_is_passed_already() {
        let side = |schedule: &str| {
            format!(
                "student: student_id|grade_level\n1|11\n\
                 transcript: student_id|school_year|term|course|mark|credit_attempted|credit_earned|subject_area\n\
                 1|2024-25|S1|STATS|B|5|5|MATH\n1|2024-25|S2|STATS|F|5|0|MATH\n\
                 course: course|credit|subject_area\nSTATS|10|MATH\n\
                 schedule: student_id|school_year|term|course|period|credit\n{schedule}"
            )
        };
        let year = side("1|2025-26|FY|STATS|1|10\n");
        let halves = side("1|2025-26|S1|STATS|1|5\n1|2025-26|S2|STATS|1|5\n");
        for (legacy, new) in [(&year, &halves), (&halves, &year)] {
            assert_eq!(found("needed-class-unscheduled", legacy, new), [] as [&str; 0]);
        }
    }

    #[test]
    fn another_class_of_the_same_area_will_do() {
        let legacy = "1|2025-26|S1|ENG12A|1\n";
        let new = "1|2025-26|S1|ENG12B|1\n";
        assert_eq!(found("needed-class-unscheduled", &side("12", legacy), &side("12", new)), [] as [&str; 0]);
    }
}
