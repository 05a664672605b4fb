//! Private files that are whole or not there, and whose hash is known.

use std::io::Write;
use std::path::Path;

use super::damaged;
use crate::error::Error;
use crate::report::private_folder;

/// Writes a file that only its owner may read, in one step, and returns its BLAKE3. Two who write the same file at the
/// same time do not meet: each writes beside it first.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<String, Error> {
    let folder = path.parent().unwrap_or(Path::new("."));
    private_folder(folder)?;
    // Such files are private (0600) where the system knows that.
    let mut file =
        tempfile::Builder::new().prefix(".partial-").tempfile_in(folder).map_err(|e| Error::write(path, e))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_data()).map_err(|e| Error::write(path, e))?;
    file.persist(path).map_err(|e| Error::write(path, e.error))?;
    Ok(hash(bytes))
}

/// Reads a file that must have this BLAKE3.
pub(super) fn read(path: &Path, blake3: &str) -> Result<Vec<u8>, Error> {
    let bytes = std::fs::read(path).map_err(|e| Error::read(path, e))?;
    if hash(&bytes) != blake3 {
        return Err(damaged(path, "it is not the file that was written: its hash is another"));
    }
    Ok(bytes)
}

/// BLAKE3 in hex.
pub(super) fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_private_replaces_the_one_before_and_is_held_to_its_hash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/a");
        write(&path, b"old").unwrap();
        let blake3 = write(&path, b"new").unwrap();
        assert_eq!(read(&path, &blake3).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        }
        std::fs::write(&path, b"nem").unwrap();
        assert!(read(&path, &blake3).unwrap_err().to_string().contains("hash"));
    }
}
