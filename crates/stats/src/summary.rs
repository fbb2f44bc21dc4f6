//! Plain summaries: means, variances, geometric mean. Empty slices give NaN, documented at each function, because the
//! callers have already refused them.

/// Arithmetic mean; NaN for no values.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Sample variance with n - 1, by the two-pass formula; NaN for fewer than two values.
pub(crate) fn variance(values: &[f64]) -> f64 {
    let centre = mean(values);
    values.iter().map(|value| (value - centre).powi(2)).sum::<f64>() / (values.len() as f64 - 1.0)
}

/// Geometric mean, exp of the mean logarithm: a typical value of times that differ by factors rather than by amounts.
///
/// `None` when there are no values or one of them is not above zero.
///
/// ```
/// let typical = evenkeel_stats::summary::geometric_mean(&[1.0, 10.0, 100.0]).unwrap();
/// assert!((typical - 10.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn geometric_mean(values: &[f64]) -> Option<f64> {
    let usable = !values.is_empty() && values.iter().all(|&value| value > 0.0 && value.is_finite());
    usable.then(|| (values.iter().map(|value| value.ln()).sum::<f64>() / values.len() as f64).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn geometric_mean_of_the_support_times() {
        let times = [
            3.0, 5.0, 7.0, 8.0, 8.0, 9.0, 10.0, 11.0, 12.0, 12.0, 13.0, 14.0, 15.0, 18.0, 21.0, 25.0, 33.0, 41.0, 60.0,
            120.0,
        ];
        assert!((geometric_mean(&times).unwrap() - 14.759_770).abs() < 1e-6);
    }

    #[test]
    fn geometric_mean_refuses_what_has_no_logarithm() {
        assert_eq!(geometric_mean(&[]), None);
        assert_eq!(geometric_mean(&[3.0, 0.0]), None);
        assert_eq!(geometric_mean(&[3.0, -1.0]), None);
        assert_eq!(geometric_mean(&[3.0, f64::INFINITY]), None);
    }

    #[test]
    fn variance_has_n_minus_one() {
        assert!((variance(&[1.0, 2.0, 3.0, 4.0]) - 5.0 / 3.0).abs() < 1e-12);
    }
}
