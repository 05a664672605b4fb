//! Properties that hold for all checks at once, over random small districts.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::run::run_all;
use super::settings::CheckSettings;
use super::spell::spell;
use crate::finding::FindingRow;
use crate::policy::Policies;
use crate::reconcile::fixture::sides;
use crate::reconcile::{MatchRules, reconcile};

const TABLES: [(&str, &str); 4] = [
    ("student", "student_id|state_id|last_name|first_name|birth_date|grade_level|school|special_education"),
    ("enrollment", "student_id|school|entry_date|exit_date"),
    ("schedule", "student_id|term|course|period|teacher|room"),
    ("transcript", "student_id|school_year|term|course|mark|credit_earned"),
];

/// Rows of each table of one side.
type Rows = [Vec<String>; 4];

fn text(rows: &Rows) -> String {
    let mut text = String::new();
    for ((name, fields), rows) in TABLES.iter().zip(rows) {
        let _ = writeln!(text, "{name}: {fields}\n{}", rows.join("\n"));
    }
    text
}

/// All findings without their places.
fn findings(legacy: &Rows, new: &Rows) -> Vec<FindingRow> {
    let (legacy, new) = sides(&text(legacy), &text(new));
    let run = reconcile(legacy, new, &MatchRules::default());
    let findings = run_all(&run, &Policies::default(), &CheckSettings::default());
    spell(&run, &findings).map(|row| FindingRow { legacy_line: 0, new_line: 0, ..row }).collect()
}

/// A district of a few students with a few rows each; the same rows on both sides.
fn district() -> impl Strategy<Value = Rows> {
    let row = (0..4u8, 0..3u8, 0..4u8, 0..3u8, 0..3u8);
    (1..6usize, prop::collection::vec((0..6usize, row), 0..30)).prop_map(|(students, rows)| {
        let mut out = Rows::default();
        for s in 0..students {
            out[0].push(format!(
                "{s:02}|ST{s}|Last{s}|First{s}|2008-01-{:02}|{}|{:03}|{}",
                s + 1,
                9 + s % 4,
                s % 2,
                s % 3 == 0
            ));
            out[1].push(format!("{s:02}|{:03}|2025-08-12|2026-06-10", s % 2));
        }
        for (s, (course, term, mark, period, teacher)) in rows {
            let (s, term) = (s % students, ["S1", "S2", "FY"][usize::from(term)]);
            out[2].push(format!("{s:02}|{term}|C{course}|{period}|T{teacher}|R{period}"));
            let mark = ["A", "B", "C", "F"][usize::from(mark)];
            out[3].push(format!(
                "{s:02}|{}|{term}|C{course}|{mark}|5",
                ["2023-24", "2024-25", "2025-26"][usize::from(period)]
            ));
        }
        out
    })
}

/// What goes wrong: table, row, and what is done to it.
fn faults() -> impl Strategy<Value = Vec<(usize, usize, u8, usize)>> {
    prop::collection::vec((0..4usize, 0..30usize, 0..3u8, 1..8usize), 0..6)
}

fn damaged(rows: &Rows, faults: &[(usize, usize, u8, usize)]) -> Rows {
    let mut rows = rows.clone();
    for (table, row, kind, column) in faults {
        let table = &mut rows[*table];
        if table.is_empty() {
            continue;
        }
        let at = row % table.len();
        match kind {
            0 => _ = table.remove(at),
            1 => table.push(table[at].clone()),
            _ => {
                let mut cells: Vec<String> = table[at].split('|').map(str::to_owned).collect();
                let column = column % cells.len();
                if let Some(donor) = table.get((at + 1) % table.len()).and_then(|d| d.split('|').nth(column)) {
                    cells[column] = donor.to_owned();
                }
                table[at] = cells.join("|");
            }
        }
    }
    rows
}

fn permuted(rows: &Rows, seed: usize) -> Rows {
    let mut rows = rows.clone();
    for table in &mut rows {
        let length = table.len().max(1);
        table.rotate_left(seed % length);
        if seed.is_multiple_of(2) {
            table.reverse();
        }
    }
    rows
}

fn mirrored_name(check: &str) -> &str {
    match check {
        "student-missing" => "student-unexpected",
        "student-unexpected" => "student-missing",
        "enrollment-missing" => "enrollment-unexpected",
        "enrollment-unexpected" => "enrollment-missing",
        "class-missing" => "class-unexpected",
        "class-unexpected" => "class-missing",
        "transcript-row-missing" => "transcript-row-unexpected",
        "transcript-row-unexpected" | "transcript-row-duplicated" => "transcript-row-missing",
        other => other,
    }
}

/// What must be the same when the sides change places. What only one direction can show is left out.
fn mirror(rows: &[FindingRow], turn: bool) -> Vec<[String; 5]> {
    let one_way = [
        "student-duplicated",
        "credit-on-failed-mark",
        "schedule-missing",
        "schedule-conflict-introduced",
        "credit-on-failed-mark",
        "passed-class-rescheduled",
        "orphan-record",
        "control-total-changed",
    ];
    let hidden: Vec<&str> =
        rows.iter().filter(|r| r.check == "schedule-missing").map(|r| r.student_id.as_str()).collect();
    let mut lines: Vec<[String; 5]> = rows
        .iter()
        .filter(|r| !one_way.contains(&r.check.as_str()) && !hidden.contains(&r.student_id.as_str()))
        .map(|r| {
            let (check, old, new) = if turn {
                (mirrored_name(&r.check), &r.new_value, &r.legacy_value)
            } else {
                (r.check.as_str(), &r.legacy_value, &r.new_value)
            };
            let check = if check == "transcript-row-duplicated" { "transcript-row-unexpected" } else { check };
            [check.to_owned(), r.student_id.clone(), r.field.clone(), old.clone(), new.clone()]
        })
        .collect();
    lines.sort();
    lines
}

proptest! {
    #![proptest_config(Config { cases: 96, failure_persistence: None, ..Config::default() })]

    #[test]
    fn identical_sides_give_no_finding_above_info(rows in district()) {
        for row in findings(&rows, &rows) {
            prop_assert_eq!(row.check, "pre-existing");
        }
    }

    #[test]
    fn the_order_of_rows_changes_nothing(rows in district(), faults in faults(), seed in 0..50usize) {
        let new = damaged(&rows, &faults);
        let lines = |found: Vec<FindingRow>| found.iter().map(|f| format!("{f:?}")).collect::<Vec<_>>();
        let (one, other) = (lines(findings(&rows, &new)), lines(findings(&permuted(&rows, seed), &permuted(&new, seed + 7))));
        let differing: Vec<_> = one.iter().zip(&other).filter(|(a, b)| a != b).take(1).collect();
        prop_assert!(one == other, "{:#?}", differing);
    }

    #[test]
    fn a_change_never_goes_unseen(rows in district(), faults in faults()) {
        let new = damaged(&rows, &faults);
        let sorted = |rows: &Rows| rows.clone().map(|mut t| { t.sort(); t });
        let found = findings(&rows, &new);
        let seen = found.iter().any(|r| r.check != "pre-existing");
        prop_assert_eq!(seen, sorted(&rows) != sorted(&new), "{:?}", found);
    }

    #[test]
    fn swapping_the_sides_mirrors_the_findings(rows in district(), faults in faults()) {
        let new = damaged(&rows, &faults);
        let (there, back) = (findings(&rows, &new), findings(&new, &rows));
        let hidden = there.iter().chain(&back).any(|r| ["schedule-missing", "student-duplicated"].contains(&r.check.as_str()));
        prop_assume!(!hidden);
        prop_assert_eq!(mirror(&there, false), mirror(&back, true));
    }

    #[test]
    fn every_finding_has_its_own_reference(rows in district(), faults in faults()) {
        let found = findings(&rows, &damaged(&rows, &faults));
        let unique: std::collections::BTreeSet<&str> = found.iter().map(|r| r.reference.as_str()).collect();
        prop_assert_eq!(unique.len(), found.len());
    }
}

#[test]
fn one_and_two_threads_give_the_same_findings() {
    let mut rows = Rows::default();
    for s in 0..3_000 {
        rows[0].push(format!("{s:05}|ST{s}|Last{s}|First{s}|2008-01-02|9|012|false"));
        for c in 0..3 {
            rows[3].push(format!("{s:05}|2024-25|S1|C{c}|{}|5", ["A", "B", "C"][(s + c) % 3]));
        }
    }
    let mut new = rows.clone();
    new[3].retain(|r| !r.contains("7|2024-25|S1|C1"));
    new[3].iter_mut().filter(|r| r.contains("3|2024-25|S1|C2")).for_each(|r| *r = r.replace("|5", "|10"));
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| findings(&rows, &new))
    };
    let one = with(1);
    assert!(one.len() > 500);
    assert_eq!(one, with(2));
}
