//! The first findings of each check, for the report. Findings come in report order, so the first are those with the
//! smallest keys, whatever the number of threads.

use std::collections::BTreeMap;

use crate::finding::FindingRow;
use crate::report::privacy::Privacy;

/// How many findings of one check are kept.
const KEPT: usize = 40;

/// Open findings that the report shows as samples.
#[derive(Debug, Default)]
pub struct Samples {
    checks: BTreeMap<String, Vec<FindingRow>>,
    privacy: Privacy,
}

impl Samples {
    /// Samples as readers of the report may see them.
    #[must_use]
    pub fn new(privacy: Privacy) -> Self {
        Self { checks: BTreeMap::new(), privacy }
    }

    /// Considers a finding. Findings come in report order.
    pub fn add(&mut self, row: &FindingRow) {
        if !row.waiver.is_empty() {
            return;
        }
        let kept = self.checks.entry(row.check.clone()).or_default();
        if kept.len() < KEPT {
            kept.push(self.privacy.apply(row.clone()));
        }
    }

    /// The samples of a check.
    #[must_use]
    pub fn of(&self, check: &str) -> &[FindingRow] {
        self.checks.get(check).map_or(&[], Vec::as_slice)
    }
}
