//! Invented districts: deterministic, readable by the shipped mappings, and damaged only where the truth says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use rollproof::canonical::{Entity, Field, Records, Side};
use rollproof::diagnostic::document::{self, Node, Problems};
use rollproof::extract::{Silent, read};
use rollproof::mapping::{Crosswalk, IssueKind, Mapped, Mapping, map, parse};
use rollproof::synth::{
    District, Dress, Plan, Plant, Planter, System, classes, write_migration, write_sample, write_side,
};

fn read_all(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
                all.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    all
}

#[test]
fn the_sample_data_is_what_the_generator_writes() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/maple-valley");
    if std::env::var_os("ROLLPROOF_BLESS").is_some() {
        fs::remove_dir_all(&shipped).unwrap();
        write_sample(&shipped).unwrap();
    }
    let fresh = tempfile::tempdir().unwrap();
    write_sample(fresh.path()).unwrap();
    let (expected, found) = (read_all(fresh.path()), read_all(&shipped));
    let names = |files: &BTreeMap<String, Vec<u8>>| {
        files.keys().filter(|n| !n.starts_with("out/")).cloned().collect::<Vec<_>>()
    };
    assert_eq!(names(&expected), names(&found));
    for (name, bytes) in &expected {
        assert!(found[name] == *bytes, "{name} differs; run this test with ROLLPROOF_BLESS=1 to write it again");
    }
    let size: usize = expected.values().map(Vec::len).sum();
    assert!(size < 1_500_000, "{size} bytes");
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_one_and_on_four_threads() {
    let district = District::generate(5, 1_500);
    let planter = Planter::mixed(5, (1..=111).collect(), 200_000);
    let write = |threads| {
        let dir = tempfile::tempdir().unwrap();
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let root = dir.path();
        pool.install(|| {
            write_side(&district, System::PowerSchool, &Dress::default(), root, Some(&planter), &|_| ()).unwrap()
        });
        read_all(dir.path())
    };
    assert!(write(1) == write(4));
    let other = District::generate(6, 1_500);
    let dir = tempfile::tempdir().unwrap();
    write_side(&other, System::PowerSchool, &Dress::default(), dir.path(), None, &|_| ()).unwrap();
    assert!(read_all(dir.path()) != write(1));
}

#[test]
fn all_111_classes_are_there_each_with_its_checks_or_its_reason() {
    let all = classes();
    assert_eq!(all.iter().map(|c| c.id).collect::<Vec<_>>(), (1..=111).collect::<Vec<u8>>());
    for class in all {
        match class.plant {
            Plant::Student(_) | Plant::Day => assert!(!class.checks.is_empty(), "{}", class.name()),
            Plant::Unseen(why) => assert!(why.len() > 20, "{}", class.name()),
        }
    }
}

/// The lines of files, without those of tables that belong to no student, by the student whose id they carry.
#[test]
fn planting_changes_rows_of_no_student_but_those_in_the_truth() {
    let district = District::generate(11, 2_000);
    // Aeries carries the local id in every row of a student, so that rows can be told apart by text.
    let (clean, faulty) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let dress = Dress::default();
    write_side(&district, System::Aeries, &dress, clean.path(), None, &|_| ()).unwrap();
    let planter = Planter::mixed(3, (1..=111).collect(), 300_000);
    let written = write_side(&district, System::Aeries, &dress, faulty.path(), Some(&planter), &|_| ()).unwrap();
    let touched: BTreeSet<String> = written.truth.iter().map(|t| t.student_id.clone()).collect();
    assert!(touched.len() > 400, "{}", touched.len());
    let rows = |dir: &Path, file: &str| {
        let mut rows: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
        for line in fs::read(dir.join(file)).unwrap().split(|b| *b == b'\n') {
            let id = String::from_utf8_lossless(line);
            rows.entry(id).or_default().push(line.to_owned());
        }
        rows
    };
    let mut changed = 0;
    for file in ["STU.csv", "ENR.csv", "SEC.csv", "HIS.csv", "GRQ.csv"] {
        let (before, after) = (rows(clean.path(), file), rows(faulty.path(), file));
        for (id, lines) in &before {
            if touched.contains(id) {
                changed += usize::from(after.get(id) != Some(lines));
            } else {
                assert_eq!(after.get(id), Some(lines), "{file}: rows of an untouched student changed");
            }
        }
    }
    // Faults of shared tables aside (a class moved to a section of its own), every touched student's rows differ.
    assert!(changed >= touched.len() * 9 / 10, "{changed} of {}", touched.len());
}

trait FirstCell {
    fn from_utf8_lossless(line: &[u8]) -> String;
}

impl FirstCell for String {
    /// The first cell of a line; ids are ASCII.
    fn from_utf8_lossless(line: &[u8]) -> String {
        line.split(|b| *b == b',').next().unwrap_or_default().iter().map(|b| char::from(*b)).collect()
    }
}

/// The code tables that a written project names.
fn crosswalks(dir: &Path) -> BTreeMap<String, Crosswalk> {
    let path = dir.join("rollproof.toml");
    let text = fs::read_to_string(&path).unwrap();
    let problems = Problems::new(&path);
    let mut found = BTreeMap::new();
    {
        let root = document::parse(&text, &problems).unwrap();
        let root = Node::new(root.get_ref(), 0..0, "the project", &problems);
        for (name, node) in root.node("crosswalks").iter().flat_map(|tables| {
            tables
                .entries()
                .filter_map(|(name, value)| {
                    let node = tables.inside(&name.value, value)?;
                    Some((name.value, node))
                })
                .collect::<Vec<_>>()
        }) {
            found.insert(name.clone(), parse::crosswalk(&name, node, &parse::load_from_disk));
        }
    }
    found
}

fn mapped(root: &Path, mapping: &str, supplied: &BTreeMap<String, Crosswalk>, side: Side) -> Mapped {
    let mapping = if mapping.ends_with(".toml") {
        let path = root.parent().unwrap().join(mapping);
        let text = fs::read_to_string(&path).unwrap();
        Mapping::parse(&path, &text, &parse::load_from_disk, supplied)
    } else {
        Mapping::shipped(mapping, supplied).unwrap()
    };
    let mapping = mapping.unwrap_or_else(|d| panic!("{d:#?}"));
    let tables = mapping.layouts().iter().map(|l| read(root, l, &Silent).unwrap()).collect();
    map(&mapping, tables, side).unwrap()
}

/// Every record as text, in the fields that both sides map.
fn records(records: &Records, fields: &[Field]) -> Vec<String> {
    let mut all: Vec<String> = (0..records.len() as u32)
        .map(|row| fields.iter().map(|f| records.text(row, *f).unwrap_or("-")).collect::<Vec<_>>().join("|"))
        .collect();
    all.sort();
    all
}

/// Fields that two systems may fill differently without any fault.
const FREE: [Field; 2] = [Field::Section, Field::Room];

fn assert_same_facts(legacy: (System, Dress), new: (System, Dress)) {
    let dir = tempfile::tempdir().unwrap();
    let district = District::generate(21, 700);
    let plan = Plan { name: "Test".into(), legacy: legacy.clone(), new: new.clone(), faults: None };
    write_migration(dir.path(), &district, &plan, &|_| ()).unwrap();
    let supplied = crosswalks(dir.path());
    let name = |side: &str, (system, dress): &(System, Dress)| {
        if dress.carnegie { format!("mappings/{side}/mapping.toml") } else { system.mapping().to_owned() }
    };
    let old = mapped(&dir.path().join("legacy"), &name("legacy", &legacy), &supplied, Side::Legacy);
    let fresh = mapped(&dir.path().join("new"), &name("new", &new), &BTreeMap::new(), Side::New);
    for (side, mapped) in [("legacy", &old), ("new", &fresh)] {
        let bad: Vec<_> =
            mapped.issues.iter().filter(|i| matches!(i.kind, IssueKind::Unmapped | IssueKind::Unreadable)).collect();
        assert!(bad.is_empty(), "{side} {legacy:?} -> {new:?}: {:#?}", &bad[..bad.len().min(3)]);
        assert!(mapped.accounting.iter().all(|a| a.balances()));
    }
    for entity in Entity::ALL {
        let (a, b) = (old.dataset.get(entity).unwrap(), fresh.dataset.get(entity).unwrap());
        let fields: Vec<Field> =
            Field::of(entity).iter().copied().filter(|f| a.has(*f) && b.has(*f) && !FREE.contains(f)).collect();
        assert!(fields.len() >= 5, "{entity}: only {fields:?}");
        let (x, y) = (records(a, &fields), records(b, &fields));
        assert!(!x.is_empty(), "{entity}");
        for (i, (l, n)) in x.iter().zip(&y).enumerate() {
            assert_eq!(l, n, "{entity} record {i}, {fields:?}");
        }
        assert_eq!(x.len(), y.len(), "{entity}");
    }
}

#[test]
fn every_layout_tells_the_same_facts_through_its_mapping() {
    let plain = Dress::default;
    for system in [System::PowerSchool, System::InfiniteCampus, System::OneRoster] {
        assert_same_facts((System::Aeries, plain()), (system, plain()));
        assert_same_facts((system, plain()), (System::Aeries, plain()));
    }
}

#[test]
fn legitimate_differences_are_gone_after_mapping() {
    let new = Dress {
        renumber_sections: true,
        renumber_terms: true,
        carnegie: true,
        shuffled: true,
        purged: true,
        ..Dress::default()
    };
    assert_same_facts((System::Aeries, Dress { exit_details: true, ..Dress::default() }), (System::PowerSchool, new));
}
