//! An invented run for tests: no name, number or school in it is anybody's.

use super::*;
use crate::finding::{FindingRow, Severity};

/// One finding with plausible texts.
pub(crate) fn finding(check: &str, severity: Severity, student: &str, school: &str) -> FindingRow {
    let (area, field, record, legacy, new) = match check {
        "mark-changed" => ("transcript", "mark", "2024-25 S2 ALG2H Algebra 2 Honors", "B+", "P"),
        "gpa-changed" => ("gpa", "value", "weighted", "3.843", "3.618"),
        "class-missing" => ("schedule", "", "2025-26 S1 CHOIR3 Choir 3", "period 4", ""),
        "name-changed" => ("student", "last_name", "", "OKAFOR", "Okafo"),
        "student-unexpected" => ("student", "", "", "", ""),
        _ => ("schedule", "room", "2025-26 S1 PHYSAP Physics AP", "3-010", "3-012"),
    };
    FindingRow {
        reference: format!("{check}-{student}{school}"),
        fingerprint: format!("{student:0>8}{school:0>8}"),
        school: school.into(),
        severity,
        check: check.into(),
        area: area.into(),
        student_id: student.into(),
        student_name: "Okafor, Amara".into(),
        grade_level: "12".into(),
        record: record.into(),
        field: field.into(),
        change: match check {
            "class-missing" => "---",
            "student-unexpected" => "+++",
            _ => "->",
        }
        .into(),
        legacy_value: legacy.into(),
        new_value: new.into(),
        difference: if check == "gpa-changed" { "-0.225".into() } else { String::new() },
        note: if check == "gpa-changed" { "weight 1.0 is missing on 9 rows".into() } else { String::new() },
        cause: String::new(),
        waiver: String::new(),
        first_seen: "R3".into(),
        legacy_file: "STU.csv".into(),
        legacy_line: 88,
        new_file: if check == "class-missing" { String::new() } else { "students.txt".into() },
        new_line: u32::from(check != "class-missing") * 40,
    }
}

/// What is known beside findings.
pub(crate) fn known() -> Known {
    let check = |name: &str, area: &str, summary: &str| (name.into(), area.into(), summary.into(), 900);
    Known {
        checks: vec![
            check("mark-changed", "transcript", "A final mark is not the same."),
            check("gpa-changed", "gpa", "The stored GPA is not the same."),
            check("class-missing", "schedule", "A class of the legacy schedule is not in the new one."),
            check("name-changed", "student", "A legal name is not the same."),
            check("room-changed", "schedule", "A class meets in another room."),
            check("student-unexpected", "student", "The new system has a student that legacy has not."),
            check("credit-earned-changed", "transcript", "Credit earned is not the same."),
        ],
        schools: vec![
            ("011".into(), "Eastside High".into(), 420),
            ("012".into(), "Lincoln High".into(), 210),
            ("090".into(), "Virtual Academy".into(), 41),
        ],
        areas: ["student", "enrollment", "schedule", "transcript", "gpa"].map(String::from).to_vec(),
        pairs: 2,
    }
}

/// The findings of the invented run, in report order.
pub(crate) fn findings() -> Vec<FindingRow> {
    use Severity::{Critical, Info, Major, Minor};
    let mut rows = Vec::new();
    let names = [("0041877", "Okafor, Amara", "012", "12"), ("0041897", "Reyes, Luz", "090", "11")];
    for (student, name, school, grade) in names {
        for (check, severity) in
            [("class-missing", Critical), ("gpa-changed", Critical), ("mark-changed", Critical), ("room-changed", Info)]
        {
            let mut row = finding(check, severity, student, school);
            (row.student_name, row.grade_level) = (name.into(), grade.into());
            rows.push(row);
        }
    }
    for i in 0..12 {
        let mut row = finding("name-changed", Major, &format!("0051{i:03}"), ["011", "012"][i % 2]);
        row.student_name = format!("Invented, Person {i}");
        row.grade_level = "09".into();
        if i == 11 {
            row.waiver = "W-017".into();
        }
        rows.push(row);
    }
    rows.push(finding("room-changed", Minor, "0060001", "011"));
    rows.push(finding("student-unexpected", Critical, "0070001", "011"));
    rows
}

/// The summary of the invented run, with something in every part.
pub(crate) fn example() -> Summary {
    let mut tally = Tally::new();
    findings().iter().for_each(|row| tally.add(row));
    let mut summary = Summary { schema: SCHEMA, run: run(), verdict: verdict(), ..Summary::default() };
    tally.fill(&mut summary, &known());
    for (area, previous) in summary.areas.iter_mut().zip([604, 1118, 377, 902, 811]) {
        area.previous = Some(previous);
    }
    summary.students.compared = 670;
    summary.students.values_compared = 81_204;
    summary.causes = vec![CauseLine {
        number: 1,
        name: "mark-b-plus-to-p".into(),
        text: "mark B+ became P in S2 of 2024-25".into(),
        fix_where: "crosswalks/mark.csv line 14".into(),
        proof: "explains 2 of 2 findings, 2 students; 0 agreeing rows would break; 0 findings of the same kind stay"
            .into(),
        findings: 2,
        students: 2,
        schools: vec!["012".into(), "090".into()],
        share_of_gap: "28%".into(),
        pairs: vec![ValuePair { legacy: "B+".into(), new: "P".into(), count: 2 }],
    }];
    summary.coverage = coverage();
    summary.matching = matching();
    summary.waivers = waivers();
    let changes =
        SeverityChanges { critical: -24, major: -40, minor: -300, info: 0, total: -364, waived: 1, compared: Some(3) };
    summary.since = Some(Since { label: "R3".into(), fixed: 356, new: 2, still_open: 17, came_back: 0, changes });
    summary.trend = trend(summary.open);
    summary.method = method();
    summary.notices = vec![NoticeLine {
        side: "legacy".into(),
        file: "STU.csv".into(),
        kind: "encoding-guessed".into(),
        text: "read as windows-1252".into(),
    }];
    summary.skipped = vec![SkippedLine {
        check: "graduation-status-changed".into(),
        reason: "needs a graduation policy; [policies] names none".into(),
    }];
    summary.outputs = ["report.html", "summary.html", "findings.csv", "packs/"].map(String::from).to_vec();
    summary.next = vec!["rollproof gate".into(), "rollproof explain 0041877".into()];
    summary
}

fn run() -> RunInfo {
    RunInfo {
        label: "R4".into(),
        id: "r4-20260601-140500".into(),
        district: "Maple Valley SD".into(),
        legacy: "Aeries".into(),
        new: "PowerSchool".into(),
        legacy_as_of: "2026-06-01".into(),
        new_as_of: "2026-06-01".into(),
        started: "2026-06-01 14:05 CDT".into(),
        cutover: "2026-07-01".into(),
        days_to_cutover: Some(30),
    }
}

fn verdict() -> Verdict {
    let criterion = |name: &str, label: &str, outcome, measured: &str, limit: &str, margin: &str| Criterion {
        name: name.into(),
        label: label.into(),
        outcome,
        measured: measured.into(),
        limit: limit.into(),
        margin: margin.into(),
    };
    Verdict {
        decision: Decision::NoGo,
        exit_code: 1,
        reasons: vec![Reason {
            text: "7 critical findings are open (limit 0)".into(),
            fix: "fix them in the new system, or waive them with a cap and an end".into(),
        }],
        criteria: vec![
            criterion("critical", "critical findings", Outcome::Fail, "7", "limit 0", "over by 7"),
            criterion("fields", "required coverage", Outcome::Tight, "96 of 96", "all", "no spare"),
            criterion("major", "major findings", Outcome::Pass, "11", "limit 50", "39 to spare"),
            criterion("min_match", "students matched", Outcome::Pass, "99.70%", "at least 99.50%", ""),
        ],
        failed: 1,
        would_pass: "Would pass if cause 1 is fixed and the new student is explained".into(),
        decided_from: "run R4 · 20 input files · project 8c1f03aa · 1 waiver · as of 2026-06-01".into(),
        sensitivity: Some(Sensitivity { planted: 412, caught: 412, blind: Vec::new() }),
    }
}

fn coverage() -> Coverage {
    let field = |field: &str, state: &str| FieldCoverage { field: field.into(), state: state.into() };
    Coverage {
        areas: vec![
            AreaCoverage {
                area: "student".into(),
                legacy: 671,
                new: 670,
                paired: 669,
                fields: vec![
                    field("last_name", "compared"),
                    field("birth_date", "compared"),
                    field("suffix", "not-mapped"),
                ],
            },
            AreaCoverage {
                area: "schedule".into(),
                legacy: 4021,
                new: 4020,
                paired: 4018,
                fields: vec![field("teacher", "compared"), field("room", "ignored"), field("days", "not-mapped-new")],
            },
        ],
        ignored: vec![IgnoredLine {
            what: "schedule.room".into(),
            setting: "checks.ignore_fields".into(),
            differences: Some(212),
        }],
        not_checked: vec![
            NotChecked { what: "attendance".into(), why: "no table is mapped".into() },
            NotChecked { what: "graduation".into(), why: "only legacy maps it".into() },
        ],
        fields_compared: 96,
    }
}

fn matching() -> Matching {
    let candidate =
        |name: &str, paired, percent: &str| Candidate { name: name.into(), paired, percent: percent.into() };
    Matching {
        legacy: 671,
        new: 670,
        paired: 669,
        percent: "99.70".into(),
        legacy_only: 2,
        new_only: 1,
        candidates: vec![candidate("student_id", 660, "98.36"), candidate("state_id", 655, "97.61")],
        suggestions: 1,
        swapped: 0,
        duplicates: 0,
        ambiguous: 1,
        orphans: vec![Orphans { area: "schedule".into(), legacy: 3, new: 0 }],
    }
}

fn waivers() -> Vec<WaiverLine> {
    vec![WaiverLine {
        id: "W-017".into(),
        scope: "name-changed in Lincoln High".into(),
        reason: "new name by court order, ticket 8841".into(),
        owner: "J. Ruiz".into(),
        approver: "Superintendent's office".into(),
        expires: "2026-06-05".into(),
        days_left: 4,
        cap: 12,
        used: 1,
        state: WaiverState::EndsSoon,
    }]
}

fn trend(now: SeverityCounts) -> Vec<TrendPoint> {
    let point = |label: &str, day: &str, critical, major, minor| TrendPoint {
        label: label.into(),
        day: day.into(),
        open: SeverityCounts {
            critical,
            major,
            minor,
            info: 0,
            gated: critical + major,
            total: critical + major + minor,
        },
        decision: Decision::NoGo,
    };
    let mut points = vec![
        point("R1", "2026-03-02", 212, 1910, 4001),
        point("R2", "2026-04-06", 96, 870, 2310),
        point("R3", "2026-05-04", 31, 51, 301),
    ];
    points.push(TrendPoint { label: "R4".into(), day: "2026-06-01".into(), open: now, decision: Decision::NoGo });
    points
}

fn method() -> Method {
    let hash = |c: char| c.to_string().repeat(64);
    Method {
        version: "0.1.0".into(),
        project_blake3: hash('8'),
        sides: vec![
            MethodSide { side: "legacy".into(), mapping: "aeries".into(), blake3: hash('a'), crosswalks: Vec::new() },
            MethodSide {
                side: "new".into(),
                mapping: "powerschool".into(),
                blake3: hash('b'),
                crosswalks: vec![("course".into(), 140, hash('c'))],
            },
        ],
        matching: Vec::new(),
        policies: vec![("weighted".into(), "lausd-weighted".into(), hash('d'))],
        settings: vec![("gate.critical".into(), "0".into(), "default".into())],
        files: vec![
            FileLine { side: "legacy".into(), name: "STU.csv".into(), bytes: 120_400, blake3: hash('e') },
            FileLine { side: "new".into(), name: "students.txt".into(), bytes: 98_100, blake3: hash('f') },
        ],
        tables: vec![TableBalance {
            side: "legacy".into(),
            table: "students".into(),
            entity: "student".into(),
            records: 680,
            mapped: 671,
            filtered: 8,
            rejected: 1,
            filters: vec![FilterLine { reason: "active students only".into(), rows: 8 }],
            declared_out: 1,
            balanced: true,
        }],
        balanced: true,
        records: 680,
        rejected: 1,
    }
}
