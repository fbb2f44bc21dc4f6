//! Guards: counter-measures for series on which the four rules would raise many false alarms.
//!
//! The rules assume independent points around a known centre, spread like a normal distribution. On a stable series of
//! 24 points that is so, they mark the latest point in 1.7 % of cases. The `truth` example measures what happens
//! otherwise (12 % at an autocorrelation of 0.5, 8 % on skewed times, 6 % after a baseline of twelve points),
//! and that each guard brings it to 3 % or less:
//!
//! - *Skewness*: times and amounts are charted on a bent scale (Box and Cox 1964), the one of six powers that makes the
//!   history most symmetric. Limits are bent back.
//! - *Autocorrelation*: where successive points resemble each other, moving ranges are too small and runs too long. The
//!   limits are widened by 1/√(1-ρ) and the run rule is lengthened until a run is as rare as seven independent points;
//!   the trend rule and the rule of two in three are left out.
//! - *Season*: a yearly wave (one sine) is taken out before limits and rules, where an F test finds one.
//! - *Frozen baseline*: centre, spread and autocorrelation are themselves uncertain and stay as they were found, so limits
//!   become prediction limits (Student's t with the degrees of freedom of the average moving range, averaged over the
//!   possible autocorrelations) and runs longer. A wave must be clearer to be taken out.
//! - *Few events*: near 0 % and 100 % counts are skewed and often tied; limits come from the tails of the binomial or
//!   Poisson distribution itself, and runs are lengthened where more points lie on one side of the centre by nature.
//!
//! What is judged by is the *history*: the baseline where it is frozen, else all points but the latest four. A change
//! that has just happened must not pass for autocorrelation or skewness and so excuse itself.

use super::baseline::{self, Persistence};
use super::rules::{Rules, TwoOfThree};
use super::{MEAN_RANGE_OF_TWO, Span};
use crate::distribution;
use crate::error::{Error, Result, require_count, require_finite};
use crate::least_squares;
use crate::summary;

/// Latest points that do not belong to the history of a phase with moving limits.
const NOT_YET_HISTORY: usize = 4;
/// Fewest points from which shape and autocorrelation are judged.
const SHORTEST_HISTORY: usize = 10;
/// One-sided z from which the autocorrelation guard acts; 15 % of independent series reach it, which costs little.
const GUARD_Z: f64 = 1.04;
/// One-sided z from which an unguarded chart carries a warning; 5 % of independent series reach it.
const WARNING_Z: f64 = 1.645;
/// Level of the test for a yearly wave, with moving limits.
const SEASON_LEVEL: f64 = 0.02;
/// The same for a frozen baseline, which goes on taking out a wave that was none.
const FROZEN_SEASON_LEVEL: f64 = 0.01;
/// Powers from which the skewness guard chooses: none, root, times between events, logarithm, and two inverses.
const POWERS: [f64; 6] = [1.0, 0.5, 1.0 / 3.6, 0.0, -0.5, -1.0];
/// Skewness up to which values keep their own scale, because it is easier to explain.
const TOLERATED_SKEWNESS: f64 = 0.6;

/// Which counter-measures are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::struct_excessive_bools, reason = "each guard can be chosen for itself")]
pub struct Guards {
    /// Bent scale for skewed times and amounts.
    pub skewness: bool,
    /// Wider limits and longer runs for autocorrelated series.
    pub autocorrelation: bool,
    /// Removal of a yearly wave; needs `period`.
    pub season: bool,
    /// Points in a year, where the series can have a season; also needed for the warning.
    pub period: Option<usize>,
    /// Prediction limits and longer runs after a frozen baseline.
    pub short_baseline: bool,
    /// Exact limits and longer runs for shares near 0 or 1 and for rare events.
    pub few_events: bool,
}

impl Guards {
    /// None of them; only warnings are given.
    pub const NONE: Self = Self {
        skewness: false,
        autocorrelation: false,
        season: false,
        period: None,
        short_baseline: false,
        few_events: false,
    };

    /// All of them.
    #[must_use]
    pub const fn all(period: Option<usize>) -> Self {
        Self {
            skewness: true,
            autocorrelation: true,
            season: period.is_some(),
            period,
            short_baseline: true,
            few_events: true,
        }
    }
}

/// What a reader should know about the limits of a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Note {
    /// The limits of this phase come from fewer points than the settings ask for.
    TrialLimits {
        /// Position of the phase.
        phase: usize,
        /// Points behind the limits.
        points: usize,
    },
    /// No limits, because the baseline does not vary or has a single point.
    NoLimits {
        /// Position of the phase.
        phase: usize,
    },
    /// The chart is computed on a bent scale.
    Bent(Transformation),
    /// Successive points resemble each other.
    Autocorrelated {
        /// Lag-1 autocorrelation of the history.
        lag1: f64,
        /// What moving limits are multiplied with; 1 when the guard is off and this is only a warning. What is done to
        /// frozen ones is in [`Note::ShortBaseline`].
        widening: f64,
    },
    /// The series has a yearly wave.
    Seasonal {
        /// Height of the wave above the mean, on the scale of the chart.
        amplitude: f64,
        /// Whether the wave was taken out; otherwise this is only a warning.
        removed: bool,
    },
    /// Prediction limits after a frozen baseline, the uncertainty of its autocorrelation included.
    ShortBaseline {
        /// Position of the phase.
        phase: usize,
        /// Points of the baseline.
        points: usize,
        /// What limits were multiplied with.
        widening: f64,
    },
    /// Counts vary more than by chance alone; limits are p' or u'.
    Overdispersed {
        /// Ratio of observed to expected spread.
        ratio: f64,
    },
    /// Limits come from the tails of the distribution because few events are expected.
    FewEvents {
        /// Expected number of the rarer outcome per point.
        expected: f64,
    },
}

/// A scale on which figures are charted; all of them keep the order of the figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Transformation {
    /// The figures as they are.
    Identity,
    /// (y^λ - 1) / λ, or the logarithm for λ = 0.
    BoxCox(f64),
    /// The angle whose sine is the root of a share.
    ArcsineRoot,
}

impl Transformation {
    /// The figure on the scale of the chart.
    #[must_use]
    pub fn forward(self, value: f64) -> f64 {
        match self {
            Transformation::Identity => value,
            Transformation::BoxCox(0.0) => value.ln(),
            Transformation::BoxCox(power) => (value.powf(power) - 1.0) / power,
            Transformation::ArcsineRoot => value.clamp(0.0, 1.0).sqrt().asin(),
        }
    }

    /// The figure that has this place on the scale of the chart; where none has, the end of the scale.
    #[must_use]
    pub fn backward(self, place: f64) -> f64 {
        match self {
            Transformation::Identity => place,
            Transformation::BoxCox(0.0) => place.exp(),
            Transformation::BoxCox(power) => {
                let base = power * place + 1.0;
                if base > 0.0 {
                    base.powf(1.0 / power)
                } else if power > 0.0 {
                    0.0
                } else {
                    f64::INFINITY
                }
            }
            Transformation::ArcsineRoot => place.clamp(0.0, std::f64::consts::FRAC_PI_2).sin().powi(2),
        }
    }
}

/// Lag-1 autocorrelation Σ dₜ dₜ₊₁ / Σ dₜ² with d the distances from the mean: 0 for independent points, towards 1 where
/// each point resembles the one before.
pub fn lag1_autocorrelation(values: &[f64]) -> Result<f64> {
    require_count("points", values.len(), 3)?;
    require_finite("points", values)?;
    let centre = summary::mean(values);
    let distances: Vec<f64> = values.iter().map(|value| value - centre).collect();
    let squares: f64 = distances.iter().map(|d| d * d).sum();
    if squares == 0.0 {
        return Err(Error::Constant { what: "series" });
    }
    Ok(distances.windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>() / squares)
}

/// The lag-1 autocorrelation from which a chart of so many points carries a warning: 1.645/√n - 1/n, which one in
/// twenty independent series reaches.
#[must_use]
pub fn autocorrelation_threshold(points: usize) -> f64 {
    threshold(points, WARNING_Z)
}

fn threshold(points: usize, z: f64) -> f64 {
    let n = points as f64;
    z / n.sqrt() - 1.0 / n
}

/// Autocorrelation that was found, corrected for the bias of short series (Kendall 1954) and taken cautiously.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Autocorrelation {
    pub lag1: f64,
    /// Points that it was found in.
    pub points: usize,
    /// Bias-corrected, between 0 and 0.95.
    pub corrected: f64,
    /// Whether it is high enough for the guard of moving limits. Frozen ones always reckon with what is possible.
    pub acts: bool,
    /// Whether it is high enough for a warning.
    pub warning: bool,
    /// Whether a yearly wave was taken out before, which takes some autocorrelation with it.
    pub wave_taken_out: bool,
}

impl Autocorrelation {
    /// What limits from moving ranges must be multiplied with: moving ranges see only √(1-ρ) of the spread.
    pub fn widening(self) -> f64 {
        1.0 / (1.0 - self.corrected).sqrt()
    }

    /// Probability that the next point is on the same side of the centre, for normal series.
    pub fn stay(self) -> f64 {
        0.5 + self.corrected.asin() / std::f64::consts::PI
    }
}

/// The stretches of points that shape, season and autocorrelation are judged by.
pub(super) fn history(spans: &[Span]) -> Vec<(usize, usize)> {
    let points = spans.last().map_or(0, |span| span.end);
    let latest = points.saturating_sub(NOT_YET_HISTORY);
    spans
        .iter()
        .map(|span| if span.frozen { (span.start, span.baseline_end) } else { (span.start, span.end.min(latest)) })
        .filter(|(start, end)| start < end)
        .collect()
}

/// Judges the autocorrelation of the history around the mean of each stretch; `None` when it is too short.
pub(super) fn autocorrelation(values: &[f64], history: &[(usize, usize)]) -> Option<Autocorrelation> {
    let count: usize = history.iter().map(|(start, end)| end - start).sum();
    if count < SHORTEST_HISTORY {
        return None;
    }
    let (mut products, mut squares) = (0.0, 0.0);
    for &(start, end) in history {
        let stretch = &values[start..end];
        let centre = summary::mean(stretch);
        squares += stretch.iter().map(|value| (value - centre).powi(2)).sum::<f64>();
        products += stretch.windows(2).map(|pair| (pair[0] - centre) * (pair[1] - centre)).sum::<f64>();
    }
    if squares == 0.0 {
        return None;
    }
    let lag1 = products / squares;
    let n = count as f64;
    // A third of a standard error is added: too low an estimate does more harm than one as much too high.
    let caution = ((1.0 - lag1 * lag1) / n).max(0.0).sqrt() / 3.0;
    Some(Autocorrelation {
        lag1,
        points: count,
        corrected: ((n * lag1 + 1.0) / (n - 3.0) + caution).clamp(0.0, 0.95),
        acts: lag1 > threshold(count, GUARD_Z),
        warning: lag1 > threshold(count, WARNING_Z),
        wave_taken_out: false,
    })
}

/// Chooses the power that makes the history most symmetric; values that are fairly symmetric keep their scale.
pub(super) fn choose_power(values: &[f64], history: &[(usize, usize)]) -> Transformation {
    let count: usize = history.iter().map(|(start, end)| end - start).sum();
    let skewness_with = |power: f64| {
        let scale = Transformation::BoxCox(power);
        let (mut squares, mut cubes) = (0.0, 0.0);
        for &(start, end) in history {
            let bent: Vec<f64> = values[start..end].iter().map(|&value| scale.forward(value)).collect();
            let centre = summary::mean(&bent);
            squares += bent.iter().map(|value| (value - centre).powi(2)).sum::<f64>();
            cubes += bent.iter().map(|value| (value - centre).powi(3)).sum::<f64>();
        }
        let n = count as f64;
        if squares > 0.0 { (cubes / n) / (squares / n).powf(1.5) } else { 0.0 }
    };
    if count < SHORTEST_HISTORY || skewness_with(1.0).abs() <= TOLERATED_SKEWNESS {
        return Transformation::Identity;
    }
    // Zero has no logarithm and no inverse.
    let zeros = values.contains(&0.0);
    let best = POWERS
        .into_iter()
        .filter(|&power| power > 0.0 || !zeros)
        .map(|power| (skewness_with(power).abs(), power))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    match best {
        Some((_, power)) if power != 1.0 => Transformation::BoxCox(power),
        _ => Transformation::Identity,
    }
}

/// A yearly wave.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wave {
    /// What the wave adds to each point.
    pub heights: Vec<f64>,
    pub amplitude: f64,
}

/// Tests the history for a yearly wave (one sine, F test) and fits it. The fit uses all points where limits move too.
pub(super) fn wave(values: &[f64], spans: &[Span], period: usize) -> Option<Wave> {
    let history = history(spans);
    let frozen = spans.iter().any(|span| span.frozen);
    let count: usize = history.iter().map(|(start, end)| end - start).sum();
    if period < 3 || values.len() < 2 * period || (frozen && count < 2 * period) {
        return None;
    }
    let angle = |t: usize| 2.0 * std::f64::consts::PI * t as f64 / period as f64;
    let columns_of = |stretches: &[(usize, usize)]| {
        let mut times: Vec<usize> = Vec::new();
        for &(start, end) in stretches {
            times.extend(start..end);
        }
        let mut columns: Vec<Vec<f64>> = stretches
            .iter()
            .map(|&(start, end)| times.iter().map(|&t| f64::from(u8::from(start <= t && t < end))).collect())
            .collect();
        columns.push(times.iter().map(|&t| angle(t).sin()).collect());
        columns.push(times.iter().map(|&t| angle(t).cos()).collect());
        let response: Vec<f64> = times.iter().map(|&t| values[t]).collect();
        (columns, response)
    };
    let (columns, response) = columns_of(&history);
    let levels = columns.len() - 2;
    let without = least_squares::fit("seasonal test", &columns[..levels], &response).ok()?;
    let with = least_squares::fit("seasonal test", &columns, &response).ok()?;
    if with.degrees == 0 || with.residual_squares == 0.0 {
        return None;
    }
    let f = (without.residual_squares - with.residual_squares) / 2.0 / with.variance();
    let (f, level) = if frozen {
        (f / strength_of_slow_swings(&with.residuals, period), FROZEN_SEASON_LEVEL)
    } else {
        (f, SEASON_LEVEL)
    };
    if distribution::f_sf(f, 2.0, with.degrees as f64) >= level {
        return None;
    }
    let fitted = if frozen {
        with
    } else {
        let everything: Vec<(usize, usize)> = spans.iter().map(|span| (span.start, span.end)).collect();
        let (columns, response) = columns_of(&everything);
        least_squares::fit("seasonal wave", &columns, &response).ok()?
    };
    let cosine = *fitted.coefficients.last()?;
    let sine = fitted.coefficients[fitted.coefficients.len() - 2];
    let heights = (0..values.len()).map(|t| sine * angle(t).sin() + cosine * angle(t).cos()).collect();
    Some(Wave { heights, amplitude: sine.hypot(cosine) })
}

/// How much stronger than on independent points a swing of the length of a year is by nature, where neighbours resemble
/// each other: (1 - ρ²) / (1 - 2ρ cos ω + ρ²) with ω = 2π / period, the spectrum of a first-order autoregression (Priestley
/// 1981). At least 1. ρ is that of the residuals, corrected for the mean and the wave that were fitted.
fn strength_of_slow_swings(residuals: &[f64], period: usize) -> f64 {
    let n = residuals.len() as f64;
    let squares: f64 = residuals.iter().map(|residual| residual * residual).sum();
    let products: f64 = residuals.windows(2).map(|pair| pair[0] * pair[1]).sum();
    if squares == 0.0 || n <= 5.0 {
        return 1.0;
    }
    let rho = ((n * products / squares + 3.0) / (n - 5.0)).clamp(0.0, 0.9);
    let turn = (2.0 * std::f64::consts::PI / period as f64).cos();
    ((1.0 - rho * rho) / (1.0 - 2.0 * rho * turn + rho * rho)).max(1.0)
}

/// The run length that is as rare as `usual` independent points when a point stays on its side with probability `stay`.
pub(super) fn persistent_run(usual: usize, stay: f64) -> usize {
    if stay <= 0.5 {
        return usual;
    }
    let steps = (usual.saturating_sub(1)) as f64 * std::f64::consts::LN_2 / -stay.min(0.999).ln();
    1 + (steps - 1e-9).ceil() as usize
}

/// How guards change limits and rules of one phase.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Adjustment {
    pub widening: f64,
    pub rules: Rules,
}

/// Combines the guards of one phase. `stay` is the largest probability of staying on one side by nature (counts).
pub(super) fn adjust(
    guards: Guards,
    rules: Rules,
    autocorrelation: Option<Autocorrelation>,
    frozen_points: Option<usize>,
    stay: f64,
) -> Adjustment {
    let mut adjusted = Adjustment { widening: 1.0, rules };
    let mut stay = stay;
    let autocorrelation = autocorrelation.filter(|_| guards.autocorrelation);
    if let Some(points) = frozen_points
        && guards.short_baseline
    {
        let persistence = autocorrelation.map_or(Persistence::NONE, Persistence::of);
        adjusted.widening = baseline::widening(points, &persistence);
        adjusted.rules.shift = rules.shift.map(|length| baseline::run(length, points, &persistence));
        if persistence.leaves_fewer_rules() {
            adjusted.rules.trend = None;
            adjusted.rules.two_of_three = TwoOfThree::Off;
        }
    } else if let Some(found) = autocorrelation.filter(|found| found.acts) {
        adjusted.widening = found.widening();
        adjusted.rules.trend = None;
        adjusted.rules.two_of_three = TwoOfThree::Off;
        stay = stay.max(found.stay());
    }
    adjusted.rules.shift = adjusted.rules.shift.map(|length| persistent_run(length, stay));
    adjusted
}

/// Standard deviation from an average moving range.
pub(super) fn spread_from_moving_range(values: &[f64]) -> f64 {
    values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f64>()
        / (values.len() as f64 - 1.0)
        / MEAN_RANGE_OF_TWO
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn autocorrelation_by_hand() {
        // Distances -1.5 -0.5 0.5 1.5: products 0.75 - 0.25 + 0.75, squares 5.
        assert!((lag1_autocorrelation(&[1.0, 2.0, 3.0, 4.0]).unwrap() - 0.25).abs() < 1e-12);
        assert!(lag1_autocorrelation(&[2.0, 2.0, 2.0]).is_err());
        assert!((autocorrelation_threshold(24) - 0.294_12).abs() < 1e-5);
    }

    #[test]
    fn run_lengths_grow_with_persistence() {
        assert_eq!(persistent_run(7, 0.5), 7);
        assert_eq!(persistent_run(7, 0.5 + 0.5_f64.asin() / std::f64::consts::PI), 12);
        assert_eq!(persistent_run(7, 1.0), persistent_run(7, 0.999));
    }

    #[test]
    fn a_slow_swing_is_no_wonder_where_neighbours_resemble_each_other() {
        let restless: Vec<f64> = (0..24).map(|t| if t % 2 == 0 { 1.0 } else { -1.0 }).collect();
        assert_eq!(strength_of_slow_swings(&restless, 12), 1.0);
        // Pairs of equal values: eleven of 23 neighbours differ, so r = 1/24 and the corrected ρ = 4/19.
        let pairs: Vec<f64> = (0..24).map(|t| if t / 2 % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let rho: f64 = 4.0 / 19.0;
        let want = (1.0 - rho * rho) / (1.0 - rho * 3.0_f64.sqrt() + rho * rho);
        assert!((strength_of_slow_swings(&pairs, 12) - want).abs() < 1e-12);
    }

    #[test]
    fn frozen_limits_reckon_with_an_autocorrelation_that_moving_ones_do_not_act_on() {
        let found = Autocorrelation {
            lag1: 0.12,
            points: 24,
            corrected: 0.2,
            acts: false,
            warning: false,
            wave_taken_out: false,
        };
        let rules = Rules::MAKING_DATA_COUNT;
        let with = |found, frozen| adjust(Guards::all(None), rules, found, frozen, 0.5);
        assert_eq!(with(Some(found), None), Adjustment { widening: 1.0, rules });
        let (seen, known) = (with(Some(found), Some(24)), with(None, Some(24)));
        assert!(seen.widening > known.widening && seen.rules.shift > known.rules.shift);
        assert_eq!((seen.rules.trend, known.rules.trend), (None, Some(7)));
        let off = adjust(Guards::NONE, rules, Some(found), Some(24), 0.5);
        assert_eq!(off, Adjustment { widening: 1.0, rules });
    }

    #[test]
    fn skewed_times_get_a_bent_scale_and_even_ones_keep_theirs() {
        let skewed: Vec<f64> = (0..24).map(|i| (0.3 * f64::from((i * 7) % 24)).exp()).collect();
        assert_eq!(choose_power(&skewed, &[(0, 24)]), Transformation::BoxCox(0.0));
        let even: Vec<f64> = (0..24).map(|i| 100.0 + f64::from((i * 7) % 24)).collect();
        assert_eq!(choose_power(&even, &[(0, 24)]), Transformation::Identity);
        let with_zero: Vec<f64> = skewed.iter().map(|value| value - 1.0).collect();
        let Transformation::BoxCox(power) = choose_power(&with_zero, &[(0, 24)]) else { panic!("not bent") };
        assert!(power > 0.0, "a power that zero has");
    }

    #[test]
    fn a_wave_is_found_and_taken_out() {
        let spans = [Span { start: 0, end: 36, baseline_end: 36, frozen: false }];
        let noise = |t: usize| ((t * 7919) % 101) as f64 / 101.0 - 0.5;
        let series: Vec<f64> =
            (0..36).map(|t| 10.0 + 2.0 * (std::f64::consts::PI * t as f64 / 6.0).sin() + noise(t)).collect();
        let found = wave(&series, &spans, 12).unwrap();
        assert!((found.amplitude - 2.0).abs() < 0.3, "{}", found.amplitude);
        let flat: Vec<f64> = (0..36).map(|t| 10.0 + noise(t)).collect();
        assert_eq!(wave(&flat, &spans, 12), None);
        let short = [Span { start: 0, end: 20, baseline_end: 20, frozen: false }];
        assert_eq!(wave(&series[..20], &short, 12), None);
    }

    #[test]
    fn history_leaves_out_the_latest_points_or_ends_with_the_baseline() {
        let moving = Span { start: 0, end: 20, baseline_end: 20, frozen: false };
        assert_eq!(history(&[moving]), [(0, 16)]);
        let frozen = Span { start: 0, end: 20, baseline_end: 12, frozen: true };
        assert_eq!(history(&[frozen]), [(0, 12)]);
        let young = Span { start: 18, end: 20, baseline_end: 20, frozen: false };
        assert_eq!(history(&[Span { end: 18, baseline_end: 18, ..moving }, young]), [(0, 16)]);
    }

    proptest! {
        #[test]
        fn transformations_keep_order_and_come_back(a in 0.001..1e4_f64, b in 0.001..1e4_f64, which in 0_usize..6) {
            let scale = Transformation::BoxCox(POWERS[which]);
            prop_assert_eq!(a < b, scale.forward(a) < scale.forward(b));
            prop_assert!((scale.backward(scale.forward(a)) / a - 1.0).abs() < 1e-6);
        }

        #[test]
        fn arcsine_comes_back(share in 0.0..=1.0_f64) {
            let scale = Transformation::ArcsineRoot;
            prop_assert!((scale.backward(scale.forward(share)) - share).abs() < 1e-12);
        }
    }
}
