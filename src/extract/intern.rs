//! Texts to codes in order of first appearance, without an allocation per cell.

use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::canonical::{Codes, Spill, StringPool};

/// Longest text that fits into a key.
const SHORT: usize = 15;
/// The key of every longer text.
const LONG: u128 = u128::MAX;

/// Texts that are looked up together where two dictionaries are joined.
const AHEAD: usize = 32;

/// Masks that keep the first bytes of a little-endian `u128`.
const MASKS: [u128; SHORT + 1] = {
    let mut masks = [0; SHORT + 1];
    let mut length = 1;
    while length <= SHORT {
        masks[length] = u128::MAX >> (128 - 8 * length);
        length += 1;
    }
    masks
};

/// The distinct texts of a column and the table that finds them again. A text of up to 15 bytes is its own key (bytes
/// and length); for longer ones hashes only speed up the search and the full text decides.
#[derive(Debug, Clone, Default)]
pub(super) struct Interner {
    texts: StringPool,
    hashes: Vec<u32>,
    keys: Vec<u128>,
    /// `hash << 32 | code + 1`; nought is a free slot. The length is a power of two.
    slots: Vec<u64>,
    /// Key and code of the text that came last, if it was short.
    last: Option<(u128, u32)>,
}

/// The key of a short text that stands in a larger piece of bytes.
#[inline]
fn key_in(bytes: &[u8], start: usize, length: usize) -> u128 {
    let window = match bytes.get(start..start + 16) {
        Some(window) => <[u8; 16]>::try_from(window).unwrap_or_default(),
        None => {
            let mut window = [0; 16];
            window[..length].copy_from_slice(&bytes[start..start + length]);
            window
        }
    };
    (u128::from_le_bytes(window) & MASKS[length]) | ((length as u128) << 120)
}

#[inline]
fn hash_of_key(key: u128) -> u32 {
    let (low, high) = (key as u64 ^ 0x9E37_79B9_7F4A_7C15, (key >> 64) as u64 ^ 0xD1B5_4A32_D192_ED03);
    let product = u128::from(low).wrapping_mul(u128::from(high));
    let folded = (product as u64) ^ ((product >> 64) as u64);
    (folded ^ (folded >> 32)) as u32
}

fn hash_of_long(bytes: &[u8]) -> u32 {
    let mut hasher = FixedState::with_seed(0x5eed).build_hasher();
    hasher.write(bytes);
    let hash = hasher.finish();
    (hash ^ (hash >> 32)) as u32
}

impl Interner {
    /// The code of a text, new or known; `None` when it is not UTF-8 or the dictionary passes 4 GiB.
    #[inline]
    pub(super) fn code(&mut self, text: &[u8]) -> Option<u32> {
        self.code_in(text, 0, text.len())
    }

    /// The code of the text from `start` to `end` of a larger piece of bytes.
    #[inline]
    pub(super) fn code_in(&mut self, bytes: &[u8], start: usize, end: usize) -> Option<u32> {
        let length = end - start;
        if length > SHORT {
            let text = &bytes[start..end];
            return self.find(LONG, hash_of_long(text), text);
        }
        let key = key_in(bytes, start, length);
        if let Some((last, code)) = self.last
            && last == key
        {
            return Some(code);
        }
        let code = self.find(key, hash_of_key(key), &bytes[start..end])?;
        self.last = Some((key, code));
        Some(code)
    }

    #[inline]
    fn find(&mut self, key: u128, hash: u32, text: &[u8]) -> Option<u32> {
        if self.hashes.len() * 4 >= self.slots.len() * 3 {
            self.grow((self.slots.len() * 2).max(16));
        }
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                return self.add(at, key, hash, text);
            }
            if (slot >> 32) as u32 == hash {
                let code = (slot as u32).wrapping_sub(1);
                if self.keys[code as usize] == key && (key != LONG || self.texts.bytes_at(code) == text) {
                    return Some(code);
                }
            }
            at = (at + 1) & mask;
        }
    }

    fn add(&mut self, at: usize, key: u128, hash: u32, text: &[u8]) -> Option<u32> {
        let code = self.texts.push(std::str::from_utf8(text).ok()?)?;
        self.hashes.push(hash);
        self.keys.push(key);
        self.slots[at] = (u64::from(hash) << 32) | (u64::from(code) + 1);
        Some(code)
    }

    /// A table of twice the size. The old slots are gone through in their order, which is nearly that of the new ones: large
    /// tables are then written from front to back instead of here and there.
    fn grow(&mut self, size: usize) {
        let old = std::mem::replace(&mut self.slots, vec![0; size]);
        let mask = size - 1;
        for slot in old.into_iter().filter(|slot| *slot != 0) {
            let mut at = (slot >> 32) as usize & mask;
            while self.slots[at] != 0 {
                at = (at + 1) & mask;
            }
            self.slots[at] = slot;
        }
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
        let mut codes = Vec::with_capacity(other.len());
        for block in other.hashes.chunks(AHEAD) {
            // The slots of a block are looked at together first: their cache lines then come in at the same time.
            let mask = self.slots.len().wrapping_sub(1);
            let touched = block
                .iter()
                .fold(0, |sum, hash| sum ^ self.slots.get(*hash as usize & mask).copied().unwrap_or_default());
            std::hint::black_box(touched);
            for hash in block {
                let code = codes.len();
                codes.push(self.find(other.keys[code], *hash, other.texts.bytes_at(code as u32))?);
            }
        }
        Some(codes)
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
        self.keys.truncate(len);
        self.last = None;
        self.rebuild(self.slots.len().max(16));
    }

    /// The texts, in order of code.
    pub(super) const fn texts(&self) -> &StringPool {
        &self.texts
    }

    /// The texts, in order of code.
    pub(super) fn into_texts(self) -> StringPool {
        self.texts
    }
}

/// A column in the making.
#[derive(Debug, Clone, Default)]
pub(super) struct Growing {
    pub(super) dictionary: Interner,
    pub(super) codes: Codes,
}

impl Growing {
    /// No cells yet.
    pub(super) fn inside(spill: Option<&Arc<Spill>>) -> Self {
        Self { dictionary: Interner::default(), codes: Codes::inside(spill) }
    }

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
        assert_eq!(interner.into_texts().iter().collect::<Vec<_>>(), ["b", "a", "", "NA", " "]);
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
    fn texts_of_any_length_anywhere_in_a_piece_are_told_apart() {
        let piece = "a\u{0}aa\u{0}\u{0}0123456789abcde0123456789abcdef0123456789abcdeF".as_bytes();
        let mut interner = Interner::default();
        let mut known = std::collections::BTreeMap::new();
        for start in 0..piece.len() {
            for end in start..=piece.len() {
                let code = interner.code_in(piece, start, end).unwrap();
                assert_eq!(*known.entry(piece[start..end].to_vec()).or_insert(code), code);
            }
        }
        assert_eq!(known.len(), interner.len());
        for (text, code) in known {
            assert_eq!(interner.code(&text), Some(code));
        }
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
