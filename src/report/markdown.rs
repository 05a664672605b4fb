//! The summary as Markdown for tickets and pull requests. Counts only: no student, no personal value.

use std::fmt::Write as _;

use super::summary::Summary;
use super::visible::visible;
use super::words::{self, plural, thousands};
use crate::finding::Severity;

/// How many schools and pairs are shown.
const SHOWN: usize = 10;

/// The summary as Markdown.
#[must_use]
pub fn markdown(summary: &Summary) -> String {
    let mut out = String::new();
    let run = &summary.run;
    let names = [&run.district, &run.legacy, &run.new].map(|n| cell(n));
    let _ = writeln!(out, "# {}: {}\n", cell(&run.label), summary.verdict.decision.word());
    let _ = writeln!(out, "{}, {} → {}\n", names[0], names[1], names[2]);
    for reason in &summary.verdict.reasons {
        let _ = writeln!(out, "- {}", cell(&reason.text));
    }
    if !summary.verdict.would_pass.is_empty() {
        let _ = writeln!(out, "\n{}", cell(&summary.verdict.would_pass));
    }
    gate(&mut out, summary);
    if !summary.overrides.is_empty() {
        out.push_str("\n## Overrides of the gate\n\n");
        summary.overrides.iter().for_each(|o| _ = writeln!(out, "- {}", cell(&o.sentence())));
    }
    areas(&mut out, summary);
    schools(&mut out, summary);
    pairs(&mut out, summary);
    not_checked(&mut out, summary);
    out
}

fn gate(out: &mut String, summary: &Summary) {
    if summary.verdict.criteria.is_empty() {
        return;
    }
    out.push_str("\n## Gate\n\n| condition | result | measured | limit | margin |\n|---|---|---|---|---|\n");
    for c in &summary.verdict.criteria {
        let texts = [&c.label, &c.measured, &c.limit, &c.margin].map(|t| cell(t));
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            texts[0],
            words::outcome(c.outcome),
            texts[1],
            texts[2],
            texts[3]
        );
    }
}

fn areas(out: &mut String, summary: &Summary) {
    out.push_str("\n## Open findings\n\n| area | critical | major | minor | info | all |\n|---|--:|--:|--:|--:|--:|\n");
    let total = ("**Total**".to_owned(), summary.open);
    let lines = summary.areas.iter().map(|a| (cell(words::area(&a.area)), a.open)).chain([total]);
    for (label, open) in lines {
        let counts = Severity::WORST_FIRST.map(|s| thousands(open.of(s))).join(" | ");
        let _ = writeln!(out, "| {label} | {counts} | {} |", thousands(open.total));
    }
    if summary.waived > 0 {
        let _ = writeln!(out, "\n{} waived and not counted above.", plural(summary.waived, "finding"));
    }
    if let Some(since) = &summary.since {
        let counts = [since.fixed, since.new, since.still_open, since.came_back].map(thousands);
        let _ = writeln!(
            out,
            "\nSince {}: {} fixed, {} new, {} still open, {} came back.",
            cell(&since.label),
            counts[0],
            counts[1],
            counts[2],
            counts[3]
        );
    }
}

fn schools(out: &mut String, summary: &Summary) {
    let listed: Vec<_> = summary.schools.iter().filter(|s| s.open.gated > 0).take(SHOWN).collect();
    if listed.is_empty() {
        return;
    }
    out.push_str("\n## Schools\n\n| school | critical | major | per 100 students |\n|---|--:|--:|--:|\n");
    for school in listed {
        let (critical, major) = (thousands(school.open.critical), thousands(school.open.major));
        let _ = writeln!(out, "| {} | {critical} | {major} | {} |", cell(&school.name), school.per_hundred);
    }
}

fn pairs(out: &mut String, summary: &Summary) {
    let mut lines = String::new();
    for pairs in summary.pairs.iter().filter(|p| !p.personal).take(SHOWN) {
        for pair in pairs.top.iter().take(3) {
            let texts = [&pairs.check, &pairs.field, &pair.legacy, &pair.new].map(|t| cell(t));
            let _ = writeln!(
                lines,
                "| {} | {} | {} | {} | {} |",
                texts[0],
                texts[1],
                texts[2],
                texts[3],
                thousands(pair.count)
            );
        }
    }
    if !lines.is_empty() {
        out.push_str(
            "\n## Most frequent changes\n\n| check | field | legacy | new | findings |\n|---|---|---|---|--:|\n",
        );
        out.push_str(&lines);
    }
}

fn not_checked(out: &mut String, summary: &Summary) {
    out.push_str("\n## Not checked\n\n");
    for line in &summary.coverage.not_checked {
        let _ = writeln!(out, "- {}: {}", cell(&line.what), cell(&line.why));
    }
    for line in &summary.skipped {
        let _ = writeln!(out, "- {}: {}", cell(&line.check), cell(&line.reason));
    }
    if summary.coverage.not_checked.is_empty() && summary.skipped.is_empty() {
        out.push_str("Nothing: every mapped area was compared.\n");
    }
}

/// A text that Markdown and the HTML inside it leave alone.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '!' | '~' | '@' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::summary::example::example;

    #[test]
    fn the_markdown_reads_well() {
        insta::assert_snapshot!("markdown", markdown(&example()));
    }

    #[test]
    fn no_text_can_become_markup() {
        let mut hostile = example();
        hostile.schools[0].name = "</script><img src=x> | a\n# b `c` [d](javascript:e) @everyone".into();
        let text = markdown(&hostile);
        assert!(!text.contains("<img") && !text.contains("\n# b") && !text.contains("[d]("), "{text}");
        assert!(!text.to_lowercase().contains("okafo"), "no personal value");
    }
}
