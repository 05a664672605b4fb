//! Measuring what the gate wants to know of a reconciliation: coverage, placement of every row, control totals.
//! Counted from the rows themselves, independently of the checks.

mod coverage;
#[cfg(test)]
pub(crate) mod district;
mod totals;

pub use coverage::{coverage, matching};
pub use totals::{ControlLine, Explained, control_lines, control_totals};
