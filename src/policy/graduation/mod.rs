//! Graduation requirements: what is needed, what is earned, what is in progress, what is left.

pub mod audit;
pub mod exceptions;
mod flow;
mod greedy;
pub mod lens;
mod parse;
pub mod rules;

pub use audit::{Audit, Status};
pub use exceptions::{Exception, Exceptions};
pub use lens::RequirementLens;
pub use parse::parse;
pub use rules::Requirements;
