//! What is said at the top of a scorecard: a headline from the strongest finding, then one sentence per leg.
//!
//! Findings come from a list of sources, strongest first; the first source that has something to say gives the
//! headline. A real deterioration comes before everything else. Without signals a headline rests on scores, balance
//! and targets, which say where things stand and never where they are going.

use evenkeel_model::evaluation::{Evaluation, LegResult, MeasureResult};
use evenkeel_model::period::Period;
use evenkeel_model::reading::Missing;
use evenkeel_model::scoring::Status;
use evenkeel_model::signal::{Judgement, Variation};

use super::{capitalised, period, targets_met, without_figure};
use crate::number::{self, Format};
use crate::page::context::Context;
use crate::words::sentence::Sentence;
use crate::words::signal::{self, Told};

/// The sources of headlines, strongest first.
const SOURCES: [fn(&Evaluation, &Context<'_>) -> Option<String>; 7] =
    [no_measures, nothing_recorded, deterioration, imbalance, improvement, balance, one_score];

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
    Some(format!("Nothing was recorded {}.{last}", period::when(evaluation.period, context.fiscal_year)))
}

/// A measure that became worse, and how the legs stand.
fn deterioration(evaluation: &Evaluation, context: &Context<'_>) -> Option<String> {
    changed(evaluation, context, |judgement| judgement == Judgement::Worse)
}

/// A measure that became better, or one that changed where neither way is good.
fn improvement(evaluation: &Evaluation, context: &Context<'_>) -> Option<String> {
    changed(evaluation, context, |judgement| judgement == Judgement::Better)
        .or_else(|| changed(evaluation, context, |judgement| judgement == Judgement::NoJudgement))
}

fn changed(evaluation: &Evaluation, context: &Context<'_>, wanted: fn(Judgement) -> bool) -> Option<String> {
    let found: Vec<&MeasureResult> =
        by_weight(evaluation).into_iter().filter(|result| signal::latest(result).is_some_and(wanted)).collect();
    let told = Told::new(found.first()?, context)?;
    let meaning = signal::meaning(signal::latest(found[0])?);
    let more = match found.len() - 1 {
        0 => String::new(),
        1 => format!("; one more measure shows {meaning}"),
        n => format!("; {} more measures show {meaning}", super::spelled(n)),
    };
    Some(format!("{} {}{more}. {}", found[0].measure.title, told.clause()?, standing(evaluation, context)))
}

/// The measures that show a signal: key measures before others, then those of the leg that has most, the bad before
/// the good.
fn by_weight(evaluation: &Evaluation) -> Vec<&MeasureResult> {
    let worse =
        |leg: &LegResult| leg.measures().filter(|result| signal::latest(result) == Some(Judgement::Worse)).count();
    let mut found: Vec<(&MeasureResult, usize)> = evaluation
        .legs
        .iter()
        .flat_map(|leg| leg.measures().map(move |result| (result, worse(leg))))
        .filter(|(result, _)| signal::latest(result).is_some())
        .collect();
    found.sort_by_key(|(result, in_leg)| (severity(result), !result.key, std::cmp::Reverse(*in_leg)));
    found.into_iter().map(|(result, _)| result).collect()
}

/// Worse comes before better, and better before a change without judgement.
fn severity(result: &MeasureResult) -> u8 {
    match signal::latest(result) {
        Some(Judgement::Worse) => 0,
        Some(Judgement::Better) => 1,
        Some(Judgement::NoJudgement) => 2,
        None => 3,
    }
}

/// The signals in sentences, worst first, at most so many.
#[must_use]
pub fn signals(evaluation: &Evaluation, most: usize, context: &Context<'_>) -> Vec<Sentence> {
    let sentence = |result: &MeasureResult| {
        let clause = Told::new(result, context)?.clause_with_meaning()?;
        let url = context.links.measure(&result.measure.id, &context.place);
        Some(Sentence::default().link(result.measure.title.clone(), url).text(format!(" {clause}.")))
    };
    by_weight(evaluation).into_iter().filter_map(sentence).take(most).collect()
}

/// How the legs stand to each other, in one sentence.
fn standing(evaluation: &Evaluation, context: &Context<'_>) -> String {
    weak_leg(evaluation, context).or_else(|| in_balance(evaluation, context)).unwrap_or_else(|| met_of_all(evaluation))
}

fn imbalance(evaluation: &Evaluation, context: &Context<'_>) -> Option<String> {
    let state = weak_leg(evaluation, context)?;
    let (weakest, _) = scored(evaluation).reduce(|a, b| if b.1 < a.1 { b } else { a })?;
    let consequence = furthest(weakest)
        .map_or_else(String::new, |result| format!(" Furthest from its target: {}.", result.measure.title));
    Some(format!("{state}{consequence}"))
}

fn weak_leg(evaluation: &Evaluation, context: &Context<'_>) -> Option<String> {
    if !evaluation.out_of_balance {
        return None;
    }
    let (weakest, _) = scored(evaluation).reduce(|a, b| if b.1 < a.1 { b } else { a })?;
    let (strongest, _) = scored(evaluation).reduce(|a, b| if b.1 > a.1 { b } else { a })?;
    Some(format!(
        "The weak {} is {}, {} points below {}.",
        context.place.arrangement.singular(),
        weakest.title,
        spread_text(evaluation.spread?, evaluation.rules.imbalance),
        strongest.title
    ))
}

fn balance(evaluation: &Evaluation, context: &Context<'_>) -> Option<String> {
    Some(format!("{} {}", in_balance(evaluation, context)?, met_of_all(evaluation)))
}

fn in_balance(evaluation: &Evaluation, context: &Context<'_>) -> Option<String> {
    evaluation.spread?;
    let low = number::score(scored(evaluation).map(|(_, score)| score).reduce(f64::min)?).text;
    let high = number::score(scored(evaluation).map(|(_, score)| score).reduce(f64::max)?).text;
    let group = context.place.arrangement.plural();
    Some(if low == high {
        format!("The {group} are in balance: all stand at {low} of 100.")
    } else {
        format!("The {group} are in balance, from {low} to {high} of 100.")
    })
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

/// What is said about a leg.
#[derive(Debug, Clone, PartialEq)]
pub struct LegFinding<'a> {
    /// The status of what is named first.
    pub status: Status,
    /// The measure whose signal is named first, where one is.
    pub signal: Option<&'a MeasureResult>,
    /// One sentence, or a few.
    pub text: Sentence,
}

/// One sentence, or a few, about a leg: its signals, then what it misses, then its targets. None for a leg without
/// measures.
#[must_use]
pub fn leg<'a>(leg: &'a LegResult, context: &Context<'_>) -> Option<LegFinding<'a>> {
    leg.measures().next()?;
    let missing = leg.measures().filter(|result| result.reading.value.is_none()).count();
    if missing == leg.measures().count() {
        let reason = match leg.measures().find_map(|result| result.missing.as_ref()) {
            Some(Missing::NotAtThisLevel) => "Its measures are not reported at this level.",
            Some(Missing::NotYet) => "The period has not begun.",
            Some(Missing::KnownFrom(_)) => "Its measures are not known yet.",
            Some(Missing::TooFew) => "Too few people answered, here or beside it, for its figures to be shown.",
            _ => "Nothing was recorded in this period.",
        };
        return Some(LegFinding { status: Status::NoData, signal: None, text: Sentence::plain(reason) });
    }
    let (met, of) = targets(leg.measures());
    let rest = [Some(targets_met(met, of)), without_figure(missing)];
    let rest = rest.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let (signal, said) = leg_signals(leg, context);
    // A signal says more than a miss; beside good news a miss is still said.
    let named = match signal {
        Some(result) if signal::latest(result) == Some(Judgement::Worse) => None,
        _ => most_telling(leg),
    };
    let status = match (signal.or(named), of) {
        (Some(result), _) => result.status,
        (None, 0) => Status::NoTarget,
        (None, _) => Status::Met,
    };
    let text = named.map_or(said.clone(), |result| said.join(missed_in_words(result, context)));
    Some(LegFinding { status, signal, text: text.text(rest) })
}

/// The first signal of a leg in a sentence, and how many more there are.
fn leg_signals<'a>(leg: &'a LegResult, context: &Context<'_>) -> (Option<&'a MeasureResult>, Sentence) {
    let mut found: Vec<&MeasureResult> = leg.measures().filter(|result| signal::latest(result).is_some()).collect();
    found.sort_by_key(|result| (severity(result), !result.key));
    let first = found.first().copied();
    let clause = first.and_then(|result| Told::new(result, context)?.clause_with_meaning());
    let (Some(result), Some(clause)) = (first, clause) else { return (None, Sentence::default()) };
    let more = match found.len() - 1 {
        0 => String::new(),
        1 => "One more measure shows a signal. ".to_owned(),
        n => format!("{} more measures show a signal. ", capitalised(&super::spelled(n))),
    };
    let url = context.links.measure(&result.measure.id, &context.place);
    let said = Sentence::default().link(result.measure.title.clone(), url).text(format!(" {clause}. {more}"));
    (first, said)
}

/// A measure with its value, its change and its target, with a space behind.
fn missed_in_words(result: &MeasureResult, context: &Context<'_>) -> Sentence {
    let format = format_of(result, context);
    let mut sentence = Sentence::default()
        .link(result.measure.title.clone(), context.links.measure(&result.measure.id, &context.place))
        .text(format!(": {}", result.reading.value.map_or_else(String::new, |value| format.text(value))));
    if let Some(change) = change_in_words(result, &format, context) {
        sentence = sentence.text(format!(", {change}"));
        // A period that is still running is not judged.
        if is_usual(result) && !context.is_running() {
            sentence = sentence.text(", which is usual variation");
        }
    }
    let target = super::target(result.measure.better, result.targets.target, &format);
    sentence = sentence.text(format!("; the target is {target}. "));
    if result.status == Status::MissedPerhapsByChance {
        sentence = sentence.text("Chance could explain that miss. ");
    }
    sentence
}

fn is_usual(result: &MeasureResult) -> bool {
    result.signal.as_ref().is_some_and(|signal| signal.variation == Variation::Usual)
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
    let compared = context.compared();
    let other = period::beside(compared, place.period, context.fiscal_year);
    let same = if compared == place.compare_with { "the whole of " } else { "the same days before: " };
    Some((
        format!("{name} is still running"),
        format!("Figures{reach} are compared with {same}{other}; counts and sums are still growing."),
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
        Some(spread) => {
            let points = number::rounded(spread, 0);
            let noun = if points == "1" { "point" } else { "points" };
            format!("Spread {points} {noun}, within the {allowed} allowed")
        }
    }
}

/// What a result is compared with, and the period that it is of.
#[must_use]
pub fn compared(result: &MeasureResult, context: &Context<'_>) -> (Period, Period) {
    match result.rolling {
        Some(rolling) => (rolling.compare_with, rolling.period),
        None => (context.compared(), context.place.period),
    }
}

/// The change against the compared period, for a sentence: `1.0 point below September`, `no change on September`.
#[must_use]
pub fn change_in_words(result: &MeasureResult, format: &Format, context: &Context<'_>) -> Option<String> {
    let difference = result.reading.value? - result.before.value?;
    let (compared, period) = compared(result, context);
    let other = period::beside(compared, period, context.fiscal_year);
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

/// The legs that have a score and count in the whole.
pub fn scored(evaluation: &Evaluation) -> impl Iterator<Item = (&LegResult, f64)> {
    let counting = evaluation.legs.iter().filter(|leg| leg.weight > 0.0);
    counting.filter_map(|leg| leg.score.value.map(|score| (leg, score)))
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
