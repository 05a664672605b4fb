//! GPA, credit and graduation rules as registrars apply them, in exact arithmetic.

pub mod gpa;
pub mod rational;
pub mod reader;
pub mod shipped;

/// The policies that a project names, ready to apply. Without any, nothing is recomputed and the report says so.
#[derive(Debug, Clone, Default)]
pub struct Policies {}
