//! From a series of readings to where it will be when a target is due.
//!
//! On which scale which kind of measure is forecast is decided here; the forecast itself is that of
//! [`evenkeel_stats::forecast`]. Only the present phase is looked at: what was before it was another process.

use evenkeel_model::measure::{Direction, Formula, Measure, ValueUnit};
use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_model::reading::Reading;
use evenkeel_model::signal::Question;
use evenkeel_model::trajectory::{Forecast, NoForecast};
use evenkeel_stats::Error;
use evenkeel_stats::control::guards::Transformation;
use evenkeel_stats::forecast::{self, FEWEST_POINTS, Settings};
use evenkeel_stats::interval::Level;
use jiff::civil::Date;

use crate::signals;

/// The range that is told: narrow enough to say something, wide enough to be right in eight of ten cases.
const LEVEL: Level = Level::P80;

/// The forecast for the period in which the deadline lies, or why there is none.
pub(crate) fn read(
    measure: &Measure,
    question: &Question<'_>,
    readings: &[(Period, Reading)],
    deadline: Date,
    fiscal: FiscalYear,
) -> Result<Forecast, NoForecast> {
    let due = Period::containing(deadline, question.period.grain(), fiscal);
    if due.start() <= question.period.start() {
        return Err(NoForecast::DeadlineReached);
    }
    let known = signals::known(question.period, readings).ok_or(NoForecast::NoSeries)?;
    let begins = question.plan.phases().filter(|phase| phase.on.start() <= question.period.start()).last();
    let of_phase = |period: Period| begins.is_none_or(|phase| period.start() >= phase.on.start());
    let values: Vec<f64> = known.iter().filter(|(period, ..)| of_phase(*period)).map(|(.., value)| *value).collect();
    let ahead = periods_ahead(question.period, due);
    // The shorter requirement first, because it is the one that time alone mends.
    if values.len() < FEWEST_POINTS {
        return Err(NoForecast::TooFew { have: values.len(), need: FEWEST_POINTS });
    }
    if values.len() < ahead {
        return Err(NoForecast::TooFar { have: values.len(), ahead });
    }
    let settings = Settings { scale: scale(measure, &values), season: signals::season(question.period.grain()) };
    let found = forecast::forecast(&values, ahead, settings).map_err(|error| match error {
        Error::Constant { .. } => NoForecast::NoVariation,
        _ => NoForecast::NoSeries,
    })?;
    let chance = match (question.better, question.target) {
        (Direction::Higher, Some(target)) => Some(found.probability_at_least(target)),
        (Direction::Lower, Some(target)) => Some(found.probability_at_most(target)),
        (Direction::Within { low, high }, _) => Some(found.probability_within(low, high)),
        (Direction::Higher | Direction::Lower | Direction::Neither, _) => None,
    };
    let range = found.interval(LEVEL);
    let (low, median, high) = (range.low, found.median(), range.high);
    if [low, median, high].iter().all(|value| value.is_finite()) {
        Ok(Forecast { period: due, ahead, points: values.len(), low, median, high, chance })
    } else {
        Err(NoForecast::NoSeries)
    }
}

fn periods_ahead(from: Period, to: Period) -> usize {
    let mut ahead = 0;
    let mut period = from;
    while period.start() < to.start() {
        period = period.next();
        ahead += 1;
    }
    ahead
}

/// Shares end at 0 and 1, and times and amounts at 0: on a bent scale a forecast keeps to that.
fn scale(measure: &Measure, values: &[f64]) -> Transformation {
    match (&measure.formula, &measure.unit) {
        (Formula::Share { .. } | Formula::Retention { .. } | Formula::Cohort { .. }, _) => Transformation::ArcsineRoot,
        (Formula::Count { .. } | Formula::Stock { .. } | Formula::Distinct { .. } | Formula::Rate { .. }, _)
            if values.iter().all(|&value| value >= 0.0) =>
        {
            Transformation::BoxCox(0.5)
        }
        (_, ValueUnit::Duration(_) | ValueUnit::Money) if values.iter().all(|&value| value > 0.0) => {
            Transformation::BoxCox(0.0)
        }
        _ => Transformation::Identity,
    }
}
