//! `rollproof drill` from the user's side: what a project would have let through, and why.

use std::fs;

use serde_json::Value;

use super::support::{Project, root};

/// The drill's answer and how it ended.
fn drill(project: &Project) -> (i32, Value) {
    let answer = project.rollproof(&["drill", "--format", "json", "-q"]);
    assert!(answer.code <= 1, "{}\n{}", answer.out, answer.err);
    (answer.code, serde_json::from_str(&answer.out).unwrap())
}

fn class<'a>(drill: &'a Value, name: &str) -> &'a Value {
    drill["classes"].as_array().unwrap().iter().find(|c| c["class"] == name).unwrap()
}

/// The sample with a changed copy of a shipped mapping in place of the shipped one.
fn with_mapping(side: &str, system: &str, change: impl Fn(&str) -> String) -> Project {
    let project = Project::sample();
    super::support::copy(&root().join("mappings").join(system), &project.path("own"));
    let text = project.read("own/mapping.toml");
    let changed = change(&text);
    assert_ne!(changed, text, "the change hits something");
    project.write("own/mapping.toml", changed);
    let part = project.read("rollproof.toml");
    let at = part.find(&format!("[sides.{side}]")).unwrap();
    let (head, tail) = part.split_at(at);
    let tail = tail.replacen(&format!("mapping = \"{system}\""), "mapping = \"own/mapping.toml\"", 1);
    project.write("rollproof.toml", format!("{head}{tail}"));
    project
}

/// The sample with some lines of a mapping taken out.
fn without(side: &str, system: &str, lines: &[&str]) -> Project {
    with_mapping(side, system, |text| {
        let kept: Vec<&str> = text.lines().filter(|l| !lines.iter().any(|start| l.starts_with(start))).collect();
        assert!(kept.len() + lines.len() <= text.lines().count(), "every line is there");
        kept.join("\n")
    })
}

#[test]
fn the_drill_accounts_for_all_111_classes_and_the_sample_project_stops_the_critical_ones() {
    let project = Project::sample();
    let (code, drill) = drill(&project);
    assert_eq!(code, 0, "{drill:#}");
    let classes = drill["classes"].as_array().unwrap();
    assert_eq!(classes.len(), 111);
    let fate = |name: &str| classes.iter().filter(|c| c["fate"] == name).count();
    assert!(fate("stopped") >= 70, "{drill:#}");
    assert_eq!(fate("blind"), 0, "{drill:#}");
    assert_eq!(drill["planted_classes"], drill["caught_classes"], "{drill:#}");
    for class in classes.iter().filter(|c| c["fate"] != "stopped") {
        assert!(class["reason"].as_str().unwrap().len() > 20, "{class}");
    }
    assert_eq!(class(&drill, "F106")["fate"], "stopped");
}

#[test]
fn a_removed_mapping_line_blinds_classes_and_the_drill_says_which() {
    let (_, drill) = drill(&without("new", "powerschool", &["birth_date ="]));
    for name in ["F10", "F109"] {
        assert_eq!(class(&drill, name)["fate"], "blind", "{drill:#}");
        assert!(class(&drill, name)["reason"].as_str().unwrap().contains("student.birth_date is not mapped"));
    }
}

#[test]
fn a_critical_class_that_goes_unseen_ends_the_drill_with_1() {
    let (code, drill) = drill(&without("legacy", "aeries", &["grade_level = { column = \"GR\""]));
    assert_eq!(code, 1);
    assert_eq!(class(&drill, "F11")["fate"], "let-through");
    let why = class(&drill, "F11")["reason"].as_str().unwrap();
    assert!(why.contains("student.grade_level is not mapped on the legacy side"), "{why}");
    assert!(drill["unseen_critical"].as_array().unwrap().iter().any(|c| c == "F11"));
}

#[test]
fn severities_limits_and_waivers_that_would_let_a_fault_through_are_named() {
    let project = Project::sample();
    let text = project.read("rollproof.toml");
    project.write(
        "rollproof.toml",
        format!(
            "{text}\n[checks]\n\"period-changed\" = \"info\"\n\"days-changed\" = \"off\"\n\
             ignore_fields = [\"transcript.repeat_code\"]\n\n[gate]\nmajor = 50\n\n[waivers]\nfile = \"waivers.toml\"\n"
        ),
    );
    project.write(
        "waivers.toml",
        "[[waive]]\nid = \"W1\"\ncheck = \"mark-changed\"\nbroad = true\nmax = 500\nreason = \"marks are \
         looked at by hand\"\nowner = \"registrar\"\napprover = \"superintendent\"\nadded = 2026-06-01\n\
         expires = 2026-06-20\n",
    );
    let (code, drill) = drill(&project);
    let reason = |name: &str| class(&drill, name)["reason"].as_str().unwrap().to_owned();
    assert_eq!(class(&drill, "F93")["fate"], "let-through", "{drill:#}");
    assert!(reason("F93").contains("period-changed is info here"), "{}", reason("F93"));
    assert!(reason("F94").contains("days-changed is off"), "{}", reason("F94"));
    assert!(reason("F33").contains("transcript.repeat_code stands in ignore_fields"), "{}", reason("F33"));
    assert_eq!(class(&drill, "F10")["fate"], "tolerated", "{drill:#}");
    assert!(reason("F10").contains("[gate] major = 50"), "{}", reason("F10"));
    // A broad waiver of marks: a critical class goes through, with the waiver's name.
    assert_eq!(code, 1);
    assert!(reason("F46").contains("waiver W1 covers mark-changed"), "{}", reason("F46"));
}

#[test]
fn the_originals_stay_as_they_are_and_no_copy_is_left_even_after_an_error() {
    let project = Project::sample();
    let temporary = tempfile::tempdir().unwrap();
    let bytes = |name: &str| fs::read(project.path(name)).unwrap();
    let before = (bytes("new/students.txt"), bytes("legacy/STU.csv"));
    let left = || fs::read_dir(temporary.path()).unwrap().count();
    let run = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rollproof"));
        command.args(["drill", "-q"]).current_dir(project.path("."));
        command.env("TMPDIR", temporary.path()).env("ROLLPROOF_NOW", super::support::NOW).output().unwrap()
    };
    assert_eq!(run().status.code(), Some(0));
    assert_eq!(left(), 0, "the copy is taken away");
    assert_eq!(before, (bytes("new/students.txt"), bytes("legacy/STU.csv")));
    fs::write(project.path("new/students.txt"), "nonsense").unwrap();
    assert_eq!(run().status.code(), Some(3));
    assert_eq!(left(), 0, "nothing is left after an error");
}

/// A drill that waits for a signal; says which copy it has made by then.
#[cfg(unix)]
fn ended_by(signal: &str, project: &Project, temporary: &std::path::Path) -> Option<i32> {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rollproof"));
    command.args(["drill", "-q"]).current_dir(project.path(".")).env("TMPDIR", temporary);
    let mut child = command.spawn().unwrap();
    while fs::read_dir(temporary).unwrap().count() == 0 {
        assert!(child.try_wait().unwrap().is_none(), "the drill ended before a copy was seen");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    std::process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    child.wait().unwrap().code()
}

#[cfg(unix)]
#[test]
fn an_interrupt_takes_the_copy_away_and_what_a_kill_leaves_goes_with_the_next_drill() {
    let (project, temporary) = (Project::sample(), tempfile::tempdir().unwrap());
    let left = || fs::read_dir(temporary.path()).unwrap().count();
    for signal in ["-INT", "-TERM"] {
        assert_eq!(ended_by(signal, &project, temporary.path()), Some(130), "{signal}");
        assert_eq!(left(), 0, "{signal}");
    }
    assert_eq!(ended_by("-KILL", &project, temporary.path()), None);
    assert_eq!(left(), 1, "a killed process can not clean up");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_rollproof"));
    command.args(["drill", "-q"]).current_dir(project.path(".")).env("TMPDIR", temporary.path());
    command.env("ROLLPROOF_NOW", super::support::NOW).output().unwrap();
    assert_eq!(left(), 0, "the next one does");
}

/// Exports that are no delimited text: the drill plants into what the reader read of them, and says so.
#[test]
fn a_workbook_is_drilled_as_what_was_read_of_it() {
    let (_, plain) = drill(&Project::sample());
    let project = with_mapping("new", "powerschool", |text| {
        text.replace(
            "file = \"storedgrades*.txt\"\ndelimiter = \"\\t\"",
            "file = \"storedgrades.xlsx\"\nformat = \"workbook\"\nsheet = \"Sheet1\"",
        )
    });
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in project.read("new/storedgrades.txt").lines().enumerate() {
        for (column, cell) in line.split('\t').enumerate() {
            sheet.write_string(row as u32, column as u16, cell).unwrap();
        }
    }
    book.save(project.path("new/storedgrades.xlsx")).unwrap();
    fs::remove_file(project.path("new/storedgrades.txt")).unwrap();
    let (code, book) = drill(&project);
    assert_eq!(code, 0, "{book:#}");
    assert_eq!(book["classes"], plain["classes"], "the same faults, the same fates");
    assert!(book.to_string().contains("a workbook"), "{book:#}");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_enter_the_private_copy() {
    use std::os::unix::fs::PermissionsExt;
    let folder = rollproof::run::PrivateFolder::new().unwrap();
    assert_eq!(fs::metadata(folder.path()).unwrap().permissions().mode() & 0o777, 0o700);
}

/// What a real project has: a table in several files of one pattern, one packed, one in another encoding, quoted cells.
#[test]
fn tables_of_several_files_packed_and_quoted_are_drilled_too() {
    let project = Project::sample();
    let (_, plain) = drill(&project);
    let name = "new/storedgrades.txt";
    let text = project.read(name);
    let (header, rest) = text.split_once('\n').unwrap();
    let middle = rest.len() / 2 + rest[rest.len() / 2..].find('\n').unwrap() + 1;
    fs::remove_file(project.path(name)).unwrap();
    project.write("new/storedgrades_1.txt", format!("{header}\n{}", &rest[..middle]));
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut packed, format!("{header}\n{}", &rest[middle..]).as_bytes()).unwrap();
    project.write("new/storedgrades_2.txt.gz", packed.finish().unwrap());
    let students = project.read("new/students.txt");
    let (header, rest) = students.split_once('\n').unwrap();
    let quoted: Vec<String> =
        rest.lines().map(|l| l.split('\t').map(|c| format!("\"{c}\"")).collect::<Vec<_>>().join("\t")).collect();
    project.write("new/students.txt", format!("{header}\n{}\n", quoted.join("\n")));
    let (code, split) = drill(&project);
    assert_eq!(code, 0);
    assert_eq!(split["classes"], plain["classes"], "the same faults, the same fates");
}

#[test]
fn the_drill_is_on_record_for_this_configuration_and_in_the_evidence() {
    let project = Project::sample();
    project.rollproof(&["drill", "-q"]).ends(0);
    project.run().ends(1);
    project.rollproof(&["evidence", "-o", "proof.zip", "-q"]).ends(0);
    let mut archive = zip::ZipArchive::new(fs::File::open(project.path("proof.zip")).unwrap()).unwrap();
    let mut text = String::new();
    let mut paper = archive.by_name("papers/drill.json").unwrap();
    std::io::Read::read_to_string(&mut paper, &mut text).unwrap();
    let paper: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(paper["planted"], paper["caught"]);
    assert_eq!(paper["detail"]["classes"].as_array().unwrap().len(), 111);
}

#[test]
fn the_synthetic_drill_prints_every_class_and_every_control() {
    let project = Project::with_files(&[("x", b"")]);
    let answer = project.rollproof(&["drill", "--synthetic", "--students", "300", "-q"]).ends(0);
    for number in 1..=111 {
        assert!(answer.out.contains(&format!("\nF{number:02} ")), "F{number}\n{}", answer.out);
    }
    for control in ["unfaulted conversion", "N1 ", "N12 "] {
        assert!(answer.out.contains(control), "{}", answer.out);
    }
}

#[test]
fn a_demo_of_any_size_is_a_project_that_runs_and_the_same_every_time() {
    let project = Project::with_files(&[("x", b"")]);
    let args = |dir| ["demo", dir, "--students", "400", "--faults", "20000", "-q"];
    project.rollproof(&args("a")).ends(0);
    let mut single = args("b").to_vec();
    single.extend(["-j", "1"]);
    project.rollproof(&single).ends(0);
    for file in ["truth.csv", "rollproof.toml", "legacy/STU.csv", "new/students.txt", "crosswalks/course.csv"] {
        assert_eq!(project.read(&format!("a/{file}")), project.read(&format!("b/{file}")), "{file}");
    }
    project.rollproof(&["run", "-C", "a", "--gate", "-q"]).ends(1);
    project.rollproof(&["demo", "clean", "--students", "400", "--faults", "0", "-q"]).ends(0);
    let clean = project.rollproof(&["run", "-C", "clean", "--gate", "-q"]).ends(0);
    assert!(clean.out.contains("GO"), "{}", clean.out);
}
