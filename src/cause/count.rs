//! Which patterns and conditions are worth an exact count, and the one pass over the records that counts them.

use rayon::prelude::*;

use super::bits::{most_evidence, worth};
use super::grid::{Cell, Grid, WIDTH};
use super::literal::{Literal, Literals};
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
/// How many times more students the next look at what is left takes in.
const CLOSER: u64 = 6;

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
        (!narrow(&mut prospect, &cells, literals).is_empty()).then_some(prospect)
    };
    prospects.into_par_iter().filter_map(keep).collect()
}

/// Keeps the conditions of some cells; gives the cells by their new places.
fn narrow(prospect: &mut Prospect<'_>, cells: &[Cell], literals: &Literals) -> Vec<Cell> {
    let mut used = [false; WIDTH];
    for cell in cells {
        match *cell {
            Cell::All => {}
            Cell::One(a) => used[a] = true,
            Cell::Two(a, b) => (used[a], used[b]) = (true, true),
        }
    }
    prospect.frame.keep(&used);
    prospect.frame.settle(literals);
    let place = |at: usize| used[..at].iter().filter(|u| **u).count();
    let moved = |cell: &Cell| match *cell {
        Cell::All => Cell::All,
        Cell::One(a) => Cell::One(place(a)),
        Cell::Two(a, b) => Cell::Two(place(a), place(b)),
    };
    cells.iter().map(moved).collect()
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
    let promising = |prospect: &Prospect<'a>, rough: &Grid, stride: u64| {
        let Some(sample) = &samples[prospect.live] else { return Vec::new() };
        let (hits, _) = sample.grids(prospect);
        let mut cells = prospect.cells(&hits);
        cells.retain(|cell| {
            let (hits, seen) = (hits.get(*cell) * sample.weight, rough.get(*cell));
            hits >= settings.min_findings && (seen < FEW || hits * VAGUE >= seen * stride)
        });
        cells
    };
    let rough = count(space, lives, &prospects, literals, stride as usize);
    let first = |(mut prospect, rough): (Prospect<'a>, Grid)| {
        let cells = promising(&prospect, &rough, stride);
        let cells = narrow(&mut prospect, &cells, literals);
        (!cells.is_empty()).then_some(Prospect { cells: Some(cells), ..prospect })
    };
    let mut prospects: Vec<Prospect<'a>> = prospects.into_par_iter().zip(rough).filter_map(first).collect();
    // What few records show nothing of is looked at in more of them.
    let mut next = stride / CLOSER;
    while next > 1 && !prospects.is_empty() {
        let grids = exact(space, lives, &prospects, literals, next as usize);
        let closer = |(prospect, grid): (Prospect<'a>, Grid)| {
            let cells = promising(&prospect, &grid, next);
            (!cells.is_empty()).then_some(Prospect { cells: Some(cells), ..prospect })
        };
        prospects = prospects.into_par_iter().zip(grids).filter_map(closer).collect();
        next /= CLOSER;
    }
    prospects
}

/// Calls `see` for the records of every n-th student of a range.
fn each_nth(space: &Space<'_>, students: std::ops::Range<u32>, stride: usize, mut see: impl FnMut(Unit)) {
    if stride == 1 {
        return each_unit(space.run, space.entity, space.population, students, see);
    }
    for student in (students.start.next_multiple_of(stride as u32)..students.end).step_by(stride) {
        each_unit(space.run, space.entity, space.population, student..student + 1, &mut see);
    }
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

/// The denominators of what is left after [`thin`].
pub(super) fn all_counts<'a>(
    space: &Space<'a>,
    lives: &[Live<'a, '_>],
    prospects: &[Prospect<'a>],
    literals: &Literals,
) -> Vec<Grid> {
    if prospects.iter().any(|p| p.cells.is_some()) {
        exact(space, lives, prospects, literals, 1)
    } else {
        count(space, lives, prospects, literals, 1)
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
            each_nth(space, *start..(start + CHUNK).min(students), stride, &mut see);
            grids
        })
        .reduce(empty, merged)
}

fn merged(mut a: Vec<Grid>, b: Vec<Grid>) -> Vec<Grid> {
    a.iter_mut().zip(&b).for_each(|(a, b)| a.merge(b));
    a
}

/// A cell of a pattern that changes many values.
struct Wanted {
    prospect: usize,
    cell: Cell,
    /// The literals of the cell, without the one that it is found by.
    others: Vec<Literal>,
}

/// What is counted where few cells are left: those of patterns of many values by the rarest literal of each, so that
/// most records are passed over.
struct Plan {
    rare: Literals,
    /// Cells by the number of their rarest literal.
    by_rare: Vec<Vec<Wanted>>,
    /// Cells, with all their literals, of patterns that change a few values.
    of_few: Vec<Vec<(Cell, Vec<Literal>)>>,
}

impl Plan {
    fn new(space: &Space<'_>, prospects: &[Prospect<'_>], literals: &Literals) -> Self {
        let mut this = Self { rare: Literals::default(), by_rare: Vec::new(), of_few: Vec::new() };
        for (at, prospect) in prospects.iter().enumerate() {
            let mut of_few = Vec::new();
            for cell in prospect.cells.iter().flatten().copied() {
                let mut others: Vec<Literal> = prospect.frame.cell(cell).into_iter().map(|l| literals.get(l)).collect();
                if prospect.applied.few().is_some() {
                    of_few.push((cell, others));
                    continue;
                }
                // Without a literal it is the whole.
                let rarest = (0..others.len()).min_by_key(|at| others[*at].records(space));
                let Some(number) = rarest.and_then(|at| this.rare.number(others.swap_remove(at))) else { continue };
                let number = usize::from(number);
                if this.by_rare.len() <= number {
                    this.by_rare.resize_with(number + 1, Vec::new);
                }
                this.by_rare[number].push(Wanted { prospect: at, cell, others });
            }
            this.of_few.push(of_few);
        }
        this
    }
}

/// Counts the cells that are left, in the records of every n-th student.
fn exact<'a>(
    space: &Space<'a>,
    lives: &[Live<'a, '_>],
    prospects: &[Prospect<'a>],
    literals: &Literals,
    stride: usize,
) -> Vec<Grid> {
    let empty = || -> Vec<Grid> { prospects.iter().map(|p| Grid::new(&p.frame)).collect() };
    let students = space.run.students.len() as u32;
    let starts: Vec<u32> = (0..students.max(1)).step_by(CHUNK as usize).collect();
    let watches = Watch::all(lives.len(), prospects);
    let plan = Plan::new(space, prospects, literals);
    let key = |live: usize, unit: Unit| match &lives[live].dictionary {
        Some(dictionary) if space.population == Population::Paired => dictionary.legacy_key(unit),
        _ => NO_KEY,
    };
    let of_chunk = |mut grids: Vec<Grid>, start: &u32| {
        let mut matched = Vec::new();
        let end = (start + CHUNK).min(students);
        each_nth(space, *start..end, stride, |unit| {
            for watch in &watches {
                let key = key(watch.live, unit);
                for at in &watch.broad {
                    grids[*at].whole += u64::from(prospects[*at].applied.touches(unit, key));
                }
                for at in watch.few.get(key) {
                    grids[*at].whole += 1;
                    let cells = plan.of_few[*at].iter();
                    let cells = cells.filter(|(_, all)| all.iter().all(|l| l.holds(space, unit)));
                    cells.for_each(|(cell, _)| grids[*at].count(*cell));
                }
            }
            plan.rare.matched(space, unit, &mut matched);
            for wanted in matched.iter().flat_map(|number| &plan.by_rare[usize::from(*number)]) {
                let prospect = &prospects[wanted.prospect];
                if wanted.others.iter().all(|l| l.holds(space, unit))
                    && prospect.applied.touches(unit, key(prospect.live, unit))
                {
                    grids[wanted.prospect].count(wanted.cell);
                }
            }
        });
        grids
    };
    let mut grids = starts.par_iter().fold(empty, of_chunk).reduce(empty, merged);
    for (grid, prospect) in grids.iter_mut().zip(prospects) {
        let is_whole = prospect.frame.base.is_empty() && prospect.applied.few().is_none();
        if is_whole {
            grid.all = grid.whole;
        }
    }
    grids
}
