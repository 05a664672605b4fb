//! Class ranks are counted by another rule on the new side.
//!
//! # What it finds
//!
//! Kinds of GPA whose ranks follow one rule for equal GPAs on the legacy side (1-2-2-4, 1-2-2-3 or 1-2-3-4, or from the
//! lowest GPA up) and another on the new side, in nearly all classes. One finding a kind, beside the students'.
//!
//! # Why it matters
//!
//! One wrong setting moves the rank of nearly everybody; it is mended once, not student by student.
//!
//! # Example
//!
//! Weighted: legacy ranks 1-2-2-4, the new system 1-2-2-3.
//!
//! # What to do
//!
//! Set the tie rule of the new system as the handbook says, then rank again.

use std::collections::BTreeMap;

use super::context::{Check, Meta, Out, RunContext};
use crate::canonical::{Entity, Field, Row, Side, Typed};
use crate::finding::{Change, Severity, Subject};
use crate::policy::Rational;
use crate::policy::rank::rule_of;

static META: Meta = Meta {
    name: "class-rank-rule-changed",
    severity: Severity::Major,
    summary: "Class ranks are counted by another rule on the new side.",
    entity: Entity::Gpa,
    needs: &[Field::Rank],
    source: include_str!("class_rank_rule_changed.rs"),
};

/// The check.
pub(super) struct ClassRankRuleChanged;

/// GPAs and ranks of one class: kind, school, grade level.
type Classes<'a> = BTreeMap<(&'a str, &'a str, &'a str), (Vec<Rational>, Vec<u32>)>;

impl Check for ClassRankRuleChanged {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        let [legacy, new] = Side::BOTH.map(|side| rules(&classes(run, side)));
        for (kind, (was, _)) in &legacy {
            let Some((now, groups)) = new.get(kind) else { continue };
            out.looked_at += groups;
            if was != now {
                let subject = Subject::Other(out.note(format!("ranks of the {kind} GPA")));
                let note = out.note(format!("{kind}: legacy ranks {was}, new {now}"));
                let values = (out.note(*was), out.note(*now));
                let finding = out.finding(subject, &META, Change::Changed);
                (finding.note, finding.values, finding.field) = (note, values, Some(Field::Rank));
            }
        }
    }
}

/// The classes of a side, with the exact GPAs where a policy gives them, else the stored ones.
fn classes<'a>(run: &RunContext<'a>, side: Side) -> Classes<'a> {
    let mut classes = Classes::new();
    let dataset = run.reconciliation.dataset(side);
    let (Some(gpas), Some(students)) = (dataset.get(Entity::Gpa), dataset.get(Entity::Student)) else { return classes };
    let bound = run.policies.bound(run.reconciliation);
    for row in 0..gpas.len() as Row {
        let (Some(kind), Typed::Number(rank), Typed::Number(value)) =
            (gpas.text(row, Field::GpaKind), gpas.typed(row, Field::Rank), gpas.typed(row, Field::Value))
        else {
            continue;
        };
        let Some(position) = run.reconciliation.owner(side, Entity::Gpa, row) else { continue };
        let Some(student) = run.reconciliation.students[position as usize].record(side) else { continue };
        let of = |field| students.text(student, field).unwrap_or_default();
        let policy = bound.kinds.iter().find(|k| k.policy.kind.eq_ignore_ascii_case(kind));
        let computed = policy.map(|k| k.numbers(run.reconciliation, position));
        let exact = computed.and_then(|n| if side == Side::Legacy { n.legacy } else { n.new }).and_then(|c| c.exact);
        let (values, ranks) = classes.entry((kind, of(Field::School), of(Field::GradeLevel))).or_default();
        values.push(exact.unwrap_or_else(|| value.into()));
        ranks.push(rank.units().try_into().unwrap_or(0));
    }
    classes
}

/// The rule that nine of ten classes with equal GPAs follow, by kind, and how many classes tell it.
fn rules<'a>(classes: &Classes<'a>) -> BTreeMap<&'a str, (&'static str, u64)> {
    let mut votes: BTreeMap<&str, BTreeMap<&'static str, u64>> = BTreeMap::new();
    let mut totals: BTreeMap<&str, u64> = BTreeMap::new();
    for ((kind, _, _), (values, ranks)) in classes {
        let mut sorted = values.clone();
        sorted.sort();
        // Without equal GPAs above the last place every rule gives the same ranks.
        if sorted.len() < 3 || sorted.windows(2).skip(1).all(|w| w[0] != w[1]) {
            continue;
        }
        *totals.entry(kind).or_default() += 1;
        if let Some(rule) = rule_of(values, ranks) {
            *votes.entry(kind).or_default().entry(rule).or_default() += 1;
        }
    }
    let mut rules = BTreeMap::new();
    for (kind, votes) in votes {
        let total = totals.get(kind).copied().unwrap_or(0);
        if let Some((rule, count)) = votes.into_iter().max_by_key(|(rule, count)| (*count, *rule))
            && count * 10 >= total * 9
        {
            rules.insert(kind, (rule, total));
        }
    }
    rules
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    fn side(ranks: [u8; 4]) -> String {
        let gpas = ["4.0", "3.9", "3.9", "3.8"];
        let mut text = String::from("student: student_id|school|grade_level\n1|012|12\n2|012|12\n3|012|12\n4|012|12\n");
        text += "gpa: student_id|gpa_kind|value|rank\n";
        for (at, (gpa, rank)) in gpas.iter().zip(ranks).enumerate() {
            text += &format!("{}|weighted|{gpa}|{rank}\n", at + 1);
        }
        text
    }

    #[test]
    fn a_dense_rank_instead_of_a_competition_rank_is_one_finding_and_so_is_one_from_below() {
        let found = |new| found("class-rank-rule-changed", &side([1, 2, 2, 4]), &side(new));
        let one = found([1, 2, 2, 3]);
        assert!(one.len() == 1 && one[0].contains("legacy ranks 1-2-2-4, new 1-2-2-3"), "{one:?}");
        let below = found([4, 2, 2, 1]);
        assert!(below.len() == 1 && below[0].contains("from the lowest GPA up"), "{below:?}");
        assert!(found([1, 2, 2, 4]).is_empty());
    }
}
