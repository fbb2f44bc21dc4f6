//! Means of many units with known standard errors: the random-effects model of meta-analysis.
//!
//! The figure y of a unit is normal around its true value with variance v (its squared standard error); true values are
//! normal around μ with variance τ². The posterior of a unit has mean (τ² y + v μ) / (τ² + v). Formulas as in the R
//! package metafor: `DerSimonian` and Laird (1986), Paule and Mandel (1982), restricted maximum likelihood.

use super::Posterior;
use crate::error::{Error, Result, require_count, require_finite, require_positive, require_same_length};

/// How τ² is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Method {
    /// A closed form; too small when the units differ much in size.
    DerSimonianLaird,
    /// The τ² at which the weighted squares equal their expectation; no assumption of normality. The default.
    #[default]
    PauleMandel,
    /// Restricted maximum likelihood.
    Restricted,
}

/// The fitted model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Model {
    /// μ, the mean of true values.
    pub mean: f64,
    /// Standard error of μ.
    pub mean_error: f64,
    /// τ², the variance of true values between units.
    pub tau_squared: f64,
    /// Cochran's Q: weighted squares around the mean when chance alone is assumed.
    pub q: f64,
    /// Variance of the logarithm of τ²; infinite for τ² = 0.
    pub log_tau_variance: f64,
    /// I², the share of the spread in the figures that is not chance, from 0 to 1.
    pub i_squared: f64,
}

impl Model {
    /// The posterior of a unit with figure `value` and variance `variance`.
    ///
    /// The uncertainty of μ and of τ² is taken in (Kass and Steffey 1989): the smaller the unit's own weight, the more
    /// that of μ counts.
    pub fn posterior(&self, value: f64, variance: f64) -> Result<Posterior> {
        require_finite("figure of a unit", &[value])?;
        require_positive("variance of a unit", variance)?;
        let own = self.tau_squared / (self.tau_squared + variance);
        let mean = own * value + (1.0 - own) * self.mean;
        // The derivative of the mean by the logarithm of τ², whose variance is cut where τ² is hardly known at all.
        let by_tau = own * (1.0 - own) * (value - self.mean);
        let spread =
            own * variance + ((1.0 - own) * self.mean_error).powi(2) + by_tau * by_tau * self.log_tau_variance.min(1.0);
        Posterior::Normal { mean, deviation: spread.sqrt() }.checked()
    }
}

/// Fits the model to the figures of at least three units and their variances.
///
/// ```
/// use evenkeel_stats::shrinkage::normal_normal::{Method, fit};
///
/// let scores = [4.1, 3.8, 4.6, 4.0];
/// let variances = [0.01, 0.04, 0.02, 0.09];
/// let model = fit(&scores, &variances, Method::PauleMandel)?;
/// let smallest = model.posterior(4.0, 0.09)?;
/// assert!((smallest.mean() - model.mean).abs() < (4.0 - model.mean).abs() + 1e-12);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn fit(values: &[f64], variances: &[f64], method: Method) -> Result<Model> {
    require_count("units", values.len(), 3)?;
    require_same_length("figures", values.len(), "variances", variances.len())?;
    require_finite("figures", values)?;
    for &variance in variances {
        require_positive("variance of a unit", variance)?;
    }
    let at_zero = Weighted::at(values, variances, 0.0);
    let degrees = values.len() as f64 - 1.0;
    let tau_squared = match method {
        Method::DerSimonianLaird => ((at_zero.q - degrees) / at_zero.c).max(0.0),
        Method::PauleMandel => paule_mandel(values, variances)?,
        Method::Restricted => restricted(values, variances)?,
    };
    let found = Weighted::at(values, variances, tau_squared);
    // metafor's I²: τ² against a typical chance variance.
    let typical = degrees / at_zero.c;
    Ok(Model {
        mean: found.mean,
        mean_error: (1.0 / found.sum).sqrt(),
        tau_squared,
        // Asymptotic variance of τ², 2 / Σw², over τ⁴.
        log_tau_variance: 2.0 / (found.squares * tau_squared * tau_squared),
        q: at_zero.q,
        i_squared: tau_squared / (tau_squared + typical),
    })
}

/// Weighted sums at one τ².
struct Weighted {
    sum: f64,
    /// Σ w².
    squares: f64,
    mean: f64,
    /// Σ w (y - mean)².
    q: f64,
    /// Σw - Σw² / Σw.
    c: f64,
}

impl Weighted {
    fn at(values: &[f64], variances: &[f64], tau_squared: f64) -> Self {
        let weights = variances.iter().map(|variance| 1.0 / (variance + tau_squared));
        let sum: f64 = weights.clone().sum();
        let squares: f64 = weights.clone().map(|w| w * w).sum();
        let mean = weights.clone().zip(values).map(|(w, y)| w * y).sum::<f64>() / sum;
        let q = weights.zip(values).map(|(w, y)| w * (y - mean).powi(2)).sum();
        Self { sum, squares, mean, q, c: sum - squares / sum }
    }
}

/// Finds τ² with Q(τ²) = k - 1 by bisection; Q falls as τ² grows.
fn paule_mandel(values: &[f64], variances: &[f64]) -> Result<f64> {
    let degrees = values.len() as f64 - 1.0;
    let excess = |tau_squared: f64| Weighted::at(values, variances, tau_squared).q - degrees;
    if excess(0.0) <= 0.0 {
        return Ok(0.0);
    }
    let mut high = crate::summary::variance(values).max(f64::MIN_POSITIVE);
    for _ in 0..200 {
        if excess(high) <= 0.0 {
            break;
        }
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if excess(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
        if high - low <= 1e-14 * high {
            return Ok(f64::midpoint(low, high));
        }
    }
    Err(Error::NoConvergence { what: "variance between units" })
}

/// Fisher scoring for the restricted likelihood, as in metafor.
fn restricted(values: &[f64], variances: &[f64]) -> Result<f64> {
    let mut tau_squared = paule_mandel(values, variances)?;
    for _ in 0..1000 {
        let weights: Vec<f64> = variances.iter().map(|variance| 1.0 / (variance + tau_squared)).collect();
        let sum: f64 = weights.iter().sum();
        let squares: f64 = weights.iter().map(|w| w * w).sum();
        let cubes: f64 = weights.iter().map(|w| w * w * w).sum();
        let mean = weights.iter().zip(values).map(|(w, y)| w * y).sum::<f64>() / sum;
        let distances: f64 = weights.iter().zip(values).map(|(w, y)| (w * (y - mean)).powi(2)).sum();
        // y'PPy - tr(P), over tr(PP), with P = W - w w' / Σw.
        let trace = sum - squares / sum;
        let trace_of_square = squares - 2.0 * cubes / sum + (squares / sum).powi(2);
        let next = (tau_squared + (distances - trace) / trace_of_square).max(0.0);
        if (next - tau_squared).abs() <= 1e-12 * (1e-12 + next) {
            return Ok(next);
        }
        tau_squared = next;
    }
    Err(Error::NoConvergence { what: "variance between units" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::funnel::tests::d5;

    fn d5_figures() -> (Vec<f64>, Vec<f64>) {
        let values: Vec<f64> = d5().iter().map(|unit| unit.estimate()).collect();
        let variances = d5().iter().map(|u| u.estimate() * (1.0 - u.estimate()) / u.total() as f64).collect();
        (values, variances)
    }

    /// metafor on raw proportions with v = p(1-p)/n (worked example 5.2).
    #[test]
    fn matches_metafor() {
        let (values, variances) = d5_figures();
        let dl = fit(&values, &variances, Method::DerSimonianLaird).unwrap();
        assert!((dl.mean - 0.793_033).abs() < 1e-6 && (dl.tau_squared - 0.002_880_56).abs() < 5e-9);
        assert!((dl.q - 50.255_40).abs() < 5e-6 && (dl.i_squared - 0.781_12).abs() < 5e-6);
        let reml = fit(&values, &variances, Method::Restricted).unwrap();
        // metafor stops when τ² moves by less than 1e-5 and prints 0.00297581; the restricted likelihood maximised to full
        // precision in scipy 1.17.1 has its top at 0.002975556.
        assert!((reml.mean - 0.792_969).abs() < 1e-6 && (reml.tau_squared - 0.002_975_556).abs() < 1e-9, "{reml:?}");
        assert!((reml.tau_squared - 0.002_975_81).abs() < 3e-7);
        let pm = fit(&values, &variances, Method::PauleMandel).unwrap();
        // metafor prints 0.00273657 (its root finder stops early; Q is 10.946 there, not 11) and a mean of 0.793137. The
        // root by scipy 1.17.1 (brentq, 1e-16):
        assert!((pm.mean - 0.793_150).abs() < 1e-6 && (pm.tau_squared - 0.002_718_692).abs() < 1e-9, "{pm:?}");
        assert!((pm.tau_squared - 0.002_736_57).abs() < 2e-5);
        for (i, want) in [(0, 0.791_649), (3, 0.821_454), (8, 0.781_440), (11, 0.708_111)] {
            let posterior = dl.posterior(values[i], variances[i]).unwrap();
            assert!((posterior.mean() - want).abs() < 1e-6, "{i}");
        }
    }

    #[test]
    fn chance_alone_has_no_variance_between_units() {
        for method in [Method::DerSimonianLaird, Method::PauleMandel, Method::Restricted] {
            let model = fit(&[1.0, 1.01, 0.99, 1.0], &[0.1; 4], method).unwrap();
            assert_eq!((model.tau_squared, model.i_squared), (0.0, 0.0), "{method:?}");
            let posterior = model.posterior(5.0, 0.1).unwrap();
            assert!((posterior.mean() - 1.0).abs() < 1e-12, "everything is pulled to the mean");
            assert!(posterior.variance() > 0.0, "the mean itself is uncertain");
        }
    }

    #[test]
    fn equal_variances_have_a_closed_form() {
        // With equal variances all three give the sample variance minus v.
        let values = [1.0, 2.0, 4.0, 5.0];
        for method in [Method::DerSimonianLaird, Method::PauleMandel, Method::Restricted] {
            let model = fit(&values, &[0.5; 4], method).unwrap();
            assert!((model.tau_squared - (10.0 / 3.0 - 0.5)).abs() < 1e-9, "{method:?} {model:?}");
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(fit(&[1.0, 2.0], &[1.0, 1.0], Method::PauleMandel).is_err());
        assert!(fit(&[1.0, 2.0, 3.0], &[1.0, 0.0, 1.0], Method::PauleMandel).is_err());
        assert!(fit(&[1.0, 2.0, 3.0], &[1.0, 1.0], Method::PauleMandel).is_err());
    }
}
