//! Real exports that others published, compared with mappings written in TOML only. Skipped, and said so, elsewhere.

use std::path::Path;

use serde_json::Value;

use crate::support::{Project, copy, real_data, root, rows};

/// A copy of one of `tests/real`, pointed at the folder of real data.
fn project(name: &str, data: &Path) -> Project {
    let project = Project::with_files(&[]);
    copy(&root().join("tests/real").join(name), &project.path(""));
    for entry in std::fs::read_dir(project.path("")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "toml") {
            let text = std::fs::read_to_string(&path).unwrap();
            let here = data.display().to_string();
            std::fs::write(&path, text.replace("../../../../shared/real-data", &here)).unwrap();
        }
    }
    project
}

fn summary(project: &Project, label: &str) -> Value {
    serde_json::from_str(&project.read(&format!("out/{label}/summary.json"))).unwrap()
}

fn area<'a>(summary: &'a Value, name: &str) -> &'a Value {
    let areas = summary["coverage"]["areas"].as_array().unwrap();
    areas.iter().find(|a| a["area"] == name).unwrap_or_else(|| panic!("{name} is not compared"))
}

#[test]
fn contoso_pairs_every_student_and_membership_without_a_schedule_finding() {
    let Some(data) = real_data() else { return };
    let project = project("contoso", &data);
    project.rollproof(&["run", "--label", "real"]).ends(0);
    let summary = summary(&project, "real");
    assert_eq!(summary["matching"]["paired"], 400);
    assert_eq!(summary["matching"]["legacy_only"], 0);
    let schedule = area(&summary, "schedule");
    assert_eq!(
        (&schedule["legacy"], &schedule["new"], &schedule["paired"]),
        (&4800.into(), &4800.into(), &4800.into())
    );
    let findings = rows(&project.path("out/real/findings.csv"));
    assert!(findings.iter().all(|f| f["area"] != "schedule"), "{:?}", findings.first());
    assert_eq!(summary["method"]["balanced"], true);
    let not_checked = summary["coverage"]["not_checked"].as_array().unwrap();
    assert!(not_checked.iter().any(|n| n["what"] == "gpa (stored)"), "{not_checked:?}");
}

#[test]
fn a_header_that_contoso_repeats_is_rejected_where_it_is_not_declared() {
    let Some(data) = real_data() else { return };
    let project = project("contoso", &data);
    let text = project.read("sis.toml");
    let undeclared: String =
        text.lines().filter(|l| !l.contains("repeated_header")).map(|l| format!("{l}\n")).collect();
    assert_ne!(text, undeclared);
    project.write("sis.toml", undeclared);
    project.rollproof(&["run", "--label", "real"]).ends(0);
    let rejects = rows(&project.path("out/real/rejects.csv"));
    assert_eq!(rejects.iter().filter(|r| r["kind"] == "repeated-header").count(), 3, "{:?}", rejects.first());
}

#[test]
fn three_systems_of_one_college_agree_pairwise() {
    let Some(data) = real_data() else { return };
    let project = project("hed", &data);
    for pair in ["insights-moodle", "canvas-moodle", "canvas-insights"] {
        project.rollproof(&["run", "-C", &format!("{pair}.toml"), "--label", pair]).ends(0);
        let summary = summary(&project, pair);
        assert_eq!(summary["matching"]["paired"], 600, "{pair}");
        assert_eq!(area(&summary, "schedule")["paired"], 3600, "{pair}");
        assert_eq!(summary["open"]["total"], 0, "{pair}");
        assert_eq!(summary["method"]["balanced"], true, "{pair}");
    }
    let told = summary(&project, "insights-moodle").to_string();
    let filters: Vec<u64> = summary(&project, "insights-moodle")["method"]["tables"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|t| t["filters"].as_array().unwrap().iter().map(|f| f["rows"].as_u64().unwrap()).collect::<Vec<_>>())
        .collect();
    assert!(filters.contains(&87), "the 87 instructor rows are told: {told}");
    assert!(filters.contains(&40), "the 40 blank roles are told: {told}");
}
