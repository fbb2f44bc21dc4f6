//! Funnel plots: which units differ from the whole by more than their size explains.
//!
//! A *funnel* draws limits around a common centre that narrow as units grow. *Warning* limits leave 2.5 % outside at
//! each end, *action* limits 0.1 %. Source: Spiegelhalter (2005), doi 10.1002/sim.1970; overdispersion as in `FunnelPlotR`
//! 0.6.0.
//!
//! *Overdispersion*: when units differ for many small reasons that nobody measured, most of them leave plain limits.
//! The limits are then widened by a between-unit variance τ², estimated after winsorising (pulling in) the outermost
//! tenth at each end, so that the few units that stand out do not hide themselves.

use crate::control::rules::{Side, side};
use crate::distribution;
use crate::error::{Error, Result, require_count, require_positive, require_within};
use crate::interval::Level;
use crate::interval::proportion::Proportion;
use crate::quantile::{Definition, quantile};

/// Lower and upper limit for one unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
}

/// Where a unit lies in its funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Position {
    /// Inside the warning limits.
    Inside,
    /// Beyond a warning limit, inside the action limits.
    Warning(Side),
    /// Beyond an action limit.
    Action(Side),
}

/// The exact binomial limit at probability `q` for a unit of `total` trials: quantile r of the binomial distribution,
/// moved back by the share of its probability that is not needed, over the total.
///
/// ```
/// use evenkeel_stats::funnel::binomial_limits;
/// use evenkeel_stats::interval::Level;
///
/// let small_branch = binomial_limits(0.7959013, 24, Level::P95)?;
/// assert!((small_branch.low - 0.599990).abs() < 1e-6 && (small_branch.high - 0.924561).abs() < 1e-6);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn binomial_limits(centre: f64, total: u64, level: Level) -> Result<Limits> {
    require_within("centre", centre, 0.0, 1.0)?;
    require_count("trials", total as usize, 1)?;
    let limit = |q: f64| {
        let r = distribution::binomial_quantile(q, total, centre);
        let reached = distribution::binomial_cdf(r, total, centre);
        let exactly = distribution::binomial_pmf(r, total, centre);
        let unused = if exactly > 0.0 { (reached - q) / exactly } else { 0.0 };
        ((r as f64 - unused) / total as f64).clamp(0.0, 1.0)
    };
    Ok(Limits { low: limit(level.tail()), high: limit(1.0 - level.tail()) })
}

/// The limits of a ratio observed/expected when `expected` events are expected: χ²(q; 2E) / 2E below and
/// χ²(1-q; 2E + 2) / 2E above.
pub fn poisson_ratio_limits(expected: f64, level: Level) -> Result<Limits> {
    require_positive("expected events", expected)?;
    Ok(Limits {
        low: distribution::chi_square_quantile(level.tail(), 2.0 * expected) / (2.0 * expected),
        high: distribution::chi_square_quantile(1.0 - level.tail(), 2.0 * expected + 2.0) / (2.0 * expected),
    })
}

/// The scale on which figures vary by chance alike wherever they lie, by how much a figure of a given size does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Shares: the arcsine of the root, with variance 1 / 4n. The size is the number of trials.
    Shares,
    /// Events per exposure: the root, with variance 1 / 4E. The size is the exposure (Spiegelhalter 2005, for Poisson
    /// counts).
    Rates,
    /// Means: as they are, with variance s² / n. The size is the number of observations.
    Means {
        /// s²: the variance of single observations, pooled over all units.
        variance: f64,
    },
}

impl Scale {
    /// A figure on the scale.
    fn to(self, value: f64) -> f64 {
        match self {
            Scale::Shares => value.sqrt().asin(),
            Scale::Rates => value.sqrt(),
            Scale::Means { .. } => value,
        }
    }

    /// A figure from its place on the scale.
    fn from(self, place: f64) -> f64 {
        match self {
            Scale::Shares => place.clamp(0.0, std::f64::consts::FRAC_PI_2).sin().powi(2),
            Scale::Rates => place.max(0.0).powi(2),
            Scale::Means { .. } => place,
        }
    }

    /// Variance by chance, on the scale, of a figure of this size.
    fn variance(self, size: f64) -> f64 {
        match self {
            Scale::Shares | Scale::Rates => 0.25 / size,
            Scale::Means { variance } => variance / size,
        }
    }

    fn check(self, unit: Figure) -> Result<()> {
        require_positive("size of a unit", unit.size)?;
        match self {
            Scale::Shares => require_within("share", unit.value, 0.0, 1.0),
            Scale::Rates => require_within("rate", unit.value, 0.0, f64::MAX),
            Scale::Means { variance } => {
                require_positive("variance of observations", variance)?;
                require_within("mean", unit.value, f64::MIN, f64::MAX)
            }
        }
    }

    /// Refuses a centre around which nothing varies.
    fn check_centre(self, centre: f64) -> Result<()> {
        let high = match self {
            Scale::Shares => 1.0,
            Scale::Rates => f64::INFINITY,
            Scale::Means { .. } => return Ok(()),
        };
        if centre > 0.0 && centre < high {
            return Ok(());
        }
        Err(Error::OutOfRange { what: "centre", value: centre, low: 0.0, high })
    }
}

/// A figure with its size. It need not be a whole number of successes or events, because it may have been adjusted for
/// case mix.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// The share, rate or mean.
    pub value: f64,
    /// How many trials or observations it rests on, or how much exposure.
    pub size: f64,
}

/// A funnel of shares, rates or means, with or without overdispersion.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// What it is a funnel of.
    pub scale: Scale,
    /// The common centre: all figures weighted by size, or the given standard.
    pub centre: f64,
    /// Distance of each unit from the centre in its standard errors.
    pub scores: Vec<f64>,
    /// The same with the between-unit variance in the standard error.
    pub adjusted_scores: Vec<f64>,
    /// Lower and upper end to which scores were pulled in.
    pub winsorised_to: Limits,
    /// φ: mean square of the winsorised scores; 1 when units differ by chance only.
    pub phi: f64,
    /// τ²: variance between units on the scale; 0 when chance alone explains the scores.
    pub tau_squared: f64,
}

/// Share of units that is pulled in at each end.
const WINSORISED: f64 = 0.1;

/// Builds the funnel of shares around their own centre, or around `standard` where one is given.
pub fn shares(units: &[Proportion], standard: Option<f64>) -> Result<Funnel> {
    let units: Vec<Figure> =
        units.iter().map(|unit| Figure { value: unit.estimate(), size: unit.total() as f64 }).collect();
    of(Scale::Shares, &units, standard)
}

/// Builds the funnel of figures around their own centre, or around `standard` where one is given.
///
/// ```
/// use evenkeel_stats::funnel::{Scale, Figure, of};
/// use evenkeel_stats::interval::Level;
///
/// let alike = [Figure { value: 0.2, size: 100.0 }; 3];
/// let limits = of(Scale::Rates, &alike, None)?.limits(100.0, Level::P95, true);
/// assert!((limits.low - 0.121951).abs() < 1e-6 && (limits.high - 0.297256).abs() < 1e-6);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn of(scale: Scale, units: &[Figure], standard: Option<f64>) -> Result<Funnel> {
    require_count("units", units.len(), 2)?;
    for unit in units {
        scale.check(*unit)?;
    }
    let centre = if let Some(standard) = standard {
        standard
    } else {
        let (sum, size) =
            units.iter().fold((0.0, 0.0), |(sum, size), unit| (sum + unit.value * unit.size, size + unit.size));
        sum / size
    };
    scale.check_centre(centre)?;
    let target = scale.to(centre);
    let variances: Vec<f64> = units.iter().map(|unit| scale.variance(unit.size)).collect();
    let scores: Vec<f64> = units
        .iter()
        .zip(&variances)
        .map(|(unit, variance)| (scale.to(unit.value) - target) / variance.sqrt())
        .collect();
    let winsorised_to = Limits {
        low: quantile(&scores, WINSORISED, Definition::Linear)?,
        high: quantile(&scores, 1.0 - WINSORISED, Definition::Linear)?,
    };
    let count = units.len() as f64;
    let phi = scores.iter().map(|z| z.clamp(winsorised_to.low, winsorised_to.high).powi(2)).sum::<f64>() / count;
    let weights = variances.iter().map(|variance| 1.0 / variance);
    let sum: f64 = weights.clone().sum();
    let squares: f64 = weights.map(|weight| weight * weight).sum();
    let tau_squared = ((count * phi - (count - 1.0)) / (sum - squares / sum)).max(0.0);
    let adjusted_scores = scores.iter().zip(&variances).map(|(z, v)| z * (v / (v + tau_squared)).sqrt()).collect();
    Ok(Funnel { scale, centre, scores, adjusted_scores, winsorised_to, phi, tau_squared })
}

impl Funnel {
    /// Limits for a unit of this size, with the between-unit variance where `overdispersed` says so.
    #[must_use]
    pub fn limits(&self, size: f64, level: Level, overdispersed: bool) -> Limits {
        let between = if overdispersed { self.tau_squared } else { 0.0 };
        let chance = if size > 0.0 { self.scale.variance(size) } else { f64::INFINITY };
        let distance = level.critical_value() * (chance + between).sqrt();
        let target = self.scale.to(self.centre);
        Limits { low: self.scale.from(target - distance), high: self.scale.from(target + distance) }
    }

    /// Where a unit lies: warning at 95 %, action at 99.8 %.
    #[must_use]
    pub fn position(&self, unit: Figure, overdispersed: bool) -> Position {
        let beyond = |level: Level| {
            let limits = self.limits(unit.size, level, overdispersed);
            side(unit.value, limits.low, limits.high)
        };
        match (beyond(Level::P998), beyond(Level::P95)) {
            (Some(side), _) => Position::Action(side),
            (None, Some(side)) => Position::Warning(side),
            (None, None) => Position::Inside,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Twelve branches, A to L, of worked example D5.
    pub(crate) fn d5() -> Vec<Proportion> {
        let k = [182, 95, 310, 44, 150, 260, 71, 120, 18, 405, 88, 160];
        let n = [230, 120, 360, 52, 200, 330, 90, 170, 24, 480, 100, 235];
        k.into_iter().zip(n).map(|(k, n)| Proportion::new(k, n).unwrap()).collect()
    }

    fn figure(unit: Proportion) -> Figure {
        Figure { value: unit.estimate(), size: unit.total() as f64 }
    }

    fn assert_limits(got: Limits, low: f64, high: f64, tolerance: f64) {
        assert!((got.low - low).abs() < tolerance && (got.high - high).abs() < tolerance, "{got:?}");
    }

    /// `FunnelPlotR` 0.6.0 on D5.
    #[test]
    fn overdispersion_matches_funnel_plot_r() {
        let funnel = shares(&d5(), None).unwrap();
        assert!((funnel.centre - 0.795_901_3).abs() < 5e-8);
        let z = [
            -0.17226, -0.11466, 3.29604, 0.94746, -1.55131, -0.35901, -0.16403, -2.72377, -0.53739, 2.73308, 2.30020,
            -4.03478,
        ];
        for (got, want) in funnel.scores.iter().zip(z) {
            assert!((got - want).abs() < 5e-6, "{got} {want}");
        }
        assert_limits(funnel.winsorised_to, -2.60652, 2.68979, 5e-6);
        assert!((funnel.phi - 3.095_039).abs() < 5e-7 && (funnel.tau_squared - 0.003_103_26).abs() < 5e-9);
        assert_limits(funnel.limits(235.0, Level::P95, false), 0.74210, 0.84488, 5e-6);
        assert_limits(funnel.limits(235.0, Level::P998, false), 0.70921, 0.87061, 5e-6);
        assert_limits(funnel.limits(235.0, Level::P95, true), 0.68558, 0.88738, 5e-6);
        assert_limits(funnel.limits(235.0, Level::P998, true), 0.61609, 0.92923, 5e-6);
    }

    #[test]
    fn exact_limits_match() {
        let p = shares(&d5(), None).unwrap().centre;
        assert_limits(binomial_limits(p, 235, Level::P95).unwrap(), 0.741_051, 0.844_180, 1e-6);
        assert_limits(binomial_limits(p, 235, Level::P998).unwrap(), 0.709_059, 0.871_272, 1e-6);
        assert_limits(binomial_limits(p, 24, Level::P95).unwrap(), 0.599_990, 0.924_561, 1e-6);
        assert_limits(binomial_limits(p, 24, Level::P998).unwrap(), 0.491_730, 0.990_019, 1e-6);
        assert_limits(poisson_ratio_limits(10.0, Level::P95).unwrap(), 0.479_539, 1.839_036, 1e-6);
        assert_limits(poisson_ratio_limits(10.0, Level::P998).unwrap(), 0.296_052, 2.413_397, 1e-6);
        assert_limits(poisson_ratio_limits(50.0, Level::P95).unwrap(), 0.742_219, 1.318_375, 1e-6);
        assert_limits(poisson_ratio_limits(50.0, Level::P998).unwrap(), 0.619_179, 1.518_838, 1e-6);
    }

    #[test]
    fn only_l_stands_out_once_overdispersion_is_taken_in() {
        let units = d5();
        let funnel = shares(&units, None).unwrap();
        let beyond = |overdispersed: bool, action: bool| -> Vec<usize> {
            (0..12)
                .filter(|&i| match funnel.position(figure(units[i]), overdispersed) {
                    Position::Inside => false,
                    Position::Warning(_) => !action,
                    Position::Action(_) => true,
                })
                .collect()
        };
        assert_eq!(beyond(false, true), [2, 11], "plain action limits mark C and L");
        assert_eq!(beyond(true, true), [0_usize; 0]);
        assert_eq!(beyond(true, false), [11]);
        assert_eq!(funnel.position(figure(units[11]), true), Position::Warning(Side::Below));
    }

    /// Limits of rates by the root lie near the exact ones of a Poisson count once some events are expected.
    #[test]
    fn rates_come_close_to_exact_limits() {
        let alike = [Figure { value: 0.5, size: 100.0 }; 4];
        let funnel = of(Scale::Rates, &alike, None).unwrap();
        assert_eq!((funnel.centre, funnel.tau_squared), (0.5, 0.0));
        for (exposure, tolerance) in [(100.0, 0.012), (400.0, 0.003), (4000.0, 0.001)] {
            for level in [Level::P95, Level::P998] {
                let (got, exact) =
                    (funnel.limits(exposure, level, true), poisson_ratio_limits(0.5 * exposure, level).unwrap());
                assert!((got.low - 0.5 * exact.low).abs() < tolerance, "{exposure} {got:?} {exact:?}");
                assert!((got.high - 0.5 * exact.high).abs() < 2.0 * tolerance, "{exposure} {got:?} {exact:?}");
            }
        }
    }

    #[test]
    fn means_vary_with_their_size() {
        let scale = Scale::Means { variance: 9.0 };
        let alike = [Figure { value: -4.0, size: 100.0 }, Figure { value: -4.0, size: 25.0 }];
        let funnel = of(scale, &alike, None).unwrap();
        assert_limits(funnel.limits(100.0, Level::P95, true), -4.0 - 0.587_989_2, -4.0 + 0.587_989_2, 1e-6);
        assert_limits(funnel.limits(25.0, Level::P95, true), -4.0 - 1.175_978_4, -4.0 + 1.175_978_4, 1e-6);
        assert_eq!(funnel.position(Figure { value: -2.9, size: 25.0 }, true), Position::Inside);
        assert_eq!(funnel.position(Figure { value: -2.9, size: 100.0 }, true), Position::Action(Side::Above));
        assert!(of(Scale::Means { variance: 0.0 }, &alike, None).is_err());
    }

    /// Units that differ by more than chance are not singled out for it: as with shares, so with rates and means.
    #[test]
    fn overdispersion_widens_rates_and_means() {
        let rates = [0.30, 0.52, 0.21, 0.44, 0.36, 0.60, 0.27, 0.48];
        let units: Vec<Figure> = rates.iter().map(|value| Figure { value: *value, size: 400.0 }).collect();
        for scale in [Scale::Rates, Scale::Means { variance: 0.4 }] {
            let funnel = of(scale, &units, None).unwrap();
            assert!(funnel.tau_squared > 0.0);
            let beyond = |overdispersed: bool| {
                units.iter().filter(|unit| funnel.position(**unit, overdispersed) != Position::Inside).count()
            };
            assert!(beyond(false) >= 4 && beyond(true) == 0, "{scale:?}: {} {}", beyond(false), beyond(true));
        }
    }

    #[test]
    fn chance_alone_has_no_overdispersion() {
        let alike: Vec<Proportion> =
            [80, 82, 78, 81, 79].into_iter().map(|k| Proportion::new(k, 100).unwrap()).collect();
        let funnel = shares(&alike, None).unwrap();
        assert_eq!(funnel.tau_squared, 0.0);
        assert_eq!(funnel.scores, funnel.adjusted_scores);
    }

    #[test]
    fn impossible_centres_are_refused() {
        let perfect = vec![Proportion::new(10, 10).unwrap(); 3];
        assert!(shares(&perfect, None).is_err());
        assert!(shares(&perfect, Some(0.9)).is_ok());
        assert!(shares(&perfect[..1], Some(0.9)).is_err());
        assert!(of(Scale::Rates, &[Figure { value: 0.0, size: 10.0 }; 3], None).is_err());
        assert!(of(Scale::Rates, &[Figure { value: 0.1, size: 0.0 }; 3], None).is_err());
        assert!(binomial_limits(1.2, 10, Level::P95).is_err());
        assert!(binomial_limits(0.2, 0, Level::P95).is_err());
        assert!(poisson_ratio_limits(0.0, Level::P95).is_err());
    }

    proptest! {
        #[test]
        fn limits_narrow_with_size_and_enclose_the_centre(p in 0.05..0.95_f64, n in 5_u64..2_000) {
            let units = [Proportion::new((p * 1000.0) as u64, 1000).unwrap(), Proportion::new((p * 1000.0) as u64, 1000).unwrap()];
            let funnel = shares(&units, None).unwrap();
            let (small, large) = (funnel.limits(n as f64, Level::P95, true), funnel.limits(4.0 * n as f64, Level::P95, true));
            prop_assert!(small.low <= large.low && large.high <= small.high);
            prop_assert!(large.low < funnel.centre && funnel.centre < large.high);
            let (warning, action) = (binomial_limits(p, n, Level::P95).unwrap(), binomial_limits(p, n, Level::P998).unwrap());
            prop_assert!(action.low <= warning.low && warning.high <= action.high);
            let wider = binomial_limits(p, 4 * n, Level::P95).unwrap();
            prop_assert!(wider.high - wider.low < warning.high - warning.low + 1e-9);
        }
    }
}
