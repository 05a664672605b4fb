//! The gate: what was measured, held against the criteria, gives GO, NO-GO or CANNOT DECIDE.
//!
//! GO is a proof, not a default. [`Verdict::Go`] holds a [`GoProof`] that only [`decide`] can make, and only out of one
//! token for every obligation (inputs, coverage, accounting, pairing, checks, calibration, sensitivity, findings,
//! waivers, history). What was not measured gives no token, so that forgetting to measure something can never be GO.
//! CANNOT DECIDE outranks NO-GO: a count that rests on half the data is no count.

mod criteria;
mod decide;
mod decision;
pub mod measure;
mod measured;
mod obligations;
mod reason;
mod same_extract;
pub mod sensitivity;
mod share;
#[cfg(test)]
mod vectors;
mod would_pass;

pub use criteria::Criteria;
pub use decide::decide;
pub use decision::{CriterionResult, Decision, State, Verdict};
pub use measured::{
    Calibration, CauseCount, CheckCounts, ControlTotals, Drill, EntityCoverage, FieldCoverage, FindingCounts,
    MatchCounts, Measured, NoticeLine, Rehearsals, SensitivityResult, SeverityCounts, SharedCount, SideInput, Signoffs,
    SkippedCheck, Survivor, TableAccount, WaiverCounts,
};
pub use obligations::{GoProof, HistoryReceipt};
pub use reason::{CODES, Channel, CodeInfo, Reason};
pub use same_extract::{content_digest, could_be_same, same_extract};
pub use sensitivity::{Probe, Seen, probe};
pub use share::Share;
