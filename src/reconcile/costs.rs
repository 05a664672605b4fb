//! What makes two records of a student the same thing, by entity: key fields, and what a difference costs
//! (DOMAIN.md section 4: course 10, term 4, period 3, teacher 2, room .2; here in tenths).

use super::compare::{Compared, NEVER, NONE};
use crate::canonical::{Entity, Field, Row};

/// Where the fields of an entity stand among the compared columns.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) entity: Entity,
    pub(super) columns: &'a [Compared<'a>],
    /// Positions of the key fields in `columns`.
    pub(super) key: Vec<usize>,
    /// Cost of a difference in each column.
    cost: Vec<i64>,
    /// Positions of all columns but those that are never a sign of sameness (section numbers).
    pub(super) identity: Vec<usize>,
    pub(super) course: Option<usize>,
    pub(super) year: Option<usize>,
    pub(super) term: Option<usize>,
    evidence: Vec<usize>,
}

const fn key_fields(entity: Entity) -> &'static [Field] {
    match entity {
        Entity::Schedule => &[Field::SchoolYear, Field::Term, Field::Course, Field::Period],
        Entity::Transcript => &[Field::SchoolYear, Field::Term, Field::Course],
        Entity::Enrollment => &[Field::School, Field::EntryDate],
        Entity::Gpa => &[Field::GpaKind],
        Entity::Graduation => &[Field::Requirement],
        Entity::Student | Entity::Course => &[],
    }
}

const fn cost(entity: Entity, field: Field) -> i64 {
    match (entity, field) {
        (_, Field::StudentId | Field::Section) => 0,
        (Entity::Schedule | Entity::Transcript, Field::Course) => 100,
        (Entity::Schedule | Entity::Transcript, Field::SchoolYear) => 60,
        (Entity::Schedule | Entity::Transcript, Field::Term) => 40,
        (Entity::Enrollment, Field::School) => 60,
        (Entity::Enrollment, Field::EntryDate) => 40,
        (Entity::Enrollment, Field::ExitDate) => 10,
        (_, Field::Period | Field::Mark) => 30,
        (Entity::Schedule, Field::Teacher) | (_, Field::CreditEarned) => 20,
        (_, Field::CreditAttempted | Field::Value) => 10,
        (_, Field::Title | Field::Days | Field::GradeLevel | Field::Level) => 4,
        _ => 2,
    }
}

/// What must agree before a row of another course may be the same row.
const fn evidence(entity: Entity) -> &'static [Field] {
    match entity {
        Entity::Schedule => &[Field::SchoolYear, Field::Term, Field::Period, Field::Teacher],
        Entity::Transcript => {
            &[Field::SchoolYear, Field::Term, Field::Mark, Field::CreditEarned, Field::CreditAttempted]
        }
        _ => &[],
    }
}

impl<'a> Plan<'a> {
    pub(super) fn new(entity: Entity, columns: &'a [Compared<'a>]) -> Self {
        let at = |field: Field| columns.iter().position(|c| c.field == field);
        Self {
            entity,
            columns,
            key: key_fields(entity).iter().filter_map(|f| at(*f)).collect(),
            cost: columns.iter().map(|c| cost(entity, c.field)).collect(),
            identity: (0..columns.len()).filter(|i| columns[*i].field != Field::Section).collect(),
            course: at(Field::Course),
            year: at(Field::SchoolYear),
            term: at(Field::Term),
            evidence: evidence(entity).iter().filter_map(|f| at(*f)).collect(),
        }
    }

    /// True when the rows agree in the column.
    pub(super) fn agree(&self, column: usize, legacy: Row, new: Row) -> bool {
        self.columns[column].equal(legacy, new)
    }

    /// What it costs to call two rows the same; `None` when they can not be. `doubled` says that one of them equals,
    /// in all compared fields, a record of its own side that already has a partner.
    pub(super) fn cost(&self, legacy: Row, new: Row, doubled: bool) -> Option<i64> {
        let mut total = 0;
        for (column, cost) in self.columns.iter().zip(&self.cost) {
            let (ours, theirs) = (column.legacy.key(legacy), column.new.key(new));
            if ours == NEVER || theirs == NEVER {
                total += cost / 2; // not known to differ
            } else if ours != theirs {
                total += cost;
            }
        }
        let allowed = match self.entity {
            Entity::Schedule | Entity::Transcript => match self.course {
                Some(course) if !self.agree(course, legacy, new) => {
                    !doubled && self.alike_but_for_course(course, legacy, new)
                }
                _ => total < 125,
            },
            Entity::Enrollment => total < 100 && self.stints_meet(legacy, new),
            _ => self.key.iter().all(|k| self.agree(*k, legacy, new)),
        };
        allowed.then_some(total)
    }

    /// A row of another course is the same row only when everything that speaks for it agrees.
    fn alike_but_for_course(&self, course: usize, legacy: Row, new: Row) -> bool {
        let unknown = self.columns[course].legacy.key(legacy) == NEVER || self.columns[course].new.key(new) == NEVER;
        let known = |column: usize, row: Row| {
            let key = self.columns[column].legacy.key(row);
            key != NONE && key != NEVER
        };
        let agree = self.evidence.iter().filter(|e| self.agree(**e, legacy, new) && known(**e, legacy)).count();
        let conflict = self.evidence.iter().filter(|e| {
            let (l, n) = (self.columns[**e].legacy.key(legacy), self.columns[**e].new.key(new));
            l != n && l != NEVER && n != NEVER
        });
        // Schedules: term, period and teacher, beside the year where it is mapped.
        let year = usize::from(self.entity == Entity::Schedule && self.year.is_some());
        conflict.count() == 0 && agree >= if unknown { 1 } else { 3 + year }
    }

    /// Stints of different entry dates are one only at the same school, and stints of different schools only
    /// with the same entry date: the cost limit says so, unless nothing but the school is mapped.
    fn stints_meet(&self, legacy: Row, new: Row) -> bool {
        self.key.iter().any(|k| self.agree(*k, legacy, new))
    }
}
