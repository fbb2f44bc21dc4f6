//! Do two figures rise and fall together: Spearman's rank correlation.
//!
//! Ranks instead of values, so that one extreme month does not decide and a curved relation counts like a straight one. Equal
//! values share the mean of their ranks. Figures that both grow are related whatever they have to do with each other, so look
//! at their changes too; and what rises and falls together may still be two things. The result is a question, not a verdict.

use crate::error::{Error, Result, require_count, require_finite, require_same_length};
use crate::summary;

/// Fewest pairs: below twelve, chance alone gives large correlations too often.
pub const FEWEST_PAIRS: usize = 12;

/// Spearman's rank correlation of pairs, from −1 to 1: Pearson's correlation of their ranks.
///
/// ```
/// use evenkeel_stats::rank_correlation::spearman;
///
/// // A curve that always rises.
/// let x: Vec<f64> = (1..=12).map(f64::from).collect();
/// let y: Vec<f64> = x.iter().map(|x| x * x * x).collect();
/// assert!((spearman(&x, &y)? - 1.0).abs() < 1e-12);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn spearman(x: &[f64], y: &[f64]) -> Result<f64> {
    require_same_length("first series", x.len(), "second series", y.len())?;
    require_count("pairs", x.len(), FEWEST_PAIRS)?;
    require_finite("first series", x)?;
    require_finite("second series", y)?;
    pearson(&ranks(x), &ranks(y))
}

fn pearson(x: &[f64], y: &[f64]) -> Result<f64> {
    let (centre_x, centre_y) = (summary::mean(x), summary::mean(y));
    let (mut both, mut of_x, mut of_y) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        let (x, y) = (x - centre_x, y - centre_y);
        both += x * y;
        of_x += x * x;
        of_y += y * y;
    }
    if of_x == 0.0 || of_y == 0.0 {
        return Err(Error::Constant { what: "series" });
    }
    Ok((both / (of_x * of_y).sqrt()).clamp(-1.0, 1.0))
}

/// Values that differ by less than this share of the largest are equal: equal changes of figures that were divided differ in
/// their last digits.
const EQUAL: f64 = 1e-9;

/// The rank of each value, from 1; equal values share the mean of theirs.
fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&one, &other| values[one].total_cmp(&values[other]));
    let mut ranks = vec![0.0; values.len()];
    let tolerance = EQUAL * values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let mut from = 0;
    while from < order.len() {
        let value = values[order[from]];
        let equal = order[from..].iter().take_while(|&&place| values[place] - value <= tolerance).count();
        let rank = (from + from + equal + 1) as f64 / 2.0;
        for &place in &order[from..from + equal] {
            ranks[place] = rank;
        }
        from += equal;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn equal_values_share_their_ranks() {
        assert_eq!(ranks(&[10.0, 20.0, 10.0, 30.0, 10.0]), [2.0, 4.0, 2.0, 5.0, 2.0]);
        assert_eq!(ranks(&[]), Vec::<f64>::new());
        // 0.3 - 0.2 is not quite 0.2 - 0.1.
        assert_eq!(ranks(&[0.3 - 0.2, 0.2 - 0.1, 0.5]), [1.5, 1.5, 3.0]);
    }

    #[test]
    fn published_values() {
        // R: cor(mtcars$mpg, mtcars$wt, method = "spearman") is -0.886422; with ties in both.
        let mpg = [
            21.0, 21.0, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4, 14.7, 32.4,
            30.4, 33.9, 21.5, 15.5, 15.2, 13.3, 19.2, 27.3, 26.0, 30.4, 15.8, 19.7, 15.0, 21.4,
        ];
        let wt = [
            2.620, 2.875, 2.320, 3.215, 3.440, 3.460, 3.570, 3.190, 3.150, 3.440, 3.440, 4.070, 3.730, 3.780, 5.250,
            5.424, 5.345, 2.200, 1.615, 1.835, 2.465, 3.520, 3.435, 3.840, 3.845, 1.935, 2.140, 1.513, 3.170, 2.770,
            3.570, 2.780,
        ];
        assert!((spearman(&mpg, &wt).unwrap() + 0.886_422).abs() < 1e-6, "{:?}", spearman(&mpg, &wt));
    }

    #[test]
    fn what_cannot_be_told_is_refused() {
        let rising: Vec<f64> = (0..12).map(f64::from).collect();
        assert!(spearman(&rising[..11], &rising[..11]).is_err());
        assert!(spearman(&rising, &rising[..11]).is_err());
        assert_eq!(spearman(&rising, &[1.0; 12]), Err(Error::Constant { what: "series" }));
        let mut broken = rising.clone();
        broken[3] = f64::NAN;
        assert!(spearman(&rising, &broken).is_err());
    }

    proptest! {
        #[test]
        fn it_lies_between_its_bounds_is_the_same_both_ways_and_knows_ranks_only(
            pairs in proptest::collection::vec((-9i32..9, -9i32..9), 12..40),
        ) {
            let x: Vec<f64> = pairs.iter().map(|(x, _)| f64::from(*x)).collect();
            let y: Vec<f64> = pairs.iter().map(|(_, y)| f64::from(*y)).collect();
            let Ok(found) = spearman(&x, &y) else { return Ok(()) };
            prop_assert!((-1.0..=1.0).contains(&found));
            prop_assert!((found - spearman(&y, &x).unwrap()).abs() < 1e-12);
            let curved: Vec<f64> = x.iter().map(|x| x.powi(3)).collect();
            prop_assert!((found - spearman(&curved, &y).unwrap()).abs() < 1e-12);
            let turned: Vec<f64> = x.iter().map(|x| -x).collect();
            prop_assert!((found + spearman(&turned, &y).unwrap()).abs() < 1e-12);
        }
    }
}
