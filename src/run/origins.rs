//! The lines of the project's mappings and code tables that made the canonical records, for causes.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use foldhash::HashMap;

use crate::canonical::{Entity, Field, Side};
use crate::cause::{CodeLine, Origin, Origins};
use crate::mapping::{ColumnRef, Crosswalk, EndDate, Line, Mapping, Source, YearRule};
use crate::project::{Owners, Policies, PolicyRef, Project, source_of};

/// Both sides' mappings, their files read when a cause asks for a line.
#[derive(Debug)]
pub struct Files {
    legacy: Mapping,
    new: Mapping,
    owners: Owners,
    policies: Policies,
    texts: Mutex<BTreeMap<std::path::PathBuf, String>>,
    /// For each code table: its lines by code.
    lines: Mutex<BTreeMap<String, HashMap<String, usize>>>,
}

impl Files {
    /// Of a project's sides.
    #[must_use]
    pub fn new(project: &Project) -> Self {
        let (legacy, new) = (project.legacy.mapping.clone(), project.new.mapping.clone());
        let (owners, policies) = (project.owners.clone(), project.policies.clone());
        Self { legacy, new, owners, policies, texts: Mutex::default(), lines: Mutex::default() }
    }

    const fn mapping(&self, side: Side) -> &Mapping {
        match side {
            Side::Legacy => &self.legacy,
            Side::New => &self.new,
        }
    }

    /// The number and the text of the line that holds a byte of a file.
    fn line(&self, path: &std::path::Path, byte: usize) -> (u32, String) {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let text = texts.entry(path.to_owned()).or_insert_with(|| source_of(path));
        let Some(before) = text.get(..byte) else { return (0, String::new()) };
        let number = before.bytes().filter(|b| *b == b'\n').count() as u32 + 1;
        (number, line_at(text, byte).to_owned())
    }

    /// The line of a code table that holds a byte.
    fn line_of(&self, table: &Crosswalk, byte: usize) -> String {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let text = texts.entry(table.path.clone()).or_insert_with(|| source_of(&table.path));
        line_at(text, byte).to_owned()
    }

    /// The line of a code table for a code.
    fn known<'t>(&self, table: &'t Crosswalk, raw: &str) -> Option<&'t Line> {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let index = lines.entry(table.name.clone()).or_insert_with(|| {
            // Of two lines of one code the first counts.
            table.lines.iter().enumerate().rev().map(|(at, line)| (line.from.clone(), at)).collect()
        });
        table.lines.get(*index.get(raw)?).filter(|line| line.line > 0)
    }
}

/// The line of a text that holds a byte.
fn line_at(text: &str, byte: usize) -> &str {
    let start = text.get(..byte).and_then(|t| t.rfind('\n')).map_or(0, |at| at + 1);
    text[start..].lines().next().unwrap_or_default()
}

/// A file as people find it.
fn shown(path: &std::path::Path) -> String {
    let is_shipped = path.starts_with("mappings") && !path.exists();
    format!("{}{}", path.display(), if is_shipped { " (shipped)" } else { "" })
}

impl Origins for Files {
    fn fields(&self, side: Side, entity: Entity, field: Field) -> Vec<Origin> {
        let mapping = self.mapping(side);
        let blocks = mapping.blocks.iter().filter(|b| b.entity == entity);
        blocks
            .filter_map(|block| {
                let spec = block.fields.iter().find(|f| f.field == field)?;
                let (line, text) = self.line(&mapping.path, spec.span.start);
                let crosswalk = spec.crosswalk.as_ref().and_then(|name| mapping.crosswalks.get(name));
                Some(Origin {
                    block: u16::try_from(block.number).unwrap_or(u16::MAX),
                    column: column(&block.table, &block.joins, &spec.source),
                    file: shown(&mapping.path),
                    line,
                    text,
                    crosswalk: crosswalk.filter(|c| c.is_supplied()).map(|c| c.name.clone()),
                    is_end_exclusive: spec.end_date == EndDate::Exclusive,
                    is_year_of_start: match spec.school_year {
                        YearRule::Starts => Some(true),
                        YearRule::Ends => Some(false),
                        YearRule::Span | YearRule::Offset(_) => None,
                    },
                    dates: spec.dates.clone(),
                    owner: self.owners.of_mapping().to_owned(),
                })
            })
            .collect()
    }

    fn code(&self, origin: &Origin, raw: &str, to: &str) -> Option<CodeLine> {
        let name = origin.crosswalk.as_ref()?;
        let table = Side::BOTH.into_iter().find_map(|side| self.mapping(side).crosswalks.get(name))?;
        let owner = self.owners.of_crosswalk(name).to_owned();
        let (line, text) = match self.known(table, raw) {
            Some(known) => {
                let text = self.line_of(table, known.span.start);
                (known.line, self.rewritten(table, known.span.clone(), &text, to))
            }
            None => (0, self.added(table, raw, to)),
        };
        Some(CodeLine { file: shown(&table.path), line, text, owner })
    }

    fn policy(&self, side: Side, kind: &str, begins: &str) -> Option<String> {
        let of = self.policies.gpa.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind))?.1;
        let of = if side == Side::Legacy { &of.legacy } else { &of.new };
        let path = match of {
            PolicyRef::Shipped(name) => std::path::PathBuf::from(format!("mappings/policies/{name}.toml")),
            PolicyRef::File(path) => path.clone(),
        };
        let text = match of {
            PolicyRef::Shipped(name) => crate::policy::shipped::gpa(name).map_or("", |p| p.text).to_owned(),
            PolicyRef::File(path) => source_of(path),
        };
        let line = text.lines().position(|l| l.trim_start().starts_with(begins));
        Some(line.map_or_else(|| shown(&path), |at| format!("{} line {}", shown(&path), at + 1)))
    }

    fn owner(&self, side: Side, entity: Entity, field: Option<Field>) -> String {
        self.owners.of_records(side, entity, field).to_owned()
    }
}

impl Files {
    /// A line more for a code table, with as many cells as its other lines have.
    fn added(&self, table: &Crosswalk, raw: &str, to: &str) -> String {
        let Some(like) = table.lines.iter().find(|l| l.line > 0) else { return format!("{},{}", cell(raw), cell(to)) };
        let text = self.line_of(table, like.span.start);
        let before = self.rewritten(table, like.span.clone(), &text, "\u{1}");
        let parts: Vec<&str> = before.split(',').collect();
        let to_at = parts.iter().position(|p| *p == "\u{1}").unwrap_or(1);
        let is_from = |(at, part): (usize, &&str)| at != to_at && part.trim_matches('"') == like.from;
        let from_at = parts.iter().enumerate().position(is_from).unwrap_or(usize::from(to_at == 0));
        let mut cells = vec![String::new(); parts.len().max(2)];
        cells[from_at] = cell(raw);
        cells[to_at] = cell(to);
        cells.join(",")
    }

    /// The line of a code table with another target, the rest as written.
    fn rewritten(&self, table: &Crosswalk, span: std::ops::Range<usize>, line: &str, to: &str) -> String {
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let text = texts.get(&table.path).map_or("", String::as_str);
        let start = text.get(..span.start).and_then(|t| t.rfind('\n')).map_or(0, |at| at + 1);
        match (line.get(..span.start - start), line.get(span.end - start..)) {
            (Some(before), Some(after)) => format!("{before}{}{after}", cell(to)),
            _ => line.to_owned(),
        }
    }
}

/// A cell of a CSV.
fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

fn column(table: &str, joins: &[crate::mapping::Join], source: &Source) -> String {
    let of = |c: &ColumnRef| {
        let table = c.join.and_then(|j| joins.get(j)).map_or(table, |j| j.table.as_str());
        format!("{table}.{}", c.column)
    };
    match source {
        Source::Column(column) => of(column),
        Source::Coalesce(columns) => columns.iter().map(of).collect::<Vec<_>>().join(" or "),
        Source::Constant(_) | Source::Concat(_) | Source::Cel(_) => {
            let columns: Vec<String> = source.columns().into_iter().map(of).collect();
            if columns.is_empty() { table.to_owned() } else { columns.join(" and ") }
        }
    }
}
