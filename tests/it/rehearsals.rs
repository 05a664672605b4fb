//! Four rehearsals with known fixes, regressions and new faults: `compare` and `trend` tell exactly what was done, and
//! new section numbers, new internal ids and another order of rows are nothing at all.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::support::Project;

struct Table {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
    end: &'static str,
}

impl Table {
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut lines = text.lines().map(|l| l.split('\t').map(str::to_owned).collect::<Vec<_>>());
        Self { header: lines.next().unwrap(), rows: lines.collect(), end }
    }

    fn at(&self, column: &str) -> usize {
        self.header.iter().position(|h| h == column).unwrap_or_else(|| panic!("no column {column}"))
    }

    fn write(&self, path: &Path) {
        let line = |cells: &Vec<String>| cells.join("\t") + self.end;
        let text: String = std::iter::once(&self.header).chain(&self.rows).map(line).collect();
        std::fs::write(path, text).unwrap();
    }
}

/// Sets a cell of the row whose key column holds a value; returns what stood there.
fn set(project: &Project, file: &str, key: (&str, &str), column: &str, value: &str) -> String {
    let path = project.path(file);
    let mut table = Table::read(&path);
    let (by, at) = (table.at(key.0), table.at(column));
    let row = table.rows.iter_mut().find(|r| r[by] == key.1).unwrap_or_else(|| panic!("{file} has no {}", key.1));
    let before = std::mem::replace(&mut row[at], value.to_owned());
    assert_ne!(before, value);
    table.write(&path);
    before
}

fn student(project: &Project, id: &str, column: &str, value: &str) -> String {
    set(project, "new/students.txt", ("student_number", id), column, value)
}

/// What another export of the same system changes: internal ids, section numbers, the order of rows.
fn export_again(project: &Project, shift: u64) {
    let add = |text: &str, n: u64| text.parse::<u64>().map_or_else(|_| text.to_owned(), |v| (v + n).to_string());
    let ids: &[(&str, &[(&str, u64)])] = &[
        ("students", &[("id", 70_000), ("dcid", 7)]),
        ("cc", &[("studentid", 70_000), ("sectionid", 5_000_000), ("section_number", 400), ("dcid", 11)]),
        ("sections", &[("id", 5_000_000), ("section_number", 400), ("dcid", 13)]),
        ("storedgrades", &[("studentid", 70_000), ("dcid", 17)]),
        ("ps_enrollment_all", &[("studentid", 70_000)]),
        ("u_gradreq", &[("studentid", 70_000)]),
        ("courses", &[]),
    ];
    for (file, columns) in ids {
        let path = project.path(&format!("new/{file}.txt"));
        let mut table = Table::read(&path);
        for (column, n) in *columns {
            let at = table.at(column);
            table.rows.iter_mut().for_each(|row| row[at] = add(&row[at], n * shift));
        }
        let last = table.header.len() - 1;
        table.rows.sort_by(|a, b| (&b[last], b).cmp(&(&a[last], a)));
        table.write(&path);
    }
    let path = project.path("legacy/HIS.csv");
    let bytes = std::fs::read(&path).unwrap();
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
    lines[1..].reverse();
    std::fs::write(&path, lines.concat()).unwrap();
}

fn ask(project: &Project, day: u32, args: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_rollproof"))
        .args(args)
        .arg("-C")
        .arg(project.path(""))
        .env("ROLLPROOF_NOW", format!("2026-06-{day:02}T18:00:00Z"))
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap())
}

fn rehearse(project: &Project, day: u32, label: &str) {
    let (code, said) = ask(project, day, &["run", "--label", label]);
    assert_eq!(code, Some(0), "{said}");
}

fn json(project: &Project, args: &[&str]) -> Value {
    let (code, said) = ask(project, 20, &[args, &["--format", "json"]].concat());
    assert_eq!(code, Some(0), "{said}");
    serde_json::from_str(&said).unwrap_or_else(|e| panic!("{e}: {said}"))
}

/// fixed, new, still open, came back
type Moves = [u64; 4];

fn moves(value: &Value) -> Moves {
    ["fixed", "new", "still_open", "came_back"].map(|k| value[k].as_u64().unwrap())
}

/// All, and every check and school in which anything moved.
fn compare(project: &Project, from: &str, to: &str) -> (Moves, BTreeMap<String, Moves>, BTreeMap<String, Moves>) {
    let answer = json(project, &["compare", from, to]);
    let moved = |key: &str| -> BTreeMap<String, Moves> {
        let all = answer[key].as_object().unwrap().iter().map(|(name, m)| (name.clone(), moves(m)));
        all.filter(|(_, [fixed, new, _, back])| fixed + new + back > 0).collect()
    };
    (moves(&answer["all"]), moved("by_check"), moved("by_school"))
}

fn told(list: &[(&str, u64, u64, u64)], still: &BTreeMap<String, Moves>) -> BTreeMap<String, Moves> {
    let of = |name: &str| still.get(name).map_or(0, |m| m[2]);
    list.iter().map(|(name, fixed, new, back)| ((*name).to_owned(), [*fixed, *new, of(name), *back])).collect()
}

#[test]
fn four_rehearsals_are_told_exactly_and_renumbering_changes_nothing() {
    let project = Project::sample();
    // Beside the sample's own faults: A, B and C are there from the start.
    let a = student(&project, "0020017", "dob", "09/17/2019");
    let b = student(&project, "0020018", "last_name", "Otherwise");
    let c = student(&project, "0020229", "dob", "01/02/2010");
    rehearse(&project, 2, "R1");

    // A and B are repaired, D is new; the system is exported again with other internal numbers.
    student(&project, "0020017", "dob", &a);
    student(&project, "0020018", "last_name", &b);
    let d = student(&project, "0020227", "dob", "03/04/2010");
    export_again(&project, 1);
    rehearse(&project, 3, "R2");

    // A is back, E is new.
    student(&project, "0020017", "dob", "09/17/2019");
    let e = student(&project, "0020246", "last_name", "Otherwise");
    export_again(&project, 2);
    rehearse(&project, 4, "R3");

    // Everything but the sample's own faults is repaired.
    for (id, column, value) in
        [("0020017", "dob", a.as_str()), ("0020229", "dob", &c), ("0020227", "dob", &d), ("0020246", "last_name", &e)]
    {
        student(&project, id, column, value);
    }
    rehearse(&project, 5, "R4");
    // Nothing but numbers, order, and how severe one of the sample's own faults is called.
    export_again(&project, 3);
    let text = project.read("rollproof.toml") + "\n[checks]\n\"birth-date-changed\" = \"critical\"\n";
    project.write("rollproof.toml", text);
    rehearse(&project, 6, "R5");

    let runs = json(&project, &["runs", "list"]);
    let own = runs["runs"][3]["findings"].as_u64().unwrap();
    let found: Vec<u64> = runs["runs"].as_array().unwrap().iter().map(|r| r["findings"].as_u64().unwrap()).collect();
    assert_eq!(found, [own + 3, own + 2, own + 4, own, own]);

    let (all, checks, schools) = compare(&project, "R1", "R2");
    assert_eq!(all, [2, 1, own + 1, 0]);
    assert_eq!(checks, told(&[("birth-date-changed", 1, 1, 0), ("name-changed", 1, 0, 0)], &checks));
    assert_eq!(schools, told(&[("20100", 2, 0, 0), ("20115", 0, 1, 0)], &schools));

    let (all, checks, schools) = compare(&project, "R2", "R3");
    assert_eq!(all, [0, 1, own + 2, 1]);
    assert_eq!(checks, told(&[("birth-date-changed", 0, 0, 1), ("name-changed", 0, 1, 0)], &checks));
    assert_eq!(schools, told(&[("20100", 0, 0, 1), ("20115", 0, 1, 0)], &schools));

    let (all, checks, _) = compare(&project, "R3", "R4");
    assert_eq!(all, [4, 0, own, 0]);
    assert_eq!(checks, told(&[("birth-date-changed", 3, 0, 0), ("name-changed", 1, 0, 0)], &checks));

    let (all, checks, _) = compare(&project, "R1", "R4");
    assert_eq!(all, [3, 0, own, 0]);
    assert_eq!(checks, told(&[("birth-date-changed", 2, 0, 0), ("name-changed", 1, 0, 0)], &checks));

    assert_eq!(compare(&project, "R4", "R5"), ([0, 0, own, 0], BTreeMap::new(), BTreeMap::new()));

    let trend = json(&project, &["trend"]);
    let major: Vec<u64> =
        trend["rehearsals"].as_array().unwrap().iter().map(|p| p["open"]["major"].as_u64().unwrap()).collect();
    let base = major[3];
    assert_eq!(major, [base + 3, base + 2, base + 4, base, base - 1]);
    let labels: Vec<&str> =
        trend["rehearsals"].as_array().unwrap().iter().map(|p| p["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["R1", "R2", "R3", "R4", "R5"]);
    assert_eq!(trend["major"]["limit"], 0);
    assert!(trend["major"]["sentence"].as_str().unwrap().contains("no promise"), "{trend}");
    // The gate of R3 said what came back, in so many words.
    let verdict = std::fs::read_to_string(project.path("out/R3/verdict.json")).unwrap();
    assert!(verdict.contains("\"came-back\"") && verdict.contains("1 finding that were fixed"), "{verdict}");
}
