//! The folder of a run's outputs: built beside its final place, made durable, and put there by one rename.
//!
//! A run that is killed at any moment leaves the last complete folder whole; what it left behind is swept by the next.

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::History;
use super::in_use::{in_place, in_use, keep};
use super::marks::sync_folder;
use super::store::{create_private, create_private_folder};
use crate::error::Error;

/// A folder under construction. Dropped unfinished, it is taken away again.
#[derive(Debug)]
pub struct RunFolder {
    place: PathBuf,
    partial: PathBuf,
    old: PathBuf,
    finished: bool,
}

impl RunFolder {
    /// Begins a folder that will stand at `place`. The history is held open, so that no other run builds there.
    ///
    /// # Errors
    /// When the place lies inside an input, holds one, or is a link; or when its parent can not be written.
    pub fn create(_held: &History, place: &Path, run: &str, inputs: &[PathBuf]) -> Result<Self, Error> {
        let refuse = |what: String, fix: &str| Error::Usage { what, fix: fix.into() };
        let Some(name) = place.file_name().map(|n| n.to_string_lossy().into_owned()) else {
            return Err(refuse(format!("{} is no folder name", place.display()), "choose another output folder"));
        };
        let parent = place.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        create_private_folder(parent)?;
        let parent = parent.canonicalize().map_err(|e| Error::write(parent, e))?;
        let place = parent.join(&name);
        if place.symlink_metadata().is_ok_and(|m| !m.is_dir()) {
            let what = format!("{} is a file or a link", place.display());
            return Err(refuse(what, "choose another output folder, or move that away"));
        }
        for input in inputs {
            let input = input.canonicalize().map_err(|e| Error::read(input, e))?;
            if place.starts_with(&input) || input.starts_with(&place) {
                let what = format!(
                    "the output folder {} and the input {} are inside each other",
                    place.display(),
                    input.display()
                );
                return Err(refuse(what, "choose an output folder apart from the exports"));
            }
        }
        sweep(&parent, &name)?;
        let partial = parent.join(format!(".{name}.{run}.partial"));
        let old = parent.join(format!(".{name}.{run}.old"));
        create_private_folder(&partial)?;
        Ok(Self { place, partial, old, finished: false })
    }

    /// Where files are written to.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.partial
    }

    /// A new file inside, private to its owner; folders between are made. The name is below the folder.
    ///
    /// # Errors
    /// When the name leads out of the folder, exists already or can not be written.
    pub fn create_file(&self, name: &str) -> Result<File, Error> {
        let inside = Path::new(name).components().all(|c| matches!(c, std::path::Component::Normal(_)));
        if !inside || name.is_empty() {
            return Err(Error::Bug(format!("{name} leads out of the output folder")));
        }
        let path = self.partial.join(name);
        if let Some(folder) = path.parent() {
            create_private_folder(folder)?;
        }
        create_private(&path)
    }

    /// Writes `verdict.json` last, makes everything durable and puts the folder at its place. The folder that stood
    /// there is whole until then. A file of it that is open in another program stays, and its new one is beside it.
    ///
    /// # Errors
    /// When anything can not be written; the folder that stood there stays.
    pub fn finish(mut self, verdict: &[u8]) -> Result<Published, Error> {
        let open = in_use(&self.place)?;
        let mut beside = keep(&self.place, &self.partial, &open)?;
        sync_tree(&self.partial)?;
        let mut file = self.create_file("verdict.json")?;
        file.write_all(verdict).and_then(|()| file.sync_all()).map_err(|e| Error::write(&self.partial, e))?;
        sync_folder(Some(&self.partial))?;
        let there = self.place.exists();
        if there {
            if let Err(e) = std::fs::rename(&self.place, &self.old) {
                if !matches!(e.kind(), ErrorKind::PermissionDenied | ErrorKind::ResourceBusy) {
                    return Err(Error::write(&self.place, e));
                }
                let over = |from: &Path, to: &Path| std::fs::rename(from, to);
                beside.extend(in_place(&self.partial, &self.place, &open, &over)?);
                sync_folder(Some(&self.place))?;
                return Ok(Published { folder: self.place.clone(), beside });
            }
        }
        if let Err(e) = std::fs::rename(&self.partial, &self.place) {
            if there {
                // The old folder goes back; when even that fails, the next run's sweep does it.
                let _ = std::fs::rename(&self.old, &self.place);
            }
            return Err(Error::write(&self.place, e));
        }
        self.finished = true;
        sync_folder(self.place.parent())?;
        if there {
            std::fs::remove_dir_all(&self.old).map_err(|e| Error::write(&self.old, e))?;
        }
        Ok(Published { folder: self.place.clone(), beside })
    }
}

/// A finished folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Where it stands.
    pub folder: PathBuf,
    /// New files that stand beside one that is open in another program, below the folder: `packs/x~new.xlsx`.
    pub beside: Vec<PathBuf>,
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        if !self.finished {
            let _ = std::fs::remove_dir_all(&self.partial);
        }
    }
}

impl History {
    /// Puts back a complete folder that a run, killed in its very last step, had moved aside. The history is held open
    /// for writing, so that no run is in that step now.
    ///
    /// # Errors
    /// When the folder can not be moved.
    pub fn restore(&self, place: &Path) -> Result<(), Error> {
        let name = place.file_name().map(|n| n.to_string_lossy().into_owned());
        let parent = place.parent().filter(|p| p.is_dir());
        match (name, parent) {
            (Some(name), Some(parent)) if !place.exists() => sweep(parent, &name),
            _ => Ok(()),
        }
    }
}

/// Takes away what killed runs left, and puts back a folder that one of them had moved aside.
fn sweep(parent: &Path, name: &str) -> Result<(), Error> {
    let (start, place) = (format!(".{name}."), parent.join(name));
    let mut left: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(parent).map_err(|e| Error::read(parent, e))? {
        let entry = entry.map_err(|e| Error::read(parent, e))?;
        let file_name = entry.file_name().to_string_lossy().into_owned();
        let is_dir = entry.file_type().is_ok_and(|t| t.is_dir());
        if is_dir && file_name.starts_with(&start) && (file_name.ends_with(".partial") || file_name.ends_with(".old")) {
            left.push(entry.path());
        }
    }
    left.sort();
    for path in left {
        if path.extension().is_some_and(|e| e == "old") && !place.exists() {
            std::fs::rename(&path, &place).map_err(|e| Error::write(&place, e))?;
        } else {
            std::fs::remove_dir_all(&path).map_err(|e| Error::write(&path, e))?;
        }
    }
    Ok(())
}

/// Makes every file and folder below durable.
fn sync_tree(folder: &Path) -> Result<(), Error> {
    for entry in std::fs::read_dir(folder).map_err(|e| Error::write(folder, e))? {
        let path = entry.map_err(|e| Error::write(folder, e))?.path();
        if path.is_dir() {
            sync_tree(&path)?;
        } else {
            File::open(&path).and_then(|f| f.sync_all()).map_err(|e| Error::write(&path, e))?;
        }
    }
    sync_folder(Some(folder))
}
