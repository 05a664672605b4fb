//! Tables to canonical datasets, as the mapping file says. Knows nothing of the other side.
//!
//! [`Mapping::parse`] reads the file, [`Mapping::layouts`] says which columns to extract, [`map`] carries it out.

mod accounting;
mod assembly;
mod code_file;
mod columns;
mod convert;
mod cover;
mod crosswalk;
mod issues;
mod map;
pub mod parse;
mod select;
mod shipped;
mod spec;
pub mod suggest;
mod tuples;
mod view;

pub use accounting::{CodeIssue, CrosswalkUse, EntityAccounting, IssueKind, LeftOut, LeftOutBy, Mapped};
pub use cover::{Cover, cover};
pub use crosswalk::{Crosswalk, Line, Lookup, Target};
pub use map::map;
pub use parse::Load;
pub use shipped::{SHIPPED, ShippedFile, shipped_file};
pub use spec::{
    Block, ColumnRef, Delta, EndDate, FieldSpec, Filter, Join, Mapping, Part, Source, TableSpec, Test, Unpivot,
    YearRule,
};
