//! The strict state machine of RFC 4180: where one record's fields begin and end, or what is wrong with it.

use memchr::{memchr, memchr2};

use super::rules::{LineEnd, Rules};
use crate::extract::FixedWidth;

/// Longest field, in bytes (S29).
pub(super) const MAX_FIELD: usize = 1 << 20;
/// Most fields of a record (S29).
pub(super) const MAX_COLUMNS: usize = 4_096;

/// One field: its bytes without the quotes around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Holds doubled quotes.
    pub(super) escaped: bool,
    /// Stood in quotes.
    pub(super) quoted: bool,
}

/// What is wrong with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) kind: &'static str,
    /// Without student data.
    pub(super) reason: String,
    /// Position of the field, from nought.
    pub(super) field: Option<usize>,
    /// Byte in the chunk.
    pub(super) at: usize,
}

/// What stands at a place of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A record that follows the grammar; the fields are in the scanner.
    Record { end: usize, next: usize },
    /// A line without a character.
    Blank { next: usize },
    /// A declared comment.
    Comment { next: usize },
    /// A record that breaks the grammar; reading goes on at the next line.
    Broken { fault: Fault, next: usize },
    /// The bytes end inside a quoted field that opened here.
    Open { field: usize, at: usize },
}

/// The scanner and the fields of the last record.
#[derive(Debug)]
pub(super) struct Scanner<'a> {
    bytes: &'a [u8],
    rules: &'a Rules,
    pub(super) fields: Vec<Field>,
}

/// How a field ended.
enum Ended {
    /// At a delimiter; the next field starts here.
    Field(usize),
    /// At the end of the record: of its text, of its line.
    Record(usize, usize),
    Fault(&'static str, String, usize),
    Open(usize),
}

impl<'a> Scanner<'a> {
    pub(super) fn new(bytes: &'a [u8], rules: &'a Rules) -> Self {
        Self { bytes, rules, fields: Vec::with_capacity(rules.names.len().max(16)) }
    }

    /// Reads what starts at `start`, which is before the end of the bytes.
    #[inline]
    pub(super) fn step(&mut self, start: usize) -> Step {
        self.fields.clear();
        if Some(self.bytes[start]) == self.rules.comment {
            return Step::Comment { next: self.line_after(start) };
        }
        if let Some(length) = self.line_end(start) {
            return Step::Blank { next: start + length };
        }
        if let Some(fixed) = &self.rules.fixed {
            return self.fixed(start, fixed);
        }
        let mut at = start;
        loop {
            let quoted = self.bytes.get(at).copied().is_some_and(|b| Some(b) == self.rules.quote);
            let ended = if quoted { self.quoted(at) } else { self.plain(at) };
            match ended {
                Ended::Field(next) => at = next,
                Ended::Record(end, next) => return Step::Record { end, next },
                Ended::Open(at) => return Step::Open { field: self.fields.len(), at },
                Ended::Fault(kind, reason, at) => {
                    let fault = Fault { kind, reason, field: Some(self.fields.len()), at };
                    return Step::Broken { fault, next: self.line_after(at) };
                }
            }
            if self.fields.len() > MAX_COLUMNS {
                let reason = format!("more than {MAX_COLUMNS} fields in one record");
                let fault = Fault { kind: "too-many-columns", reason, field: None, at };
                return Step::Broken { fault, next: self.line_after(at) };
            }
        }
    }

    /// A line whose fields stand at fixed positions, padded with blanks.
    fn fixed(&mut self, start: usize, layout: &FixedWidth) -> Step {
        let found = memchr2(b'\n', b'\r', &self.bytes[start..]).map(|offset| start + offset);
        let (end, next) = match found {
            None => (self.bytes.len(), self.bytes.len()),
            Some(at) => match self.line_end(at) {
                Some(length) => (at, at + length),
                None => {
                    let reason = "a line end of another kind than the file's inside a line".into();
                    let fault = Fault { kind: "lone-cr", reason, field: None, at };
                    return Step::Broken { fault, next: self.line_after(at) };
                }
            },
        };
        let line = &self.bytes[start..end];
        // Where each character starts; bytes stand for themselves when they are no text (the record is then refused).
        let starts: Option<Vec<usize>> = (!line.is_ascii())
            .then(|| std::str::from_utf8(line).ok().map(|text| text.char_indices().map(|(at, _)| at).collect()))
            .flatten();
        let length = starts.as_ref().map_or(line.len(), Vec::len);
        if let Some(expected) = layout.length.filter(|expected| *expected as usize != length) {
            let reason = format!("expected a line of {expected} characters, found {length}");
            let fault = Fault { kind: "line-length", reason, field: None, at: start };
            return Step::Broken { fault, next };
        }
        let byte_of = |character: usize| match &starts {
            Some(starts) => starts.get(character).copied().unwrap_or(line.len()),
            None => character.min(line.len()),
        };
        for (_, first, last) in &layout.columns {
            let (from, to) = (byte_of(first.saturating_sub(1) as usize), byte_of(*last as usize));
            let field = line.get(from..to).unwrap_or_default();
            let left = field.iter().take_while(|b| **b == b' ').count();
            let right = field[left..].iter().rev().take_while(|b| **b == b' ').count();
            self.push(start + from + left, start + to - right, false, false);
        }
        Step::Record { end, next }
    }

    /// A field that does not start with a quote.
    #[inline]
    fn plain(&mut self, start: usize) -> Ended {
        let at = start + self.rules.plain_length(&self.bytes[start..]);
        let Some(&byte) = self.bytes.get(at) else {
            self.push(start, at, false, false);
            return Ended::Record(at, at);
        };
        if byte == self.rules.delimiter {
            self.push(start, at, false, false);
            return Ended::Field(at + 1);
        }
        if let Some(length) = self.line_end(at) {
            self.push(start, at, false, false);
            return Ended::Record(at, at + length);
        }
        let (kind, reason) = match byte {
            b'\r' => ("lone-cr", "a carriage return inside an unquoted field, in a file whose lines end in LF"),
            b'\n' => ("lone-lf", "a line feed inside an unquoted field, in a file whose lines end in CR"),
            _ => ("quote-in-unquoted", "a quote inside a field that does not start with one"),
        };
        Ended::Fault(kind, reason.into(), at)
    }

    /// A field that starts with a quote.
    fn quoted(&mut self, start: usize) -> Ended {
        let quote = self.bytes[start];
        let (mut at, mut escaped) = (start + 1, false);
        let close = loop {
            let Some(offset) = memchr(quote, &self.bytes[at..]) else { return Ended::Open(start) };
            at += offset;
            if self.bytes.get(at + 1) != Some(&quote) {
                break at;
            }
            escaped = true;
            at += 2;
        };
        let after = close + 1;
        match self.bytes.get(after) {
            None => {
                self.push(start + 1, close, escaped, true);
                Ended::Record(after, after)
            }
            Some(byte) if *byte == self.rules.delimiter => {
                self.push(start + 1, close, escaped, true);
                Ended::Field(after + 1)
            }
            Some(_) => match self.line_end(after) {
                Some(length) => {
                    self.push(start + 1, close, escaped, true);
                    Ended::Record(after, after + length)
                }
                None => Ended::Fault("text-after-quote", "text after the quote that closes a field".into(), after),
            },
        }
    }

    #[inline]
    fn push(&mut self, start: usize, end: usize, escaped: bool, quoted: bool) {
        self.fields.push(Field { start, end, escaped, quoted });
    }

    /// Length of the line end that starts here, if one does.
    #[inline]
    fn line_end(&self, at: usize) -> Option<usize> {
        match (self.rules.end, self.bytes.get(at)?) {
            (LineEnd::Lf, b'\n') | (LineEnd::Cr, b'\r') => Some(1),
            (LineEnd::Lf, b'\r') if self.bytes.get(at + 1) == Some(&b'\n') => Some(2),
            _ => None,
        }
    }

    /// Where the next line starts, quotes not minded.
    fn line_after(&self, at: usize) -> usize {
        memchr(self.rules.end.byte(), &self.bytes[at..]).map_or(self.bytes.len(), |offset| at + offset + 1)
    }

    /// The text of a field of the last record, doubled quotes made one.
    pub(super) fn text<'b>(&self, field: Field, scratch: &'b mut Vec<u8>) -> &'b [u8]
    where
        'a: 'b,
    {
        let bytes: &'a [u8] = &self.bytes[field.start..field.end];
        if !field.escaped {
            return bytes;
        }
        unescape(bytes, self.rules.quote.unwrap_or(b'"'), scratch);
        scratch
    }
}

fn unescape(bytes: &[u8], quote: u8, scratch: &mut Vec<u8>) {
    scratch.clear();
    let mut rest = bytes;
    while let Some(at) = memchr(quote, rest) {
        scratch.extend_from_slice(&rest[..=at]);
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    scratch.extend_from_slice(rest);
}

/// Line ends in a piece of text (CR LF is one), for line numbers.
pub(super) fn count_lines(bytes: &[u8], end: LineEnd) -> u64 {
    memchr::memchr_iter(end.byte(), bytes).count() as u64
}
