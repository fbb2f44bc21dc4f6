//! Quantiles of values at hand, by three definitions that give different numbers for small samples.
//!
//! A *quantile* at p is a value that a share p of the observations does not exceed. The 90 % quantile of the twenty
//! times in the tests is 41, 42.9 or 58.1 by the definition, so a measure has to name the one it uses.

use crate::error::{Result, require_count, require_finite, require_within};

/// How a quantile between or at observations is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Definition {
    /// The smallest observation with at least p of all at or below it (Hyndman and Fan type 1). Always an observed
    /// value, the same as the sketches of [`crate::quantile_sketch`] approximate; the default of the product.
    #[default]
    NearestRank,
    /// Linear between observations at position (n + 1) p (type 6, Weibull, spreadsheet `PERCENTILE.EXC`).
    Weibull,
    /// Linear between observations at position (n - 1) p + 1 (type 7, default of R and numpy, `quantile_cont`,
    /// spreadsheet `PERCENTILE.INC`).
    Linear,
}

/// The quantile at `p` (a fraction from 0 to 1) of values in any order.
///
/// ```
/// use evenkeel_stats::quantile::{Definition, quantile};
///
/// let minutes = [12.0, 3.0, 5.0, 9.0];
/// assert_eq!(quantile(&minutes, 0.5, Definition::NearestRank)?, 5.0);
/// assert_eq!(quantile(&minutes, 0.5, Definition::Linear)?, 7.0);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn quantile(values: &[f64], p: f64, definition: Definition) -> Result<f64> {
    require_finite("values", values)?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile_of_sorted(&sorted, p, definition)
}

/// The quantile at `p` of values that are already in increasing order (not checked).
pub fn quantile_of_sorted(sorted: &[f64], p: f64, definition: Definition) -> Result<f64> {
    require_count("values", sorted.len(), 1)?;
    require_within("quantile", p, 0.0, 1.0)?;
    let n = sorted.len() as f64;
    let at = |rank: f64| sorted[(rank.max(1.0).min(n) as usize) - 1];
    let position = match definition {
        Definition::NearestRank => return Ok(at(nearest_rank(sorted.len() as u64, p) as f64)),
        Definition::Weibull => (n + 1.0) * p,
        Definition::Linear => (n - 1.0) * p + 1.0,
    };
    let below = position.floor();
    let part = position - below;
    let (low, high) = (at(below), at(below + 1.0));
    Ok(if low == high { low } else { low + part * (high - low) })
}

/// The rank, counted from 1, of the smallest of `count` values with at least a share `p` at or below it.
///
/// p n is rounded to 12 digits first, because 0.9 · 20 must be 18 and not a hair more.
pub(crate) fn nearest_rank(count: u64, p: f64) -> u64 {
    let exact = p * count as f64;
    let rounded = exact.round();
    let rank = if (exact - rounded).abs() <= 1e-12 * exact.max(1.0) { rounded } else { exact.ceil() };
    (rank as u64).clamp(1, count.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TIMES: [f64; 20] = [
        3.0, 5.0, 7.0, 8.0, 8.0, 9.0, 10.0, 11.0, 12.0, 12.0, 13.0, 14.0, 15.0, 18.0, 21.0, 25.0, 33.0, 41.0, 60.0,
        120.0,
    ];

    #[test]
    fn the_three_definitions_differ_as_documented() {
        assert!((quantile(&TIMES, 0.9, Definition::Linear).unwrap() - 42.9).abs() < 1e-9);
        assert!((quantile(&TIMES, 0.9, Definition::Weibull).unwrap() - 58.1).abs() < 1e-9);
        assert_eq!(quantile(&TIMES, 0.9, Definition::NearestRank), Ok(41.0));
        assert_eq!(quantile(&TIMES, 0.5, Definition::Linear), Ok(12.5));
    }

    #[test]
    fn ends_are_the_extremes() {
        for definition in [Definition::NearestRank, Definition::Weibull, Definition::Linear] {
            assert_eq!(quantile(&TIMES, 0.0, definition), Ok(3.0));
            assert_eq!(quantile(&TIMES, 1.0, definition), Ok(120.0));
            assert_eq!(quantile(&[7.0], 0.3, definition), Ok(7.0));
        }
    }

    #[test]
    fn nearest_rank_does_not_fall_for_binary_fractions() {
        // 0.07 * 100 is 7.000000000000001 in binary.
        assert_eq!(nearest_rank(100, 0.07), 7);
        assert_eq!(nearest_rank(10, 0.3), 3);
        assert_eq!(nearest_rank(3, 0.5), 2);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(quantile(&[], 0.5, Definition::Linear).is_err());
        assert!(quantile(&[1.0], 1.2, Definition::Linear).is_err());
        assert!(quantile(&[1.0, f64::NAN], 0.5, Definition::Linear).is_err());
    }

    proptest! {
        #[test]
        fn quantiles_are_monotone_in_range_and_blind_to_order(
            mut values in prop::collection::vec(-1e6..1e6_f64, 1..60),
            p in 0.0..=1.0_f64,
            q in 0.0..=1.0_f64,
        ) {
            for definition in [Definition::NearestRank, Definition::Weibull, Definition::Linear] {
                let low = quantile(&values, p.min(q), definition).unwrap();
                let high = quantile(&values, p.max(q), definition).unwrap();
                prop_assert!(low <= high);
                values.reverse();
                prop_assert_eq!(quantile(&values, p.min(q), definition).unwrap(), low);
            }
            let rank = quantile(&values, p, Definition::NearestRank).unwrap();
            let at_or_below = values.iter().filter(|&&value| value <= rank).count() as f64;
            prop_assert!(at_or_below >= p * values.len() as f64 - 1e-9);
        }
    }
}
