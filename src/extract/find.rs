//! Which files a table's patterns mean: expanded by us, sorted by name, archives addressed by member.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{FoundFile, Layout, archive, glob};
use crate::error::Error;

/// How deep folders are searched.
const MAX_DEPTH: usize = 16;
/// Endings that a pattern need not name.
const PACKED: [&str; 3] = [".gz", ".zst", ".zip"];

/// The files of a table below a side's root, sorted by name.
///
/// # Errors
/// When the root can not be read, an archive is not safe or not clear, the same file is there twice (plain and packed),
/// or nothing matches and the table is not optional.
pub fn find_files(root: &Path, layout: &Layout) -> Result<Vec<FoundFile>, Error> {
    let paths = walk(root)?;
    let mut found = BTreeMap::new();
    for pattern in &layout.files {
        let (file, member) = pattern.split_once('!').map_or((pattern.as_str(), None), |(f, m)| (f, Some(m)));
        for (name, path) in &paths {
            if !fits(file, name) {
                continue;
            }
            for hit in open_hit(name, path, member)? {
                found.insert(hit.name.clone(), hit);
            }
        }
    }
    let found: Vec<FoundFile> = found.into_values().collect();
    refuse_twins(&found)?;
    if found.is_empty() && !layout.optional {
        return Err(nothing(root, layout, &paths));
    }
    Ok(found)
}

/// One file by its path; `bundle.zip!users.csv` is a member of an archive.
///
/// # Errors
/// When an archive is not safe, or it is not clear which member is meant.
pub(super) fn single(path: &Path) -> Result<FoundFile, Error> {
    let whole = path.to_string_lossy().into_owned();
    let (file, member) = match whole.rsplit_once('!') {
        Some((file, member)) if !path.exists() => (PathBuf::from(file), Some(member)),
        _ => (path.to_owned(), None),
    };
    let name = file.file_name().map_or_else(|| whole.clone(), |n| n.to_string_lossy().into_owned());
    let mut hits = open_hit(&name, &file, member)?;
    match hits.len() {
        1 => Ok(hits.remove(0)),
        0 => Err(input(&file, "the archive has no such member".into(), "correct the name after the !")),
        n => Err(input(&file, format!("{n} members of the archive are meant"), "name one of them")),
    }
}

/// A pattern also finds its file packed, except that it never finds an archive that it does not name.
fn fits(pattern: &str, name: &str) -> bool {
    glob::matches(pattern, name)
        || PACKED[..2]
            .iter()
            .any(|ending| strip_ending(name, ending).is_some_and(|plain| glob::matches(pattern, plain)))
}

fn strip_ending<'a>(name: &'a str, ending: &str) -> Option<&'a str> {
    let at = name.len().checked_sub(ending.len())?;
    (name.is_char_boundary(at) && name[at..].eq_ignore_ascii_case(ending)).then(|| &name[..at])
}

fn is_archive(name: &str) -> bool {
    strip_ending(name, ".zip").is_some()
}

fn open_hit(name: &str, path: &Path, member: Option<&str>) -> Result<Vec<FoundFile>, Error> {
    let inside = |m: &str| FoundFile { path: path.to_owned(), name: format!("{name}!{m}"), member: Some(m.to_owned()) };
    match member {
        None if !is_archive(name) => Ok(vec![FoundFile { path: path.to_owned(), name: name.to_owned(), member: None }]),
        None => {
            let members = archive::members(path)?;
            match members.as_slice() {
                [only] => Ok(vec![inside(only)]),
                [] => Err(input(path, "the archive holds no file".into(), "ask for the export again")),
                several => Err(input(
                    path,
                    format!("the archive holds {} files: {}", several.len(), several.join(", ")),
                    "name the member that is meant: file = \"bundle.zip!students.csv\"",
                )),
            }
        }
        Some(member) => {
            let members = archive::members(path)?;
            Ok(members.iter().filter(|m| fits(member, m)).map(|m| inside(m)).collect())
        }
    }
}

fn refuse_twins(found: &[FoundFile]) -> Result<(), Error> {
    let mut plain: BTreeMap<String, &FoundFile> = BTreeMap::new();
    for file in found {
        let base = PACKED.iter().find_map(|ending| strip_ending(&file.name, ending)).unwrap_or(&file.name);
        if let Some(first) = plain.insert(base.to_lowercase(), file) {
            return Err(input(
                &file.path,
                format!(
                    "\"{}\" and \"{}\" look like one file twice; its rows would count double",
                    first.name, file.name
                ),
                "remove one of them, or narrow the pattern in the mapping",
            ));
        }
    }
    Ok(())
}

fn nothing(root: &Path, layout: &Layout, paths: &[(String, PathBuf)]) -> Error {
    let patterns = layout.files.iter().map(|p| format!("\"{p}\"")).collect::<Vec<_>>().join(" or ");
    let names: Vec<&str> = paths.iter().map(|(name, _)| name.as_str()).collect();
    let near: Vec<&str> = layout.files.iter().flat_map(|p| near_names(p, &names)).take(5).collect();
    let there = if !near.is_empty() {
        format!("; near names there: {}", near.join(", "))
    } else if names.is_empty() {
        "; the folder is empty".into()
    } else {
        format!(
            "; it holds {} other files: {}",
            names.len(),
            names.iter().take(8).copied().collect::<Vec<_>>().join(", ")
        )
    };
    input(
        root,
        format!("no file matches {patterns} for table \"{}\" in this folder{there}", layout.table),
        "put the export there, correct the pattern in the mapping, or mark the table optional",
    )
}

/// Names like the pattern without its wildcards, best first.
fn near_names<'a>(pattern: &str, names: &[&'a str]) -> Vec<&'a str> {
    let bare: String =
        pattern.chars().filter(|c| !matches!(c, '*' | '?' | '[' | ']')).collect::<String>().to_lowercase();
    let mut scored: Vec<(usize, &str)> = names
        .iter()
        .map(|name| (strsim::damerau_levenshtein(&bare, &name.to_lowercase()), *name))
        .filter(|(distance, _)| *distance <= 2 + bare.len() / 3)
        .collect();
    scored.sort_unstable();
    scored.into_iter().map(|(_, name)| name).collect()
}

/// All files below a folder as (path with `/`, path), sorted. Hidden ones and what macOS and Excel leave behind are
/// not seen.
fn walk(root: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let mut all = Vec::new();
    walk_into(root, "", 0, &mut all)?;
    all.sort();
    Ok(all)
}

fn walk_into(folder: &Path, prefix: &str, depth: usize, all: &mut Vec<(String, PathBuf)>) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(input(folder, format!("folders are nested more than {MAX_DEPTH} deep"), "flatten the folder"));
    }
    let read = |e| Error::read(folder, e);
    for entry in std::fs::read_dir(folder).map_err(read)? {
        let entry = entry.map_err(read)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') || name.starts_with("~$") || name == "__MACOSX" {
            continue;
        }
        let path = entry.path();
        let below = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
        // Follows links: an export folder may be a link.
        if std::fs::metadata(&path).map_err(|e| Error::read(&path, e))?.is_dir() {
            walk_into(&path, &below, depth + 1, all)?;
        } else {
            all.push((below, path));
        }
    }
    Ok(())
}

fn input(path: &Path, what: String, fix: &str) -> Error {
    Error::Input { path: path.to_owned(), what, fix: fix.into(), source: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Encoding, Format};

    fn layout(files: &[&str], optional: bool) -> Layout {
        Layout {
            table: "students".into(),
            files: files.iter().map(|f| (*f).to_owned()).collect(),
            format: Format::Parquet,
            encoding: Encoding::Auto,
            columns: Vec::new(),
            optional,
        }
    }

    fn folder(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "x").unwrap();
        }
        folder
    }

    fn names(folder: &tempfile::TempDir, patterns: &[&str]) -> Result<Vec<String>, Error> {
        Ok(find_files(folder.path(), &layout(patterns, false))?.into_iter().map(|f| f.name).collect())
    }

    #[test]
    fn patterns_find_files_sorted_without_case_and_packed_ones_too() {
        let folder = folder(&["STU2.CSV", "STU1.csv", "sub/STU3.csv", "STU4.csv.gz", ".STU5.csv", "~$STU6.csv"]);
        assert_eq!(names(&folder, &["stu*.csv"]).unwrap(), ["STU1.csv", "STU2.CSV", "STU4.csv.gz"]);
        assert_eq!(names(&folder, &["**/STU3.csv", "STU1.csv"]).unwrap(), ["STU1.csv", "sub/STU3.csv"]);
    }

    #[test]
    fn a_file_that_is_there_plain_and_packed_is_refused() {
        let folder = folder(&["STU.csv", "STU.csv.gz"]);
        assert!(names(&folder, &["STU*.csv"]).unwrap_err().to_string().contains("one file twice"));
    }

    #[test]
    fn nothing_found_names_the_pattern_the_folder_and_near_names() {
        let folder = folder(&["STUD.csv", "GPA.csv"]);
        let message = names(&folder, &["STU.csv"]).unwrap_err().to_string();
        assert!(message.contains("\"STU.csv\"") && message.contains("near names there: STUD.csv"), "{message}");
        assert!(message.contains(folder.path().to_str().unwrap()));
        assert_eq!(find_files(folder.path(), &layout(&["X.csv"], true)).unwrap(), []);
    }
}
