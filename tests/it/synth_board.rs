//! Planted faults against findings, in both directions, through reading, mapping, pairing and checks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rollproof::canonical::{Dataset, Side};
use rollproof::checks::{CheckSettings, SeverityRule, Speller, run_all};
use rollproof::diagnostic::document::{self, Node, Problems};
use rollproof::extract::{Silent, read};
use rollproof::finding::{FindingRow, Severity};
use rollproof::mapping::{Crosswalk, Mapping, map, parse};
use rollproof::policy::Policies;
use rollproof::reconcile::{MatchRule, MatchRules, Reconciliation, reconcile};
use rollproof::synth::{
    District, Dress, Drill, Plan, Planter, Scoreboard, System, Truth, drill, score, write_demo, write_migration,
};

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

fn above_info(rows: &[FindingRow]) -> Vec<&FindingRow> {
    rows.iter().filter(|r| r.severity > Severity::Info).collect()
}

#[test]
fn no_pair_of_layouts_makes_a_finding_without_a_fault() {
    for legacy in System::ALL {
        for new in System::ALL {
            // The same layout with the same dress would be one extract twice, which is not a migration.
            let dress = Dress { renumber_sections: legacy == new, ..Dress::default() };
            let (_, _, rows) = board(220, &plan((legacy, Dress::default()), (new, dress), None));
            let bad = above_info(&rows);
            assert!(bad.is_empty(), "{legacy:?} -> {new:?}: {} {:#?}", bad.len(), &bad[..bad.len().min(3)]);
        }
    }
}

#[test]
fn legitimate_differences_make_no_finding_above_info() {
    let plain = Dress::default;
    let controls: [(&str, Dress, Dress); 12] = [
        ("N1 sections renumbered", plain(), Dress { renumber_sections: true, ..plain() }),
        ("N2 terms renumbered", plain(), Dress { renumber_terms: true, ..plain() }),
        ("N3 spelling of text", plain(), Dress { loose_text: true, ..plain() }),
        ("N4 teacher ids and N7 end dates (both lie in the pair of systems)", plain(), plain()),
        ("N5 units of credit", plain(), Dress { carnegie: true, ..plain() }),
        ("N6 year rows as halves", plain(), Dress { halves: true, ..plain() }),
        ("N6 halves as year rows", Dress { halves: true, ..plain() }, plain()),
        ("N8 order of rows and columns", plain(), Dress { shuffled: true, ..plain() }),
        ("N9 rooms", plain(), Dress { room_labels: true, ..plain() }),
        ("N10 allocation of credits", plain(), Dress { no_overflow: true, ..plain() }),
        ("N11 dropped rows purged", plain(), Dress { purged: true, ..plain() }),
        ("N12 detailed codes", Dress { exit_details: true, ..plain() }, plain()),
    ];
    for (name, legacy, new) in controls {
        let (_, _, rows) = board(450, &plan((System::Aeries, legacy), (System::PowerSchool, new), None));
        let bad = above_info(&rows);
        assert!(bad.is_empty(), "{name}: {} {:#?}", bad.len(), &bad[..bad.len().min(3)]);
    }
    let all = Dress {
        renumber_sections: true,
        renumber_terms: true,
        loose_text: true,
        carnegie: true,
        halves: true,
        shuffled: true,
        room_labels: true,
        no_overflow: true,
        purged: true,
        exit_details: false,
        gpa_digits: 3,
    };
    let (_, _, rows) = board(450, &plan((System::InfiniteCampus, plain()), (System::PowerSchool, all), None));
    let bad = above_info(&rows);
    assert!(bad.is_empty(), "all at once: {} {:#?}", bad.len(), &bad[..bad.len().min(3)]);
}

/// The sample data's own list of faults: student and the checks that name the fault.
#[test]
fn the_sample_data_shows_its_documented_faults_and_nothing_else() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/maple-valley");
    let plan = plan((System::Aeries, Dress::default()), (System::PowerSchool, Dress::default()), None);
    let rows = findings(&pair(&dir, &plan), &CheckSettings::default());
    let list = std::fs::read_to_string(dir.join("faults.csv")).unwrap();
    let faults: Vec<Vec<&str>> = list.lines().skip(1).map(|l| l.split(',').collect()).collect();
    assert!(faults.len() >= 20);
    for fault in &faults {
        let [class, student, _, _, checks, severity, _] = fault[..] else { panic!("{fault:?}") };
        let severity = Severity::parse(severity).unwrap();
        let checks: Vec<&str> = checks.split(" | ").collect();
        let hit =
            |r: &&FindingRow| r.student_id == student && checks.contains(&r.check.as_str()) && r.severity >= severity;
        assert!(rows.iter().any(|r| hit(&r)), "{class} on {student} is not found");
    }
    for row in above_info(&rows) {
        let known = faults.iter().any(|f| f[1] == row.student_id);
        assert!(known, "{} {} on {} is not documented", row.severity, row.check, row.student_id);
    }
}

#[test]
fn every_planted_class_is_found_named_and_judged_and_nothing_else_is_said() {
    for (seed, legacy, new) in [
        (1, System::Aeries, System::PowerSchool),
        (2, System::PowerSchool, System::InfiniteCampus),
        (3, System::InfiniteCampus, System::OneRoster),
        (4, System::OneRoster, System::Aeries),
    ] {
        let planter = Planter::mixed(seed, (1..=111).collect(), 400_000);
        let plan = plan((legacy, Dress::default()), (new, Dress::default()), Some(planter));
        let (board, _, _) = board(1_500, &plan);
        let wrong: Vec<String> = board.imperfect().map(|c| c.class.name()).collect();
        assert!(wrong.is_empty(), "{legacy:?} -> {new:?}: {wrong:?}\n{}", board.text());
        assert_eq!(board.false_above(Severity::Minor), 0, "{legacy:?} -> {new:?}\n{}", board.text());
    }
}

/// Checks that need the policies of a project, which this board has not; without them the fault has another name
/// (`gpa-changed`, `class-unexpected`, `term-changed`).
const NOT_NEEDED: [&str; 3] = ["gpa-kind-swapped", "passed-class-rescheduled", "sequence-broken"];

#[test]
fn the_scoreboard_falls_when_any_check_is_turned_off() {
    let dir = tempfile::tempdir().unwrap();
    let planter = Planter::mixed(12, (1..=111).collect(), 700_000);
    let plan = plan((System::Aeries, Dress::default()), (System::PowerSchool, Dress::default()), Some(planter));
    let district = District::generate(12, 2_500);
    let truth = write_migration(dir.path(), &district, &plan, &|_| ()).unwrap().new.truth;
    let run = pair(dir.path(), &plan);
    let all = score(&truth, &findings(&run, &CheckSettings::default()));
    let wanted: BTreeSet<&str> =
        all.classes.iter().filter(|c| c.planted > 0).filter_map(|c| c.class.checks.first().copied()).collect();
    assert!(wanted.len() > 40, "{wanted:?}");
    let mut stands = Vec::new();
    for name in wanted {
        let mut settings = CheckSettings::default();
        settings.off.insert(name.to_owned());
        if score(&truth, &findings(&run, &settings)).points() >= all.points() {
            stands.push(name);
        }
    }
    assert_eq!(stands, NOT_NEEDED);
}

/// A shipped mapping with some of its lines taken out.
fn without(system: System, line: &str, supplied: &BTreeMap<String, Crosswalk>) -> Mapping {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings").join(system.mapping());
    let path = folder.join("mapping.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let kept: Vec<&str> = text.lines().filter(|l| line.is_empty() || !l.starts_with(line)).collect();
    assert_eq!(kept.len() == text.lines().count(), line.is_empty());
    Mapping::parse(&path, &kept.join("\n"), &parse::load_from_disk, supplied).unwrap_or_else(|d| panic!("{d:#?}"))
}

fn drill_sample(legacy_without: &str, new_without: &str) -> Drill {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/maple-valley");
    let legacy = without(System::Aeries, legacy_without, &crosswalks(&dir));
    let new = without(System::PowerSchool, new_without, &BTreeMap::new());
    let dataset = |mapping: &Mapping, root: &Path, side| {
        let tables = mapping.layouts().iter().map(|l| read(root, l, &Silent).unwrap()).collect();
        map(mapping, tables, side).unwrap().dataset
    };
    let run = |root: &Path| {
        let rules = MatchRules { rules: vec![MatchRule::StudentId, MatchRule::StateId] };
        let (old, fresh) = (dataset(&legacy, &dir.join("legacy"), Side::Legacy), dataset(&new, root, Side::New));
        Ok(findings(&reconcile(old, fresh, &rules), &CheckSettings::default()))
    };
    let before = run(&dir.join("new")).unwrap();
    drill(&legacy, &new, &dir.join("new"), &before, &run).unwrap()
}

#[test]
fn the_drill_finds_every_fault_that_the_sample_project_can_have() {
    let drill = drill_sample("", "");
    assert_eq!(drill.unseen_critical().count(), 0, "{}", drill.text());
    assert!(drill.let_through.iter().all(|(class, _)| class.severity <= Severity::Minor), "{}", drill.text());
    let planted = drill.board.classes.iter().filter(|c| c.planted > 0).count();
    assert!(planted >= 70, "{planted}\n{}", drill.text());
}

#[test]
fn the_drill_says_which_classes_a_removed_mapping_line_blinds() {
    let new = drill_sample("", "birth_date =");
    let blind: Vec<u8> =
        new.not_planted.iter().filter(|(_, why)| why.contains("student.birth_date")).map(|(c, _)| c.id).collect();
    assert!(blind.contains(&10) && blind.contains(&109), "{}", new.text());
    let critical = drill_sample("", "credit_earned =");
    assert!(critical.unseen_critical().any(|(class, _)| class.id == 57), "{}", critical.text());
    let legacy = drill_sample("grade_level = { column = \"GR\"", "");
    let through: Vec<&str> =
        legacy.let_through.iter().filter(|(c, _)| c.id == 11).map(|(_, why)| why.as_str()).collect();
    assert!(
        through.iter().any(|why| why.contains("student.grade_level is not mapped on the legacy side")),
        "{}",
        legacy.text()
    );
}

#[test]
fn the_drill_leaves_the_originals_as_they_are() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/maple-valley/new");
    let sizes = || {
        let files = std::fs::read_dir(&dir).unwrap().map(|e| e.unwrap().path());
        files.map(|p| (p.clone(), std::fs::read(p).unwrap())).collect::<BTreeMap<_, _>>()
    };
    let before = sizes();
    drill_sample("", "");
    assert!(before == sizes());
}

#[test]
fn the_demo_improves_from_rehearsal_to_rehearsal() {
    let dir = tempfile::tempdir().unwrap();
    write_demo(dir.path()).unwrap();
    let plan = plan((System::Aeries, Dress::default()), (System::PowerSchool, Dress::default()), None);
    let mut counts = Vec::new();
    for label in ["R1", "R2", "R3", "R4"] {
        let place = dir.path().join("exports").join(label);
        let legacy = side(&place, (plan.legacy.0, &plan.legacy.1), &crosswalks(dir.path()), Side::Legacy);
        let new = side(&place, (plan.new.0, &plan.new.1), &BTreeMap::new(), Side::New);
        let run = reconcile(legacy, new, &MatchRules { rules: vec![MatchRule::StudentId, MatchRule::StateId] });
        counts.push(above_info(&findings(&run, &CheckSettings::default())).len());
    }
    assert!(counts.windows(2).all(|w| w[0] > w[1]), "{counts:?}");
    assert_eq!(counts[3], 0);
}
