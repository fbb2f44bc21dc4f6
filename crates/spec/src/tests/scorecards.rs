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
rolling_below: 30
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
    assert_eq!(read.rules.rolling_below, Some(30));
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
    let mut text =
        "scorecard: s\nlegs:\n  other: { objectives: [{ objective: o, measures: [{ use: cost }] }] }\n".to_owned();
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
    insta::assert_snapshot!(csat("taget: 82"), @"
    warning: `csat` has no target
      --> scorecards/service.yaml:7:20
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, taget: 82 }
       |                    ^^^^
     8 |   business:
       |
       = its values are shown; without a target they have no status and no score
       = help: add `target`, and `baseline` or `red_flag`

    error: unknown key `taget` in measure `csat` of scorecard `service`
      --> scorecards/service.yaml:7:26
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, taget: 82 }
       |                          ^^^^^ did you mean `target`?
     8 |   business:
    ");
    insta::assert_snapshot!(csat("measure: csat"), @"
    warning: `csat` has no target
      --> scorecards/service.yaml:7:20
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, measure: csat }
       |                    ^^^^
     8 |   business:
       |
       = its values are shown; without a target they have no status and no score
       = help: add `target`, and `baseline` or `red_flag`

    error: unknown key `measure` in measure `csat` of scorecard `service`
      --> scorecards/service.yaml:7:26
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, measure: csat }
       |                          ^^^^^^^
     8 |   business:
       |
       = help: keys that can stand here: `use`, `key`, `weight`, `baseline`, `target`, `stretch`,
               `red_flag`, `by`, `milestones`, `normalise`, `units` and `signals`
    ");
    insta::assert_snapshot!(check("objective: Satisfied customers\n        measures:", "objektive: Satisfied customers\n        measure:"), @"
    error: unknown key `objektive` in an objective of scorecard `service`
      --> scorecards/service.yaml:5:9
       |
     3 |   customer:
     4 |     objectives:
     5 |       - objektive: Satisfied customers
       |         ^^^^^^^^^ did you mean `objective`?
     6 |         measure:

    error: unknown key `measure` in an objective of scorecard `service`
      --> scorecards/service.yaml:6:9
       |
     4 |     objectives:
     5 |       - objektive: Satisfied customers
     6 |         measure:
       |         ^^^^^^^ did you mean `measures`?
     7 |           - { use: csat, baseline: 78 %, target: 82 %, by: 2026-12 }

    warning: a link names measure `csat`, which this scorecard does not use
      --> scorecards/service.yaml:15:33
       |
    13 |           - { use: offers }
    14 | links:
    15 |   - { from: complaint_time, to: csat, within: 3 months }
       |                                 ^^^^
       = only measures of the scorecard are drawn on its map
       = help: use the measure in a leg, or take the link out
    ");
    insta::assert_snapshot!(csat("target: 82, units: { branch-07: { target: 80, weight: 2 } }"), @"
    error: unknown key `weight` in unit `branch-07` of scorecard `service`
      --> scorecards/service.yaml:7:72
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, target: 82, units: { branch-07: { target: 80, weight: 2 } } }
       |                                                                        ^^^^^^
     8 |   business:
       |
       = help: keys that can stand here: `baseline`, `target`, `stretch`, `red_flag`, `by` and
               `milestones`
    ");
    insta::assert_snapshot!(with(PATH, "scorecard: service\n"), @"
    error: `legs` is missing in scorecard `service`
      --> scorecards/service.yaml:1:1
       |
     1 | scorecard: service
       | ^^^^^^^^^
       = help: add `legs:`
    ");
    insta::assert_snapshot!(csat("target: 82 %, baseline: { mesured: 2025-10 }"), @"
    error: unknown key `mesured` in `baseline` of scorecard `service`
      --> scorecards/service.yaml:7:52
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, target: 82 %, baseline: { mesured: 2025-10 } }
       |                                                    ^^^^^^^ did you mean `measured`?
     8 |   business:
    ");
    insta::assert_snapshot!(csat("baseline: 78, target: [80, 82]"), @"
    error: `target` in scorecard `service` needs a value such as `82 %` or `52 h`, not a list
      --> scorecards/service.yaml:7:48
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: 78, target: [80, 82] }
       |                                                ^^^^^^^^
     8 |   business:
       |
       = help: write one value behind the key
    ");
}

#[test]
fn nothing_where_something_is_needed() {
    insta::assert_snapshot!(with(PATH, "scorecard: service\nlegs: {}\n"), @"
    error: `legs` in scorecard `service` is empty
      --> scorecards/service.yaml:2:7
       |
     1 | scorecard: service
     2 | legs: {}
       |       ^^
       = help: add at least one, or take the key out with what it belongs to
    ");
    insta::assert_snapshot!(with(PATH, "scorecard: service\nlegs:\n  customer: { objectives: [] }\n  business:\n"), @"
    warning: scorecard `service` has a single leg
      --> scorecards/service.yaml:3:3
       |
     1 | scorecard: service
     2 | legs:
     3 |   customer: { objectives: [] }
       |   ^^^^^^^^
     4 |   business:
       |
       = whether legs are in balance can only be said of several
       = help: add a second leg, for example `employee` or `business`

    error: `objectives` in scorecard `service` is empty
      --> scorecards/service.yaml:3:27
       |
     1 | scorecard: service
     2 | legs:
     3 |   customer: { objectives: [] }
       |                           ^^
     4 |   business:
       |
       = help: add at least one, or take the key out with what it belongs to

    error: `business` in scorecard `service` has no value
      --> scorecards/service.yaml:4:3
       |
     2 | legs:
     3 |   customer: { objectives: [] }
     4 |   business:
       |   ^^^^^^^^
       = help: write a value behind it, or take the key out; for the text `null`, put it between quotes
    ");
    let text = "\
scorecard: service
legs:
  customer: { objectives: [{ objective: A, measures: [] }] }
  business: { objectives: [{ objective: B }] }
";
    insta::assert_snapshot!(with(PATH, text), @"
    error: `measures` in scorecard `service` is empty
      --> scorecards/service.yaml:3:54
       |
     1 | scorecard: service
     2 | legs:
     3 |   customer: { objectives: [{ objective: A, measures: [] }] }
       |                                                      ^^
     4 |   business: { objectives: [{ objective: B }] }
       |
       = help: add at least one, or take the key out with what it belongs to

    error: `measures` is missing in objective `B` of scorecard `service`
      --> scorecards/service.yaml:4:28
       |
     2 | legs:
     3 |   customer: { objectives: [{ objective: A, measures: [] }] }
     4 |   business: { objectives: [{ objective: B }] }
       |                            ^^^^^^^^^^^^^^^^
       = help: add `measures:`
    ");
}

#[test]
fn one_leg() {
    let business = SCORECARD.find("  business:").unwrap();
    insta::assert_snapshot!(with(PATH, &SCORECARD[..business]), @"
    warning: scorecard `service` has a single leg
      --> scorecards/service.yaml:3:3
       |
     1 | scorecard: service
     2 | legs:
     3 |   customer:
       |   ^^^^^^^^
     4 |     objectives:
       |
       = whether legs are in balance can only be said of several
       = help: add a second leg, for example `employee` or `business`
    ");
}

#[test]
fn measures_that_are_not_defined() {
    insta::assert_snapshot!(check("use: csat", "use: csta"), @"
    error: the scorecard uses measure `csta`, which is not defined
      --> scorecards/service.yaml:7:20
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csta, baseline: 78 %, target: 82 %, by: 2026-12 }
       |                    ^^^^ did you mean `csat`?
     8 |   business:

    warning: a link names measure `csat`, which this scorecard does not use
      --> scorecards/service.yaml:15:33
       |
    13 |           - { use: offers }
    14 | links:
    15 |   - { from: complaint_time, to: csat, within: 3 months }
       |                                 ^^^^
       = only measures of the scorecard are drawn on its map
       = help: use the measure in a leg, or take the link out
    ");
    insta::assert_snapshot!(check("use: csat, ", "use: first_contact, "), @"
    error: the scorecard uses measure `first_contact`, which is not defined
      --> scorecards/service.yaml:7:20
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: first_contact, baseline: 78 %, target: 82 %, by: 2026-12 }
       |                    ^^^^^^^^^^^^^
     8 |   business:
       |
       = help: define it in `measures/first_contact.yaml`, or use one of the built-in library, which
               `evenkeel measures` lists

    warning: a link names measure `csat`, which this scorecard does not use
      --> scorecards/service.yaml:15:33
       |
    13 |           - { use: offers }
    14 | links:
    15 |   - { from: complaint_time, to: csat, within: 3 months }
       |                                 ^^^^
       = only measures of the scorecard are drawn on its map
       = help: use the measure in a leg, or take the link out
    ");
    insta::assert_snapshot!(check("to: csat", "to: sales"), @"
    error: a link names measure `sales`, which is not defined
      --> scorecards/service.yaml:15:33
       |
    13 |           - { use: offers }
    14 | links:
    15 |   - { from: complaint_time, to: sales, within: 3 months }
       |                                 ^^^^^ did you mean `saves`?
    ");
}

#[test]
fn measures_used_twice() {
    insta::assert_snapshot!(check("{ use: offers }", "{ use: csat, baseline: 70, target: 80 }"), @"
    error: measure `csat` is used twice in one scorecard
      --> scorecards/service.yaml:13:20
       |
     7 |           - { use: csat, baseline: 78 %, target: 82 %, by: 2026-12 }
       |                    ---- first used here
    ...
    11 |         measures:
    12 |           - { use: complaint_time, baseline: 52 h, target: -25 %, red_flag: 60 h }
    13 |           - { use: csat, baseline: 70, target: 80 }
       |                    ^^^^ used again here
    14 | links:
       |
       = it would count twice
       = help: take one of them out; `weight` says how much a measure counts
    ");
}

#[test]
fn links() {
    insta::assert_snapshot!(check("to: csat", "to: complaint_time"), @"
    error: a link leads from measure `complaint_time` to itself
      --> scorecards/service.yaml:15:33
       |
    13 |           - { use: offers }
    14 | links:
    15 |   - { from: complaint_time, to: complaint_time, within: 3 months }
       |                                 ^^^^^^^^^^^^^^
       = help: name the measure that it is claimed to move
    ");
    insta::assert_snapshot!(check("to: csat", "to: nps"), @"
    warning: a link names measure `nps`, which this scorecard does not use
      --> scorecards/service.yaml:15:33
       |
    13 |           - { use: offers }
    14 | links:
    15 |   - { from: complaint_time, to: nps, within: 3 months }
       |                                 ^^^
       = only measures of the scorecard are drawn on its map
       = help: use the measure in a leg, or take the link out
    ");
    insta::assert_snapshot!(check("3 months", "3"), @"
    error: `within` needs a number of months, not `3`
      --> scorecards/service.yaml:15:47
       |
    13 |           - { use: offers }
    14 | links:
    15 |   - { from: complaint_time, to: csat, within: 3 }
       |                                               ^
       = help: write `3 months`; from 1 to 120
    ");
    insta::assert_snapshot!(check("3 months", "0 months"), @"
    error: `within` needs a number of months, not `0 months`
      --> scorecards/service.yaml:15:47
       |
    13 |           - { use: offers }
    14 | links:
    15 |   - { from: complaint_time, to: csat, within: 0 months }
       |                                               ^^^^^^^^
       = help: write `3 months`; from 1 to 120
    ");
    insta::assert_snapshot!(check(", within: 3 months", ""), @"
    error: `within` is missing in a link of scorecard `service`
      --> scorecards/service.yaml:15:5
       |
    13 |           - { use: offers }
    14 | links:
    15 |   - { from: complaint_time, to: csat }
       |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: add `within: 3 months`
    ");
}

#[test]
fn weights() {
    insta::assert_snapshot!(csat("weight: -1, target: 82, baseline: 78"), @"
    error: a weight cannot be negative
      --> scorecards/service.yaml:7:34
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, weight: -1, target: 82, baseline: 78 }
       |                                  ^^
     8 |   business:
       |
       = help: write 0 to show something without counting it, or a positive number
    ");
    insta::assert_snapshot!(csat("weight: 0, target: 82, baseline: 78"), @"
    error: the weights of all measures of objective `Satisfied customers` are 0
      --> scorecards/service.yaml:7:34
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, weight: 0, target: 82, baseline: 78 }
       |                                  ^
     8 |   business:
       |
       = nothing is left to work a score out from
       = help: give at least one of them a positive weight
    ");
    insta::assert_snapshot!(csat("weight: heavy, target: 82, baseline: 78"), @"
    error: `weight` in scorecard `service` needs a number, not `heavy`
      --> scorecards/service.yaml:7:34
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, weight: heavy, target: 82, baseline: 78 }
       |                                  ^^^^^
     8 |   business:
       |
       = help: write a number such as `0.9`
    ");
    insta::assert_snapshot!(check("- objective: Satisfied", "- weight: 0\n        objective: Satisfied"), @"
    error: the weights of all objectives of leg `customer` are 0
      --> scorecards/service.yaml:5:17
       |
     3 |   customer:
     4 |     objectives:
     5 |       - weight: 0
       |                 ^
     6 |         objective: Satisfied customers
       |
       = nothing is left to work a score out from
       = help: give at least one of them a positive weight
    ");
    let zero = "  customer:\n    weight: 0\n";
    assert_eq!(check("  customer:\n", zero), "", "one leg that does not count is no mistake");
    let both = SCORECARD.replace("  customer:\n", zero).replace("  business:\n", "  business:\n    weight: 0\n");
    insta::assert_snapshot!(with(PATH, &both), @"
    error: the weights of all legs of scorecard `service` are 0
      --> scorecards/service.yaml:4:13
       |
     2 | legs:
     3 |   customer:
     4 |     weight: 0
       |             ^
     5 |     objectives:
       |
       = nothing is left to work a score out from
       = help: give at least one of them a positive weight
    ");
}

#[test]
fn imbalance() {
    insta::assert_snapshot!(check("legs:", "imbalance: 200\nlegs:"), @"
    error: `imbalance` has to lie between 0 and 100
      --> scorecards/service.yaml:2:12
       |
     1 | scorecard: service
     2 | imbalance: 200
       |            ^^^
     3 | legs:
       |
       = help: write how many points apart legs may lie, for example `imbalance: 20`
    ");
}

#[test]
fn rolling_below() {
    for rows in ["1", "2.5", "10001"] {
        let said = check("legs:", &format!("rolling_below: {rows}\nlegs:"));
        assert!(said.contains("`rolling_below` has to be a whole number of rows, from 2 to 10,000"), "{rows}: {said}");
    }
}

#[test]
fn quantities() {
    insta::assert_snapshot!(time("baseline: 52, target: 24 h"), @"
    error: `52` is a duration without a unit
      --> scorecards/service.yaml:12:46
       |
    10 |       - objective: Complaints settled quickly
    11 |         measures:
    12 |           - { use: complaint_time, baseline: 52, target: 24 h }
       |                                              ^^
    13 |           - { use: offers }
       |
       = help: write the unit behind the number: `52 s`, `52 min`, `52 h` or `52 d`
    ");
    insta::assert_snapshot!(time("baseline: 52 %, target: fast"), @"
    error: `%` does not fit a measure that is shown in a duration (`s`, `min`, `h` or `d`)
      --> scorecards/service.yaml:12:46
       |
    10 |       - objective: Complaints settled quickly
    11 |         measures:
    12 |           - { use: complaint_time, baseline: 52 %, target: fast }
       |                                              ^^^^
    13 |           - { use: offers }
       |
       = help: write the value in a duration (`s`, `min`, `h` or `d`)

    error: `fast` does not start with a number
      --> scorecards/service.yaml:12:60
       |
    10 |       - objective: Complaints settled quickly
    11 |         measures:
    12 |           - { use: complaint_time, baseline: 52 %, target: fast }
       |                                                            ^^^^
    13 |           - { use: offers }
       |
       = help: write a number, for example `82 %`, `52 h` or `4.2`
    ");
    insta::assert_snapshot!(csat("baseline: 78, target: 24 h"), @"
    error: `h` does not fit a measure that is shown in per cent (`%`)
      --> scorecards/service.yaml:7:48
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: 78, target: 24 h }
       |                                                ^^^^
     8 |   business:
       |
       = help: write the value in per cent (`%`)
    ");
    insta::assert_snapshot!(csat("baseline: 78, target: 820 %"), @"
    error: the measure can never reach `820 %`
      --> scorecards/service.yaml:7:48
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: 78, target: 820 % }
       |                                                ^^^^^
     8 |   business:
       |
       = a share lies between 0 % and 100 %
       = help: write a value that it can reach
    ");
    insta::assert_snapshot!(csat("baseline: 0.78, target: 0.82 %"), @"
    warning: `0.78` is taken as 0.78 %
      --> scorecards/service.yaml:7:36
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: 0.78, target: 0.82 % }
       |                                    ^^^^
     8 |   business:
       |
       = help: write `0.78 %` if you mean that, else `78 %`
    ");
    insta::assert_snapshot!(csat("baseline: 78, target: .inf"), @"
    error: `target` cannot be `.inf`
      --> scorecards/service.yaml:7:48
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: 78, target: .inf }
       |                                                ^^^^
     8 |   business:
       |
       = help: write a number, for example `82 %`
    ");
    insta::assert_snapshot!(csat("baseline: 78, target: NaN"), @"
    error: `target` cannot be `NaN`
      --> scorecards/service.yaml:7:48
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: 78, target: NaN }
       |                                                ^^^
     8 |   business:
       |
       = help: write a number, for example `82 %`
    ");
    insta::assert_snapshot!(csat("baseline: 78, target: 1e400"), @"
    error: `target` is written with an exponent
      --> scorecards/service.yaml:7:48
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: 78, target: 1e400 }
       |                                                ^^^^^
     8 |   business:
       |
       = help: write the number out, for example `1,500`
    ");
    insta::assert_snapshot!(csat("baseline: 78, target: 8.2e1"), @"
    error: `target` is written with an exponent
      --> scorecards/service.yaml:7:48
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: 78, target: 8.2e1 }
       |                                                ^^^^^
     8 |   business:
       |
       = help: write the number out, for example `1,500`
    ");
    insta::assert_snapshot!(time(&format!("baseline: 52 h, target: {} h", "9".repeat(400))), @"
    error: `99999999999999999999999999999999999999999999999999999999999…` is too large a number
      --> scorecards/service.yaml:12:60
       |
    10 |       - objective: Complaints settled quickly
    11 |         measures:
    12 |           - { use: complaint_time, baseline: 52 h, target: 999999999999999999999999999999999999999…
       |                                                            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    13 |           - { use: offers }
       |
       = help: write a number that a measure can reach
    ");
    insta::assert_snapshot!(csat(&format!("baseline: 78, target: +{} points", "9".repeat(400))), @"
    error: `+9999999999999999999999999999999999999999999999999999999999…` is too large a number
      --> scorecards/service.yaml:7:48
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: 78, target: +99999999999999999999999999999999999999999999999999…
       |                                                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
     8 |   business:
       |
       = help: write a number that a measure can reach
    ");
}

#[test]
fn periods() {
    insta::assert_snapshot!(csat("baseline: 78, target: 82, by: soon"), @"
    error: `by` needs a period, not `soon`
      --> scorecards/service.yaml:7:56
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: 78, target: 82, by: soon }
       |                                                        ^^^^
     8 |   business:
       |
       = help: write a day (2026-10-05), week (2026-W41), month (2026-10), quarter (2026-Q4) or year
               (2026)
    ");
    insta::assert_snapshot!(csat("baseline: { measured: 10/2025 }, target: 82"), @"
    error: `measured` needs a period, not `10/2025`
      --> scorecards/service.yaml:7:48
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: { measured: 10/2025 }, target: 82 }
       |                                                ^^^^^^^
     8 |   business:
       |
       = help: write a day (2026-10-05), week (2026-W41), month (2026-10), quarter (2026-Q4) or year
               (2026)
    ");
}

#[test]
fn targets_on_the_wrong_side() {
    insta::assert_snapshot!(csat("baseline: 82, target: 78"), @"
    error: `target` is on the wrong side of `baseline`
      --> scorecards/service.yaml:7:48
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: 82, target: 78 }
       |                                                ^^ lower than the baseline, but higher is better here
       |                                    -- the baseline
     8 |   business:
       |
       = help: swap the two values, or set `better: lower` in measure `csat`
    ");
    insta::assert_snapshot!(time("baseline: 24 h, target: 52 h"), @"
    error: `target` is on the wrong side of `baseline`
      --> scorecards/service.yaml:12:60
       |
    10 |       - objective: Complaints settled quickly
    11 |         measures:
    12 |           - { use: complaint_time, baseline: 24 h, target: 52 h }
       |                                                            ^^^^ higher than the baseline, but lower is better here
       |                                              ---- the baseline
    13 |           - { use: offers }
       |
       = help: swap the two values, or set `better: higher` in measure `complaint_time`
    ");
    insta::assert_snapshot!(csat("target: 82, red_flag: 90"), @"
    error: `red_flag` is on the wrong side of `target`
      --> scorecards/service.yaml:7:48
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, target: 82, red_flag: 90 }
       |                                                ^^ higher than the target, but higher is better here
       |                                  -- the target
     8 |   business:
       |
       = help: swap the two values, or set `better: lower` in measure `csat`
    ");
    insta::assert_snapshot!(time("target: 24 h, red_flag: 12 h"), @"
    error: `red_flag` is on the wrong side of `target`
      --> scorecards/service.yaml:12:60
       |
    10 |       - objective: Complaints settled quickly
    11 |         measures:
    12 |           - { use: complaint_time, target: 24 h, red_flag: 12 h }
       |                                                            ^^^^ lower than the target, but lower is better here
       |                                            ---- the target
    13 |           - { use: offers }
       |
       = help: swap the two values, or set `better: higher` in measure `complaint_time`
    ");
    insta::assert_snapshot!(csat("target: 82, red_flag: 82"), @"
    error: `red_flag` and `target` are equal
      --> scorecards/service.yaml:7:48
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, target: 82, red_flag: 82 }
       |                                                ^^
       |                                  -- the target
     8 |   business:
       |
       = a value would be met and unacceptable at once
       = help: write a red flag that is worse than the target
    ");
    insta::assert_snapshot!(csat("baseline: 78, target: 82, stretch: 80"), @"
    error: `stretch` is not beyond `target`
      --> scorecards/service.yaml:7:61
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: 78, target: 82, stretch: 80 }
       |                                                             ^^ not higher than the target, but higher is better here
       |                                                -- the target
     8 |   business:
       |
       = help: write a value above the target, or take `stretch` out
    ");
    insta::assert_snapshot!(time("baseline: 52 h, target: 24 h, stretch: 24 h"), @"
    error: `stretch` is not beyond `target`
      --> scorecards/service.yaml:12:75
       |
    10 |       - objective: Complaints settled quickly
    11 |         measures:
    12 |           - { use: complaint_time, baseline: 52 h, target: 24 h, stretch: 24 h }
       |                                                                           ^^^^ not lower than the target, but lower is better here
       |                                                            ---- the target
    13 |           - { use: offers }
       |
       = help: write a value below the target, or take `stretch` out
    ");
    assert_eq!(csat("baseline: 82, target: 82"), "", "to hold what has been reached is a target");
}

#[test]
fn what_can_be_told_before_the_baseline_has_been_measured() {
    insta::assert_snapshot!(csat("baseline: { measured: 2025-10 }, target: -3 points"), @"
    error: `target` is on the wrong side of `baseline`
      --> scorecards/service.yaml:7:67
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: { measured: 2025-10 }, target: -3 points }
       |                                                                   ^^^^^^^^^ lower than the baseline, but higher is better here
       |                                                ------- the baseline
     8 |   business:
       |
       = help: turn the sign around, or set `better: lower` in measure `csat`
    ");
    insta::assert_snapshot!(time("baseline: { measured: 2025-10 }, target: +10 %"), @"
    error: `target` is on the wrong side of `baseline`
      --> scorecards/service.yaml:12:77
       |
    10 |       - objective: Complaints settled quickly
    11 |         measures:
    12 |           - { use: complaint_time, baseline: { measured: 2025-10 }, target: +10 % }
       |                                                                             ^^^^^ higher than the baseline, but lower is better here
       |                                                          ------- the baseline
    13 |           - { use: offers }
       |
       = help: turn the sign around, or set `better: higher` in measure `complaint_time`
    ");
    insta::assert_snapshot!(time("baseline: { measured: 2025-10 }, target: -10 %, stretch: -5 %"), @"
    error: `stretch` is not beyond `target`
      --> scorecards/service.yaml:12:93
       |
    10 |       - objective: Complaints settled quickly
    11 |         measures:
    12 |           - { use: complaint_time, baseline: { measured: 2025-10 }, target: -10 %, stretch: -5 % }
       |                                                                                             ^^^^ not lower than the target, but lower is better here
       |                                                                             ----- the target
    13 |           - { use: offers }
       |
       = help: write a value below the target, or take `stretch` out
    ");
    assert_eq!(time("baseline: { measured: 2025-10 }, target: -10 %, red_flag: 60 h"), "");
}

#[test]
fn targets_of_units() {
    insta::assert_snapshot!(csat("baseline: 78, target: 82, units: { branch-07: { target: 76 } }"), @"
    error: `target` is on the wrong side of `baseline`
      --> scorecards/service.yaml:7:82
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: 78, target: 82, units: { branch-07: { target: 76 } } }
       |                                                                                  ^^ lower than the baseline, but higher is better here
       |                                    -- the baseline
     8 |   business:
       |
       = help: swap the two values, or set `better: lower` in measure `csat`
    ");
    insta::assert_snapshot!(csat("target: 82, red_flag: 70, units: { branch-07: { target: +3 points } }"), @"
    error: `target` is relative to a baseline, and none is given
      --> scorecards/service.yaml:7:82
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, target: 82, red_flag: 70, units: { branch-07: { target: +3 points } } }
       |                                                                                  ^^^^^^^^^
     8 |   business:
       |
       = help: add `baseline`, or write the value to be reached without a sign
    ");
    assert_eq!(csat("baseline: 78, target: 82, units: { branch-07: { baseline: 70, target: 76 } }"), "");
    // What is wrong with the plan of everyone is said once.
    let found = csat("baseline: 82, target: 78, units: { a: { by: 2027 }, b: { stretch: 95 } }");
    assert_eq!(found.matches("error:").count(), 1, "{found}");
}

#[test]
fn changes_without_a_baseline() {
    insta::assert_snapshot!(csat("target: +15 %"), @"
    error: `target` is relative to a baseline, and none is given
      --> scorecards/service.yaml:7:34
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, target: +15 % }
       |                                  ^^^^^
     8 |   business:
       |
       = help: add `baseline`, or write the value to be reached without a sign
    ");
    insta::assert_snapshot!(time("target: 24 h, red_flag: 60 h, stretch: -2 h"), @"
    error: `stretch` is relative to a baseline, and none is given
      --> scorecards/service.yaml:12:75
       |
    10 |       - objective: Complaints settled quickly
    11 |         measures:
    12 |           - { use: complaint_time, target: 24 h, red_flag: 60 h, stretch: -2 h }
       |                                                                           ^^^^
    13 |           - { use: offers }
       |
       = help: add `baseline`, or write the value to be reached without a sign
    ");
}

#[test]
fn no_score() {
    insta::assert_snapshot!(csat("target: 82"), @"
    warning: no score can be worked out for `csat` from a target alone
      --> scorecards/service.yaml:7:34
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, target: 82 }
       |                                  ^^
     8 |   business:
       |
       = whether the target is met is shown; the measure does not count in its leg
       = help: add `baseline` (where it came from) or `red_flag` (where it becomes unacceptable), or
               write `normalise: binary`
    ");
    insta::assert_snapshot!(csat("by: 2026"), @"
    warning: `csat` has no target
      --> scorecards/service.yaml:7:20
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, by: 2026 }
       |                    ^^^^
     8 |   business:
       |
       = its values are shown; without a target they have no status and no score
       = help: add `target`, and `baseline` or `red_flag`
    ");
    insta::assert_snapshot!(csat("target: 82, normalise: baseline to target"), @"
    error: no score can be worked out for `csat` like this
      --> scorecards/service.yaml:7:49
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, target: 82, normalise: baseline to target }
       |                                                 ^^^^^^^^^^^^^^^^^^ `baseline to target` needs `baseline` and `target`
     8 |   business:
       |
       = help: add what is missing, or take `normalise` out
    ");
    insta::assert_snapshot!(csat("target: 82, baseline: 78, normalise: goal and red flag"), @"
    error: no score can be worked out for `csat` like this
      --> scorecards/service.yaml:7:63
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, target: 82, baseline: 78, normalise: goal and red flag }
       |                                                               ^^^^^^^^^^^^^^^^^ `goal and red flag` needs `target` and `red_flag`
     8 |   business:
       |
       = help: add what is missing, or take `normalise` out
    ");
    insta::assert_snapshot!(csat("target: 82, normalise: band"), @"
    error: no score can be worked out for `csat` like this
      --> scorecards/service.yaml:7:49
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, target: 82, normalise: band }
       |                                                 ^^^^ `band` needs a measure that is best within a range
     8 |   business:
       |
       = help: set `better: { within: [10 %, 15 %] }` in the measure, or take `normalise` out
    ");
    insta::assert_snapshot!(csat("baseline: 78, normalise: binary"), @"
    error: no score can be worked out for `csat` like this
      --> scorecards/service.yaml:7:51
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, baseline: 78, normalise: binary }
       |                                                   ^^^^^^ `binary` needs `target`
     8 |   business:
       |
       = help: add `target`
    ");
    insta::assert_snapshot!(csat("target: 82, normalise: linear"), @"
    error: `normalise` in scorecard `service` cannot be `linear`
      --> scorecards/service.yaml:7:49
       |
     5 |       - objective: Satisfied customers
     6 |         measures:
     7 |           - { use: csat, target: 82, normalise: linear }
       |                                                 ^^^^^^
     8 |   business:
       |
       = help: write `automatic`, `baseline to target`, `goal and red flag`, `band` or `binary`
    ");
    insta::assert_snapshot!(check("use: offers", "use: offers, normalise: goal and red flag"), @"
    error: no score can be worked out for `offers` like this
      --> scorecards/service.yaml:13:39
       |
    11 |         measures:
    12 |           - { use: complaint_time, baseline: 52 h, target: -25 %, red_flag: 60 h }
    13 |           - { use: offers, normalise: goal and red flag }
       |                                       ^^^^^^^^^^^^^^^^^ this needs a measure for which one way is better
    14 | links:
       |
       = help: take `normalise` out: a measure that is best within a range has a score of its own
    ");
    assert_eq!(csat("target: 82, normalise: binary"), "");
    assert_eq!(check("use: offers", "use: offers, normalise: band"), "");
    // What could not be read is not reported as missing too.
    let found = csat("target: 82, baseline: high");
    assert_eq!(found.matches("-->").count(), 1, "{found}");
}

#[test]
fn targets_without_effect() {
    insta::assert_snapshot!(check("use: offers", "use: offers, target: 12 %, stretch: 14 %"), @"
    warning: `target` has no effect: `offers` is best within a range
      --> scorecards/service.yaml:13:36
       |
    11 |         measures:
    12 |           - { use: complaint_time, baseline: 52 h, target: -25 %, red_flag: 60 h }
    13 |           - { use: offers, target: 12 %, stretch: 14 % }
       |                                    ^^^^
    14 | links:
       |
       = the range in the measure is what is to be reached
       = help: take `target` out, or change `better` in the measure

    warning: `stretch` has no effect: `offers` is best within a range
      --> scorecards/service.yaml:13:51
       |
    11 |         measures:
    12 |           - { use: complaint_time, baseline: 52 h, target: -25 %, red_flag: 60 h }
    13 |           - { use: offers, target: 12 %, stretch: 14 % }
       |                                                   ^^^^
    14 | links:
       |
       = the range in the measure is what is to be reached
       = help: take `stretch` out, or change `better` in the measure
    ");
    insta::assert_snapshot!(check("use: offers", "use: offers, red_flag: 12 %"), @"
    error: `red_flag` lies inside the range that is best
      --> scorecards/service.yaml:13:38
       |
    11 |         measures:
    12 |           - { use: complaint_time, baseline: 52 h, target: -25 %, red_flag: 60 h }
    13 |           - { use: offers, red_flag: 12 % }
       |                                      ^^^^
    14 | links:
       |
       = help: write a value outside of the range
    ");
    insta::assert_snapshot!(check("use: offers", "use: cost, target: 100"), @"
    warning: `target` has no effect: neither way is better for `cost`
      --> scorecards/service.yaml:13:34
       |
    11 |         measures:
    12 |           - { use: complaint_time, baseline: 52 h, target: -25 %, red_flag: 60 h }
    13 |           - { use: cost, target: 100 }
       |                                  ^^^
    14 | links:
       |
       = help: take `target` out, or set `better` in the measure
    ");
    assert_eq!(check("use: offers", "use: offers, red_flag: 30 %"), "");
}
