//! JSON and XML: paths, lists that become rows, and what is not well formed.

use rollproof::error::Error;
use rollproof::extract::{Encoding, Format, Layout, Silent, Table, WantedColumn, read};

fn table(format: Format, wanted: &[&str], text: &str) -> Result<Table, Error> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("f"), text).unwrap();
    let column =
        |name: &&str| WantedColumn { name: (*name).into(), aliases: Vec::new(), optional: name.ends_with('?') };
    let layout = Layout {
        table: "t".into(),
        files: vec!["f".into()],
        format,
        encoding: Encoding::Auto,
        columns: wanted.iter().map(column).collect(),
        optional: false,
    };
    read(folder.path(), &layout, &Silent)
}

fn json(records: &str, explode: Option<&str>) -> Format {
    Format::Json { records: records.into(), lines: false, explode: explode.map(Into::into) }
}

fn xml(record: &str, explode: Option<&str>) -> Format {
    Format::Xml { record: record.into(), explode: explode.map(Into::into) }
}

fn rows(table: &Table) -> Vec<Vec<&str>> {
    (0..table.len()).map(|row| table.columns.iter().map(|c| c.text(row)).collect()).collect()
}

fn kinds(table: &Table) -> Vec<&str> {
    table.rejects.iter().map(|r| r.kind).collect()
}

const API: &str = r#"{ "a~b": { "items": [
  { "studentReference": {"studentUniqueId": "0604821"}, "credits": 2.50, "active": true, "none": null,
    "enrollments": [ {"grade": "09", "codes": ["x", "y"]}, {"grade": "10", "codes": []} ] },
  { "studentReference": {"studentUniqueId": "0604822"}, "credits": 1, "active": false, "none": null, "enrollments": [] },
  7
] } }"#;

#[test]
fn json_paths_lead_into_objects_and_a_list_becomes_rows() {
    let wanted =
        ["studentReference.studentUniqueId", "enrollments.grade", "credits", "enrollments.codes", "active", "none"];
    let table = table(json("/a~0b/items", Some("enrollments")), &wanted, API).unwrap();
    assert_eq!(rows(&table), [["0604821", "09", "2.50", "x,y", "true", ""], ["0604821", "10", "2.50", "", "true", ""]]);
    assert_eq!((kinds(&table), table.rejects[0].line), (vec!["not-an-object"], 5));
    // The student without an enrollment gives no row, which is counted.
    assert_eq!((table.accounting.records, table.accounting.declared_out), (3, 1));
    assert_eq!((table.locations.get(1).record, table.locations.get(1).line), (1, 2));
}

#[test]
fn a_json_list_of_several_where_one_text_is_wanted_is_a_reject() {
    let table = table(json("/a~0b/items", None), &["credits", "enrollments.grade"], API).unwrap();
    assert_eq!(kinds(&table), ["ambiguous-list", "not-an-object"]);
    assert_eq!(rows(&table), [["1", ""]]);
}

#[test]
fn json_that_is_malformed_or_without_the_array_is_an_error_with_its_place() {
    let error = table(json("", None), &["a"], "[{\"a\":1},\n{\"a\":2,}]").unwrap_err().to_string();
    assert!(error.contains("line 2, column 8"), "{error}");
    assert!(table(json("/data", None), &["a"], "{\"date\":[]}").unwrap_err().to_string().contains("no array"));
    let lines = Format::Json { records: String::new(), lines: true, explode: None };
    let table = table(lines, &["a"], "{\"a\":1}\n{\"a\":2\n\n{\"a\":\"3\"}\n").unwrap();
    assert_eq!((rows(&table), kinds(&table)), (vec![vec!["1"], vec!["3"]], vec!["malformed-json", "blank-line"]));
}

const INTERCHANGE: &str = r#"<?xml version="1.0" encoding="ISO-8859-1"?>
<InterchangeStudent xmlns="http://ed-fi.org/0100" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <Student id="S1">
    <StudentUniqueId>007</StudentUniqueId>
    <Name Type="Legal"><FirstName>Ann &amp; &#233;</FirstName><Middle xsi:nil="true"/></Name>
    <Address><City>A</City></Address><Address><City>B</City></Address>
    <!-- a comment --><Note><![CDATA[ <x> ]]></Note>
  </Student>
  <Student id="S2"><StudentUniqueId>008</StudentUniqueId><Name Type="Legal"><FirstName/></Name><Note/></Student>
  <Parent><StudentUniqueId>999</StudentUniqueId></Parent>
</InterchangeStudent>
"#;

#[test]
fn xml_elements_and_attributes_are_columns_and_other_elements_are_left_alone() {
    let wanted = ["@id", "StudentUniqueId", "Name.FirstName", "Name.@Type", "Note", "Name.Middle"];
    let table = table(xml("Student", None), &wanted, INTERCHANGE).unwrap();
    assert_eq!(rows(&table), [["S1", "007", "Ann & é", "Legal", " <x> ", ""], ["S2", "008", "", "Legal", "", ""]]);
    assert_eq!((table.locations.get(0).line, table.locations.get(1).line), (3, 9));
    assert_eq!(table.accounting.records, 2);
}

#[test]
fn a_repeated_xml_element_becomes_rows_or_a_reject() {
    let exploded = table(xml("Student", Some("Address")), &["StudentUniqueId", "Address.City"], INTERCHANGE).unwrap();
    assert_eq!(rows(&exploded), [["007", "A"], ["007", "B"]]);
    assert_eq!(exploded.accounting.declared_out, 1);
    let plain = table(xml("Student", None), &["StudentUniqueId", "Address.City"], INTERCHANGE).unwrap();
    assert_eq!((kinds(&plain), rows(&plain)), (vec!["ambiguous-list"], vec![vec!["008", ""]]));
    assert!(plain.rejects[0].raw.starts_with("<Student id=\"S1\">") && plain.rejects[0].raw.ends_with("</Student>"));
}

#[test]
fn xml_that_is_not_well_formed_is_refused_with_its_line() {
    for (text, line) in [
        ("<R>\n<S><A>1</B></S>\n</R>", "line 2"),
        ("<R>\n<S><A>1</A></S>\n", "line 3"),
        ("<R>\n<S><A>&nope;</A></S></R>", "line 2"),
        ("<R/>\n<R/>", "line 2"),
        ("<!DOCTYPE R [<!ENTITY a \"b\">]>\n<R><S><A>&a;</A></S></R>", "line 1"),
    ] {
        let error = table(xml("S", None), &["A"], text).unwrap_err().to_string();
        assert!(error.contains(line), "{text}: {error}");
    }
}

#[test]
fn an_xml_file_without_the_record_names_what_is_there() {
    let table = table(xml("Students", None), &["StudentUniqueId"], INTERCHANGE).unwrap();
    let notice = &table.notices[0];
    assert!(notice.undecidable && notice.text.contains("Parent, Student"), "{}", notice.text);
}
