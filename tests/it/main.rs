//! Integration tests: one binary, one module a room.

mod mapping;
mod project;
mod synth;
mod policy_golden;
mod policy_oracle;
mod tidy;
