//! Fair comparison on a record whose figures are worked out by hand: worked example 5.5 of the statistics.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::support::{readings, run, succeed};

const PROJECT: &str = "organisation: Whole\ntime_zone: UTC\nstorage: ./data\nsources: [sources/a.yaml]\n\
                       scorecards: [scorecards/all.yaml]\ncomparisons: [comparisons/satisfaction.yaml]\npeople: coaching\n";

const COMPARISON: &str = "comparison: satisfaction\nmeasure: csat\ncompares: [team, people]\ncase_mix: [case.topic]\n\
                          minimum: 80 %\nrecognition: 90 %\n";

const FILES: [(&str, &str); 9] = [
    ("evenkeel.yaml", PROJECT),
    (
        "sources/a.yaml",
        "source: a\nfiles: { units: raw/units.csv, people: raw/people.csv, memberships: raw/memberships.csv, answers: raw/answers.csv }\n\
         tables:\n  units: select unit_id, kind from units\n  people: select person_id, name, role from people\n  \
         memberships: select person_id, unit_id from memberships\n  \
         cases: select id as case_id, at as opened_at, topic from answers\n  \
         responses: select id as response_id, at as asked_at, at as answered_at, id as case_id, person as person_id, score, \
         json_map('matter', topic) as attributes from answers\n",
    ),
    ("raw/units.csv", "unit_id,kind\nt1,team\nt2,team\n"),
    ("raw/people.csv", "person_id,name,role\nada,Ada,adviser\nben,Ben,adviser\ncleo,Cleo,manager\ndan,Dan,adviser\n"),
    ("raw/memberships.csv", "person_id,unit_id\nada,t1\nben,t1\ncleo,t2\ndan,t2\n"),
    ("comparisons/satisfaction.yaml", COMPARISON),
    ("measures/csat.yaml", "measure: csat\nfrom: responses\nshare: score >= 4\nbetter: higher\n"),
    (
        "measures/effort.yaml",
        "measure: effort\nfrom: responses\nshare: score >= 3\nbetter: higher\nlevels: [unit]\nabout:\n  \
         not_for_people: It passes through several hands. Look at the hand-overs of the team instead.\n",
    ),
    (
        "scorecards/all.yaml",
        "scorecard: all\nlegs:\n  customer:\n    objectives:\n      - objective: All\n        measures:\n          - { use: csat }\n          - { use: effort }\n",
    ),
];

/// Person, and for simple, medium and complex cases the good answers and all of them. Together they are the reference of
/// the worked example.
const ANSWERS: [(&str, [(u32, u32); 3]); 4] = [
    ("ada", [(137, 150), (32, 40), (5, 10)]),
    ("ben", [(28, 30), (76, 90), (53, 80)]),
    ("cleo", [(375, 408), (132, 164), (3, 9)]),
    ("dan", [(12, 12), (6, 6), (1, 1)]),
];

/// The project, imported; `comparison` in place of its comparison.
fn project(comparison: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    let mut answers = String::from("id,at,person,topic,score\n");
    let mut id = 0;
    for (person, topics) in ANSWERS {
        for (topic, (good, all)) in ["simple", "medium", "complex"].into_iter().zip(topics) {
            for place in 0..all {
                id += 1;
                let score = if place < good { 5 } else { 2 };
                writeln!(answers, "{id},2026-10-{:02}T10:00:00Z,{person},{topic},{score}", 1 + id % 28).unwrap();
            }
        }
    }
    for (path, text) in FILES {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    std::fs::write(folder.path().join("raw/answers.csv"), answers).unwrap();
    std::fs::write(folder.path().join("comparisons/satisfaction.yaml"), comparison).unwrap();
    succeed(folder.path(), &["import"]);
    folder
}

fn compared(project: &Path, arguments: &[&str]) -> Value {
    let mut all = vec!["compare", "csat", "--period", "2026-10", "--format", "json", "--as-of", "2026-11-02T06:10:00Z"];
    all.extend(arguments);
    serde_json::from_str(&succeed(project, &all).out).unwrap()
}

fn row<'a>(sheet: &'a Value, id: &str) -> &'a Value {
    sheet["rows"].as_array().unwrap().iter().find(|row| row["id"] == id).unwrap()
}

fn near(value: &Value, wanted: f64) {
    let value = value.as_f64().unwrap();
    assert!((value - wanted).abs() < 1e-9, "{value} instead of {wanted}");
}

/// The reference of all is that of the example, so that Ada's 200 cases let 177 good answers expect, and Ben's 151. Of
/// their figures Ada's is 8.5 points higher, and like for like Ben's is.
#[test]
fn figures_are_held_against_what_all_achieve_with_the_same_cases() {
    let by_case = project(COMPARISON);
    let sheet = compared(by_case.path(), &["--by", "person"]);
    let (ada, ben) = (row(&sheet, "ada"), row(&sheet, "ben"));
    near(&ada["measured"]["value"], 0.87);
    near(&ada["expected"]["value"], 177.0 / 200.0);
    near(&ben["measured"]["value"], 0.785);
    near(&ben["expected"]["value"], 151.0 / 200.0);
    let like_for_like = |row: &Value| row["like_for_like"]["value"].as_f64().unwrap();
    assert!(like_for_like(ada) < like_for_like(ben));
    assert!(ada["adjusted"]["value"].as_f64().unwrap() < ben["adjusted"]["value"].as_f64().unwrap());
    // Nobody is judged on 19 answers, all of them good.
    let dan = row(&sheet, "dan");
    assert_eq!((&dan["state"]["code"], &dan["adjusted"]), (&Value::from("not-enough-data"), &Value::Null));
    // One month cannot lead to a review, however it went.
    assert!(sheet["rows"].as_array().unwrap().iter().all(|row| row["state"]["code"] != "review"));

    // The same attribute in the row itself gives the same answer.
    let by_row = project(&COMPARISON.replace("case.topic", "attributes.matter"));
    let same = compared(by_row.path(), &["--by", "person"]);
    assert_eq!(row(&same, "ada"), ada);

    // Without adjustment the figures stand as they were counted.
    let plain = project(&COMPARISON.replace("case_mix: [case.topic]\n", ""));
    let plain = compared(plain.path(), &["--by", "person"]);
    assert_eq!((&row(&plain, "ada")["expected"], &plain["adjusted_for"]), (&Value::Null, &Value::Null));
    let measured = |id: &str| row(&plain, id)["adjusted"]["value"].as_f64().unwrap();
    assert!(measured("ada") > measured("ben"));
}

/// Means and rates have a funnel as shares have: four people of whom one is far below what chance leaves open.
#[test]
fn means_and_rates_lie_in_a_funnel_too() {
    let folder = project(COMPARISON);
    let plain = COMPARISON.replace("case_mix: [case.topic]\n", "");
    for (kind, lines) in [
        ("mean: score\nbetter: higher", "minimum: 4\nrecognition: 4.8\n"),
        (
            "rate: { events: { count: score < 3 }, exposure: rows, per: 100 }\nbetter: lower",
            "minimum: 20\nrecognition: 10\n",
        ),
    ] {
        std::fs::write(folder.path().join("measures/csat.yaml"), format!("measure: csat\nfrom: responses\n{kind}\n"))
            .unwrap();
        let comparison = plain.replace("minimum: 80 %\nrecognition: 90 %\n", lines);
        std::fs::write(folder.path().join("comparisons/satisfaction.yaml"), comparison).unwrap();
        let sheet = compared(folder.path(), &["--by", "person"]);
        let position = |id: &str| row(&sheet, id)["position"].as_str().unwrap().to_owned();
        assert_eq!(["ada", "cleo"].map(position), ["inside", "inside"], "{kind}");
        assert!(row(&sheet, "ben")["position"].is_string() && row(&sheet, "dan")["position"].is_string());
    }
}

/// Whoever looks at one team sees the same states as whoever looks at all, and rows add up to those of the readings.
#[test]
fn states_do_not_depend_on_who_is_shown() {
    let folder = project(COMPARISON);
    let all = compared(folder.path(), &["--by", "person"]);
    let team = compared(folder.path(), &["--by", "people", "--unit", "t1"]);
    let shown: Vec<&str> = team["rows"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(shown, ["ada", "ben"]);
    for id in shown {
        assert_eq!(row(&team, id), row(&all, id));
    }
    let teams = compared(folder.path(), &[]);
    assert_eq!(teams["peers"], "teams");
    let found =
        readings(folder.path(), &["--measure", "csat", "--level", "team", "--from", "2026-10", "--to", "2026-10"]);
    for (about, reading) in found {
        near(&row(&teams, &about.2)["measured"]["value"], reading.value);
        near(&row(&teams, &about.2)["observations"], reading.denominator.unwrap());
    }
}

#[test]
fn a_team_leader_reads_words() {
    let folder = project(COMPARISON);
    let said = succeed(
        folder.path(),
        &["compare", "csat", "--by", "person", "--period", "2026-10", "--as-of", "2026-11-02T06:10:00Z"],
    );
    insta::assert_snapshot!("a_team_leader_reads_words", said.out);
}

#[test]
fn what_cannot_be_compared_is_refused_with_a_reason() {
    let folder = project(COMPARISON);
    let refused = |arguments: &[&str], words: &[&str]| {
        let said = run(folder.path(), arguments);
        assert_eq!(said.code, Some(1), "{}", said.out);
        for word in words {
            assert!(said.err.contains(word), "{word} is not there:\n{}", said.err);
        }
    };
    refused(
        &["compare", "effort", "--by", "person"],
        &["not told of one person", "It passes through several hands. Look at the hand-overs"],
    );
    refused(&["compare", "effort"], &["`effort` is not compared", "comparisons/effort.yaml"]);
    refused(&["compare", "csat", "--by", "region"], &["does not compare `region`", "team and people"]);
    refused(&["compare", "csta"], &["did you mean `csat`?"]);
    let off = PROJECT.replace("people: coaching\n", "people: own_record\n");
    std::fs::write(folder.path().join("evenkeel.yaml"), off).unwrap();
    refused(
        &["compare", "csat", "--by", "person"],
        &[
            "people are not compared while evenkeel.yaml says `people: own_record`",
            "`people: coaching` to compare them",
        ],
    );
    assert_eq!(run(folder.path(), &["compare", "csat", "--by", "team"]).code, Some(0));
}

const STANDARD: &str = "standard: adviser\nrole: adviser\nfixed_on: 2026-01-04\nelements:\n  \
                        - { element: Customers leave satisfied, critical: true, measure: csat, fully_successful: 86 %, \
                        minimally_successful: 80 %, outstanding: 92 % }\n";

/// Levels follow from the adjusted figure: Ada, whose figure as counted is higher, is short of what Ben reaches.
#[test]
fn people_are_rated_by_adjusted_figures() {
    let folder = project(COMPARISON);
    let standards = ["standards", "--period", "2026-10", "--as-of", "2026-11-02T06:10:00Z"];
    let refused = |words: &str| {
        let said = run(folder.path(), &standards);
        assert!(said.code == Some(1) && said.err.contains(words), "{words} is not there:\n{}", said.err);
    };
    refused("people are not rated while evenkeel.yaml says `people: coaching`");
    let appraisal = PROJECT.replace("people: coaching", "people: appraisal");
    std::fs::write(folder.path().join("evenkeel.yaml"), &appraisal).unwrap();
    refused("the project has no performance standards");
    std::fs::create_dir_all(folder.path().join("standards")).unwrap();
    std::fs::write(folder.path().join("standards/adviser.yaml"), STANDARD).unwrap();
    std::fs::write(folder.path().join("evenkeel.yaml"), format!("{appraisal}standards: [standards/adviser.yaml]\n"))
        .unwrap();
    insta::assert_snapshot!("people_are_rated_by_adjusted_figures", succeed(folder.path(), &standards).out);
    let rated = |arguments: &[&str]| -> Value {
        let mut all = standards.to_vec();
        all.extend(["--format", "json"]);
        all.extend(arguments);
        serde_json::from_str(&succeed(folder.path(), &all).out).unwrap()
    };
    let of = |sheet: &Value, place: usize| -> (String, String) {
        let person = &sheet["standards"][0]["people"][place];
        (person["id"].as_str().unwrap().to_owned(), person["level"].as_str().unwrap().to_owned())
    };
    let all = rated(&[]);
    let told = |id: &str, level: &str| (id.to_owned(), level.to_owned());
    assert_eq!(
        [of(&all, 0), of(&all, 1), of(&all, 2)],
        [told("ada", "minimally-successful"), told("ben", "fully-successful"), told("dan", "not-rated")]
    );
    assert_eq!(all["standards"][0]["people"].as_array().unwrap().len(), 3, "a manager has no standard here");
    assert_eq!(of(&rated(&["--person", "Ben"]), 0), told("ben", "fully-successful"));
    let team = rated(&["--unit", "t2"]);
    assert_eq!(of(&team, 0), told("dan", "not-rated"));
}
