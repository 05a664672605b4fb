//! A folder that only its owner can enter, taken away afterwards: at the end, after an error, on an interrupt, and, when
//! the process was killed, by the next one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tempfile::TempDir;

use crate::error::Error;

const PREFIX: &str = "rollproof-drill-";
/// Locked as long as the folder is in use; the operating system lets go of it however the process ends.
const IN_USE: &str = ".in-use";

/// The folders of this process, for [`remove_private_folders`].
static OPEN: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// A private folder; gone when this goes out of scope.
#[derive(Debug)]
pub struct PrivateFolder {
    // Windows takes no folder away in which a file is open: the lock is dropped first.
    lock: Option<File>,
    folder: TempDir,
}

impl PrivateFolder {
    /// Makes one among the system's temporary files, and takes away what killed processes left there.
    ///
    /// # Errors
    /// When it can not be made.
    pub fn new() -> Result<Self, Error> {
        Self::below(&std::env::temp_dir())
    }

    fn below(place: &Path) -> Result<Self, Error> {
        sweep(place);
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.tempdir_in(place).map_err(|e| Error::write(place, e))?;
        open().push(folder.path().to_owned());
        let path = folder.path().join(IN_USE);
        // It gets its name when it is locked, so that nobody who sweeps takes a new folder for one that was left.
        let fresh = folder.path().join(".fresh");
        let lock = File::create(&fresh).map_err(|e| Error::write(&fresh, e))?;
        fs4::FileExt::lock(&lock).map_err(|e| Error::write(&fresh, e))?;
        fs::rename(&fresh, &path).map_err(|e| Error::write(&path, e))?;
        Ok(Self { lock: Some(lock), folder })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        self.lock = None;
        open().retain(|path| path != self.folder.path());
    }
}

fn open() -> std::sync::MutexGuard<'static, Vec<PathBuf>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes all private folders of this process away, for an end that runs no destructors.
pub fn remove_private_folders() {
    for path in open().iter() {
        // A thread may still write into it: what it adds meanwhile goes with the next try.
        for _ in 0..50 {
            if fs::remove_dir_all(path).is_ok() || !path.exists() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }
}

/// Takes away the folders whose process is gone. What belongs to others can not be opened and stays.
fn sweep(place: &Path) {
    let Ok(entries) = fs::read_dir(place) else { return };
    for path in entries.filter_map(Result::ok).map(|e| e.path()) {
        let is_ours = path.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with(PREFIX));
        if is_ours && is_left(&path) {
            // A folder that does not go away is tried again next time.
            let _ = fs::remove_dir_all(&path);
        }
    }
}

fn is_left(folder: &Path) -> bool {
    File::options().write(true).open(folder.join(IN_USE)).is_ok_and(|file| fs4::FileExt::try_lock(&file).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_is_taken_away_and_what_is_in_use_is_not() {
        let place = tempfile::tempdir().unwrap();
        let left = place.path().join("rollproof-drill-left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join(IN_USE), "").unwrap();
        fs::write(left.join("table-1.csv"), "students").unwrap();
        let foreign = place.path().join("rollproof-drill-of-something-else");
        fs::create_dir(&foreign).unwrap();
        let used = PrivateFolder::below(place.path()).unwrap();
        assert!(!left.exists() && foreign.exists());
        let second = PrivateFolder::below(place.path()).unwrap();
        assert!(used.path().exists() && second.path().exists());
        drop((used, second));
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1, "only the foreign one stays");
    }
}
