use evenkeel_model::comparison::{Comparison, Lines, Peers, Rules};
use evenkeel_model::people::PeoplePolicy;

use super::{PROJECT, findings, project, sound};
use crate::MemoryFiles;

const SATISFACTION: &str = "\
comparison: satisfaction
measure: csat
compares: [branch, people]
case_mix: [attributes.reason, case.topic]
minimum: 78 %
recognition: 82 %
";

/// A project with these comparison files, in which people may be compared.
fn files(texts: &[(&str, &str)]) -> MemoryFiles {
    let paths: Vec<&str> = texts.iter().map(|(path, _)| *path).collect();
    let listed = format!("{PROJECT}people: coaching\ncomparisons: [{}]\n", paths.join(", "));
    texts.iter().fold(sound().with("evenkeel.yaml", listed), |files, (path, text)| files.with(*path, *text))
}

fn satisfaction(text: &str) -> MemoryFiles {
    files(&[("comparisons/satisfaction.yaml", text)])
}

/// What is found when one text of the comparison is replaced.
fn replaced(old: &str, new: &str) -> String {
    assert!(SATISFACTION.contains(old), "{old:?} is not there");
    findings(&satisfaction(&SATISFACTION.replacen(old, new, 1)))
}

fn read(text: &str) -> Comparison {
    let project = project(&satisfaction(text));
    let [comparison] = &project.comparisons[..] else { panic!("{:?}", project.comparisons) };
    comparison.clone()
}

#[test]
fn a_comparison_is_read() {
    assert_eq!(findings(&satisfaction(SATISFACTION)), "");
    let found = read(SATISFACTION);
    assert_eq!(
        (found.id.as_str(), found.title.as_str(), found.measure.as_str()),
        ("satisfaction", "Satisfaction", "csat")
    );
    assert_eq!(found.peers, [Peers::Units("branch".to_owned()), Peers::People]);
    let mix: Vec<String> = found.case_mix.iter().map(ToString::to_string).collect();
    assert_eq!(mix, ["attributes.reason", "case.topic"]);
    assert_eq!(found.lines, Lines { minimum: 0.78, recognition: 0.82 });
    assert_eq!((found.rules, found.below, found.fixed_on), (Rules::default(), None, None));
}

#[test]
fn rules_may_be_set() {
    let text = format!(
        "{SATISFACTION}recognise_from: 90 %\ndevelop_below: 10 %\nreview: {{ periods: 4, below: 0.01 %, \
         false_discoveries: 1 % }}\nminimum_observations: 50\nfixed_on: 2026-01-04\nbelow: north\n"
    );
    let found = read(&text);
    let rules = Rules {
        recognise_from: 0.9,
        develop_below: 0.1,
        review_below: 0.0001,
        review_periods: 4,
        false_discoveries: 0.01,
        minimum_observations: 50.0,
    };
    assert_eq!(found.rules, rules);
    assert_eq!(found.fixed_on.map(|day| day.to_string()).as_deref(), Some("2026-01-04"));
    assert_eq!(found.below.as_ref().map(evenkeel_model::ids::UnitId::as_str), Some("north"));
}

/// A comparison may use a measure of the library that nothing else uses.
#[test]
fn measures_of_the_library_are_taken() {
    let files = satisfaction(&SATISFACTION.replace("csat", "ces2").replace("[branch, people]", "[branch]"));
    assert!(project(&files).measures.contains_key("ces2"));
}

#[test]
fn people_are_off_unless_the_project_says_otherwise() {
    assert_eq!(project(&sound()).people, PeoplePolicy::Off);
}

#[test]
fn keys_and_names() {
    insta::assert_snapshot!(
        "keys_and_names",
        [
            replaced("comparison: satisfaction\n", ""),
            replaced("comparison: satisfaction", "comparison: Satisfaction of branches"),
            replaced("minimum: 78 %\n", ""),
            replaced("recognition", "recognision"),
            replaced("compares: [branch, people]", "compares: []"),
            replaced("compares: [branch, people]", "compares: [branch, branch]"),
            replaced("measure: csat", "measure: csta"),
            findings(&satisfaction(&format!("{SATISFACTION}fixed_on: January\n"))),
            findings(&sound().with("comparisons/satisfaction.yaml", SATISFACTION).with(
                "evenkeel.yaml",
                format!("{PROJECT}people: everybody\ncomparisons: [comparisons/satisfaction.yaml]\n")
            )),
        ]
        .join("\n")
    );
}

#[test]
fn measures_that_cannot_be_compared() {
    let compared = |id: &str, line: &str, better: &str| {
        let text = SATISFACTION
            .replace("measure: csat", &format!("measure: {id}"))
            .replace("case_mix: [attributes.reason, case.topic]\n", "")
            .replace("78 %", line)
            .replace("82 %", better);
        findings(&satisfaction(&text))
    };
    let for_units = "measure: csat\nfrom: responses\nshare: score >= 4\nbetter: higher\nlevels: [unit]\nabout:\n  \
                     not_for_people: It passes through several hands. Look at the team instead.\n";
    insta::assert_snapshot!(
        "measures_that_cannot_be_compared",
        [
            compared("complaint_time", "60 h", "20 h"),
            compared("cost", "4", "4"),
            compared("offers", "10 %", "15 %"),
            findings(&satisfaction(SATISFACTION).with("measures/csat.yaml", for_units)),
            findings(
                &satisfaction(SATISFACTION)
                    .with("measures/csat.yaml", for_units.replace("levels: [unit]", "levels: [person]"))
            ),
        ]
        .join("\n")
    );
}

#[test]
fn attributes_that_are_outcomes_or_decisions() {
    let mix = |attributes: &str| replaced("[attributes.reason, case.topic]", attributes);
    insta::assert_snapshot!(
        "attributes_that_are_outcomes_or_decisions",
        [
            mix("[score]"),
            mix("[attributes.satisfied]"),
            mix("[question, person_id]"),
            mix("[response_id]"),
            mix("[case.topik]"),
            mix("[chanel]"),
            mix("[question, question]"),
            mix("[]"),
        ]
        .join("\n")
    );
}

#[test]
fn lines_and_rules_that_make_no_sense() {
    let with = |text: &str| findings(&satisfaction(&format!("{SATISFACTION}{text}\n")));
    insta::assert_snapshot!(
        "lines_and_rules_that_make_no_sense",
        [
            replaced("minimum: 78 %", "minimum: 90 %"),
            replaced("recognition: 82 %", "recognition: 100 %"),
            replaced("minimum: 78 %", "minimum: 780 %"),
            replaced("minimum: 78 %", "minimum: 4 h"),
            with("recognise_from: 0.8"),
            with("develop_below: 100 %"),
            with("review: { periods: 1 }"),
            with("review: { below: 30 % }"),
            with("minimum_observations: 1"),
        ]
        .join("\n")
    );
}

#[test]
fn who_is_compared_twice_or_not_at_all() {
    let second = SATISFACTION.replace("satisfaction", "again").replace("[branch, people]", "[people]");
    let twice = files(&[("comparisons/a.yaml", SATISFACTION), ("comparisons/b.yaml", &second)]);
    let off = sound()
        .with("evenkeel.yaml", format!("{PROJECT}comparisons: [comparisons/satisfaction.yaml]\n"))
        .with("comparisons/satisfaction.yaml", SATISFACTION);
    insta::assert_snapshot!("who_is_compared_twice_or_not_at_all", [findings(&twice), findings(&off)].join("\n"));
}
