//! Targets over time, in words: where a measure stands on the way to its target, and where it will be when that is due.

use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::measure::Direction;
use evenkeel_model::scoring::Status;
use evenkeel_model::trajectory::{Forecast, NoForecast, OnTheWay};

use crate::number::{Format, NO_BREAK_SPACE, rounded};
use crate::page::context::Context;
use crate::words::{capitalised, period, spelled};

/// Whether a measure is where it should be by now on the way to its target: a few words and a sentence. None where
/// nothing is asked for by now, or the deadline is over.
#[must_use]
pub fn on_the_way(
    way: &OnTheWay,
    result: &MeasureResult,
    format: &Format,
    context: &Context<'_>,
) -> Option<(String, String)> {
    let (value, expected) = (result.reading.value?, way.expected?);
    let (deadline, target) = way.trajectory.deadline()?;
    let today = context.place.period.last_day();
    if today >= deadline {
        return None;
    }
    let heading = match way.status {
        Status::Met => "On course",
        Status::MetPerhapsByChance => "On course, could be chance",
        Status::Missed => "Behind its course",
        Status::MissedPerhapsByChance => "Behind its course, could be chance",
        Status::NoTarget | Status::NoData => return None,
    };
    let format = format.clone().telling_apart(Some(value), Some(expected));
    let name = period::name(context.place.period, context.fiscal_year);
    let next =
        way.trajectory.next_after(today).filter(|(by, _)| *by < deadline).map_or_else(String::new, |(by, step)| {
            format!(" Next comes {} by {}.", format.goal(step), period::deadline(by))
        });
    let text = format!(
        "By the end of {name} the way to {} by {} asks for {}; it is {}.{next}",
        format.goal(target),
        period::deadline(deadline),
        format.goal(expected),
        format.text(value),
    );
    Some((heading.to_owned(), text))
}

/// Where a measure will be when its target is due, or why nobody can tell: a few words and a sentence. None where the
/// target is due already.
#[must_use]
pub fn forecast(
    found: &Result<Forecast, NoForecast>,
    result: &MeasureResult,
    format: &Format,
    context: &Context<'_>,
) -> Option<(String, String)> {
    let refused = |text: String| Some(("No forecast".to_owned(), text));
    let periods = period::plural(context.place.period);
    match *found {
        Ok(forecast) => Some(told(forecast, result, format, context)),
        Err(NoForecast::DeadlineReached) => None,
        Err(NoForecast::TooFew { have, need }) => refused(format!(
            "{} of the present phase {} a figure; a forecast needs {}.",
            capitalised(&counted(have, context)),
            if have == 1 { "has" } else { "have" },
            spelled(need)
        )),
        Err(NoForecast::TooFar { have, ahead }) => refused(format!(
            "The target is due in {}, and only {} {} a figure. A forecast reaches no further ahead than figures reach back.",
            counted(ahead, context),
            counted(have, context),
            if have == 1 { "has" } else { "have" },
        )),
        Err(NoForecast::NoVariation) => {
            refused("Every figure is the same, so nothing is known about how they vary.".to_owned())
        }
        Err(NoForecast::NoSeries) => refused(format!(
            "Too many {periods} have no figure, or the latest one has none; a forecast needs a series."
        )),
    }
}

fn told(forecast: Forecast, result: &MeasureResult, format: &Format, context: &Context<'_>) -> (String, String) {
    let name = period::name(forecast.period, context.fiscal_year);
    let range = format.range(forecast.low, forecast.high).text;
    let heading = format!("Forecast for {name}: {range}");
    let rests = format!(
        "The range holds in eight of ten such cases; it rests on {} up to now, and assumes that nothing is done.",
        counted(forecast.points, context)
    );
    let goal = match (result.measure.better, result.targets.target) {
        (Direction::Within { low, high }, _) => Some(format!("lying inside {}", format.goal_range(low, high))),
        (_, Some(target)) => Some(format!("meeting {}", format.goal(target))),
        (_, None) => None,
    };
    let text = match (forecast.chance, goal) {
        (Some(probability), Some(goal)) => format!("The chance of {goal} then is {}. {rests}", chance(probability)),
        _ => rests,
    };
    (heading, text)
}

/// A probability no finer than it is known: `about 35 %`, `below 5 %`.
#[must_use]
pub fn chance(probability: f64) -> String {
    let percent = probability * 100.0;
    if percent < 5.0 {
        format!("below 5{NO_BREAK_SPACE}%")
    } else if percent > 95.0 {
        format!("above 95{NO_BREAK_SPACE}%")
    } else {
        format!("about {}{NO_BREAK_SPACE}%", rounded((percent / 5.0).round() * 5.0, 0))
    }
}

/// `eleven months`.
fn counted(count: usize, context: &Context<'_>) -> String {
    let page = context.place.period;
    format!("{} {}", spelled(count), if count == 1 { period::singular(page) } else { period::plural(page) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chances_are_told_no_finer_than_they_are_known() {
        let told = |probability: f64| chance(probability).replace(NO_BREAK_SPACE, " ");
        assert_eq!(told(0.0), "below 5 %");
        assert_eq!(told(0.049), "below 5 %");
        assert_eq!(told(0.05), "about 5 %");
        assert_eq!(told(0.374), "about 35 %");
        assert_eq!(told(0.95), "about 95 %");
        assert_eq!(told(0.999), "above 95 %");
    }
}
