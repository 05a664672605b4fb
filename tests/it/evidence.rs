//! Evidence from the command line: made from a run, signed, checked elsewhere, and sign-offs that changed findings void.

use std::path::Path;
use std::process::Command;

use crate::support::copy;

fn rollproof(project: Option<&Path>, args: &[&str]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollproof"));
    command.args(args).env("ROLLPROOF_NOW", "2026-06-02T18:00:00Z");
    if let Some(project) = project {
        command.arg("-C").arg(project);
    }
    let output = command.output().unwrap();
    let text = |b: Vec<u8>| String::from_utf8(b).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout) + &text(output.stderr))
}

fn sample() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-data/maple-valley"), folder.path());
    folder
}

#[test]
fn a_run_is_proven_signed_and_checked_without_the_project() {
    let folder = sample();
    assert_eq!(rollproof(Some(folder.path()), &["run"]).0, 0);
    let elsewhere = tempfile::tempdir().unwrap();
    let archive = elsewhere.path().join("R1.zip");
    let file = archive.to_str().unwrap();
    let (code, said) = rollproof(Some(folder.path()), &["evidence", "-o", file]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = rollproof(None, &["verify", file]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("no-go") && said.contains("signed     by nobody"), "{said}");
    let (code, said) = rollproof(Some(folder.path()), &["sign", file, "--by", "J. Ruiz"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = rollproof(None, &["verify", file]);
    assert!(code == 0 && said.contains("signed     J. Ruiz with key"), "{said}");
    let mut bytes = std::fs::read(&archive).unwrap();
    let at = bytes.windows(11).position(|w| w == b"[migration]").unwrap();
    bytes[at] = b'(';
    std::fs::write(&archive, bytes).unwrap();
    let (code, said) = rollproof(None, &["verify", file]);
    assert!(code == 1 && said.contains("config/rollproof.toml"), "{said}");
}

#[test]
fn the_archive_holds_no_student() {
    let folder = sample();
    assert_eq!(rollproof(Some(folder.path()), &["run"]).0, 0);
    let archive = folder.path().join("R1.zip");
    let (code, said) = rollproof(Some(folder.path()), &["evidence", "-o", archive.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    let bytes = std::fs::read(&archive).unwrap();
    for canary in ["O'Brien", "O'BRIEN", "0020017", "4000031007"] {
        assert!(!bytes.windows(canary.len()).any(|w| w == canary.as_bytes()), "{canary}");
    }
}

#[test]
fn a_sign_off_holds_for_the_findings_that_were_signed() {
    let folder = sample();
    let project = folder.path();
    let toml = project.join("rollproof.toml");
    let text = std::fs::read_to_string(&toml).unwrap() + "\n[gate]\nsignoffs = true\n";
    std::fs::write(&toml, text).unwrap();
    assert_eq!(rollproof(Some(project), &["run"]).0, 0);
    let unsigned = |what: &str| {
        let (_, said) = rollproof(Some(project), &["gate", "--all"]);
        assert!(said.contains(what), "{what}: {said}");
    };
    unsigned("0 of ");
    let sign = |school: &str| rollproof(Some(project), &["signoff", school, "--by", "B. Cruz", "--role", "registrar"]);
    assert_eq!(sign("99999").0, 2);
    let (code, said) = sign("20115");
    assert_eq!(code, 0, "{said}");
    unsigned("1 of ");
    assert_eq!(rollproof(Some(project), &["run"]).0, 0);
    unsigned("1 of ");
    let grades = project.join("new/storedgrades.txt");
    let bytes = std::fs::read_to_string(&grades).unwrap();
    let changed = bytes.replacen("\tALG1A\tAlgebra 1 A\tA-\t", "\tALG1A\tAlgebra 1 A\tD\t", 1);
    assert_ne!(bytes, changed);
    std::fs::write(&grades, changed).unwrap();
    assert_eq!(rollproof(Some(project), &["run"]).0, 0);
    unsigned("0 of ");
}
