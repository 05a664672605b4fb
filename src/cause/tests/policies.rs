//! GPAs under a policy: what rows explain hangs under their cause, what another rule explains is a cause of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::district::{Chance, Tables, dataset, district};
use super::{differences, settings};
use crate::canonical::{Entity, Field, Side};
use crate::cause::{Causes, Settings, explain};
use crate::finding::Findings;
use crate::policy::bound::evaluate_side;
use crate::policy::gpa::rules::POINT_UNIT;
use crate::policy::gpa::{Lens, Scratch};
use crate::policy::{GpaPolicy, Named, Policies, WantedKind};
use crate::reconcile::{MatchRules, reconcile};

fn policies() -> Policies {
    let policy = Named::plain("simple-4.0-weighted");
    let wanted = WantedKind { kind: "weighted".into(), legacy: policy.clone(), new: policy };
    Policies::load(&[wanted], None, Path::new(".")).unwrap()
}

/// Writes the weighted GPAs that a policy makes of the transcripts.
fn store(tables: &mut Tables, side: Side, policy: &GpaPolicy) {
    let (legacy, new) = (dataset(Side::Legacy, tables), dataset(Side::New, tables));
    let run = reconcile(legacy, new, &MatchRules::default());
    let lens = Lens::new(policy, run.dataset(side)).unwrap();
    let gpa = tables.get_mut(&Entity::Gpa).unwrap();
    let value = gpa.at(Field::Value);
    for row in (0..gpa.rows.len()).filter(|r| gpa.get(*r, Field::GpaKind) == "weighted").collect::<Vec<_>>() {
        let position = run.position(gpa.get(row, Field::StudentId)).unwrap();
        let evaluation = evaluate_side(policy, &lens, &run, position, side, &mut Scratch::default());
        let text = evaluation.and_then(|e| e.value).map_or_else(String::new, |v| v.to_string());
        gpa.rows[row][value] = text;
    }
}

/// A district whose marks the policy knows.
fn graded(seed: u64) -> Tables {
    let mut tables = district(seed, 900, 6);
    let transcript = tables.get_mut(&Entity::Transcript).unwrap();
    let mark = transcript.at(Field::Mark);
    transcript.rows.iter_mut().filter(|r| r[mark] == "E").for_each(|r| r[mark] = "D".into());
    tables
}

fn explained(legacy: &Tables, new: &Tables) -> (Findings, Causes) {
    let run = reconcile(dataset(Side::Legacy, legacy), dataset(Side::New, new), &MatchRules::default());
    let findings = differences(&run);
    let causes = explain(&run, &findings, &Settings { policies: policies(), ..settings() });
    (findings, causes)
}

#[test]
fn a_gpa_hangs_under_the_cause_that_makes_most_of_its_difference() {
    let policy = policies();
    let rules = &policy.kinds()[0].legacy;
    let mut legacy = graded(51);
    store(&mut legacy, Side::Legacy, rules);
    let mut new = legacy.clone();
    let mut chance = Chance(9);
    let transcript = new.get_mut(&Entity::Transcript).unwrap();
    let (mark, level, school) = (transcript.at(Field::Mark), transcript.at(Field::Level), transcript.at(Field::School));
    let points = transcript.at(Field::GpaWeight);
    // A heavy fault: marks fell to F at a school. A light one: some of its AP classes are regular.
    for row in &mut transcript.rows {
        if row[school] == "002" && row[mark] == "B" {
            row[mark] = "F".into();
        }
        if row[level] == "ap" && row[school] == "002" {
            (row[level], row[points]) = ("regular".into(), "0".into());
        }
        if chance.percent(1) && row[mark] == "C" {
            row[mark] = "C+".into();
        }
    }
    store(&mut new, Side::New, rules);
    let (findings, causes) = explained(&legacy, &new);
    let of = |part: &str| {
        causes.causes.iter().find(|c| c.sentence.contains(part)).unwrap_or_else(|| panic!("{}", causes.list()))
    };
    let (marks, levels) = (of("mark `B` became `F`"), of("level `ap` became `regular`"));
    let gpas = |number: u32| {
        let own = |at: &usize| causes.of_finding[*at] == number && findings.rows[*at].entity == Entity::Gpa;
        (0..findings.rows.len()).filter(own).count()
    };
    let all = findings.rows.iter().filter(|f| f.entity == Entity::Gpa && f.field == Some(Field::Value)).count();
    assert!(gpas(marks.number) > gpas(levels.number) && gpas(levels.number) > 0, "{}", causes.list());
    // Single faults of other students explain their own GPAs: these stay single.
    assert!(gpas(marks.number) + gpas(levels.number) < all, "{}", causes.list());
    let percent =
        |c: &crate::cause::Cause| c.consequences.iter().find(|q| q.what == "gpa.value").unwrap().percent.unwrap();
    assert!(percent(marks) > 60 && percent(marks) <= 100, "{}", marks.page(false));
    // GPAs that both faults move need both repaired.
    let both = causes.needs.values().filter(|n| n.contains(&marks.number) && n.contains(&levels.number)).count();
    assert!(both > 10, "{both}");
}

#[test]
fn another_scale_of_the_new_system_is_a_cause_of_the_gpas_alone() {
    let policy = policies();
    let rules = &policy.kinds()[0].legacy;
    let mut legacy = graded(52);
    store(&mut legacy, Side::Legacy, rules);
    let mut new = legacy.clone();
    let mut other = (**rules).clone();
    for mark in other.scales.iter_mut().flat_map(|s| &mut s.marks) {
        mark.points = mark.points.map(|p| match p % POINT_UNIT {
            700_000 => p - 30_000,
            300_000 => p + 30_000,
            _ => p,
        });
    }
    store(&mut new, Side::New, &other);
    let (findings, causes) = explained(&legacy, &new);
    assert!(causes.causes.len() == 1 && causes.causes[0].proved, "{}", causes.list());
    let cause = &causes.causes[0];
    let said = "gpa value computed by another rule: marks with plus and minus are worth thirds (3.67, 3.33)";
    assert!(cause.sentence.starts_with(said), "{}", cause.sentence);
    assert_eq!((cause.findings, cause.proof.broken), (findings.rows.len() as u64, 0), "{}", causes.list());
}

#[test]
fn a_withdrawal_that_counts_as_failed_is_told_with_the_mark() {
    let policy = policies();
    let rules = &policy.kinds()[0].legacy;
    let mut legacy = graded(53);
    store(&mut legacy, Side::Legacy, rules);
    let mut new = legacy.clone();
    let mut other = (**rules).clone();
    for mark in other.scales.iter_mut().flat_map(|s| &mut s.marks).filter(|m| m.text == "W") {
        (mark.in_gpa, mark.points) = (true, Some(0));
    }
    store(&mut new, Side::New, &other);
    let (_, causes) = explained(&legacy, &new);
    assert!(causes.causes.len() == 1 && causes.causes[0].proved, "{}", causes.list());
    assert!(causes.causes[0].sentence.contains("mark W counts 0 points"), "{}", causes.list());
}

/// Stores the sum of earned credits beside each weighted GPA.
fn store_totals(tables: &mut Tables) {
    let transcript = &tables[&Entity::Transcript];
    let mut totals: BTreeMap<String, u32> = BTreeMap::new();
    for row in 0..transcript.rows.len() {
        let tenths: u32 = match transcript.get(row, Field::CreditEarned) {
            "7.5" => 75,
            "5" => 50,
            "2.5" => 25,
            _ => 0,
        };
        *totals.entry(transcript.get(row, Field::StudentId).to_owned()).or_default() += tenths;
    }
    let gpa = tables.get_mut(&Entity::Gpa).unwrap();
    if !gpa.fields.contains(&Field::CreditEarned) {
        gpa.fields.push(Field::CreditEarned);
        gpa.rows.iter_mut().for_each(|r| r.push(String::new()));
    }
    let at = gpa.at(Field::CreditEarned);
    for row in (0..gpa.rows.len()).filter(|r| gpa.get(*r, Field::GpaKind) == "weighted").collect::<Vec<_>>() {
        let tenths = totals[gpa.get(row, Field::StudentId)];
        gpa.rows[row][at] = format!("{}.{}", tenths / 10, tenths % 10);
    }
}

#[test]
fn a_credit_total_hangs_under_the_cause_that_makes_most_of_its_difference() {
    let policy = policies();
    let mut legacy = graded(54);
    let transcript = legacy.get_mut(&Entity::Transcript).unwrap();
    let grade = transcript.at(Field::GradeLevel);
    // Credit before grade 9 is in no total of the policy.
    transcript.rows.iter_mut().filter(|r| r[grade] == "8").for_each(|r| r[grade] = "9".into());
    store(&mut legacy, Side::Legacy, &policy.kinds()[0].legacy);
    store_totals(&mut legacy);
    let mut new = legacy.clone();
    let transcript = new.get_mut(&Entity::Transcript).unwrap();
    let at = |field| transcript.at(field);
    let (course, earned, id) = (at(Field::Course), at(Field::CreditEarned), at(Field::StudentId));
    // The fault: a course gives half of its credit. Beside it, one student in seven lost the credit of a larger course.
    let mut halved = BTreeSet::new();
    for row in transcript.rows.iter_mut().filter(|r| r[course] == "PE01" && r[earned] == "5") {
        row[earned] = "2.5".into();
        halved.insert(row[id].clone());
    }
    let mut single = BTreeSet::new();
    for row in transcript.rows.iter_mut().filter(|r| r[earned] == "7.5" && halved.contains(&r[id])) {
        if row[id].ends_with(['0', '7']) && single.insert(row[id].clone()) {
            row[earned] = "0".into();
        }
    }
    assert!(halved.len() > 60 && single.len() > 4, "{} {}", halved.len(), single.len());
    store_totals(&mut new);
    let (findings, causes) = explained(&legacy, &new);
    let is_it = |c: &&crate::cause::Cause| c.proved && c.fields[0] == "transcript.credit_earned";
    let cause = causes.causes.iter().find(is_it).unwrap_or_else(|| panic!("{}", causes.list()));
    let totals: Vec<usize> = (0..findings.rows.len())
        .filter(|at| (findings.rows[*at].entity, findings.rows[*at].field) == (Entity::Gpa, Some(Field::CreditEarned)))
        .collect();
    assert_eq!(totals.len(), halved.len());
    let own = totals.iter().filter(|at| causes.of_finding[**at] == cause.number).count();
    // What the single fault makes most of stays single.
    assert_eq!(own, halved.len() - single.len(), "{}", causes.list());
    let told = cause.consequences.iter().find(|q| q.what == "gpa.credit_earned").unwrap();
    assert_eq!((told.findings, told.percent), (own as u64, Some(100)), "{}", cause.page(false));
}
