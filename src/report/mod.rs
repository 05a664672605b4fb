//! One summary, many forms. Reports do no arithmetic: every number comes from [`Summary`].

mod rows;
pub mod summary;

pub use rows::FindingSource;
pub use summary::Summary;
