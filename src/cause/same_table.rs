//! One wrong code table shows in every field that goes through it: in some as a table, in others, where the codes happen
//! to follow each other, as a rule. All of it is one cause.

use super::group::Sort;
use super::pattern::Pattern;
use super::prove::Draft;
use super::relate::are_sisters;
use crate::finding::Findings;
use crate::reconcile::Reconciliation;

/// Findings of a field that are held against the table of another.
const LOOKED_AT: usize = 2_000;

/// True when the table of one of two causes made the changes of the other.
pub(super) fn is_same_table(run: &Reconciliation, findings: &Findings, a: &Draft, b: &Draft) -> bool {
    let are_values = a.kind.sort == Sort::Values && b.kind.sort == Sort::Values;
    let are_one = a.kind.field.zip(b.kind.field).is_some_and(|(a, b)| a == b || are_sisters(a, b));
    if !are_values || !are_one || !a.condition.is_empty() || !b.condition.is_empty() {
        return false;
    }
    match (&a.pattern, &b.pattern) {
        // A line more of the table, where other records show another rule.
        (Pattern::Table(lines), Pattern::Pair(from, to)) | (Pattern::Pair(from, to), Pattern::Table(lines)) => {
            line(lines, from).is_none_or(|known| known == to)
        }
        (Pattern::Table(lines), _) => is_made_by(run, findings, lines, b),
        (_, Pattern::Table(lines)) => is_made_by(run, findings, lines, a),
        _ => false,
    }
}

/// True when most codes of a draft's findings stand in the table, and nearly all of these became what the table says.
fn is_made_by(run: &Reconciliation, findings: &Findings, lines: &[(String, String)], draft: &Draft) -> bool {
    let (entity, Some(field)) = (draft.kind.entity, draft.kind.field) else { return false };
    let (Some(legacy), Some(new)) = (run.legacy.get(entity), run.new.get(entity)) else { return false };
    let (mut looked, mut known, mut fits) = (0usize, 0usize, 0usize);
    let step = draft.findings.len().div_ceil(LOOKED_AT).max(1);
    for finding in draft.findings.iter().step_by(step).map(|f| &findings.rows[*f as usize]) {
        let texts = finding.legacy.zip(finding.new).map(|(l, n)| (legacy.text(l, field), new.text(n, field)));
        let Some((from, to)) = texts.filter(|_| finding.entity == entity && finding.field == Some(field)) else {
            continue;
        };
        looked += 1;
        if let Some(said) = line(lines, from.unwrap_or_default()) {
            known += 1;
            fits += usize::from(said == to.unwrap_or_default());
        }
    }
    known > 0 && known * 2 >= looked && fits * 100 >= known * 98
}

/// What the table makes of a code; its lines are in order of codes.
fn line<'t>(lines: &'t [(String, String)], from: &str) -> Option<&'t str> {
    let at = lines.binary_search_by(|(line, _)| line.as_str().cmp(from)).ok()?;
    Some(&lines[at].1)
}

/// The pattern of two causes that are one table.
pub(super) fn both(a: Pattern, b: Pattern) -> Pattern {
    match (a, b) {
        (Pattern::Table(mut lines), Pattern::Table(more)) => {
            // Of two that differ the first stays: it is that of more findings.
            lines.extend(more);
            lines.sort_by(|a, b| a.0.cmp(&b.0));
            lines.dedup_by(|later, first| later.0 == first.0);
            Pattern::Table(lines)
        }
        (Pattern::Table(lines), Pattern::Pair(from, to)) | (Pattern::Pair(from, to), Pattern::Table(lines)) => {
            both(Pattern::Table(lines), Pattern::Table(vec![(from, to)]))
        }
        (table @ Pattern::Table(_), _) | (_, table) => table,
    }
}
