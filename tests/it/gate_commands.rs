//! The gate as people and CI services use it: overrides that never make it GO, sign-offs, a later day, volume, sides
//! exchanged, GitHub and JSON.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::support::Project;

fn ask_with(project: &Project, now: &str, args: &[&str], environment: &[(&str, &Path)]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rollproof"))
        .args(args)
        .arg("-C")
        .arg(project.path(""))
        .env("ROLLPROOF_NOW", now)
        .env_remove("GITHUB_STEP_SUMMARY")
        .env_remove("GITHUB_ACTIONS")
        .envs(environment.iter().copied())
        .output()
        .unwrap();
    let text = |b: Vec<u8>| String::from_utf8(b).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

const NOW: &str = "2026-06-02T18:00:00Z";

fn ask(project: &Project, args: &[&str]) -> (i32, String) {
    let (code, out, err) = ask_with(project, NOW, args, &[]);
    (code, out + &err)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// A migration of 24 students that is GO.
fn small() -> Project {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gate-vectors/small");
    let names = ["rollproof.toml", "old.toml", "new.toml", "legacy/pupils.csv", "new/students.csv"];
    let bytes = names.map(|n| std::fs::read(folder.join(n)).unwrap());
    let files: Vec<(&str, &[u8])> = names.into_iter().zip(bytes.iter().map(Vec::as_slice)).collect();
    Project::with_files(&files)
}

/// Sets the birth date of a student of the new side.
fn born(project: &Project, id: &str, day: &str) {
    let text = project.read("new/students.csv");
    let changed = |line: &str| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if cells[1] == id {
            cells[4] = day;
        }
        cells.join(",") + "\n"
    };
    project.write("new/students.csv", text.lines().map(changed).collect::<String>());
}

#[test]
fn an_override_names_everything_is_signed_and_never_makes_it_go() {
    let project = Project::sample();
    assert_eq!(ask(&project, &["run", "--gate"]).0, 1);
    let base = ["override", "--reason", "re-keyed by hand on 3 June", "--by", "A. Lee", "--expires", "2026-06-05"];
    let (code, said) = ask(&project, &base);
    assert!(code == 2 && said.contains("--accept critical-open") && said.contains("--check mark-changed=1"), "{said}");
    // The hint is the whole answer: split it into arguments.
    let hint = said.lines().find_map(|l| l.trim().strip_prefix("fix: name all that is accepted:")).unwrap().to_owned();
    let named: Vec<&str> = hint.split_whitespace().collect();
    let with = |more: &[&'static str]| [&base[..], more].concat();
    let mut full = with(&[]);
    full.extend(&named);
    // One check too few, one finding too few, no end, too late an end: each is refused.
    let fewer: Vec<&str> = full[..full.len() - 2].to_vec();
    assert_eq!(ask(&project, &fewer).0, 2);
    let less: Vec<&str> =
        full.iter().map(|a| if a.starts_with("mark-changed=") { "mark-changed=0" } else { a }).collect();
    assert!(ask(&project, &less).1.contains("accepts 0 of mark-changed"));
    let more: Vec<&str> =
        full.iter().map(|a| if a.starts_with("mark-changed=") { "mark-changed=9" } else { a }).collect();
    assert!(ask(&project, &more).1.contains("accepts 9 of mark-changed"), "no room for findings to come");
    let late: Vec<&str> = full.iter().map(|a| if *a == "2026-06-05" { "2027-06-05" } else { a }).collect();
    assert!(ask(&project, &late).1.contains("at most 60 are allowed"));
    let over: Vec<&str> = full.iter().map(|a| if *a == "2026-06-05" { "2026-06-01" } else { a }).collect();
    assert!(ask(&project, &over).1.contains("it ended on 2026-06-01"));

    let (code, said) = ask(&project, &full);
    assert!(code == 0 && said.contains("stays NO-GO"), "{said}");
    // Visible for ever: in the gate, the history, the reports of later runs, and the evidence. Never GO.
    for args in [&["gate"][..], &["run", "--gate"], &["run", "--gate", "--label", "R2"]] {
        let (code, said) = ask(&project, args);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("overridden by A. Lee"), "{args:?}: {said}");
    }
    assert!(ask(&project, &["runs", "list"]).1.contains("overridden"));
    assert!(ask(&project, &["runs", "show", "R1"]).0 == 0);
    for name in ["out/R2/report.html", "out/R2/summary.md", "out/R2/summary.json"] {
        assert!(project.read(name).contains("A. Lee"), "{name}");
    }
    let archive = project.path("R2.zip");
    let (code, said) = ask(&project, &["evidence", "R2", "-o", archive.to_str().unwrap()]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = ask(&project, &["verify", archive.to_str().unwrap()]);
    assert!(code == 0 && said.contains("override   of") && said.contains("no-go"), "{said}");
    let answer = json(&ask_with(&project, NOW, &["verify", archive.to_str().unwrap(), "--format", "json"], &[]).1);
    assert_eq!((answer["holds"].as_bool(), answer["overrides"].as_array().unwrap().len()), (Some(true), 1));
}

#[test]
fn what_can_not_be_decided_or_is_go_can_not_be_overridden() {
    let project = small();
    assert_eq!(ask(&project, &["run", "--gate"]).0, 0);
    let args = ["override", "--reason", "r", "--by", "A. Lee", "--expires", "2026-06-05", "--accept", "critical-open"];
    assert!(ask(&project, &args).1.contains("the gate says GO"));
    let text = project.read("new/students.csv");
    project.write("new/students.csv", text + "\n");
    let (code, said) = ask(&project, &args);
    assert!(code == 2 && said.contains("input-changed can not be overridden"), "{said}");
}

#[test]
fn a_run_with_the_gate_counts_sign_offs_and_changed_findings_void_them() {
    let project = small();
    let text = project.read("rollproof.toml") + "\n[gate]\nsignoffs = true\n";
    project.write("rollproof.toml", text);
    let (code, said) = ask(&project, &["run", "--gate"]);
    assert!(code == 1 && said.contains("0 of 2 schools have signed their pack"), "{said}");
    for school in ["012", "013"] {
        let (code, said) = ask(&project, &["signoff", school, "--by", "B. Cruz", "--role", "registrar"]);
        assert_eq!(code, 0, "{said}");
    }
    let (code, said) = ask(&project, &["run", "--gate"]);
    assert_eq!(code, 0, "the same findings keep their sign-offs: {said}");
    assert_eq!(json(&project.read("out/R1/verdict.json"))["verdict"], "go");
    born(&project, "01001", "2009-02-09");
    let (code, said) = ask(&project, &["run", "--gate"]);
    assert!(code == 1 && said.contains("1 of 2 schools have signed"), "{said}");
    let verdict = project.read("out/R1/verdict.json");
    assert!(verdict.contains("Changed since it was signed: 013."), "{verdict}");
}

#[test]
fn the_gate_is_asked_of_today_and_of_a_later_day_never_of_an_earlier_one() {
    let project = small();
    let text = project.read("rollproof.toml") + "\n[gate]\nmax_age_days = 3\n";
    project.write("rollproof.toml", text);
    assert_eq!(ask(&project, &["run", "--gate"]).0, 0);
    assert_eq!(ask(&project, &["gate", "--as-of", "2026-06-02"]).0, 0);
    assert_eq!(ask(&project, &["gate", "--as-of", "2026-06-04"]).0, 0);
    let (code, said) = ask(&project, &["gate", "--as-of", "2026-06-05"]);
    assert!(code == 4 && said.contains("4 days before 2026-06-05"), "{said}");
    let (code, said) = ask(&project, &["gate", "--as-of", "2026-06-01"]);
    assert!(code == 2 && said.contains("is over"), "{said}");
    assert_eq!(json(&project.read("out/R1/verdict.json"))["verdict"], "go", "a later day is asked, not recorded");
}

#[test]
fn the_gate_keeps_verdict_json_true() {
    let project = small();
    assert_eq!(ask(&project, &["run", "--gate"]).0, 0);
    assert_eq!(json(&project.read("out/R1/verdict.json"))["verdict"], "go");
    let text = project.read("new/students.csv");
    project.write("new/students.csv", text.clone() + "\n");
    assert_eq!(ask(&project, &["gate"]).0, 4);
    let verdict = json(&project.read("out/R1/verdict.json"));
    assert_eq!((verdict["verdict"].as_str(), verdict["exit_code"].as_u64()), (Some("cannot-decide"), Some(4)));
    project.write("new/students.csv", text);
    assert_eq!(ask(&project, &["gate"]).0, 0);
}

#[test]
fn both_sides_filtered_to_a_part_are_no_rehearsal() {
    let project = small();
    assert_eq!(ask(&project, &["run", "--gate"]).0, 0);
    // Both sides lose the same two students of 24, and agree as before.
    for file in ["legacy/pupils.csv", "new/students.csv"] {
        let text = project.read(file);
        let kept: Vec<&str> = text.lines().filter(|l| !l.contains("01003") && !l.contains("01007")).collect();
        assert_eq!(kept.len() + 2, text.lines().count());
        project.write(file, kept.join("\n") + "\n");
    }
    let (code, said) = ask(&project, &["run", "--gate", "--label", "R2"]);
    assert!(code == 4, "{said}");
    let verdict = project.read("out/R2/verdict.json");
    assert!(verdict.contains("\"volume-low\""), "{verdict}");
    // A district that did become smaller says so.
    let text = project.read("rollproof.toml") + "\n[gate]\nmin_volume = \"90\"\n";
    project.write("rollproof.toml", text);
    assert_eq!(ask(&project, &["run", "--gate", "--label", "R3"]).0, 0);
}

#[test]
fn github_sees_counts_and_no_student() {
    let project = Project::sample();
    let step = project.path("step.md");
    let on = [("GITHUB_STEP_SUMMARY", step.as_path()), ("GITHUB_ACTIONS", Path::new("true"))];
    let (code, out, err) = ask_with(&project, NOW, &["run", "--gate", "--format", "json"], &on);
    assert_eq!(code, 1);
    assert_eq!(json(&out)["verdict"]["decision"], "no-go", "the answer stays one JSON document");
    let annotations: Vec<&str> = err.lines().filter(|l| l.starts_with("::")).collect();
    assert!(annotations.len() == 1 && annotations[0].starts_with("::error title=R1 NO-GO::"), "{annotations:?}");
    let once = std::fs::read_to_string(&step).unwrap();
    assert!(once.starts_with("# R1: NO-GO"), "{once}");
    ask_with(&project, NOW, &["gate"], &on);
    assert_eq!(std::fs::read_to_string(&step).unwrap().matches("# R1: NO-GO").count(), 2, "appended, never replaced");
    let junit = project.read("out/R1/junit.xml");
    let criteria = json(&project.read("out/R1/verdict.json"))["criteria"].as_array().unwrap().len();
    assert_eq!(junit.matches("classname=\"Gate\"").count(), criteria + 1, "a case a criterion, and the verdict");
    let all = once + &junit + annotations[0] + &project.read("out/R1/verdict.json");
    for canary in ["O'Brien", "O'BRIEN", "0020017", "0020229", "4000031007"] {
        assert!(!all.contains(canary), "{canary}");
    }
    let (_, _, err) = ask_with(&project, NOW, &["run"], &on);
    assert!(!err.contains("::error"), "without --gate nothing was decided");
}

/// Holds a JSON value against a schema as far as these schemas go: types, required and known properties, references.
fn fits(value: &Value, schema: &Value, root: &Value, at: &str, wrong: &mut Vec<String>) {
    let schema = match schema["$ref"].as_str() {
        Some(name) => &root["$defs"][name.rsplit('/').next().unwrap()],
        None => schema,
    };
    if let Some(any) = schema["anyOf"].as_array() {
        let fitting = any.iter().any(|s| {
            let mut inner = Vec::new();
            fits(value, s, root, at, &mut inner);
            inner.is_empty()
        });
        if !fitting {
            wrong.push(format!("{at}: no alternative fits"));
        }
        return;
    }
    let is = |name: &str| match name {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        _ => false,
    };
    let named = match &schema["type"] {
        Value::String(name) => is(name),
        Value::Array(names) => names.iter().any(|n| is(n.as_str().unwrap())),
        _ => true,
    };
    if !named {
        wrong.push(format!("{at}: {value} is no {}", schema["type"]));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.is_object() && value.get(name.as_str().unwrap()).is_none() {
            wrong.push(format!("{at} lacks {name}"));
        }
    }
    if let (Some(object), Some(known)) = (value.as_object(), schema["properties"].as_object()) {
        for (key, inner) in object {
            match known.get(key) {
                Some(of) => fits(inner, of, root, &format!("{at}.{key}"), wrong),
                None => wrong.push(format!("{at}.{key} is not in the schema")),
            }
        }
    }
    if let (Some(list), true) = (value.as_array(), schema["items"].is_object()) {
        list.iter().enumerate().for_each(|(i, v)| fits(v, &schema["items"], root, &format!("{at}[{i}]"), wrong));
    }
}

#[test]
fn every_json_answer_fits_its_published_schema() {
    let project = Project::sample();
    let (_, summary, _) = ask_with(&project, NOW, &["run", "--format", "json"], &[]);
    assert_eq!(ask(&project, &["run", "--label", "R2"]).0, 0);
    let archive = project.path("R2.zip");
    let archive = archive.to_str().unwrap();
    assert_eq!(ask(&project, &["evidence", "R2", "-o", archive]).0, 0);
    let answer = |args: &[&str]| ask_with(&project, NOW, &[args, &["--format", "json"]].concat(), &[]).1;
    let answers = [
        ("summary", summary),
        ("summary", answer(&["gate"])),
        ("verdict", project.read("out/R2/verdict.json")),
        ("runs", answer(&["runs", "list"])),
        ("compare", answer(&["compare", "R1", "R2"])),
        ("trend", answer(&["trend"])),
        ("verify", answer(&["verify", archive])),
    ];
    for (kind, text) in answers {
        let schema = json(&ask(&project, &["schema", kind]).1);
        let value = json(&text);
        assert_eq!(value["schema"], 1, "{kind}");
        let mut wrong = Vec::new();
        fits(&value, &schema, &schema, kind, &mut wrong);
        assert_eq!(wrong, Vec::<String>::new());
        let mut broken = value.clone();
        broken["surprise"] = Value::Null;
        fits(&broken, &schema, &schema, kind, &mut wrong);
        assert_eq!(wrong.len(), 1, "the test itself sees a difference");
    }
}

fn waiver(more: &str, expires: &str) -> String {
    format!(
        "[[waive]]\nid = \"W-1\"\ncheck = \"birth-date-changed\"\nreason = \"r\"\nowner = \"o\"\napprover = \"a\"\n\
         added = 2026-06-01\nexpires = {expires}\n{more}"
    )
}

#[test]
fn waivers_at_their_edges() {
    let project = small();
    let text = project.read("rollproof.toml") + "\n[waivers]\nfile = \"waivers.toml\"\n";
    project.write("rollproof.toml", text.clone());
    let mut n = 0;
    let mut run = |now: &str| {
        n += 1;
        let (code, out, err) = ask_with(&project, now, &["run", "--gate", "--label", &format!("E{n}")], &[]);
        (code, out + &err)
    };
    // Two findings under a cap of two; the third counts.
    project.write("waivers.toml", waiver("schools = [\"013\"]\nmax = 2\n", "2026-06-05"));
    born(&project, "01001", "2009-02-09");
    born(&project, "01003", "2011-04-23");
    let (code, said) = run("2026-06-02T18:00:00Z");
    assert_eq!(code, 0, "{said}");
    born(&project, "01005", "2009-06-09");
    let (code, said) = run("2026-06-02T18:00:01Z");
    assert!(code == 1 && said.contains("1 major finding open"), "cap + 1: {said}");
    born(&project, "01005", "2009-06-08");
    // The last second of the last day in Chicago, and the one after it.
    assert_eq!(run("2026-06-06T04:59:59Z").0, 0);
    let (code, said) = run("2026-06-06T05:00:00Z");
    assert!(code == 1 && said.contains("2 major findings open"), "{said}");
    // A scope that matches nothing is told, and covers nothing.
    project.write("waivers.toml", waiver("schools = [\"013\"]\nstudents = [\"nobody\"]\nmax = 2\n", "2026-06-20"));
    let (code, said) = run("2026-06-06T05:00:01Z");
    assert!(code == 1 && said.contains("W-1"), "{said}");
    // The check can not be waived any more: the project says so, and its findings count.
    project.write("waivers.toml", waiver("schools = [\"013\"]\nmax = 2\n", "2026-06-20"));
    assert_eq!(run("2026-06-06T05:00:02Z").0, 0);
    project.write("rollproof.toml", text + "unwaivable = [\"birth-date-changed\"]\n");
    let (code, said) = run("2026-06-06T05:00:03Z");
    assert!(code == 1 && said.contains("can not be waived"), "{said}");
}
