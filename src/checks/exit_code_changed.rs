//! The reason for leaving is not the same on both sides.
//!
//! # What it finds
//!
//! Exit codes that differ or were lost.
//!
//! # Why it matters
//!
//! A transfer that turns into a dropout changes the graduation rate.
//!
//! # Example
//!
//! Legacy `T160`, new `99`.
//!
//! # What to do
//!
//! Mend the exit-code crosswalk; a default is not a reason.

use super::context::Meta;
use super::field_check::{FieldCheck, always};
use crate::canonical::{Entity, Field};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "exit-code-changed",
    severity: Severity::Major,
    summary: "The reason for leaving is not the same on both sides.",
    entity: Entity::Enrollment,
    needs: &[],
    source: include_str!("exit_code_changed.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck =
    FieldCheck { meta: &META, at: &[(Entity::Enrollment, Field::ExitCode)], judge: always };

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_default_reason_is_found() {
        let found = found(
            "exit-code-changed",
            "enrollment: student_id|school|entry_date|exit_code\n1|012|2025-08-12|T160",
            "enrollment: student_id|school|entry_date|exit_code\n1|012|2025-08-12|99",
        );
        assert_eq!(found, ["major exit_code T160 -> 99"] as [&str; 1]);
    }
}
