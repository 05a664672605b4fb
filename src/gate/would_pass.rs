//! What would make the gate pass: the fewest causes, biggest first, and the fix of everything else.

use std::collections::BTreeMap;

use super::obligations::plural;
use super::{CauseCount, Criteria, Measured, SeverityCounts, Verdict};

/// One sentence for each thing to do; empty for GO.
pub(super) fn would_pass(verdict: &Verdict, measured: &Measured, criteria: &Criteria) -> Vec<String> {
    const COUNTED: [&str; 4] = ["critical-open", "major-open", "minor-open", "major-per-school"];
    let reasons = verdict.reasons();
    let mut sentences = Vec::new();
    if reasons.iter().any(|r| COUNTED.contains(&r.code.as_ref())) {
        sentences.push(causes(measured, criteria));
    }
    for reason in reasons.iter().filter(|r| !COUNTED.contains(&r.code.as_ref()) && r.code != "rehearsals-not-clean") {
        let sentence = format!("{}: {}", reason.code, reason.fix);
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    sentences
}

/// Open findings that are left when causes are fixed.
struct Left {
    counts: SeverityCounts,
    major_by_school: BTreeMap<String, u64>,
}

impl Left {
    fn without(&self, cause: &CauseCount) -> Self {
        let (a, b) = (&self.counts, &cause.open);
        let counts = SeverityCounts {
            critical: a.critical.saturating_sub(b.critical),
            major: a.major.saturating_sub(b.major),
            minor: a.minor.saturating_sub(b.minor),
            info: a.info.saturating_sub(b.info),
        };
        let mut major_by_school = self.major_by_school.clone();
        for (school, n) in &cause.major_by_school {
            if let Some(left) = major_by_school.get_mut(school) {
                *left = left.saturating_sub(*n);
            }
        }
        Self { counts, major_by_school }
    }

    /// How many findings stand above the limits.
    fn excess(&self, criteria: &Criteria) -> u64 {
        let over = |n: u64, limit: Option<u64>| limit.map_or(0, |l| n.saturating_sub(l));
        over(self.counts.critical, Some(criteria.critical))
            + over(self.counts.major, Some(criteria.major))
            + over(self.counts.minor, criteria.minor)
            + self.major_by_school.values().map(|n| over(*n, criteria.major_per_school)).sum::<u64>()
    }
}

/// Takes the cause that lowers the excess most, again and again, until nothing stands above the limits.
fn causes(measured: &Measured, criteria: &Criteria) -> String {
    let schools = measured.findings.open_by_school.iter().map(|(s, c)| (s.clone(), c.major)).collect();
    let mut left = Left { counts: measured.findings.open, major_by_school: schools };
    let mut open: Vec<(usize, &CauseCount)> = measured.causes.iter().enumerate().collect();
    let mut fixed: Vec<usize> = Vec::new();
    while left.excess(criteria) > 0 {
        let best = open.iter().enumerate().min_by_key(|(_, (n, c))| (left.without(c).excess(criteria), *n));
        let Some((at, (number, cause))) = best.map(|(at, found)| (at, *found)) else { break };
        let next = left.without(cause);
        if next.excess(criteria) == left.excess(criteria) {
            break;
        }
        left = next;
        fixed.push(number);
        open.remove(at);
    }
    fixed.sort_unstable();
    let names: Vec<String> =
        fixed.iter().filter_map(|n| measured.causes.get(*n).map(|c| format!("{} ({})", n + 1, c.name))).collect();
    let rest = format!("{} critical, {} major", left.counts.critical, left.counts.major);
    let excess = left.excess(criteria);
    match (names.is_empty(), excess) {
        (true, _) => format!("no known cause explains what is open: {} above the limits", plural(excess, "finding")),
        (false, 0) => format!(
            "if {} fixed: {} (then {rest})",
            if names.len() == 1 { "this cause is" } else { "these causes are" },
            names.join(", ")
        ),
        (false, _) => {
            format!("fix {} (then {rest}); {} above the limits remain", names.join(", "), plural(excess, "finding"))
        }
    }
}
