//! A requirement that is no course is met on the legacy side and not on the new.
//!
//! # What it finds
//!
//! Exams, service learning, pathways that legacy stores as met, and that are missing or not met on the new side:
//! major, critical for seniors. What counts as such a requirement is listed in the requirement file. Also
//! any stored requirement of a student that is gone while other students still have it.
//!
//! # Why it matters
//!
//! Exam passes that are not shown cost a diploma and cannot be taken again in June.
//!
//! # Example
//!
//! Service learning: met on the legacy side, no record on the new.
//!
//! # What to do
//!
//! Load the items; they are not part of the transcript.

use super::context::{Check, Meta, Out, StudentContext};
use super::judge::senior;
use crate::canonical::{Entity, Field, Row, Side, Typed};
use crate::finding::{Change, Severity};
use crate::policy::graduation::exceptions::ExceptionKind;

static META: Meta = Meta {
    name: "requirement-item-lost",
    severity: Severity::Major,
    summary: "A requirement that is no course is met on the legacy side and not on the new.",
    entity: Entity::Graduation,
    needs: &[],
    source: include_str!("requirement_item_lost.rs"),
};

/// The check.
pub(super) struct RequirementItemLost;

impl Check for RequirementItemLost {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        if !student.is_paired() {
            return;
        }
        gone(student, out);
        let Some(requirements) = student.policies.requirements() else { return };
        let code = |side, row| student.text(side, Entity::Graduation, row, Field::Requirement).unwrap_or_default();
        let new = student.rows(Side::New, Entity::Graduation);
        for row in student.rows(Side::Legacy, Entity::Graduation) {
            let Some(item) = requirements.items.iter().find(|item| item.is(code(Side::Legacy, row))) else { continue };
            out.looked_at += 1;
            if !is_met(student, Side::Legacy, row) {
                continue;
            }
            let there: Vec<Row> = new.iter().copied().filter(|row| item.is(code(Side::New, *row))).collect();
            let waived = student.policies.exceptions_of(student.reconciliation, student.position, Side::New);
            let waived = waived.iter().any(|e| e.kind == ExceptionKind::Waiver && item.is(&e.requirement));
            if waived || there.iter().any(|row| is_met(student, Side::New, *row)) {
                continue;
            }
            let note = out.note(format!("{} was met", item.label));
            let change = if there.is_empty() { Change::Missing } else { Change::Changed };
            let finding = out.finding(student.subject(), &META, change);
            (finding.note, finding.legacy, finding.new) = (note, Some(row), there.first().copied());
            finding.severity = senior(student, Severity::Major);
        }
    }
}

/// Stored lines that the new side has not, of requirements that it has for others. Items of the policy are told by the
/// check itself, with their names.
fn gone(student: &StudentContext<'_>, out: &mut Out) {
    let Some(pairs) = student.pairs(Entity::Graduation) else { return };
    let items = student.policies.requirements().map_or(&[][..], |r| &r.items);
    for row in pairs.legacy_only() {
        let code = student.text(Side::Legacy, Entity::Graduation, *row, Field::Requirement).unwrap_or_default();
        if items.iter().any(|item| item.is(code)) || !is_known(student, code) {
            continue;
        }
        out.looked_at += 1;
        let note = out.note("the new side has this requirement for others and not for this student");
        let finding = out.finding(student.subject(), &META, Change::Missing);
        (finding.note, finding.legacy) = (note, Some(*row));
        finding.severity = senior(student, Severity::Major);
    }
}

/// True when the new side has a requirement of this code at all.
fn is_known(student: &StudentContext<'_>, code: &str) -> bool {
    let column = student.records(Side::New, Entity::Graduation).and_then(|r| r.column(Field::Requirement));
    column.is_some_and(|c| (0..c.values.len() as u32).any(|at| c.values.text(at) == code))
}

/// The stored flag; without one, earned reaches required.
fn is_met(student: &StudentContext<'_>, side: Side, row: Row) -> bool {
    if let Some(Typed::Flag(met)) = student.records(side, Entity::Graduation).map(|r| r.typed(row, Field::Met)) {
        return met;
    }
    let number = |field| student.number(side, Entity::Graduation, row, field);
    matches!((number(Field::Earned), number(Field::Required)), (Some(earned), Some(required)) if earned >= required)
}

#[cfg(test)]
mod tests {
    use crate::checks::policy_facts::testing::found;

    #[test]
    fn a_stored_requirement_that_only_this_student_lost_is_found() {
        let side = |rows: &str| {
            format!(
                "student: student_id|grade_level\n1|10\n2|10\ngraduation: student_id|requirement|required|earned\n2|ENG|40|10\n{rows}"
            )
        };
        let lost = found("requirement-item-lost", &side("1|ENG|40|10\n1|XYZ|5|5\n"), &side(""));
        assert_eq!(lost.len(), 1, "XYZ is a requirement that the new side does not have at all: {lost:?}");
        assert!(lost[0].contains("ENG"), "{lost:?}");
    }

    #[test]
    fn service_learning_that_was_met_and_is_gone_is_major_and_for_seniors_critical() {
        let side = |grade: &str, rows: &str| {
            format!(
                "student: student_id|grade_level\n1|{grade}\ngraduation: student_id|requirement|required|earned\n1|ENG|40|10\n{rows}"
            )
        };
        let met = "1|SERVICE|1|1\n";
        let lost = found("requirement-item-lost", &side("11", met), &side("11", "1|SERVICE|1|0\n"));
        assert_eq!(lost.len(), 1, "{lost:?}");
        assert!(lost[0].starts_with("major") && lost[0].contains("Service learning project was met"), "{lost:?}");
        let gone = found("requirement-item-lost", &side("12", met), &side("12", ""));
        assert!(gone.len() == 1 && gone[0].starts_with("critical"), "{gone:?}");
        assert!(found("requirement-item-lost", &side("12", met), &side("12", met)).is_empty());
    }
}
