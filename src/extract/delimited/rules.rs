//! What one file's records must look like: the declared layout and the file's own header, together.

use crate::extract::{Delimited, FixedWidth};

/// What ends a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnd {
    /// LF, or CR LF.
    Lf,
    /// CR alone.
    Cr,
}

impl LineEnd {
    /// The last byte of every line end.
    pub(super) const fn byte(self) -> u8 {
        match self {
            Self::Lf => b'\n',
            Self::Cr => b'\r',
        }
    }

    /// How the file ends its lines: the first line end outside quotes decides; CR only when there is no LF at all.
    pub(super) fn detect(block: &[u8], limit: usize, quote: Option<u8>) -> Self {
        let (mut quoted, mut lone_cr) = (false, false);
        for (at, byte) in block.iter().take(limit).enumerate() {
            match byte {
                b if Some(*b) == quote => quoted = !quoted,
                b'\n' if !quoted => return Self::Lf,
                b'\r' if !quoted && block.get(at + 1) != Some(&b'\n') => lone_cr = true,
                _ => {}
            }
        }
        if lone_cr { Self::Cr } else { Self::Lf }
    }
}

/// Everything that the parser must know of a file.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    pub(super) delimiter: u8,
    pub(super) quote: Option<u8>,
    pub(super) comment: Option<u8>,
    pub(super) end: LineEnd,
    pub(super) blank_lines: bool,
    pub(super) repeated_header: bool,
    pub(super) trailing_delimiter: bool,
    /// The file's columns, in order; empty while the header is being looked for.
    pub(super) names: Vec<String>,
    /// For each wanted column its position in the file; `None` gives empty texts.
    pub(super) wanted: Vec<Option<usize>>,
    /// Fields are cut at these positions instead of at delimiters.
    pub(super) fixed: Option<FixedWidth>,
    /// What a byte means outside quotes: nought for plain characters.
    pub(super) special: [bool; 256],
    /// The same bytes, each eight times over.
    pub(super) spread: [u64; 4],
}

impl Rules {
    pub(super) fn new(layout: &Delimited, end: LineEnd) -> Self {
        let mut special = [false; 256];
        for byte in [Some(layout.delimiter), layout.quote, Some(b'\n'), Some(b'\r')].into_iter().flatten() {
            special[usize::from(byte)] = true;
        }
        Self {
            delimiter: layout.delimiter,
            quote: layout.quote,
            comment: layout.comment,
            end,
            blank_lines: layout.blank_lines,
            repeated_header: layout.repeated_header,
            trailing_delimiter: layout.trailing_delimiter,
            names: Vec::new(),
            wanted: Vec::new(),
            fixed: None,
            special,
            spread: [layout.delimiter, layout.quote.unwrap_or(layout.delimiter), b'\n', b'\r']
                .map(|byte| u64::from(byte) * 0x0101_0101_0101_0101),
        }
    }

    /// Where the first byte stands that is no plain character; eight bytes are looked at together.
    #[inline]
    pub(super) fn plain_length(&self, bytes: &[u8]) -> usize {
        const ONES: u64 = 0x0101_0101_0101_0101;
        const HIGH: u64 = 0x8080_8080_8080_8080;
        let (words, rest) = bytes.as_chunks::<8>();
        for (at, word) in words.iter().enumerate() {
            let word = u64::from_le_bytes(*word);
            // A byte that is zero sets its high bit; a false one can only stand above a true one.
            let found = self.spread.iter().fold(0, |found, byte| {
                let zero = word ^ byte;
                found | (zero.wrapping_sub(ONES) & !zero & HIGH)
            });
            if found != 0 {
                return at * 8 + found.trailing_zeros() as usize / 8;
            }
        }
        let tail = rest.iter().position(|b| self.special[usize::from(*b)]).unwrap_or(rest.len());
        words.len() * 8 + tail
    }

    /// The name of a column for messages.
    pub(super) fn column(&self, field: usize) -> Option<(usize, String)> {
        self.names.get(field).map(|name| (field + 1, name.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Header;

    #[test]
    fn eight_bytes_at_a_time_end_where_one_at_a_time_does() {
        let layout = Delimited {
            delimiter: b',',
            quote: Some(b'"'),
            header: Header::Row(1),
            repeated_header: false,
            footer_rows: 0,
            comment: None,
            trailing_delimiter: false,
            blank_lines: false,
        };
        let rules = Rules::new(&layout, LineEnd::Lf);
        // Neighbours of the special bytes, and those with a high or a low bit, are where such tricks go wrong.
        let bytes = [b',', b'"', b'\n', b'\r', b',' + 1, b',' - 1, b'"' + 1, 0x0b, 0x00, 0x01, 0x7f, 0x80, 0xff, 0xac];
        for length in 0..20 {
            for first in 0..length {
                for (a, b) in bytes.iter().flat_map(|a| bytes.iter().map(move |b| (*a, *b))) {
                    let mut text = vec![b'x'; length];
                    text[first] = a;
                    text[length - 1] = b;
                    let one = text.iter().position(|b| rules.special[usize::from(*b)]).unwrap_or(length);
                    assert_eq!(rules.plain_length(&text), one, "{text:?}");
                }
            }
        }
    }
}
