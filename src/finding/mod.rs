//! Differences judged by a check: compact in memory, readable on request.

mod findings;
mod row;
mod severity;

pub use findings::{Change, Finding, Findings, Skipped, Subject};
pub use row::FindingRow;
pub use severity::Severity;
