//! `[sides.legacy]` and `[sides.new]`.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::load;
use super::spec::SideSpec;
use crate::canonical::Side;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::document::{self, At, Node, Problems};
use crate::extract::Encoding;
use crate::mapping::{Crosswalk, Mapping};

/// A side while the rest of the project is read.
pub(super) struct SideDraft {
    side: Side,
    pub(super) mapping: Option<Mapping>,
    mapping_name: String,
    root: Option<At<String>>,
    folder: PathBuf,
    as_of: Option<Date>,
    label: Option<String>,
    expect_rows: BTreeMap<String, u64>,
}

/// Reads a side. `supplied` are the code tables of the whole project, meant for the legacy side.
pub(super) fn read(
    side: Side,
    node: Node<'_>,
    folder: &Path,
    label: &str,
    supplied: &BTreeMap<String, Crosswalk>,
    others: &mut Vec<Diagnostic>,
) -> Option<SideDraft> {
    let problems = node.problems();
    let written = node.required_text("mapping", "name a shipped mapping (\"aeries\") or a file (\"map/mapping.toml\")");
    let mut tables = supplied.clone();
    let own = load::crosswalks(&node, node.what());
    let names: Vec<String> = own.keys().cloned().collect();
    tables.extend(own);
    let mut mapping = written.as_ref().and_then(|w| load::mapping(w, folder, &tables, problems, others));
    if let (Some(mapping), Some(encoding)) = (&mut mapping, encoding(&node)) {
        for table in mapping.tables.values_mut().filter(|t| t.layout.encoding == Encoding::Auto) {
            table.layout.encoding = Encoding::Named(encoding.clone());
        }
    }
    if let Some(mapping) = &mapping {
        let used = mapping.used_crosswalks();
        for name in names.iter().filter(|n| !used.contains(&n.as_str())) {
            let message = format!("crosswalk `{name}` is used by no field of the mapping");
            let fix = format!("the mapping looks codes up in: {}", used.join(", "));
            problems.warning("unused-crosswalk", node.span(), message, fix);
        }
    }
    let root = node.required_text("root", "name the folder that holds this system's files");
    let root = root.map(|r| At { value: r.value.replace("{label}", label), span: r.span });
    let as_of = node.date("as_of");
    if !node.has("as_of") {
        node.missing("as_of", "write the day that the export shows: as_of = 2026-06-01");
    }
    let expect_rows = expect_rows(&node, mapping.as_ref());
    let label = node.text("label").map(|t| t.value);
    node.finish();
    Some(SideDraft {
        side,
        mapping,
        mapping_name: written?.value,
        folder: root.as_ref().map(|r| load::below(folder, &r.value)).unwrap_or_default(),
        root,
        as_of: as_of.map(|d| d.value),
        label,
        expect_rows,
    })
}

/// The encoding of the side's text files, where its mapping leaves it open.
fn encoding(node: &Node<'_>) -> Option<String> {
    let label = node.text("encoding")?;
    if encoding_rs::Encoding::for_label(label.value.as_bytes()).is_some() {
        return Some(label.value);
    }
    let message = format!("there is no encoding \"{}\"", label.value);
    node.problems().error("encoding", label.span, message, "write \"utf-8\", \"windows-1252\" or \"utf-16le\"");
    None
}

fn expect_rows(node: &Node<'_>, mapping: Option<&Mapping>) -> BTreeMap<String, u64> {
    let mut rows = BTreeMap::new();
    let Some(inside) = node.node("expect_rows") else { return rows };
    for (table, value) in inside.entries() {
        if let Some(mapping) = mapping
            && !mapping.tables.contains_key(&table.value)
        {
            let valid = mapping.tables.keys().map(String::as_str);
            inside.problems().unknown("unknown-table", "table of the mapping", &table, valid);
        }
        match document::number(value).and_then(|n| n.value.parse().ok()) {
            Some(count) => drop(rows.insert(table.value, count)),
            None => drop(inside.wrong::<()>(&table.value, value, "a number of rows")),
        }
    }
    rows
}

impl SideDraft {
    /// The side, when nothing of it is missing.
    pub(super) fn finish(self) -> Option<SideSpec> {
        let mapping = self.mapping?;
        Some(SideSpec {
            side: self.side,
            mapping_name: self.mapping_name,
            label: self.label.unwrap_or_else(|| mapping.label.clone()),
            mapping,
            root: self.folder,
            root_written: self.root?.value,
            as_of: self.as_of?,
            expect_rows: self.expect_rows,
        })
    }

    fn span(&self) -> Range<usize> {
        self.root.as_ref().map_or(0..0, |r| r.span.clone())
    }
}

/// One folder can not be both systems.
pub(super) fn check_roots(legacy: Option<&SideDraft>, new: Option<&SideDraft>, problems: &Problems) {
    let (Some(legacy), Some(new)) = (legacy, new) else { return };
    if legacy.root.is_none() || new.root.is_none() {
        return;
    }
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.components().collect());
    if real(&legacy.folder) == real(&new.folder) {
        let message = "both sides read the same folder: a system compared with itself always agrees";
        let fix = "put each system's export in a folder of its own; one folder against itself can never be GO";
        problems.warning("same-root", new.span(), message, fix);
    }
}
