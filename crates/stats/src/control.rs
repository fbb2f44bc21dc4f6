//! Control charts: which changes of a measure are more than its usual variation.
//!
//! Terms:
//! - A *point* is the figure of one period. Missing periods are left out by the caller; points are taken as successive.
//! - The *centre* is the expected value, the *limits* enclose the usual variation (about three standard deviations to
//!   each side), the *near lines* lie at two thirds of that way.
//! - A *phase* begins at the first point or where somebody declared that the process changed. Neither limits nor rules
//!   look across its border.
//! - The *baseline* of a phase are the points from which its limits come: all of them, or the first few (frozen).
//! - Limits from fewer than 13 points are *trial limits*.
//! - A *rule* marks points that usual variation rarely produces; [`rules`] lists the four that are used.
//! - A *guard* is a counter-measure for series on which the rules would raise many false alarms (see [`guards`]).
//!
//! Sources: Shewhart (1931); Wheeler (1993) for individuals charts; the rules and constants of "Making Data Count" as
//! executed by `NHSRplotthedots` 0.2.2; Laney (2002) for p' and u'; Anhoej and Olesen (2014) for the run rules.
//!
//! ```
//! use evenkeel_stats::control::{Phase, Series, Settings, chart};
//!
//! let satisfaction = [82.0, 79.0, 84.0, 81.0, 80.0, 83.0, 78.0, 82.0, 81.0, 85.0, 80.0, 79.0, 96.0];
//! let chart = chart(Series::Values(&satisfaction), &[Phase::frozen_after(12)], &Settings::MAKING_DATA_COUNT)?;
//! let limits = chart.points[12].limits.unwrap();
//! assert!((limits.high - 89.630303).abs() < 1e-6);
//! # Ok::<(), evenkeel_stats::Error>(())
//! ```

mod baseline;
mod counts;
pub mod false_alarms;
pub mod guards;
mod individuals;
pub mod rules;
pub mod runs;

use crate::error::{Error, Result, require_count};
use crate::interval::proportion::Proportion;
use crate::interval::rate::Events;
use guards::{Guards, Note};
use rules::Rules;

/// The figures of a chart, by the kind of thing they are.
#[derive(Debug, Clone, Copy)]
pub enum Series<'a> {
    /// Figures of any sign: scores, differences, means. Chart: individuals and moving range (`XmR`).
    Values(&'a [f64]),
    /// Times and amounts, which cannot be negative and are often skewed. Chart: `XmR`, on a bent scale where the
    /// skewness guard asks for it.
    Amounts(&'a [f64]),
    /// Shares with their counts. Chart: p, or p' where the counts vary more than binomially.
    Shares(&'a [Proportion]),
    /// Events per exposure. Chart: u, or u' where they vary more than by Poisson's law.
    Rates(&'a [Events]),
    /// Plain numbers of events in equal exposures. Chart: c.
    Counts(&'a [u64]),
    /// Times between rare events. Chart: t, that is `XmR` on y^(1/3.6).
    TimesBetween(&'a [f64]),
}

impl Series<'_> {
    /// Number of points.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Series::Values(values) | Series::Amounts(values) | Series::TimesBetween(values) => values.len(),
            Series::Shares(shares) => shares.len(),
            Series::Rates(rates) => rates.len(),
            Series::Counts(counts) => counts.len(),
        }
    }

    /// Whether there are no points.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// The constant by which the average moving range becomes a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Constants {
    /// 2.66, as Wheeler and "Making Data Count" print it.
    Rounded,
    /// 3 / 1.128, as qicharts2 computes it. Limits differ from [`Constants::Rounded`] in the fourth digit.
    Divided,
}

impl Constants {
    fn limit_factor(self) -> f64 {
        match self {
            Constants::Rounded => 2.66,
            Constants::Divided => 3.0 / MEAN_RANGE_OF_TWO,
        }
    }
}

/// Expected range of two standard normal numbers (d2 for n = 2), rounded as usual.
pub(crate) const MEAN_RANGE_OF_TWO: f64 = 1.128;

/// The moving range above which a range is exceptional, in average moving ranges (D4 for n = 2).
pub const MOVING_RANGE_LIMIT: f64 = 3.267;

/// Everything that decides how a chart is made. Stored with every chart, or two correct tools will not agree.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// How the average moving range becomes limits.
    pub constants: Constants,
    /// Whether moving ranges of 3.267 averages or more are left out of the average, once.
    pub screen_moving_ranges: bool,
    /// The rules that mark points.
    pub rules: Rules,
    /// Limits from fewer points than this are called trial limits.
    pub trial_below: usize,
    /// From this ratio of observed to expected spread on, counts get p' or u' limits; infinity for never.
    pub dispersion_threshold: f64,
    /// Counter-measures against false alarms.
    pub guards: Guards,
}

impl Settings {
    /// The settings of the "Making Data Count" programme, as executed by `NHSRplotthedots` 0.2.2.
    pub const MAKING_DATA_COUNT: Self = Self {
        constants: Constants::Rounded,
        screen_moving_ranges: true,
        rules: Rules::MAKING_DATA_COUNT,
        trial_below: 13,
        dispersion_threshold: f64::INFINITY,
        guards: Guards::NONE,
    };

    /// The limits of qicharts2 0.8.1 (which has run rules instead of the four rules; see [`runs`]).
    pub const QICHARTS: Self =
        Self { constants: Constants::Divided, screen_moving_ranges: false, ..Self::MAKING_DATA_COUNT };

    /// The product's settings: as [`Settings::MAKING_DATA_COUNT`], with p' and u' from a spread ratio of 1.2 on, and
    /// all guards. `season` is the number of points in a year (12 for months), where a yearly wave is possible.
    #[must_use]
    pub const fn guarded(season: Option<usize>) -> Self {
        Self { dispersion_threshold: 1.2, guards: Guards::all(season), ..Self::MAKING_DATA_COUNT }
    }
}

/// Which points the limits of a phase come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Baseline {
    /// All points of the phase; limits move as points are added.
    All,
    /// The first points of the phase, so many; later points are judged against them. Where the phase is still shorter,
    /// all that there are.
    First(usize),
}

/// A stretch of points with limits of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Phase {
    /// Position of its first point, counted from 0.
    pub start: usize,
    /// Where its limits come from.
    pub baseline: Baseline,
}

impl Phase {
    /// A single phase with moving limits.
    pub const WHOLE: Self = Self { start: 0, baseline: Baseline::All };

    /// A single phase whose limits are frozen after its first `points` points.
    #[must_use]
    pub const fn frozen_after(points: usize) -> Self {
        Self { start: 0, baseline: Baseline::First(points) }
    }
}

/// The kind of chart that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Individuals, with limits from moving ranges.
    Individuals,
    /// Shares with binomial limits.
    P,
    /// Shares with limits widened to the spread between points (Laney).
    PPrime,
    /// Rates with Poisson limits.
    U,
    /// Rates with limits widened to the spread between points (Laney).
    UPrime,
    /// Counts with Poisson limits.
    C,
    /// Times between events.
    T,
}

/// What a point is compared with, in the unit of the figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Expected value.
    pub centre: f64,
    /// Lower limit; may be minus infinity on a bent scale.
    pub low: f64,
    /// Upper limit; may be infinity on a bent scale.
    pub high: f64,
    /// Two thirds of the way from the centre to the lower limit.
    pub near_low: f64,
    /// Two thirds of the way from the centre to the upper limit.
    pub near_high: f64,
}

/// A figure with what it is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// The figure, as given (share, rate, or value).
    pub value: f64,
    /// The figure without its yearly wave, on the scale of the chart; the trend rule looks at this.
    pub adjusted: f64,
    /// What it is compared with; `None` where the phase has too few points, or none of them differ.
    pub limits: Option<Limits>,
    /// Position of its phase.
    pub phase: usize,
}

/// What a phase's limits were made from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhaseSummary {
    /// Position of its first point.
    pub start: usize,
    /// Position after its last point.
    pub end: usize,
    /// Number of points behind the limits.
    pub baseline_points: usize,
    /// Whether the limits are trial limits.
    pub trial: bool,
    /// Average moving range after screening, on the scale of the chart; `None` for charts of counts.
    pub average_moving_range: Option<f64>,
    /// Number of moving ranges left out by screening.
    pub screened: usize,
    /// Ratio of observed to expected spread; `None` for charts of values.
    pub dispersion: Option<f64>,
    /// The rules as they apply in this phase: guards may make runs longer.
    pub rules: Rules,
}

/// A chart: points with limits, ready for [`rules::evaluate`] and [`crate::signal::read`].
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// The kind of chart.
    pub kind: Kind,
    /// The points in order of time.
    pub points: Vec<Point>,
    /// The phases in order of time.
    pub phases: Vec<PhaseSummary>,
    /// What a reader should know about the limits, such as guards that took effect.
    pub notes: Vec<Note>,
}

/// Makes the chart that suits the series: see [`Series`] for which.
///
/// Phases must start at 0, increase, and lie inside the series; [`Phase::WHOLE`] is the usual one.
pub fn chart(series: Series, phases: &[Phase], settings: &Settings) -> Result<Chart> {
    let spans = spans(phases, series.len())?;
    match series {
        Series::Values(values) => individuals::chart(values, individuals::Scale::Plain, &spans, settings),
        Series::Amounts(values) => individuals::chart(values, individuals::Scale::Positive, &spans, settings),
        Series::TimesBetween(values) => individuals::chart(values, individuals::Scale::TimesBetween, &spans, settings),
        Series::Shares(shares) => counts::shares(shares, &spans, settings),
        Series::Rates(rates) => counts::rates(rates, &spans, settings, false),
        Series::Counts(counts) => counts::counts(counts, &spans, settings),
    }
}

/// Centre (average moving range) and upper limit (3.267 times that) of the chart of moving ranges.
pub fn moving_range_limits(values: &[f64]) -> Result<(f64, f64)> {
    require_count("points", values.len(), 2)?;
    crate::error::require_finite("points", values)?;
    let average = individuals::average_moving_range(values, false).0;
    Ok((average, MOVING_RANGE_LIMIT * average))
}

/// A phase with its end.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
    /// Position after the last point of the baseline.
    baseline_end: usize,
    frozen: bool,
}

fn spans(phases: &[Phase], points: usize) -> Result<Vec<Span>> {
    require_count("points", points, 1)?;
    require_count("phases", phases.len(), 1)?;
    let mut spans = Vec::with_capacity(phases.len());
    for (i, phase) in phases.iter().enumerate() {
        let end = phases.get(i + 1).map_or(points, |next| next.start);
        if phase.start >= end || end > points || (i == 0 && phase.start != 0) {
            return Err(Error::BadPosition { what: "start of a phase", index: phase.start });
        }
        let (baseline_end, frozen) = match phase.baseline {
            Baseline::All => (end, false),
            Baseline::First(count) => {
                require_count("points of a frozen baseline", count, 2)?;
                (end.min(phase.start.saturating_add(count)), true)
            }
        };
        spans.push(Span { start: phase.start, end, baseline_end, frozen });
    }
    Ok(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_must_be_in_order_and_inside() {
        let phase = |start| Phase { start, baseline: Baseline::All };
        let values = [1.0, 2.0, 3.0, 2.0];
        let make = |phases: &[Phase]| chart(Series::Values(&values), phases, &Settings::MAKING_DATA_COUNT);
        assert!(make(&[phase(0), phase(2)]).is_ok());
        for wrong in [
            vec![],
            vec![phase(1)],
            vec![phase(0), phase(4)],
            vec![phase(0), phase(0)],
            vec![phase(0), phase(3), phase(2)],
        ] {
            assert!(make(&wrong).is_err(), "{wrong:?}");
        }
        assert!(make(&[Phase::frozen_after(1)]).is_err());
        assert!(chart(Series::Values(&[]), &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT).is_err());
    }

    #[test]
    fn moving_range_chart() {
        let (centre, high) = moving_range_limits(&[82.0, 79.0, 84.0]).unwrap();
        assert_eq!((centre, high), (4.0, 13.068));
        assert!(moving_range_limits(&[82.0]).is_err());
    }
}
