//! The title of a course of the catalogue is not the same on both sides.
//!
//! # What it finds
//!
//! Catalogue titles that differ in more than case or blanks. A title that is gone, was cut off or lost its honors, AP,
//! IB or dual mark is minor; another wording is info.
//!
//! # Why it matters
//!
//! New transcript rows take their title from here, and colleges read titles.
//!
//! # Example
//!
//! Legacy `ALGEBRA 2 HONORS`, new `ALGEBRA 2`.
//!
//! # What to do
//!
//! Mend the title in the new catalogue before marks are stored.

use super::context::{Check, Meta, Out, RunContext};
use super::course_title_changed::lost_level;
use super::courses::compare;
use crate::canonical::{Entity, Field};
use crate::finding::Severity;
use crate::reconcile::fold;

static META: Meta = Meta {
    name: "catalogue-title-changed",
    severity: Severity::Minor,
    summary: "The title of a course of the catalogue is not the same on both sides.",
    entity: Entity::Course,
    needs: &[Field::Title],
    source: include_str!("catalogue_title_changed.rs"),
};

/// The check.
pub(super) struct CatalogueTitleChanged;

impl Check for CatalogueTitleChanged {
    fn meta(&self) -> &'static Meta {
        &META
    }

    fn run(&self, run: &RunContext<'_>, out: &mut Out) {
        let first = out.findings.len();
        compare(run, &META, Field::Title, out);
        let (Some(legacy), Some(new)) =
            (run.reconciliation.legacy.get(Entity::Course), run.reconciliation.new.get(Entity::Course))
        else {
            return;
        };
        let ours = out.findings.split_off(first);
        out.findings.extend(ours.into_iter().filter_map(|mut finding| {
            let was = finding.legacy.and_then(|row| legacy.text(row, Field::Title)).unwrap_or_default();
            let now = finding.new.and_then(|row| new.text(row, Field::Title)).unwrap_or_default();
            let (before, after) = (fold(was), fold(now));
            let is_cut = !before.is_empty() && before.starts_with(&after);
            finding.severity = if is_cut || lost_level(was, now).is_some() { META.severity } else { Severity::Info };
            (before != after).then_some(finding)
        }));
    }
}

#[cfg(test)]
mod tests {
    use crate::checks::testing::found;

    fn with(new: &str) -> Vec<String> {
        let side = |title: &str| format!("course: course|title\nALG|{title}");
        found("catalogue-title-changed", &side("Algebra 2 Honors"), &side(new))
    }

    #[test]
    fn a_title_that_lost_something_is_minor_and_another_wording_is_info() {
        assert_eq!(with("Algebra 2"), ["minor title -> course ALG Algebra 2 Honors -> Algebra 2"]);
        assert_eq!(with(""), ["minor title -> course ALG Algebra 2 Honors ->"]);
        assert_eq!(with("Second Algebra (Honors)").len(), 1);
        assert_eq!(with("ALGEBRA 2  HONORS"), [] as [&str; 0]);
    }
}
