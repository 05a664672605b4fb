//! How much of a credit total or of a graduation finding each cause makes: from what each record gives on either side, as
//! the policy reads it.

use rayon::prelude::*;

use super::follow::{Owners, moves_credit, of_student};
use super::shares::{Shares, Work, sorted};
use crate::canonical::{Entity, Field, Records, Row, Side};
use crate::finding::{Finding, Subject};
use crate::policy::Rational;
use crate::policy::credits::difference_by_row;
use crate::policy::gpa::amounts::weight_of;
use crate::policy::graduation::lens::RequirementLens;

/// What a record, or a pair of them, adds to the difference.
struct Part {
    entity: Entity,
    legacy: Option<Row>,
    new: Option<Row>,
    amount: u64,
}

/// Checks of graduation, beside the stored requirements.
const GRADUATION: [&str; 4] =
    ["graduation-status-flipped", "needed-class-unscheduled", "needed-class-in-conflict", "passed-class-rescheduled"];

/// For each of some findings: what the causes found so far make of it.
pub(super) fn credit_shares(work: &Work<'_>, open: &[u32]) -> Vec<Shares> {
    open.par_iter()
        .with_min_len(64)
        .map(|at| work.credit(&work.findings.rows[*at as usize]).unwrap_or(Shares::Unknown))
        .collect()
}

impl Work<'_> {
    fn credit(&self, finding: &Finding) -> Option<Shares> {
        let Subject::Student(student) = finding.subject else { return None };
        let is_graduation = match (finding.entity, finding.field) {
            (Entity::Gpa, Some(field @ (Field::CreditEarned | Field::CreditAttempted))) => {
                return self.total(finding, student, field == Field::CreditEarned);
            }
            (Entity::Graduation, Some(Field::Earned | Field::InProgress | Field::Met)) => true,
            _ => GRADUATION.iter().any(|check| self.is(finding, check)),
        };
        let parts = if is_graduation { self.requirement_parts(student)? } else { return None };
        shares(self.owned(student, &parts))
    }

    /// A stored total: what the rows make of its difference, and what they do not.
    fn total(&self, finding: &Finding, student: u32, earned: bool) -> Option<Shares> {
        let (legacy, new) = (self.run.legacy.get(Entity::Gpa)?, self.run.new.get(Entity::Gpa)?);
        let (was, now) = (finding.legacy?, finding.new?);
        let named = legacy.text(was, Field::GpaKind).unwrap_or_default();
        let kinds = &self.bound.kinds;
        let kind = kinds.iter().find(|k| k.policy.kind.eq_ignore_ascii_case(named)).or_else(|| kinds.first())?;
        let by_row = difference_by_row(self.run, student, kind, earned);
        let part = |p: &crate::policy::credits::CreditPart| Part {
            entity: Entity::Transcript,
            legacy: p.legacy,
            new: p.new,
            amount: p.amount.unsigned_abs(),
        };
        let mut owners = self.owned(student, &by_row.iter().map(part).collect::<Vec<_>>());
        let field = finding.field?;
        let number = |records: &Records, row: Row| match records.typed(row, field) {
            crate::canonical::Typed::Number(n) => Some(Rational::from(n)),
            _ => None,
        };
        let told = number(new, now)?.sub(number(legacy, was)?)?;
        let rest = told.sub(weight_of(by_row.iter().map(|p| i128::from(p.amount)).sum()))?;
        if !rest.is_zero() {
            let units = rest.div(weight_of(1))?;
            add(&mut owners, 0, u64::try_from((units.numerator() / units.denominator()).unsigned_abs()).ok()?.max(1));
        }
        shares(owners)
    }

    /// What each record of transcript and schedule gives to the requirements of one side only, or to other areas.
    fn requirement_parts(&self, student: u32) -> Option<Vec<Part>> {
        let lenses = [self.bound.requirement_lens(Side::Legacy)?, self.bound.requirement_lens(Side::New)?];
        let mut parts = Vec::new();
        for entity in [Entity::Transcript, Entity::Schedule] {
            let Some(pairs) = self.run.pairs(student, entity) else { continue };
            let credit = |side: Side, rows: &[Row]| {
                let records = self.run.dataset(side).get(entity)?;
                given(lenses[side as usize], entity, records, rows)
            };
            let mut add = |l: &[Row], n: &[Row]| {
                let amount = match (credit(Side::Legacy, l), credit(Side::New, n)) {
                    (Some((was, here)), Some((now, there))) if here == there => was.abs_diff(now),
                    (Some((was, _)), Some((now, _))) => was.max(now).unsigned_abs(),
                    (was, now) => was.or(now).map_or(0, |(amount, _)| amount.unsigned_abs()),
                };
                if amount > 0 {
                    parts.push(Part { entity, legacy: l.first().copied(), new: n.first().copied(), amount });
                }
            };
            pairs.both().for_each(|b| add(&[b.legacy], &[b.new]));
            pairs.split().for_each(|(l, n)| add(l, n));
            pairs.legacy_only().iter().for_each(|l| add(&[*l], &[]));
            pairs.new_only().iter().for_each(|n| add(&[], &[*n]));
        }
        Some(parts)
    }

    /// The drafts of the findings on the records of the parts; parts of records without a finding go with the others.
    fn owned(&self, student: u32, parts: &[Part]) -> Owners {
        let of_student: Vec<usize> = of_student(self.findings, Subject::Student(student)).collect();
        let mut owners = Owners::new();
        for part in parts {
            let same = |a: Option<Row>, b: Option<Row>| a.is_some() && a == b;
            let is_on = |f: &Finding| {
                let is_record = same(f.legacy, part.legacy) || same(f.new, part.new);
                f.entity == part.entity && is_record && moves_credit(f) && !self.is(f, "gpa-inputs-changed")
            };
            let on = of_student.iter().copied().filter(|at| is_on(&self.findings.rows[*at]));
            let likely = |at: &usize| (gives(self.findings.rows[*at].field), self.of_finding[*at] > 0);
            if let Some(at) = on.max_by_key(|at| (likely(at), std::cmp::Reverse(*at))) {
                add(&mut owners, self.of_finding[at], part.amount);
            }
        }
        owners
    }
}

/// Credit of records that are one together, and the areas where it counts; `None` when they give none.
fn given(lens: &RequirementLens, entity: Entity, records: &Records, rows: &[Row]) -> Option<(i64, u32)> {
    let of = |row: &Row| match entity {
        Entity::Transcript => lens.earned(records, *row),
        _ => lens.planned(records, *row),
    };
    let credits: Vec<_> = rows.iter().filter_map(of).filter(|c| c.mask != 0).collect();
    let mask = credits.first()?.mask;
    Some((credits.iter().map(|c| c.amount).sum(), mask))
}

/// A finding of a field that says by itself how much credit a record gives, and where.
const fn gives(field: Option<Field>) -> bool {
    matches!(
        field,
        None | Some(
            Field::CreditEarned
                | Field::CreditAttempted
                | Field::Credit
                | Field::Mark
                | Field::Course
                | Field::SubjectArea
        )
    )
}

fn add(owners: &mut Owners, owner: u32, amount: u64) {
    match owners.iter_mut().find(|(o, _)| *o == owner) {
        Some((_, sum)) => *sum = sum.saturating_add(amount),
        None => owners.push((owner, amount)),
    }
}

fn shares(owners: Owners) -> Option<Shares> {
    (!owners.is_empty()).then(|| Shares::Known(sorted(owners)))
}
