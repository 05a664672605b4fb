//! Does this very run see differences? Known ones are planted in memory in a sample of its own paired records, and
//! each must come out of pairing, checks, severities and waivers as an open finding.
//!
//! Whatever makes a run blind (a field that nobody compares, a tolerance, a severity set to info, a waiver without
//! bounds, a check that is off) lets a planted difference survive, and the gate then can not decide and names the
//! field. The sample is a small reconciliation of its own, so that the probe costs a small share of a run.

mod judge;
mod mutant;
mod plan;
mod sample;

pub use judge::{Seen, probe};
pub use mutant::{Mutation, RowFault};
pub use plan::{PER_KIND, Probe};
