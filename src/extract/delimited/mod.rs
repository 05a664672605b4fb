//! Delimited text: strict, parallel, and the same for any number of threads and any size of chunk.

mod header;
mod marks;
mod merge;
mod parse;
mod plain;
mod rules;
mod scan;
mod split;

use std::io::Read;

use self::merge::{Merger, Outcome};
use self::rules::{LineEnd, Rules};
use self::scan::{Scanner, Step};
use self::split::{Chunk, Splitter};
use super::body::decoded;
use super::build::Builder;
use super::encoding::Coding;
use super::source::Source;
use super::{Delimited, Encoding, FixedWidth, FoundFile, Header, Progress};
use crate::error::Error;

/// Bytes that one worker parses at a time.
pub(super) const CHUNK: usize = 8 << 20;

/// Reads one file of fixed positions into the table: the same machine, but fields are cut by character.
///
/// # Errors
/// As [`read`].
pub(super) fn read_fixed(
    builder: &mut Builder<'_>,
    file: &FoundFile,
    fixed: &FixedWidth,
    chunk: usize,
    progress: &dyn Progress,
) -> Result<(), Error> {
    let layout = Delimited {
        delimiter: b'\n',
        quote: None,
        header: Header::Declared(fixed.columns.iter().map(|(name, _, _)| name.clone()).collect()),
        repeated_header: false,
        footer_rows: 0,
        comment: None,
        trailing_delimiter: false,
        blank_lines: false,
    };
    read_shaped(builder, file, (&layout, Some(fixed)), chunk, progress)
}

/// Reads one file into the table.
///
/// # Errors
/// When the file can not be read to its end, or its header is not what the mapping wants.
pub(super) fn read(
    builder: &mut Builder<'_>,
    file: &FoundFile,
    layout: &Delimited,
    chunk: usize,
    progress: &dyn Progress,
) -> Result<(), Error> {
    read_shaped(builder, file, (layout, None), chunk, progress)
}

/// A layout, and positions where fields are cut by them.
type Shape<'l> = (&'l Delimited, Option<&'l FixedWidth>);

fn read_shaped(
    builder: &mut Builder<'_>,
    file: &FoundFile,
    shape: Shape<'_>,
    chunk: usize,
    progress: &dyn Progress,
) -> Result<(), Error> {
    let declared = builder.layout.encoding.clone();
    let mark = builder.mark();
    if attempt(builder, file, shape, chunk, &declared, progress)? == Outcome::NotUtf8 {
        builder.rollback(&mark);
        let text = "no encoding is declared and the file is not UTF-8: it was read as windows-1252; \
                    declare encoding = \"windows-1252\" (or what it is) in the mapping";
        builder.notice(file, "encoding-guessed", text, true);
        attempt(builder, file, shape, chunk, &Encoding::Named("windows-1252".into()), progress)?;
    }
    Ok(())
}

fn attempt(
    builder: &mut Builder<'_>,
    file: &FoundFile,
    shape: Shape<'_>,
    chunk: usize,
    declared: &Encoding,
    progress: &dyn Progress,
) -> Result<Outcome, Error> {
    let before = builder.mark();
    let position = builder.open_file(file);
    let mut source = Source::open(file, progress)?;
    let (outcome, had_header) = {
        let (body, coding, bom) = decoded(builder, file, declared, &mut source)?;
        let (layout, fixed) = shape;
        let hold = layout.footer_rows > 0;
        let mut splitter = Splitter::open(body, chunk, layout.quote, hold).map_err(|e| Error::read(&file.path, e))?;
        let mut rules = Rules::new(layout, splitter.end);
        rules.fixed = fixed.cloned();
        let first = begin(builder, file, layout, &mut splitter, &mut rules, coding)?;
        let Some((first, mut merger)) = first else { return Ok(Outcome::NotUtf8) };
        merger.skip_bytes(bom);
        let had_header = merger.had_header;
        (merger.run(builder, file, position, splitter, first)?, had_header)
    };
    if outcome == Outcome::Done {
        builder.judge_emptiness(file, &before, had_header);
        builder.close_file(position, source.finish()?);
    }
    Ok(outcome)
}

/// The texts of the first well-formed records of a piece of decoded text, for guesses. `whole`: nothing follows it.
pub(super) fn sample_records(sample: &[u8], layout: &Delimited, limit: usize, whole: bool) -> Vec<Vec<String>> {
    let rules = Rules::new(layout, LineEnd::detect(sample, sample.len(), layout.quote));
    let mut scanner = Scanner::new(sample, &rules);
    let (mut records, mut at, mut scratch) = (Vec::new(), 0, Vec::new());
    while at < sample.len() && records.len() < limit {
        match scanner.step(at) {
            Step::Open { .. } => break,
            Step::Record { end, next } => {
                if end == next && !whole {
                    break;
                }
                let text = |field: &scan::Field| encoding_free(scanner.text(*field, &mut scratch));
                records.push(scanner.fields.iter().map(text).collect());
                at = next;
            }
            Step::Blank { next } | Step::Comment { next } | Step::Broken { next, .. } => at = next,
        }
    }
    records
}

/// Text of any bytes, for guesses only.
pub(super) fn encoding_free(bytes: &[u8]) -> String {
    Coding::Utf8 { guessing: true }.lossless(bytes)
}

/// Settles the columns; `None` when the encoding was guessed wrongly.
fn begin<'r, R: Read>(
    builder: &mut Builder<'_>,
    file: &FoundFile,
    layout: &Delimited,
    splitter: &mut Splitter<R>,
    rules: &'r mut Rules,
    coding: Coding,
) -> Result<Option<(Chunk, Merger<'r>)>, Error> {
    let mut head = header::Head::default();
    let mut first = None;
    match &layout.header {
        Header::Declared(names) => {
            let skipped = rules.fixed.as_ref().map_or(0, |fixed| fixed.header_rows);
            if skipped > 0 {
                head = header::skip(splitter, rules, coding, skipped, &file.path)?;
                first = Some(head.first_chunk());
            }
            rules.names.clone_from(names);
        }
        Header::Row(row) => {
            head = header::take(splitter, rules, coding, *row, &file.path)?;
            if head.not_utf8 {
                return Ok(None);
            }
            rules.names = std::mem::take(&mut head.names);
            first = Some(head.first_chunk());
        }
    }
    let had_header = !rules.names.is_empty() && matches!(layout.header, Header::Row(_));
    rules.wanted = if rules.names.is_empty() {
        vec![None; builder.columns.len()]
    } else {
        builder.match_headers(file, &rules.names)?
    };
    builder.accounting.headers += u64::from(had_header);
    builder.accounting.declared_out += head.declared_out;
    let decoded = first.is_some();
    let first = match first {
        Some(chunk) => chunk,
        None => {
            splitter.next().map_err(|e| Error::read(&file.path, e))?.unwrap_or(Chunk { bytes: Vec::new(), last: true })
        }
    };
    let first = if decoded { first } else { Chunk { bytes: coding.decode(first.bytes), ..first } };
    let merger = Merger::new(rules, coding, layout.footer_rows, had_header, (head.records, head.lines, head.bytes));
    Ok(Some((first, merger)))
}

#[cfg(test)]
mod tests;
