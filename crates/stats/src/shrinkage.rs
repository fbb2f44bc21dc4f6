//! Shrinkage: estimates for many units that borrow strength from each other (empirical Bayes).
//!
//! The raw figure of a small unit is mostly chance, so the extremes of any raw table are small units. Each estimate is
//! therefore pulled towards the mean of all, the more the less data the unit has. What pulls is the *prior*, the spread
//! of true values between units, which is itself estimated from the units. The result for one unit is its *posterior*:
//! a distribution of its true value, from which come an estimate, a *credible interval*, and the probability that it
//! meets a standard. Recognition and development rest on that probability, never on rank.
//!
//! - [`beta_binomial`] for shares,
//! - [`poisson_gamma`] for events against expected events or exposure,
//! - [`normal_normal`] for means (or anything with a standard error),
//! - [`ranks`] for how uncertain ranks are,
//! - [`reliability`] for how much of the spread in a table is real, and how many observations make it so.

pub mod beta_binomial;
mod newton;
pub mod normal_normal;
pub mod poisson_gamma;
pub mod ranks;
pub mod reliability;
pub(crate) mod uncertain_prior;

use crate::distribution;
use crate::error::{Error, Result};
use crate::interval::{Interval, Level, Method};
use crate::random::Generator;

/// How the prior is estimated where there is a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Estimation {
    /// The most likely prior. With few units it often says that they do not differ at all.
    #[default]
    MaximumLikelihood,
    /// The most likely prior after the likelihood is multiplied by the standard deviation between units, which rules out
    /// zero (Chung and others 2013). Used for decisions about few units.
    BoundaryAvoiding,
}

/// The distribution of the true value of a unit, given its data and the prior.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Posterior {
    /// A share.
    Beta {
        /// Successes, prior ones included.
        a: f64,
        /// Failures, prior ones included.
        b: f64,
    },
    /// A rate or a ratio of events.
    Gamma {
        /// Events, prior ones included.
        shape: f64,
        /// Exposure or expected events, prior ones included.
        rate: f64,
    },
    /// A mean.
    Normal {
        /// Expected value.
        mean: f64,
        /// Standard deviation.
        deviation: f64,
    },
}

impl Posterior {
    /// Refuses parameters that do not make a distribution.
    pub(crate) fn checked(self) -> Result<Self> {
        let valid = match self {
            Posterior::Beta { a, b } => a > 0.0 && b > 0.0 && (a + b).is_finite(),
            Posterior::Gamma { shape, rate } => shape > 0.0 && rate > 0.0 && shape.is_finite() && rate.is_finite(),
            Posterior::Normal { mean, deviation } => mean.is_finite() && deviation >= 0.0 && deviation.is_finite(),
        };
        if valid { Ok(self) } else { Err(Error::NotFinite { what: "posterior", index: 0 }) }
    }

    /// Expected value: the shrunken estimate.
    #[must_use]
    pub fn mean(self) -> f64 {
        match self {
            Posterior::Beta { a, b } => a / (a + b),
            Posterior::Gamma { shape, rate } => shape / rate,
            Posterior::Normal { mean, .. } => mean,
        }
    }

    /// Variance of the true value.
    #[must_use]
    pub fn variance(self) -> f64 {
        match self {
            Posterior::Beta { a, b } => a * b / ((a + b).powi(2) * (a + b + 1.0)),
            Posterior::Gamma { shape, rate } => shape / (rate * rate),
            Posterior::Normal { deviation, .. } => deviation * deviation,
        }
    }

    /// The value below which the true one lies with probability `p`; NaN unless `p` is a probability.
    #[must_use]
    pub fn quantile(self, p: f64) -> f64 {
        match self {
            Posterior::Beta { a, b } => distribution::beta_quantile(p, a, b),
            Posterior::Gamma { shape, rate } => distribution::gamma_quantile(p, shape) / rate,
            Posterior::Normal { mean, deviation } => mean + deviation * distribution::normal_quantile(p),
        }
    }

    /// The interval with equal tails.
    #[must_use]
    pub fn interval(self, level: Level) -> Interval {
        Interval::new(self.quantile(level.tail()), self.quantile(1.0 - level.tail()), level, Method::Credible)
    }

    /// Probability that the true value is `line` or more.
    #[must_use]
    pub fn probability_at_least(self, line: f64) -> f64 {
        match self {
            Posterior::Beta { a, b } => distribution::beta_sf(line, a, b),
            Posterior::Gamma { shape, rate } => distribution::gamma_sf(line * rate, shape),
            Posterior::Normal { mean, deviation } => {
                if deviation > 0.0 {
                    distribution::normal_sf((line - mean) / deviation)
                } else {
                    f64::from(u8::from(mean >= line))
                }
            }
        }
    }

    /// Probability that the true value is `line` or less.
    #[must_use]
    pub fn probability_at_most(self, line: f64) -> f64 {
        match self {
            Posterior::Beta { a, b } => distribution::beta_cdf(line, a, b),
            Posterior::Gamma { shape, rate } => distribution::gamma_cdf(line * rate, shape),
            Posterior::Normal { mean, deviation } => {
                if deviation > 0.0 {
                    distribution::normal_cdf((line - mean) / deviation)
                } else {
                    f64::from(u8::from(mean <= line))
                }
            }
        }
    }

    /// Probability that the true value is higher than that of `other`, which is independent: has a unit improved?
    ///
    /// The mean of [`Posterior::probability_at_least`] over 200 equally likely values of `other`; error below 0.002.
    #[must_use]
    pub fn probability_above(self, other: Self) -> f64 {
        let places = 200;
        let sum: f64 = (0..places)
            .map(|i| self.probability_at_least(other.quantile((f64::from(i) + 0.5) / f64::from(places))))
            .sum();
        sum / f64::from(places)
    }

    /// A possible true value.
    pub fn draw(self, generator: &mut Generator) -> f64 {
        match self {
            Posterior::Beta { a, b } => generator.beta(a, b),
            Posterior::Gamma { shape, rate } => generator.gamma(shape) / rate,
            Posterior::Normal { mean, deviation } => mean + deviation * generator.normal(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tails_add_up_and_quantiles_invert_them() {
        let posteriors = [
            Posterior::Beta { a: 231.5, b: 61.2 },
            Posterior::Gamma { shape: 12.0, rate: 9.0 },
            Posterior::Normal { mean: 3.9, deviation: 0.2 },
        ];
        for posterior in posteriors {
            for p in [0.025, 0.4, 0.975] {
                let value = posterior.quantile(p);
                assert!((posterior.probability_at_most(value) - p).abs() < 1e-10, "{posterior:?}");
                let both = posterior.probability_at_least(value) + posterior.probability_at_most(value);
                assert!((both - 1.0).abs() < 1e-12);
            }
            assert!(posterior.interval(Level::P95).contains(posterior.mean()));
        }
    }

    #[test]
    fn improvement_has_a_probability() {
        let (earlier, later) =
            (Posterior::Normal { mean: 3.0, deviation: 0.3 }, Posterior::Normal { mean: 3.5, deviation: 0.4 });
        // The difference is normal with mean 0.5 and deviation 0.5.
        assert!((later.probability_above(earlier) - 0.841_345).abs() < 2e-3);
        let share = Posterior::Beta { a: 80.0, b: 20.0 };
        assert!((share.probability_above(share) - 0.5).abs() < 1e-6);
    }

    #[test]
    fn a_certain_value_meets_its_own_line() {
        let certain = Posterior::Normal { mean: 4.0, deviation: 0.0 };
        assert_eq!(certain.probability_at_least(4.0), 1.0);
        assert_eq!(certain.probability_at_least(4.1), 0.0);
        assert_eq!(certain.probability_at_most(4.0), 1.0);
    }

    #[test]
    fn nonsense_is_no_posterior() {
        assert!(Posterior::Beta { a: 0.0, b: 1.0 }.checked().is_err());
        assert!(Posterior::Gamma { shape: 1.0, rate: f64::NAN }.checked().is_err());
        assert!(Posterior::Normal { mean: 1.0, deviation: -1.0 }.checked().is_err());
    }
}
