//! Planted faults against findings, in both directions, through reading, mapping, pairing and checks.

use std::collections::BTreeMap;
use std::path::Path;

use rollproof::canonical::{Dataset, Side};
use rollproof::checks::{CheckSettings, SeverityRule, Speller, run_all};
use rollproof::diagnostic::document::{self, Node, Problems};
use rollproof::extract::{Silent, read};
use rollproof::finding::{FindingRow, Severity};
use rollproof::mapping::{Crosswalk, Mapping, map, parse};
use rollproof::policy::Policies;
use rollproof::reconcile::{MatchRule, MatchRules, Reconciliation, reconcile};
use rollproof::synth::{District, Dress, Plan, Planter, Scoreboard, System, Truth, score, write_migration};

/// The code tables that a written project names; they belong to the legacy side.
pub(crate) fn crosswalks(dir: &Path) -> BTreeMap<String, Crosswalk> {
    let path = dir.join("rollproof.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let problems = Problems::new(&path);
    let root = document::parse(&text, &problems).unwrap();
    let root = Node::new(root.get_ref(), 0..0, "the project", &problems);
    let mut found = BTreeMap::new();
    for tables in root.node("crosswalks").iter() {
        for (name, value) in tables.entries() {
            let node = tables.inside(&name.value, value).unwrap();
            found.insert(name.value.clone(), parse::crosswalk(&name.value, node, &parse::load_from_disk));
        }
    }
    found
}

fn side(dir: &Path, system: (System, &Dress), supplied: &BTreeMap<String, Crosswalk>, side: Side) -> Dataset {
    let root = dir.join(side.name());
    let mapping = if system.1.carnegie {
        let path = dir.join("mappings").join(side.name()).join("mapping.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        Mapping::parse(&path, &text, &parse::load_from_disk, supplied)
    } else {
        Mapping::shipped(system.0.mapping(), supplied).unwrap()
    };
    let mapping = mapping.unwrap_or_else(|d| panic!("{d:#?}"));
    let tables = mapping.layouts().iter().map(|l| read(&root, l, &Silent).unwrap()).collect();
    map(&mapping, tables, side).unwrap().dataset
}

pub(crate) fn pair(dir: &Path, plan: &Plan) -> Reconciliation {
    let legacy = side(dir, (plan.legacy.0, &plan.legacy.1), &crosswalks(dir), Side::Legacy);
    let new = side(dir, (plan.new.0, &plan.new.1), &BTreeMap::new(), Side::New);
    reconcile(legacy, new, &MatchRules { rules: vec![MatchRule::StudentId, MatchRule::StateId] })
}

pub(crate) fn findings(run: &Reconciliation, settings: &CheckSettings) -> Vec<FindingRow> {
    let findings = run_all(run, &Policies::default(), settings);
    let speller = Speller::new(run, &findings);
    (0..speller.len()).map(|at| speller.row(at)).collect()
}

pub(crate) fn settings(plan: &Plan) -> CheckSettings {
    let mut settings = CheckSettings::default();
    if plan.legacy.1.room_labels != plan.new.1.room_labels {
        for check in ["room-changed", "homeroom-changed"] {
            let rule = SeverityRule { base: Some(Severity::Info), by_grade: BTreeMap::new() };
            settings.severities.insert(check.into(), rule);
        }
    }
    settings
}

/// Writes, reads, pairs, checks and scores.
fn board(students: u32, plan: &Plan) -> (Scoreboard, Vec<Truth>, Vec<FindingRow>) {
    let dir = tempfile::tempdir().unwrap();
    let district = District::generate(2026, students);
    let truth = write_migration(dir.path(), &district, plan, &|_| ()).unwrap().new.truth;
    let rows = findings(&pair(dir.path(), plan), &settings(plan));
    (score(&truth, &rows), truth, rows)
}

fn plan(legacy: (System, Dress), new: (System, Dress), faults: Option<Planter>) -> Plan {
    Plan { name: "Test".into(), legacy, new, faults }
}

#[test]
#[ignore = "prints the scoreboard of a large district; run by hand"]
fn scoreboard() {
    let students = std::env::var("STUDENTS").map_or(20_000, |n| n.parse().unwrap());
    let density = std::env::var("DENSITY").map_or(300_000, |n| n.parse().unwrap());
    let faults = (density > 0).then(|| Planter::mixed(7, (1..=111).collect(), density));
    let system = |name: &str, other| {
        let name = std::env::var(name).unwrap_or(other);
        System::ALL.into_iter().find(|s| s.mapping() == name).unwrap()
    };
    let legacy = (system("LEGACY", "aeries".into()), Dress::default());
    let new = (system("NEW", "powerschool".into()), Dress::default());
    let (board, _, rows) = board(students, &plan(legacy, new, faults));
    println!("{}", board.text());
    if board.false_findings.len() + usize::from(density == 0) > 0 {
        for ((severity, check), _) in board.false_findings.iter().rev() {
            for row in rows.iter().filter(|r| r.check == *check && r.severity == *severity).take(3) {
                println!("{row:?}");
            }
        }
    }
}
