//! The rules of the house (ARCHITECTURE.md), held by a test.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Code lines a file may have.
const FILE_LINES: usize = 400;
/// Lines a function may have.
const FUNCTION_LINES: usize = 60;

/// Functions that are one table, with the reason why they may be longer.
const LONG_TABLES: &[(&str, &str)] = &[
    ("src/canonical/field.rs", "one line a field"),
    ("src/project/template.rs", "one text: the project file with every line explained"),
    ("src/synth/layout/aeries.rs", "one line a column of that system"),
    ("src/synth/layout/campus.rs", "one line a column of that system"),
    ("src/synth/layout/oneroster.rs", "one line a column of that system"),
    ("src/synth/layout/powerschool.rs", "one line a column of that system"),
];

/// Files that are one table, with the reason why they may be longer.
const LONG_FILES: &[(&str, &str)] = &[];

/// What each room may import. `canonical`, `error`, `diagnostic` and `exit_code` are open to all.
const IMPORTS: &[(&str, &[&str])] = &[
    ("canonical", &[]),
    ("exit_code", &[]),
    ("diagnostic", &[]),
    ("error", &["exit_code", "diagnostic"]),
    ("extract", &[]),
    ("mapping", &["extract"]),
    ("finding", &[]),
    ("policy", &["finding", "reconcile"]),
    ("reconcile", &["finding"]),
    ("checks", &["reconcile", "finding", "policy"]),
    ("cause", &["checks", "reconcile", "finding", "policy"]),
    ("waiver", &["finding"]),
    ("gate", &["finding", "waiver", "checks", "reconcile", "policy"]),
    ("history", &["finding", "gate", "waiver"]),
    ("report", &["finding", "gate", "waiver", "cause", "history", "extract"]),
    ("synth", &["finding", "checks", "policy", "mapping", "extract", "reconcile"]),
    ("project", &["extract", "mapping", "finding", "reconcile", "checks", "policy", "waiver", "gate", "cause"]),
    (
        "run",
        &[
            "project",
            "extract",
            "mapping",
            "finding",
            "reconcile",
            "checks",
            "policy",
            "cause",
            "waiver",
            "gate",
            "history",
            "report",
            "synth",
        ],
    ),
    (
        "shard",
        &["project", "run", "extract", "mapping", "finding", "reconcile", "checks", "policy", "history", "report"],
    ),
    (
        "cli",
        &[
            "project",
            "run",
            "shard",
            "history",
            "report",
            "synth",
            "checks",
            "finding",
            "gate",
            "waiver",
            "extract",
            "mapping",
            "policy",
            "cause",
            "reconcile",
        ],
    ),
];

const OPEN: &[&str] = &["canonical", "error", "diagnostic", "exit_code"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(dir: &Path, extension: &str, out: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, extension, out);
        } else if path.extension().is_some_and(|e| e == extension) {
            out.push(path);
        }
    }
}

fn all_sources() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    files(&root().join("src"), "rs", &mut paths);
    paths
        .into_iter()
        .map(|p| {
            (p.strip_prefix(root()).unwrap().display().to_string().replace('\\', "/"), fs::read_to_string(&p).unwrap())
        })
        .collect()
}

/// The modules that a source declares as tests only, as paths without ending.
fn test_modules(path: &str, text: &str) -> Vec<String> {
    let folder = match path.rsplit_once('/') {
        Some((folder, "mod.rs" | "lib.rs" | "main.rs")) => folder.to_owned(),
        _ => path.trim_end_matches(".rs").to_owned(),
    };
    let beside = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut found = Vec::new();
    for part in text.split("#[cfg(test)]").skip(1) {
        let part = part.trim_start();
        if let Some(rest) = part.strip_prefix("#[path = \"") {
            found.push(format!("{beside}/{}", rest.split('"').next().unwrap_or_default().trim_end_matches(".rs")));
        }
        let declared = part.lines().find(|l| l.contains("mod ")).unwrap_or_default();
        if let Some(name) = declared.trim().strip_suffix(';').and_then(|l| l.rsplit(' ').next()) {
            found.push(format!("{folder}/{name}"));
        }
    }
    found
}

/// Every source that is part of the program, tests left out.
fn sources() -> Vec<(String, String)> {
    let all = all_sources();
    let tests: BTreeSet<String> = all.iter().flat_map(|(path, text)| test_modules(path, text)).collect();
    all.into_iter()
        .filter(|(path, _)| !tests.iter().any(|t| path == &format!("{t}.rs") || path.starts_with(&format!("{t}/"))))
        .collect()
}

/// The source without its inline test module.
fn without_tests(text: &str) -> &str {
    text.find("#[cfg(test)]").map_or(text, |at| &text[..at])
}

fn report(problems: &[String]) {
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let problems: Vec<String> =
        all_sources().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(path, _)| path).collect();
    report(&problems);
}

#[test]
fn no_file_is_crowded() {
    let mut problems = Vec::new();
    for (path, text) in sources() {
        let lines =
            without_tests(&text).lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with("//")).count();
        let table = LONG_FILES.iter().any(|(file, _)| *file == path);
        if lines > FILE_LINES && !table {
            problems.push(format!("{path}: {lines} code lines, at most {FILE_LINES}"));
        }
    }
    report(&problems);
}

#[test]
fn no_function_is_long() {
    let mut problems = Vec::new();
    for (path, text) in sources() {
        let mut open: Option<(usize, usize, String)> = None;
        for (number, line) in without_tests(&text).lines().enumerate() {
            let indent = line.len() - line.trim_start().len();
            match &open {
                None => {
                    let words = line.trim_start();
                    let is_fn = ["fn ", "pub fn ", "pub(crate) fn ", "pub(super) fn ", "const fn ", "pub const fn "]
                        .iter()
                        .any(|start| words.starts_with(start));
                    if is_fn && !line.trim_end().ends_with(['}', ';']) {
                        open = Some((number, indent, words.split('(').next().unwrap_or_default().to_owned()));
                    }
                }
                Some((start, depth, name)) => {
                    if indent == *depth && line.trim() == "}" {
                        let length = number - start + 1;
                        let table = LONG_TABLES.iter().any(|(file, _)| *file == path);
                        if length > FUNCTION_LINES && !table {
                            problems.push(format!(
                                "{path}:{}: {name} has {length} lines, at most {FUNCTION_LINES}",
                                start + 1
                            ));
                        }
                        open = None;
                    }
                }
            }
        }
    }
    report(&problems);
}

/// The room of a path below `src/`: its first folder, or its file name.
fn room(path: &str) -> &str {
    let rest = path.strip_prefix("src/").unwrap_or(path);
    rest.split(['/', '.']).next().unwrap_or(rest)
}

#[test]
fn imports_go_one_way() {
    let table: BTreeMap<&str, &[&str]> = IMPORTS.iter().copied().collect();
    let mut problems = Vec::new();
    for (path, text) in sources() {
        let room = room(&path);
        if matches!(room, "lib" | "main") {
            continue;
        }
        let Some(allowed) = table.get(room) else {
            problems.push(format!("{path}: room `{room}` is not in the import table"));
            continue;
        };
        let allowed: BTreeSet<&str> = allowed.iter().chain(OPEN).copied().chain([room]).collect();
        for part in without_tests(&text).split("crate::").skip(1) {
            let name: String = part.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            if !name.is_empty() && table.contains_key(name.as_str()) && !allowed.contains(name.as_str()) {
                problems.push(format!("{path} imports {name}, which {room} may not"));
            }
        }
    }
    problems.dedup();
    report(&problems);
}

#[test]
fn credits_points_and_gpas_never_meet_floating_point() {
    let mut problems = Vec::new();
    for (path, text) in sources() {
        let exact = ["src/canonical/", "src/policy/", "src/checks/", "src/reconcile/", "src/mapping/", "src/gate"];
        if exact.iter().any(|room| path.starts_with(room)) {
            for (number, line) in without_tests(&text).lines().enumerate() {
                let code = line.split("//").next().unwrap_or_default();
                if code.split(|c: char| !c.is_alphanumeric()).any(|word| word == "f64" || word == "f32") {
                    problems.push(format!("{path}:{}: {}", number + 1, line.trim()));
                }
            }
        }
    }
    report(&problems);
}

#[test]
fn nothing_is_left_open() {
    let mut problems = Vec::new();
    for (path, text) in sources() {
        for (number, line) in without_tests(&text).lines().enumerate() {
            if ["todo!(", "unimplemented!(", "FIXME", "dbg!(", ".unwrap()"].iter().any(|mark| line.contains(mark)) {
                problems.push(format!("{path}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    report(&problems);
}

#[test]
fn no_two_files_of_a_room_have_one_name_twice_declared() {
    let mut seen = BTreeSet::new();
    for (path, _) in sources() {
        assert!(seen.insert(path.to_lowercase()), "{path} differs from another only by case");
    }
}
