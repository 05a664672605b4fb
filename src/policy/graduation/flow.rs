//! What is truly satisfiable: the most credits that can be laid into the areas, whatever a vendor's order is.
//!
//! Areas are filled in their order, each as far as rerouting what others hold allows. That gives a maximum flow, and
//! among all maximum flows the one that leaves the earliest areas least open, so the deficits are unique.

/// Credits that may go into any of the areas of a mask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Supply {
    /// Bit by area.
    pub(super) mask: u32,
    /// How much.
    pub(super) amount: i64,
}

/// What stays open in each area.
pub(super) fn deficits(supplies: &[Supply], needs: &[i64]) -> Vec<i64> {
    let mut by_mask: Vec<Supply> = Vec::new();
    for supply in supplies.iter().filter(|s| s.mask != 0 && s.amount > 0) {
        match by_mask.iter_mut().find(|known| known.mask == supply.mask) {
            Some(known) => known.amount += supply.amount,
            None => by_mask.push(*supply),
        }
    }
    let mut network = Network {
        areas: needs.len(),
        held: vec![0; needs.len() * by_mask.len()],
        queue: Vec::with_capacity(needs.len()),
        gives_to: Vec::with_capacity(by_mask.len()),
        freed_for: Vec::with_capacity(needs.len()),
        chain: Vec::new(),
        free: by_mask.iter().map(|s| s.amount).collect(),
        masks: by_mask.iter().map(|s| s.mask).collect(),
    };
    let mut open = needs.to_vec();
    for (area, open) in open.iter_mut().enumerate() {
        while *open > 0 {
            let moved = network.augment(area, *open);
            if moved == 0 {
                break;
            }
            *open -= moved;
        }
    }
    open
}

struct Network {
    masks: Vec<u32>,
    free: Vec<i64>,
    areas: usize,
    /// By supply, then area.
    held: Vec<i64>,
    /// Room to search in: areas that are reached,
    queue: Vec<usize>,
    /// for each supply reached the area it would give to,
    gives_to: Vec<Option<usize>>,
    /// for each area reached the supply that it frees,
    freed_for: Vec<Option<usize>>,
    /// and the chain from the free supply to the area that wants: (supply, area) pairs.
    chain: Vec<(usize, usize)>,
}

impl Network {
    /// Moves up to `most` credits into an area along a shortest chain of reroutings; returns how many.
    fn augment(&mut self, area: usize, most: i64) -> i64 {
        self.gives_to.clear();
        self.gives_to.resize(self.masks.len(), None);
        self.freed_for.clear();
        self.freed_for.resize(self.areas, None);
        self.queue.clear();
        self.queue.push(area);
        let mut next = 0;
        while next < self.queue.len() {
            let at = self.queue[next];
            next += 1;
            for supply in 0..self.masks.len() {
                if self.gives_to[supply].is_some() || self.masks[supply] & (1 << at) == 0 {
                    continue;
                }
                self.gives_to[supply] = Some(at);
                if self.free[supply] > 0 {
                    return self.reroute(supply, area, most);
                }
                let held = &self.held[supply * self.areas..(supply + 1) * self.areas];
                for (other, freed) in self.freed_for.iter_mut().enumerate() {
                    if held[other] > 0 && other != area && freed.is_none() {
                        *freed = Some(supply);
                        self.queue.push(other);
                    }
                }
            }
        }
        0
    }

    fn reroute(&mut self, first: usize, area: usize, most: i64) -> i64 {
        self.chain.clear();
        let mut supply = first;
        loop {
            let Some(to) = self.gives_to[supply] else { return 0 };
            self.chain.push((supply, to));
            if to == area {
                break;
            }
            let Some(frees) = self.freed_for[to] else { return 0 };
            supply = frees;
        }
        let mut moved = most.min(self.free[first]);
        for pair in self.chain.windows(2) {
            moved = moved.min(self.held[pair[1].0 * self.areas + pair[0].1]);
        }
        self.free[first] -= moved;
        for (at, (supply, to)) in self.chain.iter().enumerate() {
            self.held[supply * self.areas + to] += moved;
            if let Some((next, _)) = self.chain.get(at + 1) {
                self.held[next * self.areas + to] -= moved;
            }
        }
        moved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_that_fits_two_areas_is_moved_to_where_it_is_needed() {
        // Ten credits fit areas 0 and 1, ten only area 0: greedy in order would leave area 1 open.
        let supplies = [Supply { mask: 0b11, amount: 10 }, Supply { mask: 0b01, amount: 10 }];
        assert_eq!(deficits(&supplies, &[10, 10]), [0, 0]);
    }

    #[test]
    fn the_earliest_area_is_left_least_open_and_chains_of_reroutings_work() {
        assert_eq!(deficits(&[Supply { mask: 0b11, amount: 10 }], &[10, 10]), [0, 10]);
        let supplies =
            [Supply { mask: 0b011, amount: 5 }, Supply { mask: 0b110, amount: 5 }, Supply { mask: 0b101, amount: 5 }];
        assert_eq!(deficits(&supplies, &[5, 5, 5]), [0, 0, 0]);
        assert_eq!(deficits(&supplies, &[5, 5, 6]), [0, 0, 1]);
        assert_eq!(deficits(&supplies, &[15, 0, 5]), [5, 0, 0]);
        assert_eq!(deficits(&[], &[3]), [3]);
    }

    /// Exhaustive: the least total that any assignment of unit supplies leaves open.
    fn least_open(supplies: &[u32], needs: &[i64]) -> i64 {
        let Some((mask, rest)) = supplies.split_first() else { return needs.iter().sum() };
        let mut best = least_open(rest, needs);
        for area in 0..needs.len() {
            if mask & (1 << area) != 0 && needs[area] > 0 {
                let mut left = needs.to_vec();
                left[area] -= 1;
                best = best.min(least_open(rest, &left));
            }
        }
        best
    }

    #[test]
    fn no_assignment_leaves_less_open() {
        let mut seed = 7u64;
        let mut next = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..300 {
            let masks: Vec<u32> = (0..6).map(|_| next(8) as u32).collect();
            let needs: Vec<i64> = (0..3).map(|_| next(4) as i64).collect();
            let supplies: Vec<Supply> = masks.iter().map(|m| Supply { mask: *m, amount: 1 }).collect();
            let total: i64 = deficits(&supplies, &needs).iter().sum();
            assert_eq!(total, least_open(&masks, &needs), "{masks:?} {needs:?}");
        }
    }
}
