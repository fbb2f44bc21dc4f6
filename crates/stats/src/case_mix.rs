//! Case mix: comparing units that serve different cases, like for like.
//!
//! Cases are sorted into *strata* (channel by topic, simple to complex) that make a difference and that the unit does
//! not choose. The *reference* is what all units together achieve in each stratum.
//!
//! - *Indirect* standardisation: the unit's successes O against those expected, E = Σ n·R, if each of its cases had gone
//!   as in the reference. O/E compares the unit with the reference. Two O/E must not be compared with each other when
//!   the mixes differ much, because each is weighted by the unit's own mix.
//! - *Direct* standardisation: the unit's rate in each stratum, weighted by the mix of the reference. Comparable between
//!   units, but needs data in every stratum.
//!
//! A stratum without reference has no expected value; the functions refuse instead of leaving it out.

use crate::distribution;
use crate::error::{Error, Result, require_count, require_same_length, require_within};
use crate::interval::{Interval, Level, Method};

/// Successes and cases of one stratum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stratum {
    /// Cases that went well.
    pub successes: u64,
    /// All cases.
    pub total: u64,
}

impl Stratum {
    fn check(self) -> Result<()> {
        if self.successes > self.total {
            return Err(Error::PartExceedsWhole {
                part: "successes of a stratum",
                part_value: self.successes as f64,
                whole: "cases of the stratum",
                whole_value: self.total as f64,
            });
        }
        Ok(())
    }
}

/// What a unit achieved against what was to be expected of its cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Indirect {
    /// Successes.
    pub observed: u64,
    /// Cases.
    pub total: u64,
    /// Expected successes, Σ n·R.
    pub expected: f64,
    /// O/E.
    pub ratio: f64,
    /// O/E times the overall rate of the reference: may exceed 1 near the ceiling.
    pub rate: f64,
    /// (O - E) / √(Σ n·R·(1 - R)).
    pub z: f64,
    /// Standard error of O when the unit is as good as the reference.
    pub standard_error: f64,
}

impl Indirect {
    /// The unit's expected share, E / n: what the reference would have achieved with these cases.
    #[must_use]
    pub fn expected_share(&self) -> f64 {
        self.expected / self.total as f64
    }

    /// Interval of O/E, exact for the given standard error up to normal approximation: (O ± z·se) / E.
    #[must_use]
    pub fn interval(&self, level: Level) -> Interval {
        let half = level.critical_value() * self.standard_error / self.expected;
        Interval::new((self.ratio - half).max(0.0), self.ratio + half, level, Method::Wald)
    }
}

/// Indirect standardisation of `unit` against `reference`, stratum by stratum in the same order.
///
/// ```
/// use evenkeel_stats::case_mix::{Stratum, indirect};
///
/// let stratum = |successes, total| Stratum { successes, total };
/// let reference = [stratum(552, 600), stratum(246, 300), stratum(62, 100)];
/// let agent = [stratum(137, 150), stratum(32, 40), stratum(5, 10)];
/// let found = indirect(&agent, &reference)?;
/// assert!((found.expected - 177.0).abs() < 1e-9 && (found.ratio - 0.983051).abs() < 1e-6);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn indirect(unit: &[Stratum], reference: &[Stratum]) -> Result<Indirect> {
    let overall = check(unit, reference)?;
    let observed: u64 = unit.iter().map(|stratum| stratum.successes).sum();
    let total: u64 = unit.iter().map(|stratum| stratum.total).sum();
    let (mut expected, mut variance) = (0.0, 0.0);
    for (own, all) in unit.iter().zip(reference).filter(|(own, _)| own.total > 0) {
        let rate = all.successes as f64 / all.total as f64;
        expected += own.total as f64 * rate;
        variance += own.total as f64 * rate * (1.0 - rate);
    }
    if expected == 0.0 {
        return Err(Error::NotPositive { what: "expected successes", value: 0.0 });
    }
    let ratio = observed as f64 / expected;
    let distance = observed as f64 - expected;
    let standard_error = f64::sqrt(variance);
    // A reference without any failures leaves nothing to chance: either as expected, or infinitely far from it.
    let z = if distance == 0.0 { 0.0 } else { distance / standard_error };
    Ok(Indirect { observed, total, expected, ratio, rate: ratio * overall, z, standard_error })
}

/// A directly standardised rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Direct {
    /// Σ w·r, with w the share of the stratum in the reference.
    pub rate: f64,
    /// √(Σ w²·r·(1 - r)/n).
    pub standard_error: f64,
}

impl Direct {
    /// Normal interval, cut at 0 and 1.
    #[must_use]
    pub fn interval(&self, level: Level) -> Interval {
        let half = level.critical_value() * self.standard_error;
        Interval::new((self.rate - half).max(0.0), (self.rate + half).min(1.0), level, Method::Wald)
    }
}

/// Direct standardisation of `unit` to the mix of `reference`. Refuses when the unit has no cases in a stratum that the
/// reference has.
pub fn direct(unit: &[Stratum], reference: &[Stratum]) -> Result<Direct> {
    check(unit, reference)?;
    let all: f64 = reference.iter().map(|stratum| stratum.total as f64).sum();
    let (mut rate, mut variance) = (0.0, 0.0);
    for (own, reference) in unit.iter().zip(reference).filter(|(_, reference)| reference.total > 0) {
        require_count("cases of the unit in a stratum", own.total as usize, 1)?;
        let weight = reference.total as f64 / all;
        let own_rate = own.successes as f64 / own.total as f64;
        rate += weight * own_rate;
        variance += weight * weight * own_rate * (1.0 - own_rate) / own.total as f64;
    }
    Ok(Direct { rate, standard_error: variance.sqrt() })
}

/// The share that a unit must reach with its own cases in order to be as good as `line` is for the reference.
///
/// The rates of the reference are moved by one amount on the logit scale until the whole reference reaches `line`; the
/// result is what those moved rates give for the unit's mix. This keeps lines between 0 and 1 where O/E does not.
pub fn line_for_mix(unit: &[Stratum], reference: &[Stratum], line: f64) -> Result<f64> {
    check(unit, reference)?;
    if !(line > 0.0 && line < 1.0) {
        return Err(Error::OutOfRange { what: "line", value: line, low: 0.0, high: 1.0 });
    }
    let average = |weights: &[Stratum], shift: f64| {
        let (mut sum, mut total) = (0.0, 0.0);
        for (weight, all) in weights.iter().zip(reference).filter(|(weight, _)| weight.total > 0) {
            let rate = all.successes as f64 / all.total as f64;
            sum += weight.total as f64 * crate::shrinkage::beta_binomial::shifted(rate, shift);
            total += weight.total as f64;
        }
        sum / total
    };
    // Strata in which everybody or nobody succeeds do not move.
    if average(reference, 60.0) < line || average(reference, -60.0) > line {
        return Err(Error::NoConvergence { what: "shift of the reference to the line" });
    }
    let (mut low, mut high) = (-60.0, 60.0);
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if average(reference, middle) < line {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(average(unit, f64::midpoint(low, high)))
}

/// Checks both, and gives the overall rate of the reference.
fn check(unit: &[Stratum], reference: &[Stratum]) -> Result<f64> {
    require_same_length("strata of the unit", unit.len(), "strata of the reference", reference.len())?;
    for (i, (own, all)) in unit.iter().zip(reference).enumerate() {
        own.check()?;
        all.check()?;
        if own.total > 0 && all.total == 0 {
            return Err(Error::NoReference { stratum: i });
        }
    }
    let cases: u64 = unit.iter().map(|stratum| stratum.total).sum();
    require_count("cases of the unit", cases as usize, 1)?;
    let successes: f64 = reference.iter().map(|stratum| stratum.successes as f64).sum();
    let total: f64 = reference.iter().map(|stratum| stratum.total as f64).sum();
    Ok(successes / total)
}

/// Expected and achieved mean of a unit whose figure is a mean (a rating, a time) instead of a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Means {
    /// Mean that the reference would have had with these cases.
    pub expected: f64,
    /// Mean of the unit.
    pub observed: f64,
    /// Observed minus expected.
    pub difference: f64,
}

/// Indirect standardisation of means. For each stratum: the unit's number and sum, and the reference's mean (`None`
/// where the reference has no cases).
pub fn indirect_means(counts: &[u64], sums: &[f64], reference_means: &[Option<f64>]) -> Result<Means> {
    require_same_length("counts", counts.len(), "sums", sums.len())?;
    require_same_length("counts", counts.len(), "means of the reference", reference_means.len())?;
    crate::error::require_finite("sums", sums)?;
    let (mut total, mut expected, mut observed) = (0.0, 0.0, 0.0);
    for (i, (&count, &sum)) in counts.iter().zip(sums).enumerate().filter(|(_, (count, _))| **count > 0) {
        let Some(mean) = reference_means[i] else { return Err(Error::NoReference { stratum: i }) };
        total += count as f64;
        expected += count as f64 * mean;
        observed += sum;
    }
    require_count("cases of the unit", total as usize, 1)?;
    let (expected, observed) = (expected / total, observed / total);
    Ok(Means { expected, observed, difference: observed - expected })
}

/// The rate of events that the reference would have had with a unit's exposure in each stratum, Σ e·R / Σ e. The
/// reference has `None` where it has no exposure.
///
/// ```
/// use evenkeel_stats::case_mix::expected_rate;
///
/// let complaints_per_case = expected_rate(&[30.0, 10.0], &[Some(0.02), Some(0.06)])?;
/// assert!((complaints_per_case - 0.03).abs() < 1e-12);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn expected_rate(exposures: &[f64], reference: &[Option<f64>]) -> Result<f64> {
    require_same_length("exposures", exposures.len(), "rates of the reference", reference.len())?;
    crate::error::require_finite("exposures", exposures)?;
    let (mut events, mut exposure) = (0.0, 0.0);
    for (i, &own) in exposures.iter().enumerate().filter(|(_, own)| **own > 0.0) {
        let Some(rate) = reference[i] else { return Err(Error::NoReference { stratum: i }) };
        events += own * rate;
        exposure += own;
    }
    crate::error::require_positive("exposure", exposure)?;
    Ok(events / exposure)
}

/// The p-value, two-sided, of a z from [`indirect`].
pub fn p_value(z: f64) -> Result<f64> {
    require_within("z", z, f64::NEG_INFINITY, f64::INFINITY)?;
    Ok((2.0 * distribution::normal_sf(z.abs())).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn strata(rows: &[(u64, u64)]) -> Vec<Stratum> {
        rows.iter().map(|&(successes, total)| Stratum { successes, total }).collect()
    }

    fn reference() -> Vec<Stratum> {
        strata(&[(552, 600), (246, 300), (62, 100)])
    }

    /// worked example 5.5, D6.
    #[test]
    fn the_order_of_two_agents_reverses() {
        let agents = [
            (
                strata(&[(137, 150), (32, 40), (5, 10)]),
                174,
                177.0,
                0.983_051,
                0.845_424,
                0.838_000,
                0.028_284,
                -0.682_877,
            ),
            (
                strata(&[(28, 30), (76, 90), (53, 80)]),
                157,
                151.0,
                1.039_735,
                0.894_172,
                0.879_583,
                0.030_099,
                1.023_885,
            ),
        ];
        for (agent, observed, expected, ratio, rate, standardised, error, z) in agents {
            let found = indirect(&agent, &reference()).unwrap();
            assert_eq!(found.observed, observed);
            assert!((found.expected - expected).abs() < 1e-9 && (found.ratio - ratio).abs() < 1e-6);
            assert!((found.rate - rate).abs() < 1e-6 && (found.z - z).abs() < 1e-6);
            let found = direct(&agent, &reference()).unwrap();
            assert!((found.rate - standardised).abs() < 1e-6 && (found.standard_error - error).abs() < 1e-6);
        }
    }

    #[test]
    fn strata_without_reference_are_refused() {
        let unit = strata(&[(5, 10), (3, 4)]);
        assert_eq!(indirect(&unit, &strata(&[(50, 100), (0, 0)])), Err(Error::NoReference { stratum: 1 }));
        assert!(line_for_mix(&unit, &strata(&[(50, 100), (0, 0)]), 0.8).is_err());
        let elsewhere = strata(&[(5, 10), (0, 0)]);
        assert!(indirect(&elsewhere, &strata(&[(50, 100), (0, 0)])).is_ok());
        assert!(direct(&elsewhere, &strata(&[(50, 100), (20, 40)])).is_err(), "the unit has no such cases");
        assert!(indirect(&strata(&[(0, 0)]), &strata(&[(1, 2)])).is_err());
        assert!(indirect(&strata(&[(3, 2)]), &strata(&[(1, 2)])).is_err());
        assert_eq!(indirect_means(&[3, 1], &[9.0, 5.0], &[Some(2.0), None]), Err(Error::NoReference { stratum: 1 }));
    }

    #[test]
    fn means_are_compared_with_their_expectation() {
        let found = indirect_means(&[10, 30, 0], &[45.0, 90.0, 0.0], &[Some(4.0), Some(3.2), None]).unwrap();
        assert!((found.observed - 3.375).abs() < 1e-12 && (found.expected - 3.4).abs() < 1e-12);
        assert!((found.difference + 0.025).abs() < 1e-12);
    }

    #[test]
    fn lines_move_with_the_mix() {
        let easy = strata(&[(0, 150), (0, 40), (0, 10)]);
        let hard = strata(&[(0, 30), (0, 90), (0, 80)]);
        // The moved rates that give the reference 0.80 were solved in scipy 1.17.1 (brentq).
        assert!((line_for_mix(&easy, &reference(), 0.8).unwrap() - 0.832_345_519).abs() < 1e-6);
        assert!((line_for_mix(&hard, &reference(), 0.8).unwrap() - 0.667_731_141).abs() < 1e-6);
        assert!((line_for_mix(&reference(), &reference(), 0.8).unwrap() - 0.8).abs() < 1e-12);
        assert!(line_for_mix(&easy, &reference(), 1.0).is_err());
        let fixed = strata(&[(10, 10), (0, 10)]);
        assert!(line_for_mix(&fixed, &fixed, 0.8).is_err(), "rates of 0 and 1 do not move");
    }

    #[test]
    fn a_unit_that_is_the_reference_is_as_expected() {
        let found = indirect(&reference(), &reference()).unwrap();
        assert!((found.ratio - 1.0).abs() < 1e-12 && found.z.abs() < 1e-9);
        assert!(found.interval(Level::P95).contains(1.0));
        assert!((p_value(1.959_964).unwrap() - 0.05).abs() < 1e-6);
        assert!(p_value(f64::NAN).is_err());
    }

    proptest! {
        #[test]
        fn the_order_of_strata_does_not_matter(rows in prop::collection::vec((0_u64..50, 0_u64..50, 1_u64..90, 1_u64..90), 1..8)) {
            let unit: Vec<Stratum> = rows.iter().map(|r| Stratum { successes: r.0, total: r.0 + r.1 }).collect();
            let all: Vec<Stratum> = rows.iter().map(|r| Stratum { successes: r.2, total: r.2 + r.3 }).collect();
            prop_assume!(unit.iter().any(|stratum| stratum.total > 0));
            let backwards = |strata: &[Stratum]| strata.iter().rev().copied().collect::<Vec<_>>();
            let one = indirect(&unit, &all).unwrap();
            let other = indirect(&backwards(&unit), &backwards(&all)).unwrap();
            prop_assert!((one.expected - other.expected).abs() < 1e-9 && one.observed == other.observed);
            prop_assert!(one.expected_share() > 0.0 && one.expected_share() < 1.0);
            let line = line_for_mix(&unit, &all, 0.7).unwrap();
            prop_assert!(line > 0.0 && line < 1.0);
        }
    }
}
