//! Earlier definitions of a measure.

use evenkeel_model::measure::Formula;
use evenkeel_model::period::{FiscalYear, Period};

use super::{findings, project, sound, with};
use crate::lock::{LOCK_FILE, updated};

const REDEFINED: &str = "\
measure: x
from: responses
share: score >= 4
better: higher
version: 3
versions:
  - version: 1
    until: 2025-03-01
    reason: another question
    from: responses
    where: question = 'old'
    share: score >= 6
  - version: 2
    until: 2026-04-01
    reason: seven points became five
    from: responses
    share: score >= 6
";

fn check(old: &str, new: &str) -> String {
    assert!(REDEFINED.contains(old), "{old}");
    with("measures/x.yaml", &REDEFINED.replacen(old, new, 1))
}

#[test]
fn definitions_that_held_before() {
    let project = project(&sound().with("measures/x.yaml", REDEFINED));
    let measure = &project.measures["x"];
    let in_force = |period: &str| {
        let period = Period::parse(period, FiscalYear::default()).unwrap();
        measure.in_force(period).map(|found| (found.id.to_string(), found.definition.number))
    };
    assert_eq!(in_force("2026-04"), Ok(("x".to_owned(), 3)));
    assert_eq!(in_force("2026-03"), Ok(("x@2".to_owned(), 2)));
    assert_eq!(in_force("2025-02"), Ok(("x@1".to_owned(), 1)));
    assert!(in_force("2026").is_err());
    let first = measure.in_force(Period::parse("2025-01", FiscalYear::default()).unwrap()).unwrap();
    let Formula::Share { rows, of } = &first.formula else { panic!() };
    assert_eq!((rows.conditions[0].as_str(), of.as_str()), ("question = 'old'", "score >= 6"));
    assert_eq!((first.title.as_str(), &first.unit), ("X", &measure.unit));
    let reasons: Vec<String> = measure.breaks().into_iter().map(|change| change.reason).collect();
    assert_eq!(reasons, ["another question", "seven points became five"]);
}

#[test]
fn versions_that_do_not_follow_each_other() {
    insta::assert_snapshot!(check("version: 3", "version: 2"));
    insta::assert_snapshot!(check("  - version: 2", "  - version: 1"));
    insta::assert_snapshot!(check("until: 2025-03-01", "until: 2026-05-01"));
}

#[test]
fn earlier_definitions_with_mistakes() {
    insta::assert_snapshot!(check("    share: score >= 6\n  -", "    mean: score\n  -"));
    insta::assert_snapshot!(check("until: 2025-03-01", "until: March"));
    insta::assert_snapshot!(check("    reason: another question\n", ""));
    insta::assert_snapshot!(check("    where: question = 'old'\n    share: score >= 6\n", ""));
    insta::assert_snapshot!(check("    from: responses\n    where", "    from: response\n    where"));
}

#[test]
fn every_version_is_recorded() {
    let files = sound().with("measures/x.yaml", REDEFINED);
    let lock = updated("", project(&files).measures.values());
    assert_eq!(lock.lines().filter(|line| line.starts_with("x ")).count(), 3);
    assert_eq!(findings(&files.clone().with(LOCK_FILE, lock.clone())), "");
    // What held before is not rewritten either.
    let rewritten = REDEFINED.replacen("share: score >= 6", "share: score >= 5", 1);
    insta::assert_snapshot!(findings(&files.with("measures/x.yaml", rewritten).with(LOCK_FILE, lock)));
}
