//! rollproof proves, student by student, that a new student information system holds what the old one held.
//!
//! Files become tables ([`extract`]), tables become canonical records ([`mapping`]), records of two sides become pairs
//! ([`reconcile`]), pairs become findings ([`checks`]), findings a verdict ([`gate`]).

pub mod canonical;
pub mod cause;
pub mod checks;
pub mod cli;
pub mod diagnostic;
pub mod error;
pub mod exit_code;
pub mod extract;
pub mod finding;
pub mod gate;
pub mod history;
pub mod mapping;
pub mod policy;
pub mod project;
pub mod reconcile;
pub mod report;
pub mod run;
pub mod shard;
pub mod synth;
pub mod waiver;
