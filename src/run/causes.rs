//! The few causes behind the findings, as the gate, reports and findings want them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::origins::Files;
use super::{Comparison, Spelled};
use crate::cause::{self, Cause, Causes, Settings};
use crate::checks;
use crate::finding::{Findings, Severity};
use crate::gate::{CauseCount, SeverityCounts, SharedCount};
use crate::policy::Policies;
use crate::project::Project;
use crate::reconcile::Reconciliation;
use crate::report::summary::{CauseLine, ValuePair};

/// Seeks the causes of a run's findings.
#[must_use]
pub fn seek(project: &Project, policies: &Policies, run: &Reconciliation, findings: &Findings) -> Causes {
    let settings = Settings {
        origins: Arc::new(Files::new(project)),
        policies: policies.clone(),
        systems: (project.legacy.label.clone(), project.new.label.clone()),
        ..Settings::default()
    };
    cause::explain(run, findings, &settings)
}

/// The stable id of the proved cause of each finding; empty where none is proved.
#[must_use]
pub fn of_findings(causes: &Causes) -> Vec<Option<u32>> {
    let proved: BTreeMap<u32, usize> =
        causes.causes.iter().enumerate().filter(|(_, c)| c.proved).map(|(at, c)| (c.number, at)).collect();
    causes.of_finding.iter().map(|n| proved.get(n).map(|at| *at as u32)).collect()
}

/// Gives every finding its proved cause.
pub fn mark(causes: &Causes, spelled: &mut Spelled<'_>) {
    spelled.cause_ids = causes.causes.iter().map(|c| c.id.clone()).collect();
    spelled.cause_words = in_words(causes);
    spelled.caused_by = of_findings(causes);
}

/// The causes as people read them beside a finding, by position.
#[must_use]
pub fn in_words(causes: &Causes) -> Vec<String> {
    causes.causes.iter().map(|c| format!("cause {}: {}", c.number, c.sentence)).collect()
}

/// For the gate: what of the open findings goes when each proved cause is repaired, as its proof says.
#[must_use]
pub fn counts(causes: &Causes, run: &Reconciliation, findings: &Findings, spelled: &Spelled<'_>) -> Vec<CauseCount> {
    let proved = |number: u32| causes.causes.get((number as usize).checked_sub(1)?).filter(|c| c.proved);
    let mut counts: BTreeMap<u32, CauseCount> = BTreeMap::new();
    let mut shared: BTreeMap<(u32, Vec<u64>), SharedCount> = BTreeMap::new();
    for (at, finding) in findings.rows.iter().enumerate().filter(|(at, _)| spelled.waiver(*at).is_empty()) {
        let number = causes.of_finding.get(at).copied().unwrap_or(0);
        let Some(cause) = proved(number) else { continue };
        let count = counts.entry(number).or_insert_with(|| count_of(cause));
        let needs = causes.needs.get(&(at as u32)).map_or(&[][..], Vec::as_slice);
        // What also follows from a single fault, or from what is not proved, stays.
        if needs.iter().any(|n| proved(*n).is_none()) {
            continue;
        }
        let with: Vec<u64> = needs.iter().filter(|n| **n != number).map(|n| u64::from(*n)).collect();
        let (open, major_by_school) = if with.is_empty() {
            (&mut count.open, &mut count.major_by_school)
        } else {
            let entry = shared.entry((number, with.clone()));
            let shared = entry.or_insert_with(|| SharedCount { with, ..SharedCount::default() });
            (&mut shared.open, &mut shared.major_by_school)
        };
        open.add(finding.severity);
        if finding.severity == Severity::Major {
            *major_by_school.entry(checks::school(run, finding)).or_insert(0) += 1;
        }
    }
    for ((number, _), part) in shared {
        if let Some(count) = counts.get_mut(&number) {
            count.shared.push(part);
        }
    }
    counts.into_values().collect()
}

fn count_of(cause: &Cause) -> CauseCount {
    let mut breaks = SeverityCounts::default();
    // The vendor loads again what went wrong; a line of ours changes whatever goes through it.
    if !cause.fix.is_vendors {
        let usual = cause.severities.iter().max_by_key(|(_, n)| **n).map_or(Severity::Major, |(s, _)| *s);
        (0..cause.proof.broken).for_each(|_| breaks.add(usual));
    }
    CauseCount { number: u64::from(cause.number), name: cause.sentence.clone(), breaks, ..CauseCount::default() }
}

/// For reports: one line a cause, proved ones first.
#[must_use]
pub fn lines(causes: &Causes, open: &SeverityCounts) -> Vec<CauseLine> {
    let gap = open.critical + open.major;
    causes.causes.iter().map(|cause| line(cause, gap)).collect()
}

fn line(cause: &Cause, gap: u64) -> CauseLine {
    let gated: u64 = cause.severities.iter().filter(|(s, _)| **s >= Severity::Major).map(|(_, n)| n).sum();
    let share = if gap == 0 || !cause.proved { String::new() } else { format!("{}%", gated.min(gap) * 100 / gap) };
    CauseLine {
        number: u64::from(cause.number),
        name: cause.id.clone(),
        text: if cause.proved { cause.sentence.clone() } else { format!("{} (a hint, not proved)", cause.sentence) },
        fix_where: cause.fix.line(),
        findings: cause.findings_in_all(),
        students: cause.students_in_all,
        schools: cause.schools.iter().map(|s| s.school.clone()).collect(),
        share_of_gap: share,
        proof: cause.proof.to_string(),
        pairs: cause
            .pairs
            .iter()
            .map(|p| ValuePair { legacy: p.legacy.clone(), new: p.new.clone(), count: p.count })
            .collect(),
    }
}

/// Seeks the causes and marks each finding with its own.
#[must_use]
pub fn explain(project: &Project, policies: &Policies, comparison: &Comparison, spelled: &mut Spelled<'_>) -> Causes {
    let causes = seek(project, policies, &comparison.reconciliation, &comparison.findings);
    mark(&causes, spelled);
    causes
}
