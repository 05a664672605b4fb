//! Which patterns and conditions are worth an exact count, and the one pass over the records that counts them.

use rayon::prelude::*;

use super::bits::{most_evidence, worth};
use super::grid::{Cell, Grid, WIDTH};
use super::literal::Literals;
use super::model::Settings;
use super::sample::{Prospect, Sample};
use super::search::Live;
use super::space::{NO_KEY, Population, Space, Unit, each_unit};
use crate::canonical::Entity;

/// Students that one task counts.
const CHUNK: u32 = 8 * 1024;
/// Records of a part of the population that are too few to judge by.
const FEW: u64 = 12;
/// A condition under which less than one in so many records differ is not worth an exact count.
const VAGUE: u64 = 20;

/// Leaves out patterns and conditions that have too few findings to save anything, even if every record that they hold
/// for were one of them: nothing of what is left out could become a cause, so that no record need be counted for it.
pub(super) fn promising<'a>(
    space: &Space<'a>,
    samples: &[Option<Sample>],
    prospects: Vec<Prospect<'a>>,
    literals: &Literals,
    settings: &Settings,
) -> Vec<Prospect<'a>> {
    let worth = worth(space.population);
    let keep = |mut prospect: Prospect<'a>| {
        let sample = samples[prospect.live].as_ref()?;
        let (hits, _) = sample.grids(&prospect);
        let frame = prospect.frame.clone();
        let is_promising = |cell: Cell| {
            let hits = hits.get(cell) * sample.weight;
            let gain = || most_evidence(hits) - prospect.price - frame.price(cell, literals, space);
            hits >= settings.min_findings && gain() > worth
        };
        let cells: Vec<Cell> = hits.cells().filter(|c| is_promising(*c)).collect();
        narrow(&mut prospect, cells.into_iter(), literals).then_some(prospect)
    };
    prospects.into_par_iter().filter_map(keep).collect()
}

/// Keeps the conditions of some cells; false when there is none.
fn narrow(prospect: &mut Prospect<'_>, cells: impl Iterator<Item = Cell>, literals: &Literals) -> bool {
    let mut used = [false; WIDTH];
    let mut is_any = false;
    for cell in cells {
        is_any = true;
        match cell {
            Cell::All => {}
            Cell::One(a) => used[a] = true,
            Cell::Two(a, b) => (used[a], used[b]) = (true, true),
        }
    }
    prospect.frame.keep(&used);
    prospect.frame.settle(literals);
    is_any
}

/// Of a large population: leaves out patterns and conditions that a part of it shows to be far from precise, so that
/// only what may become a cause is counted exactly. Students stand in order of their ids, so that every n-th of them are
/// the same ones whatever the order of rows.
pub(super) fn thin<'a>(
    space: &Space<'a>,
    lives: &[Live<'a, '_>],
    samples: &[Option<Sample>],
    prospects: Vec<Prospect<'a>>,
    literals: &Literals,
    settings: &Settings,
) -> Vec<Prospect<'a>> {
    let stride = space.total / settings.rough_records.max(1);
    if stride < 2 || space.entity == Entity::Course {
        return prospects;
    }
    let rough = count(space, lives, &prospects, literals, stride as usize);
    let keep = |(mut prospect, rough): (Prospect<'a>, Grid)| {
        let sample = samples[prospect.live].as_ref()?;
        let (hits, _) = sample.grids(&prospect);
        let is_promising = |cell: Cell| {
            let (hits, seen) = (hits.get(cell) * sample.weight, rough.get(cell));
            hits >= settings.min_findings && (seen < FEW || hits * VAGUE >= seen * stride)
        };
        narrow(&mut prospect, hits.cells().filter(|c| is_promising(*c)), literals).then_some(prospect)
    };
    prospects.into_iter().zip(rough).filter_map(keep).collect()
}

/// Positions by a dense key.
#[derive(Default)]
pub(super) struct ByKey(Vec<Vec<usize>>);

impl ByKey {
    pub(super) fn push(&mut self, key: u32, at: usize) {
        let key = key as usize;
        if self.0.len() <= key {
            self.0.resize(key + 1, Vec::new());
        }
        self.0[key].push(at);
    }

    pub(super) fn get(&self, key: u32) -> &[usize] {
        self.0.get(key as usize).map_or(&[], Vec::as_slice)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The patterns of one kind of finding, by the legacy keys that they change.
struct Watch {
    live: usize,
    /// Patterns that change many values.
    broad: Vec<usize>,
    /// Patterns that change a few, by the value.
    few: ByKey,
}

impl Watch {
    fn all(lives: usize, prospects: &[Prospect<'_>]) -> Vec<Self> {
        let new = |live| Self { live, broad: Vec::new(), few: ByKey::default() };
        let mut all: Vec<Self> = (0..lives).map(new).collect();
        for (at, prospect) in prospects.iter().enumerate() {
            let watch = &mut all[prospect.live];
            match prospect.applied.few() {
                Some(keys) => keys.for_each(|key| watch.few.push(key, at)),
                None => watch.broad.push(at),
            }
        }
        all.retain(|w| !w.broad.is_empty() || !w.few.is_empty());
        all
    }
}

/// Counts the records of the population (of every n-th student) that each pattern touches, by its conditions: the
/// denominators.
pub(super) fn count<'a>(
    space: &Space<'a>,
    lives: &[Live<'a, '_>],
    prospects: &[Prospect<'a>],
    literals: &Literals,
    stride: usize,
) -> Vec<Grid> {
    if prospects.is_empty() {
        return Vec::new();
    }
    let empty = || -> Vec<Grid> { prospects.iter().map(|p| Grid::new(&p.frame)).collect() };
    let students = space.run.students.len() as u32;
    let starts: Vec<u32> = (0..students.max(1)).step_by(CHUNK as usize).collect();
    let watches = Watch::all(lives.len(), prospects);
    starts
        .par_iter()
        .fold(empty, |mut grids, start| {
            let mut matched = Vec::new();
            let mut see = |unit: Unit| {
                let mut is_known = false;
                matched.clear();
                for watch in &watches {
                    let dictionary = lives[watch.live].dictionary.as_ref();
                    let key = match dictionary.filter(|_| space.population == Population::Paired) {
                        Some(dictionary) => dictionary.legacy_key(unit),
                        None => NO_KEY,
                    };
                    let few = watch.few.get(key);
                    for at in watch.broad.iter().chain(few) {
                        if !prospects[*at].applied.touches(unit, key) {
                            continue;
                        }
                        if !is_known && prospects[*at].frame.is_wide() {
                            literals.matched(space, unit, &mut matched);
                            is_known = true;
                        }
                        grids[*at].add(&prospects[*at].frame, &matched);
                    }
                }
            };
            let end = (start + CHUNK).min(students);
            if stride == 1 {
                each_unit(space.run, space.entity, space.population, *start..end, &mut see);
            } else {
                for student in (start.next_multiple_of(stride as u32)..end).step_by(stride) {
                    each_unit(space.run, space.entity, space.population, student..student + 1, &mut see);
                }
            }
            grids
        })
        .reduce(empty, |mut a, b| {
            a.iter_mut().zip(&b).for_each(|(a, b)| a.merge(b));
            a
        })
}
