//! A student's first or last day in a class is not the same on both sides.
//!
//! # What it finds
//!
//! Start and end dates in classes that differ after the declared end-date conventions.
//!
//! # Why it matters
//!
//! Late adds show as absent before they came; state files treat another start date as another record.
//!
//! # Example
//!
//! Legacy from 2025-09-02, new from 2025-08-12.
//!
//! # What to do
//!
//! Load the dates of the roster entry, not of the term.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "class-dates-changed",
    severity: Severity::Minor,
    summary: "A student's first or last day in a class is not the same on both sides.",
    entity: Entity::Schedule,
    needs: &[],
    source: include_str!("class_dates_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Schedule, Field::StartDate), (Entity::Schedule, Field::EndDate)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let severity = if change.is_gained() { Severity::Info } else { change.severity };
    Some(severity.into())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn another_first_day_is_minor() {
        let found = found(
            "class-dates-changed",
            "schedule: student_id|school_year|term|course|period|start_date\n1|2025-26|S1|ALG|1|2025-09-02",
            "schedule: student_id|school_year|term|course|period|start_date\n1|2025-26|S1|ALG|1|2025-08-12",
        );
        assert_eq!(found, ["minor start_date 2025-09-02 -> 2025-08-12"] as [&str; 1]);
    }
}
