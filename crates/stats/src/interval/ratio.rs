//! Ratios of two sums over the same rows, such as handled seconds per contact or sales per customer.
//!
//! R = Σy / Σx. Both sums vary together, so the interval needs the rows (or their sums of squares and products), not
//! two separate intervals.

use super::{Interval, Level, Method, bootstrap};
use crate::distribution;
use crate::error::{Error, Result, require_count, require_finite, require_same_length};

/// Sums from which the delta method needs nothing else; they merge by addition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioSums {
    /// Number of rows.
    pub count: u64,
    /// Σy.
    pub numerator: f64,
    /// Σx.
    pub denominator: f64,
    /// Σy².
    pub numerator_squares: f64,
    /// Σx².
    pub denominator_squares: f64,
    /// Σxy.
    pub products: f64,
}

impl RatioSums {
    /// From rows.
    pub fn from_rows(numerators: &[f64], denominators: &[f64]) -> Result<Self> {
        require_same_length("numerators", numerators.len(), "denominators", denominators.len())?;
        require_finite("numerators", numerators)?;
        require_finite("denominators", denominators)?;
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
        Ok(Self {
            count: numerators.len() as u64,
            numerator: numerators.iter().sum(),
            denominator: denominators.iter().sum(),
            numerator_squares: dot(numerators, numerators),
            denominator_squares: dot(denominators, denominators),
            products: dot(numerators, denominators),
        })
    }

    /// Σy / Σx; `None` when the denominator is zero.
    #[must_use]
    pub fn estimate(self) -> Option<f64> {
        (self.denominator != 0.0).then(|| self.numerator / self.denominator)
    }
}

/// Delta method (linearisation): R times or divided by exp(t e), where e = s / (x̄ √n R) with s the standard deviation of
/// y - R x (Cochran 1977, 6.4) and t of n - 1 degrees of freedom.
///
/// The logarithm is used because ratios of positive sums are skewed to the right; where R is not above zero, plain
/// R ± t s / (x̄ √n). Good when the denominator is well away from zero (its relative standard error below about 10 %).
pub fn delta(sums: RatioSums, level: Level) -> Result<Interval> {
    let (ratio, half) = linearised(sums, level)?;
    let (low, high) = if ratio > 0.0 {
        let factor = (half / ratio).exp();
        (ratio / factor, ratio * factor)
    } else {
        (ratio - half, ratio + half)
    };
    Ok(Interval::new(low, high, level, Method::RatioDelta))
}

/// The ratio and the half width of its symmetric interval.
fn linearised(sums: RatioSums, level: Level) -> Result<(f64, f64)> {
    require_count("rows", sums.count as usize, 2)?;
    let Some(ratio) = sums.estimate() else {
        return Err(Error::NotPositive { what: "denominator", value: sums.denominator });
    };
    let n = sums.count as f64;
    // The residuals y - R x sum to zero by the definition of R.
    let squares = sums.numerator_squares - 2.0 * ratio * sums.products + ratio * ratio * sums.denominator_squares;
    let error = (squares.max(0.0) / (n - 1.0) * n).sqrt() / sums.denominator.abs();
    Ok((ratio, -distribution::student_t_quantile(level.tail(), n - 1.0) * error))
}

/// Studentised bootstrap over rows, on the logarithm; for few or skewed rows with positive sums.
pub fn bootstrapped(
    numerators: &[f64],
    denominators: &[f64],
    level: Level,
    replicates: usize,
    seed: u64,
) -> Result<Interval> {
    let all = RatioSums::from_rows(numerators, denominators)?;
    for (what, sum) in [("sum of numerators", all.numerator), ("sum of denominators", all.denominator)] {
        crate::error::require_positive(what, sum)?;
    }
    let range = bootstrap::studentised(numerators.len(), level, replicates, seed, |rows| {
        let (mut y, mut x, mut squares) = (0.0, 0.0, 0.0);
        for &row in rows {
            y += numerators[row];
            x += denominators[row];
        }
        let ratio = y / x;
        for &row in rows {
            squares += (numerators[row] - ratio * denominators[row]).powi(2);
        }
        (ratio.ln(), squares.sqrt() / y)
    })?;
    Ok(range.map(f64::exp))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECONDS: [f64; 8] = [310.0, 450.0, 120.0, 800.0, 265.0, 390.0, 515.0, 90.0];
    const CONTACTS: [f64; 8] = [2.0, 3.0, 1.0, 4.0, 2.0, 2.0, 3.0, 1.0];

    /// By hand in numpy: R = 163.3333, residual sum of squares over (n-1), t(7) = 2.364624.
    #[test]
    fn delta_matches_the_formula() {
        let sums = RatioSums::from_rows(&SECONDS, &CONTACTS).unwrap();
        assert!((sums.estimate().unwrap() - 2940.0 / 18.0).abs() < 1e-12);
        let (ratio, half) = linearised(sums, Level::P95).unwrap();
        assert!((ratio - half - 135.569_373_6).abs() < 1e-6 && (ratio + half - 191.097_293_1).abs() < 1e-6);
        let range = delta(sums, Level::P95).unwrap();
        assert!((range.low * range.high - ratio * ratio).abs() < 1e-6, "symmetric on the logarithm");
        assert!((range.high / ratio - (half / ratio).exp()).abs() < 1e-12);
    }

    #[test]
    fn bootstrap_agrees_roughly_and_repeats_exactly() {
        let one = bootstrapped(&SECONDS, &CONTACTS, Level::P95, 2_000, 11).unwrap();
        let other = bootstrapped(&SECONDS, &CONTACTS, Level::P95, 2_000, 11).unwrap();
        assert_eq!(one, other);
        let range = delta(RatioSums::from_rows(&SECONDS, &CONTACTS).unwrap(), Level::P95).unwrap();
        assert!((one.low - range.low).abs() < 25.0 && (one.high - range.high).abs() < 25.0, "{one:?} {range:?}");
        assert!(bootstrapped(&[-1.0; 8], &CONTACTS, Level::P95, 2_000, 11).is_err());
    }

    #[test]
    fn constant_denominator_is_the_mean() {
        let sums = RatioSums::from_rows(&SECONDS, &[1.0; 8]).unwrap();
        let mean = super::super::mean::Moments::from_values(&SECONDS).unwrap();
        let by_mean = super::super::mean::student(mean, Level::P95).unwrap();
        let (ratio, half) = linearised(sums, Level::P95).unwrap();
        assert!((by_mean.low - ratio + half).abs() < 1e-9 && (by_mean.high - ratio - half).abs() < 1e-9);
        let negative = RatioSums::from_rows(&SECONDS.map(|s| -s), &[1.0; 8]).unwrap();
        assert!(delta(negative, Level::P95).unwrap().contains(-ratio));
    }

    #[test]
    fn empty_denominators_are_refused() {
        let sums = RatioSums::from_rows(&[1.0, 2.0], &[0.0, 0.0]).unwrap();
        assert_eq!(sums.estimate(), None);
        assert!(delta(sums, Level::P95).is_err());
        assert!(RatioSums::from_rows(&[1.0], &[1.0, 2.0]).is_err());
    }
}
