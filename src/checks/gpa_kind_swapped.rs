//! Two kinds of stored GPA are each other's on the new side.
//!
//! # What it finds
//!
//! Students whose new value of one kind is the legacy value of another, and the other way round.
//!
//! # Why it matters
//!
//! Weighted and unweighted columns look alike; swapped, every transcript prints the wrong one and every rank moves.
//!
//! # Example
//!
//! Legacy weighted 4.125 and unweighted 3.875; new weighted 3.875 and unweighted 4.125.
//!
//! # What to do
//!
//! Swap the two columns in the load, or in the mapping if the extract names them otherwise.

use super::context::{Check, Meta, Out, StudentContext};
use super::judge::{GpaDifference, gpa_difference};
use crate::canonical::{Entity, Field, Row, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "gpa-kind-swapped",
    severity: Severity::Critical,
    summary: "Two kinds of stored GPA are each other's on the new side.",
    entity: Entity::Gpa,
    needs: &[],
    source: include_str!("gpa_kind_swapped.rs"),
};

/// The check.
pub(super) struct GpaKindSwapped;

impl Check for GpaKindSwapped {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        let Some(pairs) = student.pairs(Entity::Gpa).filter(|_| student.is_paired()) else { return };
        let kind = |row| student.text(Side::Legacy, Entity::Gpa, row, Field::GpaKind).unwrap_or_default();
        let mut both: Vec<_> = pairs.both().collect();
        both.sort_by_key(|b| kind(b.legacy));
        out.looked_at += both.len() as u64;
        for (at, one) in both.iter().enumerate() {
            for other in &both[at + 1..] {
                if are_swapped(student, (one.legacy, one.new), (other.legacy, other.new)) {
                    let note = out.note(format!("{} and {} are swapped", kind(one.legacy), kind(other.legacy)));
                    let finding = out.finding(student.subject(), &META, Change::Changed);
                    finding.field = Some(Field::Value);
                    (finding.legacy, finding.new, finding.note) = (Some(one.legacy), Some(one.new), note);
                }
            }
        }
    }
}

/// Each new value is the other's legacy value, at the digits that both print, and not its own.
fn are_swapped(student: &StudentContext<'_>, one: (Row, Row), other: (Row, Row)) -> bool {
    let known = |side, row| student.number(side, Entity::Gpa, row, Field::Value).is_some();
    let differs = |legacy, new| gpa_difference(student, legacy, new) == GpaDifference::Changed;
    [one, other].iter().all(|(l, n)| known(Side::Legacy, *l) && known(Side::New, *n) && differs(*l, *n))
        && !differs(one.0, other.1)
        && !differs(other.0, one.1)
}

/// True when a kind's values are another kind's.
pub(super) fn is_swapped(student: &StudentContext<'_>, legacy: Row) -> bool {
    let Some(pairs) = student.pairs(Entity::Gpa) else { return false };
    let Some(own) = pairs.both().find(|b| b.legacy == legacy) else { return false };
    pairs
        .both()
        .any(|other| other.legacy != legacy && are_swapped(student, (own.legacy, own.new), (other.legacy, other.new)))
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn swapped_columns_are_one_finding() {
        let found = found(
            "gpa-kind-swapped",
            "gpa: student_id|gpa_kind|value\n1|unweighted|3.875\n1|weighted|4.125",
            "gpa: student_id|gpa_kind|value\n1|unweighted|4.125\n1|weighted|3.875",
        );
        assert_eq!(found, ["critical value 3.875 -> 4.125 (unweighted and weighted are swapped)"] as [&str; 1]);
    }

    #[test]
    fn swapped_columns_are_found_where_the_new_side_prints_fewer_digits() {
        let found = found(
            "gpa-kind-swapped",
            "gpa: student_id|gpa_kind|value\n1|unweighted|3.1615\n1|weighted|3.5462",
            "gpa: student_id|gpa_kind|value\n1|unweighted|3.546\n1|weighted|3.162",
        );
        assert_eq!(found, ["critical value 3.1615 -> 3.546 (unweighted and weighted are swapped)"] as [&str; 1]);
    }

    #[test]
    fn equal_values_are_not_swapped() {
        let same = "gpa: student_id|gpa_kind|value\n1|unweighted|3.875\n1|weighted|3.875";
        assert_eq!(found("gpa-kind-swapped", same, same), [] as [&str; 0]);
    }
}
