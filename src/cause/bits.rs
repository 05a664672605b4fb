//! Information in fixed point, so that no run, machine or order of adding gives another cause.

use super::space::Population;

/// One bit.
pub(super) const BIT: i64 = 1 << 10;
/// What a conclusion must be worth, beyond its own price, to be drawn at all.
const WORTH: i64 = 20 * BIT;
/// Single faults happen at this rate at most, as (faults, records); a cause must beat it.
const SINGLE: (u64, u64) = (1, 500);

/// What a conclusion about a population must be worth. Records that should not be there make conditions that nothing
/// else meets: of them more evidence is asked.
pub(super) const fn worth(population: Population) -> i64 {
    if matches!(population, Population::New) { 2 * WORTH } else { WORTH }
}

/// No share with so many hits has more evidence than this: all of them, where only single faults are expected. A little
/// is added for the rounding of logarithms.
pub(super) const fn most_evidence(hits: u64) -> i64 {
    (hits as i64).saturating_mul(log2(SINGLE.1) - log2(SINGLE.0) + 8)
}

/// Binary logarithm in 1/1024 bits; of nought it is nought.
pub(super) const fn log2(n: u64) -> i64 {
    if n < 2 {
        return 0;
    }
    let whole = 63 - n.leading_zeros();
    // The mantissa in [1, 2), 31 digits behind the point; squaring it gives one binary digit of the logarithm.
    let mut mantissa = if whole > 31 { n >> (whole - 31) } else { n << (31 - whole) };
    let mut fraction = 0;
    let mut digit = BIT >> 1;
    while digit > 0 {
        mantissa = (mantissa * mantissa) >> 31;
        if mantissa >> 32 != 0 {
            mantissa >>= 1;
            fraction += digit;
        }
        digit >>= 1;
    }
    whole as i64 * BIT + fraction
}

/// How many of how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Share {
    pub(super) hits: u64,
    pub(super) of: u64,
}

impl Share {
    /// True when at least `percent` of a hundred are hits.
    pub(super) const fn at_least(self, percent: u64) -> bool {
        self.of > 0 && self.hits * 100 >= self.of * percent
    }

    /// How many bits it takes to say which are hits when each is expected to be one at the rate of `outside` (or of
    /// single faults), less what it takes once this share is known. Nought when hits are no more frequent than outside.
    pub(super) fn evidence(self, outside: Self) -> i64 {
        let Self { hits: k, of: n } = self;
        let above = |r: (u64, u64)| u128::from(k) * u128::from(r.1) > u128::from(r.0) * u128::from(n);
        let floor_is_higher = outside.of == 0
            || u128::from(outside.hits) * u128::from(SINGLE.1) < u128::from(outside.of) * u128::from(SINGLE.0);
        let rate = if floor_is_higher { SINGLE } else { (outside.hits.min(outside.of), outside.of) };
        if n == 0 || k > n || !above(rate) || rate.0 >= rate.1 {
            return 0;
        }
        let hits = log2(k) - log2(n) - log2(rate.0) + log2(rate.1);
        let misses = log2(n - k) - log2(n) - log2(rate.1 - rate.0) + log2(rate.1);
        let misses = if n == k { 0 } else { misses };
        (k as i64).saturating_mul(hits).saturating_add(((n - k) as i64).saturating_mul(misses)).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_right_to_a_thousandth_of_a_bit() {
        assert_eq!(log2(1), 0);
        assert_eq!(log2(1024), 10 * BIT);
        assert_eq!(log2(3), 1623); // 1.58496 * 1024 = 1623.0
        assert_eq!(log2(u64::MAX) / BIT, 63);
    }

    #[test]
    fn no_share_has_more_evidence_than_its_hits_can_give() {
        for hits in [1, 2, 5, 17, 61, 1_000, 70_001] {
            for more in [0, 1, 2, 7, 500, 90_000] {
                for outside in [Share::default(), Share { hits: 3, of: 4_000 }, Share { hits: 9, of: 20 }] {
                    assert!(Share { hits, of: hits + more }.evidence(outside) <= most_evidence(hits));
                }
            }
        }
    }

    #[test]
    fn all_of_a_few_is_more_evidence_than_few_of_many() {
        let none = Share::default();
        let all = Share { hits: 60, of: 60 }.evidence(none);
        let some = Share { hits: 66, of: 600 }.evidence(none);
        assert!(all > some, "{all} {some}");
        assert_eq!(Share { hits: 1, of: 1000 }.evidence(none), 0);
    }
}
