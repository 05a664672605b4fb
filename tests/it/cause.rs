//! Causes the whole way through: exports damaged as conversions damage them, and what the program says about it.

use std::collections::{BTreeMap, BTreeSet};

use rollproof::synth::{Dress, System};

use crate::support::Project;

/// The rows of a tab-separated file of the new side.
struct File {
    name: &'static str,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl File {
    fn of(project: &Project, name: &'static str) -> Self {
        let text = project.read(name);
        let mut lines = text.lines().map(|l| l.split('\t').map(str::to_owned).collect::<Vec<String>>());
        Self { name, header: lines.next().unwrap(), rows: lines.collect() }
    }

    fn at(&self, column: &str) -> usize {
        self.header.iter().position(|c| c == column).unwrap_or_else(|| panic!("{} has no {column}", self.name))
    }

    fn save(self, project: &Project) {
        let lines = std::iter::once(self.header.join("\t")).chain(self.rows.iter().map(|r| r.join("\t")));
        project.write(self.name, lines.collect::<Vec<_>>().join("\n") + "\n");
    }

    /// The most frequent value of a column among some rows.
    fn usual(&self, column: &str, is_one: impl Fn(&[String]) -> bool) -> String {
        let at = self.at(column);
        let mut counts = std::collections::BTreeMap::new();
        self.rows.iter().filter(|r| is_one(r)).for_each(|r| *counts.entry(r[at].clone()).or_insert(0) += 1);
        counts.into_iter().max_by_key(|(_, n)| *n).unwrap().0
    }
}

fn district() -> Project {
    Project::synthetic(1_000, (System::Aeries, Dress::default()), (System::PowerSchool, Dress::default()), None)
}

/// `C+` became `C` at one school; gives the school and how many.
fn flatten(project: &Project) -> (String, usize) {
    let mut file = File::of(project, "new/storedgrades.txt");
    let (grade, school) = (file.at("grade"), file.at("schoolid"));
    let code = file.usual("schoolid", |r| r[grade] == "C+");
    let hit = file.rows.iter_mut().filter(|r| r[grade] == "C+" && r[school] == code);
    let count = hit.map(|r| r[grade] = "C".into()).count();
    file.save(project);
    (code, count)
}

/// A school's summer rows are not there.
fn lose_summer(project: &Project) -> (String, usize) {
    let mut file = File::of(project, "new/storedgrades.txt");
    let (store, school) = (file.at("storecode"), file.at("schoolid"));
    let code = file.usual("schoolid", |r| r[store] == "SU");
    let before = file.rows.len();
    file.rows.retain(|r| !(r[store] == "SU" && r[school] == code));
    let count = before - file.rows.len();
    file.save(project);
    (code, count)
}

/// English learners of one school are none.
fn lose_learners(project: &Project) -> (String, usize) {
    let mut file = File::of(project, "new/students.txt");
    let (ell, school) = (file.at("ell"), file.at("schoolid"));
    let code = file.usual("schoolid", |r| r[ell] == "1");
    let hit = file.rows.iter_mut().filter(|r| r[ell] == "1" && r[school] == code);
    let count = hit.map(|r| r[ell] = "0".into()).count();
    file.save(project);
    (code, count)
}

/// The line of the list that holds all parts.
fn line<'a>(list: &'a str, parts: &[&str]) -> Option<&'a str> {
    list.lines().find(|l| parts.iter().all(|p| l.contains(p)))
}

#[test]
fn three_faults_of_a_conversion_are_three_causes_of_the_whole_program() {
    let project = district();
    let (marks, summer, learners) = (flatten(&project), lose_summer(&project), lose_learners(&project));
    let list = project.rollproof(&["causes"]).ends(0).out;
    let (school, count) = &marks;
    assert!(line(&list, &["transcript mark `C+` became `C`", school.as_str()]).is_some(), "{list}");
    assert!(list.contains(&format!("explains {count} of {count} findings")), "{list}");
    let (school, count) = &summer;
    // Only high schools have summers here, so that the school may go without saying.
    assert!(line(&list, &["transcript records missing", "term SU"]).is_some(), "{school}\n{list}");
    assert!(list.contains(&format!("explains {count} of {count} findings")), "{list}");
    let (school, count) = &learners;
    assert!(line(&list, &["english learner `true` became `false`", school.as_str()]).is_some(), "{list}");
    assert!(list.contains(&format!("explains {count} of {count} findings")), "{list}");
    assert!(project.rollproof(&["causes", "1"]).ends(0).out.contains("agreeing rows would break"));
}

#[test]
fn what_is_left_after_a_repair_is_what_was_foretold() {
    let project = district();
    lose_learners(&project);
    project.run();
    let first = project.findings();
    let repaired = district();
    repaired.run();
    let left = repaired.findings();
    let is_open = |cause: &str| !cause.is_empty();
    let explained = first.iter().filter(|f| is_open(&f["cause"])).count();
    assert!(explained > 0);
    assert_eq!(first.len() - explained, left.len());
}

/// The story of the sample and its causes: a fault that the README lists for several students would have to be a proved
/// cause, and no other may be one.
#[test]
fn the_readme_of_the_sample_and_the_causes_agree() {
    let project = Project::sample();
    let readme = project.read("README.md");
    let mut students = BTreeMap::<&str, BTreeSet<&str>>::new();
    for line in readme.lines().filter(|l| l.starts_with("| F")) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        students.entry(cells[1]).or_default().insert(cells[2]);
    }
    assert!(students.len() > 20, "{students:?}");
    let told = students.values().filter(|s| s.len() >= 3).count();
    let list = project.rollproof(&["causes"]).ends(0).out;
    let proved: Vec<&str> =
        list.lines().take_while(|l| !l.starts_with("Hints")).filter(|l| l.contains("agreeing rows")).collect();
    assert_eq!(proved.len(), told, "{list}");
    assert_eq!(told == 0, readme.contains("`rollproof causes` proves no cause"), "{readme}");
}

#[test]
fn a_cause_is_known_again_in_the_next_rehearsal_and_everywhere_by_the_same_words() {
    let project = district();
    let (school, _) = flatten(&project);
    project.run();
    // The next export: the same fault, another one beside it, and rows in another order.
    lose_learners(&project);
    let mut file = File::of(&project, "new/storedgrades.txt");
    file.rows.reverse();
    file.save(&project);
    let text = project.read("rollproof.toml").replace("rehearsal = \"R1\"", "rehearsal = \"R2\"");
    project.write(
        "rollproof.toml",
        format!("{text}\n[owners]\n\"transcript.mark\" = \"Conversion team\"\nnew = \"Hotline\"\n"),
    );
    let out = project.run().out;
    let of = |label: &str| -> crate::support::Row {
        let list = crate::support::rows(&project.path(&format!("out/{label}/causes.csv")));
        list.into_iter().find(|c| c["cause"].contains("mark `C+` became `C`")).unwrap()
    };
    let (first, second) = (of("R1"), of("R2"));
    assert_eq!(first["id"], second["id"]);
    let page = project.rollproof(&["explain", &format!("cause:{}", second["id"])]).ends(0).out;
    for part in ["R1", "R2", "samples", "students", "(Conversion team)", "PowerSchool: storedgrades.grade", &school] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert_eq!(page, project.rollproof(&["causes", &second["number"]]).ends(0).out);
    let json: serde_json::Value = serde_json::from_str(&project.read("out/R2/summary.json")).unwrap();
    let line = json["causes"].as_array().unwrap().iter().find(|c| c["name"] == *second["id"]).unwrap();
    assert_eq!(line["text"], *second["cause"]);
    assert_eq!(line["fix_where"], *second["fix"]);
    let proof = line["proof"].as_str().unwrap();
    assert!(proof.starts_with(&format!("explains {} of {} findings", second["explained"], second["of"])), "{proof}");
    let words = format!("cause {}: {}", second["number"], second["cause"]);
    let start: String = second["cause"].chars().take(30).collect();
    assert!(out.contains(&start), "{out}");
    let packs: Vec<String> = std::fs::read_dir(project.path("out/R2/packs"))
        .unwrap()
        .map(|f| f.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "csv"))
        .map(|p| std::fs::read_to_string(p).unwrap())
        .collect();
    assert!(packs.iter().any(|p| p.contains(&words)), "{words}");
    let student = project.findings().into_iter().find(|f| f["cause"] == second["id"]).unwrap()["student_id"].clone();
    let sheet = project.rollproof(&["explain", &student]).ends(0).out;
    assert!(sheet.contains(&format!("cause {}:", second["number"])), "{sheet}");
}

#[test]
fn an_owner_of_nothing_is_told_with_the_nearest_name() {
    let project = district();
    let text = project.read("rollproof.toml");
    project.write("rollproof.toml", format!("{text}\n[owners]\ntranscipt = \"Registrar\"\n"));
    let answer = project.rollproof(&["check"]).ends(2);
    let said = format!("{}{}", answer.out, answer.err);
    assert!(said.contains("transcipt") && said.contains("`transcript`"), "{said}");
}

/// Cost: in release, by hand. `ROLLPROOF_CAUSE_STUDENTS` sets the size.
#[test]
#[ignore = "a measurement: writes and reads a large district"]
fn causes_take_at_most_a_fifth_of_the_run() {
    let students = std::env::var("ROLLPROOF_CAUSE_STUDENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    let sides = || ((System::Aeries, Dress::default()), (System::PowerSchool, Dress::default()));
    let every: Vec<u8> = rollproof::synth::classes().iter().map(|c| c.id).collect();
    let (legacy, new) = sides();
    let faulty = Project::synthetic(students, legacy, new, Some(rollproof::synth::Planter::mixed(3, every, 10_000)));
    measure(&faulty, "faults in 1 % of the students");
    let (legacy, new) = sides();
    let wrong = Project::synthetic(students, legacy, new, None);
    // Every teacher's line names the teacher of the next line.
    let text = wrong.read("crosswalks/teacher.csv");
    let lines: Vec<Vec<&str>> = text.lines().map(|l| l.split(',').collect()).collect();
    let (blank, codes): (Vec<_>, Vec<_>) = lines[1..].iter().partition(|line| line[0].is_empty());
    let next = codes.iter().cycle().skip(1).map(|line| line[1]);
    let shifted = codes.iter().zip(next).map(|(line, next)| [&[line[0], next][..], &line[2..]].concat());
    let shifted: String = blank.into_iter().cloned().chain(shifted).map(|line| line.join(",") + "\n").collect();
    wrong.write("crosswalks/teacher.csv", format!("{}\n{shifted}", lines[0].join(",")));
    measure(&wrong, "one wrong map");
    let list = crate::support::rows(&wrong.path("out/R1/causes.csv"));
    let proved: Vec<&str> = list.iter().filter(|c| c["proved"] == "proved").map(|c| c["cause"].as_str()).collect();
    assert!(proved.len() == 1 && proved[0].contains("teacher"), "{proved:?}");
}

/// Runs and holds the stage of causes against the whole.
fn measure(project: &Project, what: &str) {
    let answer = project.rollproof(&["run", "--timings"]);
    let table = format!("{}{}", answer.out, answer.err);
    let cpu = |stage: &str| -> f64 {
        let line = table.lines().find(|l| l.split_whitespace().next() == Some(stage));
        let line = line.unwrap_or_else(|| panic!("no stage {stage} in\n{table}"));
        line.split_whitespace().nth(2).unwrap().parse().unwrap()
    };
    let (causes, all) = (cpu("causes"), cpu("all"));
    println!("{what}: causes {causes} s of {all} s CPU: {:.1} %", causes * 100.0 / all);
    println!("{table}");
    assert!(causes * 5.0 <= all, "{table}");
}
