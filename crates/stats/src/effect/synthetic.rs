//! Synthetic control: a weighted mean of untreated units that follows the treated one before the treatment (Abadie,
//! Diamond and Hainmueller 2010).
//!
//! Weights are not negative and add up to 1, so the control never extrapolates. They minimise the squared gap before the
//! treatment. The *placebo* test treats each donor as if it had been treated: an effect is believable when the treated
//! unit's gap after, relative to its gap before, is larger than that of nearly all donors. With nine donors the
//! smallest possible p-value is 1/10.

use crate::error::{Error, Result, require_count, require_finite, require_same_length};
use crate::least_squares;

/// A fitted synthetic control.
#[derive(Debug, Clone, PartialEq)]
pub struct Control {
    /// Weight of each donor, in the order of the input.
    pub weights: Vec<f64>,
    /// Treated minus synthetic, for every period.
    pub gaps: Vec<f64>,
    /// Root of the mean squared gap before the treatment.
    pub gap_before: f64,
    /// Root of the mean squared gap after it.
    pub gap_after: f64,
    /// Mean gap after it: the effect.
    pub effect: f64,
}

impl Control {
    /// Gap after relative to gap before; infinite for a perfect fit before and any gap after.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        if self.gap_after == 0.0 { 0.0 } else { self.gap_after / self.gap_before }
    }
}

/// Fits weights over the first `before` periods (at least three) and compares the rest.
///
/// ```
/// use evenkeel_stats::effect::synthetic::fit;
///
/// let donors = [vec![60., 62., 61., 64.], vec![80., 79., 82., 81.]];
/// let treated = [70., 70.5, 71.5, 77.5];
/// let control = fit(&treated, &donors, 3)?;
/// assert!((control.weights[0] - 0.5).abs() < 1e-9);
/// assert!((control.effect - 5.0).abs() < 1e-9);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn fit(treated: &[f64], donors: &[Vec<f64>], before: usize) -> Result<Control> {
    require_count("donors", donors.len(), 2)?;
    require_count("periods before the treatment", before.min(treated.len()), 3)?;
    require_count("periods after the treatment", treated.len().saturating_sub(before), 1)?;
    require_finite("treated unit", treated)?;
    for donor in donors {
        require_same_length("periods of a donor", donor.len(), "periods of the treated unit", treated.len())?;
        require_finite("donor", donor)?;
    }
    let weights = simplex_weights(&treated[..before], donors)?;
    let gaps: Vec<f64> = (0..treated.len())
        .map(|t| treated[t] - weights.iter().zip(donors).map(|(weight, donor)| weight * donor[t]).sum::<f64>())
        .collect();
    let root_mean_square = |gaps: &[f64]| (gaps.iter().map(|gap| gap * gap).sum::<f64>() / gaps.len() as f64).sqrt();
    Ok(Control {
        gap_before: root_mean_square(&gaps[..before]),
        gap_after: root_mean_square(&gaps[before..]),
        effect: crate::summary::mean(&gaps[before..]),
        weights,
        gaps,
    })
}

/// Share of units, the treated one included, whose gap ratio is at least that of the treated one.
///
/// Each donor is fitted by the other donors; the treated unit is never one of them.
pub fn placebo_p(treated: &[f64], donors: &[Vec<f64>], before: usize) -> Result<f64> {
    require_count("donors for a placebo test", donors.len(), 3)?;
    let own = fit(treated, donors, before)?.ratio();
    let mut at_least = 1;
    for place in 0..donors.len() {
        let others: Vec<Vec<f64>> =
            donors.iter().enumerate().filter(|(i, _)| *i != place).map(|(_, donor)| donor.clone()).collect();
        if fit(&donors[place], &others, before)?.ratio() >= own {
            at_least += 1;
        }
    }
    Ok(f64::from(at_least) / (donors.len() + 1) as f64)
}

/// Weights on the simplex whose mixture of donors is nearest to the target, by Wolfe's (1976) algorithm for the point
/// of smallest norm in the hull of the differences donor - target. It ends after finitely many steps, exactly.
fn simplex_weights(target: &[f64], donors: &[Vec<f64>]) -> Result<Vec<f64>> {
    let points: Vec<Vec<f64>> =
        donors.iter().map(|donor| donor.iter().zip(target).map(|(d, t)| d - t).collect()).collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let scale = points.iter().map(|point| dot(point, point)).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let nearest = (0..points.len())
        .min_by(|&i, &j| dot(&points[i], &points[i]).total_cmp(&dot(&points[j], &points[j])))
        .unwrap_or(0);
    let mut active = vec![nearest];
    let mut weights = vec![1.0];
    for _ in 0..1000 {
        let mixture: Vec<f64> = (0..target.len())
            .map(|t| active.iter().zip(&weights).map(|(&i, weight)| weight * points[i][t]).sum())
            .collect();
        let square = dot(&mixture, &mixture);
        let best = (0..points.len())
            .filter(|i| !active.contains(i))
            .map(|i| (dot(&mixture, &points[i]), i))
            .min_by(|one, other| one.0.total_cmp(&other.0));
        match best {
            // A donor in whose direction the mixture gets shorter.
            Some((product, donor)) if product < square - 1e-12 * scale => {
                active.push(donor);
                weights.push(0.0);
            }
            _ => return Ok(spread(&active, &weights, points.len())),
        }
        if !shorten(&points, &mut active, &mut weights) {
            return Ok(spread(&active, &weights, points.len()));
        }
    }
    Err(Error::NoConvergence { what: "weights of a synthetic control" })
}

/// Moves to the shortest point of the affine hull of the active points, dropping those whose weight would turn negative.
/// `false` when the active points depend on each other, so that the present weights are already best.
fn shorten(points: &[Vec<f64>], active: &mut Vec<usize>, weights: &mut Vec<f64>) -> bool {
    while active.len() > 1 {
        let base = &points[active[0]];
        let columns: Vec<Vec<f64>> =
            active[1..].iter().map(|&i| points[i].iter().zip(base).map(|(p, b)| p - b).collect()).collect();
        let response: Vec<f64> = base.iter().map(|value| -value).collect();
        let Ok(fit) = least_squares::fit("weights of a synthetic control", &columns, &response) else {
            // The newest point adds nothing.
            active.pop();
            weights.pop();
            return false;
        };
        let mut goal = vec![1.0 - fit.coefficients.iter().sum::<f64>()];
        goal.extend(&fit.coefficients);
        if goal.iter().all(|&weight| weight > 1e-12) {
            *weights = goal;
            return true;
        }
        let step = weights
            .iter()
            .zip(&goal)
            .filter(|(_, goal)| **goal <= 1e-12)
            .map(|(weight, goal)| weight / (weight - goal))
            .fold(1.0, f64::min);
        for (weight, goal) in weights.iter_mut().zip(&goal) {
            *weight += step * (goal - *weight);
        }
        let smallest = (0..weights.len()).min_by(|&i, &j| weights[i].total_cmp(&weights[j])).unwrap_or(0);
        let kept: Vec<bool> = weights.iter().enumerate().map(|(i, &weight)| i != smallest && weight > 1e-12).collect();
        let mut keep = kept.iter();
        active.retain(|_| *keep.next().unwrap_or(&true));
        let mut keep = kept.iter();
        weights.retain(|_| *keep.next().unwrap_or(&true));
        let total: f64 = weights.iter().sum();
        for weight in weights.iter_mut() {
            *weight /= total;
        }
    }
    true
}

fn spread(active: &[usize], weights: &[f64], count: usize) -> Vec<f64> {
    let mut all = vec![0.0; count];
    for (&place, &weight) in active.iter().zip(weights) {
        all[place] = weight;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn donors() -> Vec<Vec<f64>> {
        vec![
            vec![60.0, 62.0, 61.0, 64.0, 65.0, 66.0],
            vec![80.0, 79.0, 82.0, 81.0, 83.0, 84.0],
            vec![70.0, 73.0, 71.0, 74.0, 75.0, 77.0],
        ]
    }

    fn mixture(weights: &[f64], donors: &[Vec<f64>]) -> Vec<f64> {
        (0..donors[0].len()).map(|t| weights.iter().zip(donors).map(|(w, d)| w * d[t]).sum()).collect()
    }

    #[test]
    fn recovers_the_mix() {
        let treated = mixture(&[0.5, 0.3, 0.2], &donors());
        let control = fit(&treated, &donors(), 5).unwrap();
        for (got, want) in control.weights.iter().zip([0.5, 0.3, 0.2]) {
            assert!((got - want).abs() < 1e-6, "{control:?}");
        }
        assert!(control.gap_before < 1e-9 && control.effect.abs() < 1e-9);
    }

    #[test]
    fn never_extrapolates() {
        let control = fit(&[10.0, 11.0, 12.0, 13.0, 14.0, 15.0], &donors(), 4).unwrap();
        assert_eq!(control.weights, [1.0, 0.0, 0.0], "the lowest donor is the nearest");
    }

    #[test]
    fn placebo_ranks_a_real_effect_first() {
        let noise = |i: usize, t: usize| ((i * 31 + t * 17 + i * t * 7) % 13) as f64 / 6.0;
        let donors: Vec<Vec<f64>> =
            (0..9).map(|i| (0..20).map(|t| 60.0 + i as f64 + 0.2 * t as f64 + noise(i, t)).collect()).collect();
        let mut treated: Vec<f64> = (0..20).map(|t| 64.3 + 0.2 * t as f64 + noise(11, t)).collect();
        assert!(placebo_p(&treated, &donors, 14).unwrap() > 0.1);
        treated[14..].iter_mut().for_each(|value| *value += 15.0);
        assert!((placebo_p(&treated, &donors, 14).unwrap() - 0.1).abs() < 1e-12);
        assert!(placebo_p(&treated, &donors[..2], 14).is_err());
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(fit(&[1.0, 2.0, 3.0], &[vec![1.0; 3], vec![2.0; 3]], 3).is_err());
        assert!(fit(&[1.0, 2.0, 3.0], &[vec![1.0; 3]], 2).is_err());
        assert!(fit(&[1.0, 2.0, 3.0, 4.0], &[vec![1.0; 4], vec![2.0; 3]], 3).is_err());
        // Donors that are copies of each other are no obstacle.
        let copies = fit(&[1.5, 2.5, 3.5, 4.5], &[vec![1.0, 2.0, 3.0, 4.0], vec![1.0, 2.0, 3.0, 4.0]], 3).unwrap();
        assert!((copies.weights.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn no_move_of_weight_brings_the_control_nearer(
            values in prop::collection::vec(prop::collection::vec(0.0..10.0_f64, 7), 5),
            target in prop::collection::vec(0.0..10.0_f64, 7),
        ) {
            let control = fit(&target, &values, 6).unwrap();
            prop_assert!((control.weights.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!(control.weights.iter().all(|&weight| (0.0..=1.0 + 1e-9).contains(&weight)));
            for from in 0..5 {
                for to in 0..5 {
                    let moved = 0.01_f64.min(control.weights[from]);
                    let mut other = control.weights.clone();
                    other[from] -= moved;
                    other[to] += moved;
                    let gap: f64 = mixture(&other, &values)[..6].iter().zip(&target).map(|(m, t)| (m - t).powi(2)).sum();
                    prop_assert!(gap >= control.gap_before.powi(2) * 6.0 - 1e-9);
                }
            }
        }
    }
}
