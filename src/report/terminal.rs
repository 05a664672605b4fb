//! What a run prints: verdict, area by severity, what was not checked, frequent changes; 80 columns, also in plain ASCII.

mod gate;
mod look;

use std::fmt::Write as _;

pub use gate::gate_screen;
pub use look::Look;

use super::summary::{Summary, ValuePairs, WaiverState};
use super::visible::{clip, clip_pair, wrap};
use super::words::{self, plural, thousands};
use crate::finding::Severity;

/// Width of the label column of lines such as ` Not checked  attendance`.
const LABEL: usize = 13;
/// How many checks the frequent changes show.
const PAIR_CHECKS: usize = 6;
/// How many pairs of one check.
const PAIRS: usize = 3;
/// How many causes.
const CAUSES: usize = 5;

/// The summary that `run` prints on standard output.
#[must_use]
pub fn run_summary(summary: &Summary, look: Look) -> String {
    let mut out = String::new();
    let run = &summary.run;
    let title = format!("{} · {} · {} → {}", run.label, run.district, run.legacy, run.new);
    out.push_str(&look.bold(&clip(&title, look.width)));
    out.push('\n');
    verdict_lines(&mut out, summary, look);
    out.push('\n');
    area_table(&mut out, summary, look);
    out.push('\n');
    counted_lines(&mut out, summary, look);
    coverage_lines(&mut out, summary, look);
    balance_lines(&mut out, summary, look);
    if !summary.outputs.is_empty() {
        labelled(&mut out, "Written", &summary.outputs.join("  "), look);
    }
    cause_lines(&mut out, summary, look);
    pair_lines(&mut out, summary, look);
    look.symbols(&out)
}

/// `next: rollproof gate  ·  rollproof explain 0041877`; the last line on standard error. Empty when there is nothing.
#[must_use]
pub fn next_line(summary: &Summary, look: Look) -> String {
    if summary.next.is_empty() {
        return String::new();
    }
    let commands: Vec<String> = summary.next.iter().map(|n| clip(n, look.width)).collect();
    look.symbols(&format!("next: {}\n", commands.join("  ·  ")))
}

fn verdict_lines(out: &mut String, summary: &Summary, look: Look) {
    let verdict = &summary.verdict;
    let first = verdict.reasons.first().map_or("every condition passes", |r| r.text.as_str());
    let word = look.decision(verdict.decision);
    let indent = verdict.decision.word().len() + 5;
    for (i, line) in wrap(first, look.width.saturating_sub(indent)).iter().enumerate() {
        let lead = if i == 0 { format!(" {word}  ") } else { " ".repeat(indent) };
        let _ = writeln!(out, "{lead}{line}");
    }
    for reason in verdict.reasons.iter().skip(1).take(3) {
        for line in wrap(&reason.text, look.width.saturating_sub(indent)) {
            let _ = writeln!(out, "{}{line}", " ".repeat(indent));
        }
    }
    if verdict.reasons.len() > 4 {
        let _ = writeln!(out, "   … all {} reasons: rollproof gate --all", verdict.reasons.len());
    }
}

fn area_table(out: &mut String, summary: &Summary, look: Look) {
    let previous = summary.since.as_ref().map(|s| clip(&s.label, 8));
    let now = format!("all {}", clip(&summary.run.label, 8));
    let before = previous.map_or(String::new(), |label| format!("all {label}"));
    let mut line = format!(" {:<18}", "");
    for severity in Severity::WORST_FIRST {
        line.push_str(&look.severity(severity, &format!("{:>9}", words::severity_title(severity))));
    }
    let _ = writeln!(out, "{}", format!("{line}{now:>12}{before:>12}").trim_end());
    for area in &summary.areas {
        let counts = Severity::WORST_FIRST.map(|s| (s, area.open.of(s)));
        let before = area.previous.map_or(String::new(), thousands);
        count_line(out, words::area(&area.area), counts, area.open.total, &before, look);
    }
    let _ = writeln!(out, " {}", "─".repeat(if before.is_empty() { 66 } else { 78 }));
    let counts = Severity::WORST_FIRST.map(|s| (s, summary.open.of(s)));
    count_line(out, "Total", counts, summary.open.total, "", look);
}

fn count_line(out: &mut String, label: &str, counts: [(Severity, u64); 4], total: u64, before: &str, look: Look) {
    let mut line = format!(" {:<18}", clip(label, 18));
    for (severity, count) in counts {
        let text = format!("{:>9}", thousands(count));
        line.push_str(&if count == 0 { text } else { look.severity(severity, &text) });
    }
    let _ = writeln!(out, "{}", format!("{line}{:>12}{before:>12}", thousands(total)).trim_end());
}

fn labelled(out: &mut String, label: &str, text: &str, look: Look) {
    for (i, line) in wrap(text, look.width.saturating_sub(LABEL + 2)).iter().enumerate() {
        let _ = writeln!(out, " {:<LABEL$} {line}", if i == 0 { label } else { "" });
    }
}

fn counted_lines(out: &mut String, summary: &Summary, look: Look) {
    if let Some(since) = &summary.since {
        let text = format!(
            "{} fixed · {} new · {} still open · {} came back",
            thousands(since.fixed),
            thousands(since.new),
            thousands(since.still_open),
            thousands(since.came_back)
        );
        labelled(out, &format!("Since {}", clip(&since.label, 7)), &text, look);
    }
    if summary.waived > 0 || !summary.waivers.is_empty() {
        let mut text = format!("{} (not counted above)", thousands(summary.waived));
        for (state, words) in [
            (WaiverState::EndsSoon, "ends soon"),
            (WaiverState::Expired, "expired"),
            (WaiverState::OverCap, "over its cap"),
            (WaiverState::Unused, "unused"),
            (WaiverState::Refused, "refused"),
        ] {
            let ids: Vec<&str> = summary.waivers.iter().filter(|w| w.state == state).map(|w| w.id.as_str()).collect();
            if !ids.is_empty() {
                let _ = write!(text, " · {words}: {}", ids.join(", "));
            }
        }
        labelled(out, "Waived", &text, look);
    }
}

fn coverage_lines(out: &mut String, summary: &Summary, look: Look) {
    let matching = &summary.matching;
    let text = format!(
        "{} of {} students ({}%) · {} only in legacy · {} only in new",
        thousands(matching.paired),
        thousands(matching.legacy),
        matching.percent,
        thousands(matching.legacy_only),
        thousands(matching.new_only)
    );
    labelled(out, "Matched", &text, look);
    let compared: Vec<&str> = summary.coverage.areas.iter().map(|a| words::area(&a.area)).collect();
    let text = format!(
        "{} in {} · {}",
        plural(summary.coverage.fields_compared, "field"),
        compared.join(", "),
        plural(summary.students.compared, "student")
    );
    labelled(out, "Compared", &text, look);
    for (i, ignored) in summary.coverage.ignored.iter().enumerate() {
        let count = ignored.differences.map_or(String::new(), |n| format!(", {}", plural(n, "difference")));
        let text = format!("{} (by {}{count})", ignored.what, ignored.setting);
        labelled(out, if i == 0 { "Ignored" } else { "" }, &text, look);
    }
    let mut missing = summary.coverage.not_checked_in_short();
    match summary.skipped.len() {
        0 => {}
        1 => missing.extend(summary.skipped.iter().map(|s| format!("{}: {}", s.check, s.reason))),
        n => missing.push(format!("{n} checks that read what is not mapped (named in summary.json)")),
    }
    if missing.is_empty() {
        missing.push("nothing: every mapped area was compared".into());
    }
    for (i, text) in missing.iter().enumerate() {
        labelled(out, if i == 0 { "Not checked" } else { "" }, text, look);
    }
}

/// That every row is accounted for, in one line; tables with something to look at have their own.
fn balance_lines(out: &mut String, summary: &Summary, look: Look) {
    let method = &summary.method;
    let text = format!(
        "{} in {}, {} rejected; {}",
        plural(method.records, "record"),
        plural(method.tables.len() as u64, "table"),
        thousands(method.rejected),
        if method.balanced { "all rows = mapped + left out + rejected ✓" } else { "NOT every table balances ✕" }
    );
    labelled(out, "Rows in", &text, look);
    for table in method.tables.iter().filter(|t| t.rejected > 0 || !t.balanced) {
        let text = format!(
            "{} {}: {} = {} mapped + {} left out + {} rejected {}",
            table.side,
            table.table,
            thousands(table.records),
            thousands(table.mapped),
            thousands(table.filtered),
            thousands(table.rejected),
            if table.balanced { "✓" } else { "✕ DOES NOT BALANCE" }
        );
        labelled(out, "", &text, look);
    }
    for (i, notice) in summary.notices.iter().enumerate() {
        let text = format!("{} {}: {}", notice.side, notice.file, notice.text);
        labelled(out, if i == 0 { "Notices" } else { "" }, &text, look);
    }
}

fn cause_lines(out: &mut String, summary: &Summary, look: Look) {
    if summary.causes.is_empty() {
        return;
    }
    out.push_str("\n Largest causes\n");
    for cause in summary.causes.iter().take(CAUSES) {
        for (at, part) in wrap(&cause.text, look.width.saturating_sub(5)).into_iter().enumerate() {
            let number = if at == 0 { cause.number.to_string() } else { String::new() };
            let _ = writeln!(out, "{number:>3}  {part}");
        }
        let counts = format!("{}, {}", plural(cause.findings, "finding"), plural(cause.students, "student"));
        let _ = writeln!(out, "{}", clip(&format!("     {counts}"), look.width));
        if !cause.fix_where.is_empty() {
            let _ = writeln!(out, "{}", clip(&format!("     fix in {}", cause.fix_where), look.width));
        }
    }
}

fn pair_lines(out: &mut String, summary: &Summary, look: Look) {
    let shown: Vec<&ValuePairs> = summary.pairs.iter().filter(|p| !p.top.is_empty()).take(PAIR_CHECKS).collect();
    if shown.is_empty() {
        return;
    }
    out.push_str("\n Most frequent changes (legacy → new)\n");
    for pairs in shown {
        let label = format!("  {} · {}", pairs.check, words::field(&pairs.field));
        if pairs.personal {
            let text = format!("{label}  {} (personal, in findings.csv)", plural(pairs.distinct, "pair"));
            let _ = writeln!(out, "{}", clip(&text, look.width));
            continue;
        }
        let _ = writeln!(out, "{}", clip(&label, look.width));
        for pair in pairs.top.iter().take(PAIRS) {
            let (legacy, new) = clip_pair(&shown_value(&pair.legacy), &shown_value(&pair.new), 28);
            let _ = writeln!(out, "   {:>9}  {legacy} → {new}", thousands(pair.count));
        }
    }
}

/// A value as shown between others: an empty one has a word.
fn shown_value(value: &str) -> String {
    if value.is_empty() { "(empty)".into() } else { value.into() }
}

#[cfg(test)]
#[path = "terminal_tests.rs"]
mod tests;
