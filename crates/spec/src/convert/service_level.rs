//! Service level policies: days, durations, and rules that can be reached.

use evenkeel_model::case::{Status, Statuses};
use evenkeel_model::measure::{DurationUnit, ValueUnit};
use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_model::quantity::{QuantityError, duration_unit, parse_quantity};
use evenkeel_model::service_level::{Clock, Conditions, Policy, Rule, Target, Targets, Version};
use jiff::tz::TimeZone;

use super::names::{self, Form};
use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::{Span, Spanned};
use crate::raw;
use crate::suggest::{clipped, quoted};

/// The longest promise: ten years. Anything longer was meant otherwise.
const LONGEST_S: f64 = 10.0 * 366.0 * 86_400.0;

/// A policy; versions begin at midnight in the zone of the project.
pub(crate) fn service_level(raw: raw::ServiceLevel, zone: &TimeZone, findings: &mut Findings) -> Option<Policy> {
    let raw::ServiceLevel { service_level, title, versions } = raw;
    let id = service_level.map(|id| id.with(id.value.0.clone()));
    if let Some(id) = &id {
        names::check(id, "a service level policy", Form::Slug, findings);
    }
    let mut begins: Vec<(i64, Span)> = Vec::new();
    let mut converted = Vec::new();
    for raw::Version { from, rules, at } in versions?.0 {
        let (valid_from, span) = match from {
            Some(from) => (first_instant(&from, zone, findings), from.span),
            None => (Some(i64::MIN), at),
        };
        let rules = rules.map(|rules| self::rules(rules.0, findings));
        let Some(valid_from) = valid_from else { continue };
        match begins.iter().find(|(known, _)| *known == valid_from) {
            Some((_, first)) => {
                let message = "two versions begin on one day; which of them holds then cannot be told";
                let found = Diagnostic::error(code::DEFINED_TWICE, &span, message)
                    .label("begins here")
                    .related(first, "so does this one");
                findings.push(found.help("give the later one the day from which it holds: `from: 2026-01-01`"));
            }
            None => begins.push((valid_from, span)),
        }
        converted.extend(rules.map(|rules| Version { valid_from, rules }));
    }
    let id = id?;
    let title = title.map_or_else(|| names::title(&id.value), |title| title.value.0);
    // What can be wrong with the whole has been reported above; this only makes sure that none of it is forgotten.
    Policy::new(&id.value, &title, converted)
        .map_err(|error| {
            if findings.errors() == 0 {
                let found = Diagnostic::error(code::EMPTY, &id.span, clipped(&error.to_string()));
                findings.push(found.help("write what is promised, or take the file out of the project"));
            }
        })
        .ok()
}

/// The instant at which a day begins, in microseconds since 1970.
fn first_instant(text: &Spanned<raw::Text>, zone: &TimeZone, findings: &mut Findings) -> Option<i64> {
    let day = Period::parse(&text.value.0, FiscalYear::default()).ok();
    let day = day.filter(|period| period.start() == period.last_day()).map(Period::start);
    let instant = day.and_then(|day| day.to_zoned(zone.clone()).ok()).map(|begin| begin.timestamp().as_microsecond());
    if instant.is_none() {
        let message = format!("`from` needs a day, not {}", quoted(&text.value.0));
        let found = Diagnostic::error(code::BAD_PERIOD, &text.span, message);
        findings.push(found.help("write the first day on which it holds, for example `2026-01-01`"));
    }
    instant
}

fn rules(rules: Vec<raw::Rule>, findings: &mut Findings) -> Vec<Rule> {
    let mut takes_all: Option<Span> = None;
    let mut converted = Vec::with_capacity(rules.len());
    for raw::Rule { when, first_response, next_response, resolution, requester_wait, at } in rules {
        if let Some(first) = &takes_all {
            let found = Diagnostic::warning(code::NO_EFFECT, &at, "no case comes to this rule")
                .related(first, "this one has no `when` and takes them all");
            findings.push(found.help("put the rule without `when` last"));
        }
        let when = when.map(|when| conditions(when.value, findings)).unwrap_or_default();
        if when == Conditions::default() && takes_all.is_none() {
            takes_all = Some(at);
        }
        let targets = Targets {
            first_response: first_response.and_then(|promise| target(promise, "first_response", findings)),
            next_response: next_response.and_then(|promise| target(promise, "next_response", findings)),
            resolution: resolution.and_then(|promise| target(promise, "resolution", findings)),
            requester_wait: requester_wait.and_then(|promise| target(promise, "requester_wait", findings)),
        };
        converted.push(Rule { when, targets });
    }
    converted
}

fn conditions(raw: raw::Conditions, findings: &mut Findings) -> Conditions {
    let raw::Conditions { priority, channel, segment, topic, unit } = raw;
    let mut values = |given: Option<raw::Values>, key: &str| -> Vec<String> {
        let Some(given) = given else { return Vec::new() };
        let values: Vec<String> = given.value.into_vec().into_iter().map(|value| value.value.0).collect();
        if values.is_empty() {
            let found = Diagnostic::error(code::EMPTY, &given.span, format!("`{key}` lists no value"));
            findings.push(found.help("write at least one value; without the key, every case fits"));
        }
        values
    };
    Conditions {
        priority: values(priority, "priority"),
        channel: values(channel, "channel"),
        segment: values(segment, "segment"),
        topic: values(topic, "topic"),
        unit: values(unit, "unit"),
    }
}

fn target(raw: raw::Promise, name: &str, findings: &mut Findings) -> Option<Target> {
    let (within, clock, pauses) = match raw {
        raw::Promise::Within(within) => (Some(within), None, None),
        raw::Promise::Full(raw::TimedPromise { within, clock, pauses }) => (within, clock, pauses),
    };
    let clock = match clock.map(|clock| clock.value) {
        None | Some(raw::Clock::Calendar) => Clock::Calendar,
        Some(raw::Clock::Business) => Clock::Business,
    };
    let pauses = pauses.map_or(Statuses::NONE, |pauses| statuses(pauses.value.into_vec(), name, findings));
    let within_s = seconds(&within?, clock, name, findings)?;
    Some(Target::new(within_s, clock).pausing(pauses))
}

fn statuses(pauses: Vec<Spanned<raw::Pause>>, name: &str, findings: &mut Findings) -> Statuses {
    let mut statuses = Statuses::NONE;
    for pause in pauses {
        let status = match pause.value {
            raw::Pause::Pending => Status::Pending,
            raw::Pause::Hold => Status::Hold,
        };
        if name == "requester_wait" && status == Status::Pending {
            let message = "the requester wait always stands still in `pending`";
            let found = Diagnostic::warning(code::NO_EFFECT, &pause.span, message);
            findings.push(found.help("take it out; only `hold` makes a difference here"));
        }
        statuses = statuses.and(Statuses::of(&[status]));
    }
    statuses
}

/// A promise in whole seconds.
fn seconds(text: &Spanned<raw::Quantity>, clock: Clock, name: &str, findings: &mut Findings) -> Option<u32> {
    let written = text.value.0.as_str();
    let value = match parse_quantity(written, &ValueUnit::Duration(DurationUnit::Hours)) {
        Ok(value) => value,
        Err(error) => {
            let (message, help) = match &error {
                QuantityError::NoUnit { .. } => (error.to_string(), error.help()),
                _ => (
                    format!("{} is not a duration", quoted(written)),
                    "write a number with a unit of time, for example `30 min` or `4 h`".to_owned(),
                ),
            };
            findings.push(Diagnostic::error(code::BAD_QUANTITY, &text.span, clipped(&message)).help(clipped(&help)));
            return None;
        }
    };
    let whole = value.round();
    if !(1.0..=LONGEST_S).contains(&whole) {
        let message = format!("{} is no time in which `{name}` can be promised", quoted(written));
        let found = Diagnostic::error(code::OUT_OF_RANGE, &text.span, message);
        findings.push(found.help("write a duration from `1 s` to ten years, or take the promise out"));
        return None;
    }
    // A millionth of a second is what arithmetic with decimals leaves over: 1.1 h is 3960.0000000000005 s.
    if (value - whole).abs() > 1e-6 {
        let message = format!("{} is not a whole number of seconds", quoted(written));
        findings.push(Diagnostic::error(code::BAD_QUANTITY, &text.span, message).help("write whole seconds"));
        return None;
    }
    if clock == Clock::Business && in_days(written) {
        let message =
            format!("{} of business time is not clear: a working day is as long as its calendar says", quoted(written));
        let found = Diagnostic::error(code::BAD_QUANTITY, &text.span, message);
        findings.push(found.help("write hours: two days of eight hours are `16 h`"));
        return None;
    }
    Some(whole as u32)
}

/// Whether a duration is written in days.
fn in_days(text: &str) -> bool {
    let unit = text.trim_start_matches(|char: char| !char.is_alphabetic()).trim();
    duration_unit(unit) == Some(DurationUnit::Days)
}
