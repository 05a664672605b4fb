//! Which fields of a student's paired records differ, found once and asked by every check.

use std::collections::BTreeSet;

use crate::canonical::{Decimal, Entity, Field, Kind, Records, Row, Side, Typed};
use crate::reconcile::{Compared, NEVER, Reconciliation, compared};

/// A set of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FieldSet(u64);

impl FieldSet {
    /// True when the field is in the set.
    #[inline]
    #[must_use]
    pub const fn has(self, field: Field) -> bool {
        self.0 & (1 << field as u8) != 0
    }

    /// True when no field is.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// True when no other field than the given ones is in the set.
    #[must_use]
    pub fn is_within(self, fields: &[Field]) -> bool {
        self.0 & !fields.iter().fold(0, |set, field| set | 1 << *field as u8) == 0
    }

    fn add(&mut self, field: Field) {
        self.0 |= 1 << field as u8;
    }
}

/// The fields of all entities that are compared: mapped on both sides and not ignored by the project.
#[derive(Debug)]
pub struct Comparer<'a> {
    columns: [Vec<Compared<'a>>; Entity::ALL.len()],
}

impl<'a> Comparer<'a> {
    /// For a run; fields in `ignored` are left out.
    #[must_use]
    pub fn new(run: &'a Reconciliation, ignored: &BTreeSet<(Entity, Field)>) -> Self {
        let columns = Entity::ALL.map(|entity| {
            let mut columns = compared(&run.legacy, &run.new, entity);
            columns.retain(|c| c.field != Field::StudentId && !ignored.contains(&(entity, c.field)));
            columns
        });
        Self { columns }
    }

    /// True when the field is compared.
    #[must_use]
    pub fn has(&self, entity: Entity, field: Field) -> bool {
        self.columns[entity as usize].iter().any(|c| c.field == field)
    }

    /// The compared columns of an entity.
    #[must_use]
    pub fn columns(&self, entity: Entity) -> &[Compared<'a>] {
        &self.columns[entity as usize]
    }

    fn differing(&self, entity: Entity, legacy: Row, new: Row) -> FieldSet {
        let mut set = FieldSet::default();
        // Section numbers are made anew by every system: they are mapped, and no difference.
        for column in self.columns(entity).iter().filter(|c| c.field != Field::Section) {
            if !column.equal(legacy, new) {
                set.add(column.field);
            }
        }
        set
    }

    /// Of a year row and its halves: numbers by sum, everything but the term by the set of values.
    fn differing_split(&self, run: &Reconciliation, entity: Entity, legacy: &[Row], new: &[Row]) -> FieldSet {
        let mut set = FieldSet::default();
        for column in self.columns(entity) {
            let keys = |rows: &[Row], is_legacy: bool| {
                let key = |r: &Row| if is_legacy { column.legacy.key(*r) } else { column.new.key(*r) };
                rows.iter().map(key).collect::<BTreeSet<u32>>()
            };
            let (ours, theirs) = (keys(legacy, true), keys(new, false));
            let unknown = ours.contains(&NEVER) || theirs.contains(&NEVER);
            let expected = matches!(column.field, Field::Term | Field::Section | Field::StartDate | Field::EndDate);
            let equal = expected
                || (!unknown && ours == theirs && !is_credit(column.field))
                || (column.field.kind() == Kind::Number && {
                    let sum = |side: Side, rows| sum(run.dataset(side).get(entity), rows, column.field);
                    let total = sum(Side::Legacy, legacy);
                    !unknown && total.is_some() && total == sum(Side::New, new)
                });
            if !equal {
                set.add(column.field);
            }
        }
        set
    }
}

/// Numbers that add up when a year row is split.
const fn is_credit(field: Field) -> bool {
    matches!(field, Field::CreditAttempted | Field::CreditEarned)
}

/// The sum of a field over rows; `None` when a value is not a number (no value adds nothing).
fn sum(records: Option<&Records>, rows: &[Row], field: Field) -> Option<Decimal> {
    rows.iter().try_fold(Decimal::ZERO, |total, row| match records?.typed(*row, field) {
        Typed::Number(number) => total.checked_add(number),
        Typed::Missing => Some(total),
        _ => None,
    })
}

/// A paired record with differing fields.
#[derive(Debug, Clone, Copy)]
pub struct ChangedPair {
    /// The legacy record (the first of a split).
    pub legacy: Row,
    /// The new record (the first of a split).
    pub new: Row,
    /// The fields that differ.
    pub fields: FieldSet,
    /// Which split of the student this is, when it is one.
    pub split: Option<u16>,
}

/// What differs in one student's paired records.
#[derive(Debug, Default)]
pub struct Changes {
    pairs: [Vec<ChangedPair>; Entity::ALL.len()],
    looked_at: [u64; Entity::ALL.len()],
}

impl Changes {
    /// Looks at a student; what stood here before is forgotten.
    pub fn fill(&mut self, run: &Reconciliation, comparer: &Comparer<'_>, position: u32, is_swapped: bool) {
        for entity in Entity::ALL {
            let pairs = &mut self.pairs[entity as usize];
            pairs.clear();
            self.looked_at[entity as usize] = 0;
            let mut keep = |legacy: Row, new: Row, fields: FieldSet, split: Option<u16>| {
                if !fields.is_empty() {
                    pairs.push(ChangedPair { legacy, new, fields, split });
                }
            };
            if entity == Entity::Student {
                let student = &run.students[position as usize];
                if let (Some(legacy), Some(new)) = (student.legacy, student.new) {
                    self.looked_at[entity as usize] = 1;
                    // Of swapped students every field differs; the swap itself is the finding.
                    if !is_swapped {
                        keep(legacy, new, comparer.differing(entity, legacy, new), None);
                    }
                }
                continue;
            }
            let Some(records) = run.pairs(position, entity) else { continue };
            let mut looked_at = records.both().len() as u64;
            self.looked_at[entity as usize] = looked_at;
            if records.is_same() {
                continue;
            }
            for both in records.both() {
                keep(both.legacy, both.new, comparer.differing(entity, both.legacy, both.new), None);
            }
            for (at, (legacy, new)) in records.split().enumerate() {
                let fields = comparer.differing_split(run, entity, legacy, new);
                keep(legacy[0], new[0], fields, u16::try_from(at).ok());
                looked_at += 1;
            }
            self.looked_at[entity as usize] = looked_at;
        }
    }

    /// The pairs of an entity in which something differs.
    #[must_use]
    pub fn of(&self, entity: Entity) -> &[ChangedPair] {
        &self.pairs[entity as usize]
    }

    /// How many pairs of an entity were compared.
    #[must_use]
    pub const fn looked_at(&self, entity: Entity) -> u64 {
        self.looked_at[entity as usize]
    }

    /// True when the field differs in any pair of the student.
    #[must_use]
    pub fn any(&self, entity: Entity, field: Field) -> bool {
        self.of(entity).iter().any(|p| p.fields.has(field))
    }
}
