//! The vocabulary: sides, entities, fields, exact values and the compact tables that hold them. Imports nothing of ours.

mod codes;
mod dataset;
mod decimal;
mod entity;
mod field;
mod location;
mod pool;
mod school_year;
mod side;
mod spill;
mod term;
mod value;

pub use codes::{Codes, PagedCodes};
pub use dataset::{Column, Dataset, Records, Row};
pub use decimal::{Decimal, DecimalError};
pub use entity::Entity;
pub use field::{Field, Kind};
pub use location::{Location, Locations, SourceFile};
pub use pool::StringPool;
pub use school_year::SchoolYear;
pub use side::Side;
pub use spill::Spill;
pub use term::TermSpan;
pub use value::{Entry, Typed, Values};
