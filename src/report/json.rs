//! `summary.json`: the summary as it is, and its JSON Schema.

use super::Summary;
use crate::error::Error;

/// The summary as one JSON document, indented, with a final newline.
///
/// # Errors
/// Never for a summary; the signature says what the writer says.
pub fn summary_json(summary: &Summary) -> Result<String, Error> {
    let mut text = serde_json::to_string_pretty(summary).map_err(|e| Error::Bug(e.to_string()))?;
    text.push('\n');
    Ok(text)
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
        assert_eq!(back, example());
        assert!(text.starts_with("{\n  \"schema\": 1,"), "the version comes first");
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
