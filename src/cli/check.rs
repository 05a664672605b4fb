//! `rollproof check`: every mistake in the project's files, and with `--data` every code and value that they do not cover.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use clap::Args;

use super::{Console, Global, console, map, project};
use crate::canonical::{Entity, Field, Side};
use crate::diagnostic::Gravity;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::mapping::{self, CodeIssue, IssueKind, Mapped};
use crate::project::Project;
use crate::report::visible;

/// Find every mistake in the project, mapping and crosswalk files
///
/// Reads no data without --data. Errors end with exit code 2, and so do codes that no line covers; warnings alone with 0.
#[derive(Debug, Args)]
pub struct CheckCommand {
    /// Also read the exports: codes without a line with counts and near codes, values that do not read, lines never used
    #[arg(long)]
    pub data: bool,
}

impl CheckCommand {
    /// Does it.
    ///
    /// # Errors
    /// When there is no project, or with `--data` when an export can not be read.
    pub fn execute(&self, global: &Global, console: &Console) -> Result<ExitCode, Error> {
        let path = project::find(global)?;
        let (project, found) = match project::load_at(&path, None) {
            Ok(project) => {
                let warnings = project.warnings.clone();
                (Some(project), warnings)
            }
            Err(diagnostics) => (None, diagnostics),
        };
        let mut text = console::render_diagnostics(&found, console.colored());
        let total = if found.is_empty() { "no mistakes found".to_owned() } else { console::diagnostics_total(&found) };
        let _ = writeln!(text, "{total}");
        let errors = found.iter().any(|d| d.gravity == Gravity::Error);
        let mut uncovered = 0;
        if let Some(project) = project.filter(|_| self.data && !errors) {
            let (told, count) = data(&project)?;
            text.push_str(&told);
            uncovered = count;
        }
        console.answer(&text)?;
        if !errors && uncovered == 0 {
            console.hint("next: rollproof run --gate");
        }
        Ok(if errors || uncovered > 0 { ExitCode::Usage } else { ExitCode::Success })
    }
}

/// What the data holds that the mappings do not cover, and how many codes and fields that are.
fn data(project: &Project) -> Result<(String, usize), Error> {
    let (mut text, mut count) = (String::new(), 0);
    for side in Side::BOTH {
        let mapped = map::mapped(project, side)?;
        let (told, uncovered) = of_side(project, &mapped, side);
        count += uncovered;
        let _ = writeln!(text, "\n{side}:");
        text.push_str(if told.is_empty() { "  every code has a line, every value reads\n" } else { &told });
    }
    let text: Vec<String> = text.lines().map(|l| visible(l).into_owned()).collect();
    Ok((text.join("\n") + "\n", count))
}

fn of_side(project: &Project, mapped: &Mapped, side: Side) -> (String, usize) {
    let mapping = &project.side(side).mapping;
    // The tables of a shipped mapping hold every variant of a system: that one district does not use them all is no news.
    let shipped = mapping.path == Path::new("mappings").join(&mapping.system).join("mapping.toml");
    let own = |name: &str| !shipped || project.crosswalks.contains_key(name);
    let (mut text, mut count) = (String::new(), 0);
    for notice in mapped.notices.iter().filter(|n| n.undecidable) {
        let _ = writeln!(text, "  {}: {}", notice.file, notice.text);
    }
    for cover in mapping::cover(mapping, mapped) {
        count += cover.unmapped.len();
        for (code, rows, near) in &cover.unmapped {
            let near = near.as_ref().map_or_else(String::new, |n| format!("; near: {n}"));
            let _ = writeln!(text, "  crosswalk {}: no line for {code}, {rows} records{near}", cover.crosswalk);
        }
        if cover.defaulted > 0 {
            let _ = writeln!(text, "  crosswalk {}: {} records took the default", cover.crosswalk, cover.defaulted);
        }
        let unused: Vec<String> =
            cover.unused().filter(|_| own(&cover.crosswalk)).map(|(line, from, ..)| place(*line, from)).collect();
        if !unused.is_empty() {
            let _ = writeln!(text, "  crosswalk {}: never used: {}", cover.crosswalk, unused.join(", "));
        }
    }
    let (told, fields) = unread(mapped, side);
    text.push_str(&told);
    (text, count + fields)
}

fn place(line: u32, code: &str) -> String {
    let code = if code.trim().is_empty() { "(empty)" } else { code };
    if line == 0 { code.to_owned() } else { format!("{code} (line {line})") }
}

/// Values that do not read, by field: how many and where the first is. The values themselves may be students' data.
fn unread(mapped: &Mapped, side: Side) -> (String, usize) {
    let mut fields: BTreeMap<(Entity, Field), (u64, &CodeIssue)> = BTreeMap::new();
    let strange = |i: &&CodeIssue| {
        i.side == side && (i.kind == IssueKind::Unreadable || (i.kind == IssueKind::Unmapped && i.crosswalk.is_none()))
    };
    for issue in mapped.issues.iter().filter(strange) {
        let known = fields.entry((issue.entity, issue.field)).or_insert((0, issue));
        known.0 += issue.rows;
        if issue.first < known.1.first {
            known.1 = issue;
        }
    }
    let mut text = String::new();
    for ((entity, field), (rows, first)) in &fields {
        let (file, record, line) = &first.first;
        let _ = writeln!(
            text,
            "  {entity}.{field}: {rows} values do not read; the first in {file}, record {record}, line {line}"
        );
    }
    (text, fields.len())
}
