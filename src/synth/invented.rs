//! An invented migration of any size: both sides, project file and truth, in the memory of a few schools.

use std::path::Path;

use super::district::District;
use super::fault::{Planter, classes};
use super::layout::{Dress, System};
use super::migration::{Migration, Plan, write_migration};
use crate::error::Error;

/// What to invent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invented {
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// How many students; at least 26.
    pub students: u32,
    /// The system that the district leaves.
    pub legacy: System,
    /// The system that it joins.
    pub new: System,
    /// Students with a planted fault in a million; 0 plants none.
    pub faults: u32,
}

impl Invented {
    /// The district behind it.
    #[must_use]
    pub fn district(&self) -> District {
        District::generate(self.seed, self.students)
    }

    /// What is written: sections are renumbered, and every class of faults is mixed in at the asked share.
    #[must_use]
    pub fn plan(&self) -> Plan {
        let all: Vec<u8> = classes().iter().map(|c| c.id).collect();
        Plan {
            name: "Pine Ridge SD (invented)".into(),
            legacy: (self.legacy, Dress::default()),
            new: (self.new, Dress { renumber_sections: true, ..Dress::default() }),
            faults: (self.faults > 0).then(|| Planter::mixed(self.seed, all, self.faults)),
        }
    }
}

/// Writes `legacy/`, `new/`, `crosswalks/`, `rollproof.toml` and, when faults are planted, `truth.csv`. `progress`
/// hears how many students of both sides together are written.
///
/// # Errors
/// When a file can not be written.
pub fn write_invented(dir: &Path, what: &Invented, progress: &(dyn Fn(u64) + Sync)) -> Result<Migration, Error> {
    write_migration(dir, &what.district(), &what.plan(), progress)
}
