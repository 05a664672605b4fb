//! The proof: each cause is applied to the legacy records that it names, and the comparison is made again.

use rayon::prelude::*;

use super::count::ByKey;
use super::dictionary::{Dictionary, Outcome, keys_of};
use super::group::{Event, Group, Kind, Sort};
use super::literal::Scope;
use super::model::{Proof, Settings, Term};
use super::pattern::Pattern;
use super::search::Found;
use super::space::{Space, each_unit};

/// Students that one task looks at.
const CHUNK: u32 = 8 * 1024;

/// A cause with its proof, before it is ranked and put into words.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub(super) kind: Kind,
    pub(super) pattern: Pattern,
    pub(super) condition: Vec<Term>,
    /// What each part of the condition is about.
    pub(super) scope: Vec<Scope>,
    /// The condition as far as it lasts from rehearsal to rehearsal.
    pub(super) lasting: Vec<String>,
    /// Positions of the findings, ascending.
    pub(super) findings: Vec<u32>,
    pub(super) proof: Proof,
    pub(super) proved: bool,
    /// Further kinds of finding that the same cause makes.
    pub(super) also: Vec<Kind>,
    /// Of these, the kinds that changed by the same pattern.
    pub(super) alike: Vec<Kind>,
    /// Records were put together or taken apart.
    pub(super) shape: Shape,
}

/// What became of the number of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing.
    Kept,
    /// Several became one.
    Merged,
    /// One became several.
    Split,
}

impl Draft {
    /// A cause without a condition.
    pub(super) fn plain(kind: Kind, pattern: Pattern, findings: Vec<u32>, proof: Proof, proved: bool) -> Self {
        Self {
            kind,
            pattern,
            condition: Vec::new(),
            scope: Vec::new(),
            lasting: Vec::new(),
            findings,
            proof,
            proved,
            also: Vec::new(),
            alike: Vec::new(),
            shape: Shape::Kept,
        }
    }

    /// Its kind of finding and the further ones.
    pub(super) fn kinds(&self) -> impl Iterator<Item = Kind> + '_ {
        std::iter::once(self.kind).chain(self.also.iter().copied())
    }
}

/// What applying a cause to all records showed.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    touched: u64,
    agrees: u64,
}

/// Proves the causes found in one group.
pub(super) fn prove(
    space: &Space<'_>,
    group: &Group,
    found: Vec<Found<'_>>,
    known: &[u32],
    settings: &Settings,
) -> Vec<Draft> {
    if found.is_empty() {
        return Vec::new();
    }
    let dictionary = match (group.kind.sort, group.kind.field) {
        (Sort::Values, Some(field)) => Dictionary::new(space.run, group.kind.entity, field),
        _ => None,
    };
    let tallies = apply(space, dictionary.as_ref(), &found);
    let mut owner = vec![0u32; group.events.len()];
    for (at, cause) in found.iter().enumerate() {
        cause.events.iter().for_each(|e| owner[*e as usize] = at as u32 + 1);
    }
    let follows = |e: &Event| known[e.finding as usize] > 0;
    let free = group.events.iter().zip(&mut owner).filter(|(e, owner)| **owner == 0 && follows(e));
    free.for_each(|(_, owner)| *owner = u32::MAX);
    let stay = owner.iter().filter(|o| **o == 0).count() as u64;
    let same_kind = same_kind(space, group, dictionary.as_ref(), &found, &owner);
    found
        .into_iter()
        .zip(tallies)
        .zip(same_kind)
        .map(|((cause, tally), of)| draft(space, group, cause, tally, of, stay, settings))
        .collect()
}

fn draft(
    space: &Space<'_>,
    group: &Group,
    cause: Found<'_>,
    tally: Tally,
    of: u64,
    stay: u64,
    settings: &Settings,
) -> Draft {
    let mut findings: Vec<u32> = cause.events.iter().map(|e| group.events[*e as usize].finding).collect();
    findings.sort_unstable();
    let mut students: Vec<u32> = cause.events.iter().map(|e| group.events[*e as usize].unit.student).collect();
    students.sort_unstable();
    students.dedup();
    let explained = findings.len() as u64;
    // Where a check speaks of whole records, those that it does not speak of agree.
    let broken = if group.kind.sort == Sort::Values { tally.agrees } else { tally.touched.saturating_sub(of) };
    let proof = Proof { explained, of, students: students.len() as u64, broken, stay };
    let fits = |part: u64, whole: u64| part * 100 >= whole * settings.proof_percent;
    let proved = explained >= settings.min_findings && fits(explained, explained + broken) && fits(explained, of);
    let mut literals = cause.literals;
    literals.sort_by_key(|l| l.attribute);
    Draft {
        kind: group.kind,
        pattern: cause.applied.pattern,
        condition: literals.iter().map(|l| l.term(space)).collect(),
        scope: literals.iter().map(|l| l.scope(space)).collect(),
        lasting: literals.iter().map(|l| l.lasting(space)).collect(),
        findings,
        proof,
        proved,
        also: Vec::new(),
        alike: Vec::new(),
        shape: Shape::Kept,
    }
}

/// The causes that may touch a record, by its legacy key.
struct Index {
    broad: Vec<usize>,
    few: ByKey,
}

impl Index {
    fn new(found: &[Found<'_>]) -> Self {
        let mut this = Self { broad: Vec::new(), few: ByKey::default() };
        for (at, cause) in found.iter().enumerate() {
            match cause.applied.few() {
                Some(keys) => keys.for_each(|key| this.few.push(key, at)),
                None => this.broad.push(at),
            }
        }
        this
    }

    fn of(&self, key: u32) -> impl Iterator<Item = &usize> {
        self.broad.iter().chain(self.few.get(key))
    }
}

/// One pass over the records: how many each cause would touch, and how many of those agree.
fn apply(space: &Space<'_>, dictionary: Option<&Dictionary<'_>>, found: &[Found<'_>]) -> Vec<Tally> {
    let empty = || vec![Tally::default(); found.len()];
    let students = space.run.students.len() as u32;
    let starts: Vec<u32> = (0..students.max(1)).step_by(CHUNK as usize).collect();
    let index = Index::new(found);
    starts
        .par_iter()
        .fold(empty, |mut tallies, start| {
            each_unit(space.run, space.entity, space.population, *start..(start + CHUNK).min(students), |unit| {
                let value_keys = keys_of(dictionary, space.population, unit);
                for at in index.of(value_keys.0) {
                    let (tally, cause) = (&mut tallies[*at], &found[*at]);
                    let outcome = cause.applied.outcome(unit, value_keys);
                    if outcome == Outcome::Untouched {
                        continue;
                    }
                    if cause.literals.iter().all(|l| l.holds(space, unit)) {
                        tally.touched += 1;
                        tally.agrees += u64::from(outcome == Outcome::Agrees);
                    }
                }
            });
            tallies
        })
        .reduce(empty, |mut a, b| {
            for (a, b) in a.iter_mut().zip(b) {
                a.touched += b.touched;
                a.agrees += b.agrees;
            }
            a
        })
}

/// Findings of the group that each cause touches under its condition, explained by it or by none.
fn same_kind(
    space: &Space<'_>,
    group: &Group,
    dictionary: Option<&Dictionary<'_>>,
    found: &[Found<'_>],
    owner: &[u32],
) -> Vec<u64> {
    let empty = || vec![0; found.len()];
    let events = group.events.par_iter().zip(owner).with_min_len(4096);
    let index = Index::new(found);
    let count = |mut of: Vec<u64>, (event, owner): (&Event, &u32)| {
        match *owner {
            0 => {
                let value_keys = keys_of(dictionary, space.population, event.unit);
                for at in index.of(value_keys.0) {
                    let (of, cause) = (&mut of[*at], &found[*at]);
                    let is_touched = cause.applied.outcome(event.unit, value_keys) != Outcome::Untouched;
                    *of += u64::from(is_touched && cause.literals.iter().all(|l| l.holds(space, event.unit)));
                }
            }
            owner => {
                if let Some(of) = of.get_mut(owner as usize - 1) {
                    *of += 1;
                }
            }
        }
        of
    };
    events.fold(empty, count).reduce(empty, |a, b| a.iter().zip(b).map(|(a, b)| a + b).collect())
}
