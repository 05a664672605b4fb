//! Why two GPAs differ: named parts that add exactly to the difference.
//!
//! With points `P`, divisor `W` and `q = P / W`, the averages of two sides differ by
//! `q2 - q1 = Σ (Δpᵢ - q1 Δwᵢ) / W2` over the rows: exact, and the same in whatever order the rows are taken.
//! A row's own change is split by input in a fixed order: mark, level, weight, then what other rows made of it.

use super::bound::{BoundKind, Computed, Numbers, Stored, cohort, evaluate_side};
use super::gpa::evaluate::{Fate, Line, era_of};
use super::gpa::lens::Lens;
use super::gpa::rows::CourseRow;
use super::gpa::rules::GpaPolicy;
use super::gpa::{Evaluation, Scratch};
use super::rational::Rational;
use crate::canonical::{Entity, Field, Row, Side};
use crate::reconcile::{Reconciliation, RecordPairs};

/// Why a part of a difference is there. The order is the order of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A row that only legacy has.
    RowMissing,
    /// A row that only new has.
    RowAdded,
    /// A row that new has twice.
    RowDoubled,
    /// A row that legacy has twice.
    RowOnce,
    /// The mark differs.
    Mark,
    /// The level, and so its weight, differs.
    Level,
    /// The credit or GPA weight differs.
    Weight,
    /// The row counts on one side only: fate there and fate here.
    Counting(Fate, Fate),
    /// Another part of the level's points is left by the caps.
    Cap,
    /// The year, grade, term or subject of the row differs.
    Placement,
    /// A year row and its halves are not worth the same.
    Split,
    /// Rows that can not be paired uniquely.
    Ambiguous,
    /// A weight given to the whole average.
    Cumulative,
    /// Averages of terms, or the greatest result.
    Method,
    /// The systems' rules differ.
    Rule(Aspect),
    /// Digits that are not shown.
    Rounding,
    /// The legacy value is not what its own rows and rules give.
    LegacyUnexplained,
    /// The new value is not what its own rows and rules give.
    NewUnexplained,
    /// Nothing above. Never smeared over the others.
    Unexplained,
}

/// Which rule differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// Points of a mark.
    Points,
    /// Weight of a level.
    Level,
    /// The divisor.
    Divisor,
    /// Which rows count, and repeats.
    Inclusion,
    /// Weights, limits and averages of the whole.
    Whole,
}

impl Reason {
    /// A few words, for lists and notes.
    #[must_use]
    pub fn words(self) -> String {
        let text = match self {
            Self::RowMissing => "row missing",
            Self::RowAdded => "row added",
            Self::RowDoubled => "row loaded twice",
            Self::RowOnce => "row that legacy has twice",
            Self::Mark => "mark changed",
            Self::Level => "level weight changed",
            Self::Weight => "credit or weight changed",
            Self::Counting(Fate::Replaced | Fate::Averaged, Fate::Counted) => "repeat counted twice",
            Self::Counting(was, now) if was.counts() => return format!("no longer counts: {}", now.words()),
            Self::Counting(was, now) if now.counts() => return format!("counts now, was out: {}", was.words()),
            Self::Counting(_, _) => "counted otherwise",
            Self::Cap => "other semesters under the cap",
            Self::Placement => "year, grade, term or subject changed",
            Self::Split => "year row and halves differ",
            Self::Ambiguous => "rows that cannot be paired uniquely",
            Self::Cumulative => "weight on the whole average",
            Self::Method => "averages of terms, or the greatest result",
            Self::Rule(Aspect::Points) => "rules: points of marks",
            Self::Rule(Aspect::Level) => "rules: level weights",
            Self::Rule(Aspect::Divisor) => "rules: divisor",
            Self::Rule(Aspect::Inclusion) => "rules: which rows count",
            Self::Rule(Aspect::Whole) => "rules: weight on the whole average",
            Self::Rounding => "rounding",
            Self::LegacyUnexplained => "legacy stored is not what its rows give",
            Self::NewUnexplained => "new stored is not what its rows give",
            Self::Unexplained => "unexplained",
        };
        text.to_owned()
    }
}

/// One part of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Why.
    pub reason: Reason,
    /// The legacy transcript row, when one is meant.
    pub legacy: Option<Row>,
    /// The new transcript row, when one is meant.
    pub new: Option<Row>,
    /// New minus legacy, in GPA points.
    pub amount: Rational,
    /// What it adds to the divisor.
    pub weight: Rational,
}

/// A difference and its parts; the parts add exactly to the difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derivation {
    /// New minus legacy: of the stored values where both are stored, else of the computed ones.
    pub difference: Rational,
    /// In the order of reasons, then of rows.
    pub parts: Vec<Part>,
    /// The divisors of the legacy rows and of the new ones, under the legacy rules.
    pub divisors: (Rational, Rational),
}

impl Derivation {
    /// The parts that rows and rules make, without rounding and without what stored values hide.
    #[must_use]
    pub fn row_parts(&self) -> Vec<Part> {
        let stored = |r: Reason| {
            matches!(r, Reason::Rounding | Reason::LegacyUnexplained | Reason::NewUnexplained | Reason::Unexplained)
        };
        self.parts.iter().filter(|p| !stored(p.reason)).copied().collect()
    }

    /// What the average of the legacy rows becomes when some of the row parts are undone: `amount` and `weight` are their
    /// sums, `exact` is the average.
    #[must_use]
    pub fn undone(&self, exact: Rational, amount: Rational, weight: Rational) -> Option<Rational> {
        let (before, after) = self.divisors;
        exact.add(amount.mul(after)?.div(before.add(weight)?)?)
    }

    /// What nothing explains: stored values that their own rows do not give, and anything left.
    #[must_use]
    pub fn unexplained(&self) -> Option<Rational> {
        let unexplained =
            |r: Reason| matches!(r, Reason::LegacyUnexplained | Reason::NewUnexplained | Reason::Unexplained);
        Rational::sum(self.parts.iter().filter(|p| unexplained(p.reason)).map(|p| p.amount))
    }
}

/// One evaluated side: rows, what became of them, and the result.
struct SideWork<'a> {
    lens: &'a Lens,
    cohort: Option<i16>,
    rows: Vec<CourseRow>,
    lines: Vec<Line>,
    result: Evaluation,
}

impl<'a> SideWork<'a> {
    fn new(
        rules: &GpaPolicy,
        lens: &'a Lens,
        reconciliation: &Reconciliation,
        position: u32,
        side: Side,
    ) -> Option<Self> {
        let mut scratch = Scratch::default();
        let result = evaluate_side(rules, lens, reconciliation, position, side, &mut scratch)?;
        let cohort = cohort(reconciliation, position, side);
        Some(Self { lens, cohort, rows: scratch.rows, lines: scratch.lines, result })
    }

    fn at(&self, row: Row) -> Option<(&CourseRow, &Line)> {
        let at = self.rows.iter().position(|r| r.row == row)?;
        Some((&self.rows[at], &self.lines[at]))
    }

    fn amount(&self, row: Row) -> Option<Amount> {
        self.at(row).map_or(Some(Amount::NOTHING), |(_, line)| Amount::of(line))
    }

    fn total(&self, rows: &[Row]) -> Option<Amount> {
        rows.iter().try_fold(Amount::NOTHING, |sum, row| sum.plus(self.amount(*row)?))
    }
}

/// What a row brings to points, divisor and the addition to the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Amount {
    points: Rational,
    weight: Rational,
    extra: Rational,
}

impl Amount {
    const NOTHING: Self = Self { points: Rational::ZERO, weight: Rational::ZERO, extra: Rational::ZERO };

    fn of(line: &Line) -> Option<Self> {
        Some(Self { points: line.product()?, weight: line.divisor()?, extra: line.added()? })
    }

    fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            points: self.points.add(other.points)?,
            weight: self.weight.add(other.weight)?,
            extra: self.extra.add(other.extra)?,
        })
    }

    fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { points: other.points.negated(), weight: other.weight.negated(), extra: other.extra.negated() })
    }
}

/// Turns changes of amounts into parts of the difference.
struct Ledger {
    before: Rational,
    factor: Rational,
    divisor: Rational,
    parts: Vec<Part>,
}

impl Ledger {
    fn add(&mut self, reason: Reason, legacy: Option<Row>, new: Option<Row>, change: Amount) -> Option<()> {
        let average = change.points.sub(self.before.mul(change.weight)?)?.div(self.divisor)?.mul(self.factor)?;
        let amount = average.add(change.extra)?;
        if !amount.is_zero() {
            self.parts.push(Part { reason, legacy, new, amount, weight: change.weight });
        }
        Some(())
    }

    fn push(&mut self, reason: Reason, legacy: Option<Row>, new: Option<Row>, amount: Rational) {
        if !amount.is_zero() {
            self.parts.push(Part { reason, legacy, new, amount, weight: Rational::ZERO });
        }
    }
}

/// Derives the difference of one kind for one student; `None` when a side has no rows, nothing counts any more, or
/// numbers do not fit.
#[must_use]
pub fn derive(reconciliation: &Reconciliation, position: u32, kind: &BoundKind) -> Option<Derivation> {
    let rules = &kind.policy.legacy;
    let legacy = SideWork::new(rules, kind.legacy.as_ref()?, reconciliation, position, Side::Legacy)?;
    let new_lens = kind.under_legacy_rules(Side::New)?;
    let new = SideWork::new(rules, new_lens, reconciliation, position, Side::New)?;
    let mut parts = row_parts(rules, reconciliation.pairs(position, Entity::Transcript), &legacy, &new)?;
    if kind.new_under_legacy.is_some() {
        let under_new = SideWork::new(&kind.policy.new, kind.new.as_ref()?, reconciliation, position, Side::New)?;
        parts.extend(rule_parts(&new, &under_new)?);
    }
    let divisors = (legacy.result.weight, new.result.weight);
    let numbers = kind.numbers(reconciliation, position);
    let difference = close(kind, &numbers, &mut parts)?;
    let transcripts = |side, row: Option<Row>| natural_key(reconciliation.dataset(side).get(Entity::Transcript), row);
    parts.sort_by_cached_key(|p| {
        (p.reason, transcripts(Side::Legacy, p.legacy), transcripts(Side::New, p.new), p.amount, p.legacy, p.new)
    });
    Some(Derivation { difference, parts, divisors })
}

fn natural_key(records: Option<&crate::canonical::Records>, row: Option<Row>) -> [String; 3] {
    let text = |field| records.zip(row).and_then(|(r, row)| r.text(row, field)).unwrap_or_default().to_owned();
    [text(Field::SchoolYear), text(Field::Term), text(Field::Course)]
}

/// Adds rounding and what the stored values do not share with their rows, and checks the sum.
fn close(kind: &BoundKind, numbers: &Numbers, parts: &mut Vec<Part>) -> Option<Rational> {
    let (legacy, new) = (numbers.legacy?, numbers.new?);
    let (legacy_exact, new_exact) = (legacy.exact?, new.exact?);
    let ends = |stored: Option<Stored>, policy: &GpaPolicy, computed: Computed| {
        let shown = Rational::from(computed.value?);
        let end = stored.and_then(|s| s.value).map(Rational::from);
        // Other digits than the policy prints are rounding too.
        let made = stored.is_some_and(|s| s.is_made_from(policy, Some(computed)));
        Some((end, if made { end.unwrap_or(shown) } else { shown }, shown))
    };
    let (legacy_stored, legacy_made, legacy_shown) = ends(numbers.legacy_stored, &kind.policy.legacy, legacy)?;
    let (new_stored, new_made, new_shown) = ends(numbers.new_stored, &kind.policy.new, new)?;
    let (from, to, legacy_made, new_made) = match (legacy_stored, new_stored) {
        (Some(l), Some(n)) => (l, n, legacy_made, new_made),
        _ => (legacy_shown, new_shown, legacy_shown, new_shown),
    };
    let difference = to.sub(from)?;
    let rounding = new_made.sub(new_exact)?.sub(legacy_made.sub(legacy_exact)?)?;
    let rest = [
        (Reason::Rounding, rounding),
        (Reason::LegacyUnexplained, legacy_made.sub(from)?),
        (Reason::NewUnexplained, to.sub(new_made)?),
    ];
    for (reason, amount) in rest {
        if !amount.is_zero() {
            parts.push(Part { reason, legacy: None, new: None, amount, weight: Rational::ZERO });
        }
    }
    let left = difference.sub(Rational::sum(parts.iter().map(|p| p.amount))?)?;
    if !left.is_zero() {
        let (reason, weight) = (Reason::Unexplained, Rational::ZERO);
        parts.push(Part { reason, legacy: None, new: None, amount: left, weight });
    }
    Some(difference)
}

/// The parts that rows make, under one set of rules.
fn row_parts(
    rules: &GpaPolicy,
    pairs: Option<RecordPairs<'_>>,
    legacy: &SideWork<'_>,
    new: &SideWork<'_>,
) -> Option<Vec<Part>> {
    let mut ledger = ledger(&legacy.result, &new.result);
    let pairs = pairs?;
    for both in pairs.both() {
        for (reason, change) in steps(rules, legacy, new, both.legacy, both.new)? {
            ledger.add(reason, Some(both.legacy), Some(both.new), change)?;
        }
    }
    let split = pairs.split().map(|group| (Reason::Split, group));
    for (reason, (l, n)) in split.chain(pairs.ambiguous().map(|group| (Reason::Ambiguous, group))) {
        let change = new.total(n)?.minus(legacy.total(l)?)?;
        ledger.add(reason, l.first().copied(), n.first().copied(), change)?;
    }
    let gone = [(Reason::RowMissing, pairs.legacy_only()), (Reason::RowOnce, pairs.legacy_duplicates())];
    for (reason, rows) in gone {
        for &row in rows {
            ledger.add(reason, Some(row), None, Amount::NOTHING.minus(legacy.amount(row)?)?)?;
        }
    }
    let come = [(Reason::RowAdded, pairs.new_only()), (Reason::RowDoubled, pairs.new_duplicates())];
    for (reason, rows) in come {
        for &row in rows {
            ledger.add(reason, None, Some(row), new.amount(row)?)?;
        }
    }
    whole_parts(&mut ledger, legacy, new, Reason::Cumulative)?;
    Some(ledger.parts)
}

fn ledger(before: &Evaluation, after: &Evaluation) -> Ledger {
    let average = before.points.div(before.weight).unwrap_or(Rational::ZERO);
    Ledger { before: average, factor: after.factor, divisor: after.weight, parts: Vec::new() }
}

/// What belongs to no row: the factor on the average, limits of additions, averages of terms.
fn whole_parts(ledger: &mut Ledger, before: &SideWork<'_>, after: &SideWork<'_>, whole: Reason) -> Option<()> {
    let factor = after.result.factor.sub(before.result.factor)?.mul(ledger.before)?;
    // The rows' additions are in the rows' parts; what a limit took from them is not.
    let limit = |side: &SideWork<'_>| {
        let rows = side.lines.iter().try_fold(Rational::ZERO, |sum, line| sum.add(line.added()?))?;
        side.result.plus.sub(rows)
    };
    ledger.push(whole, None, None, factor.add(limit(after)?.sub(limit(before)?)?)?);
    let method = |result: &Evaluation| result.exact?.sub(result.pooled?);
    ledger.push(Reason::Method, None, None, method(&after.result)?.sub(method(&before.result)?)?);
    Some(())
}

/// The parts that the rules make on the same rows, one for each aspect.
fn rule_parts(before: &SideWork<'_>, after: &SideWork<'_>) -> Option<Vec<Part>> {
    let mut ledger = ledger(&before.result, &after.result);
    let aspects = [Aspect::Points, Aspect::Level, Aspect::Divisor, Aspect::Inclusion];
    let mut sums = [Amount::NOTHING; 4];
    for (from, to) in before.lines.iter().zip(&after.lines) {
        let mut line = *from;
        let mut last = Amount::of(&line)?;
        for (at, sum) in sums.iter_mut().enumerate() {
            match aspects[at] {
                Aspect::Points if to.fate.counts() => line.points = to.points,
                Aspect::Level if to.fate.counts() => (line.bump, line.extra) = (to.bump, to.extra),
                Aspect::Divisor if to.fate.counts() && line.fate.counts() => line.weight = to.weight,
                Aspect::Inclusion => line = *to,
                _ => {}
            }
            let now = Amount::of(&line)?;
            *sum = sum.plus(now.minus(last)?)?;
            last = now;
        }
    }
    for (aspect, sum) in aspects.into_iter().zip(sums) {
        ledger.add(Reason::Rule(aspect), None, None, sum)?;
    }
    whole_parts(&mut ledger, before, after, Reason::Rule(Aspect::Whole))?;
    Some(ledger.parts)
}

/// A paired row's change, split by input.
fn steps(
    rules: &GpaPolicy,
    legacy: &SideWork<'_>,
    new: &SideWork<'_>,
    legacy_row: Row,
    new_row: Row,
) -> Option<Vec<(Reason, Amount)>> {
    let (Some((was_row, was)), Some((now_row, now))) = (legacy.at(legacy_row), new.at(new_row)) else {
        let change = new.amount(new_row)?.minus(legacy.amount(legacy_row)?)?;
        return Some(vec![(Reason::Placement, change)]);
    };
    let (start, end) = (Amount::of(was)?, Amount::of(now)?);
    if start == end {
        return Some(Vec::new());
    }
    if let Some(reason) = only_reason(was.fate, now.fate) {
        return Some(vec![(reason, end.minus(start)?)]);
    }
    let mut steps = Vec::new();
    let mut last = start;
    let mut line = *was;
    let era = era_of(rules, was_row.year, legacy.cohort);
    let locked = rules.eras[era].locked;
    for reason in [Reason::Mark, Reason::Level, Reason::Weight] {
        match reason {
            Reason::Weight if now.fate.counts() => line.weight = now.weight,
            // Locked years: the stored points are the only input.
            Reason::Mark if locked => (line.points, line.bump) = (now.points, now.bump),
            Reason::Mark | Reason::Level if !locked => {
                let level = if reason == Reason::Mark { was_row.level } else { now_row.level };
                let worth = new.lens.worth(era, now_row.mark, level);
                if worth.in_gpa && worth.exact {
                    line.points = worth.points;
                    line.bump = if was.bump == 0 && now.bump == 0 { 0 } else { worth.bump };
                    line.extra = if reason == Reason::Level { now.extra } else { line.extra };
                }
            }
            _ => {}
        }
        let amount = Amount::of(&line)?;
        if amount != last {
            steps.push((reason, amount.minus(last)?));
        }
        last = amount;
    }
    if last != end {
        steps.push((cross_reason(was, now), end.minus(last)?));
    }
    Some(steps)
}

/// Changes of fate that one input alone makes.
const fn only_reason(was: Fate, now: Fate) -> Option<Reason> {
    match (was, now) {
        (Fate::MarkOut | Fate::UnknownMark | Fate::Inexact, _)
        | (_, Fate::MarkOut | Fate::UnknownMark | Fate::Inexact) => Some(Reason::Mark),
        (Fate::NoWeight | Fate::NoCredit, _) | (_, Fate::NoWeight | Fate::NoCredit) => Some(Reason::Weight),
        _ => None,
    }
}

fn cross_reason(was: &Line, now: &Line) -> Reason {
    if was.fate != now.fate || was.share != now.share {
        return Reason::Counting(was.fate, now.fate);
    }
    if (was.bump_part, was.bump_whole) != (now.bump_part, now.bump_whole) {
        return Reason::Cap;
    }
    Reason::Placement
}

#[cfg(test)]
#[path = "derive_tests.rs"]
mod tests;
