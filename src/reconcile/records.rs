//! Pairing the records of one entity of one student: exact, then split and merged rows, then the cheapest
//! assignment, then duplicates. Duplicates are compared as multisets; what has no unique answer stays open.

use super::assign::Task;
use super::compare::{KeyColumn, NEVER};
use super::costs::Plan;
use super::model::{Both, Tier};
use super::table::Paired;
use crate::canonical::{Field, Row, TermSpan};

/// Room that is used again for each student.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    legacy: Vec<(u64, Row)>,
    new: Vec<(u64, Row)>,
    legacy_left: Vec<Row>,
    new_left: Vec<Row>,
    legacy_keys: Vec<u32>,
    new_keys: Vec<u32>,
}

/// Pairs records of one entity.
pub(super) struct Pairer<'a> {
    plan: Plan<'a>,
    /// The meaning of each term key, where the entity has terms.
    spans: Vec<Option<TermSpan>>,
}

impl<'a> Pairer<'a> {
    pub(super) const fn new(plan: Plan<'a>, spans: Vec<Option<TermSpan>>) -> Self {
        Self { plan, spans }
    }

    /// Pairs the rows of one student.
    pub(super) fn pair(&self, legacy: &[Row], new: &[Row], scratch: &mut Scratch, out: &mut Paired) {
        out.clear();
        scratch.legacy_left.clear();
        scratch.new_left.clear();
        self.exact(legacy, new, scratch, out);
        let (mut ours, mut theirs) = (std::mem::take(&mut scratch.legacy_left), std::mem::take(&mut scratch.new_left));
        if !ours.is_empty() && !theirs.is_empty() {
            self.split(&mut ours, &mut theirs, out);
            self.assign(&mut ours, &mut theirs, out);
        }
        self.leftovers(&ours, &theirs, out);
        (scratch.legacy_left, scratch.new_left) = (ours, theirs);
    }

    /// True when every row has one partner and equals it in every field that both sides map, but for the student's id,
    /// which may lead through another rule, and for section numbers.
    pub(super) fn is_same(&self, paired: &Paired, scratch: &mut Scratch) -> bool {
        let columns = self.plan.identity.iter().map(|c| &self.plan.columns[*c]);
        let Scratch { legacy_keys, new_keys, .. } = scratch;
        paired.is_complete()
            && columns.filter(|c| c.field != Field::StudentId).all(|c| c.all_equal(&paired.both, legacy_keys, new_keys))
    }

    /// Rows whose key fields all agree.
    fn exact(&self, legacy: &[Row], new: &[Row], scratch: &mut Scratch, out: &mut Paired) {
        let plan = &self.plan;
        let ours = |c: usize| &plan.columns[c].legacy;
        let theirs = |c: usize| &plan.columns[c].new;
        sort_by_key(legacy, &plan.key, &ours, &mut scratch.legacy, &mut scratch.legacy_left);
        sort_by_key(new, &plan.key, &theirs, &mut scratch.new, &mut scratch.new_left);
        let (l, n) = (&scratch.legacy, &scratch.new);
        let same = |a: Row, b: Row| plan.key.iter().all(|k| plan.agree(*k, a, b));
        let (mut i, mut j) = (0, 0);
        while i < l.len() && j < n.len() {
            match l[i].0.cmp(&n[j].0) {
                std::cmp::Ordering::Less => {
                    scratch.legacy_left.push(l[i].1);
                    i += 1;
                }
                std::cmp::Ordering::Greater => {
                    scratch.new_left.push(n[j].1);
                    j += 1;
                }
                std::cmp::Ordering::Equal => {
                    let (i_end, j_end) = (run_end(l, i), run_end(n, j));
                    if i_end - i == 1 && j_end - j == 1 && same(l[i].1, n[j].1) {
                        out.both.push(Both { legacy: l[i].1, new: n[j].1, tier: Tier::Exact });
                    } else {
                        let rows = |s: &[(u64, Row)]| s.iter().map(|e| e.1).collect::<Vec<_>>();
                        let (mut ours, mut theirs) = (rows(&l[i..i_end]), rows(&n[j..j_end]));
                        self.run(&mut ours, &mut theirs, &same, out);
                        scratch.legacy_left.extend(ours);
                        scratch.new_left.extend(theirs);
                    }
                    (i, j) = (i_end, j_end);
                }
            }
        }
        scratch.legacy_left.extend(l[i..].iter().map(|e| e.1));
        scratch.new_left.extend(n[j..].iter().map(|e| e.1));
    }

    /// Several rows of one key: first those equal in every compared field, then the cheapest assignment.
    fn run(&self, ours: &mut Vec<Row>, theirs: &mut Vec<Row>, same: &dyn Fn(Row, Row) -> bool, out: &mut Paired) {
        ours.retain(|l| {
            let equal = |n: &Row| self.plan.identity.iter().all(|c| self.plan.agree(*c, *l, *n));
            let Some(at) = theirs.iter().position(equal) else { return true };
            out.both.push(Both { legacy: *l, new: theirs.swap_remove(at), tier: Tier::Exact });
            false
        });
        if !ours.is_empty() && !theirs.is_empty() {
            let cost = |l: Row, n: Row| if same(l, n) { self.plan.cost(l, n, false).or(Some(500)) } else { None };
            self.solve(ours, theirs, Tier::Exact, &cost, out);
        }
    }

    /// A year row and its halves: same course and year, another number of rows, together the same part of the year.
    /// Rows that stand twice on a side count once here; the second ones stay for [`Self::leftovers`].
    fn split(&self, ours: &mut Vec<Row>, theirs: &mut Vec<Row>, out: &mut Paired) {
        let (Some(course), Some(term)) = (self.plan.course, self.plan.term) else { return };
        let alike =
            |l: Row, n: Row| self.plan.agree(course, l, n) && self.plan.year.is_none_or(|y| self.plan.agree(y, l, n));
        let mut at = 0;
        while let Some(first) = ours.get(at).copied() {
            at += 1;
            let new = self.distinct(theirs.iter().copied().filter(|n| alike(first, *n)), false);
            let Some(other) = new.first().copied() else { continue };
            let legacy = self.distinct(ours.iter().copied().filter(|l| alike(*l, other)), true);
            let before = self.coverage(&legacy, &self.plan.columns[term].legacy);
            let after = self.coverage(&new, &self.plan.columns[term].new);
            if before.is_some() && before == after && legacy.len() != new.len() {
                ours.retain(|r| !legacy.contains(r));
                theirs.retain(|r| !new.contains(r));
                out.split.push((legacy, new));
                at = 0;
            }
        }
    }

    /// The rows, each kind once.
    fn distinct(&self, rows: impl Iterator<Item = Row>, legacy: bool) -> Vec<Row> {
        let mut kept: Vec<Row> = Vec::new();
        for row in rows {
            if !kept.iter().any(|k| self.equal_within(*k, row, legacy)) {
                kept.push(row);
            }
        }
        kept
    }

    /// The part of the year that rows cover together; `None` when there is no row, a term is not readable, or two
    /// rows cover the same part.
    fn coverage(&self, rows: &[Row], terms: &KeyColumn<'_>) -> Option<TermSpan> {
        let mut union: Option<TermSpan> = None;
        for row in rows {
            let span = self.spans.get(terms.key(*row) as usize).copied().flatten()?;
            union = match union {
                None => Some(span),
                Some(u) if u.overlaps(span) => return None,
                Some(u) => Some(u.union(span)),
            };
        }
        union
    }

    /// The cheapest assignment of what is left.
    fn assign(&self, ours: &mut Vec<Row>, theirs: &mut Vec<Row>, out: &mut Paired) {
        if ours.is_empty() || theirs.is_empty() {
            return;
        }
        let legacy_doubled: Vec<Row> = ours.iter().copied().filter(|r| self.is_double(*r, true, out)).collect();
        let new_doubled: Vec<Row> = theirs.iter().copied().filter(|r| self.is_double(*r, false, out)).collect();
        let cost = |l: Row, n: Row| self.plan.cost(l, n, legacy_doubled.contains(&l) || new_doubled.contains(&n));
        self.solve(ours, theirs, Tier::Assigned, &cost, out);
    }

    fn solve(
        &self,
        ours: &mut Vec<Row>,
        theirs: &mut Vec<Row>,
        tier: Tier,
        cost: &dyn Fn(Row, Row) -> Option<i64>,
        out: &mut Paired,
    ) {
        let task = Task {
            costs: ours.iter().map(|l| theirs.iter().map(|n| cost(*l, *n)).collect()).collect(),
            legacy_class: self.classes(ours, true),
            new_class: self.classes(theirs, false),
        };
        let answer = task.solve();
        let mut gone = (vec![false; ours.len()], vec![false; theirs.len()]);
        for (l, n) in answer.pairs {
            (gone.0[l], gone.1[n]) = (true, true);
            out.both.push(Both { legacy: ours[l], new: theirs[n], tier });
        }
        for (l, n) in answer.ambiguous {
            l.iter().for_each(|i| gone.0[*i] = true);
            n.iter().for_each(|i| gone.1[*i] = true);
            out.ambiguous.push((l.iter().map(|i| ours[*i]).collect(), n.iter().map(|i| theirs[*i]).collect()));
        }
        keep_unless(ours, &gone.0);
        keep_unless(theirs, &gone.1);
    }

    /// For each row the position of the first row that is equal in all compared fields.
    fn classes(&self, rows: &[Row], legacy: bool) -> Vec<usize> {
        (0..rows.len()).map(|i| (0..i).find(|j| self.equal_within(rows[*j], rows[i], legacy)).unwrap_or(i)).collect()
    }

    /// True when two rows of one side are equal in all compared fields.
    fn equal_within(&self, a: Row, b: Row, legacy: bool) -> bool {
        self.plan.identity.iter().all(|c| {
            let column = if legacy { &self.plan.columns[*c].legacy } else { &self.plan.columns[*c].new };
            column.key(a) == column.key(b) && column.key(a) != NEVER
        })
    }

    /// True when the row equals one of its own side that already has a partner.
    fn is_double(&self, row: Row, legacy: bool, out: &Paired) -> bool {
        let other = |b: &Both| if legacy { b.legacy } else { b.new };
        let groups = out.split.iter().flat_map(|(l, n)| if legacy { l } else { n }).copied();
        out.both.iter().map(other).chain(groups).any(|r| self.equal_within(r, row, legacy))
    }

    fn leftovers(&self, ours: &[Row], theirs: &[Row], out: &mut Paired) {
        for row in ours {
            let double = self.is_double(*row, true, out);
            if double { &mut out.legacy_duplicates } else { &mut out.legacy_only }.push(*row);
        }
        for row in theirs {
            let double = self.is_double(*row, false, out);
            if double { &mut out.new_duplicates } else { &mut out.new_only }.push(*row);
        }
    }
}

fn keep_unless(rows: &mut Vec<Row>, gone: &[bool]) {
    let mut at = 0;
    rows.retain(|_| {
        at += 1;
        !gone[at - 1]
    });
}

/// Sorts rows by a mix of their key fields; rows with a key that equals nothing go to `left`. Equal mixes are
/// checked field by field afterwards, so that a collision of the mix can not pair anything.
fn sort_by_key<'c>(
    rows: &[Row],
    key: &[usize],
    column: &dyn Fn(usize) -> &'c KeyColumn<'c>,
    sorted: &mut Vec<(u64, Row)>,
    left: &mut Vec<Row>,
) {
    sorted.clear();
    'rows: for row in rows {
        let mut mix = 0u64;
        for k in key {
            let value = column(*k).key(*row);
            if value == NEVER {
                left.push(*row);
                continue 'rows;
            }
            mix = (mix ^ u64::from(value)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
        }
        sorted.push((mix, *row));
    }
    sorted.sort_unstable();
}

fn run_end(sorted: &[(u64, Row)], start: usize) -> usize {
    sorted[start..].iter().position(|e| e.0 != sorted[start].0).map_or(sorted.len(), |p| start + p)
}
