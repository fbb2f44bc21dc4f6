use evenkeel_model::measure::{Amount, Direction, DurationUnit, Expression, Formula, Measure, QuantileMethod, ValueUnit};

use super::{CSAT, project, replaced, sound, with};

/// The measure that these lines define; `measure` and `better` are added.
fn read(lines: &str) -> Measure {
    let text = format!("measure: x\nbetter: higher\n{lines}\n");
    project(&sound().with("measures/x.yaml", text)).measures["x"].as_ref().clone()
}

fn check(lines: &str) -> String {
    with("measures/x.yaml", &format!("measure: x\nbetter: higher\n{lines}\n"))
}

/// What is found when the measure `csat` is written otherwise.
fn csat(old: &str, new: &str) -> String {
    replaced("measures/csat.yaml", CSAT, old, new)
}

#[test]
fn what_a_measure_says() {
    let text = "\
measure: complaint_time
title: Complaint resolution time
leg: customer
perspective: internal processes
noun: complaints
unit: hours
decimals: 1
from: case_facts
where: is_complaint
quantile: { of: full_resolution_s, at: 0.9, method: interpolated }
period_of: solved_at
attribute: none
unit_of: unit_id
better: lower
levels: [unit]
version: 3
about: { means: M, collected: C, moved_by: [a, b], read_with: [csat], pitfalls: [p] }
";
    let read = project(&sound().with("measures/complaint_time.yaml", text));
    insta::assert_debug_snapshot!(read.measures["complaint_time"], @"");
}

#[test]
fn what_holds_by_default() {
    insta::assert_debug_snapshot!(read("from: responses\nshare: score >= 4"), @"");
}

#[test]
fn kinds_and_their_units() {
    let check = |lines: &str, kind: &str, unit: ValueUnit| {
        let measure = read(lines);
        assert_eq!((measure.formula.kind(), measure.unit), (kind, unit), "{lines}");
    };
    let number = || ValueUnit::Number { word: None };
    let word = |word: &str| ValueUnit::Number { word: Some(word.to_owned()) };
    check("from: cases\ncount: rows", "count", ValueUnit::Count);
    check("from: orders\nsum: amount", "sum", number());
    check("from: orders\nsum: amount\nunit: money", "sum", ValueUnit::Money);
    check("from: responses\nmean: score", "mean", number());
    check("from: responses\nmean: score\nunit: points", "mean", word("points"));
    check("from: responses\nmean: score\nunit: \"%\"", "mean", ValueUnit::Percent);
    check("from: responses\nnps: score", "net promoter score", ValueUnit::Points);
    let minutes = ValueUnit::Duration(DurationUnit::Minutes);
    check("from: calls\nquantile: { of: hold_s, at: 0.5 }\nunit: minutes", "quantile", minutes);
    check("from: cases\nstock: { until: imported_at }\nunit: cases", "stock", word("cases"));
    check("from: orders\nratio: { numerator: { sum: amount }, denominator: rows }", "ratio", number());
    let per = |many: f64, of: &str| ValueUnit::Per { many, of: of.to_owned() };
    let rate = "rate: { events: { from: cases, count: is_complaint }, exposure: { from: orders, count: rows }";
    check(&format!("{rate}, per: 1000 }}"), "rate", per(1000.0, "orders"));
    check(&format!("{rate} }}\nunit: per 1,000 sales"), "rate", per(1000.0, "sales"));
    check(&format!("{rate}, per: 100 }}\nunit: percent"), "rate", ValueUnit::Percent);
    check("from: cases\nshare: is_complaint\nunit: per 100 cases", "share", per(100.0, "cases"));
}

#[test]
fn nouns_by_default() {
    let check = |lines: &str, noun: &str| assert_eq!(read(lines).noun, noun, "{lines}");
    check("from: case_facts\ncount: rows", "cases");
    check("from: responses\ncount: rows", "answers");
    check("from: orders\ncount: rows", "orders");
    check("from: orders\ncount: rows\nnoun: sales", "sales");
}

#[test]
fn a_side_takes_what_it_leaves_open_from_the_measure() {
    let lines = "\
from: cases
where: is_complaint
period_of: imported_at
attribute: none
ratio:
  numerator:
    count: channel = 'phone'
    where: |
      topic = 'card' -- only these
    unit_of: none
  denominator: rows";
    let Formula::Ratio { numerator, denominator } = read(lines).formula else { panic!() };
    let both = "(topic = 'card' -- only these\n) and (channel = 'phone')";
    assert_eq!(numerator.rows.condition, Some(Expression(both.to_owned())));
    assert_eq!(numerator.rows.period_of.as_str(), "imported_at");
    assert_eq!((numerator.rows.person, numerator.rows.unit), (None, None));
    assert_eq!(denominator.rows.condition, Some(Expression("is_complaint".to_owned())));
    assert_eq!(denominator.rows.unit, Some(Expression("unit_id".to_owned())));
    assert_eq!((numerator.amount, denominator.amount), (Amount::Count, Amount::Count));
}

#[test]
fn a_side_with_a_table_of_its_own_takes_nothing_but_nobody() {
    let lines = "\
from: case_facts
where: is_complaint
attribute: none
rate:
  events: rows
  exposure: { from: orders, sum: amount }
  per: 1000";
    let Formula::Rate { events, exposure, per } = read(lines).formula else { panic!() };
    assert_eq!(events.rows.condition, Some(Expression("is_complaint".to_owned())));
    assert_eq!(exposure.rows.condition, None);
    assert_eq!(exposure.rows.period_of.as_str(), "at");
    assert_eq!((exposure.rows.person, exposure.rows.unit), (None, Some(Expression("unit_id".to_owned()))));
    assert_eq!((exposure.amount, per), (Amount::Sum(Expression("amount".to_owned())), 1000.0));
}

#[test]
fn directions() {
    let check = |better: &str, direction: Direction| {
        let text = format!("measure: x\nfrom: responses\nshare: score >= 4\nbetter: {better}\n");
        assert_eq!(project(&sound().with("measures/x.yaml", text)).measures["x"].better, direction);
    };
    check("lower", Direction::Lower);
    check("neither", Direction::Neither);
    check("{ within: [10 %, 15] }", Direction::Within { low: 0.1, high: 0.15 });
}

#[test]
fn the_digest_follows_the_formula_and_nothing_else() {
    let digest = |text: &str| {
        let files = sound().with("scorecards/service.yaml", "scorecard: s\nlegs: { a: { objectives: [{ objective: a, measures: [{ use: offers }] }] } }\n");
        project(&files.with("measures/csat.yaml", text)).measures["csat"].definition.digest.clone()
    };
    let original = digest(CSAT);
    assert_eq!(original.len(), 8);
    for same in [
        CSAT.replace("Customer satisfaction", "Another title"),
        CSAT.replace("score >= 4", "score>=4"),
        CSAT.replace("share: score >= 4", "share: |\n  score -- the answer\n  >= 4"),
        CSAT.lines().rev().collect::<Vec<_>>().join("\n"),
        format!("{CSAT}unit: percent\ndecimals: 2\nversion: 2\nperiod_of: answered_at\nlevels: [unit]\n"),
    ] {
        assert_eq!(digest(&same), original, "{same}");
    }
    for other in [
        CSAT.replace("score >= 4", "score >= 5"),
        CSAT.replace("share: score >= 4", "mean: score"),
        format!("{CSAT}where: survey = 'a'\n"),
        format!("{CSAT}period_of: asked_at\n"),
        format!("{CSAT}attribute: none\n"),
        format!("{CSAT}unit_of: none\n"),
    ] {
        assert_ne!(digest(&other), original, "{other}");
    }
}

#[test]
fn keys_of_measures() {
    insta::assert_snapshot!(csat("title", "titel"), @"");
    insta::assert_snapshot!(csat("title: Customer satisfaction", "target: 82 %"), @"");
    insta::assert_snapshot!(csat("title: Customer satisfaction", "about: { mean: x }"), @"");
    insta::assert_snapshot!(csat("measure: csat\n", ""), @"");
    insta::assert_snapshot!(csat("from: responses\n", ""), @"");
    insta::assert_snapshot!(csat("better: higher\n", ""), @"");
    insta::assert_snapshot!(csat("title: Customer satisfaction", "title:"), @"");
    insta::assert_snapshot!(csat("title: Customer satisfaction", "title: {a: b}"), @"");
}

#[test]
fn names_of_measures() {
    let text = "measure: First-Contact\nfrom: cases\ncount: rows\nbetter: higher\n";
    insta::assert_snapshot!(with("measures/x.yaml", text), @"");
}

#[test]
fn no_kind_or_several() {
    insta::assert_snapshot!(csat("share: score >= 4\n", ""), @"");
    insta::assert_snapshot!(csat("better", "mean: score\nnps: score\nbetter"), @"");
    insta::assert_snapshot!(check("from: cases\ncount: is_complaint"), @"");
    let ratio = "from: cases\nratio: { numerator: is_complaint, denominator: { count: rows, sum: x } }";
    insta::assert_snapshot!(check(ratio), @"");
    insta::assert_snapshot!(check("from: cases\nratio: { numerator: {} }"), @"");
}

#[test]
fn tables_and_columns() {
    insta::assert_snapshot!(csat("responses", "response"), @"");
    insta::assert_snapshot!(csat("responses", "survey_answers"), @"");
    insta::assert_snapshot!(csat("score >= 4", "scor"), @"");
    insta::assert_snapshot!(csat("score >= 4", "nps_band"), @"");
    insta::assert_snapshot!(csat("better", "period_of: score\nbetter"), @"");
    insta::assert_snapshot!(csat("better", "attribute: agent_id\nunit_of: unit\nbetter"), @"");
    insta::assert_snapshot!(check("from: calendars\ncount: rows"), @"");
    insta::assert_snapshot!(check("from: case_facts\nstock: { until: solved }"), @"");
    insta::assert_snapshot!(check("rate: { events: { from: case, count: rows }, exposure: rows, per: 10 }"), @"");
    // Anything but a bare name is left to the engine, which reads SQL.
    assert_eq!(csat("score >= 4", "scor >= 4"), "");
    assert_eq!(csat("score >= 4", "true"), "");
}

#[test]
fn one_mistake_of_the_measure_is_reported_once_for_both_sides() {
    let found = check("from: cases\nwhere: is_complain\nratio: { numerator: rows, denominator: rows }");
    assert_eq!(found.matches("error:").count(), 1, "{found}");
}

#[test]
fn quantiles() {
    let check = |at: &str| csat("share: score >= 4", &format!("quantile: {{ of: score, at: {at} }}"));
    insta::assert_snapshot!(check("90"), @"");
    insta::assert_snapshot!(check("-0.5"), @"");
    insta::assert_snapshot!(check("0.5, method: nearest"), @"");
    insta::assert_snapshot!(csat("share: score >= 4", "quantile: score"), @"");
    let method = |option: &str| {
        let lines = format!("from: calls\nquantile: {{ of: hold_s, at: 0.5{option} }}\nunit: seconds");
        let Formula::Quantile { method, .. } = read(&lines).formula else { panic!() };
        method
    };
    assert_eq!(method(""), QuantileMethod::NearestRank);
    assert_eq!(method(", method: nearest rank"), QuantileMethod::NearestRank);
    assert_eq!(method(", method: interpolated"), QuantileMethod::Interpolated);
}

#[test]
fn rates() {
    let rate = |end: &str| check(&format!("from: cases\nrate: {{ events: {{ count: is_complaint }}, exposure: rows{end}"));
    insta::assert_snapshot!(rate(" }"), @"");
    insta::assert_snapshot!(rate(", per: 0 }"), @"");
    insta::assert_snapshot!(rate(", per: 1,000 }"), @"");
    insta::assert_snapshot!(rate(", per: '1,000' }"), @"");
    insta::assert_snapshot!(rate(", per: 100 }\nunit: per 1,000 cases"), @"");
}

#[test]
fn units() {
    let unit = |unit: &str| csat("better", &format!("unit: {unit}\nbetter"));
    insta::assert_snapshot!(unit("hours"), @"");
    insta::assert_snapshot!(unit("per thousand"), @"");
    let mean = |unit: &str| check(&format!("from: responses\nmean: score\nunit: {unit}"));
    insta::assert_snapshot!(mean("hour"), @"");
    insta::assert_snapshot!(mean("Hours"), @"");
    insta::assert_snapshot!(mean("houres"), @"");
    insta::assert_snapshot!(mean("per 100 answers"), @"");
    assert_eq!(mean("stars"), "");
    insta::assert_snapshot!(check("from: cases\ncount: rows\nunit: percent"), @"");
    insta::assert_snapshot!(check("from: responses\nnps: score\nunit: percent"), @"");
    insta::assert_snapshot!(check("from: orders\nsum: amount\nunit: percent"), @"");
}

#[test]
fn better() {
    let better = |better: &str| csat("better: higher", &format!("better: {better}"));
    insta::assert_snapshot!(better("up"), @"");
    insta::assert_snapshot!(better("hihger"), @"");
    insta::assert_snapshot!(better("{ within: [15 %, 10 %] }"), @"");
    insta::assert_snapshot!(better("{ within: [10 %, 10 %] }"), @"");
    insta::assert_snapshot!(better("{ within: [10 %] }"), @"");
    insta::assert_snapshot!(better("{ within: [10 %, 15 h] }"), @"");
    insta::assert_snapshot!(better("{ between: [10 %, 15 %] }"), @"");
    insta::assert_snapshot!(better("[10 %, 15 %]"), @"");
}

#[test]
fn levels_decimals_and_versions() {
    insta::assert_snapshot!(csat("better", "levels: [persons]\nbetter"), @"");
    insta::assert_snapshot!(csat("better", "levels: unit\nbetter"), @"");
    insta::assert_snapshot!(csat("better", "decimals: 12\nbetter"), @"");
    insta::assert_snapshot!(csat("better", "decimals: -1\nbetter"), @"");
    insta::assert_snapshot!(csat("better", "version: 0\nbetter"), @"");
    insta::assert_snapshot!(csat("better", "version: v2\nbetter"), @"");
    let whole = read("from: cases\ncount: rows\nlevels: []").levels;
    assert!(!whole.person && !whole.unit, "an empty list leaves the organisation as a whole");
}

#[test]
fn what_to_read_a_measure_with() {
    insta::assert_snapshot!(csat("better", "about: { read_with: [reopen, complaint_tyme] }\nbetter"), @"");
}
