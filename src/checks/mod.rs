//! One check, one file. A check says what it sees in a pair; it does not print, filter, count or decide.

mod context;

pub use context::{Check, Meta, Out, RunContext, StudentContext};
