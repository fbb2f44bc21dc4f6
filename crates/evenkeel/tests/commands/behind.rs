//! Behind a number: its query, its records, and expressions that only look as if they could place a row in time.

use std::fmt::Write as _;
use std::path::Path;

use tempfile::TempDir;

use super::support::{readings, run, succeed};

/// A project west of UTC, so that a day begins in the night of the next one.
const FILES: [(&str, &str); 11] = [
    (
        "evenkeel.yaml",
        "organisation: Behind\ntime_zone: America/New_York\nsources: [sources/one.yaml, sources/two.yaml]\n\
         scorecards: [scorecards/all.yaml]\n",
    ),
    (
        "sources/one.yaml",
        "source: one\nfiles: { cases: raw/one.csv, trainings: raw/trainings.csv }\ntables:\n  \
         cases: select case_id, opened_at, json_map('solved', solved) as attributes from cases\n  \
         trainings: select person_id, course, completed_on, expires_on from trainings\n",
    ),
    (
        "sources/two.yaml",
        "source: two\nfiles: { cases: raw/two.csv }\ntables:\n  \
         cases: select case_id, opened_at, json_map('solved', solved) as attributes from cases\n",
    ),
    ("measures/trained.yaml", "measure: trained\nfrom: trainings\ncount: rows\nbetter: higher\n"),
    (
        "measures/valid.yaml",
        "measure: valid\nfrom: trainings\nstock: { until: expires_on }\nperiod_of: completed_on\nbetter: higher\n",
    ),
    ("measures/inflow.yaml", "measure: inflow\nfrom: cases\ncount: rows\nbetter: lower\n"),
    (
        "measures/backlog.yaml",
        "measure: backlog\nfrom: cases\nstock: { until: \"cast(json_text(attributes, 'solved') as timestamp)\" }\nbetter: lower\n",
    ),
    (
        "measures/nothing.yaml",
        "measure: nothing\nfrom: cases\nwhere: \"null\"\nstock: { until: \"cast(null as timestamp)\" }\nbetter: lower\n",
    ),
    (
        "scorecards/all.yaml",
        "scorecard: all\nlegs:\n  customer:\n    objectives:\n      - objective: All\n        measures: [{ use: inflow }]\n",
    ),
    (
        "raw/trainings.csv",
        "person_id,course,completed_on,expires_on\nann,a,2026-02-28,2026-03-31\nann,b,2026-03-01,2026-04-01\n\
         ann,c,2026-03-31,\nann,d,2026-04-01,\nann,e,2026-01-01,2026-03-15\n",
    ),
    ("raw/notes.txt", "Nothing reads this.\n"),
];

const AS_OF: &str = "2026-05-01T12:00:00Z";

fn write(project: &Path, name: &str, text: &str) {
    let path = project.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn project() -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in FILES {
        write(folder.path(), name, text);
    }
    // Many cases of both sources are opened at one instant and have one identifier.
    for source in ["one", "two"] {
        let mut cases = String::from("case_id,opened_at,solved\n");
        for number in (0..40).rev() {
            let solved = if number % 4 == 0 { "2026-03-20T00:00:00" } else { "" };
            writeln!(cases, "{number:02},2026-03-{:02}T12:00:00Z,{solved}", 10 + number / 20).unwrap();
        }
        write(folder.path(), &format!("raw/{source}.csv"), &cases);
    }
    succeed(folder.path(), &["import"]);
    folder
}

fn json(project: &Path, arguments: &[&str]) -> serde_json::Value {
    let mut all = arguments.to_vec();
    all.extend(["--period", "2026-03", "--as-of", AS_OF, "--format", "json"]);
    serde_json::from_str(&succeed(project, &all).out).unwrap()
}

/// A day is compared with days, and an instant with instants.
#[test]
fn queries_name_days_as_days() {
    let project = project();
    let query = |measure: &str| {
        let explained = json(project.path(), &["explain", measure]);
        format!("-- {measure}: {}\n{}\n", explained["value"], explained["query"].as_str().unwrap())
    };
    let all: String = ["trained", "valid", "inflow", "backlog"].map(query).concat();
    insta::assert_snapshot!("queries_name_days_as_days", all);
}

#[test]
fn records_come_in_one_order_whatever_the_page() {
    let project = project();
    for measure in ["inflow", "backlog"] {
        let page = |first: usize, limit: usize| {
            let listed =
                json(project.path(), &["rows", measure, "--offset", &first.to_string(), "--limit", &limit.to_string()]);
            let columns = listed["columns"].as_array().unwrap();
            let at = |name: &str| columns.iter().position(|column| column == name).unwrap();
            let names = ["opened_at", "case_id", "source"].map(at);
            let rows = listed["rows"].as_array().unwrap().iter();
            rows.map(|row| names.map(|at| row[at].as_str().unwrap().to_owned())).collect::<Vec<_>>()
        };
        let all = page(0, 0);
        assert_eq!(all.len(), if measure == "inflow" { 80 } else { 60 }, "{measure}");
        let mut sorted = all.clone();
        // The latest first; what happened at one instant by the key of the table.
        sorted.sort_by(|[at, case, source], [other_at, other_case, other_source]| {
            other_at.cmp(at).then((case, source).cmp(&(other_case, other_source)))
        });
        assert_eq!(all, sorted, "{measure}");
        let pages: Vec<_> = (0..all.len()).step_by(7).flat_map(|first| page(first, 7)).collect();
        assert_eq!(pages, all, "{measure}");
    }
}

/// Rows in the order of a column: without regard to the case of letters, numbers by their size, and what is not known
/// last in either direction. What says who puts nothing in order.
#[test]
fn rows_are_put_in_order() {
    let project = project();
    let mut calls = String::from("call_id,offered_at,answered_at,person_id,queue,hold_s\n");
    let rows = [("beta", "100"), ("", "9"), ("Alpha", ""), ("alpha", "30"), ("Gamma", "9"), ("", "-1")];
    for (number, (queue, hold)) in rows.into_iter().enumerate() {
        let at = format!("2026-03-0{}T12:00:00Z", number + 1);
        writeln!(calls, "{number},{at},{at},p{number},{queue},{hold}").unwrap();
    }
    write(project.path(), "raw/calls.csv", &calls);
    write(
        project.path(),
        "sources/one.yaml",
        "source: one\nfiles: { calls: raw/calls.csv }\ntables:\n  \
         calls: select call_id, offered_at, answered_at, person_id, queue, cast(hold_s as double) as hold_s from calls\n",
    );
    write(project.path(), "measures/hold.yaml", "measure: hold\nfrom: calls\nmean: hold_s\nbetter: lower\n");
    write(project.path(), "measures/calls.yaml", "measure: calls\nfrom: calls\ncount: rows\nbetter: lower\n");
    write(
        project.path(),
        "measures/callers.yaml",
        "measure: callers\nfrom: calls\ndistinct: person_id\nbetter: lower\n",
    );
    succeed(project.path(), &["import"]);
    let found = |measure: &str, order: &str| {
        let listed = json(project.path(), &["rows", measure, "--order", order]);
        let columns = listed["columns"].as_array().unwrap();
        let at = columns.iter().position(|column| column == "call_id").unwrap();
        let rows = listed["rows"].as_array().unwrap().iter();
        rows.map(|row| row[at].as_str().unwrap().to_owned()).collect::<String>()
    };
    // Among equal ones, and among those without a value, the latest comes first.
    assert_eq!(found("calls", "queue"), "320451");
    assert_eq!(found("calls", "-queue"), "403251");
    assert_eq!(found("calls", "hold_s"), "541302");
    assert_eq!(found("calls", "-hold_s"), "034152");
    assert_eq!(found("calls", "offered_at"), "012345");
    assert_eq!(found("calls", "-offered_at"), "543210");
    // The average has no row without a value.
    assert_eq!(found("hold", "counts_as"), "54130");
    let refused = |measure: &str, order: &str| {
        let said = run(project.path(), &["rows", measure, "--order", order, "--period", "2026-03", "--as-of", AS_OF]);
        assert_eq!(said.code, Some(1), "{order}");
        said.err
    };
    let said = refused("calls", "person_id");
    assert!(said.contains("the rows of `calls` are not put in order by `person_id`"), "{said}");
    assert!(said.contains("queue") && !said.contains("counts_as"), "{said}");
    refused("calls", "quue");
    refused("calls", "counts_as");
    refused("callers", "counts_as");
    refused("calls", "");
}

/// A condition that is nothing but NULL is true for no row.
#[test]
fn a_stock_of_nothing() {
    let project = project();
    let found = readings(project.path(), &["--measure", "nothing", "--as-of", AS_OF]);
    assert!(found.values().all(|reading| reading.value == 0.0), "{found:?}");
}

/// What places a row in time has to be an instant or a day, and that is told before any row is looked at.
#[test]
fn what_cannot_place_a_row_in_time() {
    let project = project();
    write(
        project.path(),
        "measures/inflow.yaml",
        "measure: inflow\nfrom: cases\ncount: rows\nperiod_of: concat(case_id, 'x')\nbetter: lower\n",
    );
    write(
        project.path(),
        "measures/backlog.yaml",
        "measure: backlog\nfrom: cases\nstock:\n  until: json_text(attributes, 'solved')\nbetter: lower\n",
    );
    let said = run(project.path(), &["check"]);
    assert_eq!(said.code, Some(1));
    insta::assert_snapshot!("what_cannot_place_a_row_in_time", said.err + &said.out);
    let said = run(project.path(), &["rebuild", "--as-of", AS_OF]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("2 expressions of measures cannot be worked out"), "{}", said.err);
}
