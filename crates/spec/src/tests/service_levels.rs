use evenkeel_model::case::Status;
use evenkeel_model::service_level::{Clock, Policy};

use super::{CSAT, PROJECT, findings, project, sound};
use crate::MemoryFiles;

const STANDARD: &str = "\
service_level: standard
versions:
  - rules:
      - first_response: 8 h
  - from: 2026-04-01
    rules:
      - when: { priority: [urgent, high], unit: north }
        first_response: { within: 1.5 h, clock: business }
        resolution: { within: 16 h, clock: business, pauses: [pending, hold] }
      - next_response: 90 min
        requester_wait: { within: 2 d, pauses: hold }
";

/// A project with these service level files.
fn files(texts: &[(&str, &str)]) -> MemoryFiles {
    let paths: Vec<&str> = texts.iter().map(|(path, _)| *path).collect();
    let listed = format!("{PROJECT}service_levels: [{}]\n", paths.join(", "));
    texts.iter().fold(sound().with("evenkeel.yaml", listed), |files, (path, text)| files.with(*path, *text))
}

fn standard(text: &str) -> MemoryFiles {
    files(&[("service_levels/standard.yaml", text)])
}

/// What is found when one text of the policy is replaced.
fn replaced(old: &str, new: &str) -> String {
    assert!(STANDARD.contains(old), "{old:?} is not there");
    findings(&standard(&STANDARD.replacen(old, new, 1)))
}

#[test]
fn a_policy_is_read() {
    assert_eq!(findings(&standard(STANDARD)), "");
    let project = project(&standard(STANDARD));
    let [policy] = &project.service_levels[..] else { panic!("{:?}", project.service_levels) };
    assert_eq!((policy.id(), policy.name()), ("standard", "Standard"));
    let [always, april] = policy.versions() else { panic!("{policy:?}") };
    assert_eq!(always.valid_from, i64::MIN);
    // Midnight in Accra is midnight in UTC.
    assert_eq!(april.valid_from, 1_775_001_600_000_000);
    let [urgent, rest] = &april.rules[..] else { panic!("{april:?}") };
    assert_eq!(urgent.when.priority, ["urgent", "high"]);
    assert_eq!(urgent.when.unit, ["north"]);
    let first = urgent.targets.first_response.unwrap();
    assert_eq!((first.within_s, first.clock, first.pauses.has(Status::Pending)), (5400, Clock::Business, false));
    let resolution = urgent.targets.resolution.unwrap();
    let pauses = Status::ALL.map(|status| resolution.pauses.has(status));
    assert_eq!((resolution.within_s, pauses), (16 * 3600, [false, false, true, true, false]));
    let wait = rest.targets.requester_wait.unwrap();
    assert_eq!((wait.within_s, wait.clock, wait.pauses.has(Status::Hold)), (2 * 86_400, Clock::Calendar, true));
    assert_eq!(rest.targets.next_response.unwrap().within_s, 5400);
    assert_eq!((rest.targets.first_response, rest.targets.resolution), (None, None));
}

#[test]
fn versions_begin_at_midnight_of_the_project() {
    let zone = PROJECT.replace("Africa/Accra", "America/New_York");
    let listed = format!("{zone}service_levels: [service_levels/standard.yaml]\n");
    let project = project(&standard(STANDARD).with("evenkeel.yaml", listed));
    assert_eq!(project.service_levels[0].versions()[1].valid_from, (1_775_001_600 + 4 * 3600) * 1_000_000);
}

#[test]
fn policies_stand_in_the_order_of_the_list() {
    let second = STANDARD.replace("service_level: standard", "service_level: gold\ntitle: Gold customers");
    let files = files(&[("service_levels/z.yaml", &second), ("service_levels/a.yaml", STANDARD)]);
    let project = project(&files);
    assert_eq!(project.service_levels.iter().map(Policy::id).collect::<Vec<_>>(), ["gold", "standard"]);
    assert_eq!(project.service_levels[0].name(), "Gold customers");
}

#[test]
fn keys_and_words() {
    insta::assert_snapshot!(
        "keys_and_words",
        [
            replaced("service_level: standard\n", ""),
            replaced("service_level: standard", "service_level: Standard Promises"),
            replaced("first_response: { within", "first_respons: { within"),
            replaced("within: 1.5 h, ", ""),
            replaced("clock: business", "clock: bussiness"),
            replaced("pauses: hold", "pauses: solved"),
            replaced("priority: [urgent, high]", "priorities: [urgent, high]"),
            replaced("priority: [urgent, high]", "priority: []"),
            findings(&standard("service_level: standard\nversions: []\n")),
            findings(&standard("service_level: standard\nversions: [{ from: 2026-01-01 }]\n")),
            findings(&standard("")),
        ]
        .join("\n")
    );
}

#[test]
fn durations() {
    insta::assert_snapshot!(
        "durations",
        [
            replaced("first_response: 8 h", "first_response: 8"),
            replaced("first_response: 8 h", "first_response: soon"),
            replaced("first_response: 8 h", "first_response: 80 %"),
            replaced("first_response: 8 h", "first_response: 0 h"),
            replaced("first_response: 8 h", "first_response: -2 h"),
            replaced("first_response: 8 h", "first_response: 40000 d"),
            replaced("first_response: 8 h", "first_response: 1.5 s"),
            replaced("within: 16 h", "within: 2 d"),
        ]
        .join("\n")
    );
    assert_eq!(replaced("first_response: 8 h", "first_response: 1.1 h"), "");
}

#[test]
fn versions_and_rules_that_contradict_each_other() {
    insta::assert_snapshot!(
        "contradictions",
        [
            replaced("from: 2026-04-01", "from: April"),
            replaced("from: 2026-04-01", "from: 2026-04"),
            replaced("  - from: 2026-04-01\n    rules:", "  - rules:"),
            replaced(
                "      - first_response: 8 h\n",
                "      - first_response: 8 h\n      - when: { channel: email }\n"
            ),
            replaced("pauses: hold", "pauses: [hold, pending]"),
        ]
        .join("\n")
    );
}

#[test]
fn files_of_service_levels() {
    let twice = files(&[("service_levels/a.yaml", STANDARD), ("service_levels/b.yaml", STANDARD)]);
    insta::assert_snapshot!(
        "files_of_service_levels",
        [
            findings(&twice),
            findings(&sound().with("service_levels/standard.yaml", STANDARD)),
            findings(
                &standard(STANDARD)
                    .with("evenkeel.yaml", format!("{PROJECT}service_levels: [service_levels/standart.yaml]\n"))
            ),
        ]
        .join("\n")
    );
}

const KEPT: &str = "\
measure: kept
from: case_facts
share: sla_first_response_met
attribute: holder_at_breach
better: higher
";

#[test]
fn who_a_broken_promise_counts_for() {
    let place = |text: &str| {
        let project = project(&sound().with("measures/kept.yaml", text));
        let rows = project.measures["kept"].formula.rows().unwrap().clone();
        [rows.person, rows.unit].map(|place| place.map_or("none".to_owned(), |place| place.to_string()))
    };
    let solver = ["person_id".to_owned(), "unit_id".to_owned()];
    assert_eq!(place(&KEPT.replace("attribute: holder_at_breach\n", "")), solver);
    assert_eq!(place(&KEPT.replace("holder_at_breach", "solver")), solver);
    let breach = |own: &str, column: &str, name: &str| {
        format!("case when sla_{name}_state = 'breached' then sla_{name}_{column} else {own} end")
    };
    let holder = |name| [breach("person_id", "breach_person_id", name), breach("unit_id", "breach_unit_id", name)];
    assert_eq!(place(KEPT), holder("first_response"));
    let ratio = "ratio: { numerator: { count: \"SLA_resolution_state = 'breached'\" }, denominator: rows }";
    assert_eq!(place(&KEPT.replace("share: sla_first_response_met", ratio)), holder("resolution"));
    let own_unit = KEPT.replace("better", "unit_of: none\nbetter");
    assert_eq!(place(&own_unit), [breach("person_id", "breach_person_id", "first_response"), "none".to_owned()]);
}

#[test]
fn holders_at_no_breach_or_at_several() {
    let found = |text: &str| findings(&sound().with("measures/kept.yaml", text));
    insta::assert_snapshot!(
        "holders_at_no_breach_or_at_several",
        [
            found(&KEPT.replace("share: sla_first_response_met", "share: is_complaint")),
            found(
                &KEPT.replace("share: sla_first_response_met", "share: sla_first_response_met and sla_resolution_met")
            ),
            findings(&sound().with("measures/csat.yaml", CSAT.to_owned() + "attribute: holder_at_breach\n")),
        ]
        .join("\n")
    );
}

/// A promise belongs to the formula of a measure that tells whether it was kept, and to no other.
#[test]
fn promises_are_part_of_the_digest() {
    let digests = |policy: &str| {
        let project = project(&standard(policy).with("measures/kept.yaml", KEPT));
        ["kept", "csat"].map(|id| project.measures[id].definition.digest.clone())
    };
    let [kept, csat] = digests(STANDARD);
    for (old, new) in [
        ("service_level: standard", "service_level: other"),
        ("8 h", "9 h"),
        ("from: 2026-04-01", "from: 2026-04-02"),
        ("priority: [urgent, high]", "priority: [urgent]"),
        ("priority: [urgent, high]", "channel: [urgent, high]"),
        ("1.5 h, clock: business", "1.5 h"),
        ("pauses: [pending, hold]", "pauses: [pending]"),
        ("next_response: 90 min", "first_response: 90 min"),
    ] {
        assert!(STANDARD.contains(old));
        let [changed, other] = digests(&STANDARD.replacen(old, new, 1));
        assert_ne!(changed, kept, "{old} → {new}");
        assert_eq!(other, csat);
    }
    let [named, _] =
        digests(&STANDARD.replace("service_level: standard", "service_level: standard\ntitle: Another name"));
    assert_eq!(named, kept);
    let alone = project(&sound().with("measures/kept.yaml", KEPT));
    assert_ne!(alone.measures["kept"].definition.digest, kept);
}
