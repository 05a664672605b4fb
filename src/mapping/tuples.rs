//! Distinct tuples of dictionary codes, numbered: several columns become one without a text per row.

use std::borrow::Cow;

use foldhash::{HashMap, HashMapExt};

use crate::canonical::Codes;

/// Pairs are numbered in a plain array while it stays below this many cells.
const DENSE: usize = 1 << 22;

/// The distinct tuples of some columns, and each row's number.
pub(super) struct Tuples {
    /// One number a row.
    pub(super) codes: Vec<u32>,
    /// For each column after the first: (number of the tuple so far, code of this column).
    stages: Vec<Vec<(u32, u32)>>,
    /// Distinct tuples.
    pub(super) len: usize,
}

impl Tuples {
    /// Numbers the tuples of columns that are `rows` long; each column says how many codes it may have.
    pub(super) fn of(columns: &[(Cow<'_, Codes>, usize)], rows: usize) -> Self {
        let Some(((first, distinct), rest)) = columns.split_first() else {
            return Self { codes: vec![0; rows], stages: Vec::new(), len: usize::from(rows > 0) };
        };
        let mut codes: Vec<u32> = first.iter().collect();
        let mut len = *distinct;
        let mut stages = Vec::new();
        for (column, distinct) in rest {
            let stage = pair(&mut codes, len, column, *distinct);
            len = stage.len();
            stages.push(stage);
        }
        Self { codes, stages, len }
    }

    /// The codes of a tuple, in the order of the columns.
    pub(super) fn parts(&self, tuple: u32, out: &mut Vec<u32>) {
        out.clear();
        let mut at = tuple;
        for stage in self.stages.iter().rev() {
            let (before, code) = stage[at as usize];
            out.push(code);
            at = before;
        }
        out.push(at);
        out.reverse();
    }
}

/// Replaces each row's number by that of its pair with the column's code.
fn pair(codes: &mut [u32], left: usize, column: &Codes, right: usize) -> Vec<(u32, u32)> {
    let mut stage: Vec<(u32, u32)> = Vec::new();
    let mut number = |seen: &mut u32, pair: (u32, u32)| {
        if *seen == 0 {
            stage.push(pair);
            *seen = stage.len() as u32;
        }
        *seen - 1
    };
    if left.saturating_mul(right) <= DENSE {
        let mut seen = vec![0u32; left * right];
        for (row, code) in codes.iter_mut().enumerate() {
            let other = column.get(row);
            *code = number(&mut seen[*code as usize * right + other as usize], (*code, other));
        }
    } else {
        let mut seen: HashMap<u64, u32> = HashMap::new();
        for (row, code) in codes.iter_mut().enumerate() {
            let other = column.get(row);
            let slot = seen.entry(u64::from(*code) << 32 | u64::from(other)).or_insert(0);
            *code = number(slot, (*code, other));
        }
    }
    stage
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_that_only_look_alike_when_glued_stay_apart() {
        // (1,11) and (11,1): codes stand for texts, and tuples are of codes.
        let a: Codes = [1u32, 11, 1].into_iter().collect();
        let b: Codes = [11u32, 1, 11].into_iter().collect();
        let tuples = Tuples::of(&[(Cow::Borrowed(&a), 12), (Cow::Borrowed(&b), 12)], 3);
        assert_eq!(tuples.codes, [0, 1, 0]);
        let mut parts = Vec::new();
        tuples.parts(1, &mut parts);
        assert_eq!(parts, [11, 1]);
    }

    #[test]
    fn the_dense_and_the_hashed_way_number_alike() {
        let a: Codes = (0..100u32).map(|i| i % 7).collect();
        let b: Codes = (0..100u32).map(|i| i % 5).collect();
        let c: Codes = (0..100u32).map(|i| i % 3).collect();
        let dense = Tuples::of(&[(Cow::Borrowed(&a), 7), (Cow::Borrowed(&b), 5), (Cow::Borrowed(&c), 3)], 100);
        let hashed = Tuples::of(
            &[(Cow::Borrowed(&a), 1 << 20), (Cow::Borrowed(&b), 1 << 20), (Cow::Borrowed(&c), 1 << 20)],
            100,
        );
        assert_eq!(dense.codes, hashed.codes);
        let mut parts = Vec::new();
        dense.parts(dense.codes[99], &mut parts);
        assert_eq!(parts, [99 % 7, 99 % 5, 0]);
    }
}
