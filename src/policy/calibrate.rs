//! Does the policy reproduce what the legacy system stored? Where it does not, what the misfits share.

use std::collections::BTreeMap;

use super::bound::{Bound, BoundKind};
use super::rational::Rational;
use crate::canonical::{Entity, Field, Side};
use crate::reconcile::Reconciliation;

/// How well a kind's legacy values are reproduced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calibration {
    /// The kind.
    pub kind: String,
    /// The policy.
    pub policy: String,
    /// Students with a stored legacy value and legacy rows.
    pub compared: u64,
    /// Of these: the value is what the policy gives.
    pub reproduced: u64,
    /// Students with a stored value and no rows that count.
    pub without_rows: u64,
    /// Positions of the first misfits.
    pub examples: Vec<u32>,
    /// What misfits share more than others, the most telling first.
    pub patterns: Vec<Pattern>,
}

/// A value that misfits share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Field of the transcript.
    pub field: Field,
    /// Its value.
    pub value: String,
    /// Misfits with such a row.
    pub misfits: u64,
    /// All misfits.
    pub of_misfits: u64,
    /// Others with such a row (of those looked at).
    pub others: u64,
    /// All others looked at.
    pub of_others: u64,
}

/// How many examples are kept.
const EXAMPLES: usize = 10;
/// How many patterns are kept.
const PATTERNS: usize = 5;
/// How many students that fit are looked at, evenly spread.
const OTHERS: usize = 20_000;
/// What misfits may share.
const FIELDS: [Field; 7] =
    [Field::Mark, Field::Level, Field::SchoolYear, Field::School, Field::Term, Field::RepeatCode, Field::GradeLevel];

impl Calibration {
    /// The share reproduced, in percent; `None` when nothing was compared.
    #[must_use]
    pub fn percent(&self) -> Option<Rational> {
        Rational::new(i128::from(self.reproduced) * 100, i128::from(self.compared))
    }

    /// True when at least `least` percent are reproduced; a kind without anything to compare is not calibrated.
    #[must_use]
    pub fn reaches(&self, least: Rational) -> bool {
        self.percent().is_some_and(|percent| percent >= least)
    }

    /// What a finding about the policy of a kind is about.
    #[must_use]
    pub fn subject(kind: &str) -> String {
        format!("policy of the {kind} GPA")
    }

    /// True when so many reproduced values of all that were compared leave no doubt.
    #[must_use]
    pub const fn is_enough(reproduced: u64, compared: u64) -> bool {
        compared > 0 && reproduced as u128 * 1000 >= compared as u128 * 999
    }

    /// One sentence: `weighted (lausd-weighted): 0 of 400 stored values are what the policy gives`.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!(
            "{} ({}): {} of {} stored values are what the policy gives",
            self.kind, self.policy, self.reproduced, self.compared
        )
    }
}

impl Calibration {
    /// What the misfits share, the most telling first: `level AP (2 of 2, others 0 of 8)`.
    #[must_use]
    pub fn shared(&self, most: usize) -> String {
        let one = |p: &Pattern| {
            let value = if p.value.is_empty() { "(empty)" } else { &p.value };
            let field = p.field.name().replace('_', " ");
            format!("{field} {value} ({} of {}, others {} of {})", p.misfits, p.of_misfits, p.others, p.of_others)
        };
        self.patterns.iter().take(most).map(one).collect::<Vec<_>>().join(", ")
    }
}

impl Bound {
    /// The calibration of every kind.
    #[must_use]
    pub fn calibrations(&self, reconciliation: &Reconciliation) -> Vec<Calibration> {
        self.kinds.iter().map(|kind| calibrate(kind, reconciliation)).collect()
    }
}

fn calibrate(kind: &BoundKind, reconciliation: &Reconciliation) -> Calibration {
    let mut calibration = Calibration {
        kind: kind.policy.kind.clone(),
        policy: kind.policy.legacy.name.clone(),
        compared: 0,
        reproduced: 0,
        without_rows: 0,
        examples: Vec::new(),
        patterns: Vec::new(),
    };
    let (mut misfits, mut fits) = (Vec::new(), Vec::new());
    for position in 0..reconciliation.students.len() as u32 {
        let numbers = kind.numbers(reconciliation, position);
        let Some(stored) = numbers.legacy_stored.filter(|s| s.value.is_some()) else { continue };
        if numbers.legacy.and_then(|l| l.exact).is_none() {
            calibration.without_rows += 1;
            continue;
        }
        calibration.compared += 1;
        if stored.is_made_from(&kind.policy.legacy, numbers.legacy) {
            calibration.reproduced += 1;
            fits.push(position);
        } else {
            misfits.push(position);
        }
    }
    calibration.examples = misfits.iter().copied().take(EXAMPLES).collect();
    calibration.patterns = patterns(reconciliation, &misfits, &fits);
    calibration
}

/// Counts, for every value, the misfits and the others that have it in a row.
fn patterns(reconciliation: &Reconciliation, misfits: &[u32], fits: &[u32]) -> Vec<Pattern> {
    // Where nothing fits, what misfits share is what everybody shares.
    if misfits.is_empty() || fits.is_empty() {
        return Vec::new();
    }
    let stride = fits.len().div_ceil(OTHERS).max(1);
    let others: Vec<u32> = fits.iter().copied().step_by(stride).collect();
    let (misfit_counts, other_counts) = (count(reconciliation, misfits), count(reconciliation, &others));
    let mut patterns: Vec<Pattern> = misfit_counts
        .iter()
        .map(|((field, value), count)| Pattern {
            field: *field,
            value: value.clone(),
            misfits: *count,
            of_misfits: misfits.len() as u64,
            others: other_counts.get(&(*field, value.clone())).copied().unwrap_or(0),
            of_others: others.len() as u64,
        })
        .collect();
    // Share among misfits less share among others, as whole numbers on a common denominator.
    let telling = |p: &Pattern| {
        i128::from(p.misfits) * i128::from(p.of_others.max(1)) - i128::from(p.others) * i128::from(p.of_misfits)
    };
    patterns.sort_by(|a, b| telling(b).cmp(&telling(a)).then_with(|| (a.field, &a.value).cmp(&(b.field, &b.value))));
    patterns.retain(|p| telling(p) > 0);
    patterns.truncate(PATTERNS);
    patterns
}

fn count(reconciliation: &Reconciliation, positions: &[u32]) -> BTreeMap<(Field, String), u64> {
    let Some(records) = reconciliation.dataset(Side::Legacy).get(Entity::Transcript) else { return BTreeMap::new() };
    let mut by_code: BTreeMap<(Field, u32), u64> = BTreeMap::new();
    let mut seen: Vec<(Field, u32)> = Vec::new();
    for &position in positions {
        seen.clear();
        for row in reconciliation.rows(position, Side::Legacy, Entity::Transcript) {
            for field in FIELDS {
                if let Some(column) = records.column(field) {
                    seen.push((field, column.codes.get(row as usize)));
                }
            }
        }
        seen.sort_unstable();
        seen.dedup();
        for key in &seen {
            *by_code.entry(*key).or_default() += 1;
        }
    }
    let mut counts = BTreeMap::new();
    for ((field, code), count) in by_code {
        if let Some(column) = records.column(field) {
            *counts.entry((field, column.values.raw(code).to_owned())).or_default() += count;
        }
    }
    counts
}
