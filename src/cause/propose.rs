//! Which patterns could explain the findings of a kind: those that several of them show.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};

use super::attribute::texts;
use super::dictionary::{Applied, Dictionary};
use super::group::{Event, Group, Sort};
use super::pattern::{Pattern, Rule};
use crate::canonical::{Entity, Field};
use crate::reconcile::{KeyColumn, NEVER, Reconciliation};

/// Distinct value pairs that rules are sought in, the most frequent first.
const PAIRS: usize = 2_000;
/// Findings that are held against the other fields of their records.
const COPIED: usize = 4_000;
/// Patterns of a sort that are tried.
const OF_EACH: usize = 6;
/// Lines that make a code table rather than a few wrong lines.
pub(super) const TABLE: usize = 6;

/// The patterns to try on findings of a group; `events` are those that are still open (or a sample).
pub(super) fn patterns<'a>(
    run: &'a Reconciliation,
    group: &Group,
    dictionary: Option<&Dictionary<'a>>,
    events: &[Event],
    least: u64,
) -> Vec<Applied<'a>> {
    match (group.kind.sort, group.kind.field, dictionary) {
        (Sort::Speaks(check), ..) => vec![Applied::speaks(check)],
        (Sort::Codes(side), Some(field), _) => {
            let Some(records) = run.dataset(side).get(group.kind.entity) else { return Vec::new() };
            let raws = events.iter().filter_map(|e| records.raw(e.unit.row(side), field));
            most(raws.map(str::to_owned), least)
                .into_iter()
                .take(OF_EACH * 4)
                .filter_map(|(raw, _)| Applied::unmapped(run, group.kind.entity, field, side, &raw))
                .collect()
        }
        (Sort::Values, _, Some(dictionary)) => values(run, dictionary, events, least)
            .into_iter()
            .filter_map(|pattern| Applied::values(dictionary, pattern))
            .collect(),
        _ => Vec::new(),
    }
}

/// Counted, most frequent first, then by text.
fn most<T: Ord>(of: impl Iterator<Item = T>, least: u64) -> Vec<(T, u64)> {
    let mut counts: BTreeMap<T, u64> = BTreeMap::new();
    for item in of {
        *counts.entry(item).or_default() += 1;
    }
    let mut counts: Vec<(T, u64)> = counts.into_iter().filter(|(_, n)| *n >= least).collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counts
}

/// A distinct value pair and how often it occurs.
struct Seen {
    from: u32,
    to: u32,
    count: u64,
}

fn values(run: &Reconciliation, dictionary: &Dictionary<'_>, events: &[Event], least: u64) -> Vec<Pattern> {
    let seen = seen(dictionary, events);
    let text = |key: u32| dictionary.text(key).to_owned();
    let mut patterns = Vec::new();
    let frequent = seen.iter().filter(|s| s.count >= least);
    patterns.extend(frequent.take(OF_EACH * 2).map(|s| Pattern::Pair(text(s.from), text(s.to))));
    let mut constants: HashMap<u32, (u64, u64)> = HashMap::new();
    for s in &seen {
        let constant = constants.entry(s.to).or_default();
        constant.0 += s.count;
        constant.1 += 1;
    }
    let several = constants.into_iter().filter(|(_, (count, from))| *count >= least && *from > 1);
    let mut constants: Vec<(u64, String)> = several.map(|(to, (count, _))| (count, text(to))).collect();
    constants.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    patterns.extend(constants.into_iter().take(OF_EACH).map(|(_, to)| Pattern::Constant(to)));
    patterns.extend(swaps(&seen).take(OF_EACH).map(|(a, b)| {
        let (a, b) = (text(a), text(b));
        if a < b { Pattern::Swap(a, b) } else { Pattern::Swap(b, a) }
    }));
    patterns.extend(rules(dictionary, &seen, least));
    patterns.extend(copies(run, dictionary, events, least));
    patterns.extend(table(dictionary, &seen));
    patterns
}

/// Value pairs, most frequent first, then by text; keys are numbered by row order and decide nothing.
fn seen(dictionary: &Dictionary<'_>, events: &[Event]) -> Vec<Seen> {
    let mut counts: HashMap<(u32, u32), u64> = HashMap::new();
    for event in events {
        *counts.entry(dictionary.keys(event.unit)).or_default() += 1;
    }
    let known = counts.into_iter().filter(|((from, to), _)| *from != NEVER && *to != NEVER);
    let mut seen: Vec<Seen> = known.map(|((from, to), count)| Seen { from, to, count }).collect();
    let texts = |s: &Seen| (dictionary.text(s.from), dictionary.text(s.to));
    seen.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| texts(a).cmp(&texts(b))));
    seen
}

/// Pairs of values that went both ways.
fn swaps(seen: &[Seen]) -> impl Iterator<Item = (u32, u32)> + '_ {
    let frequent = &seen[..seen.len().min(PAIRS / 10)];
    frequent.iter().enumerate().flat_map(move |(at, a)| {
        let others = frequent[at + 1..].iter().filter(|b| b.count >= 2);
        others
            .filter(move |b| a.from == b.to && a.to == b.from && a.from != 0 && a.to != 0)
            .map(move |_| (a.from, a.to))
    })
}

/// Rules that at least two distinct value pairs show.
fn rules(dictionary: &Dictionary<'_>, seen: &[Seen], least: u64) -> Vec<Pattern> {
    let mut support: BTreeMap<Rule, (u64, u64)> = BTreeMap::new();
    let mut found = Vec::new();
    for s in seen.iter().take(PAIRS).filter(|s| s.from != 0 && s.to != 0) {
        found.clear();
        Rule::infer(dictionary.field, dictionary.value(s.from), dictionary.value(s.to), &mut found);
        for rule in &found {
            let known = support.entry(*rule).or_default();
            known.0 += s.count;
            known.1 += 1;
        }
    }
    let mut rules: Vec<(Rule, u64)> = support
        .into_iter()
        .filter(|(_, (count, pairs))| *count >= least && *pairs > 1)
        .map(|(r, (c, _))| (r, c))
        .collect();
    rules.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    rules.into_iter().take(OF_EACH).map(|(rule, _)| Pattern::Rule(rule)).collect()
}

/// Other fields of the legacy record whose value stands in the new one.
fn copies(run: &Reconciliation, dictionary: &Dictionary<'_>, events: &[Event], least: u64) -> Vec<Pattern> {
    let entity = dictionary.entity;
    let Some(records) = run.legacy.get(entity) else { return Vec::new() };
    let mut found: Vec<(u64, Pattern)> = Vec::new();
    let step = events.len().div_ceil(COPIED).max(1);
    for other in Field::of(entity).iter().copied().filter(|f| may_copy(*f, dictionary.field)) {
        let Some(column) = KeyColumn::of(records, other) else { continue };
        let others = texts(run, entity, other);
        let mut distinct: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for event in events.iter().step_by(step) {
            let (was, to) = dictionary.keys(event.unit);
            let (was, to) = (dictionary.text(was), dictionary.text(to));
            let from = others.get(column.key(event.unit.legacy) as usize).copied().unwrap_or_default();
            if !to.is_empty() && from == to {
                *distinct.entry((was, to)).or_default() += 1;
            }
        }
        let count = distinct.values().sum::<u64>() * step as u64;
        if count >= least && distinct.len() > 1 {
            found.push((count, Pattern::Copy(other)));
        }
    }
    found.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    found.into_iter().take(2).map(|(_, pattern)| pattern).collect()
}

fn may_copy(from: Field, to: Field) -> bool {
    from != to && from.kind() == to.kind() && from != Field::StudentId
}

/// All values moved by one table: most frequent new value of each legacy one, where it is nearly the only one.
fn table(dictionary: &Dictionary<'_>, seen: &[Seen]) -> Option<Pattern> {
    let mut by_from: BTreeMap<&str, (u64, Vec<(u64, &str)>)> = BTreeMap::new();
    for s in seen.iter().take(PAIRS).filter(|s| s.from != 0) {
        let line = by_from.entry(dictionary.text(s.from)).or_default();
        line.0 += s.count;
        line.1.push((s.count, dictionary.text(s.to)));
    }
    let lines: Vec<(String, String)> = by_from
        .into_iter()
        .filter_map(|(from, (all, to))| {
            let (count, best) = to.into_iter().max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(a.1)))?;
            (count >= 3 && count * 10 >= all * 9).then(|| (from.to_owned(), best.to_owned()))
        })
        .collect();
    // A table is another table only when most of it is; a few wrong lines are a few causes.
    (is_code(dictionary) && lines.len() >= TABLE && lines.len() * 2 >= dictionary.len() / 2)
        .then_some(Pattern::Table(lines))
}

/// A field whose values a code table may translate: of students, not their names and ids.
pub(super) fn is_code(dictionary: &Dictionary<'_>) -> bool {
    dictionary.entity != Entity::Student || dictionary.len() < 1_000
}
