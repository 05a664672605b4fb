//! Which legacy student is which new student.

use std::collections::BTreeMap;

use foldhash::{HashMap, HashMapExt};

use super::group::belongs_to_student;
use super::rules::{MatchRule, MatchRules};
use crate::canonical::{Dataset, Entity, Field, Records, Row, Typed};

/// The distinct students of one side.
#[derive(Debug, Default)]
pub(super) struct Units<'a> {
    pub(super) ids: Vec<&'a str>,
    pub(super) rows: Vec<Option<Row>>,
    /// Further records of a student, by position in `ids`.
    pub(super) further: BTreeMap<u32, Vec<Row>>,
    /// Student records without an id.
    pub(super) blank: Vec<Row>,
    /// Student records whose id does not read.
    pub(super) unreadable: Vec<Row>,
}

impl<'a> Units<'a> {
    /// From the student records, or implied by the other records of a side that has none.
    pub(super) fn of(dataset: &'a Dataset) -> Self {
        match dataset.get(Entity::Student) {
            Some(records) => Self::recorded(records),
            None => Self::implied(dataset),
        }
    }

    fn recorded(records: &'a Records) -> Self {
        let mut units = Self::default();
        let Some(column) = records.column(Field::StudentId) else { return units };
        let mut known: HashMap<&str, u32> = HashMap::with_capacity(column.values.len());
        for (row, code) in column.codes.iter().enumerate() {
            match column.values.entry(code).typed {
                Typed::Missing => units.blank.push(row as Row),
                Typed::Unmapped | Typed::Unreadable => units.unreadable.push(row as Row),
                _ => {
                    let id = column.values.text(code);
                    let next = units.ids.len() as u32;
                    let at = *known.entry(id).or_insert(next);
                    if at == next {
                        units.ids.push(id);
                        units.rows.push(Some(row as Row));
                    } else {
                        units.further.entry(at).or_default().push(row as Row);
                    }
                }
            }
        }
        units.order_duplicates(records);
        units
    }

    /// Of several records of one student the first by content leads, not the first in the file.
    fn order_duplicates(&mut self, records: &Records) {
        let content = |row: &Row| Field::of(Entity::Student).iter().map(|f| records.raw(*row, *f)).collect::<Vec<_>>();
        for (unit, further) in &mut self.further {
            let Some(first) = self.rows[*unit as usize] else { continue };
            further.push(first);
            further.sort_by(|a, b| content(a).cmp(&content(b)).then(a.cmp(b)));
            self.rows[*unit as usize] = Some(further.remove(0));
        }
    }

    fn implied(dataset: &'a Dataset) -> Self {
        let mut ids: Vec<&str> = Vec::new();
        for entity in Entity::ALL.into_iter().filter(|e| belongs_to_student(*e)) {
            let Some(column) = dataset.get(entity).and_then(|r| r.column(Field::StudentId)) else { continue };
            let readable = |code: &u32| {
                !matches!(column.values.entry(*code).typed, Typed::Missing | Typed::Unmapped | Typed::Unreadable)
            };
            ids.extend((0..column.values.len() as u32).filter(readable).map(|code| column.values.text(code)));
            ids.sort_unstable();
            ids.dedup();
        }
        let rows = vec![None; ids.len()];
        Self { ids, rows, ..Self::default() }
    }
}

/// What matching decided.
#[derive(Debug, Default)]
pub(super) struct Matched {
    /// For each legacy student: the new one and the rule.
    pub(super) partner: Vec<Option<(u32, u8)>>,
    /// True for each new student that has a partner.
    pub(super) taken: Vec<bool>,
    /// Legacy students that each rule would pair alone.
    pub(super) alone: Vec<u64>,
    /// Legacy students that each rule paired.
    pub(super) by_rule: Vec<u64>,
}

/// Applies the rules in order. Only an answer that is unique on both sides counts.
pub(super) fn match_students(
    legacy: (&Dataset, &Units<'_>),
    new: (&Dataset, &Units<'_>),
    rules: &MatchRules,
) -> Matched {
    let mut matched =
        Matched { partner: vec![None; legacy.1.ids.len()], taken: vec![false; new.1.ids.len()], ..Matched::default() };
    for (position, rule) in rules.rules.iter().enumerate() {
        let (mut alone, mut by_rule) = (0, 0);
        let theirs = unique(new.1.ids.len(), |unit| key_of(rule, false, new, unit));
        let ours = unique(legacy.1.ids.len(), |unit| key_of(rule, true, legacy, unit));
        for (key, unit) in ours {
            let (Some(unit), Some(Some(partner))) = (unit, theirs.get(key)) else { continue };
            alone += 1;
            if matched.partner[unit as usize].is_none() && !matched.taken[*partner as usize] {
                matched.partner[unit as usize] = Some((*partner, position as u8));
                matched.taken[*partner as usize] = true;
                by_rule += 1;
            }
        }
        matched.alone.push(alone);
        matched.by_rule.push(by_rule);
    }
    matched
}

/// Key to the one student that has it; `None` where several have it.
fn unique<'k>(units: usize, key: impl Fn(u32) -> Option<&'k str>) -> HashMap<&'k str, Option<u32>> {
    let mut map: HashMap<&str, Option<u32>> = HashMap::with_capacity(units);
    for unit in 0..units as u32 {
        if let Some(key) = key(unit) {
            map.entry(key).and_modify(|u| *u = None).or_insert(Some(unit));
        }
    }
    map
}

fn key_of<'k>(rule: &'k MatchRule, is_legacy: bool, side: (&'k Dataset, &Units<'k>), unit: u32) -> Option<&'k str> {
    let id = side.1.ids[unit as usize];
    match rule {
        MatchRule::StudentId => Some(id),
        MatchRule::StudentIdUnpadded => Some(id.trim_start_matches('0')).filter(|i| !i.is_empty()),
        MatchRule::StateId => side.0.get(Entity::Student)?.text(side.1.rows[unit as usize]?, Field::StateId),
        MatchRule::Crosswalk { map, .. } if is_legacy => map.get(id).map(String::as_str),
        MatchRule::Crosswalk { .. } => Some(id),
    }
}
