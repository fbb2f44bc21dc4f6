//! The run rules of Anhoej: signs of a shift without limits and without assuming a distribution.
//!
//! Points on the centre are left out; n useful points remain. A signal is a longest run above round(log2 n) + 3, or
//! fewer crossings of the centre than the 5 % quantile of the binomial distribution (n - 1, 1/2). Source: Anhoej and
//! Olesen (2014), as executed by qicharts2 0.8.1.

use super::rules;
use crate::distribution;
use crate::error::{Result, require_count, require_finite};

/// What the run rules found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runs {
    /// Points that are not on the centre.
    pub useful: usize,
    /// Points in the longest run on one side.
    pub longest: usize,
    /// The longest run that chance would usually give.
    pub longest_expected: usize,
    /// How often successive useful points lie on different sides.
    pub crossings: usize,
    /// The fewest crossings that chance would usually give.
    pub crossings_expected: usize,
}

impl Runs {
    /// Whether one of the two rules is broken.
    #[must_use]
    pub fn signal(&self) -> bool {
        self.longest > self.longest_expected || self.crossings < self.crossings_expected
    }
}

/// Counts runs and crossings around `centre` (the median, usually).
///
/// ```
/// use evenkeel_stats::control::runs::around;
///
/// let steady = [5.0, 7.0, 4.0, 6.5, 7.5, 3.0, 6.0, 8.0, 4.5, 6.8, 5.5, 7.2];
/// assert!(!around(&steady, 6.2)?.signal());
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn around(values: &[f64], centre: f64) -> Result<Runs> {
    require_finite("points", values)?;
    let sides: Vec<_> = values.iter().filter_map(|&value| rules::side(value, centre, centre)).map(Some).collect();
    require_count("points off the centre", sides.len(), 2)?;
    let found = rules::runs(&sides);
    let n = sides.len();
    Ok(Runs {
        useful: n,
        longest: found.iter().map(|run| run.1).max().unwrap_or(0),
        longest_expected: (n as f64).log2().round() as usize + 3,
        crossings: found.len().saturating_sub(1),
        crossings_expected: distribution::binomial_quantile(0.05, n as u64 - 1, 0.5) as usize,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_match_the_published_table() {
        let rows = [(10, 6, 2), (12, 7, 3), (20, 7, 6), (24, 8, 8), (30, 8, 10), (50, 9, 19), (100, 10, 41)];
        for (n, longest, crossings) in rows {
            let values: Vec<f64> = (0..n).map(|i| if i % 2 == 0 { 1.0 } else { -1.0 }).collect();
            let found = around(&values, 0.0).unwrap();
            assert_eq!((found.longest_expected, found.crossings_expected), (longest, crossings), "n = {n}");
        }
    }

    #[test]
    fn d1_signals_around_median_and_mean() {
        let d1 = [
            82.0, 79.0, 84.0, 81.0, 80.0, 83.0, 78.0, 82.0, 81.0, 85.0, 80.0, 79.0, 83.0, 84.0, 86.0, 85.0, 87.0, 86.0,
            88.0, 85.0, 84.0, 86.0, 87.0, 72.0,
        ];
        let median = around(&d1, 83.5).unwrap();
        assert_eq!((median.longest, median.crossings, median.signal()), (10, 6, true));
        let mean = around(&d1, 82.791_667).unwrap();
        assert_eq!((mean.longest, mean.crossings, mean.signal()), (11, 8, true));
    }

    #[test]
    fn points_on_the_centre_do_not_count() {
        let found = around(&[1.0, 0.0, 1.0, -1.0, 0.0, -1.0], 0.0).unwrap();
        assert_eq!((found.useful, found.longest, found.crossings), (4, 2, 1));
        assert!(around(&[0.0, 0.0, 0.0], 0.0).is_err());
    }
}
