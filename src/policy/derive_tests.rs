//! Derivations of faults that migrations make: the right name, and sums that are exact.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::canonical::Side;
use crate::policy::KindPolicy;
use crate::reconcile::fixture::sides;
use crate::reconcile::{MatchRules, reconcile};

const HEADER: &str = "transcript: student_id|school_year|term|course|mark|credit_attempted|credit_earned|gpa_weight|\
                      level|repeat_code|subject_area|grade_level\n";

fn kind(legacy: &str, new: &str) -> KindPolicy {
    let load = |name: &str| {
        let shipped = crate::policy::shipped::gpa(name).unwrap();
        Arc::new(crate::policy::gpa::parse(Path::new(name), shipped.text).unwrap())
    };
    KindPolicy { kind: "weighted".into(), legacy: load(legacy), new: load(new) }
}

/// Derives for student 1: parts as `amount words`.
fn parts(policies: (&str, &str), legacy: &str, new: &str, stored: &str) -> (String, Vec<String>) {
    let gpa = |side: Side| {
        let (l, n) = stored.split_once(' ').unwrap_or(("", ""));
        let value = if side == Side::Legacy { l } else { n };
        if value.is_empty() { String::new() } else { format!("gpa: student_id|gpa_kind|value\n1|weighted|{value}\n") }
    };
    let text = |rows: &str, side| format!("student: student_id|cohort\n1|2026\n{}{HEADER}{rows}", gpa(side));
    let (legacy, new) = sides(&text(legacy, Side::Legacy), &text(new, Side::New));
    let run = reconcile(legacy, new, &MatchRules::default());
    let policies = crate::policy::Policies::new(vec![kind(policies.0, policies.1)], None);
    let bound = Bound::new(&policies, &run);
    let derivation = derive(&run, 0, &bound.kinds[0]).unwrap();
    let sum = Rational::sum(derivation.parts.iter().map(|p| p.amount)).unwrap();
    assert_eq!(sum, derivation.difference);
    let words = crate::policy::explain::part_words(&run, &derivation);
    (
        derivation.difference.show_signed(),
        words.into_iter().map(|(amount, words)| format!("{amount} {words}")).collect(),
    )
}

use crate::policy::Bound;

const LAUSD: (&str, &str) = ("lausd-weighted", "lausd-weighted");
const BASE: &str = "1|2023-24|S1|APBIO|A|5|5||AP|||10\n1|2023-24|S1|ENG10|B|5|5|||||10\n";

#[test]
fn a_lost_weight_is_named_with_its_row() {
    let new = "1|2023-24|S1|APBIO|A|5|5|||||10\n1|2023-24|S1|ENG10|B|5|5|||||10\n";
    let found = parts(LAUSD, BASE, new, "4.000 3.500");
    assert_eq!(found, ("−0.5".into(), vec!["−0.5 level weight changed: 2023-24 S1 APBIO AP -> ".into()]));
}

#[test]
fn a_changed_mark_and_a_missing_row_are_two_parts_and_exact() {
    let new = "1|2023-24|S1|APBIO|B|5|5||AP|||10\n";
    let (difference, found) = parts(LAUSD, BASE, new, "");
    assert_eq!(difference, "+0");
    // (5 + 3) / 2 = 4 before, 4 / 1 after: the missing B lifts what the lost grade lowers.
    assert_eq!(found, ["+1 row missing: 2023-24 S1 ENG10", "−1 mark changed: 2023-24 S1 APBIO A -> B"]);
}

#[test]
fn a_repeat_whose_code_is_gone_is_counted_twice() {
    let legacy =
        "1|2022-23|S1|MATH1|65|1|1|1||R||9\n1|2023-24|S1|MATH1X|85|1|1|1||||10\n1|2023-24|S1|ENG|95|1|1|1||||10\n";
    let new = legacy.replace("|R|", "||");
    let policy = ("north-carolina", "north-carolina");
    // Only codes decide here: the retake has another course code, and the policy knows no codes.
    let (difference, found) = parts(policy, legacy, &new, "");
    assert_eq!((difference.as_str(), found.len()), ("+0", 0));
}

#[test]
fn a_lost_retake_puts_the_failed_attempt_back() {
    let legacy = "1|2022-23|S1|ALG1|F|5|0|||||9\n1|2023-24|S1|ALG1|A|5|5|||||10\n1|2023-24|S1|ENG|B|5|5|||||10\n";
    let new = "1|2022-23|S1|ALG1|F|5|0|||||9\n1|2023-24|S1|ENG|B|5|5|||||10\n";
    let (difference, found) = parts(("florida-unweighted", "florida-unweighted"), legacy, new, "");
    assert_eq!(difference, "−2");
    // Before: 35 / 10. The lost A brings (-20 + 3.5 x 5) / 10, the F that counts again (0 - 3.5 x 5) / 10.
    assert_eq!(found, ["−0.25 row missing: 2023-24 S1 ALG1", "−1.75 repeat counted twice: 2022-23 S1 ALG1"]);
}

#[test]
fn what_stored_values_do_not_share_with_their_rows_is_called_so() {
    let found = parts(LAUSD, BASE, BASE, "4.000 3.900");
    assert_eq!(found, ("−0.1".into(), vec!["−0.1 new stored is not what its rows give".into()]));
}

#[test]
fn rules_that_differ_are_told_from_rows_that_differ() {
    let found = parts(("lausd-weighted", "lausd-unweighted"), BASE, BASE, "4.000 3.500");
    assert_eq!(found, ("−0.5".into(), vec!["−0.5 rules: level weights".into()]));
}

#[test]
fn a_year_row_and_its_halves_of_equal_worth_make_no_part() {
    let legacy = "1|2023-24|FY|ENG10|B|10|10|||||10\n1|2023-24|S1|ART|A|5|5|||||10\n";
    let new = "1|2023-24|S1|ENG10|B|5|5|||||10\n1|2023-24|S2|ENG10|B|5|5|||||10\n1|2023-24|S1|ART|A|5|5|||||10\n";
    let (difference, found) = parts(("simple-4.0", "simple-4.0"), legacy, new, "");
    assert_eq!((difference.as_str(), found.len()), ("+0", 0), "{found:?}");
}

/// Random transcripts with random faults: every derivation adds up, and nothing is left unexplained without stored
/// values. Under every policy, and under pairs of policies.
#[test]
fn every_derivation_of_random_faults_adds_up_without_a_rest() {
    let mut seed = 11u64;
    let mut next = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let names: Vec<&str> = crate::policy::shipped::GPA.iter().map(|s| s.name).collect();
    let (mut derived, mut kinds_of_reason) = (0, std::collections::BTreeSet::new());
    for name in &names {
        let numeric = matches!(*name, "south-carolina" | "north-carolina" | "texas-multiplier");
        let marks: &[&str] =
            if numeric { &["95", "88", "72", "61", "40", "WF", "P"] } else { &["A", "B", "C", "D", "F", "P"] };
        let (mut legacy, mut new) = (String::new(), String::new());
        for student in 100..400 {
            for _ in 0..2 + next(12) {
                let year = 2019 + next(5);
                let mut cells = vec![
                    student.to_string(),
                    format!("{year}-{:02}", (year + 1) % 100),
                    ["S1", "S2", "FY", "SU"][next(4)].to_owned(),
                    format!("C{}", next(9)),
                    marks[next(marks.len())].to_owned(),
                    ["5", "2.5", "1"][next(3)].to_owned(),
                    "5".to_owned(),
                    ["1", "0.5", ""][next(3)].to_owned(),
                    ["", "AP", "honors"][next(3)].to_owned(),
                    String::new(),
                    ["b", "", "PE"][next(3)].to_owned(),
                    (9 + next(4)).to_string(),
                ];
                if next(30) > 0 {
                    legacy += &(cells.join("|") + "\n");
                }
                match next(12) {
                    0 => continue,
                    1 => cells[4] = marks[next(marks.len())].to_owned(),
                    2 => cells[8] = String::new(),
                    3 => cells[5] = "10".to_owned(),
                    4 => cells[11] = "12".to_owned(),
                    5 => new += &(cells.join("|") + "\n"),
                    _ => {}
                }
                new += &(cells.join("|") + "\n");
            }
        }
        let students: String = (100..400).map(|s| format!("{s}|2024\n")).collect();
        let text = |rows: &str| format!("student: student_id|cohort\n{students}{HEADER}{rows}");
        let (l, n) = sides(&text(&legacy), &text(&new));
        let run = reconcile(l, n, &MatchRules::default());
        let policies = crate::policy::Policies::new(vec![kind(name, name), kind(name, "simple-4.0")], None);
        let bound = Bound::new(&policies, &run);
        for kind in &bound.kinds {
            for position in 0..run.students.len() as u32 {
                let Some(derivation) = derive(&run, position, kind) else { continue };
                let sum = Rational::sum(derivation.parts.iter().map(|p| p.amount)).unwrap();
                assert_eq!(sum, derivation.difference);
                assert_eq!(derivation.unexplained(), Some(Rational::ZERO), "{name}: {:?}", derivation.parts);
                derived += usize::from(!derivation.parts.is_empty());
                kinds_of_reason.extend(
                    derivation
                        .parts
                        .iter()
                        .map(|p| std::mem::discriminant(&p.reason).clone())
                        .map(|d| format!("{d:?}")),
                );
            }
        }
    }
    assert!(derived > 3_000, "{derived} derivations");
    assert!(kinds_of_reason.len() >= 9, "{kinds_of_reason:?}");
}
