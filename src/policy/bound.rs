//! Policies bound to one run: for each student and GPA kind the four numbers, computed once and in parallel.

use rayon::prelude::*;

use super::gpa::{Evaluation, GpaPolicy, Lens, RowReader, Scratch, evaluate};
use super::rational::Rational;
use super::{KindPolicy, Policies};
use crate::canonical::{Dataset, Decimal, Entity, Field, Row, Side, Typed};
use crate::reconcile::{Reconciliation, StudentPair};

/// A stored GPA of one student.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The GPA record.
    pub row: Row,
    /// Its value; `None` when empty, unmapped or unreadable.
    pub value: Option<Decimal>,
}

/// A GPA computed from rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Computed {
    /// Before rounding; `None` when nothing counts.
    pub exact: Option<Rational>,
    /// As printed.
    pub value: Option<Decimal>,
    /// Rows that the policy can not judge.
    pub problems: u32,
}

impl Computed {
    fn of(evaluation: &Evaluation) -> Self {
        Self { exact: evaluation.exact, value: evaluation.value, problems: evaluation.problems }
    }
}

/// The four numbers of one student and kind, and the cross terms where the policies of the sides differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Numbers {
    /// Legacy as stored.
    pub legacy_stored: Option<Stored>,
    /// New as stored.
    pub new_stored: Option<Stored>,
    /// Legacy rows under the legacy policy; `None` when the student has no legacy transcript rows.
    pub legacy: Option<Computed>,
    /// New rows under the new policy.
    pub new: Option<Computed>,
    /// Legacy rows under the new policy, where it is another.
    pub legacy_rows_new_rules: Option<Computed>,
    /// New rows under the legacy policy, where it is another.
    pub new_rows_legacy_rules: Option<Computed>,
}

/// One kind bound to both sides.
#[derive(Debug)]
pub struct BoundKind {
    /// The kind and its policies.
    pub policy: KindPolicy,
    /// Legacy policy on legacy rows.
    pub legacy: Option<Lens>,
    /// New policy on new rows.
    pub new: Option<Lens>,
    /// New policy on legacy rows; `None` when the policies are one.
    pub legacy_under_new: Option<Lens>,
    /// Legacy policy on new rows.
    pub new_under_legacy: Option<Lens>,
    /// By position of the student pair; empty until computed.
    numbers: Vec<Option<Box<Numbers>>>,
}

/// All kinds bound to a reconciliation.
#[derive(Debug, Default)]
pub struct Bound {
    /// In the order of the policies.
    pub kinds: Vec<BoundKind>,
}

impl BoundKind {
    fn new(policy: &KindPolicy, reconciliation: &Reconciliation) -> Self {
        let differ = policy.legacy != policy.new;
        let cross = |rules: &GpaPolicy, side: &Dataset| if differ { Lens::new(rules, side) } else { None };
        Self {
            legacy: Lens::new(&policy.legacy, &reconciliation.legacy),
            new: Lens::new(&policy.new, &reconciliation.new),
            legacy_under_new: cross(&policy.new, &reconciliation.legacy),
            new_under_legacy: cross(&policy.legacy, &reconciliation.new),
            policy: policy.clone(),
            numbers: Vec::new(),
        }
    }

    /// The lens that reads a side's rows under the legacy rules.
    #[must_use]
    pub fn under_legacy_rules(&self, side: Side) -> Option<&Lens> {
        match side {
            Side::Legacy => self.legacy.as_ref(),
            Side::New => self.new_under_legacy.as_ref().or(self.new.as_ref()),
        }
    }

    /// The numbers of one student.
    #[must_use]
    pub fn numbers(&self, reconciliation: &Reconciliation, position: u32) -> Numbers {
        match self.numbers.get(position as usize) {
            Some(known) => known.as_deref().copied().unwrap_or_default(),
            None => self.compute(reconciliation, position, &mut Scratch::default()),
        }
    }

    fn compute(&self, reconciliation: &Reconciliation, position: u32, scratch: &mut Scratch) -> Numbers {
        let pair = &reconciliation.students[position as usize];
        let mut computed = |rules: &GpaPolicy, lens: Option<&Lens>, side: Side| {
            let evaluation = evaluate_side(rules, lens?, reconciliation, pair, side, scratch)?;
            Some(Computed::of(&evaluation))
        };
        let policy = &self.policy;
        Numbers {
            legacy: computed(&policy.legacy, self.legacy.as_ref(), Side::Legacy),
            new: computed(&policy.new, self.new.as_ref(), Side::New),
            legacy_rows_new_rules: computed(&policy.new, self.legacy_under_new.as_ref(), Side::Legacy),
            new_rows_legacy_rules: computed(&policy.legacy, self.new_under_legacy.as_ref(), Side::New),
            legacy_stored: stored(reconciliation, pair, Side::Legacy, &policy.kind),
            new_stored: stored(reconciliation, pair, Side::New, &policy.kind),
        }
    }
}

impl Bound {
    /// Binds without computing: for a single student.
    #[must_use]
    pub fn lazy(policies: &Policies, reconciliation: &Reconciliation) -> Self {
        Self { kinds: policies.kinds.iter().map(|kind| BoundKind::new(kind, reconciliation)).collect() }
    }

    /// Binds and computes the numbers of every student.
    #[must_use]
    pub fn new(policies: &Policies, reconciliation: &Reconciliation) -> Self {
        let mut bound = Self::lazy(policies, reconciliation);
        for kind in &mut bound.kinds {
            let all = (0..reconciliation.students.len() as u32)
                .into_par_iter()
                .map_init(Scratch::default, |scratch, position| {
                    let numbers = kind.compute(reconciliation, position, scratch);
                    (numbers != Numbers::default()).then(|| Box::new(numbers))
                })
                .collect();
            kind.numbers = all;
        }
        bound
    }
}

/// Evaluates one side's rows of a student; the lines stay in the scratch. `None` when there are no rows.
pub fn evaluate_side(
    rules: &GpaPolicy,
    lens: &Lens,
    reconciliation: &Reconciliation,
    pair: &StudentPair,
    side: Side,
    scratch: &mut Scratch,
) -> Option<Evaluation> {
    let dataset = dataset(reconciliation, side);
    let reader = RowReader::new(lens, dataset.get(Entity::Transcript)?);
    scratch.rows.clear();
    for_each_row(pair, Entity::Transcript, side, |row| scratch.rows.push(reader.read(row)));
    if scratch.rows.is_empty() {
        return None;
    }
    Some(evaluate(rules, lens, cohort(reconciliation, pair, side), scratch))
}

/// One side.
#[must_use]
pub const fn dataset(reconciliation: &Reconciliation, side: Side) -> &Dataset {
    match side {
        Side::Legacy => &reconciliation.legacy,
        Side::New => &reconciliation.new,
    }
}

/// The student record of a side.
#[must_use]
pub const fn student_row(pair: &StudentPair, side: Side) -> Option<Row> {
    match side {
        Side::Legacy => pair.legacy,
        Side::New => pair.new,
    }
}

/// The graduating class of a student.
#[must_use]
pub fn cohort(reconciliation: &Reconciliation, pair: &StudentPair, side: Side) -> Option<i16> {
    let students = dataset(reconciliation, side).get(Entity::Student)?;
    students.text(student_row(pair, side)?, Field::Cohort)?.parse().ok()
}

/// Every record of an entity that a student has on a side, paired or not.
pub fn for_each_row(pair: &StudentPair, entity: Entity, side: Side, mut visit: impl FnMut(Row)) {
    let legacy = side == Side::Legacy;
    if let Some(records) = pair.records.get(&entity) {
        records.both.iter().for_each(|both| visit(if legacy { both.legacy } else { both.new }));
        for (l, n) in records.split.iter().chain(&records.ambiguous) {
            (if legacy { l } else { n }).iter().copied().for_each(&mut visit);
        }
        let (only, twice) = match side {
            Side::Legacy => (&records.legacy_only, &records.legacy_duplicates),
            Side::New => (&records.new_only, &records.new_duplicates),
        };
        only.iter().chain(twice).copied().for_each(&mut visit);
    }
    if let Some((l, n)) = pair.uncompared.get(&entity) {
        (if legacy { l } else { n }).iter().copied().for_each(&mut visit);
    }
}

/// The stored GPA of a kind; the first when there are several.
#[must_use]
pub fn stored(reconciliation: &Reconciliation, pair: &StudentPair, side: Side, kind: &str) -> Option<Stored> {
    let records = dataset(reconciliation, side).get(Entity::Gpa)?;
    let mut found: Option<Row> = None;
    for_each_row(pair, Entity::Gpa, side, |row| {
        let same = records.text(row, Field::GpaKind).is_some_and(|text| text.eq_ignore_ascii_case(kind));
        if same && found.is_none_or(|best| row < best) {
            found = Some(row);
        }
    });
    let row = found?;
    let value = match records.typed(row, Field::Value) {
        Typed::Number(decimal) => Some(decimal),
        _ => None,
    };
    Some(Stored { row, value })
}
