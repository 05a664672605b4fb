//! Chance that anyone can repeat: one ChaCha stream per school, student or purpose, so that neither threads nor the
//! order of work change a district.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream of chance is used for. Streams of different purposes never share numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Who a student is.
    Identity = 1,
    /// Where a student is enrolled.
    Enrollment = 2,
    /// Which classes a student takes.
    Program = 3,
    /// Which marks a student got.
    History = 4,
    /// Which faults are planted into a student.
    Fault = 5,
    /// What a school looks like.
    School = 6,
}

/// A stream of chance.
#[derive(Debug, Clone)]
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream of one purpose and one subject (a student's or school's number).
    #[must_use]
    pub fn of(seed: u64, purpose: Purpose, subject: u64) -> Self {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream((purpose as u64) << 56 | subject);
        Self(generator)
    }

    /// A number below `n`; 0 when `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u64::from(self.0.next_u32()) * n as u64) >> 32) as usize
    }

    /// True in `parts` of a million cases.
    pub fn millionths(&mut self, parts: u32) -> bool {
        (u64::from(self.0.next_u32()) * 1_000_000) >> 32 < u64::from(parts)
    }

    /// True in `percent` of a hundred cases.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.millionths(percent * 10_000)
    }

    /// One of a list that is not empty.
    ///
    /// # Panics
    /// When the list is empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    /// The position drawn from weights; the last one when all are nought.
    pub fn weighted(&mut self, weights: &[u32]) -> usize {
        let total: u32 = weights.iter().sum();
        let mut left = self.below(total as usize) as u32;
        for (position, weight) in weights.iter().enumerate() {
            if left < *weight {
                return position;
            }
            left -= weight;
        }
        weights.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_repeats_and_streams_differ() {
        let draw = |purpose, subject| {
            let mut chance = Chance::of(7, purpose, subject);
            (0..8).map(|_| chance.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(Purpose::History, 3), draw(Purpose::History, 3));
        assert_ne!(draw(Purpose::History, 3), draw(Purpose::History, 4));
        assert_ne!(draw(Purpose::History, 3), draw(Purpose::Program, 3));
        assert_ne!(Chance::of(1, Purpose::Fault, 0).below(1 << 30), Chance::of(2, Purpose::Fault, 0).below(1 << 30));
    }

    #[test]
    fn weights_decide_and_nought_never_wins() {
        let mut chance = Chance::of(1, Purpose::School, 1);
        let mut seen = [0; 3];
        for _ in 0..3000 {
            seen[chance.weighted(&[1, 0, 2])] += 1;
        }
        assert_eq!(seen[1], 0);
        assert!(seen[2] > seen[0]);
    }
}
