//! What is kept of every run: the record, its findings, the hash chain over all runs and decisions, and the evidence.
//!
//! `.rollproof/history.db` (SQLite) holds runs, counts and the chain; `.rollproof/findings/RUN.parquet` the findings of
//! a run as keyed identities, without names, ids or values. One writer at a time holds `.rollproof/lock`.
//!
//! The order of a run: [`History::open`], [`History::earlier`], [`History::record`] (which gives the receipt that the
//! gate demands), the gate's decision, [`History::decide`], and last [`RunFolder::finish`], which writes `verdict.json`.

mod causes;
mod chain;
mod clock;
mod compare;
pub mod evidence;
mod identity;
mod in_use;
mod marks;
mod papers;
mod prune;
mod record;
mod run_folder;
mod schema;
mod secret;
mod store;
#[cfg(test)]
mod tests;
mod trend;
mod verdict_file;

pub use causes::CausePoint;
pub use chain::{ChainEntry, ChainFault, verify_chain};
pub use clock::Clock;
pub use compare::{Comparison, Earlier, Moved, ThisRun};
pub use in_use::new_beside;
pub use marks::FindingMark;
pub use papers::{Override, Recorded, Signoff};
pub use prune::Keep;
pub use record::{NewRun, RunRecord, RunState, Volume};
pub use run_folder::{Published, RunFolder};
pub use schema::VERSION;
pub use secret::secret_key;
pub use store::History;
pub use trend::{Estimate, TrendPoint, estimate};
pub use verdict_file::{SCHEMA as VERDICT_SCHEMA, VerdictFile, replace_verdict, verdict_file, verdict_schema};
