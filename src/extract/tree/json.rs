//! JSON documents and JSON lines, record by record.

use std::io::Read;

use super::json_parser::{Fault, Parser, parse};
use super::rows::{Place, Rows};
use crate::error::Error;
use crate::extract::body::decoded;
use crate::extract::build::Builder;
use crate::extract::encoding::valid_len;
use crate::extract::source::Source;
use crate::extract::{FoundFile, Progress};

/// Largest document, in bytes; JSON lines have no limit but that of memory for one file.
const MAX_DOCUMENT: u64 = 2 << 30;

/// Reads one file.
///
/// # Errors
/// When it can not be read, is no JSON where the whole document is one value, or lacks a wanted path.
pub(in crate::extract) fn read(
    builder: &mut Builder<'_>,
    file: &FoundFile,
    (records, lines, explode): (&str, bool, Option<&str>),
    progress: &dyn Progress,
) -> Result<(), Error> {
    let before = builder.mark();
    let position = builder.open_file(file);
    let mut source = Source::open(file, progress)?;
    let mut bytes = Vec::new();
    let declared = builder.layout.encoding.clone();
    let (body, coding) = {
        let (body, coding, _) = decoded(builder, file, &declared, &mut source)?;
        (body, coding)
    };
    body.take(MAX_DOCUMENT + 1).read_to_end(&mut bytes).map_err(|e| Error::read(&file.path, e))?;
    if bytes.len() as u64 > MAX_DOCUMENT {
        return Err(input(file, format!("the document is larger than {MAX_DOCUMENT} bytes"), "split the export"));
    }
    let bytes = coding.decode(bytes);
    let mut rows = Rows::new(builder, file, position, explode);
    if lines || has_lines(file) {
        read_lines(builder, &mut rows, &bytes, coding)?;
    } else {
        let text = std::str::from_utf8(&bytes).map_err(|error| {
            let line = 1 + memchr::memchr_iter(b'\n', &bytes[..error.valid_up_to()]).count();
            input(file, format!("line {line}: bytes that are not {}", coding.name()), "declare the encoding")
        })?;
        read_document(builder, &mut rows, file, text, records)?;
    }
    rows.finish(builder)?;
    builder.judge_emptiness(file, &before, bytes.iter().any(|b| !b.is_ascii_whitespace()));
    builder.close_file(position, source.finish()?);
    Ok(())
}

/// One table may come as pages (`.json`) or as one object a line (`.jsonl`, `.ndjson`), whoever exported it.
fn has_lines(file: &FoundFile) -> bool {
    let name = file.member.as_deref().unwrap_or(&file.name).to_ascii_lowercase();
    let plain = [".gz", ".zst"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
    [".jsonl", ".ndjson"].iter().any(|ending| plain.ends_with(ending))
}

fn read_lines(
    builder: &mut Builder<'_>,
    rows: &mut Rows<'_>,
    bytes: &[u8],
    coding: crate::extract::encoding::Coding,
) -> Result<(), Error> {
    let mut at = 0;
    let mut number = 0;
    while at < bytes.len() {
        let end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |offset| at + offset);
        let line = bytes[at..end].strip_suffix(b"\r").unwrap_or(&bytes[at..end]);
        number += 1;
        let place = Place { record: number, line: number, byte: coding.encoded_len(&bytes[..at]) };
        match std::str::from_utf8(line) {
            Err(_) => {
                let reason = format!("bytes that are not {}, {} bytes after the start", coding.name(), valid_len(line));
                rows.refuse(builder, place, &coding.lossless(line), None, "undecodable", reason)?;
            }
            Ok(text) if text.trim().is_empty() => {
                rows.refuse(builder, place, text, None, "blank-line", "a line without a value".into())?;
            }
            Ok(text) => match parse(text) {
                Ok(node) => rows.record(builder, &node, place, text)?,
                Err(Fault { kind, what, at }) => {
                    let reason = format!("{what}, {at} bytes after the start of the line");
                    rows.refuse(builder, place, text, None, kind, reason)?;
                }
            },
        }
        at = end + 1;
    }
    Ok(())
}

fn read_document(
    builder: &mut Builder<'_>,
    rows: &mut Rows<'_>,
    file: &FoundFile,
    text: &str,
    pointer: &str,
) -> Result<(), Error> {
    if text.trim().is_empty() {
        return Ok(());
    }
    let mut parser = Parser::new(text);
    let mut place = Place { record: 0, line: 1, byte: 0 };
    let mut counted = 0;
    let mut failed = None;
    let mut found = false;
    parser
        .seek(&path_of(pointer), &mut found, &mut |start, end, node| {
            place.line += memchr::memchr_iter(b'\n', &text.as_bytes()[counted..start]).count() as u64;
            (counted, place.record, place.byte) = (start, place.record + 1, start as u64);
            let result = match node {
                Ok(node) => rows.record(builder, &node, place, &text[start..end]),
                Err(fault) => rows.refuse(builder, place, &text[start..end], None, fault.kind, fault.what.into()),
            };
            failed = failed.take().or(result.err());
        })
        .map_err(|fault| {
            let before = &text[..fault.at];
            let line = 1 + before.matches('\n').count();
            let column = 1 + before.rsplit('\n').next().unwrap_or_default().chars().count();
            let what = format!("line {line}, column {column}: {}", fault.what);
            input(
                file,
                what,
                "ask for the export again; it is no whole JSON document (for one object a line: json-lines)",
            )
        })?;
    if let Some(error) = failed {
        return Err(error);
    }
    if !found {
        let what = format!("the document has no array at \"{pointer}\"");
        return Err(input(file, what, "correct records = \"/path/to/array\" in the mapping"));
    }
    Ok(())
}

fn path_of(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect()
}

fn input(file: &FoundFile, what: String, fix: &str) -> Error {
    Error::Input { path: file.path.clone(), what, fix: fix.into(), source: None }
}
