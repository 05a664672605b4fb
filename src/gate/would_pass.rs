//! What would make the gate pass: the fewest causes, biggest first, and the fix of everything else.

use std::collections::BTreeMap;

use super::obligations::plural;
use super::{Criteria, Measured, SeverityCounts, Verdict};

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

/// Open findings that are left when some causes are fixed.
struct Left {
    counts: SeverityCounts,
    major_by_school: BTreeMap<String, u64>,
}

impl Left {
    /// What the proofs of the causes foretell: their own findings go, those that they share with others go when all of
    /// these are fixed, and records that agree today may break.
    fn after(measured: &Measured, fixed: &[usize]) -> Self {
        let schools = measured.findings.open_by_school.iter().map(|(s, c)| (s.clone(), c.major)).collect();
        let mut left = Self { counts: measured.findings.open, major_by_school: schools };
        let numbers: Vec<u64> = fixed.iter().map(|at| number(measured, *at)).collect();
        for cause in fixed.iter().filter_map(|at| measured.causes.get(*at)) {
            left.take(&cause.open, &cause.major_by_school);
            for shared in cause.shared.iter().filter(|s| s.with.iter().all(|n| numbers.contains(n))) {
                left.take(&shared.open, &shared.major_by_school);
            }
        }
        for breaks in fixed.iter().filter_map(|at| measured.causes.get(*at)).map(|c| c.breaks) {
            left.counts.critical += breaks.critical;
            left.counts.major += breaks.major;
            left.counts.minor += breaks.minor;
            left.counts.info += breaks.info;
        }
        left
    }

    fn take(&mut self, open: &SeverityCounts, major_by_school: &BTreeMap<String, u64>) {
        let a = self.counts;
        self.counts = SeverityCounts {
            critical: a.critical.saturating_sub(open.critical),
            major: a.major.saturating_sub(open.major),
            minor: a.minor.saturating_sub(open.minor),
            info: a.info.saturating_sub(open.info),
        };
        for (school, n) in major_by_school {
            if let Some(left) = self.major_by_school.get_mut(school) {
                *left = left.saturating_sub(*n);
            }
        }
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

/// The number that lists of causes show.
fn number(measured: &Measured, at: usize) -> u64 {
    measured.causes.get(at).map(|c| c.number).filter(|n| *n > 0).unwrap_or(at as u64 + 1)
}

/// Takes the cause that lowers the excess most, again and again, until nothing stands above the limits.
fn causes(measured: &Measured, criteria: &Criteria) -> String {
    let excess = |fixed: &[usize]| Left::after(measured, fixed).excess(criteria);
    let with = |fixed: &[usize], at: usize| [fixed, &[at]].concat();
    let mut fixed: Vec<usize> = Vec::new();
    let mut open: Vec<usize> = (0..measured.causes.len()).collect();
    while excess(&fixed) > 0 {
        let Some(best) = open.iter().copied().min_by_key(|at| (excess(&with(&fixed, *at)), *at)) else { break };
        if excess(&with(&fixed, best)) >= excess(&fixed) {
            break;
        }
        fixed.push(best);
        open.retain(|at| *at != best);
    }
    fixed.sort_unstable_by_key(|at| number(measured, *at));
    let named = |at: &usize| {
        let cause = measured.causes.get(*at)?;
        Some(format!("{} ({})", number(measured, *at), cause.name))
    };
    let names: Vec<String> = fixed.iter().filter_map(named).collect();
    let left = Left::after(measured, &fixed);
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
