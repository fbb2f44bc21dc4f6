//! What performance standards say: levels, their evidence, and what a rating is and is not.

use evenkeel_model::comparison::Standing;
use evenkeel_model::measure::{Direction, Measure};
use evenkeel_model::performance::{Element, Level, Rated, Whole};
use jiff::civil::Date;

use crate::number::{self, Currency, Format};
use crate::page::row::counted_noun;
use crate::words::period;

/// A level as a label.
#[must_use]
pub fn level(of: Option<Level>) -> &'static str {
    match of {
        None => "Not rated",
        Some(Level::Unacceptable) => "Unacceptable",
        Some(Level::MinimallySuccessful) => "Minimally Successful",
        Some(Level::FullySuccessful) => "Fully Successful",
        Some(Level::ExceedsFullySuccessful) => "Exceeds Fully Successful",
        Some(Level::Outstanding) => "Outstanding",
    }
}

/// A level as a name for programs.
#[must_use]
pub fn code(of: Option<Level>) -> &'static str {
    match of {
        None => "not-rated",
        Some(Level::Unacceptable) => "unacceptable",
        Some(Level::MinimallySuccessful) => "minimally-successful",
        Some(Level::FullySuccessful) => "fully-successful",
        Some(Level::ExceedsFullySuccessful) => "exceeds-fully-successful",
        Some(Level::Outstanding) => "outstanding",
    }
}

/// The levels that a likely range allows; none where it allows one.
#[must_use]
pub fn could_be(low: Level, high: Level) -> Option<String> {
    (low != high).then(|| format!("{} to {}", level(Some(low)), level(Some(high))))
}

/// How to read ratings.
#[must_use]
pub fn lead(fixed_on: Option<Date>) -> Vec<String> {
    let mut said = vec![
        "Levels follow from adjusted figures: like for like, and pulled towards all by as much as own data leave doubt. \
         Nobody is ranked, and no share of people is meant to have any level."
            .to_owned(),
        "The whole is the highest level that at least half of the weight reaches. It is Unacceptable if and only if a \
         critical element is, and not rated where a critical element or more than half of the weight is not."
            .to_owned(),
        "A rating is what figures propose. Whoever leads the person decides, and the person can dispute every row."
            .to_owned(),
    ];
    if let Some(day) = fixed_on {
        said.push(format!("The standards were fixed on {}.", period::full_day(day)));
    }
    said
}

/// What is expected of an element, Fully Successful first.
#[must_use]
pub fn expected(element: &Element, measure: &Measure, currency: &Currency) -> String {
    let lines = &element.thresholds;
    let format = Format::of(measure, currency, Some(lines.fully_successful));
    let bound = if measure.better == Direction::Lower { "at most" } else { "at least" };
    let title = format!("{}{}: ", element.title, critical(element.critical));
    let levels = [
        ("Fully Successful", Some(lines.fully_successful)),
        ("Exceeds Fully Successful", lines.exceeds),
        ("Outstanding", lines.outstanding),
        ("Minimally Successful", lines.minimally_successful),
    ];
    let levels: Vec<String> =
        levels.into_iter().filter_map(|(name, line)| Some(format!("{name} {bound} {}", format.goal(line?)))).collect();
    format!("{title}{}.", levels.join(", "))
}

/// A mark behind the name of an element.
#[must_use]
pub fn critical(critical: bool) -> &'static str {
    if critical { " (critical)" } else { "" }
}

/// The evidence of one element.
#[must_use]
pub fn element_sentence(measure: &Measure, standing: Option<&Standing>, format: &Format) -> String {
    let Some(standing) = standing else { return format!("No {} in this time.", measure.noun) };
    let counted = number::counted(standing.observations.round() as u64, &counted_noun(measure));
    let figure = standing.figure.map_or_else(String::new, |figure| format!("{} on ", format.text(figure)));
    match (standing.adjusted, standing.likely_range) {
        (Some(adjusted), Some((low, high))) => {
            format!("{figure}{counted}; adjusted {}, likely {}.", format.text(adjusted), format.range(low, high).text)
        }
        _ => format!("{figure}{counted}: too few to rate."),
    }
}

/// Why the whole is what it is, where that does not follow at a glance.
#[must_use]
pub fn whole_sentence(whole: Whole, elements: &[Rated]) -> Option<String> {
    let short = elements.iter().any(|one| one.critical && one.level == Some(Level::MinimallySuccessful));
    match whole {
        Whole::CriticalNotRated => Some("Too little is known of a critical element.".to_owned()),
        Whole::TooLittleRated => Some("Too little is known of most elements.".to_owned()),
        Whole::Level(Level::Unacceptable) => {
            Some("A critical element is unacceptable. Before anything follows, a person looks at the rows.".to_owned())
        }
        Whole::Level(Level::FullySuccessful) if short => {
            Some("Not above Fully Successful, because a critical element is short of it.".to_owned())
        }
        Whole::Level(_) => None,
    }
}
