//! How much of a GPA's difference each cause makes, from the policy's derivation.

use rayon::prelude::*;

use super::follow::{Owners, of_student};
use super::model::Settings;
use crate::canonical::{Entity, Field, Row, Side};
use crate::finding::{Finding, Findings, Subject};
use crate::policy::{Bound, Derivation, Part, Rational, Reason, derive};
use crate::reconcile::Reconciliation;

/// What is known of a finding.
pub(super) enum Shares {
    /// The policy does not say.
    Unknown,
    /// Drafts (0 for what no cause explains) by their part of the difference.
    Known(Owners),
}

/// What a draft (0 for what no cause explains) adds to a GPA, and to its divisor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own {
    pub(super) draft: u32,
    pub(super) amount: Rational,
    pub(super) weight: Rational,
}

/// The parts of a difference are weighed in so many of a whole.
const WHOLE: i128 = 1_000_000;

/// For each of some findings: what the causes found so far make of it.
pub(super) fn shares(
    run: &Reconciliation,
    findings: &Findings,
    open: &[u32],
    of_finding: &[u32],
    settings: &Settings,
) -> Vec<Shares> {
    if settings.policies.is_empty() || open.is_empty() {
        return open.iter().map(|_| Shares::Unknown).collect();
    }
    let bound = settings.policies.bound(run);
    let work = Work { run, findings, of_finding, bound: &bound, settings };
    open.par_iter()
        .with_min_len(64)
        .map(|at| work.of(&findings.rows[*at as usize]).unwrap_or(Shares::Unknown))
        .collect()
}

/// What the derivations are held against.
pub(super) struct Work<'a> {
    pub(super) run: &'a Reconciliation,
    pub(super) findings: &'a Findings,
    /// The draft of each finding.
    pub(super) of_finding: &'a [u32],
    pub(super) bound: &'a Bound,
    pub(super) settings: &'a Settings,
}

impl Work<'_> {
    pub(super) fn is(&self, finding: &Finding, check: &str) -> bool {
        self.settings.checks.get(usize::from(finding.check)) == Some(&check)
    }

    fn of(&self, finding: &Finding) -> Option<Shares> {
        let Subject::Student(student) = finding.subject else { return None };
        let is_inputs = self.is(finding, "gpa-inputs-changed");
        if !is_inputs && (finding.entity != Entity::Gpa || finding.field != Some(Field::Value)) {
            return None;
        }
        if self.is(finding, "gpa-not-reproducible") {
            return Some(Shares::Known(vec![(0, 1)]));
        }
        let kind = self.run.dataset(Side::Legacy).get(Entity::Gpa).zip(finding.legacy);
        let kind = kind.and_then(|(gpas, row)| gpas.text(row, Field::GpaKind));
        let bound = self.bound.kinds.iter();
        let bound = match kind {
            _ if is_inputs => bound.clone().next()?,
            Some(kind) => bound.clone().find(|k| k.policy.kind.eq_ignore_ascii_case(kind))?,
            None => return None,
        };
        let derivation = derive(self.run, student, bound)?;
        let mut owners = Vec::new();
        for own in self.owners(student, &derivation)? {
            owners.push((own.draft, own.amount));
        }
        if !self.is(finding, "gpa-stale") && !is_inputs {
            let rest = derivation.unexplained()?;
            if !rest.is_zero() {
                add(&mut owners, 0, rest)?;
            }
        }
        weigh(&owners)
    }

    /// What each draft adds to the GPA that the legacy rows of a student give.
    pub(super) fn owners(&self, student: u32, derivation: &Derivation) -> Option<Vec<Own>> {
        let rows: Vec<usize> = of_student(self.findings, Subject::Student(student))
            .filter(|at| self.findings.rows[*at].entity == Entity::Transcript && self.of_finding.len() > *at)
            .filter(|at| !self.is(&self.findings.rows[*at], "gpa-inputs-changed"))
            .collect();
        let mut owners: Vec<Own> = Vec::new();
        for part in &derivation.row_parts() {
            // What other rows make of a row that has no finding itself goes with those rows.
            let Some(draft) = self.owner(part, &rows) else { continue };
            match owners.iter_mut().find(|o| o.draft == draft) {
                Some(own) => {
                    (own.amount, own.weight) = (own.amount.add(part.amount)?, own.weight.add(part.weight)?);
                }
                None => owners.push(Own { draft, amount: part.amount, weight: part.weight }),
            }
        }
        Some(owners)
    }

    /// The draft of the finding on the row of a part: of the field that the part is about, where there is one.
    fn owner(&self, part: &Part, rows: &[usize]) -> Option<u32> {
        let is_on = |finding: &Finding| {
            let same = |a: Option<Row>, b: Option<Row>| a.is_some() && a == b;
            same(finding.legacy, part.legacy) || same(finding.new, part.new)
        };
        let on: Vec<usize> = rows.iter().copied().filter(|at| is_on(&self.findings.rows[*at])).collect();
        let fits = |at: &usize| fits(part.reason, self.findings.rows[*at].field);
        let best = on.iter().filter(|at| fits(at)).max_by_key(|at| self.of_finding[**at] > 0);
        let any = || on.iter().max_by_key(|at| self.of_finding[**at] > 0);
        best.or_else(any).map(|at| self.of_finding[*at])
    }
}

fn add(owners: &mut Vec<(u32, Rational)>, owner: u32, amount: Rational) -> Option<()> {
    match owners.iter_mut().find(|(o, _)| *o == owner) {
        Some((_, sum)) => *sum = sum.add(amount)?,
        None => owners.push((owner, amount)),
    }
    Some(())
}

/// Amounts without their signs, as parts of the whole.
fn weigh(owners: &[(u32, Rational)]) -> Option<Shares> {
    let size = |r: Rational| if r.is_negative() { r.negated() } else { r };
    let all = Rational::sum(owners.iter().map(|(_, r)| size(*r)))?;
    if all.is_zero() {
        // Parts that cancel out: each weighs the same.
        let owners: Owners = owners.iter().map(|(owner, _)| (*owner, 1)).collect();
        return (!owners.is_empty()).then_some(Shares::Known(sorted(owners)));
    }
    let mut weighed = Vec::new();
    for (owner, amount) in owners {
        let part = size(*amount).div(all)?.mul(Rational::whole(WHOLE))?;
        let part = part.numerator() / part.denominator();
        weighed.push((*owner, u64::try_from(part).ok()?.max(1)));
    }
    Some(Shares::Known(sorted(weighed)))
}

pub(super) fn sorted(mut owners: Owners) -> Owners {
    owners.sort_unstable();
    owners
}

/// True when a change of the field is what a part of that reason comes from.
fn fits(reason: Reason, field: Option<Field>) -> bool {
    match reason {
        Reason::RowMissing | Reason::RowAdded | Reason::RowDoubled | Reason::RowOnce => field.is_none(),
        Reason::Mark => field == Some(Field::Mark),
        Reason::Level => matches!(field, Some(Field::Level | Field::Course | Field::GpaWeight)),
        Reason::Weight => matches!(field, Some(Field::GpaWeight | Field::CreditAttempted | Field::CreditEarned)),
        Reason::Counting(..) => {
            matches!(field, Some(Field::RepeatCode | Field::InGpa | Field::Course | Field::Transfer))
        }
        Reason::Placement => {
            matches!(field, Some(Field::SchoolYear | Field::Term | Field::GradeLevel | Field::SubjectArea))
        }
        _ => false,
    }
}
