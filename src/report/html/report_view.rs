//! How the numbers of a summary are laid out in the report: widths, levels and order, never new numbers.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Samples;
use crate::finding::FindingRow;
use crate::report::summary::{AreaCoverage, CheckCounts, SchoolCounts, Summary, ValuePairs};
use crate::report::visible::{clip, clip_pair};
use crate::report::words;

/// How many schools the heat table shows.
const HEAT_SCHOOLS: usize = 40;
/// How many checks the heat table shows.
const HEAT_CHECKS: usize = 14;
/// Longest value in a sample.
const VALUE: usize = 120;

#[derive(Debug, Serialize)]
pub(super) struct SchoolBar<'a> {
    s: &'a SchoolCounts,
    critical: String,
    major: String,
    hatch: Vec<(String, String)>,
}

/// Schools with the width of their bars in per cent of the longest.
pub(super) fn schools(summary: &Summary) -> Vec<SchoolBar<'_>> {
    let longest = summary.schools.iter().map(|s| s.open.gated).max().unwrap_or(0).max(1);
    // Hundreds of bars get fewer lines each: the page must stay small.
    let step = if summary.schools.len() <= 100 { 25 } else { 90 };
    let listed = summary.schools.iter().filter(|s| !s.code.is_empty() || s.open.total > 0);
    listed
        .map(|s| {
            let critical = s.open.critical * 1000 / longest;
            let end = s.open.gated * 1000 / longest;
            let hatch = (0..)
                .map(|i| (critical + i * step + 10, critical + i * step + 25))
                .take_while(|(_, x2)| *x2 <= end)
                .map(|(x1, x2)| (tenths(x1), tenths(x2)))
                .collect();
            SchoolBar { s, critical: tenths(critical), major: tenths(end - critical), hatch }
        })
        .collect()
}

fn tenths(permille: u64) -> String {
    if permille.is_multiple_of(10) {
        (permille / 10).to_string()
    } else {
        format!("{}.{}", permille / 10, permille % 10)
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Heat<'a> {
    checks: Vec<&'a str>,
    rows: Vec<HeatRow<'a>>,
    more: bool,
}

#[derive(Debug, Serialize)]
struct HeatRow<'a> {
    name: &'a str,
    cells: Vec<HeatCell<'a>>,
}

#[derive(Debug, Serialize)]
struct HeatCell<'a> {
    text: &'a str,
    level: u8,
}

/// The table of checks by school.
pub(super) fn heat(summary: &Summary) -> Heat<'_> {
    let checks: Vec<&str> = summary
        .checks
        .iter()
        .filter(|c| c.open.gated + c.open.minor > 0)
        .take(HEAT_CHECKS)
        .map(|c| c.check.as_str())
        .collect();
    let schools: Vec<&SchoolCounts> =
        summary.schools.iter().filter(|s| s.students > 0 && s.open.gated + s.open.minor > 0).collect();
    let rows = schools.iter().take(HEAT_SCHOOLS).map(|school| {
        let known: BTreeMap<&str, &str> =
            school.checks.iter().map(|c| (c.check.as_str(), c.per_thousand.as_str())).collect();
        let cells = checks.iter().map(|check| known.get(check).map_or(HeatCell { text: "–", level: 0 }, |t| cell(t)));
        HeatRow { name: &school.name, cells: cells.collect() }
    });
    let rows: Vec<HeatRow<'_>> = if checks.is_empty() { Vec::new() } else { rows.collect() };
    Heat { more: schools.len() > HEAT_SCHOOLS, checks, rows }
}

fn cell(per_thousand: &str) -> HeatCell<'_> {
    let level = match per_thousand.parse::<u64>().unwrap_or(0) {
        0 => 0,
        1..=4 => 1,
        5..=14 => 2,
        15..=49 => 3,
        50..=149 => 4,
        _ => 5,
    };
    HeatCell { text: if per_thousand == "0" { "<1" } else { per_thousand }, level: level.max(1) }
}

#[derive(Debug, Serialize)]
pub(super) struct CheckView<'a> {
    c: &'a CheckCounts,
    pairs: Vec<ValuePairs>,
    rows: Vec<FindingRow>,
}

/// Checks with open findings, each with its frequent pairs and samples.
pub(super) fn checks<'a>(summary: &'a Summary, samples: &Samples) -> Vec<CheckView<'a>> {
    let with_findings = summary.checks.iter().filter(|c| c.open.total > 0);
    with_findings
        .map(|c| CheckView {
            c,
            // One pair that occurs once tells nothing that the sample does not.
            pairs: summary
                .pairs
                .iter()
                .filter(|p| p.check == c.check && !p.personal && p.top.iter().any(|t| t.count > 1))
                .map(clipped_pairs)
                .collect(),
            rows: samples.of(&c.check).iter().map(clipped).collect(),
        })
        .collect()
}

fn clipped_pairs(pairs: &ValuePairs) -> ValuePairs {
    let mut pairs = pairs.clone();
    for pair in &mut pairs.top {
        (pair.legacy, pair.new) = clip_pair(&pair.legacy, &pair.new, VALUE);
    }
    pairs
}

fn clipped(row: &FindingRow) -> FindingRow {
    let mut row = row.clone();
    (row.legacy_value, row.new_value) = clip_pair(&row.legacy_value, &row.new_value, VALUE);
    for text in [&mut row.student_name, &mut row.student_id, &mut row.record, &mut row.note, &mut row.cause] {
        *text = clip(text, 2 * VALUE);
    }
    row
}

/// Names of checks that ran and found nothing.
pub(super) fn clean(summary: &Summary) -> Vec<&str> {
    summary.checks.iter().filter(|c| c.open.total == 0 && c.looked_at > 0).map(|c| c.check.as_str()).collect()
}

#[derive(Debug, Serialize)]
pub(super) struct CoverageView<'a> {
    area: &'a str,
    legacy: u64,
    new: u64,
    paired: u64,
    compared: String,
    ignored: String,
    missing: String,
}

/// Fields of each area by what happened to them.
pub(super) fn coverage(summary: &Summary) -> Vec<CoverageView<'_>> {
    summary.coverage.areas.iter().map(area_coverage).collect()
}

fn area_coverage(area: &AreaCoverage) -> CoverageView<'_> {
    let named = |state: &str| {
        let fields = area.fields.iter().filter(|f| f.state == state);
        fields.map(|f| words::field(&f.field)).collect::<Vec<_>>().join(", ")
    };
    let missing = [("not-mapped-legacy", "in legacy"), ("not-mapped-new", "in new"), ("not-mapped", "on both sides")];
    let missing = missing.map(|(state, place)| (named(state), place));
    let missing =
        missing.iter().filter(|(names, _)| !names.is_empty()).map(|(names, place)| format!("{place}: {names}"));
    CoverageView {
        area: &area.area,
        legacy: area.legacy,
        new: area.new,
        paired: area.paired,
        compared: named("compared"),
        ignored: named("ignored"),
        missing: missing.collect::<Vec<_>>().join("; "),
    }
}
