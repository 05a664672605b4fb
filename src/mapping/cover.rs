//! Which codes occur, how often, and by which line of a code table they are mapped.

use std::fmt::Write;

use super::{IssueKind, Mapped, Mapping, Target};

/// How a code table covers the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// Its name.
    pub crosswalk: String,
    /// Its lines in order: line number, code, target (`None` for ignore), records.
    pub lines: Vec<(u32, String, Option<String>, u64)>,
    /// Codes that no line covers: code, records, nearest code.
    pub unmapped: Vec<(String, u64, Option<String>)>,
    /// Records that took the default.
    pub defaulted: u64,
    /// Records whose code passed as it was, as the table is optional and empty.
    pub passed: u64,
}

/// The cover of every code table that a side's mapping uses.
#[must_use]
pub fn cover(mapping: &Mapping, mapped: &Mapped) -> Vec<Cover> {
    let mut list = Vec::new();
    for usage in &mapped.crosswalks {
        let Some(table) = mapping.crosswalks.get(&usage.name) else { continue };
        let lines = table.lines.iter().zip(&usage.rows).map(|(line, rows)| {
            let to = match &line.to {
                Target::Code(to) => Some(to.clone()),
                Target::Ignore => None,
            };
            (line.line, line.from.clone(), to, *rows)
        });
        let mut unmapped: Vec<(String, u64, Option<String>)> = Vec::new();
        let missed = |i: &&super::CodeIssue| {
            i.kind == IssueKind::Unmapped && i.crosswalk.as_deref() == Some(usage.name.as_str())
        };
        for issue in mapped.issues.iter().filter(missed) {
            match unmapped.iter_mut().find(|(code, ..)| *code == issue.raw) {
                Some(known) => known.1 += issue.rows,
                None => unmapped.push((issue.raw.clone(), issue.rows, issue.near.clone())),
            }
        }
        unmapped.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
        list.push(Cover {
            crosswalk: usage.name.clone(),
            lines: lines.collect(),
            unmapped,
            defaulted: usage.defaulted,
            passed: usage.passed,
        });
    }
    list
}

impl Cover {
    /// Lines that no record used.
    pub fn unused(&self) -> impl Iterator<Item = &(u32, String, Option<String>, u64)> {
        self.lines.iter().filter(|(.., rows)| *rows == 0)
    }

    /// As people read it.
    #[must_use]
    pub fn text(&self) -> String {
        let (unused, lines) = (self.unused().count(), self.lines.len());
        let mut text = format!("crosswalk {}: {lines} lines, {unused} unused\n", self.crosswalk);
        for (line, from, to, rows) in &self.lines {
            let to = to.as_deref().map_or("(rows left out)", |t| t);
            let place = if *line == 0 { String::new() } else { format!("  line {line}") };
            let mark = if *rows == 0 { "  unused" } else { "" };
            let _written = writeln!(text, "  {from} -> {to}  {rows} records{place}{mark}");
        }
        for (code, rows, near) in &self.unmapped {
            let near = near.as_ref().map_or_else(String::new, |n| format!("; near: {n}"));
            let _written = writeln!(text, "  {code} -> ?  {rows} records, no line{near}");
        }
        if self.defaulted > 0 {
            let _written = writeln!(text, "  {} records took the default", self.defaulted);
        }
        if self.passed > 0 {
            let _written = writeln!(text, "  {} records passed as they are: nobody supplied the table", self.passed);
        }
        text
    }
}
