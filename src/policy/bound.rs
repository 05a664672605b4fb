//! Policies bound to one run: for each student and GPA kind the four numbers, computed once and in parallel.

use std::sync::OnceLock;

use rayon::prelude::*;

use super::compact::{Compact, Packing};
use super::gpa::{Alike, Evaluation, GpaPolicy, Lens, RowReader, Scratch, evaluate, reproduces};
use super::graduation::audit::StudentRows;
use super::graduation::{Audit, RequirementLens, Requirements};
use super::rank::{Ranking, rank_side};
use super::rational::Rational;
use super::{KindPolicy, Policies};
use crate::canonical::{Dataset, Decimal, Entity, Field, Records, Row, Side, Typed};
use crate::reconcile::Reconciliation;

/// Students whose numbers are computed before they are packed.
const WAVE: usize = 1 << 16;

/// A stored GPA of one student.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The GPA record.
    pub row: Row,
    /// Its value; `None` when empty, unmapped or unreadable.
    pub value: Option<Decimal>,
    /// Digits behind the point, as printed.
    pub digits: u8,
}

impl Stored {
    /// True when the policy makes this value of the exact result.
    #[must_use]
    pub fn is_made_from(&self, policy: &GpaPolicy, computed: Option<Computed>) -> bool {
        let sound = computed.filter(|c| c.problems == 0).and_then(|c| c.exact);
        matches!((self.value, sound), (Some(v), Some(exact)) if reproduces(policy, exact, v, self.digits))
    }
}

/// A GPA computed from rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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
    /// Where equal rows of both sides have equal numbers; `None` when the sides have two policies.
    alike: Option<Alike>,
    /// By position of the student pair; empty until computed.
    numbers: Compact,
    /// Ranks of both sides, once somebody asks.
    rankings: OnceLock<[Option<Ranking>; 2]>,
}

/// All kinds bound to a reconciliation.
#[derive(Debug, Default)]
pub struct Bound {
    /// In the order of the policies.
    pub kinds: Vec<BoundKind>,
    /// Courses of the catalogues differ in credit, level, subject or repeatability: equal rows may then be worth
    /// different things.
    pub catalogue_differs: bool,
    /// The requirements on legacy and new rows.
    requirements: Option<[RequirementLens; 2]>,
    audits_alike: bool,
}

impl BoundKind {
    fn new(policy: &KindPolicy, reconciliation: &Reconciliation) -> Self {
        let differ = policy.legacy != policy.new;
        let cross = |rules: &GpaPolicy, side: &Dataset| if differ { Lens::new(rules, side) } else { None };
        let legacy = Lens::new(&policy.legacy, &reconciliation.legacy);
        let new = Lens::new(&policy.new, &reconciliation.new);
        let alike = || Alike::of([legacy.as_ref()?, new.as_ref()?], transcripts(reconciliation)?);
        Self {
            alike: if differ { None } else { alike() },
            legacy,
            new,
            legacy_under_new: cross(&policy.new, &reconciliation.legacy),
            new_under_legacy: cross(&policy.legacy, &reconciliation.new),
            policy: policy.clone(),
            numbers: Compact::default(),
            rankings: OnceLock::new(),
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

    /// Everybody's rank on a side, by the policy of that side; `None` when it has no rule of rank.
    #[must_use]
    pub fn ranking(&self, reconciliation: &Reconciliation, side: Side) -> Option<&Ranking> {
        let rankings = self.rankings.get_or_init(|| Side::BOTH.map(|side| rank_side(self, reconciliation, side)));
        rankings[side as usize].as_ref()
    }

    /// The numbers of one student.
    #[must_use]
    pub fn numbers(&self, reconciliation: &Reconciliation, position: u32) -> Numbers {
        let known = self.numbers.get(position);
        known.unwrap_or_else(|| self.compute(reconciliation, position, &mut Scratch::default()))
    }

    /// True when the rows of both sides are equal, stand in the same order and are worth the same: then both sides' numbers
    /// are.
    fn is_same(&self, reconciliation: &Reconciliation, position: u32) -> bool {
        let (Some(alike), Some(records)) = (&self.alike, transcripts(reconciliation)) else { return false };
        let Some(pairs) = reconciliation.pairs(position, Entity::Transcript) else { return false };
        pairs.is_same()
            && pairs.both().map(|b| b.new).is_sorted()
            && cohort(reconciliation, position, Side::Legacy) == cohort(reconciliation, position, Side::New)
            && alike.holds(records, pairs)
    }

    fn compute(&self, reconciliation: &Reconciliation, position: u32, scratch: &mut Scratch) -> Numbers {
        let mut computed = |rules: &GpaPolicy, lens: Option<&Lens>, side: Side| {
            let evaluation = evaluate_side(rules, lens?, reconciliation, position, side, scratch)?;
            Some(Computed::of(&evaluation))
        };
        let policy = &self.policy;
        let legacy = computed(&policy.legacy, self.legacy.as_ref(), Side::Legacy);
        let new = if self.is_same(reconciliation, position) {
            legacy
        } else {
            computed(&policy.new, self.new.as_ref(), Side::New)
        };
        Numbers {
            legacy,
            new,
            legacy_rows_new_rules: computed(&policy.new, self.legacy_under_new.as_ref(), Side::Legacy),
            new_rows_legacy_rules: computed(&policy.legacy, self.new_under_legacy.as_ref(), Side::New),
            legacy_stored: stored(reconciliation, position, Side::Legacy, &policy.kind),
            new_stored: stored(reconciliation, position, Side::New, &policy.kind),
        }
    }
}

impl Numbers {
    /// New rows under the legacy rules: what the rows alone make of the legacy value.
    #[must_use]
    pub fn new_rows(&self, kind: &BoundKind) -> Option<Computed> {
        if kind.new_under_legacy.is_some() { self.new_rows_legacy_rules } else { self.new }
    }
}

impl Bound {
    /// Binds without computing: for a single student.
    #[must_use]
    pub fn lazy(policies: &Policies, reconciliation: &Reconciliation) -> Self {
        let lens = |rules| Side::BOTH.map(|side| RequirementLens::new(rules, reconciliation.dataset(side)));
        let requirements = policies.requirements().map(lens);
        Self {
            kinds: policies.kinds.iter().map(|kind| BoundKind::new(kind, reconciliation)).collect(),
            catalogue_differs: catalogue_differs(reconciliation),
            audits_alike: requirements.as_ref().is_some_and(|lenses| {
                RequirementLens::agree([&lenses[0], &lenses[1]], [&reconciliation.legacy, &reconciliation.new])
            }),
            requirements,
        }
    }

    /// The requirements bound to a side.
    #[must_use]
    pub fn requirement_lens(&self, side: Side) -> Option<&RequirementLens> {
        self.requirements.as_ref().map(|lenses| &lenses[side as usize])
    }

    /// The graduation audit of a student on a side; `None` without requirements or transcripts.
    #[must_use]
    pub fn audit(
        &self,
        policies: &Policies,
        reconciliation: &Reconciliation,
        position: u32,
        side: Side,
    ) -> Option<Audit> {
        self.ask(policies, reconciliation, (position, side), Audit::of)
    }

    /// What stays open of a student who is short of credits on a side, as [`Self::audit`] has it; `None` inside for one
    /// who is not, outside where there is no audit.
    #[must_use]
    pub fn shortfall(
        &self,
        policies: &Policies,
        reconciliation: &Reconciliation,
        position: u32,
        side: Side,
    ) -> Option<Option<Vec<i64>>> {
        self.ask(policies, reconciliation, (position, side), Audit::shortfall)
    }

    /// True when rows that are equal on both sides are worth the same to the requirements.
    #[must_use]
    pub const fn audits_alike(&self) -> bool {
        self.audits_alike
    }

    fn ask<T>(
        &self,
        policies: &Policies,
        reconciliation: &Reconciliation,
        (position, side): (u32, Side),
        what: impl FnOnce(&Requirements, &RequirementLens, &Dataset, StudentRows<'_>) -> T,
    ) -> Option<T> {
        let (rules, lens) = (policies.requirements()?, &self.requirements.as_ref()?[side as usize]);
        let dataset = reconciliation.dataset(side);
        dataset.get(Entity::Transcript)?;
        let rows = |entity| reconciliation.rows(position, side, entity);
        let (transcript, schedule) = (rows(Entity::Transcript), rows(Entity::Schedule));
        let record = reconciliation.students[position as usize].record(side);
        let track = record.and_then(|row| dataset.get(Entity::Student)?.text(row, Field::Track));
        let rows = StudentRows {
            transcript: &transcript,
            schedule: &schedule,
            cohort: cohort(reconciliation, position, side),
            track,
            exceptions: policies.exceptions_of(reconciliation, position, side),
        };
        Some(what(rules, lens, dataset, rows))
    }

    /// Binds and computes the numbers of every student.
    #[must_use]
    pub fn new(policies: &Policies, reconciliation: &Reconciliation) -> Self {
        let mut bound = Self::lazy(policies, reconciliation);
        for kind in &mut bound.kinds {
            let mut packing = Packing::default();
            let students = reconciliation.students.len() as u32;
            for start in (0..students).step_by(WAVE) {
                let wave: Vec<Numbers> = (start..(start + WAVE as u32).min(students))
                    .into_par_iter()
                    .map_init(Scratch::default, |scratch, position| kind.compute(reconciliation, position, scratch))
                    .collect();
                wave.iter().for_each(|numbers| packing.push(numbers));
            }
            kind.numbers = packing.finish();
        }
        bound
    }
}

fn transcripts(reconciliation: &Reconciliation) -> Option<[&Records; 2]> {
    let of = |side| reconciliation.dataset(side).get(Entity::Transcript);
    Some([of(Side::Legacy)?, of(Side::New)?])
}

fn catalogue_differs(reconciliation: &Reconciliation) -> bool {
    let course = |side| reconciliation.dataset(side).get(Entity::Course);
    let (legacy, new) = match (course(Side::Legacy), course(Side::New)) {
        (None, None) => return false,
        (Some(legacy), Some(new)) => (legacy, new),
        _ => return true,
    };
    let pairs = &reconciliation.courses;
    let fields = [Field::Credit, Field::Level, Field::SubjectArea, Field::Repeatable];
    !(pairs.legacy_only.is_empty() && pairs.new_only.is_empty() && pairs.several.is_empty())
        || fields.iter().any(|f| legacy.has(*f) != new.has(*f))
        || pairs.both.iter().any(|b| fields.iter().any(|f| legacy.key(b.legacy, *f) != new.key(b.new, *f)))
}

/// Evaluates one side's rows of a student; the lines stay in the scratch. `None` when there are no rows.
pub fn evaluate_side(
    rules: &GpaPolicy,
    lens: &Lens,
    reconciliation: &Reconciliation,
    position: u32,
    side: Side,
    scratch: &mut Scratch,
) -> Option<Evaluation> {
    let reader = RowReader::new(lens, reconciliation.dataset(side).get(Entity::Transcript)?);
    scratch.rows.clear();
    let rows = reconciliation.rows(position, side, Entity::Transcript);
    scratch.rows.extend(rows.into_iter().map(|row| reader.read(row)));
    if scratch.rows.is_empty() {
        return None;
    }
    Some(evaluate(rules, lens, cohort(reconciliation, position, side), scratch))
}

/// The graduating class of a student.
#[must_use]
pub fn cohort(reconciliation: &Reconciliation, position: u32, side: Side) -> Option<i16> {
    let row = reconciliation.students[position as usize].record(side)?;
    reconciliation.dataset(side).get(Entity::Student)?.text(row, Field::Cohort)?.parse().ok()
}

/// The stored GPA of a kind; the first when there are several.
#[must_use]
pub fn stored(reconciliation: &Reconciliation, position: u32, side: Side, kind: &str) -> Option<Stored> {
    let records = reconciliation.dataset(side).get(Entity::Gpa)?;
    let is_kind = |row: &Row| records.text(*row, Field::GpaKind).is_some_and(|text| text.eq_ignore_ascii_case(kind));
    let row = reconciliation.rows(position, side, Entity::Gpa).into_iter().find(is_kind)?;
    let value = match records.typed(row, Field::Value) {
        Typed::Number(decimal) => Some(decimal),
        _ => None,
    };
    let digits = records.raw(row, Field::Value).and_then(|raw| raw.trim().split_once('.'));
    Some(Stored { row, value, digits: digits.map_or(0, |(_, fraction)| fraction.len().min(18) as u8) })
}
