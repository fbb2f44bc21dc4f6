use evenkeel_model::measure::{
    Amount, Direction, DurationUnit, Expression, Formula, Measure, QuantileMethod, ValueUnit,
};

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
    insta::assert_debug_snapshot!(read.measures["complaint_time"], @r#"
    Measure {
        id: MeasureId(
            "complaint_time",
        ),
        title: "Complaint resolution time",
        leg: Some(
            "customer",
        ),
        perspective: Some(
            "internal processes",
        ),
        noun: "complaints",
        unit: Duration(
            Hours,
        ),
        decimals: Some(
            1,
        ),
        better: Lower,
        levels: Levels {
            person: false,
            unit: true,
        },
        withhold_below: None,
        formula: Quantile {
            rows: Rows {
                table: "case_facts",
                conditions: [
                    Expression(
                        "is_complaint",
                    ),
                ],
                period_of: Expression(
                    "solved_at",
                ),
                person: None,
                unit: Some(
                    Expression(
                        "unit_id",
                    ),
                ),
            },
            of: Expression(
                "full_resolution_s",
            ),
            at: 0.9,
            method: Interpolated,
        },
        wait: None,
        about: About {
            means: Some(
                "M",
            ),
            collected: Some(
                "C",
            ),
            moved_by: [
                "a",
                "b",
            ],
            read_with: [
                MeasureId(
                    "csat",
                ),
            ],
            pitfalls: [
                "p",
            ],
            needs: [],
            timing: None,
            not_for_people: None,
            sources: [],
        },
        example: None,
        definition: DefinitionVersion {
            number: 3,
            digest: "0e3ad3d6",
        },
        earlier: [],
    }
    "#);
}

#[test]
fn what_holds_by_default() {
    insta::assert_debug_snapshot!(read("from: responses\nshare: score >= 4"), @r#"
    Measure {
        id: MeasureId(
            "x",
        ),
        title: "X",
        leg: None,
        perspective: None,
        noun: "answers",
        unit: Percent,
        decimals: None,
        better: Higher,
        levels: Levels {
            person: true,
            unit: true,
        },
        withhold_below: None,
        formula: Share {
            rows: Rows {
                table: "responses",
                conditions: [],
                period_of: Expression(
                    "answered_at",
                ),
                person: Some(
                    Expression(
                        "person_id",
                    ),
                ),
                unit: Some(
                    Expression(
                        "unit_id",
                    ),
                ),
            },
            of: Expression(
                "score >= 4",
            ),
        },
        wait: None,
        about: About {
            means: None,
            collected: None,
            moved_by: [],
            read_with: [],
            pitfalls: [],
            needs: [],
            timing: None,
            not_for_people: None,
            sources: [],
        },
        example: None,
        definition: DefinitionVersion {
            number: 1,
            digest: "bbc65c7f",
        },
        earlier: [],
    }
    "#);
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
    let both = ["topic = 'card' -- only these", "channel = 'phone'"].map(|text| Expression(text.to_owned()));
    assert_eq!(numerator.rows.conditions, both);
    assert_eq!(numerator.rows.period_of.as_str(), "imported_at");
    assert_eq!((numerator.rows.person, numerator.rows.unit), (None, None));
    assert_eq!(denominator.rows.conditions, [Expression("is_complaint".to_owned())]);
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
    assert_eq!(events.rows.conditions, [Expression("is_complaint".to_owned())]);
    assert!(exposure.rows.conditions.is_empty());
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
        let files = sound().with(
            "scorecards/service.yaml",
            "scorecard: s\nlegs: { a: { objectives: [{ objective: a, measures: [{ use: offers }] }] } }\n",
        );
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
    insta::assert_snapshot!(csat("title", "titel"), @"
    error: unknown key `titel` in measure `csat`
      --> measures/csat.yaml:2:1
       |
     1 | measure: csat
     2 | titel: Customer satisfaction
       | ^^^^^ did you mean `title`?
     3 | from: responses
    ");
    insta::assert_snapshot!(csat("title: Customer satisfaction", "target: 82 %"), @"
    error: unknown key `target` in measure `csat`
      --> measures/csat.yaml:2:1
       |
     1 | measure: csat
     2 | target: 82 %
       | ^^^^^^
     3 | from: responses
       |
       = help: keys that can stand here: `measure`, `title`, `leg`, `perspective`, `noun`, `unit`,
               `decimals`, `from`, `where`, `share`, `count`, `sum`, `mean`, `ratio`, `rate`, `nps`,
               `quantile`, `stock`, `distinct`, `retention`, `churn`, `cohort`, `formula`, `composite`,
               `period_of`, `attribute`, `unit_of`, `better`, `levels`, `wait`, `withhold_below`,
               `version`, `versions`, `about` and `example`
    ");
    insta::assert_snapshot!(csat("title: Customer satisfaction", "about: { mean: x }"), @"
    error: unknown key `mean` in `about` of measure `csat`
      --> measures/csat.yaml:2:10
       |
     1 | measure: csat
     2 | about: { mean: x }
       |          ^^^^ did you mean `means`?
     3 | from: responses
    ");
    insta::assert_snapshot!(csat("measure: csat\n", ""), @"
    error: `measure` is missing in the measure in `measures/csat.yaml`
      --> measures/csat.yaml:1:1
       |
     1 | title: Customer satisfaction
       | ^^^^^
     2 | from: responses
       |
       = help: add `measure: complaint_time`
    ");
    insta::assert_snapshot!(csat("from: responses\n", ""), @"
    error: `from` is missing in measure `csat`
      --> measures/csat.yaml:1:10
       |
     1 | measure: csat
       |          ^^^^
     2 | title: Customer satisfaction
       |
       = a measure reads one table of the service record, or `case_facts`
       = help: add `from: case_facts`
    ");
    insta::assert_snapshot!(csat("better: higher\n", ""), @"
    error: `better` is missing in measure `csat`
      --> measures/csat.yaml:1:1
       |
     1 | measure: csat
       | ^^^^^^^
     2 | title: Customer satisfaction
       |
       = help: add `better: higher` or `better: lower`
    ");
    insta::assert_snapshot!(csat("title: Customer satisfaction", "title:"), @"
    error: `title` in measure `csat` has no value
      --> measures/csat.yaml:2:1
       |
     1 | measure: csat
     2 | title:
       | ^^^^^
     3 | from: responses
       |
       = help: write a value behind it, or take the key out; for the text `null`, put it between quotes
    ");
    insta::assert_snapshot!(csat("title: Customer satisfaction", "title: {a: b}"), @"
    error: `title` in measure `csat` needs a text, not a mapping
      --> measures/csat.yaml:2:8
       |
     1 | measure: csat
     2 | title: {a: b}
       |        ^^^^^^
     3 | from: responses
       |
       = help: put quotes around a text that starts with `{`
    ");
}

#[test]
fn names_of_measures() {
    let text = "measure: First-Contact\nfrom: cases\ncount: rows\nbetter: higher\n";
    insta::assert_snapshot!(with("measures/x.yaml", text), @"
    error: `First-Contact` cannot be the name of a measure
      --> measures/x.yaml:1:10
       |
     1 | measure: First-Contact
       |          ^^^^^^^^^^^^^
     2 | from: cases
       |
       = a name begins with a letter, has small letters, digits and `_`, and at most 64 characters
       = help: write `first_contact`
    ");
}

#[test]
fn no_kind_or_several() {
    insta::assert_snapshot!(csat("share: score >= 4\n", ""), @"
    error: measure `csat` does not say how it is worked out
      --> measures/csat.yaml:1:10
       |
     1 | measure: csat
       |          ^^^^
     2 | title: Customer satisfaction
       |
       = help: add one of `share`, `count`, `sum`, `mean`, `ratio`, `rate`, `nps`, `quantile`, `stock`,
               `distinct`, `retention`, `churn`, `cohort`, `formula` or `composite`
    ");
    insta::assert_snapshot!(csat("better", "mean: score\nnps: score\nbetter"), @"
    error: measure `csat` says in several ways how it is worked out: `share`, `mean` and `nps`
      --> measures/csat.yaml:4:1
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | share: score >= 4
       | ^^^^^
     5 | mean: score
       | ----
     6 | nps: score
       | ---
       = help: keep one of them; every other one makes a measure of its own
    ");
    insta::assert_snapshot!(check("from: cases\ncount: is_complaint"), @"
    error: `count` in measure `x` takes `rows`, not `is_complaint`
      --> measures/x.yaml:4:8
       |
     2 | better: higher
     3 | from: cases
     4 | count: is_complaint
       |        ^^^^^^^^^^^^
       = help: write `count: rows` and put the condition into `where: is_complaint`
    ");
    let ratio = "from: cases\nratio: { numerator: is_complaint, denominator: { count: rows, sum: x } }";
    insta::assert_snapshot!(check(ratio), @"
    error: `numerator` of measure `x` cannot be `is_complaint`
      --> measures/x.yaml:4:21
       |
     2 | better: higher
     3 | from: cases
     4 | ratio: { numerator: is_complaint, denominator: { count: rows, sum: x } }
       |                     ^^^^^^^^^^^^
       = help: write `rows`, `{ count: is_complaint }`, `{ sum: is_complaint }` or `{ distinct: is_complaint }`

    error: `denominator` of measure `x` has both `count` and `sum`
      --> measures/x.yaml:4:63
       |
     2 | better: higher
     3 | from: cases
     4 | ratio: { numerator: is_complaint, denominator: { count: rows, sum: x } }
       |                                                               ^^^
       |                                                  ----- and this
       = help: keep one of the two: an amount is a number of rows, a sum or a number of different values
    ");
    insta::assert_snapshot!(check("from: cases\nratio: { numerator: {} }"), @"
    error: `denominator` is missing in `ratio` of measure `x`
      --> measures/x.yaml:4:8
       |
     2 | better: higher
     3 | from: cases
     4 | ratio: { numerator: {} }
       |        ^^^^^^^^^^^^^^^^^
       = help: add `denominator: rows`

    error: `count`, `sum` or `distinct` is missing in `numerator` of measure `x`
      --> measures/x.yaml:4:21
       |
     2 | better: higher
     3 | from: cases
     4 | ratio: { numerator: {} }
       |                     ^^
       = help: add `count: rows` or `sum: amount`
    ");
}

#[test]
fn tables_and_columns() {
    insta::assert_snapshot!(csat("responses", "response"), @"
    error: the service record has no table `response`
      --> measures/csat.yaml:3:7
       |
     1 | measure: csat
     2 | title: Customer satisfaction
     3 | from: response
       |       ^^^^^^^^ did you mean `responses`?
     4 | share: score >= 4
    ");
    insta::assert_snapshot!(csat("responses", "survey_answers"), @"
    error: the service record has no table `survey_answers`
      --> measures/csat.yaml:3:7
       |
     1 | measure: csat
     2 | title: Customer satisfaction
     3 | from: survey_answers
       |       ^^^^^^^^^^^^^^
     4 | share: score >= 4
       |
       = help: tables that can be read: `units`, `people`, `memberships`, `customers`, `cases`,
               `case_events`, `calls`, `responses`, `evaluations`, `orders`, `trainings`, `worktime`,
               `calendars`, `holidays`, `observations`, `aliases`, `exclusions` and `case_facts`
    ");
    insta::assert_snapshot!(csat("score >= 4", "scor"), @"
    error: `responses` has no column `scor`
      --> measures/csat.yaml:4:8
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | share: scor
       |        ^^^^ did you mean `score`?
     5 | better: higher
    ");
    insta::assert_snapshot!(csat("score >= 4", "nps_band"), @"
    error: `responses` has no column `nps_band`
      --> measures/csat.yaml:4:8
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | share: nps_band
       |        ^^^^^^^^
     5 | better: higher
       |
       = what the record has no column for is in `attributes`: `json_text(attributes, 'nps_band')`
       = help: columns of `responses`: `response_id`, `survey`, `question`, `scale_min`, `scale_max`,
               `asked_at`, `answered_at`, `score`, `choice`, `text`, `case_id`, `call_id`,
               `customer_id`, `person_id`, `unit_id`, `wave`, `attributes`, `source`, `imported_at` and
               `batch_id`
    ");
    insta::assert_snapshot!(csat("better", "period_of: score\nbetter"), @"
    error: `period_of` needs an instant or a day, and `score` is neither
      --> measures/csat.yaml:5:12
       |
     3 | from: responses
     4 | share: score >= 4
     5 | period_of: score
       |            ^^^^^
     6 | better: higher
       |
       = help: instants and days of `responses`: `asked_at` and `answered_at`
    ");
    insta::assert_snapshot!(csat("better", "attribute: agent_id\nunit_of: unit\nbetter"), @"
    error: `responses` has no column `agent_id`
      --> measures/csat.yaml:5:12
       |
     3 | from: responses
     4 | share: score >= 4
     5 | attribute: agent_id
       |            ^^^^^^^^
     6 | unit_of: unit
       |
       = what the record has no column for is in `attributes`: `json_text(attributes, 'agent_id')`
       = help: columns of `responses`: `response_id`, `survey`, `question`, `scale_min`, `scale_max`,
               `asked_at`, `answered_at`, `score`, `choice`, `text`, `case_id`, `call_id`,
               `customer_id`, `person_id`, `unit_id`, `wave`, `attributes`, `source`, `imported_at` and
               `batch_id`

    error: `responses` has no column `unit`
      --> measures/csat.yaml:6:10
       |
     4 | share: score >= 4
     5 | attribute: agent_id
     6 | unit_of: unit
       |          ^^^^
     7 | better: higher
       |
       = what the record has no column for is in `attributes`: `json_text(attributes, 'unit')`
       = help: columns of `responses`: `response_id`, `survey`, `question`, `scale_min`, `scale_max`,
               `asked_at`, `answered_at`, `score`, `choice`, `text`, `case_id`, `call_id`,
               `customer_id`, `person_id`, `unit_id`, `wave`, `attributes`, `source`, `imported_at` and
               `batch_id`
    ");
    insta::assert_snapshot!(check("from: calendars\ncount: rows"), @"
    error: nothing places a row of `calendars` in a period
      --> measures/x.yaml:3:7
       |
     1 | measure: x
     2 | better: higher
     3 | from: calendars
       |       ^^^^^^^^^
     4 | count: rows
       |
       = help: add `period_of` with an expression that yields an instant or a day
    ");
    insta::assert_snapshot!(check("from: case_facts\nstock: { until: solved }"), @"
    error: `case_facts` has no column `solved`
      --> measures/x.yaml:4:17
       |
     2 | better: higher
     3 | from: case_facts
     4 | stock: { until: solved }
       |                 ^^^^^^ did you mean `solved_at`?
    ");
    insta::assert_snapshot!(check("rate: { events: { from: case, count: rows }, exposure: rows, per: 10 }"), @"
    error: the service record has no table `case`
      --> measures/x.yaml:3:25
       |
     1 | measure: x
     2 | better: higher
     3 | rate: { events: { from: case, count: rows }, exposure: rows, per: 10 }
       |                         ^^^^ did you mean `cases`?

    error: `from` is missing in `exposure` of measure `x`
      --> measures/x.yaml:3:56
       |
     1 | measure: x
     2 | better: higher
     3 | rate: { events: { from: case, count: rows }, exposure: rows, per: 10 }
       |                                                        ^^^^
       = a measure reads one table of the service record, or `case_facts`
       = help: add `from: case_facts`
    ");
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
    insta::assert_snapshot!(check("90"), @"
    error: `at` has to lie between 0 and 1
      --> measures/csat.yaml:4:28
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | quantile: { of: score, at: 90 }
       |                            ^^
     5 | better: higher
       |
       = help: write `0.9` for the 90th percentile
    ");
    insta::assert_snapshot!(check("-0.5"), @"
    error: `at` has to lie between 0 and 1
      --> measures/csat.yaml:4:28
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | quantile: { of: score, at: -0.5 }
       |                            ^^^^
     5 | better: higher
       |
       = help: write `0.5` for the median, `0.9` for the value that 90 % do not exceed
    ");
    insta::assert_snapshot!(check("0.5, method: nearest"), @"
    error: `method` in measure `csat` cannot be `nearest`
      --> measures/csat.yaml:4:41
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | quantile: { of: score, at: 0.5, method: nearest }
       |                                         ^^^^^^^
     5 | better: higher
       |
       = help: write `nearest rank` or `interpolated`
    ");
    insta::assert_snapshot!(csat("share: score >= 4", "quantile: score"), @"
    error: `quantile` in measure `csat` needs keys with values, not a single value
      --> measures/csat.yaml:4:11
       |
     2 | title: Customer satisfaction
     3 | from: responses
     4 | quantile: score
       |           ^^^^^
     5 | better: higher
       |
       = help: write `key: value` lines, further in than the key above them
    ");
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
    let rate =
        |end: &str| check(&format!("from: cases\nrate: {{ events: {{ count: is_complaint }}, exposure: rows{end}"));
    insta::assert_snapshot!(rate(" }"), @"
    error: `per` is missing in `rate` of measure `x`
      --> measures/x.yaml:4:7
       |
     2 | better: higher
     3 | from: cases
     4 | rate: { events: { count: is_complaint }, exposure: rows }
       |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: add `per: 1000`, or `unit: per 1,000 orders`
    ");
    insta::assert_snapshot!(rate(", per: 0 }"), @"
    error: `per` has to be more than 0
      --> measures/x.yaml:4:63
       |
     2 | better: higher
     3 | from: cases
     4 | rate: { events: { count: is_complaint }, exposure: rows, per: 0 }
       |                                                               ^
       = help: write how many units of exposure the rate is shown per, for example `per: 1000`
    ");
    insta::assert_snapshot!(rate(", per: 1,000 }"), @"
    error: unknown key `000` in `rate` of measure `x`
      --> measures/x.yaml:4:65
       |
     2 | better: higher
     3 | from: cases
     4 | rate: { events: { count: is_complaint }, exposure: rows, per: 1,000 }
       |                                                                 ^^^
       = help: inside `{ }` a comma begins the next key: write numbers without commas
    ");
    insta::assert_snapshot!(rate(", per: '1,000' }"), @"
    error: `per` in measure `x` needs a number, not `'1,000'`
      --> measures/x.yaml:4:63
       |
     2 | better: higher
     3 | from: cases
     4 | rate: { events: { count: is_complaint }, exposure: rows, per: '1,000' }
       |                                                               ^^^^^^^
       = help: write nothing between thousands: `1000`
    ");
    insta::assert_snapshot!(rate(", per: 100 }\nunit: per 1,000 cases"), @"
    error: a rate cannot be shown in `per 1,000 cases`
      --> measures/x.yaml:5:7
       |
     3 | from: cases
     4 | rate: { events: { count: is_complaint }, exposure: rows, per: 100 }
     5 | unit: per 1,000 cases
       |       ^^^^^^^^^^^^^^^
       = a rate is shown per so many units of exposure
       = help: let `per` and `unit` name the same number, or take one of them out
    ");
}

#[test]
fn units() {
    let unit = |unit: &str| csat("better", &format!("unit: {unit}\nbetter"));
    insta::assert_snapshot!(unit("hours"), @"
    error: a share cannot be shown in `hours`
      --> measures/csat.yaml:5:7
       |
     3 | from: responses
     4 | share: score >= 4
     5 | unit: hours
       |       ^^^^^
     6 | better: higher
       |
       = a share is a fraction
       = help: take `unit` out to show it in per cent, or write `unit: per 1,000 cases`
    ");
    insta::assert_snapshot!(unit("per thousand"), @"
    error: `per thousand` is not a unit
      --> measures/csat.yaml:5:7
       |
     3 | from: responses
     4 | share: score >= 4
     5 | unit: per thousand
       |       ^^^^^^^^^^^^
     6 | better: higher
       |
       = help: write a number and what it counts, for example `per 1,000 orders`
    ");
    let mean = |unit: &str| check(&format!("from: responses\nmean: score\nunit: {unit}"));
    insta::assert_snapshot!(mean("hour"), @"
    error: `hour` is not a unit
      --> measures/x.yaml:5:7
       |
     3 | from: responses
     4 | mean: score
     5 | unit: hour
       |       ^^^^
       = help: write `hours`
    ");
    insta::assert_snapshot!(mean("Hours"), @"
    error: `Hours` is not a unit
      --> measures/x.yaml:5:7
       |
     3 | from: responses
     4 | mean: score
     5 | unit: Hours
       |       ^^^^^
       = help: write `hours`
    ");
    insta::assert_snapshot!(mean("houres"), @"
    warning: `houres` is taken as a word behind the number
      --> measures/x.yaml:5:7
       |
     3 | from: responses
     4 | mean: score
     5 | unit: houres
       |       ^^^^^^ did you mean `hours`?
       = only a known unit is converted: a duration is stored in seconds
    ");
    insta::assert_snapshot!(mean("per 100 answers"), @"
    error: a mean cannot be shown in `per 100 answers`
      --> measures/x.yaml:5:7
       |
     3 | from: responses
     4 | mean: score
     5 | unit: per 100 answers
       |       ^^^^^^^^^^^^^^^
       = it is shown in the unit of the values themselves
       = help: write the unit of the expression, or use `rate`
    ");
    assert_eq!(mean("stars"), "");
    insta::assert_snapshot!(check("from: cases\ncount: rows\nunit: percent"), @"
    error: a count cannot be shown in `percent`
      --> measures/x.yaml:5:7
       |
     3 | from: cases
     4 | count: rows
     5 | unit: percent
       |       ^^^^^^^
       = whole things are counted
       = help: take `unit` out, or write the word for what is counted
    ");
    insta::assert_snapshot!(check("from: responses\nnps: score\nunit: percent"), @"
    error: a net promoter score cannot be shown in `percent`
      --> measures/x.yaml:5:7
       |
     3 | from: responses
     4 | nps: score
     5 | unit: percent
       |       ^^^^^^^
       = a net promoter score runs from -100 to 100 points
       = help: take `unit` out
    ");
    insta::assert_snapshot!(check("from: orders\nsum: amount\nunit: percent"), @"
    error: a sum cannot be shown in `percent`
      --> measures/x.yaml:5:7
       |
     3 | from: orders
     4 | sum: amount
     5 | unit: percent
       |       ^^^^^^^
       = a sum is shown in the unit of what is added up
       = help: write the unit of the expression, or use `share`, `ratio` or `rate`
    ");
}

#[test]
fn better() {
    let better = |better: &str| csat("better: higher", &format!("better: {better}"));
    insta::assert_snapshot!(better("up"), @"
    error: `better` in measure `csat` cannot be `up`
      --> measures/csat.yaml:5:9
       |
     3 | from: responses
     4 | share: score >= 4
     5 | better: up
       |         ^^
       = help: write `higher`, `lower`, `neither` or `{ within: [10 %, 15 %] }`
    ");
    insta::assert_snapshot!(better("hihger"), @"
    error: `better` in measure `csat` cannot be `hihger`
      --> measures/csat.yaml:5:9
       |
     3 | from: responses
     4 | share: score >= 4
     5 | better: hihger
       |         ^^^^^^ did you mean `higher`?
       = help: write `higher`, `lower`, `neither` or `{ within: [10 %, 15 %] }`
    ");
    insta::assert_snapshot!(better("{ within: [15 %, 10 %] }"), @"
    error: the lower bound of the range is not below the upper one
      --> measures/csat.yaml:5:19
       |
     3 | from: responses
     4 | share: score >= 4
     5 | better: { within: [15 %, 10 %] }
       |                   ^^^^^^^^^^^^
       = help: write `[10 %, 15 %]`
    ");
    insta::assert_snapshot!(better("{ within: [10 %, 10 %] }"), @"
    error: the lower bound of the range is not below the upper one
      --> measures/csat.yaml:5:19
       |
     3 | from: responses
     4 | share: score >= 4
     5 | better: { within: [10 %, 10 %] }
       |                   ^^^^^^^^^^^^
       = help: write two different bounds
    ");
    insta::assert_snapshot!(better("{ within: [10 %] }"), @"
    error: a range has two bounds
      --> measures/csat.yaml:5:19
       |
     3 | from: responses
     4 | share: score >= 4
     5 | better: { within: [10 %] }
       |                   ^^^^^^
       = help: write the lower and the upper one: `{ within: [10 %, 15 %] }`
    ");
    insta::assert_snapshot!(better("{ within: [10 %, 15 h] }"), @"
    error: `h` does not fit a measure that is shown in per cent (`%`)
      --> measures/csat.yaml:5:26
       |
     3 | from: responses
     4 | share: score >= 4
     5 | better: { within: [10 %, 15 h] }
       |                          ^^^^
       = help: write the value in per cent (`%`)
    ");
    insta::assert_snapshot!(better("{ between: [10 %, 15 %] }"), @"
    error: `within` is missing in `better` of measure `csat`
      --> measures/csat.yaml:5:9
       |
     3 | from: responses
     4 | share: score >= 4
     5 | better: { between: [10 %, 15 %] }
       |         ^^^^^^^^^^^^^^^^^^^^^^^^^
       = help: add `within: [10 %, 15 %]`

    error: unknown key `between` in `better` of measure `csat`
      --> measures/csat.yaml:5:11
       |
     3 | from: responses
     4 | share: score >= 4
     5 | better: { between: [10 %, 15 %] }
       |           ^^^^^^^
       = help: keys that can stand here: `within`
    ");
    insta::assert_snapshot!(better("[10 %, 15 %]"), @"
    error: `better` in measure `csat` needs a way or a range, not a list
      --> measures/csat.yaml:5:9
       |
     3 | from: responses
     4 | share: score >= 4
     5 | better: [10 %, 15 %]
       |         ^^^^^^^^^^^^
       = help: write `better: { within: [10 %, 15 %] }`
    ");
}

#[test]
fn levels_decimals_and_versions() {
    insta::assert_snapshot!(csat("better", "levels: [persons]\nbetter"), @"
    error: `levels` in measure `csat` cannot be `persons`
      --> measures/csat.yaml:5:10
       |
     3 | from: responses
     4 | share: score >= 4
     5 | levels: [persons]
       |          ^^^^^^^ did you mean `person`?
     6 | better: higher
       |
       = help: write `person` or `unit`
    ");
    insta::assert_snapshot!(csat("better", "levels: unit\nbetter"), @"
    error: `levels` in measure `csat` needs a list, not a single value
      --> measures/csat.yaml:5:9
       |
     3 | from: responses
     4 | share: score >= 4
     5 | levels: unit
       |         ^^^^
     6 | better: higher
       |
       = help: write `levels: [unit]`
    ");
    insta::assert_snapshot!(csat("better", "decimals: 12\nbetter"), @"
    error: `decimals` cannot be 12
      --> measures/csat.yaml:5:11
       |
     3 | from: responses
     4 | share: score >= 4
     5 | decimals: 12
       |           ^^
     6 | better: higher
       |
       = help: write a number from 0 to 9
    ");
    insta::assert_snapshot!(csat("better", "decimals: -1\nbetter"), @"
    error: `decimals` in measure `csat` needs a whole number that is not negative
      --> measures/csat.yaml:5:11
       |
     3 | from: responses
     4 | share: score >= 4
     5 | decimals: -1
       |           ^^
     6 | better: higher
       |
       = help: write `0`, `1`, `2` and so on
    ");
    insta::assert_snapshot!(csat("better", "version: 0\nbetter"), @"
    error: `version` is counted from 1
      --> measures/csat.yaml:5:10
       |
     3 | from: responses
     4 | share: score >= 4
     5 | version: 0
       |          ^
     6 | better: higher
       |
       = help: write `version: 1`, and count it up whenever the formula changes
    ");
    insta::assert_snapshot!(csat("better", "version: v2\nbetter"), @"
    error: `version` in measure `csat` needs a whole number, not `v2`
      --> measures/csat.yaml:5:10
       |
     3 | from: responses
     4 | share: score >= 4
     5 | version: v2
       |          ^^
     6 | better: higher
       |
       = help: write a number such as `3`
    ");
    let whole = read("from: cases\ncount: rows\nlevels: []").levels;
    assert!(!whole.person && !whole.unit, "an empty list leaves the organisation as a whole");
}

#[test]
fn what_to_read_a_measure_with() {
    insta::assert_snapshot!(csat("better", "about: { read_with: [handshakes, complaint_tyme] }\nbetter"), @"
    warning: measure `csat` is to be read with `handshakes`, which is not defined
      --> measures/csat.yaml:5:22
       |
     3 | from: responses
     4 | share: score >= 4
     5 | about: { read_with: [handshakes, complaint_tyme] }
       |                      ^^^^^^^^^^
     6 | better: higher
       |
       = help: define it in `measures/handshakes.yaml`, or use one of the built-in library, which
               `evenkeel measures` lists

    warning: measure `csat` is to be read with `complaint_tyme`, which is not defined
      --> measures/csat.yaml:5:34
       |
     3 | from: responses
     4 | share: score >= 4
     5 | about: { read_with: [handshakes, complaint_tyme] }
       |                                  ^^^^^^^^^^^^^^ did you mean `complaint_time`?
     6 | better: higher
    ");
}

#[test]
fn worked_examples() {
    let example = |lines: &str| {
        csat(
            "better",
            &format!("example:\n  period: 2026-10\n  rows:\n    responses: |\n{lines}\n  value: 80 %\nbetter"),
        )
    };
    assert_eq!(
        example("      times | answered_at | score\n      4     | 2026-10-05  | 5\n      1 | 2026-10-05 | "),
        ""
    );
    insta::assert_snapshot!(example("      answered_at | scor\n      2026-10-05 | 5"), @"
    error: `responses` has no column `scor`
      --> measures/csat.yaml:9:21
       |
     7 |   rows:
     8 |     responses: |
     9 |       answered_at | scor
       |                     ^^^^ did you mean `score`?
    10 |       2026-10-05 | 5
    ");
    insta::assert_snapshot!(example("      answered_at | score\n      soon       | 5"), @"
    error: `answered_at` needs an instant, not `soon`
      --> measures/csat.yaml:10:7
       |
     8 |     responses: |
     9 |       answered_at | score
    10 |       soon       | 5
       |       ^^^^
    11 |   value: 80 %
       |
       = help: write it as in `2026-10-05 14:30`
    ");
    insta::assert_snapshot!(example("      answered_at | score\n      2026-10-05"), @"
    error: a row of 1 cells below 2 columns
      --> measures/csat.yaml:10:7
       |
     8 |     responses: |
     9 |       answered_at | score
    10 |       2026-10-05
       |       ^^^^^^^^^^
    11 |   value: 80 %
       |
       = help: put `|` between cells, and leave a cell empty where a value is missing
    ");
    insta::assert_snapshot!(example("      times | score\n      0 | 5"), @"
    error: `0` is not a number of rows
      --> measures/csat.yaml:10:7
       |
     8 |     responses: |
     9 |       times | score
    10 |       0 | 5
       |       ^
    11 |   value: 80 %
       |
       = help: write a whole number from 1 to 100000
    ");
    insta::assert_snapshot!(csat("better", "example: { period: soon, rows: {}, value: 3 h }\nbetter"), @"
    error: `soon` is not a period: write a day (2026-10-05), week (2026-W41), month (2026-10), quarter (2026-Q4), year (2026), or a first and a last one (2026-08..2026-10)
      --> measures/csat.yaml:5:20
       |
     3 | from: responses
     4 | share: score >= 4
     5 | example: { period: soon, rows: {}, value: 3 h }
       |                    ^^^^
     6 | better: higher
       |
       = help: write the period of the example, for example `2026-10`

    error: `rows` in measure `csat` is empty
      --> measures/csat.yaml:5:32
       |
     3 | from: responses
     4 | share: score >= 4
     5 | example: { period: soon, rows: {}, value: 3 h }
       |                                ^^
     6 | better: higher
       |
       = help: add at least one, or take the key out with what it belongs to

    error: `h` does not fit a measure that is shown in per cent (`%`)
      --> measures/csat.yaml:5:43
       |
     3 | from: responses
     4 | share: score >= 4
     5 | example: { period: soon, rows: {}, value: 3 h }
       |                                           ^^^
     6 | better: higher
       |
       = help: write the value in per cent (`%`)
    ");
    insta::assert_snapshot!(csat("better", "withhold_below: 2\nbetter"), @"
    error: `withhold_below` protects nobody below 3
      --> measures/csat.yaml:5:17
       |
     3 | from: responses
     4 | share: score >= 4
     5 | withhold_below: 2
       |                 ^
     6 | better: higher
       |
       = help: write how many have to stand behind a reading, for example `withhold_below: 5`
    ");
}
