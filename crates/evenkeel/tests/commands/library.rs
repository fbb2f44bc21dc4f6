//! The built-in library of measures: every worked example, through the engine.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use evenkeel_engine::example::work_out;
use evenkeel_spec::library;

use super::support::{About, Reading, readings, run, succeed};

/// Each measure of the library makes of the rows of its example what the example says.
#[tokio::test(flavor = "multi_thread")]
async fn every_example_comes_out_as_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = String::new();
    for (id, measure) in &library::measures() {
        let Some(example) = &measure.example else {
            let _ = writeln!(wrong, "{id}: has no example");
            continue;
        };
        let measures = [Arc::clone(measure)];
        match work_out(folder.path(), measure, &measures, example).await {
            Err(error) => {
                let _ = writeln!(wrong, "{id}: {error}");
            }
            Ok(outcome) => {
                for difference in outcome.differences {
                    let _ = writeln!(wrong, "{id}: {difference:?}");
                }
            }
        }
    }
    assert_eq!(wrong, "");
}

/// A small organisation: two teams, three people, calls and a survey of colleagues.
const PROJECT: &[(&str, &str)] = &[
    (
        "evenkeel.yaml",
        "organisation: Ferry\npeople: own_record\nsources: [sources/all.yaml]\nscorecards: [scorecards/service.yaml]\n",
    ),
    (
        "sources/all.yaml",
        "source: all\nfiles:\n  units: raw/units.csv\n  members: raw/members.csv\n  calls: raw/calls.csv\n  answers: \
         raw/answers.csv\ntables:\n  units: select unit_id, kind from units\n  people: select distinct person_id from \
         members\n  memberships: select person_id, unit_id from members\n  calls: select call_id, unit_id, person_id, \
         offered_at, answered_at from calls\n  responses: select response_id, question, unit_id, answered_at, score from \
         answers\n",
    ),
    (
        "scorecards/service.yaml",
        "scorecard: service\nlegs:\n  employee: { objectives: [{ objective: Work, measures: [{ use: esat, target: 80 %, red_flag: 50 % }] }] }\n  \
         customer: { objectives: [{ objective: Calls, measures: [{ use: service_level, target: 80 %, red_flag: 50 % }, { use: transfer_calls, target: 10 %, red_flag: 30 % }] }] }\n",
    ),
    ("raw/units.csv", "unit_id,kind\nnorth,team\nsouth,team\n"),
    ("raw/members.csv", "person_id,unit_id\nann,north\nben,north\ncid,south\n"),
    (
        "raw/calls.csv",
        "call_id,unit_id,person_id,offered_at,answered_at\n1,north,ann,2026-10-05T09:00:00Z,2026-10-05T09:00:10Z\n\
         2,south,cid,2026-10-05T09:00:00Z,2026-10-05T09:00:50Z\n",
    ),
    (
        "raw/answers.csv",
        "response_id,question,unit_id,answered_at,score\n1,satisfied with work,north,2026-10-05T09:00:00Z,5\n\
         2,satisfied with work,north,2026-10-05T09:00:00Z,4\n3,satisfied with work,north,2026-10-05T09:00:00Z,2\n\
         4,satisfied with work,south,2026-10-05T09:00:00Z,4\n5,satisfied with work,south,2026-10-05T09:00:00Z,5\n",
    ),
];

fn ferry() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in PROJECT {
        let file = folder.path().join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    succeed(folder.path(), &["import"]);
    folder
}

const WHEN: [&str; 4] = ["--period", "2026-10", "--as-of", "2026-11-02T06:10:00Z"];

#[test]
fn what_a_project_takes_from_the_library_is_said() {
    let folder = ferry();
    let said = succeed(folder.path(), &["check"]);
    assert!(said.out.contains("no mistakes"), "{}", said.out);
    assert!(said.err.contains("come from the built-in library: `abandon`, `aht`, `asa`"), "{}", said.err);
    let own = "measure: esat\nfrom: responses\nshare: score > 3\nbetter: higher\n";
    std::fs::create_dir(folder.path().join("measures")).unwrap();
    std::fs::write(folder.path().join("measures/esat.yaml"), own).unwrap();
    let said = succeed(folder.path(), &["check"]);
    assert!(said.err.contains("takes the place of a built-in one: `esat`"), "{}", said.err);
}

#[test]
fn a_measure_of_the_operation_is_not_told_of_one_person() {
    let folder = ferry();
    let refused = |command: &[&str]| {
        let said = run(folder.path(), &[command, &WHEN[2..]].concat());
        assert_eq!(said.code, Some(1), "{command:?}: {}", said.out);
        said.err
    };
    for command in [
        &["explain", "service_level", "--unit", "ann"][..],
        &["rows", "service_level", "--unit", "ann"],
        &["readings", "--out", "a.csv", "--measure", "service_level", "--level", "person"],
    ] {
        let said = refused(command);
        assert!(said.contains("`service_level` is not told of one person. Service level is a property"), "{said}");
        assert!(said.contains("Look at adherence to the plan"), "{said}");
    }
    for command in [&["score", "--unit", "ann"][..], &["signals", "--unit", "ann"]] {
        let said = refused(command);
        assert!(said.contains("there is no unit `ann`; scorecards and pages are about units"), "{said}");
    }
    // What is fit for a person is told.
    let rows = succeed(folder.path(), &[&["rows", "transfer_calls", "--unit", "ann"][..], &WHEN[..]].concat());
    assert_eq!(rows.code, Some(0));
}

/// What was not agreed is not told, on the command line either: no person in readings, no name in rows.
#[test]
fn people_that_are_off_are_in_no_readings_and_no_rows() {
    let folder = ferry();
    let place = folder.path();
    let own = "measure: answered\nfrom: calls\nshare: answered_at is not null\nbetter: higher\n";
    std::fs::create_dir(place.join("measures")).unwrap();
    std::fs::write(place.join("measures/answered.yaml"), own).unwrap();
    let asked = [&["rows", "answered", "--format", "json"][..], &WHEN[..]].concat();
    let columns = |said: &str| serde_json::from_str::<serde_json::Value>(said).unwrap()["columns"].to_string();
    let agreed = columns(&succeed(place, &asked).out);
    assert!(agreed.contains("person_id"), "{agreed}");
    let persons = |all: &BTreeMap<About, Reading>| all.keys().filter(|(_, level, ..)| level == "person").count();
    let month = ["--from", "2026-10", "--to", "2026-10"];
    assert!(persons(&readings(place, &month)) > 0);
    let off = PROJECT[0].1.replace("people: own_record\n", "");
    std::fs::write(place.join("evenkeel.yaml"), off).unwrap();
    let open = columns(&succeed(place, &asked).out);
    assert!(!open.contains("person_id") && open.len() < agreed.len(), "{open}");
    assert_eq!(persons(&readings(place, &month)), 0);
    for refused in [
        &["readings", "--out", "a.csv", "--level", "person"][..],
        &["readings", "--out", "a.csv", "--unit", "ann"],
        &["rows", "answered", "--unit", "ann"],
    ] {
        let said = run(place, refused);
        assert_eq!(said.code, Some(1), "{refused:?}");
        assert!(said.err.contains("while evenkeel.yaml says `people: off`"), "{refused:?}: {}", said.err);
    }
}

/// Five colleagues answered, three and two by team: only the whole is told, and nobody's row.
#[test]
fn a_reading_on_too_few_is_withheld_with_its_rows() {
    let folder = ferry();
    let all = readings(folder.path(), &["--from", "2026-10", "--to", "2026-10", "--measure", "esat"]);
    let told: Vec<&str> = all.keys().map(|(_, _, unit, _, _)| unit.as_str()).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!((all.values().next().unwrap().value - 0.8).abs() < 1e-12);
    let said = succeed(folder.path(), &[&["score", "--unit", "north"][..], &WHEN[..]].concat());
    assert!(said.out.contains("too few"), "{}", said.out);
    let said = run(folder.path(), &[&["rows", "esat", "--unit", "north"][..], &WHEN[..]].concat());
    assert_eq!(said.code, Some(1), "{}", said.out);
    assert!(said.err.contains("fewer than 5"), "{}", said.err);
    // The rows of the whole name the team of each.
    let said = succeed(folder.path(), &[&["rows", "esat"][..], &WHEN[..]].concat());
    assert!(said.err.contains("0 to 0 of 0 rows") && said.err.contains("5 more are withheld"), "{}", said.err);
    // Nor is it told by what is worked out from it.
    std::fs::create_dir(folder.path().join("measures")).unwrap();
    let other = "measure: unhappy\nformula: 1 - esat\nunit: \"%\"\nbetter: lower\n";
    std::fs::write(folder.path().join("measures/unhappy.yaml"), other).unwrap();
    let all = readings(folder.path(), &["--from", "2026-10", "--to", "2026-10", "--measure", "unhappy"]);
    assert_eq!(all.len(), 1, "{all:?}");
    let said = succeed(folder.path(), &[&["explain", "esat", "--unit", "north"][..], &WHEN[..]].concat());
    assert!(said.out.contains("Withheld: too few answers") && !said.out.contains("The rows behind it"), "{}", said.out);
}

#[test]
fn an_example_that_does_not_come_out_is_a_mistake() {
    let folder = ferry();
    let own = "\
measure: lost
from: calls
share: answered_at is null
better: lower
example:
  period: 2026-10
  rows:
    calls: |
      times | offered_at | answered_at
      3     | 2026-10-05 | 2026-10-05
      1     | 2026-10-05 |
  value: 20 %
  n: 4
";
    std::fs::create_dir(folder.path().join("measures")).unwrap();
    std::fs::write(folder.path().join("measures/lost.yaml"), own).unwrap();
    let said = run(folder.path(), &["check"]);
    assert_eq!(said.code, Some(1));
    insta::assert_snapshot!("example_that_does_not_come_out", format!("{}{}", said.out, said.err));
    std::fs::write(folder.path().join("measures/lost.yaml"), own.replace("20 %", "25 %")).unwrap();
    succeed(folder.path(), &["check"]);
}

#[test]
fn measures_are_listed_and_told_with_or_without_a_project() {
    let folder = ferry();
    let empty = tempfile::tempdir().unwrap();
    for place in [folder.path(), empty.path()] {
        let said = succeed(place, &["measures", "--leg", "employee", "--search", "satisfied"]);
        assert!(said.out.contains("esat") && !said.out.contains("service_level"), "{}", said.out);
        let said = succeed(place, &["measures", "--level", "person"]);
        assert!(said.out.contains("csat") && !said.out.contains("backlog "), "{}", said.out);
        let said = succeed(place, &["measures", "show", "asa", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(json["example"]["value"], 30.0);
        assert_eq!(json["read_with"][0]["url"], "evenkeel measures show abandon");
        let said = run(place, &["measures", "show", "assa"]);
        assert_eq!(said.code, Some(1));
        assert!(said.err.contains("did you mean `asa`?"), "{}", said.err);
    }
    let said = succeed(empty.path(), &["measures", "show", "asa"]);
    insta::assert_snapshot!("measures_show", said.out);
}
