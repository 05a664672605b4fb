//! A course title is not the same on both sides.
//!
//! # What it finds
//!
//! Titles that differ in more than case or blanks. A title that lost its honors, AP, IB or dual mark, or was cut off,
//! is major; a title that the new system writes another way throughout is info.
//!
//! # Why it matters
//!
//! Colleges read titles: 804 transcripts of one district lost the word Honors.
//!
//! # Example
//!
//! Legacy `ALGEBRA 2 HONORS`, new `ALGEBRA 2`.
//!
//! # What to do
//!
//! Lengthen or map the titles of the course catalogue before transcripts are printed.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;
use crate::reconcile::fold;

static META: Meta = Meta {
    name: "course-title-changed",
    severity: Severity::Minor,
    summary: "A course title is not the same on both sides.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("course_title_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Schedule, Field::Title), (Entity::Transcript, Field::Title)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    if change.is_spelling() || change.fields.has(Field::Course) {
        return None;
    }
    let Some((legacy, new)) = change.texts() else {
        let severity = if change.is_gained() { Severity::Info } else { change.severity };
        return Some(severity.into());
    };
    if let Some(mark) = lost_level(legacy, new) {
        return Some(Judgement::because(Severity::Major, format!("the title lost its {mark} mark")));
    }
    if fold(legacy).starts_with(&fold(new)) {
        return Some(Judgement::because(Severity::Major, "cut off"));
    }
    if change.is_relabelled() {
        return Some(Judgement::because(Severity::Info, "each system writes this title in its own way throughout"));
    }
    Some(change.severity.into())
}

/// The level that the legacy title names and the new one does not.
pub(super) fn lost_level(legacy: &str, new: &str) -> Option<&'static str> {
    const LEVELS: [(&str, &[&str]); 4] = [
        ("honors", &["honors", "honor", "hon", "hons", "hnrs", "hnr", "h", "hp"]),
        ("AP", &["ap", "placement"]),
        ("IB", &["ib", "baccalaureate"]),
        ("dual enrollment", &["dual", "de", "dc"]),
    ];
    let words = |title: &str| {
        title.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase).collect::<std::collections::BTreeSet<_>>()
    };
    let (legacy, new) = (words(legacy), words(new));
    let names = |words: &std::collections::BTreeSet<String>, marks: &[&str]| marks.iter().any(|m| words.contains(*m));
    LEVELS.iter().find(|(_, marks)| names(&legacy, marks) && !names(&new, marks)).map(|(level, _)| *level)
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_honors_mark_is_major() {
        let found = found(
            "course-title-changed",
            "transcript: student_id|school_year|term|course|title\n1|2024-25|S1|ALG|Algebra 2 Honors",
            "transcript: student_id|school_year|term|course|title\n1|2024-25|S1|ALG|Algebra 2",
        );
        assert_eq!(found, ["major title Algebra 2 Honors -> Algebra 2 (the title lost its honors mark)"] as [&str; 1]);
    }

    #[test]
    fn another_way_to_write_honors_is_info() {
        let found = found(
            "course-title-changed",
            "transcript: student_id|school_year|term|course|title\n1|2024-25|S1|ALG|ALGEBRA 2 HON",
            "transcript: student_id|school_year|term|course|title\n1|2024-25|S1|ALG|Algebra 2 Honors",
        );
        assert_eq!(
            found,
            ["info title ALGEBRA 2 HON -> Algebra 2 Honors (each system writes this title in its own way throughout)"]
                as [&str; 1]
        );
    }

    #[test]
    fn a_cut_title_is_major() {
        let found = found(
            "course-title-changed",
            "transcript: student_id|school_year|term|course|title\n1|2024-25|S1|ALG|Introduction to Engineering Design",
            "transcript: student_id|school_year|term|course|title\n1|2024-25|S1|ALG|Introduction to En",
        );
        assert_eq!(
            found,
            ["major title Introduction to Engineering Design -> Introduction to En (cut off)"] as [&str; 1]
        );
    }

    #[test]
    fn case_is_no_change() {
        let found = found(
            "course-title-changed",
            "transcript: student_id|school_year|term|course|title\n1|2024-25|S1|ALG|ALGEBRA 2",
            "transcript: student_id|school_year|term|course|title\n1|2024-25|S1|ALG|Algebra 2",
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
