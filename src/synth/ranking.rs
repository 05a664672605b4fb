//! Stored GPAs and class ranks, exact: integers in, fractions compared by cross-multiplication.

use std::cmp::Ordering;

use super::history::weighted_points;
use super::student::{Gpa, Graded, Status, Student};

/// Weighted and unweighted GPA of one history; none without a row that counts.
#[must_use]
pub fn gpas(history: &[Graded]) -> Vec<Gpa> {
    let attempted = history.iter().map(|r| r.attempted).sum();
    let earned = history.iter().map(|r| r.earned).sum();
    let mut all = Vec::new();
    for kind in ["weighted", "unweighted"] {
        let (mut quality, mut credit) = (0, 0);
        for row in history.iter().filter(|r| r.in_gpa) {
            let Some(points) = row.points else { continue };
            let points = if kind == "weighted" { weighted_points(points, row.level) } else { points };
            quality += points * row.attempted / 1_000;
            credit += row.attempted;
        }
        if credit > 0 {
            all.push(Gpa { kind, quality, credit, rank: 0, class_size: 0, attempted, earned });
        }
    }
    all
}

/// A GPA printed with a number of digits, rounded half up once, from the exact fraction.
#[must_use]
pub fn printed(gpa: &Gpa, digits: u32) -> String {
    let scale = 10i128.pow(digits);
    // quality is in thousandths of points times credits in thousandths over 1,000: the fraction is quality / credit.
    let (numerator, divisor) = (i128::from(gpa.quality) * scale, i128::from(gpa.credit));
    let rounded = (2 * numerator + divisor) / (2 * divisor);
    let width = digits as usize;
    format!("{}.{:0width$}", rounded / scale, rounded % scale)
}

/// Which of two GPAs is better.
#[must_use]
pub fn compare(a: &Gpa, b: &Gpa) -> Ordering {
    (i128::from(a.quality) * i128::from(b.credit)).cmp(&(i128::from(b.quality) * i128::from(a.credit)))
}

/// Gives every active high schooler GPAs, and ranks within the grade level (competition ranking: 1, 2, 2, 4).
pub(super) fn rank(students: &mut [Student]) {
    for student in students.iter_mut().filter(|s| s.is_high()) {
        student.gpas = gpas(&student.history);
    }
    for grade in 9..=12 {
        for kind in 0..2 {
            rank_one(students, grade, kind);
        }
    }
}

fn rank_one(students: &mut [Student], grade: i8, kind: usize) {
    let ranked = |s: &Student| s.grade == grade && s.status == Status::Active && s.gpas.len() > kind;
    let mut order: Vec<usize> = (0..students.len()).filter(|i| ranked(&students[*i])).collect();
    order.sort_by(|a, b| compare(&students[*b].gpas[kind], &students[*a].gpas[kind]));
    let size = order.len() as u32;
    let mut rank = 0;
    for (place, index) in order.iter().enumerate() {
        let tie = place > 0
            && compare(&students[order[place - 1]].gpas[kind], &students[*index].gpas[kind]) == Ordering::Equal;
        if !tie {
            rank = place as u32 + 1;
        }
        students[*index].gpas[kind].rank = rank;
        students[*index].gpas[kind].class_size = size;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gpa(quality: i64, credit: i64) -> Gpa {
        Gpa { kind: "weighted", quality, credit, rank: 0, class_size: 0, attempted: 0, earned: 0 }
    }

    #[test]
    fn a_gpa_is_rounded_once_half_up_from_the_exact_fraction() {
        assert_eq!(printed(&gpa(3_300 * 3, 3_000), 3), "3.300");
        assert_eq!(printed(&gpa(2, 3), 4), "0.6667");
        assert_eq!(printed(&gpa(24_445, 10_000), 3), "2.445");
        assert_eq!(printed(&gpa(24_445, 10_000), 2), "2.44");
        assert_eq!(printed(&gpa(38_875, 10_000), 3), "3.888");
    }
}
