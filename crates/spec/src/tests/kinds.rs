//! Kinds of measures that need time to pass: what stays, what is reached, what is known only later.

use evenkeel_model::measure::{Expression, Formula, Measure, ValueUnit, Window};
use jiff::civil::date;

use super::{project, sound, with};

/// The measure `x` that these lines define; `better` is added.
fn read(lines: &str) -> Measure {
    let text = format!("measure: x\nbetter: higher\n{lines}\n");
    project(&sound().with("measures/x.yaml", text)).measures["x"].as_ref().clone()
}

fn check(lines: &str) -> String {
    with("measures/x.yaml", &format!("measure: x\nbetter: higher\n{lines}\n"))
}

#[test]
fn retention_and_churn() {
    let kept = read("from: customers\nretention: { until: left_on }");
    let Formula::Retention { rows, until, lost } = &kept.formula else { panic!() };
    assert_eq!((rows.period_of.as_str(), until.as_str(), *lost), ("since_on", "left_on", false));
    assert_eq!(kept.unit, ValueUnit::Percent);
    let lost = read("from: people\nchurn: { until: left_on }");
    assert!(matches!(lost.formula, Formula::Retention { lost: true, .. }));
    assert_eq!(lost.formula.kind(), "churn");
    assert_eq!(lost.formula.rows().unwrap().person, Some(Expression("person_id".to_owned())));
    insta::assert_snapshot!(check("from: customers\nretention: { until: segment }"));
    insta::assert_snapshot!(check("from: customers\nchurn: left_on"));
}

#[test]
fn distinct() {
    let read = read("from: orders\ndistinct: customer_id");
    assert!(matches!(read.formula, Formula::Distinct { .. }));
    assert_eq!(read.unit, ValueUnit::Count);
    insta::assert_snapshot!(check("from: orders\ndistinct: custmer_id"));
}

#[test]
fn cohorts() {
    let read = read("from: case_facts\nperiod_of: opened_at\ncohort: { reached: solved_at, within: 2 weeks }");
    let Formula::Cohort { reached, within, .. } = &read.formula else { panic!() };
    assert_eq!((reached.as_str(), within.to_string().as_str()), ("solved_at", "14 days"));
    assert_eq!(read.wait, Some(Window::of_days(14)), "the last ones to enter have all of their time");
    insta::assert_snapshot!(check("from: case_facts\ncohort: { reached: solved_at, within: soon }"));
    insta::assert_snapshot!(check("from: case_facts\ncohort: { reached: topic, within: 0 days }"));
}

#[test]
fn figures_that_are_known_only_later() {
    let waits = |lines: &str| read(lines).wait.map(|wait| wait.to_string());
    assert_eq!(waits("from: responses\nshare: score >= 4"), None);
    assert_eq!(waits("from: responses\nshare: score >= 4\nwait: 36 h").as_deref(), Some("36 hours"));
    assert_eq!(waits("from: case_facts\nshare: not repeat_within_7d").as_deref(), Some("7 days"));
    assert_eq!(waits("from: case_facts\ncount: rows\nwhere: Repeat_within_7d is null").as_deref(), Some("7 days"));
    let side = "from: case_facts\nratio: { numerator: { count: repeat_within_7d }, denominator: rows }";
    assert_eq!(waits(side).as_deref(), Some("7 days"));
    assert_eq!(waits(&format!("{side}\nwait: 30 days")).as_deref(), Some("30 days"));
    assert_eq!(waits(&format!("{side}\nwait: none")), None, "what is known already is told at once");
    insta::assert_snapshot!(check(&format!("{side}\nwait: 3 days")));
    insta::assert_snapshot!(check("from: orders\ncount: rows\nwait: 7"));
}

#[test]
fn what_is_worked_out_from_others_waits_for_them() {
    let files = sound()
        .with("measures/slow.yaml", "measure: slow\nfrom: orders\ncount: rows\nwait: 9 days\nbetter: higher\n")
        .with("measures/x.yaml", "measure: x\nformula: cost / slow\nbetter: lower\n");
    let november = evenkeel_model::period::Period::parse("2026-11", evenkeel_model::period::FiscalYear::default());
    let project = project(&files);
    assert_eq!(project.measures["x"].known_from(november.unwrap()), date(2026, 12, 10));
}
