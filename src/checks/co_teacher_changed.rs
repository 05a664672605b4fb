//! A class has another second teacher.
//!
//! # What it finds
//!
//! Co-teachers that differ or were lost.
//!
//! # Why it matters
//!
//! The second teacher, often of special education, does not see the roster.
//!
//! # Example
//!
//! Legacy T2, new blank.
//!
//! # What to do
//!
//! Load the second teacher of the section.

use super::context::Meta;
use super::field_check::{FieldCheck, label};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "co-teacher-changed",
    severity: Severity::Minor,
    summary: "A class has another second teacher.",
    entity: Entity::Schedule,
    needs: &[],
    source: include_str!("co_teacher_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Schedule, Field::CoTeacher)], judge: label };

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_co_teacher_is_minor() {
        let found = found(
            "co-teacher-changed",
            "schedule: student_id|school_year|term|course|period|co_teacher\n1|2025-26|S1|ALG|1|T2",
            "schedule: student_id|school_year|term|course|period|co_teacher\n1|2025-26|S1|ALG|1|",
        );
        assert_eq!(found, ["minor co_teacher T2 ->"] as [&str; 1]);
    }
}
