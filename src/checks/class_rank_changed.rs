//! A class rank is not the same on both sides.
//!
//! # What it finds
//!
//! Ranks and class sizes that differ: critical for seniors, and when the student enters or leaves the first ten. Where a
//! policy has a rule of rank that gives the legacy rank, everybody is ranked again on both sides: a rank that only moved
//! because the GPAs of others did is a consequence, and minor; one that no GPA explains is named with the rule that
//! would give it.
//!
//! # Why it matters
//!
//! Rank decides valedictorians, scholarships and automatic admission.
//!
//! # Example
//!
//! Legacy 10 of 412, new 11 of 412.
//!
//! # What to do
//!
//! Rank last, by the rule of the handbook (ties, who is counted), from exact GPAs.

use std::collections::BTreeMap;

use super::context::{Check, Meta, Out, StudentContext};
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::senior;
use crate::canonical::{Decimal, Entity, Field, Side};
use crate::finding::Severity;
use crate::policy::Rational;
use crate::policy::rank::{Class, Otherwise};

static META: Meta = Meta {
    name: "class-rank-changed",
    severity: Severity::Major,
    summary: "A class rank is not the same on both sides.",
    entity: Entity::Gpa,
    needs: &[],
    source: include_str!("class_rank_changed.rs"),
};

static FIELDS: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Gpa, Field::Rank), (Entity::Gpa, Field::ClassSize)], judge };

/// The check.
pub(super) struct ClassRankChanged;

impl Check for ClassRankChanged {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn reads(&self) -> &'static [(Entity, Field)] {
        FIELDS.at
    }

    fn needs_everybody(&self) -> bool {
        true
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        FIELDS.student(student, out);
    }
}

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    if change.field == Field::ClassSize {
        if change.fields.has(Field::Rank) {
            return None;
        }
        let rule = size_of_rule(change).map_or_else(String::new, |size| format!("; the rule counts {size}"));
        return Some(Judgement::because(change.severity, format!("other students are counted{rule}")));
    }
    let why = derived(change);
    let note = why.as_ref().map_or_else(String::new, |why| why.words.clone());
    if why.is_some_and(|why| why.is_consequence) {
        return Some(Judgement::because(Severity::Minor, note));
    }
    let ten = Decimal::new(10, 0);
    let in_ten = |side: Side| change.number(side).is_some_and(|rank| rank <= ten);
    if in_ten(Side::Legacy) != in_ten(Side::New) {
        let between = if note.is_empty() { "" } else { "; " };
        return Some(Judgement::because(Severity::Critical, format!("the first ten are not the same{between}{note}")));
    }
    Some(Judgement::because(senior(change.student, change.severity), note))
}

/// Why a rank differs.
struct Why {
    words: String,
    /// The student's own GPA is the same: the rank moved because others' did.
    is_consequence: bool,
}

/// Ranks everybody by the policy's rule, on both sides. `None` without such a rule, and where it does not give the
/// legacy rank: a rule in doubt explains nothing.
fn derived(change: &FieldChange<'_>) -> Option<Why> {
    let (run, position) = (change.student.reconciliation, change.student.position);
    let bound = change.student.policies.bound(run);
    let named = change.other(Side::Legacy, Field::GpaKind)?;
    let kind = bound.kinds.iter().find(|k| k.policy.kind.eq_ignore_ascii_case(named))?;
    let ranking = |side| kind.ranking(run, side);
    let (was_class, was) = ranking(Side::Legacy)?.of(position)?;
    let stored = |side| change.number(side).and_then(|n| n.to_scaled(0)).and_then(|n| u32::try_from(n).ok());
    if stored(Side::Legacy)? != was.rank {
        return None;
    }
    let told = |words: String| Some(Why { words, is_consequence: false });
    let Some((class, now)) = ranking(Side::New)?.of(position) else {
        return told("the rows of the new side give no GPA to rank".into());
    };
    if stored(Side::New)? == now.rank {
        if was.gpa != now.gpa {
            let moved = now.gpa.sub(was.gpa).map_or_else(String::new, Rational::show_signed);
            return told(format!("follows from the student's own GPA ({moved})"));
        }
        let moved = others_moved(was_class, class, position);
        let words = format!("follows from other students: {moved} of the class have another GPA or are not in it");
        return Some(Why { words, is_consequence: true });
    }
    let ruled = format!("the rule gives {} of {}", now.rank, class.size());
    let stored = stored(Side::New)?;
    // One rank may fit another rule by chance: the ranks of the whole class must.
    let of = |position| super::policy_facts::stored_rank(run, position, Side::New, named);
    let fits = |other| {
        let ranks = class.otherwise(other);
        let fits = |(at, ruled): (&u32, &u32)| of(*at).is_none_or(|stored| stored == *ruled);
        ranks.get(&position) == Some(&stored) && ranks.iter().all(fits)
    };
    let other = Otherwise::ALL.into_iter().find(|(other, _)| fits(*other));
    told(match other {
        Some((_, words)) => format!("{ruled}; as stored: {words}"),
        None => ruled,
    })
}

/// Students of the two classes whose GPA is another, or who are ranked in one of them only.
fn others_moved(was: &Class, now: &Class, position: u32) -> usize {
    let ranked = |class: &Class| -> BTreeMap<u32, Rational> {
        class.members.iter().filter(|m| m.counted && m.position != position).map(|m| (m.position, m.gpa)).collect()
    };
    let (was, now) = (ranked(was), ranked(now));
    let changed = was.iter().filter(|(at, gpa)| now.get(at) != Some(gpa)).count();
    changed + now.keys().filter(|at| !was.contains_key(at)).count()
}

fn size_of_rule(change: &FieldChange<'_>) -> Option<u32> {
    let (run, position) = (change.student.reconciliation, change.student.position);
    let bound = change.student.policies.bound(run);
    let named = change.other(Side::Legacy, Field::GpaKind)?;
    let kind = bound.kinds.iter().find(|k| k.policy.kind.eq_ignore_ascii_case(named))?;
    Some(kind.ranking(run, Side::New)?.of(position)?.0.size())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn leaving_the_first_ten_is_critical() {
        let found = found(
            "class-rank-changed",
            "gpa: student_id|gpa_kind|rank\n1|weighted|10",
            "gpa: student_id|gpa_kind|rank\n1|weighted|11",
        );
        assert_eq!(found, ["critical rank 10 -> 11 (the first ten are not the same)"] as [&str; 1]);
    }

    #[test]
    fn another_rank_is_major() {
        let found = found(
            "class-rank-changed",
            "gpa: student_id|gpa_kind|rank\n1|weighted|40",
            "gpa: student_id|gpa_kind|rank\n1|weighted|41",
        );
        assert_eq!(found, ["major rank 40 -> 41"] as [&str; 1]);
    }

    /// Students 1 to 4 with one mark each; ranks as stored.
    fn side(marks: [&str; 4], ranks: [u8; 4]) -> String {
        let mut text = String::from("student: student_id|school|grade_level|status\n");
        (1..=4).for_each(|n| text += &format!("{n}|012|11|active\n"));
        text += "gpa: student_id|gpa_kind|value|rank\n";
        let points = |mark: &str| ["F", "D", "C", "B", "A"].iter().position(|m| *m == mark).unwrap();
        for (at, mark) in marks.iter().enumerate() {
            text += &format!("{}|weighted|{}.000|{}\n", at + 1, points(mark), ranks[at]);
        }
        text += "transcript: student_id|school_year|term|course|mark|credit_attempted\n";
        marks.iter().enumerate().for_each(|(at, mark)| text += &format!("{}|2023-24|S1|ENG|{mark}|5\n", at + 1));
        text
    }

    #[test]
    fn a_rank_that_moved_because_another_student_did_is_a_consequence() {
        use crate::checks::policy_facts::testing::found;
        let legacy = side(["A", "B", "C", "D"], [1, 2, 3, 4]);
        let new = side(["F", "B", "C", "D"], [4, 1, 2, 3]);
        let found = found("class-rank-changed", &legacy, &new);
        assert_eq!(
            found,
            [
                "major rank 1 -> 4 (follows from the student's own GPA (−4))",
                "minor rank 2 -> 1 (follows from other students: 1 of the class have another GPA or are not in it)",
                "minor rank 3 -> 2 (follows from other students: 1 of the class have another GPA or are not in it)",
                "minor rank 4 -> 3 (follows from other students: 1 of the class have another GPA or are not in it)",
            ]
        );
    }

    #[test]
    fn a_rank_that_no_gpa_explains_is_named_with_the_rule_that_would_give_it() {
        use crate::checks::policy_facts::testing::found;
        let legacy = side(["A", "B", "B", "C"], [1, 2, 2, 4]);
        let new = side(["A", "B", "B", "C"], [1, 2, 2, 3]);
        let found = found("class-rank-changed", &legacy, &new);
        assert_eq!(found, ["major rank 4 -> 3 (the rule gives 4 of 4; as stored: ties ranked 1-2-2-3)"]);
    }
}
