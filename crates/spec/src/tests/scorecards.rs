use std::fmt::Write as _;

use evenkeel_model::ids::UnitId;
use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_model::scorecard::Scorecard;
use evenkeel_model::target::{Baseline, Goal, Normalisation};
use jiff::civil::date;

use super::{SCORECARD, project, replaced, sound, with};

const PATH: &str = "scorecards/service.yaml";

fn check(old: &str, new: &str) -> String {
    replaced(PATH, SCORECARD, old, new)
}

/// What is found when `csat`, of which more is better, is used like this.
fn csat(written: &str) -> String {
    check("use: csat, baseline: 78 %, target: 82 %, by: 2026-12", &format!("use: csat, {written}"))
}

/// What is found when `complaint_time`, of which less is better, is used like this.
fn time(written: &str) -> String {
    let original = "use: complaint_time, baseline: 52 h, target: -25 %, red_flag: 60 h";
    check(original, &format!("use: complaint_time, {written}"))
}

fn read(text: &str) -> Scorecard {
    project(&sound().with(PATH, text)).scorecards.remove(0)
}

#[test]
fn what_a_scorecard_says() {
    let text = "\
scorecard: service
title: Service scorecard
imbalance: 15
legs:
  customer:
    title: Our customers
    weight: 2
    objectives:
      - objective: Complaints settled quickly
        weight: 3
        measures:
          - use: complaint_time
            key: true
            weight: 2
            baseline: { measured: 2025-10 }
            target: -25 %
            stretch: -2 days
            red_flag: 60 h
            by: 2026-Q4
            normalise: goal and red flag
            units:
              branch-07: { target: 30 h, by: 2026 }
  business:
    objectives:
      - objective: Offers
        measures: [{ use: offers }]
links:
  - { from: complaint_time, to: offers, within: 1 month }
";
    let read = read(text);
    assert_eq!((read.id.as_str(), read.title.as_str(), read.rules.imbalance), ("service", "Service scorecard", 15.0));
    let [customer, business] = read.legs.as_slice() else { panic!() };
    assert_eq!((customer.title.as_str(), customer.weight), ("Our customers", 2.0));
    assert_eq!((business.title.as_str(), business.weight), ("Business", 1.0));
    let objective = &customer.objectives[0];
    assert_eq!((objective.title.as_str(), objective.weight), ("Complaints settled quickly", 3.0));
    let used = &objective.measures[0];
    assert!(used.key);
    assert_eq!((used.weight, used.normalisation), (2.0, Normalisation::GoalAndRedFlag));
    let october = Period::parse("2025-10", FiscalYear::default()).unwrap();
    assert_eq!(used.plan.baseline, Some(Baseline::Measured(october)));
    assert_eq!(used.plan.target, Some(Goal::Relative(-0.25)));
    assert_eq!(used.plan.stretch, Some(Goal::Change(-172_800.0)));
    assert_eq!(used.plan.red_flag, Some(Goal::At(216_000.0)));
    assert_eq!(used.plan.by, Some(date(2026, 12, 31)));
    let branch = &used.units[&UnitId::new("branch-07")];
    assert_eq!((branch.target, branch.baseline), (Some(Goal::At(108_000.0)), None));
    assert_eq!(branch.by, Some(date(2026, 12, 31)));
    let link = &read.links[0];
    assert_eq!((link.from.as_str(), link.to.as_str(), link.within_months), ("complaint_time", "offers", 1));
}

#[test]
fn targets_and_deadlines_as_numbers_and_as_texts() {
    let first = |old: &str, new: &str| {
        let text = SCORECARD.replace(old, new);
        read(&text).legs[0].objectives[0].measures[0].plan.clone()
    };
    for same in ["82", "82 %", "\"82 %\"", "82%", "'82'", "82.0", "+4 points"] {
        let target = first("target: 82 %", &format!("target: {same}")).target;
        let reached = target.and_then(|goal| goal.resolve(Some(0.78))).unwrap();
        assert!((reached - 0.82).abs() < 1e-12, "{same}");
    }
    for same in ["2026-12", "2026", "'2026'", "2026-12-31", "2026-Q4"] {
        assert_eq!(first("by: 2026-12", &format!("by: {same}")).by, Some(date(2026, 12, 31)), "{same}");
    }
}

#[test]
fn a_deadline_follows_the_fiscal_year() {
    let files = sound()
        .with("evenkeel.yaml", format!("{}fiscal_year_starts: 4\n", super::PROJECT))
        .with(PATH, SCORECARD.replace("by: 2026-12", "by: 2026"));
    let plan = &project(&files).scorecards[0].legs[0].objectives[0].measures[0].plan;
    assert_eq!(plan.by, Some(date(2026, 3, 31)));
}

/// Which measures of a leg are key, for each objective; each measure is written with what follows its name.
fn keys(objectives: &[&[&str]]) -> Vec<Vec<bool>> {
    let measure = |id: &str| format!("measure: {id}\nfrom: cases\ncount: rows\nbetter: neither\n");
    let mut files = sound();
    let mut text = "scorecard: s\nlegs:\n  other: { objectives: [{ objective: o, measures: [{ use: cost }] }] }\n".to_owned();
    text.push_str("  leg:\n    objectives:\n");
    let mut ids = (0..).map(|number| format!("m{number}"));
    for measures in objectives {
        text.push_str("      - objective: o\n        measures:\n");
        for (key, id) in measures.iter().zip(&mut ids) {
            writeln!(text, "          - {{ use: {id}{key} }}").unwrap();
            files = files.with(format!("measures/{id}.yaml"), measure(&id));
        }
    }
    let read = project(&files.with(PATH, text)).scorecards.remove(0);
    let objectives = read.legs[1].objectives.iter();
    objectives.map(|objective| objective.measures.iter().map(|used| used.key).collect()).collect()
}

#[test]
fn key_measures_by_default() {
    assert_eq!(keys(&[&["", ""], &["", ""], &[""]]), [vec![true, false], vec![true, false], vec![false]]);
    assert_eq!(keys(&[&["", "", ""]]), [vec![true, true, false]]);
    assert_eq!(keys(&[&[""], &[", key: true"]]), [vec![false], vec![true]]);
    assert_eq!(keys(&[&[", key: false", ""], &[""]]), [vec![false, true], vec![true]]);
    assert_eq!(keys(&[&[", key: true", ", key: true", ", key: true"]]), [vec![true, true, true]]);
}

#[test]
fn keys_of_scorecards() {
    insta::assert_snapshot!(csat("taget: 82"), @"");
    insta::assert_snapshot!(csat("measure: csat"), @"");
    insta::assert_snapshot!(check("objective: Satisfied customers\n        measures:", "objektive: Satisfied customers\n        measure:"), @"");
    insta::assert_snapshot!(csat("target: 82, units: { branch-07: { target: 80, weight: 2 } }"), @"");
    insta::assert_snapshot!(with(PATH, "scorecard: service\n"), @"");
    insta::assert_snapshot!(csat("target: 82 %, baseline: { mesured: 2025-10 }"), @"");
    insta::assert_snapshot!(csat("baseline: 78, target: [80, 82]"), @"");
}

#[test]
fn nothing_where_something_is_needed() {
    insta::assert_snapshot!(with(PATH, "scorecard: service\nlegs: {}\n"), @"");
    insta::assert_snapshot!(with(PATH, "scorecard: service\nlegs:\n  customer: { objectives: [] }\n  business:\n"), @"");
    let text = "\
scorecard: service
legs:
  customer: { objectives: [{ objective: A, measures: [] }] }
  business: { objectives: [{ objective: B }] }
";
    insta::assert_snapshot!(with(PATH, text), @"");
}

#[test]
fn one_leg() {
    let business = SCORECARD.find("  business:").unwrap();
    insta::assert_snapshot!(with(PATH, &SCORECARD[..business]), @"");
}

#[test]
fn measures_that_are_not_defined() {
    insta::assert_snapshot!(check("use: csat", "use: csta"), @"");
    insta::assert_snapshot!(check("use: csat, ", "use: first_contact, "), @"");
    insta::assert_snapshot!(check("to: csat", "to: sales"), @"");
}

#[test]
fn measures_used_twice() {
    insta::assert_snapshot!(check("{ use: offers }", "{ use: csat, baseline: 70, target: 80 }"), @"");
}

#[test]
fn links() {
    insta::assert_snapshot!(check("to: csat", "to: complaint_time"), @"");
    insta::assert_snapshot!(check("to: csat", "to: nps"), @"");
    insta::assert_snapshot!(check("3 months", "3"), @"");
    insta::assert_snapshot!(check("3 months", "0 months"), @"");
    insta::assert_snapshot!(check(", within: 3 months", ""), @"");
}

#[test]
fn weights() {
    insta::assert_snapshot!(csat("weight: -1, target: 82, baseline: 78"), @"");
    insta::assert_snapshot!(csat("weight: 0, target: 82, baseline: 78"), @"");
    insta::assert_snapshot!(csat("weight: heavy, target: 82, baseline: 78"), @"");
    insta::assert_snapshot!(check("- objective: Satisfied", "- weight: 0\n        objective: Satisfied"), @"");
    let zero = "  customer:\n    weight: 0\n";
    assert_eq!(check("  customer:\n", zero), "", "one leg that does not count is no mistake");
    let both = SCORECARD.replace("  customer:\n", zero).replace("  business:\n", "  business:\n    weight: 0\n");
    insta::assert_snapshot!(with(PATH, &both), @"");
}

#[test]
fn imbalance() {
    insta::assert_snapshot!(check("legs:", "imbalance: 200\nlegs:"), @"");
}

#[test]
fn quantities() {
    insta::assert_snapshot!(time("baseline: 52, target: 24 h"), @"");
    insta::assert_snapshot!(time("baseline: 52 %, target: fast"), @"");
    insta::assert_snapshot!(csat("baseline: 78, target: 24 h"), @"");
    insta::assert_snapshot!(csat("baseline: 78, target: 820 %"), @"");
    insta::assert_snapshot!(csat("baseline: 0.78, target: 0.82 %"), @"");
    insta::assert_snapshot!(csat("baseline: 78, target: .inf"), @"");
    insta::assert_snapshot!(csat("baseline: 78, target: NaN"), @"");
    insta::assert_snapshot!(csat("baseline: 78, target: 1e400"), @"");
    insta::assert_snapshot!(csat("baseline: 78, target: 8.2e1"), @"");
    insta::assert_snapshot!(time(&format!("baseline: 52 h, target: {} h", "9".repeat(400))), @"");
    insta::assert_snapshot!(csat(&format!("baseline: 78, target: +{} points", "9".repeat(400))), @"");
}

#[test]
fn periods() {
    insta::assert_snapshot!(csat("baseline: 78, target: 82, by: soon"), @"");
    insta::assert_snapshot!(csat("baseline: { measured: 10/2025 }, target: 82"), @"");
}

#[test]
fn targets_on_the_wrong_side() {
    insta::assert_snapshot!(csat("baseline: 82, target: 78"), @"");
    insta::assert_snapshot!(time("baseline: 24 h, target: 52 h"), @"");
    insta::assert_snapshot!(csat("target: 82, red_flag: 90"), @"");
    insta::assert_snapshot!(time("target: 24 h, red_flag: 12 h"), @"");
    insta::assert_snapshot!(csat("target: 82, red_flag: 82"), @"");
    insta::assert_snapshot!(csat("baseline: 78, target: 82, stretch: 80"), @"");
    insta::assert_snapshot!(time("baseline: 52 h, target: 24 h, stretch: 24 h"), @"");
    assert_eq!(csat("baseline: 82, target: 82"), "", "to hold what has been reached is a target");
}

#[test]
fn what_can_be_told_before_the_baseline_has_been_measured() {
    insta::assert_snapshot!(csat("baseline: { measured: 2025-10 }, target: -3 points"), @"");
    insta::assert_snapshot!(time("baseline: { measured: 2025-10 }, target: +10 %"), @"");
    insta::assert_snapshot!(time("baseline: { measured: 2025-10 }, target: -10 %, stretch: -5 %"), @"");
    assert_eq!(time("baseline: { measured: 2025-10 }, target: -10 %, red_flag: 60 h"), "");
}

#[test]
fn targets_of_units() {
    insta::assert_snapshot!(csat("baseline: 78, target: 82, units: { branch-07: { target: 76 } }"), @"");
    insta::assert_snapshot!(csat("target: 82, red_flag: 70, units: { branch-07: { target: +3 points } }"), @"");
    assert_eq!(csat("baseline: 78, target: 82, units: { branch-07: { baseline: 70, target: 76 } }"), "");
    // What is wrong with the plan of everyone is said once.
    let found = csat("baseline: 82, target: 78, units: { a: { by: 2027 }, b: { stretch: 95 } }");
    assert_eq!(found.matches("error:").count(), 1, "{found}");
}

#[test]
fn changes_without_a_baseline() {
    insta::assert_snapshot!(csat("target: +15 %"), @"");
    insta::assert_snapshot!(time("target: 24 h, red_flag: 60 h, stretch: -2 h"), @"");
}

#[test]
fn no_score() {
    insta::assert_snapshot!(csat("target: 82"), @"");
    insta::assert_snapshot!(csat("by: 2026"), @"");
    insta::assert_snapshot!(csat("target: 82, normalise: baseline to target"), @"");
    insta::assert_snapshot!(csat("target: 82, baseline: 78, normalise: goal and red flag"), @"");
    insta::assert_snapshot!(csat("target: 82, normalise: band"), @"");
    insta::assert_snapshot!(csat("baseline: 78, normalise: binary"), @"");
    insta::assert_snapshot!(csat("target: 82, normalise: linear"), @"");
    insta::assert_snapshot!(check("use: offers", "use: offers, normalise: goal and red flag"), @"");
    assert_eq!(csat("target: 82, normalise: binary"), "");
    assert_eq!(check("use: offers", "use: offers, normalise: band"), "");
    // What could not be read is not reported as missing too.
    let found = csat("target: 82, baseline: high");
    assert_eq!(found.matches("-->").count(), 1, "{found}");
}

#[test]
fn targets_without_effect() {
    insta::assert_snapshot!(check("use: offers", "use: offers, target: 12 %, stretch: 14 %"), @"");
    insta::assert_snapshot!(check("use: offers", "use: offers, red_flag: 12 %"), @"");
    insta::assert_snapshot!(check("use: offers", "use: cost, target: 100"), @"");
    assert_eq!(check("use: offers", "use: offers, red_flag: 30 %"), "");
}
