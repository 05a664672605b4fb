//! Sections recognised by who sits in them: of all paired class rows, which new section most students of a legacy
//! section sit in. Section numbers are never compared.

use foldhash::{HashMap, HashMapExt};

use super::compare::{NEVER, NONE};
use super::model::Reconciliation;
use crate::canonical::{Entity, Field, Records, Row, Side};

/// A legacy section and the new section that holds most of its students.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionPair {
    /// A schedule row of the legacy section (the first).
    pub legacy: Row,
    /// A schedule row of the new section that holds most of its students.
    pub new: Row,
    /// Students whose class row is in the legacy section and paired.
    pub students: u32,
    /// Of them, in the new section.
    pub together: u32,
    /// Students of the two sections together.
    pub union: u32,
}

/// Pairs sections by roster overlap; empty when a side does not map sections. A section is its number within
/// school, year and course where these are mapped. Sorted by the legacy row.
pub(super) fn induce(run: &Reconciliation) -> Vec<SectionPair> {
    let (Some(ours), Some(theirs)) = (ids(run, Side::Legacy), ids(run, Side::New)) else { return Vec::new() };
    let (legacy, new) = (run.legacy.get(Entity::Schedule), run.new.get(Entity::Schedule));
    let (Some(legacy), Some(new)) = (legacy, new) else { return Vec::new() };
    let mut cells: HashMap<(u32, u32), (u32, Place, Place)> = HashMap::new();
    let mut sizes = (vec![0u32; ours.texts.len()], vec![0u32; theirs.texts.len()]);
    for position in 0..run.students.len() as u32 {
        let Some(pairs) = run.pairs(position, Entity::Schedule) else { continue };
        for both in pairs.both() {
            let (Some(l), Some(n)) = (ours.section(both.legacy), theirs.section(both.new)) else { continue };
            let (our_place, their_place) = (place(legacy, both.legacy), place(new, both.new));
            let cell = cells.entry((l, n)).or_insert((0, our_place, their_place));
            *cell = (cell.0 + 1, cell.1.min(our_place), cell.2.min(their_place));
            sizes.0[l as usize] += 1;
            sizes.1[n as usize] += 1;
        }
    }
    let mut best: HashMap<u32, (u32, SectionPair, Place)> = HashMap::new();
    for ((l, n), (together, ours_first, theirs_first)) in cells {
        let (students, others) = (sizes.0[l as usize], sizes.1[n as usize]);
        let pair = SectionPair {
            legacy: ours_first.3,
            new: theirs_first.3,
            students,
            together,
            union: students + others - together,
        };
        let entry = best.entry(l).or_insert_with(|| (n, pair.clone(), ours_first));
        let first = entry.2.min(ours_first);
        let better = (together, std::cmp::Reverse(others))
            > (entry.1.together, std::cmp::Reverse(sizes.1[entry.0 as usize]))
            || (together == entry.1.together
                && others == sizes.1[entry.0 as usize]
                && theirs.text(n) < theirs.text(entry.0));
        if better {
            *entry = (n, pair, first);
        }
        (entry.1.legacy, entry.2) = (first.3, first);
    }
    let mut found: Vec<(Place, SectionPair)> = best.into_values().map(|(_, pair, place)| (place, pair)).collect();
    found.sort_unstable_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, pair)| pair).collect()
}

/// Where a row was exported: block of the mapping, file, record, and the row itself.
type Place = (u16, u32, u32, Row);

/// Rows in memory stand as they were exported.
fn place(records: &Records, row: Row) -> Place {
    if records.locations().spill().is_some() { records.exported(row) } else { (0, 0, row, row) }
}

/// Numbers the sections of a side.
struct SectionIds {
    of_row: Vec<u32>,
    texts: Vec<String>,
}

impl SectionIds {
    fn section(&self, row: Row) -> Option<u32> {
        Some(self.of_row[row as usize]).filter(|s| *s != u32::MAX)
    }

    fn text(&self, section: u32) -> &str {
        &self.texts[section as usize]
    }
}

fn ids(run: &Reconciliation, side: Side) -> Option<SectionIds> {
    let records = run.dataset(side).get(Entity::Schedule)?;
    if !records.has(Field::Section) {
        return None;
    }
    let parts = [Field::Section, Field::School, Field::SchoolYear, Field::Course];
    let mut known: HashMap<[u32; 4], u32> = HashMap::new();
    let mut texts = Vec::new();
    let of_row = (0..records.len() as Row)
        .map(|row| {
            let key = parts.map(|f| records.key(row, f).unwrap_or(if records.has(f) { NEVER } else { NONE }));
            if key[0] == NONE || key[0] == NEVER {
                return u32::MAX;
            }
            let next = texts.len() as u32;
            let at = *known.entry(key).or_insert(next);
            if at == next {
                texts.push(parts.map(|f| records.text(row, f).unwrap_or("")).join("|"));
            }
            at
        })
        .collect();
    Some(SectionIds { of_row, texts })
}
