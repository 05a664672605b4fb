//! What the pages hold and what they can not hold.

use super::*;
use crate::report::privacy::{Names, Privacy};
use crate::report::summary::example;
use crate::report::summary::{SchoolCheck, SchoolCounts};

fn samples() -> Samples {
    let mut samples = Samples::new(Privacy { names: Names::Initials, ..Privacy::default() });
    example::findings().iter().for_each(|row| samples.add(row));
    samples
}

fn sheet() -> HelpSheet {
    let row = |cells: [&str; 4], differs| HelpRow { cells: cells.map(String::from).to_vec(), differs };
    HelpSheet {
        district: "Maple Valley SD".into(),
        run: "R4".into(),
        legacy: "Aeries".into(),
        new: "PowerSchool".into(),
        student_id: "0041877".into(),
        name: "Okafor, Amara".into(),
        facts: vec![
            ("ID".into(), "0041877".into()),
            ("Grade".into(), "12".into()),
            ("School".into(), "Lincoln High".into()),
        ],
        answer: "Yes: 2 things are not as they were, and both are known.".into(),
        items: vec![HelpItem {
            severity: "critical".into(),
            seen: "GPA 3.618".into(),
            true_value: "GPA 3.843".into(),
            who: "the vendor".into(),
            by: "June 12".into(),
            reference: "gpa-changed-9f2c41d07a".into(),
        }],
        more: 0,
        tables: vec![HelpTable {
            title: "Schedule 2025-26 S2".into(),
            note: "3 classes are the same".into(),
            head: ["Period", "Course", "Aeries", "PowerSchool"].map(String::from).to_vec(),
            rows: vec![
                row(["1", "ENG12AP", "Diaz 2-115", "Diaz 2-115"], false),
                row(["4", "CHOIR3", "Lund AUD", "(no class)"], true),
            ],
            more: 0,
        }],
        hidden: Vec::new(),
        more_working: 0,
        working: vec!["76.85 points ÷ 20.0 credits = 3.8425, shown as 3.843".into()],
        say: vec![
            "We know about it. The marks are all there; a weight is missing, and the vendor is putting it back.".into(),
        ],
        seen_in: "Seen in R1, R2, R3, R4".into(),
        sources: vec!["GPA.csv line 12".into()],
    }
}

/// Writes the pages where `ROLLPROOF_SHOW_HTML` says, to be looked at in a browser.
fn keep(name: &str, html: &str) {
    if let Some(folder) = std::env::var_os("ROLLPROOF_SHOW_HTML") {
        std::fs::write(std::path::Path::new(&folder).join(name), html).unwrap();
    }
}

#[test]
fn every_part_of_the_summary_is_in_the_report() {
    let html = report_html(&example::example(), &samples()).unwrap();
    keep("report.html", &html);
    for wanted in [
        "✕ NO-GO",
        "7 critical findings are open (limit 0)",
        "Would pass if cause 1",
        "−24 since R3",
        "over by 7",
        "Virtual Academy",
        "gate: critical at most 0",
        "mark B+ became P",
        "crosswalks&#x2f;mark.csv line 14",
        "attendance",
        "212 differences",
        "99.70%",
        "ends soon",
        "active students only",
        "read as windows-1252",
        "graduation-status-changed",
    ] {
        assert!(html.contains(wanted), "{wanted}");
    }
    assert!(html.contains("O. A.") && !html.contains("Okafor, Amara"), "names are initials");
}

#[test]
fn a_page_needs_nothing_from_anywhere() {
    let pages = [
        report_html(&example::example(), &samples()).unwrap(),
        summary_html(&example::example(), 10).unwrap(),
        help_sheet(&sheet()).unwrap(),
    ];
    for html in pages {
        assert!(html.contains("default-src &#x27;none&#x27;"), "the policy is there");
        for foreign in ["http:", "https:", "//", "@import", "url(", "<img", "<link", "<iframe", " style=", " onclick="]
        {
            let body = html.replace("</", "<");
            assert!(!body.contains(foreign), "{foreign}");
        }
    }
}

#[test]
fn the_one_page_names_nobody_and_masks_small_groups() {
    let html = summary_html(&example::example(), 10).unwrap();
    keep("summary.html", &html);
    for (_, student) in example::findings().iter().map(|r| (&r.student_id, &r.student_name)) {
        assert!(!html.contains(student.as_str()));
    }
    assert!(html.contains("fewer than 10") && html.contains("&lt;10"));
    assert!(!html.contains("0041877"));
}

#[test]
fn the_help_sheet_shows_both_sides() {
    let html = help_sheet(&sheet()).unwrap();
    keep("help.html", &html);
    for wanted in ["Is anything wrong?", "CHOIR3", "role=\"img\" aria-label=\"differs\"", "3.8425", "Say to the caller"]
    {
        assert!(html.contains(wanted), "{wanted}");
    }
}

#[test]
fn hostile_texts_become_neither_markup_nor_script() {
    let evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u{202e}\u{1b}[31m\0\"'&{{7*7}}";
    let long = "W".repeat(10_000);
    let mut summary = example::example();
    summary.run.district = evil.into();
    summary.run.label = evil.into();
    summary.schools[0].name = evil.into();
    summary.verdict.reasons[0].text = evil.into();
    summary.notices[0].text = long.clone();
    let mut samples = Samples::new(Privacy { names: Names::Full, ..Privacy::default() });
    for mut row in example::findings() {
        (row.student_name, row.legacy_value, row.note) = (evil.into(), evil.into(), long.clone());
        samples.add(&row);
    }
    let mut help = sheet();
    (help.name, help.answer, help.say) = (evil.into(), evil.into(), vec![evil.into()]);
    help.tables[0].rows[0].cells[0] = evil.into();
    let pages =
        [report_html(&summary, &samples).unwrap(), summary_html(&summary, 10).unwrap(), help_sheet(&help).unwrap()];
    for html in pages {
        assert_eq!(html.matches("<script").count(), html.matches("<script>(function").count());
        assert!(
            !html.contains("<img") && !html.contains("\u{202e}") && !html.contains('\u{1b}') && !html.contains('\0')
        );
        assert!(html.contains("{{7*7}}"), "templates do not run on data");
        assert!(html.contains("\\u{202e}\\u{1b}[31m\\u{0}"));
    }
}

/// 900 schools, 40 checks with 50 samples each, a million findings in the counts.
pub(crate) fn large() -> (Summary, Samples) {
    let mut summary = example::example();
    let school = |i: u64| SchoolCounts {
        code: format!("{i:04}"),
        name: format!("Invented School Number {i}"),
        students: 700 + i,
        affected: 400,
        open: crate::report::summary::SeverityCounts {
            critical: 300,
            major: 500,
            minor: 300,
            info: 11,
            gated: 800,
            total: 1111,
        },
        per_hundred: "88.1".into(),
        waived: 3,
        pack: format!("packs/invented-school-number-{i}-0a1b2c3d.xlsx"),
        checks: (0..40)
            .map(|c| SchoolCheck {
                check: format!("check-{c:02}-changed"),
                open: 20 + c,
                per_thousand: (c * 9).to_string(),
            })
            .collect(),
    };
    summary.schools = (0..900).map(school).collect();
    let check = summary.checks[0].clone();
    summary.checks = (0..40)
        .map(|c| crate::report::summary::CheckCounts { check: format!("check-{c:02}-changed"), ..check.clone() })
        .collect();
    let mut samples = Samples::new(Privacy::default());
    for c in 0..40 {
        for i in 0..60 {
            let mut row =
                example::finding("mark-changed", crate::finding::Severity::Critical, &format!("{i:07}"), "0012");
            row.check = format!("check-{c:02}-changed");
            row.reference = format!("{}-9f2c41d07a", row.check);
            row.note = "a sentence about the working of it that is as long as such sentences are".into();
            samples.add(&row);
        }
    }
    (summary, samples)
}

#[test]
fn a_district_of_nine_hundred_schools_fits_in_three_megabytes() {
    let (summary, samples) = large();
    let html = report_html(&summary, &samples).unwrap();
    keep("large.html", &html);
    assert!(html.len() < 3_000_000, "{}", html.len());
}
