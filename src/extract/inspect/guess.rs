//! Guesses format, delimiter and header of a file from its name and first bytes. A guess is shown to people; the
//! reader that feeds a verdict only follows what a mapping declares.

use std::io::Read;

use super::TextInspection;
use crate::error::Error;
use crate::extract::delimited::{encoding_free, sample_records};
use crate::extract::encoding::{self, Coding, Transcoder};
use crate::extract::source::Source;
use crate::extract::{Delimited, Encoding, Format, FoundFile, Header, Silent};

/// Bytes looked at.
const SAMPLE: u64 = 1 << 18;
/// Records looked at.
const RECORDS: usize = 200;
/// Delimiters that exports use, likelier first.
const DELIMITERS: [u8; 5] = [b',', b'\t', b'|', b'^', b';'];

/// What a file seems to be.
#[derive(Debug, Clone)]
pub(super) struct Guess {
    pub(super) format: Format,
    pub(super) columns: Vec<String>,
    pub(super) text: Option<TextInspection>,
}

/// Guesses what a file is.
///
/// # Errors
/// When it can not be opened.
pub(super) fn guess(file: &FoundFile) -> Result<Guess, Error> {
    let inner = file.member.as_deref().unwrap_or(&file.name).to_ascii_lowercase();
    let plain = [".gz", ".zst"].iter().find_map(|ending| inner.strip_suffix(ending)).unwrap_or(&inner);
    let ending = plain.rsplit_once('.').map_or("", |(_, ending)| ending);
    let format = match ending {
        "xlsx" | "xlsm" | "xls" | "ods" => Format::Workbook { sheet: None, header_row: 1 },
        "parquet" => Format::Parquet,
        "arrow" | "arrows" | "feather" | "ipc" => Format::Arrow,
        "xml" => Format::Xml { record: commonest_element(&sample(file)?), explode: None },
        "jsonl" | "ndjson" => Format::Json { records: String::new(), lines: true, explode: None },
        "json" => json(&sample(file)?),
        _ => return delimited(file),
    };
    Ok(Guess { format, columns: Vec::new(), text: None })
}

fn sample(file: &FoundFile) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let source = Source::open(file, &Silent)?;
    source.take(SAMPLE).read_to_end(&mut bytes).map_err(|e| Error::read(&file.path, e))?;
    Ok(bytes)
}

/// One object a line, an array, or an object that holds an array.
fn json(sample: &[u8]) -> Format {
    let text = encoding_free(sample);
    let first = text.trim_start().lines().next().unwrap_or_default().trim();
    let lines = first.starts_with('{') && first.ends_with('}');
    let records = match text.trim_start().starts_with('{') && !lines {
        true => array_key(&text).map_or_else(String::new, |key| format!("/{key}")),
        false => String::new(),
    };
    Format::Json { records, lines, explode: None }
}

/// The key before the first `[` of a document that is an object.
fn array_key(text: &str) -> Option<&str> {
    let before = text[..text.find('[')?].trim_end().strip_suffix(':')?.trim_end().strip_suffix('"')?;
    before.rsplit('"').next()
}

/// The local name that most often opens an element two deep, as far as the sample goes.
fn commonest_element(sample: &[u8]) -> String {
    let text = encoding_free(sample);
    let mut depth = 0usize;
    let mut counts: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for piece in text.split('<').skip(1) {
        if piece.starts_with(['?', '!']) {
            continue;
        }
        if piece.starts_with('/') {
            depth = depth.saturating_sub(1);
            continue;
        }
        let name = piece.split([' ', '>', '/', '\t', '\r', '\n']).next().unwrap_or_default();
        if depth == 1 {
            *counts.entry(name.rsplit(':').next().unwrap_or(name)).or_default() += 1;
        }
        let closed = piece.split('>').next().is_some_and(|tag| tag.ends_with('/'));
        depth += usize::from(!closed);
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map_or_else(|| "record".into(), |(name, _)| name.to_owned())
}

fn delimited(file: &FoundFile) -> Result<Guess, Error> {
    let mut source = Source::open(file, &Silent)?;
    let mut bytes = Vec::new();
    source.by_ref().take(SAMPLE).read_to_end(&mut bytes).map_err(|e| Error::read(&file.path, e))?;
    let detected = encoding::detect(&file.path, &Encoding::Auto, &bytes)?;
    let bytes = bytes.split_off(detected.bom);
    let whole = (bytes.len() as u64) < SAMPLE - 4;
    let sample = match detected.coding {
        Coding::Stream(encoding) => {
            let mut text = Vec::new();
            let mut transcoder = Transcoder::new(bytes.as_slice(), encoding);
            transcoder.read_to_end(&mut text).map_err(|e| Error::read(&file.path, e))?;
            text
        }
        coding => coding.decode(bytes),
    };
    let delimiter = DELIMITERS.into_iter().max_by_key(|d| score(&records(&sample, *d, whole), *d)).unwrap_or(b',');
    let records = records(&sample, delimiter, whole);
    let header = records.split_first().is_some_and(|(first, below)| looks_like_header(first, below));
    let first: &[String] = records.first().map_or(&[], Vec::as_slice);
    let columns = if header { first.to_vec() } else { (1..=first.len()).map(|n| format!("column_{n}")).collect() };
    let layout = Delimited {
        header: if header { Header::Row(1) } else { Header::Declared(columns.clone()) },
        ..plain(delimiter)
    };
    let text = TextInspection {
        encoding: detected.coding.name().into(),
        encoding_guessed: false,
        bom: detected.bom > 0,
        line_ends: line_ends(&sample),
        delimiter: char::from(delimiter).to_string(),
        quoted: memchr::memchr(b'"', &sample).is_some(),
        header,
    };
    Ok(Guess { format: Format::Delimited(layout), columns, text: Some(text) })
}

fn plain(delimiter: u8) -> Delimited {
    Delimited {
        delimiter,
        quote: Some(b'"'),
        header: Header::Row(1),
        repeated_header: false,
        footer_rows: 0,
        comment: None,
        trailing_delimiter: false,
        blank_lines: false,
    }
}

fn records(sample: &[u8], delimiter: u8, whole: bool) -> Vec<Vec<String>> {
    sample_records(sample, &plain(delimiter), RECORDS, whole)
}

/// Records of the commonest length above one, then that length, then the likelier delimiter.
fn score(records: &[Vec<String>], delimiter: u8) -> (usize, usize, usize) {
    let mut lengths: Vec<usize> = records.iter().map(Vec::len).filter(|n| *n > 1).collect();
    lengths.sort_unstable();
    let common = lengths.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0])).max();
    let rank = DELIMITERS.iter().rev().position(|d| *d == delimiter).unwrap_or(0);
    common.map_or((0, 0, rank), |(agreeing, length)| (agreeing, length, rank))
}

/// Names are distinct, not empty and hold a letter; a name such as `504` is one where the texts below it are no numbers.
fn looks_like_header(first: &[String], below: &[Vec<String>]) -> bool {
    let mut names: Vec<&str> = first.iter().map(String::as_str).collect();
    names.sort_unstable();
    names.dedup();
    let starts_with_digit = |text: &str| text.trim().starts_with(|c: char| c.is_ascii_digit());
    let named = |name: &str| name.chars().any(char::is_alphabetic) && !starts_with_digit(name);
    let odd: Vec<usize> = (0..first.len()).filter(|at| !named(&first[*at])).collect();
    let told_apart = |at: &usize| {
        let texts = || below.iter().filter_map(|row| row.get(*at)).filter(|text| !text.trim().is_empty());
        !first[*at].is_empty() && texts().next().is_some() && !texts().any(|text| starts_with_digit(text))
    };
    names.len() == first.len()
        && odd.len() * 5 <= first.len()
        && odd.iter().all(told_apart)
        && below.first().is_none_or(|second| second != first)
}

fn line_ends(sample: &[u8]) -> &'static str {
    let feeds = memchr::memchr_iter(b'\n', sample).count();
    let returns = memchr::memchr_iter(b'\r', sample).count();
    let pairs = memchr::memmem::find_iter(sample, b"\r\n").count();
    match (feeds, returns, pairs) {
        (0, 0, _) => "none",
        (f, r, p) if f == p && r == p => "CR LF",
        (_, 0, _) => "LF",
        (0, _, _) => "CR",
        _ => "mixed",
    }
}
