//! Intervals: how far a figure can be trusted.
//!
//! An *interval* at level 95 % comes from a method that, used again and again, encloses the true value in 95 % of uses.
//! It is not a range for single observations, and not a target.
//!
//! Which method for which figure:
//!
//! | figure | recommended | also here |
//! |---|---|---|
//! | share (CSAT, FCR, kept within the standard) | [`proportion::wilson`] | Clopper-Pearson where "at least 95 %" must hold, Agresti-Coull, Wald for comparison only |
//! | difference of two shares | [`proportion::newcombe_difference`] | two-proportion z test |
//! | net promoter score | [`net_promoter::score`] | normal, clipped |
//! | mean of a rating or an amount | [`mean::student`] | [`bootstrap::studentised`] for skewed amounts |
//! | events per exposure | [`rate::mid_p`] | exact (Garwood), score |
//! | ratio of two sums (average handling time) | [`ratio::delta`] | studentised bootstrap |
//! | median, p90, any quantile | [`order_statistic::interval`] | bootstrap |
//! | anything else | [`bootstrap::accelerated`] | percentile bootstrap |
//!
//! All of them assume independent observations from one process. Answers of the same customer or the same shift are
//! not independent; the intervals are then too narrow.

pub mod bootstrap;
pub mod mean;
pub mod net_promoter;
pub mod order_statistic;
pub mod proportion;
pub mod rate;
pub mod ratio;

use crate::distribution;
use crate::error::{Error, Result};

/// How sure an interval is: the share of uses in which the method encloses the true value.
///
/// ```
/// use evenkeel_stats::interval::Level;
///
/// assert_eq!(Level::P95, Level::new(0.95)?);
/// assert!(Level::new(95.0).is_err());
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    confidence: f64,
}

impl Level {
    /// 80 %.
    pub const P80: Self = Self { confidence: 0.80 };
    /// 90 %.
    pub const P90: Self = Self { confidence: 0.90 };
    /// 95 %, the level used unless a page says otherwise.
    pub const P95: Self = Self { confidence: 0.95 };
    /// 99 %.
    pub const P99: Self = Self { confidence: 0.99 };
    /// 99.8 %, the action lines of a funnel plot.
    pub const P998: Self = Self { confidence: 0.998 };

    /// A level strictly between 0 and 1.
    pub fn new(confidence: f64) -> Result<Self> {
        if confidence > 0.0 && confidence < 1.0 {
            Ok(Self { confidence })
        } else {
            Err(Error::OutOfRange { what: "level", value: confidence, low: 0.0, high: 1.0 })
        }
    }

    /// The level as a fraction.
    #[must_use]
    pub fn confidence(self) -> f64 {
        self.confidence
    }

    /// What is left outside at each end, 0.025 for 95 %.
    #[must_use]
    pub fn tail(self) -> f64 {
        (1.0 - self.confidence) / 2.0
    }

    /// The standard normal value that leaves [`Level::tail`] above itself, 1.959964 for 95 %.
    #[must_use]
    pub fn critical_value(self) -> f64 {
        -distribution::normal_quantile(self.tail())
    }
}

/// The method that made an interval, so that a page can say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Wilson's score interval for a share.
    Wilson,
    /// Wilson's score interval with continuity correction.
    WilsonCorrected,
    /// Wilson's score interval for a sample that is a notable part of a finite population.
    WilsonFinitePopulation,
    /// The exact interval for a share, from beta quantiles.
    ClopperPearson,
    /// The interval of Agresti and Coull for a share.
    AgrestiCoull,
    /// The textbook normal interval for a share; for comparison only.
    Wald,
    /// Newcombe's hybrid score interval for the difference of two shares.
    NewcombeDifference,
    /// The normal interval of a net promoter score, cut at the ends of the scale.
    NetPromoterNormal,
    /// Tango's score interval, used for a net promoter score.
    NetPromoterScore,
    /// Hybrid score interval for the difference of two net promoter scores.
    NetPromoterDifference,
    /// Student's t interval for a mean.
    Student,
    /// The exact interval of Garwood for an event rate.
    PoissonExact,
    /// The mid-P interval for an event rate.
    PoissonMidP,
    /// The score interval for an event rate.
    PoissonScore,
    /// Delta method for a ratio of two sums.
    RatioDelta,
    /// Two order statistics around a quantile.
    OrderStatistic,
    /// Percentiles of bootstrap replicates.
    BootstrapPercentile,
    /// Bias-corrected and accelerated bootstrap.
    BootstrapAccelerated,
    /// Bootstrap of the estimate over its standard error.
    BootstrapStudentised,
    /// Jackknife standard error with a normal or t factor.
    Jackknife,
    /// Equal tails of a posterior distribution.
    Credible,
    /// Equal tails of a predictive distribution.
    Predictive,
}

/// A range with the level and the method that it was made with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end, in the unit of the figure.
    pub low: f64,
    /// Upper end, in the unit of the figure.
    pub high: f64,
    /// How sure the method is.
    pub level: Level,
    /// The method.
    pub method: Method,
}

impl Interval {
    pub(crate) fn new(low: f64, high: f64, level: Level, method: Method) -> Self {
        Self { low, high, level, method }
    }

    /// Whether `value` lies inside, ends included.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Upper minus lower end.
    #[must_use]
    pub fn width(&self) -> f64 {
        self.high - self.low
    }

    /// The same interval on another scale, which `scale` maps to in the same order (such as a share to percent).
    #[must_use]
    pub fn map(&self, scale: impl Fn(f64) -> f64) -> Self {
        Self { low: scale(self.low), high: scale(self.high), ..*self }
    }
}

/// Outcome of a test of "no difference".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TestResult {
    /// The test statistic; z or t by the function that returns it.
    pub statistic: f64,
    /// Two-sided p-value: how often chance alone would give a statistic at least this far from zero.
    pub p_value: f64,
}

impl TestResult {
    pub(crate) fn from_z(statistic: f64) -> Self {
        Self { statistic, p_value: (2.0 * distribution::normal_sf(statistic.abs())).min(1.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_know_their_critical_values() {
        assert!((Level::P95.critical_value() - 1.959_963_984_540_054).abs() < 1e-14);
        assert!((Level::P998.critical_value() - 3.090_232_306_167_813).abs() < 1e-13);
        assert!((Level::P80.tail() - 0.1).abs() < 1e-15);
    }

    #[test]
    fn levels_outside_zero_and_one_are_refused() {
        for wrong in [0.0, 1.0, -0.5, 95.0, f64::NAN] {
            assert!(Level::new(wrong).is_err(), "{wrong}");
        }
    }
}
