//! The shorter ways give what the long ones give: numbers that both sides share, and shortfalls without a whole audit.

use std::fmt::Write as _;
use std::path::Path;

use super::bound::evaluate_side;
use super::gpa::Scratch;
use super::graduation::Status;
use super::{Bound, Named, Policies, WantedKind};
use crate::canonical::{Entity, Side};
use crate::reconcile::fixture::sides;
use crate::reconcile::{MatchRules, Reconciliation, reconcile};

const COURSES: [&str; 12] =
    ["ENG9A", "ENG9B", "HIST1", "ALG1A", "ALG1B", "BIO1", "SPAN1A", "SPAN1B", "FREN1A", "ART1", "PE1", "HLTH1"];

fn policies(requirements: &str) -> Policies {
    let kinds = ["lausd-weighted", "simple-4.0"].map(|name| WantedKind {
        kind: name.into(),
        legacy: Named::plain(name),
        new: Named::plain(name),
    });
    Policies::load(&kinds, Some(&Named::plain(requirements)), Path::new(".")).unwrap()
}

/// Forty students with random histories and classes. A tenth of the new rows differ, and so does the catalogue where asked.
fn district(seed: u64, catalogue_differs: bool) -> Reconciliation {
    let mut state = seed;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    let mut texts = ["student: student_id|cohort|grade_level\n".to_owned(), String::new()];
    (10..50).for_each(|s| _ = writeln!(texts[0], "{s}|2026|12"));
    texts[1] = texts[0].clone();
    for (side, text) in texts.iter_mut().enumerate() {
        text.push_str("course: course|credit|subject_area|level\n");
        for (at, course) in COURSES.iter().enumerate() {
            let level = if catalogue_differs && side == 1 && at == 3 { "AP" } else { "REG" };
            let _ = writeln!(text, "{course}|5||{level}");
        }
    }
    let head = "transcript: student_id|school_year|term|course|mark|credit_attempted|credit_earned|grade_level\n";
    texts.iter_mut().for_each(|text| text.push_str(head));
    for student in 10..50 {
        for _ in 0..next(60) {
            let (year, course) = (["2022-23", "2023-24", "2024-25"][next(3)], COURSES[next(COURSES.len())]);
            let (term, mark) = (["S1", "S2"][next(2)], ["A", "B", "C", "D", "F"][next(5)]);
            let credit = [5, 10, 15][next(3)];
            let other = if next(10) == 0 { "C" } else { mark };
            for (text, mark) in texts.iter_mut().zip([mark, other]) {
                let earned = if mark == "F" { 0 } else { credit };
                let _ = writeln!(text, "{student}|{year}|{term}|{course}|{mark}|{credit}|{earned}|10");
            }
        }
    }
    texts.iter_mut().for_each(|text| text.push_str("schedule: student_id|school_year|term|course|period\n"));
    for student in 10..50 {
        for period in 0..next(9) {
            let course = COURSES[next(COURSES.len())];
            let term = ["S1", "S2", "FY"][next(3)];
            texts.iter_mut().for_each(|text| _ = writeln!(text, "{student}|2025-26|{term}|{course}|{period}"));
        }
    }
    let (legacy, new) = sides(&texts[0], &texts[1]);
    reconcile(legacy, new, &MatchRules::default())
}

#[test]
fn numbers_that_both_sides_share_are_those_of_each_side_alone() {
    let policies = policies("lausd-2026");
    let mut shared = 0;
    for (seed, differs) in (0..6).flat_map(|seed| [(seed, false), (seed, true)]) {
        let run = district(seed, differs);
        let bound = Bound::new(&policies, &run);
        for kind in &bound.kinds {
            for position in 0..run.students.len() as u32 {
                let numbers = kind.numbers(&run, position);
                let alone = evaluate_side(
                    &kind.policy.new,
                    kind.new.as_ref().unwrap(),
                    &run,
                    position,
                    Side::New,
                    &mut Scratch::default(),
                );
                let told = numbers.new.map(|c| (c.exact, c.value, c.problems));
                assert_eq!(told, alone.map(|e| (e.exact, e.value, e.problems)));
                shared += u32::from(run.pairs(position, Entity::Transcript).unwrap().is_same());
            }
        }
    }
    assert!(shared > 50, "{shared} students with equal rows");
}

#[test]
fn a_shortfall_is_what_the_audit_says() {
    let mut both = [0, 0];
    for (requirements, seed) in ["lausd-2026", "uc-a-g"].into_iter().flat_map(|r| (0..8).map(move |s| (r, s))) {
        let (policies, run) = (policies(requirements), district(100 + seed, seed % 2 == 0));
        let bound = Bound::lazy(&policies, &run);
        for (position, side) in (0..run.students.len() as u32).flat_map(|p| Side::BOTH.map(|side| (p, side))) {
            let audit = bound.audit(&policies, &run, position, side).unwrap();
            let is_short = audit.status() == Status::Short;
            let expected = is_short.then(|| audit.open_after.clone());
            assert_eq!(bound.shortfall(&policies, &run, position, side), Some(expected), "{requirements} {seed}");
            both[usize::from(is_short)] += 1;
        }
    }
    assert!(both[1] > 20, "{both:?}");
}
