//! The fail-open catalogue end to end: a migration that is GO, one thing done to its files or its project, and the
//! answer that the program must then give. The vectors are data: `tests/gate-vectors/e2e/*.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::support::copy;

#[path = "failopen_formats.rs"]
mod formats;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vectors {
    vector: Vec<Vector>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    /// Numbers of the fail-open catalogue that it plants.
    entry: Vec<u32>,
    name: String,
    /// The migration that it starts from: the sample, or one of 24 students and one table.
    #[serde(default)]
    base: Base,
    #[serde(default)]
    edit: Vec<Edit>,
    /// Further arguments of `rollproof run --gate`.
    #[serde(default)]
    args: Vec<String>,
    /// Exit code; never 0 unless `go`.
    exit: i32,
    /// Reason code of the verdict, or a text that the messages hold.
    code: String,
    /// The vector shows the other side of the line: GO is right.
    #[serde(default)]
    go: bool,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Base {
    #[default]
    Sample,
    Small,
}

impl Base {
    fn folder(self) -> PathBuf {
        match self {
            Self::Sample => base().to_owned(),
            Self::Small => Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gate-vectors/small"),
        }
    }
}

/// A sheet of a workbook, written by hand so that it can be as odd as spreadsheets are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sheet {
    name: String,
    /// A table of commas whose rows it holds.
    rows: String,
    #[serde(default)]
    hidden: bool,
    /// Rows (from 1) that a filter hides.
    #[serde(default)]
    hidden_rows: Vec<usize>,
    /// Cells set after the rows were: `C4` to a text, `=A1` a formula without a value, `#N/A` an error.
    #[serde(default)]
    cells: BTreeMap<String, String>,
    #[serde(default)]
    merged: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
enum Edit {
    /// Takes a file away.
    Delete { file: String },
    /// Leaves no byte.
    Empty { file: String },
    /// Keeps the first lines.
    KeepLines { file: String, lines: usize },
    /// Cuts bytes off the end.
    CutBytes { file: String, bytes: usize },
    /// Takes lines out (from 0, the header is 0).
    DropLines { file: String, from: usize, count: usize },
    /// Replaces every occurrence; there must be one.
    Replace { file: String, from: String, to: String },
    /// Adds text at the end.
    Append { file: String, text: String },
    /// Puts text before the first byte.
    Prepend { file: String, text: String },
    /// Puts a line in (0 is before the header).
    InsertLine { file: String, at: usize, text: String },
    /// Repeats a line (from 0) at the end.
    RepeatLine { file: String, line: usize },
    /// Copies a file over another.
    Copy { file: String, to: String },
    /// Exchanges two files or folders.
    Exchange { file: String, with: String },
    /// Sets one cell, by line (1 is the first row) and column.
    Cell { file: String, line: usize, column: String, value: String },
    /// Sets a column in every row.
    Column { file: String, column: String, value: String },
    /// Empties a column in every row.
    ClearColumn { file: String, column: String },
    /// Takes leading characters off a column in every row.
    StripColumn { file: String, column: String, chars: String },
    /// Keeps the rows whose column starts with a text.
    KeepRows { file: String, column: String, starts: String },
    /// Adds bytes (hex) at a byte position.
    Bytes { file: String, at: usize, hex: String },
    /// Makes the file gzip of itself, cut by so many bytes.
    Gzip { file: String, cut: usize },
    /// Writes a file.
    Write { file: String, text: String },
    /// Makes a cell as long as said.
    LongCell { file: String, line: usize, column: String, length: usize },
    /// Replaces bytes (hex) by as many others, wherever they stand; there must be one.
    ReplaceBytes { file: String, from: String, to: String },
    /// Packs files under these names into an archive.
    Zip { file: String, members: Vec<(String, String)> },
    /// Writes a workbook.
    Book { file: String, sheets: Vec<Sheet> },
    /// Writes a table of commas as Parquet.
    Parquet { file: String, from: String },
    /// Reverses the rows below the header.
    Reverse { file: String },
    /// Writes a table of commas in fixed positions, without a header.
    Fixed { file: String, from: String, widths: Vec<usize> },
}

/// The sample migration with what is wrong in it allowed by number, so that anything more is too much. Made once.
fn base() -> &'static Path {
    static BASE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let base = BASE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/maple-valley");
        copy(&sample, folder.path());
        let first = tempfile::tempdir().unwrap();
        copy(folder.path(), first.path());
        ask(first.path(), &[]);
        let measured = std::fs::read(find(first.path(), "measured.json").unwrap()).unwrap();
        let measured: serde_json::Value = serde_json::from_slice(&measured).unwrap();
        let open = &measured["measured"]["findings"]["open"];
        let project = folder.path().join("rollproof.toml");
        let mut text = std::fs::read_to_string(&project).unwrap();
        assert!(!text.contains("[gate]"), "the sample sets limits of its own");
        text +=
            &format!("\n[gate]\ncritical = {}\nmajor = {}\ngpa_equal_min = \"96\"\n", open["critical"], open["major"]);
        std::fs::write(&project, text).unwrap();
        folder
    });
    base.path()
}

fn lines(path: &Path) -> Vec<Vec<u8>> {
    std::fs::read(path).unwrap().split_inclusive(|b| *b == b'\n').map(<[u8]>::to_vec).collect()
}

fn save(path: &Path, lines: &[Vec<u8>]) {
    std::fs::write(path, lines.concat()).unwrap();
}

/// Rewrites the rows of a table of unquoted cells.
fn rows(path: &Path, column: &str, mut change: impl FnMut(usize, &mut String) -> bool) {
    let separator = if path.extension().is_some_and(|e| e == "txt") { '\t' } else { ',' };
    let bytes = lines(path);
    // Byte for byte, whatever the encoding.
    let text = |line: &[u8]| line.iter().map(|b| char::from(*b)).collect::<String>();
    let back = |line: &str| line.chars().map(|c| c as u8).collect::<Vec<u8>>();
    let header = text(&bytes[0]);
    let at = header.trim_end().split(separator).position(|h| h.trim_matches('"') == column);
    let at = at.unwrap_or_else(|| panic!("{} has no column {column}: {header}", path.display()));
    let mut kept = vec![bytes[0].clone()];
    for (number, line) in bytes.iter().enumerate().skip(1) {
        let line = text(line);
        let end = &line[line.trim_end_matches(['\r', '\n']).len()..];
        let mut cells: Vec<String> = line.trim_end_matches(['\r', '\n']).split(separator).map(str::to_owned).collect();
        if change(number, &mut cells[at]) {
            kept.push(back(&(cells.join(&separator.to_string()) + end)));
        }
    }
    save(path, &kept);
}

/// The bytes of a value in the file's own encoding, a character each.
fn as_stored(path: &Path, value: &str) -> String {
    if std::fs::read_to_string(path).is_ok() { value.bytes().map(char::from).collect() } else { value.to_owned() }
}

fn unhex(hex: &str) -> Vec<u8> {
    (0..hex.len() / 2).map(|i| u8::from_str_radix(&hex[i * 2..i * 2 + 2], 16).unwrap()).collect()
}

impl Edit {
    fn apply(&self, root: &Path) {
        let at = |file: &String| root.join(file);
        match self {
            Self::Delete { file } => std::fs::remove_file(at(file)).unwrap(),
            Self::Empty { file } => std::fs::write(at(file), b"").unwrap(),
            Self::KeepLines { file, lines: n } => save(&at(file), &lines(&at(file))[..*n]),
            Self::CutBytes { file, bytes } => {
                let all = std::fs::read(at(file)).unwrap();
                std::fs::write(at(file), &all[..all.len() - bytes]).unwrap();
            }
            Self::DropLines { file, from, count } => {
                let mut all = lines(&at(file));
                all.drain(*from..from + count);
                save(&at(file), &all);
            }
            Self::Replace { file, from, to } => {
                let text = std::fs::read_to_string(at(file)).unwrap();
                assert!(text.contains(from.as_str()), "{file} has no {from}");
                std::fs::write(at(file), text.replace(from.as_str(), to)).unwrap();
            }
            Self::Append { file, text } => {
                let all = [std::fs::read(at(file)).unwrap(), text.clone().into_bytes()].concat();
                std::fs::write(at(file), all).unwrap();
            }
            Self::Prepend { file, text } => {
                let all = [text.clone().into_bytes(), std::fs::read(at(file)).unwrap()].concat();
                std::fs::write(at(file), all).unwrap();
            }
            Self::InsertLine { file, at: line, text } => {
                let mut all = lines(&at(file));
                all.insert(*line, format!("{text}\n").into_bytes());
                save(&at(file), &all);
            }
            Self::RepeatLine { file, line } => {
                let mut all = lines(&at(file));
                all.push(all[*line].clone());
                save(&at(file), &all);
            }
            Self::Copy { file, to } => _ = std::fs::copy(at(file), at(to)).unwrap(),
            Self::Exchange { file, with } => {
                let aside = root.join("aside");
                std::fs::rename(at(file), &aside).unwrap();
                std::fs::rename(at(with), at(file)).unwrap();
                std::fs::rename(&aside, at(with)).unwrap();
            }
            Self::Cell { file, line, column, value } => rows(&at(file), column, |n, cell| {
                if n == *line {
                    *cell = as_stored(&at(file), value);
                }
                true
            }),
            Self::Column { file, column, value } => rows(&at(file), column, |_, cell| {
                *cell = as_stored(&at(file), value);
                true
            }),
            Self::ClearColumn { file, column } => rows(&at(file), column, |_, cell| {
                cell.clear();
                true
            }),
            Self::StripColumn { file, column, chars } => rows(&at(file), column, |_, cell| {
                *cell = cell.trim_start_matches(|c| chars.contains(c)).to_owned();
                true
            }),
            Self::KeepRows { file, column, starts } => {
                rows(&at(file), column, |_, cell| cell.starts_with(starts.as_str()))
            }
            Self::Bytes { file, at: place, hex } => {
                let mut all = std::fs::read(at(file)).unwrap();
                all.splice(place..place, unhex(hex));
                std::fs::write(at(file), all).unwrap();
            }
            Self::Gzip { file, cut } => {
                let mut zip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
                std::io::Write::write_all(&mut zip, &std::fs::read(at(file)).unwrap()).unwrap();
                let bytes = zip.finish().unwrap();
                std::fs::write(at(&format!("{file}.gz")), &bytes[..bytes.len() - cut]).unwrap();
                std::fs::remove_file(at(file)).unwrap();
            }
            Self::Write { file, text } => std::fs::write(at(file), text).unwrap(),
            Self::LongCell { file, line, column, length } => rows(&at(file), column, |n, cell| {
                if n == *line {
                    *cell = "x".repeat(*length);
                }
                true
            }),
            Self::ReplaceBytes { file, from, to } => {
                let (mut all, from, to) = (std::fs::read(at(file)).unwrap(), unhex(from), unhex(to));
                let places: Vec<usize> = (0..all.len()).filter(|i| all[*i..].starts_with(&from)).collect();
                assert!(!places.is_empty() && from.len() == to.len(), "{file} has no such bytes");
                places.iter().for_each(|i| all[*i..*i + to.len()].copy_from_slice(&to));
                std::fs::write(at(file), all).unwrap();
            }
            Self::Zip { file, members } => formats::zip(&at(file), members, root),
            Self::Book { file, sheets } => formats::book(&at(file), sheets, root),
            Self::Parquet { file, from } => formats::parquet(&at(file), &at(from)),
            Self::Reverse { file } => {
                let mut all = lines(&at(file));
                all[1..].reverse();
                save(&at(file), &all);
            }
            Self::Fixed { file, from, widths } => formats::fixed(&at(file), &at(from), widths),
        }
    }
}

struct Answer {
    exit: i32,
    codes: Vec<String>,
    messages: String,
}

fn ask(project: &Path, args: &[String]) -> Answer {
    let output = Command::new(env!("CARGO_BIN_EXE_rollproof"))
        .args(["run", "--gate", "-C"])
        .arg(project)
        .args(args)
        .env("ROLLPROOF_NOW", "2026-06-02T18:00:00Z")
        .output()
        .unwrap();
    let text = |b: &[u8]| String::from_utf8(b.to_vec()).unwrap();
    let messages = text(&output.stderr) + &text(&output.stdout);
    let verdict = find(project, "verdict.json").and_then(|p| std::fs::read(p).ok());
    let json: Option<serde_json::Value> = verdict.and_then(|b| serde_json::from_slice(&b).ok());
    let reasons = json.as_ref().and_then(|j| j["reasons"].as_array().cloned()).unwrap_or_default();
    let codes = reasons.iter().filter_map(|r| r["code"].as_str().map(str::to_owned)).collect();
    Answer { exit: output.status.code().unwrap_or(-1), codes, messages }
}

fn find(folder: &Path, name: &str) -> Option<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder).ok()?.map(|e| e.unwrap().path()).collect();
    entries.sort();
    let found = entries.iter().find(|p| p.is_file() && p.file_name().is_some_and(|n| n == name));
    found.cloned().or_else(|| entries.iter().filter(|p| p.is_dir()).find_map(|p| find(p, name)))
}

fn vectors(file: &str) -> Vec<Vector> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gate-vectors/e2e").join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    toml::from_str::<Vectors>(&text).unwrap_or_else(|e| panic!("{file}: {e}")).vector
}

fn hold(file: &str) {
    let mut failed: Vec<String> = Vec::new();
    for vector in vectors(file) {
        assert!(!vector.entry.is_empty() && (vector.go || vector.exit != 0), "{}", vector.name);
        assert!(vector.go || !vector.code.is_empty(), "{} has no reason of its own", vector.name);
        let folder = tempfile::tempdir().unwrap();
        copy(&vector.base.folder(), folder.path());
        vector.edit.iter().for_each(|e| e.apply(folder.path()));
        let answer = ask(folder.path(), &vector.args);
        let told = answer.codes.contains(&vector.code) || answer.messages.contains(&vector.code) || vector.go;
        if answer.exit != vector.exit || !told {
            let said: Vec<&str> = answer.messages.lines().filter(|l| !l.trim().is_empty()).take(14).collect();
            failed.push(format!(
                "{}: wanted {} {}, got {} {:?}\n    {}",
                vector.name,
                vector.exit,
                vector.code,
                answer.exit,
                answer.codes,
                said.join("\n    ")
            ));
        }
    }
    assert!(failed.is_empty(), "{} of {file}:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn what_is_allowed_by_number_is_go() {
    let folder = tempfile::tempdir().unwrap();
    copy(base(), folder.path());
    let answer = ask(folder.path(), &[]);
    assert_eq!(answer.exit, 0, "{:?}\n{}", answer.codes, answer.messages);
}

#[test]
fn the_small_migration_is_go() {
    let folder = tempfile::tempdir().unwrap();
    copy(&Base::Small.folder(), folder.path());
    let answer = ask(folder.path(), &[]);
    assert_eq!(answer.exit, 0, "{:?}\n{}", answer.codes, answer.messages);
}

#[test]
fn formats_and_odd_texts_are_never_go() {
    hold("small.toml");
}

#[test]
fn wrong_inputs_are_never_go() {
    hold("a-inputs.toml");
}

#[test]
fn broken_files_are_never_go() {
    hold("b-parsing.toml");
}

#[test]
fn lost_pairs_are_never_go() {
    hold("c-joining.toml");
}

#[test]
fn blind_comparisons_are_never_go() {
    hold("d-comparing.toml");
}

#[test]
fn a_loosened_gate_is_never_go() {
    hold("e-gate.toml");
}

#[test]
fn an_input_that_changed_since_the_run_is_not_decided_on() {
    let folder = tempfile::tempdir().unwrap();
    copy(base(), folder.path());
    assert_eq!(ask(folder.path(), &[]).exit, 0);
    let gate = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollproof"));
        let output =
            command.args(["gate", "-C"]).arg(folder.path()).env("ROLLPROOF_NOW", "2026-06-02T19:00:00Z").output();
        let output = output.unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(gate().0, Some(0), "nothing changed");
    let edit = Edit::Cell { file: "new/storedgrades.txt".into(), line: 1, column: "grade".into(), value: "A".into() };
    edit.apply(folder.path());
    let (code, said) = gate();
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("storedgrades"), "{said}");
}

/// The last parts of the paths of tests in a cell of the documentation.
fn tests_named(cell: &str) -> Vec<String> {
    let quoted = cell.split('`').skip(1).step_by(2).filter(|t| t.contains("::"));
    quoted.filter_map(|t| t.rsplit("::").next()).map(str::to_owned).collect()
}

fn sources_of_tests() -> String {
    fn gather(folder: &Path, text: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                gather(&path, text);
            } else if path.extension().is_some_and(|e| e == "rs") {
                text.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut text = String::new();
    ["src", "tests/it"].iter().for_each(|f| gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join(f), &mut text));
    text
}

#[test]
fn the_catalogue_in_the_documentation_names_a_test_for_every_entry() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("docs/fail-open.md")).unwrap();
    let mut named: Vec<String> = Vec::new();
    let mut planted: BTreeMap<u32, usize> = BTreeMap::new();
    let mut all = 0;
    for folder in ["gate", "e2e"] {
        for entry in std::fs::read_dir(root.join("tests/gate-vectors").join(folder)).unwrap() {
            let file: toml::Value = toml::from_str(&std::fs::read_to_string(entry.unwrap().path()).unwrap()).unwrap();
            for vector in file["vector"].as_array().unwrap() {
                // What shows the other side of the line plants nothing.
                let go = vector.get("go").is_some() || vector.get("verdict").and_then(|v| v.as_str()) == Some("go");
                all += usize::from(!go);
                for number in vector["entry"].as_array().unwrap().iter().filter(|_| !go) {
                    *planted.entry(u32::try_from(number.as_integer().unwrap()).unwrap()).or_default() += 1;
                }
            }
        }
    }
    for number in 1..=62 {
        let row = text.lines().find(|l| l.starts_with(&format!("| {number} |")));
        let row = row.unwrap_or_else(|| panic!("entry {number} is not in docs/fail-open.md"));
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let vectors = planted.get(&number).copied().unwrap_or(0).to_string();
        assert_eq!(cells[4], vectors, "the number of vectors of entry {number}");
        assert!(planted.get(&number).copied().unwrap_or(0) >= 3, "entry {number} has fewer than three variants");
        named.extend(tests_named(cells[5]));
    }
    assert!(all >= 200, "{all} vectors");
    let sources = sources_of_tests();
    let lost: Vec<&String> = named.iter().filter(|name| !sources.contains(&format!("fn {name}("))).collect();
    assert_eq!(lost, Vec::<&String>::new(), "tests that the documentation names and nobody has");
}
