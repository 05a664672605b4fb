//! Texts to codes in order of first appearance, without an allocation per cell.

use std::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

use crate::canonical::{Codes, StringPool};

/// The distinct texts of a column and the table that finds them again. Hashes only speed up the search; the full
/// text decides.
#[derive(Debug, Clone, Default)]
pub(super) struct Interner {
    texts: StringPool,
    hashes: Vec<u32>,
    /// `hash << 32 | code + 1`; nought is a free slot. The length is a power of two.
    slots: Vec<u64>,
    last: Option<u32>,
}

fn hash_of(bytes: &[u8]) -> u32 {
    let mut hasher = FixedState::with_seed(0x5eed).build_hasher();
    hasher.write(bytes);
    let hash = hasher.finish();
    (hash ^ (hash >> 32)) as u32
}

impl Interner {
    /// The code of a text, new or known; `None` when it is not UTF-8 or the dictionary passes 4 GiB.
    #[inline]
    pub(super) fn code(&mut self, bytes: &[u8]) -> Option<u32> {
        if let Some(last) = self.last
            && self.texts.get(last).as_bytes() == bytes
        {
            return Some(last);
        }
        let code = self.code_of_hash(bytes, hash_of(bytes))?;
        self.last = Some(code);
        Some(code)
    }

    fn code_of_hash(&mut self, bytes: &[u8], hash: u32) -> Option<u32> {
        if self.hashes.len() * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                let code = self.texts.push(std::str::from_utf8(bytes).ok()?)?;
                self.hashes.push(hash);
                self.slots[at] = (u64::from(hash) << 32) | (u64::from(code) + 1);
                return Some(code);
            }
            let code = (slot as u32).wrapping_sub(1);
            if (slot >> 32) as u32 == hash && self.texts.get(code).as_bytes() == bytes {
                return Some(code);
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(16);
        self.rebuild(size);
    }

    fn rebuild(&mut self, size: usize) {
        self.slots.clear();
        self.slots.resize(size, 0);
        let mask = size - 1;
        for (code, hash) in self.hashes.iter().enumerate() {
            let mut at = *hash as usize & mask;
            while self.slots[at] != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = (u64::from(*hash) << 32) | (code as u64 + 1);
        }
    }

    /// Takes over all texts of another dictionary; the result holds the new code of each of its codes.
    pub(super) fn absorb(&mut self, other: &Self) -> Option<Vec<u32>> {
        let texts = other.texts.iter().zip(&other.hashes);
        texts.map(|(text, hash)| self.code_of_hash(text.as_bytes(), *hash)).collect()
    }

    /// How many distinct texts.
    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// Forgets all but the first texts.
    pub(super) fn truncate(&mut self, len: usize) {
        let mut kept = StringPool::default();
        for text in self.texts.iter().take(len) {
            let _ = kept.push(text);
        }
        self.texts = kept;
        self.hashes.truncate(len);
        self.last = None;
        self.rebuild(self.slots.len().max(16));
    }

    /// The texts, in order of code.
    pub(super) fn into_texts(self) -> StringPool {
        self.texts
    }

    /// The texts, in order of code.
    pub(super) const fn texts(&self) -> &StringPool {
        &self.texts
    }
}

/// A column in the making.
#[derive(Debug, Clone, Default)]
pub(super) struct Growing {
    pub(super) dictionary: Interner,
    pub(super) codes: Codes,
}

impl Growing {
    /// Appends a cell; `None` as for [`Interner::code`].
    pub(super) fn push(&mut self, bytes: &[u8]) -> Option<()> {
        let code = self.dictionary.code(bytes)?;
        self.codes.push(code);
        Some(())
    }

    /// Appends a piece of the column that was read elsewhere.
    pub(super) fn append(&mut self, piece: &Piece) -> Option<()> {
        let new_codes = self.dictionary.absorb(&piece.dictionary)?;
        let largest = new_codes.iter().copied().max().unwrap_or(0);
        self.codes.extend_below(largest, piece.codes.iter().map(|code| new_codes[*code as usize]));
        Some(())
    }
}

/// A piece of a column, as one worker reads it.
#[derive(Debug, Clone, Default)]
pub(super) struct Piece {
    pub(super) dictionary: Interner,
    pub(super) codes: Vec<u32>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_get_codes_in_order_of_first_appearance() {
        let mut interner = Interner::default();
        let codes: Vec<_> = ["b", "a", "", "b", "NA", " ", "a"].iter().map(|t| interner.code(t.as_bytes())).collect();
        assert_eq!(codes, [0, 1, 2, 0, 3, 4, 1].map(Some));
        assert_eq!(interner.texts().iter().collect::<Vec<_>>(), ["b", "a", "", "NA", " "]);
    }

    #[test]
    fn ten_thousand_texts_are_found_again_after_growing_and_truncating() {
        let mut interner = Interner::default();
        let text = |i: u32| format!("{i:05}");
        for i in 0..10_000 {
            assert_eq!(interner.code(text(i).as_bytes()), Some(i));
        }
        interner.truncate(100);
        assert_eq!(interner.len(), 100);
        assert_eq!(interner.code(text(99).as_bytes()), Some(99));
        assert_eq!(interner.code(text(5_000).as_bytes()), Some(100));
    }

    #[test]
    fn pieces_appended_in_order_give_the_codes_of_one_reading() {
        let (mut whole, mut merged) = (Growing::default(), Growing::default());
        for chunk in [vec!["x", "y", "x"], vec!["z", "y"], vec!["", "x"]] {
            let mut piece = Piece::default();
            for text in chunk {
                whole.push(text.as_bytes()).unwrap();
                let code = piece.dictionary.code(text.as_bytes()).unwrap();
                piece.codes.push(code);
            }
            merged.append(&piece).unwrap();
        }
        assert_eq!(merged.codes.iter().collect::<Vec<_>>(), whole.codes.iter().collect::<Vec<_>>());
        assert_eq!(merged.codes.iter().collect::<Vec<_>>(), [0, 1, 0, 2, 1, 3, 0]);
    }

    #[test]
    fn bytes_that_are_not_text_have_no_code() {
        assert_eq!(Interner::default().code(b"Jos\xe9"), None);
    }
}
