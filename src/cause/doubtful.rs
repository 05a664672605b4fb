//! A policy that does not give the legacy values because legacy rows are read wrong: that finding hangs under the cause
//! that reads them so, when undoing the cause lets the policy give the values.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::model::Settings;
use super::relate::Ledger;
use super::shares::Work;
use crate::canonical::Entity;
use crate::finding::{Findings, Subject};
use crate::policy::gpa::reproduces;
use crate::policy::{BoundKind, Calibration, Rational, derive};
use crate::reconcile::Reconciliation;

/// The check.
const CHECK: &str = "gpa-policy-doubtful";

/// What a stored legacy value says of the policy.
enum Says {
    /// Nothing: there is no value, or no rows.
    Nothing,
    /// The policy gives it.
    Fits,
    /// The policy would give it, were these drafts undone.
    Needs(Vec<u32>),
    /// The policy does not give it.
    Misfits,
    /// The policy does not give it, and a row that it comes from has no partner that would say what is wrong with it.
    Untold,
}

impl Ledger {
    /// Hangs findings about policies under the cause of the misfits.
    pub(super) fn follow_policies(&mut self, run: &Reconciliation, findings: &Findings, settings: &Settings) {
        let is_one = |check: u8| settings.checks.get(usize::from(check)) == Some(&CHECK);
        let doubts: Vec<u32> = (0u32..)
            .zip(&findings.rows)
            .filter(|(at, f)| is_one(f.check) && f.severity >= settings.floor && self.of_finding[*at as usize] == 0)
            .map(|(at, _)| at)
            .collect();
        if doubts.is_empty() || settings.policies.is_empty() {
            return;
        }
        let bound = settings.policies.bound(run);
        for finding in doubts {
            let Subject::Other(note) = findings.rows[finding as usize].subject else { continue };
            let Some(name) = findings.notes.get(note as usize) else { continue };
            let Some(kind) = bound.kinds.iter().find(|k| *name == Calibration::subject(&k.policy.kind)) else {
                continue;
            };
            let work = Work { run, findings, of_finding: &self.of_finding, bound: &bound, settings };
            if let Some(needs) = needed(&work, kind) {
                self.follow(finding, needs[0]);
                if needs.len() > 1 {
                    self.needs.insert(finding, needs);
                }
            }
        }
    }
}

/// The drafts that have to be undone for the policy to give enough of the legacy values, the weightiest first.
fn needed(work: &Work<'_>, kind: &BoundKind) -> Option<Vec<u32>> {
    let students = work.run.students.len() as u32;
    let says: Vec<Says> = (0..students).into_par_iter().with_min_len(1024).map(|s| says(work, kind, s)).collect();
    let (mut compared, mut fits, mut untold) = (0u64, 0u64, 0u64);
    let mut by_need: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
    for one in says {
        compared += u64::from(!matches!(one, Says::Nothing | Says::Untold));
        untold += u64::from(matches!(one, Says::Untold));
        match one {
            Says::Fits => fits += 1,
            Says::Needs(drafts) => *by_need.entry(drafts).or_default() += 1,
            Says::Nothing | Says::Misfits | Says::Untold => {}
        }
    }
    // What can not be told follows the rest, where the rest is more.
    let is_enough = |more: u64| Calibration::is_enough(fits + more, compared) && more > untold;
    let mut weight: BTreeMap<u32, u64> = BTreeMap::new();
    for (drafts, count) in &by_need {
        drafts.iter().for_each(|d| *weight.entry(*d).or_default() += count);
    }
    let mut order: Vec<u32> = weight.keys().copied().collect();
    order.sort_by_key(|d| (std::cmp::Reverse(weight[d]), *d));
    // As few as do, the weightiest first.
    (1..=order.len()).find_map(|n| {
        let undone = &order[..n];
        let cured = by_need.iter().filter(|(drafts, _)| drafts.iter().all(|d| undone.contains(d))).map(|(_, n)| n);
        is_enough(cured.sum()).then(|| undone.to_vec())
    })
}

fn says(work: &Work<'_>, kind: &BoundKind, student: u32) -> Says {
    let numbers = kind.numbers(work.run, student);
    let stored = numbers.legacy_stored.filter(|s| s.value.is_some());
    let (Some(stored), Some(legacy)) = (stored, numbers.legacy) else { return Says::Nothing };
    let (Some(value), Some(exact)) = (stored.value, legacy.exact) else { return Says::Nothing };
    let rules = &kind.policy.legacy;
    if stored.is_made_from(rules, Some(legacy)) {
        return Says::Fits;
    }
    let Some(derivation) = derive(work.run, student, kind) else { return Says::Misfits };
    let Some(owners) = work.owners(student, &derivation) else { return Says::Misfits };
    let undone = |drafts: &[u32]| {
        let own = || owners.iter().filter(|o| drafts.contains(&o.draft));
        let (amount, weight) = (Rational::sum(own().map(|o| o.amount)), Rational::sum(own().map(|o| o.weight)));
        let then = amount.zip(weight).and_then(|(amount, weight)| derivation.undone(exact, amount, weight));
        then.is_some_and(|exact| reproduces(rules, exact, value, stored.digits))
    };
    let mut drafts: Vec<u32> = owners.iter().map(|o| o.draft).filter(|d| *d > 0).collect();
    drafts.sort_unstable();
    let alone = drafts.iter().map(|d| vec![*d]).find(|d| undone(d));
    let needs = alone.or_else(|| Some(drafts).filter(|d| d.len() > 1 && undone(d)));
    let is_untold = || work.run.pairs(student, Entity::Transcript).is_some_and(|p| !p.legacy_only().is_empty());
    needs.map_or_else(|| if is_untold() { Says::Untold } else { Says::Misfits }, Says::Needs)
}
