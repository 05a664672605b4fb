//! The findings that are looked at while searching, and the patterns under conditions that are tried on them.

use std::collections::BTreeSet;

use super::dictionary::{Applied, Outcome, keys_of};
use super::grid::{Cell, Frame, Grid};
use super::literal::{Literal, Literals};
use super::search::Live;
use super::space::{NOBODY, Space, Unit};

/// Findings of a kind that are looked at while searching; all of them are explained and proved.
const SAMPLE: usize = 40_000;

/// A pattern and the conditions that it is counted by.
pub(super) struct Prospect<'a> {
    pub(super) live: usize,
    pub(super) applied: Applied<'a>,
    pub(super) frame: Frame,
    pub(super) price: i64,
    /// The cells that are counted, where not all are.
    pub(super) cells: Option<Vec<Cell>>,
}

impl Prospect<'_> {
    /// The cells that may become a cause, simple ones first.
    pub(super) fn cells(&self, grid: &Grid) -> Vec<Cell> {
        self.cells.clone().unwrap_or_else(|| grid.cells().collect())
    }
}

/// The events that are looked at, with their literals.
pub(super) struct Sample {
    /// Positions in the group's events.
    pub(super) at: Vec<u32>,
    pub(super) units: Vec<Unit>,
    attribute_keys: Vec<u32>,
    keys: Vec<(u32, u32)>,
    /// Findings that each open event stands for.
    pub(super) weight: u64,
    /// Findings that each event stands for that a cause had before.
    gone: u64,
    /// The cause that claimed it, counting from 1.
    pub(super) claimed: Vec<u32>,
    literals: Vec<u16>,
    ends: Vec<u32>,
}

impl Sample {
    pub(super) fn matched(&self, event: usize) -> &[u16] {
        let start = if event == 0 { 0 } else { self.ends[event - 1] as usize };
        &self.literals[start..self.ends[event] as usize]
    }
}

impl Sample {
    /// The open and the claimed events of a group, each evenly chosen where there are too many. Findings are in content
    /// order, so that the choice does not depend on the order of rows.
    pub(super) fn of(space: &Space<'_>, live: &Live<'_, '_>) -> Self {
        let events = &live.group.events;
        let closed: Vec<u32> = (0..events.len() as u32).filter(|at| live.claimed[*at as usize] > 0).collect();
        let steps = [&live.open, &closed].map(|list| list.len().div_ceil(SAMPLE).max(1));
        let at: Vec<u32> = live.open.iter().step_by(steps[0]).chain(closed.iter().step_by(steps[1])).copied().collect();
        let width = space.attributes.len();
        let mut sample = Self {
            units: Vec::with_capacity(at.len()),
            attribute_keys: vec![0; at.len() * width],
            keys: Vec::with_capacity(at.len()),
            weight: steps[0] as u64,
            gone: steps[1] as u64,
            claimed: at.iter().map(|a| live.claimed[*a as usize]).collect(),
            literals: Vec::new(),
            ends: Vec::new(),
            at,
        };
        for (place, at) in sample.at.iter().enumerate() {
            let unit = events[*at as usize].unit;
            space.keys(unit, &mut sample.attribute_keys[place * width..(place + 1) * width]);
            sample.units.push(unit);
            sample.keys.push(keys_of(live.dictionary.as_ref(), space.population, unit));
        }
        sample
    }

    /// Open events that a pattern explains under a base, with the keys of their attributes.
    pub(super) fn of_pattern(
        &self,
        space: &Space<'_>,
        applied: &Applied<'_>,
        base: &[Literal],
    ) -> (Vec<Unit>, Vec<u32>) {
        let width = space.attributes.len();
        let (mut units, mut keys) = (Vec::new(), Vec::new());
        for event in (0..self.units.len()).filter(|e| self.claimed[*e] == 0) {
            let unit = self.units[event];
            let own = &self.attribute_keys[event * width..(event + 1) * width];
            if applied.outcome(unit, self.keys[event]) == Outcome::AsSaid && base.iter().all(|l| l.holds(space, unit)) {
                units.push(unit);
                keys.extend_from_slice(own);
            }
        }
        (units, keys)
    }

    pub(super) fn look_up(&mut self, space: &Space<'_>, literals: &Literals) {
        let mut matched = Vec::new();
        for unit in &self.units {
            literals.matched(space, *unit, &mut matched);
            self.literals.extend_from_slice(&matched);
            self.ends.push(self.literals.len() as u32);
        }
    }

    /// Open events that a pattern explains, and claimed ones that it touches, by its conditions.
    pub(super) fn grids(&self, prospect: &Prospect<'_>) -> (Grid, Grid) {
        let (mut hits, mut gone) = (Grid::new(&prospect.frame), Grid::new(&prospect.frame));
        for event in 0..self.at.len() {
            let (unit, keys) = (self.units[event], self.keys[event]);
            if self.claimed[event] > 0 {
                if prospect.applied.touches(unit, keys.0) {
                    gone.add_times(&prospect.frame, self.matched(event), self.gone);
                }
            } else if prospect.applied.outcome(unit, keys) == Outcome::AsSaid {
                hits.add(&prospect.frame, self.matched(event));
            }
        }
        (hits, gone)
    }

    /// Events that a cause took go from what a prospect explains to what is claimed.
    pub(super) fn move_over(&self, prospect: &Prospect<'_>, taken: &[usize], hits: &mut Grid, gone: &mut Grid) {
        for event in taken {
            let (unit, keys) = (self.units[*event], self.keys[*event]);
            let outcome = prospect.applied.outcome(unit, keys);
            if outcome == Outcome::AsSaid {
                hits.take_out(&prospect.frame, self.matched(*event));
            }
            if outcome != Outcome::Untouched {
                gone.add_times(&prospect.frame, self.matched(*event), self.weight);
            }
        }
    }

    /// Open events that a pattern explains under a condition.
    pub(super) fn explained<'s>(
        &'s self,
        prospect: &'s Prospect<'_>,
        condition: &'s [u16],
    ) -> impl Iterator<Item = usize> + 's {
        (0..self.units.len()).filter(move |e| {
            self.claimed[*e] == 0
                && prospect.applied.outcome(self.units[*e], self.keys[*e]) == Outcome::AsSaid
                && condition.iter().all(|c| self.matched(*e).binary_search(c).is_ok())
        })
    }

    /// Distinct students (for courses: records) that a candidate explains.
    pub(super) fn students(&self, prospect: &Prospect<'_>, cell: Cell) -> u64 {
        let condition = prospect.frame.cell(cell);
        let units: BTreeSet<Unit> = self
            .explained(prospect, &condition)
            .map(|e| self.units[e])
            .map(|u| if u.student == NOBODY { u } else { Unit { student: u.student, legacy: 0, new: 0 } })
            .collect();
        units.len() as u64
    }
}
