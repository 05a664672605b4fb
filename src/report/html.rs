//! HTML for people: the report, the one page for those who decide, the help-desk sheet. Each is one file that needs
//! no network, reads without scripts, and lets nothing from the data become markup or script.

mod help_room;
mod help_sheet;
mod help_student;
mod mask;
mod page;
mod report_view;
mod samples;
mod trend;
mod value;

pub use help_sheet::{HelpItem, HelpRow, HelpSheet, HelpTable, help_sheet};
pub use help_student::Repair;
pub use mask::{Masked, mask};
pub use samples::Samples;

use minijinja::context;

use super::summary::{Criterion, Outcome, Summary, WaiverState};
use super::visible::clip;
use super::words;
use crate::error::Error;
use page::Page;

/// Longest sentence on the one page; the whole of it is in the report.
const SENTENCE: usize = 360;
/// Longest name on it.
const NAME: usize = 44;

/// `report.html`: everything about a run, with the first findings of each check as samples.
///
/// # Errors
/// Only for a template that does not fit: a bug.
pub fn report_html(summary: &Summary, samples: &Samples) -> Result<String, Error> {
    let page = Page { template: "report.html", css: &[page::STYLE], js: page::REPORT_JS };
    page.render(&context! {
        s => value::of(summary),
        decision => summary.verdict.decision.word(),
        symbol => words::decision_symbol(summary.verdict.decision),
        would_pass => words::capital(&summary.verdict.would_pass),
        passing => summary.verdict.criteria.iter().filter(|c| c.outcome == Outcome::Pass).count(),
        all_pass => summary.verdict.criteria.iter().all(|c| c.outcome == Outcome::Pass),
        schools => value::of(&report_view::schools(summary)),
        has_packs => summary.schools.iter().any(|s| !s.pack.is_empty()),
        trend => value::of(&trend::trend(summary)),
        heat => value::of(&report_view::heat(summary)),
        checks => value::of(&report_view::checks(summary, samples)),
        clean => value::of(&report_view::clean(summary)),
        coverage => value::of(&report_view::coverage(summary)),
    })
}

/// `summary.html`: one printed page without names; groups of fewer students than `min_group` are masked, and so is
/// what would give them away.
///
/// # Errors
/// Only for a template that does not fit: a bug.
pub fn summary_html(summary: &Summary, min_group: u64) -> Result<String, Error> {
    let page = Page { template: "summary.html", css: &[page::STYLE, page::SUMMARY_CSS], js: "" };
    let ending: Vec<_> = summary.waivers.iter().filter(|w| w.state != WaiverState::Active).take(4).collect();
    let mut not_checked = summary.coverage.not_checked_in_short();
    not_checked.extend(summary.skipped.iter().map(|s| s.check.clone()));
    let mut masked = mask::schools(summary, min_group);
    masked.iter_mut().for_each(|school| school.name = clip(&school.name, NAME));
    let causes = summary.causes.iter().take(3).map(|c| clip(&c.text, SENTENCE / 3)).collect::<Vec<_>>();
    let group = |count| mask::group(count, min_group);
    page.render(&context! {
        s => value::of(summary),
        decision => summary.verdict.decision.word(),
        symbol => words::decision_symbol(summary.verdict.decision),
        reasons => value::of(&summary.verdict.reasons.iter().take(4).map(|r| clip(&r.text, SENTENCE / 2)).collect::<Vec<_>>()),
        would_pass => clip(&words::capital(&summary.verdict.would_pass), SENTENCE),
        criteria => value::of(&shown_criteria(summary)),
        more_criteria => summary.verdict.criteria.len() - shown_criteria(summary).len(),
        more_reasons => summary.verdict.reasons.len().saturating_sub(4),
        trend => value::of(&summary.trend.iter().rev().take(8).rev().collect::<Vec<_>>()),
        affected => group(summary.students.affected),
        critical => group(summary.students.critical),
        seniors => group(summary.students.seniors),
        not_checked => clip(&not_checked.join("; "), SENTENCE),
        causes => value::of(&causes),
        ending => value::of(&ending),
        masked => value::of(&masked),
        min_group => min_group,
    })
}

/// Conditions for the one page: what does not pass with room to spare; where everything does, the first few.
fn shown_criteria(summary: &Summary) -> Vec<&Criterion> {
    let all = &summary.verdict.criteria;
    let failing: Vec<&Criterion> = all.iter().filter(|c| c.outcome != Outcome::Pass).take(10).collect();
    if failing.is_empty() { all.iter().take(8).collect() } else { failing }
}

#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
