use evenkeel_model::collection::{AskedUnits, Collected, Collection, NoteRule, Typist};
use evenkeel_model::period::Grain;
use jiff::civil::date;

use super::{PROJECT, findings, project, sound};
use crate::MemoryFiles;

const VISITS: &str = "\
measure: visits
from: observations
where: measure = 'points'
ratio: { numerator: { sum: numerator }, denominator: { sum: denominator } }
better: higher
";

const MONTH: &str = "\
collection: branch_month
measures: [visits, cost_contact]
every: month
kind: branch
begins: 2026-10-01
due: 7 days
";

/// A project with these collections.
fn files(texts: &[(&str, &str)]) -> MemoryFiles {
    let paths: Vec<&str> = texts.iter().map(|(path, _)| *path).collect();
    let files = sound().with("evenkeel.yaml", format!("{PROJECT}collections: [{}]\n", paths.join(", ")));
    let files = files.with("measures/visits.yaml", VISITS);
    texts.iter().fold(files, |files, (path, text)| files.with(*path, *text))
}

fn month(text: &str) -> MemoryFiles {
    files(&[("collections/month.yaml", text)])
}

/// What is found when one text of the collection is replaced.
fn replaced(old: &str, new: &str) -> String {
    assert!(MONTH.contains(old), "{old:?} is not there");
    findings(&month(&MONTH.replacen(old, new, 1)))
}

#[test]
fn a_collection_is_read() {
    assert_eq!(findings(&month(MONTH)), "");
    let project_read = project(&month(MONTH));
    let collected = |measure: &str, figure: &str| Collected {
        measure: measure.into(),
        figure: figure.to_owned(),
        below_the_line: true,
    };
    let expected = Collection {
        id: "branch_month".to_owned(),
        title: "Branch month".to_owned(),
        figures: vec![collected("visits", "points"), collected("cost_contact", "cost_contact")],
        every: Grain::Month,
        units: AskedUnits::Kind("branch".to_owned()),
        begins: date(2026, 10, 1),
        due_after: 7,
        by: Typist::Manager,
        approval: true,
        note: NoteRule::OffTarget,
    };
    assert_eq!(project_read.collections.first(), Some(&expected));
    assert!(project_read.measures.contains_key("cost_contact"), "what is collected comes from the library");

    let all = MONTH.replace("kind: branch", "units: [east, 0247]").replace("month\n", "week\n").replace("7 d", "2 d");
    let all = format!("{all}title: Week\nby: insights\napproval: none\nnote: never\n");
    let expected = Collection {
        id: expected.id.replace("month", "week"),
        title: "Week".to_owned(),
        every: Grain::Week,
        units: AskedUnits::These(vec!["east".into(), "0247".into()]),
        due_after: 2,
        by: Typist::Insights,
        approval: false,
        note: NoteRule::Never,
        ..expected
    };
    assert_eq!(project(&month(&all)).collections, [expected]);
    let whole = MONTH.replace("kind: branch\n", "").replace("due: 7 days\n", "");
    let read = project(&month(&whole));
    assert_eq!((&read.collections[0].units, read.collections[0].due_after), (&AskedUnits::Whole, 5));
}

#[test]
fn collections_that_cannot_be_meant() {
    insta::assert_snapshot!(
        "collections_that_cannot_be_meant",
        [
            replaced("collection: branch_month\n", ""),
            replaced("measures: [visits, cost_contact]", "measures: []"),
            replaced("visits,", "csat,"),
            replaced("visits,", "cost,"),
            replaced("visits,", "vists,"),
            replaced("visits,", "cost_contact,"),
            replaced("every: month", "every: day"),
            replaced("begins: 2026-10-01", "begins: 2026-10"),
            replaced("begins: 2026-10-01\n", ""),
            replaced("due: 7 days", "due: 7"),
            replaced("due: 7 days", "due: 36 h"),
            replaced("kind: branch", "kind: branch\nunits: [east]"),
            replaced("kind: branch", "units: [east, west, east]"),
            replaced("due: 7 days", "by: agent"),
            replaced("due: 7 days", "aproval: none"),
        ]
        .join("\n")
    );
}

#[test]
fn a_measure_is_collected_once() {
    let second = MONTH.replace("branch_month", "desk_month").replace("visits, ", "");
    insta::assert_snapshot!(
        "a_measure_is_collected_once",
        findings(&files(&[("collections/month.yaml", MONTH), ("collections/desk.yaml", &second)]))
    );
}
