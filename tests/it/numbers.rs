//! One run, counted by hand from findings.csv, and every form that people receive: terminal, JSON, HTML, workbooks,
//! CSV packs, JUnit, Markdown. All of them say the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use calamine::{Reader as _, Xlsx, open_workbook};
use serde_json::Value;

use crate::outputs::excel_rows;
use crate::support::{Project, Row};

const SEVERITIES: [&str; 4] = ["critical", "major", "minor", "info"];

/// Critical, major, minor, info.
type Counts = [u64; 4];
type Table = BTreeMap<String, Counts>;

/// Findings by what a key says of them.
fn count<'a>(rows: impl IntoIterator<Item = &'a Row>, key: impl Fn(&Row) -> String) -> Table {
    let mut table = Table::new();
    for row in rows {
        let at = SEVERITIES.iter().position(|s| *s == row["severity"]).unwrap();
        table.entry(key(row)).or_default()[at] += 1;
    }
    table
}

fn sum(table: &Table) -> Counts {
    table.values().fold([0; 4], |sum, c| std::array::from_fn(|at| sum[at] + c[at]))
}

/// The numbers of a text, thousands put together.
fn numbers(text: &str) -> Vec<u64> {
    let plain = text.replace(',', "");
    plain.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).map(|p| p.parse().unwrap()).collect()
}

fn first_four(text: &str) -> Counts {
    numbers(text).get(..4).and_then(|n| n.try_into().ok()).unwrap_or_else(|| panic!("no four numbers in {text:?}"))
}

/// The rows of an HTML table, cells without tags, by the section that it stands in.
fn html_rows(html: &str, section: &str) -> Vec<Vec<String>> {
    let part = html.split_once(&format!("<section id=\"{section}\"")).unwrap().1;
    let part = part.split_once("</section>").unwrap().0;
    let strip = |cell: &str| {
        let mut text = String::new();
        for piece in cell.split('<') {
            text.push_str(piece.split_once('>').map_or("", |p| p.1));
        }
        let plain = [("&#x2f;", "/"), ("&#x27;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")];
        plain.iter().fold(text.trim().to_owned(), |text, (entity, c)| text.replace(entity, c))
    };
    let cells = |row: &str| {
        let row = row.replace("<th", "<td");
        row.split("<td").skip(1).map(|c| strip(&format!("<td{c}"))).collect::<Vec<_>>()
    };
    part.split("<tr>").skip(1).map(|row| cells(row.split("</tr>").next().unwrap())).collect()
}

/// What people read for an area.
const AREAS: [(&str, &str); 8] = [
    ("student", "Student record"),
    ("enrollment", "Enrollment"),
    ("course", "Course catalog"),
    ("schedule", "Schedule"),
    ("transcript", "Course history"),
    ("gpa", "GPA"),
    ("graduation", "Graduation"),
    ("load", "Load and codes"),
];

#[test]
fn every_form_of_a_real_run_says_the_numbers_that_stand_in_findings_csv() {
    let project = Project::sample();
    let toml = project.read("rollproof.toml");
    let more = "[waivers]\nfile = \"waivers.toml\"\n[outputs]\npacks = [\"csv\", \"xlsx\"]\nmin_severity = \"info\"\n";
    project.write("rollproof.toml", format!("{toml}\n{more}"));
    let add = "waive add mark-changed --school 20115 --max 5 --reason x --owner o --approver a --expires 2026-06-20";
    project.rollproof(&add.split(' ').collect::<Vec<_>>()).ends(0);
    let run = project.rollproof(&["run", "--gate"]).ends(1);
    let read = |name: &str| project.read(&format!("out/R1/{name}"));
    let all = project.findings();
    let (open, waived): (Vec<&Row>, Vec<&Row>) = all.iter().partition(|r| r["waiver"].is_empty());
    let total = sum(&count(open.iter().copied(), |_| String::new()));
    assert!(total[0] > 5 && total[1] > 5 && !waived.is_empty(), "there is something to count: {total:?}");
    let by_area = count(open.iter().copied(), |r| r["area"].clone());
    let by_check = count(open.iter().copied(), |r| r["check"].clone());
    let by_school = count(open.iter().copied(), |r| r["school"].clone());
    let worse = open.iter().filter(|r| r["severity"] != "info" && !r["student_id"].is_empty());
    let affected = worse.map(|r| &r["student_id"]).collect::<BTreeSet<_>>().len() as u64;

    let json: Value = serde_json::from_str(&read("summary.json")).unwrap();
    let of = |v: &Value| SEVERITIES.map(|s| v["open"][s].as_u64().unwrap());
    assert_eq!(of(&json), total, "JSON, all");
    assert_eq!(
        (json["waived"].as_u64(), json["students"]["affected"].as_u64()),
        (Some(waived.len() as u64), Some(affected))
    );
    for (list, key, wanted) in
        [("areas", "area", &by_area), ("checks", "check", &by_check), ("schools", "code", &by_school)]
    {
        let said: Table =
            json[list].as_array().unwrap().iter().map(|v| (v[key].as_str().unwrap().to_owned(), of(v))).collect();
        assert_eq!(sum(&said), total, "JSON, {list}");
        for (name, counts) in wanted {
            assert_eq!(&said[name], counts, "JSON, {list}, {name}");
        }
    }
    let names: BTreeMap<String, String> = json["schools"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["code"].as_str().unwrap().to_owned(), s["name"].as_str().unwrap().to_owned()))
        .collect();

    let (html, markdown, junit) = (read("report.html"), read("summary.md"), read("junit.xml"));
    let areas = html_rows(&html, "areas");
    for (area, label) in AREAS {
        let wanted = by_area.get(area).copied().unwrap_or_default();
        let Some(line) = run.out.lines().find(|l| l.trim_start().starts_with(label) && numbers(l).len() >= 5) else {
            assert_eq!(wanted, [0; 4], "{area} is not on the terminal");
            continue;
        };
        assert_eq!(first_four(line), wanted, "terminal, {area}");
        let line = markdown.lines().find(|l| l.starts_with(&format!("| {label} |"))).unwrap();
        assert_eq!(first_four(line), wanted, "Markdown, {area}");
        let row = areas.iter().find(|r| r[0] == label).unwrap();
        assert_eq!(first_four(&row[1..].join(" ")), wanted, "HTML, {area}");
    }
    let line = run.out.lines().find(|l| l.trim_start().starts_with("Total")).unwrap();
    assert_eq!(first_four(line), total, "terminal, all");
    assert_eq!(first_four(&areas.iter().find(|r| r[0] == "Total").unwrap()[1..].join(" ")), total, "HTML, all");
    assert!(run.out.contains(&format!("{} (not counted above)", waived.len())), "terminal, waived");

    for (school, counts) in &by_school {
        let name = names[school].as_str();
        let rows = html_rows(&html, "schools");
        let row =
            rows.iter().find(|r| r[0].starts_with(name) || (school.is_empty() && r[0].contains("no school"))).unwrap();
        let said = [1, 2].map(|at| numbers(&row[at])[0]);
        assert_eq!(said, [counts[0], counts[1]], "HTML, {name}");
        if counts[0] + counts[1] > 0 {
            let line = markdown.lines().find(|l| l.starts_with(&format!("| {name} |"))).unwrap();
            assert_eq!(numbers(&line[name.len() + 3..])[..2], [counts[0], counts[1]], "Markdown, {name}");
        }
    }
    for (check, counts) in by_check.iter().filter(|(_, c)| c[0] + c[1] > 0) {
        let case = junit.split("<testcase ").find(|c| c.starts_with(&format!("name=\"{check}\""))).unwrap();
        assert_eq!(first_four(case.split("message=\"").nth(1).unwrap()), *counts, "JUnit, {check}");
        let summary = html.split("<summary>").find(|s| s.contains(&format!(">{check}</span>"))).unwrap();
        let text = summary.split("</summary>").next().unwrap();
        for (severity, n) in SEVERITIES.iter().zip(counts).filter(|(_, n)| **n > 0) {
            assert!(text.contains(&format!(" {n} {severity}")), "HTML, {check}: {text}");
        }
    }
    packs_say_the_same(&project, &by_school);
    for criterion in json["verdict"]["criteria"].as_array().unwrap() {
        let (label, measured) = (criterion["label"].as_str().unwrap(), criterion["measured"].as_str().unwrap());
        let row = html_rows(&html, "gate").into_iter().find(|r| r[0] == label).unwrap();
        assert_eq!(row[2], measured, "HTML, {label}");
        assert!(
            markdown
                .lines()
                .any(|l| l.starts_with(&format!("| {label} |")) && l.contains(&measured.replace('_', "\\_"))),
            "Markdown, {label}"
        );
    }
}

/// Workbooks and CSVs of every school, and the index.
fn packs_say_the_same(project: &Project, by_school: &Table) {
    let index = excel_rows(&project.path("out/R1/packs/index.csv"));
    for line in &index {
        let wanted = by_school.get(&line["school"]).copied().unwrap_or_default();
        assert_eq!(line["findings"].parse::<u64>().unwrap(), wanted.iter().sum::<u64>(), "index, {line:?}");
        let csv = excel_rows(&project.path(&format!("out/R1/packs/{}.csv", line["file"])));
        assert_eq!(sum(&count(csv.iter(), |_| String::new())), wanted, "CSV, {line:?}");
        let mut counts = [0; 4];
        let workbooks = line["files"].split(' ').filter(|f| f.ends_with(".xlsx"));
        for name in workbooks {
            let mut book: Xlsx<_> = open_workbook(project.path(&format!("out/R1/packs/{name}"))).unwrap();
            for sheet in ["To check", "Missing records", "Already answered"] {
                for row in book.worksheet_range(sheet).unwrap().rows().skip(1) {
                    counts[SEVERITIES.iter().position(|s| row[1] == **s).unwrap()] += 1;
                }
            }
        }
        assert_eq!(counts, wanted, "XLSX, {line:?}");
    }
    let files = fs::read_dir(project.path("out/R1/packs")).unwrap().count();
    assert_eq!(
        files,
        1 + index.iter().map(|l| l["files"].split(' ').count()).sum::<usize>(),
        "no file that nobody names"
    );
}
