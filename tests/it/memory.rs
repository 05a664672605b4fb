//! `--memory`: rows that lie in a temporary file give the same bytes as rows in memory, and leave nothing behind.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rollproof::history::Clock;
use rollproof::run::{self, Quiet};
use rollproof::synth::{Dress, Planter, System};

use super::support::Project;

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.insert(path.clone(), std::fs::read(path).unwrap());
        }
    }
    found
}

/// Every file of the run's folder, with so many bytes of memory for the rows.
fn written(project: &Project, memory: u64) -> BTreeMap<PathBuf, Vec<u8>> {
    for folder in ["out", ".rollproof"] {
        let _ = std::fs::remove_dir_all(project.path(folder));
    }
    let mut loaded = run::load(&project.path("rollproof.toml"), None).unwrap();
    loaded.memory = Some(memory);
    let clock = Clock::end_of("2026-06-02".parse().unwrap(), "America/Chicago").unwrap();
    run::run(&loaded, &clock, &Quiet).unwrap();
    let mut written = files(&loaded.outputs.folder);
    // Each new history has a secret of its own, and its chain of records depends on it.
    for (_, verdict) in written.iter_mut().filter(|(path, _)| path.ends_with("verdict.json")) {
        let mut value: serde_json::Value = serde_json::from_slice(verdict).unwrap();
        value["chain"] = serde_json::Value::Null;
        *verdict = value.to_string().into_bytes();
    }
    assert!(written.keys().any(|p| p.ends_with("verdict.json")));
    written
}

fn is_the_same(project: &Project) {
    let (in_memory, in_a_file) = (written(project, u64::MAX), written(project, 0));
    assert_eq!(in_memory.keys().collect::<Vec<_>>(), in_a_file.keys().collect::<Vec<_>>());
    for (path, bytes) in &in_memory {
        if let Some(at) = (0..bytes.len()).find(|at| in_a_file[path].get(*at) != Some(&bytes[*at])) {
            let near =
                |b: &[u8]| String::from_utf8_lossy(&b[at.saturating_sub(300)..(at + 200).min(b.len())]).into_owned();
            panic!("{}\nin memory: {}\nin a file: {}", path.display(), near(bytes), near(&in_a_file[path]));
        }
        assert_eq!(bytes.len(), in_a_file[path].len(), "{}", path.display());
    }
}

#[test]
fn the_sample_gives_the_same_bytes_from_a_temporary_file() {
    is_the_same(&Project::sample());
}

#[test]
fn a_faulted_district_gives_the_same_bytes_from_a_temporary_file_between_any_two_systems() {
    for (at, pair) in [
        (System::Aeries, System::PowerSchool),
        (System::PowerSchool, System::InfiniteCampus),
        (System::OneRoster, System::Aeries),
    ]
    .into_iter()
    .enumerate()
    {
        let faults = Planter::mixed(at as u64 + 3, (1..=111).collect(), 300_000);
        is_the_same(&Project::synthetic(300, (pair.0, Dress::default()), (pair.1, Dress::default()), Some(faults)));
    }
}
