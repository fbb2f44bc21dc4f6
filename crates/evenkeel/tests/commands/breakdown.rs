//! A figure divided by an attribute: of its rows, of their case or customer, or of what a source has beside the record.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use super::served::{Server, serve_open};
use super::support::succeed;

const FILES: [(&str, &str); 11] = [
    (
        "evenkeel.yaml",
        "organisation: Divided\ntime_zone: UTC\nsources: [sources/one.yaml]\nscorecards: [scorecards/all.yaml]\n",
    ),
    (
        "sources/one.yaml",
        "source: one\nfiles: { answers: raw/answers.csv, cases: raw/cases.csv, customers: raw/customers.csv, people: raw/people.csv }\ntables:\n  \
         responses: >-\n    select id as response_id, at as answered_at, cast(score as double) as score, case_id, customer_id,\n    \
         choice, json_map('reason', reason, 'agent', agent, 'by', agent) as attributes from answers\n  \
         cases: select case_id, opened_at, topic, cast(is_complaint as boolean) as is_complaint from cases\n  \
         customers: select customer_id, segment from customers\n  people: select person_id, name from people\n",
    ),
    ("measures/score.yaml", "measure: score\nfrom: responses\nmean: score\nbetter: higher\n"),
    ("measures/good.yaml", "measure: good\nfrom: responses\nshare: score >= 4\nbetter: higher\n"),
    ("measures/few.yaml", "measure: few\nfrom: responses\nshare: score >= 4\nbetter: higher\nwithhold_below: 5\n"),
    // What it was worked out from is withheld.
    (
        "measures/once.yaml",
        "measure: once\nunit: percent\nnoun: answers\nfrom: responses\nshare: score >= 3\nbetter: higher\nversion: 2\nversions:\n  - version: 1\n    \
         until: 2026-02-01\n    reason: Another scale.\n    formula: few\n",
    ),
    ("measures/cases.yaml", "measure: cases\nfrom: cases\ncount: rows\nbetter: lower\n"),
    (
        "measures/answered.yaml",
        "measure: answered\nratio:\n  numerator: { from: responses, count: rows }\n  \
         denominator: { from: cases, count: rows }\nbetter: higher\n",
    ),
    (
        "scorecards/all.yaml",
        "scorecard: all\nlegs:\n  customer:\n    objectives:\n      - objective: All\n        \
         measures: [{ use: good, target: 50 % }, { use: score }, { use: few }, { use: cases }, { use: answered }]\n",
    ),
    ("raw/people.csv", "person_id,name\nann,Ann Lee\n"),
    ("raw/customers.csv", "customer_id,segment\nc0,private\nc1,business\nc2,\n"),
];

fn write(project: &Path, name: &str, text: &str) {
    let path = project.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

/// An answer: its score, the number of its case and of its customer, and what was chosen.
struct Given {
    score: u32,
    case: u32,
    customer: u32,
    choice: String,
}

/// Two hundred answers about forty cases.
fn given() -> Vec<Given> {
    (0..200)
        .map(|number| Given {
            score: (number * 7 + number / 13) % 6,
            case: number % 40,
            customer: number % 4,
            // Forty choices, of which the first are the most frequent; one of them is a quotation.
            choice: match number {
                0..6 => "it's 'so'".to_owned(),
                6..40 => String::new(),
                _ => format!("choice {:02}", (number % 40).min(number % 17)),
            },
        })
        .collect()
}

/// The topic of a case: each has its own, but the first five share one.
fn topic_of(case: u32) -> String {
    if case < 5 { "shared".to_owned() } else { format!("topic {case:02}") }
}

fn project() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in FILES {
        write(folder.path(), name, text);
    }
    let mut answers = String::from("id,at,score,case_id,customer_id,choice,reason,agent\n");
    for (number, given) in given().iter().enumerate() {
        let at = format!("2026-03-{:02}T12:00:00Z", 1 + number % 28);
        let reason = if number % 3 == 0 { "slow" } else { "rude" };
        // A fourth customer is in no table.
        writeln!(
            answers,
            "{number},{at},{},k{},c{},\"{}\",{reason},ann",
            given.score, given.case, given.customer, given.choice
        )
        .unwrap();
    }
    write(folder.path(), "raw/answers.csv", &answers);
    let mut cases = String::from("case_id,opened_at,topic,is_complaint\n");
    for number in 0..38 {
        let (day, topic) = (1 + number % 28, topic_of(number));
        writeln!(cases, "k{number},2026-03-{day:02}T08:00:00Z,{topic},{}", number % 2 == 0).unwrap();
    }
    write(folder.path(), "raw/cases.csv", &cases);
    succeed(folder.path(), &["import"]);
    folder
}

/// What is told of each group: value and number of rows.
type Told = BTreeMap<String, (f64, u64)>;

fn told(server: &Server, target: &str) -> Told {
    let answer = server.get(target, "");
    assert_eq!(answer.status, 200, "{target}: {}", answer.body);
    let data = answer.json()["data"].clone();
    let groups = data["groups"].as_array().unwrap().iter().chain([&data["all"]]);
    let name = |group: &serde_json::Value| match group["kind"].as_str().unwrap() {
        "value" => format!("= {}", group["group"].as_str().unwrap()),
        kind => kind.to_owned(),
    };
    groups
        .map(|group| (name(group), (group["value"]["value"].as_f64().unwrap(), group["n"].as_u64().unwrap())))
        .collect()
}

/// What the groups of a share have to be, where `group` tells the group of an answer.
fn expected(group: impl Fn(&Given) -> String) -> Told {
    let mut counted: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for given in given() {
        for name in [group(&given), "all".to_owned()] {
            let (good, all) = counted.entry(name).or_default();
            *good += u64::from(given.score >= 4);
            *all += 1;
        }
    }
    counted.into_iter().map(|(name, (good, all))| (name, (good as f64 / all as f64, all))).collect()
}

#[track_caller]
fn assert_same(told: &Told, expected: &Told) {
    assert_eq!(told.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, (value, n)) in expected {
        let (found, of) = told[name];
        assert!((found - value).abs() < 1e-12 && of == *n, "{name}: {found} of {of}, not {value} of {n}");
    }
}

/// Each group is worked out here by hand.
#[test]
fn a_figure_by_group() {
    let project = project();
    let server = serve_open(project.path());
    let by = |what: &str| told(&server, &format!("/api/v1/breakdown/good/divided?period=2026-03&by={what}"));
    let or_unknown = |text: &str| if text.is_empty() { "not_known".to_owned() } else { format!("= {text}") };

    assert_same(&by("choice"), &expected(|given| or_unknown(&given.choice)));
    // The fourth customer is in no table, and the third has no segment.
    let segment = |given: &Given| or_unknown(["private", "business", "", ""][given.customer as usize]);
    assert_same(&by("customer.segment"), &expected(segment));
    let complaint = |given: &Given| match given.case {
        38.. => "not_known".to_owned(),
        case => format!("= {}", case % 2 == 0),
    };
    assert_same(&by("case.is_complaint"), &expected(complaint));
    assert_eq!(by("source").len(), 2);
    assert_eq!(by("attributes.reason")["= slow"].1, 67);
}

/// Thirty values stand by themselves; what is rarer stands together, and nothing is lost.
#[test]
fn rare_values_stand_together() {
    let project = project();
    let server = serve_open(project.path());
    // Thirty-four topics; equally frequent ones stand in the order of the alphabet. The last two cases are in no table.
    let topic = |given: &Given| match given.case {
        38.. => "not_known".to_owned(),
        34..38 => "others".to_owned(),
        case => format!("= {}", topic_of(case)),
    };
    let good = told(&server, "/api/v1/breakdown/good/divided?period=2026-03&by=case.topic");
    assert_same(&good, &expected(topic));
    assert_eq!(good.keys().filter(|name| name.starts_with("= ")).count(), 30);
    // Answers about cases that are in no table have something above the line alone.
    let answered = server.get("/api/v1/breakdown/answered/divided?period=2026-03&by=case.topic", "").json();
    let groups = answered["data"]["groups"].as_array().unwrap();
    assert_eq!(
        (groups.len(), &groups[31]["kind"], &groups[31]["value"]["value"]),
        (32, &json!("not_known"), &json!(null))
    );
    assert_eq!((&groups[0]["group"], &groups[0]["value"]["value"]), (&json!("shared"), &json!(5.0)));
    // Counts of the groups add up to the whole as well.
    let cases = told(&server, "/api/v1/breakdown/cases/divided?period=2026-03&by=topic");
    let sum: f64 = cases.iter().filter(|(name, _)| *name != "all").map(|(_, (value, _))| value).sum();
    assert_eq!((sum, cases["all"].0), (38.0, 38.0));
}

/// The page offers what divides, shows what was asked for, and refuses what says who.
#[test]
fn the_page_of_a_measure_divides_its_figure() {
    let project = project();
    let server = serve_open(project.path());
    let page = server.get("/measure/good/divided?period=2026-03", "").body;
    for offered in ["choice", "case.topic", "customer.segment", "attributes.reason"] {
        assert!(page.contains(&format!("<option value=\"{offered}\">")), "{offered}");
    }
    assert!(!page.contains("attributes.agent") && !page.contains("value=\"person_id\""), "people are not offered");
    assert!(!page.contains("not recorded"));
    let page = server.get("/measure/good/divided?period=2026-03&by=customer.segment", "").body;
    for shown in [
        "<option value=\"customer.segment\" selected>",
        "Breakdown by segment of the customer",
        "private",
        "not recorded",
    ] {
        assert!(page.contains(shown), "{shown}");
    }
    for (measure, by) in [
        ("good", "attributes.agent"),
        ("good", "attributes.none"),
        ("good", "person_id"),
        ("good", "case_id"),
        ("few", "choice"),
    ] {
        let refused = server.get(&format!("/measure/{measure}/divided?by={by}"), "");
        assert_eq!(refused.status, 404, "{measure} {by}");
    }
    assert!(!server.get("/measure/few/divided?period=2026-03", "").body.contains("Breakdown"));
    // Two sources of a ratio are not one and the same.
    assert_eq!(server.get("/measure/answered/divided?by=source", "").status, 404);
    let refused = server.get("/api/v1/breakdown/good/divided?by=chice", "");
    assert!(refused.body.contains("case.topic") && !refused.body.contains("person_id"), "{}", refused.body);
}
