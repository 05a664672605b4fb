//! What `collect` prints.

use std::fmt::Write as _;

use super::{Collected, FileReport, Problem, ProblemKind};
use crate::report::packs::Resolution;
use crate::report::terminal::Look;
use crate::report::visible::{clip, wrap};
use crate::report::words::thousands;

/// How many problems of one kind and file are shown.
const SHOWN: usize = 5;

/// The screen of `collect`: a block a file.
#[must_use]
pub fn collect_screen(collected: &Collected, run: &str, look: Look) -> String {
    let mut out = String::new();
    for file in &collected.files {
        let counts = format!(
            "{} rows  {} answered  {} blank",
            thousands(file.rows),
            thousands(file.answered),
            thousands(file.blank)
        );
        let _ = writeln!(out, " {:<34} {counts}", clip(&file.file, 34));
        if file.run != run {
            let dropped = file.problems.get(&ProblemKind::Dropped).copied().unwrap_or(0);
            let text = format!(
                "from run {}: {} answers carried over where both values are unchanged, {} dropped",
                clip(&file.run, 12),
                thousands(file.carried),
                thousands(dropped)
            );
            line(&mut out, " ", &text, look);
        }
        line(&mut out, "✓", &taken(file), look);
        for kind in [ProblemKind::Unclear, ProblemKind::Conflict, ProblemKind::Edited] {
            problems(&mut out, collected, file, kind, look);
        }
        for note in &file.notes {
            line(&mut out, "!", note, look);
        }
    }
    look.symbols(&out)
}

fn taken(file: &FileReport) -> String {
    let short = ["new right", "old right", "both wrong", "same thing", "should not migrate", "need help"];
    let parts = Resolution::ALL.iter().enumerate().filter(|(at, _)| file.taken[*at] > 0);
    let parts: Vec<String> = parts.map(|(at, _)| format!("{} {}", thousands(file.taken[at]), short[at])).collect();
    let all = thousands(file.taken_all);
    if parts.is_empty() { format!("{all} taken") } else { format!("{all} taken: {}", parts.join(" · ")) }
}

fn problems(out: &mut String, collected: &Collected, file: &FileReport, kind: ProblemKind, look: Look) {
    let count = file.problems.get(&kind).copied().unwrap_or(0);
    if count == 0 {
        return;
    }
    line(out, "!", &format!("{} {}", thousands(count), kind.word()), look);
    let mine: Vec<&Problem> = collected.problems.iter().filter(|p| p.file == file.file && p.kind == kind).collect();
    for problem in mine.iter().take(SHOWN) {
        line(out, " ", &format!("  {} ({}): {}", problem.place, problem.reference, problem.text), look);
    }
    if mine.len() > SHOWN {
        line(out, " ", &format!("  … {} more in problems.csv", mine.len() - SHOWN), look);
    }
}

fn line(out: &mut String, mark: &str, text: &str, look: Look) {
    for (at, part) in wrap(text, look.width.saturating_sub(5)).iter().enumerate() {
        let _ = writeln!(out, "   {} {part}", if at == 0 { mark } else { " " });
    }
}
