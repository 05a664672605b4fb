//! "Would pass if" is true: what a cause proposes is carried out by hand, and exactly the foretold findings are left.

use std::collections::BTreeSet;

use rollproof::synth::{Dress, System};

use crate::support::{Project, Row, rows};

fn district() -> Project {
    Project::synthetic(600, (System::Aeries, Dress::default()), (System::PowerSchool, Dress::default()), None)
}

/// What a finding is about, without what a repair changes elsewhere.
fn keys(rows: &[Row]) -> BTreeSet<String> {
    rows.iter().map(|r| r["fingerprint"].clone()).collect()
}

/// Findings at least minor.
fn told(project: &Project) -> Vec<Row> {
    project.findings().into_iter().filter(|f| f["severity"] != "info").collect()
}

fn causes(project: &Project) -> Vec<Row> {
    rows(&project.path(&format!("out/{}/causes.csv", project.label())))
}

/// A table of a file with a separator, changed line by line; gives how many lines changed.
fn change(project: &Project, file: &str, separator: char, mut to: impl FnMut(&[&str], &mut Vec<String>)) -> usize {
    let text = project.read(file);
    let mut lines = text.lines();
    let header: Vec<String> = lines.next().unwrap().split(separator).map(|c| c.trim_matches('"').to_owned()).collect();
    let names: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut out = vec![text.lines().next().unwrap().to_owned()];
    let mut changed = 0;
    for line in lines {
        let mut cells: Vec<String> = line.split(separator).map(str::to_owned).collect();
        to(&names, &mut cells);
        let now = cells.join(&separator.to_string());
        changed += usize::from(now != line);
        if !cells.is_empty() {
            out.push(now);
        }
    }
    project.write(file, out.join("\n") + "\n");
    changed
}

fn at(names: &[&str], name: &str) -> usize {
    names.iter().position(|n| n.eq_ignore_ascii_case(name)).unwrap_or_else(|| panic!("no {name} in {names:?}"))
}

/// Plants, runs, repairs, runs again, and holds what is left against what was foretold.
fn repaired(plant: impl Fn(&Project), says: &[&str], repair: impl Fn(&Project, &str)) {
    let project = district();
    plant(&project);
    project.run();
    let (before, list) = (told(&project), causes(&project));
    let is_it = |c: &&Row| c["proved"] == "proved" && says.iter().all(|s| c["cause"].contains(s));
    let cause = list.iter().find(is_it).unwrap_or_else(|| panic!("no cause says {says:?}: {list:#?}"));
    let page = project.rollproof(&["causes", &cause["number"]]).ends(0).out;
    let foretold: Vec<Row> = before.iter().filter(|f| f["cause"] != cause["id"]).cloned().collect();
    assert!(foretold.len() < before.len());
    repair(&project, &page);
    project.run();
    let after = told(&project);
    let (left, foretold) = (keys(&after), keys(&foretold));
    let few = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).take(5).cloned().collect::<Vec<_>>();
    assert!(
        left == foretold,
        "{} left after the repair of {}, {} foretold; not foretold {:?}, not left {:?}\n{page}",
        left.len(),
        cause["cause"],
        foretold.len(),
        few(&left, &foretold),
        few(&foretold, &left)
    );
    assert!(causes(&project).iter().all(|c| c["id"] != cause["id"]));
}

/// Writes the lines that the page of a cause proposes into the project's files.
fn write_proposed(project: &Project, page: &str) {
    let start = page.find("lines as they should be").unwrap_or_else(|| panic!("no lines proposed\n{page}"));
    let mut written = 0;
    for line in page[start..].lines().skip(1).take_while(|l| !l.trim().is_empty()) {
        let (place, text) = line.trim_start().split_once("  ").unwrap();
        let (file, number) = place.rsplit_once(':').unwrap();
        let name = ["crosswalks/", "map/"].iter().find_map(|f| file.find(f)).map(|at| &file[at..]).unwrap();
        let mut lines: Vec<String> = project.read(name).lines().map(str::to_owned).collect();
        match number.parse::<usize>() {
            Ok(number) => text.clone_into(&mut lines[number - 1]),
            Err(_) => lines.push(text.to_owned()),
        }
        project.write(name, lines.join("\n") + "\n");
        written += 1;
    }
    assert!(written > 0, "{page}");
}

#[test]
fn two_exchanged_lines_of_the_mark_crosswalk_are_repaired_by_the_lines_proposed() {
    let plant = |project: &Project| {
        let text = project.read("crosswalks/mark.csv");
        let exchanged: String = text
            .lines()
            .map(|l| match l {
                l if l.starts_with("B+,") => l.replacen(",B+", ",B-", 1),
                l if l.starts_with("B-,") => l.replacen(",B-", ",B+", 1),
                l => l.to_owned(),
            } + "\n")
            .collect();
        assert_ne!(exchanged, text);
        project.write("crosswalks/mark.csv", exchanged);
    };
    repaired(plant, &["transcript mark `B+` and `B-` exchanged"], |p, page| {
        assert!(page.contains("crosswalks/mark.csv lines "), "{page}");
        write_proposed(p, page);
    });
}

#[test]
fn a_line_that_the_crosswalk_lacks_is_proposed_with_the_code_that_it_should_have() {
    let plant = |project: &Project| {
        let text = project.read("crosswalks/mark.csv");
        let less: String = text.lines().filter(|l| !l.starts_with("C+,")).map(|l| format!("{l}\n")).collect();
        assert_ne!(less, text);
        project.write("crosswalks/mark.csv", less);
    };
    repaired(plant, &["transcript mark `C+` of the legacy side has no crosswalk line"], |p, page| {
        assert!(page.contains("add the line `C+,C+,`"), "{page}");
        write_proposed(p, page);
    });
}

#[test]
fn credit_in_another_unit_is_repaired_by_the_mapping_line_proposed() {
    let plant = |project: &Project| {
        let changed = change(project, "new/storedgrades.txt", '\t', |names, cells| {
            for column in ["potentialcrhrs", "earnedcrhrs"] {
                let cell = &mut cells[at(names, column)];
                if let Ok(credit) = cell.parse::<f64>() {
                    *cell = (credit * 10.0).to_string();
                }
            }
        });
        assert!(changed > 100);
        // A mapping of the project's own, so that there is a line to write into.
        let mapping = std::fs::read_to_string(crate::support::root().join("mappings/aeries/mapping.toml")).unwrap();
        project.write("map/mapping.toml", mapping);
        for file in std::fs::read_dir(crate::support::root().join("mappings/aeries/crosswalks")).unwrap() {
            let file = file.unwrap();
            let name = format!("map/crosswalks/{}", file.file_name().to_string_lossy());
            project.write(&name, std::fs::read(file.path()).unwrap());
        }
        project.edit("rollproof.toml", "mapping = \"aeries\"", "mapping = \"map/mapping.toml\"");
    };
    repaired(plant, &["credit attempted 10 times as large"], |p, page| {
        assert!(page.contains("factor = \"10\""), "{page}");
        write_proposed(p, page);
    });
}

#[test]
fn rows_that_the_vendor_loads_again_leave_what_was_foretold() {
    let whole = std::cell::RefCell::new(String::new());
    let plant = |project: &Project| {
        *whole.borrow_mut() = project.read("new/storedgrades.txt");
        let changed = change(project, "new/storedgrades.txt", '\t', |names, cells| {
            if cells[at(names, "storecode")] == "SU" {
                cells.clear();
            }
        });
        assert!(changed > 5, "{changed}");
    };
    repaired(plant, &["transcript records missing", "term SU"], |p, page| {
        assert!(page.contains("load the missing rows where storedgrades.storecode is SU"), "{page}");
        p.write("new/storedgrades.txt", whole.borrow().as_bytes());
    });
}

#[test]
fn a_flag_that_the_vendor_loads_again_leaves_what_was_foretold() {
    let school = std::cell::RefCell::new(String::new());
    let plant = |project: &Project| {
        let mut seen = std::collections::BTreeMap::<String, usize>::new();
        change(project, "new/students.txt", '\t', |names, cells| {
            if cells[at(names, "ell")] == "1" {
                *seen.entry(cells[at(names, "schoolid")].clone()).or_default() += 1;
            }
        });
        *school.borrow_mut() = seen.into_iter().max_by_key(|(_, n)| *n).unwrap().0;
        change(project, "new/students.txt", '\t', |names, cells| {
            if cells[at(names, "schoolid")] == *school.borrow() {
                cells[at(names, "ell")] = "0".into();
            }
        });
    };
    let legacy = |p: &Project| -> BTreeSet<String> {
        p.findings().iter().filter(|f| f["field"] == "english_learner").map(|f| f["student_id"].clone()).collect()
    };
    repaired(plant, &["english learner `true` became `false`"], |p, page| {
        assert!(page.contains("PowerSchool: students.ell"), "{page}");
        let wrong = legacy(p);
        change(p, "new/students.txt", '\t', |names, cells| {
            if wrong.contains(&cells[at(names, "student_number")]) {
                cells[at(names, "ell")] = "1".into();
            }
        });
    });
}

/// The gate's sentence is the proof's arithmetic: repairing what it names lets the counts pass.
#[test]
fn what_the_gate_says_would_pass_passes() {
    let project = district();
    let text = project.read("rollproof.toml");
    project.write("rollproof.toml", format!("{text}\n[gate]\ncritical = 0\nmajor = 0\n"));
    let whole = project.read("new/storedgrades.txt");
    project.run();
    let clean = project.reasons();
    change(&project, "new/storedgrades.txt", '\t', |names, cells| {
        if cells[at(names, "storecode")] == "SU" {
            cells.clear();
        }
    });
    project.run();
    let verdict: serde_json::Value = serde_json::from_str(&project.read("out/R1/verdict.json")).unwrap();
    let said = verdict["would_pass"].to_string();
    assert!(said.contains("if this cause is fixed: 1 (transcript records missing"), "{said}");
    assert!(said.contains("(then 0 critical, 0 major)"), "{said}");
    project.write("new/storedgrades.txt", whole);
    project.run();
    assert_eq!(project.reasons(), clean);
}

/// Two faults at once, one of them a wrong line of ours that makes the policy look wrong.
#[test]
fn a_doubtful_policy_hangs_under_the_wrong_line_that_makes_it_so() {
    let project = district();
    let text = project.read("crosswalks/mark.csv");
    let swapped: Vec<String> = text
        .lines()
        .map(|l| match l {
            l if l.starts_with("B,") => l.replacen(",B", ",F", 1),
            l => l.to_owned(),
        })
        .collect();
    project.write("crosswalks/mark.csv", swapped.join("\n") + "\n");
    change(&project, "new/storedgrades.txt", '\t', |names, cells| {
        if cells[at(names, "storecode")] == "SU" {
            cells.clear();
        }
    });
    project.run();
    let (findings, list) = (told(&project), causes(&project));
    let doubts: Vec<&Row> = findings.iter().filter(|f| f["check"] == "gpa-policy-doubtful").collect();
    let line = list
        .iter()
        .find(|c| c["cause"].contains("transcript mark `F` became `B`"))
        .unwrap_or_else(|| panic!("{list:#?}"));
    assert!(!doubts.is_empty());
    assert!(doubts.iter().all(|f| f["cause"] == line["id"]), "{doubts:#?}\n{list:#?}");
    assert!(list.iter().any(|c| c["cause"].contains("term SU") && c["fix"].starts_with("PowerSchool: storedgrades:")));
}
