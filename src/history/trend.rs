//! The burn-down over rehearsals, and how many are still needed: said with its range, never promised.

use super::{History, RunState};
use crate::error::Error;
use crate::gate::SeverityCounts;

/// One rehearsal of the trend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrendPoint {
    /// Label of the run.
    pub label: String,
    /// Id of the run.
    pub run: String,
    /// When it began.
    pub started: String,
    /// Open findings.
    pub open: SeverityCounts,
    /// Waived findings.
    pub waived: SeverityCounts,
    /// `go`, `no-go`, `cannot-decide`, or `not decided`.
    pub verdict: String,
}

/// How many rehearsals are still needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// If every step is as good as the best one so far; `None` when that never ends.
    pub least: Option<u32>,
    /// If every step is as bad as the worst one so far; `None` when that never ends.
    pub most: Option<u32>,
    /// One sentence, with the uncertainty said.
    pub sentence: String,
}

impl History {
    /// The newest whole run of every label, oldest first.
    ///
    /// # Errors
    /// When the store can not be read.
    pub fn trend(&self) -> Result<Vec<TrendPoint>, Error> {
        let mut newest = std::collections::BTreeMap::new();
        for run in self.runs()?.into_iter().filter(|r| r.whole) {
            newest.insert(run.label.clone(), run);
        }
        let mut runs: Vec<_> = newest.into_values().collect();
        runs.sort_by_key(|r| r.number);
        let point = |run: super::RunRecord| {
            let decided = run.verdict.filter(|_| run.state != RunState::Recorded);
            TrendPoint {
                label: run.label,
                run: run.id,
                started: run.started,
                open: run.open,
                waived: run.waived,
                verdict: decided.unwrap_or_else(|| "not decided".into()),
            }
        };
        Ok(runs.into_iter().map(point).collect())
    }
}

/// Steps until a count that shrinks by `part / whole` a step is at most `limit`; `None` when it never is.
fn steps(mut open: u64, (part, whole): (u64, u64), limit: u64) -> Option<u32> {
    let mut n = 0;
    while open > limit {
        let next = u64::try_from(u128::from(open) * u128::from(part) / u128::from(whole.max(1))).ok()?;
        if next >= open {
            return None;
        }
        open = next;
        n += 1;
    }
    Some(n)
}

/// Rehearsals still needed until the open gated findings are at most `limit`, from the counts of the rehearsals so
/// far, oldest first.
#[must_use]
pub fn estimate(open: &[u64], limit: u64) -> Estimate {
    let Some(now) = open.last().copied().filter(|n| *n > limit) else {
        let sentence = if open.is_empty() { "No rehearsal yet." } else { "The open findings are within the limit." };
        let needed = (!open.is_empty()).then_some(0);
        return Estimate { least: needed, most: needed, sentence: sentence.into() };
    };
    let ratios: Vec<(u64, u64)> = open.windows(2).filter(|w| w[0] > 0).map(|w| (w[1], w[0])).collect();
    if ratios.len() < 2 {
        let sentence =
            format!("{now} open, {limit} allowed; too few rehearsals to say how many more it takes (3 are needed).");
        return Estimate { least: None, most: None, sentence };
    }
    let by_share = |a: &&(u64, u64), b: &&(u64, u64)| {
        (u128::from(a.0) * u128::from(b.1)).cmp(&(u128::from(b.0) * u128::from(a.1)))
    };
    let of = |ratio: Option<&(u64, u64)>| ratio.and_then(|r| steps(now, *r, limit));
    let (least, most) = (of(ratios.iter().min_by(by_share)), of(ratios.iter().max_by(by_share)));
    let range = match (least, most) {
        (Some(a), Some(b)) if a == b => format!("about {a} more"),
        (Some(a), Some(b)) => format!("{a} to {b} more"),
        (Some(a), None) => format!("at least {a} more, without end at the pace of the worst step"),
        (None, _) => "no end in sight at any pace so far".into(),
    };
    let sentence = format!("{now} open, {limit} allowed: {range}, from {} steps so far; no promise.", ratios.len());
    Estimate { least, most, sentence }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_says_its_range() {
        let e = estimate(&[1000, 500, 100], 0);
        assert_eq!((e.least, e.most), (Some(3), Some(7)));
        assert_eq!(e.sentence, "100 open, 0 allowed: 3 to 7 more, from 2 steps so far; no promise.");
    }

    #[test]
    fn a_step_backwards_has_no_upper_end() {
        let e = estimate(&[100, 50, 60], 0);
        assert_eq!((e.least, e.most), (Some(6), None));
    }

    #[test]
    fn two_rehearsals_are_too_few() {
        assert_eq!(estimate(&[100, 50], 0).least, None);
        assert_eq!(estimate(&[100, 0], 0).most, Some(0));
        assert_eq!(estimate(&[], 0).least, None);
    }
}
