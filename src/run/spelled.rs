//! Findings with their texts, their waivers and their causes, one at a time.

use crate::checks::Speller;
use crate::finding::{FindingRow, Findings};
use crate::reconcile::Reconciliation;
use crate::report::FindingSource;

/// All findings of a run, spelled out on demand.
#[derive(Debug)]
pub struct Spelled<'a> {
    speller: Speller<'a>,
    /// By finding: the waiver that covers it; empty when none is in force.
    pub waivers: Vec<Option<String>>,
    /// By finding: the cause that explains it; empty when causes were not sought.
    pub causes: Vec<Option<String>>,
}

impl<'a> Spelled<'a> {
    /// The findings of a run, without waivers and causes.
    #[must_use]
    pub fn new(run: &'a Reconciliation, findings: &'a Findings) -> Self {
        Self { speller: Speller::new(run, findings), waivers: Vec::new(), causes: Vec::new() }
    }

    /// The identity of a finding.
    #[must_use]
    pub fn fingerprint(&self, at: usize) -> u64 {
        self.speller.fingerprint(at)
    }
}

impl FindingSource for Spelled<'_> {
    fn len(&self) -> usize {
        self.speller.len()
    }

    fn row(&self, at: usize) -> FindingRow {
        let mut row = self.speller.row(at);
        if let Some(Some(waiver)) = self.waivers.get(at) {
            row.waiver.clone_from(waiver);
        }
        if let Some(Some(cause)) = self.causes.get(at) {
            row.cause.clone_from(cause);
        }
        row
    }
}
