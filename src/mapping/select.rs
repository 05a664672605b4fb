//! Which rows of a block become records, and what happens to each of the others.

use std::borrow::Cow;

use super::accounting::{LeftOut, LeftOutBy};
use super::columns::Draft;
use super::convert::{Via, is_null};
use super::spec::{Block, Filter, Mapping, Source, Test};
use super::tuples::Tuples;
use super::view::{NO_ROW, Pool, View, full};
use crate::canonical::{Codes, Typed};
use crate::error::Error;
use crate::extract::Reject;

/// The kept rows, and the count of all others by reason.
pub(super) struct Selection {
    /// Rows of the view that become records; `None` when all do.
    pub(super) kept: Option<Vec<u32>>,
    pub(super) left_out: Vec<LeftOut>,
    pub(super) unmatched: Vec<(String, u64)>,
    pub(super) rejects: Vec<Reject>,
}

/// The kept rows, in order.
pub(super) fn each(kept: Option<&[u32]>, rows: usize) -> impl Iterator<Item = usize> + '_ {
    let all = if kept.is_none() { 0..rows } else { 0..0 };
    all.chain(kept.unwrap_or(&[]).iter().map(|row| *row as usize))
}

/// Decides for every row. Filters of the block's own columns come first, then joins, then filters of joined columns,
/// then `ignore` lines, then repeated records: each row is counted once, by the first that takes it out.
pub(super) fn select(
    mapping: &Mapping,
    block: &Block,
    view: &View<'_>,
    drafts: &[Draft<'_, '_>],
) -> Result<Selection, Error> {
    let mut selection = Selection { kept: None, left_out: Vec::new(), unmatched: Vec::new(), rejects: Vec::new() };
    let null = &block.null;
    selection.leave_out_empty(mapping, block, view, null)?;
    for joined in [false, true] {
        for filter in block.filters.iter().filter(|f| f.column.join.is_some() == joined) {
            selection.filter(filter, view, null)?;
        }
        if !joined {
            selection.joins(block, view);
        }
    }
    for draft in drafts {
        selection.ignore(draft, view.rows);
    }
    if block.distinct {
        selection.distinct(drafts, view.rows)?;
    }
    Ok(selection)
}

impl Selection {
    /// Keeps the rows that pass and returns how many did not.
    fn retain(&mut self, rows: usize, mut pass: impl FnMut(usize) -> bool) -> u64 {
        let before = self.kept.as_ref().map_or(rows, Vec::len);
        match &mut self.kept {
            Some(kept) => kept.retain(|row| pass(*row as usize)),
            None => {
                // Nothing is copied as long as no row fails.
                let Some(first) = (0..rows).find(|row| !pass(*row)) else { return 0 };
                let mut kept: Vec<u32> = (0..first as u32).collect();
                kept.extend((first as u32 + 1..rows as u32).filter(|row| pass(*row as usize)));
                self.kept = Some(kept);
            }
        }
        (before - self.kept.as_ref().map_or(rows, Vec::len)) as u64
    }

    fn count(&mut self, by: LeftOutBy, reason: String, rows: u64) {
        self.left_out.push(LeftOut { by, reason, rows });
    }

    fn filter(&mut self, filter: &Filter, view: &View<'_>, null: &[String]) -> Result<(), Error> {
        let column = view.column(&filter.column)?;
        let mut passes: Vec<bool> = column.texts.iter().map(|text| test(&filter.test, text, null)).collect();
        passes.push(test(&filter.test, "", null));
        let rows = self.retain(view.rows, |row| passes[column.codes.get(row) as usize]);
        self.count(LeftOutBy::Filter, filter.reason.clone(), rows);
        Ok(())
    }

    /// Wide columns without any value.
    fn leave_out_empty(
        &mut self,
        mapping: &Mapping,
        block: &Block,
        view: &View<'_>,
        null: &[String],
    ) -> Result<(), Error> {
        let unpivot = mapping.tables.get(&block.table).and_then(|t| t.unpivot.as_ref());
        let Some(unpivot) = unpivot.filter(|u| u.skip_empty) else { return Ok(()) };
        let mut columns = Vec::new();
        for value in &unpivot.values {
            let column = view.column(&super::spec::ColumnRef { join: None, column: value.clone() })?;
            let empty: Vec<bool> = column.texts.iter().map(|t| is_null(null, t)).collect();
            columns.push((column, empty));
        }
        let any = |row: usize| columns.iter().any(|(column, empty)| !empty[column.codes.get(row) as usize]);
        let rows = self.retain(view.rows, any);
        self.count(LeftOutBy::Empty, format!("no value in {}", unpivot.values.join(", ")), rows);
        Ok(())
    }

    fn joins(&mut self, block: &Block, view: &View<'_>) {
        for (position, join) in block.joins.iter().enumerate() {
            let lost = |row: &usize| view.joined_row(position, *row) == NO_ROW;
            if !join.reject_unmatched {
                let rows = each(self.kept.as_deref(), view.rows).filter(|r| lost(r)).count() as u64;
                self.unmatched.push((join.name.clone(), rows));
                continue;
            }
            let rejected: Vec<usize> = each(self.kept.as_deref(), view.rows).filter(|r| lost(r)).collect();
            self.rejects.extend(rejected.iter().map(|row| reject(view, *row, &join.name)));
            self.retain(view.rows, |row| !lost(&row));
        }
    }

    /// Rows whose code a line says to ignore.
    fn ignore(&mut self, draft: &Draft<'_, '_>, rows: usize) {
        let Some(crosswalk) = draft.rule.crosswalk else { return };
        let ignored: Vec<bool> =
            (0..draft.values.len() as u32).map(|c| matches!(draft.via(c), Via::Ignored(_))).collect();
        if !ignored.contains(&true) {
            return;
        }
        let count = self.retain(rows, |row| !ignored[draft.code(row) as usize]);
        if count > 0 {
            let reason = format!("`ignore` in crosswalk {} for {}", crosswalk.name, draft.rule.spec.field);
            self.count(LeftOutBy::Ignore, reason, count);
        }
    }

    /// Records that equal an earlier one in every field.
    fn distinct(&mut self, drafts: &[Draft<'_, '_>], rows: usize) -> Result<(), Error> {
        let mut columns: Vec<(Cow<'_, Codes>, usize)> = Vec::new();
        for draft in drafts.iter().filter(|d| !matches!(d.rule.spec.source, Source::Constant(_))) {
            let mut pool = Pool::default();
            let mut number = Vec::with_capacity(draft.values.len());
            for code in 0..draft.values.len() as u32 {
                let key = match draft.values.entry(code).typed {
                    Typed::Missing => "0".to_owned(),
                    Typed::Unmapped | Typed::Unreadable => format!("?{}", draft.values.raw(code)),
                    _ => format!("={}", draft.values.text(code)),
                };
                number.push(pool.number(&key).ok_or_else(full)?);
            }
            let codes: Codes = (0..rows).map(|row| number[draft.code(row) as usize]).collect();
            columns.push((Cow::Owned(codes), pool.texts.len()));
        }
        let tuples = Tuples::of(&columns, rows);
        let mut seen = vec![false; tuples.len];
        let count = self.retain(rows, |row| !std::mem::replace(&mut seen[tuples.codes[row] as usize], true));
        self.count(LeftOutBy::Repeated, "equal to an earlier record in every field".into(), count);
        Ok(())
    }
}

fn test(test: &Test, raw: &str, null: &[String]) -> bool {
    let text = if raw == crate::extract::NULL { "" } else { raw };
    match test {
        Test::In(list) => list.iter().any(|w| w == text),
        Test::NotIn(list) => !list.iter().any(|w| w == text),
        Test::StartsWith(list) => list.iter().any(|w| text.starts_with(w.as_str())),
        Test::NotStartsWith(list) => !list.iter().any(|w| text.starts_with(w.as_str())),
        Test::Empty => is_null(null, raw),
        Test::NotEmpty => !is_null(null, raw),
    }
}

fn reject(view: &View<'_>, row: usize, joined: &str) -> Reject {
    let table = view.table();
    let at = view.table_row(row);
    let place = table.locations.get(at);
    let cells: Vec<&str> = table.columns.iter().map(|c| c.text(at as usize)).collect();
    Reject {
        file: place.file.to_owned(),
        record: u64::from(place.record),
        line: u64::from(place.line),
        byte: 0,
        column: None,
        kind: "no-joined-row",
        reason: format!("the mapping needs a row of `{joined}` for it, and there is none"),
        raw: cells.join(" | ").replace(crate::extract::NULL, ""),
    }
}
