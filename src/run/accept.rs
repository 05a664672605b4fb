//! Which findings and rejected rows the project's waivers cover on the day.

use std::collections::BTreeMap;

use jiff::ZonedDateTime;

use super::{Comparison, Spelled};
use crate::canonical::{Field, Side};
use crate::extract::Reject;
use crate::finding::{Finding, FindingRow};
use crate::gate::WaiverCounts;
use crate::reconcile::Reconciliation;
use crate::report::FindingSource;
use crate::report::summary::{WaiverLine, WaiverState};
use crate::waiver::{Assessment, Status, Target, Waivers};

/// Days before its end from which a waiver is said to end soon.
const SOON: i64 = 7;

/// What the waivers make of a run.
#[derive(Debug, Default)]
pub struct Accepted {
    /// For the gate.
    pub counts: WaiverCounts,
    /// For reports.
    pub lines: Vec<WaiverLine>,
    /// Rejected rows of each side: legacy, new.
    pub rejected: [Rejected; 2],
}

/// Rejected rows of a side.
#[derive(Debug, Default)]
pub struct Rejected {
    /// Those that a waiver names, by file.
    pub waived_files: Vec<String>,
    /// Those that no waiver names, by kind.
    pub kinds: BTreeMap<String, u64>,
}

/// Holds every finding and rejected row against every waiver, and marks the covered ones.
#[must_use]
pub fn accept(comparison: &Comparison, spelled: &mut Spelled<'_>, waivers: &Waivers, at: &ZonedDateTime) -> Accepted {
    if waivers.list.is_empty() {
        let counts = WaiverCounts { assessed: true, ..WaiverCounts::default() };
        let mut accepted = Accepted { counts, ..Accepted::default() };
        for (side, (_, read)) in comparison.reads.sides().enumerate() {
            read.rejects.iter().for_each(|r| *accepted.rejected[side].kinds.entry(r.kind.to_owned()).or_default() += 1);
        }
        return accepted;
    }
    let run = &comparison.reconciliation;
    // Only findings of checks that some waiver names are spelled out: a million others need not stand in memory.
    let named = |row: &FindingRow| waivers.list.iter().any(|w| w.check == row.check);
    let rows: Vec<(usize, FindingRow, String)> = (0..spelled.len())
        .map(|i| (i, spelled.row(i)))
        .filter(|(_, row)| named(row))
        .map(|(i, row)| (i, row, course(run, &comparison.findings.rows[i])))
        .collect();
    let places: Vec<(usize, &Reject, String)> = comparison
        .reads
        .sides()
        .enumerate()
        .flat_map(|(at, (side, read))| {
            read.rejects.iter().map(move |r| (at, r, format!("{side}/{}:{}", r.file, r.record)))
        })
        .collect();
    let targets: Vec<Target<'_>> = rows
        .iter()
        .map(|(_, row, course)| Target::of(row, course))
        .chain(places.iter().map(|(_, reject, place)| Target::rejected_row(&reject.file, place)))
        .collect();
    let assessment = waivers.assess(&targets, at);
    let mut waived_by = vec![None; spelled.len()];
    for ((at, ..), covered) in rows.iter().zip(&assessment.covered_by) {
        waived_by[*at] = *covered;
    }
    let mut accepted =
        Accepted { counts: counts(&assessment), lines: lines(&assessment, waivers, at), ..Accepted::default() };
    for ((side, reject, _), covered) in places.iter().zip(&assessment.covered_by[rows.len()..]) {
        let rejected = &mut accepted.rejected[*side];
        match covered {
            Some(_) => rejected.waived_files.push(reject.file.clone()),
            None => *rejected.kinds.entry(reject.kind.to_owned()).or_default() += 1,
        }
    }
    spelled.waiver_ids = assessment.waivers.iter().map(|w| w.id.clone()).collect();
    spelled.waived_by = waived_by;
    accepted
}

/// The course that a finding is about.
fn course(run: &Reconciliation, finding: &Finding) -> String {
    let of = |side: Side, row: Option<u32>| run.dataset(side).get(finding.entity)?.text(row?, Field::Course);
    of(Side::Legacy, finding.legacy).or_else(|| of(Side::New, finding.new)).unwrap_or_default().to_owned()
}

fn counts(assessment: &Assessment) -> WaiverCounts {
    WaiverCounts {
        assessed: true,
        in_force: assessment.in_force(),
        expired: assessment.expired(),
        unused: assessment.unused(),
        over_cap: assessment.over_cap(),
        broad: assessment.over_broad(),
        unwaivable: assessment.unwaivable(),
        first_end: assessment.first_end(),
        file_blake3: String::new(),
    }
}

fn lines(assessment: &Assessment, waivers: &Waivers, at: &ZonedDateTime) -> Vec<WaiverLine> {
    let today = at.date();
    waivers
        .list
        .iter()
        .zip(&assessment.waivers)
        .map(|(waiver, outcome)| {
            let days_left = today.until(waiver.expires).map_or(0, |span| i64::from(span.get_days()));
            let scope = [&waiver.schools, &waiver.students, &waiver.courses, &waiver.refs, &waiver.files];
            let scope: Vec<&str> = scope.into_iter().flatten().map(String::as_str).collect();
            WaiverLine {
                id: waiver.id.clone(),
                scope: format!("{} {}", waiver.check, scope.join(", ")).trim_end().to_owned(),
                reason: waiver.reason.clone(),
                owner: waiver.owner.clone(),
                approver: waiver.approver.clone(),
                expires: waiver.expires.to_string(),
                days_left,
                cap: u64::from(waiver.max),
                used: outcome.covered,
                state: match outcome.status {
                    Status::Expired => WaiverState::Expired,
                    Status::Unwaivable => WaiverState::Refused,
                    _ if outcome.over_cap > 0 => WaiverState::OverCap,
                    _ if outcome.met == 0 => WaiverState::Unused,
                    _ if days_left <= SOON => WaiverState::EndsSoon,
                    _ => WaiverState::Active,
                },
            }
        })
        .collect()
}
