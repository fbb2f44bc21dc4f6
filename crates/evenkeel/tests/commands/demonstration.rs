//! The demonstration, from nothing to a scorecard, and everything that is told about it afterwards.

use std::fmt::Write as _;
use std::io::Write;
use std::path::Path;

use evenkeel_simulate::bank::{self, Settings};
use serde_json::Value;
use tempfile::TempDir;

use super::support::{Said, readings, run, succeed};

/// A hundredth of the bank: a small file of everything.
const SCALE: &str = "0.01";
const AS_OF: &str = "2026-11-02T06:10:00Z";

fn demonstration(folder: &Path) -> Said {
    succeed(folder, &["demo", "--no-serve", "--scale", SCALE, "--dir", "bank"])
}

fn json(said: &Said) -> Value {
    let read = serde_json::from_str(&said.out);
    assert!(read.is_ok(), "this is no JSON: {}", said.out);
    read.unwrap()
}

#[test]
fn one_command_shows_a_scorecard() {
    let folder = TempDir::new().unwrap();
    let said = demonstration(folder.path());
    for words in ["Northmere Bank", "October 2026", "Employee", "Customer", "Business", "crm in"] {
        assert!(said.out.contains(words), "{words} is not there:\n{}", said.out);
    }
    let listed = json(&succeed(&folder.path().join("bank"), &["rejects", "--format", "json"]));
    let rejected = format!("{} rows were rejected and set aside", listed.as_array().unwrap().len());
    assert!(said.err.contains(&rejected), "{rejected} is not there:\n{}", said.err);
    // Colour is for terminals.
    assert!(!said.out.contains('\u{1b}') && !said.err.contains('\u{1b}'));
}

#[test]
fn exactly_the_broken_rows_are_rejected() {
    let folder = TempDir::new().unwrap();
    demonstration(folder.path());
    let settings = Settings { scale: SCALE.parse().unwrap(), ..Settings::demonstration() };
    let mut nowhere = |_: &str| Ok(Box::new(std::io::sink()) as Box<dyn Write>);
    let truth = bank::simulate(&settings, &mut nowhere).unwrap();
    let mut expected: Vec<(String, u64, String, String, String)> = Vec::new();
    for reject in &truth.rejects {
        let (column, reason) = (reject.column.to_owned(), reject.reason.to_owned());
        expected.push((reject.file.clone(), reject.line, reject.table.to_owned(), column, reason));
    }
    expected.sort();
    assert!(!expected.is_empty());

    let listed = json(&succeed(&folder.path().join("bank"), &["rejects", "--limit", "0", "--format", "json"]));
    let mut found: Vec<(String, u64, String, String, String)> = Vec::new();
    for reject in listed.as_array().unwrap() {
        let text = |name: &str| reject[name].as_str().unwrap_or_default().to_owned();
        let line = reject["line"].as_u64().unwrap();
        found.push((text("file"), line, text("table"), text("column"), text("reason")));
    }
    found.sort();
    assert_eq!(found, expected);

    // Rejected rows do not stop an import, unless somebody wants them to.
    assert_eq!(run(&folder.path().join("bank"), &["import"]).code, Some(0));
    assert_eq!(run(&folder.path().join("bank"), &["import", "--strict"]).code, Some(1));
}

#[test]
fn a_second_import_changes_nothing_and_says_so() {
    let folder = TempDir::new().unwrap();
    demonstration(folder.path());
    let project = folder.path().join("bank");
    let out = project.join("readings.csv");
    let write = || {
        readings(&project, &["--as-of", AS_OF, "--from", "2026-01", "--to", "2026-10"]);
        std::fs::read(&out).unwrap()
    };
    let before = write();
    let said = succeed(&project, &["import"]);
    let sources = said.out.lines().filter(|line| line.contains(" in ") && line.contains(" s")).count();
    assert!(sources > 3, "{}", said.out);
    assert_eq!(said.out.matches("nothing changed").count(), sources, "{}", said.out);
    assert_eq!(said.out.matches(" 0 inserted, 0 updated,").count(), said.out.matches("inserted").count());
    assert!(before == write(), "the readings differ after an import that changed nothing");

    // Everything derived can be thrown away and is the same again.
    succeed(&project, &["rebuild"]);
    assert!(before == write(), "the readings differ after a rebuild");
}

#[test]
fn a_number_is_the_same_wherever_it_is_told() {
    let folder = TempDir::new().unwrap();
    demonstration(folder.path());
    let project = folder.path().join("bank");
    let at = ["--period", "2026-10", "--as-of", AS_OF];
    let with = |command: &[&str]| json(&succeed(&project, &[command, &at, &["--format", "json"]].concat()));
    let all = readings(&project, &["--as-of", AS_OF, "--from", "2026-10", "--to", "2026-10", "--measure", "csat"]);
    let whole = all.iter().find(|(about, _)| about.1 == "organisation").map(|(_, reading)| reading).unwrap();

    let explained = with(&["explain", "csat"]);
    let text = explained.to_string();
    assert_eq!(explained["numerator"].as_f64(), whole.numerator, "{text}");
    assert_eq!(explained["denominator"].as_f64(), whole.denominator);

    let rows = with(&["rows", "csat", "--limit", "100000"]);
    assert_eq!(rows["rows"].as_array().unwrap().len() as u64, whole.n);

    let scorecard = with(&["score"]).to_string();
    assert!(scorecard.contains("Customer satisfaction"));
    assert!(scorecard.contains(&whole.value.to_string()), "{} is not on the scorecard", whole.value);
}

#[test]
fn signals_are_listed_for_every_unit_below() {
    let folder = TempDir::new().unwrap();
    demonstration(folder.path());
    let project = folder.path().join("bank");
    let list = json(&succeed(&project, &["signals", "--period", "2026-10", "--as-of", AS_OF, "--format", "json"]));
    let series = list["series"].as_u64().unwrap();
    let expected = list["expected_by_chance"].as_f64().unwrap();
    assert!(series > 22 && expected > 0.0 && expected < series as f64 * 0.03, "{series} series, {expected} expected");
    let order = ["worse", "better", "change"];
    let found: Vec<&str> =
        list["signals"].as_array().unwrap().iter().map(|s| s["judgement"].as_str().unwrap()).collect();
    let places: Vec<usize> = found.iter().map(|word| order.iter().position(|known| known == word).unwrap()).collect();
    assert!(places.is_sorted(), "{found:?}");
    // One unit alone has fewer series than the bank with all of its units.
    let one = json(&succeed(&project, &["signals", "--unit", "castlegate", "--as-of", AS_OF, "--format", "json"]));
    assert!(one["series"].as_u64().unwrap() < series);
}

#[test]
fn equal_questions_have_equal_answers() {
    let folder = TempDir::new().unwrap();
    demonstration(folder.path());
    let project = folder.path().join("bank");
    for command in [&["score"][..], &["score", "--format", "json"], &["explain", "csat"], &["rows", "csat"]] {
        let arguments = [command, &["--as-of", AS_OF]].concat();
        assert!(succeed(&project, &arguments).out == succeed(&project, &arguments).out, "{arguments:?}");
    }
}

#[test]
fn whoever_asks_for_what_is_not_there_is_told_what_is() {
    let folder = TempDir::new().unwrap();
    demonstration(folder.path());
    let project = folder.path().join("bank");
    let mut all = String::new();
    for arguments in [
        &["score", "--unit", "castlegat"][..],
        &["score", "--period", "2026-13"],
        &["explain", "csatt"],
        &["rows", "csat", "--unit", "nobody"],
        &["import", "crmm"],
        &["readings", "--out", "readings.txt"],
        &["readings", "--out", "r.csv", "--level", "village"],
        &["readings", "--out", "r.csv", "--from", "2026-01", "--to", "2026-W40"],
        &["readings", "--out", "r.csv", "--measure", "csat", "--by", "colour"],
        &["score", "--format", "yaml"],
        &["frobnicate"],
    ] {
        let said = run(&project, arguments);
        assert_ne!(said.code, Some(0), "{arguments:?}");
        assert_eq!(said.out, "", "{arguments:?}");
        let (command, code) = (arguments.join(" "), said.code.unwrap());
        writeln!(all, "$ evenkeel {command}\n{}[exit code {code}]\n", said.err).unwrap();
    }
    insta::assert_snapshot!(all);
}
