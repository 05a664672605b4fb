//! Every shipped mapping: listed, documented, without mistakes, and reading its fixture with every row accounted for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rollproof::canonical::{Entity, Field, Side};
use rollproof::mapping::{Mapped, Mapping, SHIPPED};

use crate::mapping_real::{read, real_data};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn shipped(name: &str) -> Mapping {
    let found = Mapping::shipped(name, &BTreeMap::new()).unwrap_or_else(|| panic!("no mapping {name}"));
    found.unwrap_or_else(|d| panic!("{name}: {d:#?}"))
}

fn files_below(folder: &Path, prefix: &str, out: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files_below(&entry.path(), &format!("{name}/"), out);
        } else {
            out.insert(name);
        }
    }
}

#[test]
fn the_list_of_shipped_files_is_the_folder() {
    let mut on_disk = BTreeSet::new();
    files_below(&root().join("mappings"), "", &mut on_disk);
    on_disk.retain(|name| !name.starts_with("policies/"));
    let listed: BTreeSet<String> = SHIPPED.iter().map(|f| f.path.to_owned()).collect();
    assert_eq!(listed, on_disk);
}

#[test]
fn every_shipped_mapping_is_without_mistakes_and_has_a_page() {
    let names = Mapping::shipped_names();
    assert_eq!(names.len(), 14, "{names:?}");
    for name in names {
        let mapping = shipped(name);
        assert_eq!(mapping.system, name);
        let told: Vec<_> = mapping.warnings.iter().filter(|w| w.code != "crosswalk-not-injective").collect();
        assert!(told.is_empty(), "{name}: {told:#?}");
        assert!(SHIPPED.iter().any(|f| f.path == format!("{name}/README.md") && f.text.len() > 300), "{name}");
    }
}

/// Reads the fixture of a system and returns how many records each entity has.
fn counts(name: &str) -> (Mapped, Vec<(Entity, usize)>) {
    let mapped = read(&shipped(name), &root().join("tests/fixtures/mappings").join(name), Side::Legacy);
    let counts = mapped.dataset.entities().map(|e| (e, mapped.dataset.get(e).unwrap().len())).collect();
    (mapped, counts)
}

fn texts(mapped: &Mapped, entity: Entity, field: Field) -> Vec<String> {
    let records = mapped.dataset.get(entity).unwrap();
    (0..records.len() as u32).map(|row| records.text(row, field).unwrap_or("-").to_owned()).collect()
}

use Entity::{Course, Enrollment, Gpa, Schedule, Student, Transcript};

#[test]
fn microsoft_sds_reads_rosters_with_their_classes() {
    let (mapped, counts) = counts("microsoft-sds");
    assert_eq!(counts, [(Student, 2), (Schedule, 3)]);
    assert_eq!(texts(&mapped, Student, Field::BirthDate), ["2009-04-02", "2008-11-30"]);
    assert_eq!(texts(&mapped, Schedule, Field::Course), ["M9", "A1", "M9"]);
    assert!(mapped.issues.is_empty());
}

#[test]
fn oneroster_1_1_takes_a_day_off_its_end_dates_and_leaves_teachers_out() {
    let (mapped, counts) = counts("oneroster-1.1");
    assert_eq!(counts, [(Student, 2), (Course, 1), (Schedule, 2)]);
    assert_eq!(texts(&mapped, Schedule, Field::EndDate), ["2026-01-09", "2026-01-09"]);
    assert_eq!(texts(&mapped, Schedule, Field::StudentId), ["00101", "00102"]);
    assert_eq!(texts(&mapped, Schedule, Field::Term), ["S1", "S1"]);
    assert!(mapped.issues.is_empty(), "{:?}", mapped.issues);
}

#[test]
fn calpads_reads_caret_files_and_leaves_delete_records_out() {
    let (mapped, counts) = counts("calpads");
    assert_eq!(counts, [(Student, 1), (Schedule, 2), (Transcript, 1)]);
    assert_eq!(texts(&mapped, Transcript, Field::SchoolYear), ["2024-25"]);
    assert_eq!(texts(&mapped, Transcript, Field::CreditEarned), ["5"]);
    assert!(mapped.issues.is_empty(), "{:?}", mapped.issues);
}

#[test]
fn synergy_joins_persons_and_repeat_tags() {
    let (mapped, counts) = counts("synergy");
    assert_eq!(counts, [(Student, 2), (Transcript, 2)]);
    assert_eq!(texts(&mapped, Student, Field::LastName), ["Ruiz", "Lind"]);
    assert_eq!(texts(&mapped, Student, Field::StateId), ["9001", "-"]);
    assert_eq!(texts(&mapped, Transcript, Field::RepeatCode), ["I", "-"]);
    assert_eq!(texts(&mapped, Transcript, Field::GradeLevel), ["9", "9"]);
}

#[test]
fn opensis_finds_terms_courses_and_grade_levels_by_their_ids() {
    let (mapped, counts) = counts("opensis");
    assert_eq!(counts, [(Student, 2), (Enrollment, 2), (Schedule, 2), (Transcript, 1), (Gpa, 3)]);
    assert_eq!(texts(&mapped, Enrollment, Field::GradeLevel), ["9", "10"]);
    assert_eq!(texts(&mapped, Schedule, Field::Course), ["M9", "M9"]);
    assert_eq!(texts(&mapped, Transcript, Field::Term), ["S2"]);
    assert_eq!(texts(&mapped, Gpa, Field::Value), ["3.9", "3.7", "2"]);
    assert!(mapped.issues.is_empty(), "{:?}", mapped.issues);
}

#[test]
fn edfi_json_reads_descriptors_and_lists_of_averages() {
    let (mapped, counts) = counts("edfi-json");
    assert_eq!(counts, [(Student, 2), (Enrollment, 1), (Schedule, 1), (Transcript, 1), (Gpa, 2)]);
    assert_eq!(texts(&mapped, Student, Field::StudentId), ["00604821", "00604822"]);
    assert_eq!(texts(&mapped, Enrollment, Field::GradeLevel), ["9"]);
    assert_eq!(texts(&mapped, Gpa, Field::GpaKind), ["weighted", "unweighted"]);
    assert_eq!(texts(&mapped, Gpa, Field::Value), ["3.9", "3.7"]);
    assert!(mapped.issues.is_empty(), "{:?}", mapped.issues);
}

#[test]
fn edfi_xml_reads_the_names_of_its_first_and_its_latest_version() {
    let (mapped, counts) = counts("edfi-xml");
    assert_eq!(counts, [(Student, 2), (Enrollment, 1), (Schedule, 1)]);
    assert_eq!(texts(&mapped, Student, Field::LastName), ["Ruiz", "Lind & Co"]);
    assert_eq!(texts(&mapped, Schedule, Field::Term), ["S1"]);
    assert!(mapped.issues.is_empty(), "{:?}", mapped.issues);
}

#[test]
fn facts_makes_rows_of_its_wide_marks() {
    let (mapped, counts) = counts("facts");
    assert_eq!(counts, [(Student, 1), (Transcript, 8)]);
    assert_eq!(texts(&mapped, Transcript, Field::Term), ["FY", "Q1", "Q2", "Q3", "Q4", "Q3", "S1", "S2"]);
    assert_eq!(texts(&mapped, Transcript, Field::Mark), ["A-", "A", "B+", "A-", "A", "77", "A-", "A"]);
    assert_eq!(texts(&mapped, Transcript, Field::CreditAttempted)[..2], ["1", "-"]);
    assert_eq!(texts(&mapped, Transcript, Field::Title)[..1], ["English 8"]);
}

#[test]
fn txeis_reads_positions_with_implied_decimals() {
    let (mapped, counts) = counts("txeis");
    assert_eq!(counts, [(Schedule, 3)]);
    assert_eq!(texts(&mapped, Schedule, Field::StudentId), ["000101", "000101", "000102"]);
    assert_eq!(texts(&mapped, Schedule, Field::Credit), ["1", "-", "0.5"]);
    assert!(mapped.issues.is_empty(), "{:?}", mapped.issues);
}

#[test]
fn skyward_joins_students_to_their_transactions() {
    let (mapped, counts) = counts("skyward-qmlativ");
    assert_eq!(counts, [(Student, 2), (Schedule, 2), (Transcript, 1), (Gpa, 1)]);
    assert_eq!(texts(&mapped, Schedule, Field::StudentId), ["00101", "00102"]);
    assert_eq!(texts(&mapped, Transcript, Field::Term), ["FY"]);
}

#[test]
fn real_school_data_sync_folders_are_read_in_every_layout() {
    let Some(folder) = real_data("microsoft-sds") else { return };
    for layout in [
        "SDS Format/25 Users",
        "SDS Format/100 Users",
        "SDS Format/Min Required Attributes",
        "UK Format/25 Users",
        "UK Format/100 Users",
        "UK Format/Min Required Attributes",
        "SDS v2",
        "SDS v2.1",
    ] {
        let mapped = read(&shipped("microsoft-sds"), &folder.join(layout), Side::New);
        assert!(mapped.dataset.get(Student).is_some_and(|r| !r.is_empty()), "{layout}");
        assert!(mapped.dataset.get(Schedule).is_some_and(|r| !r.is_empty()), "{layout}");
    }
}

#[test]
fn edfi_resources_are_the_same_as_pages_and_as_one_object_a_line() {
    let pages = root().join("tests/fixtures/mappings/edfi-json");
    let lines = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(&pages).unwrap() {
        let path = entry.unwrap().path();
        let page: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let text: String = page.as_array().unwrap().iter().map(|object| format!("{object}\n")).collect();
        let name = path.file_name().unwrap().to_str().unwrap().replace(".json", ".jsonl");
        std::fs::write(lines.path().join(name), text).unwrap();
    }
    let (as_pages, counted) = counts("edfi-json");
    let as_lines = read(&shipped("edfi-json"), lines.path(), Side::Legacy);
    for (entity, rows) in counted {
        let records = as_lines.dataset.get(entity).unwrap();
        assert_eq!(records.len(), rows, "{entity}");
        assert_eq!(texts(&as_lines, entity, Field::of(entity)[0]), texts(&as_pages, entity, Field::of(entity)[0]));
    }
}
