//! Intervals for a quantile from two of the observations, without any assumption about the distribution.
//!
//! The number of observations below the true quantile at p is binomial (n, p). The l-th and the u-th smallest value
//! therefore enclose it with probability P(l ≤ B < u) at least, which is computed exactly (David and Nagaraja 2003,
//! section 7.1). Each tail is kept at half of what the level leaves, so the coverage is at least the level.

use super::{Interval, Level, Method};
use crate::distribution;
use crate::error::{Error, Result, require_finite};

/// Ranks, counted from 1, whose values enclose a quantile, with the exact coverage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranks {
    /// Rank of the lower end.
    pub low: u64,
    /// Rank of the upper end.
    pub high: u64,
    /// Probability that the two values enclose the true quantile (for continuous values; more with ties).
    pub coverage: f64,
}

/// The narrowest ranks with at most half of the remaining probability in each tail.
///
/// Fails with [`Error::TooFew`], naming the number needed, when even the extremes do not suffice: a 95 % interval for a
/// p90 needs 36 values.
///
/// ```
/// use evenkeel_stats::interval::{Level, order_statistic::ranks};
///
/// let median = ranks(20, 0.5, Level::P95)?;
/// assert_eq!((median.low, median.high), (6, 15));
/// assert!((median.coverage - 0.958611).abs() < 1e-6);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn ranks(count: u64, p: f64, level: Level) -> Result<Ranks> {
    if !(p > 0.0 && p < 1.0) {
        return Err(Error::OutOfRange { what: "quantile", value: p, low: 0.0, high: 1.0 });
    }
    let need = minimum_count(p, level);
    if count < need {
        return Err(Error::TooFew {
            what: "values for an interval of this quantile",
            have: count as usize,
            need: need as usize,
        });
    }
    // The smallest count whose cumulative probability exceeds the tail is the rank to start from.
    let low = distribution::binomial_quantile(level.tail(), count, p).max(1);
    let low = if low > 1 && distribution::binomial_cdf(low - 1, count, p) > level.tail() { low - 1 } else { low };
    let mut high = distribution::binomial_quantile(1.0 - level.tail(), count, p) + 1;
    if high > 1 && distribution::binomial_sf(high - 2, count, p) <= level.tail() {
        high -= 1;
    }
    let high = high.min(count);
    Ok(Ranks { low, high, coverage: coverage(count, p, low, high) })
}

/// P(low ≤ B < high) for B binomial (count, p): the exact coverage of two ranks that were chosen in another way.
#[must_use]
pub fn coverage(count: u64, p: f64, low: u64, high: u64) -> f64 {
    if low == 0 || high <= low || high > count {
        return f64::NAN;
    }
    distribution::binomial_cdf(high - 1, count, p) - distribution::binomial_cdf(low - 1, count, p)
}

/// How many values an interval needs: both extremes must miss the quantile with no more than the tail probability.
#[must_use]
pub fn minimum_count(p: f64, level: Level) -> u64 {
    let extreme = p.max(1.0 - p);
    (level.tail().ln() / extreme.ln() - 1e-12).ceil().max(2.0) as u64
}

/// The interval for the quantile at `p` of values in any order.
pub fn interval(values: &[f64], p: f64, level: Level) -> Result<Interval> {
    require_finite("values", values)?;
    let ranks = ranks(values.len() as u64, p, level)?;
    let mut values = values.to_vec();
    // Two ranks are found without putting all values in order: the lower one lies among those below the higher one.
    let (below, high, _) = values.select_nth_unstable_by(ranks.high as usize - 1, f64::total_cmp);
    let high = *high;
    let low = match below {
        [] => high,
        below => *below.select_nth_unstable_by(ranks.low as usize - 1, f64::total_cmp).1,
    };
    Ok(Interval::new(low, high, level, Method::OrderStatistic))
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
    fn median_of_twenty_times() {
        let range = interval(&TIMES, 0.5, Level::P95).unwrap();
        assert_eq!((range.low, range.high), (9.0, 21.0));
        for (low, high, exact) in [(5, 16, 0.988_182), (6, 15, 0.958_611), (7, 14, 0.884_682)] {
            assert!((coverage(20, 0.5, low, high) - exact).abs() < 1e-6);
        }
        assert_eq!((TIMES[4], TIMES[15], TIMES[6], TIMES[13]), (8.0, 25.0, 10.0, 18.0));
    }

    #[test]
    fn far_quantiles_need_more_values() {
        assert_eq!(minimum_count(0.5, Level::P95), 6);
        assert_eq!(minimum_count(0.9, Level::P95), 36);
        let refused = interval(&TIMES, 0.9, Level::P95).unwrap_err();
        assert_eq!(refused, Error::TooFew { what: "values for an interval of this quantile", have: 20, need: 36 });
        assert!(ranks(36, 0.9, Level::P95).is_ok());
        assert!(ranks(20, 1.0, Level::P95).is_err());
    }

    #[test]
    fn impossible_ranks_have_no_coverage() {
        assert!(coverage(20, 0.5, 0, 10).is_nan());
        assert!(coverage(20, 0.5, 10, 10).is_nan());
        assert!(coverage(20, 0.5, 10, 21).is_nan());
    }

    proptest! {
        #[test]
        fn coverage_reaches_the_level_and_no_narrower_ranks_do(count in 2_u64..400, p in 0.05..0.95_f64) {
            prop_assume!(count >= minimum_count(p, Level::P95));
            let found = ranks(count, p, Level::P95).unwrap();
            prop_assert!(found.low >= 1 && found.high <= count && found.low < found.high);
            prop_assert!(found.coverage >= 0.95 - 1e-12, "{:?}", found);
            // One rank further in leaves too much outside at that end.
            prop_assert!(distribution::binomial_cdf(found.low, count, p) > 0.025);
            prop_assert!(distribution::binomial_sf(found.high - 2, count, p) > 0.025);
        }

        #[test]
        fn the_ends_are_the_values_of_these_ranks(values in prop::collection::vec(-50_i32..50, 40..200), p in 0.1..0.9_f64) {
            let mut values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let found = interval(&values, p, Level::P95).unwrap();
            let ranks = ranks(values.len() as u64, p, Level::P95).unwrap();
            values.sort_by(f64::total_cmp);
            prop_assert_eq!((found.low, found.high), (values[ranks.low as usize - 1], values[ranks.high as usize - 1]));
        }
    }
}
