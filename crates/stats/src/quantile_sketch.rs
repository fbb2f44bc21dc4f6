//! A quantile sketch: many values in little space, from which any quantile can be read to within 1 %.
//!
//! Values are counted in buckets whose borders grow by a fixed factor γ = (1 + α)/(1 - α), so each bucket's middle is
//! within a relative error α of all values in it (`DDSketch`: Masson, Rim and Lee, VLDB 2019). Sketches are counts, so
//! merging adds them and taking out what was added before subtracts them, exactly and in any order.
//!
//! Error: the quantile that is read differs from the exact nearest-rank quantile by at most 1 % of it, for values
//! between 1e-9 and 1e15 (seconds of support fit in well). Smaller values count as zero. Values may be negative.
//! Space: one counter per bucket in use, about 1,150 for values that differ by a factor of ten billion.

use crate::error::{Error, Result, require_within};
use crate::interval::order_statistic;
use crate::interval::{Interval, Level, Method};
use crate::quantile::nearest_rank;
use std::collections::BTreeMap;

/// α: the largest relative error.
pub const RELATIVE_ERROR: f64 = 0.01;
/// Values nearer to zero than this count as zero.
const SMALLEST: f64 = 1e-9;
/// Values beyond this are refused, so that bucket numbers stay small.
const LARGEST: f64 = 1e15;

/// Counts of values in buckets of relative width.
///
/// ```
/// use evenkeel_stats::quantile_sketch::Sketch;
///
/// let mut monday = Sketch::from_values(&[30.0, 45.0, 300.0])?;
/// let tuesday = Sketch::from_values(&[20.0, 4_000.0])?;
/// monday.merge(&tuesday);
/// let median = monday.quantile(0.5)?;
/// assert!((median / 45.0 - 1.0).abs() <= 0.01);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sketch {
    /// Count per bucket. Key 0 is zero; positive values have positive keys, negative values their mirror image, so keys
    /// are in the order of values.
    buckets: BTreeMap<i32, u64>,
    count: u64,
}

impl Sketch {
    /// An empty sketch.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A sketch of values.
    pub fn from_values(values: &[f64]) -> Result<Self> {
        let mut sketch = Self::new();
        for (index, &value) in values.iter().enumerate() {
            sketch.add(value).map_err(|_| Error::NotFinite { what: "value for a sketch", index })?;
        }
        Ok(sketch)
    }

    /// A sketch from stored buckets, see [`Sketch::buckets`]. Refuses keys that no value has.
    pub fn from_buckets(buckets: impl IntoIterator<Item = (i32, u64)>) -> Result<Self> {
        let mut sketch = Self::new();
        let most = key_of(LARGEST);
        for (key, count) in buckets {
            require_within("bucket", f64::from(key), f64::from(-most), f64::from(most))?;
            if count > 0 {
                let bucket = sketch.buckets.entry(key).or_insert(0);
                *bucket = bucket.saturating_add(count);
                sketch.count = sketch.count.saturating_add(count);
            }
        }
        Ok(sketch)
    }

    /// The buckets in use, in the order of their values: what has to be stored.
    pub fn buckets(&self) -> impl Iterator<Item = (i32, u64)> + '_ {
        self.buckets.iter().map(|(&key, &count)| (key, count))
    }

    /// Counts a value. Refuses infinities, NaN, and values beyond 1e15.
    pub fn add(&mut self, value: f64) -> Result<()> {
        require_within("value for a sketch", value, -LARGEST, LARGEST)?;
        *self.buckets.entry(key_of(value)).or_insert(0) += 1;
        self.count += 1;
        Ok(())
    }

    /// Number of values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Adds the values of another sketch.
    pub fn merge(&mut self, other: &Self) {
        for (&key, &count) in &other.buckets {
            let bucket = self.buckets.entry(key).or_insert(0);
            *bucket = bucket.saturating_add(count);
        }
        self.count = self.count.saturating_add(other.count);
    }

    /// Takes out the values of another sketch, which must have been added before: adding and subtracting gives the
    /// original sketch, byte for byte. Refuses, and changes nothing, when a bucket would become negative.
    pub fn subtract(&mut self, other: &Self) -> Result<()> {
        for (key, &taken) in &other.buckets {
            let have = self.buckets.get(key).copied().unwrap_or(0);
            if taken > have {
                return Err(Error::PartExceedsWhole {
                    part: "values to take out",
                    part_value: taken as f64,
                    whole: "values of the sketch in the same bucket",
                    whole_value: have as f64,
                });
            }
        }
        for (key, &taken) in &other.buckets {
            if let Some(have) = self.buckets.get_mut(key) {
                *have -= taken;
            }
        }
        self.buckets.retain(|_, &mut have| have > 0);
        self.count -= other.count;
        Ok(())
    }

    /// The nearest-rank quantile at `p`, to within 1 %: the smallest value with at least a share `p` at or below it.
    pub fn quantile(&self, p: f64) -> Result<f64> {
        crate::error::require_count("values", self.count as usize, 1)?;
        require_within("quantile", p, 0.0, 1.0)?;
        Ok(self.at_rank(nearest_rank(self.count, p)))
    }

    /// The interval for the quantile at `p`: two values by rank, as [`order_statistic::interval`] gives them, each to
    /// within 1 %.
    pub fn interval(&self, p: f64, level: Level) -> Result<Interval> {
        let ranks = order_statistic::ranks(self.count, p, level)?;
        Ok(Interval::new(self.at_rank(ranks.low), self.at_rank(ranks.high), level, Method::OrderStatistic))
    }

    /// Share of values at or below `limit`, for "answered within a day". Values within 1 % of the limit may fall on the
    /// wrong side; count them exactly where that matters. `None` for an empty sketch or a limit that is not a number.
    #[must_use]
    pub fn share_at_most(&self, limit: f64) -> Option<f64> {
        if self.count == 0 || limit.is_nan() {
            return None;
        }
        let key = key_of(limit.clamp(-LARGEST, LARGEST));
        let below: u64 = self.buckets.range(..=key).map(|(_, &count)| count).sum();
        Some(below as f64 / self.count as f64)
    }

    /// The middle of the bucket that holds the value of this rank.
    fn at_rank(&self, rank: u64) -> f64 {
        let mut seen = 0;
        let mut last = 0;
        for (&key, &count) in &self.buckets {
            seen += count;
            last = key;
            if seen >= rank {
                break;
            }
        }
        middle_of(last)
    }
}

fn log_gamma() -> f64 {
    ((1.0 + RELATIVE_ERROR) / (1.0 - RELATIVE_ERROR)).ln()
}

/// Bucket of a value: for positive values the smallest k with SMALLEST·γ^k ≥ value, plus one.
fn key_of(value: f64) -> i32 {
    let size = value.abs();
    if size < SMALLEST {
        return 0;
    }
    let key = ((size / SMALLEST).ln() / log_gamma()).ceil().max(0.0) as i32 + 1;
    if value > 0.0 { key } else { -key }
}

/// The number in a bucket whose relative distance to both borders is α: border · 2 / (1 + γ), from above.
fn middle_of(key: i32) -> f64 {
    if key == 0 {
        return 0.0;
    }
    let gamma = log_gamma().exp();
    let upper = SMALLEST * (f64::from(key.abs() - 1) * log_gamma()).exp();
    (upper * 2.0 / (1.0 + gamma)).copysign(f64::from(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantile::{Definition, quantile};
    use proptest::prelude::*;

    fn values() -> impl Strategy<Value = Vec<f64>> {
        let one =
            prop_oneof![3 => 1e-6..1e7_f64, 1 => -1e4..1e4_f64, 1 => Just(0.0), 1 => (0_u32..50).prop_map(f64::from)];
        prop::collection::vec(one, 0..80)
    }

    fn sketch(values: &[f64]) -> Sketch {
        Sketch::from_values(values).unwrap()
    }

    #[test]
    fn negative_values_come_first() {
        let found = sketch(&[-100.0, -1.0, 0.0, 1.0, 100.0]);
        let keys: Vec<i32> = found.buckets().map(|bucket| bucket.0).collect();
        assert!(keys.is_sorted() && keys.len() == 5);
        assert!((found.quantile(0.0).unwrap() / -100.0 - 1.0).abs() <= RELATIVE_ERROR);
        assert_eq!(found.quantile(0.5), Ok(0.0));
        assert!((found.quantile(1.0).unwrap() / 100.0 - 1.0).abs() <= RELATIVE_ERROR);
    }

    #[test]
    fn shares_within_a_limit() {
        let found = sketch(&[10.0, 20.0, 3_000.0, 100_000.0]);
        assert_eq!(found.share_at_most(3_600.0), Some(0.75));
        assert_eq!(found.share_at_most(f64::INFINITY), Some(1.0));
        assert_eq!(found.share_at_most(1.0), Some(0.0));
        assert_eq!(found.share_at_most(f64::NAN), None);
        assert_eq!(Sketch::new().share_at_most(1.0), None);
    }

    #[test]
    fn interval_by_ranks() {
        let minutes: Vec<f64> = (1..=100).map(f64::from).collect();
        let range = sketch(&minutes).interval(0.5, Level::P95).unwrap();
        let exact = order_statistic::interval(&minutes, 0.5, Level::P95).unwrap();
        assert!((range.low / exact.low - 1.0).abs() <= RELATIVE_ERROR);
        assert!((range.high / exact.high - 1.0).abs() <= RELATIVE_ERROR);
        assert!(sketch(&[1.0, 2.0]).interval(0.5, Level::P95).is_err());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(Sketch::from_values(&[1.0, f64::NAN]).is_err());
        assert!(Sketch::from_values(&[1e16]).is_err());
        assert!(Sketch::new().quantile(0.5).is_err());
        assert!(sketch(&[1.0]).quantile(1.5).is_err());
        assert!(Sketch::from_buckets([(1_000_000, 1)]).is_err());
        let mut one = sketch(&[5.0]);
        let before = one.clone();
        assert!(one.subtract(&sketch(&[5.0, 7.0])).is_err());
        assert_eq!(one, before, "a refused subtraction changes nothing");
    }

    #[test]
    fn space_is_as_documented() {
        let wide: Vec<f64> = (0..100_000).map(|i| 10.0_f64.powf(f64::from(i) / 10_000.0)).collect();
        let buckets = sketch(&wide).buckets().count();
        assert!((1_140..1_160).contains(&buckets), "{buckets}");
    }

    proptest! {
        #[test]
        fn quantiles_are_within_one_percent(values in values(), p in 0.0..=1.0_f64) {
            prop_assume!(!values.is_empty());
            let exact = quantile(&values, p, Definition::NearestRank).unwrap();
            let found = sketch(&values).quantile(p).unwrap();
            prop_assert!((found - exact).abs() <= RELATIVE_ERROR * exact.abs() * (1.0 + 1e-9) + SMALLEST, "{} for {}", found, exact);
        }

        #[test]
        fn merging_is_associative_and_commutative(a in values(), b in values(), c in values()) {
            let merged = |parts: &[&[f64]]| {
                let mut all = Sketch::new();
                for part in parts {
                    all.merge(&sketch(part));
                }
                all
            };
            let forward = merged(&[&a, &b, &c]);
            prop_assert_eq!(&forward, &merged(&[&c, &a, &b]));
            let mut right = sketch(&b);
            right.merge(&sketch(&c));
            let mut left = sketch(&a);
            left.merge(&right);
            prop_assert_eq!(&forward, &left);
            let everything: Vec<f64> = a.iter().chain(&b).chain(&c).copied().collect();
            prop_assert_eq!(forward, sketch(&everything));
        }

        #[test]
        fn adding_and_taking_out_gives_the_original(a in values(), b in values()) {
            let original = sketch(&a);
            let mut changed = original.clone();
            changed.merge(&sketch(&b));
            changed.subtract(&sketch(&b)).unwrap();
            prop_assert_eq!(changed, original);
        }

        #[test]
        fn stored_buckets_come_back(a in values()) {
            let original = sketch(&a);
            prop_assert_eq!(Sketch::from_buckets(original.buckets()).unwrap(), original);
        }
    }
}
