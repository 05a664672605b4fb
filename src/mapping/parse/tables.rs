//! `[tables.NAME]` of a mapping file.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeValue;

use super::{TableDraft, database};
use crate::diagnostic::document::{self, At, Node};
use crate::extract::{Delimited, Encoding, FixedWidth, Format, Header, Layout};
use crate::mapping::spec::{TableSpec, Unpivot};

/// All tables.
pub(super) fn read(root: &Node<'_>) -> BTreeMap<String, TableDraft> {
    let Some(tables) = root.node("tables") else {
        if !root.has("tables") {
            root.missing("tables", "describe a file: [tables.students] with file = \"students.csv\"");
        }
        return BTreeMap::new();
    };
    tables
        .entries()
        .filter_map(|(name, value)| {
            let inside = tables.inside(&name.value, value)?;
            let node = Node::new(
                value.get_ref().as_table()?,
                name.span,
                format!("[tables.{}]", name.value),
                inside.problems(),
            );
            Some((name.value.clone(), table(&name.value, node)))
        })
        .collect()
}

fn table(name: &str, node: Node<'_>) -> TableDraft {
    let mut declared = None;
    let format = format(&node, &mut declared);
    let is_file = !matches!(format, Format::Database(_));
    let files = if is_file { node.texts("file").unwrap_or_default() } else { Vec::new() };
    if is_file && !node.has("file") {
        node.missing("file", "name the file below the side's folder, or a pattern: file = \"students*.csv\"");
    }
    let aliases = aliases(&node);
    let spec = TableSpec {
        layout: Layout {
            table: name.to_owned(),
            files: files.into_iter().map(|f| f.value).collect(),
            format,
            encoding: encoding(&node),
            columns: Vec::new(),
            optional: node.flag("optional").unwrap_or(false),
        },
        excluded: excluded(&node),
        unpivot: unpivot(&node),
    };
    let optional_columns =
        node.texts("optional_columns").unwrap_or_default().into_iter().map(|t| t.value).collect::<Vec<_>>();
    let mut draft = TableDraft { spec, aliases, optional_columns, declared, span: node.span(), used: false };
    if let Some(unpivot) = draft.spec.unpivot.clone() {
        for column in unpivot.groups.iter().flat_map(|(_, columns)| columns) {
            let optional = draft.optional_columns.contains(column);
            draft.spec.want(column, &draft.aliases, optional);
        }
    }
    node.finish();
    draft
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Delimited,
    Fixed,
    Workbook,
    Parquet,
    Arrow,
    Database,
    Json,
    JsonLines,
    Xml,
}

fn format(node: &Node<'_>, declared: &mut Option<Vec<String>>) -> Format {
    let kinds = [
        ("delimited", Kind::Delimited),
        ("fixed", Kind::Fixed),
        ("workbook", Kind::Workbook),
        ("parquet", Kind::Parquet),
        ("arrow", Kind::Arrow),
        ("database", Kind::Database),
        ("json", Kind::Json),
        ("json-lines", Kind::JsonLines),
        ("xml", Kind::Xml),
    ];
    let text = |key| node.text(key).map(|t| t.value);
    match node.choice("format", &kinds).unwrap_or(Kind::Delimited) {
        Kind::Delimited => Format::Delimited(delimited(node, declared)),
        Kind::Fixed => Format::FixedWidth(fixed(node, declared)),
        Kind::Workbook => Format::Workbook {
            sheet: text("sheet"),
            header_row: node.whole("header_row").map_or(1, |n| n.value.max(1)),
        },
        Kind::Parquet => Format::Parquet,
        Kind::Arrow => Format::Arrow,
        Kind::Database => Format::Database(database::read(node)),
        Kind::Json => {
            Format::Json { records: text("records").unwrap_or_default(), lines: false, explode: text("explode") }
        }
        Kind::JsonLines => Format::Json { records: String::new(), lines: true, explode: text("explode") },
        Kind::Xml => Format::Xml {
            record: node
                .required_text("record", "name the element that is one record: record = \"Student\"")
                .map_or_else(String::new, |t| t.value),
            explode: text("explode"),
        },
    }
}

fn delimited(node: &Node<'_>, declared: &mut Option<Vec<String>>) -> Delimited {
    let byte = |key: &'static str, what: &str| -> Option<Option<u8>> {
        let written = node.text(key)?;
        match written.value.as_bytes() {
            [byte] if byte.is_ascii() => Some(Some(*byte)),
            b"none" if key == "quote" => Some(None),
            b"tab" if key == "delimiter" => Some(Some(b'\t')),
            _ => {
                let message = format!("`{key}` is not one ASCII character");
                node.problems().error("wrong-value", written.span, message, what);
                None
            }
        }
    };
    let header = match (node.flag("header"), node.whole("header_row")) {
        (Some(false), _) => {
            let columns = node.texts("columns").unwrap_or_default();
            if columns.is_empty() {
                node.missing("columns", "a file without a header needs the names of its columns, in order");
            }
            repeated_names(node, &columns);
            let names: Vec<String> = columns.into_iter().map(|c| c.value).collect();
            *declared = Some(names.clone());
            Header::Declared(names)
        }
        (_, row) => Header::Row(row.map_or(1, |r| r.value.max(1))),
    };
    Delimited {
        delimiter: byte("delimiter", "write \",\", \"\\t\", \"|\", \"^\" or \";\"").flatten().unwrap_or(b','),
        quote: byte("quote", "write \"\\\"\" or \"none\"").unwrap_or(Some(b'"')),
        header,
        repeated_header: node.flag("repeated_header").unwrap_or(false),
        footer_rows: node.whole("footer_rows").map_or(0, |n| n.value),
        comment: byte("comment", "write the one character that starts a comment line").flatten(),
        trailing_delimiter: node.flag("trailing_delimiter").unwrap_or(false),
        blank_lines: node.flag("blank_lines").unwrap_or(false),
    }
}

fn repeated_names(node: &Node<'_>, columns: &[At<String>]) {
    for (i, column) in columns.iter().enumerate() {
        if columns[..i].iter().any(|c| c.value == column.value) {
            let message = format!("column `{}` is named twice", column.value);
            node.problems().error("column-twice", column.span.clone(), message, "rename one of the two");
        }
    }
}

fn fixed(node: &Node<'_>, declared: &mut Option<Vec<String>>) -> FixedWidth {
    let mut names = Vec::new();
    let mut columns = Vec::new();
    let mut last = 0;
    for column in node.nodes("columns") {
        let name = column.required_text("name", "name the column");
        let (start, end) = (column.whole("start"), column.whole("end"));
        for key in ["start", "end"] {
            if !column.has(key) {
                column.missing(key, "positions count from 1; the end is part of the column");
            }
        }
        if let (Some(name), Some(start), Some(end)) = (name, start, end) {
            if start.value == 0 || end.value < start.value {
                let fix = "positions count from 1, and the end is not before the start";
                column.problems().error("wrong-value", start.span, "no such position", fix);
            } else if start.value <= last {
                let fix = "put the columns in order, without overlap";
                column.problems().error("wrong-value", start.span, "starts inside the column before", fix);
            }
            last = end.value;
            columns.push((name.value.clone(), start.value, end.value));
            names.push(name);
        }
        column.finish();
    }
    if columns.is_empty() && !node.has("columns") {
        node.missing("columns", "write columns = [{ name = \"ID\", start = 1, end = 10 }, ...]");
    }
    repeated_names(node, &names);
    *declared = Some(names.into_iter().map(|n| n.value).collect());
    FixedWidth {
        columns,
        length: node.whole("length").map(|n| n.value),
        header_rows: node.whole("header_rows").map_or(0, |n| n.value),
    }
}

fn encoding(node: &Node<'_>) -> Encoding {
    match node.text("encoding") {
        None => Encoding::Auto,
        Some(label) if label.value == "auto" => Encoding::Auto,
        Some(label) if encoding_rs::Encoding::for_label(label.value.as_bytes()).is_some() => {
            Encoding::Named(label.value)
        }
        Some(label) => {
            let known = ["auto", "utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-1", "macintosh"];
            node.problems().unknown("unknown-encoding", "encoding", &label, known);
            Encoding::Auto
        }
    }
}

fn aliases(node: &Node<'_>) -> BTreeMap<String, Vec<String>> {
    let Some(table) = node.node("aliases") else { return BTreeMap::new() };
    let list = |key: &str, value: &Spanned<DeValue<'_>>| -> Option<Vec<String>> {
        if let Some(one) = document::text(value) {
            return Some(vec![one.value]);
        }
        let list =
            value.get_ref().as_array()?.iter().map(|v| document::text(v).map(|t| t.value)).collect::<Option<Vec<_>>>();
        list.or_else(|| table.wrong(key, value, "a list of texts"))
    };
    table.entries().filter_map(|(name, value)| Some((name.value.clone(), list(&name.value, value)?))).collect()
}

fn excluded(node: &Node<'_>) -> BTreeMap<String, String> {
    let Some(table) = node.node("excluded") else { return BTreeMap::new() };
    table
        .entries()
        .filter_map(|(name, value)| match document::text(value) {
            Some(reason) if !reason.value.trim().is_empty() => Some((name.value, reason.value)),
            _ => table.wrong(&name.value, value, "a reason in words"),
        })
        .collect()
}

fn unpivot(node: &Node<'_>) -> Option<Unpivot> {
    let inside = node.node("unpivot")?;
    let name = inside.required_text("name", "name the new column that says which column a value came from");
    let values = match inside.texts("values") {
        Some(values) => values,
        None => inside.required_text("value", "name the new column that holds the values").into_iter().collect(),
    };
    let labels = inside.texts("names");
    let mut groups = Vec::new();
    let columns = inside.get("columns");
    if columns.is_none() {
        inside.missing("columns", "list the columns that become rows: columns = [\"M1\", \"M2\"]");
    }
    let list = columns.and_then(|c| c.get_ref().as_array().map(|a| a.iter().collect::<Vec<_>>())).unwrap_or_default();
    for (i, item) in list.into_iter().enumerate() {
        let group: Vec<String> = match item.get_ref() {
            DeValue::Array(inner) => inner.iter().filter_map(|v| document::text(v).map(|t| t.value)).collect(),
            _ => document::text(item).map(|t| t.value).into_iter().collect(),
        };
        if group.len() != values.len() {
            let message = format!("{} columns for {} values", group.len(), values.len());
            inside.problems().error("wrong-value", item.span(), message, "give each row one column for each value");
            continue;
        }
        let label = labels.as_ref().and_then(|l| l.get(i)).map_or_else(|| group[0].clone(), |l| l.value.clone());
        groups.push((label, group));
    }
    if let Some(labels) = &labels
        && labels.len() != groups.len()
    {
        let span = labels.first().map_or_else(|| inside.span(), |l| l.span.clone());
        inside.problems().error("wrong-value", span, "not as many names as columns", "give each entry one name");
    }
    let skip_empty = inside.flag("skip_empty").unwrap_or(false);
    inside.finish();
    let values = values.into_iter().map(|v| v.value).collect();
    Some(Unpivot { groups, name: name?.value, values, skip_empty })
}
