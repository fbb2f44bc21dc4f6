//! Means of ratings and amounts.
//!
//! Mean x̄ ± t s/√n with the sample standard deviation s and the t quantile of n - 1 degrees of freedom (Student 1908).
//! Assumes independent values from a distribution that is not extremely skewed; for skewed amounts with few values use
//! [`super::bootstrap::studentised`], for times report a median with [`super::order_statistic::interval`].

use super::{Interval, Level, Method};
use crate::distribution;
use crate::error::{Error, Result, require_count, require_finite};
use crate::summary;

/// What is known of a sample when its values are not: as cells store it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Number of values.
    pub count: u64,
    /// Mean of the values.
    pub mean: f64,
    /// Sample variance, with n - 1 in the denominator.
    pub variance: f64,
}

impl Moments {
    /// From values; refuses fewer than two.
    pub fn from_values(values: &[f64]) -> Result<Self> {
        require_count("values", values.len(), 2)?;
        require_finite("values", values)?;
        Ok(Self { count: values.len() as u64, mean: summary::mean(values), variance: summary::variance(values) })
    }

    /// From the count, the sum and the sum of squares, as partial aggregates carry them.
    ///
    /// The subtraction loses digits when the mean is large against the spread: with values around 1e6 and a spread of
    /// 1, about four digits of the variance remain.
    pub fn from_sums(count: u64, sum: f64, sum_of_squares: f64) -> Result<Self> {
        require_count("values", count as usize, 2)?;
        require_finite("sums", &[sum, sum_of_squares])?;
        let n = count as f64;
        let mean = sum / n;
        Ok(Self { count, mean, variance: ((sum_of_squares - sum * mean) / (n - 1.0)).max(0.0) })
    }

    /// √(variance / n).
    #[must_use]
    pub fn standard_error(self) -> f64 {
        (self.variance / self.count as f64).sqrt()
    }
}

/// Student's interval for a mean.
///
/// ```
/// use evenkeel_stats::interval::{Level, mean::{Moments, student}};
///
/// let ratings = Moments::from_values(&[4.0, 5.0, 3.0, 4.0, 5.0, 4.0])?;
/// assert!(student(ratings, Level::P95)?.contains(4.0));
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn student(sample: Moments, level: Level) -> Result<Interval> {
    require_count("values", sample.count as usize, 2)?;
    if !(sample.variance >= 0.0 && sample.variance.is_finite()) {
        return Err(Error::NotPositive { what: "variance", value: sample.variance });
    }
    let t = -distribution::student_t_quantile(level.tail(), sample.count as f64 - 1.0);
    let half = t * sample.standard_error();
    Ok(Interval::new(sample.mean - half, sample.mean + half, level, Method::Student))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy 1.17.1: t.interval(0.95, 19, loc=mean, scale=sem) of the twenty support times of worked example 4.
    #[test]
    fn matches_scipy() {
        let times = [
            3.0, 5.0, 7.0, 8.0, 8.0, 9.0, 10.0, 11.0, 12.0, 12.0, 13.0, 14.0, 15.0, 18.0, 21.0, 25.0, 33.0, 41.0, 60.0,
            120.0,
        ];
        let range = student(Moments::from_values(&times).unwrap(), Level::P95).unwrap();
        assert!(
            (range.low - 9.705_748_001_899).abs() < 1e-9 && (range.high - 34.794_251_998_101).abs() < 1e-9,
            "{range:?}"
        );
    }

    #[test]
    fn sums_and_values_agree() {
        let values = [4.0, 5.0, 3.5, 4.0];
        let from_values = Moments::from_values(&values).unwrap();
        let sum: f64 = values.iter().sum();
        let squares: f64 = values.iter().map(|v| v * v).sum();
        let from_sums = Moments::from_sums(4, sum, squares).unwrap();
        assert!((from_values.variance - from_sums.variance).abs() < 1e-12);
        assert!((from_values.mean - from_sums.mean).abs() < 1e-12);
    }

    #[test]
    fn one_value_has_no_interval() {
        assert!(Moments::from_values(&[3.0]).is_err());
        assert!(student(Moments { count: 1, mean: 3.0, variance: 0.0 }, Level::P95).is_err());
        assert!(student(Moments { count: 9, mean: 3.0, variance: f64::NAN }, Level::P95).is_err());
    }
}
