//! Shares: `successes` out of `total`, such as satisfied answers out of all answers.
//!
//! Estimate p = k / n. Sources: Wilson (1927), Clopper and Pearson (1934), Agresti and Coull (1998), Newcombe (1998).
//! All intervals are fractions between 0 and 1 (differences between -1 and 1).

use super::{Interval, Level, Method, TestResult};
use crate::distribution;
use crate::error::{Error, Result};

/// A count of successes out of a positive total.
///
/// ```
/// use evenkeel_stats::interval::{Level, proportion::{Proportion, wilson}};
///
/// let satisfied = Proportion::new(8, 10)?;
/// let range = wilson(satisfied, Level::P95);
/// assert!((range.low - 0.490162).abs() < 1e-6 && (range.high - 0.943318).abs() < 1e-6);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Proportion {
    successes: u64,
    total: u64,
}

impl Proportion {
    /// Refuses an empty total and more successes than there are trials.
    pub fn new(successes: u64, total: u64) -> Result<Self> {
        if total == 0 {
            return Err(Error::TooFew { what: "trials", have: 0, need: 1 });
        }
        if successes > total {
            return Err(Error::PartExceedsWhole {
                part: "successes",
                part_value: successes as f64,
                whole: "total",
                whole_value: total as f64,
            });
        }
        Ok(Self { successes, total })
    }

    /// How many succeeded.
    #[must_use]
    pub fn successes(self) -> u64 {
        self.successes
    }

    /// How many there were.
    #[must_use]
    pub fn total(self) -> u64 {
        self.total
    }

    /// Successes over total.
    #[must_use]
    pub fn estimate(self) -> f64 {
        self.successes as f64 / self.total as f64
    }

    fn counts(self) -> (f64, f64) {
        (self.successes as f64, self.total as f64)
    }
}

/// Wilson's score interval, the default for shares: all rates that a z test would not reject.
///
/// Centre (p + z²/2n) / (1 + z²/n), half width z / (1 + z²/n) · √(p(1-p)/n + z²/4n²). It never leaves 0..1, is not of
/// zero width at 0 or n successes, and covers 95 % on average over the rate; at single rates it can fall short.
#[must_use]
pub fn wilson(share: Proportion, level: Level) -> Interval {
    let (k, n) = share.counts();
    let (low, high) = wilson_bounds(k / n, n, level.critical_value());
    // Rounding must not push the end past a share that lies exactly on the border.
    let low = if share.successes == 0 { 0.0 } else { low };
    let high = if share.successes == share.total { 1.0 } else { high };
    Interval::new(low, high, level, Method::Wilson)
}

/// Wilson's bounds for an estimate `p` from an effective number `n` of observations.
pub(crate) fn wilson_bounds(p: f64, n: f64, z: f64) -> (f64, f64) {
    let z2 = z * z;
    let shrink = 1.0 + z2 / n;
    let centre = (p + z2 / (2.0 * n)) / shrink;
    let half = z / shrink * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

/// Wilson's interval with continuity correction (Newcombe 1998, method 4): wider, close to Clopper-Pearson.
#[must_use]
pub fn wilson_corrected(share: Proportion, level: Level) -> Interval {
    let (k, n) = share.counts();
    let p = k / n;
    let z = level.critical_value();
    let z2 = z * z;
    let bound = |sign: f64| {
        let root = (z2 - 1.0 / n + 4.0 * n * p * (1.0 - p) - sign * (4.0 * p - 2.0)).max(0.0).sqrt();
        (2.0 * n * p + z2 + sign * (z * root + 1.0)) / (2.0 * (n + z2))
    };
    let low = if share.successes == 0 { 0.0 } else { bound(-1.0).max(0.0) };
    let high = if share.successes == share.total { 1.0 } else { bound(1.0).min(1.0) };
    Interval::new(low, high, level, Method::WilsonCorrected)
}

/// Wilson's interval when the sample is a notable part of a population of known size, as in a staff survey.
///
/// The variance of a sample without replacement is smaller by (N - n) / (N - 1), so the sample counts like
/// n (N - 1) / (N - n) answers. When everyone answered, nothing is uncertain and both ends are the share itself.
pub fn wilson_finite(share: Proportion, population: u64, level: Level) -> Result<Interval> {
    let factor = finite_population_factor(share.total, population)?;
    let (k, n) = share.counts();
    let p = k / n;
    let (low, high) =
        if factor == 0.0 { (p, p) } else { wilson_bounds(p, n / (factor * factor), level.critical_value()) };
    Ok(Interval::new(low.min(p), high.max(p), level, Method::WilsonFinitePopulation))
}

/// √((N - n) / (N - 1)): what a margin of error is multiplied with when `sample` of `population` people answered.
pub fn finite_population_factor(sample: u64, population: u64) -> Result<f64> {
    if sample > population {
        return Err(Error::PartExceedsWhole {
            part: "sample",
            part_value: sample as f64,
            whole: "population",
            whole_value: population as f64,
        });
    }
    if population <= 1 {
        return if sample == population && population == 1 {
            Ok(0.0)
        } else {
            Err(Error::TooFew { what: "people in the population", have: population as usize, need: 1 })
        };
    }
    Ok(((population - sample) as f64 / (population - 1) as f64).sqrt())
}

/// z √(p(1-p)/n): the half width that survey reports quote; `p` is a fraction.
pub fn margin_of_error(p: f64, answers: u64, level: Level) -> Result<f64> {
    crate::error::require_within("share", p, 0.0, 1.0)?;
    crate::error::require_count("answers", answers as usize, 1)?;
    Ok(level.critical_value() * (p * (1.0 - p) / answers as f64).sqrt())
}

/// Clopper and Pearson's exact interval: encloses the true rate in at least the stated share of uses, whatever the
/// rate is. Wider than needed on average; for statements that must hold in the worst case.
#[must_use]
pub fn clopper_pearson(share: Proportion, level: Level) -> Interval {
    let (k, n) = share.counts();
    let tail = level.tail();
    let low = if share.successes == 0 { 0.0 } else { distribution::beta_quantile(tail, k, n - k + 1.0) };
    let high =
        if share.successes == share.total { 1.0 } else { distribution::beta_quantile(1.0 - tail, k + 1.0, n - k) };
    Interval::new(low, high, level, Method::ClopperPearson)
}

/// Agresti and Coull's interval: the textbook formula after adding z²/2 successes and z²/2 failures.
#[must_use]
pub fn agresti_coull(share: Proportion, level: Level) -> Interval {
    let (k, n) = share.counts();
    let z = level.critical_value();
    let enlarged = n + z * z;
    let p = (k + z * z / 2.0) / enlarged;
    let half = z * (p * (1.0 - p) / enlarged).sqrt();
    Interval::new((p - half).max(0.0), (p + half).min(1.0), level, Method::AgrestiCoull)
}

/// The textbook interval p ± z √(p(1-p)/n), cut at 0 and 1. It has zero width at 0 and n successes and covers far less
/// than it states for small n: it is here to be compared with, not to be shown.
#[must_use]
pub fn wald(share: Proportion, level: Level) -> Interval {
    let (k, n) = share.counts();
    let p = k / n;
    let half = level.critical_value() * (p * (1.0 - p) / n).sqrt();
    Interval::new((p - half).max(0.0), (p + half).min(1.0), level, Method::Wald)
}

/// Newcombe's hybrid score interval (1998, method 10) for the rate of `first` minus the rate of `second`.
///
/// With d the difference and l, u Wilson's bounds: d - √((p₁-l₁)² + (u₂-p₂)²) to d + √((u₁-p₁)² + (p₂-l₂)²). Assumes
/// two independent groups.
#[must_use]
pub fn newcombe_difference(first: Proportion, second: Proportion, level: Level) -> Interval {
    let one = wilson(first, level);
    let two = wilson(second, level);
    let (p1, p2) = (first.estimate(), second.estimate());
    let low = p1 - p2 - (p1 - one.low).hypot(two.high - p2);
    let high = p1 - p2 + (one.high - p1).hypot(p2 - two.low);
    Interval::new(low.max(-1.0), high.min(1.0), level, Method::NewcombeDifference)
}

/// The z test of "both groups have the same rate", with the pooled standard error.
///
/// When nobody or everybody succeeded in both groups there is no difference to test: z is 0 and p is 1.
#[must_use]
pub fn two_proportion_test(first: Proportion, second: Proportion) -> TestResult {
    let (k1, n1) = first.counts();
    let (k2, n2) = second.counts();
    let pooled = (k1 + k2) / (n1 + n2);
    let error = (pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n2)).sqrt();
    let z = if error > 0.0 { (k1 / n1 - k2 / n2) / error } else { 0.0 };
    TestResult::from_z(z)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn share(successes: u64, total: u64) -> Proportion {
        Proportion::new(successes, total).unwrap()
    }

    fn assert_interval(got: Interval, low: f64, high: f64) {
        assert!((got.low - low).abs() < 1e-6 && (got.high - high).abs() < 1e-6, "{got:?}, want {low} to {high}");
    }

    /// statsmodels 0.15.0, `proportion_confint` with methods wilson, beta, `agresti_coull`, normal.
    #[test]
    fn intervals_match_statsmodels() {
        type Row = (u64, u64, [f64; 2], [f64; 2], [f64; 2], [f64; 2]);
        let rows: [Row; 7] = [
            (8, 10, [0.490_162, 0.943_318], [0.443_905, 0.974_789], [0.479_368, 0.954_113], [0.552_082, 1.0]),
            (0, 12, [0.0, 0.242_494], [0.0, 0.264_648], [0.0, 0.281_985], [0.0, 0.0]),
            (45, 50, [0.786_398, 0.956_524], [0.781_865, 0.966_725], [0.782_062, 0.960_860], [0.816_846, 0.983_154]),
            (12, 12, [0.757_506, 1.0], [0.735_352, 1.0], [0.718_015, 1.0], [1.0, 1.0]),
            (1, 1, [0.206_549, 1.0], [0.025, 1.0], [0.167_499, 1.0], [1.0, 1.0]),
            (182, 230, [0.734_214, 0.838_824], [0.733_002, 0.841_932], [0.733_999, 0.839_039], [0.738_786, 0.843_823]),
            (405, 480, [0.808_553, 0.873_489], [0.808_122, 0.875_072], [0.808_439, 0.873_602], [0.811_268, 0.876_232]),
        ];
        for (k, n, w, cp, ac, normal) in rows {
            assert_interval(wilson(share(k, n), Level::P95), w[0], w[1]);
            assert_interval(clopper_pearson(share(k, n), Level::P95), cp[0], cp[1]);
            assert_interval(agresti_coull(share(k, n), Level::P95), ac[0], ac[1]);
            assert_interval(wald(share(k, n), Level::P95), normal[0], normal[1]);
        }
        assert_interval(wilson_corrected(share(8, 10), Level::P95), 0.442_181, 0.964_573);
    }

    #[test]
    fn difference_matches_statsmodels() {
        let (better, worse) = (share(405, 480), share(182, 230));
        assert!((better.estimate() - worse.estimate() - 0.052_446).abs() < 1e-6);
        assert_interval(newcombe_difference(better, worse, Level::P95), -0.006_689, 0.116_817);
        let test = two_proportion_test(better, worse);
        assert!((test.statistic - 1.728_031).abs() < 1e-6 && (test.p_value - 0.083_983).abs() < 1e-6);
    }

    #[test]
    fn identical_extremes_are_no_difference() {
        let test = two_proportion_test(share(5, 5), share(9, 9));
        assert_eq!((test.statistic, test.p_value), (0.0, 1.0));
    }

    #[test]
    fn finite_population_shrinks_the_margin() {
        let margin = margin_of_error(0.5, 120, Level::P95).unwrap();
        // The worked example prints 0.089461 and 0.069412, which is z rounded to 1.96.
        assert!((margin * 1.96 / Level::P95.critical_value() - 0.089_461).abs() < 5e-7);
        assert!((margin - 0.089_459_71).abs() < 1e-8);
        let factor = finite_population_factor(120, 300).unwrap();
        assert!((0.089_461 * factor - 0.069_412).abs() < 1e-6 && (margin * factor - 0.069_411_3).abs() < 1e-6);
        assert_eq!(finite_population_factor(300, 300), Ok(0.0));
        assert!(finite_population_factor(301, 300).is_err());
        let everyone = wilson_finite(share(30, 40), 40, Level::P95).unwrap();
        assert_eq!((everyone.low, everyone.high), (0.75, 0.75));
        let most = wilson_finite(share(30, 40), 50, Level::P95).unwrap();
        assert!(most.width() < wilson(share(30, 40), Level::P95).width());
    }

    #[test]
    fn impossible_counts_are_refused() {
        assert!(Proportion::new(0, 0).is_err());
        assert!(Proportion::new(11, 10).is_err());
    }

    /// Exact coverage at one rate: the probability of all counts whose interval encloses it.
    fn coverage(n: u64, p: f64, method: impl Fn(Proportion) -> Interval) -> f64 {
        (0..=n).filter(|&k| method(share(k, n)).contains(p)).map(|k| distribution::binomial_pmf(k, n, p)).sum()
    }

    #[test]
    fn clopper_pearson_covers_at_every_rate() {
        for n in [20, 57] {
            for step in 1..100 {
                let p = f64::from(step) / 100.0;
                let exact = coverage(n, p, |s| clopper_pearson(s, Level::P95));
                assert!(exact >= 0.95 - 1e-12, "n = {n}, p = {p}: {exact}");
            }
        }
    }

    #[test]
    fn wilson_covers_on_average_where_wald_does_not() {
        let average = |method: fn(Proportion, Level) -> Interval| {
            (0..999).map(|i| coverage(20, (f64::from(i) + 1.0) / 1000.0, |s| method(s, Level::P95))).sum::<f64>()
                / 999.0
        };
        assert!((average(wilson) - 0.95).abs() < 0.01, "{}", average(wilson));
        assert!(average(wald) < 0.90, "{}", average(wald));
    }

    proptest! {
        #[test]
        fn intervals_enclose_the_estimate_and_stay_on_the_scale(n in 1_u64..5_000, part in 0.0..=1.0_f64) {
            let s = share((part * n as f64) as u64, n);
            for method in [wilson, wilson_corrected, clopper_pearson, agresti_coull, wald] {
                let range = method(s, Level::P95);
                prop_assert!(range.low >= 0.0 && range.high <= 1.0, "{:?}", range);
                prop_assert!(range.contains(s.estimate()), "{:?} misses {}", range, s.estimate());
            }
            prop_assert!(clopper_pearson(s, Level::P95).width() >= wilson(s, Level::P95).width() - 1e-3);
        }

        #[test]
        fn more_data_and_less_confidence_narrow(k in 0_u64..50, rest in 1_u64..50) {
            let small = share(k, k + rest);
            let large = share(10 * k, 10 * (k + rest));
            prop_assert!(wilson(large, Level::P95).width() < wilson(small, Level::P95).width());
            prop_assert!(wilson(small, Level::P80).width() < wilson(small, Level::P99).width());
        }

        #[test]
        fn difference_mirrors_when_groups_swap(a in 0_u64..40, b in 1_u64..40, c in 0_u64..40, d in 1_u64..40) {
            let (one, two) = (share(a, a + b), share(c, c + d));
            let there = newcombe_difference(one, two, Level::P95);
            let back = newcombe_difference(two, one, Level::P95);
            prop_assert!((there.low + back.high).abs() < 1e-12 && (there.high + back.low).abs() < 1e-12);
            prop_assert!(there.contains(one.estimate() - two.estimate()));
        }
    }
}
