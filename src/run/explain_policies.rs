//! The policies' part of a student's sheet: the GPA with its working, and what graduation still needs.

use crate::canonical::Side;
use crate::policy::Policies;
use crate::policy::command::audit_text;
use crate::reconcile::Reconciliation;
use crate::report::{Section, StudentSheet};

/// Adds the working of every GPA kind below the stored GPAs, and the audits of both sides below graduation.
pub fn explain_policies(
    sheet: &mut StudentSheet,
    policies: &Policies,
    run: &Reconciliation,
    position: u32,
    labels: [&str; 2],
) {
    if policies.is_empty() {
        return;
    }
    let bound = policies.bound(run);
    let gpas = bound.explain(run, position).into_iter().flat_map(|kind| kind.lines(labels)).collect();
    add(sheet, "GPA", gpas);
    let mut audits = Vec::new();
    if let Some(requirements) = policies.requirements() {
        for side in Side::BOTH {
            if let Some(audit) = bound.audit(policies, run, position, side) {
                let text = audit_text(requirements, &audit, policies.exceptions_of(run, position, side));
                audits.push(labels[side as usize].to_owned());
                audits.extend(text.lines().skip(1).map(str::to_owned));
            }
        }
    }
    add(sheet, "GRADUATION", audits);
}

fn add(sheet: &mut StudentSheet, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    match sheet.sections.iter_mut().find(|section| section.title == title) {
        Some(section) => section.working.extend(lines),
        None => sheet.sections.push(Section { title: title.into(), working: lines, ..Section::default() }),
    }
}
