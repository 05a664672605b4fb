//! Mapping files as people write them, to validated mappings. Every mistake of the file and its code tables is told.

mod blocks;
mod crosswalks;
mod database;
mod fields;
mod tables;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

pub use crosswalks::crosswalk;

use super::crosswalk::Crosswalk;
use super::spec::{ColumnRef, Delta, EndDate, Join, Mapping, TableSpec, YearRule};
use crate::canonical::Entity;
use crate::diagnostic::document::{self, At, Node, Problems};
use crate::diagnostic::{Diagnostic, Gravity};

/// Gives the bytes of a file that a mapping or project names, or says why not.
pub type Load<'a> = dyn Fn(&Path) -> Result<Vec<u8>, String> + 'a;

/// Reads a file from disk.
///
/// # Errors
/// The operating system's word.
pub fn load_from_disk(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|e| e.to_string())
}

/// What the blocks of a file share while it is read.
pub(super) struct Context<'a> {
    pub(super) problems: &'a Problems,
    pub(super) end_date: EndDate,
    pub(super) school_year: YearRule,
    pub(super) dates: Vec<String>,
    pub(super) null: Vec<String>,
    pub(super) tables: BTreeMap<String, TableDraft>,
    pub(super) crosswalks: BTreeMap<String, Crosswalk>,
}

/// A table while its columns are still being asked for.
pub(super) struct TableDraft {
    pub(super) spec: TableSpec,
    pub(super) aliases: BTreeMap<String, Vec<String>>,
    /// Columns that a file may lack.
    pub(super) optional_columns: Vec<String>,
    /// All columns, where the mapping declares them.
    pub(super) declared: Option<Vec<String>>,
    pub(super) span: Range<usize>,
    pub(super) used: bool,
}

impl TableDraft {
    /// Asks for a column; one that can not be there is a mistake.
    fn want(&mut self, column: &At<String>, problems: &Problems) {
        self.used = true;
        if self.spec.unpivot.as_ref().is_some_and(|u| u.name == column.value || u.values.contains(&column.value)) {
            return;
        }
        if let Some(declared) = &self.declared
            && !declared.contains(&column.value)
        {
            let what = format!("column of table {}", self.spec.layout.table);
            problems.unknown("unknown-column", &what, column, declared.iter().map(String::as_str));
            return;
        }
        let optional = self.optional_columns.contains(&column.value);
        self.spec.want(&column.value, &self.aliases, optional);
    }
}

impl Context<'_> {
    /// A column as written (`CO`, or `courses.CO` of a joined table), asked for of its table.
    pub(super) fn column(&mut self, written: &At<String>, table: &str, joins: &[Join]) -> ColumnRef {
        let joined = written
            .value
            .split_once('.')
            .and_then(|(name, column)| Some((joins.iter().position(|j| j.name == name)?, column.to_owned())));
        let (join, column) = match joined {
            Some((join, column)) => (Some(join), column),
            None => (None, written.value.clone()),
        };
        let of = join.map_or(table, |j| joins[j].table.as_str());
        if let Some(draft) = self.tables.get_mut(of) {
            draft.want(&At { value: column.clone(), span: written.span.clone() }, self.problems);
        }
        ColumnRef { join, column }
    }
}

impl Mapping {
    /// Reads a mapping. `supplied` are the project's code tables: each replaces the mapping's own of that name.
    ///
    /// # Errors
    /// Every mistake of the mapping and of the code tables it names, errors and warnings.
    pub fn parse(
        path: &Path,
        text: &str,
        load: &Load<'_>,
        supplied: &BTreeMap<String, Crosswalk>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let problems = Problems::new(path);
        let mapping = document::parse(text, &problems)
            .and_then(|root| read(&Node::new(root.get_ref(), 0..0, "the mapping", &problems), load, supplied));
        let found = problems.into_vec();
        match mapping {
            Some(mut mapping) if !found.iter().any(|d| d.gravity == Gravity::Error) => {
                mapping.warnings = found;
                Ok(mapping)
            }
            _ => Err(found),
        }
    }
}

fn read(root: &Node<'_>, load: &Load<'_>, supplied: &BTreeMap<String, Crosswalk>) -> Option<Mapping> {
    let problems = root.problems();
    schema_version(root);
    let system = root.required_text("system", "write the system's name in kebab case: system = \"aeries\"");
    let label = root.text("label").map(|l| l.value);
    let end_date = root.choice("end_date", &[("inclusive", EndDate::Inclusive), ("exclusive", EndDate::Exclusive)]);
    if !root.has("end_date") {
        let fix = "say what the system's end dates are: \"inclusive\" (the last day) or \"exclusive\" (the day after)";
        root.missing("end_date", fix);
    }
    if !root.has("school_year") {
        let fix =
            "say how it writes 2025-26: \"ends\" (2026), \"starts\" (2025), \"span\" (2025-26) or { offset = 1990 }";
        root.missing("school_year", fix);
    }
    let school_year = year_rule(root);
    let (tables, crosswalks) = (tables::read(root), crosswalks::read(root, load, supplied));
    let mut context = Context {
        problems,
        end_date: end_date.unwrap_or(EndDate::Inclusive),
        school_year: school_year.unwrap_or(YearRule::Ends),
        dates: root.texts("dates").map_or_else(|| vec!["%Y-%m-%d".to_owned()], fields::date_formats(problems)),
        null: root.texts("null").map_or_else(|| vec![String::new()], |l| l.into_iter().map(|t| t.value).collect()),
        tables,
        crosswalks,
    };
    let blocks = blocks::read(root, &mut context);
    let delta = delta(root, &mut context);
    if blocks.is_empty() {
        let names = Entity::ALL.map(Entity::name).join("]], [[");
        problems.error("no-entity", 0..0, "the mapping maps nothing", format!("add a block: [[{names}]]"));
    }
    crosswalks::check_targets(&blocks, &context);
    for (name, draft) in &context.tables {
        if !draft.used {
            let fix = "map it with a block, join it, or take it out";
            problems.warning("unused-table", draft.span.clone(), format!("table `{name}` is read by nothing"), fix);
        }
    }
    finish(root, &context.tables);
    let system = system?.value;
    Some(Mapping {
        label: label.unwrap_or_else(|| system.clone()),
        system,
        path: PathBuf::from(problems.path()),
        tables: context.tables.into_iter().map(|(name, draft)| (name, draft.spec)).collect(),
        blocks,
        crosswalks: context.crosswalks,
        delta,
        warnings: Vec::new(),
    })
}

/// `schema = 1` in every file that people write.
pub fn schema_version(root: &Node<'_>) {
    match root.whole("schema") {
        Some(version) if version.value != 1 => {
            let message = format!("schema {} is not known", version.value);
            root.problems().error("schema", version.span, message, "this version reads schema = 1");
        }
        None if !root.has("schema") => root.missing("schema", "write schema = 1 as the first line"),
        _ => {}
    }
}

/// Reads `school_year` of a mapping or a field.
pub(super) fn year_rule(node: &Node<'_>) -> Option<YearRule> {
    let value = node.get("school_year")?;
    if value.get_ref().is_table() {
        let inside = node.inside("school_year", value)?;
        let offset = inside.whole("offset");
        if !inside.has("offset") {
            inside.missing("offset", "write { offset = 1990 }");
        }
        inside.finish();
        return i16::try_from(offset?.value).ok().map(YearRule::Offset);
    }
    node.choice("school_year", &[("ends", YearRule::Ends), ("starts", YearRule::Starts), ("span", YearRule::Span)])
}

fn delta(root: &Node<'_>, context: &mut Context<'_>) -> Option<Delta> {
    let written = root.text("delta")?;
    let parts = written.value.split_once('=').and_then(|(left, value)| Some((left.split_once('.')?, value)));
    let Some(((table, column), value)) = parts else {
        let fix = "write delta = \"table.column=value\"";
        context.problems.error("wrong-value", written.span, "no table, column and value", fix);
        return None;
    };
    let Some(draft) = context.tables.get_mut(table) else {
        let name = At { value: table.to_owned(), span: written.span.clone() };
        context.problems.unknown("unknown-table", "table", &name, context.tables.keys().map(String::as_str));
        return None;
    };
    draft.want(&At { value: column.to_owned(), span: written.span.clone() }, context.problems);
    Some(Delta { table: table.to_owned(), column: column.to_owned(), value: value.to_owned() })
}

/// Unknown top-level keys: neither settings nor entities.
fn finish(root: &Node<'_>, tables: &BTreeMap<String, TableDraft>) {
    const KEYS: [&str; 10] =
        ["schema", "system", "label", "end_date", "school_year", "dates", "null", "delta", "tables", "crosswalks"];
    for (key, _) in root.entries() {
        let name = key.value.as_str();
        if KEYS.contains(&name) || Entity::parse(name).is_some() {
            continue;
        }
        if tables.contains_key(name) {
            let fix = format!("write [tables.{name}] for the table, and [[student]] (an entity) for what it becomes");
            root.problems().error("unknown-key", key.span, format!("`{name}` is a table, not an entity"), fix);
            continue;
        }
        let valid = KEYS.into_iter().chain(Entity::ALL.map(Entity::name));
        root.problems().unknown("unknown-key", "key in the mapping", &key, valid);
    }
}
