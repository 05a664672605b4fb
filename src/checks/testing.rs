//! What checks say about two small datasets, in short lines.

use super::run::run_all;
use super::settings::CheckSettings;
use super::spell::spell;
use crate::finding::{FindingRow, Findings};
use crate::policy::Policies;
use crate::reconcile::fixture::sides;
use crate::reconcile::{MatchRules, Reconciliation, reconcile};

/// Both sides paired. A text without students gets student 1.
pub(crate) fn paired(legacy: &str, new: &str) -> Reconciliation {
    let whole = |text: &str| {
        if text.contains("student: ") || text.starts_with("course: ") {
            text.to_owned()
        } else {
            format!("student: student_id\n1\n{text}")
        }
    };
    let (legacy, new) = sides(&whole(legacy), &whole(new));
    reconcile(legacy, new, &MatchRules::default())
}

/// All findings.
pub(crate) fn checked(legacy: &str, new: &str) -> (Reconciliation, Findings) {
    let run = paired(legacy, new);
    let findings = run_all(&run, &Policies::default(), &CheckSettings::default());
    (run, findings)
}

/// All findings, spelled out.
pub(crate) fn rows(legacy: &str, new: &str) -> Vec<FindingRow> {
    let (run, findings) = checked(legacy, new);
    spell(&run, &findings).collect()
}

/// The findings of one check: `severity field change values (note)`; the record instead of the field where the whole
/// record is meant or no student is.
pub(crate) fn found(check: &str, legacy: &str, new: &str) -> Vec<String> {
    rows(legacy, new).into_iter().filter(|r| r.check == check).map(|r| line(&r)).collect()
}

pub(crate) fn line(row: &FindingRow) -> String {
    let note = if row.note.is_empty() { String::new() } else { format!("({})", row.note) };
    let record = if row.record.is_empty() { format!("student {}", row.student_id) } else { row.record.clone() };
    let pair = row.change == "->";
    let parts: Vec<&str> = if pair && row.student_id.is_empty() {
        vec![row.severity.name(), &row.field, "->", &record, &row.legacy_value, "->", &row.new_value, &note]
    } else if pair && !row.field.is_empty() {
        vec![row.severity.name(), &row.field, &row.legacy_value, "->", &row.new_value, &note]
    } else if pair && row.legacy_value.is_empty() {
        vec![row.severity.name(), "->", &record, &note]
    } else if pair {
        vec![row.severity.name(), "->", &record, &row.legacy_value, "->", &row.new_value, &note]
    } else {
        vec![row.severity.name(), &row.field, &row.change, &record, &row.legacy_value, &row.new_value, &note]
    };
    parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ")
}
