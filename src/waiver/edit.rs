//! `waive add` and `waive remove`: the file keeps its comments and order, and is never left half-written.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use jiff::civil::Date;

use super::{Rules, Waivers};
use crate::error::Error;

/// A waiver to add.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewWaiver {
    /// The check.
    pub check: String,
    /// Scope by list name (`refs`, `students`, `schools`, `courses`, `files`).
    pub scope: Vec<(&'static str, Vec<String>)>,
    /// Name of a cause.
    pub cause: Option<String>,
    /// Cap.
    pub max: u32,
    /// Why.
    pub reason: String,
    /// Who sees to it.
    pub owner: String,
    /// Who accepted it.
    pub approver: String,
    /// First day.
    pub added: Date,
    /// Last day.
    pub expires: Date,
    /// Everywhere is meant.
    pub broad: bool,
}

/// Appends a waiver and returns its id, the next free number.
///
/// # Errors
/// With every mistake that the file would then have; the file stays as it was.
pub fn add(path: &Path, new: &NewWaiver, rules: &Rules) -> Result<String, Error> {
    let text = read(path)?;
    let before = Waivers::parse(path, &text, rules).map_err(Error::Project)?;
    let number = before.list.iter().filter_map(|w| w.id.strip_prefix("W-")?.parse::<u32>().ok()).max().unwrap_or(0);
    let id = format!("W-{:03}", number.saturating_add(1));
    let mut after = text.clone();
    if !after.is_empty() && !after.ends_with('\n') {
        after.push('\n');
    }
    if !after.is_empty() {
        after.push('\n');
    }
    after.push_str(&block(&id, new));
    let mut read_back = Waivers::parse(path, &after, rules).map_err(Error::Project)?;
    let refused = read_back.warnings.iter().find(|w| w.span.start >= text.len()).cloned();
    if let Some(warning) = refused {
        let fix = warning.fix.clone().unwrap_or_default();
        return Err(Error::Usage { what: warning.message, fix });
    }
    read_back.list.pop();
    if read_back.list != before.list {
        return Err(Error::Bug("adding a waiver changed another one".into()));
    }
    write(path, &after)?;
    Ok(id)
}

/// Takes a waiver out; comments of the others stay.
///
/// # Errors
/// When there is none of that id, or the file can not be written; it then stays as it was.
pub fn remove(path: &Path, id: &str, rules: &Rules) -> Result<(), Error> {
    let text = read(path)?;
    let mut before = Waivers::parse(path, &text, rules).map_err(Error::Project)?;
    let Some(position) = before.list.iter().position(|w| w.id == id) else {
        let ids: Vec<&str> = before.list.iter().map(|w| w.id.as_str()).collect();
        let fix = match crate::diagnostic::nearest(id, ids.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None => "`rollproof waive list` shows the waivers there are".into(),
        };
        return Err(Error::Usage { what: format!("there is no waiver {id}"), fix });
    };
    let after = without_block(&text, position);
    before.list.remove(position);
    let read_back = Waivers::parse(path, &after, rules).map_err(Error::Project)?;
    if read_back.list != before.list {
        let fix = "take it out with a text editor: the file is written in an unusual way".into();
        return Err(Error::Usage { what: format!("{id} can not be taken out safely"), fix });
    }
    write(path, &after)
}

fn read(path: &Path) -> Result<String, Error> {
    match std::fs::read_to_string(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        other => other.map_err(|e| Error::read(path, e)),
    }
}

/// A temporary file beside it, then one rename.
fn write(path: &Path, text: &str) -> Result<(), Error> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|e| Error::write(path, e))?;
    file.write_all(text.as_bytes()).map_err(|e| Error::write(path, e))?;
    file.as_file().sync_all().map_err(|e| Error::write(path, e))?;
    file.persist(path).map_err(|e| Error::write(path, e.error))?;
    Ok(())
}

fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn block(id: &str, new: &NewWaiver) -> String {
    let mut out = String::from("[[waive]]\n");
    let mut line = |key: &str, value: String| {
        let _ = writeln!(out, "{key} = {value}");
    };
    line("id", quote(id));
    line("check", quote(&new.check));
    for (key, list) in new.scope.iter().filter(|(_, list)| !list.is_empty()) {
        line(key, format!("[{}]", list.iter().map(|v| quote(v)).collect::<Vec<_>>().join(", ")));
    }
    if let Some(cause) = &new.cause {
        line("cause", quote(cause));
    }
    if new.broad {
        line("broad", "true".into());
    }
    line("max", new.max.to_string());
    line("reason", quote(&new.reason));
    line("owner", quote(&new.owner));
    line("approver", quote(&new.approver));
    line("added", new.added.to_string());
    line("expires", format!("{} # through the end of this day, district time", new.expires));
    out
}

/// The text without its n-th `[[waive]]` block; comments and blank lines that precede the next block belong to that.
fn without_block(text: &str, position: usize) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let heads: Vec<usize> =
        lines.iter().enumerate().filter(|(_, l)| l.trim_start().starts_with("[[waive]]")).map(|(i, _)| i).collect();
    let Some(start) = heads.get(position).copied() else { return text.to_owned() };
    let next = heads.get(position + 1).copied().unwrap_or(lines.len());
    let is_own = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let end = (start..next).rev().find(|i| is_own(lines[*i])).map_or(next, |i| i + 1);
    let mut kept: String = lines[..start].concat();
    if position + 1 == heads.len() {
        kept.truncate(kept.trim_end().len());
        if !kept.is_empty() {
            kept.push('\n');
        }
    }
    let rest = lines[end..].concat();
    kept + if kept_blank(&lines, start) { rest.trim_start_matches('\n') } else { &rest }
}

/// True when the line before a block is blank or there is none.
fn kept_blank(lines: &[&str], start: usize) -> bool {
    start == 0 || lines[start - 1].trim().is_empty()
}
