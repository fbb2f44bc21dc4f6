//! What is asked is what is answered: periods of every length, files that are whole, results for programs.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use super::support::{readings, run, succeed};

const AS_OF: &str = "2026-11-02T06:10:00Z";

/// The blank project, imported: five answers in October 2026, three of them good. Three lie in week 40, two of these
/// good, and two in week 41, one of these good.
fn blank() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    succeed(folder.path(), &["init", "service", "--template", "blank"]);
    let project = folder.path().join("service");
    succeed(&project, &["import"]);
    (folder, project)
}

fn json(project: &Path, arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.extend(["--format", "json"]);
    serde_json::from_str(&succeed(project, &all).out).unwrap()
}

fn change(project: &Path, file: &str, from: &str, to: &str) {
    let path = project.join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}

/// The row of a measure on a scorecard.
fn row<'a>(page: &'a Value, measure: &str) -> &'a Value {
    let legs = page["legs"].as_array().unwrap();
    let groups = legs.iter().flat_map(|leg| leg["key"].as_array().unwrap().iter());
    let mut rows = groups.flat_map(|group| group["rows"].as_array().unwrap());
    rows.find(|row| row["id"] == measure).unwrap()
}

fn near(found: &Value, wanted: f64) {
    assert!((found.as_f64().unwrap() - wanted).abs() < 1e-9, "{found} is not {wanted}");
}

#[test]
fn a_month_is_compared_with_a_week_and_not_with_its_month() {
    let (_folder, project) = blank();
    let page = json(&project, &["score", "--as-of", AS_OF, "--period", "2026-10", "--compare", "2026-W41"]);
    near(&row(&page, "csat")["value"]["value"], 3.0 / 5.0);
    near(&row(&page, "csat")["change"]["difference"], 3.0 / 5.0 - 1.0 / 2.0);
}

#[test]
fn a_baseline_that_was_measured_in_a_week() {
    let (_folder, project) = blank();
    change(&project, "scorecards/service.yaml", "baseline: 70 %", "baseline: { measured: 2026-W41 }");
    let explained = json(&project, &["explain", "csat", "--as-of", AS_OF, "--period", "2026-10"]);
    let beside = explained["page"]["beside"].as_array().unwrap();
    let baseline = beside.iter().find(|figure| figure["term"].as_str().unwrap().starts_with("baseline")).unwrap();
    assert_eq!(baseline["text"].as_str().unwrap().replace('\u{a0}', " "), "50.0 %");
}

#[test]
fn from_and_to_take_several_periods_in_a_row() {
    let (_folder, project) = blank();
    let found = readings(&project, &["--measure", "csat", "--from", "2026-10-01..2026-10-02", "--to", "2026-10-04"]);
    let mut days: Vec<String> = found.keys().map(|about| about.3.clone()).collect();
    days.sort();
    days.dedup();
    assert_eq!(days, ["2026-10-01", "2026-10-02", "2026-10-04"]);
}

#[test]
fn a_file_with_another_ending_is_refused_before_anything_is_worked_out() {
    let (_folder, project) = blank();
    // A file that somebody keeps must not be touched either.
    std::fs::write(project.join("readings.part"), "mine").unwrap();
    let said = run(&project, &["readings", "--out", "readings.txt"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("must end in .parquet or .csv"), "{}", said.err);
    readings(&project, &[]);
    assert_eq!(std::fs::read_to_string(project.join("readings.part")).unwrap(), "mine");
}

#[test]
fn an_import_counts_every_row_that_it_read() {
    let (_folder, project) = blank();
    let path = project.join("raw/cases.csv");
    let mut text = std::fs::read_to_string(&path).unwrap();
    for number in 0..60 {
        writeln!(text, "9{number},soon,email,delivery,north,ama,no,-,-").unwrap();
    }
    std::fs::write(&path, text).unwrap();
    let imported = json(&project, &["import"]);
    let cases = &imported[0]["tables"][0];
    let count = |name: &str| cases[name].as_u64().unwrap();
    assert_eq!(count("rejected"), 60);
    let parts = ["inserted", "updated", "unchanged", "repeated", "outdated", "rejected"];
    assert_eq!(count("read"), parts.into_iter().map(count).sum::<u64>());
    // Programs get all of them, people a page and the number.
    assert_eq!(json(&project, &["rejects"]).as_array().unwrap().len(), 60);
    let said = succeed(&project, &["rejects", "desk"]);
    assert!(said.err.contains("50 of 60"), "{}", said.err);
}

#[test]
fn what_was_imported_before_a_failure_is_told() {
    let (_folder, project) = blank();
    let later =
        "source: later\nfiles:\n  gone: raw/gone.csv\ntables:\n  holidays: select calendar, holiday_on from gone\n";
    std::fs::write(project.join("sources/later.yaml"), later).unwrap();
    change(
        &project,
        "evenkeel.yaml",
        "sources: [sources/desk.yaml]",
        "sources: [sources/desk.yaml, sources/later.yaml]",
    );
    let said = run(&project, &["import", "--format", "json"]);
    assert_eq!(said.code, Some(1));
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(told[0]["source"], "desk");
    assert!(said.err.contains("raw/gone.csv"), "{}", said.err);
    // In JSON the answer of the command says it; to people a sentence does.
    let said = run(&project, &["import"]);
    let became = "Nothing of source `later` was imported. In the lake are those before it: `desk`.";
    assert!(said.err.contains(became), "{}", said.err);
}
