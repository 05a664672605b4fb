//! Planted faults against findings, in both directions, through reading, mapping, pairing, policies and checks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};
use rollproof::checks::{self, CheckSettings, Speller, run_all};
use rollproof::finding::{FindingRow, Severity};
use rollproof::reconcile::Reconciliation;
use rollproof::run::board::{findings, on_disk, project_at};
use rollproof::run::{Quiet, compare, policies};
use rollproof::synth::{
    District, Dress, Invented, Plan, Planter, Scoreboard, System, Truth, controls, score, write_demo, write_migration,
};

/// Writes, reads, pairs, checks and scores.
fn board(seed: u64, students: u32, plan: &Plan) -> (Scoreboard, Vec<FindingRow>) {
    on_disk(&District::generate(seed, students), plan, &|project, truth| {
        let rows = findings(project)?;
        Ok((score(truth, &rows), rows))
    })
    .unwrap()
}

/// Both sides of a written migration, paired.
pub(crate) fn pair(dir: &Path) -> Reconciliation {
    let project = project_at(dir).unwrap();
    compare(&project, &policies(&project).unwrap(), &Quiet).unwrap().reconciliation
}

fn plan(legacy: System, new: System, faults: Option<Planter>) -> Plan {
    // The same layout with the same dress would be one extract twice, which is not a migration.
    let dress = Dress { renumber_sections: legacy == new, ..Dress::default() };
    Plan { name: "Test".into(), legacy: (legacy, Dress::default()), new: (new, dress), faults }
}

fn above_info(rows: &[FindingRow]) -> Vec<&FindingRow> {
    rows.iter().filter(|r| r.severity > Severity::Info).collect()
}

fn assert_silent(name: &str, rows: &[FindingRow]) {
    let bad = above_info(rows);
    assert!(bad.is_empty(), "{name}: {} {:#?}", bad.len(), &bad[..bad.len().min(3)]);
}

#[test]
fn an_unfaulted_conversion_makes_no_finding_above_info_between_any_two_layouts() {
    for legacy in System::ALL {
        for new in System::ALL {
            let (_, rows) = board(2026, 220, &plan(legacy, new, None));
            assert_silent(&format!("{legacy:?} -> {new:?}"), &rows);
        }
    }
}

#[test]
fn legitimate_differences_make_no_finding_above_info() {
    let mut names = String::new();
    for control in controls(System::Aeries, System::PowerSchool) {
        let (_, rows) = board(2026, 450, &control.plan);
        assert_silent(control.name, &rows);
        names.push_str(control.name);
    }
    for number in 1..=12 {
        assert!(names.contains(&format!("N{number} ")), "N{number} is not among the controls");
    }
}

/// The sample data's own list of faults: student and the checks that name the fault.
#[test]
fn the_sample_data_shows_its_documented_faults_and_nothing_else() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/maple-valley");
    let rows = findings(&project_at(&dir).unwrap()).unwrap();
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

#[track_caller]
fn assert_perfect(name: &str, board: &Scoreboard) {
    let wrong: Vec<String> = board.imperfect().map(|c| c.class.name()).collect();
    assert!(wrong.is_empty(), "{name}: {wrong:?}\n{}", board.text());
    assert_eq!(board.false_above(Severity::Minor), 0, "{name}\n{}", board.text());
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
        let (board, _) = board(2026, 1_500, &plan(legacy, new, Some(planter)));
        assert_perfect(&format!("{legacy:?} -> {new:?}"), &board);
    }
}

fn sequence() -> RngSeed {
    std::env::var("PROPTEST_RNG_SEED").ok().and_then(|n| n.parse().ok()).map_or(RngSeed::Fixed(1), RngSeed::Fixed)
}

proptest! {
    // One fixed sequence, so that a build is red for its own change only; PROPTEST_RNG_SEED=N walks another.
    #![proptest_config(Config { cases: 8, failure_persistence: None, rng_seed: sequence(), ..Config::default() })]

    /// Any seed, any two layouts, any mix of classes at any density: what was planted is found on its student under
    /// its name, and no other student is named. Shrinks towards few students and few classes.
    #[test]
    fn any_mix_of_faults_is_the_truth_and_nothing_but_the_truth(
        students in 60_u32..400,
        seed in 0_u64..10_000,
        systems in (0_usize..4, 0_usize..4),
        classes in prop::collection::btree_set(1_u8..=111, 1..40),
        millionths in 50_000_u32..900_000,
    ) {
        let (legacy, new) = (System::ALL[systems.0], System::ALL[systems.1]);
        let planter = Planter::mixed(seed, classes.into_iter().collect(), millionths);
        let (board, _) = board(seed, students, &plan(legacy, new, Some(planter)));
        let wrong: Vec<String> = board.imperfect().map(|c| c.class.name()).collect();
        prop_assert!(wrong.is_empty(), "{legacy:?} -> {new:?}: {wrong:?}\n{}", board.text());
        prop_assert!(board.false_above(Severity::Minor) == 0, "{legacy:?} -> {new:?}\n{}", board.text());
    }
}

/// Checks that no planted fault needs, each with its reason, in the order of the registry: turning one of them off leaves
/// the scoreboard as it is.
#[rustfmt::skip]
const NOT_REACHED: &[(&str, &str)] = &[
    ("student-unexpected", "F05 is paired by the state id here; without it the student stands on each side alone (see the test below)"),
    ("student-swapped", "needs high-school twins whose transcripts are swapped (F04); a district of this size may have none"),
    ("student-duplicated", "no class of the catalogue loads a student's record twice"),
    ("enrollment-unexpected", "no class of the catalogue adds a stay at a school"),
    ("class-dates-changed", "no class of the catalogue moves a student's days in a class"),
    ("class-credit-changed", "the classes of credits damage transcripts, not the credit of scheduled sections"),
    ("room-changed", "rooms are a negative control (N9), not a fault of the catalogue"),
    ("roster-scattered", "speaks of whole sections; each planted fault damages one student"),
    ("transfer-flag-lost", "no class of the catalogue takes the flag and leaves the row"),
    ("transcript-school-changed", "no class of the catalogue moves a transcript row to another school"),
    ("gpa-missing", "no class of the catalogue loses a stored GPA"),
    ("gpa-unexpected", "no class of the catalogue adds a stored GPA"),
    ("gpa-policy-doubtful", "speaks of a policy that legacy's own values refute; the invented ones follow theirs"),
    ("class-rank-rule-changed", "speaks of the ranks of a whole class; each planted fault damages one student"),
    ("credits-total-changed", "no class of the catalogue changes the stored total and nothing else"),
    ("graduation-status-flipped", "the seniors of this district are not so near their diploma that one row decides it"),
    ("requirement-exception-changed", "exceptions stand in files of the project, which the faults of exports leave alone"),
    ("requirement-missing", "the lost lines of an audit are items here, which another check names"),
    ("senior-cannot-finish", "tells of both sides alike, so that no fault of one side can make it speak"),
    ("requirement-unexpected", "no class of the catalogue adds a line to an audit; allocation is a negative control (N10)"),
    ("course-unexpected", "faults damage students' rows; the catalogue of courses is left as it is"),
    ("course-duplicated", "faults damage students' rows; the catalogue of courses is left as it is"),
    ("catalogue-title-changed", "faults damage students' rows; the catalogue of courses is left as it is"),
    ("course-missing", "faults damage students' rows; the catalogue of courses is left as it is"),
    ("course-credit-changed", "faults damage students' rows; the catalogue of courses is left as it is"),
    ("course-level-changed", "faults damage students' rows; the catalogue of courses is left as it is"),
    ("course-subject-changed", "faults damage students' rows; the catalogue of courses is left as it is"),
    ("code-unmapped", "codes of the new side are the canonical ones, so that a wrong one is another value"),
    ("value-lost", "speaks only of fields without a check of their own; F02, F60 and F103 hit fields that have one"),
    ("blank-key", "no class of the catalogue blanks a student id; such a row would be nobody's"),
    ("orphan-record", "F01 takes all rows of a student with it, so that none is left behind"),
    ("ambiguous-match", "no class of the catalogue makes two records that fit equally well"),
    ("column-constant", "speaks of a whole column; each planted fault damages one student"),
    ("control-total-changed", "speaks of totals that no finding explains; every planted fault has its finding"),
    ("pre-existing", "tells of what legacy had wrong before, which no fault of the new side can make"),
];

/// Whose board is held against every check turned off.
fn mutants() -> (Invented, Plan) {
    let what =
        Invented { seed: 12, students: 2_500, legacy: System::Aeries, new: System::PowerSchool, faults: 700_000 };
    (what, plan(what.legacy, what.new, Some(Planter::mixed(12, (1..=111).collect(), what.faults))))
}

#[test]
fn the_scoreboard_falls_when_any_check_is_silent() {
    let (what, plan) = mutants();
    let (stands, touched) = on_disk(&what.district(), &plan, &|project, truth| {
        let rows = findings(project)?;
        let whole = score(truth, &rows).points();
        let mut stands = Vec::new();
        for name in checks::names() {
            let left: Vec<&FindingRow> = rows.iter().filter(|r| r.check != name).collect();
            if score(truth, left).points() >= whole {
                stands.push(name);
            }
        }
        let touched: BTreeSet<String> = rows.iter().map(|r| r.check.clone()).collect();
        Ok((stands, touched))
    })
    .unwrap();
    let excused = |name: &&str| NOT_REACHED.iter().any(|(known, _)| known == name);
    let wrong: Vec<&&str> = stands.iter().filter(|name| !excused(name)).collect();
    assert!(wrong.is_empty(), "turned off without a loss: {wrong:?}; spoke: {touched:?}");
    let stale: Vec<&str> = NOT_REACHED.iter().map(|(name, _)| *name).filter(|name| !stands.contains(name)).collect();
    assert!(stale.is_empty(), "these fall, so that their reason is out of date: {stale:?}");
    assert!(NOT_REACHED.iter().all(|(_, reason)| reason.len() > 40));
}

#[test]
#[ignore = "ninety comparisons; the quick test beside it takes each check's findings away instead of its code"]
fn the_scoreboard_falls_when_any_check_is_turned_off() {
    let (what, plan) = mutants();
    on_disk(&what.district(), &plan, &|project, truth| {
        let run = compare(project, &policies(project)?, &Quiet)?.reconciliation;
        let bound = policies(project)?.for_run(&run);
        let points = |settings: &CheckSettings| {
            let found = run_all(&run, &bound, settings);
            let speller = Speller::new(&run, &found);
            let rows: Vec<FindingRow> = (0..speller.len()).map(|at| speller.row(at)).collect();
            score(truth, &rows).points()
        };
        let whole = points(&CheckSettings::default());
        let mut stands = Vec::new();
        for name in checks::names() {
            let mut settings = CheckSettings::default();
            settings.off.insert(name.to_owned());
            if points(&settings) >= whole {
                stands.push(name);
            }
        }
        let excused: Vec<&str> = NOT_REACHED.iter().map(|(name, _)| *name).collect();
        let wrong: Vec<&&str> = stands.iter().filter(|name| !excused.contains(name)).collect();
        assert!(wrong.is_empty(), "turned off without a loss: {wrong:?}");
        Ok(())
    })
    .unwrap();
}

#[test]
#[ignore = "minutes; STUDENTS=200000 by hand, in a release build"]
fn an_unfaulted_conversion_of_a_large_district_says_nothing() {
    let students = std::env::var("STUDENTS").map_or(20_000, |n| n.parse().unwrap());
    let (board, rows) = board(3, students, &plan(System::Aeries, System::PowerSchool, None));
    println!("{}", board.text());
    assert_silent(&format!("{students} students"), &rows);
}

#[test]
#[ignore = "minutes; by hand, SEED=N for other districts"]
fn every_class_is_found_named_and_judged_among_20_000_students() {
    let number = |name: &str, usual: u64| std::env::var(name).map_or(usual, |n| n.parse().unwrap());
    let students = u32::try_from(number("STUDENTS", 20_000)).unwrap();
    let other = number("SEED", 0);
    let mut whole = BTreeMap::new();
    for (seed, legacy, new) in [
        (1, System::Aeries, System::PowerSchool),
        (2, System::PowerSchool, System::InfiniteCampus),
        (3, System::InfiniteCampus, System::OneRoster),
        (4, System::OneRoster, System::Aeries),
    ] {
        let seed = seed + other;
        let planter = Planter::mixed(seed, (1..=111).collect(), 300_000);
        let (mut board, _) = board(seed, students, &plan(legacy, new, Some(planter)));
        board.project(106, true);
        println!("{legacy:?} -> {new:?}\n{}", board.text());
        assert_perfect(&format!("{legacy:?} -> {new:?}"), &board);
        for class in board.classes.iter().filter(|c| c.planted > 0) {
            *whole.entry(class.class.id).or_insert(0) += class.planted;
        }
    }
    assert_eq!(whole.len(), 111, "{whole:?}");
}

#[test]
fn the_demo_improves_from_rehearsal_to_rehearsal() {
    let dir = tempfile::tempdir().unwrap();
    write_demo(dir.path()).unwrap();
    let mut counts = Vec::new();
    for label in ["R1", "R2", "R3", "R4"] {
        let project = rollproof::run::load(&dir.path().join("rollproof.toml"), Some(label)).unwrap();
        counts.push(above_info(&findings(&project).unwrap()).len());
    }
    assert!(counts.windows(2).all(|w| w[0] > w[1]), "{counts:?}");
    assert_eq!(counts[3], 0);
}

/// Without a second id, a stripped zero tears a student in two: each check that says so is needed.
#[test]
fn a_stripped_zero_is_a_missing_and_an_unexpected_student_where_no_other_id_pairs_them() {
    let planter = Planter::mixed(9, vec![5], 40_000);
    on_disk(
        &District::generate(9, 600),
        &plan(System::Aeries, System::PowerSchool, Some(planter)),
        &|project, truth| {
            let mut alone = project.clone();
            alone.matching = vec![rollproof::project::MatchRule::StudentId];
            let rows = findings(&alone)?;
            let board = score(truth, &rows);
            assert_perfect("F05", &board);
            for check in ["student-missing", "student-unexpected"] {
                let left: Vec<&FindingRow> = rows.iter().filter(|r| r.check != check).collect();
                assert!(score(truth, left).points() < board.points(), "{check}");
            }
            Ok(())
        },
    )
    .unwrap();
}

/// The truth of a written migration says what must be said of each damaged student, the elder of merged twins too.
#[test]
fn both_twins_of_a_merge_are_in_the_truth_each_with_what_must_be_said() {
    let dir = tempfile::tempdir().unwrap();
    let planter = Planter::mixed(5, vec![3], 1_000_000);
    let plan = plan(System::Aeries, System::PowerSchool, Some(planter));
    let truth: Vec<Truth> =
        write_migration(dir.path(), &District::generate(5, 1_500), &plan, &|_| ()).unwrap().new.truth;
    assert!(truth.len() >= 4, "{truth:#?}");
    for pair in truth.chunks(2) {
        assert_eq!(
            (pair[0].expected.checks, pair[0].expected.severity),
            (&["student-missing"][..], Severity::Critical)
        );
        assert!(pair[1].expected.checks.contains(&"class-unexpected"), "{pair:#?}");
    }
    let rows = findings(&project_at(dir.path()).unwrap()).unwrap();
    let board = score(&truth, &rows);
    assert_perfect("twins", &board);
    assert_eq!(board.classes[2].planted, truth.len());
}
