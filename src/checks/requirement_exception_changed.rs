//! A student's exception from the graduation requirements stands on one side only.
//!
//! # What it finds
//!
//! Waivers, substitutions and split credit of the exception files (`[policies] exceptions`) that the other side has not:
//! major, critical for seniors. Also ids in those files that no student of the side has.
//!
//! # Why it matters
//!
//! A counselor granted it once, on paper, years ago. When it is lost, the audit asks for the class again; when it is
//! invented, a student graduates who may not.
//!
//! # Example
//!
//! Legacy waives 10 credits of physical education for a medical reason; the new system asks for them.
//!
//! # What to do
//!
//! Enter the exception in the new system, from the legacy record.

use super::context::{Check, Meta, Out, RunContext, StudentContext};
use super::judge::senior;
use crate::canonical::{Entity, Side};
use crate::finding::{Change, Severity, Subject};
use crate::policy::graduation::Exception;

static META: Meta = Meta {
    name: "requirement-exception-changed",
    severity: Severity::Major,
    summary: "A student's exception from the graduation requirements stands on one side only.",
    entity: Entity::Graduation,
    needs: &[],
    source: include_str!("requirement_exception_changed.rs"),
};

/// The check.
pub(super) struct RequirementExceptionChanged;

impl Check for RequirementExceptionChanged {
    fn meta(&self) -> &'static Meta {
        &META
    }

    /// The files stand beside the records.
    fn is_general(&self) -> bool {
        true
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        if !student.is_paired() {
            return;
        }
        let [legacy, new] = Side::BOTH.map(|side| words(student, side));
        out.looked_at += (legacy.len() + new.len()) as u64;
        let (mut lost, mut invented) = (legacy.clone(), new.clone());
        new.iter().for_each(|known| remove_one(&mut lost, known));
        legacy.iter().for_each(|known| remove_one(&mut invented, known));
        for (side, list, change) in [(Side::Legacy, lost, Change::Missing), (Side::New, invented, Change::Added)] {
            for text in list {
                let note = out.note(format!("only on the {side} side: {text}"));
                let finding = out.finding(student.subject(), &META, change);
                (finding.note, finding.severity) = (note, senior(student, Severity::Major));
            }
        }
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        for side in Side::BOTH {
            let exceptions = run.policies.exceptions(side);
            if exceptions.is_empty() {
                continue;
            }
            let used = (0..run.reconciliation.students.len() as u32)
                .filter(|at| !run.policies.exceptions_of(run.reconciliation, *at, side).is_empty())
                .count();
            let named = exceptions.students().count();
            if named > used {
                let subject = Subject::Other(out.note(format!("exceptions of the {side} side")));
                let words = format!("{} of {named} ids are no student of the {side} side", named - used);
                let note = out.note(words);
                out.finding(subject, &META, Change::Changed).note = note;
            }
        }
    }
}

/// A student's exceptions in words, courses by their canonical code, so that both sides speak alike.
fn words(student: &StudentContext<'_>, side: Side) -> Vec<String> {
    let exceptions = student.policies.exceptions_of(student.reconciliation, student.position, side);
    if exceptions.is_empty() {
        return Vec::new();
    }
    let bound = student.policies.bound(student.reconciliation);
    let lens = bound.requirement_lens(side);
    let course = |exception: &Exception| {
        let known = lens.and_then(|lens| lens.courses.get(lens.course(&exception.course)? as usize));
        known.map_or_else(|| exception.course.clone(), |view| view.code.clone())
    };
    exceptions.iter().map(|exception| exception.words(&course(exception))).collect()
}

fn remove_one(list: &mut Vec<String>, text: &str) {
    if let Some(at) = list.iter().position(|known| known == text) {
        list.remove(at);
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::checks::testing::{line, paired};
    use crate::checks::{CheckSettings, run_all, spell};
    use crate::policy::{Exceptions, Named, Policies};

    const SIDE: &str = "student: student_id|grade_level\n1|12\n2|10\n\
                        transcript: student_id|school_year|term|course|mark|credit_attempted|credit_earned|subject_area\n\
                        1|2023-24|S1|DANCEPE|B|10|10|PE\n2|2023-24|S1|ENG9|B|5|5|ENG\n";

    fn found(legacy: &str, new: &str) -> Vec<String> {
        let policies = Policies::load(&[], Some(&Named::plain("lausd-2026")), Path::new(".")).unwrap();
        let read = |rows: &str| {
            let text = format!("student_id,kind,requirement,course,credits\n{rows}");
            Exceptions::parse(Path::new("e.csv"), &text, policies.requirements().unwrap()).unwrap()
        };
        let policies = policies.clone().with_exceptions([read(legacy), read(new)]);
        let run = paired(SIDE, SIDE);
        let findings = run_all(&run, &policies, &CheckSettings::default());
        let ours = ["requirement-exception-changed", "graduation-status-flipped", "requirement-item-lost"];
        spell(&run, &findings).filter(|row| ours.contains(&row.check.as_str())).map(|row| line(&row)).collect()
    }

    #[test]
    fn a_lost_waiver_is_critical_for_a_senior_and_an_invented_one_major_for_others() {
        let lost = found("1,waiver,health,,\n", "2,substitution,english,DRAMA,5\n");
        assert_eq!(
            lost,
            [
                "critical --- student 1 (only on the legacy side: waiver: health)",
                "major +++ student 2 (only on the new side: substitution: DRAMA counts in english, 5 credits)",
            ]
        );
        assert!(found("1,waiver,health,,\n", "1,waiver,health,,\n").is_empty());
    }

    #[test]
    fn an_id_that_no_student_has_is_told() {
        let rows = "7,waiver,health,,\n";
        assert_eq!(found(rows, rows).len(), 2);
    }
}
