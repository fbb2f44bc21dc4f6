use evenkeel_model::evaluation::Evaluation;
use evenkeel_model::reading::{Missing, Reading};
use evenkeel_model::scoring::Status;

use super::*;
use crate::page::sample;

/// The headline of the rich sample after a change.
fn check(change: impl FnOnce(&mut Evaluation), wanted: &str) {
    sample::with("rich", |mut evaluation, context| {
        change(&mut evaluation);
        assert_eq!(headline(&evaluation, context), wanted);
    });
}

fn scores(evaluation: &mut Evaluation, values: [Option<f64>; 3]) {
    for (leg, value) in evaluation.legs.iter_mut().zip(values) {
        leg.score.value = value;
    }
    evaluation.spread = evenkeel_model::scoring::spread(&values);
    evaluation.out_of_balance = evaluation.spread.is_some_and(|spread| spread > evaluation.rules.imbalance);
}

fn silence(evaluation: &mut Evaluation, missing: Missing) {
    let legs = evaluation.legs.iter_mut();
    for result in legs.flat_map(|leg| leg.objectives.iter_mut()).flat_map(|objective| objective.measures.iter_mut()) {
        result.reading = Reading::EMPTY;
        result.missing = Some(missing);
        result.status = Status::NoData;
        for (_, value) in result.history.iter_mut().rev().take(2) {
            *value = None;
        }
    }
}

#[test]
fn headlines() {
    check(|_| (), "The weak leg is Employee, 29 points below Business. Furthest from its target: Story cohesion.");
    check(
        |evaluation| scores(evaluation, [Some(60.0), Some(66.0), Some(77.4)]),
        "The legs are in balance, from 60 to 77 of 100. Nine of 19 targets are met.",
    );
    check(
        |evaluation| scores(evaluation, [Some(66.2), Some(65.9), Some(66.0)]),
        "The legs are in balance: all stand at 66 of 100. Nine of 19 targets are met.",
    );
    check(
        |evaluation| scores(evaluation, [None, Some(66.0), None]),
        "Only one leg has a score so far: Customer, 66 of 100. Nine of 19 targets are met.",
    );
    check(
        |evaluation| {
            evaluation.legs.truncate(1);
            evaluation.spread = None;
            evaluation.out_of_balance = false;
        },
        "Employee: 67 of 100. One of six targets is met.",
    );
    check(|evaluation| scores(evaluation, [None, None, None]), "No leg has a score yet. Nine of 19 targets are met.");
    check(
        |evaluation| silence(evaluation, Missing::NoRows),
        "Nothing was recorded in October 2026. The last figures are from August 2026.",
    );
    check(|evaluation| silence(evaluation, Missing::NotYet), "October 2026 has not begun.");
    check(|evaluation| evaluation.legs.clear(), "This scorecard has no measures yet.");
}

#[test]
fn a_spread_just_beyond_is_not_rounded_onto_the_limit() {
    sample::with("rich", |mut evaluation, _| {
        let mut check = |values: [Option<f64>; 3], wanted: &str| {
            scores(&mut evaluation, values);
            assert_eq!(spread(&evaluation), wanted);
        };
        check([Some(50.0), Some(60.0), Some(70.3)], "Spread 20.3 points, more than the 20 allowed: imbalance");
        check([Some(50.0), Some(60.0), Some(70.0)], "Spread 20 points, within the 20 allowed");
        check([Some(50.0), Some(60.0), Some(79.0)], "Spread 29 points, more than the 20 allowed: imbalance");
        check([None, None, Some(79.0)], "Balance needs at least two scores");
    });
}

#[test]
fn sentences_of_legs() {
    sample::with("bare", |evaluation, context| {
        let said: Vec<String> = evaluation
            .legs
            .iter()
            .filter_map(|result| leg(result, context))
            .map(|(status, sentence)| format!("{status:?}: {sentence}").replace(number::NO_BREAK_SPACE, " "))
            .collect();
        insta::assert_snapshot!(said.join("\n"));
    });
    sample::with("rich", |mut evaluation, context| {
        let business = &mut evaluation.legs[2];
        for objective in &mut business.objectives {
            objective.measures.retain(|result| matches!(result.status, Status::Met | Status::MetPerhapsByChance));
        }
        let (status, sentence) = leg(business, context).unwrap();
        assert_eq!((status, sentence.to_string().as_str()), (Status::Met, "All four targets are met."));
        for objective in &mut business.objectives {
            objective.measures.clear();
        }
        assert_eq!(leg(business, context), None);
    });
}
