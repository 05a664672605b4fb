//! A row stands under another course.
//!
//! # What it finds
//!
//! Transcript and schedule rows that agree in everything that speaks for them (term, mark and credit, or period and
//! teacher) but not in the course: critical on the high school record and in schedules.
//!
//! # Why it matters
//!
//! Credit lands in the wrong requirement, a passed course looks unpassed, or two courses are merged into one.
//!
//! # Example
//!
//! Legacy 0123, new 123: the zeros of the code were cut off.
//!
//! # What to do
//!
//! Mend the course crosswalk.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::{permanent_record, zeros_note};
use crate::canonical::{Entity, Field, Side};
use crate::finding::Severity;
use crate::reconcile::fold;

static META: Meta = Meta {
    name: "course-recoded",
    severity: Severity::Critical,
    summary: "A row stands under another course.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("course_recoded.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Schedule, Field::Course), (Entity::Transcript, Field::Course)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let severity = if change.entity == Entity::Transcript { permanent_record(change) } else { change.severity };
    let title = |side: Side| change.other(side, Field::Title).map(fold);
    let note = match change.texts().map_or("", |(l, n)| zeros_note(l, n)) {
        "" if title(Side::Legacy).is_some() && title(Side::Legacy) == title(Side::New) => "the title is the same",
        note => note,
    };
    Some(Judgement::because(severity, note))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_code_without_its_zero_is_found() {
        let found = found(
            "course-recoded",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|0123|B|5",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|123|B|5",
        );
        assert_eq!(found, ["critical course 0123 -> 123 (only leading zeros differ)"] as [&str; 1]);
    }

    #[test]
    fn another_course_with_another_mark_is_not_the_same_row() {
        let found = found(
            "course-recoded",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|B|5",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|BIO|C|5",
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
