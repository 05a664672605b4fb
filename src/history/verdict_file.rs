//! `verdict.json`: the decision in its frozen form, format 1. It is written last, so that what has it is whole.

use std::io::Write;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::marks::sync_folder;
use crate::error::Error;
use crate::gate::{CriterionResult, Decision, Reason};

/// The format's version. Fields are added under the same number; a changed meaning gets a new one.
pub const SCHEMA: u32 = 1;

/// The decision as programs read it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct VerdictFile<'a> {
    /// Format.
    pub schema: u32,
    /// The run's id.
    pub run: &'a str,
    /// The rehearsal's label.
    pub label: &'a str,
    /// When it was decided, with the district's time zone.
    pub decided_at: String,
    /// `go`, `no-go`, `cannot-decide`.
    pub verdict: &'static str,
    /// How the process ends.
    pub exit_code: u8,
    /// Why it is not GO.
    pub reasons: &'a [Reason],
    /// Every criterion.
    pub criteria: &'a [CriterionResult],
    /// What would make it pass.
    pub would_pass: &'a [String],
    /// Findings on record.
    pub findings: u64,
    /// Last hash of the chain.
    pub chain: &'a str,
}

/// The bytes of `verdict.json`. `chain` is what [`super::History::decide`] returned.
#[must_use]
pub fn verdict_file(
    run: &str,
    findings: u64,
    label: &str,
    decided_at: &jiff::ZonedDateTime,
    decision: &Decision,
    chain: &str,
) -> Vec<u8> {
    let file = VerdictFile {
        schema: SCHEMA,
        run,
        label,
        decided_at: decided_at.to_string(),
        verdict: decision.verdict.name(),
        exit_code: decision.exit_code() as u8,
        reasons: decision.verdict.reasons(),
        criteria: &decision.criteria,
        would_pass: &decision.would_pass,
        findings,
        chain,
    };
    let mut bytes = serde_json::to_vec_pretty(&file).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// Puts a new `verdict.json` into a finished run's folder: the old one or the new one is there, never a part of one.
///
/// # Errors
/// When the one that is there is of a newer format, or the new one can not be written.
pub fn replace_verdict(folder: &Path, bytes: &[u8]) -> Result<(), Error> {
    let path = folder.join("verdict.json");
    let before = std::fs::read(&path).ok().and_then(|b| serde_json::from_slice::<serde_json::Value>(&b).ok());
    let found = before.and_then(|v| v.get("schema")?.as_u64()).unwrap_or(0);
    if found > u64::from(SCHEMA) {
        return Err(Error::Output {
            path,
            what: format!("it is of format {found}, this program writes format {SCHEMA}"),
            fix: "use the newer rollproof; this one never overwrites what a newer one wrote".into(),
            source: None,
        });
    }
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|e| Error::write(&path, e))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(|e| Error::write(&path, e))?;
    file.persist(&path).map_err(|e| Error::write(&path, e.error))?;
    sync_folder(Some(folder))
}

/// The JSON Schema of `verdict.json`.
///
/// # Errors
/// Never for memory; the signature says what the writer says.
pub fn verdict_schema() -> Result<String, Error> {
    let schema = schemars::schema_for!(VerdictFile<'_>);
    serde_json::to_string_pretty(&schema).map(|text| text + "\n").map_err(|e| Error::Bug(e.to_string()))
}
