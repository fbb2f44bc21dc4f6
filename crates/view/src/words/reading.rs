//! What a value means for its target, in a sentence or two.

use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::measure::{Direction, Formula};
use evenkeel_model::reading::Missing;
use evenkeel_model::scoring::{Status, baseline_meets_target};

use crate::number::{Format, NO_BREAK_SPACE, rounded};
use crate::page::context::Context;
use crate::words::finding::last_known;
use crate::words::{self, capitalised, period};

/// Whether the target is met, in a few words; where nothing can be said, why not.
#[must_use]
pub fn heading(result: &MeasureResult) -> &'static str {
    match (result.status, &result.missing) {
        (Status::NoData, Some(Missing::NotAtThisLevel)) => "Not reported at this level",
        (Status::NoData, Some(Missing::NotYet)) => "Not begun",
        (Status::NoData, Some(Missing::KnownFrom(_))) => "Not known yet",
        (Status::NoData, Some(Missing::Redefined(_))) => "Redefined",
        (Status::NoData, Some(Missing::TooFew)) => "Withheld: too few answers",
        (status, _) => words::status(status),
    }
}

/// What stands in place of a course without a single value: what will appear, or why nothing will.
#[must_use]
pub fn no_course(result: &MeasureResult) -> &'static str {
    match &result.missing {
        Some(Missing::NotAtThisLevel) => "This measure is not reported at this level, so no line is drawn.",
        Some(Missing::TooFew) => "The line begins with the first period in which enough people answered.",
        _ => "The line begins with the first period that has a figure.",
    }
}

/// Whether the target is met, and how sure that is.
#[must_use]
pub fn target(result: &MeasureResult, format: &Format, context: &Context<'_>) -> String {
    match result.status {
        Status::NoData => no_data(result, format, context),
        Status::NoTarget => no_target(result) + &rolling(result, context),
        _ => judged(result, format) + &rolling(result, context),
    }
}

/// Which months a figure is of, where that is not the one of the page; with a space before it.
fn rolling(result: &MeasureResult, context: &Context<'_>) -> String {
    result.rolling.map_or_else(String::new, |rolling| {
        let name = |period| period::name(period, context.fiscal_year);
        let noun = &result.measure.noun;
        format!(" {} alone has too few {noun}, so this is of {}.", name(context.place.period), name(rolling.period))
    })
}

/// How far the way from baseline to target has been gone: a few words, and a sentence. None without both.
#[must_use]
pub fn way(result: &MeasureResult, baseline_from: Option<&str>, format: &Format) -> Option<(String, String)> {
    let targets = &result.targets;
    result.reading.value?;
    // A measured baseline may already lie where the target is; then there is no way of which a share could be gone.
    let heading = if baseline_meets_target(targets, result.measure.better) {
        "The baseline already met the target".to_owned()
    } else {
        match result.progress? {
            progress if progress < 0.0 => "Further from the target than the baseline".to_owned(),
            progress if progress >= 1.0 => "The whole way to the target".to_owned(),
            // Nearly there is not there, whatever rounding says.
            progress => {
                let percent = rounded((progress * 100.0).round().min(99.0), 0);
                format!("{percent}{NO_BREAK_SPACE}% of the way to the target")
            }
        }
    };
    let from = baseline_from.map_or_else(String::new, |from| format!(", measured in {from},"));
    let by = targets.by.map_or_else(String::new, |by| format!(" by {}", period::deadline(by)));
    let baseline = format.text(targets.baseline?);
    let text = format!("From the baseline of {baseline}{from} to the target of {}{by}.", format.goal(targets.target?));
    Some((heading, text))
}

fn judged(result: &MeasureResult, format: &Format) -> String {
    let Some(value) = result.reading.value else { return String::new() };
    let met = matches!(result.status, Status::Met | Status::MetPerhapsByChance);
    let place = position(value, result, format);
    let Some((low, high)) = result.likely_range else {
        // What is counted in full has no likely range, and none is missed.
        return match result.measure.formula {
            Formula::Count { .. } | Formula::Sum { .. } | Formula::Stock { .. } | Formula::Distinct { .. } => place,
            Formula::OfMeasures { .. } | Formula::Composite(_) => {
                format!(
                    "{place} No likely range can be justified for a figure worked out from several others, so chance cannot be weighed."
                )
            }
            _ => format!("{place} No likely range is known, so chance cannot be weighed."),
        };
    };
    let range = format.range(low, high).text;
    match (result.status, result.measure.better) {
        (Status::MetPerhapsByChance | Status::MissedPerhapsByChance, _) => {
            format!("{place} The likely range, {range}, includes the target, so chance could explain it.")
        }
        (_, Direction::Within { .. }) if met => format!("{place} So is the whole likely range, {range}."),
        (_, Direction::Within { .. }) => format!("{place} So is the whole likely range, {range}: this is a miss."),
        (_, better) => {
            let higher = better == Direction::Higher;
            // The end of the range that is nearest to the other side.
            let (end, value) = if higher == met { ("bottom", low) } else { ("top", high) };
            let side = match (value.partial_cmp(&result.targets.target.unwrap_or(value)), higher == met) {
                (Some(std::cmp::Ordering::Equal), _) => "on",
                (_, true) => "above",
                (_, false) => "below",
            };
            // As many decimals as it takes to see on which side it is.
            let format = format.clone().telling_apart(Some(value), result.targets.target);
            let goal = result.targets.target.map(|target| format.goal(target)).unwrap_or_default();
            let verdict = if met { "" } else { " So this is a miss and not the luck of the sample." };
            format!("Even the {end} of the likely range, {}, is {side} {goal}.{verdict}", format.text(value))
        }
    }
}

/// Where the value lies: `79.6 %, 2.4 points below the target of 82 %.`
fn position(value: f64, result: &MeasureResult, format: &Format) -> String {
    let text = format.text(value);
    if let Direction::Within { low, high } = result.measure.better {
        let range = format.goal_range(low, high);
        return if (low..=high).contains(&value) {
            format!("{text}, inside {range}.")
        } else {
            format!("{text}, outside {range}.")
        };
    }
    let Some(target) = result.targets.target else { return format!("{text}.") };
    let goal = format.goal(target);
    match (format.distance(value - target), value < target) {
        (None, _) => format!("{text}, on the target of {goal}."),
        (Some(distance), true) => format!("{text}, {distance} below the target of {goal}."),
        (Some(distance), false) => format!("{text}, {distance} above the target of {goal}."),
    }
}

fn no_target(result: &MeasureResult) -> String {
    if result.measure.better == Direction::Neither {
        return "This measure gives context: neither way is better, so it has no target and no score.".to_owned();
    }
    "No target holds for this unit, so the value stands without a verdict and without a score. Targets are set in the scorecard file."
        .to_owned()
}

fn no_data(result: &MeasureResult, format: &Format, context: &Context<'_>) -> String {
    if result.missing == Some(Missing::NotAtThisLevel) {
        return "It is fit for larger units only. Here it leaves the score and is not counted as zero.".to_owned();
    }
    let missing = result.missing.as_ref().unwrap_or(&Missing::NoRows);
    let reason = capitalised(&words::missing(missing, &result.measure));
    let consequence = "It leaves the score and is not counted as zero.";
    let last = last_known(result).filter(|_| result.missing == Some(Missing::NoRows));
    match last {
        Some((last, value)) => format!(
            "{reason}. The last figure is {} from {}. {consequence}",
            format.text(value),
            period::name(last, context.fiscal_year)
        ),
        None => format!("{reason}. {consequence}"),
    }
}

#[cfg(test)]
mod tests;
