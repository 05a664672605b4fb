//! Values that did not map, counted with their first place; and how each line of the code tables was used.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::accounting::{CodeIssue, CrosswalkUse, IssueKind};
use super::columns::Draft;
use super::convert::Via;
use super::select::each;
use super::spec::Mapping;
use super::view::View;
use crate::canonical::{Entity, Field, Kind, Side, TermSpan, Typed};
use crate::diagnostic::nearest;

/// Near codes are proposed for this many values of a field, the most frequent ones.
const PROPOSALS: usize = 200;

/// The order of reports: entity, field, kind, most rows first.
pub(super) fn order(a: &CodeIssue, b: &CodeIssue) -> Ordering {
    (a.entity, a.field, a.kind, b.rows, &a.raw, &a.first).cmp(&(b.entity, b.field, b.kind, a.rows, &b.raw, &b.first))
}

/// Adds the issues of a block.
pub(super) fn collect(
    view: &View<'_>,
    drafts: &[Draft<'_, '_>],
    kept: Option<&[u32]>,
    (side, entity): (Side, Entity),
    out: &mut Vec<CodeIssue>,
) {
    let student = drafts.iter().find(|d| d.rule.spec.field == Field::StudentId);
    for draft in drafts {
        let kinds: Vec<Option<IssueKind>> = (0..draft.values.len() as u32).map(|code| kind(draft, code)).collect();
        if kinds.iter().all(Option::is_none) {
            continue;
        }
        let found = count(view, draft, &kinds, student, kept);
        let mut list: Vec<CodeIssue> = found
            .into_iter()
            .filter_map(|(code, tally)| {
                let place = view.table().locations.get(view.table_row(tally.first));
                Some(CodeIssue {
                    side,
                    entity,
                    field: draft.rule.spec.field,
                    kind: kinds[code as usize]?,
                    raw: draft.values.raw(code).to_owned(),
                    rows: tally.rows,
                    students: tally.students,
                    first: (place.file.to_owned(), place.record, place.line),
                    crosswalk: draft.rule.crosswalk.map(|c| c.name.clone()),
                    near: None,
                })
            })
            .collect();
        list.sort_by(order);
        for issue in list.iter_mut().filter(|i| i.kind == IssueKind::Unmapped).take(PROPOSALS) {
            issue.near = near(draft, &issue.raw);
        }
        out.extend(list);
    }
}

fn kind(draft: &Draft<'_, '_>, code: u32) -> Option<IssueKind> {
    match (draft.values.entry(code).typed, draft.via(code)) {
        (_, Via::Ignored(_)) => None,
        (Typed::Unmapped, _) => Some(IssueKind::Unmapped),
        (Typed::Unreadable, _) => Some(IssueKind::Unreadable),
        (_, Via::Default) => Some(IssueKind::Defaulted),
        _ => None,
    }
}

struct Tally {
    rows: u64,
    students: u64,
    first: usize,
}

fn count(
    view: &View<'_>,
    draft: &Draft<'_, '_>,
    kinds: &[Option<IssueKind>],
    student: Option<&Draft<'_, '_>>,
    kept: Option<&[u32]>,
) -> BTreeMap<u32, Tally> {
    let locations = &view.table().locations;
    let place = |row: usize| {
        let at = locations.get(view.table_row(row));
        (at.file, at.record)
    };
    let mut tallies: BTreeMap<u32, Tally> = BTreeMap::new();
    let mut students: Vec<(u32, u32)> = Vec::new();
    for row in each(kept, view.rows) {
        let code = draft.code(row);
        if kinds[code as usize].is_none() {
            continue;
        }
        let tally = tallies.entry(code).or_insert(Tally { rows: 0, students: 0, first: row });
        tally.rows += 1;
        if place(row) < place(tally.first) {
            tally.first = row;
        }
        if let Some(student) = student {
            students.push((code, student.code(row)));
        }
    }
    students.sort_unstable();
    students.dedup();
    for (code, _) in students {
        if let Some(tally) = tallies.get_mut(&code) {
            tally.students += 1;
        }
    }
    tallies
}

fn near(draft: &Draft<'_, '_>, raw: &str) -> Option<String> {
    let found = match draft.rule.crosswalk {
        Some(crosswalk) if crosswalk.is_supplied() => nearest(raw, crosswalk.codes()),
        _ if draft.rule.spec.field.kind() == Kind::Term => nearest(raw, TermSpan::NAMES),
        _ => None,
    };
    found.map(str::to_owned)
}

/// How the code tables of a mapping are used.
pub(super) struct Uses(BTreeMap<String, CrosswalkUse>);

impl Uses {
    /// Nothing used yet.
    pub(super) fn new(mapping: &Mapping) -> Self {
        let used = mapping.used_crosswalks();
        let table = |name: &&str| {
            let lines = mapping.crosswalks.get(*name).map_or(0, |c| c.lines.len());
            let name = (*name).to_owned();
            (name.clone(), CrosswalkUse { name, rows: vec![0; lines], defaulted: 0, passed: 0 })
        };
        Self(used.iter().map(table).collect())
    }

    /// Counts the records of a block. Rows left out by an `ignore` line count as use of that line too.
    pub(super) fn count(&mut self, drafts: &[Draft<'_, '_>], kept: Option<&[u32]>, rows: usize) {
        for draft in drafts {
            let Some(usage) = draft.rule.crosswalk.and_then(|c| self.0.get_mut(&c.name)) else { continue };
            let mut by_code = vec![0u64; draft.values.len()];
            for row in each(kept, rows) {
                by_code[draft.code(row) as usize] += 1;
            }
            let mut ignored = vec![0u64; draft.values.len()];
            if (0..draft.values.len() as u32).any(|c| matches!(draft.via(c), Via::Ignored(_))) {
                for row in 0..rows {
                    ignored[draft.code(row) as usize] += 1;
                }
            }
            for (code, rows) in by_code.into_iter().enumerate() {
                match draft.via(code as u32) {
                    Via::Line(line) => usage.rows[line as usize] += rows,
                    Via::Ignored(line) => usage.rows[line as usize] += ignored[code],
                    Via::Default => usage.defaulted += rows,
                    Via::Direct if is_passed(draft, code as u32) => usage.passed += rows,
                    Via::Direct => {}
                }
            }
        }
    }

    /// In order of name.
    pub(super) fn into_list(self) -> Vec<CrosswalkUse> {
        self.0.into_values().collect()
    }
}

fn is_passed(draft: &Draft<'_, '_>, code: u32) -> bool {
    draft.rule.crosswalk.is_some_and(|c| !c.is_supplied()) && draft.values.entry(code).typed != Typed::Missing
}
