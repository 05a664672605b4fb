//! Credits of a stored graduation requirement are not the same on both sides.
//!
//! # What it finds
//!
//! Stored credits required, earned or in progress of a requirement that differ. Info when the deficits under the best
//! filling are equal on both sides (then the systems only allocate the same credits otherwise), or when both sides
//! reach what is required.
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
use crate::canonical::{Entity, Field, Side};
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
        return Some(Judgement::because(Severity::Info, "other allocation of the same credits: what is open is equal"));
    }
    if change.field == Field::Earned && is_reached(change, Side::Legacy) && is_reached(change, Side::New) {
        return Some(Judgement::because(Severity::Info, "both sides reach what is required: nothing is open"));
    }
    Some(amount(change, senior(change.student, change.severity)))
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
    fn other_allocation_is_info_and_lost_credit_major() {
        let (ten, five) = ("1|2023-24|S1|ALG|B|10|10|MATH\n", "1|2023-24|S1|ALG|B|5|5|MATH\n");
        let info = found("requirement-credit-changed", &side("10", ten), &side("5", ten));
        assert_eq!(
            info,
            ["info earned 10 -> 5 (other allocation of the same credits: what is open is equal)"] as [&str; 1]
        );
        let major = found("requirement-credit-changed", &side("10", ten), &side("5", five));
        assert_eq!(major, ["major earned 10 -> 5 (half)"] as [&str; 1]);
    }
}
