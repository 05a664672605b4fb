//! Real files that others published, where they are at hand: read to the last record, bad ones refused with their place.

use std::path::PathBuf;

use rollproof::extract::{Delimited, Encoding, Format, Header, Layout, Silent, Table, WantedColumn, inspect, read};

/// The folder of real data, if it is there.
fn real_data() -> Option<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let places = [std::env::var_os("ROLLPROOF_REAL_DATA").map(PathBuf::from)]
        .into_iter()
        .flatten()
        .chain(["../shared/real-data", "../../shared/real-data"].map(|place| here.join(place)));
    let found = places.into_iter().find(|place| place.is_dir());
    if found.is_none() {
        println!("skipped: no folder of real data (set ROLLPROOF_REAL_DATA)");
    }
    found
}

fn table(root: &str, format: Format, file: &str, wanted: &[&str]) -> Option<Table> {
    let column = |name: &&str| WantedColumn { name: (*name).into(), aliases: Vec::new(), optional: false };
    let layout = Layout {
        table: "t".into(),
        files: vec![file.into()],
        format,
        encoding: Encoding::Auto,
        columns: wanted.iter().map(column).collect(),
        optional: false,
    };
    Some(read(&real_data()?.join(root), &layout, &Silent).unwrap())
}

fn layout_of(format: Format) -> Layout {
    Layout {
        table: "student".into(),
        files: vec!["student.csv".into()],
        format,
        encoding: Encoding::Auto,
        columns: Vec::new(),
        optional: false,
    }
}

fn commas() -> Delimited {
    Delimited {
        delimiter: b',',
        quote: Some(b'"'),
        header: Header::Row(1),
        repeated_header: false,
        footer_rows: 0,
        comment: None,
        trailing_delimiter: false,
        blank_lines: false,
    }
}

fn sorted_rows(table: &Table) -> Vec<Vec<String>> {
    let mut rows: Vec<Vec<String>> =
        (0..table.len()).map(|row| table.columns.iter().map(|c| c.text(row).to_owned()).collect()).collect();
    rows.sort();
    rows
}

#[test]
fn contoso_marks_repeat_their_header_three_times() {
    let marks = "studentsectionmark.csv";
    let Some(undeclared) = table("contoso/sis", Format::Delimited(commas()), marks, &[]) else { return };
    assert_eq!((undeclared.len(), undeclared.rejects.len()), (4_800, 3));
    assert!(undeclared.rejects.iter().all(|r| r.kind == "repeated-header"));
    let declared = Format::Delimited(Delimited { repeated_header: true, ..commas() });
    let declared = table("contoso/sis", declared, marks, &[]).unwrap();
    assert_eq!((declared.len(), declared.rejects.len(), declared.accounting.headers), (4_800, 0, 4));
}

#[test]
fn every_published_extract_is_read_to_its_last_record() {
    let Some(root) = real_data() else { return };
    for (file, format, rows) in [
        ("contoso/sis/students.csv", "delimited", 400),
        ("contoso/m365/StudentOrgAffiliation.csv", "delimited", 400),
        ("contoso/m365/StudentSectionMembership.csv", "delimited", 4_800),
        ("hed/canvas/enrollments.json", "json-lines", 3_687),
        ("hed/canvas/users.json", "json-lines", 640),
        ("hed/moodle/role_assignments.csv", "delimited", 3_687),
        ("hed/moodle/user.csv", "delimited", 640),
        ("hed/insights/person.csv", "delimited", 640),
        ("edfi-v1-demo/InterchangeStudent.xml", "xml", 94),
        ("edfi-v5/Student.xml", "xml", 960),
        ("microsoft-sds/SDS Format/100 Users/StudentEnrollment.csv", "delimited", 602),
        ("edfi-v1-messy/student-school-assoc-sample-data.csv", "delimited", 101),
    ] {
        let seen = inspect(&root.join(file), &Silent).unwrap();
        assert_eq!((file, seen.format, seen.rows, seen.rejected), (file, format, rows, 0));
    }
}

#[test]
fn the_same_101_students_come_out_of_csv_and_xml() {
    let csv = ["state_id", "name_first", "name_last", "sex", "birth_date", "birth_city"];
    let xml = [
        "StudentUniqueStateId",
        "Name.FirstName",
        "Name.LastSurname",
        "Sex",
        "BirthData.BirthDate",
        "BirthData.CityOfBirth",
    ];
    let root = "edfi-v1-messy";
    let Some(csv) = table(root, Format::Delimited(commas()), "student-sample-data.csv", &csv) else { return };
    let format = Format::Xml { record: "Student".into(), explode: None };
    let xml = table(root, format, "good/InterchangeStudent.xml", &xml).unwrap();
    assert_eq!(csv.len(), 101);
    assert_eq!(sorted_rows(&csv), sorted_rows(&xml));
}

#[test]
fn each_bad_file_is_refused_or_rejected_with_its_place() {
    let Some(root) = real_data() else { return };
    let root = root.join("edfi-v1-messy");
    let look = |file: &str| inspect(&root.join("fileLevelTestData").join(file), &Silent);
    let malformed = look("invalidXML/malformedXML/student.xml").unwrap_err().to_string();
    assert!(malformed.contains("line 31"), "{malformed}");
    let ragged = look("invalidCSV/firstRecordMissingColumn/student.csv").unwrap();
    assert_eq!((ragged.rows, ragged.rejects[0].kind, ragged.rejects[0].line), (1, "ragged-row", 2));
    for (file, kind) in [
        ("invalidCSV/emptyFile/student.csv", "empty-file"),
        ("invalidCSV/noDataRow/student.csv", "header-only"),
        ("invalidXML/emptyFile/student.xml", "empty-file"),
        ("invalidXML/noRecord/student.xml", "header-only"),
    ] {
        assert!(look(file).unwrap().notices.iter().any(|n| n.kind == kind), "{file}");
    }
    for file in ["missingColumn", "IncorrectColumnName", "otherDelimiter", "unicodeDelimiter"] {
        let folder = root.join("fileLevelTestData/invalidCSV").join(file);
        let wanted = WantedColumn { name: "state_id".into(), aliases: Vec::new(), optional: false };
        let layout = Layout { columns: vec![wanted], ..layout_of(Format::Delimited(commas())) };
        let error = read(&folder, &layout, &Silent).unwrap_err().to_string();
        assert!(error.contains("\"state_id\" is missing"), "{file}: {error}");
    }
    // Data where the header should be: empty names stand twice.
    let format = Format::Delimited(commas());
    let headless = Layout { files: vec!["student.csv".into()], ..layout_of(format) };
    let folder = root.join("fileLevelTestData/invalidCSV/noColumnNameRow");
    assert!(read(&folder, &headless, &Silent).unwrap_err().to_string().contains("stands twice"));
    assert_eq!(look("invalidCSV/otherDelimiter/student.csv").unwrap().text.unwrap().delimiter, ";");
}
