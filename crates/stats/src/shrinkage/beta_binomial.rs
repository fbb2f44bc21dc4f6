//! Shares of many units: each unit's count is binomial, its true rate beta distributed between units.
//!
//! With prior Beta(a, b) the posterior of a unit with k of n is Beta(k + a, n - k + b): the prior acts like a + b further
//! observations with the mean a / (a + b).
//!
//! *Offsets* take in case mix: the prior mean of unit i is moved by `offset` on the logit scale, so that a unit with hard
//! cases is pulled towards what hard cases usually give.

use super::newton::{Surface, covariance, maximise};
use super::{Estimation, Posterior};
use crate::distribution::{digamma, ln_gamma};
use crate::error::{Error, Result, require_count, require_finite, require_same_length};
use crate::interval::proportion::Proportion;

/// Bounds of ln(a + b): from units that have nothing in common to units that do not differ.
const PRECISION_BOUNDS: (f64, f64) = (-3.0, 15.0);

/// The spread of true rates between units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// Mean rate (of a unit without offset).
    pub mean: f64,
    /// a + b: how many observations the prior weighs.
    pub precision: f64,
}

impl Prior {
    /// a, the prior successes.
    #[must_use]
    pub fn a(self) -> f64 {
        self.mean * self.precision
    }

    /// b, the prior failures.
    #[must_use]
    pub fn b(self) -> f64 {
        (1.0 - self.mean) * self.precision
    }

    /// Variance of true rates between units, ab / ((a + b)² (a + b + 1)).
    #[must_use]
    pub fn variance(self) -> f64 {
        self.mean * (1.0 - self.mean) / (self.precision + 1.0)
    }

    /// The prior of a unit whose case mix moves the mean by `offset` on the logit scale.
    #[must_use]
    pub fn with_offset(self, offset: f64) -> Self {
        Self { mean: shifted(self.mean, offset), ..self }
    }

    /// The posterior of a unit.
    ///
    /// ```
    /// use evenkeel_stats::interval::proportion::Proportion;
    /// use evenkeel_stats::shrinkage::beta_binomial::Prior;
    ///
    /// let prior = Prior { mean: 0.8, precision: 60.0 };
    /// let posterior = prior.posterior(Proportion::new(18, 24)?);
    /// assert!((posterior.mean() - 66.0 / 84.0).abs() < 1e-12);
    /// # Ok::<(), evenkeel_stats::Error>(())
    /// ```
    #[must_use]
    pub fn posterior(self, unit: Proportion) -> Posterior {
        Posterior::Beta {
            a: unit.successes() as f64 + self.a(),
            b: (unit.total() - unit.successes()) as f64 + self.b(),
        }
    }
}

/// A rate moved by `offset` on the logit scale.
pub(crate) fn shifted(rate: f64, offset: f64) -> f64 {
    let odds = rate / (1.0 - rate) * offset.exp();
    if odds.is_finite() { odds / (1.0 + odds) } else { 1.0 }
}

/// Estimates the prior from at least three units. `offsets` are empty, or one per unit.
///
/// Units that differ no more than by chance give a precision at its upper bound, about 3.3 million. Fails when all units
/// together have no successes or no failures: nothing is then known of the spread.
pub fn fit(units: &[Proportion], offsets: &[f64], estimation: Estimation) -> Result<Prior> {
    require_count("units", units.len(), 3)?;
    if !offsets.is_empty() {
        require_same_length("units", units.len(), "offsets", offsets.len())?;
        require_finite("offsets", offsets)?;
    }
    let rows: Vec<Row> = units
        .iter()
        .enumerate()
        .map(|(i, unit)| Row {
            successes: unit.successes() as f64,
            failures: (unit.total() - unit.successes()) as f64,
            factor: offsets.get(i).map_or(1.0, |offset| offset.exp()),
        })
        .collect();
    let start = kleinman(units).map_or(3.0, |prior| prior.precision.ln());
    fit_rows(&rows, start, estimation).map(|fitted| fitted.prior)
}

/// A prior with the uncertainty of its estimate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fitted {
    pub prior: Prior,
    /// Covariance of the logit of the mean and the logarithm of the precision.
    covariance: [[f64; 2]; 2],
}

impl Fitted {
    /// Standard errors of the logit of the mean and of the logarithm of the precision; 0 where the data say nothing.
    pub fn errors(&self) -> (f64, f64) {
        let [[of_mean, _], [_, of_precision]] = self.covariance;
        (of_mean.max(0.0).sqrt(), of_precision.max(0.0).sqrt())
    }

    /// The posterior of a unit, widened by what is not known of the prior (Kass and Steffey 1989): the derivatives of the
    /// posterior mean with respect to the prior's two numbers, times their covariance, are added to its variance. With
    /// hundreds of units this adds nothing; with ten it keeps probabilities honest.
    pub fn posterior(&self, row: &Row) -> Posterior {
        let prior = self.prior.with_offset(row.factor.ln());
        let (a, b) = (row.successes + prior.a(), row.failures + prior.b());
        let total = a + b;
        let mean = a / total;
        let variance = mean * (1.0 - mean) / (total + 1.0);
        let weight = prior.precision / total;
        let slopes = [weight * prior.mean * (1.0 - prior.mean), weight * (prior.mean - mean)];
        let [[of_mean, both], [_, of_precision]] = self.covariance;
        // A precision that is hardly known at all is not taken for infinitely uncertain: the derivative is only local.
        let extra = slopes[0] * slopes[0] * of_mean
            + 2.0 * slopes[0] * slopes[1] * both
            + slopes[1] * slopes[1] * of_precision.min(1.0);
        let widened = (variance + extra.max(0.0)).min(0.99 * mean * (1.0 - mean));
        let total = mean * (1.0 - mean) / widened - 1.0;
        Posterior::Beta { a: mean * total, b: (1.0 - mean) * total }
    }
}

/// The same for counts that need not be whole, such as counts divided by an overdispersion.
pub(crate) fn fit_rows(rows: &[Row], log_precision: f64, estimation: Estimation) -> Result<Fitted> {
    let successes: f64 = rows.iter().map(|row| row.successes).sum();
    let failures: f64 = rows.iter().map(|row| row.failures).sum();
    if successes == 0.0 || failures == 0.0 {
        return Err(Error::Constant { what: "share of all units" });
    }
    let surface = Likelihood { rows, estimation };
    let top = maximise(&surface, [(successes / failures).ln(), log_precision], PRECISION_BOUNDS)?;
    let prior = Prior { mean: shifted(0.5, top[0]), precision: top[1].exp() };
    Ok(Fitted { prior, covariance: covariance(&surface, top) })
}

/// Kleinman's (1973) moment estimate with weights n: a closed form that needs no optimiser.
///
/// With p the overall rate, S = Σ n (r - p)² and c = Σ (1 - n/N): ρ = (S - p(1-p) c) / (p(1-p) (Σ n (1 - n/N) - c)), and
/// a + b = 1/ρ - 1. `Err` when ρ is not above zero, that is when the units differ no more than by chance.
pub fn kleinman(units: &[Proportion]) -> Result<Prior> {
    require_count("units", units.len(), 3)?;
    let total: f64 = units.iter().map(|unit| unit.total() as f64).sum();
    let p = units.iter().map(|unit| unit.successes() as f64).sum::<f64>() / total;
    let spread: f64 = units.iter().map(|unit| unit.total() as f64 * (unit.estimate() - p).powi(2)).sum();
    let c: f64 = units.iter().map(|unit| 1.0 - unit.total() as f64 / total).sum();
    let d: f64 = units.iter().map(|unit| unit.total() as f64 * (1.0 - unit.total() as f64 / total)).sum();
    let chance = p * (1.0 - p);
    let rho = (spread - chance * c) / (chance * (d - c));
    if rho > 0.0 && rho < 1.0 {
        Ok(Prior { mean: p, precision: 1.0 / rho - 1.0 })
    } else {
        Err(Error::Constant { what: "true rate of units" })
    }
}

/// The counts of one unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    pub successes: f64,
    pub failures: f64,
    /// exp(offset): multiplies the odds of the prior mean.
    pub factor: f64,
}

/// The log likelihood over the logit of the mean and the logarithm of the precision.
struct Likelihood<'a> {
    rows: &'a [Row],
    estimation: Estimation,
}

impl Likelihood<'_> {
    fn parameters(row: &Row, odds: f64, precision: f64) -> (f64, f64) {
        let odds = odds * row.factor;
        (precision * odds / (1.0 + odds), precision / (1.0 + odds))
    }

    /// ln √(variance between units) up to a constant.
    fn penalty(&self, precision: f64) -> f64 {
        match self.estimation {
            Estimation::MaximumLikelihood => 0.0,
            Estimation::BoundaryAvoiding => -0.5 * (precision + 1.0).ln(),
        }
    }
}

impl Surface for Likelihood<'_> {
    fn value(&self, [logit, log_precision]: [f64; 2]) -> f64 {
        let (odds, precision) = (logit.exp(), log_precision.exp());
        let of_precision = ln_gamma(precision);
        let sum: f64 = self
            .rows
            .iter()
            .map(|row| {
                let (a, b) = Self::parameters(row, odds, precision);
                ln_gamma(row.successes + a) - ln_gamma(a) + ln_gamma(row.failures + b) - ln_gamma(b) + of_precision
                    - ln_gamma(row.successes + row.failures + precision)
            })
            .sum();
        sum + self.penalty(precision)
    }

    fn gradient(&self, [logit, log_precision]: [f64; 2]) -> [f64; 2] {
        let (odds, precision) = (logit.exp(), log_precision.exp());
        let of_precision = digamma(precision);
        let (mut of_logit, mut of_log_precision) = (0.0, 0.0);
        for row in self.rows {
            let (a, b) = Self::parameters(row, odds, precision);
            let successes = digamma(row.successes + a) - digamma(a);
            let failures = digamma(row.failures + b) - digamma(b);
            let all = digamma(row.successes + row.failures + precision) - of_precision;
            of_logit += a * b / precision * (successes - failures);
            of_log_precision += a * successes + b * failures - precision * all;
        }
        let penalty = match self.estimation {
            Estimation::MaximumLikelihood => 0.0,
            Estimation::BoundaryAvoiding => -0.5 * precision / (precision + 1.0),
        };
        [of_logit, of_log_precision + penalty]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::funnel::tests::d5;
    use crate::interval::Level;
    use proptest::prelude::*;

    /// scipy 1.17.1, Nelder-Mead on the same likelihood (worked example 5.2).
    #[test]
    fn maximum_likelihood_on_d5() {
        let prior = fit(&d5(), &[], Estimation::MaximumLikelihood).unwrap();
        assert!((prior.a() - 49.505_810).abs() < 1e-4 && (prior.b() - 13.168_002).abs() < 1e-4, "{prior:?}");
        assert!((prior.mean - 0.789_896).abs() < 1e-6 && (prior.precision - 62.673_812).abs() < 1e-4);
        let rows: Vec<Row> = d5()
            .iter()
            .map(|unit| Row {
                successes: unit.successes() as f64,
                failures: (unit.total() - unit.successes()) as f64,
                factor: 1.0,
            })
            .collect();
        let surface = Likelihood { rows: &rows, estimation: Estimation::MaximumLikelihood };
        let top = surface.value([(prior.mean / (1.0 - prior.mean)).ln(), prior.precision.ln()]);
        assert!((top + 1_197.704_147).abs() < 1e-6, "{top}");
        let means = [
            0.791_003, 0.791_059, 0.850_551, 0.815_407, 0.759_519, 0.788_201, 0.789_302, 0.728_513, 0.778_849,
            0.837_530, 0.845_285, 0.703_810,
        ];
        for (unit, want) in d5().into_iter().zip(means) {
            assert!((prior.posterior(unit).mean() - want).abs() < 2e-6);
        }
    }

    #[test]
    fn credible_intervals_and_probabilities_on_d5() {
        let prior = fit(&d5(), &[], Estimation::MaximumLikelihood).unwrap();
        let units = d5();
        let intervals = [
            (0, 0.742_680, 0.835_560),
            (3, 0.739_774, 0.880_632),
            (8, 0.686_259, 0.859_263),
            (11, 0.650_782, 0.754_244),
        ];
        for (i, low, high) in intervals {
            let range = prior.posterior(units[i]).interval(Level::P95);
            assert!((range.low - low).abs() < 2e-6 && (range.high - high).abs() < 2e-6, "{i}: {range:?}");
        }
        let probabilities = [(2, 0.9968), (9, 0.9883), (10, 0.9378), (3, 0.6794), (0, 0.3615), (11, 0.0000)];
        for (i, want) in probabilities {
            assert!((prior.posterior(units[i]).probability_at_least(0.8) - want).abs() < 6e-5, "{i}");
        }
    }

    #[test]
    fn kleinman_moments_on_d5() {
        let prior = kleinman(&d5()).unwrap();
        assert!((prior.mean - 0.795_901).abs() < 1e-6 && (prior.precision - 49.986_378).abs() < 1e-6);
        assert!((1.0 / (1.0 + prior.precision) - 0.019_613_1).abs() < 1e-7);
        assert!((prior.posterior(d5()[0]).mean() - 0.792_125).abs() < 1e-6);
        assert!((prior.posterior(d5()[11]).mean() - 0.701_031).abs() < 1e-6);
    }

    #[test]
    fn units_that_do_not_differ_are_pulled_together() {
        let alike: Vec<Proportion> =
            [80, 81, 79, 80, 80].into_iter().map(|k| Proportion::new(k, 100).unwrap()).collect();
        let prior = fit(&alike, &[], Estimation::MaximumLikelihood).unwrap();
        assert!(prior.precision > 1e6, "{prior:?}");
        let careful = fit(&alike, &[], Estimation::BoundaryAvoiding).unwrap();
        assert!(careful.precision < 1e5 && careful.precision > 100.0, "{careful:?}");
        assert!(kleinman(&alike).is_err());
    }

    #[test]
    fn offsets_explain_case_mix() {
        // Half of the units have cases with twice the odds; with offsets they are alike, without they differ.
        let units: Vec<Proportion> =
            (0..10).map(|i| Proportion::new(if i % 2 == 0 { 800 } else { 889 }, 1000).unwrap()).collect();
        let offsets: Vec<f64> = (0..10).map(|i| if i % 2 == 0 { 0.0 } else { 2.0_f64.ln() }).collect();
        let with = fit(&units, &offsets, Estimation::MaximumLikelihood).unwrap();
        let without = fit(&units, &[], Estimation::MaximumLikelihood).unwrap();
        assert!(with.precision > 1e5 && without.precision < 300.0, "{with:?} {without:?}");
        assert!((with.mean - 0.8).abs() < 1e-3);
        assert!((with.with_offset(2.0_f64.ln()).mean - 0.889).abs() < 1e-3);
    }

    #[test]
    fn an_uncertain_prior_widens_the_posterior_of_few_units() {
        let rows = |times: usize| -> Vec<Row> {
            d5().iter()
                .flat_map(|unit| std::iter::repeat_n(unit, times))
                .map(|unit| Row {
                    successes: unit.successes() as f64,
                    failures: (unit.total() - unit.successes()) as f64,
                    factor: 1.0,
                })
                .collect()
        };
        let share = |times: usize| {
            let rows = rows(times);
            let fitted = fit_rows(&rows, 4.0, Estimation::MaximumLikelihood).unwrap();
            let plain = fitted.prior.posterior(d5()[8]);
            let honest = fitted.posterior(&rows[8 * times]);
            assert!((honest.mean() - plain.mean()).abs() < 1e-12, "the estimate stays");
            honest.variance() / plain.variance()
        };
        let (twelve, many) = (share(1), share(40));
        assert!(twelve > 1.05 && twelve < 1.5, "{twelve}");
        assert!(many > 1.0 && many < 1.01, "{many}");
    }

    #[test]
    fn hopeless_inputs_are_refused() {
        let none = vec![Proportion::new(0, 10).unwrap(); 4];
        assert!(fit(&none, &[], Estimation::MaximumLikelihood).is_err());
        assert!(fit(&d5()[..2], &[], Estimation::MaximumLikelihood).is_err());
        assert!(fit(&d5(), &[0.0], Estimation::MaximumLikelihood).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn estimates_lie_between_own_figure_and_prior_mean(
            counts in prop::collection::vec((0_u64..60, 1_u64..60), 4..20),
        ) {
            let units: Vec<Proportion> = counts.iter().map(|&(k, rest)| Proportion::new(k, k + rest).unwrap()).collect();
            prop_assume!(units.iter().any(|unit| unit.successes() > 0));
            for estimation in [Estimation::MaximumLikelihood, Estimation::BoundaryAvoiding] {
                let prior = fit(&units, &[], estimation).unwrap();
                for unit in &units {
                    let (own, mean) = (unit.estimate(), prior.posterior(*unit).mean());
                    prop_assert!(mean >= own.min(prior.mean) - 1e-9 && mean <= own.max(prior.mean) + 1e-9);
                }
            }
            // The order of the units does not matter.
            let mut reversed = units.clone();
            reversed.reverse();
            let one = fit(&units, &[], Estimation::BoundaryAvoiding).unwrap();
            let other = fit(&reversed, &[], Estimation::BoundaryAvoiding).unwrap();
            prop_assert!((one.mean - other.mean).abs() < 1e-5);
        }
    }
}
