//! The search: patterns and conditions are proposed by findings, counted against all records in one pass a round,
//! weighed by what they are worth, and taken greedily, the best first.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::bits::{BIT, Share, log2, worth};
use super::choose::{Keyed, literals};
use super::count::{all_counts, promising, thin};
use super::dense;
use super::dictionary::{Applied, Dictionary, Outcome, keys_of};
use super::grid::{Cell, Frame, Grid};
use super::group::{Event, Group, Sort};
use super::literal::{Literal, Literals};
use super::model::Settings;
use super::pattern::Pattern;
use super::propose::patterns;
use super::sample::{Prospect, Sample};
use super::space::Space;

/// Passes over the records of a population at most.
const ROUNDS: usize = 4;
/// Records of which at least this share must differ for even a hint.
const HINT_PERCENT: u64 = 50;
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
    /// The events that no cause explains yet.
    pub(super) open: Vec<u32>,
    found: Vec<Found<'a>>,
    bases: Vec<Base>,
    refined: BTreeSet<String>,
    is_done: bool,
}

/// All causes of the groups of one population.
///
/// Findings that `known` gives to a cause already follow from it and are left alone.
pub(super) fn search<'a, 'g>(
    space: &Space<'a>,
    groups: &[&'g Group],
    known: &[u32],
    settings: &Settings,
) -> Vec<Vec<Found<'a>>> {
    let start = |group: &&'g Group| {
        let mut live = Live::new(space, group, known);
        live.take_whole(space, settings);
        live
    };
    let mut lives: Vec<Live<'a, 'g>> = groups.par_iter().map(start).collect();
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
        let prospects = promising(space, &samples, prospects, &literals, settings);
        let prospects = thin(space, &lives, &samples, prospects, &literals, settings);
        let grids = all_counts(space, &lives, &prospects, &literals);
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
            prospects.push(Prospect { live: at, applied: applied.clone(), frame, price, cells: None });
        }
    }
    prospects
}

/// What it takes to name a pattern.
pub(super) fn price(pattern: &Pattern, dictionary: Option<&Dictionary<'_>>) -> i64 {
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
        let claimed: Vec<u32> =
            group.events.iter().map(|e| if known[e.finding as usize] > 0 { FOLLOWS } else { 0 }).collect();
        Self {
            group,
            dictionary,
            open: (0u32..).zip(&claimed).filter(|(_, cause)| **cause == 0).map(|(at, _)| at).collect(),
            claimed,
            found: Vec::new(),
            bases: Vec::new(),
            refined: BTreeSet::new(),
            is_done: false,
        }
    }

    /// Takes what changed the field as a whole, before conditions are sought.
    fn take_whole(&mut self, space: &Space<'a>, settings: &Settings) {
        while let Some(dictionary) = &self.dictionary
            && let Some(applied) = dense::whole(space, self.group, dictionary, &self.open, settings)
        {
            self.claim(space, applied, Vec::new());
        }
        self.is_done = (self.open.len() as u64) < settings.min_findings;
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
        // Counted once; a cause that is taken changes them by its own findings only.
        let mut grids: Vec<(Grid, Grid)> = own.iter().map(|(prospect, _)| sample.grids(prospect)).collect();
        loop {
            let candidates = weigh(space, sample.weight, (own, &grids), literals, settings, &banned);
            let best = best(&candidates, HINT_PERCENT);
            let proved = best.and_then(|b| {
                super::search::best(&candidates, settings.proof_percent).filter(|p| p.gain >= b.gain / 4)
            });
            let asks = if is_last { Vec::new() } else { self.ask(own, literals, &candidates, settings) };
            // A hint is taken only when nothing better can come of a closer look.
            let is_final = is_last || (asks.is_empty() && self.found.len() == before);
            let Some(next) = proved.or(if is_final { best } else { None }) else {
                let is_over = (self.open.len() as u64) < settings.min_findings;
                self.is_done = is_last || is_over || (self.found.len() == before && asks.is_empty());
                self.bases = asks;
                break;
            };
            if sample.students(own[next.prospect].0, next.cell) < settings.min_students {
                banned.insert((next.prospect, next.cell));
                continue;
            }
            let taken = self.take(space, sample, own[next.prospect].0, next.cell, literals);
            for ((prospect, _), (hits, gone)) in own.iter().zip(&mut grids) {
                sample.move_over(prospect, &taken, hits, gone);
            }
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

    /// Makes a candidate a cause: of the sample, and of all events of the group. Gives the events of the sample.
    fn take(
        &mut self,
        space: &Space<'a>,
        sample: &mut Sample,
        prospect: &Prospect<'a>,
        cell: Cell,
        literals: &Literals,
    ) -> Vec<usize> {
        let number = self.found.len() as u32 + 1;
        let condition = prospect.frame.cell(cell);
        let taken: Vec<usize> = sample.explained(prospect, &condition).collect();
        for event in &taken {
            sample.claimed[*event] = number;
        }
        let condition: Vec<Literal> = condition.into_iter().map(|l| literals.get(l)).collect();
        self.claim(space, prospect.applied.clone(), condition);
        taken
    }

    /// Makes a pattern under a condition a cause: of all open events that it explains.
    fn claim(&mut self, space: &Space<'a>, applied: Applied<'a>, literals: Vec<Literal>) {
        let number = self.found.len() as u32 + 1;
        let is_one = |at: &u32| {
            let unit = self.group.events[*at as usize].unit;
            let value_keys = keys_of(self.dictionary.as_ref(), space.population, unit);
            applied.outcome(unit, value_keys) == Outcome::AsSaid && literals.iter().all(|l| l.holds(space, unit))
        };
        let events: Vec<u32> = self.open.par_iter().with_min_len(4096).copied().filter(is_one).collect();
        for at in &events {
            self.claimed[*at as usize] = number;
        }
        let claimed = &self.claimed;
        self.open.retain(|at| claimed[*at as usize] == 0);
        self.found.push(Found { applied, literals, events });
    }
}

/// Every candidate with evidence beyond its price.
fn weigh(
    space: &Space<'_>,
    weight: u64,
    (own, grids): (&[(&Prospect<'_>, &Grid)], &[(Grid, Grid)]),
    literals: &Literals,
    settings: &Settings,
    banned: &BTreeSet<(usize, Cell)>,
) -> Vec<Candidate> {
    let worth = worth(space.population);
    let mut candidates = Vec::new();
    for (at, ((prospect, all), (hits, gone))) in own.iter().zip(grids).enumerate() {
        let of = |cell: Option<Cell>, grid: &Grid| cell.map_or(grid.whole, |c| grid.get(c));
        let share = |cell: Option<Cell>| {
            let hits = of(cell, hits) * weight;
            Share { hits, of: of(cell, all).saturating_sub(of(cell, gone)).max(hits) }
        };
        let whole = share(None);
        for cell in prospect.cells(hits).into_iter().filter(|c| !banned.contains(&(at, *c))) {
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
