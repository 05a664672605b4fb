//! Ordered filling as vendors do it: each class goes to the first open area that takes it, what is too much overflows.

use super::flow::Supply;

/// What each area gets, class by class in order of time.
pub(super) fn filled(supplies: &[Supply], needs: &[i64]) -> Vec<i64> {
    let mut filled = vec![0; needs.len()];
    for supply in supplies {
        let mut amount = supply.amount;
        for area in 0..needs.len() {
            if amount > 0 && supply.mask & (1 << area) != 0 {
                let part = amount.min(needs[area] - filled[area]);
                filled[area] += part;
                amount -= part;
            }
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_much_overflows_into_the_next_area_that_takes_it() {
        let supplies = [Supply { mask: 0b11, amount: 15 }, Supply { mask: 0b01, amount: 5 }];
        assert_eq!(filled(&supplies, &[10, 10]), [10, 5]);
    }
}
