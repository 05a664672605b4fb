//! Archives, workbooks, Parquet and fixed positions for the vectors of the fail-open catalogue.

use std::io::Write;
use std::path::Path;

use polars::prelude::{DataFrame, NamedFrom, ParquetWriter, Series};

use super::Sheet;

pub(super) fn zip(path: &Path, members: &[(String, String)], root: &Path) {
    let mut archive = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, from) in members {
        archive.start_file(name.as_str(), options).unwrap();
        archive.write_all(&std::fs::read(root.join(from)).unwrap()).unwrap();
    }
    archive.finish().unwrap();
}

pub(super) fn parquet(path: &Path, from: &Path) {
    let text = std::fs::read_to_string(from).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|l| l.split(',').collect()).collect();
    let column = |at: usize| {
        let values: Vec<&str> = rows[1..].iter().map(|r| r[at]).collect();
        Series::new(rows[0][at].into(), values).into()
    };
    let mut frame = DataFrame::new(rows.len() - 1, (0..rows[0].len()).map(column).collect::<Vec<_>>()).unwrap();
    ParquetWriter::new(std::fs::File::create(path).unwrap()).finish(&mut frame).unwrap();
}

pub(super) fn fixed(path: &Path, from: &Path, widths: &[usize]) {
    let text = std::fs::read_to_string(from).unwrap();
    let pad = |(cell, width): (&str, &usize)| format!("{cell:<width$}", width = *width);
    let line = |line: &str| line.split(',').zip(widths).map(pad).collect::<String>() + "\n";
    std::fs::write(path, text.lines().skip(1).map(line).collect::<String>()).unwrap();
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn cell(at: &str, value: &str) -> String {
    match value {
        v if v.starts_with('=') => format!("<c r=\"{at}\"><f>{}</f></c>", escape(&v[1..])),
        v if v.starts_with('#') => format!("<c r=\"{at}\" t=\"e\"><v>{v}</v></c>"),
        v => format!("<c r=\"{at}\" t=\"str\"><v>{}</v></c>", escape(v)),
    }
}

fn sheet_xml(sheet: &Sheet, root: &Path) -> String {
    let text = std::fs::read_to_string(root.join(&sheet.rows)).unwrap();
    let mut xml = String::from(
        "<?xml version=\"1.0\"?><worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>",
    );
    for (number, line) in (1..).zip(text.lines()) {
        let hidden = if sheet.hidden_rows.contains(&number) { " hidden=\"1\"" } else { "" };
        xml.push_str(&format!("<row r=\"{number}\"{hidden}>"));
        for (column, value) in ('A'..).zip(line.split(',')) {
            let at = format!("{column}{number}");
            xml.push_str(&cell(&at, sheet.cells.get(&at).map_or(value, String::as_str)));
        }
        xml.push_str("</row>");
    }
    xml.push_str("</sheetData>");
    if !sheet.merged.is_empty() {
        let cells: String = sheet.merged.iter().map(|m| format!("<mergeCell ref=\"{m}\"/>")).collect();
        xml.push_str(&format!("<mergeCells count=\"{}\">{cells}</mergeCells>", sheet.merged.len()));
    }
    xml + "</worksheet>"
}

pub(super) fn book(path: &Path, sheets: &[Sheet], root: &Path) {
    const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";
    let numbered = || (1..).zip(sheets);
    let list: String = numbered()
        .map(|(n, s)| {
            let state = if s.hidden { " state=\"hidden\"" } else { "" };
            format!("<sheet name=\"{}\" sheetId=\"{n}\"{state} r:id=\"rId{n}\"/>", escape(&s.name))
        })
        .collect();
    let relations: String = numbered()
        .map(|(n, _)| {
            format!("<Relationship Id=\"rId{n}\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>")
        })
        .collect();
    let head = "<?xml version=\"1.0\"?>";
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), format!("{head}<Types xmlns=\"{PACKAGE}/content-types\"/>")),
        (
            "_rels/.rels".to_owned(),
            format!(
                "{head}<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" \
                 Type=\"{RELATIONS}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml".to_owned(),
            format!(
                "{head}<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
                 xmlns:r=\"{RELATIONS}\"><sheets>{list}</sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels".to_owned(),
            format!("{head}<Relationships xmlns=\"{PACKAGE}/relationships\">{relations}</Relationships>"),
        ),
    ];
    parts.extend(numbered().map(|(n, s)| (format!("xl/worksheets/sheet{n}.xml"), sheet_xml(s, root))));
    let mut archive = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, text) in parts {
        archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    archive.finish().unwrap();
}
