//! Events per exposure, such as complaints per 1,000 orders.
//!
//! Assumes that events happen independently at a constant rate λ (a Poisson process), so the count in exposure t has
//! mean λt. Complaints that come in clusters vary more; their interval is wider than stated here.

use super::{Interval, Level, Method};
use crate::distribution;
use crate::error::{Result, require_positive};

/// A number of events and the exposure in which they happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Events {
    count: u64,
    exposure: f64,
}

impl Events {
    /// Refuses an exposure that is not above zero.
    pub fn new(count: u64, exposure: f64) -> Result<Self> {
        require_positive("exposure", exposure)?;
        Ok(Self { count, exposure })
    }

    /// The number of events.
    #[must_use]
    pub fn count(self) -> u64 {
        self.count
    }

    /// The exposure.
    #[must_use]
    pub fn exposure(self) -> f64 {
        self.exposure
    }

    /// Events per unit of exposure.
    #[must_use]
    pub fn estimate(self) -> f64 {
        self.count as f64 / self.exposure
    }
}

/// The exact interval of Garwood (1936): χ²(α/2; 2c) / 2t to χ²(1-α/2; 2c+2) / 2t. Encloses the true rate in at least
/// the stated share of uses.
///
/// ```
/// use evenkeel_stats::interval::{Level, rate::{Events, exact}};
///
/// let complaints = Events::new(10, 1.0)?;
/// let range = exact(complaints, Level::P95);
/// assert!((range.low - 4.795389).abs() < 1e-6 && (range.high - 18.390356).abs() < 1e-6);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
#[must_use]
pub fn exact(events: Events, level: Level) -> Interval {
    let c = events.count as f64;
    let low = if events.count == 0 { 0.0 } else { distribution::gamma_quantile(level.tail(), c) };
    let high = distribution::gamma_quantile(1.0 - level.tail(), c + 1.0);
    Interval::new(low / events.exposure, high / events.exposure, level, Method::PoissonExact)
}

/// The mid-P interval: as [`exact`], but only half of the probability of the observed count belongs to its tail. Covers
/// close to the stated level on average instead of always more; the recommended interval for rates.
#[must_use]
pub fn mid_p(events: Events, level: Level) -> Interval {
    let wide = exact(events, level);
    let count = events.count;
    let (from, to) = (wide.low * events.exposure, wide.high * events.exposure);
    let centre = count as f64;
    // Probability of fewer events, plus half of exactly as many; falls as the mean grows.
    let below = |mean: f64| {
        let fewer = if count == 0 { 0.0 } else { distribution::poisson_cdf(count - 1, mean) };
        fewer + 0.5 * distribution::poisson_pmf(count, mean)
    };
    let low = if count == 0 { 0.0 } else { bisect(from, centre, |mean| below(mean) > 1.0 - level.tail()) };
    let high = bisect(centre, to, |mean| below(mean) > level.tail());
    Interval::new(low / events.exposure, high / events.exposure, level, Method::PoissonMidP)
}

/// The score interval: all means m with |c - m| ≤ z √m. Closed form, close to mid-P.
#[must_use]
pub fn score(events: Events, level: Level) -> Interval {
    let c = events.count as f64;
    let z = level.critical_value();
    let centre = c + z * z / 2.0;
    let half = z * (c + z * z / 4.0).sqrt();
    let low = if events.count == 0 { 0.0 } else { centre - half };
    Interval::new(low / events.exposure, (centre + half) / events.exposure, level, Method::PoissonScore)
}

/// The border between where `holds` (on the side of `low`) and where it does not.
fn bisect(mut low: f64, mut high: f64, holds: impl Fn(f64) -> bool) -> f64 {
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
        if high - low <= 1e-13 * high {
            break;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn events(count: u64) -> Events {
        Events::new(count, 1.0).unwrap()
    }

    /// Statsmodels 0.15.0, `confint_poisson` with methods exact-c, midp-c and score.
    #[test]
    fn intervals_match_statsmodels() {
        let rows = [
            (10, 4.795_388_7, 18.390_356_0, 5.079_521_8, 17.824_853_7, 5.431_986_1, 18.409_472_7),
            (3, 0.618_672_1, 8.767_273_1, 0.763_096_3, 8.164_469_2, 1.020_270_7, 8.821_188_1),
            (50, 37.110_963_7, 65.918_766_7, 37.509_800_4, 65.386_518_1, 37.929_226_9, 65.912_231_9),
        ];
        for (count, low, high, mid_low, mid_high, score_low, score_high) in rows {
            let e = exact(events(count), Level::P95);
            assert!((e.low - low).abs() < 1e-6 && (e.high - high).abs() < 1e-6, "{e:?}");
            let m = mid_p(events(count), Level::P95);
            assert!((m.low - mid_low).abs() < 1e-6 && (m.high - mid_high).abs() < 1e-6, "{m:?}");
            let s = score(events(count), Level::P95);
            assert!((s.low - score_low).abs() < 1e-6 && (s.high - score_high).abs() < 1e-6, "{s:?}");
        }
    }

    #[test]
    fn zero_events_leave_room_above() {
        assert_eq!(exact(events(0), Level::P95).low, 0.0);
        assert!((exact(events(0), Level::P95).high - 3.688_879).abs() < 1e-6);
        assert!((mid_p(events(0), Level::P95).high - 20.0_f64.ln()).abs() < 1e-9);
    }

    #[test]
    fn exposure_must_be_positive() {
        assert!(Events::new(3, 0.0).is_err());
        assert!(Events::new(3, f64::NAN).is_err());
    }

    #[test]
    fn exact_covers_at_every_rate() {
        for step in 1..120 {
            let mean = 0.25 * f64::from(step);
            let covered: f64 = (0..200)
                .filter(|&k| exact(events(k), Level::P95).contains(mean))
                .map(|k| distribution::poisson_pmf(k, mean))
                .sum();
            assert!(covered >= 0.95 - 1e-9, "mean {mean}: {covered}");
        }
    }

    proptest! {
        #[test]
        fn intervals_enclose_nest_and_scale(count in 0_u64..2_000, exposure in 0.01..1e4_f64) {
            let per = Events::new(count, exposure).unwrap();
            for method in [exact, mid_p, score] {
                let range = method(per, Level::P95);
                prop_assert!(range.contains(per.estimate()), "{:?}", range);
                let unit = method(events(count), Level::P95);
                prop_assert!((range.high * exposure - unit.high).abs() < 1e-8 * unit.high);
            }
            let (outer, inner) = (exact(per, Level::P95), mid_p(per, Level::P95));
            prop_assert!(outer.low <= inner.low && inner.high <= outer.high);
        }
    }
}
