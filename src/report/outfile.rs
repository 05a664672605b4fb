//! A file that is whole or not there: created new and private, and gone again unless it was finished.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::history::new_beside;

/// A file being written. Call [`OutFile::finish`]; a file that is dropped before that is removed.
#[must_use = "a file that is not finished is removed"]
#[derive(Debug)]
pub struct OutFile {
    path: PathBuf,
    writer: Option<BufWriter<File>>,
}

impl OutFile {
    /// Creates the file, readable by its owner only.
    ///
    /// # Errors
    /// When it exists already, or can not be created.
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|e| Error::write(&path, e))?;
        Ok(Self { path, writer: Some(BufWriter::with_capacity(1 << 16, file)) })
    }

    /// Where it stands.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what is left and keeps the file.
    ///
    /// # Errors
    /// When the disk does not take it; the file is removed then.
    pub fn finish(mut self) -> Result<(), Error> {
        let path = self.path.clone();
        let Some(writer) = self.writer.as_mut() else { return Ok(()) };
        writer.flush().and_then(|()| writer.get_ref().sync_data()).map_err(|e| Error::write(&path, e))?;
        self.writer = None;
        Ok(())
    }

    /// Writes a whole file at once.
    ///
    /// # Errors
    /// As [`OutFile::create`] and [`OutFile::finish`].
    pub fn write_all_of(path: impl Into<PathBuf>, bytes: &[u8]) -> Result<(), Error> {
        let mut file = Self::create(path)?;
        let result = file.write_all(bytes);
        result.map_err(|e| Error::write(&file.path, e))?;
        file.finish()
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self.writer.as_mut() {
            Some(writer) => writer.write(bytes),
            None => Err(std::io::Error::other("the file is finished")),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.writer.as_mut().map_or(Ok(()), BufWriter::flush)
    }
}

impl Drop for OutFile {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            // What was buffered must not be written after the file is gone, and a failure to remove has no one to tell.
            drop(writer.into_parts());
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Writes a whole file that only its owner may read, over one that is there: beside it first, then in its place. Where
/// the file is open in another program, the new one stays beside it and the error says so.
///
/// # Errors
/// When it can not be written.
pub fn private_write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    if path.symlink_metadata().is_ok_and(|m| !m.is_file()) {
        // A pipe, a device or a link: what the person named is written to as it is.
        return std::fs::write(path, bytes).map_err(|e| Error::write(path, e));
    }
    let beside = path.with_file_name(format!(".{name}.partial"));
    match std::fs::remove_file(&beside) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(Error::write(&beside, e)),
        _ => OutFile::write_all_of(&beside, bytes)?,
    }
    std::fs::rename(&beside, path).or_else(|e| {
        let new = new_beside(path);
        std::fs::rename(&beside, &new)
            .map_err(|_| Error::write(path, e))
            .and_then(|()| Err(Error::open_elsewhere(path, &new)))
    })
}

/// Makes a folder, with those above it, that only its owner may enter; one that is there stays as it is.
///
/// # Errors
/// When it can not be made.
pub fn private_folder(path: &Path) -> Result<(), Error> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|e| Error::write(path, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_replaces_the_file_that_is_there_and_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.html");
        private_write(&path, b"old").unwrap();
        private_write(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions()) & 0o777,
            0o600
        );
    }

    #[test]
    fn an_unfinished_file_is_not_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        let mut file = OutFile::create(&path).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert!(!path.exists());
    }

    #[test]
    fn a_finished_file_is_private_and_never_overwrites() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        OutFile::write_all_of(&path, b"whole").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"whole");
        assert!(OutFile::create(&path).is_err());
        #[cfg(unix)]
        assert_eq!(
            std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&path).unwrap().permissions()) & 0o777,
            0o600
        );
    }
}
