//! Beyond one machine: both sides cut into ranges of students, each compared anywhere, and the answers put together to
//! the run that one machine would have made, byte for byte.
//!
//! Students are paired once, by whoever cuts; the roll is sorted, and a shard is a contiguous range of it. So nobody's
//! records are torn apart, whatever ids the two systems use, and joining is putting ranges behind each other. A shard
//! holds its students' rows, the keys that both sides' values got when they were aligned, and the facts that only the
//! whole run knows; it runs every check that looks at one student. The merge puts the rows back where they stood, and
//! runs what needs everybody.

mod answer;
mod cut;
mod files;
mod frame;
mod join;
mod manifest;
mod merge;
mod partition;
mod reads;
mod roll;
mod rows;
mod work;

use std::path::{Path, PathBuf};

pub use answer::Answer;
pub use manifest::{Manifest, Shard};
pub use merge::merge;
pub use partition::{Partitioned, partition};
pub use work::work;

use crate::error::Error;

/// Version of the layout of a partition folder.
pub const SCHEMA: u32 = 1;

/// Rows of nobody, the catalogue, and dictionary entries that no shard uses.
const REST: &str = "rest";

/// Folder of a shard inside the partition, from nought.
fn shard_folder(shard: u32) -> String {
    format!("shards/{:05}", shard + 1)
}

/// Something in a partition folder is not as it was written.
fn damaged(path: &Path, what: impl Into<String>) -> Error {
    Error::Input {
        path: path.to_owned(),
        what: what.into(),
        fix: "run `rollproof partition` again into a new folder, then all its shards".into(),
        source: None,
    }
}

/// A folder in which a partition stands or will stand.
#[derive(Debug, Clone)]
struct Place(PathBuf);

impl Place {
    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}
