//! Kinds of measures on a small record whose figures are worked out by hand.

use std::path::Path;

use tempfile::TempDir;

use super::support::{Said, readings, run, succeed};

const FILES: [(&str, &str); 22] = [
    (
        "evenkeel.yaml",
        "organisation: Whole\npeople: own_record\ntime_zone: UTC\nstorage: ./data\nsources: [sources/a.yaml]\nscorecards: [scorecards/all.yaml]\n",
    ),
    (
        "sources/a.yaml",
        "source: a\nfiles: { units: raw/units.csv, people: raw/people.csv, memberships: raw/memberships.csv, customers: raw/customers.csv, orders: raw/orders.csv, responses: raw/responses.csv }\n\
         tables:\n  units: select unit_id, kind from units\n  people: select person_id, hired_on, left_on from people\n  \
         memberships: select person_id, unit_id, valid_from, valid_to from memberships\n  \
         customers: select customer_id, unit_id, since_on, left_on from customers\n  \
         orders: select order_id, at, unit_id, customer_id, amount from orders\n  \
         responses: select response_id, asked_at, answered_at, unit_id, score from responses\n",
    ),
    ("raw/units.csv", "unit_id,kind\nt1,team\nt2,team\n"),
    ("raw/people.csv", "person_id,hired_on,left_on\nada,2024-01-01,\nben,2024-01-01,2025-03-20\ncleo,2025-03-05,\n"),
    (
        "raw/memberships.csv",
        "person_id,unit_id,valid_from,valid_to\nada,t1,2024-01-01,2025-03-15\nada,t2,2025-03-15,\nben,t1,2024-01-01,2025-03-20\ncleo,t2,2025-03-05,\n",
    ),
    // Of those below, c4 and c5 are new in March, c6 is gone before it, c2 is lost on its first day and c3 on its last.
    (
        "raw/customers.csv",
        "customer_id,unit_id,since_on,left_on\nc1,t1,2025-01-10,\nc2,t1,2025-01-10,2025-03-01\nc3,t1,2025-02-28,2025-03-31\n\
         c4,t2,2025-03-01,\nc5,t2,2025-03-10,2025-03-20\nc6,t2,2025-01-05,2025-02-10\nc7,t2,2025-01-05,\nc8,,2025-01-05,2025-04-01\n",
    ),
    (
        "raw/orders.csv",
        "order_id,at,unit_id,customer_id,amount\no1,2025-03-02T10:00:00Z,t1,c1,100\no2,2025-03-03T10:00:00Z,t1,c1,50\n\
         o3,2025-03-04T10:00:00Z,t2,c1,30\no4,2025-04-01T10:00:00Z,t2,c7,10\n",
    ),
    // r2 is late, r3 comes a minute before its seven days are over, r4 never comes.
    (
        "raw/responses.csv",
        "response_id,asked_at,answered_at,unit_id,score\nr1,2025-03-01T10:00:00Z,2025-03-03T10:00:00Z,t1,5\n\
         r2,2025-03-10T10:00:00Z,2025-03-25T10:00:00Z,t1,2\nr3,2025-03-31T23:00:00Z,2025-04-07T22:59:00Z,t2,4\nr4,2025-03-31T10:00:00Z,,t2,\n",
    ),
    ("measures/kept.yaml", "measure: kept\nfrom: customers\nretention: { until: left_on }\nbetter: higher\n"),
    ("measures/lost.yaml", "measure: lost\nfrom: customers\nchurn: { until: left_on }\nbetter: lower\n"),
    ("measures/customers.yaml", "measure: customers\nfrom: customers\nstock: { until: left_on }\nbetter: higher\n"),
    ("measures/staff_kept.yaml", "measure: staff_kept\nfrom: people\nretention: { until: left_on }\nbetter: higher\n"),
    (
        "measures/answered_in_time.yaml",
        "measure: answered_in_time\nfrom: responses\nperiod_of: asked_at\ncohort: { reached: answered_at, within: 7 days }\nbetter: higher\n",
    ),
    ("measures/buyers.yaml", "measure: buyers\nfrom: orders\ndistinct: customer_id\nbetter: higher\n"),
    (
        "measures/participation.yaml",
        "measure: participation\nfrom: responses\nperiod_of: asked_at\nunit: percent\n\
         ratio: { numerator: { distinct: response_id, where: answered_at is not null }, denominator: { distinct: response_id } }\nbetter: higher\n",
    ),
    ("measures/revenue.yaml", "measure: revenue\nfrom: orders\nsum: amount\nbetter: higher\n"),
    ("measures/answers.yaml", "measure: answers\nfrom: responses\ncount: rows\nbetter: neither\n"),
    ("measures/csat.yaml", "measure: csat\nfrom: responses\nshare: score >= 4\nbetter: higher\n"),
    // By the first definition both answers of March were good, by the second one of them.
    (
        "measures/praise.yaml",
        "measure: praise\nfrom: responses\nshare: score >= 4\nbetter: higher\nversion: 2\nversions:\n  - version: 1\n    until: 2025-04-01\n    reason: two was no praise\n    from: responses\n    share: score >= 2\n",
    ),
    (
        "measures/per_answer.yaml",
        "measure: per_answer\ntitle: Revenue per answer\nformula: revenue / answers\nbetter: higher\n",
    ),
    (
        "measures/loose.yaml",
        "measure: loose\nunit: points\ncomposite:\n  needs: 30 %\n  parts:\n    - { use: csat, weight: 2, worst: 0 %, best: 100 % }\n    - { use: kept, worst: 0 %, best: 100 % }\nbetter: higher\n",
    ),
    (
        "scorecards/all.yaml",
        "scorecard: all\nlegs:\n  customer:\n    objectives:\n      - objective: All\n        measures:\n          - { use: per_answer }\n          - { use: loose }\n          - { use: answered_in_time }\n",
    ),
];

fn project() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in FILES {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    succeed(folder.path(), &["check"]);
    succeed(folder.path(), &["import", "--as-of", "2025-06-01T00:00:00Z"]);
    folder
}

/// Name, numerator, denominator, n and value.
type Line = (String, Option<f64>, Option<f64>, u64, f64);

/// The numerator, denominator, n and value of a measure in March, for everyone who has it, by name.
fn in_march(project: &Path, measure: &str, as_of: &str) -> Vec<Line> {
    in_month(project, measure, "2025-03", as_of)
}

fn in_month(project: &Path, measure: &str, month: &str, as_of: &str) -> Vec<Line> {
    let found = readings(project, &["--measure", measure, "--from", month, "--to", month, "--as-of", as_of]);
    let line = |(about, reading): (super::support::About, super::support::Reading)| {
        let name = if about.1 == "organisation" { "whole".to_owned() } else { about.2 };
        (name, reading.numerator, reading.denominator, reading.n, reading.value)
    };
    let mut lines: Vec<_> = found.into_iter().map(line).collect();
    lines.sort_by(|one, other| one.0.cmp(&other.0));
    lines
}

fn share(name: &str, numerator: f64, denominator: f64) -> Line {
    (name.to_owned(), Some(numerator), Some(denominator), denominator as u64, numerator / denominator)
}

fn figure(name: &str, n: u64, value: f64) -> Line {
    (name.to_owned(), None, None, n, value)
}

const LATER: &str = "2025-06-01T00:00:00Z";

fn explained(project: &Path, measure: &str, unit: &str, as_of: &str) -> serde_json::Value {
    let arguments = ["--format", "json", "explain", measure, "--unit", unit, "--period", "2025-03", "--as-of", as_of];
    serde_json::from_str(&succeed(project, &arguments).out).unwrap()
}

/// New customers never count, and the denominator is what the stock was the day before.
#[test]
fn customers_who_stay() {
    let folder = project();
    let kept = in_march(folder.path(), "kept", LATER);
    // c8 belongs to no unit and counts for the whole alone.
    assert_eq!(kept, [share("t1", 1.0, 3.0), share("t2", 1.0, 1.0), share("whole", 3.0, 5.0)]);
    let lost = in_march(folder.path(), "lost", LATER);
    assert_eq!(lost, [share("t1", 2.0, 3.0), share("t2", 0.0, 1.0), share("whole", 2.0, 5.0)]);
    let there = in_month(folder.path(), "customers", "2025-02", LATER);
    assert_eq!(
        kept.iter().map(|(name, _, there, ..)| (name, there.unwrap())).collect::<Vec<_>>(),
        there.iter().map(|(name, _, _, _, there)| (name, *there)).collect::<Vec<_>>()
    );
    let arguments = ["--format", "json", "rows", "lost", "--period", "2025-03", "--as-of", LATER];
    let behind: serde_json::Value = serde_json::from_str(&succeed(folder.path(), &arguments).out).unwrap();
    assert_eq!(behind["total"], 5, "{behind}");
    // A running period tells what has happened so far: c2 is gone, c3 is not yet.
    let so_far = in_march(folder.path(), "kept", "2025-03-15T12:00:00Z");
    assert_eq!(so_far.last().unwrap(), &share("whole", 4.0, 5.0));
    // The first month of the record has nobody before it.
    assert_eq!(in_month(folder.path(), "kept", "2025-01", LATER), []);
}

/// Ada moves in the middle of March: she stays, and counts for the team that she came from.
#[test]
fn people_who_move_are_kept() {
    let folder = project();
    let march = in_march(folder.path(), "staff_kept", LATER);
    assert_eq!(
        march,
        [share("ada", 1.0, 1.0), share("ben", 0.0, 1.0), share("t1", 1.0, 2.0), share("whole", 1.0, 2.0)]
    );
    let april = in_month(folder.path(), "staff_kept", "2025-04", LATER);
    assert_eq!(
        april,
        [share("ada", 1.0, 1.0), share("cleo", 1.0, 1.0), share("t2", 2.0, 2.0), share("whole", 2.0, 2.0)]
    );
}

#[test]
fn a_cohort_is_known_when_its_window_has_passed() {
    let folder = project();
    let known = in_march(folder.path(), "answered_in_time", "2025-04-08T00:00:00Z");
    assert_eq!(known, [share("t1", 1.0, 2.0), share("t2", 1.0, 2.0), share("whole", 2.0, 4.0)]);
    assert_eq!(in_march(folder.path(), "answered_in_time", "2025-04-07T23:59:59Z"), []);
    let explained = explained(folder.path(), "answered_in_time", "t1", "2025-04-07T23:59:59Z");
    assert_eq!(explained["missing"], "not yet: known from 8 April 2025");
    assert_eq!(explained["value"], serde_json::Value::Null);
    assert_eq!(explained["page"]["row"]["missing"], "not yet: known from 8 April 2025");
}

#[test]
fn different_values() {
    let folder = project();
    let buyers = |name: &str, n| (name.to_owned(), Some(1.0), None, n, 1.0);
    assert_eq!(in_march(folder.path(), "buyers", LATER), [buyers("t1", 2), buyers("t2", 1), buyers("whole", 3)]);
    let participation = in_march(folder.path(), "participation", LATER);
    let values: Vec<(&str, f64)> = participation.iter().map(|line| (line.0.as_str(), line.4)).collect();
    assert_eq!(values, [("t1", 1.0), ("t2", 0.5), ("whole", 0.75)]);
}

#[test]
fn a_formula_over_measures() {
    let folder = project();
    // 150 over 2 answers, and 180 over 2; nobody of t2 answered in March.
    assert_eq!(in_march(folder.path(), "per_answer", LATER), [figure("t1", 2, 75.0), figure("whole", 2, 90.0)]);
    let explained = explained(folder.path(), "per_answer", "t2", LATER);
    assert_eq!(explained["missing"], "it would be divided by zero");
    let parts = &explained["page"]["parts"];
    assert_eq!(parts["rule"], "Revenue ÷ Answers");
    let values: Vec<(&str, Option<f64>)> = parts["parts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| (part["id"].as_str().unwrap(), part["value"]["value"].as_f64()))
        .collect();
    assert_eq!(values, [("revenue", Some(30.0)), ("answers", Some(0.0))]);
    let said: Said = run(folder.path(), &["rows", "per_answer", "--period", "2025-03", "--as-of", LATER]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("it is worked out from other measures"), "{}", said.err);
    let said = succeed(folder.path(), &["explain", "per_answer", "--period", "2025-03", "--as-of", LATER]);
    insta::assert_snapshot!(said.out);
}

#[test]
fn a_new_definition_does_not_rewrite_history() {
    let folder = project();
    assert_eq!(in_march(folder.path(), "praise", LATER), [share("t1", 2.0, 2.0), share("whole", 2.0, 2.0)]);
    let april = in_month(folder.path(), "praise", "2025-04", LATER);
    assert_eq!(april, [share("t2", 1.0, 1.0), share("whole", 1.0, 1.0)]);
    let written = std::fs::read_to_string(folder.path().join("readings.csv")).unwrap();
    assert!(written.lines().skip(1).all(|line| line.contains(",2-")), "{written}");
    let march = explained(folder.path(), "praise", "t1", LATER);
    assert!(march["definition_version"].as_str().unwrap().starts_with("1-"), "{march}");
    assert!(march["query"].as_str().unwrap().contains("score >= 2"), "{march}");
    // A year with both definitions in it has no figure.
    assert_eq!(in_month(folder.path(), "praise", "2025", LATER), []);
    let arguments = ["explain", "praise", "--period", "2025-04", "--as-of", LATER];
    let said = succeed(folder.path(), &arguments).out;
    assert!(said.contains("not compared: redefined on 1 April 2025"), "{said}");
    assert!(said.contains("version 2 since 1 April 2025: two was no praise"), "{said}");
    let year = succeed(folder.path(), &["explain", "praise", "--period", "2025", "--as-of", LATER]).out;
    assert!(year.contains("Its definition changed on 1 April 2025, inside this period"), "{year}");
}

#[test]
fn mistakes_in_expressions_have_a_place() {
    let folder = project();
    let check = |measure: &str, old: &str, new: &str, place: &str| {
        let path = folder.path().join(format!("measures/{measure}.yaml"));
        let sound = std::fs::read_to_string(&path).unwrap();
        assert!(sound.contains(old), "{sound}");
        std::fs::write(&path, sound.replace(old, new)).unwrap();
        let said = run(folder.path(), &["check"]);
        let told = format!("{}{}", said.out, said.err);
        assert!(said.code == Some(1) && told.contains(&format!("measures/{measure}.yaml:{place}")), "{told}");
        std::fs::write(&path, sound).unwrap();
    };
    check("answered_in_time", "answered_at", "answered_at + nothing", "4:");
    check("answered_in_time", "answered_at", "cast(answered_at as date)", "4:");
    check("kept", "left_on", "left_on + gone", "3:");
    check("praise", "score >= 2", "scores >= 2", "6:");
}

/// The record of formulas: written by a command, and held against every formula from then on.
#[test]
fn a_formula_that_changes_in_silence_is_a_mistake() {
    let folder = project();
    succeed(folder.path(), &["check", "--lock"]);
    let lock = std::fs::read_to_string(folder.path().join("measures.lock")).unwrap();
    assert_eq!(lock.lines().filter(|line| line.starts_with("praise ")).count(), 2, "{lock}");
    succeed(folder.path(), &["check"]);
    let path = folder.path().join("measures/csat.yaml");
    let text = std::fs::read_to_string(&path).unwrap().replace("score >= 4", "score >= 3");
    std::fs::write(&path, &text).unwrap();
    let said = run(folder.path(), &["check", "--lock"]);
    assert_eq!(said.code, Some(1));
    assert!(format!("{}{}", said.out, said.err).contains("the formula of measure `csat` has changed"), "{}", said.err);
    assert_eq!(std::fs::read_to_string(folder.path().join("measures.lock")).unwrap(), lock);
}

#[test]
fn a_composite_says_what_is_missing() {
    let folder = project();
    // t1: csat 50 and kept 33.3, weights 2 and 1. t2: csat is missing, kept is 100. Whole: 50 and 60.
    let found = in_march(folder.path(), "loose", LATER);
    let near: Vec<(String, u64, f64)> =
        found.iter().map(|line| (line.0.clone(), line.3, (line.4 * 1e6).round() / 1e6)).collect();
    assert_eq!(
        near,
        [("t1".to_owned(), 2, 44.444_444), ("t2".to_owned(), 1, 100.0), ("whole".to_owned(), 2, 53.333_333)]
    );
    let said = succeed(folder.path(), &["explain", "loose", "--unit", "t2", "--period", "2025-03", "--as-of", LATER]);
    insta::assert_snapshot!(said.out);
}
