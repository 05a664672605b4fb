//! A stream of bytes to chunks that begin and, as far as can be guessed, end at record boundaries.
//!
//! The guess counts quotes. It may be wrong where a quote stands in an unquoted field; the parser notices (the chunk
//! then ends inside a record) and the chunk is parsed again together with the next.

use std::io::{self, Read};

use memchr::{memchr_iter, memrchr};

use super::rules::LineEnd;

/// Longest record, in bytes (S29). A quote that is open for longer is taken as never closing.
pub(super) const MAX_RECORD: usize = 16 << 20;

/// How many bytes at the start of a file decide how its lines end.
const LINE_END_BLOCK: usize = 1 << 18;

/// Bytes of a file, still encoded unless its encoding needs a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) bytes: Vec<u8>,
    /// Nothing follows in the file.
    pub(super) last: bool,
}

/// Cuts a stream into chunks.
pub(super) struct Splitter<R> {
    inner: R,
    size: usize,
    quote: Option<u8>,
    /// Found in the first block.
    pub(super) end: LineEnd,
    carry: Vec<u8>,
    ended: bool,
    done: bool,
    /// Holds one chunk back, so that the last chunk is never just a tail (footers are counted from the end).
    hold: bool,
    held: Option<Chunk>,
}

impl<R: Read> Splitter<R> {
    /// Reads the first block and finds out how lines end.
    pub(super) fn open(inner: R, size: usize, quote: Option<u8>, hold: bool) -> io::Result<Self> {
        let end = LineEnd::Lf;
        // A footer must fit into the last two chunks.
        let size = if hold { size.max(LINE_END_BLOCK) } else { size };
        let mut splitter =
            Self { inner, size, quote, end, carry: Vec::new(), ended: false, done: false, hold, held: None };
        let mut block = Vec::new();
        while !splitter.ended && block.len() <= LINE_END_BLOCK {
            splitter.read_more(&mut block)?;
        }
        splitter.end = LineEnd::detect(&block, LINE_END_BLOCK, quote);
        splitter.carry = block;
        Ok(splitter)
    }

    /// The next chunk; the last one says so, and may be empty.
    pub(super) fn next(&mut self) -> io::Result<Option<Chunk>> {
        if !self.hold {
            return self.cut();
        }
        let Some(mut held) = self.held.take().map_or_else(|| self.cut(), |held| Ok(Some(held)))? else {
            return Ok(None);
        };
        if held.last {
            return Ok(Some(held));
        }
        if let Some(next) = self.cut()? {
            if next.last {
                held.bytes.extend(next.bytes);
                held.last = true;
            } else {
                self.held = Some(next);
            }
        }
        Ok(Some(held))
    }

    fn cut(&mut self) -> io::Result<Option<Chunk>> {
        if self.done {
            return Ok(None);
        }
        let mut bytes = std::mem::take(&mut self.carry);
        let mut window = 0;
        loop {
            window += self.size;
            while bytes.len() < window && !self.ended {
                self.read_more(&mut bytes)?;
            }
            if self.ended && bytes.len() <= window {
                self.done = true;
                return Ok(Some(Chunk { bytes, last: true }));
            }
            let at = boundary(&bytes[..window], self.quote, self.end).or((window > MAX_RECORD).then_some(window));
            if let Some(at) = at {
                self.carry = bytes.split_off(at);
                return Ok(Some(Chunk { bytes, last: false }));
            }
        }
    }

    fn read_more(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        if self.ended {
            return Ok(());
        }
        bytes.reserve(self.size);
        let n = (&mut self.inner).take(self.size as u64).read_to_end(bytes)?;
        self.ended = n < self.size;
        Ok(())
    }
}

/// The end of the last line that, by the count of quotes, does not end inside a quoted field.
fn boundary(bytes: &[u8], quote: Option<u8>, end: LineEnd) -> Option<usize> {
    let odd = |piece: &[u8]| quote.is_some_and(|q| memchr_iter(q, piece).count() % 2 == 1);
    let mut inside = odd(bytes);
    let mut stop = bytes.len();
    loop {
        let at = memrchr(end.byte(), &bytes[..stop])?;
        inside ^= odd(&bytes[at + 1..stop]);
        if !inside {
            return Some(at + 1);
        }
        stop = at;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(text: &str, size: usize, hold: bool) -> Vec<(String, bool)> {
        let mut splitter = Splitter::open(text.as_bytes(), size, Some(b'"'), hold).unwrap();
        let mut all = Vec::new();
        while let Some(chunk) = splitter.next().unwrap() {
            all.push((String::from_utf8(chunk.bytes).unwrap(), chunk.last));
        }
        all
    }

    #[test]
    fn chunks_end_at_lines_outside_quotes_and_lose_nothing() {
        let text = "a,b\n\"x\ny\",2\n3,4\n";
        for size in 1..40 {
            for hold in [false, true] {
                let all = chunks(text, size, hold);
                assert_eq!(all.iter().map(|(t, _)| t.as_str()).collect::<String>(), text);
                assert!(all.iter().rev().skip(1).all(|(t, last)| !last && t.ends_with('\n') && t != "\"x\n"));
                assert!(all.last().unwrap().1);
            }
        }
    }

    #[test]
    fn a_held_chunk_joins_the_last() {
        let text = "12345678\n".repeat(LINE_END_BLOCK / 4);
        let (all, free) = (chunks(&text, LINE_END_BLOCK, true), chunks(&text, LINE_END_BLOCK, false));
        assert_eq!(all.len() + 1, free.len());
        assert!(all.last().unwrap().0.ends_with(&free.last().unwrap().0));
    }

    #[test]
    fn carriage_returns_end_lines_only_where_no_line_feed_does() {
        assert_eq!(LineEnd::detect(b"a,b\r1,2\r", 99, Some(b'"')), LineEnd::Cr);
        assert_eq!(LineEnd::detect(b"a,b\r\n1,2\r\n", 99, Some(b'"')), LineEnd::Lf);
        assert_eq!(LineEnd::detect(b"a\rb,c\n1,2\n", 99, Some(b'"')), LineEnd::Lf);
        assert_eq!(LineEnd::detect(b"\"a\nb\"\r1\r", 99, Some(b'"')), LineEnd::Cr);
        assert_eq!(LineEnd::detect(b"a,b", 99, Some(b'"')), LineEnd::Lf);
    }
}
