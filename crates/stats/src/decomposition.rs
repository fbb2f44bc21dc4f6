//! Why did a figure move: which segments, and how much of it is mix instead of performance.
//!
//! - [`mix_rate`]: a ratio (share, mean) split exactly into what segments did better or worse (*rate*) and what the
//!   change of their weights did (*mix*).
//! - [`adtributor`]: which dimension (channel, region, product) explains the gap between actual and expected best.
//!
//! A decomposition is arithmetic, not proof of a cause. Whether a segment's change is more than chance is a question for
//! [`heterogeneity`] and for the segment's own chart.

pub mod adtributor;
pub mod mix_rate;

use crate::distribution;
use crate::error::{Result, require_count, require_finite, require_positive, require_same_length};

/// Test whether segments changed differently at all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heterogeneity {
    /// Cochran's Q: weighted squared distances of the segments' changes from their common change.
    pub q: f64,
    /// Segments minus one.
    pub degrees: usize,
    /// How often chance alone would give such a Q. Where it is not small, "no segment explains this change" is the
    /// honest answer.
    pub p_value: f64,
    /// The common change, weighted by the inverse of the squared standard errors.
    pub common_change: f64,
}

/// Cochran's test of "all segments changed alike", from each segment's change and its standard error.
///
/// ```
/// let alike = evenkeel_stats::decomposition::heterogeneity(&[0.010, 0.012, 0.008], &[0.02, 0.03, 0.02])?;
/// assert!(alike.p_value > 0.9);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn heterogeneity(changes: &[f64], standard_errors: &[f64]) -> Result<Heterogeneity> {
    require_count("segments", changes.len(), 2)?;
    require_same_length("changes", changes.len(), "standard errors", standard_errors.len())?;
    require_finite("changes", changes)?;
    for &error in standard_errors {
        require_positive("standard error", error)?;
    }
    let weights: Vec<f64> = standard_errors.iter().map(|error| 1.0 / (error * error)).collect();
    let total: f64 = weights.iter().sum();
    let common_change = weights.iter().zip(changes).map(|(w, d)| w * d).sum::<f64>() / total;
    let q: f64 = weights.iter().zip(changes).map(|(w, d)| w * (d - common_change).powi(2)).sum();
    let degrees = changes.len() - 1;
    Ok(Heterogeneity { q, degrees, p_value: distribution::chi_square_sf(q, degrees as f64), common_change })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_odd_segment_is_noticed() {
        let found = heterogeneity(&[0.01, 0.01, -0.09], &[0.01, 0.01, 0.02]).unwrap();
        // Weights 10,000 10,000 2,500: common change -1/900; Q = 2·10,000·(1/90)² + 2,500·(4/45)².
        assert!((found.common_change + 1.0 / 900.0).abs() < 1e-12);
        assert!((found.q - 22.222_222).abs() < 1e-6 && found.degrees == 2);
        assert!((found.p_value - (-found.q / 2.0).exp()).abs() < 1e-12, "two degrees of freedom have a closed form");
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(heterogeneity(&[0.1], &[0.1]).is_err());
        assert!(heterogeneity(&[0.1, 0.2], &[0.1, 0.0]).is_err());
        assert!(heterogeneity(&[0.1, 0.2], &[0.1]).is_err());
    }
}
