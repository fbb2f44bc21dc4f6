//! What the record holds, as the command, the page and the files tell it.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::{Weekday, date};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::served::{Events, Server, serve_open};
use super::support::{find, succeed};

const AS_OF: &str = "2026-11-02T06:10:00Z";

const PROJECT: &[(&str, &str)] = &[
    (
        "evenkeel.yaml",
        "organisation: Ferry\ntime_zone: America/New_York\nsources: [sources/desk.yaml]\nscorecards: [scorecards/service.yaml]\n",
    ),
    (
        "sources/desk.yaml",
        "source: desk\nsteward: Mara Lindqvist\nfiles: { tickets: raw/tickets.csv, staff: raw/staff.csv }\ntables:\n  cases: select \
         number as case_id, opened as opened_at, agent as assignee_id from tickets\n  people: select agent as person_id, \
         left_on from staff\n",
    ),
    (
        "scorecards/service.yaml",
        "scorecard: service\nlegs:\n  customer: { objectives: [{ objective: Cases, measures: [{ use: cases_opened }] }] }\n",
    ),
    (
        "measures/cases_opened.yaml",
        "measure: cases_opened\ntitle: New cases\nnoun: cases\nfrom: cases\ncount: rows\nbetter: neither\n",
    ),
    ("raw/staff.csv", "agent,left_on\nMaria Lopez,\n,2026-01-01\nJo Baker,soon to be\n"),
];

/// Six cases on each working day from July to October 2026, late in the evening in New York, so that they lie on the next
/// day in UTC. Two working days are missing, and every third case has no agent.
fn tickets() -> String {
    let mut text = "number,opened,agent\n".to_owned();
    let mut number = 0;
    for day in date(2026, 7, 1).series(1.day()).take_while(|day| *day <= date(2026, 10, 29)) {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        if weekend || day == date(2026, 9, 7) || day == date(2026, 10, 14) {
            continue;
        }
        for minute in 0..6 {
            number += 1;
            let agent = if number % 3 == 0 { "" } else { "Maria Lopez" };
            let _ = writeln!(text, "{number},{day}T23:0{minute}:00-04:00,{agent}");
        }
    }
    text.push_str("9001,32.13.2026,Maria Lopez\n9002,Maria Lopez,Jo Baker\n");
    text
}

fn project() -> TempDir {
    let folder = TempDir::new().unwrap();
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    for (path, text) in PROJECT {
        write(path, text);
    }
    write("raw/tickets.csv", &tickets());
    folder
}

/// The same, imported every minute by a server.
fn scheduled() -> TempDir {
    let folder = project();
    let path = folder.path().join("sources/desk.yaml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(path, text.replacen("source: desk\n", "source: desk\nimport: { every: 1 minute }\n", 1)).unwrap();
    folder
}

/// The page of the record, as soon as it says something.
fn page_that_says(server: &Server, said: &str) -> String {
    let mut page = server.ask("GET", "/data").body;
    for _ in 0..120 {
        if page.contains(said) {
            break;
        }
        std::thread::sleep(Duration::from_millis(250));
        page = server.ask("GET", "/data").body;
    }
    assert!(page.contains(said), "{said} in {page}");
    page
}

#[test]
fn what_is_due_is_imported_without_being_asked_for() {
    let folder = scheduled();
    assert_eq!(
        told(folder.path())["sources"][0]["import"],
        json!({
            "plan": "every minute", "last": null, "next": null, "failed": null,
        })
    );
    // Two servers of one project: one of them imports, and both show it.
    let (one, other) = (serve_open(folder.path()), serve_open(folder.path()));
    for server in [&one, &other] {
        let page = page_that_says(server, "Last: ");
        assert!(page.contains("every minute") && page.contains("Next: ") && !page.contains("Failed"), "{page}");
        let page = page_that_says(server, "cases +510");
        assert!(page.contains("1 state") || page.contains("data-label=\"State\">1<"), "{page}");
    }
    let answer = one.ask("GET", "/api/v1/data");
    let told: Value = serde_json::from_str(&answer.body).unwrap();
    let import = &told["data"]["sheet"]["sources"][0]["import"];
    assert!(import["last"].as_str().unwrap().starts_with("Last: "), "{told}");
    assert_eq!(self::told(folder.path())["states"].as_array().unwrap().len(), 1);
}

/// Whoever has the page open hears of the steps of an import that begins by itself, the first of them how it stands.
#[test]
fn a_page_that_is_open_hears_of_the_steps_of_an_import() {
    let folder = scheduled();
    let server = serve_open(folder.path());
    assert!(server.ask("GET", "/data").body.contains("data-steps=\"/data/events\""));
    let mut events = Events::of(&server, "/data/events", "");
    assert_eq!((events.answer.status, events.answer.header("content-type")), (200, "text/event-stream"));
    // It begins, reads two tables, and ends.
    for _ in 0..3 {
        assert!(events.next().contains("event: step\ndata: step"));
    }
    page_that_says(&server, "Last: ");
}

#[test]
fn an_import_that_fails_says_why_and_when_it_is_tried_again() {
    let folder = scheduled();
    std::fs::rename(folder.path().join("raw/staff.csv"), folder.path().join("raw/away.csv")).unwrap();
    let server = serve_open(folder.path());
    let page = page_that_says(&server, "Failed once");
    assert!(page.contains("no file matches <code>raw/staff.csv</code>") && page.contains("Last: never"), "{page}");
    assert!(page.contains("Next: "), "{page}");
    drop(server);
    // What was noted stays when the server is started again.
    let server = serve_open(folder.path());
    assert!(server.ask("GET", "/data").body.contains("Failed once"));
}

#[test]
fn an_import_waits_while_somebody_else_imports() {
    let folder = scheduled();
    succeed(folder.path(), &["import", "--as-of", "2026-10-30T06:00:00Z"]);
    let lock = std::fs::File::options().write(true).open(find(&folder.path().join("data"), "lock")).unwrap();
    lock.lock().unwrap();
    let server = serve_open(folder.path());
    std::thread::sleep(Duration::from_secs(5));
    let page = server.ask("GET", "/data").body;
    assert!(page.contains("every minute") && !page.contains("Failed"), "{page}");
    lock.unlock().unwrap();
    page_that_says(&server, "Last: ");
}

fn told(project: &Path) -> Value {
    serde_json::from_str(&succeed(project, &["data", "--as-of", AS_OF, "--format", "json"]).out).unwrap()
}

#[test]
fn sources_freshness_coverage_rejects_and_versions() {
    let folder = project();
    let project = folder.path();
    let before = told(project);
    assert_eq!(before["sources"][0]["changed"], "nothing imported yet");
    assert_eq!((before["states"].clone(), before["rejected_rows"].clone()), (json!([]), json!(0)));

    succeed(project, &["import", "--as-of", "2026-10-30T06:00:00Z"]);
    let told = told(project);
    let cases = (85 * 6) as u64;
    let source = &told["sources"][0];
    assert_eq!((&source["name"], &source["steward"]), (&json!("desk"), &json!("Mara Lindqvist")));
    assert_eq!(source["files"], json!(["raw/staff.csv", "raw/tickets.csv"]));
    assert_eq!(source["changed"], "30 Oct 02:00");
    let of_cases = source["tables"].as_array().unwrap().iter().find(|table| table["table"] == "cases").unwrap();
    assert_eq!((&of_cases["rows"], &of_cases["rejected"]), (&json!(cases), &json!(2)));

    let freshness = &told["freshness"][0];
    assert_eq!(
        (&freshness["table"], &freshness["from"], &freshness["to"]),
        (&json!("cases"), &json!("2026-07-01"), &json!("2026-10-29"))
    );
    // The Friday after the latest row is missing, a weekend is not.
    assert_eq!(freshness["missing"], json!(["2026-09-07", "2026-10-14", "2026-10-30"]));
    assert_eq!(told["freshness"].as_array().unwrap().len(), 1);

    let coverage = &told["coverage"].as_array().unwrap()[1];
    assert_eq!(coverage["table"], "cases");
    assert!((coverage["person"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-9, "{coverage}");
    assert_eq!(coverage["unit"], 0.0);
    assert!(coverage["empty"].as_array().unwrap().contains(&json!("channel")), "{coverage}");

    let states = told["states"].as_array().unwrap();
    assert_eq!(states.len(), 1, "{states:?}");
    let text = states[0]["text"].as_str().unwrap();
    assert!(text.contains(&format!("cases +{cases}")) && text.contains("people +1"), "{text}");

    assert_eq!(told["rejected_rows"], 4);
    let rejected: Vec<(&str, &str, &Value)> = told["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["place"].as_str().unwrap(), line["reason"].as_str().unwrap(), &line["shapes"]))
        .collect();
    assert!(rejected.contains(&("cases.opened_at", "bad_instant", &json!(["99.99.9999", "a a"]))), "{rejected:?}");
    assert!(rejected.contains(&("people.person_id", "missing_key", &json!([]))), "{rejected:?}");

    // A second import that changes a file makes a second state and says by how much.
    std::fs::write(project.join("raw/tickets.csv"), format!("{}9003,2026-10-30T09:00:00-04:00,\n", tickets())).unwrap();
    succeed(project, &["import", "--as-of", "2026-10-31T06:00:00Z"]);
    let states = self::told(project)["states"].clone();
    assert_eq!(states.as_array().unwrap().len(), 2, "{states}");
    assert_eq!(states[0]["text"], "cases +1");
}

/// Pages and files of everybody say where a row is wrong, and not what stands there.
#[test]
fn nobody_is_named_on_the_page_and_in_its_files() {
    let folder = project();
    succeed(folder.path(), &["import", "--as-of", "2026-10-30T06:00:00Z"]);
    let server = serve_open(folder.path());
    let page = server.ask("GET", "/data");
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("cases.opened_at") && page.body.contains("href=\"/data/rejected.csv\""));
    let csv = server.ask("GET", "/data/rejected.csv");
    let lines = server.ask("GET", "/data/rejected.ndjson?source=desk");
    assert!(csv.head.contains("text/csv") && csv.head.contains("attachment"), "{}", csv.head);
    assert_eq!((csv.body.lines().count(), lines.body.lines().count()), (5, 4), "{}", csv.body);
    for line in lines.body.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok_and(|row| row["reason"].is_string()), "{line}");
    }
    for answer in [&page, &csv, &lines] {
        assert!(!answer.body.contains("Maria") && !answer.body.contains("Lopez"), "{}", answer.body);
        assert!(!answer.body.contains("Jo Baker"), "{}", answer.body);
    }
    assert_eq!(server.ask("GET", "/data/rejected.ndjson?source=other").body, "");
    let missing = server.ask("GET", "/data/other.csv");
    assert_eq!((missing.status, missing.body.contains("rejected.csv")), (404, true), "{}", missing.body);
}
