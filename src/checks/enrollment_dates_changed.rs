//! A stint at a school begins or ends on another day.
//!
//! # What it finds
//!
//! Entry and exit dates that differ after the declared end-date conventions were applied.
//!
//! # Why it matters
//!
//! Dates decide funding and are part of the permanent record.
//!
//! # Example
//!
//! Legacy leaves 2025-12-19, new 2025-12-20: one side counts the day after the last one.
//!
//! # What to do
//!
//! Declare `end_date` in the mapping rightly; if single stints differ, reload them.

use super::birth_date_changed::date_note;
use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "enrollment-dates-changed",
    severity: Severity::Major,
    summary: "A stint at a school begins or ends on another day.",
    entity: Entity::Enrollment,
    needs: &[],
    source: include_str!("enrollment_dates_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck {
    meta: &META,
    at: &[(Entity::Enrollment, Field::EntryDate), (Entity::Enrollment, Field::ExitDate)],
    judge,
};

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let note = match date_note(change) {
        "one day later" | "one day earlier: a time zone?" => "one day apart: is the end-date convention declared?",
        other => other,
    };
    Some(Judgement::because(change.severity, note))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn an_exit_a_day_later_is_found() {
        let found = found(
            "enrollment-dates-changed",
            "enrollment: student_id|school|entry_date|exit_date\n1|012|2025-08-12|2025-12-19",
            "enrollment: student_id|school|entry_date|exit_date\n1|012|2025-08-12|2025-12-20",
        );
        assert_eq!(
            found,
            ["major exit_date 2025-12-19 -> 2025-12-20 (one day apart: is the end-date convention declared?)"]
                as [&str; 1]
        );
    }

    #[test]
    fn equal_dates_are_none() {
        let found = found(
            "enrollment-dates-changed",
            "enrollment: student_id|school|entry_date|exit_date\n1|012|2025-08-12|2025-12-19",
            "enrollment: student_id|school|entry_date|exit_date\n1|012|2025-08-12|2025-12-19",
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
