//! Names that are not names: markup, escapes, marks that turn text around, paths, ten thousand letters. They stand in
//! the exports, and must reach no script, no path and no terminal.

use std::fs;
use std::path::Path;

use crate::support::{Project, rows};

const EVIL: &[&str] = &[
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\u{202e}rofakO\u{202c}",
    "\u{1b}[31mred\u{1b}]8;;file:///\u{7}x",
    "\u{9b}2J",
    "../../../x",
    "CON",
    "=HYPERLINK('http://x')",
    "@SUM(A1)",
    "＝1+1",
    "{{7*7}}{% raw %}",
    "&{}&L",
    "]]>",
    "a|b`c",
];

/// The sample, where each of the first students has a hostile last name in the new system, and a school is named so
/// that it would leave its folder. Every such name differs from legacy's, so that it is a finding of its own.
fn hostile() -> Project {
    let project = Project::sample();
    let text = project.read("new/students.txt");
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let head: Vec<String> = lines[0].trim_end().split('\t').map(str::to_owned).collect();
    let last = head.iter().position(|h| h.eq_ignore_ascii_case("last_name")).expect("last_name");
    let long = "W".repeat(10_000);
    for (at, evil) in EVIL.iter().copied().chain([&*long]).enumerate() {
        let mut cells: Vec<String> = lines[at + 1].split('\t').map(str::to_owned).collect();
        cells[last] = evil.to_owned();
        lines[at + 1] = cells.join("\t");
    }
    project.write("new/students.txt", lines.concat());
    let schools = project.read("crosswalks/school.csv");
    let schools =
        schools.replace("Thoreau High School", "../../CON</script>\u{202e}").replace("Maple Elementary", "CON");
    project.write("crosswalks/school.csv", schools);
    let toml = project.read("rollproof.toml");
    let toml = toml.replace("Maple Valley SD", "<script>alert(1)</script> & SD");
    project.write(
        "rollproof.toml",
        format!("{toml}\n[outputs]\npacks = [\"csv\", \"xlsx\"]\n[privacy]\nnames = \"full\"\n"),
    );
    project
}

/// Characters that move a cursor, hide or turn text around, as raw characters.
fn unseen(c: char) -> bool {
    (c.is_control() && c != '\n')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[test]
fn hostile_names_reach_no_terminal_no_script_and_no_path() {
    let project = hostile();
    let run = project.rollproof(&["run", "--gate", "--color", "always"]);
    assert!(matches!(run.code, 1 | 4), "{}", run.err);
    let findings = project.findings();
    let named: Vec<_> = findings.iter().filter(|f| f["check"].starts_with("name-")).collect();
    assert!(named.len() >= EVIL.len(), "{} of {}", named.len(), EVIL.len());
    assert!(
        EVIL.iter().all(|e| findings.iter().any(|f| f["new_value"] == *e)),
        "findings.csv keeps what the file says"
    );

    let student = &named.iter().find(|f| f["new_value"].contains("[31m")).unwrap()["student_id"];
    for args in [
        &["run", "--gate"][..],
        &["run", "--gate", "--format", "json"],
        &["gate", "--all"],
        &["explain", student],
        &["explain", student, "--all", "--format", "json"],
        &["explain", "red"],
        &["show", "--limit", "1000"],
        &["show", "--format", "json"],
        &["causes"],
        &["map", "cover"],
        &["inspect", "new/students.txt"],
        &["inspect", "new/students.txt", "--format", "json"],
        &["runs", "list"],
        &["trend"],
    ] {
        let answer = project.rollproof(args);
        for (stream, text) in [("out", &answer.out), ("err", &answer.err)] {
            let found: Vec<char> = text.chars().filter(|c| unseen(*c)).take(3).collect();
            assert!(found.is_empty(), "{args:?} {stream}: {found:?}");
        }
    }
    project.rollproof(&["explain", student, "--html", "-o", "sheet.html"]).ends(0);
    let pages = ["out/R1/report.html", "out/R1/summary.html", "sheet.html"].map(|name| (name, project.read(name)));
    for (name, html) in &pages {
        let ours = usize::from(*name == "out/R1/report.html");
        assert_eq!(html.matches("<script").count(), ours, "{name}");
        assert!(!html.contains("<img") && !html.chars().any(|c| unseen(c) && c != '\r'), "{name}");
    }
    for name in ["summary.md", "junit.xml", "summary.json"] {
        let text = project.read(&format!("out/R1/{name}"));
        assert!(!text.chars().any(unseen), "{name}");
        assert!(!text.contains("<script") || name.ends_with(".json"), "{name}: in JSON it is a text like any other");
        assert!(!text.contains("WWWWWWWWWW"), "{name} names no student");
    }
    paths_stay_inside(&project);
    staff_files_hold_no_formula(&project);
}

fn paths_stay_inside(project: &Project) {
    let names: Vec<String> = fs::read_dir(project.path("out/R1/packs"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    for name in &names {
        let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.'));
        let stem = name.split('.').next().unwrap();
        assert!(plain && !["con", "nul", "prn", "aux"].contains(&stem), "{name}");
    }
    let outside: Vec<_> = fs::read_dir(project.path("")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(!outside.iter().any(|n| n == "x" || n == "CON"), "{outside:?}");
    assert!(!Path::new("/x").exists());
}

fn staff_files_hold_no_formula(project: &Project) {
    let mut seen = 0;
    for entry in fs::read_dir(project.path("out/R1/packs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "xlsx") {
            use calamine::{Reader as _, Xlsx, open_workbook};
            let mut book: Xlsx<_> = open_workbook(&path).unwrap();
            for sheet in ["To check", "Missing records", "Already answered"] {
                let formulas = book.worksheet_formula(sheet).unwrap();
                assert!(formulas.cells().all(|(_, _, f)| f.is_empty()), "{}", path.display());
            }
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        project.write("copy.csv", text.trim_start_matches('\u{feff}'));
        for row in rows(&project.path("copy.csv")) {
            for (column, cell) in &row {
                seen += 1;
                let number = column == "difference"
                    && cell[1.min(cell.len())..].bytes().all(|b| b.is_ascii_digit() || b == b'.');
                let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
                assert!(!formula || number, "{column}: {cell}");
                assert!(!cell.chars().any(char::is_control), "{column}: {cell:?}");
            }
        }
    }
    assert!(seen > 100);
}
