//! Beyond one machine, from the user's side: a run in shards is the single run, byte for byte, or it is no run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use rollproof::synth::{Dress, Planter, System};

use crate::support::{Answer, Project};

/// Every file below a folder, by name.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, out: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, out);
            } else {
                out.insert(path.strip_prefix(root).unwrap().display().to_string(), fs::read(&path).unwrap());
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(folder, folder, &mut out);
    out
}

/// What a run leaves: its folder, and all records of the history (the database as its rows: pages differ by history).
#[derive(PartialEq, Eq)]
struct Left {
    run: BTreeMap<String, Vec<u8>>,
    findings: BTreeMap<String, Vec<u8>>,
    records: Vec<String>,
}

impl Left {
    fn of(project: &Project) -> Self {
        let label = project.label();
        let mut history = tree(&project.path(".rollproof"));
        history.retain(|name, _| name.ends_with(".parquet"));
        let store = fs::read_dir(project.path(".rollproof")).unwrap().map(|e| e.unwrap().path());
        let store = store.into_iter().find(|p| p.extension().is_some_and(|e| e == "db" || e == "sqlite")).unwrap();
        Self { run: tree(&project.path(&format!("out/{label}"))), findings: history, records: dump(&store) }
    }

    /// Says which files differ, not how.
    #[track_caller]
    fn assert_same(&self, other: &Self) {
        let names = |left: &Self| left.run.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(self), names(other));
        let differ = |a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>| {
            a.iter()
                .filter(|(name, bytes)| b.get(*name) != Some(bytes))
                .map(|(name, _)| name.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(differ(&self.run, &other.run), Vec::<String>::new());
        assert_eq!(differ(&self.findings, &other.findings), Vec::<String>::new());
        assert_eq!(self.records, other.records);
        assert!(*self == *other);
    }
}

/// All rows of all tables.
fn dump(store: &Path) -> Vec<String> {
    let db = rusqlite::Connection::open(store).unwrap();
    let mut tables = db.prepare("select name from sqlite_master where type = 'table' order by name").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut out = Vec::new();
    for table in tables {
        let mut rows = db.prepare(&format!("select * from \"{table}\"")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<String> =
                (0..columns).map(|at| format!("{:?}", row.get::<_, rusqlite::types::Value>(at).unwrap())).collect();
            out.push(format!("{table}: {}", cells.join("|")));
        }
    }
    assert!(!out.is_empty());
    out
}

/// A project whose next run can be made twice: the history is put back in between.
struct Twice {
    project: Project,
    single: Left,
}

impl Twice {
    /// Makes the single run, keeps what it leaves, and goes back.
    fn new(project: Project) -> Self {
        // A run before it, so that there is a history to compare with, and one key of identities.
        project.rollproof(&["run", "--label", "before"]).ends(0);
        let saved = project.path("saved");
        crate::support::copy(&project.path(".rollproof"), &saved);
        project.rollproof(&["run"]).ends(0);
        let single = Left::of(&project);
        let twice = Self { project, single };
        twice.back();
        twice
    }

    fn back(&self) {
        let _ = fs::remove_dir_all(self.project.path(&format!("out/{}", self.project.label())));
        fs::remove_dir_all(self.project.path(".rollproof")).unwrap();
        crate::support::copy(&self.project.path("saved"), &self.project.path(".rollproof"));
    }

    /// Makes the run in shards, in the order given, and holds it against the single one.
    #[track_caller]
    fn check(&self, shards: u32, order: impl Iterator<Item = u32>, threads: &str) {
        let folder = format!("parts-{shards}");
        if !self.project.path(&folder).exists() {
            partition(&self.project, shards, &folder).ends(0);
        }
        for number in order {
            run_shard(&self.project, &format!("{number}/{shards}"), &folder, threads).ends(0);
        }
        merge(&self.project, &folder).ends(0);
        Left::of(&self.project).assert_same(&self.single);
        self.back();
    }
}

fn partition(project: &Project, shards: u32, folder: &str) -> Answer {
    project.rollproof(&["partition", "--shards", &shards.to_string(), "--to", folder])
}

fn run_shard(project: &Project, shard: &str, folder: &str, threads: &str) -> Answer {
    project.rollproof(&["run", "--shard", shard, "--partition", folder, "-j", threads])
}

fn merge(project: &Project, folder: &str) -> Answer {
    project.rollproof(&["merge", "--partition", folder])
}

#[test]
fn the_sample_in_eight_shards_is_the_single_run_byte_for_byte_in_any_order_and_again() {
    let twice = Twice::new(Project::sample());
    assert!(twice.single.run.len() > 10 && twice.single.run["findings.csv"].len() > 10_000);
    twice.check(8, 1..=8, "1");
    // All answers are there already: again, backwards, with other threads.
    twice.check(8, (1..=8).rev(), "3");
    twice.check(8, std::iter::empty(), "1");
}

#[test]
fn a_district_full_of_faults_is_the_same_in_one_three_and_eight_shards() {
    let faults = Planter::mixed(3, (1..=111).collect(), 200_000);
    let dress = Dress { renumber_sections: true, loose_text: true, ..Dress::default() };
    let legacy = (System::Aeries, Dress::default());
    let twice = Twice::new(Project::synthetic(400, legacy, (System::PowerSchool, dress), Some(faults)));
    twice.check(1, 1..=1, "2");
    twice.check(3, [2, 3, 1].into_iter(), "1");
    twice.check(8, 1..=8, "2");
}

#[test]
fn more_shards_than_students_are_the_same_too() {
    let faults = Planter::mixed(5, (1..=111).collect(), 300_000);
    let systems = ((System::OneRoster, Dress::default()), (System::InfiniteCampus, Dress::default()));
    let project = Project::synthetic(24, systems.0, systems.1, Some(faults));
    let twice = Twice::new(project);
    twice.check(40, 1..=40, "1");
}
