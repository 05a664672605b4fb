//! Small groups in papers for the public: a group of fewer students than the minimum is not shown, and neither is
//! another one that would give it away by subtraction.

use serde::Serialize;

use crate::report::summary::Summary;
use crate::report::words::thousands;

/// How many schools the one page lists.
const SCHOOLS: usize = 8;

/// A masked group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Masked {
    /// The group's name.
    pub name: String,
    /// What may be shown.
    pub text: String,
}

/// A single count as it may be shown.
#[must_use]
pub fn group(count: u64, min: u64) -> String {
    if count == 0 {
        "no".into()
    } else if count < min {
        format!("fewer than {min}")
    } else {
        thousands(count)
    }
}

/// Which of these counts may be shown: none below the minimum but nought, and, where anything is hidden, at least two
/// hidden ones that together reach the minimum, so that a known total gives none away.
#[must_use]
pub fn mask(counts: &[u64], min: u64) -> Vec<bool> {
    let mut shown: Vec<bool> = counts.iter().map(|c| *c == 0 || *c >= min).collect();
    let hidden = |shown: &[bool]| {
        let counts = counts.iter().zip(shown).filter(|(_, s)| !**s).map(|(c, _)| *c);
        counts.fold((0usize, 0u64), |(n, sum), c| (n + 1, sum + c))
    };
    loop {
        let (number, sum) = hidden(&shown);
        if number == 0 || (number >= 2 && sum >= min) {
            return shown;
        }
        let smallest = (0..counts.len()).filter(|i| shown[*i] && counts[*i] > 0).min_by_key(|i| (counts[*i], *i));
        match smallest {
            Some(at) => shown[at] = false,
            None => return shown,
        }
    }
}

/// The schools with most students concerned, masked over all schools, not over the listed ones.
pub(super) fn schools(summary: &Summary, min: u64) -> Vec<Masked> {
    let mut order: Vec<usize> = (0..summary.schools.len()).filter(|i| summary.schools[*i].affected > 0).collect();
    order.sort_by_key(|i| std::cmp::Reverse(summary.schools[*i].affected));
    let counts: Vec<u64> = order.iter().map(|i| summary.schools[*i].affected).collect();
    let shown = mask(&counts, min);
    let text = |at: usize| match (shown[at], counts[at] < min) {
        (true, _) => thousands(counts[at]),
        (false, true) => format!("<{min}"),
        (false, false) => "*".into(),
    };
    let lines = order.iter().enumerate().take(SCHOOLS);
    let mut lines: Vec<Masked> =
        lines.map(|(at, i)| Masked { name: summary.schools[*i].name.clone(), text: text(at) }).collect();
    // Among masked schools the order would still rank them; by name it says nothing.
    let first = lines.iter().position(|l| l.text.starts_with('<')).unwrap_or(lines.len());
    lines[first..].sort_by(|a, b| a.name.cmp(&b.name));
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_lone_small_group_takes_the_next_smallest_with_it() {
        assert_eq!(mask(&[50, 4, 30, 0], 10), [true, false, false, true]);
        assert_eq!(mask(&[50, 4, 7], 10), [true, false, false]);
        assert_eq!(mask(&[50, 2, 3], 10), [false, false, false], "2 and 3 are given away by 5");
        assert_eq!(mask(&[50, 30], 10), [true, true]);
        assert_eq!([group(0, 10), group(9, 10), group(10, 10)], ["no", "fewer than 10", "10"]);
    }

    proptest! {
        #[test]
        fn no_small_group_is_shown_or_follows_from_a_total(counts in proptest::collection::vec(0u64..40, 0..12)) {
            let shown = mask(&counts, 10);
            let hidden: Vec<u64> = counts.iter().zip(&shown).filter(|(_, s)| !**s).map(|(c, _)| *c).collect();
            for (count, shown) in counts.iter().zip(&shown) {
                prop_assert!(!shown || *count == 0 || *count >= 10);
            }
            let others = counts.iter().zip(&shown).any(|(c, s)| *s && *c > 0);
            prop_assert!(hidden.is_empty() || !others || (hidden.len() >= 2 && hidden.iter().sum::<u64>() >= 10));
        }
    }
}
