//! Whether the rows of a run fit into the memory that it may use, and where they go when they do not.

use std::path::Path;
use std::sync::Arc;

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

use super::history_folder;
use crate::canonical::Spill;
use crate::error::Error;
use crate::extract::FoundFile;
use crate::project::Project;

/// What a byte of an export costs in memory, in tenths: 1,582 MB of exports were compared in 1,650 MB.
const TENTHS: u64 = 11;
/// What a run costs however little it reads.
const BASE: u64 = 128 << 20;
/// Packed files become about this many times larger when they are read.
const PACKED: u64 = 8;
/// Less than this is no room to work in.
pub const LEAST: u64 = 256 << 20;

/// The temporary file for the rows of a run; `None` when they fit into memory. It lies beside the project's history: on
/// the disk that is there for this project, not among temporary files, which many systems keep in memory.
///
/// # Errors
/// When the file can not be made.
pub fn room(project: &Project, bytes: u64) -> Result<Option<Arc<Spill>>, Error> {
    let may_use = project.memory.unwrap_or_else(half);
    if bytes.saturating_mul(TENTHS) / 10 + BASE <= may_use {
        return Ok(None);
    }
    let folder = history_folder(project);
    std::fs::create_dir_all(&folder).map_err(|e| Error::write(&folder, e))?;
    Spill::new(&folder).map(Some).map_err(|e| Error::write(&folder, e))
}

/// Whether everything that should lie in the file does.
///
/// # Errors
/// When the disk is full or gone.
pub fn is_whole(spill: Option<&Arc<Spill>>) -> Result<(), Error> {
    let Some((folder, error)) = spill.and_then(|s| s.failure()) else { return Ok(()) };
    Err(Error::Output {
        path: folder.to_owned(),
        what: format!("the rows do not fit into memory, and the temporary file can not take them: {error}"),
        fix: "free space there (about the size of the exports), or allow more memory with --memory".into(),
        source: Some(error),
    })
}

/// What a file will need, by its size on disk.
#[must_use]
pub fn weight(file: &FoundFile) -> u64 {
    let bytes = std::fs::metadata(&file.path).map_or(0, |m| m.len());
    let is_packed = |path: &Path| {
        let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
        ["gz", "zip", "zst", "parquet", "arrow", "xlsx"].contains(&extension.as_str())
    };
    if is_packed(&file.path) { bytes.saturating_mul(PACKED) } else { bytes }
}

/// Half of what the machine, or the container that this runs in, has.
fn half() -> u64 {
    let system =
        System::new_with_specifics(RefreshKind::nothing().with_memory(MemoryRefreshKind::nothing().with_ram()));
    let limit = system.cgroup_limits().map_or(u64::MAX, |limits| limits.total_memory);
    system.total_memory().min(limit) / 2
}
