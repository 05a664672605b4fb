//! The pages in a real browser: no error, no request, no accessibility violation, every control by keyboard, and a
//! district of 650,000 students on the screen at once. Needs Chromium, Node and axe-core, which are no part of the
//! project: set ROLLPROOF_AXE to axe.min.js (and ROLLPROOF_CHROMIUM, ROLLPROOF_NODE where they are not on the path).
//! Without them the tests say that they are skipped. ROLLPROOF_SHOTS names a folder for screenshots; ROLLPROOF_BLESS=1
//! makes the snapshots of tests/browser/snapshots anew (look at them).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rayon::prelude::*;
use rollproof::finding::FindingRow;
use rollproof::report::html::{HelpSheet, Samples, help_sheet, report_html, summary_html};
use rollproof::report::privacy::Privacy;
use rollproof::report::summary::{SchoolCheck, SchoolCounts, SeverityCounts};
use rollproof::report::{RowState, Section, SheetRow, StudentSheet, Summary};
use serde_json::{Value, json};

use crate::support::{Project, root};

/// Examines pages; nothing where a program is not there.
fn examine(pages: &[(&str, PathBuf)]) -> Option<Vec<Value>> {
    let shots = std::env::var_os("ROLLPROOF_SHOTS").map(PathBuf::from);
    let bless = std::env::var_os("ROLLPROOF_BLESS").is_some();
    let job = |(name, file): &(&str, PathBuf)| {
        let large = name.starts_with("large");
        let kept = ["report", "summary", "help"].contains(name).then(|| root().join("tests/browser/snapshots"));
        json!({ "name": name, "file": file, "shots": shots, "brief": large, "snapshots": kept, "bless": bless })
    };
    in_browser(&pages.iter().map(job).collect::<Vec<_>>())
}

/// Files that take more than one printed page, on Letter or on A4; nothing where a program is not there.
fn on_several_pages(files: &[PathBuf]) -> Option<Vec<String>> {
    let found = in_browser(&[json!({ "name": "prints", "print": files })])?;
    let pages = found[0]["pages"].as_object().unwrap();
    assert_eq!(pages.len(), files.len());
    Some(pages.iter().filter(|(_, n)| **n != 1).map(|(file, n)| format!("{file}: {n} pages")).collect())
}

/// What the examiner says of its jobs; nothing where a program is not there.
fn in_browser(jobs: &[Value]) -> Option<Vec<Value>> {
    let program = |name: &str, usual: &str| std::env::var_os(name).unwrap_or_else(|| usual.into());
    let Some(axe) = std::env::var_os("ROLLPROOF_AXE").filter(|p| Path::new(p).is_file()) else {
        println!("SKIPPED: no axe-core (set ROLLPROOF_AXE to axe.min.js)");
        return None;
    };
    let (node, chromium) = (program("ROLLPROOF_NODE", "node"), program("ROLLPROOF_CHROMIUM", "chromium"));
    for program in [&node, &chromium] {
        if !Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success()) {
            println!("SKIPPED: no {}", program.display());
            return None;
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("jobs.json");
    fs::write(&list, json!(jobs).to_string()).unwrap();
    let script = root().join("tests/browser/check.mjs");
    let output = Command::new(node).arg(script).arg(chromium).arg(axe).arg(list).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// Nothing is wrong with a page.
fn assert_clean(page: &Value) {
    let name = &page["name"];
    for what in ["errors", "requests", "violations", "overflow", "snapshots"] {
        assert!(page[what].as_array().unwrap().is_empty(), "{name} {what}: {:#}", page[what]);
    }
    assert!(page["keyboard"]["unreached"].as_array().unwrap().is_empty(), "{name}: {:#}", page["keyboard"]);
    assert!(page["used"].as_object().unwrap().values().all(|used| used == true), "{name}: {:#}", page["used"]);
    println!(
        "{name}: first paint {} ms, {} controls, {} pages printed, snapshots {}",
        page["paint_ms"], page["keyboard"]["controls"], page["pages"], page["compared"]
    );
}

#[test]
fn the_examiner_itself_finds_what_is_wrong_with_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("bad.html");
    let bad = "<!doctype html><html><title>bad</title><p style='color:#ccc'>pale</p><img src='http://127.0.0.1:9/x.png'>\
               <button tabindex='-1' onclick=''>no</button><div tabindex='0' style='width:3000px'>wide</div>\
               <script>console.error('x')</script></html>";
    fs::write(&page, bad).unwrap();
    let Some(found) = examine(&[("bad", page)]) else { return };
    let text = found[0].to_string();
    for wanted in
        ["color-contrast", "html-has-lang", "image-alt", "http://127.0.0.1:9/x.png", "desktop", "phone", "BUTTON no"]
    {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(!found[0]["errors"].as_array().unwrap().is_empty());
}

#[test]
fn the_pages_of_the_sample_are_clean_in_light_dark_phone_and_print() {
    if std::env::var_os("ROLLPROOF_AXE").is_none() {
        println!("SKIPPED: no axe-core (set ROLLPROOF_AXE to axe.min.js)");
        return;
    }
    let project = Project::sample();
    let toml = project.read("rollproof.toml");
    project.write("rollproof.toml", format!("{toml}\n[outputs]\npacks = [\"xlsx\"]\nanswers_due = 2026-06-12\n"));
    project.rollproof(&["run", "--label", "R0"]).ends(0);
    project.run().ends(1);
    let worst = project.findings().into_iter().find(|f| f["check"] == "gpa-changed" && f["severity"] == "critical");
    project.rollproof(&["explain", &worst.unwrap()["student_id"], "--html", "-o", "help.html"]).ends(0);
    let pages = [
        ("report", project.path("out/R1/report.html")),
        ("summary", project.path("out/R1/summary.html")),
        ("help", project.path("help.html")),
    ];
    let Some(found) = examine(&pages) else { return };
    found.iter().for_each(assert_clean);
    assert_eq!(found[1]["pages"], 1, "the decision is on one printed page");
    assert_eq!(found[2]["pages"], 1, "the help desk's sheet is one printed page");
}

#[test]
fn the_help_desks_sheet_is_one_printed_page_for_every_student_of_the_sample() {
    if std::env::var_os("ROLLPROOF_AXE").is_none() {
        println!("SKIPPED: no axe-core (set ROLLPROOF_AXE to axe.min.js)");
        return;
    }
    let project = Project::sample();
    project.run().ends(1);
    let table = project.read("legacy/STU.csv");
    let ids: Vec<&str> = table.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
    assert_eq!(ids.len(), 300);
    let sheet = |id: &&str| {
        let file = project.path(&format!("sheets/{id}.html"));
        project.rollproof(&["explain", id, "--html", "-j", "1", "-o", &file.to_string_lossy()]).ends(0);
        file
    };
    fs::create_dir_all(project.path("sheets")).unwrap();
    let files: Vec<PathBuf> = ids.par_iter().map(sheet).collect();
    let Some(long) = on_several_pages(&files) else { return };
    assert!(long.is_empty(), "{long:#?}");
}

/// A student of whom everything differs, in long words.
fn overfull(text: &str) -> StudentSheet {
    let finding = |at: usize| -> FindingRow {
        let [check, field, change] = ["teacher-changed", "teacher", "->"];
        serde_json::from_value(json!({
            "ref": format!("no-unique-partner-found-{at:010x}"), "fingerprint": "", "school": "", "severity": "critical",
            "check": check, "area": "schedule", "student_id": text, "student_name": text, "grade_level": "12",
            "record": text, "field": field, "change": change, "legacy_value": text, "new_value": format!("{text} {at}"),
            "difference": "", "note": "", "cause": "", "waiver": "", "first_seen": "R1",
            "legacy_file": "", "legacy_line": 0, "new_file": "", "new_line": 0,
        }))
        .unwrap()
    };
    let row = |_| SheetRow { state: RowState::Differs, record: text.into(), legacy: text.into(), new: text.into() };
    let section = |title: &str| Section {
        title: title.into(),
        rows: (0..60).map(row).collect(),
        working: std::iter::once("KIND".to_owned()).chain((0..70).map(|_| format!("  {text}"))).collect(),
        ..Section::default()
    };
    StudentSheet {
        name: text.into(),
        student_id: text.into(),
        school: text.into(),
        systems: (text.into(), text.into()),
        findings: (0..90).map(finding).collect(),
        sections: ["SCHEDULE", "TRANSCRIPT", "GPA"].map(section).into(),
        sources: (0..50).map(|at| format!("{at}{text}")).collect(),
        ..StudentSheet::default()
    }
}

#[test]
fn the_help_desks_sheet_is_one_printed_page_however_much_differs() {
    let folder = tempfile::tempdir().unwrap();
    let texts = ["7", "a few words of usual length", &"W".repeat(10_000), &"mmm ".repeat(90), &"数据".repeat(60)];
    let files = texts.iter().enumerate().map(|(at, text)| {
        let file = folder.path().join(format!("{at}.html"));
        let sheet = HelpSheet::of(&overfull(text), text, &BTreeMap::new(), "Jun 12");
        fs::write(&file, help_sheet(&sheet).unwrap()).unwrap();
        file
    });
    let Some(long) = on_several_pages(&files.collect::<Vec<_>>()) else { return };
    assert!(long.is_empty(), "{long:#?}");
}

/// The numbers of a district of 650,000 students with a million findings: 900 schools, every check, all samples.
pub fn large(small: &Summary, samples: &mut Samples, rows: &[FindingRow]) -> Summary {
    let mut large = small.clone();
    let counts = |critical: u64, major: u64, minor: u64, info: u64| SeverityCounts {
        critical,
        major,
        minor,
        info,
        gated: critical + major,
        total: critical + major + minor + info,
    };
    let checks = large.checks.len() as u64;
    for (at, check) in (0u64..).zip(&mut large.checks) {
        let each = 1_000_000 / checks;
        check.open = counts(each / 4, each / 2, each / 4 - at, at);
        (check.students, check.looked_at) = (each / 2, 30_000_000);
        for row in rows.iter().cycle().take(50) {
            let mut row = row.clone();
            row.check.clone_from(&check.check);
            row.reference = format!("{}-{:010x}", check.check, at * 7919);
            samples.add(&row);
        }
    }
    let names: Vec<String> = large.checks.iter().map(|c| c.check.clone()).collect();
    let school = |i: u64| SchoolCounts {
        code: format!("{i:04}"),
        name: format!("Invented School Number {i} of the Large District"),
        students: 720,
        affected: 400,
        open: counts(1_000 - i, 600, 300, 11),
        per_hundred: format!("{}.{}", (1_600 - i) / 7, i % 10),
        waived: i % 7,
        pack: format!("packs/invented-school-number-{i}-of-the-large-district-0a1b2c3d.xlsx"),
        checks: names
            .iter()
            .map(|c| SchoolCheck { check: c.clone(), open: 14, per_thousand: (i % 211).to_string() })
            .collect(),
    };
    large.schools = (0..900).map(school).collect();
    large.open = counts(250_000, 500_000, 240_000, 10_000);
    (large.students.compared, large.students.affected) = (650_000, 361_204);
    (large.matching.legacy, large.matching.new, large.matching.paired) = (650_021, 650_003, 650_000);
    large
}

#[test]
fn the_pages_of_a_district_of_650_000_students_are_small_fast_and_clean() {
    let project = Project::sample();
    project.run().ends(1);
    let small: Summary = serde_json::from_str(&project.read("out/R1/summary.json")).unwrap();
    let rows: Vec<FindingRow> = csv::Reader::from_path(project.path("out/R1/findings.csv"))
        .unwrap()
        .deserialize()
        .map(Result::unwrap)
        .collect();
    let mut samples = Samples::new(Privacy::default());
    let large = large(&small, &mut samples, &rows);
    let html = report_html(&large, &samples).unwrap();
    println!("report.html: {} bytes for {} findings, {} schools", html.len(), large.open.total, large.schools.len());
    assert!(html.len() <= 3_000_000, "{} bytes", html.len());
    project.write("large.html", html);
    project.write("large-summary.html", summary_html(&large, 10).unwrap());
    let pages = [("large", project.path("large.html")), ("large-summary", project.path("large-summary.html"))];
    let Some(found) = examine(&pages) else { return };
    found.iter().for_each(assert_clean);
    assert_eq!(found[1]["pages"], 1, "the decision is on one printed page");
    for page in &found {
        assert!(page["paint_ms"].as_u64().unwrap() < 2_000, "{}: first paint {} ms", page["name"], page["paint_ms"]);
    }
}
