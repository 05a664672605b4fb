//! The numbers of all students in 32 bytes each: GPAs repeat from student to student, so each result is kept once.

use std::hash::Hash;

use foldhash::HashMap;

use super::bound::{Computed, Numbers, Stored};
use crate::canonical::{Decimal, Row};

/// The numbers of one kind, by position of the student pair.
#[derive(Debug, Default)]
pub(super) struct Compact {
    students: Vec<Small>,
    computed: Vec<Computed>,
    stored: Vec<Printed>,
}

/// A stored value as printed.
type Printed = (Option<Decimal>, u8);

/// Positions in the two lists, from 1; 0 is none.
#[derive(Debug, Clone, Copy)]
struct Small {
    rows: [Row; 2],
    stored: [u32; 2],
    computed: [u32; 4],
}

impl Compact {
    /// The numbers of a student; `None` past the last one.
    pub(super) fn get(&self, position: u32) -> Option<Numbers> {
        let small = self.students.get(position as usize)?;
        let stored = |side: usize| {
            let (value, digits) = *self.stored.get(small.stored[side].checked_sub(1)? as usize)?;
            Some(Stored { row: small.rows[side], value, digits })
        };
        let computed = |at: usize| self.computed.get(small.computed[at].checked_sub(1)? as usize).copied();
        Some(Numbers {
            legacy_stored: stored(0),
            new_stored: stored(1),
            legacy: computed(0),
            new: computed(1),
            legacy_rows_new_rules: computed(2),
            new_rows_legacy_rules: computed(3),
        })
    }
}

/// Takes the numbers of one student after the other.
#[derive(Debug, Default)]
pub(super) struct Packing {
    packed: Compact,
    computed: HashMap<Computed, u32>,
    stored: HashMap<Printed, u32>,
}

impl Packing {
    /// The next student.
    pub(super) fn push(&mut self, n: &Numbers) {
        let Self { packed, computed, stored } = self;
        let row = |s: Option<Stored>| s.map_or(0, |s| s.row);
        let printed = |s: Option<Stored>| s.map(|s| (s.value, s.digits));
        let legacy_stored = number(printed(n.legacy_stored), &mut packed.stored, stored);
        let new_stored = if printed(n.new_stored) == printed(n.legacy_stored) {
            legacy_stored
        } else {
            number(printed(n.new_stored), &mut packed.stored, stored)
        };
        let legacy = number(n.legacy, &mut packed.computed, computed);
        // Both sides mostly agree: then nothing has to be looked up again.
        let mut like_legacy = |c: Option<Computed>| {
            if c == n.legacy { legacy } else { number(c, &mut packed.computed, computed) }
        };
        let computed =
            [legacy, like_legacy(n.new), like_legacy(n.legacy_rows_new_rules), like_legacy(n.new_rows_legacy_rules)];
        let rows = [row(n.legacy_stored), row(n.new_stored)];
        packed.students.push(Small { rows, stored: [legacy_stored, new_stored], computed });
    }

    /// What was taken.
    pub(super) fn finish(mut self) -> Compact {
        self.packed.students.shrink_to_fit();
        self.packed
    }
}

fn number<T: Copy + Eq + Hash>(value: Option<T>, list: &mut Vec<T>, known: &mut HashMap<T, u32>) -> u32 {
    let Some(value) = value else { return 0 };
    *known.entry(value).or_insert_with(|| {
        list.push(value);
        list.len() as u32
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Rational;

    #[test]
    fn numbers_come_out_as_they_went_in() {
        let computed = |num, problems| Computed { exact: Rational::new(num, 7), value: None, problems };
        let stored = |row, text: &str| Stored { row, value: Decimal::parse(text).ok(), digits: 2 };
        let all = [
            Numbers::default(),
            Numbers { legacy: Some(computed(20, 0)), new: Some(computed(20, 0)), ..Numbers::default() },
            Numbers {
                legacy_stored: Some(stored(9, "3.50")),
                new_stored: Some(stored(4, "3.50")),
                legacy: Some(computed(20, 0)),
                new: Some(computed(21, 1)),
                new_rows_legacy_rules: Some(computed(20, 1)),
                legacy_rows_new_rules: None,
            },
            Numbers { new_stored: Some(stored(0, "")), new: Some(computed(20, 0)), ..Numbers::default() },
        ];
        let mut packing = Packing::default();
        all.iter().for_each(|n| packing.push(n));
        let packed = packing.finish();
        for (position, numbers) in all.iter().enumerate() {
            assert_eq!(packed.get(position as u32), Some(*numbers));
        }
        assert_eq!(packed.get(4), None);
        assert_eq!((packed.computed.len(), packed.stored.len()), (3, 2), "each result once");
    }
}
