//! Fields that one rule or one code table changed as a whole. Such a change is taken first, as one cause: no condition
//! could make it more precise, and conditions need only be sought for what is left.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};
use rayon::prelude::*;

use super::bits::{Share, worth};
use super::dictionary::{Applied, Dictionary, Outcome};
#[cfg(test)]
use super::grid::steps;
use super::group::{Event, Group};
use super::model::Settings;
use super::pattern::Pattern;
use super::propose::{TABLE, is_code, patterns};
use super::search::price;
use super::space::{Population, Space, Unit, each_unit};
use crate::reconcile::NEVER;

/// Findings from which on a field is looked at as a whole.
const MANY: usize = 1_000;
/// Findings that patterns are told from.
const LOOKED_AT: usize = 20_000;
/// One agreeing record in so many explained ones leaves a condition nothing to save.
const AGREES: u64 = 1_000;
/// Students that one task looks at.
const CHUNK: u32 = 8 * 1024;

/// What trying a pattern on all records showed.
#[derive(Debug, Clone, Copy, Default)]
struct Tried {
    hits: u64,
    /// Open findings that the pattern would change.
    touched: u64,
    agrees: u64,
    students: u64,
}

/// The pattern that saves most of those that explain at least half of the open findings of a field and that no records
/// contradict.
pub(super) fn whole<'a>(
    space: &Space<'a>,
    group: &Group,
    dictionary: &Dictionary<'a>,
    open: &[u32],
    settings: &Settings,
) -> Option<Applied<'a>> {
    if open.len() < MANY || space.population != Population::Paired {
        return None;
    }
    let step = open.len().div_ceil(LOOKED_AT);
    let events: Vec<Event> = open.iter().step_by(step).map(|at| group.events[*at as usize]).collect();
    let least = settings.min_findings.div_ceil(step as u64);
    let mut candidates = patterns(space.run, group, Some(dictionary), &events, least);
    candidates.retain(|a| !matches!(a.pattern, Pattern::Table(_)));
    candidates.extend(table(space, group, dictionary, open).and_then(|t| Applied::values(dictionary, t)));
    let is_one = |a: &Applied<'_>, unit: Unit| a.outcome(unit, dictionary.keys(unit)) == Outcome::AsSaid;
    candidates.retain(|a| events.iter().filter(|e| is_one(a, e.unit)).count() * 2 >= events.len());
    if candidates.is_empty() {
        return None;
    }
    let tried = try_all(space, group, dictionary, open, &candidates);
    let mut best: Option<(i64, Applied<'a>)> = None;
    for (applied, tried) in candidates.into_iter().zip(tried) {
        let share = Share { hits: tried.hits, of: tried.touched + tried.agrees };
        let is_whole = tried.hits * 2 >= open.len() as u64 && tried.agrees * AGREES <= tried.hits;
        let is_proved = share.at_least(settings.proof_percent) && tried.students >= settings.min_students;
        let gain = share.evidence(Share::default()) - price(&applied.pattern, Some(dictionary));
        if is_whole && is_proved && gain > best.as_ref().map_or(worth(space.population), |(gain, _)| *gain) {
            best = Some((gain, applied));
        }
    }
    best.map(|(_, applied)| applied)
}

/// One pass over the open findings and one over the records.
fn try_all(
    space: &Space<'_>,
    group: &Group,
    dictionary: &Dictionary<'_>,
    open: &[u32],
    candidates: &[Applied<'_>],
) -> Vec<Tried> {
    let of_findings = |applied: &Applied<'_>| {
        let mut tried = Tried::default();
        let mut last = None;
        for unit in open.iter().map(|at| group.events[*at as usize].unit) {
            #[cfg(test)]
            steps::took(1);
            let outcome = applied.outcome(unit, dictionary.keys(unit));
            tried.touched += u64::from(outcome != Outcome::Untouched);
            if outcome == Outcome::AsSaid {
                tried.hits += 1;
                // Findings stand in order of students.
                tried.students += u64::from(last.replace(unit.student) != Some(unit.student));
            }
        }
        tried
    };
    let mut tried: Vec<Tried> = candidates.par_iter().map(of_findings).collect();
    let agrees = over_records(space, candidates.len(), |counts, unit| {
        #[cfg(test)]
        steps::took(candidates.len() as u64);
        let keys = dictionary.keys(unit);
        for (count, applied) in counts.iter_mut().zip(candidates).filter(|_| keys.0 == keys.1) {
            *count += u64::from(applied.outcome(unit, keys) == Outcome::Agrees);
        }
    });
    tried.iter_mut().zip(agrees).for_each(|(tried, agrees)| tried.agrees = agrees);
    tried
}

/// Counts of all paired records.
fn over_records(space: &Space<'_>, length: usize, see: impl Fn(&mut [u64], Unit) + Sync) -> Vec<u64> {
    let students = space.run.students.len() as u32;
    let starts: Vec<u32> = (0..students.max(1)).step_by(CHUNK as usize).collect();
    let empty = || vec![0; length];
    let add = |mut counts: Vec<u64>, start: &u32| {
        let end = (start + CHUNK).min(students);
        each_unit(space.run, space.entity, space.population, *start..end, |unit| see(&mut counts, unit));
        counts
    };
    starts.par_iter().fold(empty, add).reduce(empty, |mut a, b| {
        a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
        a
    })
}

/// The code table that was used, where nearly all records of each of its codes were translated by it.
fn table(space: &Space<'_>, group: &Group, dictionary: &Dictionary<'_>, open: &[u32]) -> Option<Pattern> {
    if !is_code(dictionary) {
        return None;
    }
    let mut counts: HashMap<(u32, u32), u64> = HashMap::new();
    for unit in open.iter().map(|at| group.events[*at as usize].unit) {
        *counts.entry(dictionary.keys(unit)).or_default() += 1;
    }
    counts.retain(|(from, to), _| *from != 0 && *from != NEVER && *to != NEVER);
    // A table that has a line for nearly every finding says no more than the findings.
    if counts.len() < TABLE || counts.len() * 2 > open.len() {
        return None;
    }
    let records = over_records(space, dictionary.len(), |counts, unit| {
        if let Some(count) = counts.get_mut(dictionary.legacy_key(unit) as usize) {
            *count += 1;
        }
    });
    let mut best: BTreeMap<u32, (u64, &str)> = BTreeMap::new();
    for ((from, to), count) in counts {
        let (next, known) = ((count, dictionary.text(to)), best.entry(from).or_insert((0, "")));
        if (next.0, known.1) > (known.0, next.1) {
            *known = next;
        }
    }
    let used = records.iter().skip(1).filter(|n| **n > 0).count();
    best.retain(|from, (count, _)| *count * 10 >= records[*from as usize] * 9);
    let mut lines: Vec<(String, String)> =
        best.into_iter().map(|(from, (_, to))| (dictionary.text(from).to_owned(), to.to_owned())).collect();
    lines.sort();
    (lines.len() >= TABLE && lines.len() * 4 >= used).then_some(Pattern::Table(lines))
}
