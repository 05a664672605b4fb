//! A transcript row no longer says that it was earned elsewhere.
//!
//! # What it finds
//!
//! Transfer flags that were lost (major) or appeared (minor). No flag and a flag of `no` are the same.
//!
//! # Why it matters
//!
//! Colleges and auditors must see where a credit came from.
//!
//! # Example
//!
//! Legacy transfer, new not.
//!
//! # What to do
//!
//! Load the flag, or the other school.

use super::context::Meta;
use super::field_check::{FieldChange, FieldCheck, Judgement};
use crate::canonical::{Entity, Field, Side};
use crate::finding::Severity;

static META: Meta = Meta {
    name: "transfer-flag-lost",
    severity: Severity::Major,
    summary: "A transcript row no longer says that it was earned elsewhere.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("transfer_flag_lost.rs"),
};

/// The check.
pub(super) static CHECK: FieldCheck = FieldCheck { meta: &META, at: &[(Entity::Transcript, Field::Transfer)], judge };

fn judge(change: &FieldChange<'_>) -> Option<Judgement> {
    match (change.text(Side::Legacy) == Some("true"), change.text(Side::New) == Some("true")) {
        (true, false) => Some(change.severity.into()),
        (false, true) => Some(Severity::Minor.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn a_lost_flag_is_found() {
        let found = found(
            "transfer-flag-lost",
            "transcript: student_id|school_year|term|course|transfer\n1|2024-25|S1|ALG|true",
            "transcript: student_id|school_year|term|course|transfer\n1|2024-25|S1|ALG|false",
        );
        assert_eq!(found, ["major transfer true -> false"] as [&str; 1]);
    }

    #[test]
    fn no_flag_is_a_flag_of_no() {
        let found = found(
            "transfer-flag-lost",
            "transcript: student_id|school_year|term|course|transfer\n1|2024-25|S1|ALG|",
            "transcript: student_id|school_year|term|course|transfer\n1|2024-25|S1|ALG|false",
        );
        assert_eq!(found, [] as [&str; 0]);
    }
}
