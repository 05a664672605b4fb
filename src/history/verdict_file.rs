//! `verdict.json`: the decision in its frozen form, format 1. It is written last, so that what has it is whole.

use serde::Serialize;

use crate::gate::{CriterionResult, Decision, HistoryReceipt, Reason};

/// The format's version. Fields are added under the same number; a changed meaning gets a new one.
const SCHEMA: u32 = 1;

/// The decision as programs read it.
#[derive(Debug, Clone, Serialize)]
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
    receipt: &HistoryReceipt,
    label: &str,
    decided_at: &jiff::ZonedDateTime,
    decision: &Decision,
    chain: &str,
) -> Vec<u8> {
    let file = VerdictFile {
        schema: SCHEMA,
        run: receipt.run(),
        label,
        decided_at: decided_at.to_string(),
        verdict: decision.verdict.name(),
        exit_code: decision.exit_code() as u8,
        reasons: decision.verdict.reasons(),
        criteria: &decision.criteria,
        would_pass: &decision.would_pass,
        findings: receipt.findings(),
        chain,
    };
    let mut bytes = serde_json::to_vec_pretty(&file).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
