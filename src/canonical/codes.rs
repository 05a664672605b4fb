//! Dictionary codes in one, two or four bytes each, widened as the dictionary grows; in memory or in a temporary file.

use std::sync::Arc;

use super::Spill;
use super::spill::Paged;

/// A column of dictionary positions.
#[derive(Debug, Clone)]
pub enum Codes {
    /// Dictionaries of up to 256 values.
    One(Vec<u8>),
    /// Dictionaries of up to 65,536 values.
    Two(Vec<u16>),
    /// Everything larger.
    Four(Vec<u32>),
    /// Columns that are not held in memory.
    Paged(PagedCodes),
}

/// Codes that lie in a [`Spill`].
#[derive(Debug, Clone)]
pub struct PagedCodes(pub(super) Box<Paged>);

impl PagedCodes {
    /// Out of line, so that a look into memory stays short enough to be made where it is asked for.
    #[inline(never)]
    fn get(&self, row: usize) -> u32 {
        self.0.get(row)
    }

    /// Shows the codes of many rows, one after the other; quick when they are near each other. `see` must read no codes
    /// that lie in a file.
    pub fn each(&self, rows: impl Iterator<Item = usize>, see: impl FnMut(u32)) {
        self.0.each(rows, see);
    }
}

impl Default for Codes {
    fn default() -> Self {
        Self::One(Vec::new())
    }
}

impl Codes {
    /// No codes yet: in memory, or in the file when there is one.
    #[must_use]
    pub fn inside(spill: Option<&Arc<Spill>>) -> Self {
        spill.map_or_else(Self::default, |spill| Self::Paged(PagedCodes(Box::new(Paged::new(Arc::clone(spill))))))
    }

    /// No codes yet, where these are.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self::inside(self.spill())
    }

    /// The file in which the codes lie; `None` when they are in memory.
    #[must_use]
    pub fn spill(&self) -> Option<&Arc<Spill>> {
        match self {
            Self::Paged(paged) => Some(paged.0.spill()),
            _ => None,
        }
    }

    /// The same codes in the file when there is one.
    #[must_use]
    pub fn moved_into(self, spill: Option<&Arc<Spill>>) -> Self {
        if spill.is_none() || self.spill().is_some() {
            return self;
        }
        let mut moved = Self::inside(spill);
        moved.extend_below(0, self.iter());
        moved
    }

    /// The same codes in another order: `order` says which row stands at each new place. Codes that lie in the file are
    /// read once from first to last, and stand in memory meanwhile.
    ///
    /// # Panics
    /// When `order` names a row that is not there.
    #[must_use]
    pub fn reordered(self, order: &[u32]) -> Self {
        let mut reordered = self.beside();
        reordered.reserve(order.len());
        let rows = match self {
            Self::Paged(_) => self.iter().collect(),
            in_memory => in_memory,
        };
        let places = order.iter().map(|row| *row as usize);
        match (&mut reordered, &rows) {
            (Self::Paged(out), Self::One(v)) => out.0.extend(places.map(|row| u32::from(v[row]))),
            (Self::Paged(out), Self::Two(v)) => out.0.extend(places.map(|row| u32::from(v[row]))),
            (Self::Paged(out), Self::Four(v)) => out.0.extend(places.map(|row| v[row])),
            (out, rows) => places.for_each(|row| out.push(rows.get(row))),
        }
        reordered
    }

    /// Appends one code.
    #[inline]
    pub fn push(&mut self, code: u32) {
        match self {
            Self::One(v) => match u8::try_from(code) {
                Ok(c) => v.push(c),
                Err(_) => self.widen_and_push(code),
            },
            Self::Two(v) => match u16::try_from(code) {
                Ok(c) => v.push(c),
                Err(_) => self.widen_and_push(code),
            },
            Self::Four(v) => v.push(code),
            Self::Paged(v) => v.0.push(code),
        }
    }

    #[cold]
    fn widen_and_push(&mut self, code: u32) {
        let needs_four = u16::try_from(code).is_err();
        *self = match std::mem::take(self) {
            Self::One(v) if needs_four => Self::Four(wider(v)),
            Self::One(v) => Self::Two(wider(v)),
            Self::Two(v) => Self::Four(wider(v)),
            wide @ (Self::Four(_) | Self::Paged(_)) => wide,
        };
        self.push(code);
    }

    /// The code of a row.
    ///
    /// # Panics
    /// When the row is past the end.
    #[inline]
    #[must_use]
    pub fn get(&self, row: usize) -> u32 {
        match self {
            Self::One(v) => u32::from(v[row]),
            Self::Two(v) => u32::from(v[row]),
            Self::Four(v) => v[row],
            Self::Paged(v) => v.get(row),
        }
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::One(v) => v.len(),
            Self::Two(v) => v.len(),
            Self::Four(v) => v.len(),
            Self::Paged(v) => v.0.len(),
        }
    }

    /// True when there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All codes in row order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        Iter { codes: self, at: 0, len: self.len(), stretch: Vec::new(), start: 0 }
    }

    /// Appends many codes, none of which is larger than `largest`: widens once, then copies.
    pub fn extend_below(&mut self, largest: u32, codes: impl Iterator<Item = u32>) {
        let fits = match self {
            Self::One(_) => largest <= u32::from(u8::MAX),
            Self::Two(_) => largest <= u32::from(u16::MAX),
            Self::Four(_) | Self::Paged(_) => true,
        };
        if !fits {
            self.widen_and_push(largest);
            self.truncate(self.len() - 1);
        }
        match self {
            Self::One(v) => v.extend(codes.map(|c| c as u8)),
            Self::Two(v) => v.extend(codes.map(|c| c as u16)),
            Self::Four(v) => v.extend(codes),
            Self::Paged(v) => v.0.extend(codes),
        }
    }

    /// Forgets all rows from `len` on.
    pub fn truncate(&mut self, len: usize) {
        match self {
            Self::One(v) => v.truncate(len),
            Self::Two(v) => v.truncate(len),
            Self::Four(v) => v.truncate(len),
            Self::Paged(v) => v.0.truncate(len),
        }
    }

    /// Gives back what is reserved beyond the rows.
    pub fn shrink_to_fit(&mut self) {
        match self {
            Self::One(v) => v.shrink_to_fit(),
            Self::Two(v) => v.shrink_to_fit(),
            Self::Four(v) => v.shrink_to_fit(),
            Self::Paged(_) => {}
        }
    }

    /// Makes room for `more` rows.
    pub fn reserve(&mut self, more: usize) {
        match self {
            Self::One(v) => v.reserve(more),
            Self::Two(v) => v.reserve(more),
            Self::Four(v) => v.reserve(more),
            Self::Paged(_) => {}
        }
    }
}

/// Codes from first to last; those in the file are read a block at a time.
struct Iter<'a> {
    codes: &'a Codes,
    at: usize,
    len: usize,
    stretch: Vec<u32>,
    start: usize,
}

impl Iterator for Iter<'_> {
    type Item = u32;

    #[inline]
    fn next(&mut self) -> Option<u32> {
        if self.at == self.len {
            return None;
        }
        let at = self.at;
        self.at += 1;
        let Codes::Paged(paged) = self.codes else { return Some(self.codes.get(at)) };
        if at == self.start + self.stretch.len() {
            self.start = at;
            paged.0.stretch(at, &mut self.stretch);
        }
        Some(self.stretch[at - self.start])
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len - self.at, Some(self.len - self.at))
    }
}

/// The same codes in wider cells, with the same room.
fn wider<A, B: From<A>>(narrow: Vec<A>) -> Vec<B> {
    let mut wide = Vec::with_capacity(narrow.capacity());
    wide.extend(narrow.into_iter().map(B::from));
    wide
}

impl FromIterator<u32> for Codes {
    fn from_iter<T: IntoIterator<Item = u32>>(iter: T) -> Self {
        let iter = iter.into_iter();
        let mut codes = Self::default();
        codes.reserve(iter.size_hint().0);
        for code in iter {
            codes.push(code);
        }
        codes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_survive_every_widening() {
        let input: Vec<u32> = vec![0, 255, 256, 65_535, 65_536, 3];
        let codes: Codes = input.iter().copied().collect();
        assert_eq!(codes.iter().collect::<Vec<_>>(), input);
        assert!(matches!(codes, Codes::Four(_)));
    }

    #[test]
    fn many_codes_at_once_widen_as_one_by_one() {
        let mut codes = Codes::default();
        codes.extend_below(3, [1, 2, 3].into_iter());
        codes.extend_below(300, [300, 4].into_iter());
        codes.extend_below(70_000, [70_000].into_iter());
        codes.extend_below(7, [7].into_iter());
        assert_eq!(codes.iter().collect::<Vec<_>>(), [1, 2, 3, 300, 4, 70_000, 7]);
        codes.truncate(2);
        assert_eq!(codes.len(), 2);
    }
}
