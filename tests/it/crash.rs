//! Runs that are killed, run out of disk, may not write, or meet another run: the last complete run, the history and
//! the packs stay whole, nothing half-written is read as a result, and the next run works.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::copy;

fn sample_into(folder: &Path) {
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/maple-valley"), folder);
}

fn command(project: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollproof"));
    command.args(args).arg("-C").arg(project).env("ROLLPROOF_NOW", "2026-06-02T18:00:00Z");
    command.env_remove("GITHUB_STEP_SUMMARY").env_remove("GITHUB_ACTIONS");
    command
}

fn rollproof(project: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = command(project, args).output().unwrap();
    let text = |b: Vec<u8>| String::from_utf8(b).unwrap();
    (output.status.code(), text(output.stdout) + &text(output.stderr))
}

fn json(path: &Path) -> serde_json::Value {
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { _ = found.insert(path.clone(), std::fs::read(path).unwrap()) }
        }
    }
    found
}

/// What must hold at any moment: the history is whole, and what stands as a result is one whole run that is on record.
fn is_whole(project: &Path) {
    let (code, said) = rollproof(project, &["runs", "check"]);
    assert_eq!(code, Some(0), "{said}");
    // Deciding again puts back a folder that was moved aside, and reads all of the run.
    let (code, said) = rollproof(project, &["gate", "--all"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(!said.contains("input-changed"), "{said}");
    let out = project.join("out/R1");
    let (verdict, summary) = (json(&out.join("verdict.json")), json(&out.join("summary.json")));
    assert_eq!(verdict["run"], summary["run"]["id"]);
    assert_eq!(verdict["verdict"], "no-go");
    for name in summary["outputs"].as_array().unwrap() {
        assert!(out.join(name.as_str().unwrap()).exists(), "{name}");
    }
    let rows = csv::Reader::from_path(out.join("findings.csv")).unwrap().into_records().map(Result::unwrap).count();
    assert_eq!(verdict["findings"].as_u64(), Some(rows as u64));
    let packs =
        summary["schools"].as_array().unwrap().iter().filter_map(|s| s["pack"].as_str()).filter(|p| !p.is_empty());
    for pack in packs {
        assert!(out.join(pack).is_file(), "{pack}");
    }
    let (code, said) = rollproof(project, &["runs", "show", verdict["run"].as_str().unwrap()]);
    assert!(code == Some(0) && said.contains("no-go"), "{said}");
}

fn killed(times: u64) {
    let folder = tempfile::tempdir().unwrap();
    sample_into(folder.path());
    let begun = Instant::now();
    assert_eq!(rollproof(folder.path(), &["run"]).0, Some(0));
    let mut whole_run = begun.elapsed();
    is_whole(folder.path());
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let (mut killed, mut finished) = (0, 0);
    while killed < times {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Half of them anywhere, half in the last third, where everything is written.
        let share = u32::try_from((random >> 33) % 1000).unwrap();
        let share = if killed % 2 == 0 { share } else { 667 + share / 3 };
        let begun = Instant::now();
        let mut child = command(folder.path(), &["run"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while begun.elapsed() < whole_run * share / 1000 && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        let _ = child.kill();
        match child.wait().unwrap().code() {
            None => killed += 1,
            Some(code) => {
                assert_eq!(code, 0);
                // The machine is faster now than it was: later moments would all be too late.
                whole_run = whole_run.min(begun.elapsed());
                finished += 1;
                assert!(finished < 3 * times + 10, "{killed} of {times} were killed");
            }
        }
        is_whole(folder.path());
    }
    println!("{killed} killed, {finished} finished before");
    assert_eq!(rollproof(folder.path(), &["run"]).0, Some(0));
    is_whole(folder.path());
    let left: Vec<_> = files(&folder.path().join("out"))
        .into_keys()
        .filter(|p| !p.starts_with(folder.path().join("out/R1")))
        .collect();
    assert_eq!(left, Vec::<PathBuf>::new(), "the next run sweeps what was left");
}

#[test]
fn killed_at_random_moments_the_last_run_and_the_history_stay_whole() {
    killed(6);
}

#[test]
#[ignore = "200 runs of the program, a quarter of an hour; run by hand"]
fn killed_at_200_random_moments_the_last_run_and_the_history_stay_whole() {
    killed(200);
}

/// A folder of its own small disk, which is taken away with it; `None` where that is not allowed.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        done.is_ok_and(|s| s.success()).then_some(Self { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn remount(&self, how: &str) -> bool {
        let done = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(self.path()).status();
        done.is_ok_and(|s| s.success())
    }

    fn free(&self) -> u64 {
        let output = Command::new("df").args(["--output=avail", "-B1"]).arg(self.path()).output().unwrap();
        String::from_utf8(output.stdout).unwrap().lines().nth(1).unwrap().trim().parse().unwrap()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[test]
fn on_a_full_disk_a_run_fails_clearly_and_the_last_one_stays() {
    let Some(disk) = SmallDisk::mount("48m") else {
        println!("SKIPPED: no small disk can be mounted here (needs root on Linux)");
        return;
    };
    sample_into(disk.path());
    assert_eq!(rollproof(disk.path(), &["run"]).0, Some(0));
    let before = files(&disk.path().join("out/R1"));
    let filler = disk.path().join("filler");
    // From nothing left to half of what a run writes: the disk fills up in another step of the run each time.
    let whole: u64 = before.values().map(|bytes| bytes.len() as u64).sum();
    for left in [0, whole / 20, whole / 10, whole / 4, whole / 2] {
        let free = disk.free();
        std::fs::write(&filler, vec![0u8; usize::try_from(free.saturating_sub(left)).unwrap()]).unwrap();
        let (code, said) = rollproof(disk.path(), &["run", "--gate"]);
        assert_eq!(code, Some(5), "{left} bytes left: {said}");
        assert!(said.contains("error:") && said.contains("fix:"), "{said}");
        assert!(files(&disk.path().join("out/R1")) == before, "{left} bytes left: the last run was touched");
        std::fs::remove_file(&filler).unwrap();
        let (code, said) = rollproof(disk.path(), &["runs", "check"]);
        assert_eq!(code, Some(0), "{left} bytes left: {said}");
    }
    is_whole(disk.path());
    assert_eq!(rollproof(disk.path(), &["run"]).0, Some(0));
    is_whole(disk.path());
}

#[test]
fn in_a_read_only_folder_a_run_fails_clearly_and_the_last_one_stays() {
    let Some(disk) = SmallDisk::mount("48m") else {
        println!("SKIPPED: no disk can be mounted here (needs root on Linux)");
        return;
    };
    sample_into(disk.path());
    assert_eq!(rollproof(disk.path(), &["run"]).0, Some(0));
    let before = files(disk.path());
    assert!(disk.remount("ro"));
    for args in [&["run", "--gate"][..], &["gate"], &["signoff", "20115", "--by", "A", "--role", "registrar"]] {
        let (code, said) = rollproof(disk.path(), args);
        assert_eq!(code, Some(5), "{args:?}: {said}");
        assert!(said.contains("error: cannot write"), "{said}");
    }
    assert!(files(disk.path()) == before);
    assert!(disk.remount("rw"));
    is_whole(disk.path());
    assert_eq!(rollproof(disk.path(), &["run"]).0, Some(0));
    is_whole(disk.path());
}

#[test]
fn two_runs_at_once_take_turns_or_refuse_clearly() {
    let folder = tempfile::tempdir().unwrap();
    sample_into(folder.path());
    let start = || command(folder.path(), &["run"]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let both = [start(), start()].map(|c| c.wait_with_output().unwrap());
    let codes: Vec<Option<i32>> = both.iter().map(|o| o.status.code()).collect();
    assert!(codes.contains(&Some(0)), "{codes:?}");
    for output in both.iter().filter(|o| o.status.code() != Some(0)) {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(5) && said.contains("another rollproof is writing"), "{said}");
    }
    is_whole(folder.path());
    let runs = rollproof(folder.path(), &["runs", "list"]).1.lines().count() - 1;
    assert_eq!(runs, codes.iter().filter(|c| **c == Some(0)).count());
}

#[test]
fn a_newer_programs_files_are_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    sample_into(folder.path());
    assert_eq!(rollproof(folder.path(), &["run"]).0, Some(0));
    for name in ["verdict.json", "summary.json", "measured.json"] {
        let path = folder.path().join("out/R1").join(name);
        let ours = std::fs::read_to_string(&path).unwrap();
        let newer = ours.replacen("\"schema\": 1", "\"schema\": 2", 1);
        assert_ne!(ours, newer, "{name}");
        std::fs::write(&path, &newer).unwrap();
        let (code, said) = rollproof(folder.path(), &["run"]);
        assert!(code == Some(5) && said.contains("format 2"), "{name}: {said}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), newer, "{name}");
        if name == "verdict.json" {
            let (code, said) = rollproof(folder.path(), &["gate"]);
            assert!(code == Some(5) && said.contains("format 2"), "{said}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), newer);
        }
        std::fs::write(&path, &ours).unwrap();
    }
    is_whole(folder.path());
}
