//! One student whose rows a fault may damage.

use foldhash::HashSet;

use super::Hit;
use super::view::{Rec, View};
use crate::canonical::{Entity, Field};
use crate::synth::random::Chance;
use crate::synth::student::{Gpa, Student};

/// One student, the tables of the school, and chance.
#[derive(Debug)]
pub struct Site<'s, 'v> {
    pub(super) view: &'s mut View<'v>,
    pub(super) student: u32,
    pub(super) chance: &'s mut Chance,
    /// Students that another fault has damaged already.
    pub(super) touched: &'s HashSet<u32>,
    /// The student as the district knows it: the exact fractions behind stored GPAs.
    pub(super) known: Option<&'s Student>,
}

impl Site<'_, '_> {
    /// The exact GPA behind a stored one.
    pub(super) fn exact(&mut self, rec: Rec) -> Option<Gpa> {
        let unweighted = self.get(rec, Field::GpaKind).to_lowercase().contains("un");
        self.known?.gpas.get(usize::from(unweighted)).cloned()
    }

    /// The raw text of a field; empty when the layout has none.
    pub(super) fn get(&mut self, rec: Rec, field: Field) -> String {
        self.view.get(rec, field).unwrap_or_default()
    }

    /// The canonical word of a field; empty when it has none.
    pub(super) fn word(&mut self, rec: Rec, field: Field) -> String {
        self.view.word(rec, field).unwrap_or_default()
    }

    /// All records of the student.
    pub(super) fn all(&self, entity: Entity) -> Vec<Rec> {
        self.view.records(entity, self.student)
    }

    /// One of the records that pass.
    pub(super) fn pick(&mut self, entity: Entity, mut pass: impl FnMut(&mut Self, Rec) -> bool) -> Option<Rec> {
        let mut fitting = self.all(entity);
        fitting.retain(|rec| pass(self, *rec));
        (!fitting.is_empty()).then(|| *self.chance.pick(&fitting))
    }

    /// Says which record was damaged.
    pub(super) fn hit(&mut self, entity: Entity, rec: Rec) -> Hit {
        let parts: &[Field] = match entity {
            Entity::Transcript => &[Field::SchoolYear, Field::Term, Field::Course],
            Entity::Schedule => &[Field::Term, Field::Course, Field::Period],
            Entity::Enrollment => &[Field::School, Field::EntryDate],
            Entity::Gpa => &[Field::GpaKind],
            Entity::Graduation => &[Field::Requirement],
            Entity::Student | Entity::Course => &[],
        };
        let record = parts.iter().map(|f| self.get(rec, *f)).filter(|t| !t.is_empty()).collect::<Vec<_>>().join(" ");
        Hit { student: self.view.owner(rec), record, expected: None }
    }

    /// A hit without a record.
    pub(super) fn whole(&self) -> Hit {
        Hit { student: self.student, record: String::new(), expected: None }
    }

    /// Changes a field of one record where `change` gives another text.
    pub(super) fn edit(
        &mut self,
        entity: Entity,
        field: Field,
        mut change: impl FnMut(&mut Self, Rec, &str) -> Option<String>,
    ) -> Option<Vec<Hit>> {
        let mut fitting: Vec<(Rec, String)> = Vec::new();
        for rec in self.all(entity) {
            let now = self.view.get(rec, field)?;
            if let Some(text) = change(self, rec, &now).filter(|text| *text != now) {
                fitting.push((rec, text));
            }
        }
        if fitting.is_empty() {
            return None;
        }
        let (rec, text) = self.chance.pick(&fitting).clone();
        let hit = self.hit(entity, rec);
        self.view.set(rec, field, &text)?;
        Some(vec![hit])
    }

    /// Changes a field to a canonical word where the record has another one.
    pub(super) fn edit_word(
        &mut self,
        entity: Entity,
        field: Field,
        to: &str,
        pass: impl FnMut(&mut Self, Rec) -> bool,
    ) -> Option<Vec<Hit>> {
        let rec = self.pick(entity, pass)?;
        let hit = self.hit(entity, rec);
        self.view.set_word(rec, field, to)?;
        Some(vec![hit])
    }

    /// Takes one record out.
    pub(super) fn drop_one(&mut self, entity: Entity, pass: impl FnMut(&mut Self, Rec) -> bool) -> Option<Vec<Hit>> {
        let rec = self.pick(entity, pass)?;
        let hit = self.hit(entity, rec);
        self.view.remove(rec);
        Some(vec![hit])
    }

    /// True when a transcript record has one of the marks.
    pub(super) fn marked(&mut self, rec: Rec, marks: &[&str]) -> bool {
        let raw = self.get(rec, Field::Mark);
        let word = self.word(rec, Field::Mark);
        marks.iter().any(|m| *m == word || (word.is_empty() && *m == raw))
    }

    /// True when a flag field says yes.
    pub(super) fn is(&mut self, rec: Rec, field: Field) -> bool {
        self.word(rec, field) == "true"
    }

    /// The record of the student before, if it belongs to a twin.
    pub(super) fn twin(&mut self) -> Option<(Rec, Rec)> {
        let elder = self.student.checked_sub(1)?;
        if self.touched.contains(&elder) {
            return None;
        }
        let (own, other) = (self.view.student(self.student)?, self.view.student(elder)?);
        let same = |site: &mut Self, field| site.get(own, field) == site.get(other, field);
        (same(self, Field::LastName) && same(self, Field::BirthDate)).then_some((own, other))
    }

    /// A text of a field that stands in another student's record of the school.
    pub(super) fn borrowed(
        &mut self,
        entity: Entity,
        field: Field,
        mut pass: impl FnMut(&mut Self, &str) -> bool,
    ) -> Option<String> {
        for _ in 0..12 {
            let back = 1 + self.chance.below(40) as u32;
            let Some(other) = self.student.checked_sub(back) else { continue };
            let records = self.view.records(entity, other);
            if records.is_empty() {
                continue;
            }
            let rec = *self.chance.pick(&records);
            let text = self.get(rec, field);
            if !text.is_empty() && pass(self, &text) {
                return Some(text);
            }
        }
        None
    }
}

/// A decimal text with its number of digits behind the point, as an integer.
pub(super) fn units(text: &str) -> Option<(i64, usize)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = format!("{whole}{fraction}");
    digits.bytes().all(|b| b.is_ascii_digit()).then_some(())?;
    Some((digits.parse().ok()?, fraction.len()))
}

/// The text of [`units`].
pub(super) fn decimal(value: i64, digits: usize) -> String {
    if digits == 0 {
        return value.to_string();
    }
    let scale = 10_i64.pow(digits as u32);
    format!("{}.{:0digits$}", value / scale, value % scale)
}

/// A decimal text changed in its units; nothing where it would be negative or is no number.
pub(super) fn shifted(text: &str, change: impl Fn(i64, i64) -> i64) -> Option<String> {
    let (value, digits) = units(text)?;
    let changed = change(value, 10_i64.pow(digits as u32));
    (changed >= 0).then(|| decimal(changed, digits))
}

/// True for a number that is nought.
pub(super) fn is_nought(text: &str) -> bool {
    units(text).is_some_and(|(value, _)| value == 0)
}

/// Number equality of two decimal texts.
pub(super) fn same_number(a: &str, b: &str) -> bool {
    let (Some((x, dx)), Some((y, dy))) = (units(a), units(b)) else { return false };
    let digits = dx.max(dy) as u32;
    x * 10_i64.pow(digits - dx as u32) == y * 10_i64.pow(digits - dy as u32)
}
