//! The strict reader of code tables: CSV as spreadsheets save it, with the place of every cell.

use std::ops::Range;
use std::path::Path;

use crate::diagnostic::Diagnostic;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Its text, without quotes.
    pub text: String,
    /// Its bytes in the file.
    pub span: Range<usize>,
    /// The line it starts on, from 1.
    pub line: u32,
}

/// The bytes of a record.
#[must_use]
pub fn span_of(record: &[Cell]) -> Range<usize> {
    match (record.first(), record.last()) {
        (Some(first), Some(last)) => first.span.start..last.span.end,
        _ => 0..0,
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    delimiter: u8,
}

/// All records, the header first. A record that is not whole is left out, with an error. Blank lines are skipped.
pub fn read(text: &str, path: &Path, out: &mut Vec<Diagnostic>) -> Vec<Vec<Cell>> {
    let start = if text.starts_with('\u{feff}') { 3 } else { 0 };
    let first_line = text[start..].lines().next().unwrap_or("");
    let delimiter = if first_line.contains(',') {
        b','
    } else {
        *[b';', b'\t'].iter().find(|d| first_line.as_bytes().contains(d)).unwrap_or(&b',')
    };
    let mut reader = Reader { text, at: start, line: 1, delimiter };
    let mut records: Vec<Vec<Cell>> = Vec::new();
    while reader.at < text.len() {
        let begin = reader.at;
        match reader.record() {
            Ok(record) if record.len() == 1 && record[0].text.trim().is_empty() => {}
            Ok(record) => {
                let wanted = records.first().map_or(record.len(), Vec::len);
                if record.len() == wanted {
                    records.push(record);
                } else {
                    let message = format!("{} cells, but the header has {wanted}", record.len());
                    let fix = "put a code that holds the delimiter in quotes; fill the line up to the header's columns";
                    out.push(Diagnostic::error("crosswalk-ragged", path, span_of(&record), message).fix(fix));
                }
            }
            Err(message) => {
                let span = begin..reader.at.max(begin);
                out.push(
                    Diagnostic::error("crosswalk-quote", path, span, message)
                        .fix("save the file from a spreadsheet again"),
                );
                reader.skip_line();
            }
        }
    }
    records
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Goes past a line end, if there is one here.
    fn line_end(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.at..];
        let width = match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            _ => return false,
        };
        self.at += width;
        self.line += 1;
        true
    }

    fn skip_line(&mut self) {
        while self.peek().is_some() && !self.line_end() {
            self.at += 1;
        }
    }

    fn record(&mut self) -> Result<Vec<Cell>, &'static str> {
        let mut record = Vec::new();
        loop {
            record.push(self.cell()?);
            if self.peek().is_none() || self.line_end() {
                return Ok(record);
            }
            self.at += 1; // the delimiter
        }
    }

    fn cell(&mut self) -> Result<Cell, &'static str> {
        let line = self.line;
        if self.peek() != Some(b'"') {
            let begin = self.at;
            while let Some(byte) = self.peek() {
                match byte {
                    b'\r' | b'\n' => break,
                    b'"' => return Err("a quote inside a cell that is not quoted"),
                    _ if byte == self.delimiter => break,
                    _ => self.at += 1,
                }
            }
            return Ok(Cell { text: self.text[begin..self.at].to_owned(), span: begin..self.at, line });
        }
        let begin = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let from = self.at;
            let Some(length) = self.text[from..].find('"') else { return Err("a quote that is never closed") };
            self.line += self.text[from..from + length].matches('\n').count() as u32;
            text.push_str(&self.text[from..from + length]);
            self.at = from + length + 1;
            if self.peek() != Some(b'"') {
                break;
            }
            text.push('"');
            self.at += 1;
        }
        match self.peek() {
            None | Some(b'\r' | b'\n') => {}
            Some(byte) if byte == self.delimiter => {}
            Some(_) => return Err("text after a closing quote"),
        }
        Ok(Cell { text, span: begin..self.at, line })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> (Vec<Vec<String>>, Vec<&'static str>) {
        let mut out = Vec::new();
        let records = read(source, Path::new("x.csv"), &mut out);
        let texts = records.into_iter().map(|r| r.into_iter().map(|c| c.text).collect()).collect();
        (texts, out.iter().map(|d| d.code).collect())
    }

    #[test]
    fn spreadsheet_files_are_read_with_bom_quotes_and_any_line_end() {
        let (records, problems) = texts("\u{feff}from,to\r\n\"a,\"\"b\",1\r\n\r\n2,\"x\ny\"");
        assert_eq!(records, [["from", "to"], ["a,\"b", "1"], ["2", "x\ny"]]);
        assert!(problems.is_empty());
        assert_eq!(texts("from;to\n1,5;2\n").0[1], ["1,5", "2"]);
    }

    #[test]
    fn broken_lines_are_errors_and_never_half_read() {
        let (records, problems) = texts("from,to\n1,2,3\na\"b,2\n\"x\"y,3\nok,1\n\"open,1\n");
        assert_eq!(records, [["from", "to"], ["ok", "1"]]);
        assert_eq!(problems, ["crosswalk-ragged", "crosswalk-quote", "crosswalk-quote", "crosswalk-quote"]);
    }
}
