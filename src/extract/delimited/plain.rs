//! The usual records, many at a time: no quote, no odd line end, as many fields as the header. Their fields are found
//! first, for a block of rows; then each column of the block is numbered by itself, which keeps one dictionary at hand
//! instead of going round all of them for every row. Whatever is not usual is left to the state machine in `scan`.

use super::marks::Marks;
use super::rules::{LineEnd, Rules};
use super::scan::MAX_FIELD;
use crate::extract::intern::Piece;

/// Rows of a block.
const ROWS: usize = 256;
/// Attempts in a row that find no usual record, after which none is made in this chunk.
const ATTEMPTS: u32 = 32;

/// Finds usual records of one chunk.
#[derive(Debug)]
pub(super) struct Plain<'a> {
    bytes: &'a [u8],
    rules: &'a Rules,
    wanted: [u8; 4],
    fields: usize,
    /// Where each row of the block starts.
    starts: Vec<u32>,
    /// Where each field of each row ends.
    ends: Vec<u32>,
    /// Attempts that are left.
    attempts: u32,
}

/// What a stretch of usual records was.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stretch {
    /// Where the first record starts that is not usual, or the bytes end.
    pub(super) next: usize,
    /// Records that end in one byte, and in two.
    pub(super) ends: (u64, u64),
    /// A column's dictionary is full.
    pub(super) too_large: bool,
}

impl<'a> Plain<'a> {
    /// For a chunk that is whole text without NUL.
    pub(super) fn new(bytes: &'a [u8], rules: &'a Rules) -> Self {
        let fits = rules.end == LineEnd::Lf
            && rules.fixed.is_none()
            && !rules.trailing_delimiter
            && !rules.names.is_empty()
            && u32::try_from(bytes.len()).is_ok();
        let quote = rules.quote.unwrap_or(rules.delimiter);
        Self {
            bytes,
            rules,
            wanted: [rules.delimiter, quote, b'\n', b'\r'],
            fields: rules.names.len(),
            starts: Vec::with_capacity(if fits { ROWS } else { 0 }),
            ends: Vec::with_capacity(if fits { ROWS * rules.names.len() } else { 0 }),
            attempts: if fits { ATTEMPTS } else { 0 },
        }
    }

    /// Reads usual records from `start` on, numbers their texts and tells the start of each row.
    pub(super) fn read(&mut self, start: usize, columns: &mut [Piece], mut row: impl FnMut()) -> Stretch {
        let mut stretch = Stretch { next: start, ..Stretch::default() };
        if self.attempts == 0 {
            return stretch;
        }
        let mut marks = Marks::from(self.bytes, self.wanted, start);
        while let Some((end, next)) = self.record(stretch.next, &mut marks) {
            stretch.ends.0 += u64::from(next - end == 1);
            stretch.ends.1 += u64::from(next - end == 2);
            stretch.next = next;
            row();
            if self.starts.len() == ROWS {
                stretch.too_large |= self.number(columns).is_none();
            }
        }
        stretch.too_large |= self.number(columns).is_none();
        self.attempts = if stretch.next > start { ATTEMPTS } else { self.attempts - 1 };
        stretch
    }

    /// One record: where its text and its line end. `None` when it is not usual; nothing is kept of it then.
    #[inline]
    fn record(&mut self, start: usize, marks: &mut Marks<'_>) -> Option<(usize, usize)> {
        let before = self.ends.len();
        let found = self.fields_of(start, marks).filter(|(end, _)| {
            self.ends.len() - before == self.fields && *end > start && end - start <= MAX_FIELD && !self.is_odd(start)
        });
        match found {
            Some(_) => self.starts.push(start as u32),
            None => self.ends.truncate(before),
        }
        found
    }

    #[inline]
    fn fields_of(&mut self, start: usize, marks: &mut Marks<'_>) -> Option<(usize, usize)> {
        if start >= self.bytes.len() {
            return None;
        }
        loop {
            let at = marks.next()?;
            let byte = self.bytes[at];
            if byte == self.rules.delimiter {
                self.ends.push(at as u32);
            } else if byte == b'\n' {
                self.ends.push(at as u32);
                return Some((at, at + 1));
            } else if byte == b'\r' && Some(byte) != self.rules.quote && self.bytes.get(at + 1) == Some(&b'\n') {
                self.ends.push(at as u32);
                marks.next()?;
                return Some((at, at + 2));
            } else {
                return None;
            }
        }
    }

    /// A comment, or perhaps the header once more.
    fn is_odd(&self, start: usize) -> bool {
        let record = &self.bytes[start..];
        self.rules.comment.is_some_and(|comment| record[0] == comment)
            || self.rules.names.first().is_some_and(|name| record.starts_with(name.as_bytes()))
    }

    /// Numbers the texts of the block, column by column, and forgets the block.
    fn number(&mut self, columns: &mut [Piece]) -> Option<()> {
        let mut full = false;
        for (piece, position) in columns.iter_mut().zip(&self.rules.wanted) {
            let Piece { dictionary, codes } = piece;
            let Some(position) = *position else {
                let code = dictionary.code(b"");
                full |= code.is_none();
                codes.extend(std::iter::repeat_n(code.unwrap_or(0), self.starts.len()));
                continue;
            };
            let rows = self.starts.iter().zip(self.ends.chunks_exact(self.fields));
            codes.extend(rows.map(|(start, ends)| {
                let from = if position == 0 { *start as usize } else { ends[position - 1] as usize + 1 };
                let code = dictionary.code_in(self.bytes, from, ends[position] as usize);
                full |= code.is_none();
                code.unwrap_or(0)
            }));
        }
        self.starts.clear();
        self.ends.clear();
        (!full).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::extract::delimited::parse::{Job, Parsed, parse};
    use crate::extract::encoding::Coding;
    use crate::extract::{Delimited, Header};

    fn said(parsed: &Parsed) -> impl PartialEq + std::fmt::Debug {
        let column = |piece: &Piece| {
            (piece.codes.clone(), piece.dictionary.texts().iter().map(str::to_owned).collect::<Vec<_>>())
        };
        let rejects =
            parsed.rejects.iter().map(|r| (r.record, r.line, r.byte, r.column.clone(), r.kind, r.raw.clone()));
        (
            parsed.columns.iter().map(column).collect::<Vec<_>>(),
            parsed.places.clone(),
            rejects.collect::<Vec<_>>(),
            (parsed.records, parsed.lines, parsed.headers, parsed.declared_out),
            (parsed.consumed, parsed.ends, parsed.open_quote),
        )
    }

    proptest! {
        /// Collecting the starts of records turns the usual records over to the state machine.
        #[test]
        fn usual_records_are_read_as_the_state_machine_reads_them(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "a", "bc", "a long text of more than fifteen bytes", ",", ",", ",", "\n", "\n", "\r\n", "\r", "\"", "é",
                    "#", "id,name,x\n", "1,2,3\n", "4,,\r\n", "\"q\"\"\n\",5,6\n",
                ]),
                0..80,
            ),
            repeated in 1usize..40,
            (quote, comment, last, declared) in (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
        ) {
            let layout = Delimited {
                delimiter: b',',
                quote: quote.then_some(b'"'),
                header: Header::Row(1),
                repeated_header: declared,
                footer_rows: 0,
                comment: comment.then_some(b'#'),
                trailing_delimiter: false,
                blank_lines: declared,
            };
            let mut rules = Rules::new(&layout, LineEnd::Lf);
            rules.names = ["id", "name", "x"].map(str::to_owned).to_vec();
            rules.wanted = vec![Some(2), None, Some(0)];
            let text = format!("{}{}", "7,8,9\n".repeat(repeated * 10), pieces.concat());
            let job = Job { rules: &rules, coding: Coding::Utf8 { guessing: false }, last, starts: false };
            let (fast, slow) = (parse(text.as_bytes(), job), parse(text.as_bytes(), Job { starts: true, ..job }));
            prop_assert_eq!(said(&fast), said(&slow));
        }
    }
}
