//! Targets over time: where a figure will be at a deadline, and how likely it meets its target then.
//!
//! The figure is taken as a level that may wander, may have a slope, or may swing around its level for some months:
//! yₜ = levelₜ + swingₜ + noiseₜ. How much of each is unknown and cannot be told from two or three years of months, so the
//! forecast does not choose: it weighs many combinations by how well each has predicted the series so far, step by step
//! (Bayesian model averaging over a grid, with a Kalman filter for each). Three honest consequences:
//! - the interval widens with the distance, and more so the shorter and the more restless the series is;
//! - a slope is believed only as far as the data support it, and a target that needs a slope nobody has seen gets a small
//!   probability;
//! - each combination has Student's t tails, because its noise is estimated from few points.
//!
//! A yearly wave is taken out and put back where the series is at least two years long and a test finds one.
//!
//! The `truth` example measures calibration: of all forecasts that gave about 30 %, about 30 % come true.

use crate::control::guards::Transformation;
use crate::distribution;
use crate::error::{Error, Result, require_count, require_finite};
use crate::interval::{Interval, Level, Method};
use crate::least_squares;

/// Fewest points from which anything is forecast.
pub const FEWEST_POINTS: usize = 8;

/// Level of the test for a yearly wave.
const SEASON_LEVEL: f64 = 0.05;

/// Settings of a forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Scale on which the series is modelled: bent for times (logarithm) and for shares near 0 or 1 (arcsine).
    pub scale: Transformation,
    /// Points in a year, where a yearly wave is possible.
    pub season: Option<usize>,
}

impl Default for Settings {
    /// The figures as they are, without a season.
    fn default() -> Self {
        Self { scale: Transformation::Identity, season: None }
    }
}

/// The distribution of a future figure.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// Periods ahead of the last point.
    pub ahead: usize,
    parts: Vec<Part>,
    degrees: f64,
    scale: Transformation,
}

/// One combination: its weight, and its prediction on the scale of the model.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Part {
    weight: f64,
    mean: f64,
    deviation: f64,
}

/// Forecasts the figure `ahead` periods after the last of `values`.
///
/// Refuses fewer than eight points, and deadlines farther away than the series is long: [`Error::TooFew`] then says how
/// many points would do. Refuses a series that does not vary, of which nothing can be learnt about its noise.
///
/// ```
/// use evenkeel_stats::forecast::{Settings, forecast};
/// use evenkeel_stats::interval::Level;
///
/// let resolved_in_time = [71., 73., 70., 74., 72., 73., 75., 72., 74., 73., 74., 75.];
/// let in_half_a_year = forecast(&resolved_in_time, 6, Settings::default())?;
/// assert!(in_half_a_year.interval(Level::P80).contains(75.0));
/// assert!(in_half_a_year.probability_at_least(90.0) < 0.02);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn forecast(values: &[f64], ahead: usize, settings: Settings) -> Result<Forecast> {
    require_count("points for a forecast", values.len(), FEWEST_POINTS)?;
    require_count("points for a forecast so far ahead", values.len(), ahead)?;
    require_count("periods ahead", ahead, 1)?;
    let bent: Vec<f64> = values.iter().map(|&value| settings.scale.forward(value)).collect();
    require_finite("points", &bent)?;
    if bent.iter().all(|&value| value == bent[0]) {
        return Err(Error::Constant { what: "series" });
    }
    let wave = settings.season.and_then(|period| Wave::find(&bent, period));
    let adjusted: Vec<f64> = match &wave {
        Some(wave) => bent.iter().enumerate().map(|(t, value)| value - wave.at(t)).collect(),
        None => bent,
    };
    let later = wave.map_or(0.0, |wave| wave.at(values.len() - 1 + ahead));
    let degrees = adjusted.len() as f64 - 1.0;
    let runs: Vec<Run> = combinations().map(|combination| combination.filter(&adjusted, ahead)).collect();
    // Weights relative to the best combination, so that nothing underflows.
    let best = runs.iter().map(|run| run.log_weight).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = runs.iter().map(|run| (run.log_weight - best).exp()).sum();
    let parts = runs
        .iter()
        .map(|run| Part {
            weight: (run.log_weight - best).exp() / total,
            mean: run.mean + later,
            deviation: run.deviation,
        })
        .filter(|part| part.weight > 1e-9)
        .collect();
    Ok(Forecast { ahead, parts, degrees, scale: settings.scale })
}

impl Forecast {
    /// Probability that the figure is `target` or more at the deadline.
    #[must_use]
    pub fn probability_at_least(&self, target: f64) -> f64 {
        1.0 - self.probability_at_most(target)
    }

    /// Probability that the figure is `target` or less at the deadline.
    #[must_use]
    pub fn probability_at_most(&self, target: f64) -> f64 {
        self.below(self.scale.forward(target))
    }

    /// Probability that the figure lies between `low` and `high` at the deadline.
    #[must_use]
    pub fn probability_within(&self, low: f64, high: f64) -> f64 {
        (self.probability_at_most(high) - self.probability_at_most(low)).max(0.0)
    }

    fn below(&self, place: f64) -> f64 {
        let sum: f64 = self
            .parts
            .iter()
            .map(|part| part.weight * distribution::student_t_sf((part.mean - place) / part.deviation, self.degrees))
            .sum();
        sum.clamp(0.0, 1.0)
    }

    /// The figure that is not exceeded with probability `p`; NaN unless `p` lies between 0 and 1.
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        if !(p > 0.0 && p < 1.0) {
            return f64::NAN;
        }
        let t = distribution::student_t_quantile(p, self.degrees);
        let ends = self.parts.iter().map(|part| part.mean + t * part.deviation);
        let mut low = ends.clone().fold(f64::INFINITY, f64::min);
        let mut high = ends.fold(f64::NEG_INFINITY, f64::max);
        for _ in 0..100 {
            let middle = f64::midpoint(low, high);
            if self.below(middle) < p {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.scale.backward(f64::midpoint(low, high))
    }

    /// The figure that is as likely exceeded as not.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The range in which the figure will lie with the probability of the level.
    #[must_use]
    pub fn interval(&self, level: Level) -> Interval {
        Interval::new(self.quantile(level.tail()), self.quantile(1.0 - level.tail()), level, Method::Predictive)
    }
}

/// How a series may behave. Variances are relative to that of the noise.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Combination {
    /// Variance of a step of the level.
    wandering: f64,
    /// Autocorrelation of the swing around the level; its variance is three times that of the noise.
    swing: f64,
    /// Prior standard deviation of the slope per period.
    slope: f64,
    /// Prior weight.
    prior: f64,
}

/// Variance of the swing, where there is one, relative to that of the noise.
const SWING_VARIANCE: f64 = 3.0;
/// Steps of the level with their prior weights.
const WANDERING: [(f64, f64); 7] =
    [(0.0, 0.40), (0.01, 0.08), (0.03, 0.08), (0.1, 0.08), (0.3, 0.08), (1.0, 0.05), (5.0, 0.05)];
/// Autocorrelations of the swing with their prior weights.
const SWINGS: [(f64, f64); 3] = [(0.4, 0.06), (0.65, 0.06), (0.85, 0.06)];
/// Slopes with their prior weights.
const SLOPES: [(f64, f64); 4] = [(0.0, 0.5), (0.03, 0.2), (0.1, 0.2), (0.3, 0.1)];

fn combinations() -> impl Iterator<Item = Combination> {
    let levels = WANDERING.into_iter().map(|(wandering, prior)| (wandering, 0.0, prior));
    let swings = SWINGS.into_iter().map(|(swing, prior)| (0.0, swing, prior));
    levels.chain(swings).flat_map(|(wandering, swing, prior)| {
        SLOPES.into_iter().map(move |(slope, weight)| Combination { wandering, swing, slope, prior: prior * weight })
    })
}

/// What a filter found: the weight of a combination and its prediction.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Run {
    log_weight: f64,
    mean: f64,
    deviation: f64,
}

/// Level, slope and swing.
type State = [f64; 3];
type Covariance = [[f64; 3]; 3];

impl Combination {
    /// Runs the Kalman filter over the series with noise variance 1 and integrates the true noise variance out (reference
    /// prior), which leaves Student's t with one degree of freedom less than there are points.
    fn filter(self, values: &[f64], ahead: usize) -> Run {
        let swing_variance = if self.swing > 0.0 { SWING_VARIANCE } else { 0.0 };
        // Nothing is known of the level before the first point: it is the first point, give or take noise and swing.
        let mut state: State = [values[0], 0.0, 0.0];
        let mut covariance: Covariance = [
            [1.0 + swing_variance, 0.0, -swing_variance],
            [0.0, self.slope * self.slope, 0.0],
            [-swing_variance, 0.0, swing_variance],
        ];
        let (mut squares, mut log_factors) = (0.0, 0.0);
        for &value in &values[1..] {
            (state, covariance) = self.step(state, covariance);
            let gain: [f64; 3] = std::array::from_fn(|i| covariance[i][0] + covariance[i][2]);
            let factor = gain[0] + gain[2] + 1.0;
            let error = value - state[0] - state[2];
            squares += error * error / factor;
            log_factors += factor.ln();
            for i in 0..3 {
                state[i] += gain[i] * error / factor;
            }
            for i in 0..3 {
                for j in 0..3 {
                    covariance[i][j] -= gain[i] * gain[j] / factor;
                }
            }
        }
        let degrees = values.len() as f64 - 1.0;
        for _ in 0..ahead {
            (state, covariance) = self.step(state, covariance);
        }
        let spread = covariance[0][0] + 2.0 * covariance[0][2] + covariance[2][2] + 1.0;
        Run {
            log_weight: self.prior.ln() - 0.5 * log_factors - 0.5 * degrees * squares.ln(),
            mean: state[0] + state[2],
            deviation: (squares / degrees * spread).sqrt(),
        }
    }

    /// One period on: the level moves by the slope and wanders, the swing dies down and is renewed.
    fn step(self, state: State, covariance: Covariance) -> (State, Covariance) {
        let moved = [state[0] + state[1], state[1], self.swing * state[2]];
        let p = covariance;
        let level = p[0][0] + 2.0 * p[0][1] + p[1][1] + self.wandering;
        let level_slope = p[0][1] + p[1][1];
        let level_swing = self.swing * (p[0][2] + p[1][2]);
        let slope_swing = self.swing * p[1][2];
        let renewal = if self.swing > 0.0 { SWING_VARIANCE * (1.0 - self.swing * self.swing) } else { 0.0 };
        let swing = self.swing * self.swing * p[2][2] + renewal;
        let next =
            [[level, level_slope, level_swing], [level_slope, p[1][1], slope_swing], [level_swing, slope_swing, swing]];
        (moved, next)
    }
}

/// A yearly wave around a straight line.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Wave {
    sine: f64,
    cosine: f64,
    period: f64,
}

impl Wave {
    /// Fits a line and one sine; `None` when the series is shorter than two years or the F test finds nothing.
    fn find(values: &[f64], period: usize) -> Option<Self> {
        if period < 3 || values.len() < 2 * period {
            return None;
        }
        let period = period as f64;
        let angle = |t: usize| 2.0 * std::f64::consts::PI * t as f64 / period;
        let column = |at: &dyn Fn(usize) -> f64| (0..values.len()).map(at).collect::<Vec<f64>>();
        let columns =
            [column(&|_| 1.0), column(&|t| t as f64), column(&|t| angle(t).sin()), column(&|t| angle(t).cos())];
        let without = least_squares::fit("line", &columns[..2], values).ok()?;
        let with = least_squares::fit("line and wave", &columns, values).ok()?;
        let gained = without.residual_squares - with.residual_squares;
        let significant = with.residual_squares == 0.0
            || distribution::f_sf(gained / 2.0 / with.variance(), 2.0, with.degrees as f64) < SEASON_LEVEL;
        significant.then(|| Self { sine: with.coefficients[2], cosine: with.coefficients[3], period })
    }

    fn at(&self, t: usize) -> f64 {
        let angle = 2.0 * std::f64::consts::PI * t as f64 / self.period;
        self.sine * angle.sin() + self.cosine * angle.cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Generator;
    use proptest::prelude::*;

    fn stable(points: usize, seed: u64) -> Vec<f64> {
        let mut generator = Generator::from_seed(seed);
        (0..points).map(|_| 80.0 + 2.0 * generator.normal()).collect()
    }

    #[test]
    fn prior_weights_add_up() {
        assert!((combinations().map(|combination| combination.prior).sum::<f64>() - 1.0).abs() < 1e-12);
    }

    /// With a level that neither wanders nor slopes the prediction is Student's: mean x̄, deviation s √(1 + 1/n).
    #[test]
    fn the_simplest_combination_is_students_prediction() {
        let values = stable(15, 1);
        let simple = Combination { wandering: 0.0, swing: 0.0, slope: 0.0, prior: 1.0 };
        let run = simple.filter(&values, 7);
        let spread = (crate::summary::variance(&values) * (1.0 + 1.0 / 15.0)).sqrt();
        assert!((run.mean - crate::summary::mean(&values)).abs() < 1e-9);
        assert!((run.deviation - spread).abs() < 1e-9, "{run:?} {spread}");
    }

    /// A random walk with next to no noise predicts the last point, with a spread that grows like the root of time.
    #[test]
    fn a_wandering_level_predicts_its_last_point() {
        let values = [1.0, 3.0, 2.0, 5.0, 4.0, 6.0, 9.0, 8.0];
        let walk = Combination { wandering: 1e9, swing: 0.0, slope: 0.0, prior: 1.0 };
        let (near, far) = (walk.filter(&values, 1), walk.filter(&values, 4));
        assert!((near.mean - 8.0).abs() < 1e-6 && (far.mean - 8.0).abs() < 1e-6);
        assert!((far.deviation / near.deviation - 2.0).abs() < 1e-6);
        let steps: f64 = values.windows(2).map(|pair| (pair[1] - pair[0]).powi(2)).sum::<f64>() / 7.0;
        assert!((near.deviation - steps.sqrt()).abs() < 1e-6);
    }

    #[test]
    fn a_clear_trend_is_continued_and_a_stable_series_is_not() {
        let rising: Vec<f64> = stable(24, 2).iter().enumerate().map(|(t, value)| value + 1.0 * t as f64).collect();
        let found = forecast(&rising, 6, Settings::default()).unwrap();
        assert!((found.median() - 109.0).abs() < 3.0, "{}", found.median());
        let flat = forecast(&stable(24, 2), 6, Settings::default()).unwrap();
        assert!((flat.median() - 80.0).abs() < 2.0, "{}", flat.median());
        assert!(flat.probability_at_least(90.0) < 0.02);
    }

    #[test]
    fn a_yearly_wave_is_put_back() {
        let wave = |t: usize| 8.0 * (std::f64::consts::PI * t as f64 / 6.0).sin();
        let values: Vec<f64> = stable(24, 3).iter().enumerate().map(|(t, value)| value + wave(t)).collect();
        let settings = Settings { season: Some(12), ..Settings::default() };
        let found = forecast(&values, 4, settings).unwrap();
        assert!((found.median() - 80.0 - wave(27)).abs() < 3.0, "{}", found.median());
        assert!(
            found.interval(Level::P95).width()
                < forecast(&values, 4, Settings::default()).unwrap().interval(Level::P95).width()
        );
    }

    #[test]
    fn bent_scales_stay_on_their_scale() {
        let shares: Vec<f64> = stable(20, 4).iter().map(|value| 0.9 + value / 1000.0).collect();
        let settings = Settings { scale: Transformation::ArcsineRoot, season: None };
        let range = forecast(&shares, 12, settings).unwrap().interval(Level::P99);
        assert!(range.low > 0.9 && range.high <= 1.0, "{range:?}");
    }

    #[test]
    fn too_little_is_refused_with_what_is_missing() {
        let few = forecast(&stable(7, 1), 3, Settings::default());
        assert_eq!(few, Err(Error::TooFew { what: "points for a forecast", have: 7, need: 8 }));
        let far = forecast(&stable(10, 1), 12, Settings::default());
        assert_eq!(far, Err(Error::TooFew { what: "points for a forecast so far ahead", have: 10, need: 12 }));
        assert!(forecast(&stable(10, 1), 0, Settings::default()).is_err());
        assert!(forecast(&[5.0; 12], 3, Settings::default()).is_err());
        let logarithm = Settings { scale: Transformation::BoxCox(0.0), season: None };
        assert!(forecast(&[1.0, 0.0, 2.0, 3.0, 1.0, 2.0, 3.0, 4.0], 3, logarithm).is_err(), "zero has no logarithm");
        assert!(forecast(&stable(10, 1), 3, Settings::default()).unwrap().quantile(1.5).is_nan());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn probabilities_and_quantiles_agree_and_follow_the_unit(seed in 0_u64..10_000, p in 0.02..0.98_f64, scale in 0.01..100.0_f64) {
            let values = stable(18, seed);
            let found = forecast(&values, 5, Settings::default()).unwrap();
            prop_assert!((found.probability_at_most(found.quantile(p)) - p).abs() < 1e-9);
            let scaled: Vec<f64> = values.iter().map(|value| scale * value - 7.0).collect();
            let other = forecast(&scaled, 5, Settings::default()).unwrap();
            prop_assert!((scale * found.quantile(p) - 7.0 - other.quantile(p)).abs() < 1e-6 * scale);
            let farther = forecast(&values, 15, Settings::default()).unwrap();
            prop_assert!(farther.interval(Level::P95).width() >= found.interval(Level::P95).width());
        }
    }
}
