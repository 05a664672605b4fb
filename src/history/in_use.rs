//! Files that are open in another program: seen before they would be replaced, kept as they are, the new one beside.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// How one path takes the place of another.
type Move<'a> = &'a dyn Fn(&Path, &Path) -> std::io::Result<()>;

/// `x~new.xlsx` for `x.xlsx`: where a file goes whose place is taken by one that is open in another program.
#[must_use]
pub fn new_beside(path: &Path) -> PathBuf {
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    let (stem, ending) = name.split_once('.').unwrap_or((&name, ""));
    let dot = if ending.is_empty() { "" } else { "." };
    path.with_file_name(format!("{stem}~new{dot}{ending}"))
}

/// Files below a folder that Excel (`~$NAME`) or LibreOffice (`.~lock.NAME#`) says it has open, relative, in order.
///
/// # Errors
/// When the folder can not be read.
pub(super) fn in_use(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for file in files(folder)? {
        let name = file.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let excel = name.strip_prefix("~$");
        let owned = excel.or_else(|| name.strip_prefix(".~lock.").and_then(|n| n.strip_suffix('#')));
        let Some(owned) = owned.filter(|n| !n.is_empty()) else { continue };
        let owned = file.with_file_name(owned);
        if folder.join(&owned).is_file() {
            found.push(owned);
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// Puts the files that are open at their place in the new folder as they are, and the new ones beside them. Returns
/// the new ones, relative.
///
/// # Errors
/// When a file can not be copied or moved.
pub(super) fn keep(old: &Path, new: &Path, open: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut beside = Vec::new();
    for file in open {
        let target = new.join(file);
        if target.exists() {
            let moved = new_beside(file);
            std::fs::rename(&target, new.join(&moved)).map_err(|e| Error::write(&target, e))?;
            beside.push(moved);
        } else if let Some(folder) = target.parent() {
            super::store::create_private_folder(folder)?;
        }
        std::fs::copy(old.join(file), &target).map_err(|e| Error::write(&target, e))?;
    }
    Ok(beside)
}

/// File by file instead of the whole folder at once, where the system does not move a folder that holds an open file
/// (Windows). `verdict.json` goes first and comes last, so that what is interrupted is not taken for a whole run.
/// Returns the files that went beside one that is open, relative.
///
/// # Errors
/// When a file can not be moved at all.
pub(super) fn in_place(new: &Path, place: &Path, open: &[PathBuf], over: Move<'_>) -> Result<Vec<PathBuf>, Error> {
    let verdict = Path::new("verdict.json");
    match std::fs::remove_file(place.join(verdict)) {
        Err(e) if e.kind() != ErrorKind::NotFound => return Err(Error::write(place.join(verdict), e)),
        _ => {}
    }
    let mut list = files(new)?;
    list.sort_by_key(|file| (file == verdict, file.clone()));
    let mut beside = Vec::new();
    for file in list.iter().filter(|file| !open.contains(file)) {
        let (from, to) = (new.join(file), place.join(file));
        if let Some(folder) = to.parent() {
            super::store::create_private_folder(folder)?;
        }
        if over(&from, &to).is_err() {
            let other = new_beside(file);
            std::fs::rename(&from, place.join(&other)).map_err(|e| Error::write(&to, e))?;
            beside.push(other);
        }
    }
    let kept = |file: &PathBuf| list.contains(file) || open.contains(file) || beside.contains(file);
    for stale in files(place)?.into_iter().filter(|file| !kept(file)) {
        // What can not be taken away is in use: the sign of another program that it has a file open, or such a file.
        let _ = std::fs::remove_file(place.join(stale));
    }
    Ok(beside)
}

/// All files below a folder, relative, in order; none when it is not there.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        let entries = match std::fs::read_dir(folder.join(&below)) {
            Err(e) if e.kind() == ErrorKind::NotFound => continue,
            other => other.map_err(|e| Error::read(folder.join(&below), e))?,
        };
        for entry in entries {
            let entry = entry.map_err(|e| Error::read(folder, e))?;
            let name: OsString = entry.file_name();
            let is_dir = entry.file_type().map_err(|e| Error::read(entry.path(), e))?.is_dir();
            if is_dir { folders.push(below.join(name)) } else { found.push(below.join(name)) }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, files: &[(&str, &str)]) {
        for (name, text) in files {
            std::fs::create_dir_all(folder.join(name).parent().unwrap()).unwrap();
            std::fs::write(folder.join(name), text).unwrap();
        }
    }

    fn read(folder: &Path, name: &str) -> String {
        std::fs::read_to_string(folder.join(name)).unwrap()
    }

    #[test]
    fn the_signs_of_excel_and_libreoffice_name_the_file() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(in_use(&folder.path().join("none")).unwrap(), Vec::<PathBuf>::new());
        let names = ["packs/a.xlsx", "packs/~$a.xlsx", "packs/b.xlsx", "packs/.~lock.b.xlsx#", "packs/~$gone.xlsx"];
        write(folder.path(), &names.map(|n| (n, "")));
        assert_eq!(in_use(folder.path()).unwrap(), ["packs/a.xlsx", "packs/b.xlsx"].map(PathBuf::from));
    }

    #[test]
    fn an_open_file_stays_and_the_new_one_is_beside_it() {
        let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(old.path(), &[("packs/a.xlsx", "being edited"), ("packs/gone.xlsx", "being edited too")]);
        write(new.path(), &[("packs/a.xlsx", "new")]);
        let open = ["packs/a.xlsx", "packs/gone.xlsx"].map(PathBuf::from);
        assert_eq!(keep(old.path(), new.path(), &open).unwrap(), [PathBuf::from("packs/a~new.xlsx")]);
        assert_eq!(read(new.path(), "packs/a.xlsx"), "being edited");
        assert_eq!(read(new.path(), "packs/a~new.xlsx"), "new");
        assert_eq!(read(new.path(), "packs/gone.xlsx"), "being edited too");
    }

    #[test]
    fn file_by_file_a_locked_one_gets_its_new_one_beside_and_the_verdict_comes_last() {
        let (new, place) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        write(place.path(), &[("verdict.json", "old"), ("packs/a.xlsx", "locked"), ("stale.csv", "old")]);
        write(new.path(), &[("verdict.json", "new"), ("packs/a.xlsx", "new"), ("packs/b.xlsx", "new")]);
        let order = std::cell::RefCell::new(Vec::new());
        let over = |from: &Path, to: &Path| {
            order.borrow_mut().push(to.strip_prefix(place.path()).unwrap().to_owned());
            if to.ends_with("a.xlsx") { Err(ErrorKind::PermissionDenied.into()) } else { std::fs::rename(from, to) }
        };
        let beside = in_place(new.path(), place.path(), &[], &over).unwrap();
        assert_eq!(beside, [PathBuf::from("packs/a~new.xlsx")]);
        assert_eq!(order.borrow().last().unwrap(), Path::new("verdict.json"));
        assert_eq!(read(place.path(), "packs/a.xlsx"), "locked");
        assert_eq!(read(place.path(), "packs/a~new.xlsx"), "new");
        assert_eq!(
            (read(place.path(), "verdict.json"), place.path().join("stale.csv").exists()),
            ("new".into(), false)
        );
    }

    #[test]
    fn names_with_one_more_ending_keep_it() {
        assert_eq!(new_beside(Path::new("p/lincoln-1a.xlsx.age")), Path::new("p/lincoln-1a~new.xlsx.age"));
        assert_eq!(new_beside(Path::new("p/lincoln")), Path::new("p/lincoln~new"));
    }
}
