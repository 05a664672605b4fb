//! The course catalogue, paired by course code.

use std::collections::BTreeMap;

use super::compare::{KeyColumn, NEVER, NONE};
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
    for (l, n) in by_key.into_values() {
        match (l.as_slice(), n.as_slice()) {
            ([l], [n]) => pairs.both.push(Both { legacy: *l, new: *n, tier: Tier::Exact }),
            (l, []) => pairs.legacy_only.extend(l),
            ([], n) => pairs.new_only.extend(n),
            _ => pairs.several.push((l, n)),
        }
    }
    pairs.both.sort_unstable_by_key(|b| (b.legacy, b.new));
    pairs.legacy_only.sort_unstable();
    pairs.new_only.sort_unstable();
    pairs.several.sort_unstable();
    pairs
}
