//! Events of many units against expected events (or exposure): each count is Poisson, the true ratio gamma distributed.
//!
//! With prior Gamma(shape, rate) the posterior of a unit with O events where E were expected is Gamma(shape + O,
//! rate + E). The ratio is observed over expected; with exposures in the place of expected events it is a rate.

use super::newton::{Surface, covariance, maximise};
use super::{Estimation, Posterior};
use crate::distribution::{digamma, ln_gamma};
use crate::error::{Error, Result, require_count};
use crate::interval::rate::Events;

/// Bounds of the logarithm of the prior's shape.
const SHAPE_BOUNDS: (f64, f64) = (-3.0, 15.0);

/// The spread of true ratios between units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// Mean ratio.
    pub mean: f64,
    /// Shape: the events that the prior weighs.
    pub shape: f64,
}

impl Prior {
    /// Rate: the expected events (or exposure) that the prior weighs.
    #[must_use]
    pub fn rate(self) -> f64 {
        self.shape / self.mean
    }

    /// Variance of true ratios between units.
    #[must_use]
    pub fn variance(self) -> f64 {
        self.mean * self.mean / self.shape
    }

    /// The posterior of a unit.
    #[must_use]
    pub fn posterior(self, unit: Events) -> Posterior {
        Posterior::Gamma { shape: unit.count() as f64 + self.shape, rate: unit.exposure() + self.rate() }
    }
}

/// Estimates the prior by maximum likelihood (negative binomial) from at least three units with at least one event.
///
/// ```
/// use evenkeel_stats::interval::rate::Events;
/// use evenkeel_stats::shrinkage::{Estimation, poisson_gamma::fit};
///
/// let complaints = [(3, 5.0), (9, 4.0), (4, 6.0), (12, 5.5)].map(|(c, e)| Events::new(c, e));
/// let complaints: Vec<Events> = complaints.into_iter().collect::<Result<_, _>>()?;
/// let prior = fit(&complaints, Estimation::MaximumLikelihood)?;
/// let second = prior.posterior(complaints[1]).mean();
/// assert!(second < 9.0 / 4.0 && second > prior.mean);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn fit(units: &[Events], estimation: Estimation) -> Result<Prior> {
    require_count("units", units.len(), 3)?;
    let rows: Vec<Row> =
        units.iter().map(|unit| Row { events: unit.count() as f64, exposure: unit.exposure() }).collect();
    fit_rows(&rows, estimation).map(|fitted| fitted.prior)
}

/// The data of one unit; events need not be whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub events: f64,
    pub exposure: f64,
}

/// A prior with the uncertainty of its estimate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fitted {
    pub prior: Prior,
    /// Covariance of the logarithms of the mean and the shape.
    covariance: [[f64; 2]; 2],
}

impl Fitted {
    /// The posterior of a unit, widened by what is not known of the prior, as
    /// [`super::beta_binomial::Fitted::posterior`] does.
    pub fn posterior(&self, row: &Row) -> Posterior {
        let (shape, rate) = (row.events + self.prior.shape, row.exposure + self.prior.rate());
        let mean = shape / rate;
        let variance = shape / (rate * rate);
        let weight = self.prior.rate() / rate;
        let slopes = [weight * mean, weight * (self.prior.mean - mean)];
        let [[of_mean, both], [_, of_shape]] = self.covariance;
        let extra = slopes[0] * slopes[0] * of_mean
            + 2.0 * slopes[0] * slopes[1] * both
            + slopes[1] * slopes[1] * of_shape.min(1.0);
        let widened = variance + extra.max(0.0);
        Posterior::Gamma { shape: mean * mean / widened, rate: mean / widened }
    }
}

/// The same for events that need not be whole.
pub(crate) fn fit_rows(rows: &[Row], estimation: Estimation) -> Result<Fitted> {
    let (events, exposure) =
        rows.iter().fold((0.0, 0.0), |(events, exposure), row| (events + row.events, exposure + row.exposure));
    if events == 0.0 {
        return Err(Error::Constant { what: "number of events of all units" });
    }
    let mean: f64 = events / exposure;
    let surface = Likelihood { rows, estimation };
    let top = maximise(&surface, [mean.ln(), 2.0], SHAPE_BOUNDS)?;
    let prior = Prior { mean: top[0].exp(), shape: top[1].exp() };
    Ok(Fitted { prior, covariance: covariance(&surface, top) })
}

/// The log likelihood over the logarithms of the mean and the shape, without the terms that depend on the data only.
struct Likelihood<'a> {
    rows: &'a [Row],
    estimation: Estimation,
}

impl Surface for Likelihood<'_> {
    fn value(&self, [log_mean, log_shape]: [f64; 2]) -> f64 {
        let (mean, shape) = (log_mean.exp(), log_shape.exp());
        let rate = shape / mean;
        let of_shape = ln_gamma(shape);
        let sum: f64 = self
            .rows
            .iter()
            .map(|row| {
                let count = row.events;
                // shape ln(rate / (rate + E)) loses digits when the rate is large.
                ln_gamma(count + shape)
                    - of_shape
                    - shape * (row.exposure / rate).ln_1p()
                    - count * (rate + row.exposure).ln()
            })
            .sum();
        let penalty = if self.estimation == Estimation::BoundaryAvoiding { -0.5 * log_shape } else { 0.0 };
        sum + penalty
    }

    fn gradient(&self, [log_mean, log_shape]: [f64; 2]) -> [f64; 2] {
        let (mean, shape) = (log_mean.exp(), log_shape.exp());
        let rate = shape / mean;
        let of_shape = digamma(shape);
        let (mut of_mean, mut of_log_shape) = (0.0, 0.0);
        for row in self.rows {
            let count = row.events;
            let total = rate + row.exposure;
            // With respect to the rate: shape E / (rate (rate + E)) - O / (rate + E).
            let of_rate = (shape * row.exposure / rate - count) / total;
            of_mean -= rate * of_rate;
            of_log_shape +=
                shape * (digamma(count + shape) - of_shape - (row.exposure / rate).ln_1p()) + rate * of_rate;
        }
        let penalty = if self.estimation == Estimation::BoundaryAvoiding { -0.5 } else { 0.0 };
        [of_mean, of_log_shape + penalty]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units() -> Vec<Events> {
        [(7, 5.2), (9, 8.3), (16, 9.1), (11, 12.5), (8, 4.2), (5, 11.0), (30, 14.4), (9, 9.3), (2, 6.2), (19, 11.4)]
            .map(|(count, expected)| Events::new(count, expected).unwrap())
            .to_vec()
    }

    /// scipy 1.17.1, Nelder-Mead on `nbinom.logpmf(O, shape, rate / (rate + E))`.
    #[test]
    fn matches_scipy() {
        let prior = fit(&units(), Estimation::MaximumLikelihood).unwrap();
        assert!((prior.shape - 6.686_384_99).abs() < 1e-4 && (prior.rate() - 5.366_885_75).abs() < 1e-4, "{prior:?}");
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_value() {
        let rows: Vec<Row> =
            units().iter().map(|unit| Row { events: unit.count() as f64, exposure: unit.exposure() }).collect();
        for estimation in [Estimation::MaximumLikelihood, Estimation::BoundaryAvoiding] {
            let surface = Likelihood { rows: &rows, estimation };
            let at = [0.2, 1.3];
            let gradient = surface.gradient(at);
            let h = 1e-6;
            let by_mean = (surface.value([at[0] + h, at[1]]) - surface.value([at[0] - h, at[1]])) / (2.0 * h);
            let by_shape = (surface.value([at[0], at[1] + h]) - surface.value([at[0], at[1] - h])) / (2.0 * h);
            assert!((gradient[0] - by_mean).abs() < 1e-5 && (gradient[1] - by_shape).abs() < 1e-5);
        }
    }

    #[test]
    fn ratios_that_do_not_differ_are_pulled_together() {
        let alike: Vec<Events> = [9, 10, 11, 10].into_iter().map(|count| Events::new(count, 10.0).unwrap()).collect();
        assert!(fit(&alike, Estimation::MaximumLikelihood).unwrap().shape > 1e6);
        assert!(fit(&alike, Estimation::BoundaryAvoiding).unwrap().shape < 1e5);
        let none: Vec<Events> = (0..4).map(|_| Events::new(0, 10.0).unwrap()).collect();
        assert!(fit(&none, Estimation::MaximumLikelihood).is_err());
        assert!(fit(&alike[..2], Estimation::MaximumLikelihood).is_err());
    }
}
