//! Class rank, by the policy's tie rule.

use super::gpa::rules::Tie;
use super::rational::Rational;

/// Ranks in the order given. Equal GPAs share a rank, but for [`Tie::Ordinal`], where the earlier entry comes first.
#[must_use]
pub fn ranks(gpas: &[Rational], tie: Tie) -> Vec<u32> {
    let mut order: Vec<usize> = (0..gpas.len()).collect();
    order.sort_by(|a, b| gpas[*b].cmp(&gpas[*a]).then(a.cmp(b)));
    let mut ranks = vec![0; gpas.len()];
    let (mut rank, mut last) = (0, None);
    for (place, &at) in order.iter().enumerate() {
        let place = place as u32 + 1;
        let same = last == Some(gpas[at]);
        rank = match tie {
            Tie::Ordinal => place,
            Tie::Competition if same => rank,
            Tie::Competition => place,
            Tie::Dense if same => rank,
            Tie::Dense => rank + 1,
        };
        ranks[at] = rank;
        last = Some(gpas[at]);
    }
    ranks
}

/// The tie rule under which stored ranks follow from the GPAs, if one does: tells a rank that was counted by
/// another rule (or from the other end) from ranks that are wrong.
#[must_use]
pub fn rule_of(gpas: &[Rational], stored: &[u32]) -> Option<&'static str> {
    let rules = [("1-2-2-4", Tie::Competition), ("1-2-2-3", Tie::Dense), ("1-2-3-4", Tie::Ordinal)];
    if let Some((name, _)) = rules.iter().find(|(_, tie)| ranks(gpas, *tie) == stored) {
        return Some(name);
    }
    let negated: Vec<Rational> = gpas.iter().map(|g| g.negated()).collect();
    rules.iter().any(|(_, tie)| ranks(&negated, *tie) == stored).then_some("from the lowest GPA up")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_are_ranked_as_the_rule_says_and_the_rule_is_found_again() {
        let gpas: Vec<Rational> = [40, 39, 39, 38].iter().map(|n| Rational::new(*n, 10).unwrap()).collect();
        assert_eq!(ranks(&gpas, Tie::Competition), [1, 2, 2, 4]);
        assert_eq!(ranks(&gpas, Tie::Dense), [1, 2, 2, 3]);
        assert_eq!(ranks(&gpas, Tie::Ordinal), [1, 2, 3, 4]);
        assert_eq!(rule_of(&gpas, &[1, 2, 2, 3]), Some("1-2-2-3"));
        assert_eq!(rule_of(&gpas, &[4, 2, 2, 1]), Some("from the lowest GPA up"));
        assert_eq!(rule_of(&gpas, &[1, 1, 1, 1]), None);
    }

    #[test]
    fn exact_gpas_do_not_break_ties_that_are_none() {
        // 9.9 / 3 and 3.3: one GPA, which inexact numbers would rank apart.
        let gpas = [Rational::new(99, 30).unwrap(), Rational::new(33, 10).unwrap()];
        assert_eq!(ranks(&gpas, Tie::Competition), [1, 1]);
    }
}
