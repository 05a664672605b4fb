//! Transcripts that are each other's: twins whose histories were swapped.

use super::alike::mutual;
use super::compare::{Compared, NEVER, compared};
use super::model::Reconciliation;
use crate::canonical::{Entity, Field, Row, Side};

/// Pairs of students whose whole transcripts are each other's. Students with fewer than two rows prove nothing.
pub(super) fn swapped(run: &Reconciliation) -> Vec<(u32, u32)> {
    let columns: Vec<Compared<'_>> = compared(&run.legacy, &run.new, Entity::Transcript)
        .into_iter()
        .filter(|c| {
            matches!(
                c.field,
                Field::SchoolYear | Field::Term | Field::Course | Field::Mark | Field::CreditEarned | Field::Title
            )
        })
        .collect();
    if columns.len() < 3 {
        return Vec::new();
    }
    let content = |position: u32, side: Side| -> Option<Vec<Vec<u32>>> {
        let key = |c: &Compared<'_>, row: Row| match side {
            Side::Legacy => c.legacy.key(row),
            Side::New => c.new.key(row),
        };
        let mut rows: Vec<Vec<u32>> = run
            .rows(position, side, Entity::Transcript)
            .into_iter()
            .map(|row| columns.iter().map(|c| key(c, row)).collect())
            .collect();
        rows.sort_unstable();
        let readable = rows.iter().flatten().all(|k| *k != NEVER);
        (readable && rows.len() >= 2).then_some(rows)
    };
    let is_suspect = |position: &u32| {
        let Some(pairs) = run.pairs(*position, Entity::Transcript) else { return false };
        let differs = |b: super::Both| columns.iter().any(|c| !c.equal(b.legacy, b.new));
        let odd = pairs.legacy_only().len() + pairs.new_only().len() + pairs.ambiguous().count();
        run.students[*position as usize].is_paired() && (odd > 1 || pairs.both().filter(|b| differs(*b)).count() > 1)
    };
    let changed: Vec<(u32, Vec<Vec<u32>>, Vec<Vec<u32>>)> = (0..run.students.len() as u32)
        .filter(is_suspect)
        .filter_map(|p| Some((p, content(p, Side::Legacy)?, content(p, Side::New)?)))
        .filter(|(_, l, n)| l != n && !is_own_marks(&columns, l, n))
        .collect();
    mutual(&changed)
}

/// Only marks differ, and the student's own ones in another order: marks that were swapped between rows, which explains
/// each of two students alone and needs no swap of the two.
fn is_own_marks(columns: &[Compared<'_>], legacy: &[Vec<u32>], new: &[Vec<u32>]) -> bool {
    let Some(mark) = columns.iter().position(|c| c.field == Field::Mark) else { return false };
    let parts = |rows: &[Vec<u32>]| {
        let mut marks: Vec<u32> = rows.iter().map(|row| row[mark]).collect();
        let mut rest: Vec<Vec<u32>> = rows.to_vec();
        rest.iter_mut().for_each(|row| row[mark] = NEVER);
        marks.sort_unstable();
        rest.sort_unstable();
        (marks, rest)
    };
    parts(legacy) == parts(new)
}
