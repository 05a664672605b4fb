//! A district made from a seed, and planted faults: demo, drill, benchmarks.

mod bind;
mod binding;
mod catalogue;
mod demo;
mod district;
mod drill;
mod fault;
mod graduation;
mod history;
mod identity;
mod layout;
mod migration;
mod names;
mod private_copy;
mod program;
mod random;
mod ranking;
mod raw;
mod sample;
mod score;
mod student;
mod write;

pub use binding::{Binding, Block, Place, YearForm};
pub use catalogue::{Area, Catalogue, Course, Level, Shape};
pub use demo::write_demo;
pub use district::{District, Kind, School, SchoolData};
pub use drill::{Drill, drill};
pub use fault::{Class as FaultClass, Hit, Plant, Planter, Truth, classes};
pub use layout::{Codes, Dress, System};
pub use migration::{Migration, Plan, truth_csv, write_migration};
pub use random::{Chance, Purpose};
pub use raw::{NOBODY, RawRow, RawTable, Sink, Style};
pub use sample::{SAMPLE_FAULTS, write_sample};
pub use score::{ClassScore, Scoreboard, score};
pub use student::{Class, Gpa, Graded, Requirement, Section, Status, Stint, Student, Term};
pub use write::{Written, write_side};
