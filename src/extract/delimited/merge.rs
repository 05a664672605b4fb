//! Parses chunks on all threads and puts them together in the order of the file.

use std::io::Read;
use std::sync::mpsc::{Receiver, sync_channel};

use rayon::prelude::*;

use super::parse::{ChunkReject, Job, Parsed, parse};
use super::rules::Rules;
use super::scan::count_lines;
use super::split::{Chunk, MAX_RECORD, Splitter};
use crate::error::Error;
use crate::extract::build::Builder;
use crate::extract::encoding::Coding;
use crate::extract::{FoundFile, Reject};

/// How reading a file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// To the end.
    Done,
    /// It is not UTF-8 although nobody declared an encoding.
    NotUtf8,
}

/// What is known between two chunks of a file.
pub(super) struct Merger<'r> {
    rules: &'r Rules,
    coding: Coding,
    footer_rows: u32,
    pub(super) had_header: bool,
    /// Records, lines and bytes before the next chunk.
    records: u64,
    lines: u64,
    bytes: u64,
    /// The start of a record that goes on in the next chunk.
    carry: Vec<u8>,
    stopped: bool,
    /// Records that end in one byte, and in two.
    ends: (u64, u64),
}

/// A chunk with its text.
struct Text {
    bytes: Vec<u8>,
    last: bool,
    parsed: Parsed,
}

impl<'r> Merger<'r> {
    pub(super) fn new(
        rules: &'r Rules,
        coding: Coding,
        footer_rows: u32,
        had_header: bool,
        (records, lines, bytes): (u64, u64, u64),
    ) -> Self {
        let carry = Vec::new();
        Self { rules, coding, footer_rows, had_header, records, lines, bytes, carry, stopped: false, ends: (0, 0) }
    }

    /// Counts bytes before the header (the byte order mark).
    pub(super) fn skip_bytes(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// Reads the rest of the file: one thread reads, all others parse, this one merges.
    pub(super) fn run<R: Read + Send>(
        mut self,
        builder: &mut Builder<'_>,
        file: &FoundFile,
        position: u32,
        mut splitter: Splitter<R>,
        first: Chunk,
    ) -> Result<Outcome, Error> {
        let first_text = self.text(first.bytes, first.last);
        if let Some(outcome) = self.settle(builder, file, position, vec![first_text])? {
            return Ok(outcome);
        }
        if self.stopped {
            return Ok(Outcome::Done);
        }
        let threads = rayon::current_num_threads();
        std::thread::scope(|scope| {
            let (send, receive) = sync_channel(threads);
            let reader = scope.spawn(move || -> std::io::Result<()> {
                while let Some(chunk) = splitter.next()? {
                    if send.send(chunk).is_err() {
                        break;
                    }
                }
                Ok(())
            });
            let outcome = self.consume(builder, file, position, receive, threads);
            match reader.join() {
                Ok(Ok(())) => outcome,
                Ok(Err(error)) => Err(Error::read(&file.path, error)),
                Err(_) => Err(Error::Bug("the thread that reads a file stopped".into())),
            }
        })
    }

    fn consume(
        &mut self,
        builder: &mut Builder<'_>,
        file: &FoundFile,
        position: u32,
        chunks: Receiver<Chunk>,
        threads: usize,
    ) -> Result<Outcome, Error> {
        loop {
            let batch: Vec<Chunk> = chunks.iter().take(threads).collect();
            if self.stopped {
                return Ok(Outcome::Done);
            }
            if batch.is_empty() {
                // Only the last chunk ends a file; the reader's own error, if any, is told instead.
                return Err(Error::Bug("the end of a file was not reached".into()));
            }
            let this = &*self;
            let texts = batch.into_par_iter().map(|c| this.text(this.coding.decode(c.bytes), c.last)).collect();
            if let Some(outcome) = self.settle(builder, file, position, texts)? {
                return Ok(outcome);
            }
        }
    }

    fn text(&self, bytes: Vec<u8>, last: bool) -> Text {
        let parsed = self.parse(&bytes, last);
        Text { bytes, last, parsed }
    }

    /// Parses a chunk; in the last one the footer is cut off first.
    fn parse(&self, bytes: &[u8], last: bool) -> Parsed {
        let job = Job { rules: self.rules, coding: self.coding, last, starts: false };
        if !last || self.footer_rows == 0 {
            return parse(bytes, job);
        }
        let bare = Rules { wanted: Vec::new(), ..self.rules.clone() };
        let dry = Job { rules: &bare, starts: true, ..job };
        let whole = parse(bytes, dry);
        if whole.open_quote {
            // The quote swallowed the footer, if there is one: nothing may be left out silently.
            return parse(bytes, job);
        }
        let footers = whole.starts.len().min(self.footer_rows as usize);
        let cut = whole.starts.get(whole.starts.len() - footers).copied().unwrap_or(bytes.len());
        let mut parsed = parse(&bytes[..cut], job);
        parsed.footer_is_data = self.rules.names.len() > 1 && !parse(&bytes[cut..], dry).places.is_empty();
        parsed.records += footers as u64;
        parsed.declared_out += footers as u64;
        parsed.lines += count_lines(&bytes[cut..], self.rules.end);
        parsed.consumed = bytes.len();
        parsed
    }

    /// Puts parsed chunks into the table, in order.
    fn settle(
        &mut self,
        builder: &mut Builder<'_>,
        file: &FoundFile,
        position: u32,
        texts: Vec<Text>,
    ) -> Result<Option<Outcome>, Error> {
        let mut ready: Vec<Parsed> = Vec::with_capacity(texts.len());
        for text in texts {
            if self.stopped {
                break;
            }
            let Text { bytes, last, parsed } = text;
            let (bytes, mut parsed) = if self.carry.is_empty() {
                (bytes, parsed)
            } else {
                // The guess of the splitter was wrong, or the record is long.
                let mut joined = std::mem::take(&mut self.carry);
                joined.extend(bytes);
                let parsed = self.parse(&joined, last);
                (joined, parsed)
            };
            if parsed.not_utf8 {
                return Ok(Some(Outcome::NotUtf8));
            }
            if parsed.too_large {
                return Err(builder.too_large());
            }
            self.place(builder, position, &parsed)?;
            self.refuse(builder, file, &mut parsed)?;
            self.advance(builder, file, &bytes, last, &parsed)?;
            ready.push(parsed);
        }
        let full = builder
            .columns
            .par_iter_mut()
            .enumerate()
            .any(|(index, column)| ready.iter().any(|parsed| column.append(&parsed.columns[index]).is_none()));
        if full { Err(builder.too_large()) } else { Ok(None) }
    }

    fn place(&self, builder: &mut Builder<'_>, position: u32, parsed: &Parsed) -> Result<(), Error> {
        let accounted = parsed.places.len() as u64 + parsed.rejects.len() as u64 + parsed.headers + parsed.declared_out;
        if accounted != parsed.records {
            return Err(Error::Bug(format!("{} records were read and {accounted} accounted for", parsed.records)));
        }
        builder.accounting.headers += parsed.headers;
        builder.accounting.declared_out += parsed.declared_out;
        builder.places(position, (self.records, self.lines), &parsed.places)
    }

    fn refuse(&self, builder: &mut Builder<'_>, file: &FoundFile, parsed: &mut Parsed) -> Result<(), Error> {
        for ChunkReject { record, line, byte, column, kind, reason, raw } in std::mem::take(&mut parsed.rejects) {
            let (record, line, byte) = (self.records + record + 1, self.lines + line + 1, self.bytes + byte);
            let name = file.name.clone();
            builder.reject(Reject { file: name, record, line, byte, column, kind, reason, raw })?;
        }
        Ok(())
    }

    /// Counts a merged chunk and keeps what it left over.
    fn advance(
        &mut self,
        builder: &mut Builder<'_>,
        file: &FoundFile,
        bytes: &[u8],
        last: bool,
        parsed: &Parsed,
    ) -> Result<(), Error> {
        self.records += parsed.records;
        self.lines += parsed.lines;
        self.ends = (self.ends.0 + parsed.ends.0, self.ends.1 + parsed.ends.1);
        self.bytes += self.coding.encoded_len(&bytes[..parsed.consumed]);
        self.carry = bytes[parsed.consumed..].to_vec();
        if parsed.open_quote {
            self.stop(builder, file);
        } else if self.carry.len() > MAX_RECORD {
            let carry = std::mem::take(&mut self.carry);
            let reason = format!(
                "the record does not end within {MAX_RECORD} bytes (a quote that opens and does not close, or no \
                 line end); the rest of the file was not read"
            );
            let raw = self.coding.lossless(&carry[..carry.len().min(1 << 16)]);
            let (record, line, byte) = (self.records + 1, self.lines + 1, self.bytes);
            let (name, kind) = (file.name.clone(), "open-quote");
            builder.reject(Reject { file: name, record, line, byte, column: None, kind, reason, raw })?;
            self.stop(builder, file);
        } else if last {
            self.stopped = true;
            let (short, long) = self.ends;
            if short > 0 && long > 0 {
                let text = format!(
                    "{short} records end in LF and {long} in CR LF: was the file put together from several exports?"
                );
                builder.notice(file, "mixed-line-ends", text, false);
            }
            if parsed.footer_is_data {
                let text = "what is left out as the footer looks like records: is the file cut off before its footer?";
                builder.notice(file, "footer-is-data", text, true);
            }
            if bytes.last().is_some_and(|byte| *byte != self.rules.end.byte()) {
                builder.notice(
                    file,
                    "no-final-newline",
                    "the last record has no line end: is the file complete?",
                    false,
                );
            }
        }
        Ok(())
    }

    fn stop(&mut self, builder: &mut Builder<'_>, file: &FoundFile) {
        self.stopped = true;
        self.carry.clear();
        let text = "a quote opens and never closes: the rest of the file was not read";
        builder.notice(file, "open-quote", text, true);
    }
}
