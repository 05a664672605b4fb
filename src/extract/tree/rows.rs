//! Trees into the rows of a table.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::{Found, Node};
use crate::error::Error;
use crate::extract::build::Builder;
use crate::extract::{FoundFile, Reject, headers};

/// Where a record stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) record: u64,
    pub(super) line: u64,
    pub(super) byte: u64,
}

/// Longest text of a cell, in bytes (S29).
const MAX_FIELD: usize = 1 << 20;

/// Turns the records of one file into rows.
pub(super) struct Rows<'f> {
    file: &'f FoundFile,
    position: u32,
    explode: Option<&'f str>,
    /// For each wanted column the paths under which it may stand.
    paths: Vec<Vec<String>>,
    /// Wanted columns that some record had.
    seen: Vec<bool>,
    leaves: BTreeSet<String>,
    order: Vec<String>,
}

impl<'f> Rows<'f> {
    pub(super) fn new(builder: &Builder<'_>, file: &'f FoundFile, position: u32, explode: Option<&'f str>) -> Self {
        let wanted = builder.layout.columns.iter();
        let paths: Vec<Vec<String>> =
            wanted.map(|w| std::iter::once(&w.name).chain(&w.aliases).cloned().collect()).collect();
        let seen = vec![false; paths.len()];
        Self { file, position, explode, paths, seen, leaves: BTreeSet::new(), order: Vec::new() }
    }

    /// Adds a record: one row, or one for each item of the list that is exploded.
    ///
    /// # Errors
    /// When the table is full.
    pub(super) fn record(
        &mut self,
        builder: &mut Builder<'_>,
        node: &Node<'_>,
        place: Place,
        raw: &str,
    ) -> Result<(), Error> {
        self.note_leaves(node);
        if !matches!(node, Node::Object(_)) {
            return self.refuse(builder, place, raw, None, "not-an-object", "expected an object".into());
        }
        let Some(list) = self.explode else { return self.row(builder, node, &[], place, raw) };
        let mut walk = Walk::default();
        walk.down(node, "", list);
        if walk.text {
            let reason = format!("a text where the list \"{list}\" is expected");
            return self.refuse(builder, place, raw, None, "not-a-list", reason);
        }
        builder.accounting.declared_out += walk.empty;
        for chain in &walk.found {
            self.row(builder, node, chain, place, raw)?;
        }
        Ok(())
    }

    fn row(
        &mut self,
        builder: &mut Builder<'_>,
        node: &Node<'_>,
        chain: &[(String, &Node<'_>)],
        place: Place,
        raw: &str,
    ) -> Result<(), Error> {
        let mut cells: Vec<Cow<'_, str>> = Vec::with_capacity(self.paths.len());
        for (index, paths) in self.paths.iter().enumerate() {
            let hit =
                paths.iter().map(|path| (path, cell(node, chain, path))).find(|(_, found)| *found != Found::Absent);
            let text = match hit {
                None => Cow::Borrowed(""),
                Some((_, Found::Text(text))) if text.len() <= MAX_FIELD => {
                    self.seen[index] = true;
                    text
                }
                Some((path, found)) => {
                    let (kind, reason) = match found {
                        Found::Several(n) => {
                            ("ambiguous-list", format!("{n} values where one is expected: explode the list"))
                        }
                        Found::Text(_) => ("field-too-long", format!("a text longer than {MAX_FIELD} bytes")),
                        _ => ("not-a-scalar", "an object where a text is expected: name one of its members".into()),
                    };
                    let column = Some((index + 1, path.clone()));
                    return self.refuse(builder, place, raw, column, kind, reason);
                }
            };
            if text.contains('\0') {
                let column = Some((index + 1, paths[0].clone()));
                return self.refuse(builder, place, raw, column, "nul", "a NUL character".into());
            }
            cells.push(text);
        }
        builder.row(self.position, (place.record, place.line), |index| &cells[index])
    }

    /// Refuses a record.
    ///
    /// # Errors
    /// When too many are refused.
    pub(super) fn refuse(
        &self,
        builder: &mut Builder<'_>,
        place: Place,
        raw: &str,
        column: Option<(usize, String)>,
        kind: &'static str,
        reason: String,
    ) -> Result<(), Error> {
        let Place { record, line, byte } = place;
        let (file, raw) = (self.file.name.clone(), raw.to_owned());
        builder.reject(Reject { file, record, line, byte, column, kind, reason, raw })
    }

    fn note_leaves(&mut self, node: &Node<'_>) {
        let (leaves, order) = (&mut self.leaves, &mut self.order);
        node.leaves("", &mut |path| {
            if !leaves.contains(path) && leaves.len() < 10_000 {
                leaves.insert(path.to_owned());
                order.push(path.to_owned());
            }
        });
    }

    /// After the last record: every wanted column must have been somewhere.
    ///
    /// # Errors
    /// When a wanted column is in no record of the file.
    pub(super) fn finish(mut self, builder: &mut Builder<'_>) -> Result<(), Error> {
        if self.order.is_empty() {
            return Ok(());
        }
        // A column whose lists are all empty is there, although no leaf says so.
        for (index, paths) in self.paths.iter().enumerate() {
            if self.seen[index] && !paths.iter().any(|path| self.leaves.contains(path)) {
                self.order.push(paths[0].clone());
            }
        }
        let names = std::mem::take(&mut self.order);
        let found = headers::find(&self.file.path, &names, &builder.layout.columns)?;
        if let Some((wanted, header)) = found.loose.first() {
            return Err(Error::Input {
                path: self.file.path.clone(),
                what: format!("the path \"{wanted}\" is in no record; there is \"{header}\", which differs in case"),
                fix: "correct the path in the mapping".into(),
                source: None,
            });
        }
        builder.match_headers(self.file, &names)?;
        Ok(())
    }
}

/// The items of a list that is exploded, each with the items of the lists around it, outermost first.
#[derive(Default)]
struct Walk<'n, 't> {
    chain: Vec<(String, &'n Node<'t>)>,
    found: Vec<Vec<(String, &'n Node<'t>)>>,
    /// Lists without an item, on any level.
    empty: u64,
    /// A text stands on the way, such as JSON inside a text.
    text: bool,
}

impl<'n, 't> Walk<'n, 't> {
    /// Goes from a node at `path` along the rest of the list's path; every list on the way is exploded too.
    fn down(&mut self, node: &'n Node<'t>, path: &str, rest: &str) {
        match node {
            Node::List(items) => {
                self.empty += u64::from(items.is_empty());
                for item in items {
                    self.chain.push((path.to_owned(), item));
                    if rest.is_empty() {
                        self.found.push(self.chain.clone())
                    } else {
                        self.down(item, path, rest)
                    }
                    self.chain.pop();
                }
            }
            Node::Null => self.empty += 1,
            _ if rest.is_empty() => {
                self.found.push([self.chain.as_slice(), &[(path.to_owned(), node)]].concat());
            }
            Node::Object(members) => {
                let step = members.iter().find_map(|(key, value)| match rest.strip_prefix(key.as_ref())? {
                    "" => Some((key, value, "")),
                    rest => Some((key, value, rest.strip_prefix('.')?)),
                });
                match step {
                    Some((key, value, rest)) if path.is_empty() => self.down(value, key, rest),
                    Some((key, value, rest)) => self.down(value, &format!("{path}.{key}"), rest),
                    None => self.empty += 1,
                }
            }
            Node::Scalar(text) if text.is_empty() => self.empty += 1,
            Node::Scalar(_) => self.text = true,
        }
    }
}

/// The cell of a row: paths below an exploded list are looked up in its item, the innermost first.
fn cell<'n>(node: &'n Node<'_>, chain: &[(String, &'n Node<'_>)], path: &str) -> Found<'n> {
    for (list, item) in chain.iter().rev() {
        match path.strip_prefix(list.as_str()) {
            Some("") => return item.text(""),
            Some(rest) if rest.starts_with('.') => return item.text(&rest[1..]),
            _ => {}
        }
    }
    node.text(path)
}
