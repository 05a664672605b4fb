//! Where reports get findings from, spelled out one at a time, so that a million of them never stand in memory at once.

use crate::finding::FindingRow;

/// Findings in report order: worst grouped later by each form, all findings of one student together here.
pub trait FindingSource: Sync {
    /// How many findings there are.
    fn len(&self) -> usize;

    /// The finding at a position below [`FindingSource::len`].
    fn row(&self, at: usize) -> FindingRow;

    /// True when there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl FindingSource for [FindingRow] {
    fn len(&self) -> usize {
        <[FindingRow]>::len(self)
    }

    fn row(&self, at: usize) -> FindingRow {
        self[at].clone()
    }
}

impl FindingSource for Vec<FindingRow> {
    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn row(&self, at: usize) -> FindingRow {
        self[at].clone()
    }
}
