//! Counts of records by up to two literals at a time, for one pattern.

use super::literal::Literals;
use super::space::Space;

/// Literals that one pattern is counted by.
pub(super) const WIDTH: usize = 32;
const NONE: u8 = u8::MAX;

/// Which literals of the space a grid counts.
#[derive(Debug, Clone)]
pub(super) struct Frame {
    /// Literals that must hold for a record to count at all.
    pub(super) base: Vec<u16>,
    /// Numbers of the literals, by place in the grid.
    pub(super) literals: Vec<u16>,
    place: Vec<u8>,
}

impl Frame {
    pub(super) fn new(base: Vec<u16>, mut literals: Vec<u16>) -> Self {
        literals.retain(|l| !base.contains(l));
        literals.truncate(WIDTH);
        Self { base, literals, place: Vec::new() }
    }

    /// Keeps the literals at some places.
    pub(super) fn keep(&mut self, used: &[bool; WIDTH]) {
        let mut place = 0;
        self.literals.retain(|_| {
            place += 1;
            used[place - 1]
        });
    }

    /// Knows the place of each literal, once all are numbered.
    pub(super) fn settle(&mut self, literals: &Literals) {
        self.place = vec![NONE; literals.len()];
        for (at, number) in self.literals.iter().enumerate() {
            self.place[usize::from(*number)] = at as u8;
        }
    }

    /// True when it matters which literals hold.
    pub(super) fn is_wide(&self) -> bool {
        !self.base.is_empty() || !self.literals.is_empty()
    }

    /// The literals of a cell, base first.
    pub(super) fn cell(&self, cell: Cell) -> Vec<u16> {
        let mut all = self.base.clone();
        match cell {
            Cell::All => {}
            Cell::One(a) => all.push(self.literals[a]),
            Cell::Two(a, b) => all.extend([self.literals[a], self.literals[b]]),
        }
        all
    }

    /// The price of a cell's literals.
    pub(super) fn price(&self, cell: Cell, literals: &Literals, space: &Space<'_>) -> i64 {
        self.cell(cell).into_iter().map(|l| literals.get(l).price(space)).sum()
    }
}

/// One count of a grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell {
    All,
    One(usize),
    Two(usize, usize),
}

/// Counts.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    /// Records that the pattern touches, base or not.
    pub(super) whole: u64,
    /// Those for which the base holds.
    pub(super) all: u64,
    singles: Vec<u32>,
    pairs: Vec<u32>,
}

impl Grid {
    pub(super) fn new(frame: &Frame) -> Self {
        let n = frame.literals.len();
        Self { whole: 0, all: 0, singles: vec![0; n], pairs: vec![0; n * n.saturating_sub(1) / 2] }
    }

    /// Counts a record for which these literals hold.
    pub(super) fn add(&mut self, frame: &Frame, matched: &[u16]) {
        self.whole += 1;
        self.change(frame, matched, 1);
    }

    /// Counts a record that stands for so many.
    pub(super) fn add_times(&mut self, frame: &Frame, matched: &[u16], times: u64) {
        self.whole += times;
        self.change(frame, matched, times as i32);
    }

    /// Counts a record for one cell only.
    pub(super) fn count(&mut self, cell: Cell) {
        match cell {
            Cell::All => self.all += 1,
            Cell::One(a) => self.singles[a] += 1,
            Cell::Two(a, b) => self.pairs[b * (b - 1) / 2 + a] += 1,
        }
    }

    /// Takes a record out that was counted.
    pub(super) fn take_out(&mut self, frame: &Frame, matched: &[u16]) {
        self.whole -= 1;
        self.change(frame, matched, -1);
    }

    fn change(&mut self, frame: &Frame, matched: &[u16], by: i32) {
        #[cfg(test)]
        steps::took(1);
        if !frame.base.iter().all(|b| matched.contains(b)) {
            return;
        }
        self.all = self.all.saturating_add_signed(by.into());
        if self.singles.is_empty() {
            return;
        }
        let mut places = [0usize; WIDTH];
        let mut n = 0;
        for literal in matched {
            let place = frame.place[usize::from(*literal)];
            if place != NONE {
                places[n] = usize::from(place);
                n += 1;
            }
        }
        for (at, one) in places[..n].iter().enumerate() {
            self.singles[*one] = self.singles[*one].saturating_add_signed(by);
            for other in &places[..at] {
                let (a, b) = (*one.min(other), *one.max(other));
                let pair = &mut self.pairs[b * (b - 1) / 2 + a];
                *pair = pair.saturating_add_signed(by);
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.whole += other.whole;
        self.all += other.all;
        self.singles.iter_mut().zip(&other.singles).for_each(|(a, b)| *a += b);
        self.pairs.iter_mut().zip(&other.pairs).for_each(|(a, b)| *a += b);
    }

    pub(super) fn get(&self, cell: Cell) -> u64 {
        match cell {
            Cell::All => self.all,
            Cell::One(a) => u64::from(self.singles[a]),
            Cell::Two(a, b) => u64::from(self.pairs[b * (b - 1) / 2 + a]),
        }
    }

    /// All cells, simple ones first.
    pub(super) fn cells(&self) -> impl Iterator<Item = Cell> + use<> {
        let n = self.singles.len();
        let twos = (1..n).flat_map(|b| (0..b).map(move |a| Cell::Two(a, b)));
        std::iter::once(Cell::All).chain((0..n).map(Cell::One)).chain(twos)
    }
}

/// How often a record was counted for a pattern, on this thread: what the search costs, whatever the machine.
#[cfg(test)]
pub(super) mod steps {
    use std::cell::Cell;

    thread_local! {
        static STEPS: Cell<u64> = const { Cell::new(0) };
    }

    pub(in crate::cause) fn took(n: u64) {
        STEPS.with(|s| s.set(s.get() + n));
    }

    pub(in crate::cause) fn all() -> u64 {
        STEPS.with(Cell::get)
    }
}
