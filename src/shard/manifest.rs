//! What a partition says of itself: where it came from, how it was cut, and the hash of each of its files.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Place, SCHEMA, damaged, files};
use crate::canonical::{Entity, Field, Side, SourceFile};
use crate::checks::{self, FactLists};
use crate::error::Error;
use crate::project::Project;
use crate::reconcile::Matching;
use crate::run::configuration_hash;

/// Name of the manifest; it is written last.
const FILE: &str = "partition.json";

/// A partition, as its maker describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Layout of the folder.
    pub schema: u32,
    /// Version of rollproof that wrote it.
    pub rollproof: String,
    /// One hash over the names of all checks: another version may have others.
    pub checks: String,
    /// One hash over the project, mapping, crosswalk and policy files.
    pub configuration: String,
    /// One past the last student of each shard.
    pub ends: Vec<u32>,
    /// Rows of both sides in each shard.
    pub rows: Vec<u64>,
    /// Why both sides seem to be one extract.
    pub same_extract: Option<String>,
    /// How many students were matched how.
    pub(super) matching: Counts,
    /// Legacy and new: what each holds.
    pub(super) sides: [Vec<Shape>; 2],
    /// What only the whole run knows.
    pub(super) facts: FactLists,
    /// BLAKE3 of every file, by name below the folder.
    pub(super) files: BTreeMap<String, String>,
}

/// The records of one entity of one side, beside their rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shape {
    pub(super) entity: Entity,
    /// Number of records.
    pub(super) rows: u32,
    /// The mapped fields, and how many distinct values each has.
    pub(super) fields: Vec<(Field, u32)>,
    /// The files that the rows came from.
    pub(super) sources: Vec<SourceFile>,
    /// One past the last row of each block of the mapping, and its number.
    pub(super) blocks: Vec<(u32, u16)>,
    /// The rows of several blocks are mixed, and each row says its own.
    pub(super) mixed: bool,
}

/// The counts of [`Matching`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counts {
    legacy: u64,
    new: u64,
    paired: u64,
    kept_id: u64,
    candidates: Vec<(String, u64)>,
    rules: Vec<String>,
    by_rule: Vec<u64>,
}

impl Counts {
    pub(super) fn of(matching: &Matching) -> Self {
        Self {
            legacy: matching.legacy,
            new: matching.new,
            paired: matching.paired,
            kept_id: matching.kept_id,
            candidates: matching.candidates.clone(),
            rules: matching.rules.clone(),
            by_rule: matching.by_rule.clone(),
        }
    }

    pub(super) fn matching(&self) -> Matching {
        Matching {
            legacy: self.legacy,
            new: self.new,
            paired: self.paired,
            kept_id: self.kept_id,
            candidates: self.candidates.clone(),
            rules: self.rules.clone(),
            by_rule: self.by_rule.clone(),
            ..Matching::default()
        }
    }
}

/// Which shard of how many: `3/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Counting from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no shard: write 3/8 for the third of eight");
        let (number, of) = text.split_once('/').ok_or_else(wrong)?;
        let (number, of) = (number.parse().map_err(|_| wrong())?, of.parse().map_err(|_| wrong())?);
        if number == 0 || number > of {
            return Err(format!("there is no shard {number} of {of}: the first is 1/{of}, the last {of}/{of}"));
        }
        Ok(Self { number, of })
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

/// One hash over the names of all checks.
pub(super) fn checks_hash() -> String {
    files::hash(checks::names().collect::<Vec<_>>().join("\n").as_bytes())
}

impl Manifest {
    /// Number of shards.
    #[must_use]
    pub const fn shards(&self) -> u32 {
        self.ends.len() as u32
    }

    /// The students of a shard (counted from nought), by position in the roll.
    pub(super) fn students(&self, shard: u32) -> std::ops::Range<u32> {
        let start = if shard == 0 { 0 } else { self.ends[shard as usize - 1] };
        start..self.ends[shard as usize]
    }

    /// The records of a side.
    pub(super) fn side(&self, side: Side) -> &[Shape] {
        &self.sides[side as usize]
    }

    /// The hash of a file of the partition.
    pub(super) fn hash_of(&self, place: &Place, name: &str) -> Result<&str, Error> {
        let hash = self.files.get(name).map(String::as_str);
        hash.ok_or_else(|| damaged(&place.path(FILE), format!("it does not name the file {name}")))
    }

    /// Writes the manifest; returns its BLAKE3, which names the partition.
    pub(super) fn write(&self, place: &Place) -> Result<String, Error> {
        let text = serde_json::to_vec(self).map_err(|e| Error::Bug(e.to_string()))?;
        files::write(&place.path(FILE), &text)
    }

    /// Reads the manifest of a whole partition that this version wrote, with the BLAKE3 that names the partition.
    ///
    /// # Errors
    /// When there is none, or it was written by another version.
    pub fn read(folder: &Path) -> Result<(Self, String), Error> {
        let path = folder.join(FILE);
        if !path.is_file() {
            let what = "there is no whole partition here (partition.json is written last)";
            return Err(damaged(folder, what));
        }
        let bytes = std::fs::read(&path).map_err(|e| Error::read(&path, e))?;
        let versions: Versions =
            serde_json::from_slice(&bytes).map_err(|e| damaged(&path, format!("it does not read: {e}")))?;
        versions.check(&path)?;
        let manifest: Self =
            serde_json::from_slice(&bytes).map_err(|e| damaged(&path, format!("it does not read: {e}")))?;
        Ok((manifest, files::hash(&bytes)))
    }

    /// Refuses a project that is not the one that was cut.
    ///
    /// # Errors
    /// When a project, mapping, crosswalk or policy file has changed since.
    pub(super) fn check_project(&self, project: &Project) -> Result<(), Error> {
        if configuration_hash(project) == self.configuration {
            return Ok(());
        }
        let what = "the project, a mapping, a code table or a policy is not the one of the partition";
        Err(damaged(&project.path, what))
    }
}

/// What must agree before anything else is read.
#[derive(Debug, Deserialize)]
struct Versions {
    schema: u32,
    rollproof: String,
    checks: String,
}

impl Versions {
    fn check(&self, path: &Path) -> Result<(), Error> {
        let ours = env!("CARGO_PKG_VERSION");
        if self.schema == SCHEMA && self.rollproof == ours && self.checks == checks_hash() {
            return Ok(());
        }
        let what = format!(
            "it was written by rollproof {} (layout {}), this is {ours} (layout {SCHEMA}); partition, shards and merge \
             must be of one version",
            self.rollproof, self.schema
        );
        Err(damaged(path, what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_counted_from_one() {
        assert_eq!("3/8".parse(), Ok(Shard { number: 3, of: 8 }));
        for wrong in ["0/8", "9/8", "3", "3/", "a/b", "-1/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }
}
