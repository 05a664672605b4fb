//! Rehearsals on record: what moved, what came back, what stays whole when a run is killed.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use jiff::ZonedDateTime;
use jiff::civil::date;

use super::*;
use crate::canonical::Decimal;
use crate::finding::Severity;
use crate::gate::{Criteria, Measured, decide};

fn at(day: i8) -> ZonedDateTime {
    date(2026, 6, day).at(8, 0, 0, 0).in_tz("America/Chicago").unwrap()
}

fn open(folder: &Path, day: i8) -> History {
    History::open(&folder.join(".rollproof"), Clock::Fixed(at(day))).unwrap()
}

fn run(id: &str, label: &str, inputs: &str) -> NewRun {
    NewRun {
        id: id.into(),
        label: label.into(),
        started: at(1),
        version: "0.1.0".into(),
        project_hash: "p".into(),
        inputs_hash: inputs.into(),
        legacy_as_of: date(2026, 6, 1),
        new_as_of: date(2026, 6, 1),
        whole: true,
        volume: Volume { students: 100, records: 1000 },
        side_inputs: ("l".into(), "n".into()),
    }
}

fn this<'a>(label: &'a str, inputs: &'a str) -> ThisRun<'a> {
    let volume = Volume { students: 100, records: 1000 };
    ThisRun { label, inputs, side_inputs: ("l", "n"), volume, min_volume: Decimal::new(95, 0) }
}

fn marks<'a>(fingerprints: &[&'a str]) -> Vec<FindingMark<'a>> {
    let of = |fingerprint| FindingMark {
        fingerprint,
        check: "mark-changed",
        severity: Severity::Critical,
        school: "012",
        cause: "",
        waiver: "",
    };
    fingerprints.iter().copied().map(of).collect()
}

/// R1 finds a b c d; R2 has fixed a, b; R3 has a again and e new; R4 has only d.
fn four_rehearsals(folder: &Path) {
    let rehearsals: [(&str, &[&str]); 4] =
        [("R1", &["a", "b", "c", "d"]), ("R2", &["c", "d"]), ("R3", &["d", "c", "a", "e"]), ("R4", &["d"])];
    for (day, (label, found)) in (1..).zip(rehearsals) {
        let mut history = open(folder, day);
        let id = history.new_run_id(label).unwrap();
        let receipt = history.record(&run(&id, label, label), &marks(found)).unwrap();
        assert_eq!(receipt.findings(), found.len() as u64);
    }
}

#[test]
fn four_rehearsals_are_told_exactly() {
    let folder = tempfile::tempdir().unwrap();
    four_rehearsals(folder.path());
    let history = History::read(&folder.path().join(".rollproof"), Clock::Fixed(at(5))).unwrap();
    let moved = |from, to| history.compare(from, to).unwrap().all;
    assert_eq!(moved("R1", "R2"), Moved { fixed: 2, new: 0, still_open: 2, came_back: 0 });
    assert_eq!(moved("R2", "R3"), Moved { fixed: 0, new: 1, still_open: 2, came_back: 1 });
    assert_eq!(moved("R3", "R4"), Moved { fixed: 3, new: 0, still_open: 1, came_back: 0 });
    assert_eq!(moved("R1", "R4"), Moved { fixed: 3, new: 0, still_open: 1, came_back: 0 });
    let by_check = history.compare("R2", "R3").unwrap().by_check;
    assert_eq!(by_check["mark-changed"].came_back, 1);
    let open: Vec<u64> = history.trend().unwrap().iter().map(|p| p.open.critical).collect();
    assert_eq!(open, [4, 2, 4, 1]);
}

#[test]
fn a_new_run_knows_what_came_back_and_where_it_was_first_seen() {
    let folder = tempfile::tempdir().unwrap();
    four_rehearsals(folder.path());
    let history = open(folder.path(), 5);
    let earlier = history.earlier(&this("R5", "R5"), &marks(&["d", "b", "f"])).unwrap();
    assert_eq!(earlier.first_seen, [Some("R1".into()), Some("R1".into()), None]);
    assert_eq!(earlier.rehearsals.came_back, 1);
    let (before, moved) = earlier.since.unwrap();
    assert_eq!((before.label.as_str(), moved.new, moved.still_open), ("R4", 1, 1));
}

#[test]
fn another_attempt_of_a_rehearsal_is_not_a_rehearsal() {
    let folder = tempfile::tempdir().unwrap();
    four_rehearsals(folder.path());
    let history = open(folder.path(), 5);
    let earlier = history.earlier(&this("R4", "R4"), &marks(&["d", "c"])).unwrap();
    assert_eq!(earlier.since.unwrap().0.label, "R3");
    assert_eq!(earlier.rehearsals.came_back, 0);
}

#[test]
fn a_waived_finding_is_not_open_and_a_finding_twice_counts_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = open(folder.path(), 1);
    history.record(&run("1", "R1", "1"), &marks(&["a", "a", "b"])).unwrap();
    let mut second = marks(&["a", "b"]);
    second[1].waiver = "W-001";
    history.record(&run("2", "R2", "2"), &second).unwrap();
    let moved = history.compare("R1", "R2").unwrap().all;
    assert_eq!(moved, Moved { fixed: 2, new: 0, still_open: 1, came_back: 0 });
    let record = history.find("R2").unwrap();
    assert_eq!((record.open.critical, record.waived.critical), (1, 1));
}

#[test]
fn clean_rehearsals_in_a_row_need_new_inputs_each() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = open(folder.path(), 1);
    for (label, inputs, clean) in [("R1", "1", 0), ("R2", "2", 1), ("R3", "3", 1), ("R3b", "3", 1)] {
        history.record(&run(label, label, inputs), &[]).unwrap();
        history.connection.execute("UPDATE run SET clean = ?1 WHERE id = ?2", rusqlite::params![clean, label]).unwrap();
    }
    let before = |inputs| history.earlier(&this("R4", inputs), &[]).unwrap().rehearsals.clean_before;
    assert_eq!(before("4"), 2);
    assert_eq!(before("3"), 1, "the same inputs again are no new rehearsal");
}

#[test]
fn a_younger_run_on_record_means_that_the_clock_went_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = open(folder.path(), 1);
    history.record(&NewRun { started: at(9), ..run("1", "R1", "1") }, &[]).unwrap();
    assert!(history.earlier(&this("R2", "2"), &[]).unwrap().rehearsals.clock_went_back);
}

#[test]
fn nothing_of_a_student_is_written_to_disk() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = open(folder.path(), 1);
    history.record(&run("1", "R1", "1"), &marks(&["CANARY0123456789"])).unwrap();
    drop(history);
    for entry in walk(folder.path()) {
        let bytes = std::fs::read(&entry).unwrap();
        assert!(!bytes.windows(6).any(|w| w == b"CANARY"), "{}", entry.display());
    }
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    entries.flat_map(|p| if p.is_dir() { walk(&p) } else { vec![p] }).collect()
}

#[test]
fn a_decision_is_on_record_and_in_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = open(folder.path(), 1);
    let receipt = history.record(&run("1", "R1", "1"), &[]).unwrap();
    let decision = decide(&Measured::default(), &Criteria::default());
    let hash = history.decide(receipt.run(), &decision).unwrap();
    let (entries, faults) = history.chain().unwrap();
    assert_eq!((entries.len(), faults.len()), (2, 0));
    assert_eq!(entries[1].hash, hash);
    assert_eq!(history.find("1").unwrap().verdict.as_deref(), Some("cannot-decide"));
    assert!(history.decide("2", &decision).is_err(), "a run that is not on record can not be decided on");
    let file = verdict_file(receipt.run(), receipt.findings(), "R1", &at(1), &decision, &hash);
    let json: serde_json::Value = serde_json::from_slice(&file).unwrap();
    assert_eq!((json["schema"].as_u64(), json["verdict"].as_str()), (Some(1), Some("cannot-decide")));
}

#[test]
fn a_changed_or_removed_entry_of_the_chain_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = open(folder.path(), 1);
    for id in ["1", "2", "3"] {
        history.record(&run(id, id, id), &[]).unwrap();
    }
    history.connection.execute("UPDATE chain SET body = replace(body, 'R', 'r') || ' ' WHERE number = 2", []).unwrap();
    assert_eq!(history.chain().unwrap().1[0], ChainFault { number: 2, what: "was changed" });
    assert!(!history.integrity().unwrap().is_empty());
    history.connection.execute("DELETE FROM chain WHERE number = 2", []).unwrap();
    assert_eq!(history.chain().unwrap().1[0].number, 3);
}

#[test]
fn an_old_store_is_brought_up_and_a_newer_one_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path(), 1));
    let path = folder.path().join(".rollproof/history.db");
    std::fs::remove_file(&path).unwrap();
    let old = rusqlite::Connection::open(&path).unwrap();
    old.execute_batch(&schema::sql_up_to(1)).unwrap();
    old.pragma_update(None, "application_id", schema::APPLICATION_ID).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    drop(old);
    let mut history = open(folder.path(), 1);
    history.record(&run("1", "R1", "1"), &[]).unwrap();
    assert_eq!(schema::version(&history.connection, &path).unwrap(), VERSION);
    history.connection.pragma_update(None, "user_version", VERSION + 1).unwrap();
    drop(history);
    let clock = Clock::Fixed(at(2));
    let refused = History::open(&folder.path().join(".rollproof"), clock.clone()).unwrap_err();
    assert_eq!(refused.exit_code() as u8, 5);
    assert_eq!(History::read(&folder.path().join(".rollproof"), clock).unwrap().runs().unwrap().len(), 1);
}

#[test]
fn a_store_of_every_earlier_version_is_read_as_it_is_and_brought_up_when_written() {
    for version in 1..VERSION {
        let folder = tempfile::tempdir().unwrap();
        let ours = folder.path().join(".rollproof");
        drop(open(folder.path(), 1));
        let path = ours.join("history.db");
        ["history.db", "history.db-wal", "history.db-shm"].iter().for_each(|n| _ = std::fs::remove_file(ours.join(n)));
        let old = rusqlite::Connection::open(&path).unwrap();
        old.execute_batch(&schema::sql_up_to(usize::try_from(version).unwrap())).unwrap();
        old.execute_batch(
            "INSERT INTO run (id, label, started, version, project_hash, inputs_hash, legacy_as_of, new_as_of, whole,
             findings, findings_hash, state) VALUES ('1','R1','2026-06-01T08:00:00-05:00[America/Chicago]','0.1.0',
             'p','i','2026-06-01','2026-06-01',1,0,'h','recorded')",
        )
        .unwrap();
        old.pragma_update(None, "application_id", schema::APPLICATION_ID).unwrap();
        old.pragma_update(None, "user_version", version).unwrap();
        drop(old);
        let read = History::read(&ours, Clock::Fixed(at(2))).unwrap();
        assert_eq!((read.runs().unwrap()[0].label.as_str(), read.version), ("R1", version));
        assert_eq!(schema::version(&read.connection, &path).unwrap(), version, "reading changes nothing");
        drop(read);
        let mut written = open(folder.path(), 2);
        written.record(&run("2", "R2", "2"), &[]).unwrap();
        assert_eq!(schema::version(&written.connection, &path).unwrap(), VERSION);
        let volumes: Vec<u64> = written.runs().unwrap().iter().map(|r| r.volume.students).collect();
        assert_eq!(volumes, [0, 100], "what an old version did not know stays unknown");
    }
}

#[test]
fn a_rehearsal_with_a_part_of_the_district_is_no_clean_rehearsal() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = open(folder.path(), 1);
    for (label, students, records) in [("R1", 100, 1000), ("R2", 94, 1000), ("R3", 95, 950)] {
        let volume = Volume { students, records };
        history.record(&NewRun { volume, ..run(label, label, label) }, &[]).unwrap();
        history.connection.execute("UPDATE run SET clean = 1 WHERE id = ?1", [label]).unwrap();
    }
    let found = history.earlier(&this("R4", "4"), &[]).unwrap().rehearsals;
    assert_eq!((found.clean_before, found.students, found.records), (1, 100, 1000), "R2 is too small");
    let lower = ThisRun { min_volume: Decimal::new(94, 0), ..this("R4", "4") };
    assert_eq!(history.earlier(&lower, &[]).unwrap().rehearsals.clean_before, 3);
}

#[test]
fn exports_that_changed_sides_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = open(folder.path(), 1);
    history.record(&run("1", "R1", "1"), &[]).unwrap();
    assert_eq!(history.earlier(&this("R2", "2"), &[]).unwrap().swapped, None);
    let crossed = ThisRun { side_inputs: ("n", "l"), ..this("R2", "2") };
    assert_eq!(history.earlier(&crossed, &[]).unwrap().swapped.as_deref(), Some("R1"));
    let half = ThisRun { side_inputs: ("n", "x"), ..this("R2", "2") };
    assert_eq!(history.earlier(&half, &[]).unwrap().swapped, None);
}

#[test]
fn findings_that_were_changed_on_disk_are_named() {
    let folder = tempfile::tempdir().unwrap();
    four_rehearsals(folder.path());
    let history = open(folder.path(), 5);
    assert_eq!(history.integrity().unwrap(), Vec::<String>::new());
    let id = history.find("R2").unwrap().id;
    let path = history.findings_path(&id);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[9] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(history.integrity().unwrap(), [format!("findings/{id}.parquet was changed")]);
    std::fs::remove_file(&path).unwrap();
    assert_eq!(history.integrity().unwrap(), [format!("findings/{id}.parquet can not be read")]);
    assert!(history.receipt(&id).unwrap().is_none());
}

#[test]
fn a_damaged_or_foreign_store_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path(), 1));
    let path = folder.path().join(".rollproof/history.db");
    std::fs::write(&path, vec![7u8; 8192]).unwrap();
    assert!(History::open(&folder.path().join(".rollproof"), Clock::Fixed(at(1))).is_err());
    std::fs::remove_file(&path).unwrap();
    rusqlite::Connection::open(&path)
        .unwrap()
        .execute_batch("CREATE TABLE other (x); PRAGMA user_version = 1")
        .unwrap();
    assert!(History::open(&folder.path().join(".rollproof"), Clock::Fixed(at(1))).is_err());
}

#[test]
fn pruning_takes_findings_and_leaves_the_record() {
    let folder = tempfile::tempdir().unwrap();
    four_rehearsals(folder.path());
    let mut history = open(folder.path(), 5);
    assert_eq!(history.prune(Keep { newest: 2 }).unwrap().len(), 2);
    assert_eq!(history.runs().unwrap().len(), 4);
    assert!(history.compare("R1", "R4").is_err());
    assert_eq!(history.compare("R3", "R4").unwrap().all.fixed, 3);
    assert!(history.integrity().unwrap().is_empty());
    assert_eq!(history.prune(Keep { newest: 2 }).unwrap(), Vec::<String>::new());
}

#[test]
fn an_output_folder_replaces_the_last_one_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path(), 1);
    let place = folder.path().join("out");
    let write = |run: &str, text: &str| {
        let build = RunFolder::create(&history, &place, run, &[]).unwrap();
        build.create_file("packs/012.csv").unwrap().write_all(text.as_bytes()).unwrap();
        build
    };
    write("r1", "one").finish(b"{}").unwrap();
    drop(write("r2", "two"));
    assert_eq!(std::fs::read_to_string(place.join("packs/012.csv")).unwrap(), "one");
    std::mem::forget(write("r3", "three"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3, "a killed run leaves a partial folder");
    write("r4", "four").finish(b"{}").unwrap();
    assert_eq!(std::fs::read_to_string(place.join("packs/012.csv")).unwrap(), "four");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2, "and the next run sweeps it");
    std::fs::rename(&place, folder.path().join(".out.r5.old")).unwrap();
    drop(write("r6", "six"));
    assert_eq!(std::fs::read_to_string(place.join("packs/012.csv")).unwrap(), "four", "what was moved aside is back");
}

#[test]
fn an_output_folder_inside_an_input_or_behind_a_link_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let history = open(folder.path(), 1);
    let input = folder.path().join("legacy");
    std::fs::create_dir(&input).unwrap();
    let create = |place: &Path| RunFolder::create(&history, place, "r", std::slice::from_ref(&input)).map(|_| ());
    assert!(create(&input.join("out")).is_err());
    assert!(create(&input).is_err());
    assert!(create(folder.path()).is_err(), "it would hold an input");
    create(&folder.path().join("out")).unwrap();
    let build = RunFolder::create(&history, &folder.path().join("out"), "r", &[]).unwrap();
    assert!(build.create_file("../escape").is_err());
    assert!(build.create_file("/escape").is_err());
    drop(build);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&input, folder.path().join("link")).unwrap();
        assert!(create(&folder.path().join("link")).is_err());
    }
}

#[cfg(unix)]
#[test]
fn what_is_written_is_private_to_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    four_rehearsals(folder.path());
    let history = open(folder.path(), 5);
    let build = RunFolder::create(&history, &folder.path().join("out"), "r", &[]).unwrap();
    build.create_file("a.csv").unwrap();
    build.finish(b"{}").unwrap();
    for path in walk(folder.path()) {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o077;
        assert_eq!(mode, 0, "{}", path.display());
    }
}

/// Not a test of its own: what the killed children do, again and again.
#[test]
#[ignore = "started by killed_at_any_moment_the_history_and_the_last_folder_stay_whole"]
fn child_that_is_killed() {
    let Ok(folder) = std::env::var("ROLLPROOF_TEST_KILLED") else { return };
    let folder = Path::new(&folder);
    let prints: Vec<String> = (0..500).map(|n| n.to_string()).collect();
    let prints: Vec<&str> = prints.iter().map(String::as_str).collect();
    loop {
        one_run(folder, &prints);
    }
}

fn one_run(folder: &Path, prints: &[&str]) {
    let mut history = open(folder, 1);
    let id = history.new_run_id("R1").unwrap();
    let receipt = history.record(&run(&id, "R1", "1"), &marks(prints)).unwrap();
    let build = RunFolder::create(&history, &folder.join("out"), &id, &[]).unwrap();
    for n in 0..5 {
        build.create_file(&format!("packs/{n}.csv")).unwrap().write_all(&[b'x'; 5000]).unwrap();
    }
    let decision = decide(&Measured::default(), &Criteria::default());
    let chain = history.decide(&id, &decision).unwrap();
    build.finish(&verdict_file(receipt.run(), receipt.findings(), "R1", &at(1), &decision, &chain)).unwrap();
}

#[test]
fn killed_at_any_moment_the_history_and_the_last_folder_stay_whole() {
    let folder = tempfile::tempdir().unwrap();
    one_run(folder.path(), &["a"]);
    let kills: u64 = std::env::var("ROLLPROOF_TEST_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(12);
    for n in 0..kills {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "history::tests::child_that_is_killed"])
            .env("ROLLPROOF_TEST_KILLED", folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20 + n * 7919 % 150));
        child.kill().unwrap();
        child.wait().unwrap();
        let history = open(folder.path(), 1);
        assert_eq!(history.integrity().unwrap(), Vec::<String>::new());
        for record in history.runs().unwrap() {
            let kept = super::marks::read(&history.findings_path(&record.id)).unwrap();
            assert_eq!(kept.len() as u64, record.findings, "what is on record is whole");
        }
        drop(RunFolder::create(&history, &folder.path().join("out"), "look", &[]).unwrap());
        let verdict = std::fs::read(folder.path().join("out/verdict.json")).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&verdict).unwrap();
        assert!(history.find(json["run"].as_str().unwrap()).unwrap().verdict.is_some());
        assert_eq!(std::fs::read_dir(folder.path().join("out/packs")).unwrap().count(), 5);
    }
    one_run(folder.path(), &["a"]);
}

#[test]
fn two_runs_at_once_take_turns() {
    let folder = tempfile::tempdir().unwrap();
    let workers: Vec<_> = (0..2)
        .map(|n| {
            let path = folder.path().to_owned();
            std::thread::spawn(move || (0..3).for_each(|i| one_run(&path, &[format!("{n}-{i}").as_str()])))
        })
        .collect();
    workers.into_iter().for_each(|w| w.join().unwrap());
    let history = open(folder.path(), 2);
    assert_eq!(history.runs().unwrap().len(), 6);
    assert!(history.integrity().unwrap().is_empty());
}
