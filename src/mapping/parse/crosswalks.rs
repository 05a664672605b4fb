//! `[crosswalks.NAME]` of a mapping or project file.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Context, Load};
use crate::diagnostic::Diagnostic;
use crate::diagnostic::document::{self, At, Node};
use crate::mapping::convert;
use crate::mapping::crosswalk::{Crosswalk, Line, Target};
use crate::mapping::spec::Block;

/// The mapping's own code tables, each replaced by the project's of that name.
pub(super) fn read(
    root: &Node<'_>,
    load: &Load<'_>,
    supplied: &BTreeMap<String, Crosswalk>,
) -> BTreeMap<String, Crosswalk> {
    let mut found = BTreeMap::new();
    if let Some(tables) = root.node("crosswalks") {
        for (name, value) in tables.entries() {
            let Some(inside) = tables.inside(&name.value, value) else { continue };
            // A table that the project replaces needs no file of its own.
            if supplied.contains_key(&name.value) {
                continue;
            }
            let node = Node::new(
                match value.get_ref().as_table() {
                    Some(table) => table,
                    None => continue,
                },
                name.span.clone(),
                format!("[crosswalks.{}]", name.value),
                inside.problems(),
            );
            found.insert(name.value.clone(), crosswalk(&name.value, node, load));
        }
    }
    found.extend(supplied.iter().map(|(name, table)| (name.clone(), table.clone())));
    found
}

/// Reads one `[crosswalks.NAME]`; its mistakes and those of its file go to the node's problems.
pub fn crosswalk(name: &str, node: Node<'_>, load: &Load<'_>) -> Crosswalk {
    let problems = node.problems();
    let mut table = Crosswalk::empty(name, problems.path());
    table.optional = node.flag("optional").unwrap_or(false);
    table.ignore_case = node.flag("ignore_case").unwrap_or(false);
    table.default = node.text("default").map(|t| t.value);
    let (from, to) = (node.text("from"), node.text("to"));
    let mut out = Vec::new();
    if let Some(map) = node.node("map") {
        inline(&map, &mut table, &mut out);
    }
    match node.text("file") {
        Some(file) => {
            let name = |written: Option<At<String>>, usual: &str| {
                written.unwrap_or(At { value: usual.to_owned(), span: file.span.clone() })
            };
            let base = problems.path().parent().unwrap_or(Path::new(""));
            table.path = base.join(&file.value);
            match load(&table.path) {
                Ok(bytes) => table.read_csv(&bytes, &name(from, "from"), &name(to, "to"), &mut out),
                Err(reason) => problems.error(
                    "crosswalk-file",
                    file.span.clone(),
                    format!("can not read {}: {reason}", file.value),
                    "name the CSV relative to this file",
                ),
            }
        }
        None if !node.has("map") && !table.optional && !node.has("file") => {
            node.missing("file", "name a CSV (file, from, to), write map = { \"1\" = \"S1\" }, or set optional = true");
        }
        None => {}
    }
    node.finish();
    for diagnostic in out {
        problems.add(diagnostic);
    }
    table
}

fn inline(map: &Node<'_>, table: &mut Crosswalk, out: &mut Vec<Diagnostic>) {
    for (from, value) in map.entries() {
        let Some(to) = document::text(value) else {
            map.wrong::<()>(&from.value, value, "a text");
            continue;
        };
        let target = if to.value == "ignore" { Target::Ignore } else { Target::Code(to.value) };
        table.add(Line { from: from.value, to: target, line: 0, span: to.span }, from.span, out);
    }
}

/// Targets that their field can not hold: a term that is no term, a number that is none.
pub(super) fn check_targets(blocks: &[Block], context: &Context<'_>) {
    for spec in blocks.iter().flat_map(|b| &b.fields) {
        let Some(table) = spec.crosswalk.as_ref().and_then(|name| context.crosswalks.get(name)) else { continue };
        let targets = table.lines.iter().filter_map(|line| match &line.to {
            Target::Code(to) => Some((to, line.span.clone())),
            Target::Ignore => None,
        });
        let default = table.default.iter().map(|to| (to, 0..0));
        for (to, span) in targets.chain(default) {
            if let Err(expected) = convert::check(spec, to, true) {
                let message = format!("`{to}` can not be a {}: {expected}", spec.field);
                context.problems.add(
                    Diagnostic::error("crosswalk-target", &table.path, span, message).fix(format!("write {expected}")),
                );
            }
        }
    }
}
