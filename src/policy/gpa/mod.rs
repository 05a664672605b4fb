//! The GPA engine: policy, lens, rows, evaluation.

pub mod alike;
pub mod amounts;
mod caps;
pub mod evaluate;
pub mod lens;
pub mod marks;
mod parse;
mod repeats;
pub mod rows;
pub mod rules;

pub use alike::Alike;
pub use evaluate::{Evaluation, Fate, Line, Scratch, evaluate, print, reproduces};
pub use lens::Lens;
pub use parse::parse;
pub use rows::{CourseRow, RowReader};
pub use rules::GpaPolicy;
