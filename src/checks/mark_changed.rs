//! A final mark is not the same on both sides.
//!
//! # What it finds
//!
//! Marks that differ after the mark crosswalk: critical on the high school record, major below it.
//!
//! # Why it matters
//!
//! A teacher's final mark is a legal record: changing D to W is a grade change. Marks decide GPA, credit and
//! graduation.
//!
//! # Example
//!
//! Legacy B+, new B: the plus was cut off.
//!
//! # What to do
//!
//! The legacy mark is presumed right. Mend the mark crosswalk; never the single mark without the registrar.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::permanent_record;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "mark-changed",
    severity: Severity::Critical,
    summary: "A final mark is not the same on both sides.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("mark_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Transcript, Field::Mark)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let note = match change.texts() {
        Some((l, n)) if l.trim_end_matches(['+', '-']) == n => "the plus or minus was cut off",
        Some((l, n)) if l != n && l.trim() == n.trim() => "only blanks differ",
        _ => "",
    };
    Some(Judgement::because(permanent_record(change), note))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_cut_plus_is_found() {
        let found = found(
            "mark-changed",
            "transcript: student_id|school_year|term|course|mark\n1|2024-25|S1|ALG|B+",
            "transcript: student_id|school_year|term|course|mark\n1|2024-25|S1|ALG|B",
        );
        assert_eq!(found, ["critical mark B+ -> B (the plus or minus was cut off)"] as [&str; 1]);
    }

    #[test]
    fn a_lost_mark_is_found() {
        let found = found(
            "mark-changed",
            "transcript: student_id|school_year|term|course|mark\n1|2024-25|S1|ALG|A",
            "transcript: student_id|school_year|term|course|mark\n1|2024-25|S1|ALG|",
        );
        assert_eq!(found, ["critical mark A ->"] as [&str; 1]);
    }

    #[test]
    fn a_leading_zero_of_a_mark_counts() {
        let found = found(
            "mark-changed",
            "transcript: student_id|school_year|term|course|mark\n1|2024-25|S1|ALG|07",
            "transcript: student_id|school_year|term|course|mark\n1|2024-25|S1|ALG|7",
        );
        assert_eq!(found, ["critical mark 07 -> 7"] as [&str; 1]);
    }

    #[test]
    fn a_mark_of_grade_six_without_credit_is_major() {
        let found = found(
            "mark-changed",
            "transcript: student_id|school_year|term|course|mark|grade_level\n1|2024-25|S1|ALG|S|6",
            "transcript: student_id|school_year|term|course|mark|grade_level\n1|2024-25|S1|ALG|N|6",
        );
        assert_eq!(found, ["major mark S -> N"] as [&str; 1]);
    }

    #[test]
    fn halves_with_other_marks_than_the_year_are_found() {
        let found = found(
            "mark-changed",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5\n1|2024-25|S2|ALG|B|5",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|FY|ALG|B|10",
        );
        assert_eq!(found, ["critical mark A, B -> B"] as [&str; 1]);
    }
}
