//! Limits on semesters with added weight, and weights that are given once to the whole average.

use std::cmp::Reverse;

use super::amounts::points_of;
use super::evaluate::Scratch;
use super::rules::{GpaPolicy, POINT_UNIT, WeightKind};
use crate::policy::rational::Rational;

/// Twelfths of a year in a semester.
const SEMESTER: i64 = 6;

/// Gives added weight to the rows that gain most by it, until the semesters are used up. A year row that only half
/// fits gets half. Taking the best first is optimal, because the caps are nested (all, and those of some grades).
pub(super) fn apply_caps(policy: &GpaPolicy, scratch: &mut Scratch) {
    let Scratch { rows, lines, order } = scratch;
    order.clear();
    order.extend((0..rows.len() as u32).filter(|at| {
        let line = &lines[*at as usize];
        line.fate.counts() && line.bump > 0
    }));
    order.sort_by_key(|at| {
        let (row, line) = (&rows[*at as usize], &lines[*at as usize]);
        // Gain for each semester; a longer row must gain more to come first.
        let gain = i128::from(line.bump) * i128::from(line.weight) * 12 / i128::from(row.twelfths.max(1));
        (Reverse(gain / i128::from(line.share)), row.grade, row.year, row.end, row.course, row.row)
    });
    let mut left: Vec<i64> = policy.caps.iter().map(|cap| cap.max * SEMESTER).collect();
    for &at in order.iter() {
        let row = &rows[at as usize];
        let needs = i64::from(row.twelfths.max(1));
        let applies = |at: usize| policy.caps[at].grades.is_empty() || policy.caps[at].grades.contains(&row.grade);
        let room = (0..left.len()).filter(|c| applies(*c)).map(|c| left[c]).min().unwrap_or(needs);
        let part = room.clamp(0, needs);
        for cap in 0..left.len() {
            if applies(cap) {
                left[cap] -= part;
            }
        }
        let line = &mut lines[at as usize];
        if part < needs {
            (line.bump_part, line.bump_whole) = (part, needs);
        }
    }
}

/// What is added to the average, and what it is multiplied by.
pub(super) fn cumulative(policy: &GpaPolicy, scratch: &Scratch) -> (Rational, Rational) {
    let (mut plus, mut factor) = (Rational::ZERO, Rational::whole(1));
    // One cumulative weight a policy: the one of the last era, which always applies.
    let Some(weight) = policy.eras.last().map(|era| &policy.weights[era.weight]) else { return (plus, factor) };
    let amount = |at: usize| {
        let counts = scratch.lines[at].fate.counts() && scratch.lines[at].weighable;
        weight.amounts[usize::from(scratch.rows[at].level)].filter(|_| counts)
    };
    match weight.kind {
        WeightKind::CumulativeAdd => {
            let mut twelfths = 0i128;
            for (at, row) in scratch.rows.iter().enumerate() {
                if let Some(points) = amount(at) {
                    twelfths += i128::from(points) * i128::from(row.twelfths);
                }
            }
            plus = Rational::new(twelfths, i128::from(SEMESTER) * i128::from(POINT_UNIT)).unwrap_or(plus);
            if let Some(most) = weight.most {
                plus = plus.min(points_of(i128::from(most)));
            }
        }
        WeightKind::CumulativeMultiply => {
            let with_level = (0..scratch.rows.len()).filter_map(|at| Some((at, amount(at)?)));
            let (mut credits, mut best) = (0i128, 0);
            for (at, points) in with_level {
                credits += i128::from(scratch.lines[at].weight);
                best = best.max(points);
            }
            if best > 0 && credits >= i128::from(weight.min_credits) {
                factor = points_of(i128::from(best));
            }
        }
        _ => {}
    }
    (plus, factor)
}
