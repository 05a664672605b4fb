//! What policy files hold beside texts and flags: exact numbers, whole numbers in bounds, keys that the author chooses.

use std::path::Path;

use crate::canonical::Decimal;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::document::{self, At, Node, Problems};

/// Reads a file with `read`; every mistake of the file comes back at once, in its order.
///
/// # Errors
/// All mistakes.
pub(super) fn file<T>(
    path: &Path,
    text: &str,
    read: impl FnOnce(&Node<'_>) -> Option<T>,
) -> Result<T, Vec<Diagnostic>> {
    let problems = Problems::new(path);
    let result = document::parse(text, &problems).and_then(|table| {
        let top = Node::new(table.get_ref(), 0..text.len().min(1), "the policy", &problems);
        let result = read(&top);
        top.finish();
        result
    });
    let broken = problems.has_errors();
    match result {
        Some(result) if !broken => Ok(result),
        _ => Err(problems.into_vec()),
    }
}

/// Notes that `schema = 1` is missing or another.
pub(super) fn schema(top: &Node<'_>) {
    if top.has("schema") {
        integer(top, "schema", 1, 1);
    } else {
        top.missing("schema", "add schema = 1");
    }
}

/// A text that must be there.
pub(super) fn required_text(node: &Node<'_>, key: &'static str) -> Option<At<String>> {
    node.required_text(key, &format!("add {key} = \"…\""))
}

/// An exact number: in quotes (`"3.334"`) or bare (`3.334`).
pub(super) fn decimal(node: &Node<'_>, key: &'static str) -> Option<At<Decimal>> {
    let value = node.get(key)?;
    match exact(document::number(value)) {
        Some(decimal) => Some(decimal),
        None => node.wrong(key, value, "a plain decimal number"),
    }
}

fn exact(number: Option<At<String>>) -> Option<At<Decimal>> {
    let number = number?;
    Some(At { value: Decimal::parse(&number.value).ok()?, span: number.span })
}

/// A whole number between two bounds.
pub(super) fn integer(node: &Node<'_>, key: &'static str, low: i64, high: i64) -> Option<i64> {
    let value = node.get(key)?;
    let number = exact(document::number(value)).filter(|d| d.value.scale() == 0).map(|d| d.value.units());
    match number.filter(|n| (low..=high).contains(n)) {
        Some(number) => Some(number),
        None => node.wrong(key, value, &format!("a whole number from {low} to {high}")),
    }
}

/// A list of texts without their places; nothing written is an empty list.
pub(super) fn texts(node: &Node<'_>, key: &'static str) -> Vec<String> {
    node.texts(key).unwrap_or_default().into_iter().map(|t| t.value).collect()
}

/// A list of numbers or texts of numbers: `[9, 10]`; one stands for a list of one.
pub(super) fn numbers(node: &Node<'_>, key: &'static str) -> Vec<At<String>> {
    let Some(value) = node.get(key) else { return Vec::new() };
    let list = match value.get_ref().as_array() {
        Some(items) => items.iter().map(document::number).collect::<Option<Vec<_>>>(),
        None => document::number(value).map(|one| vec![one]),
    };
    list.or_else(|| node.wrong(key, value, "a list of whole numbers")).unwrap_or_default()
}

/// Tables below this one whose names the author chooses.
pub(super) fn named_tables<'a>(node: &Node<'a>) -> Vec<(At<String>, Node<'a>)> {
    node.entries().filter_map(|(name, value)| Some((name.clone(), node.inside(&name.value, value)?))).collect()
}

/// Keys that the author chooses, each with an exact number.
pub(super) fn named_decimals(node: &Node<'_>) -> Vec<(At<String>, At<Decimal>)> {
    let mut all = Vec::new();
    for (name, value) in node.entries() {
        match exact(document::number(value)) {
            Some(decimal) => all.push((name, decimal)),
            None => drop(node.wrong::<()>(&name.value, value, "a plain decimal number")),
        }
    }
    all
}

/// Keys that the author chooses, each with a list of texts.
pub(super) fn named_lists(node: &Node<'_>) -> Vec<(At<String>, Vec<String>)> {
    let mut all = Vec::new();
    for (name, value) in node.entries() {
        let texts = value.get_ref().as_array().and_then(|items| items.iter().map(document::text).collect());
        match texts {
            Some(texts) => {
                let texts: Vec<At<String>> = texts;
                all.push((name, texts.into_iter().map(|t| t.value).collect()));
            }
            None => drop(node.wrong::<()>(&name.value, value, "a list of texts")),
        }
    }
    all
}
