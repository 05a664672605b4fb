//! The graduation track is not the same on both sides.
//!
//! # What it finds
//!
//! Graduation tracks that differ; critical for seniors.
//!
//! # Why it matters
//!
//! Another track has other requirements: a student is told to have met or missed what was never asked.
//!
//! # Example
//!
//! Legacy `a-g`, new `standard` for everybody.
//!
//! # What to do
//!
//! Map the tracks; a default is not a track.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use super::judge::senior;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "track-changed",
    severity: Severity::Major,
    summary: "The graduation track is not the same on both sides.",
    entity: Entity::Student,
    needs: &[],
    source: include_str!("track_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Student, Field::Track), (Entity::Graduation, Field::Track)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    let severity = if change.is_gained() { Severity::Info } else { senior(change.student, change.severity) };
    Some(severity.into())
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn another_track_is_found() {
        let found = found("track-changed", "student: student_id|track\n1|ag", "student: student_id|track\n1|std");
        assert_eq!(found, ["major track ag -> std"] as [&str; 1]);
    }
}
