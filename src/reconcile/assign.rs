//! The cheapest one-to-one assignment of leftover rows, accepted only where no other is nearly as cheap.

use std::collections::BTreeMap;

use pathfinding::kuhn_munkres::kuhn_munkres_min;
use pathfinding::matrix::Matrix;

/// Another assignment that costs less than this more makes the answer not unique.
const MARGIN: i64 = 3;
/// Leaving a pair apart costs more than any pair that is allowed.
const APART: i64 = 1_000;
const FORBIDDEN: i64 = 1_000_000;
/// Rows that hang together; beyond it no answer is tried (the rows are told as ambiguous).
const LARGEST: usize = 40;

/// Rows to assign: what each pair costs (`None`: can not be), and which rows are interchangeable (equal class).
pub(super) struct Task {
    pub(super) costs: Vec<Vec<Option<i64>>>,
    pub(super) legacy_class: Vec<usize>,
    pub(super) new_class: Vec<usize>,
}

/// Positions of rows that belong together, or that can not be told apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) pairs: Vec<(usize, usize)>,
    pub(super) ambiguous: Vec<(Vec<usize>, Vec<usize>)>,
}

impl Task {
    /// Solves each connected group of rows apart.
    pub(super) fn solve(&self) -> Answer {
        let mut answer = Answer::default();
        for (legacy, new) in self.components() {
            if let ([l], [n]) = (legacy.as_slice(), new.as_slice()) {
                answer.pairs.push((*l, *n));
                continue;
            }
            if legacy.len().max(new.len()) > LARGEST {
                answer.ambiguous.push((legacy, new));
                continue;
            }
            match self.solve_component(&legacy, &new) {
                Some(pairs) => answer.pairs.extend(pairs),
                None => answer.ambiguous.push((legacy, new)),
            }
        }
        answer
    }

    /// Groups of rows that allowed pairs connect, in order of their first legacy row.
    fn components(&self) -> Vec<(Vec<usize>, Vec<usize>)> {
        let (n_legacy, n_new) = (self.legacy_class.len(), self.new_class.len());
        let mut seen = vec![false; n_legacy];
        let mut taken = vec![false; n_new];
        let mut groups = Vec::new();
        for start in 0..n_legacy {
            if seen[start] {
                continue;
            }
            seen[start] = true;
            let (mut legacy, mut new, mut next) = (vec![start], Vec::new(), 0);
            while next < legacy.len() {
                let l = legacy[next];
                next += 1;
                for n in (0..n_new).filter(|n| self.costs[l][*n].is_some()) {
                    if !taken[n] {
                        taken[n] = true;
                        new.push(n);
                        for other in (0..n_legacy).filter(|o| self.costs[*o][n].is_some()) {
                            if !seen[other] {
                                seen[other] = true;
                                legacy.push(other);
                            }
                        }
                    }
                }
            }
            if !new.is_empty() {
                legacy.sort_unstable();
                new.sort_unstable();
                groups.push((legacy, new));
            }
        }
        groups
    }

    /// The cheapest assignment of a group, or `None` when another one is as cheap and not the same in effect.
    fn solve_component(&self, legacy: &[usize], new: &[usize]) -> Option<Vec<(usize, usize)>> {
        let cost = |l: usize, n: usize| self.costs[l][n].unwrap_or(FORBIDDEN);
        let (best, pairs) = cheapest(legacy, new, &cost);
        let mut used: BTreeMap<(usize, usize), Vec<usize>> = BTreeMap::new();
        for (l, n) in &pairs {
            used.entry((self.legacy_class[*l], self.new_class[*n])).or_default().push(*l);
        }
        for ((legacy_class, new_class), rows) in &used {
            // Allow this kind of pair once less than it is used: rows of a class are interchangeable.
            let free = &rows[1..];
            let without = |l: usize, n: usize| {
                let kind = self.legacy_class[l] == *legacy_class && self.new_class[n] == *new_class;
                if kind && !free.contains(&l) { FORBIDDEN } else { cost(l, n) }
            };
            if cheapest(legacy, new, &without).0 < best + MARGIN {
                return None;
            }
        }
        Some(pairs)
    }
}

/// The assignment of least cost; rows without a partner cost [`APART`].
fn cheapest(legacy: &[usize], new: &[usize], cost: &dyn Fn(usize, usize) -> i64) -> (i64, Vec<(usize, usize)>) {
    let flip = legacy.len() > new.len();
    let (rows, columns) = if flip { (new, legacy) } else { (legacy, new) };
    let weights = Matrix::from_fn(rows.len(), columns.len() + rows.len(), |(r, c)| match columns.get(c) {
        Some(column) if flip => cost(*column, rows[r]),
        Some(column) => cost(rows[r], *column),
        None => APART,
    });
    let (total, chosen) = kuhn_munkres_min(&weights);
    let pairs = chosen.iter().enumerate().filter_map(|(r, c)| {
        let column = *columns.get(*c)?;
        let (l, n) = if flip { (column, rows[r]) } else { (rows[r], column) };
        (cost(l, n) < FORBIDDEN).then_some((l, n))
    });
    (total, pairs.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(costs: &[&[i64]]) -> Task {
        let costs: Vec<Vec<Option<i64>>> =
            costs.iter().map(|r| r.iter().map(|c| (*c >= 0).then_some(*c)).collect()).collect();
        let (rows, columns) = (costs.len(), costs.first().map_or(0, Vec::len));
        Task { costs, legacy_class: (0..rows).collect(), new_class: (0..columns).collect() }
    }

    #[test]
    fn the_cheapest_assignment_wins_over_the_greedy_one() {
        let answer = task(&[&[10, 40], &[20, 90]]).solve();
        assert_eq!(answer.pairs, [(0, 1), (1, 0)]);
    }

    #[test]
    fn two_answers_of_one_price_are_no_answer() {
        let answer = task(&[&[40, 40]]).solve();
        assert_eq!(answer.pairs, []);
        assert_eq!(answer.ambiguous, [(vec![0], vec![0, 1])]);
        let answer = task(&[&[40, 40], &[40, 40]]).solve();
        assert_eq!(answer.ambiguous, [(vec![0, 1], vec![0, 1])]);
    }

    #[test]
    fn interchangeable_rows_are_not_ambiguous() {
        let mut one = task(&[&[40, 40]]);
        one.new_class = vec![7, 7];
        assert_eq!(one.solve().pairs.len(), 1);
        let mut two = task(&[&[40, 40], &[40, 40]]);
        two.new_class = vec![7, 7];
        two.legacy_class = vec![3, 3];
        assert_eq!(two.solve().pairs.len(), 2);
    }

    #[test]
    fn groups_that_do_not_touch_are_solved_apart() {
        let answer = task(&[&[5, -1, -1], &[-1, 40, 40]]).solve();
        assert_eq!(answer.pairs, [(0, 0)]);
        assert_eq!(answer.ambiguous, [(vec![1], vec![1, 2])]);
    }
}
