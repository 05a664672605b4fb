//! Causes the whole way through: exports damaged as conversions damage them, and what the program says about it.

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

#[test]
fn the_sample_has_single_faults_and_no_proved_cause() {
    let list = Project::sample().rollproof(&["causes"]).ends(0).out;
    let proved: Vec<&str> =
        list.lines().take_while(|l| !l.starts_with("Hints")).filter(|l| l.contains("agreeing rows")).collect();
    assert!(proved.is_empty(), "{list}");
}
