//! The inner loops alone, so that a regression is seen by its place: `cargo bench --bench micro`.
//!
//! One thread, an invented district of 3,000 students; `ROLLPROOF_STUDENTS` asks for another size.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use rollproof::canonical::{Dataset, Entity, Field, Side};
use rollproof::diagnostic::document::{self, Node, Problems};
use rollproof::extract::{self, Silent, Table};
use rollproof::mapping::{self, Crosswalk, Mapping};
use rollproof::policy::{Named, Policies, WantedKind};
use rollproof::reconcile::{MatchRules, Reconciliation, reconcile};
use rollproof::synth::{self, Dress, Plan, System, write_migration};

fn main() {
    // What is measured is work, not how it is shared out.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(1).build_global();
    divan::main();
}

struct Fixture {
    folder: tempfile::TempDir,
    mappings: [Mapping; 2],
    students: u32,
}

fn fixture() -> &'static Fixture {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    FIXTURE.get_or_init(|| {
        let students = std::env::var("ROLLPROOF_STUDENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(3_000);
        let folder = tempfile::tempdir().expect("a folder");
        let plan = Plan {
            name: "Micro".into(),
            legacy: (System::Aeries, Dress::default()),
            new: (System::PowerSchool, Dress::default()),
            faults: None,
        };
        let district = synth::District::generate(7, students);
        write_migration(folder.path(), &district, &plan, &|_| ()).expect("a district");
        let supplied = crosswalks(folder.path());
        let mapping = |name: &str, supplied| {
            Mapping::shipped(name, supplied).expect("it is shipped").unwrap_or_else(|d| panic!("{d:#?}"))
        };
        let mappings = [mapping("aeries", &supplied), mapping("powerschool", &BTreeMap::new())];
        Fixture { folder, mappings, students }
    })
}

/// The code tables that the written project names.
fn crosswalks(folder: &Path) -> BTreeMap<String, Crosswalk> {
    let path = folder.join("rollproof.toml");
    let text = std::fs::read_to_string(&path).expect("the project");
    let problems = Problems::new(&path);
    let root = document::parse(&text, &problems).expect("TOML");
    let root = Node::new(root.get_ref(), 0..0, "the project", &problems);
    let mut found = BTreeMap::new();
    for (name, value) in root.node("crosswalks").expect("crosswalks").entries() {
        let tables = root.node("crosswalks").expect("crosswalks");
        if let Some(node) = tables.inside(&name.value, value) {
            let table = mapping::parse::crosswalk(&name.value, node, &mapping::parse::load_from_disk);
            found.insert(name.value.clone(), table);
        }
    }
    found
}

impl Fixture {
    fn root(&self, side: Side) -> std::path::PathBuf {
        self.folder.path().join(side.name())
    }

    fn mapping(&self, side: Side) -> &Mapping {
        &self.mappings[usize::from(side == Side::New)]
    }

    fn tables(&self, side: Side) -> Vec<Table> {
        let read = |layout| extract::read(&self.root(side), layout, &Silent).expect("a table");
        self.mapping(side).layouts().iter().map(read).collect()
    }

    fn dataset(&self, side: Side) -> Dataset {
        mapping::map(self.mapping(side), self.tables(side), side).expect("a side").dataset
    }

    fn paired(&self) -> Reconciliation {
        reconcile(self.dataset(Side::Legacy), self.dataset(Side::New), &MatchRules::default())
    }
}

/// Transcript rows of a file: fields found, checked, and each text numbered.
#[divan::bench]
fn record_parsing(bencher: Bencher<'_, '_>) {
    let fixture = fixture();
    let root = fixture.root(Side::Legacy);
    let layouts = fixture.mapping(Side::Legacy).layouts();
    let layout = layouts.iter().find(|l| l.table == "history").expect("transcripts");
    let bytes = std::fs::metadata(root.join("HIS.csv")).expect("transcripts").len();
    let rows = extract::read(&root, layout, &Silent).expect("a table").len();
    bencher
        .counter(BytesCount::new(bytes))
        .counter(ItemsCount::new(rows))
        .bench_local(|| extract::read(&root, layout, &Silent));
}

/// All tables of the side that needs the more joins, to canonical columns; items are cells.
#[divan::bench]
fn cell_mapping(bencher: Bencher<'_, '_>) {
    let fixture = fixture();
    let dataset = fixture.dataset(Side::New);
    let records = Entity::ALL.into_iter().filter_map(|e| dataset.get(e));
    let cells: usize = records.map(|r| r.len() * r.fields().count()).sum();
    bencher
        .counter(ItemsCount::new(cells))
        .with_inputs(|| fixture.tables(Side::New))
        .bench_local_values(|tables| mapping::map(fixture.mapping(Side::New), tables, Side::New));
}

/// Students and their records; items are students.
#[divan::bench]
fn pairing_students(bencher: Bencher<'_, '_>) {
    let fixture = fixture();
    let sides = (fixture.dataset(Side::Legacy), fixture.dataset(Side::New));
    bencher
        .counter(ItemsCount::new(fixture.students))
        .with_inputs(|| sides.clone())
        .bench_local_values(|(legacy, new)| reconcile(legacy, new, &MatchRules::default()));
}

/// Two GPA kinds on both sides; items are transcripts (a student's, of a side).
#[divan::bench]
fn policy_of_transcripts(bencher: Bencher<'_, '_>) {
    let run = fixture().paired();
    let kind = |kind: &str, policy: &str| WantedKind {
        kind: kind.into(),
        legacy: Named::plain(policy),
        new: Named::plain(policy),
    };
    let kinds = [kind("weighted", "lausd-weighted"), kind("unweighted", "simple-4.0")];
    let policies = Policies::load(&kinds, None, Path::new(".")).expect("shipped policies");
    let with_history: usize = Side::BOTH
        .into_iter()
        .filter_map(|side| run.dataset(side).get(Entity::Transcript)?.column(Field::StudentId))
        .map(|ids| ids.values.len())
        .sum();
    bencher.counter(ItemsCount::new(with_history)).bench_local(|| policies.for_run(&run));
}
