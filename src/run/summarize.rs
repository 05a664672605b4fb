//! The run's numbers, once, for every report.

use std::collections::BTreeMap;

use jiff::ZonedDateTime;

use super::read::SideRead;
use super::{Judged, Reads};
use crate::canonical::{Entity, Field, Side};
use crate::checks;
use crate::gate::{EntityCoverage, State, Verdict};
use crate::project::{CheckSetting, Project};
use crate::reconcile::Reconciliation;
use crate::report::summary::{
    AreaCoverage, Candidate, Coverage, Criterion, Decision, FieldCoverage, IgnoredLine, Known, Matching, NotChecked,
    NoticeLine, Orphans, Outcome, Reason, RunInfo, SCHEMA, Sensitivity, SkippedLine, Summary, Tally,
    Verdict as VerdictLine, percent,
};

/// Pairs of values that are kept for each check and field.
const PAIRS: usize = 10;

/// Everything of a summary that is known before the gate decides.
#[must_use]
pub fn summarize(
    project: &Project,
    reads: &Reads,
    judged: &Judged<'_>,
    tally: Tally,
    started: &ZonedDateTime,
) -> Summary {
    let run = judged.reconciliation;
    let mut summary = Summary {
        schema: SCHEMA,
        run: run_info(project, started),
        matching: matching(run),
        coverage: coverage(project, reads, run, judged.coverage),
        method: super::method::method(project, reads),
        notices: notices(reads),
        skipped: judged
            .findings
            .skipped
            .iter()
            .map(|s| SkippedLine { check: s.check.to_owned(), reason: s.reason.clone() })
            .collect(),
        ..Summary::default()
    };
    summary.students.compared = run.matching.paired;
    summary.students.values_compared = values_compared(run);
    tally.fill(&mut summary, &known(project, judged));
    summary
}

/// Writes the gate's answer into the summary.
pub fn add_decision(summary: &mut Summary, decision: &crate::gate::Decision, decided_from: String) {
    let reasons = decision.verdict.reasons();
    summary.verdict = VerdictLine {
        decision: match decision.verdict {
            Verdict::Go(_) => Decision::Go,
            Verdict::NoGo { .. } => Decision::NoGo,
            Verdict::CannotDecide { .. } => Decision::CannotDecide,
        },
        exit_code: decision.exit_code() as u8,
        reasons: reasons.iter().map(|r| Reason { text: r.sentence.clone(), fix: r.fix.clone() }).collect(),
        criteria: criteria(decision),
        failed: decision.criteria.iter().filter(|c| c.state != State::Pass).count() as u64,
        would_pass: decision.would_pass.join("; "),
        decided_from,
        sensitivity: summary.verdict.sensitivity.take(),
    };
    summary.next = next_steps(summary);
}

/// Writes what the sensitivity probe found into the summary.
pub fn add_sensitivity(summary: &mut Summary, result: Option<&crate::gate::SensitivityResult>) {
    summary.verdict.sensitivity = result.map(|r| Sensitivity {
        planted: r.planted,
        caught: r.caught,
        blind: r.survivors.iter().map(|s| s.blind.clone()).collect(),
    });
}

fn criteria(decision: &crate::gate::Decision) -> Vec<Criterion> {
    let mut lines: Vec<Criterion> = decision
        .criteria
        .iter()
        .map(|c| Criterion {
            name: c.name.to_owned(),
            label: c.name.to_owned(),
            outcome: match c.state {
                // A limit of nought or of all has no spare by its nature; only a threshold that is just met is tight.
                State::Pass if c.margin == "no spare" && c.limit.contains('%') => Outcome::Tight,
                State::Pass => Outcome::Pass,
                State::Fail => Outcome::Fail,
                State::Undecided => Outcome::Unknown,
            },
            measured: c.measured.clone(),
            limit: c.limit.clone(),
            margin: c.margin.clone(),
        })
        .collect();
    lines.sort_by_key(|c| match c.outcome {
        Outcome::Unknown => 0,
        Outcome::Fail => 1,
        Outcome::Tight => 2,
        Outcome::Pass => 3,
    });
    lines
}

fn next_steps(summary: &Summary) -> Vec<String> {
    let mut next = Vec::new();
    if summary.verdict.decision != Decision::Go {
        next.push("rollproof gate".to_owned());
    }
    if let Some(check) = summary.checks.iter().find(|c| c.open.total > 0) {
        next.push(format!("rollproof rule {}", check.check));
    }
    next
}

fn run_info(project: &Project, started: &ZonedDateTime) -> RunInfo {
    let cutover = project.migration.cutover;
    let days = cutover.and_then(|c| started.date().until(c).ok()).map(|span| i64::from(span.get_days()));
    RunInfo {
        label: project.label.clone(),
        id: String::new(),
        district: project.migration.district.clone(),
        legacy: project.legacy.label.clone(),
        new: project.new.label.clone(),
        legacy_as_of: project.legacy.as_of.to_string(),
        new_as_of: project.new.as_of.to_string(),
        started: started.strftime("%Y-%m-%d %H:%M %Z").to_string(),
        cutover: cutover.map_or_else(String::new, |c| c.to_string()),
        days_to_cutover: days,
    }
}

fn known(project: &Project, judged: &Judged<'_>) -> Known {
    let off = |name: &str| matches!(project.checks.by_check.get(name), Some(CheckSetting::Off));
    let run = judged.reconciliation;
    Known {
        checks: checks::ALL
            .iter()
            .map(|c| c.meta())
            .filter(|m| !off(m.name))
            .map(|m| {
                let looked_at = judged.findings.looked_at.get(m.name).copied().unwrap_or(0);
                (m.name.to_owned(), m.entity.name().to_owned(), m.summary.to_owned(), looked_at)
            })
            .collect(),
        schools: students_by_school(run, &super::school_names::school_names(project)),
        areas: run.compared.iter().map(|e| e.name().to_owned()).collect(),
        pairs: PAIRS,
    }
}

/// Every school of either side: code, name (the code where nobody gave one), students of the legacy side.
fn students_by_school(run: &Reconciliation, names: &BTreeMap<String, String>) -> Vec<(String, String, u64)> {
    let mut schools: BTreeMap<String, u64> = BTreeMap::new();
    for side in [Side::New, Side::Legacy] {
        let Some(records) = run.dataset(side).get(Entity::Student) else { continue };
        for row in 0..records.len() as u32 {
            if let Some(code) = records.text(row, Field::School) {
                let count = schools.entry(code.to_owned()).or_insert(0);
                *count += u64::from(side == Side::Legacy);
            }
        }
    }
    let name = |code: &String| names.get(code).unwrap_or(code).clone();
    schools.into_iter().map(|(code, students)| (code.clone(), name(&code), students)).collect()
}

fn matching(run: &Reconciliation) -> Matching {
    let m = &run.matching;
    Matching {
        legacy: m.legacy,
        new: m.new,
        paired: m.paired,
        percent: percent(m.paired, m.legacy),
        legacy_only: m.legacy - m.paired.min(m.legacy),
        new_only: m.new - m.paired.min(m.new),
        candidates: m
            .candidates
            .iter()
            .map(|(name, paired)| Candidate {
                name: name.clone(),
                paired: *paired,
                percent: percent(*paired, m.legacy),
            })
            .collect(),
        suggestions: m.suggestions.len() as u64,
        swapped: m.swapped.len() as u64,
        duplicates: m.duplicates.len() as u64,
        ambiguous: ambiguous(run),
        orphans: m
            .orphans
            .iter()
            .map(|(entity, (l, n))| Orphans {
                area: entity.name().to_owned(),
                legacy: l.len() as u64,
                new: n.len() as u64,
            })
            .collect(),
    }
}

fn ambiguous(run: &Reconciliation) -> u64 {
    let of = |position| {
        run.compared.iter().filter_map(|e| run.pairs(position, *e)).map(|p| p.ambiguous().count() as u64).sum::<u64>()
    };
    (0..run.students.len() as u32).map(of).sum()
}

fn values_compared(run: &Reconciliation) -> u64 {
    let mut total = 0;
    for entity in &run.compared {
        let (Some(l), Some(n)) = (run.legacy.get(*entity), run.new.get(*entity)) else { continue };
        let fields = l.fields().filter(|f| n.has(*f)).count() as u64;
        let pairs = match entity {
            Entity::Student => run.matching.paired,
            Entity::Course => run.courses.both.len() as u64,
            _ => (0..run.students.len() as u32)
                .filter_map(|p| run.pairs(p, *entity))
                .map(|p| p.both().len() as u64)
                .sum(),
        };
        total += fields * pairs;
    }
    total
}

fn coverage(
    project: &Project,
    reads: &Reads,
    run: &Reconciliation,
    measured: &BTreeMap<Entity, EntityCoverage>,
) -> Coverage {
    let mut coverage = Coverage::default();
    for entity in Entity::ALL {
        let (legacy, new) = (run.legacy.get(entity), run.new.get(entity));
        match (legacy, new) {
            (Some(l), Some(n)) => {
                let fields = fields(project, entity, run);
                coverage.fields_compared += fields.iter().filter(|f| f.state == "compared").count() as u64;
                coverage.areas.push(AreaCoverage {
                    area: entity.name().to_owned(),
                    legacy: l.len() as u64,
                    new: n.len() as u64,
                    paired: measured.get(&entity).map_or(0, |c| c.pairs),
                    fields,
                });
            }
            (None, None) => coverage.not_checked.push(not_checked(entity, "neither system's mapping has it")),
            (Some(_), None) => coverage.not_checked.push(not_checked(entity, "only the legacy mapping has it")),
            (None, Some(_)) => coverage.not_checked.push(not_checked(entity, "only the new mapping has it")),
        }
    }
    unmapped_fields(&mut coverage);
    for (name, setting) in &project.checks.by_check {
        if matches!(setting, CheckSetting::Off) {
            coverage.ignored.push(IgnoredLine { what: name.clone(), setting: "checks: off".into(), differences: None });
        }
    }
    for (entity, field) in &project.checks.ignore_fields {
        let what = format!("{entity}.{field}");
        coverage.ignored.push(IgnoredLine { what, setting: "checks.ignore_fields".into(), differences: None });
    }
    if project.policies.gpa.is_empty() {
        coverage.not_checked.push(NotChecked { what: "gpa (recomputed)".into(), why: "no policy is named".into() });
    }
    columns_not_mapped(&mut coverage, reads);
    coverage
}

fn not_checked(entity: Entity, why: &str) -> NotChecked {
    let what = if entity == Entity::Gpa { "gpa (stored)".to_owned() } else { entity.name().to_owned() };
    NotChecked { what, why: why.to_owned() }
}

/// One line an area for the fields that only one side maps, so that a blind field is never missing from the report.
fn unmapped_fields(coverage: &mut Coverage) {
    for area in &coverage.areas {
        let blind: Vec<&str> = area
            .fields
            .iter()
            .filter(|f| matches!(f.state.as_str(), "not-mapped-legacy" | "not-mapped-new"))
            .map(|f| f.field.as_str())
            .collect();
        if !blind.is_empty() {
            let what = format!("{}: {}", area.area, blind.join(", "));
            coverage.not_checked.push(NotChecked { what, why: "only one mapping has it".into() });
        }
    }
}

fn columns_not_mapped(coverage: &mut Coverage, reads: &Reads) {
    for (side, read) in reads.sides() {
        let mut by_table: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (table, column) in &read.not_mapped {
            by_table.entry(table).or_default().push(column);
        }
        for (table, columns) in by_table {
            let what = format!("{side} {table}: {}", columns.join(", "));
            coverage.not_checked.push(NotChecked { what, why: "columns that the mapping does not use".into() });
        }
    }
}

fn fields(project: &Project, entity: Entity, run: &Reconciliation) -> Vec<FieldCoverage> {
    let has = |side: Side, field| run.dataset(side).get(entity).is_some_and(|r| r.has(field));
    let state = |field: Field| match (has(Side::Legacy, field), has(Side::New, field)) {
        _ if project.checks.ignore_fields.contains(&(entity, field)) => "ignored",
        (true, true) => "compared",
        (true, false) => "not-mapped-new",
        (false, true) => "not-mapped-legacy",
        (false, false) => "not-mapped",
    };
    Field::of(entity)
        .iter()
        .map(|f| FieldCoverage { field: f.name().to_owned(), state: state(*f).to_owned() })
        .collect()
}

fn notices(reads: &Reads) -> Vec<NoticeLine> {
    let mut lines: Vec<NoticeLine> = reads
        .sides()
        .flat_map(|(side, read): (Side, &SideRead)| {
            read.notices.iter().map(move |n| NoticeLine {
                side: side.name().to_owned(),
                file: n.file.clone(),
                kind: n.kind.to_owned(),
                text: n.text.clone(),
            })
        })
        .collect();
    lines.sort();
    lines.dedup();
    lines
}
