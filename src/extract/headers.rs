//! The columns that a mapping wants, found among the columns that a file has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::WantedColumn;
use crate::error::Error;

/// Where the wanted columns stand in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Match {
    /// For each wanted column its position; `None` when it is optional and not there.
    pub(super) positions: Vec<Option<usize>>,
    /// Wanted name and header, where they only agree when case and blanks around are ignored.
    pub(super) loose: Vec<(String, String)>,
    /// Headers that nobody wants, in the file's order.
    pub(super) unused: Vec<String>,
}

/// Finds the wanted columns: by name, then by alias, then without case.
///
/// # Errors
/// When a header stands twice, a wanted column is missing, or two headers fit one wanted column.
pub(super) fn find(path: &Path, names: &[String], wanted: &[WantedColumn]) -> Result<Match, Error> {
    refuse_duplicates(path, names)?;
    let mut positions = Vec::with_capacity(wanted.len());
    let mut loose = Vec::new();
    let mut taken: BTreeMap<usize, &str> = BTreeMap::new();
    for column in wanted {
        let position = match exact(path, names, column)? {
            Some(position) => Some(position),
            None => {
                let position = without_case(path, names, column)?;
                loose.extend(position.map(|p| (column.name.clone(), names[p].clone())));
                position
            }
        };
        match position {
            None if !column.optional => return Err(missing(path, names, column)),
            Some(at) => {
                if let Some(other) = taken.insert(at, &column.name) {
                    let what =
                        format!("\"{}\" and \"{other}\" are both read from the column \"{}\"", column.name, names[at]);
                    return Err(input(path, what, "correct the names or aliases in the mapping"));
                }
            }
            None => {}
        }
        positions.push(position);
    }
    let used: BTreeSet<usize> = positions.iter().flatten().copied().collect();
    let unused = names.iter().enumerate().filter(|(at, _)| !used.contains(at)).map(|(_, name)| name.clone()).collect();
    Ok(Match { positions, loose, unused })
}

fn refuse_duplicates(path: &Path, names: &[String]) -> Result<(), Error> {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, name) in names.iter().enumerate() {
        if let Some(first) = seen.insert(name, at) {
            return Err(input(
                path,
                format!("the header \"{name}\" stands twice, in columns {} and {}", first + 1, at + 1),
                "export the file with each column named once, or declare the columns in the mapping",
            ));
        }
    }
    Ok(())
}

fn exact(path: &Path, names: &[String], column: &WantedColumn) -> Result<Option<usize>, Error> {
    if let Some(at) = names.iter().position(|n| *n == column.name) {
        return Ok(Some(at));
    }
    let hits: Vec<usize> = (0..names.len()).filter(|at| column.aliases.contains(&names[*at])).collect();
    one_of(path, names, column, &hits)
}

fn without_case(path: &Path, names: &[String], column: &WantedColumn) -> Result<Option<usize>, Error> {
    let fold = |text: &str| text.trim().to_lowercase();
    let known: BTreeSet<String> = std::iter::once(&column.name).chain(&column.aliases).map(|n| fold(n)).collect();
    let hits: Vec<usize> = (0..names.len()).filter(|at| known.contains(&fold(&names[*at]))).collect();
    one_of(path, names, column, &hits)
}

fn one_of(path: &Path, names: &[String], column: &WantedColumn, hits: &[usize]) -> Result<Option<usize>, Error> {
    match hits {
        [] => Ok(None),
        [only] => Ok(Some(*only)),
        several => {
            let list = several.iter().map(|at| format!("\"{}\"", names[*at])).collect::<Vec<_>>().join(" and ");
            let what = format!("the columns {list} all fit the wanted column \"{}\"", column.name);
            Err(input(path, what, "leave one of them in the mapping's aliases"))
        }
    }
}

fn missing(path: &Path, names: &[String], column: &WantedColumn) -> Error {
    let mut scored: Vec<(usize, &str)> = names
        .iter()
        .map(|name| (strsim::damerau_levenshtein(&name.to_lowercase(), &column.name.to_lowercase()), name.as_str()))
        .filter(|(distance, _)| *distance <= 1 + column.name.len() / 2)
        .collect();
    scored.sort_unstable();
    let near = match scored.as_slice() {
        [] => format!("it has {} columns: {}", names.len(), shown(names.iter().map(String::as_str), 12)),
        near => format!("near names there: {}", shown(near.iter().map(|(_, name)| *name), 3)),
    };
    let aliases =
        if column.aliases.is_empty() { String::new() } else { format!(" (or {})", column.aliases.join(", ")) };
    let fix = if names.len() == 1 && names[0].contains([',', ';', '\t', '|', '^']) {
        "the whole header is one column: correct the delimiter in the mapping"
    } else {
        "correct the name in the mapping, add an alias, or declare the column optional"
    };
    input(path, format!("the column \"{}\"{aliases} is missing; {near}", column.name), fix)
}

fn shown<'a>(names: impl ExactSizeIterator<Item = &'a str>, limit: usize) -> String {
    let more = if names.len() > limit { ", ..." } else { "" };
    format!("{}{more}", names.take(limit).map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", "))
}

fn input(path: &Path, what: String, fix: &str) -> Error {
    Error::Input { path: path.to_owned(), what, fix: fix.into(), source: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(name: &str, aliases: &[&str], optional: bool) -> WantedColumn {
        WantedColumn { name: name.into(), aliases: aliases.iter().map(|a| (*a).into()).collect(), optional }
    }

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|n| (*n).to_owned()).collect()
    }

    #[test]
    fn names_come_before_aliases_and_aliases_before_other_case() {
        let columns = [wanted("ID", &["Student ID"], false), wanted("LN", &["Last"], false), wanted("X", &[], true)];
        let found = find(Path::new("f"), &names(&["last ", "id", "Student ID", "GR"]), &columns).unwrap();
        assert_eq!(found.positions, [Some(2), Some(0), None]);
        assert_eq!(found.loose, [("LN".to_owned(), "last ".to_owned())]);
        assert_eq!(found.unused, ["id", "GR"]);
    }

    #[test]
    fn a_missing_column_is_an_error_with_the_nearest_names() {
        let message = find(Path::new("f"), &names(&["STUDENTID", "LN"]), &[wanted("STUDENT_ID", &[], false)]);
        assert!(message.unwrap_err().to_string().contains("near names there: \"STUDENTID\""));
        let error = find(Path::new("f"), &names(&["a;b"]), &[wanted("a", &[], false)]).unwrap_err();
        assert!(error.fix().unwrap().contains("delimiter"));
    }

    #[test]
    fn a_header_that_stands_twice_and_unclear_aliases_are_errors() {
        assert!(
            find(Path::new("f"), &names(&["a", "b", "a"]), &[]).unwrap_err().to_string().contains("columns 1 and 3")
        );
        assert!(find(Path::new("f"), &names(&["b", "c"]), &[wanted("a", &["b", "c"], false)]).is_err());
        assert!(find(Path::new("f"), &names(&["b"]), &[wanted("b", &[], false), wanted("a", &["b"], false)]).is_err());
    }
}
