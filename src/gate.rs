//! The decision. GO is a proof, not a default.
