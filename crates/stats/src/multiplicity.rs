//! Many tests at once: p-values adjusted so that chance findings stay rare.
//!
//! - [`benjamini_hochberg`] bounds the expected share of false findings among the findings (Benjamini and Hochberg 1995);
//!   for lists that somebody will look into.
//! - [`holm`] bounds the probability of any false finding (Holm 1979); for decisions about people.
//!
//! An adjusted p-value is compared with the level as it stands.

use crate::error::{Result, require_within};

/// Adjusted p-values in the order of the input: for the i-th smallest of m, the smallest p·m/i of it and all larger.
///
/// ```
/// let adjusted = evenkeel_stats::multiplicity::benjamini_hochberg(&[0.001, 0.04, 0.03])?;
/// assert!((adjusted[0] - 0.003).abs() < 1e-12 && (adjusted[2] - 0.04).abs() < 1e-12);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn benjamini_hochberg(p_values: &[f64]) -> Result<Vec<f64>> {
    let order = increasing(p_values)?;
    let count = p_values.len() as f64;
    let mut adjusted = vec![0.0; p_values.len()];
    let mut smallest: f64 = 1.0;
    for (rank, &i) in order.iter().enumerate().rev() {
        smallest = smallest.min(p_values[i] * count / (rank + 1) as f64);
        adjusted[i] = smallest;
    }
    Ok(adjusted)
}

/// Adjusted p-values in the order of the input: for the i-th smallest of m, the largest p·(m - i + 1) of it and all
/// smaller, at most 1.
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>> {
    let order = increasing(p_values)?;
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest: f64 = 0.0;
    for (rank, &i) in order.iter().enumerate() {
        largest = largest.max(p_values[i] * (p_values.len() - rank) as f64).min(1.0);
        adjusted[i] = largest;
    }
    Ok(adjusted)
}

fn increasing(p_values: &[f64]) -> Result<Vec<usize>> {
    for &p in p_values {
        require_within("p-value", p, 0.0, 1.0)?;
    }
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&i, &j| p_values[i].total_cmp(&p_values[j]));
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// statsmodels 0.15.0, `multipletests`.
    #[test]
    fn matches_statsmodels() {
        let p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216];
        let bh = [0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.105_714, 0.216, 0.216, 0.216];
        let strict = [0.01, 0.072, 0.312, 0.312, 0.312, 0.312, 0.312, 0.615, 0.615, 0.615];
        let close = |got: Vec<f64>, want: [f64; 10]| got.iter().zip(want).all(|(g, w)| (g - w).abs() < 1e-6);
        assert!(close(benjamini_hochberg(&p).unwrap(), bh));
        assert!(close(holm(&p).unwrap(), strict));
    }

    #[test]
    fn nothing_and_nonsense() {
        assert_eq!(holm(&[]), Ok(vec![]));
        assert!(holm(&[0.2, f64::NAN]).is_err());
        assert!(benjamini_hochberg(&[1.1]).is_err());
    }

    proptest! {
        #[test]
        fn adjusting_never_lowers_keeps_order_and_follows_permutations(p in prop::collection::vec(0.0..=1.0_f64, 1..30)) {
            for method in [benjamini_hochberg, holm] {
                let adjusted = method(&p).unwrap();
                for (i, &raw) in p.iter().enumerate() {
                    prop_assert!(adjusted[i] >= raw - 1e-15 && adjusted[i] <= 1.0);
                    for (j, &other) in p.iter().enumerate() {
                        prop_assert!(raw > other || adjusted[i] <= adjusted[j]);
                    }
                }
                let mut backwards = p.clone();
                backwards.reverse();
                let mut reversed = method(&backwards).unwrap();
                reversed.reverse();
                prop_assert_eq!(reversed, adjusted);
            }
            // Bounding the probability of any false finding is never the laxer demand.
            for (strict, lax) in holm(&p).unwrap().iter().zip(benjamini_hochberg(&p).unwrap()) {
                prop_assert!(*strict >= lax - 1e-12);
            }
        }
    }
}
