//! Does one figure move before another: employees before customers, customers before sales.
//!
//! Terms: *levels* are the figures, *differences* their changes from period to period. Two figures that both grow are
//! related in levels whatever they have to do with each other, so everything here is done on differences.
//!
//! - *Cross correlation* at lag k: correlation of x with y k periods later. Beyond 1.96/√n is more than chance, for one lag.
//! - *Granger's F test* (1969): do past changes of x help to predict y beyond y's own past. It is done both ways.
//! - *Hold-out*: the prediction with x must also be better on the last quarter of the data, which was not used to fit it.
//!
//! The result is reported as "has moved first", never as a cause.

use crate::distribution;
use crate::error::{Error, Result, require_count, require_finite, require_same_length};
use crate::least_squares;
use crate::summary;

/// Fewest points (levels) for [`judge`].
pub const FEWEST_POINTS: usize = 24;

/// Changes from one point to the next.
#[must_use]
pub fn differences(values: &[f64]) -> Vec<f64> {
    values.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

/// Correlation of `x` with `y` `lag` periods later, over the lengths of the whole series: Σ xₜ yₜ₊ₖ / √(Σx² Σy²) around
/// the means.
///
/// ```
/// use evenkeel_stats::lead_lag::cross_correlation;
///
/// let x = [0., 1., 0., -1., 0., 2., 0., -2., 0., 1.];
/// let y = [0., 0., 1., 0., -1., 0., 2., 0., -2., 0.];
/// assert!(cross_correlation(&x, &y, 1)? > 0.9);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn cross_correlation(x: &[f64], y: &[f64], lag: usize) -> Result<f64> {
    require_same_length("first series", x.len(), "second series", y.len())?;
    require_count("points", x.len(), lag + 2)?;
    require_finite("first series", x)?;
    require_finite("second series", y)?;
    let centred = |values: &[f64]| -> Vec<f64> {
        let centre = summary::mean(values);
        values.iter().map(|value| value - centre).collect()
    };
    let (x, y) = (centred(x), centred(y));
    let squares = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>();
    let scale = (squares(&x) * squares(&y)).sqrt();
    if scale == 0.0 {
        return Err(Error::Constant { what: "series" });
    }
    Ok(x.iter().zip(&y[lag..]).map(|(x, y)| x * y).sum::<f64>() / scale)
}

/// 1.96/√n: the correlation that chance exceeds in one of twenty cases at a single lag.
#[must_use]
pub fn correlation_bound(points: usize) -> f64 {
    1.96 / (points as f64).sqrt()
}

/// Granger's F test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Granger {
    /// The F statistic.
    pub f: f64,
    /// Degrees of freedom of the numerator: the lags.
    pub numerator: usize,
    /// Degrees of freedom of the denominator.
    pub denominator: usize,
    /// How often chance alone would give such an F.
    pub p_value: f64,
}

/// Do the last `lags` values of `x` help to predict `y` beyond the last `lags` values of `y`? Give differences.
pub fn granger(x: &[f64], y: &[f64], lags: usize) -> Result<Granger> {
    require_same_length("first series", x.len(), "second series", y.len())?;
    require_count("lags", lags, 1)?;
    let rows = y.len().saturating_sub(lags);
    require_count("points", y.len(), 3 * lags + 3)?;
    let (own, both, response) = design(x, y, lags, 0..rows);
    let without = least_squares::fit("prediction from own past", &own, &response)?;
    let with = least_squares::fit("prediction from both pasts", &both, &response)?;
    if with.residual_squares == 0.0 {
        return Err(Error::Constant { what: "residual of the prediction" });
    }
    let f = (without.residual_squares - with.residual_squares) / lags as f64 / with.variance();
    let p_value = distribution::f_sf(f, lags as f64, with.degrees as f64);
    Ok(Granger { f, numerator: lags, denominator: with.degrees, p_value })
}

type Design = (Vec<Vec<f64>>, Vec<Vec<f64>>, Vec<f64>);

/// Columns for y's own past, for both pasts, and the response, for a range of rows; row 0 predicts the value after the
/// first `lags`.
fn design(x: &[f64], y: &[f64], lags: usize, rows: std::ops::Range<usize>) -> Design {
    let column =
        |series: &[f64], lag: usize| -> Vec<f64> { rows.clone().map(|row| series[row + lags - lag]).collect() };
    let mut own = vec![vec![1.0; rows.len()]];
    own.extend((1..=lags).map(|lag| column(y, lag)));
    let mut both = own.clone();
    both.extend((1..=lags).map(|lag| column(x, lag)));
    (own, both, rows.clone().map(|row| y[row + lags]).collect())
}

/// Whether the prediction with `x` beats the one without on the last quarter of the rows.
fn holds_out(x: &[f64], y: &[f64], lags: usize) -> Result<bool> {
    let rows = y.len() - lags;
    let fitted = rows - rows / 4;
    let (own, both, response) = design(x, y, lags, 0..fitted);
    let (own_later, both_later, later) = design(x, y, lags, fitted..rows);
    let error = |columns: &[Vec<f64>], new: &[Vec<f64>]| -> Result<f64> {
        let fit = least_squares::fit("prediction", columns, &response)?;
        Ok(later
            .iter()
            .enumerate()
            .map(|(row, y)| y - new.iter().zip(&fit.coefficients).map(|(column, b)| column[row] * b).sum::<f64>())
            .map(|residual| residual * residual)
            .sum())
    };
    Ok(error(&both, &both_later)? < error(&own, &own_later)?)
}

/// What is known about "x moves before y", where there are enough points to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// x has moved first.
    Supported,
    /// No lead was found.
    NotSupported,
    /// It is the other way round: y has moved first.
    Reversed,
}

/// A tested link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Link {
    /// The verdict.
    pub verdict: Verdict,
    /// Lag with the strongest cross correlation of changes, from 1 on.
    pub lag: usize,
    /// That correlation; its sign says whether the figures move alike.
    pub correlation: f64,
    /// Test of x before y.
    pub forward: Granger,
    /// Test of y before x.
    pub backward: Granger,
    /// Whether the prediction with x held on data that it was not fitted to.
    pub holds_out: bool,
}

/// Judges the link from levels of both series, with at most `lags` periods between, at `level` (0.05 is usual).
///
/// Supported: the forward test is below the level, the strongest correlation exceeds its bound adjusted for the number
/// of lags, and the prediction held out. Reversed: not supported, and the same three hold the other way round. `None`
/// with fewer than [`FEWEST_POINTS`] points: too little data.
pub fn judge(x: &[f64], y: &[f64], lags: usize, level: f64) -> Result<Option<Link>> {
    require_same_length("first series", x.len(), "second series", y.len())?;
    require_count("lags", lags, 1)?;
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::OutOfRange { what: "level", value: level, low: 0.0, high: 1.0 });
    }
    if x.len() < FEWEST_POINTS.max(4 * lags + 4) {
        return Ok(None);
    }
    let (dx, dy) = (differences(x), differences(y));
    let forward = granger(&dx, &dy, lags)?;
    let backward = granger(&dy, &dx, lags)?;
    let bound = -distribution::normal_quantile(level / lags as f64 / 2.0) / (dx.len() as f64).sqrt();
    let passes = |test: &Granger, from: &[f64], to: &[f64]| -> Result<(bool, bool, usize, f64)> {
        let (lag, correlation) = strongest(from, to, lags)?;
        let held = holds_out(from, to, lags)?;
        Ok((test.p_value < level && correlation.abs() > bound && held, held, lag, correlation))
    };
    let (supported, holds_out, lag, correlation) = passes(&forward, &dx, &dy)?;
    let (reversed, ..) = passes(&backward, &dy, &dx)?;
    let verdict = if supported {
        Verdict::Supported
    } else if reversed {
        Verdict::Reversed
    } else {
        Verdict::NotSupported
    };
    Ok(Some(Link { verdict, lag, correlation, forward, backward, holds_out }))
}

fn strongest(from: &[f64], to: &[f64], lags: usize) -> Result<(usize, f64)> {
    let mut best = (1, cross_correlation(from, to, 1)?);
    for lag in 2..=lags {
        let correlation = cross_correlation(from, to, lag)?;
        if correlation.abs() > best.1.abs() {
            best = (lag, correlation);
        }
    }
    Ok(best)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Generator;

    /// worked example 10, D8: customers follow employees after two periods.
    fn d8() -> (Vec<f64>, Vec<f64>) {
        let employees = [
            70.0, 71.0, 69.0, 73.0, 75.0, 74.0, 76.0, 78.0, 77.0, 75.0, 74.0, 73.0, 72.0, 74.0, 77.0, 79.0, 80.0, 78.0,
            76.0, 75.0, 74.0, 76.0, 78.0, 80.0,
        ];
        let noise = [
            0.3, -0.2, 0.1, 0.4, -0.3, 0.2, -0.1, 0.3, 0.2, -0.4, 0.1, -0.2, 0.3, 0.1, -0.3, 0.2, 0.4, -0.1, 0.2, -0.2,
            0.3, -0.1, 0.1, 0.2,
        ];
        let customers = (0..24).map(|t| {
            let base = match t {
                0 => 80.0,
                1 => 80.5,
                _ => 80.0 + 0.6 * (employees[t - 2] - 75.0),
            };
            base + noise[t]
        });
        (employees.to_vec(), customers.collect())
    }

    #[test]
    fn correlations_of_d8() {
        let (employees, customers) = d8();
        let levels = [0.317_054, 0.642_225, 0.902_966, 0.607_213, 0.314_008];
        for (lag, want) in levels.into_iter().enumerate() {
            assert!((cross_correlation(&employees, &customers, lag).unwrap() - want).abs() < 1e-6);
        }
        let (de, dc) = (differences(&employees), differences(&customers));
        let changes = [0.061_657, 0.148_293, 0.782_359, 0.084_066, -0.044_274];
        for (lag, want) in changes.into_iter().enumerate() {
            assert!((cross_correlation(&de, &dc, lag).unwrap() - want).abs() < 1e-6);
        }
        assert!((correlation_bound(de.len()) - 0.408_688).abs() < 1e-6);
    }

    /// statsmodels 0.15.0, by hand and by `grangercausalitytests`.
    #[test]
    fn granger_both_ways_on_d8() {
        let (employees, customers) = d8();
        let (de, dc) = (differences(&employees), differences(&customers));
        let forward = granger(&de, &dc, 2).unwrap();
        assert!((forward.f - 117.356_926).abs() < 1e-5 && (forward.numerator, forward.denominator) == (2, 16));
        assert!((forward.p_value / 2.75e-10 - 1.0).abs() < 1e-2);
        let backward = granger(&dc, &de, 2).unwrap();
        assert!((backward.f - 3.620_005).abs() < 1e-6 && (backward.p_value - 0.050_474).abs() < 1e-6);
    }

    #[test]
    fn d8_is_supported_one_way_and_reversed_the_other() {
        let (employees, customers) = d8();
        let there = judge(&employees, &customers, 2, 0.05).unwrap().unwrap();
        assert_eq!((there.verdict, there.lag, there.holds_out), (Verdict::Supported, 2, true));
        let back = judge(&customers, &employees, 2, 0.05).unwrap().unwrap();
        assert_eq!(back.verdict, Verdict::Reversed);
        assert_eq!(judge(&employees[..23], &customers[..23], 2, 0.05), Ok(None));
    }

    #[test]
    fn unrelated_walks_are_rarely_linked() {
        let mut generator = Generator::from_seed(10);
        let mut walk = || {
            let mut at = 0.0;
            (0..36)
                .map(|_| {
                    at += generator.normal();
                    at
                })
                .collect::<Vec<f64>>()
        };
        let mut linked = 0;
        for _ in 0..300 {
            let (x, y) = (walk(), walk());
            let link = judge(&x, &y, 3, 0.05).unwrap().unwrap();
            linked += u32::from(link.verdict != Verdict::NotSupported);
        }
        assert!(linked <= 21, "{linked} of 300: more than 7 % over both directions");
        assert!(linked >= 1, "a test that never errs does not look");
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(cross_correlation(&[1.0; 9], &[1.0; 9], 1).is_err());
        assert!(cross_correlation(&[1.0, 2.0], &[1.0, 2.0], 1).is_err());
        assert!(granger(&[1.0; 5], &[1.0; 5], 2).is_err());
        assert!(judge(&[1.0; 30], &[1.0; 29], 2, 0.05).is_err());
        let (employees, customers) = d8();
        assert!(judge(&employees, &customers, 0, 0.05).is_err());
        assert!(judge(&employees, &customers, 2, 1.5).is_err());
    }
}
