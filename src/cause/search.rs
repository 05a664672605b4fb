//! The search: patterns and conditions are proposed by findings, counted against all records in one pass a round,
//! weighed by what they are worth, and taken greedily, the best first.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt};
use rayon::prelude::*;

use super::bits::{BIT, Share, WORTH, log2};
use super::choose::{Keyed, literals};
use super::dictionary::{Applied, Dictionary, Outcome, keys_of};
use super::grid::{Cell, Frame, Grid, WIDTH};
use super::group::{Event, Group, Sort};
use super::literal::{Literal, Literals};
use super::model::Settings;
use super::pattern::Pattern;
use super::propose::patterns;
use super::sample::{Prospect, Sample};
use super::space::{NO_KEY, Population, Space, Unit, each_unit};
use crate::canonical::Entity;

/// Passes over the records of a population at most.
const ROUNDS: usize = 4;
/// Students that one task counts.
const CHUNK: u32 = 8 * 1024;
/// Records of which at least this share must differ for even a hint.
const HINT_PERCENT: u64 = 50;
/// Records of a part of the population that are too few to judge by.
const FEW: u64 = 12;
/// A condition under which less than one in so many records differ is not worth an exact count.
const VAGUE: u64 = 20;
/// Refinements that one pattern may ask for in a round.
const REFINED: usize = 2;

/// The claim on findings that follow from a cause of another kind.
const FOLLOWS: u32 = u32::MAX;

/// A cause as found: pattern, condition, and which findings of the group are its.
pub(super) struct Found<'a> {
    pub(super) applied: Applied<'a>,
    pub(super) literals: Vec<Literal>,
    /// Positions in the group's events.
    pub(super) events: Vec<u32>,
}

/// A pattern under a condition that is worth a closer look.
struct Base {
    pattern: Pattern,
    literals: Vec<Literal>,
}

/// A group on its way.
pub(super) struct Live<'a, 'g> {
    pub(super) group: &'g Group,
    pub(super) dictionary: Option<Dictionary<'a>>,
    /// For each event: number of the cause that explains it, counting from 1.
    pub(super) claimed: Vec<u32>,
    found: Vec<Found<'a>>,
    bases: Vec<Base>,
    refined: BTreeSet<String>,
    is_done: bool,
}

/// All causes of the groups of one population.
///
/// Findings that `known` gives to a cause already follow from it and are left alone.
pub(super) fn search<'a>(
    space: &Space<'a>,
    groups: &[&Group],
    known: &[u32],
    settings: &Settings,
) -> Vec<Vec<Found<'a>>> {
    let mut lives: Vec<Live<'a, '_>> = groups.iter().map(|group| Live::new(space, group, known)).collect();
    for round in 0..ROUNDS {
        if lives.iter().all(|l| l.is_done) {
            break;
        }
        let mut literals = Literals::default();
        let mut samples: Vec<Option<Sample>> =
            lives.par_iter().map(|l| (!l.is_done).then(|| Sample::of(space, l))).collect();
        let mut prospects = Vec::new();
        for (at, (live, sample)) in lives.iter().zip(&samples).enumerate() {
            if let Some(sample) = sample {
                prospects.extend(propose(space, live, at, sample, &mut literals, settings));
            }
        }
        prospects.iter_mut().for_each(|p| p.frame.settle(&literals));
        for sample in samples.iter_mut().flatten() {
            sample.look_up(space, &literals);
        }
        let prospects = thin(space, &lives, &samples, prospects, &literals, settings);
        let grids = count(space, &lives, &prospects, &literals, 1);
        let is_last = round + 1 == ROUNDS;
        lives.par_iter_mut().zip(samples).enumerate().for_each(|(at, (live, sample))| {
            let Some(mut sample) = sample else { return };
            let own: Vec<(&Prospect<'a>, &Grid)> = prospects.iter().zip(&grids).filter(|(p, _)| p.live == at).collect();
            live.round(space, &mut sample, &own, &literals, settings, is_last);
        });
    }
    lives.into_iter().map(|l| l.found).collect()
}

/// Patterns of the open findings under the conditions that are worth counting, and the refinements asked for.
fn propose<'a>(
    space: &Space<'a>,
    live: &Live<'a, '_>,
    at: usize,
    sample: &Sample,
    numbers: &mut Literals,
    settings: &Settings,
) -> Vec<Prospect<'a>> {
    let least = settings.min_findings.div_ceil(sample.weight);
    let open: Vec<Event> = (0..sample.at.len())
        .filter(|e| sample.claimed[*e] == 0)
        .map(|e| live.group.events[sample.at[e] as usize])
        .collect();
    let mut prospects = Vec::new();
    for applied in patterns(space.run, live.group, live.dictionary.as_ref(), &open, least) {
        let bases = live.bases.iter().filter(|b| b.pattern == applied.pattern).map(|b| b.literals.as_slice());
        for base in bases.chain(std::iter::once(&[][..])) {
            let (units, keys) = sample.of_pattern(space, &applied, base);
            if (units.len() as u64) < least {
                continue;
            }
            let keyed = Keyed { units: &units, keys: &keys, weight: sample.weight };
            let base = base.iter().filter_map(|l| numbers.number(*l)).collect();
            let mut chosen = literals(space, &keyed, settings.min_findings);
            chosen.truncate(super::grid::WIDTH + 4);
            let chosen = chosen.into_iter().filter_map(|l| numbers.number(l)).collect();
            let price = price(&applied.pattern, live.dictionary.as_ref());
            let frame = Frame::new(base, chosen);
            prospects.push(Prospect { live: at, applied: applied.clone(), frame, price });
        }
    }
    prospects
}

/// What it takes to name a pattern.
fn price(pattern: &Pattern, dictionary: Option<&Dictionary<'_>>) -> i64 {
    let value = log2(dictionary.map_or(1, Dictionary::len) as u64);
    match pattern {
        Pattern::Speaks(_) => BIT,
        Pattern::Pair(..) | Pattern::Unmapped(..) => value + BIT,
        Pattern::Constant(_) => value + 3 * BIT,
        Pattern::Swap(..) => 2 * value + BIT,
        Pattern::Copy(_) | Pattern::Policy(..) => 6 * BIT,
        Pattern::Rule(_) => 8 * BIT,
        Pattern::Table(lines) => 8 * BIT + value.saturating_mul(lines.len() as i64),
    }
}

/// Of a large population: leaves out patterns and conditions that a part of it shows to be far from precise, so that
/// only what may become a cause is counted exactly. Students stand in order of their ids, so that every n-th of them are
/// the same ones whatever the order of rows.
fn thin<'a>(
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
        let (hits, _) = samples[prospect.live].as_ref()?.grids(&prospect);
        let mut used = [false; WIDTH];
        let mut is_any = false;
        for cell in hits.cells() {
            let (hits, seen) = (hits.get(cell) * samples[prospect.live].as_ref()?.weight, rough.get(cell));
            if hits < settings.min_findings || (seen >= FEW && hits * VAGUE < seen * stride) {
                continue;
            }
            is_any = true;
            match cell {
                Cell::All => {}
                Cell::One(a) => used[a] = true,
                Cell::Two(a, b) => (used[a], used[b]) = (true, true),
            }
        }
        prospect.frame.keep(&used);
        prospect.frame.settle(literals);
        is_any.then_some(prospect)
    };
    prospects.into_iter().zip(rough).filter_map(keep).collect()
}

/// The patterns of one kind of finding, by the legacy keys that they change.
struct Watch {
    live: usize,
    /// Patterns that change many values.
    broad: Vec<usize>,
    /// Patterns that change a few, by the value.
    few: HashMap<u32, Vec<usize>>,
}

impl Watch {
    fn all(lives: usize, prospects: &[Prospect<'_>]) -> Vec<Self> {
        let mut all: Vec<Self> = (0..lives).map(|live| Self { live, broad: Vec::new(), few: HashMap::new() }).collect();
        for (at, prospect) in prospects.iter().enumerate() {
            let watch = &mut all[prospect.live];
            match prospect.applied.few() {
                Some(keys) => keys.for_each(|key| watch.few.entry(key).or_default().push(at)),
                None => watch.broad.push(at),
            }
        }
        all.retain(|w| !w.broad.is_empty() || !w.few.is_empty());
        all
    }
}

/// Counts the records of the population (of every n-th student) that each pattern touches, by its conditions: the
/// denominators.
fn count<'a>(
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
                for watch in &watches {
                    let dictionary = lives[watch.live].dictionary.as_ref();
                    let key = match dictionary.filter(|_| space.population == Population::Paired) {
                        Some(dictionary) => dictionary.legacy_key(unit),
                        None => NO_KEY,
                    };
                    let few = watch.few.get(&key).map_or(&[][..], Vec::as_slice);
                    for at in watch.broad.iter().chain(few) {
                        if !prospects[*at].applied.touches(unit, key) {
                            continue;
                        }
                        if !is_known {
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

/// A pattern under a condition, weighed.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    prospect: usize,
    cell: Cell,
    share: Share,
    gain: i64,
}

impl<'a, 'g> Live<'a, 'g> {
    fn new(space: &Space<'a>, group: &'g Group, known: &[u32]) -> Self {
        let kind = group.kind;
        let dictionary = match (kind.sort, kind.field) {
            (Sort::Values, Some(field)) => Dictionary::new(space.run, kind.entity, field),
            _ => None,
        };
        Self {
            group,
            dictionary,
            claimed: group.events.iter().map(|e| if known[e.finding as usize] > 0 { FOLLOWS } else { 0 }).collect(),
            found: Vec::new(),
            bases: Vec::new(),
            refined: BTreeSet::new(),
            is_done: false,
        }
    }

    /// Takes the best causes of a round, and asks for what the next round should look at.
    fn round(
        &mut self,
        space: &Space<'a>,
        sample: &mut Sample,
        own: &[(&Prospect<'a>, &Grid)],
        literals: &Literals,
        settings: &Settings,
        is_last: bool,
    ) {
        let before = self.found.len();
        let mut banned: BTreeSet<(usize, Cell)> = BTreeSet::new();
        self.bases.clear();
        loop {
            let candidates = weigh(space, sample, own, literals, settings, &banned);
            let best = best(&candidates, HINT_PERCENT);
            let proved = best.and_then(|b| {
                super::search::best(&candidates, settings.proof_percent).filter(|p| p.gain >= b.gain / 4)
            });
            let asks = if is_last { Vec::new() } else { self.ask(own, literals, &candidates, settings) };
            // A hint is taken only when nothing better can come of a closer look.
            let is_final = is_last || (asks.is_empty() && self.found.len() == before);
            let Some(next) = proved.or(if is_final { best } else { None }) else {
                self.is_done = is_last || (self.found.len() == before && asks.is_empty());
                self.bases = asks;
                break;
            };
            if sample.students(own[next.prospect].0, next.cell) < settings.min_students {
                banned.insert((next.prospect, next.cell));
                continue;
            }
            self.take(space, sample, own[next.prospect].0, next.cell, literals);
        }
    }

    /// Conditions that would be worth something if another literal made them precise.
    fn ask(
        &mut self,
        own: &[(&Prospect<'a>, &Grid)],
        literals: &Literals,
        candidates: &[Candidate],
        settings: &Settings,
    ) -> Vec<Base> {
        let mut asks = Vec::new();
        for (at, (prospect, _)) in own.iter().enumerate().filter(|(_, (p, _))| p.frame.base.is_empty()) {
            let vague = candidates.iter().filter(|c| c.prospect == at && matches!(c.cell, Cell::Two(..)));
            let mut vague: Vec<&Candidate> = vague.filter(|c| !c.share.at_least(settings.proof_percent)).collect();
            vague.sort_by_key(|c| std::cmp::Reverse(c.gain));
            for candidate in vague.into_iter().take(REFINED) {
                let base: Vec<Literal> = prospect.frame.cell(candidate.cell).iter().map(|l| literals.get(*l)).collect();
                let name = format!("{:?} {base:?} {}", prospect.applied.pattern, self.found.len());
                if !self.refined.contains(&name) {
                    self.refined.insert(name);
                    asks.push(Base { pattern: prospect.applied.pattern.clone(), literals: base });
                }
            }
        }
        asks
    }

    /// Makes a candidate a cause: of the sample, and of all events of the group.
    fn take(
        &mut self,
        space: &Space<'a>,
        sample: &mut Sample,
        prospect: &Prospect<'a>,
        cell: Cell,
        literals: &Literals,
    ) {
        let number = self.found.len() as u32 + 1;
        let condition = prospect.frame.cell(cell);
        let taken: Vec<usize> = sample.explained(prospect, &condition).collect();
        for event in taken {
            sample.claimed[event] = number;
        }
        let condition: Vec<Literal> = condition.into_iter().map(|l| literals.get(l)).collect();
        let applied = prospect.applied.clone();
        let is_one = |(at, event): (usize, &Event)| {
            let value_keys = keys_of(self.dictionary.as_ref(), space.population, event.unit);
            self.claimed[at] == 0
                && applied.outcome(event.unit, value_keys) == Outcome::AsSaid
                && condition.iter().all(|l| l.holds(space, event.unit))
        };
        let all = self.group.events.par_iter().enumerate().with_min_len(4096);
        let events: Vec<u32> = all.filter(|e| is_one(*e)).map(|(at, _)| at as u32).collect();
        for at in &events {
            self.claimed[*at as usize] = number;
        }
        self.found.push(Found { applied, literals: condition, events });
    }
}

/// Every candidate with evidence beyond its price.
fn weigh(
    space: &Space<'_>,
    sample: &Sample,
    own: &[(&Prospect<'_>, &Grid)],
    literals: &Literals,
    settings: &Settings,
    banned: &BTreeSet<(usize, Cell)>,
) -> Vec<Candidate> {
    // Records that should not be there make conditions that nothing else meets: of them more evidence is asked.
    let worth = if space.population == Population::New { 2 * WORTH } else { WORTH };
    let mut candidates = Vec::new();
    for (at, (prospect, all)) in own.iter().enumerate() {
        let (hits, gone) = sample.grids(prospect);
        let of = |cell: Option<Cell>, grid: &Grid| cell.map_or(grid.whole, |c| grid.get(c));
        let share = |cell: Option<Cell>| {
            let hits = of(cell, &hits) * sample.weight;
            Share { hits, of: of(cell, all).saturating_sub(of(cell, &gone) * sample.weight).max(hits) }
        };
        let whole = share(None);
        for cell in hits.cells().filter(|c| !banned.contains(&(at, *c))) {
            let this = share(Some(cell));
            if this.hits < settings.min_findings || (cell == Cell::All && !prospect.frame.base.is_empty()) {
                continue;
            }
            let outside = Share { hits: whole.hits.saturating_sub(this.hits), of: whole.of.saturating_sub(this.of) };
            let gain = this.evidence(outside) - prospect.price;
            if gain > worth {
                let gain = gain - prospect.frame.price(cell, literals, space);
                if gain > worth {
                    candidates.push(Candidate { prospect: at, cell, share: this, gain });
                }
            }
        }
    }
    candidates
}

/// The most worthwhile candidate of at least this precision; of equals the first proposed and the simplest.
fn best(candidates: &[Candidate], percent: u64) -> Option<Candidate> {
    let fitting = candidates.iter().filter(|c| c.share.at_least(percent));
    fitting.min_by_key(|c| (std::cmp::Reverse(c.gain), c.prospect, c.cell)).copied()
}
