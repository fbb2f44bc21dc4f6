//! What is said at the top of a scorecard: a headline from the strongest finding, then one sentence per leg.
//!
//! Findings come from a list of sources, strongest first; the first source that has something to say gives the
//! headline. Signals will be the first source once they are computed. Until then a headline rests on scores,
//! balance and targets, which say where things stand and never where they are going.

use evenkeel_model::evaluation::{Evaluation, LegResult, MeasureResult};
use evenkeel_model::reading::Missing;
use evenkeel_model::scoring::Status;

use super::{capitalised, period, targets_met, without_figure};
use crate::number::{self, Format};
use crate::page::context::Context;
use crate::words::sentence::Sentence;

/// The sources of headlines, strongest first.
const SOURCES: [fn(&Evaluation, &Context<'_>) -> Option<String>; 5] =
    [no_measures, nothing_recorded, imbalance, balance, one_score];

/// At most two sentences: where things stand, then what follows from it.
#[must_use]
pub fn headline(evaluation: &Evaluation, context: &Context<'_>) -> String {
    SOURCES.iter().find_map(|source| source(evaluation, context)).unwrap_or_else(|| no_score(evaluation, context))
}

fn no_measures(evaluation: &Evaluation, _: &Context<'_>) -> Option<String> {
    all(evaluation).next().is_none().then(|| "This scorecard has no measures yet.".to_owned())
}

fn nothing_recorded(evaluation: &Evaluation, context: &Context<'_>) -> Option<String> {
    if !is_silent(evaluation) {
        return None;
    }
    let name = period::name(evaluation.period, context.fiscal_year);
    if all(evaluation).all(|result| result.missing == Some(Missing::NotYet)) {
        return Some(format!("{} has not begun.", capitalised(&name)));
    }
    let last = all(evaluation).filter_map(last_known).map(|(period, _)| period).max();
    let last = last.map_or_else(String::new, |last| {
        format!(" The last figures are from {}.", period::name(last, context.fiscal_year))
    });
    Some(format!("Nothing was recorded in {name}.{last}"))
}

fn imbalance(evaluation: &Evaluation, context: &Context<'_>) -> Option<String> {
    if !evaluation.out_of_balance {
        return None;
    }
    let (weakest, _) = scored(evaluation).reduce(|a, b| if b.1 < a.1 { b } else { a })?;
    let (strongest, _) = scored(evaluation).reduce(|a, b| if b.1 > a.1 { b } else { a })?;
    let state = format!(
        "The weak {} is {}, {} points below {}.",
        context.place.arrangement.singular(),
        weakest.title,
        spread_text(evaluation.spread?, evaluation.rules.imbalance),
        strongest.title
    );
    let consequence = furthest(weakest)
        .map_or_else(String::new, |result| format!(" Furthest from its target: {}.", result.measure.title));
    Some(format!("{state}{consequence}"))
}

fn balance(evaluation: &Evaluation, context: &Context<'_>) -> Option<String> {
    evaluation.spread?;
    let low = number::score(scored(evaluation).map(|(_, score)| score).reduce(f64::min)?).text;
    let high = number::score(scored(evaluation).map(|(_, score)| score).reduce(f64::max)?).text;
    let group = context.place.arrangement.plural();
    let state = if low == high {
        format!("The {group} are in balance: all stand at {low} of 100.")
    } else {
        format!("The {group} are in balance, from {low} to {high} of 100.")
    };
    Some(format!("{state} {}", met_of_all(evaluation)))
}

fn one_score(evaluation: &Evaluation, context: &Context<'_>) -> Option<String> {
    let (leg, score) = scored(evaluation).next()?;
    let score = number::score(score).text;
    let state = if evaluation.legs.len() == 1 {
        format!("{}: {score} of 100.", leg.title)
    } else {
        let group = context.place.arrangement.singular();
        format!("Only one {group} has a score so far: {}, {score} of 100.", leg.title)
    };
    Some(format!("{state} {}", met_of_all(evaluation)))
}

fn no_score(evaluation: &Evaluation, context: &Context<'_>) -> String {
    let state = format!("No {} has a score yet.", context.place.arrangement.singular());
    let (_, of) = targets(all(evaluation));
    let consequence = if of == 0 {
        "A score needs a target, and a baseline or a red flag.".to_owned()
    } else {
        met_of_all(evaluation)
    };
    format!("{state} {consequence}")
}

/// Whether nothing at all was recorded, so that a sentence per leg would only repeat the headline.
#[must_use]
pub fn is_silent(evaluation: &Evaluation) -> bool {
    all(evaluation).all(|result| result.reading.value.is_none())
}

/// One sentence, or a few, about a leg, and the status of what it names first. None for a leg without measures.
#[must_use]
pub fn leg(leg: &LegResult, context: &Context<'_>) -> Option<(Status, Sentence)> {
    leg.measures().next()?;
    let missing = leg.measures().filter(|result| result.reading.value.is_none()).count();
    if missing == leg.measures().count() {
        let reason = match leg.measures().find_map(|result| result.missing) {
            Some(Missing::NotAtThisLevel) => "Its measures are not reported at this level.",
            Some(Missing::NotYet) => "The period has not begun.",
            _ => "Nothing was recorded in this period.",
        };
        return Some((Status::NoData, Sentence::plain(reason)));
    }
    let (met, of) = targets(leg.measures());
    let rest = [Some(targets_met(met, of)), without_figure(missing)];
    let rest = rest.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let Some(named) = most_telling(leg) else {
        let status = if of == 0 { Status::NoTarget } else { Status::Met };
        return Some((status, Sentence::plain(rest)));
    };
    let format = format_of(named, context);
    let mut sentence = Sentence::default()
        .link(named.measure.title.clone(), context.links.measure(&named.measure.id, &context.place))
        .text(format!(": {}", named.reading.value.map_or_else(String::new, |value| format.text(value))));
    if let Some(change) = change_in_words(named, &format, context) {
        sentence = sentence.text(format!(", {change}"));
    }
    let target = super::target(named.measure.better, named.targets.target, &format);
    sentence = sentence.text(format!("; the target is {target}."));
    if named.status == Status::MissedPerhapsByChance {
        sentence = sentence.text(" Chance could explain that miss.");
    }
    Some((named.status, sentence.text(format!(" {rest}"))))
}

/// What has to be said while the period is still running.
#[must_use]
pub fn running(context: &Context<'_>) -> Option<(String, String)> {
    if !context.is_running() {
        return None;
    }
    let place = &context.place;
    let name = capitalised(&period::name(place.period, context.fiscal_year));
    let reach = context
        .freshness
        .complete_to
        .filter(|&day| place.period.contains(day))
        .map_or_else(String::new, |day| format!(" to {}", period::day(day)));
    let other = period::beside(place.compare_with, place.period, context.fiscal_year);
    Some((
        format!("{name} is still running"),
        format!("Figures{reach} are compared with the whole of {other}; counts and sums are still growing."),
    ))
}

/// How far the legs lie apart, as a label: `Spread 29 points, more than the 20 allowed: imbalance`.
#[must_use]
pub fn spread(evaluation: &Evaluation) -> String {
    let allowed = number::rounded(evaluation.rules.imbalance, 0);
    match evaluation.spread {
        None => "Balance needs at least two scores".to_owned(),
        Some(spread) if evaluation.out_of_balance => format!(
            "Spread {} points, more than the {allowed} allowed: imbalance",
            spread_text(spread, evaluation.rules.imbalance)
        ),
        Some(spread) => format!("Spread {} points, within the {allowed} allowed", number::rounded(spread, 0)),
    }
}

/// The change against the compared period, for a sentence: `1.0 point below September`, `no change on September`.
#[must_use]
pub fn change_in_words(result: &MeasureResult, format: &Format, context: &Context<'_>) -> Option<String> {
    let difference = result.reading.value? - result.before.value?;
    let other = period::beside(context.place.compare_with, context.place.period, context.fiscal_year);
    Some(match format.distance(difference) {
        None => format!("no change on {other}"),
        Some(distance) if difference < 0.0 => format!("{distance} below {other}"),
        Some(distance) => format!("{distance} above {other}"),
    })
}

/// How the numbers of one result are written: one set of decimals for all of them.
#[must_use]
pub fn format_of(result: &MeasureResult, context: &Context<'_>) -> Format {
    let reference = result
        .reading
        .value
        .or(result.before.value)
        .or_else(|| last_known(result).map(|(_, value)| value))
        .or(result.targets.target);
    let mut format = Format::of(&result.measure, &context.currency, reference);
    for goal in crate::page::row::goals(result) {
        format = format.telling_apart(result.reading.value, Some(goal));
    }
    format
}

/// The last period of the history for which there is a value.
#[must_use]
pub fn last_known(result: &MeasureResult) -> Option<(evenkeel_model::period::Period, f64)> {
    result.history.iter().rev().find_map(|&(period, value)| value.map(|value| (period, value)))
}

/// How many targets are met, out of how many that can be judged.
pub fn targets<'a>(results: impl Iterator<Item = &'a MeasureResult>) -> (usize, usize) {
    let (mut met, mut of) = (0, 0);
    for result in results {
        match result.status {
            Status::Met | Status::MetPerhapsByChance => {
                met += 1;
                of += 1;
            }
            Status::Missed | Status::MissedPerhapsByChance => of += 1,
            Status::NoTarget | Status::NoData => {}
        }
    }
    (met, of)
}

fn all(evaluation: &Evaluation) -> impl Iterator<Item = &MeasureResult> {
    evaluation.legs.iter().flat_map(LegResult::measures)
}

fn scored(evaluation: &Evaluation) -> impl Iterator<Item = (&LegResult, f64)> {
    evaluation.legs.iter().filter_map(|leg| leg.score.value.map(|score| (leg, score)))
}

fn met_of_all(evaluation: &Evaluation) -> String {
    let (met, of) = targets(all(evaluation));
    targets_met(met, of)
}

/// Whole points, but one decimal where rounding would hide that the allowed spread is exceeded.
fn spread_text(spread: f64, allowed: f64) -> String {
    let whole = number::rounded(spread, 0);
    if spread > allowed && whole == number::rounded(allowed, 0) { number::rounded(spread, 1) } else { whole }
}

/// The missed measure that scores lowest, sure misses first.
fn furthest(leg: &LegResult) -> Option<&MeasureResult> {
    missed(leg, Status::Missed).or_else(|| missed(leg, Status::MissedPerhapsByChance))
}

fn missed(leg: &LegResult, status: Status) -> Option<&MeasureResult> {
    let score = |result: &MeasureResult| result.performance.unwrap_or(f64::INFINITY);
    leg.measures().filter(|result| result.status == status).reduce(|a, b| if score(b) < score(a) { b } else { a })
}

/// What the sentence of a leg names: a sure miss before one that chance could explain, key measures before others.
fn most_telling(leg: &LegResult) -> Option<&MeasureResult> {
    let pick = |status: Status, key: bool| leg.measures().find(|result| result.status == status && result.key == key);
    pick(Status::Missed, true)
        .or_else(|| furthest(leg).filter(|result| result.status == Status::Missed))
        .or_else(|| pick(Status::MissedPerhapsByChance, true))
        .or_else(|| furthest(leg))
}

#[cfg(test)]
mod tests;
