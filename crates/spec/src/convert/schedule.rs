//! Times at which something is done again and again.

use evenkeel_model::measure::{DurationUnit, ValueUnit};
use evenkeel_model::quantity::parse_quantity;
use evenkeel_model::schedule::{MOST_TIMES, STRETCHES, Schedule};
use jiff::civil::Time;

use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::Spanned;
use crate::raw;
use crate::suggest::quoted;

/// What is said of both forms.
const EITHER: &str = "write `import: { every: 15 minutes }` or `import: { daily: 06:30 }`";

/// When a source is imported; none while people do so by hand, and after a mistake.
pub(super) fn import(raw: raw::Import, findings: &mut Findings) -> Option<Schedule> {
    let raw::Times { every, daily, silent } = match raw {
        raw::Import::ByHand(_) => return None,
        raw::Import::Times(times) => times,
    };
    match (every, daily) {
        (Some(every), None) => stretch(&every, findings),
        (None, Some(daily)) => times(daily, findings),
        (None, None) => {
            if let Some(at) = silent {
                let found = Diagnostic::error(code::BAD_SCHEDULE, &at, "`import` does not say when");
                findings.push(found.help(EITHER));
            }
            None
        }
        (Some(every), Some(daily)) => {
            let found = Diagnostic::error(code::BAD_SCHEDULE, &daily.span, "`import` has both `every` and `daily`");
            findings.push(found.related(&every.span, "the other one").help("take one of them out"));
            None
        }
    }
}

fn stretch(written: &Spanned<raw::Quantity>, findings: &mut Findings) -> Option<Schedule> {
    let text = written.value.0.as_str();
    let seconds = parse_quantity(text, &ValueUnit::Duration(DurationUnit::Minutes)).ok();
    let minutes = seconds.map(|seconds| seconds / 60.0).filter(|minutes| minutes.fract() == 0.0);
    let minutes = minutes.filter(|minutes| (0.0..=f64::from(u32::MAX)).contains(minutes)).map(|minutes| minutes as u32);
    match minutes {
        Some(minutes) if STRETCHES.contains(&minutes) => Some(Schedule::Every { minutes }),
        _ => {
            let message = format!("`every` needs whole minutes, from one minute to seven days, not {}", quoted(text));
            let found = Diagnostic::error(code::BAD_SCHEDULE, &written.span, message);
            findings.push(found.help("write minutes, hours or days with their unit: `every: 15 minutes`"));
            None
        }
    }
}

fn times(written: Spanned<raw::OneOrMany<Spanned<raw::Text>>>, findings: &mut Findings) -> Option<Schedule> {
    let span = written.span;
    let written = written.value.into_vec();
    if written.is_empty() || written.len() > MOST_TIMES {
        let message = format!("`daily` needs one to {MOST_TIMES} times of day");
        findings.push(Diagnostic::error(code::BAD_SCHEDULE, &span, message).help("write `daily: 06:30`"));
        return None;
    }
    let all = written.len();
    let mut at: Vec<Time> = written.iter().filter_map(|text| time_of_day(text, findings)).collect();
    if at.len() < all {
        return None;
    }
    at.sort_unstable();
    if at.windows(2).any(|pair| pair.first() == pair.last()) {
        let found = Diagnostic::error(code::BAD_SCHEDULE, &span, "`daily` has one time of day twice");
        findings.push(found.help("take one of the two out"));
        return None;
    }
    Some(Schedule::Daily { at })
}

fn time_of_day(written: &Spanned<raw::Text>, findings: &mut Findings) -> Option<Time> {
    let text = written.value.0.as_str();
    let digits = |part: &str| match part.len() {
        1 | 2 if part.bytes().all(|byte| byte.is_ascii_digit()) => part.parse::<i8>().ok(),
        _ => None,
    };
    let parts = text.split_once(':').filter(|(_, minute)| minute.len() == 2);
    let time = parts.and_then(|(hour, minute)| Time::new(digits(hour)?, digits(minute)?, 0, 0).ok());
    if time.is_none() {
        let message = format!("{} is not a time of day", quoted(text));
        let found = Diagnostic::error(code::BAD_SCHEDULE, &written.span, message);
        let help = "write hours and minutes from `00:00` to `23:59`, in the time zone of the project: `daily: 06:30`";
        findings.push(found.help(help));
    }
    time
}
