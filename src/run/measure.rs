//! What the run measured, for the gate: coverage, balances, codes and checks, as plain numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::accept::Rejected;
use super::read::SideRead;
use super::{Comparison, Reads};
use crate::canonical::{Dataset, Entity, Field, Side, Typed};
use crate::checks;
use crate::finding::Findings;
use crate::gate::measure::ControlLine;
use crate::gate::{self, Measured};
use crate::gate::{Calibration, CheckCounts, Criteria, NoticeLine, Share, SideInput, SkippedCheck, TableAccount};
use crate::mapping::{CodeIssue, IssueKind, Source, Target};
use crate::policy::Policies;
use crate::project::{CheckSetting, Project, SideSpec};
use crate::reconcile::Reconciliation;

/// One side's inputs as the gate sees them.
#[must_use]
pub fn side_input(spec: &SideSpec, read: &SideRead, schools: Vec<String>, rejected: Rejected) -> SideInput {
    let waived_files = &rejected.waived_files;
    let tables = read.tables.iter().flat_map(|table| {
        let expected = spec.expect_rows.get(&table.name).copied();
        let waived = waived_files.iter().filter(|f| table.files.contains(f)).count() as u64;
        table.balances().into_iter().map(move |b| TableAccount {
            table: match b.entity {
                Some(entity) => format!("{} -> {entity}", b.table),
                None => b.table.clone(),
            },
            records: b.records,
            rows: b.rows,
            rejected: b.rejected - waived.min(b.rejected),
            rejected_waived: waived.min(b.rejected),
            mapped: if b.holds { b.mapped } else { 0 },
            left_out: b.left_out,
            expected,
        })
    });
    SideInput {
        label: spec.label.clone(),
        as_of: Some(spec.as_of),
        files: read.files.len() as u64,
        tables: tables.collect(),
        notices: read
            .notices
            .iter()
            .map(|n| NoticeLine {
                kind: n.kind.to_owned(),
                text: format!("{}: {}", n.file, n.text),
                undecidable: n.undecidable,
            })
            .collect(),
        schools,
        rejects: rejected.kinds,
    }
}

/// Why the sides seem to be exchanged; `None` when nothing says so.
///
/// Either the exports of an earlier run stand on each other's side, or codes that a side's crosswalks do not know are
/// the codes that they lead to.
#[must_use]
pub fn sides_swapped(project: &Project, reads: &Reads, earlier: Option<&str>) -> Option<String> {
    if let Some(label) = earlier {
        return Some(format!("the exports of each side were the other side's in {label}"));
    }
    reads.sides().find_map(|(side, read)| {
        let tables = &project.side(side).mapping.crosswalks;
        let leads_to = |name: &str, raw: &str| {
            let lines = tables.get(name).map_or(&[][..], |c| &c.lines);
            lines.iter().any(|l| matches!(&l.to, Target::Code(to) if to == raw))
        };
        let foreign: BTreeSet<(&str, &str)> = read
            .issues
            .iter()
            .filter(|i| i.kind == IssueKind::Unmapped)
            .filter_map(|i| Some((i.crosswalk.as_deref()?, i.raw.as_str())))
            .filter(|(name, raw)| leads_to(name, raw))
            .collect();
        let used: usize = read.crosswalks.iter().map(|c| c.rows.iter().filter(|n| **n > 0).count()).sum();
        (foreign.len() > used.max(1)).then(|| {
            format!(
                "{} codes of the {side} side are codes that its crosswalks lead to, and {used} are codes that they \
                 start from",
                foreign.len()
            )
        })
    })
}

/// The school codes of a side's students, sorted.
#[must_use]
pub fn schools(dataset: &Dataset) -> Vec<String> {
    let Some(records) = dataset.get(Entity::Student) else { return Vec::new() };
    let Some(column) = records.column(Field::School) else { return Vec::new() };
    let used: BTreeSet<u32> = column.codes.iter().collect();
    let texts = used.into_iter().filter(|c| column.values.entry(*c).typed == Typed::Text);
    texts.map(|c| column.values.text(c).to_owned()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Which checks ran.
#[must_use]
pub fn check_counts(project: &Project, findings: &Findings, criteria: &Criteria, run: &Reconciliation) -> CheckCounts {
    let off: Vec<String> = project
        .checks
        .by_check
        .iter()
        .filter(|(_, s)| matches!(s, CheckSetting::Off))
        .map(|(name, _)| name.clone())
        .collect();
    // A check is demanded when it needs nothing but what the criteria demand to be mapped: a district that keeps no
    // program flags anywhere is told so, not stopped.
    let demanded = |entity: Entity, field: &Field| {
        Field::required(entity).contains(field)
            || criteria.required_fields.get(&entity).is_some_and(|list| list.contains(field))
    };
    let needed = |check: &dyn checks::Check| {
        let meta = check.meta();
        criteria.required.contains(&meta.entity)
            && meta.severity == crate::finding::Severity::Critical
            && meta.needs.iter().all(|f| demanded(meta.entity, f))
            && check.reads().iter().all(|(e, f)| criteria.required.contains(e) && demanded(*e, f))
    };
    let metas: BTreeMap<&str, &checks::Meta> = checks::ALL.iter().map(|c| (c.meta().name, c.meta())).collect();
    let skipped: Vec<SkippedCheck> = findings
        .skipped
        .iter()
        .map(|s| SkippedCheck {
            check: s.check.to_owned(),
            reason: s.reason.clone(),
            required: checks::by_name(s.check).is_some_and(needed),
        })
        .collect();
    let looked_at_nothing = idle_entities(findings, criteria, run, &metas);
    let reported: BTreeSet<&str> =
        findings.looked_at.keys().copied().chain(findings.skipped.iter().map(|s| s.check)).collect();
    CheckCounts {
        planned: (metas.len() - off.len().min(metas.len())) as u64,
        reported: reported.len() as u64,
        skipped,
        looked_at_nothing,
        switched_off: off,
    }
}

/// Required kinds of record that no check at all looked at although both sides have them.
fn idle_entities(
    findings: &Findings,
    criteria: &Criteria,
    run: &Reconciliation,
    metas: &BTreeMap<&str, &checks::Meta>,
) -> Vec<String> {
    let seen = |entity: Entity| {
        let of_entity =
            findings.looked_at.iter().filter(|(name, _)| metas.get(*name).is_some_and(|m| m.entity == entity));
        of_entity.map(|(_, n)| *n).max().unwrap_or(0)
    };
    let required = criteria.required.iter().filter(|e| run.compared.contains(e) && seen(**e) == 0);
    required.map(|e| format!("all of {e}")).collect()
}

/// Distinct codes that no crosswalk line covers.
#[must_use]
pub fn unmapped_codes(issues: &[&CodeIssue]) -> Vec<String> {
    let mut codes: Vec<String> = issues
        .iter()
        .filter(|i| i.kind == IssueKind::Unmapped)
        .map(|i| format!("{} {}.{} \"{}\"", i.side, i.entity, i.field, i.raw))
        .collect();
    codes.sort();
    codes.dedup();
    codes
}

/// Stored GPAs that stand on both sides, and how many are equal as numbers to the coarser side's digits or not at all
/// told by a finding.
#[must_use]
pub fn gpa_equal(run: &Reconciliation, findings: &Findings) -> Option<Share> {
    if !run.compared.contains(&Entity::Gpa) {
        return None;
    }
    let whole: u64 = (0..run.students.len() as u32)
        .filter_map(|position| run.pairs(position, Entity::Gpa))
        .map(|p| p.both().len() as u64)
        .sum();
    let differing = findings
        .rows
        .iter()
        .filter(|f| {
            f.entity == Entity::Gpa && f.field == Some(Field::Value) && f.severity > crate::finding::Severity::Info
        })
        .filter_map(|f| Some((f.legacy?, f.new?)))
        .collect::<BTreeSet<_>>()
        .len() as u64;
    Some(Share::new(whole - differing.min(whole), whole))
}

/// How well each policy reproduces what the legacy system stored.
#[must_use]
pub fn calibration(policies: &Policies, run: &Reconciliation) -> Vec<Calibration> {
    policies
        .bound(run)
        .calibrations(run)
        .into_iter()
        .map(|c| Calibration {
            kind: c.kind.clone(),
            reproduced: Share::new(c.reproduced, c.compared),
            misfits: c.shared(3),
        })
        .collect()
}

/// Every control total by school and grade.
#[must_use]
pub fn control_lines(comparison: &Comparison) -> Vec<ControlLine> {
    gate::measure::control_lines(&comparison.reconciliation, &gate::measure::Explained::by(&comparison.findings))
}

/// What was compared with what. A field to which both mappings give a constant is compared with nothing.
#[must_use]
pub fn coverage(
    project: &Project,
    comparison: &Comparison,
    criteria: &Criteria,
) -> BTreeMap<Entity, gate::EntityCoverage> {
    let constant = |side: Side, entity: Entity, field: Field| {
        let blocks = project.side(side).mapping.blocks.iter().filter(|b| b.entity == entity);
        let mut sources = blocks.filter_map(|b| b.fields.iter().find(|f| f.field == field)).peekable();
        sources.peek().is_some() && sources.all(|f| matches!(f.source, Source::Constant(_)))
    };
    let mut coverage = gate::measure::coverage(&comparison.reconciliation, criteria);
    for (entity, found) in &mut coverage {
        for (field, found) in &mut found.fields {
            found.constant = [Side::Legacy, Side::New].into_iter().all(|side| constant(side, *entity, *field));
        }
    }
    coverage
}

/// Texts that are damaged on both sides alike are seen by no comparison: then nothing can be decided.
pub fn damaged_alike(measured: &mut Measured) {
    for kind in ["mojibake", "replacement-character"] {
        let has = |input: &SideInput| input.notices.iter().any(|n| n.kind == kind);
        if has(&measured.legacy) && has(&measured.new) {
            for input in [&mut measured.legacy, &mut measured.new] {
                input.notices.iter_mut().filter(|n| n.kind == kind).for_each(|n| n.undecidable = true);
            }
        }
    }
}
