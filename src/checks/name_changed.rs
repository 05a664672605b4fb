//! A legal name is not the same on both sides.
//!
//! # What it finds
//!
//! First, middle, last name or suffix that differ in more than case, blanks or the way accents are composed. Names that
//! differ only in accents or punctuation are minor. Garbled and cut names are `name-garbled`.
//!
//! # Why it matters
//!
//! The legal name is part of the mandatory permanent record and stands on the diploma; people and other systems match
//! on it.
//!
//! # Example
//!
//! Legacy `De La Cruz`, new `Cruz`: the surname was split at its blanks.
//!
//! # What to do
//!
//! Compare with the birth certificate in the student file; if many names are cut alike, mend the name columns of the
//! mapping or of the load.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::name_garbled::garbled;
use crate::canonical::{Entity, Field, Side};
use crate::finding::Severity;
use crate::reconcile::{fold, skeleton};

static META: Meta = Meta {
    name: "name-changed",
    severity: Severity::Major,
    summary: "A legal name is not the same on both sides.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("name_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck {
    meta: &META,
    at: &[
        (Entity::Student, Field::FirstName),
        (Entity::Student, Field::MiddleName),
        (Entity::Student, Field::LastName),
        (Entity::Student, Field::Suffix),
    ],
    judge,
};

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let Some((legacy, new)) = change.texts() else {
        let is_legal = matches!(change.field, Field::FirstName | Field::LastName);
        let severity = match (is_legal, change.is_lost()) {
            (true, _) => change.severity,
            (false, _) if was_moved(change) => change.severity,
            (false, true) => Severity::Minor,
            (false, false) => Severity::Info,
        };
        return Some(Judgement::because(severity, moved_note(change)));
    };
    if change.is_spelling() || garbled(legacy, new).is_some() {
        return None;
    }
    if skeleton(legacy) == skeleton(new) {
        return Some(Judgement::because(Severity::Minor, "only accents or punctuation differ"));
    }
    if change.field == Field::MiddleName && legacy.chars().next() == new.chars().next() && initial(legacy, new) {
        return Some(Judgement::because(Severity::Minor, "only the initial is left"));
    }
    Some(Judgement::because(change.severity, moved_note(change)))
}

/// One of the two is the initial of the other.
fn initial(a: &str, b: &str) -> bool {
    [a, b].iter().any(|name| name.trim_end_matches('.').chars().count() == 1)
}

/// All names of the record, letters only: equal on both sides when only their borders moved.
fn letters(change: &FieldChange<'_>, side: Side) -> String {
    let mut letters: Vec<char> = [Field::FirstName, Field::MiddleName, Field::LastName, Field::Suffix]
        .iter()
        .filter_map(|f| change.other(side, *f))
        .flat_map(|name| skeleton(name).chars().collect::<Vec<_>>())
        .collect();
    letters.sort_unstable();
    letters.into_iter().collect()
}

fn was_moved(change: &FieldChange<'_>) -> bool {
    letters(change, Side::Legacy) == letters(change, Side::New)
}

fn moved_note(change: &FieldChange<'_>) -> &'static str {
    let preferred = |side: Side| change.other(side, Field::PreferredName).map(fold);
    let name = |side: Side| change.text(side).map(fold);
    if change.field == Field::FirstName && name(Side::New).is_some() && preferred(Side::Legacy) == name(Side::New) {
        "the new legal name is the old preferred name"
    } else if was_moved(change) {
        "the same letters, split differently between first, middle, last name and suffix"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_cut_surname_is_found() {
        let found = found(
            "name-changed",
            "student: student_id|last_name\n1|De La Cruz",
            "student: student_id|last_name\n1|Cruz",
        );
        assert_eq!(found, ["major last_name De La Cruz -> Cruz"] as [&str; 1]);
    }

    #[test]
    fn upper_case_is_no_change() {
        let found =
            found("name-changed", "student: student_id|last_name\n1|MUÑOZ", "student: student_id|last_name\n1|Muñoz");
        assert_eq!(found, [] as [&str; 0]);
    }

    #[test]
    fn punctuation_is_minor() {
        let found =
            found("name-changed", "student: student_id|last_name\n1|O'Neil", "student: student_id|last_name\n1|Oneil");
        assert_eq!(found, ["minor last_name O'Neil -> Oneil (only accents or punctuation differ)"] as [&str; 1]);
    }

    #[test]
    fn a_suffix_in_the_surname_is_told_as_split() {
        let found = found(
            "name-changed",
            "student: student_id|last_name|suffix\n1|Hill|Jr",
            "student: student_id|last_name|suffix\n1|Hill Jr|",
        );
        assert_eq!(
            found,
            [
                "major last_name Hill -> Hill Jr (the same letters, split differently between first, middle, last name and suffix)",
                "major suffix Jr -> (the same letters, split differently between first, middle, last name and suffix)"
            ] as [&str; 2]
        );
    }

    #[test]
    fn swapped_legal_and_preferred_names_are_told() {
        let found = found(
            "name-changed",
            "student: student_id|first_name|preferred_name\n1|Robert|Bobby",
            "student: student_id|first_name|preferred_name\n1|Bobby|Robert",
        );
        assert_eq!(
            found,
            ["major first_name Robert -> Bobby (the new legal name is the old preferred name)"] as [&str; 1]
        );
    }
}
