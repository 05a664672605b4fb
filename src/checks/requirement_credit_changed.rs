//! Credits of a stored graduation requirement are not the same on both sides.
//!
//! # What it finds
//!
//! Stored credits required, earned or in progress of a requirement that differ. Info when the deficits under the best
//! filling are equal on both sides, what one requirement lost another has, and as many credits are open in all (then the
//! systems only allocate the same credits otherwise), or when both sides reach what is required. Credit that the rows
//! still give and that no other requirement got is a waiver or substitution that was lost.
//!
//! # Why it matters
//!
//! Counselors and families read these numbers; another number of required credits is another track or class.
//!
//! # Example
//!
//! Math: earned 25 on the legacy side, 20 on the new.
//!
//! # What to do
//!
//! When required credits differ, look at track and cohort; else at subject areas of courses.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::{amount, senior};
use super::policy_facts::audits;
use crate::canonical::{Decimal, Entity, Field, Side};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "requirement-credit-changed",
    severity: Severity::Major,
    summary: "Credits of a stored graduation requirement are not the same on both sides.",
    entity: Entity::Graduation,
    needs: &[],
    source: include_str!("requirement_credit_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck {
    meta: &META,
    at: &[
        (Entity::Graduation, Field::Required),
        (Entity::Graduation, Field::Earned),
        (Entity::Graduation, Field::InProgress),
    ],
    judge,
};

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let code = change.other(Side::Legacy, Field::Requirement).unwrap_or_default();
    let items = change.student.policies.requirements().map(|r| &r.items);
    if items.is_some_and(|items| items.iter().any(|item| item.is(code))) {
        return None; // requirement-item-lost
    }
    if change.field != Field::Required
        && let Some((legacy, new)) = audits(change.student)
        && (&legacy.open, &legacy.open_after) == (&new.open, &new.open_after)
    {
        if is_allocation(change) && short(change, Side::Legacy) == short(change, Side::New) {
            let words = "other allocation of the same credits: what is open is equal";
            return Some(Judgement::because(Severity::Info, words));
        }
        if !(is_reached(change, Side::Legacy) && is_reached(change, Side::New)) {
            let words =
                "the transcript rows give the same on both sides: a waiver or substitution, or a rule of the audit";
            return Some(Judgement::because(senior(change.student, change.severity), words));
        }
    }
    if change.field == Field::Earned && is_reached(change, Side::Legacy) && is_reached(change, Side::New) {
        return Some(Judgement::because(Severity::Info, "both sides reach what is required: nothing is open"));
    }
    Some(amount(change, senior(change.student, change.severity)))
}

/// The same credits over all requirements of the student, or the same open credits in each: allocated otherwise. Credit
/// that left one requirement and came to none is not.
fn is_allocation(change: &FieldChange<'_>) -> bool {
    let student = change.student;
    let Some(pairs) = student.pairs(Entity::Graduation) else { return false };
    let number = |side, row, field| student.number(side, Entity::Graduation, row, field).unwrap_or(Decimal::ZERO);
    let is_sum = |row| {
        let code = student.text(Side::Legacy, Entity::Graduation, row, Field::Requirement).unwrap_or_default();
        code.eq_ignore_ascii_case("total")
    };
    let open = |side, row| {
        let open = number(side, row, Field::Required).checked_sub(number(side, row, change.field));
        open.filter(|open| *open > Decimal::ZERO).unwrap_or(Decimal::ZERO)
    };
    let (mut moved, mut same_open) = (Some(Decimal::ZERO), true);
    for both in pairs.both().filter(|b| !is_sum(b.legacy)) {
        let rows = [(Side::Legacy, both.legacy), (Side::New, both.new)];
        let [was, now] = rows.map(|(side, row)| number(side, row, change.field));
        moved = moved.and_then(|sum| sum.checked_add(now.checked_sub(was)?));
        same_open &= open(Side::Legacy, both.legacy) == open(Side::New, both.new);
    }
    same_open || moved.is_some_and(|sum| sum.is_zero())
}

/// The credits that the stored audit of a side is short of in all its areas. A lost waiver or substitution stands in
/// no transcript row: only this number knows it. `None` when it can not be added up.
fn short(change: &FieldChange<'_>, side: Side) -> Option<Decimal> {
    let student = change.student;
    let number = |row, field| student.number(side, Entity::Graduation, row, field);
    student.rows(side, Entity::Graduation).into_iter().try_fold(Decimal::ZERO, |sum, row| {
        let (Some(required), Some(earned)) = (number(row, Field::Required), number(row, Field::Earned)) else {
            return Some(sum);
        };
        if required <= earned { Some(sum) } else { sum.checked_add(required.checked_sub(earned)?) }
    })
}

/// True when earned credit reaches what is required.
fn is_reached(change: &FieldChange<'_>, side: Side) -> bool {
    let required = change.student.number(side, Entity::Graduation, change.row(side), Field::Required);
    matches!((change.number(side), required), (Some(earned), Some(required)) if earned >= required)
}

#[cfg(test)]
mod tests {
    use crate::checks::policy_facts::testing::found;

    fn side(earned: &str, rows: &str) -> String {
        format!(
            "student: student_id|grade_level\n1|10\n\
             graduation: student_id|requirement|required|earned\n1|MATH|30|{earned}\n\
             transcript: student_id|school_year|term|course|mark|credit_attempted|credit_earned|subject_area\n{rows}"
        )
    }

    #[test]
    fn credit_beyond_what_is_required_is_info() {
        let rows = "1|2023-24|S1|ALG|B|40|40|MATH\n";
        let info = found("requirement-credit-changed", &side("40", rows), &side("35", rows));
        assert_eq!(info.len(), 1);
        assert!(info[0].starts_with("info earned 40 -> 35"), "{info:?}");
    }

    #[test]
    fn credit_that_no_row_lost_and_no_other_requirement_got_is_a_lost_waiver() {
        let ten = "1|2023-24|S1|ALG|B|10|10|MATH\n";
        let lost = found("requirement-credit-changed", &side("10", ten), &side("5", ten));
        assert_eq!(lost.len(), 1);
        assert!(
            lost[0].starts_with("major earned 10 -> 5") && lost[0].contains("a waiver or substitution"),
            "{lost:?}"
        );
    }

    #[test]
    fn other_allocation_is_info_and_lost_credit_major() {
        let (ten, five) = ("1|2023-24|S1|ALG|B|10|10|MATH\n", "1|2023-24|S1|ALG|B|5|5|MATH\n");
        let with_electives = |math: &str, elective: &str| {
            side(math, ten).replace("\ntranscript:", &format!("\n1|ELEC|30|{elective}\ntranscript:"))
        };
        let info = found("requirement-credit-changed", &with_electives("10", "0"), &with_electives("5", "5"));
        assert_eq!(info.len(), 2, "{info:?}");
        let words = "(other allocation of the same credits: what is open is equal)";
        assert!(info.iter().all(|line| line.starts_with("info") && line.ends_with(words)), "{info:?}");
        let major = found("requirement-credit-changed", &side("10", ten), &side("5", five));
        assert_eq!(major, ["major earned 10 -> 5 (half)"] as [&str; 1]);
    }
}
