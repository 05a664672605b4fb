//! A class meets in another room.
//!
//! # What it finds
//!
//! Rooms that differ in more than case or blanks. A room that the new system writes another way throughout is told, at
//! info.
//!
//! # Why it matters
//!
//! Rooms are labels; the first day shows them.
//!
//! # Example
//!
//! Legacy 2-115, new 2-117.
//!
//! # What to do
//!
//! Reload rooms last, or leave the field out with `ignore_fields`.

use super::context::Meta;
use super::field_check::{FieldCheck, label};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "room-changed",
    severity: Severity::Minor,
    summary: "A class meets in another room.",
    entity: Entity::Schedule,
    needs: &[],
    source: include_str!("room_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Schedule, Field::Room)], judge: label };

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn another_known_room_is_minor() {
        let found = found(
            "room-changed",
            "schedule: student_id|term|course|period|room\n1|S1|ALG|1|101\n1|S1|BIO|2|102",
            "schedule: student_id|term|course|period|room\n1|S1|ALG|1|102\n1|S1|BIO|2|102",
        );
        assert_eq!(found, ["minor room 101 -> 102"] as [&str; 1]);
    }

    #[test]
    fn a_room_written_another_way_is_told_at_info() {
        let found = found(
            "room-changed",
            "schedule: student_id|term|course|period|room\n1|S1|ALG|1|101",
            "schedule: student_id|term|course|period|room\n1|S1|ALG|1|R-101",
        );
        assert_eq!(
            found,
            ["info room 101 -> R-101 (each system writes this label in its own way throughout)"] as [&str; 1]
        );
    }
}
