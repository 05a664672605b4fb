//! Code tables: what a code of one system is in the other.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use foldhash::{HashMap, HashMapExt};

use super::code_file::{self, Cell};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::document::At;

/// What a line of a code table says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The code becomes this.
    Code(String),
    /// Rows with the code are left out, and counted.
    Ignore,
}

/// One line of a code table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The code as exported.
    pub from: String,
    /// What becomes of it.
    pub to: Target,
    /// Line number in the file, from 1; 0 when it was written inside the mapping.
    pub line: u32,
    /// The bytes of `to` in the file.
    pub span: Range<usize>,
}

/// A code table.
#[derive(Debug, Clone, Default)]
pub struct Crosswalk {
    /// Its name.
    pub name: String,
    /// The file that it stands in.
    pub path: PathBuf,
    /// Its lines, in order of the file.
    pub lines: Vec<Line>,
    /// What an unlisted code becomes; only where declared.
    pub default: Option<String>,
    /// Without lines, codes pass as they are.
    pub optional: bool,
    /// Upper and lower case are one.
    pub ignore_case: bool,
    index: HashMap<String, u32>,
}

/// What a code table says of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup<'a> {
    /// The line at this position.
    Line(u32, &'a Target),
    /// Not listed, but a default is declared.
    Default(&'a str),
    /// The table is optional and no one supplied it.
    Pass,
    /// Not listed.
    Unmapped,
}

/// Column names that a code table may have beside the two that are used.
const NOTES: [&str; 12] = [
    "note",
    "notes",
    "comment",
    "title",
    "name",
    "description",
    "support",
    "confidence",
    "share",
    "counter_examples",
    "flags",
    "rows",
];

impl Crosswalk {
    /// True when it has lines or a default.
    #[must_use]
    pub fn is_supplied(&self) -> bool {
        !self.lines.is_empty() || self.default.is_some()
    }

    fn key(&self, code: &str) -> String {
        if self.ignore_case { code.to_lowercase() } else { code.to_owned() }
    }

    /// What becomes of a code.
    #[must_use]
    pub fn lookup(&self, code: &str) -> Lookup<'_> {
        if self.optional && !self.is_supplied() {
            return Lookup::Pass;
        }
        let position = if self.ignore_case { self.index.get(&self.key(code)) } else { self.index.get(code) };
        match (position, &self.default) {
            (Some(at), _) => Lookup::Line(*at, &self.lines[*at as usize].to),
            (None, Some(default)) => Lookup::Default(default),
            (None, None) => Lookup::Unmapped,
        }
    }

    /// Its codes, for proposing a near one.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|l| l.from.as_str())
    }

    /// Adds a line; a second line of the same code is a mistake.
    pub(super) fn add(&mut self, line: Line, from: Range<usize>, out: &mut Vec<Diagnostic>) {
        let key = self.key(&line.from);
        let Some(at) = self.index.get(&key) else {
            self.index.insert(key, self.lines.len() as u32);
            self.lines.push(line);
            return;
        };
        let first = &self.lines[*at as usize];
        let place = if first.line == 0 { "above".to_owned() } else { format!("on line {}", first.line) };
        if first.to == line.to {
            out.push(
                Diagnostic::warning(
                    "crosswalk-duplicate",
                    &self.path,
                    from,
                    format!("code listed again, first {place}"),
                )
                .fix("take one of the two lines out"),
            );
        } else {
            out.push(
                Diagnostic::error(
                    "crosswalk-contradiction",
                    &self.path,
                    from,
                    format!("code listed with another target {place}"),
                )
                .fix("keep the right line and take the other out"),
            );
        }
    }

    /// Reads the lines of a CSV with a header.
    pub(super) fn read_csv(&mut self, bytes: &[u8], from: &At<String>, to: &At<String>, out: &mut Vec<Diagnostic>) {
        let Ok(text) = std::str::from_utf8(bytes) else {
            let at = std::str::from_utf8(bytes).err().map_or(0, |e| e.valid_up_to());
            out.push(
                Diagnostic::error("crosswalk-encoding", &self.path, 0..0, format!("not UTF-8 at byte {at}"))
                    .fix("save it as \"CSV UTF-8\""),
            );
            return;
        };
        let path = self.path.clone();
        let records = code_file::read(text, &path, out);
        let Some((header, lines)) = records.split_first() else {
            out.push(
                Diagnostic::error("crosswalk-empty", &path, 0..0, "the code table has no header")
                    .fix(format!("write a first line `{},{}`", from.value, to.value)),
            );
            return;
        };
        let (Some(from_at), Some(to_at)) =
            (self.find_column(header, &from.value, out), self.find_column(header, &to.value, out))
        else {
            return;
        };
        self.check_header(header, [from_at, to_at], out);
        for record in lines {
            self.read_line(record, from_at, to_at, out);
        }
        self.warn_if_not_injective(out);
    }

    fn find_column(&self, header: &[Cell], name: &str, out: &mut Vec<Diagnostic>) -> Option<usize> {
        let found = header.iter().position(|c| c.text == name);
        if found.is_none() {
            let names: Vec<&str> = header.iter().map(|c| c.text.as_str()).collect();
            let span = code_file::span_of(header);
            out.push(
                Diagnostic::error(
                    "crosswalk-column",
                    &self.path,
                    span,
                    format!("the code table has no column `{name}`"),
                )
                .fix(match crate::diagnostic::nearest(name, names.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`? Its columns are: {}", names.join(", ")),
                    None => format!("its columns are: {}", names.join(", ")),
                }),
            );
        }
        found
    }

    fn check_header(&self, header: &[Cell], used: [usize; 2], out: &mut Vec<Diagnostic>) {
        for (i, cell) in header.iter().enumerate() {
            if header[..i].iter().any(|c| c.text == cell.text) {
                out.push(
                    Diagnostic::error("crosswalk-column", &self.path, cell.span.clone(), "column named twice")
                        .fix("rename one of the two"),
                );
            } else if !used.contains(&i) && !NOTES.contains(&cell.text.to_lowercase().as_str()) {
                out.push(
                    Diagnostic::warning("crosswalk-column", &self.path, cell.span.clone(), "column that nothing reads")
                        .fix("take it out, or call it `note`"),
                );
            }
        }
    }

    fn read_line(&mut self, record: &[Cell], from: usize, to: usize, out: &mut Vec<Diagnostic>) {
        let (Some(from), Some(to)) = (record.get(from), record.get(to)) else { return };
        let error = |code, cell: &Cell, message: &str, fix: &str| {
            Diagnostic::error(code, &self.path, cell.span.clone(), message).fix(fix)
        };
        if from.text.trim().is_empty() && to.text.trim().is_empty() {
            out.push(Diagnostic {
                gravity: crate::diagnostic::Gravity::Warning,
                ..error("crosswalk-blank", from, "a line without codes", "take it out")
            });
            return;
        }
        if from.text.trim().is_empty() {
            out.push(error("crosswalk-blank", from, "a line without the code it is for", "write the code as exported"));
            return;
        }
        if to.text.trim().is_empty() {
            let fix = "write the target code, or `ignore` to leave rows with this code out on purpose";
            out.push(error("crosswalk-no-target", to, "nothing says what this code becomes", fix));
            return;
        }
        for cell in [from, to] {
            if cell.text.trim() != cell.text {
                let fix = "take the blanks out, unless the export has them too";
                out.push(Diagnostic {
                    gravity: crate::diagnostic::Gravity::Warning,
                    ..error("crosswalk-blanks-around", cell, "a code with blanks around it", fix)
                });
            }
        }
        let target = if to.text == "ignore" { Target::Ignore } else { Target::Code(to.text.clone()) };
        let line = Line { from: from.text.clone(), to: target, line: from.line, span: to.span.clone() };
        self.add(line, from.span.clone(), out);
    }

    fn warn_if_not_injective(&self, out: &mut Vec<Diagnostic>) {
        let mut seen: BTreeMap<&str, &Line> = BTreeMap::new();
        let mut first: Option<(&Line, &Line)> = None;
        let mut count = 0;
        for line in &self.lines {
            let Target::Code(to) = &line.to else { continue };
            if let Some(earlier) = seen.get(to.as_str()) {
                count += 1;
                first.get_or_insert((earlier, line));
            } else {
                seen.insert(to, line);
            }
        }
        if let Some((earlier, line)) = first {
            let message = format!(
                "{count} code{} share a target with another (first: lines {} and {})",
                if count == 1 { "" } else { "s" },
                earlier.line,
                line.line
            );
            out.push(
                Diagnostic::warning("crosswalk-not-injective", &self.path, line.span.clone(), message)
                    .fix("right where the new system merged codes; wrong where two things become one"),
            );
        }
    }

    /// An empty table of that name, standing in that file.
    #[must_use]
    pub fn empty(name: &str, path: &Path) -> Self {
        Self { name: name.to_owned(), path: path.to_owned(), index: HashMap::new(), ..Self::default() }
    }
}
