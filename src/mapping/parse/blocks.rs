//! `[[student]]` and the other entity blocks of a mapping file.

use super::{Context, fields};
use crate::canonical::{Entity, Field};
use crate::diagnostic::document::{self, At, Node};
use crate::mapping::spec::{Block, Filter, Join, Test};

/// All blocks, in order of entity and then as written.
pub(super) fn read(root: &Node<'_>, context: &mut Context<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for entity in Entity::ALL {
        for (i, node) in root.nodes(entity.name()).into_iter().enumerate() {
            blocks.extend(block(node.renamed(format!("[[{entity}]]")), entity, i + 1, context));
        }
    }
    blocks
}

fn block(node: Node<'_>, entity: Entity, number: usize, context: &mut Context<'_>) -> Option<Block> {
    let problems = node.problems();
    let from = node.required_text("from", "name the table that the rows come from: from = \"students\"");
    let table = from.filter(|from| {
        let known = context.tables.contains_key(&from.value);
        if !known {
            problems.unknown("unknown-table", "table", from, context.tables.keys().map(String::as_str));
        }
        known
    });
    let name = table.as_ref().map(|t| t.value.clone()).unwrap_or_default();
    if let Some(draft) = context.tables.get_mut(&name) {
        draft.used = true;
    }
    let joins = joins(&node, &name, context);
    let filters = node.nodes("where").into_iter().filter_map(|n| filter(n, &name, &joins, context)).collect();
    let distinct = node.flag("distinct").unwrap_or(false);
    let fields = match node.node("fields") {
        Some(inside) => all_fields(&inside, entity, &name, &joins, context),
        None => Vec::new(),
    };
    let missing: Vec<&str> = Field::required(entity)
        .iter()
        .filter(|f| !node.node("fields").is_some_and(|n| n.has(f.name())))
        .map(|f| f.name())
        .collect();
    if !missing.is_empty() {
        let message = format!("{} does not map {}", node.what(), missing.join(", "));
        let fix = format!("add to [{entity}.fields]: {} = \"the column\"", missing[0]);
        problems.error("unmapped-required", node.span(), message, fix);
    }
    node.finish();
    let null = context.null.clone();
    table.map(|table| Block { entity, table: table.value, number, filters, joins, distinct, null, fields })
}

fn all_fields(
    inside: &Node<'_>,
    entity: Entity,
    table: &str,
    joins: &[Join],
    context: &mut Context<'_>,
) -> Vec<crate::mapping::spec::FieldSpec> {
    let mut list = Vec::new();
    for (key, value) in inside.entries() {
        match Field::parse(entity, &key.value) {
            Some(field) => list.extend(fields::read(inside, field, &key, value, table, joins, context)),
            None => {
                let valid = Field::of(entity).iter().map(|f| f.name());
                inside.problems().unknown("unknown-field", &format!("field of {entity}"), &key, valid);
            }
        }
    }
    list.sort_by_key(|f| f.field);
    list
}

fn joins(node: &Node<'_>, table: &str, context: &mut Context<'_>) -> Vec<Join> {
    let problems = node.problems();
    let mut joins: Vec<Join> = Vec::new();
    for inside in node.nodes("join") {
        let right = inside.required_text("table", "name the table to join");
        let alias = inside.text("as").map(|t| t.value);
        let rule = inside.choice("unmatched", &[("report", false), ("reject", true)]);
        let on_node = inside.node("on");
        if !inside.has("on") {
            inside.missing("on", "say which columns are equal: on = { \"CN\" = \"CN\" }");
        }
        let Some(right) = right else { continue };
        let Some(_) = context.tables.get(&right.value) else {
            problems.unknown("unknown-table", "table", &right, context.tables.keys().map(String::as_str));
            continue;
        };
        let mut on = Vec::new();
        for (left, value) in on_node.iter().flat_map(Node::entries) {
            let Some(right_column) = document::text(value) else {
                inside.wrong::<()>(&left.value, value, "the name of a column");
                continue;
            };
            let left = context.column(&left, table, &joins);
            // The right column is asked for as a column of the joined table.
            context.column(&right_column, &right.value, &[]);
            on.push((left, right_column.value));
        }
        inside.finish();
        let name = alias.unwrap_or_else(|| right.value.clone());
        joins.push(Join { table: right.value, name, on, reject_unmatched: rule.unwrap_or(false) });
    }
    joins
}

fn filter(node: Node<'_>, table: &str, joins: &[Join], context: &mut Context<'_>) -> Option<Filter> {
    let column = node.required_text("column", "name the column that is looked at");
    let words = |list: Vec<At<String>>| list.into_iter().map(|t| t.value).collect::<Vec<_>>();
    let mut tests: Vec<(Test, String)> = Vec::new();
    let kinds: [(&'static str, fn(Vec<String>) -> Test, &str); 4] = [
        ("in", Test::In, "is not one of"),
        ("not_in", Test::NotIn, "is one of"),
        ("starts_with", Test::StartsWith, "does not start with"),
        ("not_starts_with", Test::NotStartsWith, "starts with"),
    ];
    for (key, make, out) in kinds {
        if let Some(list) = node.texts(key) {
            let list = words(list);
            let shown = list.iter().map(|w| format!("\"{w}\"")).collect::<Vec<_>>().join(", ");
            tests.push((make(list), format!("{out} {shown}")));
        }
    }
    if node.flag("empty") == Some(true) {
        tests.push((Test::Empty, "is not empty".to_owned()));
    }
    if node.flag("not_empty") == Some(true) {
        tests.push((Test::NotEmpty, "is empty".to_owned()));
    }
    let reason = node.text("reason").map(|t| t.value);
    if tests.len() != 1 {
        let message = format!("a filter asks one thing, this one {}", tests.len());
        let fix = "write one of in, not_in, starts_with, not_starts_with, empty = true, not_empty = true";
        node.problems().error("filter", node.span(), message, fix);
    }
    node.finish();
    let column = column?;
    let (test, words) = tests.into_iter().next()?;
    let reason = reason.unwrap_or_else(|| format!("{} {words}", column.value));
    Some(Filter { column: context.column(&column, table, joins), test, reason })
}
