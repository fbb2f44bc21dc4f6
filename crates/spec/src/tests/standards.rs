use evenkeel_model::performance::{Standard, Thresholds};

use super::{PROJECT, findings, project, sound};
use crate::MemoryFiles;

const COMPARISON: &str =
    "comparison: satisfaction\nmeasure: csat\ncompares: [people]\nminimum: 78 %\nrecognition: 84 %\n";

const ADVISER: &str = "\
standard: adviser
role: Branch adviser
elements:
  - element: Customers leave satisfied
    critical: true
    weight: 2
    measure: csat
    fully_successful: 78 %
    minimally_successful: 72 %
    exceeds: 82 %
    outstanding: 88 %
";

/// A project with these standards, in which people may be rated.
fn files(texts: &[(&str, &str)]) -> MemoryFiles {
    let paths: Vec<&str> = texts.iter().map(|(path, _)| *path).collect();
    let listed = format!(
        "{PROJECT}people: appraisal\ncomparisons: [comparisons/satisfaction.yaml]\nstandards: [{}]\n",
        paths.join(", ")
    );
    let files = sound().with("evenkeel.yaml", listed).with("comparisons/satisfaction.yaml", COMPARISON);
    texts.iter().fold(files, |files, (path, text)| files.with(*path, *text))
}

fn adviser(text: &str) -> MemoryFiles {
    files(&[("standards/adviser.yaml", text)])
}

/// What is found when one text of the standard is replaced.
fn replaced(old: &str, new: &str) -> String {
    assert!(ADVISER.contains(old), "{old:?} is not there");
    findings(&adviser(&ADVISER.replacen(old, new, 1)))
}

#[test]
fn a_standard_is_read() {
    assert_eq!(findings(&adviser(ADVISER)), "");
    let project = project(&adviser(ADVISER));
    let [Standard { id, title, roles, elements, .. }] = &project.standards[..] else {
        panic!("{:?}", project.standards)
    };
    assert_eq!((id.as_str(), title.as_str(), &roles[..]), ("adviser", "Adviser", &["Branch adviser".to_owned()][..]));
    let [element] = &elements[..] else { panic!("{elements:?}") };
    assert_eq!((element.title.as_str(), element.critical, element.weight), ("Customers leave satisfied", true, 2.0));
    let thresholds = Thresholds {
        fully_successful: 0.78,
        minimally_successful: Some(0.72),
        exceeds: Some(0.82),
        outstanding: Some(0.88),
    };
    assert_eq!(element.thresholds, thresholds);
    assert!(project.standards[0].is_for(Some("Branch adviser")) && !project.standards[0].is_for(None));
}

#[test]
fn levels_and_lines() {
    insta::assert_snapshot!(
        "levels_and_lines",
        [
            replaced("    fully_successful: 78 %\n", ""),
            replaced("    minimally_successful: 72 %\n", ""),
            replaced("exceeds: 82 %", "exceeds: 78 %"),
            replaced("outstanding: 88 %", "outstanding: 80 %"),
            replaced("minimally_successful: 72 %", "minimally_successful: 79 %"),
            replaced("outstanding: 88 %", "outstanding: 5 h"),
            replaced("fully_successful", "fuly_successful"),
        ]
        .join("\n")
    );
}

#[test]
fn elements_that_rate_nobody() {
    let for_units = "measure: csat\nfrom: responses\nshare: score >= 4\nbetter: higher\nlevels: [unit]\nabout:\n  \
                     not_for_people: It passes through several hands. Look at the team instead.\n";
    insta::assert_snapshot!(
        "elements_that_rate_nobody",
        [
            replaced("critical: true", "critical: false"),
            replaced("weight: 2", "weight: 0"),
            replaced("weight: 2", "weight: -1"),
            replaced("measure: csat", "measure: nps"),
            replaced("measure: csat", "measure: csta"),
            findings(
                &adviser(ADVISER)
                    .with("measures/csat.yaml", for_units)
                    .with("comparisons/satisfaction.yaml", COMPARISON.replace("people", "branch"))
            ),
            findings(&adviser("standard: adviser\nelements: []\n")),
            findings(&adviser(ADVISER).with(
                "evenkeel.yaml",
                format!(
                    "{PROJECT}people: coaching\ncomparisons: [comparisons/satisfaction.yaml]\nstandards: [standards/adviser.yaml]\n"
                )
            )),
        ]
        .join("\n")
    );
}
