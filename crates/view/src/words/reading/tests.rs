use evenkeel_model::evaluation::MeasureResult;
use evenkeel_model::measure::Direction;
use evenkeel_model::scoring;
use std::sync::Arc;

use super::*;
use crate::number::NO_BREAK_SPACE;
use crate::page::sample;
use crate::words::finding::format_of;

/// What is said of a share with this value, likely range and target.
fn said(value: f64, likely: Option<(f64, f64)>, goal: Option<f64>, better: Direction) -> String {
    sample::with("rich", |evaluation, context| {
        let mut result: MeasureResult = evaluation.legs[1].objectives[0].measures[0].clone();
        Arc::make_mut(&mut result.measure).better = better;
        result.reading.value = Some(value);
        result.likely_range = likely;
        result.targets.target = goal;
        result.status = scoring::status(Some(value), likely, goal, better);
        let format = format_of(&result, context);
        target(&result, &format, context).replace(NO_BREAK_SPACE, " ")
    })
}

#[test]
fn whether_the_target_is_met() {
    let goal = Some(0.82);
    let check = |value: f64, likely, better, wanted: &str| assert_eq!(said(value, likely, goal, better), wanted);
    check(
        0.796,
        Some((0.779, 0.812)),
        Direction::Higher,
        "Even the top of the likely range, 81.2 %, is below 82 %. So this is a miss and not the luck of the sample.",
    );
    check(0.85, Some((0.83, 0.87)), Direction::Higher, "Even the bottom of the likely range, 83.0 %, is above 82 %.");
    check(0.85, Some((0.82, 0.88)), Direction::Higher, "Even the bottom of the likely range, 82.0 %, is on 82 %.");
    // Rounded alike, but not the same.
    check(
        0.85,
        Some((0.8204, 0.88)),
        Direction::Higher,
        "Even the bottom of the likely range, 82.04 %, is above 82 %.",
    );
    check(
        0.85,
        Some((0.83, 0.87)),
        Direction::Lower,
        "Even the bottom of the likely range, 83.0 %, is above 82 %. So this is a miss and not the luck of the sample.",
    );
    check(0.75, Some((0.73, 0.77)), Direction::Lower, "Even the top of the likely range, 77.0 %, is below 82 %.");
    check(
        0.81,
        Some((0.78, 0.84)),
        Direction::Higher,
        "81.0 %, 1.0 point below the target of 82 %. The likely range, 78.0 to 84.0 %, includes the target, so chance could explain it.",
    );
    check(
        0.796,
        None,
        Direction::Higher,
        "79.6 %, 2.4 points below the target of 82 %. No likely range is known, so chance cannot be weighed.",
    );
    check(
        0.82,
        None,
        Direction::Higher,
        "82.0 %, on the target of 82 %. No likely range is known, so chance cannot be weighed.",
    );
    let within = Direction::Within { low: 0.1, high: 0.15 };
    check(0.12, Some((0.11, 0.13)), within, "12.0 %, inside 10 to 15 %. So is the whole likely range, 11.0 to 13.0 %.");
    check(
        0.2,
        Some((0.19, 0.21)),
        within,
        "20.0 %, outside 10 to 15 %. So is the whole likely range, 19.0 to 21.0 %: this is a miss.",
    );
    assert_eq!(
        said(0.8, None, None, Direction::Neither),
        "This measure gives context: neither way is better, so it has no target and no score."
    );
    assert!(said(0.8, None, None, Direction::Higher).starts_with("No target holds for this unit"));
}

#[test]
fn how_far_the_way_has_been_gone() {
    let heading = |value: f64, baseline: f64, target: f64| {
        sample::with("rich", |evaluation, context| {
            let mut result: MeasureResult = evaluation.legs[1].objectives[0].measures[0].clone();
            result.reading.value = Some(value);
            (result.targets.baseline, result.targets.target) = (Some(baseline), Some(target));
            let met_before = scoring::baseline_meets_target(&result.targets, result.measure.better);
            result.progress = scoring::progress(value, baseline, target).filter(|_| !met_before);
            let format = format_of(&result, context);
            way(&result, None, &format).map(|(heading, _)| heading.replace(NO_BREAK_SPACE, " "))
        })
    };
    assert_eq!(heading(0.79, 0.75, 0.85).as_deref(), Some("40 % of the way to the target"));
    assert_eq!(heading(0.849_9, 0.75, 0.85).as_deref(), Some("99 % of the way to the target"));
    assert_eq!(heading(0.85, 0.75, 0.85).as_deref(), Some("The whole way to the target"));
    assert_eq!(heading(0.7, 0.75, 0.85).as_deref(), Some("Further from the target than the baseline"));
    assert_eq!(heading(0.8, 0.9, 0.85).as_deref(), Some("The baseline already met the target"));
}
