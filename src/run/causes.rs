//! The few causes behind the findings, as the gate, reports and findings want them.

use std::collections::BTreeMap;

use super::Spelled;
use crate::cause::{self, Cause, Causes, CodeLines, Provenance, Settings};
use crate::checks;
use crate::finding::{Findings, Severity};
use crate::gate::{CauseCount, SeverityCounts};
use crate::mapping::{ColumnRef, Mapping, Source};
use crate::project::Project;
use crate::reconcile::Reconciliation;
use crate::report::summary::{CauseLine, ValuePair};

/// Seeks the causes of a run's findings.
#[must_use]
pub fn seek(project: &Project, run: &Reconciliation, findings: &Findings) -> Causes {
    let mut provenance = Vec::new();
    for spec in [&project.legacy, &project.new] {
        add_provenance(&mut provenance, spec.side, &spec.mapping);
    }
    let settings = Settings {
        provenance,
        systems: (project.legacy.label.clone(), project.new.label.clone()),
        ..Settings::default()
    };
    cause::explain(run, findings, &settings)
}

fn add_provenance(list: &mut Vec<Provenance>, side: crate::canonical::Side, mapping: &Mapping) {
    for block in &mapping.blocks {
        for field in &block.fields {
            let crosswalk = field.crosswalk.as_ref().and_then(|name| mapping.crosswalks.get(name));
            list.push(Provenance {
                side,
                entity: block.entity,
                field: field.field,
                column: column(&block.table, &field.source),
                mapping: format!("{} [{}.fields] {}", mapping.path.display(), block.entity, field.field),
                crosswalk: crosswalk.filter(|c| c.is_supplied()).map(|c| CodeLines {
                    file: c.path.display().to_string(),
                    lines: c.lines.iter().map(|l| (l.from.clone(), l.line)).collect(),
                }),
                owner: String::new(),
            });
        }
    }
}

fn column(table: &str, source: &Source) -> String {
    let of = |c: &ColumnRef| format!("{table}.{}", c.column);
    match source {
        Source::Column(column) => of(column),
        Source::Coalesce(columns) => columns.iter().map(of).collect::<Vec<_>>().join(" or "),
        Source::Constant(_) | Source::Concat(_) | Source::Cel(_) => table.to_owned(),
    }
}

/// The stable id of the proved cause of each finding; empty where none is proved.
#[must_use]
pub fn of_findings(causes: &Causes) -> Vec<Option<u32>> {
    let proved: BTreeMap<u32, usize> =
        causes.causes.iter().enumerate().filter(|(_, c)| c.proved).map(|(at, c)| (c.number, at)).collect();
    causes.of_finding.iter().map(|n| proved.get(n).map(|at| *at as u32)).collect()
}

/// For the gate: what of the open findings each proved cause explains.
#[must_use]
pub fn counts(causes: &Causes, run: &Reconciliation, findings: &Findings, spelled: &Spelled<'_>) -> Vec<CauseCount> {
    let mut counts: BTreeMap<u32, CauseCount> = BTreeMap::new();
    for (at, finding) in findings.rows.iter().enumerate() {
        let Some(Some(cause)) = spelled.caused_by.get(at).copied() else { continue };
        if !spelled.waiver(at).is_empty() {
            continue;
        }
        let name = || format!("cause {}", causes.causes[cause as usize].number);
        let count = counts.entry(cause).or_insert_with(|| CauseCount { name: name(), ..CauseCount::default() });
        count.open.add(finding.severity);
        if finding.severity == Severity::Major {
            *count.major_by_school.entry(checks::school(run, finding)).or_insert(0) += 1;
        }
    }
    counts.into_values().collect()
}

/// For reports: one line a cause, proved ones first.
#[must_use]
pub fn lines(causes: &Causes, open: &SeverityCounts) -> Vec<CauseLine> {
    let gap = open.critical + open.major;
    causes.causes.iter().map(|cause| line(cause, gap)).collect()
}

fn line(cause: &Cause, gap: u64) -> CauseLine {
    let gated: u64 = cause.severities.iter().filter(|(s, _)| **s >= Severity::Major).map(|(_, n)| n).sum();
    let share = if gap == 0 || !cause.proved { String::new() } else { format!("{}%", gated.min(gap) * 100 / gap) };
    CauseLine {
        number: u64::from(cause.number),
        name: cause.id.clone(),
        text: if cause.proved { cause.sentence.clone() } else { format!("{} (a hint, not proved)", cause.sentence) },
        fix_where: cause.fix.line(),
        findings: cause.findings_in_all(),
        students: cause.students_in_all,
        schools: cause.schools.iter().map(|s| s.school.clone()).collect(),
        share_of_gap: share,
        pairs: cause
            .pairs
            .iter()
            .map(|p| ValuePair { legacy: p.legacy.clone(), new: p.new.clone(), count: p.count })
            .collect(),
    }
}
