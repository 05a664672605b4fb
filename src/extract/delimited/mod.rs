//! Delimited text: strict, parallel, and the same for any number of threads and any size of chunk.

mod header;
mod merge;
mod parse;
mod rules;
mod scan;
mod split;
#[cfg(test)]
mod tests;

use std::io::{Cursor, Read};

use self::merge::{Merger, Outcome};
use self::rules::{LineEnd, Rules};
use self::scan::{Scanner, Step};
use self::split::{Chunk, Splitter};
use super::build::Builder;
use super::encoding::{self, Coding, Transcoder};
use super::source::Source;
use super::{Delimited, Encoding, FoundFile, Header, Progress};
use crate::error::Error;

/// Bytes that one worker parses at a time.
pub(super) const CHUNK: usize = 8 << 20;

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
    let declared = builder.layout.encoding.clone();
    let mark = builder.mark();
    if attempt(builder, file, layout, chunk, &declared, progress)? == Outcome::NotUtf8 {
        builder.rollback(&mark);
        let text = "no encoding is declared and the file is not UTF-8: it was read as windows-1252; \
                    declare encoding = \"windows-1252\" (or what it is) in the mapping";
        builder.notice(file, "encoding-guessed", text, true);
        attempt(builder, file, layout, chunk, &Encoding::Named("windows-1252".into()), progress)?;
    }
    Ok(())
}

fn attempt(
    builder: &mut Builder<'_>,
    file: &FoundFile,
    layout: &Delimited,
    chunk: usize,
    declared: &Encoding,
    progress: &dyn Progress,
) -> Result<Outcome, Error> {
    let before = builder.mark();
    let position = builder.open_file(file);
    let mut source = Source::open(file, progress)?;
    let (outcome, had_header) = {
        let (body, coding, bom) = decoded(builder, file, declared, &mut source)?;
        let hold = layout.footer_rows > 0;
        let mut splitter = Splitter::open(body, chunk, layout.quote, hold).map_err(|e| Error::read(&file.path, e))?;
        let mut rules = Rules::new(layout, splitter.end);
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

/// Takes the byte order mark off and puts a decoder before what can not be cut into chunks while encoded.
fn decoded<'s>(
    builder: &mut Builder<'_>,
    file: &FoundFile,
    declared: &Encoding,
    source: &'s mut Source<'_>,
) -> Result<(Box<dyn Read + Send + 's>, Coding, usize), Error> {
    let mut head = Vec::new();
    source.by_ref().take(4096).read_to_end(&mut head).map_err(|e| Error::read(&file.path, e))?;
    let detected = encoding::detect(&file.path, declared, &head)?;
    if detected.bom > 0 {
        let text = format!("the file starts with a byte order mark ({})", detected.coding.name());
        builder.notice(file, "bom", text, false);
    }
    let body = Cursor::new(head.split_off(detected.bom)).chain(source);
    Ok(match detected.coding {
        Coding::Stream(encoding) => (Box::new(Transcoder::new(body, encoding)), detected.coding, detected.bom),
        coding => (Box::new(body), coding, detected.bom),
    })
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
fn encoding_free(bytes: &[u8]) -> String {
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
        Header::Declared(names) => rules.names.clone_from(names),
        Header::Row(row) => {
            head = header::take(splitter, rules, coding, *row, &file.path)?;
            if head.not_utf8 {
                return Ok(None);
            }
            rules.names = std::mem::take(&mut head.names);
            first = Some(head.first_chunk());
        }
    }
    let had_header = !rules.names.is_empty() && first.is_some();
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
