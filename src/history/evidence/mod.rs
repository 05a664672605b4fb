//! The evidence of a run: one archive that an auditor can check on another machine, without the data.

mod archive;
mod keys;
#[cfg(test)]
mod tests;
mod verify;

pub use archive::{Evidence, InputLine, write};
pub use keys::{Approver, EVIDENCE, OVERRIDE, Signature};
pub use verify::{Fault, Verified, add_signature, verify};
