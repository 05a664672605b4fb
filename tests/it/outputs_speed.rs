//! Workbooks of a whole district against the reconciliation itself, in one run of one process.

use std::collections::BTreeMap;
use std::time::Instant;

use rollproof::checks;
use rollproof::finding::Severity;
use rollproof::policy::shipped;
use rollproof::project::{Known, Overrides, Project};
use rollproof::report::FindingSource as _;
use rollproof::report::packs::{PackForms, PackInfo, PackJob, PackPlanner, Seals, write_packs};
use rollproof::report::privacy::Privacy;
use rollproof::run::{Quiet, Spelled, compare, policies};
use rollproof::synth::{Invented, System, write_invented};

/// Students of the district: as many as the one of 2014 had, or what `ROLLPROOF_STUDENTS` says.
const STUDENTS: u32 = 650_000;

#[test]
#[ignore = "minutes: a whole district of some 900 schools; run it with --release"]
fn the_workbooks_of_all_schools_take_less_time_than_the_reconciliation() {
    let named = std::env::var("ROLLPROOF_STUDENTS").ok().and_then(|text| text.parse().ok());
    let what = Invented {
        seed: 7,
        students: named.unwrap_or(STUDENTS),
        legacy: System::Aeries,
        new: System::PowerSchool,
        faults: 500_000,
    };
    let folder = tempfile::tempdir().unwrap();
    write_invented(folder.path(), &what, &|_| {}).unwrap();
    let names: Vec<&str> = checks::names().collect();
    let (gpa, graduation) = (shipped::GPA.map(|p| p.name), shipped::GRADUATION.map(|p| p.name));
    let known = Known { checks: &names, gpa_policies: &gpa, graduation_policies: &graduation };
    let project = Project::load(&folder.path().join("rollproof.toml"), &Overrides::default(), &known).unwrap();

    let started = Instant::now();
    let comparison = compare(&project, &policies(&project).unwrap(), &Quiet).unwrap();
    let reconciled = started.elapsed().as_secs_f64();

    let started = Instant::now();
    let spelled = Spelled::new(&comparison.reconciliation, &comparison.findings, "R1");
    let mut planner = PackPlanner::new(Severity::Minor);
    for at in 0..spelled.len() {
        planner.add(at as u32, &spelled.row(at));
    }
    let packs = planner.plan([]);
    let rows: usize = packs.iter().map(|p| p.rows.len()).sum();
    let planned = started.elapsed().as_secs_f64();
    let out = folder.path().join("packs");
    std::fs::create_dir(&out).unwrap();
    let info = PackInfo { run: "R1".into(), day: "2026-06-01".into(), ..PackInfo::default() };
    let job = PackJob {
        folder: &out,
        info: &info,
        source: &spelled,
        privacy: &Privacy::default(),
        answers: &BTreeMap::new(),
        forms: PackForms { csv: false, xlsx: true },
        seals: &Seals::default(),
    };
    let files = write_packs(&job, &packs).unwrap();
    let written = started.elapsed().as_secs_f64();
    let workbooks: usize = files.values().map(Vec::len).sum();
    println!(
        "{} students, {} schools: reconciled in {reconciled:.1} s; {workbooks} workbooks with {rows} findings in {written:.1} s \
         (of which {planned:.1} s for spelling out and planning): {:.0} % of the reconciliation",
        what.students,
        packs.len(),
        100.0 * written / reconciled
    );
    assert!(workbooks >= packs.len());
    assert!(written < reconciled, "{written:.1} s for the workbooks, {reconciled:.1} s for the reconciliation");
}
