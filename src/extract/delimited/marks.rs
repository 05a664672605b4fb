//! Where delimiters, quotes and line ends stand, found 64 bytes at a time: one bit a byte, so that a field costs the
//! step to the next bit and not a search of its own.

/// Bytes that are looked at together.
const BLOCK: usize = 64;

/// The places of some bytes, in order.
#[derive(Debug)]
pub(super) struct Marks<'a> {
    bytes: &'a [u8],
    wanted: [u8; 4],
    /// Where the block starts that `bits` is about.
    base: usize,
    /// The places in the block that were not told yet.
    bits: u64,
}

impl<'a> Marks<'a> {
    /// The places of any of the wanted bytes, from `start` on.
    pub(super) fn from(bytes: &'a [u8], wanted: [u8; 4], start: usize) -> Self {
        let base = start - start % BLOCK;
        let mut marks = Self { bytes, wanted, base, bits: 0 };
        marks.bits = marks.block() & (u64::MAX << (start % BLOCK));
        marks
    }

    /// The next place.
    #[inline]
    pub(super) fn next(&mut self) -> Option<usize> {
        while self.bits == 0 {
            self.base += BLOCK;
            if self.base >= self.bytes.len() {
                return None;
            }
            self.bits = self.block();
        }
        let at = self.base + self.bits.trailing_zeros() as usize;
        self.bits &= self.bits - 1;
        Some(at)
    }

    #[inline]
    fn block(&self) -> u64 {
        match self.bytes.get(self.base..).and_then(|rest| rest.first_chunk::<BLOCK>()) {
            Some(block) => bits(block, self.wanted),
            None => {
                // What stands behind the end must be none of the wanted bytes: the bits there are taken out.
                let rest = self.bytes.get(self.base..).unwrap_or_default();
                let mut block = [0; BLOCK];
                block[..rest.len()].copy_from_slice(rest);
                bits(&block, self.wanted) & !(u64::MAX << rest.len())
            }
        }
    }
}

/// One bit for each byte that is one of the wanted. Plain enough to become vector instructions.
#[inline]
fn bits(block: &[u8; BLOCK], [a, b, c, d]: [u8; 4]) -> u64 {
    let mut found = [0u8; BLOCK];
    for (found, byte) in found.iter_mut().zip(block) {
        *found = u8::from((*byte == a) | (*byte == b) | (*byte == c) | (*byte == d));
    }
    let (words, _) = found.as_chunks::<8>();
    words.iter().rev().fold(0, |bits, word| {
        // Eight bytes of nought or one: the product gathers them in the highest byte.
        let gathered = u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        (bits << 8) | gathered
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_are_those_that_one_by_one_finds() {
        let wanted = [b',', b'"', b'\n', b'\r'];
        // Neighbours of the wanted bytes, and nought, which fills the last block.
        let alphabet = [b',', b'"', b'\n', b'\r', b',' + 1, b'!', 0x0b, 0x00, 0x01, 0x80, 0xff, 0xac, b'x'];
        let mut seed = 3u32;
        for length in 0..200 {
            let text: Vec<u8> = (0..length)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    alphabet[(seed >> 16) as usize % alphabet.len()]
                })
                .collect();
            for start in [0, 1, length / 2, length] {
                let mut marks = Marks::from(&text, wanted, start);
                let found: Vec<usize> = std::iter::from_fn(|| marks.next()).collect();
                let one_by_one: Vec<usize> = (start..length).filter(|at| wanted.contains(&text[*at])).collect();
                assert_eq!(found, one_by_one, "{length} from {start}");
            }
        }
    }

    #[test]
    fn a_wanted_nought_is_not_found_behind_the_end() {
        let mut marks = Marks::from(b"a\0b", [0; 4], 0);
        assert_eq!((marks.next(), marks.next()), (Some(1), None));
    }
}
