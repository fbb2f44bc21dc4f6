//! Difference in differences: how much more treated units changed than others.
//!
//! Effect = mean change of the treated - mean change of the untreated. Assumes that both would have changed alike without
//! the treatment; two similar histories are an argument for that, not a proof. With few units the exact permutation
//! test is the honest one: it asks how many ways of choosing the treated units would have shown an effect as large.

use super::Effect;
use crate::distribution;
use crate::error::{Error, Result, require_count, require_finite};
use crate::least_squares;
use crate::random::Generator;
use crate::summary;

/// A unit's figure before and after.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// Mean figure before the treatment.
    pub before: f64,
    /// Mean figure after it.
    pub after: f64,
}

/// What the treatment did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// The effect.
    pub estimate: f64,
    /// Standard error as if all figures were independent; for comparison only.
    pub ordinary_error: f64,
    /// Standard error with units as clusters.
    pub clustered_error: f64,
    /// Welch's t test on the changes of the units: unequal variances, few assumptions.
    pub welch: Effect,
    /// Share of all ways to choose the treated units that give an effect at least as far from zero.
    pub permutation_p: f64,
    /// Number of ways tried: all of them, or a random sample where there are more than 200,000.
    pub permutations: usize,
}

/// Ways to choose the treated units up to which all are tried.
const ALL_WAYS: f64 = 200_000.0;
/// Ways tried where there are more.
const SAMPLED_WAYS: usize = 20_000;

/// Estimates the effect from at least two treated and two untreated units. `seed` matters only where the permutations
/// are sampled.
///
/// ```
/// use evenkeel_stats::effect::difference::{Unit, estimate};
///
/// let unit = |before, after| Unit { before, after };
/// let treated = [unit(70., 78.), unit(72., 79.), unit(68., 75.), unit(71., 80.), unit(69., 77.)];
/// let others = [unit(71., 73.), unit(69., 70.), unit(70., 72.), unit(73., 74.), unit(72., 73.)];
/// let found = estimate(&treated, &others, 1)?;
/// assert!((found.estimate - 6.4).abs() < 1e-9 && (found.permutation_p - 2.0 / 252.0).abs() < 1e-12);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn estimate(treated: &[Unit], untreated: &[Unit], seed: u64) -> Result<Difference> {
    require_count("treated units", treated.len(), 2)?;
    require_count("untreated units", untreated.len(), 2)?;
    let changes = |units: &[Unit]| -> Vec<f64> { units.iter().map(|unit| unit.after - unit.before).collect() };
    let (one, other) = (changes(treated), changes(untreated));
    require_finite("changes of units", &one)?;
    require_finite("changes of units", &other)?;
    let estimate = summary::mean(&one) - summary::mean(&other);
    let (ordinary_error, clustered_error) = regression_errors(treated, untreated)?;
    let (permutation_p, permutations) = permute(&one, &other, estimate.abs(), seed);
    Ok(Difference {
        estimate,
        ordinary_error,
        clustered_error,
        welch: welch(&one, &other, estimate),
        permutation_p,
        permutations,
    })
}

fn welch(one: &[f64], other: &[f64], estimate: f64) -> Effect {
    let part = |values: &[f64]| summary::variance(values) / values.len() as f64;
    let (a, b) = (part(one), part(other));
    let squares = a * a / (one.len() as f64 - 1.0) + b * b / (other.len() as f64 - 1.0);
    // Units that all changed by the same amount leave no variance; any degrees of freedom do then.
    let degrees = if squares > 0.0 { (a + b).powi(2) / squares } else { (one.len() + other.len() - 2) as f64 };
    Effect { estimate, standard_error: (a + b).sqrt(), degrees }
}

/// Standard errors of the interaction in y ~ treated × after.
fn regression_errors(treated: &[Unit], untreated: &[Unit]) -> Result<(f64, f64)> {
    let mut columns = vec![Vec::new(); 4];
    let (mut response, mut cluster) = (Vec::new(), Vec::new());
    let everyone = treated.iter().map(|unit| (unit, 1.0)).chain(untreated.iter().map(|unit| (unit, 0.0)));
    for (number, (unit, is_treated)) in everyone.enumerate() {
        for (figure, is_after) in [(unit.before, 0.0), (unit.after, 1.0)] {
            for (column, value) in columns.iter_mut().zip([1.0, is_treated, is_after, is_treated * is_after]) {
                column.push(value);
            }
            response.push(figure);
            cluster.push(number);
        }
    }
    let fit = least_squares::fit("difference in differences", &columns, &response)?;
    let clustered = fit.clustered(&columns, &cluster);
    Ok((fit.standard_errors()[3], clustered[3][3].max(0.0).sqrt()))
}

/// Share of choices of treated units with a difference of at least `size`, and the number of choices.
fn permute(one: &[f64], other: &[f64], size: f64, seed: u64) -> (f64, usize) {
    let all: Vec<f64> = one.iter().chain(other).copied().collect();
    let (n, k) = (all.len(), one.len());
    let total: f64 = all.iter().sum();
    // Rounding must not count the observed choice itself as smaller.
    let size = size - 1e-12 * (1.0 + size);
    let extreme = |sum: f64| (sum / k as f64 - (total - sum) / (n - k) as f64).abs() >= size;
    let ways = (1..=k).fold(1.0, |ways, i| ways * (n - k + i) as f64 / i as f64);
    if ways <= ALL_WAYS {
        let (mut count, mut hits) = (0_usize, 0_usize);
        let mut chosen: Vec<usize> = (0..k).collect();
        loop {
            count += 1;
            hits += usize::from(extreme(chosen.iter().map(|&i| all[i]).sum()));
            if !next_choice(&mut chosen, n) {
                return (hits as f64 / count as f64, count);
            }
        }
    }
    let mut generator = Generator::from_seed(seed);
    let mut mixed = all.clone();
    let mut hits = 1;
    for _ in 0..SAMPLED_WAYS {
        generator.shuffle(&mut mixed);
        hits += usize::from(extreme(mixed[..k].iter().sum()));
    }
    // The observed choice counts as one of the sample, so the p-value is never zero (Phipson and Smyth 2010).
    (f64::from(hits as u32) / (SAMPLED_WAYS + 1) as f64, SAMPLED_WAYS)
}

/// Moves to the next choice of places in `0..n`; `false` after the last one.
fn next_choice(chosen: &mut [usize], n: usize) -> bool {
    let k = chosen.len();
    let Some(place) = (0..k).rev().find(|&i| chosen[i] < n - k + i) else { return false };
    chosen[place] += 1;
    for i in place + 1..k {
        chosen[i] = chosen[i - 1] + 1;
    }
    true
}

impl Difference {
    /// The effect with clustered standard error, on as many degrees of freedom as there are units minus two.
    pub fn clustered(&self, units: usize) -> Result<Effect> {
        if units < 4 {
            return Err(Error::TooFew { what: "units", have: units, need: 4 });
        }
        Ok(Effect { estimate: self.estimate, standard_error: self.clustered_error, degrees: units as f64 - 2.0 })
    }

    /// Welch's t statistic.
    #[must_use]
    pub fn welch_t(&self) -> f64 {
        self.welch.estimate / self.welch.standard_error
    }

    /// Two-sided p-value of Welch's test.
    #[must_use]
    pub fn welch_p(&self) -> f64 {
        distribution::student_t_two_sided(self.welch_t(), self.welch.degrees)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn units(before: &[f64], after: &[f64]) -> Vec<Unit> {
        before.iter().zip(after).map(|(&before, &after)| Unit { before, after }).collect()
    }

    fn worked() -> (Vec<Unit>, Vec<Unit>) {
        (
            units(&[70.0, 72.0, 68.0, 71.0, 69.0], &[78.0, 79.0, 75.0, 80.0, 77.0]),
            units(&[71.0, 69.0, 70.0, 73.0, 72.0], &[73.0, 70.0, 72.0, 74.0, 73.0]),
        )
    }

    /// statsmodels 0.15.0 and scipy 1.17.1 (worked example 9).
    #[test]
    fn matches_statsmodels() {
        let (treated, untreated) = worked();
        let found = estimate(&treated, &untreated, 1).unwrap();
        assert!((found.estimate - 6.4).abs() < 1e-9);
        assert!((found.ordinary_error - 1.483_240).abs() < 1e-6, "{found:?}");
        assert!((found.clustered_error - 0.459_468).abs() < 1e-6, "{found:?}");
        assert!((found.welch_t() - 14.310_835).abs() < 1e-6 && (found.welch.degrees - 6.896_552).abs() < 1e-6);
        assert!((found.welch_p() - 2e-6).abs() < 5e-7);
        assert_eq!(found.permutations, 252);
        assert!((found.permutation_p - 0.007_937).abs() < 1e-6);
        assert!(found.clustered(10).unwrap().p_value() < 1e-4);
    }

    #[test]
    fn many_units_are_sampled_with_the_seed() {
        let many: Vec<Unit> = (0..24).map(|i| Unit { before: 0.0, after: f64::from(i * 7 % 24) }).collect();
        let one = estimate(&many[..12], &many[12..], 5).unwrap();
        assert_eq!(one.permutations, SAMPLED_WAYS);
        assert_eq!(one, estimate(&many[..12], &many[12..], 5).unwrap());
        // The p-value of a t test on the same changes is close by.
        assert!((one.permutation_p - one.welch_p()).abs() < 0.03, "{} {}", one.permutation_p, one.welch_p());
    }

    #[test]
    fn few_units_are_refused() {
        let (treated, untreated) = worked();
        assert!(estimate(&treated[..1], &untreated, 1).is_err());
        assert!(estimate(&treated, &untreated[..1], 1).is_err());
        let found = estimate(&treated, &untreated, 1).unwrap();
        assert!(found.clustered(3).is_err());
    }

    #[test]
    fn equal_changes_are_certain() {
        let found = estimate(&units(&[1.0; 3], &[3.0; 3]), &units(&[1.0; 3], &[2.0; 3]), 1).unwrap();
        assert_eq!(found.welch.p_value(), 0.0);
        assert!((found.permutation_p - 2.0 / 20.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn swapping_the_groups_turns_the_sign_only(rows in prop::collection::vec((0.0..10.0_f64, 0.0..10.0_f64), 8)) {
            let all: Vec<Unit> = rows.iter().map(|r| Unit { before: r.0, after: r.1 }).collect();
            let there = estimate(&all[..4], &all[4..], 1).unwrap();
            let back = estimate(&all[4..], &all[..4], 1).unwrap();
            prop_assert!((there.estimate + back.estimate).abs() < 1e-9);
            prop_assert!((there.permutation_p - back.permutation_p).abs() < 1e-12);
            prop_assert!(there.permutation_p >= 1.0 / 70.0 - 1e-12, "the observed choice is one of the 70");
        }
    }
}
