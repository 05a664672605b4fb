//! Records of a student fit each other in more than one way.
//!
//! # What it finds
//!
//! Groups of records that differ and have no unique best pairing. They are not compared further.
//!
//! # Why it matters
//!
//! What is not paired is not verified; a guess would hide a fault or invent one.
//!
//! # Example
//!
//! Two rows with mark A were both moved to other courses.
//!
//! # What to do
//!
//! Look at the student; map one more field (title, teacher, school) that tells the rows apart.

use super::context::{Check, Meta, Out, StudentContext};
use crate::canonical::{Entity, Side};
use crate::finding::{Change, Severity};

static META: Meta = Meta {
    name: "ambiguous-match",
    severity: Severity::Major,
    summary: "Records of a student fit each other in more than one way.",
    entity: Entity::Transcript,
    needs: &[],
    source: include_str!("ambiguous_match.rs"),
};

/// The check.
pub(super) struct AmbiguousMatch;

impl Check for AmbiguousMatch {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn is_general(&self) -> bool {
        true
    }

    fn student(&self, student: &StudentContext<'_>, out: &mut Out) {
        for entity in Entity::ALL {
            let Some(pairs) = student.pairs(entity).filter(|_| student.is_paired()) else { continue };
            out.looked_at += pairs.count(Side::Legacy) as u64;
            if entity == Entity::Transcript && student.facts.has_swapped_transcript(student.position) {
                continue;
            }
            for (legacy, new) in pairs.ambiguous() {
                let note =
                    out.note(format!("{} legacy and {} new records fit in more than one way", legacy.len(), new.len()));
                let finding = out.finding(student.subject(), &META, Change::Changed);
                finding.entity = entity;
                (finding.legacy, finding.new, finding.note) = (legacy.first().copied(), new.first().copied(), note);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    #[test]
    fn two_ways_to_pair_are_told() {
        let found = found(
            "ambiguous-match",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|ALG|A|5\n1|2024-25|S1|BIO|A|5",
            "transcript: student_id|school_year|term|course|mark|credit_earned\n1|2024-25|S1|X|A|5\n1|2024-25|S1|Y|A|5",
        );
        assert_eq!(
            found,
            ["major -> 2024-25 S1 ALG A -> A (2 legacy and 2 new records fit in more than one way)"] as [&str; 1]
        );
    }
}
