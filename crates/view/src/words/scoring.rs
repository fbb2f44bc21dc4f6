//! How a score comes about, in words. The formulas are in `evenkeel_model::scoring`; here they are only told.

use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::measure::Direction;
use evenkeel_model::scoring::{baseline_meets_target, target_and_red_flag};
use evenkeel_model::target::Normalisation;

use crate::number::{self, Format};

/// The rule, and what it gives here. `other` names the period that the result is compared with.
#[must_use]
pub fn explained(result: &MeasureResult, normalisation: Normalisation, format: &Format, other: &str) -> Vec<String> {
    let mut lines = vec![rule(result, normalisation, format)];
    if let (Some(value), Some(score)) = (result.reading.value, result.performance) {
        let before = result
            .performance_before
            .map_or_else(String::new, |before| format!("; in {other} it was {}", number::score(before).text));
        lines.push(format!("Score at {}: {} of 100{before}.", format.text(value), number::score(score).text));
    }
    lines
}

fn rule(result: &MeasureResult, normalisation: Normalisation, format: &Format) -> String {
    let none = "There is no score: it needs a target, and a baseline or a red flag.".to_owned();
    if result.measure.better == Direction::Neither {
        return "There is no score: neither way is better.".to_owned();
    }
    match normalisation {
        Normalisation::Band => band(result, format).unwrap_or(none),
        Normalisation::GoalAndRedFlag => flagged(result, format).unwrap_or(none),
        Normalisation::BaselineToTarget => linear(result, format).unwrap_or(none),
        Normalisation::Binary => "100 when the target is met, 0 when it is missed.".to_owned(),
        Normalisation::Automatic => {
            band(result, format).or_else(|| flagged(result, format)).or_else(|| linear(result, format)).unwrap_or(none)
        }
    }
}

fn band(result: &MeasureResult, format: &Format) -> Option<String> {
    let Direction::Within { low, high } = result.measure.better else { return None };
    let end = match result.targets.red_flag {
        Some(flag) if flag < low || flag > high => {
            format!("at the red flag of {}, and as far out on the other side", format.goal(flag))
        }
        _ => "one width of the range outside it".to_owned(),
    };
    Some(format!("100 inside {}, falling in a straight line to 0 {end}.", format.goal_range(low, high)))
}

fn flagged(result: &MeasureResult, format: &Format) -> Option<String> {
    let (target, flag) = target_and_red_flag(&result.targets, result.measure.better)?;
    Some(format!(
        "67 at the target of {}, 33 at the red flag of {}, and on in a straight line to 100 and 0.",
        format.goal(target),
        format.goal(flag)
    ))
}

fn linear(result: &MeasureResult, format: &Format) -> Option<String> {
    let (target, baseline) = (result.targets.target?, result.targets.baseline?);
    if baseline_meets_target(&result.targets, result.measure.better) {
        return Some("100 when the target is met, else 0: the target was already reached when it was set.".to_owned());
    }
    Some(format!(
        "100 at the target of {}, 0 at the baseline of {}, and a straight line between them.",
        format.goal(target),
        format.text(baseline)
    ))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::number::NO_BREAK_SPACE;
    use crate::page::sample;
    use crate::words::finding::format_of;

    #[test]
    fn rules_in_words() {
        let check = |normalisation: Normalisation, change: fn(&mut MeasureResult), wanted: &str| {
            sample::with("rich", |evaluation, context| {
                let mut result = evaluation.legs[1].objectives[0].measures[0].clone();
                change(&mut result);
                let format = format_of(&result, context);
                let said = explained(&result, normalisation, &format, "September").join(" ");
                assert_eq!(said.replace(NO_BREAK_SPACE, " "), wanted);
            });
        };
        let gives = "Score at 79.6 %: 66 of 100; in September it was 80.";
        check(
            Normalisation::Automatic,
            |_| (),
            &format!(
                "100 at the target of 82 %, 0 at the baseline of 75.0 %, and a straight line between them. {gives}"
            ),
        );
        check(
            Normalisation::Automatic,
            |result| result.targets.red_flag = Some(0.74),
            &format!(
                "67 at the target of 82 %, 33 at the red flag of 74 %, and on in a straight line to 100 and 0. {gives}"
            ),
        );
        check(Normalisation::Binary, |_| (), &format!("100 when the target is met, 0 when it is missed. {gives}"));
        check(
            Normalisation::Automatic,
            |result| {
                result.targets.target = None;
                result.performance = None;
            },
            "There is no score: it needs a target, and a baseline or a red flag.",
        );
        check(
            Normalisation::Automatic,
            |result| {
                Arc::make_mut(&mut result.measure).better = Direction::Neither;
                result.performance = None;
            },
            "There is no score: neither way is better.",
        );
        check(
            Normalisation::BaselineToTarget,
            |result| result.targets.baseline = Some(0.9),
            &format!("100 when the target is met, else 0: the target was already reached when it was set. {gives}"),
        );
    }
}
