//! Findings to the few causes that explain them: what changed how, what the records concerned have in common, proved
//! by applying it again, with what follows from it and where to repair it. See `docs/causes.md`.

mod bits;
mod choose;
mod dictionary;
mod fix;
mod grid;
mod group;
mod literal;
mod model;
mod pattern;
mod propose;
mod prove;
mod rank;
mod relate;
mod search;
mod show;
mod space;
mod words;

use std::collections::BTreeMap;

pub use model::{
    Cause, Causes, CodeLines, Consequence, Fix, PairCount, Proof, Provenance, SchoolShare, Settings, Term,
};

pub use show::CSV_HEADER;

use group::{Group, groups};
use prove::{Draft, prove};
use relate::{Ledger, is_derived, is_rank};
use search::search;
use space::{Population, Space};

use crate::canonical::Entity;
use crate::finding::Findings;
use crate::reconcile::Reconciliation;

/// Explains the findings of a run. The result does not depend on the order of rows or the number of threads.
#[must_use]
pub fn explain(run: &Reconciliation, findings: &Findings, settings: &Settings) -> Causes {
    let groups = groups(run, findings, settings);
    let (derived, primary): (Vec<&Group>, Vec<&Group>) = groups.iter().partition(|g| is_derived(g.kind));
    let (ranks, derived): (Vec<&Group>, Vec<&Group>) = derived.into_iter().partition(|g| is_rank(g.kind.field));
    let mut ledger = Ledger::new(findings.rows.len());
    let drafts = sought(run, &primary, &ledger.of_finding, settings);
    ledger.add(findings, drafts);
    ledger.follow_records(&groups, findings);
    // A GPA follows from its rows, and a rank from the GPAs of the class; only what is left has causes of its own.
    let causes = ledger.of_transcripts(findings);
    ledger.follow_students(&derived, &causes, 20);
    let drafts = sought(run, &derived, &ledger.of_finding, settings);
    ledger.add(findings, drafts);
    let causes = ledger.of_classes(run, findings);
    ledger.follow_students(&ranks, &causes, 5);
    let drafts = sought(run, &ranks, &ledger.of_finding, settings);
    ledger.add(findings, drafts);
    rank::rank(run, findings, ledger, settings)
}

/// Causes of the findings that have none yet, proved.
fn sought(run: &Reconciliation, groups: &[&Group], known: &[u32], settings: &Settings) -> Vec<Draft> {
    let mut by_space: BTreeMap<(Entity, Population), Vec<&Group>> = BTreeMap::new();
    for group in groups {
        by_space.entry((group.kind.entity, group.kind.population)).or_default().push(group);
    }
    let mut drafts = Vec::new();
    for ((entity, population), groups) in by_space {
        let space = Space::new(run, entity, population);
        for (group, found) in groups.iter().zip(search(&space, &groups, known, settings)) {
            drafts.extend(prove(&space, group, found, known, settings));
        }
    }
    drafts
}

#[cfg(test)]
mod tests;
