//! What only the whole run knows and single students need: printed digits of GPAs, and labels that one system
//! simply writes another way.

use foldhash::{HashMap, HashMapExt, HashSet};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::meetings::Meetings;
use crate::canonical::{Entity, Field, Row, Side, Typed};
use crate::reconcile::{Compared, NEVER, NONE, Reconciliation, compared};

/// Facts about the run.
#[derive(Debug, Default)]
pub struct Facts {
    /// Digits behind the point that a side prints for a GPA kind, by (side, key of the kind): the most that occur.
    digits: HashMap<(Side, u32), u32>,
    /// Values that the new side always writes as one other value that legacy does not know, and the other way round.
    relabelled: HashSet<(Entity, Field, u32, u32)>,
    /// Student pairs that are each other's.
    swapped: HashSet<u32>,
    /// Student pairs whose transcripts are each other's.
    swapped_transcripts: HashSet<u32>,
    /// Classes and marks of both sides.
    meetings: [Meetings; 2],
    /// Columns with codes that no crosswalk covers, by side and entity.
    unmapped: [[Vec<Field>; Entity::ALL.len()]; 2],
    /// Columns with texts that do not read.
    unreadable: [[Vec<Field>; Entity::ALL.len()]; 2],
}

/// The facts as lists, for those who look at a part of the students. Keys are those of the run that gathered them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactLists {
    digits: Vec<(Side, u32, u32)>,
    relabelled: Vec<(Entity, Field, u32, u32)>,
    swapped: Vec<u32>,
    swapped_transcripts: Vec<u32>,
    unmapped: [[Vec<Field>; Entity::ALL.len()]; 2],
    unreadable: [[Vec<Field>; Entity::ALL.len()]; 2],
}

/// Labels: a system may write them in its own way.
const LABELS: [(Entity, Field); 6] = [
    (Entity::Student, Field::Homeroom),
    (Entity::Schedule, Field::Room),
    (Entity::Schedule, Field::Title),
    (Entity::Transcript, Field::Title),
    (Entity::Schedule, Field::Teacher),
    (Entity::Transcript, Field::Teacher),
];

impl Facts {
    /// Gathers the facts in one pass over the paired records.
    #[must_use]
    pub fn of(run: &Reconciliation) -> Self {
        let mut facts = Self::default();
        facts.swapped.extend(run.matching.swapped.iter().flat_map(|(a, b)| [*a, *b]));
        facts.swapped_transcripts.extend(run.matching.swapped_transcripts.iter().flat_map(|(a, b)| [*a, *b]));
        for side in Side::BOTH {
            let Some(gpa) = run.dataset(side).get(Entity::Gpa) else { continue };
            for row in 0..gpa.len() as Row {
                if let (Some(kind), Some(raw)) = (gpa.key(row, Field::GpaKind), gpa.raw(row, Field::Value)) {
                    let digits = facts.digits.entry((side, kind)).or_default();
                    *digits = (*digits).max(printed_digits(raw));
                }
            }
        }
        facts.meetings = Side::BOTH.map(|side| Meetings::of(run, side));
        facts.unmapped = Side::BOTH.map(|side| Entity::ALL.map(|e| holding(run, side, e, Typed::Unmapped)));
        facts.unreadable = Side::BOTH.map(|side| Entity::ALL.map(|e| holding(run, side, e, Typed::Unreadable)));
        for entity in [Entity::Student, Entity::Schedule, Entity::Transcript] {
            let mut columns = compared(&run.legacy, &run.new, entity);
            columns.retain(|c| LABELS.contains(&(entity, c.field)));
            let labels: Vec<_> =
                columns.par_iter().map(|column| (column.field, find_labels(run, entity, column))).collect();
            for (field, pairs) in labels {
                facts.relabelled.extend(pairs.into_iter().map(|(l, n)| (entity, field, l, n)));
            }
        }
        facts
    }

    /// The facts as lists, in one order.
    #[must_use]
    pub fn lists(&self) -> FactLists {
        let mut lists = FactLists {
            digits: self.digits.iter().map(|((side, kind), digits)| (*side, *kind, *digits)).collect(),
            relabelled: self.relabelled.iter().copied().collect(),
            swapped: self.swapped.iter().copied().collect(),
            swapped_transcripts: self.swapped_transcripts.iter().copied().collect(),
            unmapped: self.unmapped.clone(),
            unreadable: self.unreadable.clone(),
        };
        lists.digits.sort_unstable();
        lists.relabelled.sort_unstable();
        lists.swapped.sort_unstable();
        lists.swapped_transcripts.sort_unstable();
        lists
    }

    /// The facts that concern the students from `first` on, who are counted from nought there.
    #[must_use]
    pub fn of_part(run: &Reconciliation, lists: &FactLists, first: u32) -> Self {
        let shifted = |all: &[u32]| all.iter().filter_map(|position| position.checked_sub(first)).collect();
        Self {
            digits: lists.digits.iter().map(|(side, kind, digits)| ((*side, *kind), *digits)).collect(),
            relabelled: lists.relabelled.iter().copied().collect(),
            swapped: shifted(&lists.swapped),
            swapped_transcripts: shifted(&lists.swapped_transcripts),
            meetings: Side::BOTH.map(|side| Meetings::of(run, side)),
            unmapped: lists.unmapped.clone(),
            unreadable: lists.unreadable.clone(),
        }
    }

    /// What checks of classes and marks ask of a side's rows.
    pub(super) const fn meetings(&self, side: Side) -> &Meetings {
        &self.meetings[side as usize]
    }

    /// True when the two values are one label, written in each system's way throughout the run.
    #[must_use]
    pub fn is_relabelled(&self, entity: Entity, field: Field, legacy: u32, new: u32) -> bool {
        self.relabelled.contains(&(entity, field, legacy, new))
    }

    /// The columns that have values which are unmapped or unreadable, as asked.
    pub(super) fn strange(&self, side: Side, entity: Entity, wanted: Typed) -> &[Field] {
        let columns = if wanted == Typed::Unmapped { &self.unmapped } else { &self.unreadable };
        &columns[side as usize][entity as usize]
    }

    /// Digits behind the point that a side prints for a GPA kind.
    #[must_use]
    pub fn digits(&self, side: Side, kind: u32) -> Option<u32> {
        self.digits.get(&(side, kind)).copied()
    }

    /// True when the student's names and birth date are another student's, and the other way round.
    #[must_use]
    pub fn is_swapped(&self, position: u32) -> bool {
        self.swapped.contains(&position)
    }

    /// True when the student's transcript is another student's, and the other way round.
    #[must_use]
    pub fn has_swapped_transcript(&self, position: u32) -> bool {
        self.swapped_transcripts.contains(&position)
    }
}

/// How often each key occurs.
#[derive(Default)]
struct Counts(Vec<u32>);

impl Counts {
    fn add(&mut self, key: u32) {
        if key == NEVER {
            return;
        }
        let key = key as usize;
        if self.0.len() <= key {
            self.0.resize((key + 1).next_power_of_two(), 0);
        }
        self.0[key] += 1;
    }

    fn of(&self, key: u32) -> u32 {
        self.0.get(key as usize).copied().unwrap_or(0)
    }
}

/// Values (legacy, new) of a column that are one label, written in each system's way throughout.
fn find_labels(run: &Reconciliation, entity: Entity, column: &Compared<'_>) -> Vec<(u32, u32)> {
    let mut differing: HashMap<(u32, u32), u32> = HashMap::new();
    let (mut ours, mut theirs) = (Counts::default(), Counts::default());
    let (mut pairs, mut changed) = (0u64, 0u64);
    each_pair(run, entity, |legacy, new| {
        let (l, n) = (column.legacy.key(legacy), column.new.key(new));
        ours.add(l);
        theirs.add(n);
        pairs += 1;
        if l != n && ![l, n].iter().any(|k| *k == NEVER || *k == NONE) {
            *differing.entry((l, n)).or_default() += 1;
            changed += 1;
        }
    });
    // Another teacher may be a change; another number for nearly every teacher is another numbering.
    if column.field == Field::Teacher && (changed < 20 || changed * 2 < pairs) {
        return Vec::new();
    }
    let alone = |((l, n), count): &((u32, u32), u32)| {
        ours.of(*l) == *count && theirs.of(*n) == *count && theirs.of(*l) == 0 && ours.of(*n) == 0
    };
    differing.into_iter().filter(alone).map(|(pair, _)| pair).collect()
}

/// The columns in whose dictionary such a value stands.
fn holding(run: &Reconciliation, side: Side, entity: Entity, wanted: Typed) -> Vec<Field> {
    let Some(records) = run.dataset(side).get(entity) else { return Vec::new() };
    let holds = |field: &Field| {
        records.column(*field).is_some_and(|c| (0..c.values.len() as u32).any(|v| c.values.entry(v).typed == wanted))
    };
    records.fields().filter(holds).collect()
}

/// All one-to-one pairs of an entity.
fn each_pair(run: &Reconciliation, entity: Entity, mut see: impl FnMut(Row, Row)) {
    if entity == Entity::Student {
        for student in &run.students {
            if let (Some(legacy), Some(new)) = (student.legacy, student.new) {
                see(legacy, new);
            }
        }
        return;
    }
    for position in 0..run.students.len() as u32 {
        let Some(pairs) = run.pairs(position, entity) else { return };
        pairs.both().for_each(|b| see(b.legacy, b.new));
    }
}

/// Digits behind the decimal point of a printed number.
#[must_use]
pub(super) fn printed_digits(raw: &str) -> u32 {
    raw.trim().split_once('.').map_or(0, |(_, fraction)| fraction.len() as u32)
}
