//! How much of the spread in a table of units is real.
//!
//! *Reliability* = variance between units / (variance between units + chance variance of the unit's figure): the
//! squared correlation between figure and true value. At 0.7 a figure separates units fairly well, at 0.5 half of what
//! the table shows is chance (Adams 2009).

use crate::error::{Error, Result, require_count, require_positive};

/// Reliability of the figure of a unit with `observations`, from the variance between units and the variance of one
/// observation (p(1-p) for a share).
///
/// ```
/// use evenkeel_stats::shrinkage::reliability::{of_unit, observations_for};
///
/// let of_one = 0.8 * 0.2;
/// assert!(of_unit(0.0016, of_one, 20)? < 0.2);
/// assert_eq!(observations_for(0.5, 0.0016, of_one)?, 100);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn of_unit(between: f64, of_one: f64, observations: u64) -> Result<f64> {
    require_positive("variance of one observation", of_one)?;
    require_count("observations", observations as usize, 1)?;
    if !(between >= 0.0 && between.is_finite()) {
        return Err(Error::OutOfRange {
            what: "variance between units",
            value: between,
            low: 0.0,
            high: f64::INFINITY,
        });
    }
    Ok(between / (between + of_one / observations as f64))
}

/// The fewest observations with which a unit's figure reaches `reliability`: r / (1 - r) · variance of one observation /
/// variance between units, rounded up.
pub fn observations_for(reliability: f64, between: f64, of_one: f64) -> Result<u64> {
    require_positive("variance between units", between)?;
    require_positive("variance of one observation", of_one)?;
    if !(reliability > 0.0 && reliability < 1.0) {
        return Err(Error::OutOfRange { what: "reliability", value: reliability, low: 0.0, high: 1.0 });
    }
    let exact = reliability / (1.0 - reliability) * of_one / between;
    // 100.00000000000001 observations are 100.
    Ok((exact - 1e-9 * exact).ceil().max(1.0) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::funnel::tests::d5;
    use crate::shrinkage::{Estimation, beta_binomial};

    #[test]
    fn reliability_on_d5() {
        let prior = beta_binomial::fit(&d5(), &[], Estimation::MaximumLikelihood).unwrap();
        assert!((prior.variance() - 0.002_606_4).abs() < 5e-8);
        let p: f64 = 1_903.0 / 2_391.0;
        let of_one = p * (1.0 - p);
        assert!((of_unit(prior.variance(), of_one, 230).unwrap() - 0.7868).abs() < 5e-5);
        assert!((of_unit(prior.variance(), of_one, 24).unwrap() - 0.2780).abs() < 5e-5);
        assert_eq!(observations_for(0.7, prior.variance(), of_one), Ok(146));
        assert_eq!(observations_for(0.5, prior.variance(), of_one), Ok(63));
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(of_unit(-0.1, 0.2, 10).is_err());
        assert!(of_unit(0.1, 0.2, 0).is_err());
        assert!(observations_for(1.0, 0.1, 0.2).is_err());
        assert!(observations_for(0.7, 0.0, 0.2).is_err());
        assert_eq!(of_unit(0.0, 0.2, 10), Ok(0.0));
    }
}
