//! Integration tests: one binary, one module a room.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr, missing_docs)]
// Tests measure pictures and ratios, and show what other programs print; neither is a credit or a record.
#![allow(clippy::float_arithmetic, clippy::disallowed_methods)]

mod browser;
mod cause;
mod cause_repair;
mod checks;
mod crash;
mod evidence;
mod extract;
mod extract_database;
mod extract_real;
mod extract_trees;
mod extract_workbooks;
mod failopen;
mod gate_commands;
mod hostile;
mod mapping;
mod mapping_docs;
mod mapping_real;
mod mapping_shipped;
mod mapping_suggest;
mod mapping_tools;
mod numbers;
mod office;
mod outputs;
mod outputs_speed;
mod pictures;
mod policy_district;
mod policy_docs;
mod policy_faults;
mod policy_golden;
mod policy_oracle;
mod policy_project;
mod policy_real_data;
mod policy_run;
mod policy_speed;
mod project;
mod real;
mod rehearsals;
mod spine;
mod support;
mod synth;
mod synth_board;
mod synth_drill;
mod tidy;
