//! The course catalogue, paired by course code. Of several rows of a code those that agree most are partners; what is left
//! over is kept as such.

use std::collections::BTreeMap;

use super::compare::{Compared, KeyColumn, NEVER, NONE, compared};
use super::model::{Both, CoursePairs, Tier};
use crate::canonical::{Dataset, Entity, Field, Row};

pub(super) fn pair(legacy: &Dataset, new: &Dataset) -> CoursePairs {
    let mut pairs = CoursePairs::default();
    let (Some(ours), Some(theirs)) = (legacy.get(Entity::Course), new.get(Entity::Course)) else { return pairs };
    let (Some(our_keys), Some(their_keys)) = (KeyColumn::of(ours, Field::Course), KeyColumn::of(theirs, Field::Course))
    else {
        return pairs;
    };
    let mut by_key: BTreeMap<u32, (Vec<Row>, Vec<Row>)> = BTreeMap::new();
    let known = |key: u32| key != NEVER && key != NONE;
    for row in (0..ours.len() as Row).filter(|r| known(our_keys.key(*r))) {
        by_key.entry(our_keys.key(row)).or_default().0.push(row);
    }
    for row in (0..theirs.len() as Row).filter(|r| known(their_keys.key(*r))) {
        by_key.entry(their_keys.key(row)).or_default().1.push(row);
    }
    let columns = compared(legacy, new, Entity::Course);
    for (l, n) in by_key.into_values() {
        match (l.as_slice(), n.as_slice()) {
            ([l], [n]) => pairs.both.push(Both { legacy: *l, new: *n, tier: Tier::Exact }),
            (l, []) => pairs.legacy_only.extend(l),
            ([], n) => pairs.new_only.extend(n),
            _ => nearest(l, n, &columns, &mut pairs),
        }
    }
    pairs.both.sort_unstable_by_key(|b| (b.legacy, b.new));
    pairs.legacy_only.sort_unstable();
    pairs.new_only.sort_unstable();
    pairs.several.sort_unstable();
    pairs
}

/// Pairs the rows that agree in most fields, ties by what they say, never by where they stand.
fn nearest(mut legacy: Vec<Row>, mut new: Vec<Row>, columns: &[Compared<'_>], pairs: &mut CoursePairs) {
    while !legacy.is_empty() && !new.is_empty() {
        let rank = |l: Row, n: Row| {
            let differing = columns.iter().filter(|c| !c.equal(l, n)).count();
            let says = |row: Row, new: bool| {
                columns.iter().map(move |c| if new { c.new.key(row) } else { c.legacy.key(row) }).collect::<Vec<_>>()
            };
            (differing, says(l, false), says(n, true), l, n)
        };
        let all = legacy.iter().flat_map(|l| new.iter().map(move |n| (*l, *n)));
        let Some((_, _, _, l, n)) = all.map(|(l, n)| rank(l, n)).min() else { break };
        pairs.both.push(Both { legacy: l, new: n, tier: Tier::Assigned });
        legacy.retain(|row| *row != l);
        new.retain(|row| *row != n);
    }
    if !legacy.is_empty() || !new.is_empty() {
        pairs.several.push((legacy, new));
    }
}
