use evenkeel_model::evaluation::Evaluation;
use evenkeel_model::reading::{Missing, Reading};
use evenkeel_model::scoring::Status;

use super::*;
use crate::page::sample;

/// The headline of the sample without signals after a change.
fn check(change: impl FnOnce(&mut Evaluation), wanted: &str) {
    sample::with("quiet", |mut evaluation, context| {
        change(&mut evaluation);
        assert_eq!(headline(&evaluation, context), wanted);
    });
}

fn scores(evaluation: &mut Evaluation, values: [Option<f64>; 3]) {
    for (leg, value) in evaluation.legs.iter_mut().zip(values) {
        leg.score.value = value;
    }
    evaluation.spread = evenkeel_model::scoring::spread(&values.map(|value| (1.0, value)));
    evaluation.out_of_balance = evaluation.spread.is_some_and(|spread| spread > evaluation.rules.imbalance);
}

fn silence(evaluation: &mut Evaluation, missing: &Missing) {
    let legs = evaluation.legs.iter_mut();
    for result in legs.flat_map(|leg| leg.objectives.iter_mut()).flat_map(|objective| objective.measures.iter_mut()) {
        result.reading = Reading::EMPTY;
        result.missing = Some(missing.clone());
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
        |evaluation| silence(evaluation, &Missing::NoRows),
        "Nothing was recorded in October 2026. The last figures are from August 2026.",
    );
    check(|evaluation| silence(evaluation, &Missing::NotYet), "October 2026 has not begun.");
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
        check([Some(50.0), Some(50.4), Some(51.0)], "Spread 1 point, within the 20 allowed");
        check([Some(50.0), Some(60.0), Some(79.0)], "Spread 29 points, more than the 20 allowed: imbalance");
        check([None, None, Some(79.0)], "Balance needs at least two scores");
    });
}

#[test]
fn sentences_of_legs() {
    for name in ["bare", "rich", "running"] {
        sample::with(name, |evaluation, context| {
            let said: Vec<String> = evaluation
                .legs
                .iter()
                .filter_map(|result| leg(result, context))
                .map(|said| {
                    let named = said.signal.map_or("no signal", |result| result.measure.id.as_str());
                    format!("{:?}, {named}: {}", said.status, said.text).replace(number::NO_BREAK_SPACE, " ")
                })
                .collect();
            insta::assert_snapshot!(format!("legs_{name}"), said.join("\n"));
        });
    }
    sample::with("quiet", |mut evaluation, context| {
        let business = &mut evaluation.legs[2];
        for objective in &mut business.objectives {
            objective.measures.retain(|result| matches!(result.status, Status::Met | Status::MetPerhapsByChance));
        }
        let said = leg(business, context).unwrap();
        assert_eq!((said.status, said.text.to_string().as_str()), (Status::Met, "All four targets are met."));
        for objective in &mut business.objectives {
            objective.measures.clear();
        }
        assert_eq!(leg(business, context), None);
    });
}

/// Leaves only the signals of these measures.
fn keep(evaluation: &mut Evaluation, wanted: &[&str]) {
    let legs = evaluation.legs.iter_mut();
    for result in legs.flat_map(|leg| leg.objectives.iter_mut()).flat_map(|objective| objective.measures.iter_mut()) {
        if !wanted.contains(&result.measure.id.as_str()) {
            result.signal = None;
        }
    }
}

#[test]
fn signals_lead() {
    let check = |wanted: &[&str], balanced: bool, said: &str| {
        sample::with("rich", |mut evaluation, context| {
            keep(&mut evaluation, wanted);
            if balanced {
                scores(&mut evaluation, [Some(60.0), Some(66.0), Some(77.4)]);
            }
            assert_eq!(headline(&evaluation, context), said);
        });
    };
    let (unbalanced, balanced) =
        ("The weak leg is Employee, 29 points below Business.", "The legs are in balance, from 60 to 77 of 100.");
    let engagement = "Engagement pulse has been below its average for eight months";
    check(&["engagement"], false, &format!("{engagement}. {unbalanced}"));
    // A key measure comes before others, a deterioration before an improvement.
    check(
        &["backlog", "engagement", "waiting"],
        true,
        &format!("{engagement}; one more measure shows a real deterioration. {balanced}"),
    );
    check(
        &["backlog", "waiting"],
        true,
        &format!("Open cases has been above its usual range for four months. {balanced}"),
    );
    // An imbalance is more than an improvement.
    check(&["waiting"], false, &format!("{unbalanced} Furthest from its target: Story cohesion."));
    check(
        &["waiting", "cost_contact", "revenue"],
        true,
        &format!(
            "Served within 10 minutes has been above its usual range for five months; two more measures show a real improvement. {balanced}"
        ),
    );
    check(&["response_rate"], true, &format!("Response rate has been below its average for eleven months. {balanced}"));
    // Usual variation leads nowhere.
    check(&["csat", "knowledge"], true, &format!("{balanced} Nine of 19 targets are met."));
}

#[test]
fn what_to_look_at_first() {
    sample::with("rich", |evaluation, context| {
        let said: Vec<String> = signals(&evaluation, 3, context).iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(said.join("\n"));
    });
}
