//! From files to findings: planted faults are found under their names, and nobody else is troubled.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use rollproof::canonical::Side;
use rollproof::checks::{CheckSettings, by_name, run_all, spell};
use rollproof::diagnostic::document::{self, Node, Problems};
use rollproof::extract::{Silent, read};
use rollproof::finding::{FindingRow, Severity};
use rollproof::mapping::{Crosswalk, Mapping, map, parse};
use rollproof::policy::Policies;
use rollproof::reconcile::{MatchRules, reconcile};
use rollproof::synth::{District, Dress, FaultClass, Plan, Plant, Planter, System, Truth, classes, write_migration};

/// The code tables that a written project names.
fn crosswalks(dir: &Path) -> BTreeMap<String, Crosswalk> {
    let path = dir.join("rollproof.toml");
    let text = fs::read_to_string(&path).unwrap();
    let problems = Problems::new(&path);
    let mut found = BTreeMap::new();
    let root = document::parse(&text, &problems).unwrap();
    let root = Node::new(root.get_ref(), 0..0, "the project", &problems);
    let Some(tables) = root.node("crosswalks") else { return found };
    for (name, value) in tables.entries() {
        if let Some(node) = tables.inside(&name.value, value) {
            found.insert(name.value.clone(), parse::crosswalk(&name.value, node, &parse::load_from_disk));
        }
    }
    found
}

fn side(
    dir: &Path,
    side: Side,
    system: System,
    dress: &Dress,
    supplied: &BTreeMap<String, Crosswalk>,
) -> rollproof::canonical::Dataset {
    let root = dir.join(side.name());
    let mapping = if dress.carnegie {
        let path = dir.join(format!("mappings/{side}/mapping.toml"));
        let text = fs::read_to_string(&path).unwrap();
        Mapping::parse(&path, &text, &parse::load_from_disk, supplied)
    } else {
        Mapping::shipped(system.mapping(), supplied).unwrap()
    };
    let mapping = mapping.unwrap_or_else(|d| panic!("{d:#?}"));
    let tables = mapping.layouts().iter().map(|l| read(&root, l, &Silent).unwrap()).collect();
    map(&mapping, tables, side).unwrap().dataset
}

/// Writes a migration, reads it back and runs all checks.
fn findings(
    students: u32,
    legacy: (System, Dress),
    new: (System, Dress),
    faults: Option<Planter>,
) -> (Vec<FindingRow>, Vec<Truth>) {
    let dir = tempfile::tempdir().unwrap();
    let district = District::generate(21, students);
    let plan = Plan { name: "Test".into(), legacy: legacy.clone(), new: new.clone(), faults };
    let written = write_migration(dir.path(), &district, &plan, &|_| ()).unwrap();
    let supplied = crosswalks(dir.path());
    let old = side(dir.path(), Side::Legacy, legacy.0, &legacy.1, &supplied);
    let fresh = side(dir.path(), Side::New, new.0, &new.1, &BTreeMap::new());
    let run = reconcile(old, fresh, &MatchRules::default());
    let policies = Policies::default().for_run(&run);
    let found = run_all(&run, &policies, &CheckSettings::default());
    (spell(&run, &found).collect(), written.new.truth)
}

fn show(rows: &[&FindingRow]) -> String {
    let mut text = String::new();
    for row in rows.iter().take(12) {
        let _ = writeln!(
            text,
            "    {} {} {} [{}] {} {} -> {} ({})",
            row.severity, row.check, row.student_id, row.record, row.field, row.legacy_value, row.new_value, row.note
        );
    }
    text
}

#[test]
fn an_unfaulted_conversion_gives_nothing_above_info() {
    let plain = Dress::default;
    let noisy = Dress {
        renumber_sections: true,
        renumber_terms: true,
        carnegie: true,
        shuffled: true,
        purged: true,
        ..plain()
    };
    for (legacy, new) in [
        ((System::Aeries, plain()), (System::PowerSchool, noisy)),
        ((System::PowerSchool, plain()), (System::InfiniteCampus, plain())),
        ((System::InfiniteCampus, plain()), (System::OneRoster, plain())),
    ] {
        let name = format!("{:?} to {:?}", legacy.0, new.0);
        let (found, _) = findings(1_500, legacy, new, None);
        let loud: Vec<&FindingRow> = found.iter().filter(|f| f.severity > Severity::Info).collect();
        assert!(loud.is_empty(), "{name}: {} findings\n{}", loud.len(), show(&loud));
    }
}

#[test]
fn planted_faults_are_found_under_their_names_and_untouched_students_are_left_alone() {
    let planter = Planter::mixed(3, (1..=111).collect(), 300_000);
    let (found, truth) =
        findings(4_000, (System::Aeries, Dress::default()), (System::PowerSchool, Dress::default()), Some(planter));
    let mut by_student: BTreeMap<&str, Vec<&FindingRow>> = BTreeMap::new();
    for row in &found {
        by_student.entry(row.student_id.as_str()).or_default().push(row);
    }
    let touched: BTreeSet<&str> = truth.iter().map(|t| t.student_id.as_str()).collect();
    let mut report = String::new();
    // What only a requirement file can name is held by the checks' own tests.
    let known =
        |c: &&FaultClass| c.checks.iter().any(|n| by_name(n).is_some()) && c.checks != ["requirement-item-lost"];
    for class in classes().iter().filter(|c| matches!(c.plant, Plant::Student(_))).filter(known) {
        let planted: Vec<&Truth> = truth.iter().filter(|t| t.class == class.id).collect();
        let is_found = |t: &&Truth| {
            let of = by_student.get(t.student_id.as_str()).into_iter().flatten();
            let expected = t.expected;
            of.clone().any(|f| expected.checks.contains(&f.check.as_str()) && f.severity >= expected.severity)
        };
        // The other one of two swapped twins has no record of its own in the truth.
        let has_record = |t: &&Truth| !t.record.is_empty();
        let missed: Vec<&Truth> = planted.iter().copied().filter(|t| !is_found(t) && has_record(t)).collect();
        if !missed.is_empty() {
            let _ = writeln!(
                report,
                "{} {}: {} of {} missed, wants {:?} {}",
                class.name(),
                class.text,
                missed.len(),
                planted.len(),
                class.checks,
                class.severity
            );
            for t in missed.iter().take(2) {
                let rows: Vec<&FindingRow> = by_student.get(t.student_id.as_str()).cloned().unwrap_or_default();
                let _ = writeln!(report, "  {} {}\n{}", t.student_id, t.record, show(&rows));
            }
        }
    }
    let false_alarms: Vec<&FindingRow> = found
        .iter()
        .filter(|f| {
            f.severity >= Severity::Major && !f.student_id.is_empty() && !touched.contains(f.student_id.as_str())
        })
        .collect();
    let general: Vec<&FindingRow> =
        found.iter().filter(|f| f.severity >= Severity::Major && f.student_id.is_empty()).collect();
    assert!(
        report.is_empty() && false_alarms.is_empty() && general.is_empty(),
        "{report}\nfalse: {}\n{}\ngeneral: {}\n{}",
        false_alarms.len(),
        show(&false_alarms),
        general.len(),
        show(&general)
    );
    assert!(truth.len() > 500, "{}", truth.len());
}
