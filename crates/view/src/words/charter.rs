//! Promises in words: what has to be reached, whether it was, and what that rests on.

use evenkeel_model::charter::{Certainty, Course, Promise, PromiseResult, Proof, Tally, Unmeasured, Verdict};
use evenkeel_model::measure::{Direction, Measure, ValueUnit};
use evenkeel_model::period::FiscalYear;

use super::{capitalised, period, spelled};
use crate::number::{self, Format};

/// Whether a promise was kept, in a few words.
#[must_use]
pub fn verdict(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Kept(Certainty::WithinChance) => "Kept, narrowly",
        Verdict::Kept(_) => "Kept",
        Verdict::NotKept(Certainty::WithinChance) => "Not kept, narrowly",
        Verdict::NotKept(_) => "Not kept",
        Verdict::TooFew => "Too few to say",
        Verdict::NotMeasured(_) => "Not measured",
    }
}

/// What has to be reached: `within 120 h, at least 90 % of the time`, `at least 80 %`. `named` is the measure that the
/// charter names.
#[must_use]
pub fn standard(proof: &Proof, named: &Measure, format: &Format, threshold_format: &Format) -> String {
    let value = super::target(proof.measure.better, Some(proof.standard.value), format);
    let Some(threshold) = proof.standard.threshold else {
        let is_share = proof.measure.unit == ValueUnit::Percent && proof.measure.better == Direction::Higher;
        return if is_share { format!("{value} of the time") } else { value };
    };
    let limit = limit(threshold, &named.unit, threshold_format);
    let limit = match (named.better, &named.unit) {
        (Direction::Lower, ValueUnit::Duration(_)) => format!("within {limit}"),
        (Direction::Lower, _) => format!("at most {limit}"),
        _ => format!("at least {limit}"),
    };
    format!("{limit}, {value} of the time")
}

/// A threshold as people say it: whole days are days, whatever unit the measure is shown in.
pub(crate) fn limit(threshold: f64, unit: &ValueUnit, format: &Format) -> String {
    const DAY: f64 = 86_400.0;
    let days = threshold / DAY;
    if matches!(unit, ValueUnit::Duration(_)) && days >= 1.0 && days.fract() == 0.0 {
        return number::counted(days as u64, "days");
    }
    format.goal(threshold)
}

/// What a verdict rests on, as a sentence.
#[must_use]
pub fn evidence(
    promise: &Promise,
    result: &PromiseResult,
    proof: &Proof,
    format: &Format,
    fiscal: FiscalYear,
) -> String {
    let measure = &proof.measure;
    let value = result.reading.value.map(|value| format.text(value)).unwrap_or_default();
    let link = if measure.unit == ValueUnit::Percent { "of" } else { "from" };
    let found = format!("{value} {link} {}", counted(measure, result));
    let goal = super::target(measure.better, Some(proof.standard.value), format);
    let range = result.likely_range.map(|(low, high)| format.range(low, high).text);
    let certainty = match &result.verdict {
        Verdict::NotMeasured(why) => return format!("{}.", capitalised(&unmeasured(why, promise, measure, fiscal))),
        Verdict::TooFew => {
            let fewest = number::count(promise.fewest.into());
            return format!("{found}; the standard is {goal}. Fewer than {fewest} are too few to say.");
        }
        Verdict::Kept(certainty) | Verdict::NotKept(certainty) => certainty,
    };
    let weighed = match (certainty, range) {
        (Certainty::BeyondChance, Some(range)) => format!("The whole likely range, {range}, lies on that side of it."),
        (Certainty::WithinChance, Some(range)) => {
            format!("The likely range, {range}, includes it, so chance could explain the difference.")
        }
        (_, _) => "No likely range is known, so chance cannot be weighed.".to_owned(),
    };
    format!("{found}; the standard is {goal}. {weighed}")
}

/// What a figure is out of: `417 complaints`.
#[must_use]
pub fn counted(measure: &Measure, result: &PromiseResult) -> String {
    number::counted(measure.rests_on(&result.reading).round() as u64, &measure.noun)
}

/// Why a promise is not measured.
#[must_use]
pub fn unmeasured(why: &Unmeasured, promise: &Promise, measure: &Measure, fiscal: FiscalYear) -> String {
    match why {
        Unmeasured::NothingProvesIt => nothing_proves_it(promise, fiscal),
        Unmeasured::NotForPeople => match &measure.about.not_for_people {
            Some(instead) => format!("this promise is not told of one person. {instead}"),
            None => "this promise is not told of one person".to_owned(),
        },
        Unmeasured::NotForUnits => "this promise is told of the organisation as a whole only".to_owned(),
        Unmeasured::PromisedSince(day) => {
            format!("promised like this since {}, so this period is not held to it", period::full_day(*day))
        }
        Unmeasured::NoFigure(missing) => super::missing(missing, measure),
    }
}

/// What is said of a promise that no measure proves.
#[must_use]
pub fn nothing_proves_it(promise: &Promise, fiscal: FiscalYear) -> String {
    match promise.expected {
        Some(expected) => {
            format!("not measured yet; the first figure is expected in {}", period::name(expected, fiscal))
        }
        None => "not measured yet".to_owned(),
    }
}

/// How cases lie beside a threshold. `limits` are the lower end of the interval just within it, the threshold itself, and
/// the upper end of the interval just beyond it.
#[must_use]
pub fn heaping(course: &Course, limits: &[String; 3]) -> String {
    let [_, within, beyond, _] = course.counts.map(number::count);
    let [lower, threshold, upper] = limits;
    let counted = format!("{within} took {lower} to {threshold}, {beyond} took {threshold} to {upper}");
    match course.factor {
        None => format!("{counted}: too few to say."),
        Some(factor) if course.is_heaped => format!(
            "{counted}. That is {} times as steep a step as the intervals before and after let expect, more than chance \
             explains: look at when and how these cases were closed.",
            number::rounded(factor, 1)
        ),
        Some(_) => format!("{counted}, in line with the intervals before and after."),
    }
}

/// How many cases are past their time and still open.
#[must_use]
pub fn overdue(count: u64) -> String {
    match count {
        0 => "none is past its time and still open".to_owned(),
        1 => "1 is past its time and still open: counted as not kept".to_owned(),
        count => format!("{} are past their time and still open: counted as not kept", number::count(count)),
    }
}

/// The result of a charter: `Five of six promises met their standard.`
#[must_use]
pub fn result(tally: &Tally) -> String {
    match (tally.kept, tally.judged()) {
        (_, 0) => "No promise could be judged.".to_owned(),
        (1, 1) => "The one promise that could be judged met its standard.".to_owned(),
        (0, 1) => "The one promise that could be judged did not meet its standard.".to_owned(),
        (0, judged) => format!("None of {} promises met its standard.", spelled(judged)),
        (2, 2) => "Both promises met their standard.".to_owned(),
        (kept, judged) if kept == judged => format!("All {} promises met their standard.", spelled(judged)),
        (1, judged) => format!("One of {} promises met its standard.", spelled(judged)),
        (kept, judged) => {
            format!("{} of {} promises met their standard.", capitalised(&spelled(kept)), spelled(judged))
        }
    }
}

/// How sure the result is, and what it leaves out, as sentences.
#[must_use]
pub fn sureness(tally: &Tally) -> String {
    let mut told = Vec::new();
    let narrowly = |n: usize, what: &str| match n {
        1 => format!("one was {what} narrowly"),
        n => format!("{} were {what} narrowly", spelled(n)),
    };
    let mut parts = Vec::new();
    if tally.kept_narrowly > 0 {
        parts.push(narrowly(tally.kept_narrowly, "kept"));
    }
    if tally.not_kept_narrowly > 0 {
        parts.push(narrowly(tally.not_kept_narrowly, "missed"));
    }
    if !parts.is_empty() {
        let parts = super::listed(&parts);
        told.push(format!(
            "{}: the likely range includes the standard, so chance could explain it.",
            capitalised(&parts)
        ));
    }
    match tally.too_few {
        0 => {}
        1 => told.push("One has too few cases to say.".to_owned()),
        n => told.push(format!("{} have too few cases to say.", capitalised(&spelled(n)))),
    }
    match tally.not_measured {
        0 => {}
        1 => told.push("One is not measured.".to_owned()),
        n => told.push(format!("{} are not measured.", capitalised(&spelled(n)))),
    }
    told.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_counts() {
        let check = |kept: usize, not_kept: usize, text: &str| {
            assert_eq!(result(&Tally { kept, not_kept, ..Tally::default() }), text);
        };
        check(5, 1, "Five of six promises met their standard.");
        check(2, 0, "Both promises met their standard.");
        check(6, 0, "All six promises met their standard.");
        check(1, 0, "The one promise that could be judged met its standard.");
        check(0, 1, "The one promise that could be judged did not meet its standard.");
        check(1, 3, "One of four promises met its standard.");
        check(0, 3, "None of three promises met its standard.");
        check(0, 0, "No promise could be judged.");
    }

    #[test]
    fn what_a_result_leaves_open_is_said() {
        let tally = Tally { kept: 5, kept_narrowly: 3, not_kept: 1, not_kept_narrowly: 1, too_few: 1, not_measured: 2 };
        assert_eq!(
            sureness(&tally),
            "Three were kept narrowly and one was missed narrowly: the likely range includes the standard, so chance \
             could explain it. One has too few cases to say. Two are not measured."
        );
        assert_eq!(sureness(&Tally { kept: 2, ..Tally::default() }), "");
    }

    #[test]
    fn overdue_cases() {
        assert_eq!(overdue(0), "none is past its time and still open");
        assert_eq!(overdue(1), "1 is past its time and still open: counted as not kept");
        assert_eq!(overdue(1200), "1,200 are past their time and still open: counted as not kept");
    }
}
