//! Workbooks: what a spreadsheet does to data must be loud.

use std::io::Write;

use rollproof::error::Error;
use rollproof::extract::{Encoding, Format, Layout, Silent, Table, WantedColumn, read};
use rust_xlsxwriter::{Format as CellFormat, Formula, Workbook};

fn read_sheet(bytes: &[u8], sheet: Option<&str>, wanted: &[&str]) -> Result<Table, Error> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("b.xlsx"), bytes).unwrap();
    let column = |name: &&str| WantedColumn { name: (*name).into(), aliases: Vec::new(), optional: false };
    let layout = Layout {
        table: "t".into(),
        files: vec!["b.xlsx".into()],
        format: Format::Workbook { sheet: sheet.map(Into::into), header_row: 1 },
        encoding: Encoding::Auto,
        columns: wanted.iter().map(column).collect(),
        optional: false,
    };
    read(folder.path(), &layout, &Silent)
}

fn rows(table: &Table) -> Vec<Vec<&str>> {
    (0..table.len()).map(|row| table.columns.iter().map(|c| c.text(row)).collect()).collect()
}

/// A workbook written by hand: the rows of its only sheet, as XML.
fn by_hand(rows: &str) -> Vec<u8> {
    let parts = [
        ("[Content_Types].xml", r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>"#.to_owned()),
        ("_rels/.rels", r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#.to_owned()),
        ("xl/workbook.xml", r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"#.to_owned()),
        ("xl/_rels/workbook.xml.rels", r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#.to_owned()),
        ("xl/worksheets/sheet1.xml", format!(r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="str"><v>id</v></c><c r="B1" t="str"><v>x</v></c></row>{rows}</sheetData></worksheet>"#)),
    ];
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn ids_dates_and_numbers_are_the_texts_a_clerk_would_type() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (c, name) in ["id", "day", "gpa", "note"].iter().enumerate() {
        sheet.write_string(0, c as u16, *name).unwrap();
    }
    let day = CellFormat::new().set_num_format("yyyy-mm-dd");
    sheet.write_number(1, 0, 123_456_789_012.0).unwrap();
    sheet.write_number_with_format(1, 1, 45_943.0, &day).unwrap();
    sheet.write_number(1, 2, 3.85).unwrap();
    sheet.write_string(1, 3, "00123").unwrap();
    sheet.write_number(2, 0, 12_345_678_901_234_567.0).unwrap();
    sheet.write_boolean(3, 3, true).unwrap();
    let table = read_sheet(&book.save_to_buffer().unwrap(), None, &["id", "day", "gpa", "note"]).unwrap();
    assert_eq!(rows(&table), [["123456789012", "2025-10-13", "3.85", "00123"], ["", "", "", "true"]]);
    assert_eq!((table.rejects[0].kind, table.rejects[0].line), ("inexact-number", 3));
}

#[test]
fn a_formula_without_value_and_an_error_are_rejects_only_where_they_are_wanted() {
    let bytes = by_hand(
        r#"<row r="2"><c r="A2" t="str"><v>1</v></c><c r="B2"><f>1+1</f></c></row>
           <row r="3"><c r="A3" t="str"><v>2</v></c><c r="B3" t="e"><v>#N/A</v></c></row>
           <row r="4"><c r="A4" t="str"><v>3</v></c><c r="B4"><f>1+1</f><v>2</v></c></row>"#,
    );
    let table = read_sheet(&bytes, None, &["id", "x"]).unwrap();
    assert_eq!(rows(&table), [["3", "2"]]);
    assert_eq!(table.rejects.iter().map(|r| r.kind).collect::<Vec<_>>(), ["formula-without-value", "error-cell"]);
    assert_eq!(read_sheet(&bytes, None, &["id"]).unwrap().len(), 3);
}

#[test]
fn two_cells_in_one_place_refuse_the_file() {
    let bytes = by_hand(r#"<row r="2"><c r="A2"><v>1</v></c><c r="A2"><v>2</v></c></row>"#);
    assert!(read_sheet(&bytes, None, &["id"]).unwrap_err().to_string().contains("A2 stands twice"));
}

#[test]
fn a_lonely_corner_cell_is_refused_without_asking_for_memory() {
    let bytes = by_hand(r#"<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>"#);
    assert!(read_sheet(&bytes, None, &["id"]).unwrap_err().to_string().contains("XFD1048576"));
    let bytes = by_hand(r#"<row r="900000"><c r="A900000"><v>1</v></c></row>"#);
    assert!(read_sheet(&bytes, None, &["id"]).unwrap_err().to_string().contains("row 900000"));
}

#[test]
fn a_part_that_unpacks_to_gigabytes_is_refused() {
    let bytes = by_hand(&" ".repeat(150 << 20));
    assert!(read_sheet(&bytes, None, &["id"]).unwrap_err().to_string().contains("bomb"));
}

#[test]
fn blank_rows_between_rows_stray_values_and_merged_cells_are_rejects() {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "id").unwrap();
    sheet.write_string(0, 1, "x").unwrap();
    sheet.write_string(1, 0, "1").unwrap();
    sheet.write_string(3, 0, "2").unwrap();
    sheet.write_string(4, 0, "3").unwrap();
    sheet.write_string(4, 5, "stray").unwrap();
    sheet.merge_range(5, 0, 6, 0, "4", &CellFormat::new()).unwrap();
    sheet.write_string(6, 1, "y").unwrap();
    let table = read_sheet(&book.save_to_buffer().unwrap(), None, &["id", "x"]).unwrap();
    assert_eq!(rows(&table), [["1", ""], ["2", ""]]);
    let kinds: Vec<_> = table.rejects.iter().map(|r| (r.kind, r.line)).collect();
    assert_eq!(kinds, [("blank-line", 3), ("ragged-row", 5), ("merged-cell", 6), ("merged-cell", 7)]);
    assert_eq!(table.accounting.records, 6);
}

#[test]
fn the_sheet_must_be_named_when_several_hold_something() {
    let mut book = Workbook::new();
    for name in ["Students", "Notes", "Empty"] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        if name != "Empty" {
            sheet.write_string(0, 0, "id").unwrap();
            sheet.write_formula(1, 0, Formula::new("=1+1").set_result("2")).unwrap();
        }
    }
    let bytes = book.save_to_buffer().unwrap();
    assert!(read_sheet(&bytes, None, &["id"]).unwrap_err().to_string().contains("Students, Notes"));
    assert_eq!(rows(&read_sheet(&bytes, Some("Notes"), &["id"]).unwrap()), [["2"]]);
    assert!(read_sheet(&bytes, Some("Nots"), &["id"]).is_err());
    assert!(read_sheet(b"id,x\n", None, &["id"]).unwrap_err().to_string().contains("no workbook"));
}
