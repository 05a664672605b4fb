//! A graduation requirement of a student is on the new side only, or stands there twice.
//!
//! # What it finds
//!
//! New graduation records without a partner: major (critical for seniors) when what they ask for is not met, or when
//! they contradict another record of the same requirement; else minor.
//!
//! # Why it matters
//!
//! A requirement that legacy did not know keeps a student from graduating; of two answers a counselor sees one.
//!
//! # Example
//!
//! `MATH` stands twice on the new side: once with 20 credits earned, once with 0.
//!
//! # What to do
//!
//! Compare the graduation tracks of both systems; load each requirement once.

use super::context::{Check, Meta, Out, StudentContext};
use super::judge::senior;
use crate::canonical::{Entity, Field, Row, Side, Typed};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "requirement-unexpected",
    severity: Severity::Major,
    summary: "A graduation requirement of a student is on the new side only, or stands there twice.",
    entity: Entity::Graduation,
    needs: &[],
    source: include_str!("requirement_unexpected.rs"),
};

/// The check.
pub(super) struct RequirementUnexpected;

impl Check for RequirementUnexpected {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        let Some(pairs) = student.pairs(Entity::Graduation).filter(|_| student.is_paired()) else { return };
        out.looked_at += pairs.count(Side::New) as u64;
        let code = |row: Row| student.text(Side::New, Entity::Graduation, row, Field::Requirement);
        for row in pairs.new_only() {
            let contradicts = pairs.both().any(|b| code(b.new) == code(*row));
            let note = match (contradicts, is_met(student, *row)) {
                (true, _) => out.note("another record of this requirement says something else"),
                (false, true) => out.note("it is met"),
                (false, false) => 0,
            };
            let finding = out.finding(student.subject(), &META, Change::Added);
            (finding.new, finding.note) = (Some(*row), note);
            finding.severity =
                if contradicts || !is_met(student, *row) { senior(student, META.severity) } else { Severity::Minor };
        }
        for row in pairs.new_duplicates() {
            let note = out.note("it stands twice, with the same values");
            let finding = out.finding(student.subject(), &META, Change::Added);
            (finding.new, finding.note, finding.severity) = (Some(*row), note, Severity::Minor);
        }
    }
}

/// True when the record itself says that nothing is open.
fn is_met(student: &StudentContext<'_>, row: Row) -> bool {
    if student.records(Side::New, Entity::Graduation).map(|r| r.typed(row, Field::Met)) == Some(Typed::Flag(true)) {
        return true;
    }
    let number = |field| student.number(Side::New, Entity::Graduation, row, field);
    matches!((number(Field::Required), number(Field::Earned)), (Some(required), Some(earned)) if earned >= required)
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    const HEAD: &str = "graduation: student_id|requirement|required|earned\n1|MATH|20|20\n";

    fn with(rows: &str) -> Vec<String> {
        found("requirement-unexpected", HEAD, &format!("{HEAD}{rows}"))
    }

    #[test]
    fn a_requirement_that_legacy_does_not_ask_for_is_major_while_it_is_open() {
        assert_eq!(with("1|HEALTH|5|0"), ["major +++ HEALTH"]);
        assert_eq!(with("1|HEALTH|5|5"), ["minor +++ HEALTH (it is met)"]);
    }

    #[test]
    fn two_answers_to_one_question_are_major_and_one_answer_twice_is_minor() {
        assert_eq!(with("1|MATH|20|0"), ["major +++ MATH (another record of this requirement says something else)"]);
        assert_eq!(with("1|MATH|20|20"), ["minor +++ MATH (it stands twice, with the same values)"]);
    }
}
