//! Limits on semesters with added weight, and weights that are given once to the whole average.

use std::cmp::Reverse;

use super::amounts::points_of;
use super::evaluate::{Line, Scratch};
use super::rows::CourseRow;
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
        left.iter_mut().enumerate().filter(|(cap, _)| applies(*cap)).for_each(|(_, left)| *left -= part);
        let line = &mut lines[at as usize];
        if part < needs {
            (line.bump_part, line.bump_whole) = (part, needs);
        }
    }
}

/// What is added to the average, and what it is multiplied by.
pub(super) fn cumulative(policy: &GpaPolicy, scratch: &mut Scratch) -> (Rational, Rational) {
    let (mut plus, mut factor) = (Rational::ZERO, Rational::whole(1));
    // One cumulative weight a policy: the one of the last era, which always applies.
    let Some(weight) = policy.eras.last().map(|era| &policy.weights[era.weight]) else { return (plus, factor) };
    let Scratch { rows, lines, .. } = scratch;
    let amount = |row: &CourseRow, line: &Line| {
        weight.amounts[usize::from(row.level)].filter(|_| line.fate.counts() && line.weighable)
    };
    match weight.kind {
        WeightKind::CumulativeAdd => {
            let mut twelfths = 0i128;
            for (row, line) in rows.iter().zip(lines) {
                line.extra = amount(row, line).unwrap_or(0) * i64::from(row.twelfths);
                twelfths += i128::from(line.extra);
            }
            plus = Rational::new(twelfths, i128::from(SEMESTER) * i128::from(POINT_UNIT)).unwrap_or(plus);
            if let Some(most) = weight.most {
                plus = plus.min(points_of(i128::from(most)));
            }
        }
        WeightKind::CumulativeMultiply => {
            let (mut credits, mut best) = (0i128, 0);
            for (row, line) in rows.iter().zip(&*lines) {
                if let Some(points) = amount(row, line) {
                    credits += i128::from(line.weight);
                    best = best.max(points);
                }
            }
            if best > 0 && credits >= i128::from(weight.min_credits) {
                factor = points_of(i128::from(best));
            }
        }
        _ => {}
    }
    (plus, factor)
}
