//! Conditions and patterns that need more than one field: codes as exported, places in a file, the day of entry, records
//! split in two, students exchanged.

use super::district::{Tables, dataset, district};
use super::{differences, settings};
use crate::canonical::{Entity, Field, Side};
use crate::cause::{Cause, Causes, Settings, explain};
use crate::checks;
use crate::finding::{Change, Findings, Severity, Subject};
use crate::reconcile::{MatchRules, reconcile};

fn explained(legacy: &Tables, new: &Tables) -> (Findings, Causes) {
    let run = reconcile(dataset(Side::Legacy, legacy), dataset(Side::New, new), &MatchRules::default());
    let findings = differences(&run);
    let causes = explain(&run, &findings, &settings());
    (findings, causes)
}

/// The only cause, proved.
#[track_caller]
fn the_one(causes: &Causes) -> &Cause {
    assert!(causes.causes.len() == 1 && causes.causes[0].proved, "{}", causes.list());
    &causes.causes[0]
}

#[test]
fn a_wrong_crosswalk_line_is_told_by_the_code_that_goes_through_it() {
    let mut legacy = district(31, 900, 6);
    let mut new = legacy.clone();
    let rows = legacy.get_mut(&Entity::Transcript).unwrap();
    let mark = rows.at(Field::Mark);
    let mut hit = 0;
    for (at, row) in rows.rows.iter_mut().enumerate().filter(|(_, r)| r[mark] == "P") {
        // Two codes of the old system are one mark; the line of the second is wrong.
        if at % 2 == 0 {
            row[mark] = "CR~P".into();
            new.get_mut(&Entity::Transcript).unwrap().rows[at][mark] = "F".into();
            hit += 1;
        }
    }
    let (_, causes) = explained(&legacy, &new);
    let cause = the_one(&causes);
    assert_eq!(cause.sentence, "transcript mark `P` became `F` for legacy code of mark `CR`");
    assert_eq!((cause.findings, cause.proof.broken), (hit, 0));
}

#[test]
fn rows_lost_inside_a_file_are_told_by_their_place() {
    let legacy = district(32, 900, 6);
    let mut new = legacy.clone();
    let rows = &mut new.get_mut(&Entity::Transcript).unwrap().rows;
    let (from, to) = (rows.len() / 3, rows.len() / 3 + 400);
    rows.drain(from..to);
    let (_, causes) = explained(&legacy, &new);
    let cause = the_one(&causes);
    assert!(cause.sentence.starts_with("transcript records missing"), "{}", cause.sentence);
    // The first row of the file is record 2.
    assert!(cause.sentence.ends_with(&format!("records {} to {}", from + 2, to + 1)), "{}", cause.sentence);
    assert_eq!(cause.findings, 400);
}

#[test]
fn students_who_came_late_are_told_by_the_day_of_entry() {
    let legacy = district(33, 900, 6);
    let mut new = legacy.clone();
    let enrollment = &legacy[&Entity::Enrollment];
    let late: std::collections::BTreeSet<String> = (0..enrollment.rows.len())
        .filter(|r| enrollment.get(*r, Field::EntryDate) > "2025-08-18")
        .map(|r| enrollment.get(r, Field::StudentId).to_owned())
        .collect();
    let schedule = new.get_mut(&Entity::Schedule).unwrap();
    let (id, teacher) = (schedule.at(Field::StudentId), schedule.at(Field::Teacher));
    for row in schedule.rows.iter_mut().filter(|r| late.contains(&r[id])) {
        row[teacher] = "T000".into();
    }
    let (_, causes) = explained(&legacy, &new);
    let sentence = &the_one(&causes).sentence;
    assert_eq!(sentence, "schedule teacher became `T000` whatever it was for student entry date from 2025-08-19 on");
}

/// Mathematics of both halves of the year.
fn halves(tables: &mut Tables) {
    let rows = tables.get_mut(&Entity::Transcript).unwrap();
    let (term, area) = (rows.at(Field::Term), rows.at(Field::SubjectArea));
    let mut second = Vec::new();
    for row in rows.rows.iter_mut().filter(|r| r[area] == "math") {
        row[term] = "S1".into();
        second.push(row.clone());
    }
    second.iter_mut().for_each(|r| r[term] = "S2".into());
    rows.rows.extend(second);
}

#[test]
fn a_year_row_that_became_two_whole_ones_is_one_cause() {
    let mut legacy = district(34, 900, 6);
    let mut new = legacy.clone();
    halves(&mut new);
    let rows = legacy.get_mut(&Entity::Transcript).unwrap();
    let (term, area) = (rows.at(Field::Term), rows.at(Field::SubjectArea));
    rows.rows.iter_mut().filter(|r| r[area] == "math").for_each(|r| r[term] = "FY".into());
    let (findings, causes) = explained(&legacy, &new);
    let cause = the_one(&causes);
    let said = "transcript credit attempted not the same in sum where records were split or merged (sum-changed)";
    assert!(cause.sentence.starts_with(said) && cause.sentence.contains("credit earned"), "{}", cause.sentence);
    assert_eq!(cause.findings, findings.rows.len() as u64);
}

#[test]
fn two_halves_put_together_in_one_are_one_cause() {
    let mut legacy = district(36, 900, 6);
    halves(&mut legacy);
    let mut new = legacy.clone();
    let rows = new.get_mut(&Entity::Transcript).unwrap();
    let (term, area) = (rows.at(Field::Term), rows.at(Field::SubjectArea));
    rows.rows.retain(|r| r[area] != "math" || r[term] != "S2");
    let credits = [Field::CreditAttempted, Field::CreditEarned].map(|f| rows.at(f));
    for row in rows.rows.iter_mut().filter(|r| r[area] == "math") {
        for credit in credits {
            row[credit] = (row[credit].parse::<f64>().unwrap() * 2.0).to_string();
        }
    }
    let (findings, causes) = explained(&legacy, &new);
    let cause = the_one(&causes);
    assert!(cause.sentence.starts_with("transcript records merged: "), "{}", cause.sentence);
    assert_eq!(cause.findings, findings.rows.len() as u64, "{}", causes.list());
}

#[test]
fn exchanged_students_are_one_cause_and_not_hundreds_of_findings() {
    let legacy = district(35, 900, 6);
    let mut new = legacy.clone();
    let students = new.get_mut(&Entity::Student).unwrap();
    let fields = [Field::FirstName, Field::LastName, Field::BirthDate].map(|f| students.at(f));
    for pair in 0..8 {
        let (a, b) = (pair * 40, pair * 40 + 7);
        for field in fields {
            let other = students.rows[b][field].clone();
            students.rows[b][field] = std::mem::replace(&mut students.rows[a][field], other);
        }
    }
    let run = reconcile(dataset(Side::Legacy, &legacy), dataset(Side::New, &new), &MatchRules::default());
    let mut findings = differences(&run);
    let names: Vec<&str> = checks::names().collect();
    let swapped = names.iter().position(|n| *n == "student-swapped").unwrap() as u8;
    for (a, b) in &run.matching.swapped {
        for student in [*a, *b] {
            let pair = &run.students[student as usize];
            let mut finding = findings.rows[0];
            (finding.subject, finding.check) = (Subject::Student(student), swapped);
            (finding.entity, finding.change, finding.field) = (Entity::Student, Change::Changed, None);
            (finding.legacy, finding.new, finding.severity) = (pair.legacy, pair.new, Severity::Critical);
            findings.rows.push(finding);
        }
    }
    findings.rows.sort();
    let causes = explain(&run, &findings, &Settings::default());
    let cause = the_one(&causes);
    assert_eq!(cause.sentence, "students exchanged for each other (student-swapped)");
    assert_eq!((cause.findings, cause.students), (findings.rows.len() as u64, 16));
}
