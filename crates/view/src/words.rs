//! Wording: every sentence and label that a reader sees.
//!
//! State first, then consequence. A change that is smaller than rounding is “no change”; nothing is said to
//! improve, drop or trend, because a single month does not show that. Ranges are written with “to”, rules in
//! words, and nobody is ranked.

pub mod charter;
pub mod choosing;
pub mod comparison;
pub mod course;
pub mod definition;
pub mod finding;
pub mod help;
pub mod period;
pub mod reading;
pub mod record;
pub mod rejected;
pub mod schedule;
pub mod scoring;
pub mod sentence;
pub mod signal;
pub mod sql;
pub mod standards;
pub mod watching;

use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{Break, Direction, Measure};
use evenkeel_model::reading::Missing;
use evenkeel_model::scoring::Status;

use crate::number::Format;

/// Whether the target is met, as a label.
#[must_use]
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Met => "Target met",
        Status::MetPerhapsByChance => "Target met, could be chance",
        Status::MissedPerhapsByChance => "Target missed, could be chance",
        Status::Missed => "Target missed",
        Status::NoTarget => "No target",
        Status::NoData => "Not enough data",
    }
}

/// The rule that a value has to follow: `at least 82 %`, `at most 24 h`, `in 10 to 15 %`, `no target`.
#[must_use]
pub fn target(better: Direction, target: Option<f64>, format: &Format) -> String {
    match (better, target) {
        (Direction::Within { low, high }, _) => format!("in {}", format.goal_range(low, high)),
        (Direction::Higher, Some(value)) => format!("at least {}", format.goal(value)),
        (Direction::Lower, Some(value)) => format!("at most {}", format.goal(value)),
        (Direction::Neither, _) => "context only".to_owned(),
        (_, None) => "no target".to_owned(),
    }
}

/// Which way is better, in words.
#[must_use]
pub fn direction(better: Direction, format: &Format) -> String {
    match better {
        Direction::Higher => "higher is better".to_owned(),
        Direction::Lower => "lower is better".to_owned(),
        Direction::Within { low, high } => format!("best in {}", format.goal_range(low, high)),
        Direction::Neither => "context only: neither way is better".to_owned(),
    }
}

/// Why there is no value of a measure, as a label.
#[must_use]
pub fn missing(missing: &Missing, measure: &Measure) -> String {
    let title = |part: &MeasureId| title_of_part(measure, part).unwrap_or_else(|| part.to_string());
    match missing {
        Missing::NoRows => "nothing was recorded in this period".to_owned(),
        Missing::NotYet => "the period has not begun".to_owned(),
        Missing::KnownFrom(day) => format!("not yet: known from {}", period::full_day(*day)),
        Missing::Redefined(day) => {
            format!("its definition changed on {}, inside this period", period::full_day(*day))
        }
        Missing::NotAtThisLevel => "this measure is not reported at this level".to_owned(),
        Missing::Part { part, because } => {
            format!("no figure for {}: {}", title(part), self::missing(because, measure))
        }
        Missing::DividedByZero => "it would be divided by zero".to_owned(),
        Missing::TooFine => "readings were worked out for longer periods only".to_owned(),
        Missing::TooFew => {
            "too few people answered, here or beside it, for this to be shown without telling who said what".to_owned()
        }
        Missing::TooFewParts { missing } => {
            let titles: Vec<String> = missing.iter().map(title).collect();
            format!("too many of its parts have no figure: {}", listed(&titles))
        }
    }
}

/// A change of definition, with the series in mind: `version 2 since 1 April 2026 (another scale)`.
#[must_use]
pub fn change_of_definition(change: &Break, measure: &Measure) -> String {
    let whose = if change.measure == measure.id { String::new() } else { format!("{}: ", change.title) };
    format!("{whose}version {} since {}: {}", change.version, period::full_day(change.on), change.reason)
}

/// What people call a measure that another one is worked out from, through however many others.
fn title_of_part(measure: &Measure, id: &MeasureId) -> Option<String> {
    let parts = measure.formula.parts();
    let own = parts.iter().find(|part| part.id == *id).map(|part| part.title.clone());
    own.or_else(|| parts.into_iter().find_map(|part| title_of_part(part, id)))
}

/// A small number as a word, for sentences: `five`, `13`.
#[must_use]
pub fn spelled(n: usize) -> String {
    const WORDS: [&str; 13] =
        ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    WORDS.get(n).map_or_else(|| crate::number::count(n as u64), |word| (*word).to_owned())
}

/// The text with a capital first letter.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A text in one line, and what does not fit into so many characters left off: `The lift was out of …`.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= most {
        return line;
    }
    let kept: String = line.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// The items with commas and a last “and”: `Customer, Business and Employee`.
#[must_use]
pub fn listed<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [rest @ .., last] => {
            let rest: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", rest.join(", "), last.as_ref())
        }
    }
}

/// How many of so many targets are met, as a sentence: `Five of six targets are met.`
#[must_use]
pub fn targets_met(met: usize, of: usize) -> String {
    match (met, of) {
        (_, 0) => "No measure has a target.".to_owned(),
        (1, 1) => "The one target is met.".to_owned(),
        (0, 1) => "The one target is missed.".to_owned(),
        (0, of) => format!("None of {} targets is met.", spelled(of)),
        (met, of) if met == of => format!("All {} targets are met.", spelled(of)),
        (1, of) => format!("One of {} targets is met.", spelled(of)),
        (met, of) => format!("{} of {} targets are met.", capitalised(&spelled(met)), spelled(of)),
    }
}

/// How many measures have no figure, as a sentence; none when all have one.
#[must_use]
pub fn without_figure(n: usize) -> Option<String> {
    match n {
        0 => None,
        1 => Some("One measure has no figure.".to_owned()),
        n => Some(format!("{} measures have no figure.", capitalised(&spelled(n)))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_counts() {
        assert_eq!(listed::<&str>(&[]), "");
        assert_eq!(listed(&["Customer"]), "Customer");
        assert_eq!(listed(&["Customer", "Business"]), "Customer and Business");
        assert_eq!(listed(&["A", "B", "C"]), "A, B and C");
        assert_eq!(spelled(12), "twelve");
        assert_eq!(spelled(1300), "1,300");
        assert_eq!(capitalised("élan"), "Élan");
        assert_eq!(capitalised(""), "");
    }

    #[test]
    fn targets() {
        let check = |met: usize, of: usize, text: &str| assert_eq!(targets_met(met, of), text);
        check(0, 0, "No measure has a target.");
        check(1, 1, "The one target is met.");
        check(0, 1, "The one target is missed.");
        check(0, 4, "None of four targets is met.");
        check(1, 4, "One of four targets is met.");
        check(3, 14, "Three of 14 targets are met.");
        check(4, 4, "All four targets are met.");
        assert_eq!(without_figure(0), None);
        assert_eq!(without_figure(3).as_deref(), Some("Three measures have no figure."));
    }
}
