//! What a second attempt at a course does to the first.

use super::evaluate::{Fate, Line, Scratch};
use super::lens::{Lens, NONE};
use super::marks::rank_of;
use super::rows::CourseRow;
use super::rules::{GpaPolicy, Identity, RepeatRule};
use crate::canonical::TermSpan;

/// Applies the policy's repeat rule to the counted lines.
pub(super) fn apply_repeats(policy: &GpaPolicy, _lens: &Lens, scratch: &mut Scratch) {
    if matches!(policy.repeat.rule, RepeatRule::All | RepeatRule::Coded) {
        return;
    }
    let Scratch { rows, lines, order } = scratch;
    order.clear();
    order.extend((0..rows.len() as u32).filter(|at| takes_part(&lines[*at as usize])));
    order.sort_by_key(|at| {
        let row = &rows[*at as usize];
        (row.course, row.year, row.end, row.row)
    });
    let mut group = Vec::new();
    for course in order.chunk_by(|a, b| rows[*a as usize].course == rows[*b as usize].course) {
        if course.len() < 2 {
            continue;
        }
        match policy.repeat.identity {
            Identity::Course => judge(policy, rows, lines, course),
            Identity::CourseHalf => {
                for part in parts(rows, lines, course) {
                    group.clear();
                    group.extend(part);
                    judge(policy, rows, lines, &group);
                }
            }
        }
    }
}

/// Counted rows, and rows out of the GPA whose mark still compares (a P that may forgive).
fn takes_part(line: &Line) -> bool {
    line.fate == Fate::Counted || (line.fate == Fate::MarkOut && line.rank != NONE)
}

/// Splits attempts by the part of the year. A summer attempt repeats the part whose earlier attempt is lowest:
/// nobody says which half a summer class was, and the one that was failed is the one that is taken again.
fn parts(rows: &[CourseRow], lines: &[Line], course: &[u32]) -> Vec<Vec<u32>> {
    let mut parts: Vec<(TermSpan, Vec<u32>)> = Vec::new();
    let mut summers = Vec::new();
    for &at in course {
        let span = rows[at as usize].span;
        if span.overlaps(TermSpan::SUMMER) {
            summers.push(at);
            continue;
        }
        match parts.iter_mut().find(|(known, _)| *known == span) {
            Some((_, list)) => list.push(at),
            None => parts.push((span, vec![at])),
        }
    }
    let time = |at: u32| (rows[at as usize].year, rows[at as usize].end);
    for at in summers {
        let best = |list: &[u32]| list.iter().map(|i| lines[*i as usize].rank).max().unwrap_or(i64::MAX);
        let earlier = parts.iter_mut().filter(|(_, list)| list.iter().any(|i| time(*i) < time(at)));
        match earlier.min_by_key(|(span, list)| (best(list), *span)) {
            Some((_, list)) => list.push(at),
            None => match parts.iter_mut().find(|(span, _)| *span == TermSpan::SUMMER) {
                Some((_, list)) => list.push(at),
                None => parts.push((TermSpan::SUMMER, vec![at])),
            },
        }
    }
    let mut lists: Vec<Vec<u32>> = parts.into_iter().map(|(_, list)| list).filter(|list| list.len() > 1).collect();
    // A summer attempt was put last; the order of attempts is the order of time.
    lists.iter_mut().for_each(|list| list.sort_by_key(|at| (time(*at), rows[*at as usize].row)));
    lists
}

/// Applies the rule to the attempts at one thing, in order of time.
fn judge(policy: &GpaPolicy, rows: &[CourseRow], lines: &mut [Line], attempts: &[u32]) {
    let scale = &policy.scales[0];
    let limit = |mark: &Option<String>, default| mark.as_deref().and_then(|m| rank_of(scale, m)).unwrap_or(default);
    let original_max = limit(&policy.repeat.original_max, i64::MAX);
    let new_min = limit(&policy.repeat.new_min, i64::MIN);
    let time = |at: u32| (rows[at as usize].year, rows[at as usize].end);
    let rank = |lines: &[Line], at: u32| lines[at as usize].rank;
    let drop = |lines: &mut [Line], at: u32| {
        let line = &mut lines[at as usize];
        if line.fate == Fate::Counted {
            line.fate = Fate::Replaced;
        }
    };
    match policy.repeat.rule {
        RepeatRule::All | RepeatRule::Coded => {}
        RepeatRule::Average => {
            let counted: Vec<u32> =
                attempts.iter().copied().filter(|at| lines[*at as usize].fate == Fate::Counted).collect();
            if counted.len() > 1 {
                for at in &counted {
                    lines[*at as usize].fate = Fate::Averaged;
                    lines[*at as usize].share = counted.len() as i64;
                }
            }
        }
        RepeatRule::Highest | RepeatRule::Latest => {
            let by_rank = policy.repeat.rule == RepeatRule::Highest;
            // The first attempt wins between equals under "highest", the better of one day under "latest".
            let kept = attempts.iter().copied().reduce(|best, at| {
                let wins = if by_rank {
                    (rank(lines, at), lines[at as usize].weight) > (rank(lines, best), lines[best as usize].weight)
                } else {
                    (time(at), rank(lines, at)) > (time(best), rank(lines, best))
                };
                if wins { at } else { best }
            });
            let Some(kept) = kept.filter(|kept| rank(lines, *kept) >= new_min) else { return };
            for &at in attempts {
                if at != kept && rank(lines, at) <= original_max {
                    drop(lines, at);
                }
            }
        }
        RepeatRule::Replace => {
            for &at in attempts {
                let better = attempts.iter().any(|n| time(*n) > time(at) && rank(lines, *n) >= new_min);
                if better && rank(lines, at) <= original_max {
                    drop(lines, at);
                }
            }
        }
    }
}
