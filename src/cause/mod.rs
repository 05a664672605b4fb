//! Findings to the few causes that explain them: what changed how, what the records concerned have in common, proved
//! by applying it again, with what follows from it and where to repair it. See `docs/causes.md`.

mod attribute;
mod bits;
mod choose;
mod count;
mod credits;
mod dense;
mod dictionary;
mod doubtful;
mod fix;
mod follow;
mod grid;
mod group;
mod literal;
mod model;
mod origin;
mod pattern;
mod propose;
mod prove;
mod rank;
mod relate;
mod rules;
mod same_table;
mod sample;
mod search;
mod shares;
mod show;
mod space;
mod swap;
mod words;

use std::collections::BTreeMap;

pub use model::{Cause, Causes, Consequence, Fix, LineFix, PairCount, Proof, SchoolShare, Settings, Term};
pub use origin::{CodeLine, Origin, Origins};
pub use show::CSV_HEADER;

use follow::{is_derived, is_rank};
use group::{Group, Sort, groups};
use pattern::Pattern;
use prove::{Draft, prove};
use relate::Ledger;
use search::search;
use space::{Population, Spaces};

use crate::canonical::Entity;
use crate::finding::Findings;
use crate::reconcile::Reconciliation;

/// Explains the findings of a run. The result does not depend on the order of rows or the number of threads.
#[must_use]
pub fn explain(run: &Reconciliation, findings: &Findings, settings: &Settings) -> Causes {
    let groups = groups(run, findings, settings);
    let (derived, primary): (Vec<&Group>, Vec<&Group>) = groups.iter().partition(|g| is_derived(g.kind, settings));
    // Whole records that are missing, and values that a rule foretells exactly, are faults of their own; only then is
    // asked what follows from what.
    let is_value = |g: &&Group| g.kind.sort == Sort::Values;
    let is_record = |g: &&Group| !matches!(g.kind.population, Population::Paired | Population::Students);
    let (own, derived): (Vec<&Group>, Vec<&Group>) = derived.into_iter().partition(|g| is_value(g) || is_record(g));
    let mut ledger = Ledger::new(findings.rows.len());
    let mut spaces = Spaces::new(run);
    ledger.add_swaps(run, findings, settings);
    let mut drafts = sought(&mut spaces, &[primary, own.clone()].concat(), &ledger.of_finding, settings);
    drafts.retain(|d| !is_derived(d.kind, settings) || d.kind.sort != Sort::Values || is_sure(d));
    ledger.add(run, findings, drafts);
    ledger.follow_records(&groups, findings);
    let (values, _): (Vec<&Group>, Vec<&Group>) = own.into_iter().partition(is_value);
    let (ranks, values): (Vec<&Group>, Vec<&Group>) = values.into_iter().partition(|g| is_rank(g.kind.field));
    let (gpas, others): (Vec<&Group>, Vec<&Group>) =
        derived.into_iter().chain(values).partition(|g| g.kind.entity == Entity::Gpa);
    ledger.follow_gpas(run, findings, &gpas, settings);
    ledger.add_rules(run, findings, &gpas, settings);
    ledger.follow_policies(run, findings, settings);
    ledger.follow_students(run, findings, &others, settings);
    ledger.follow_classes(run, findings, &ranks);
    let left = [gpas, others, ranks].concat();
    let drafts = sought(&mut spaces, &left, &ledger.of_finding, settings);
    ledger.add(run, findings, drafts);
    rank::rank(run, findings, ledger, settings)
}

/// A rule that foretells computed values exactly; a single pair of them is chance.
fn is_sure(draft: &Draft) -> bool {
    draft.proved
        && matches!(draft.pattern, Pattern::Rule(_) | Pattern::Constant(_) | Pattern::Copy(_) | Pattern::Table(_))
}

/// Causes of the findings that have none yet, proved.
fn sought(spaces: &mut Spaces<'_>, groups: &[&Group], known: &[u32], settings: &Settings) -> Vec<Draft> {
    let mut by_space: BTreeMap<(Entity, Population), Vec<&Group>> = BTreeMap::new();
    for group in groups {
        by_space.entry((group.kind.entity, group.kind.population)).or_default().push(group);
    }
    let mut drafts = Vec::new();
    for ((entity, population), groups) in by_space {
        let space = spaces.space(entity, population);
        for (group, found) in groups.iter().zip(search(&space, &groups, known, settings)) {
            drafts.extend(prove(&space, group, found, known, settings));
        }
    }
    drafts
}

#[cfg(test)]
mod tests;
