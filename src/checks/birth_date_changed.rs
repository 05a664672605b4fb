//! The birth date is not the same on both sides.
//!
//! # What it finds
//!
//! Birth dates that differ; the note says when day and month changed places, the century moved, a default was filled
//! in, or the day slipped by one.
//!
//! # Why it matters
//!
//! It is part of the permanent record, decides eligibility, and is what other systems match on.
//!
//! # Example
//!
//! Legacy 2008-03-04, new 2008-04-03: day and month changed places.
//!
//! # What to do
//!
//! Set the date format of the field in the mapping or of the load.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use crate::canonical::Typed;
use crate::canonical::{Entity, Field, Side};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "birth-date-changed",
    severity: Severity::Major,
    summary: "The birth date is not the same on both sides.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("birth_date_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Student, Field::BirthDate)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    Some(Judgement::because(change.severity, date_note(change)))
}

/// What a wrong date betrays.
pub(super) fn date_note(change: &FieldChange<'_>) -> &'static str {
    let date = |side: Side| match change.student.records(side, change.entity)?.typed(change.row(side), change.field) {
        Typed::Date(date) => Some(date),
        _ => None,
    };
    let (Some(legacy), Some(new)) = (date(Side::Legacy), date(Side::New)) else { return "" };
    let (day, month, year) = (legacy.day(), legacy.month(), legacy.year());
    if (new.year(), new.month(), new.day()) == (year, day, month) {
        "day and month changed places"
    } else if (new.month(), new.day()) == (month, day) && (new.year() - year).abs() == 100 {
        "another century"
    } else if (new.year(), new.month(), new.day()) == (1900, 1, 1) {
        "looks like a default"
    } else if legacy.yesterday().is_ok_and(|d| d == new) {
        "one day earlier: a time zone?"
    } else if legacy.tomorrow().is_ok_and(|d| d == new) {
        "one day later"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn day_and_month_swapped_are_told() {
        let found = found(
            "birth-date-changed",
            "student: student_id|birth_date\n1|2008-03-04",
            "student: student_id|birth_date\n1|2008-04-03",
        );
        assert_eq!(found, ["major birth_date 2008-03-04 -> 2008-04-03 (day and month changed places)"] as [&str; 1]);
    }

    #[test]
    fn a_day_earlier_is_told() {
        let found = found(
            "birth-date-changed",
            "student: student_id|birth_date\n1|2008-03-01",
            "student: student_id|birth_date\n1|2008-02-29",
        );
        assert_eq!(found, ["major birth_date 2008-03-01 -> 2008-02-29 (one day earlier: a time zone?)"] as [&str; 1]);
    }

    #[test]
    fn another_way_to_write_the_date_is_no_change() {
        let found = found(
            "birth-date-changed",
            "student: student_id|birth_date\n1|03/04/2008~2008-03-04",
            "student: student_id|birth_date\n1|2008-03-04",
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
