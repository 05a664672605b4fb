//! A file that was looked at, as a `[tables.NAME]` of a mapping: how it is laid out, and in comments what its columns look
//! like. What no data tells (which day an end date names) is left for people to say.

use std::fmt::Write;

use crate::extract::{ColumnInspection, Format, Inspection, Looks};

/// Columns and codes that are named in a comment; the rest is counted.
const SHOWN: usize = 12;

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A file's name as the name of a table: `Student Marks.csv.gz` is `student_marks`.
#[must_use]
pub fn table_name(file: &str) -> String {
    let base = file.rsplit(['/', '\\', '!']).next().unwrap_or(file);
    let stem = base.split('.').next().unwrap_or(base);
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    let name: String = stem.chars().map(plain).collect();
    if name.is_empty() { "table".into() } else { name }
}

/// The block. `file` is the file's name below the side's folder.
#[must_use]
pub fn source_block(name: &str, file: &str, seen: &Inspection, format: &Format) -> String {
    let mut text = format!("[tables.{name}]   # {} rows when it was looked at\nfile = {}\n", seen.rows, quoted(file));
    layout(&mut text, seen, format);
    for notice in &seen.notices {
        comment(&mut text, "note", notice.text.as_str());
    }
    if seen.rejected > 0 {
        let kinds: Vec<&str> = seen.rejects.iter().map(|r| r.kind).collect();
        comment(&mut text, "REFUSED", &format!("{} records as declared here ({})", seen.rejected, some(&kinds)));
    }
    columns(&mut text, &seen.columns);
    text
}

fn comment(text: &mut String, what: &str, said: &str) {
    // A line end would end the comment.
    let said: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let _written = writeln!(text, "# {what}: {said}");
}

fn layout(text: &mut String, seen: &Inspection, format: &Format) {
    let mut line = |key: &str, value: &str| {
        let _written = writeln!(text, "{key} = {value}");
    };
    match format {
        Format::Delimited(delimited) => {
            if delimited.delimiter != b',' {
                line("delimiter", &quoted(&char::from(delimited.delimiter).to_string()));
            }
            let header = seen.text.as_ref().is_none_or(|t| t.header);
            if !header {
                line("header", "false");
                let names: Vec<String> = seen.columns.iter().map(|c| quoted(&c.name)).collect();
                line("columns", &format!("[{}]   # give them names, in the file's order", names.join(", ")));
            }
            if let Some(guessed) = seen.text.as_ref().filter(|t| t.encoding_guessed) {
                line("encoding", &format!("{}   # guessed: look at names with accents", quoted(&guessed.encoding)));
            }
        }
        Format::FixedWidth(_) => line("format", "\"fixed\""),
        Format::Workbook { sheet, .. } => {
            line("format", "\"workbook\"");
            if let Some(sheet) = sheet {
                line("sheet", &quoted(sheet));
            }
        }
        Format::Parquet => line("format", "\"parquet\""),
        Format::Arrow => line("format", "\"arrow\""),
        Format::Database(_) => line("format", "\"database\""),
        Format::Json { lines: true, .. } => line("format", "\"json-lines\""),
        Format::Json { records, .. } => {
            line("format", "\"json\"");
            if !records.is_empty() {
                line("records", &quoted(records));
            }
        }
        Format::Xml { record, .. } => {
            line("format", "\"xml\"");
            line("record", &quoted(record));
        }
    }
}

fn columns(text: &mut String, columns: &[ColumnInspection]) {
    let named = |test: &dyn Fn(&ColumnInspection) -> bool| -> Vec<&str> {
        columns.iter().filter(|c| test(c)).map(|c| c.name.as_str()).collect()
    };
    let list = |text: &mut String, what: &str, names: &[&str]| {
        if !names.is_empty() {
            comment(text, what, &some(names));
        }
    };
    list(text, "columns", &named(&|_| true));
    list(text, "candidate keys (a different text in every row)", &named(&|c| c.candidate_key));
    list(text, "leading zeros", &named(&|c| c.leading_zeros > 0));
    list(text, "always empty", &named(&|c| c.looks == Looks::Empty));
    list(text, "SCIENTIFIC NOTATION, digits are lost", &named(&|c| c.looks == Looks::Scientific));
    for column in columns.iter().filter(|c| !c.date_formats.is_empty()) {
        comment(text, &format!("dates in {}", column.name), &column.date_formats.join(" or "));
    }
    for column in columns.iter().filter(|c| !c.values.is_empty() && c.looks != Looks::Empty) {
        let codes: Vec<String> = column
            .values
            .iter()
            .map(|v| format!("{}={}", if v.value.is_empty() { "(empty)" } else { &v.value }, v.rows))
            .collect();
        let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
        comment(text, &format!("codes in {}", column.name), &some(&codes));
    }
}

fn some(names: &[&str]) -> String {
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN { format!("{shown}, and {} more", names.len() - SHOWN) } else { shown }
}

/// The head of a new mapping, with what people must say left open; `dates` are formats that the files agree on.
#[must_use]
pub fn skeleton(system: &str, dates: &[&str]) -> String {
    let formats: Vec<String> = dates.iter().map(|d| quoted(d)).collect();
    let dates = if formats.is_empty() {
        "# dates = [\"%m/%d/%Y\"]         # how dates are written; %Y-%m-%d where not said".to_owned()
    } else {
        format!("dates  = [{}]   # what reads the dates of the files below", formats.join(", "))
    };
    format!(
        "schema = 1\nsystem = {}             # name in kebab-case\nlabel  = {}\n\
         # What no data tells: take the # off the one that is true.\n\
         # end_date = \"inclusive\"        # an end date is the last day; \"exclusive\": the day after\n\
         # school_year = \"ends\"          # 2025-26 is written 2026; or \"starts\", \"span\", {{ offset = 1990 }}\n{dates}\n",
        quoted(system),
        quoted(system),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::{Silent, look};

    #[test]
    fn a_block_says_layout_keys_dates_zeros_and_codes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Student Marks.txt");
        let rows: String = (0..50).map(|i| format!("{i:05}\t{}\t{:02}/28/2010\n", i % 2, i % 12 + 1)).collect();
        std::fs::write(&path, format!("ID\tSEX\tBD\n{rows}")).unwrap();
        let (seen, format, _) = look(&path, &Silent).unwrap();
        let block = source_block(&table_name("Student Marks.txt"), "Student Marks.txt", &seen, &format);
        for line in [
            "[tables.student_marks]   # 50 rows when it was looked at",
            "file = \"Student Marks.txt\"",
            "delimiter = \"\\t\"",
            "# candidate keys (a different text in every row): ID",
            "# leading zeros: ID",
            "# dates in BD: %m/%d/%Y",
            "# codes in SEX: 0=25, 1=25",
        ] {
            assert!(block.lines().any(|l| l == line), "{line} in\n{block}");
        }
        assert!(toml::from_str::<toml::Value>(&format!("{}{block}", skeleton("my-sis", &["%m/%d/%Y"]))).is_ok());
    }
}
