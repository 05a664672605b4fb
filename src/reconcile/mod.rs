//! Two datasets to pairs. All the threads of comparing live here.

mod model;

pub use model::{Both, Matching, Reconciliation, RecordPairs, StudentPair, Tier};
