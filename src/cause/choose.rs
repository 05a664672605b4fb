//! Which conditions are worth counting: values, and stretches of an order, that findings have more often than records.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};

use super::attribute::Name;
use super::bits::{BIT, Share, log2};
use super::literal::{Literal, Test};
use super::space::{NO_KEY, Space, Unit};

/// Values of one attribute that are tried.
const OF_EACH: usize = 4;
/// Evidence that a stretch must have to be tried.
const STRETCH: i64 = 12 * BIT;
/// Parts that an order is cut into when a stretch inside it is sought.
const PARTS: usize = 48;

/// Events with the keys of their attributes, one after the other.
pub(super) struct Keyed<'e> {
    pub(super) units: &'e [Unit],
    pub(super) keys: &'e [u32],
    /// Findings that each stands for.
    pub(super) weight: u64,
}

impl Keyed<'_> {
    fn key(&self, event: usize, attribute: usize, width: usize) -> u32 {
        self.keys[event * width + attribute]
    }

    /// Events by key of an attribute that has so many keys.
    fn counts(&self, attribute: usize, width: usize, keys: usize) -> Vec<(u32, u64)> {
        let of = (0..self.units.len()).map(|event| self.key(event, attribute, width));
        if keys > 4 * self.units.len() {
            let mut counts: HashMap<u32, u64> = HashMap::new();
            of.for_each(|key| *counts.entry(key).or_default() += 1);
            return counts.into_iter().collect();
        }
        let mut counts = vec![0; keys];
        of.for_each(|key| counts.get_mut(key as usize).into_iter().for_each(|n| *n += 1));
        (0u32..).zip(counts).filter(|(_, n)| *n > 0).collect()
    }
}

/// The literals to try, the most telling first.
pub(super) fn literals(space: &Space<'_>, events: &Keyed<'_>, least: u64) -> Vec<Literal> {
    let width = space.attributes.len();
    let mut scored: Vec<(i64, Literal, String)> = Vec::new();
    for attribute in 0..width {
        let counts = events.counts(attribute, width, space.attributes[attribute].texts.len());
        let mut values = values(space, attribute, &counts, events.units.len() as u64, least.div_ceil(events.weight));
        values.truncate(OF_EACH);
        scored.extend(values);
        let this = &space.attributes[attribute];
        if matches!(this.name, Name::File | Name::Roll) || this.ranks.is_some() {
            scored.extend(stretches(space, attribute, events, width));
        }
    }
    scored.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.attribute.cmp(&b.1.attribute)).then_with(|| a.2.cmp(&b.2)));
    scored.into_iter().map(|(_, literal, _)| literal).collect()
}

/// Values that findings have more often than records have, best first.
fn values(
    space: &Space<'_>,
    attribute: usize,
    counts: &[(u32, u64)],
    events: u64,
    least: u64,
) -> Vec<(i64, Literal, String)> {
    let this = &space.attributes[attribute];
    if this.name == Name::Roll || (this.name == Name::File && this.texts.len() < 2) {
        return Vec::new();
    }
    let of: u64 = this.counts.iter().sum();
    let mut scored: Vec<(i64, Literal, String)> = Vec::new();
    for (key, k) in counts.iter().filter(|(key, k)| *key != NO_KEY && *k >= least) {
        let all = this.counts.get(*key as usize).copied().unwrap_or(0).max(1);
        let lift = if of == 0 { BIT } else { log2(*k) - log2(events) - log2(all) + log2(of) };
        let Some(text) = this.texts.get(*key as usize) else { continue };
        if lift > 0 {
            let literal = Literal { attribute: attribute as u8, test: Test::Is(*key) };
            scored.push(((*k as i64).saturating_mul(lift), literal, (*text).to_owned()));
        }
    }
    scored.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.2.cmp(&b.2)));
    scored
}

/// The records of an order, and the events in it: place to count.
struct Order {
    file: u32,
    events: BTreeMap<u32, u64>,
    /// Last place.
    last: u32,
    /// Records up to and including each place; empty when they are spread evenly.
    upto: Vec<u64>,
    /// Records in all.
    records: u64,
}

impl Order {
    /// Records between two places.
    fn mass(&self, from: u32, to: u32) -> u64 {
        if self.upto.is_empty() {
            let width = u128::from(to - from) + 1;
            return (width * u128::from(self.records) / (u128::from(self.last) + 1)) as u64;
        }
        let below = if from == 0 { 0 } else { self.upto[from as usize - 1] };
        self.upto[to as usize] - below
    }
}

/// The end, the beginning and (of short orders) the inner stretch that holds findings far more densely than the rest.
fn stretches(space: &Space<'_>, attribute: usize, events: &Keyed<'_>, width: usize) -> Vec<(i64, Literal, String)> {
    let Some(order) = order(space, attribute, events, width) else { return Vec::new() };
    let mut best: Vec<(i64, u32, u32)> = Vec::new();
    let places: Vec<(u32, u64)> = order.events.iter().map(|(p, n)| (*p, *n)).collect();
    let all: u64 = places.iter().map(|(_, n)| n).sum();
    let score = |k: u64, from: u32, to: u32| {
        let n = order.mass(from, to).max(k * events.weight);
        let hits = k * events.weight;
        let outside = Share { hits: (all - k) * events.weight, of: order.records.saturating_sub(n) };
        Share { hits, of: n }.evidence(outside)
    };
    let keep = |best: &mut Vec<(i64, u32, u32)>, found: Option<(i64, u32, u32)>| {
        best.extend(found.filter(|(worth, from, to)| *worth > STRETCH && (*from > 0 || *to < order.last)));
    };
    let mut k = 0;
    let ends = places.iter().rev().map(|(place, n)| {
        k += n;
        (score(k, *place, order.last), *place, order.last)
    });
    let end = ends.fold(None, better);
    keep(&mut best, end);
    let mut k = 0;
    let starts = places.iter().map(|(place, n)| {
        k += n;
        (score(k, 0, *place), 0, *place)
    });
    let start = starts.fold(None, better);
    keep(&mut best, start);
    // A stretch of the roll of students says nothing that people could look for.
    if space.attributes[attribute].name != Name::Roll {
        keep(&mut best, inside(&places, &score).filter(|(_, from, to)| *from > 0 && *to < order.last));
    }
    let literal = |from: u32, to: u32| Literal {
        attribute: attribute as u8,
        test: Test::Within { key: order.file, from, to, ends: to == order.last },
    };
    best.into_iter().map(|(worth, from, to)| (worth, literal(from, to), format!("{from}-{to}"))).collect()
}

/// The best stretch between two places: first between the ends of parts, then each end is moved place by place.
fn inside(places: &[(u32, u64)], score: &impl Fn(u64, u32, u32) -> i64) -> Option<(i64, u32, u32)> {
    let mut upto = vec![0];
    upto.extend(places.iter().scan(0, |sum, (_, n)| {
        *sum += n;
        Some(*sum)
    }));
    let of = |a: usize, b: usize| (score(upto[b + 1] - upto[a], places[a].0, places[b].0), a, b);
    let part = places.len().div_ceil(PARTS).max(1);
    let better = |best: Option<(i64, usize, usize)>, next: (i64, usize, usize)| match best {
        Some(known) if known.0 >= next.0 => Some(known),
        _ => Some(next),
    };
    let last = places.len().checked_sub(1)?;
    let starts = (0..places.len()).step_by(part);
    let ends =
        |a: usize| (0..places.len()).step_by(part).map(move |b| (b + part - 1).min(last)).filter(move |b| *b > a);
    let mut best = starts.flat_map(|a| ends(a).map(move |b| (a, b))).map(|(a, b)| of(a, b)).fold(None, better)?;
    let near = |at: usize| at.saturating_sub(part)..=(at + part).min(last);
    best = near(best.1).filter(|a| *a < best.2).map(|a| of(a, best.2)).fold(Some(best), better)?;
    best = near(best.2).filter(|b| *b > best.1).map(|b| of(best.1, b)).fold(Some(best), better)?;
    Some((best.0, places[best.1].0, places[best.2].0))
}

fn better(best: Option<(i64, u32, u32)>, next: (i64, u32, u32)) -> Option<(i64, u32, u32)> {
    match best {
        Some(known) if known.0 >= next.0 => Some(known),
        _ => Some(next),
    }
}

/// The order of an attribute; for files that of the file with most findings.
fn order(space: &Space<'_>, attribute: usize, events: &Keyed<'_>, width: usize) -> Option<Order> {
    let this = &space.attributes[attribute];
    let mut by_file: BTreeMap<u32, BTreeMap<u32, u64>> = BTreeMap::new();
    for (event, unit) in events.units.iter().enumerate() {
        let key = events.key(event, attribute, width);
        if key == NO_KEY {
            continue;
        }
        if let Some(place) = space.ordinal(attribute, *unit, key) {
            let file = if this.name == Name::File { key } else { 0 };
            *by_file.entry(file).or_default().entry(place).or_default() += 1;
        }
    }
    let (file, places) =
        by_file.into_iter().max_by_key(|(file, p)| (p.values().sum::<u64>(), std::cmp::Reverse(*file)))?;
    let (last, upto, records) = match this.name {
        Name::File => (this.last_of_file(file)?, Vec::new(), this.counts.get(file as usize).copied()?),
        Name::Roll => (space.run.students.len().checked_sub(1)? as u32, Vec::new(), space.total),
        Name::Record(_) | Name::Student(_) | Name::Raw(..) | Name::Entry | Name::Block => {
            let ranks = this.ranks.as_ref()?;
            let mut upto = vec![0; ranks.len()];
            for (key, rank) in ranks.iter().enumerate() {
                upto[*rank as usize] = this.counts[key];
            }
            for rank in 1..upto.len() {
                upto[rank] += upto[rank - 1];
            }
            (ranks.len().checked_sub(1)? as u32, upto.clone(), upto.last().copied()?)
        }
    };
    Some(Order { file, events: places, last, upto, records })
}
