//! One chunk of a file to pieces of columns, places and rejects. Chunks are parsed by many threads at once; all
//! numbers are relative to the chunk until it is merged.

use super::plain::Plain;
use super::rules::Rules;
use super::scan::{Fault, MAX_FIELD, Scanner, Step, count_lines};
use crate::extract::encoding::{Coding, valid_len};
use crate::extract::intern::Piece;

/// Raw text of a reject beyond this many bytes is cut (only a quote that never closes is longer).
const MAX_RAW: usize = 1 << 20;

/// A refused record, relative to its chunk.
#[derive(Debug, Clone)]
pub(super) struct ChunkReject {
    /// Records before it in the chunk.
    pub(super) record: u64,
    /// Line ends before it in the chunk.
    pub(super) line: u64,
    /// Bytes of the chunk before it, as encoded in the file.
    pub(super) byte: u64,
    pub(super) column: Option<(usize, String)>,
    pub(super) kind: &'static str,
    pub(super) reason: String,
    pub(super) raw: String,
}

/// What a chunk holds.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) columns: Vec<Piece>,
    /// Records and lines before each row, in the chunk.
    pub(super) places: Vec<(u32, u32)>,
    pub(super) rejects: Vec<ChunkReject>,
    pub(super) records: u64,
    pub(super) lines: u64,
    pub(super) headers: u64,
    pub(super) declared_out: u64,
    /// Bytes read; fewer than given when the chunk ends inside a record that goes on.
    pub(super) consumed: usize,
    /// The chunk is not UTF-8 and nobody said that it would be.
    pub(super) not_utf8: bool,
    /// A column's dictionary is full (4 GiB of distinct text).
    pub(super) too_large: bool,
    /// A quote opened and did not close before the end of the file.
    pub(super) open_quote: bool,
    /// What is left out as a footer is well formed: it may be data.
    pub(super) footer_is_data: bool,
    /// Records that end in one byte (LF or CR), and in two (CR LF).
    pub(super) ends: (u64, u64),
    /// Where each record starts, when asked for.
    pub(super) starts: Vec<usize>,
}

/// How to parse a chunk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Job<'a> {
    pub(super) rules: &'a Rules,
    pub(super) coding: Coding,
    /// Nothing follows in the file.
    pub(super) last: bool,
    /// Collect the starts of records.
    pub(super) starts: bool,
}

/// Parses decoded bytes that begin at the start of a record.
pub(super) fn parse(bytes: &[u8], job: Job<'_>) -> Parsed {
    let whole = std::str::from_utf8(bytes).is_ok();
    if !whole && job.coding == (Coding::Utf8 { guessing: true }) {
        return Parsed { not_utf8: true, ..Parsed::default() };
    }
    let clean = whole && memchr::memchr(0, bytes).is_none();
    let mut parser = Parser {
        bytes,
        job,
        clean,
        scanner: Scanner::new(bytes, job.rules),
        plain: Plain::new(bytes, job.rules),
        scratch: Vec::new(),
        counted: (0, 0),
        out: Parsed::default(),
    };
    // Room for all rows at once: growing copies every code of a chunk once more.
    let rows = count_lines(bytes, job.rules.end) as usize + 1;
    let columns = job.rules.wanted.len();
    parser.out.columns.extend((0..columns).map(|_| Piece { codes: Vec::with_capacity(rows), ..Piece::default() }));
    if columns > 0 {
        parser.out.places.reserve(rows);
    }
    parser.run();
    parser.out
}

struct Parser<'a> {
    bytes: &'a [u8],
    job: Job<'a>,
    /// No NUL and no broken byte in the chunk: the usual case, which spares a look at every record.
    clean: bool,
    scanner: Scanner<'a>,
    plain: Plain<'a>,
    scratch: Vec<u8>,
    /// Bytes of the chunk already measured for rejects, and their length in the file.
    counted: (usize, u64),
    out: Parsed,
}

impl Parser<'_> {
    fn run(&mut self) {
        let mut at = 0;
        let all_usual = self.clean && !self.job.starts && !self.out.columns.is_empty();
        while at < self.bytes.len() {
            if all_usual {
                at = self.usual(at);
                if at == self.bytes.len() {
                    break;
                }
            }
            let step = self.scanner.step(at);
            if let Step::Record { end, next } = step
                && !self.job.last
                && end == next
            {
                // No line end yet: the record goes on in the next chunk.
                break;
            }
            let next = match step {
                Step::Record { next, .. } | Step::Blank { next } | Step::Comment { next } => next,
                Step::Broken { next, .. } => next,
                Step::Open { field, at: opened } => {
                    if self.job.last {
                        self.open_quote(at, field, opened);
                        at = self.bytes.len();
                    }
                    break;
                }
            };
            if self.job.starts {
                self.out.starts.push(at);
            }
            let mut lines = 1;
            match step {
                Step::Record { end, .. } => {
                    self.out.ends.0 += u64::from(next - end == 1);
                    self.out.ends.1 += u64::from(next - end == 2);
                    if self.scanner.fields.iter().any(|f| f.quoted) {
                        lines = count_lines(&self.bytes[at..next], self.job.rules.end).max(1);
                    }
                    self.record(at, end);
                }
                Step::Blank { .. } if self.job.rules.blank_lines => self.out.declared_out += 1,
                Step::Blank { .. } => {
                    let reason = "a line without a character (declare blank_lines = true if that is meant)".into();
                    self.reject(at, at, Fault { kind: "blank-line", reason, field: None, at });
                }
                Step::Comment { .. } => self.out.declared_out += 1,
                Step::Broken { fault, .. } => {
                    lines = count_lines(&self.bytes[at..next], self.job.rules.end).max(1);
                    self.reject(at, next, fault);
                }
                Step::Open { .. } => {}
            }
            self.out.records += 1;
            self.out.lines += lines;
            at = next;
        }
        self.out.consumed = at;
    }

    /// Reads the usual records that start here; returns where they end.
    fn usual(&mut self, start: usize) -> usize {
        let Parsed { columns, places, records, lines, .. } = &mut self.out;
        let stretch = self.plain.read(start, columns, || {
            places.push((*records as u32, *lines as u32));
            *records += 1;
            *lines += 1;
        });
        self.out.too_large |= stretch.too_large;
        self.out.ends.0 += stretch.ends.0;
        self.out.ends.1 += stretch.ends.1;
        stretch.next
    }

    /// A record that follows the grammar: does it also follow the declaration?
    fn record(&mut self, start: usize, end: usize) {
        if let Some(fault) = self.fault(start, end) {
            self.reject(start, end, fault);
        } else if self.is_header() {
            if self.job.rules.repeated_header {
                self.out.headers += 1;
            } else {
                let reason = "the header again (declare repeated_header = true if the export repeats it)".into();
                self.reject(start, end, Fault { kind: "repeated-header", reason, field: None, at: start });
            }
        } else {
            self.row();
        }
    }

    fn fault(&self, start: usize, end: usize) -> Option<Fault> {
        let fields = &self.scanner.fields;
        if !self.clean
            && let Some(fault) = self.broken_bytes(start, end)
        {
            return Some(fault);
        }
        if let Some(fault) = self.ragged(end) {
            return Some(fault);
        }
        if end - start > MAX_FIELD
            && let Some(long) = fields.iter().position(|f| f.end - f.start > MAX_FIELD)
        {
            let length = fields[long].end - fields[long].start;
            let reason = format!("a field of {length} bytes; the limit is {MAX_FIELD}");
            return Some(Fault { kind: "field-too-long", reason, field: Some(long), at: fields[long].start });
        }
        None
    }

    fn ragged(&self, end: usize) -> Option<Fault> {
        if self.job.rules.fixed.is_some() {
            return None;
        }
        let fields = &self.scanner.fields;
        let names = self.job.rules.names.len();
        let expected = names + usize::from(self.job.rules.trailing_delimiter);
        let found = fields.len();
        let last_empty = fields.last().is_some_and(|f| f.start == f.end && !f.quoted);
        if found == expected && (!self.job.rules.trailing_delimiter || last_empty) {
            return None;
        }
        let hint = if found == names + 1 && last_empty && !self.job.rules.trailing_delimiter {
            "; if every record ends in one more delimiter, declare trailing_delimiter = true"
        } else {
            ""
        };
        let reason = if found == expected {
            format!("expected a delimiter at the end of the record after {names} fields, found {found} fields")
        } else {
            format!("expected {expected} fields, found {found}{hint}")
        };
        let field = (found < expected).then_some(found).or(Some(expected));
        Some(Fault { kind: "ragged-row", reason, field: field.filter(|f| *f < names), at: end })
    }

    fn broken_bytes(&self, start: usize, end: usize) -> Option<Fault> {
        let record = &self.bytes[start..end];
        let valid = valid_len(record);
        let zero = memchr::memchr(0, record);
        let (at, kind, what) = match zero {
            Some(zero) if zero < valid => (start + zero, "nul", "a NUL character".to_owned()),
            _ if valid < record.len() => {
                (start + valid, "undecodable", format!("bytes that are not {}", self.job.coding.name()))
            }
            _ => return None,
        };
        let field = self.scanner.fields.iter().position(|f| f.end >= at);
        let offset = self.job.coding.encoded_len(&self.bytes[start..at]);
        Some(Fault { kind, reason: format!("{what}, {offset} bytes after the start of the record"), field, at })
    }

    /// True when the record is the header once more.
    fn is_header(&mut self) -> bool {
        let names = &self.job.rules.names;
        let fields = &self.scanner.fields;
        let Some(first) = names.first() else { return false };
        if self.job.rules.fixed.is_some() {
            return false;
        }
        if fields[0].end - fields[0].start != first.len() && !fields[0].escaped {
            return false;
        }
        let scratch = &mut self.scratch;
        names.iter().zip(fields).all(|(name, field)| self.scanner.text(*field, scratch) == name.as_bytes())
    }

    fn row(&mut self) {
        for (piece, position) in self.out.columns.iter_mut().zip(&self.job.rules.wanted) {
            let code = match position {
                Some(position) => {
                    let field = self.scanner.fields[*position];
                    if field.escaped {
                        piece.dictionary.code(self.scanner.text(field, &mut self.scratch))
                    } else {
                        piece.dictionary.code_in(self.bytes, field.start, field.end)
                    }
                }
                None => piece.dictionary.code(b""),
            };
            match code {
                Some(code) => piece.codes.push(code),
                None => self.out.too_large = true,
            }
        }
        self.out.places.push((self.out.records as u32, self.out.lines as u32));
    }

    fn open_quote(&mut self, start: usize, field: usize, opened: usize) {
        let lines = count_lines(&self.bytes[start..], self.job.rules.end);
        let column = count_lines(&self.bytes[start..opened], self.job.rules.end);
        let reason = format!(
            "a quote opens in field {} ({} lines below the start of the record) and never closes: \
             the rest of the file, {lines} more line ends, was not read",
            field + 1,
            column,
        );
        self.reject(start, self.bytes.len(), Fault { kind: "open-quote", reason, field: Some(field), at: opened });
        self.out.open_quote = true;
        self.out.records += 1;
        self.out.lines += lines.max(1);
        if self.job.starts {
            self.out.starts.push(start);
        }
    }

    fn reject(&mut self, start: usize, end: usize, fault: Fault) {
        let end = if fault.kind == "open-quote" { end } else { trim_line_end(self.bytes, start, end) };
        let cut = end.min(start + MAX_RAW);
        let mut raw = self.job.coding.lossless(&self.bytes[start..cut]);
        let mut reason = fault.reason;
        if cut < end {
            reason.push_str(&format!(" (the raw text shows the first {MAX_RAW} bytes)"));
        }
        raw.shrink_to_fit();
        let (from, length) = self.counted;
        self.counted = (start, length + self.job.coding.encoded_len(&self.bytes[from..start]));
        self.out.rejects.push(ChunkReject {
            record: self.out.records,
            line: self.out.lines,
            byte: self.counted.1,
            column: fault.field.and_then(|field| self.job.rules.column(field)),
            kind: fault.kind,
            reason,
            raw,
        });
    }
}

fn trim_line_end(bytes: &[u8], start: usize, mut end: usize) -> usize {
    if end > start && bytes[end - 1] == b'\n' {
        end -= 1;
    }
    if end > start && bytes[end - 1] == b'\r' {
        end -= 1;
    }
    end
}
