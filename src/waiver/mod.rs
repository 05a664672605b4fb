//! Waivers: findings that named people accept, for a while, up to a number. A waiver never hides a finding; it marks
//! it, and the gate counts what no waiver covers.
//!
//! Each waiver names one check and a scope (finding references, students, schools, courses, a cause, files), a cap
//! (the next case counts), a reason, an owner, an approver, the day it was added and the last day on which it holds
//! (to the end of that day in the district's time zone).

mod assess;
mod edit;
mod file;
#[cfg(test)]
mod tests;

pub use assess::{Assessment, Status, Target, WaiverOutcome};
pub use edit::{NewWaiver, add, remove};
pub use file::{Rules, UNWAIVABLE, Waiver, Waivers};
