//! Findings with their texts, their waivers and their first rehearsal, one at a time.

use crate::checks::Speller;
use crate::finding::{FindingRow, Findings};
use crate::reconcile::Reconciliation;
use crate::report::FindingSource;

/// All findings of a run, spelled out on demand.
#[derive(Debug)]
pub struct Spelled<'a> {
    speller: Speller<'a>,
    /// Ids of the waivers.
    pub waiver_ids: Vec<String>,
    /// By finding: position of the waiver that covers it; empty when there are no waivers.
    pub waived_by: Vec<Option<u32>>,
    /// Stable ids of the causes.
    pub cause_ids: Vec<String>,
    /// The causes as people read them.
    pub cause_words: Vec<String>,
    /// By finding: position of the proved cause that explains it; empty when causes were not sought.
    pub caused_by: Vec<Option<u32>>,
    /// By finding: label of the run in which it was first seen; empty when that is not known yet.
    pub first_seen: Vec<Option<String>>,
    /// Label of this run, for what it saw first.
    pub label: String,
}

impl<'a> Spelled<'a> {
    /// The findings of a run, without waivers and history.
    #[must_use]
    pub fn new(run: &'a Reconciliation, findings: &'a Findings, label: &str) -> Self {
        Self {
            speller: Speller::new(run, findings),
            waiver_ids: Vec::new(),
            waived_by: Vec::new(),
            cause_ids: Vec::new(),
            cause_words: Vec::new(),
            caused_by: Vec::new(),
            first_seen: Vec::new(),
            label: label.to_owned(),
        }
    }

    /// Id of the waiver that covers a finding; empty when none does.
    #[must_use]
    pub fn waiver(&self, at: usize) -> &str {
        let by = self.waived_by.get(at).copied().flatten();
        by.and_then(|w| self.waiver_ids.get(w as usize)).map_or("", String::as_str)
    }

    /// Id of the proved cause that explains a finding; empty when none does.
    #[must_use]
    pub fn cause(&self, at: usize) -> &str {
        let by = self.caused_by.get(at).copied().flatten();
        by.and_then(|c| self.cause_ids.get(c as usize)).map_or("", String::as_str)
    }

    /// The same findings, with causes as people read them instead of their ids.
    #[must_use]
    pub const fn in_words(&self) -> InWords<'_> {
        InWords(self)
    }

    /// The identity of a finding, as rows write it.
    #[must_use]
    pub fn fingerprint(&self, at: usize) -> String {
        format!("{:016x}", self.speller.fingerprint(at))
    }
}

/// Findings whose causes are told in words: for packs and screens.
#[derive(Debug)]
pub struct InWords<'a>(&'a Spelled<'a>);

impl FindingSource for InWords<'_> {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn row(&self, at: usize) -> FindingRow {
        let mut row = self.0.row(at);
        let by = self.0.caused_by.get(at).copied().flatten();
        by.and_then(|c| self.0.cause_words.get(c as usize)).map_or("", String::as_str).clone_into(&mut row.cause);
        row
    }
}

impl FindingSource for Spelled<'_> {
    fn len(&self) -> usize {
        self.speller.len()
    }

    fn row(&self, at: usize) -> FindingRow {
        let mut row = self.speller.row(at);
        self.waiver(at).clone_into(&mut row.waiver);
        self.cause(at).clone_into(&mut row.cause);
        let first = self.first_seen.get(at).and_then(Option::as_deref);
        first.unwrap_or(&self.label).clone_into(&mut row.first_seen);
        row
    }
}
