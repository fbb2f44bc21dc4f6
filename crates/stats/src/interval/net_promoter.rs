//! Net promoter score (NPS and eNPS): the share of promoters minus the share of detractors, from -1 to 1.
//!
//! Each answer is worth +1 (promoter), 0 (passive) or -1 (detractor); with shares p and d the mean is p - d and the
//! variance of one answer p + d - (p - d)².
//!
//! The normal interval leaves the scale for small numbers (9 promoters and 1 passive: 71 to 109) and has zero width
//! when all are promoters. [`score`] does neither: p - d has the same multinomial model as the difference of two
//! *paired* proportions, with promoters and detractors as the two discordant cells, so Tango's score interval (1998)
//! applies as it stands. The crate's `truth` example measures the coverage of both.

use super::{Interval, Level, Method, TestResult};
use crate::error::{Error, Result};

/// Counted answers to "how likely are you to recommend us".
///
/// ```
/// use evenkeel_stats::interval::{Level, net_promoter::{NetPromoter, score}};
///
/// let answers = NetPromoter::new(10, 0, 0)?;
/// let range = score(answers, Level::P95);
/// assert!(range.high == 1.0 && range.low < 0.8, "ten promoters prove less than a perfect score");
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NetPromoter {
    promoters: u64,
    passives: u64,
    detractors: u64,
}

impl NetPromoter {
    /// Refuses a survey without answers.
    pub fn new(promoters: u64, passives: u64, detractors: u64) -> Result<Self> {
        match promoters.checked_add(passives).and_then(|sum| sum.checked_add(detractors)) {
            Some(0) => Err(Error::TooFew { what: "answers", have: 0, need: 1 }),
            Some(_) => Ok(Self { promoters, passives, detractors }),
            None => Err(Error::NotFinite { what: "number of answers", index: 0 }),
        }
    }

    /// Number of answers.
    #[must_use]
    pub fn total(self) -> u64 {
        self.promoters + self.passives + self.detractors
    }

    /// p - d, from -1 to 1.
    #[must_use]
    pub fn estimate(self) -> f64 {
        (self.promoters as f64 - self.detractors as f64) / self.total() as f64
    }

    /// Variance of one answer, p + d - (p - d)².
    #[must_use]
    pub fn variance(self) -> f64 {
        let net = self.estimate();
        (self.promoters + self.detractors) as f64 / self.total() as f64 - net * net
    }

    /// √(variance / n).
    #[must_use]
    pub fn standard_error(self) -> f64 {
        (self.variance() / self.total() as f64).sqrt()
    }

    /// √(variance / (n - 1)), the unbiased form; `None` for a single answer.
    #[must_use]
    pub fn standard_error_unbiased(self) -> Option<f64> {
        (self.total() > 1).then(|| (self.variance() / (self.total() - 1) as f64).sqrt())
    }
}

/// Estimate ± z standard errors, cut at -1 and 1. For many answers only; prefer [`score`].
#[must_use]
pub fn normal(answers: NetPromoter, level: Level) -> Interval {
    let half = level.critical_value() * answers.standard_error();
    let net = answers.estimate();
    Interval::new((net - half).max(-1.0), (net + half).min(1.0), level, Method::NetPromoterNormal)
}

/// Tango's score interval: all net scores Δ that the score test would not reject at the level.
///
/// The statistic is (b - c - nΔ) / √(n (2q + Δ(1 - Δ))), with b promoters, c detractors and q the most likely share of
/// detractors given Δ, the larger root of 2n q² + (-b - c + (2n - b + c)Δ) q - cΔ(1 - Δ) = 0. The ends are found by
/// bisection to 1e-12.
#[must_use]
pub fn score(answers: NetPromoter, level: Level) -> Interval {
    let z = level.critical_value();
    let net = answers.estimate();
    let low = if answers.detractors == answers.total() { -1.0 } else { crossing(answers, -1.0, net, z) };
    let high = if answers.promoters == answers.total() { 1.0 } else { crossing(answers, 1.0, net, -z) };
    Interval::new(low.min(net), high.max(net), level, Method::NetPromoterScore)
}

/// The net score between `outer` and `inner` at which the statistic equals `goal`.
fn crossing(answers: NetPromoter, outer: f64, inner: f64, goal: f64) -> f64 {
    let (mut outer, mut inner) = (outer, inner);
    for _ in 0..60 {
        let middle = f64::midpoint(outer, inner);
        if score_statistic(answers, middle).abs() > goal.abs() {
            outer = middle;
        } else {
            inner = middle;
        }
        if (outer - inner).abs() < 1e-12 {
            break;
        }
    }
    f64::midpoint(outer, inner)
}

/// Tango's statistic for the hypothesis that the true net score is `delta`.
fn score_statistic(answers: NetPromoter, delta: f64) -> f64 {
    let n = answers.total() as f64;
    let b = answers.promoters as f64;
    let c = answers.detractors as f64;
    let linear = -b - c + (2.0 * n - b + c) * delta;
    let constant = -c * delta * (1.0 - delta);
    let q = ((linear * linear - 8.0 * n * constant).max(0.0).sqrt() - linear) / (4.0 * n);
    let variance = n * (2.0 * q + delta * (1.0 - delta));
    let distance = b - c - n * delta;
    if variance > 0.0 {
        distance / variance.sqrt()
    } else if distance == 0.0 {
        0.0
    } else {
        distance.signum() * f64::INFINITY
    }
}

/// The interval for the score of `first` minus the score of `second`, two independent surveys: the hybrid of Newcombe
/// (square-and-add, as for two shares) with [`score`] for each of them.
#[must_use]
pub fn difference(first: NetPromoter, second: NetPromoter, level: Level) -> Interval {
    let (one, two) = (score(first, level), score(second, level));
    let (a, b) = (first.estimate(), second.estimate());
    let low = a - b - (a - one.low).hypot(two.high - b);
    let high = a - b + (one.high - a).hypot(b - two.low);
    Interval::new(low.max(-2.0), high.min(2.0), level, Method::NetPromoterDifference)
}

/// The z test of "both surveys have the same score": difference over the root of the summed squared standard errors.
///
/// When both errors are zero (everybody gave the same kind of answer in each survey), z is 0 for equal scores and
/// infinite otherwise.
#[must_use]
pub fn difference_test(first: NetPromoter, second: NetPromoter) -> TestResult {
    let difference = first.estimate() - second.estimate();
    let error = first.standard_error().hypot(second.standard_error());
    TestResult::from_z(if difference == 0.0 { 0.0 } else { difference / error })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn survey(promoters: u64, passives: u64, detractors: u64) -> NetPromoter {
        NetPromoter::new(promoters, passives, detractors).unwrap()
    }

    #[test]
    fn standard_errors_match_the_worked_table() {
        let rows = [
            (survey(100, 60, 40), 0.30, 0.61, 0.055_226_81, 0.055_365_39),
            (survey(55, 30, 15), 0.40, 0.54, 0.073_484_69, 0.073_854_89),
            (survey(9, 1, 0), 0.90, 0.09, 0.094_868_33, 0.1),
            (survey(10, 0, 0), 1.0, 0.0, 0.0, 0.0),
        ];
        for (answers, net, variance, error, unbiased) in rows {
            assert!((answers.estimate() - net).abs() < 1e-12);
            assert!((answers.variance() - variance).abs() < 1e-12);
            assert!((answers.standard_error() - error).abs() < 1e-8);
            assert!((answers.standard_error_unbiased().unwrap() - unbiased).abs() < 1e-8);
        }
        let range = normal(survey(100, 60, 40), Level::P95);
        assert!((range.low - 0.191_757_45).abs() < 1e-8 && (range.high - 0.408_242_55).abs() < 1e-8);
        let range = normal(survey(55, 30, 15), Level::P95);
        assert!((range.low - 0.255_972_65).abs() < 1e-8 && (range.high - 0.544_027_35).abs() < 1e-8);
        let small = normal(survey(9, 1, 0), Level::P95);
        assert!((small.low - 0.714_061_49).abs() < 1e-7, "{small:?}");
        assert_eq!(small.high, 1.0);
    }

    #[test]
    fn a_difference_of_ten_points_can_be_noise() {
        let test = difference_test(survey(55, 30, 15), survey(100, 60, 40));
        assert!((test.statistic - 1.087_857).abs() < 1e-6 && (test.p_value - 0.276_658).abs() < 1e-6);
        assert!(difference(survey(55, 30, 15), survey(100, 60, 40), Level::P95).contains(0.0));
    }

    /// The score test inverted by brute force in scipy 1.17.1: the likelihood maximised numerically at each net score.
    #[test]
    fn score_interval_matches_brute_force() {
        let rows = [
            (survey(12, 36, 2), 0.061_112_4, 0.344_708_7),
            (survey(100, 60, 40), 0.187_858_6, 0.403_531_5),
            (survey(55, 30, 15), 0.245_657_99, 0.532_444_2),
        ];
        for (answers, low, high) in rows {
            let range = score(answers, Level::P95);
            assert!((range.low - low).abs() < 1e-6 && (range.high - high).abs() < 1e-6, "{range:?}");
        }
    }

    #[test]
    fn score_interval_stays_useful_where_the_normal_one_fails() {
        let all = score(survey(10, 0, 0), Level::P95);
        assert_eq!(all.high, 1.0);
        assert!(all.low > 0.3 && all.low < 0.8, "{all:?}");
        let none = score(survey(0, 10, 0), Level::P95);
        assert!(none.contains(0.0) && none.width() > 0.3, "{none:?}");
    }

    #[test]
    fn no_answers_are_refused() {
        assert!(NetPromoter::new(0, 0, 0).is_err());
        assert!(NetPromoter::new(u64::MAX, 1, 0).is_err());
        assert_eq!(survey(1, 0, 0).standard_error_unbiased(), None);
    }

    proptest! {
        #[test]
        fn score_encloses_mirrors_and_stays_on_the_scale(p in 0_u64..60, q in 0_u64..60, d in 0_u64..60) {
            prop_assume!(p + q + d > 0);
            let range = score(survey(p, q, d), Level::P95);
            prop_assert!(range.low >= -1.0 && range.high <= 1.0);
            prop_assert!(range.contains(survey(p, q, d).estimate()));
            prop_assert!(range.width() > 0.0);
            let mirrored = score(survey(d, q, p), Level::P95);
            prop_assert!((range.low + mirrored.high).abs() < 1e-9 && (range.high + mirrored.low).abs() < 1e-9);
            let tenfold = score(survey(10 * p, 10 * q, 10 * d), Level::P95);
            prop_assert!(tenfold.width() < range.width());
        }
    }
}
