//! What `gate` prints: the verdict, each condition with measured, limit and margin, and what would make it pass.

use std::fmt::Write as _;

use super::Look;
use crate::report::summary::{Decision, Outcome, Summary};
use crate::report::visible::{clip, wrap};
use crate::report::words::plural;

/// The gate screen. `all` shows conditions that pass with room to spare, too.
#[must_use]
pub fn gate_screen(summary: &Summary, look: Look, all: bool) -> String {
    let mut out = String::new();
    let verdict = &summary.verdict;
    let counted = match verdict.decision {
        Decision::CannotDecide => String::new(),
        Decision::Go => format!(" · {} pass", plural(verdict.criteria.len() as u64, "condition")),
        Decision::NoGo => format!(" · {} of {} conditions fail", verdict.failed, verdict.criteria.len()),
    };
    let _ = writeln!(out, " {}   {}{counted}", look.decision(verdict.decision), clip(&summary.run.label, 40));
    if verdict.decision == Decision::CannotDecide {
        reasons(&mut out, summary, look);
    }
    let shown = |o: Outcome| all || o != Outcome::Pass;
    for criterion in verdict.criteria.iter().filter(|c| shown(c.outcome)) {
        let line = format!(
            "{:<24}{:>12}  {:<20} {}",
            clip(&criterion.label, 24),
            clip(&criterion.measured, 12),
            clip(&criterion.limit, 20),
            clip(&criterion.margin, 18)
        );
        let _ = writeln!(out, "  {} {}", look.outcome(criterion.outcome), line.trim_end());
    }
    let hidden = verdict.criteria.iter().filter(|c| !shown(c.outcome)).count();
    if hidden > 0 {
        let _ = writeln!(out, "  … {hidden} more pass (--all)");
    }
    if verdict.decision == Decision::NoGo {
        reasons(&mut out, summary, look);
    }
    closing(&mut out, summary, look);
    look.symbols(&out)
}

fn reasons(out: &mut String, summary: &Summary, look: Look) {
    for reason in &summary.verdict.reasons {
        paragraph(out, "  ", &reason.text, look);
        if !reason.fix.is_empty() {
            paragraph(out, "    fix: ", &reason.fix, look);
        }
    }
}

fn closing(out: &mut String, summary: &Summary, look: Look) {
    let verdict = &summary.verdict;
    if let Some(tried) = &verdict.sensitivity {
        let blind =
            if tried.blind.is_empty() { String::new() } else { format!(" · BLIND: {}", tried.blind.join(", ")) };
        let text = format!("Sensitivity   {} of {} planted faults were caught{blind}", tried.caught, tried.planted);
        paragraph(out, " ", &text, look);
    }
    if !verdict.would_pass.is_empty() {
        paragraph(out, " ", &verdict.would_pass, look);
    }
    for given in &summary.overrides {
        paragraph(out, " Override      ", &given.sentence(), look);
    }
    if !verdict.decided_from.is_empty() {
        paragraph(out, " Decided from  ", &verdict.decided_from, look);
    }
}

/// A text behind a lead; further lines stand below its first letter.
fn paragraph(out: &mut String, lead: &str, text: &str, look: Look) {
    let indent = lead.chars().count();
    for (i, line) in wrap(text, look.width.saturating_sub(indent)).iter().enumerate() {
        let _ = writeln!(out, "{:indent$}{line}", if i == 0 { lead } else { "" });
    }
}
