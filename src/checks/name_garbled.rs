//! A name came over with broken characters or cut off.
//!
//! # What it finds
//!
//! Names whose accented letters were read in the wrong encoding or replaced, and long names cut at a length.
//!
//! # Why it matters
//!
//! A garbled name prints on transcripts and diplomas, and no search finds the student.
//!
//! # Example
//!
//! Legacy `Muñoz`, new `MuÃ±oz`: UTF-8 was read as Windows-1252.
//!
//! # What to do
//!
//! Load again with the right encoding or a longer field; do not mend by hand.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;
use crate::reconcile::{fold, same};

static META: Meta = Meta {
    name: "name-garbled",
    severity: Severity::Major,
    summary: "A name came over with broken characters or cut off.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("name_garbled.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck {
    meta: &META,
    at: &[
        (Entity::Student, Field::FirstName),
        (Entity::Student, Field::MiddleName),
        (Entity::Student, Field::LastName),
        (Entity::Student, Field::Suffix),
        (Entity::Student, Field::PreferredName),
    ],
    judge,
};

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let (legacy, new) = change.texts()?;
    Some(Judgement::because(change.severity, garbled(legacy, new)?))
}

/// How the new text is a broken form of the legacy text; `None` when it is not.
pub(super) fn garbled(legacy: &str, new: &str) -> Option<&'static str> {
    let (bytes, _, failed) = encoding_rs::WINDOWS_1252.encode(new);
    if !failed && !new.is_ascii() && std::str::from_utf8(&bytes).is_ok_and(|text| same(text, legacy)) {
        return Some("UTF-8 that was read as Windows-1252");
    }
    let (old, fresh) = (fold(legacy), fold(new));
    if is_replaced(&old, &fresh) {
        return Some("accented letters were replaced");
    }
    (fresh.chars().count() >= 10 && old.starts_with(&fresh) && old != fresh).then_some("cut off")
}

/// Letter by letter equal, but for `?` or U+FFFD in the place of letters outside ASCII.
fn is_replaced(old: &str, new: &str) -> bool {
    let squeezed = |text: &str, is_hole: fn(char) -> bool| {
        let mut out = String::new();
        for c in text.chars() {
            let c = if is_hole(c) { '?' } else { c };
            if c != '?' || !out.ends_with('?') {
                out.push(c);
            }
        }
        out
    };
    let holes = |c: char| c == '\u{fffd}' || c == '?';
    new.chars().any(holes) && !old.contains('?') && squeezed(old, |c| !c.is_ascii()) == squeezed(new, holes)
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn utf8_read_as_windows_1252_is_found() {
        let found =
            found("name-garbled", "student: student_id|last_name\n1|Muñoz", "student: student_id|last_name\n1|MuÃ±oz");
        assert_eq!(found, ["major last_name Muñoz -> MuÃ±oz (UTF-8 that was read as Windows-1252)"] as [&str; 1]);
    }

    #[test]
    fn a_replaced_letter_is_found() {
        let found =
            found("name-garbled", "student: student_id|last_name\n1|Muñoz", "student: student_id|last_name\n1|Mu?oz");
        assert_eq!(found, ["major last_name Muñoz -> Mu?oz (accented letters were replaced)"] as [&str; 1]);
    }

    #[test]
    fn a_cut_name_is_found() {
        let found = found(
            "name-garbled",
            "student: student_id|last_name\n1|Featherstonehaugh",
            "student: student_id|last_name\n1|Featherstone",
        );
        assert_eq!(found, ["major last_name Featherstonehaugh -> Featherstone (cut off)"] as [&str; 1]);
    }

    #[test]
    fn a_short_form_is_another_name() {
        let found =
            found("name-garbled", "student: student_id|first_name\n1|Robert", "student: student_id|first_name\n1|Rob");
        assert_eq!(found, [] as [&str; 0]);
    }
}
