//! One run in every form: the same numbers everywhere.

use std::collections::BTreeMap;

use calamine::{Reader, Xlsx, open_workbook};

use super::*;
use crate::finding::{FindingRow, Severity};
use crate::report::packs::{FINDING_SHEETS, PackForms, PackInfo, PackJob, PackPlanner, Seals, write_packs};
use crate::report::privacy::Privacy;
use crate::report::summary::example;
use crate::report::terminal::{Look, run_summary};

/// (critical, major, minor, info)
type Counts = [u64; 4];

fn of_rows<'a>(severities: impl Iterator<Item = &'a str>) -> Counts {
    let mut counts = [0; 4];
    for word in severities {
        let at = Severity::WORST_FIRST.iter().position(|s| s.name() == word).unwrap();
        counts[at] += 1;
    }
    counts
}

/// The first four numbers after a mark in a text.
fn after(text: &str, mark: &str) -> Counts {
    let rest = text.split_once(mark).unwrap_or_else(|| panic!("no {mark:?} in {text}")).1;
    let mut numbers =
        rest.split(|c: char| !c.is_ascii_digit() && c != ',').filter(|p| p.starts_with(|c: char| c.is_ascii_digit()));
    [(); 4].map(|()| numbers.next().unwrap().replace(',', "").parse().unwrap())
}

/// The text of HTML between two marks, without tags.
fn cells(html: &str, from: &str, to: &str) -> String {
    let part = html.split_once(from).unwrap().1.split_once(to).unwrap().0;
    let mut text = String::new();
    for piece in part.split('<') {
        text.push_str(piece.split_once('>').map_or("", |p| p.1));
        text.push(' ');
    }
    text
}

fn workbook_counts(folder: &Path) -> Counts {
    let mut words = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "xlsx") {
            continue;
        }
        let mut book: Xlsx<_> = open_workbook(&path).unwrap();
        for sheet in FINDING_SHEETS {
            let range = book.worksheet_range(sheet).unwrap();
            words.extend(range.rows().skip(1).map(|r| r[1].to_string()));
        }
    }
    of_rows(words.iter().map(String::as_str))
}

fn csv_counts(path: &Path, open_only: bool) -> Counts {
    let text = std::fs::read_to_string(path).unwrap();
    let mut reader = ::csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let head = reader.headers().unwrap().clone();
    let at = |name: &str| head.iter().position(|h| h == name).unwrap();
    let (severity, waiver) = (at("severity"), at("waiver"));
    let records: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    of_rows(records.iter().filter(|r| !open_only || r[waiver].is_empty()).map(|r| &r[severity]))
}

#[test]
fn every_form_tells_the_same_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let rows: Vec<FindingRow> = example::findings();
    let summary = example::example();
    let (mut planner, mut samples) = (PackPlanner::new(Severity::Info), Samples::new(Privacy::default()));
    let mut file = csv::findings_file(&place.join("findings.csv")).unwrap();
    for (at, row) in rows.iter().enumerate() {
        file.finding(row).unwrap();
        planner.add(at as u32, row);
        samples.add(row);
    }
    file.finish().unwrap();
    let packs = planner.plan(summary.schools.iter().map(|s| (s.code.as_str(), s.name.as_str())));
    let info = PackInfo { run: "R4".into(), day: "2026-06-01".into(), ..PackInfo::default() };
    let forms = PackForms { csv: true, xlsx: true };
    let (privacy, seals, answers) = (Privacy::default(), Seals::default(), BTreeMap::new());
    let (source, info) = (&rows, &info);
    let job = PackJob { folder: place, info, source, privacy: &privacy, answers: &answers, forms, seals: &seals };
    write_packs(&job, &packs).unwrap();
    write_html(place, &summary, &samples, 10).unwrap();
    write_counts(place, &summary).unwrap();
    write_json(place, &summary).unwrap();
    let read = |name: &str| std::fs::read_to_string(place.join(name)).unwrap();

    let wanted = [summary.open.critical, summary.open.major, summary.open.minor, summary.open.info];
    assert_eq!(wanted, [7, 11, 1, 2], "counted by hand");
    assert_eq!(csv_counts(&place.join("findings.csv"), true), wanted);
    let mut packed = [0; 4];
    for pack in &packs {
        let counts = csv_counts(&place.join(format!("{}.csv", pack.stem)), false);
        (0..4).for_each(|at| packed[at] += counts[at]);
    }
    assert_eq!(packed, wanted);
    assert_eq!(workbook_counts(place), wanted);
    assert_eq!(after(&run_summary(&summary, Look::default()), "\n Total"), wanted);
    assert_eq!(after(&read("summary.md"), "| **Total** |"), wanted);
    assert_eq!(after(&cells(&read("report.html"), "<tfoot>", "</tfoot>"), "Total"), wanted);
    let json: serde_json::Value = serde_json::from_str(&read("summary.json")).unwrap();
    assert_eq!(["critical", "major", "minor", "info"].map(|s| json["open"][s].as_u64().unwrap()), wanted);
    let junit = read("junit.xml");
    let mut failed = [0; 4];
    for failure in junit.split("<failure message=\"").skip(1).filter(|f| f.contains("critical, ")) {
        let counts = after(&format!("x{failure}"), "x");
        (0..4).for_each(|at| failed[at] += counts[at]);
    }
    assert_eq!(failed[..2], wanted[..2], "checks without critical or major findings do not fail");
    for criterion in &summary.verdict.criteria {
        for name in ["summary.md", "report.html", "summary.html"] {
            assert!(read(name).contains(&criterion.measured), "{name}: {}", criterion.measured);
        }
    }
}

#[test]
fn a_file_that_can_not_be_written_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    write_counts(folder.path(), &example::example()).unwrap();
    assert!(write_counts(folder.path(), &example::example()).is_err(), "nothing is overwritten");
    assert!(write_json(&folder.path().join("not there"), &example::example()).is_err());
}
