//! Finds the header of a delimited file: its names, and where the data behind it begin.

use std::io::Read;
use std::path::Path;

use super::rules::Rules;
use super::scan::{Scanner, Step, count_lines};
use super::split::{Chunk, Splitter};
use crate::error::Error;
use crate::extract::encoding::Coding;

/// The header and what follows it.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// Column names; empty when the file ends before its header.
    pub(super) names: Vec<String>,
    /// Records before the data, the header included, and their lines.
    pub(super) records: u64,
    pub(super) lines: u64,
    /// Bytes before the data, as encoded in the file (without the byte order mark).
    pub(super) bytes: u64,
    /// Records before the header, comments and blank lines.
    pub(super) declared_out: u64,
    /// The decoded bytes behind the header.
    pub(super) rest: Vec<u8>,
    /// `rest` is all that is left of the file.
    pub(super) last: bool,
    /// The bytes are not UTF-8 and nobody said they would be.
    pub(super) not_utf8: bool,
}

/// Reads up to the record that is the header.
///
/// # Errors
/// When the file can not be read, or the header is not well formed.
pub(super) fn take<R: Read>(
    splitter: &mut Splitter<R>,
    rules: &Rules,
    coding: Coding,
    row: u32,
    path: &Path,
) -> Result<Head, Error> {
    let mut bytes = Vec::new();
    loop {
        let next = splitter.next().map_err(|e| Error::read(path, e))?;
        let last = next.as_ref().is_none_or(|chunk| chunk.last);
        bytes.extend(next.map_or_else(Vec::new, |chunk| coding.decode(chunk.bytes)));
        if let Some(head) = find(&bytes, rules, coding, row, last, path)? {
            return Ok(Head { last, ..head });
        }
    }
}

/// Leaves out lines before the first record, whatever they hold.
///
/// # Errors
/// When the file can not be read.
pub(super) fn skip<R: Read>(
    splitter: &mut Splitter<R>,
    rules: &Rules,
    coding: Coding,
    lines: u32,
    path: &Path,
) -> Result<Head, Error> {
    let mut head = Head::default();
    let mut bytes = Vec::new();
    loop {
        let next = splitter.next().map_err(|e| Error::read(path, e))?;
        head.last = next.as_ref().is_none_or(|chunk| chunk.last);
        bytes.extend(next.map_or_else(Vec::new, |chunk| coding.decode(chunk.bytes)));
        let ends = memchr::memchr_iter(rules.end.byte(), &bytes).map(|at| at + 1);
        let skipped = ends.take(lines as usize).collect::<Vec<_>>();
        if skipped.len() == lines as usize || head.last {
            let cut = if skipped.len() == lines as usize { skipped.last().copied().unwrap_or(0) } else { bytes.len() };
            let count = skipped.len() as u64 + u64::from(cut > skipped.last().copied().unwrap_or(0));
            (head.records, head.lines, head.declared_out) = (count, count, count);
            head.bytes = coding.encoded_len(&bytes[..cut]);
            head.rest = bytes.split_off(cut);
            return Ok(head);
        }
    }
}

/// `None` when more bytes are needed.
fn find(bytes: &[u8], rules: &Rules, coding: Coding, row: u32, last: bool, path: &Path) -> Result<Option<Head>, Error> {
    let mut scanner = Scanner::new(bytes, rules);
    let (mut head, mut at, mut seen) = (Head::default(), 0, 0);
    while at < bytes.len() {
        let step = scanner.step(at);
        let (next, counts) = match &step {
            Step::Comment { next } => (*next, false),
            Step::Blank { next } => (*next, !rules.blank_lines),
            Step::Record { end, next } if end == next && !last => return Ok(None),
            Step::Record { next, .. } | Step::Broken { next, .. } => (*next, true),
            Step::Open { .. } if !last => return Ok(None),
            Step::Open { .. } => return Err(malformed(path, head.records, "a quote opens and never closes")),
        };
        seen += u32::from(counts);
        head.records += 1;
        head.lines += count_lines(&bytes[at..next], rules.end).max(1);
        if counts && seen == row {
            if let Coding::Utf8 { guessing: true } = coding
                && std::str::from_utf8(&bytes[at..next]).is_err()
            {
                return Ok(Some(Head { not_utf8: true, ..head }));
            }
            head.names = match step {
                Step::Record { .. } => names(&scanner, bytes, path, head.records)?,
                Step::Broken { fault, .. } => return Err(malformed(path, head.records, &fault.reason)),
                _ => return Err(malformed(path, head.records, "the line is blank")),
            };
            if rules.trailing_delimiter && head.names.last().is_some_and(String::is_empty) {
                head.names.pop();
            }
            head.bytes = coding.encoded_len(&bytes[..next]);
            head.rest = bytes[next..].to_vec();
            return Ok(Some(head));
        }
        head.declared_out += 1;
        at = next;
    }
    Ok(last.then_some(head))
}

fn names(scanner: &Scanner<'_>, bytes: &[u8], path: &Path, record: u64) -> Result<Vec<String>, Error> {
    let mut scratch = Vec::new();
    let text = |field| {
        let name = scanner.text(field, &mut scratch);
        match std::str::from_utf8(name) {
            Ok(name) if !name.contains('\0') => Ok(name.to_owned()),
            _ => Err(malformed(path, record, "it holds bytes that can not be decoded, or NUL")),
        }
    };
    debug_assert!(!bytes.is_empty());
    scanner.fields.iter().copied().map(text).collect()
}

fn malformed(path: &Path, record: u64, why: &str) -> Error {
    Error::Input {
        path: path.to_owned(),
        what: format!("the header, record {record}, is not well formed: {why}"),
        fix: "correct delimiter, quote, encoding or header_row in the mapping, or ask for the export again".into(),
        source: None,
    }
}

/// Hands the bytes behind the header on as the first chunk.
impl Head {
    pub(super) fn first_chunk(&mut self) -> Chunk {
        Chunk { bytes: std::mem::take(&mut self.rest), last: self.last }
    }
}
