//! Integration tests: one binary, one module a room.

mod mapping;
mod project;
mod synth;
mod tidy;
