//! Acceptance over data that others publish: every row accounted for, and what is known to be true is found.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rollproof::canonical::{Dataset, Entity, Field, Side};
use rollproof::extract::{self, Silent};
use rollproof::mapping::{Mapped, Mapping, map, parse};

/// The folder of real data; `None` where it is not, which is said.
pub(crate) fn real_data(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = std::env::var_os("ROLLPROOF_REAL_DATA").map(PathBuf::from);
    let places = named.into_iter().chain(["../shared/real-data", "../../shared/real-data"].map(|p| root.join(p)));
    let found = places.map(|p| p.join(name)).find(|p| p.is_dir());
    if found.is_none() {
        println!("skipped: no real data {name} here");
    }
    found
}

/// Extracts and maps a folder; holds the account of every row.
pub(crate) fn read(mapping: &Mapping, root: &Path, side: Side) -> Mapped {
    let tables: Vec<_> = mapping
        .layouts()
        .iter()
        .map(|layout| extract::read(root, layout, &Silent).unwrap_or_else(|e| panic!("{}: {e}", layout.table)))
        .collect();
    for table in &tables {
        let a = &table.accounting;
        assert_eq!(a.records, a.rows + a.rejected, "table {}", table.name);
        assert_eq!(a.rejected as usize, table.rejects.len(), "table {}", table.name);
    }
    let mapped = map(mapping, tables, side).unwrap_or_else(|e| panic!("{e}"));
    assert!(!mapped.accounting.is_empty());
    for account in &mapped.accounting {
        assert!(account.balances(), "{account:?}");
    }
    mapped
}

fn ours(path: &str) -> Mapping {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real").join(path);
    let text = std::fs::read_to_string(&path).unwrap();
    let none = std::collections::BTreeMap::new();
    Mapping::parse(&path, &text, &parse::load_from_disk, &none).unwrap_or_else(|d| panic!("{d:#?}"))
}

/// The distinct rows of some fields, as text.
fn rows(mapped: &Mapped, entity: Entity, fields: &[Field]) -> BTreeSet<Vec<String>> {
    let dataset: &Dataset = &mapped.dataset;
    let records = dataset.get(entity).unwrap();
    let row = |r| fields.iter().map(|f| records.text(r, *f).unwrap_or("-").to_owned()).collect();
    (0..records.len() as u32).map(row).collect()
}

const PERSON: [Field; 4] = [Field::StudentId, Field::FirstName, Field::LastName, Field::School];
const CLASS: [Field; 4] = [Field::StudentId, Field::Course, Field::Section, Field::Title];

#[test]
fn contoso_sis_and_roster_hold_the_same_students_and_memberships() {
    let Some(root) = real_data("contoso") else { return };
    let sis = read(&ours("contoso/sis.toml"), &root.join("sis"), Side::Legacy);
    let roster = read(&ours("contoso/m365.toml"), &root.join("m365"), Side::New);
    assert!(sis.issues.is_empty() && roster.issues.is_empty(), "{:?} {:?}", sis.issues, roster.issues);
    let person = [&PERSON[..], &[Field::GradeLevel, Field::MiddleName]].concat();
    let (legacy, new) = (rows(&sis, Entity::Student, &person), rows(&roster, Entity::Student, &person));
    assert_eq!(legacy.len(), 400);
    assert_eq!(legacy, new);
    let class = [Field::StudentId, Field::Course];
    let (legacy, new) = (rows(&sis, Entity::Schedule, &class), rows(&roster, Entity::Schedule, &class));
    assert_eq!(legacy.len(), 4800);
    assert_eq!(legacy, new);
    assert_eq!(sis.dataset.get(Entity::Gpa).unwrap().len(), 400);
    assert!(roster.dataset.get(Entity::Gpa).is_none());
    assert_eq!(roster.accounting[0].left_out[0].rows, 48, "staff");
}

#[test]
fn contoso_marks_repeat_their_header_and_undeclared_it_is_rejected() {
    let Some(root) = real_data("contoso") else { return };
    let mut layouts = ours("contoso/sis.toml").layouts();
    let marks = layouts.iter_mut().find(|l| l.table == "marks").unwrap();
    let declared = extract::read(&root.join("sis"), marks, &Silent).unwrap();
    assert_eq!((declared.accounting.rows, declared.accounting.headers, declared.accounting.rejected), (4800, 4, 0));
    if let extract::Format::Delimited(delimited) = &mut marks.format {
        delimited.repeated_header = false;
    }
    let undeclared = extract::read(&root.join("sis"), marks, &Silent).unwrap();
    assert_eq!((undeclared.accounting.rows, undeclared.accounting.rejected), (4800, 3));
    assert!(undeclared.rejects.iter().all(|r| r.kind == "repeated-header"));
}

#[test]
fn one_college_in_two_systems_agrees_on_students_and_memberships() {
    let Some(root) = real_data("hed") else { return };
    let insights = read(&ours("hed/insights.toml"), &root.join("insights"), Side::Legacy);
    let moodle = read(&ours("hed/moodle.toml"), &root.join("moodle"), Side::New);
    let (legacy, new) = (rows(&insights, Entity::Student, &PERSON), rows(&moodle, Entity::Student, &PERSON));
    assert_eq!(legacy.len(), 600);
    assert_eq!(legacy, new);
    let (legacy, new) = (rows(&insights, Entity::Schedule, &CLASS), rows(&moodle, Entity::Schedule, &CLASS));
    assert_eq!(legacy.len(), 3600);
    assert_eq!(legacy, new);
    let left = |m: &Mapped| m.accounting.iter().find(|a| a.entity == Entity::Schedule).unwrap().left_out_rows();
    assert_eq!((left(&insights), left(&moodle)), (40, 87), "blank roles and instructors are told");
}

/// Copies some files of a folder to a folder of their own, for a run over part of an export.
fn some_of(folder: &Path, names: &[&str]) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for name in names {
        std::fs::copy(folder.join(name), copy.path().join(name)).unwrap();
    }
    copy
}

fn edfi_xml() -> Mapping {
    Mapping::shipped("edfi-xml", &std::collections::BTreeMap::new()).unwrap().unwrap()
}

#[test]
fn college_canvas_agrees_with_both_others_after_an_id_hop() {
    let Some(root) = real_data("hed") else { return };
    let canvas = read(&ours("hed/canvas.toml"), &root.join("canvas"), Side::Legacy);
    for (name, mapping) in [("insights", "hed/insights.toml"), ("moodle", "hed/moodle.toml")] {
        let other = read(&ours(mapping), &root.join(name), Side::New);
        let id = [Field::StudentId];
        assert_eq!(rows(&canvas, Entity::Student, &id), rows(&other, Entity::Student, &id), "{name}");
        let class = [Field::StudentId, Field::Course, Field::Section];
        let (ours, theirs) = (rows(&canvas, Entity::Schedule, &class), rows(&other, Entity::Schedule, &class));
        assert_eq!(ours.len(), 3600);
        assert_eq!(ours, theirs, "{name}");
    }
}

#[test]
fn the_same_students_as_csv_and_as_xml_are_the_same_people() {
    let Some(root) = real_data("edfi-v1-messy") else { return };
    let csv = read(&ours("edfi-messy/students.toml"), &root, Side::Legacy);
    let xml = read(&edfi_xml(), &root.join("good"), Side::New);
    let person =
        [Field::StudentId, Field::FirstName, Field::MiddleName, Field::LastName, Field::BirthDate, Field::Suffix];
    let (legacy, new) = (rows(&csv, Entity::Student, &person), rows(&xml, Entity::Student, &person));
    assert_eq!(legacy.len(), 101);
    assert_eq!(legacy, new);
}

#[test]
fn interchanges_of_versions_1_and_5_are_read_whole_and_a_broken_file_is_refused_with_its_place() {
    let (Some(demo), Some(latest)) = (real_data("edfi-v1-demo"), real_data("edfi-v5")) else { return };
    let layouts = edfi_xml().layouts();
    let refused: Vec<String> =
        layouts.iter().filter_map(|l| extract::read(&demo, l, &Silent).err()).map(|e| e.to_string()).collect();
    assert!(
        !refused.is_empty()
            && refused.iter().all(|e| e.contains("InterchangeStudentEnrollment.xml") && e.contains("14")),
        "{refused:?}"
    );
    let whole =
        some_of(&demo, &["InterchangeStudent.xml", "InterchangeStudentGrade.xml", "InterchangeMasterSchedule.xml"]);
    let mapped = read(&edfi_xml(), whole.path(), Side::Legacy);
    assert_eq!(mapped.dataset.get(Entity::Student).unwrap().len(), 94);
    assert_eq!(mapped.dataset.get(Entity::Transcript).unwrap().len(), 87);
    let records = mapped.accounting.iter().find(|a| a.entity == Entity::Gpa).unwrap();
    assert_eq!((records.rows_in, records.left_out_rows()), (86, 85), "one academic record holds a GPA");
    let mapped = read(&edfi_xml(), &latest, Side::New);
    assert_eq!(mapped.dataset.get(Entity::Student).unwrap().len(), 960);
    let sections = mapped.accounting.iter().find(|a| a.entity == Entity::Course).unwrap();
    assert_eq!(sections.rows_in, 532);
}

/// A literal of TypeScript as JSON: names get quotes, single quotes become double ones, last commas go.
fn json_of(literal: &str) -> String {
    let mut json = String::new();
    let mut chars = literal.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' | '\'' => {
                json.push('"');
                while let Some(inner) = chars.next().filter(|n| *n != c) {
                    match inner {
                        '\\' => json.extend(['\\', chars.next().unwrap()]),
                        '"' => json.push_str("\\\""),
                        other => json.push(other),
                    }
                }
                json.push('"');
            }
            ']' | '}' => {
                let end = json.trim_end().trim_end_matches(',').len();
                json.truncate(end);
                json.push(c);
            }
            c if c.is_alphabetic() => {
                let mut word = String::from(c);
                while let Some(next) = chars.next_if(|n| n.is_alphanumeric()) {
                    word.push(next);
                }
                let literal = matches!(word.as_str(), "true" | "false" | "null");
                json.push_str(&if literal { word } else { format!("\"{word}\"") });
            }
            c => json.push(c),
        }
    }
    json
}

#[test]
fn nested_transcripts_are_read_by_a_mapping_of_the_users_own() {
    let Some(root) = real_data("transcripts-json") else { return };
    let folder = tempfile::tempdir().unwrap();
    for name in ["demoStudents", "validationStudents"] {
        let text = std::fs::read_to_string(root.join(format!("{name}.ts"))).unwrap();
        let list = &text[text.find('[').unwrap()..=text.rfind(']').unwrap()];
        std::fs::write(folder.path().join(format!("{name}.json")), json_of(list)).unwrap();
    }
    let mapping = ours("transcripts/transcripts.toml");
    let courses = mapping.layouts().into_iter().find(|l| l.table == "courses").unwrap();
    let read_courses = extract::read(folder.path(), &courses, &Silent).unwrap();
    let kinds: Vec<_> = read_courses.rejects.iter().map(|r| (r.file.as_str(), r.kind, r.record)).collect();
    // Two of the seven keep their terms as JSON inside a text: told with their place, not passed over.
    assert_eq!(kinds, [("validationStudents.json", "not-a-list", 3), ("validationStudents.json", "not-a-list", 4)]);
    let mapped = read(&mapping, folder.path(), Side::Legacy);
    assert!(mapped.issues.is_empty(), "{:?}", mapped.issues);
    let of = |entity| mapped.dataset.get(entity).unwrap().len();
    assert_eq!((of(Entity::Student), of(Entity::Gpa), of(Entity::Transcript)), (7, 7, 68 + 9 + 9));
    let gpa = rows(
        &mapped,
        Entity::Gpa,
        &[Field::StudentId, Field::Value, Field::CreditEarned, Field::Rank, Field::ClassSize],
    );
    assert!(gpa.iter().any(|row| *row == ["000004", "4.5", "28", "62", "552"]), "{gpa:?}");
    let terms = rows(&mapped, Entity::Transcript, &[Field::StudentId, Field::SchoolYear, Field::Term]);
    assert!(terms.iter().any(|row| *row == ["202500789", "2023-24", "S1"]), "{terms:?}");
    assert!(terms.iter().any(|row| *row == ["202500789", "2023-24", "S2"]), "{terms:?}");
    assert!(terms.iter().any(|row| *row == ["000002", "2023-24", "FY"]), "{terms:?}");
}

#[test]
fn every_layout_of_school_data_sync_is_read_with_every_row_accounted_for() {
    let Some(root) = real_data("microsoft-sds") else { return };
    let mapping = Mapping::shipped("microsoft-sds", &std::collections::BTreeMap::new()).unwrap().unwrap();
    let mut memberships = 0;
    for folder in [
        "SDS Format/100 Users",
        "SDS Format/25 Users",
        "SDS Format/Min Required Attributes",
        "UK Format/100 Users",
        "UK Format/25 Users",
        "UK Format/Min Required Attributes",
        "SDS v2",
        "SDS v2.1",
    ] {
        let mapped = read(&mapping, &root.join(folder), Side::New);
        let count = |entity| mapped.dataset.get(entity).map_or(0, |r| r.len());
        assert!(count(Entity::Student) > 0 && count(Entity::Schedule) > 0, "{folder}");
        memberships += count(Entity::Schedule);
        let unread = mapped.issues.iter().filter(|i| i.kind == rollproof::mapping::IssueKind::Unreadable).count();
        assert_eq!(unread, 0, "{folder}: {:?}", mapped.issues);
    }
    assert!(memberships > 1_204, "{memberships}");
}

/// What becomes of a file with a fault: refused, rejected rows, a notice that forbids a verdict, values that do not read,
/// blank keys, or nothing wrong.
fn fate(mapping: &Mapping, folder: &Path) -> &'static str {
    let tables: Result<Vec<_>, _> = mapping.layouts().iter().map(|l| extract::read(folder, l, &Silent)).collect();
    let Ok(tables) = tables else { return "refused" };
    if tables.iter().any(|t| !t.rejects.is_empty()) {
        return "rejected";
    }
    if tables.iter().flat_map(|t| &t.notices).any(|n| n.undecidable) {
        return "undecidable";
    }
    let mapped = map(mapping, tables, Side::Legacy).unwrap_or_else(|e| panic!("{e}"));
    if !mapped.issues.is_empty() {
        return "unreadable";
    }
    if mapped.accounting.iter().any(|a| !a.blank_keys.is_empty()) { "blank" } else { "whole" }
}

#[test]
fn every_bad_file_of_the_messy_collection_is_refused_or_told() {
    let Some(root) = real_data("edfi-v1-messy") else { return };
    let csv = ours("edfi-messy/students.toml");
    let expected = [
        ("IncorrectColumnName", "refused"),
        ("emptyFile", "undecidable"),
        ("firstRecordMissingColumn", "rejected"),
        ("missingColumn", "refused"),
        ("moreColumn", "whole"),
        ("noColumnNameRow", "refused"),
        ("noDataRow", "undecidable"),
        ("otherDelimiter", "refused"),
        ("unicodeDelimiter", "refused"),
        ("valueTypeNotMatchColumnType", "unreadable"),
    ];
    let bad = root.join("fileLevelTestData");
    let found: Vec<_> = expected.iter().map(|(n, _)| (*n, fate(&csv, &bad.join("invalidCSV").join(n)))).collect();
    assert_eq!(found, expected);
    let expected = [
        ("emptyFile", "undecidable"),
        ("firstRecordHasIncorrectAttribute", "refused"),
        ("firstRecordHasMoreAttributes", "whole"),
        ("firstRecordMissingAttribute", "whole"),
        ("malformedXML", "refused"),
        ("noDecalarationLine", "whole"),
        ("noRecord", "undecidable"),
        ("valueTypeNotMatchAttributeType", "unreadable"),
    ];
    let found: Vec<_> =
        expected.iter().map(|(n, _)| (*n, fate(&edfi_xml(), &bad.join("invalidXML").join(n)))).collect();
    assert_eq!(found, expected);
}
