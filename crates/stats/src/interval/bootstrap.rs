//! Bootstrap: intervals for statistics without a formula, by drawing rows again and again with replacement.
//!
//! The statistic is a function of row numbers, so rows may be of any kind. Sources: Efron (1979, 1987); the accelerated
//! form corrects for bias and skewness. Resampled rows vary less than new rows would, by √((n-1)/n), and their spread is
//! itself uncertain; the percentiles are therefore taken farther out, at Φ(-t √(n/(n-1))) with t of n - 1 degrees of
//! freedom instead of the level's own tail (Hesterberg 2015). Use at least 1,000 replicates and about 20 rows.

use super::{Interval, Level, Method};
use crate::distribution;
use crate::error::{Error, Result, require_count};
use crate::quantile::{Definition, quantile_of_sorted};
use crate::random::Generator;

/// The percentile interval: the middle part of the replicates.
///
/// ```
/// use evenkeel_stats::interval::{Level, bootstrap};
///
/// let minutes = [3.0, 8.0, 5.0, 30.0, 12.0, 7.0, 9.0, 4.0];
/// let largest = |rows: &[usize]| rows.iter().map(|&row| minutes[row]).fold(0.0, f64::max);
/// let range = bootstrap::percentile(minutes.len(), Level::P90, 1_000, 42, largest)?;
/// assert_eq!(range.high, 30.0);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn percentile(
    rows: usize,
    level: Level,
    replicates: usize,
    seed: u64,
    statistic: impl Fn(&[usize]) -> f64,
) -> Result<Interval> {
    let (low, high) = percentile_ends(rows, expanded(rows, level), replicates, seed, &statistic)?;
    Ok(Interval::new(low, high, level, Method::BootstrapPercentile))
}

/// The normal value to the tail of which percentiles are taken.
fn expanded(rows: usize, level: Level) -> f64 {
    let n = rows as f64;
    -distribution::student_t_quantile(level.tail(), (n - 1.0).max(1.0)) * (n / (n - 1.0).max(1.0)).sqrt()
}

fn percentile_ends(
    rows: usize,
    z: f64,
    replicates: usize,
    seed: u64,
    statistic: &impl Fn(&[usize]) -> f64,
) -> Result<(f64, f64)> {
    let sorted = sorted_replicates(rows, replicates, seed, statistic)?;
    let low = quantile_of_sorted(&sorted, distribution::normal_cdf(-z), Definition::Weibull)?;
    let high = quantile_of_sorted(&sorted, distribution::normal_cdf(z), Definition::Weibull)?;
    Ok((low, high))
}

/// Bias-corrected and accelerated bootstrap (Efron 1987).
///
/// The percentiles are shifted by how far the replicates' median is from the estimate, and by the skewness of the
/// jackknife values. When the statistic does not vary, both ends are the estimate.
pub fn accelerated(
    rows: usize,
    level: Level,
    replicates: usize,
    seed: u64,
    statistic: impl Fn(&[usize]) -> f64,
) -> Result<Interval> {
    let (low, high) = accelerated_ends(rows, expanded(rows, level), replicates, seed, &statistic)?;
    Ok(Interval::new(low, high, level, Method::BootstrapAccelerated))
}

fn accelerated_ends(
    rows: usize,
    z: f64,
    replicates: usize,
    seed: u64,
    statistic: &impl Fn(&[usize]) -> f64,
) -> Result<(f64, f64)> {
    let sorted = sorted_replicates(rows, replicates, seed, statistic)?;
    let everything: Vec<usize> = (0..rows).collect();
    let estimate = statistic(&everything);
    if !estimate.is_finite() {
        return Err(Error::NotFinite { what: "statistic", index: 0 });
    }
    // Half of the ties count as below, so a discrete statistic is not taken for a biased one.
    let below = sorted.iter().filter(|&&value| value < estimate).count() as f64;
    let ties = sorted.iter().filter(|&&value| value == estimate).count() as f64;
    let count = sorted.len() as f64;
    let share = ((below + ties / 2.0) / count).clamp(0.5 / count, 1.0 - 0.5 / count);
    let bias = distribution::normal_quantile(share);
    let acceleration = jackknife_skewness(rows, statistic);
    let adjusted = |z: f64| {
        let shifted = bias + z;
        distribution::normal_cdf(bias + shifted / (1.0 - acceleration * shifted))
    };
    let low = quantile_of_sorted(&sorted, adjusted(-z).clamp(0.0, 1.0), Definition::Weibull)?;
    let high = quantile_of_sorted(&sorted, adjusted(z).clamp(0.0, 1.0), Definition::Weibull)?;
    Ok((low, high))
}

/// Studentised bootstrap (Hall 1988): the statistic gives an estimate and its standard error; the interval is estimate
/// minus error times the quantiles of (replicate - estimate) / error of the replicate.
///
/// The best of the three for skewed rows, where a standard error has a formula. It follows no bounds: put a share on the
/// logit and a ratio on the logarithm first.
///
/// ```
/// use evenkeel_stats::interval::{Level, bootstrap};
///
/// let minutes = [3.0, 8.0, 5.0, 30.0, 12.0, 7.0, 9.0, 4.0];
/// let mean = |rows: &[usize]| {
///     let n = rows.len() as f64;
///     let mean = rows.iter().map(|&row| minutes[row]).sum::<f64>() / n;
///     let squares: f64 = rows.iter().map(|&row: &usize| { let d: f64 = minutes[row] - mean; d * d }).sum();
///     (mean, (squares / (n - 1.0) / n).sqrt())
/// };
/// let range = bootstrap::studentised(minutes.len(), Level::P90, 2_000, 42, mean)?;
/// assert!(range.high > 16.0, "the long wait leaves room above");
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn studentised(
    rows: usize,
    level: Level,
    replicates: usize,
    seed: u64,
    statistic: impl Fn(&[usize]) -> (f64, f64),
) -> Result<Interval> {
    let everything: Vec<usize> = (0..rows).collect();
    let (estimate, error) = statistic(&everything);
    if !(estimate.is_finite() && error.is_finite()) {
        return Err(Error::NotFinite { what: "statistic", index: 0 });
    }
    if error == 0.0 {
        return Ok(Interval::new(estimate, estimate, level, Method::BootstrapStudentised));
    }
    let sorted = sorted_replicates(rows, replicates, seed, &|drawn: &[usize]| {
        let (value, own_error) = statistic(drawn);
        if own_error > 0.0 { (value - estimate) / own_error } else { f64::NAN }
    })?;
    let low = estimate - error * quantile_of_sorted(&sorted, 1.0 - level.tail(), Definition::Weibull)?;
    let high = estimate - error * quantile_of_sorted(&sorted, level.tail(), Definition::Weibull)?;
    Ok(Interval::new(low, high, level, Method::BootstrapStudentised))
}

fn sorted_replicates(
    rows: usize,
    replicates: usize,
    seed: u64,
    statistic: &impl Fn(&[usize]) -> f64,
) -> Result<Vec<f64>> {
    require_count("rows", rows, 2)?;
    require_count("replicates", replicates, 100)?;
    let mut generator = Generator::from_seed(seed);
    let mut drawn = vec![0; rows];
    let mut values = Vec::with_capacity(replicates);
    for _ in 0..replicates {
        drawn.fill_with(|| generator.below(rows));
        let value = statistic(&drawn);
        // A resample in which the statistic does not exist (all denominators zero, say) is left out.
        if value.is_finite() {
            values.push(value);
        }
    }
    require_count("usable replicates", values.len(), replicates.div_ceil(2))?;
    values.sort_by(f64::total_cmp);
    Ok(values)
}

/// Σd³ / (6 (Σd²)^1.5) with d the distances of the leave-one-out values below their mean; 0 when they do not vary.
fn jackknife_skewness(rows: usize, statistic: &impl Fn(&[usize]) -> f64) -> f64 {
    let mut kept: Vec<usize> = (1..rows).collect();
    let mut values = Vec::with_capacity(rows);
    for left_out in 0..rows {
        values.push(statistic(&kept));
        if left_out < kept.len() {
            kept[left_out] = left_out;
        }
    }
    values.retain(|value| value.is_finite());
    let centre = crate::summary::mean(&values);
    let sum = |power: i32| values.iter().map(|value| (centre - value).powi(power)).sum::<f64>();
    let squares = sum(2);
    if squares > 0.0 { sum(3) / (6.0 * squares.powf(1.5)) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: [f64; 20] = [
        3.0, 5.0, 7.0, 8.0, 8.0, 9.0, 10.0, 11.0, 12.0, 12.0, 13.0, 14.0, 15.0, 18.0, 21.0, 25.0, 33.0, 41.0, 60.0,
        120.0,
    ];

    fn mean_of(rows: &[usize]) -> f64 {
        rows.iter().map(|&row| TIMES[row]).sum::<f64>() / rows.len() as f64
    }

    /// scipy 1.17.1, bootstrap of the mean with 200,000 resamples: percentile 12.80 to 35.25, `BCa` 14.45 to 41.40.
    #[test]
    fn intervals_match_scipy_within_simulation_error() {
        let z = Level::P95.critical_value();
        let (low, high) = percentile_ends(20, z, 20_000, 1, &mean_of).unwrap();
        assert!((low - 12.80).abs() < 0.35 && (high - 35.25).abs() < 0.6, "{low} {high}");
        let (low, high) = accelerated_ends(20, z, 20_000, 1, &mean_of).unwrap();
        assert!((low - 14.45).abs() < 0.35 && (high - 41.40).abs() < 1.2, "{low} {high}");
    }

    #[test]
    fn few_rows_widen() {
        // t(19) = 2.093024, times √(20/19).
        assert!((expanded(20, Level::P95) - 2.147_398).abs() < 1e-5);
        assert!((expanded(100_000, Level::P95) - Level::P95.critical_value()).abs() < 1e-4);
        let wide = percentile(20, Level::P95, 5_000, 1, mean_of).unwrap();
        let (low, high) = percentile_ends(20, Level::P95.critical_value(), 5_000, 1, &mean_of).unwrap();
        assert!(wide.low < low && wide.high > high);
    }

    #[test]
    fn same_seed_same_bytes_other_seed_other_numbers() {
        let run = |seed| accelerated(20, Level::P95, 1_000, seed, mean_of).unwrap();
        assert_eq!(run(5), run(5));
        assert_ne!(run(5), run(6));
    }

    #[test]
    fn studentising_stretches_the_longer_tail() {
        let with_error = |rows: &[usize]| {
            let mean = mean_of(rows);
            let n = rows.len() as f64;
            let squares: f64 = rows.iter().map(|&row| (TIMES[row] - mean).powi(2)).sum();
            (mean, (squares / (n - 1.0) / n).sqrt())
        };
        let range = studentised(20, Level::P95, 5_000, 1, with_error).unwrap();
        let mean = 22.25;
        assert!(range.contains(mean) && range.high - mean > 2.0 * (mean - range.low), "{range:?}");
        assert!(range.high > accelerated(20, Level::P95, 5_000, 1, mean_of).unwrap().high);
    }

    #[test]
    fn a_statistic_that_does_not_vary_has_no_width() {
        let range = accelerated(5, Level::P95, 200, 1, |_| 3.0).unwrap();
        assert_eq!((range.low, range.high), (3.0, 3.0));
        let range = studentised(5, Level::P95, 200, 1, |_| (3.0, 0.0)).unwrap();
        assert_eq!((range.low, range.high), (3.0, 3.0));
    }

    #[test]
    fn too_little_is_refused() {
        assert!(percentile(1, Level::P95, 1_000, 1, |_| 0.0).is_err());
        assert!(percentile(9, Level::P95, 10, 1, |_| 0.0).is_err());
        assert!(percentile(9, Level::P95, 1_000, 1, |_| f64::NAN).is_err());
        assert!(studentised(9, Level::P95, 1_000, 1, |_| (f64::NAN, 1.0)).is_err());
    }
}
