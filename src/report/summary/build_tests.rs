//! Counting, tried on a handful of invented findings.

use super::*;
use crate::report::summary::example::{finding, known};

fn filled(rows: &[FindingRow]) -> Summary {
    let mut tally = Tally::new();
    for row in rows {
        tally.add(row);
    }
    let mut summary = Summary::default();
    tally.fill(&mut summary, &known());
    summary
}

#[test]
fn a_student_with_several_findings_is_one_student() {
    let rows = [
        finding("mark-changed", Severity::Critical, "0041", "012"),
        finding("mark-changed", Severity::Critical, "0041", "012"),
        finding("gpa-changed", Severity::Major, "0041", "012"),
        finding("gpa-changed", Severity::Major, "0042", "012"),
    ];
    let summary = filled(&rows);
    assert_eq!((summary.students.affected, summary.students.critical), (2, 1));
    assert_eq!((summary.open.critical, summary.open.major, summary.open.gated, summary.open.total), (2, 2, 4, 4));
    let marks = summary.checks.iter().find(|c| c.check == "mark-changed").unwrap();
    assert_eq!((marks.open.total, marks.students, marks.looked_at), (2, 1, 900));
    assert_eq!(summary.checks[0].check, "mark-changed", "worst first");
}

#[test]
fn waived_findings_are_counted_apart() {
    let mut waived = finding("mark-changed", Severity::Critical, "0041", "012");
    waived.waiver = "W-1".into();
    let summary = filled(&[waived]);
    assert_eq!((summary.open.total, summary.waived, summary.students.affected), (0, 1, 0));
    assert_eq!(summary.schools.iter().find(|s| s.code == "012").unwrap().waived, 1);
}

#[test]
fn schools_are_ranked_by_what_the_gate_counts_not_by_noise() {
    let mut rows = vec![finding("room-changed", Severity::Minor, "0001", "011"); 50];
    rows.push(finding("mark-changed", Severity::Critical, "0002", "012"));
    let summary = filled(&rows);
    assert_eq!(summary.schools[0].code, "012");
    assert_eq!(summary.schools[0].per_hundred, "0.5");
    assert_eq!(summary.schools.len(), 3, "a school without findings is listed too");
}

#[test]
fn findings_of_no_school_have_a_line_with_words() {
    let summary = filled(&[finding("mark-changed", Severity::Critical, "0001", "")]);
    assert_eq!((summary.schools[0].code.as_str(), summary.schools[0].name.as_str()), ("", "(no school)"));
}

#[test]
fn the_most_frequent_pairs_come_first_and_ties_go_by_value() {
    let mut rows = Vec::new();
    for (legacy, new, times) in [("A", "B", 1), ("C", "P", 3), ("B", "C", 1)] {
        let mut row = finding("mark-changed", Severity::Critical, "0001", "012");
        (row.legacy_value, row.new_value) = (legacy.into(), new.into());
        rows.extend(std::iter::repeat_n(row, times));
    }
    let pairs = &filled(&rows).pairs[0];
    let shown: Vec<String> = pairs.top.iter().map(|p| format!("{}>{}x{}", p.legacy, p.new, p.count)).collect();
    assert_eq!(shown, ["C>Px3", "A>Bx1"], "keeps two");
    assert_eq!(pairs.distinct, 3);
    assert!(!pairs.personal && is_personal("last_name") && is_personal("section_504") && is_personal("no such field"));
}

#[test]
fn percentages_are_rounded_down_so_that_only_all_is_hundred() {
    assert_eq!(percent(999_999, 1_000_000), "99.99");
    assert_eq!(percent(7, 7), "100.00");
    assert_eq!(percent(0, 0), "");
    assert_eq!(per_hundred(1, 8), "12.5");
    assert_eq!(per_hundred(1, 0), "");
    assert_eq!(rate(1, 2000, 1000, 0), "1", "half goes up");
}
