//! The records that a cause can be about, walked student by student, with what they have in common.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::attribute::{Attribute, attributes, of_students};
use crate::canonical::{Entity, Row, Side};
use crate::reconcile::Reconciliation;

/// No row, no student.
pub(super) const NOBODY: u32 = u32::MAX;
/// No key: the attribute says nothing about the record.
pub(super) const NO_KEY: u32 = u32::MAX;

/// Which records are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Population {
    /// One record each side.
    Paired,
    /// Records that were split or merged.
    Split,
    /// Legacy records of students that both sides know (for students: all of legacy).
    Legacy,
    /// New records likewise.
    New,
    /// New records that stand there once or more, counted once.
    Doubled,
    /// Students on both sides.
    Students,
}

impl Population {
    /// The side whose values describe the record: legacy is what was true before.
    pub(super) const fn side(self) -> Side {
        match self {
            Self::New | Self::Doubled => Side::New,
            _ => Side::Legacy,
        }
    }
}

/// A record, or a pair of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Unit {
    pub(super) student: u32,
    pub(super) legacy: Row,
    pub(super) new: Row,
}

impl Unit {
    pub(super) const fn row(self, side: Side) -> Row {
        match side {
            Side::Legacy => self.legacy,
            Side::New => self.new,
        }
    }
}

/// Calls `see` for every unit of the students in a range.
pub(super) fn each_unit(
    run: &Reconciliation,
    entity: Entity,
    population: Population,
    students: std::ops::Range<u32>,
    mut see: impl FnMut(Unit),
) {
    if entity == Entity::Course {
        if students.start == 0 {
            each_course(run, population, &mut see);
        }
        return;
    }
    for student in students {
        let pair = &run.students[student as usize];
        if entity == Entity::Student {
            let (legacy, new) = (pair.legacy.unwrap_or(NOBODY), pair.new.unwrap_or(NOBODY));
            let counts = match population {
                Population::Paired => legacy != NOBODY && new != NOBODY,
                Population::Legacy => legacy != NOBODY,
                Population::New => new != NOBODY,
                Population::Students => pair.is_paired(),
                Population::Split | Population::Doubled => false,
            };
            if counts {
                see(Unit { student, legacy, new });
            }
            continue;
        }
        if !pair.is_paired() {
            continue;
        }
        if population == Population::Students {
            see(Unit { student, legacy: NOBODY, new: NOBODY });
            continue;
        }
        let Some(pairs) = run.pairs(student, entity) else { continue };
        match population {
            Population::Paired => pairs.both().for_each(|b| see(Unit { student, legacy: b.legacy, new: b.new })),
            Population::Split => pairs.split().for_each(|(l, n)| {
                if let (Some(&legacy), Some(&new)) = (l.first(), n.first()) {
                    see(Unit { student, legacy, new });
                }
            }),
            Population::Legacy => {
                pairs.rows(Side::Legacy).into_iter().for_each(|legacy| see(Unit { student, legacy, new: NOBODY }));
            }
            Population::Doubled => {
                pairs.both().for_each(|b| see(Unit { student, legacy: NOBODY, new: b.new }));
                pairs.new_only().iter().for_each(|&new| see(Unit { student, legacy: NOBODY, new }));
            }
            _ => pairs.rows(Side::New).into_iter().for_each(|new| see(Unit { student, legacy: NOBODY, new })),
        }
    }
}

fn each_course(run: &Reconciliation, population: Population, see: &mut impl FnMut(Unit)) {
    let (legacy_only, new_only) = (&run.courses.legacy_only, &run.courses.new_only);
    let student = NOBODY;
    for both in &run.courses.both {
        match population {
            Population::Paired => see(Unit { student, legacy: both.legacy, new: both.new }),
            Population::Legacy => see(Unit { student, legacy: both.legacy, new: NOBODY }),
            Population::New => see(Unit { student, legacy: NOBODY, new: both.new }),
            _ => {}
        }
    }
    match population {
        Population::Legacy => legacy_only.iter().for_each(|&legacy| see(Unit { student, legacy, new: NOBODY })),
        Population::New => new_only.iter().for_each(|&new| see(Unit { student, legacy: NOBODY, new })),
        _ => {}
    }
}

/// The attributes of one population of one entity.
pub(super) struct Space<'a> {
    pub(super) run: &'a Reconciliation,
    pub(super) entity: Entity,
    pub(super) population: Population,
    pub(super) attributes: Arc<Vec<Attribute<'a>>>,
    /// Records of the population, as counted from the columns.
    pub(super) total: u64,
}

/// Spaces as they are asked for. Populations of one side share their attributes, which are counted once.
pub(super) struct Spaces<'a> {
    run: &'a Reconciliation,
    of_students: Vec<Attribute<'a>>,
    known: BTreeMap<(Entity, Side, bool, bool), Arc<Vec<Attribute<'a>>>>,
}

impl<'a> Spaces<'a> {
    pub(super) const fn new(run: &'a Reconciliation) -> Self {
        Self { run, of_students: Vec::new(), known: BTreeMap::new() }
    }

    pub(super) fn space(&mut self, entity: Entity, population: Population) -> Space<'a> {
        let (run, side) = (self.run, population.side());
        let has_records = population != Population::Students || entity == Entity::Student;
        let key = (entity, side, has_records, population != Population::Doubled);
        if self.of_students.is_empty() {
            self.of_students = of_students(run);
        }
        let of_students = &self.of_students;
        let known = self
            .known
            .entry(key)
            .or_insert_with(|| Arc::new(attributes(run, entity, side, (key.2, key.3), of_students)));
        let total = match population {
            Population::Students => run.students.len() as u64,
            _ => run.dataset(side).get(entity).map_or(0, |r| r.len() as u64),
        };
        Space { run, entity, population, attributes: Arc::clone(known), total }
    }
}

impl Space<'_> {
    /// The key of each attribute of a unit; `keys` is as long as the attributes.
    pub(super) fn keys(&self, unit: Unit, keys: &mut [u32]) {
        for (key, attribute) in keys.iter_mut().zip(self.attributes.iter()) {
            *key = attribute.key(self.population, unit);
        }
    }

    /// The key of one attribute of a unit.
    pub(super) fn key(&self, attribute: usize, unit: Unit) -> u32 {
        self.attributes[attribute].key(self.population, unit)
    }

    /// The place of a unit in the order of an attribute; `None` where there is none.
    pub(super) fn ordinal(&self, attribute: usize, unit: Unit, key: u32) -> Option<u32> {
        self.attributes[attribute].ordinal(self.population, unit, key)
    }
}
