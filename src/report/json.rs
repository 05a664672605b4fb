//! `summary.json`: the summary as it is, and its JSON Schema.

use std::fmt::Write as _;

use serde::Serialize;

use super::Summary;
use super::visible::is_unseen;
use crate::error::Error;

/// What stands for a personal value.
const PERSONAL: &str = "(personal)";

/// The summary as one JSON document, indented, with a final newline. Names, birth dates and the like are counted and not
/// spelled out: this file goes into logs and dashboards, and `pairs.csv` has them.
///
/// # Errors
/// Never for a summary; the signature says what the writer says.
pub fn summary_json(summary: &Summary) -> Result<String, Error> {
    let mut shown = summary.clone();
    for pair in shown.pairs.iter_mut().filter(|p| p.personal).flat_map(|p| &mut p.top) {
        for value in [&mut pair.legacy, &mut pair.new] {
            if !value.is_empty() {
                PERSONAL.clone_into(value);
            }
        }
    }
    document(&shown)
}

/// Anything as one JSON document, indented, with a final newline. Characters that move a cursor or hide text are written
/// as JSON's `\uXXXX`: the same value for a program, harmless on a terminal.
///
/// # Errors
/// Only for a value that JSON does not have: a bug.
pub fn document(value: &impl Serialize) -> Result<String, Error> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Error::Bug(e.to_string()))?;
    let mut out = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if c != '\n' && is_unseen(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out.push('\n');
    Ok(out)
}

/// The JSON Schema of `summary.json`.
///
/// # Errors
/// As [`summary_json`].
pub fn summary_schema() -> Result<String, Error> {
    let schema = schemars::schema_for!(Summary);
    let mut text = serde_json::to_string_pretty(&schema).map_err(|e| Error::Bug(e.to_string()))?;
    text.push('\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::summary::example::example;

    #[test]
    fn a_summary_comes_back_as_it_went() {
        let text = summary_json(&example()).unwrap();
        let back: Summary = serde_json::from_str(&text).unwrap();
        let mut wanted = example();
        let personal = wanted.pairs.iter_mut().filter(|p| p.personal).flat_map(|p| &mut p.top);
        let mut masked = 0;
        for pair in personal {
            (pair.legacy, pair.new, masked) = (PERSONAL.into(), PERSONAL.into(), masked + 1);
        }
        assert!(masked > 0 && !text.contains("OKAFOR"), "personal values are counted only");
        assert_eq!(back, wanted);
        assert!(text.starts_with("{\n  \"schema\": 1,"), "the version comes first");
    }

    #[test]
    fn unseen_characters_are_escaped_and_come_back() {
        let evil = "\u{1b}[31m\u{9b}2J\u{202e}\u{7f}\u{e0041}\n\"x";
        let text = document(&vec![evil]).unwrap();
        assert!(!text.chars().any(|c| c != '\n' && is_unseen(c)), "{text:?}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), [evil]);
    }

    #[test]
    fn the_schema_names_every_part_and_changes_only_on_purpose() {
        let schema: serde_json::Value = serde_json::from_str(&summary_schema().unwrap()).unwrap();
        let mut names: Vec<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
        for (part, fields) in schema["$defs"].as_object().unwrap() {
            let fields = fields["properties"].as_object().into_iter().flat_map(|f| f.keys());
            names.extend(fields.map(|f| format!("{part}.{f}")));
        }
        names.sort();
        insta::assert_snapshot!("summary_vocabulary", names.join("\n"));
    }
}
