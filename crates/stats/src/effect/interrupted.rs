//! Interrupted time series: segmented regression of one unit's figures (Wagner and others 2002).
//!
//! y = b₀ + b₁·t + b₂·D + b₃·S, with t = 1, 2, …, D = 1 from the change on, and S the number of periods since. b₂ is the
//! change of level, b₃ the change of slope. Coding matters: where S is 1 in the first period after the change
//! ([`Coding::OneAtFirst`]), b₂ is the level change just before it; where S is 0 ([`Coding::ZeroAtFirst`]), in it.
//!
//! Months resemble their neighbours, which makes ordinary standard errors too small. Those of Newey and West are given
//! for comparison, but on 24 months they are too small even for independent ones (they find an effect where there is
//! none in 16 % instead of 5 %), so effects carry ordinary errors widened by the autocorrelation that the residuals show
//! after correction for its bias. Two times twelve months notice only large effects; the width of the interval says so.
//! Designs with fewer than eight points on a side are refused.

use super::{Effect, Persistence};
use crate::error::{Error, Result, require_count, require_finite};
use crate::least_squares::{self, Covariance, Fit};

/// Value of S in the first period after the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coding {
    /// 1, as most software does.
    OneAtFirst,
    /// 0.
    ZeroAtFirst,
}

/// Fewest points before, and fewest after, the change.
pub const FEWEST_POINTS: usize = 8;

/// A fitted segmented regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Segmented {
    /// b₀, b₁, b₂, b₃.
    pub coefficients: [f64; 4],
    /// Standard errors for independent residuals.
    pub ordinary_errors: [f64; 4],
    /// Standard errors of Newey and West, with small-sample correction.
    pub robust_errors: [f64; 4],
    /// The same without the correction.
    pub uncorrected_errors: [f64; 4],
    /// Share of the variance explained.
    pub r_squared: f64,
    /// Durbin-Watson statistic: 2 for independent residuals, below for positive autocorrelation. Unreliable on short
    /// series.
    pub durbin_watson: f64,
    /// For independent residuals.
    covariance: Covariance,
    persistence: Persistence,
    degrees: usize,
    before: usize,
    coding: Coding,
}

/// Fits the regression. `before` is the number of points before the change, `lags` how many neighbours residuals may
/// resemble (2 is usual for months).
///
/// ```
/// use evenkeel_stats::effect::interrupted::{Coding, segmented};
///
/// let satisfaction = [71., 73., 70., 74., 72., 73., 75., 72., 74., 73., 74., 75.,
///     79., 80., 81., 80., 83., 82., 84., 83., 85., 86., 85., 87.];
/// let fitted = segmented(&satisfaction, 12, Coding::OneAtFirst, 2)?;
/// assert!((fitted.effect_at(24)?.estimate - 9.016317).abs() < 1e-6);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn segmented(values: &[f64], before: usize, coding: Coding, lags: usize) -> Result<Segmented> {
    require_finite("points", values)?;
    require_count("points before the change", before.min(values.len()), FEWEST_POINTS)?;
    require_count("points after the change", values.len() - before.min(values.len()), FEWEST_POINTS)?;
    let columns = columns(values.len(), before, coding);
    let fit = least_squares::fit("segmented regression", &columns, values)?;
    let centre = crate::summary::mean(values);
    let total: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    if total == 0.0 {
        return Err(Error::Constant { what: "series" });
    }
    let steps: f64 = fit.residuals.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum();
    let variance = fit.variance();
    let covariance: Covariance = fit.inverse.iter().map(|row| row.iter().map(|v| v * variance).collect()).collect();
    Ok(Segmented {
        coefficients: four(&fit.coefficients),
        ordinary_errors: four(&fit.standard_errors()),
        robust_errors: roots_of_diagonal(&fit.newey_west(&columns, lags, true)),
        uncorrected_errors: roots_of_diagonal(&fit.newey_west(&columns, lags, false)),
        r_squared: 1.0 - fit.residual_squares / total,
        durbin_watson: durbin_watson(&fit, steps),
        covariance,
        persistence: Persistence::of(&fit.residuals, 4),
        degrees: fit.degrees,
        before,
        coding,
    })
}

fn columns(points: usize, before: usize, coding: Coding) -> Vec<Vec<f64>> {
    let row = |t: usize| design(t, before, coding);
    (0..4).map(|column| (1..=points).map(|t| row(t)[column]).collect()).collect()
}

/// 1, t, D and S of period t, counted from 1.
fn design(t: usize, before: usize, coding: Coding) -> [f64; 4] {
    if t <= before {
        return [1.0, t as f64, 0.0, 0.0];
    }
    let since = (t - before) as f64;
    [1.0, t as f64, 1.0, if coding == Coding::OneAtFirst { since } else { since - 1.0 }]
}

fn four(values: &[f64]) -> [f64; 4] {
    std::array::from_fn(|i| values[i])
}

fn roots_of_diagonal(covariance: &Covariance) -> [f64; 4] {
    std::array::from_fn(|i| covariance[i][i].max(0.0).sqrt())
}

/// An exact fit has no residuals to be related.
fn durbin_watson(fit: &Fit, steps: f64) -> f64 {
    if fit.residual_squares > 0.0 { steps / fit.residual_squares } else { 2.0 }
}

impl Segmented {
    /// What would have been in period `t` (counted from 1) without the change: b₀ + b₁·t.
    #[must_use]
    pub fn counterfactual_at(&self, t: usize) -> f64 {
        self.coefficients[0] + self.coefficients[1] * t as f64
    }

    /// Effect in period `t`, b₂ + b₃·S. Refuses periods before the change.
    pub fn effect_at(&self, t: usize) -> Result<Effect> {
        if t <= self.before {
            return Err(Error::BadPosition { what: "period of an effect", index: t });
        }
        let since = design(t, self.before, self.coding)[3];
        Ok(self.effect(since))
    }

    /// Mean effect over the periods from the change to `last`.
    pub fn mean_effect(&self, last: usize) -> Result<Effect> {
        if last <= self.before {
            return Err(Error::BadPosition { what: "period of an effect", index: last });
        }
        let count = (last - self.before) as f64;
        let sum: f64 = (self.before + 1..=last).map(|t| design(t, self.before, self.coding)[3]).sum();
        Ok(self.effect(sum / count))
    }

    fn effect(&self, since: f64) -> Effect {
        let [_, _, level, slope] = self.coefficients;
        let variance =
            self.covariance[2][2] + 2.0 * since * self.covariance[2][3] + since * since * self.covariance[3][3];
        self.persistence.effect(level + slope * since, variance.max(0.0).sqrt(), self.degrees)
    }

    /// Lag-1 autocorrelation of the residuals, corrected for its bias, from 0 to 0.9; effects are widened for it.
    #[must_use]
    pub fn residual_autocorrelation(&self) -> f64 {
        self.persistence.autocorrelation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MONTHS: [f64; 24] = [
        71.0, 73.0, 70.0, 74.0, 72.0, 73.0, 75.0, 72.0, 74.0, 73.0, 74.0, 75.0, 79.0, 80.0, 81.0, 80.0, 83.0, 82.0,
        84.0, 83.0, 85.0, 86.0, 85.0, 87.0,
    ];

    /// statsmodels 0.15.0, OLS and HAC with two lags (worked example 9).
    #[test]
    fn matches_statsmodels() {
        let fitted = segmented(&MONTHS, 12, Coding::OneAtFirst, 2).unwrap();
        let close = |got: [f64; 4], want: [f64; 4]| got.iter().zip(want).all(|(g, w)| (g - w).abs() < 1e-6);
        assert!(close(fitted.coefficients, [71.272_727, 0.265_734, 4.023_310, 0.416_084]), "{fitted:?}");
        assert!(close(fitted.ordinary_errors, [0.650_488, 0.088_384, 0.867_484, 0.124_994]));
        assert!(close(fitted.robust_errors, [0.387_499, 0.048_571, 0.373_363, 0.052_016]));
        assert!(close(fitted.uncorrected_errors, [0.353_737, 0.044_339, 0.340_832, 0.047_484]));
        assert!((fitted.durbin_watson - 3.372_767).abs() < 1e-6 && (fitted.r_squared - 0.967_572).abs() < 1e-6);
        assert!((fitted.counterfactual_at(24) - 77.650_350).abs() < 1e-6);
        assert!((fitted.effect_at(24).unwrap().estimate - 9.016_317).abs() < 1e-6);
        let other = segmented(&MONTHS, 12, Coding::ZeroAtFirst, 2).unwrap();
        assert!((other.coefficients[2] - 4.439_394).abs() < 1e-6);
        assert!((other.effect_at(24).unwrap().estimate - 9.016_317).abs() < 1e-6, "the effect knows no coding");
        assert!(fitted.effect_at(24).unwrap().p_value() < 1e-4);
    }

    #[test]
    fn the_error_of_an_effect_combines_level_and_slope() {
        let fitted = segmented(&MONTHS, 12, Coding::ZeroAtFirst, 2).unwrap();
        let first = fitted.effect_at(13).unwrap();
        assert!(
            (first.standard_error - fitted.ordinary_errors[2]).abs() < 1e-12,
            "slope has no part in the first month"
        );
        let drifting: Vec<f64> = (0..24).map(|t| 70.0 + f64::from(t / 4 % 2) * 3.0 + f64::from(t % 3)).collect();
        let wide = segmented(&drifting, 12, Coding::ZeroAtFirst, 2).unwrap();
        assert!(wide.residual_autocorrelation() > 0.3);
        assert!(wide.effect_at(13).unwrap().standard_error > 1.3 * wide.ordinary_errors[2]);
    }

    #[test]
    fn mean_effect_is_the_mean_of_the_effects() {
        let fitted = segmented(&MONTHS, 12, Coding::OneAtFirst, 2).unwrap();
        let by_hand = (13..=24).map(|t| fitted.effect_at(t).unwrap().estimate).sum::<f64>() / 12.0;
        assert!((fitted.mean_effect(24).unwrap().estimate - by_hand).abs() < 1e-10);
    }

    #[test]
    fn short_designs_and_wrong_periods_are_refused() {
        assert!(segmented(&MONTHS, 7, Coding::OneAtFirst, 2).is_err());
        assert!(segmented(&MONTHS, 17, Coding::OneAtFirst, 2).is_err());
        assert!(segmented(&MONTHS, 30, Coding::OneAtFirst, 2).is_err());
        assert!(segmented(&[5.0; 24], 12, Coding::OneAtFirst, 2).is_err());
        let fitted = segmented(&MONTHS, 12, Coding::OneAtFirst, 2).unwrap();
        assert!(fitted.effect_at(12).is_err() && fitted.mean_effect(12).is_err());
        assert_eq!(fitted.residual_autocorrelation(), 0.0, "these months alternate");
        assert!((fitted.effect_at(13).unwrap().degrees - 20.0).abs() < 1e-12);
    }
}
