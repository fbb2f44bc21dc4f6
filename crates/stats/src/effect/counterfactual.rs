//! Regression on a covariate that the initiative did not touch: what the figure would have been.
//!
//! y = b₀ + b₁·x is fitted before the initiative and continued after it. The effect is what happened minus that. Assumes
//! that x moves y after the initiative as before, and that the initiative did not move x. Errors are widened by the
//! autocorrelation that the residuals show, corrected for its bias.

use super::{Effect, Persistence};
use crate::error::{Error, Result, require_count, require_finite, require_same_length};
use crate::least_squares;
use crate::summary;

/// What would have happened, and the difference.
#[derive(Debug, Clone, PartialEq)]
pub struct Counterfactual {
    /// b₀.
    pub intercept: f64,
    /// b₁.
    pub slope: f64,
    /// Expected figure in each period after the initiative.
    pub expected: Vec<f64>,
    /// Mean of observed minus expected after the initiative.
    pub average: Effect,
    /// Sum of observed minus expected.
    pub cumulative: Effect,
    /// Average effect over the mean expected figure; `None` when that is zero.
    pub relative: Option<f64>,
    /// Lag-1 autocorrelation of the residuals before the initiative, corrected for its bias, from 0 to 0.9.
    pub residual_autocorrelation: f64,
}

/// Fits over the first `before` periods, at least eight, and compares the rest.
pub fn fit(figures: &[f64], covariate: &[f64], before: usize) -> Result<Counterfactual> {
    require_same_length("figures", figures.len(), "covariate", covariate.len())?;
    require_finite("figures", figures)?;
    require_finite("covariate", covariate)?;
    require_count("periods before the initiative", before.min(figures.len()), super::interrupted::FEWEST_POINTS)?;
    require_count("periods after the initiative", figures.len() - before.min(figures.len()), 1)?;
    let (earlier, later) = figures.split_at(before);
    if earlier.iter().all(|&value| value == earlier[0]) {
        return Err(Error::Constant { what: "series before the initiative" });
    }
    let columns = [vec![1.0; before], covariate[..before].to_vec()];
    let fit = least_squares::fit("regression on a covariate", &columns, earlier)?;
    let [intercept, slope] = [fit.coefficients[0], fit.coefficients[1]];
    let expected: Vec<f64> = covariate[before..].iter().map(|x| intercept + slope * x).collect();
    let count = later.len() as f64;
    let estimate = summary::mean(later) - summary::mean(&expected);
    // Variance of a mean of new observations: their own noise, and the error of the line at the mean of x.
    let x = summary::mean(&covariate[before..]);
    let of_line = fit.inverse[0][0] + 2.0 * x * fit.inverse[0][1] + x * x * fit.inverse[1][1];
    let standard_error = (fit.variance() * (1.0 / count + of_line)).sqrt();
    let persistence = Persistence::of(&fit.residuals, 2);
    let mean_expected = summary::mean(&expected);
    Ok(Counterfactual {
        intercept,
        slope,
        average: persistence.effect(estimate, standard_error, fit.degrees),
        cumulative: persistence.effect(estimate * count, standard_error * count, fit.degrees),
        relative: (mean_expected != 0.0).then(|| estimate / mean_expected),
        residual_autocorrelation: persistence.autocorrelation,
        expected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interval::Level;

    fn worked() -> (Vec<f64>, Vec<f64>) {
        let x = [
            100.0, 102.0, 101.0, 105.0, 107.0, 106.0, 104.0, 108.0, 110.0, 109.0, 111.0, 113.0, 112.0, 110.0, 114.0,
            116.0, 115.0, 117.0, 119.0, 118.0, 120.0, 122.0, 121.0, 119.0, 123.0, 125.0, 124.0, 126.0, 128.0, 127.0,
        ];
        let noise = [
            0.4, -0.3, 0.2, -0.5, 0.1, 0.6, -0.2, 0.3, -0.4, 0.5, -0.1, 0.2, -0.6, 0.3, 0.1, -0.2, 0.4, -0.3, 0.2,
            -0.1, 0.3, -0.4, 0.1, 0.5, -0.2, 0.2, -0.3, 0.4, -0.1, 0.1,
        ];
        let y = x.iter().zip(noise).enumerate().map(|(t, (x, e))| 20.0 + 0.5 * x + e + if t < 20 { 0.0 } else { 4.0 });
        (y.collect(), x.to_vec())
    }

    /// statsmodels 0.15.0 (worked example 9): OLS counterfactual; the structural model gives 4.118275.
    #[test]
    fn matches_statsmodels() {
        let (y, x) = worked();
        let found = fit(&y, &x, 20).unwrap();
        assert!((found.slope - 0.493_538).abs() < 1e-6 && (found.average.estimate - 4.118_206).abs() < 1e-6);
        assert!((found.average.estimate - 4.118_275).abs() < 1e-3);
        assert!((found.cumulative.estimate - 41.182_06).abs() < 1e-4);
        assert!(found.average.interval(Level::P95).contains(4.0), "the planted effect");
        assert!((found.relative.unwrap() - 0.0510).abs() < 1e-3);
    }

    /// statsmodels 0.15.0: the same standard error from the covariance of the coefficients.
    #[test]
    fn standard_error_of_the_average() {
        let (y, x) = worked();
        let found = fit(&y, &x, 20).unwrap();
        assert!((found.average.standard_error - 0.237_558_404).abs() < 1e-8, "{}", found.average.standard_error);
    }

    #[test]
    fn constant_and_short_series_are_refused() {
        let (mut y, x) = worked();
        assert!(fit(&y, &x, 7).is_err());
        assert!(fit(&y, &x, 30).is_err());
        assert!(fit(&y, &vec![1.0; 30], 20).is_err(), "a covariate that does not vary");
        y[..20].fill(5.0);
        assert_eq!(fit(&y, &x, 20), Err(Error::Constant { what: "series before the initiative" }));
    }
}
