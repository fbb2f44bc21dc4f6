use evenkeel_model::charter::{Charter, Standard};
use evenkeel_model::measure::{Direction, Expression, Formula, ValueUnit};

use super::{PROJECT, findings, project, sound};
use crate::MemoryFiles;

const CHARTER: &str = "\
charter: northmere
title: What we promise our customers
contact: Tell any member of staff.
publication: { fewest: 30, kind: branch }
versions:
  - valid_from: 2025-01-01
    promises:
      - promise: settled
        words: We will settle your complaint within five days.
        measure: complaint_time
        standard: { threshold: 5 d, share: 85 % }
  - valid_from: 2026-01-01
    review: 2027-03-15
    promises:
      - promise: settled
        words: We will settle your complaint within five days.
        conditions: A full answer, not a holding letter.
        measure: complaint_time
        standard: { threshold: 5 d, share: 90 % }
        owner: Tomas Reyes
        remedy: Twenty pounds.
        served_by: [csat, { measure: complaint_time, standard: 24 h, kept_by: complaints team }]
        public: true
      - promise: pleased
        words: You will leave satisfied.
        measure: csat
        where: survey = 'after contact'
        standard: 80 %
        levels: [person, unit]
        fewest: 50
      - promise: fees
        words: We will tell you 30 days before any fee changes.
        expected: 2027-01
        public: true
";

/// The sound project with a charter.
fn with_charter(text: &str) -> MemoryFiles {
    sound().with("evenkeel.yaml", format!("{PROJECT}charter: charter.yaml\n")).with("charter.yaml", text)
}

fn read(text: &str) -> Charter {
    project(&with_charter(text)).charter.unwrap()
}

/// What is found when one text of the charter is replaced.
fn replaced(old: &str, new: &str) -> String {
    assert!(CHARTER.contains(old), "{old:?} is not there");
    findings(&with_charter(&CHARTER.replacen(old, new, 1)))
}

#[test]
fn a_charter_is_read() {
    assert_eq!(findings(&with_charter(CHARTER)), "");
    let charter = read(CHARTER);
    assert_eq!((charter.id.as_str(), charter.title.as_str()), ("northmere", "What we promise our customers"));
    assert_eq!(charter.publication.fewest, 30);
    assert_eq!(charter.publication.kind.as_deref(), Some("branch"));
    let [early, late] = &charter.versions[..] else { panic!("{:?}", charter.versions) };
    assert_eq!(
        (early.valid_from.to_string().as_str(), late.review.unwrap().to_string().as_str()),
        ("2025-01-01", "2027-03-15")
    );
    let [settled, pleased, fees] = &late.promises[..] else { panic!("{:?}", late.promises) };
    assert_eq!((settled.fewest, pleased.fewest), (20, 50));
    assert!(settled.public && !pleased.public && fees.public && fees.proof.is_none());
    assert!(settled.levels.person && pleased.levels.person);
    let served: Vec<_> = settled.served_by.iter().map(|one| (one.measure.as_str(), one.standard)).collect();
    assert_eq!(served, [("csat", None), ("complaint_time", Some(86_400.0))]);
}

/// A complaint that is open and past its time has broken the promise, and counts on the day on which it did.
#[test]
fn a_threshold_makes_a_share_of_single_cases() {
    let charter = read(CHARTER);
    let proof = charter.versions[1].promises[0].proof.as_ref().unwrap();
    assert_eq!(proof.standard, Standard { value: 0.9, threshold: Some(432_000.0) });
    let measure = &proof.measure;
    assert_eq!(
        (measure.id.as_str(), &measure.unit, measure.better),
        ("charter-settled", &ValueUnit::Percent, Direction::Higher)
    );
    let Formula::Share { rows, of } = &measure.formula else { panic!("{:?}", measure.formula) };
    assert_eq!(rows.conditions, [Expression("is_complaint".to_owned())]);
    assert_eq!(rows.period_of.as_str(), "coalesce(solved_at, opened_at + interval '432000 seconds')");
    assert_eq!(
        of.as_str(),
        "case when full_resolution_s is not null then full_resolution_s <= 432000 \
         when coalesce(full_resolution_s, age_s) > 432000 then false end"
    );
    let overdue = proof.overdue.as_ref().unwrap();
    assert_eq!((overdue.id.as_str(), &overdue.unit), ("charter-settled-overdue", &ValueUnit::Count));
    let [first, second] = &overdue.formula.rows().unwrap().conditions[..] else { panic!() };
    assert_eq!(first.as_str(), "is_complaint");
    assert!(second.as_str().starts_with("solved_at is null and not (case when"), "{second}");
    // Both versions ask the same of a single case, so that one measure serves both.
    assert_eq!(charter.versions[0].promises[0].proof.as_ref().unwrap().measure.id, measure.id);
}

#[test]
fn a_condition_makes_a_measure_of_its_own() {
    let project = project(&with_charter(CHARTER));
    let charter = project.charter.as_ref().unwrap();
    let pleased = charter.versions[1].promises[1].proof.as_ref().unwrap();
    assert_eq!((pleased.measure.id.as_str(), pleased.named.as_str()), ("charter-pleased", "csat"));
    assert_eq!(pleased.measure.formula.rows().unwrap().conditions, [Expression("survey = 'after contact'".to_owned())]);
    assert!(pleased.overdue.is_none());
    assert_ne!(pleased.measure.definition.digest, project.measures["csat"].definition.digest);
    let all = project.all_measures();
    assert!(
        ["charter-pleased", "charter-settled", "charter-settled-overdue", "csat"]
            .iter()
            .all(|id| all.contains_key(*id))
    );
    assert!(!project.measures.contains_key("charter-pleased"));
}

#[test]
fn versions_that_ask_otherwise_have_measures_of_their_own() {
    let charter = read(&CHARTER.replacen("threshold: 5 d, share: 85 %", "threshold: 7 d, share: 85 %", 1));
    let ids: Vec<_> = charter
        .versions
        .iter()
        .map(|version| version.promises[0].proof.as_ref().unwrap().measure.id.to_string())
        .collect();
    assert_eq!(ids, ["charter-settled", "charter-settled-2"]);
}

/// Waiting at a counter is over when a row is there; only the clock of a case may still run.
#[test]
fn other_values_are_held_against_the_threshold_as_they_are() {
    let wait = "measure: wait\nunit: minutes\nfrom: calls\nmean: extract(epoch from answered_at) - extract(epoch from offered_at)\nbetter: lower\n";
    let text = "charter: a\nversions: [{ valid_from: 2026-01-01, promises: [{ promise: seen, words: A, measure: wait, standard: { threshold: 10 min, share: 80 % } }] }]\n";
    let read = project(&with_charter(text).with("measures/wait.yaml", wait)).charter.unwrap();
    let proof = read.versions[0].promises[0].proof.as_ref().unwrap();
    let Formula::Share { rows, of } = &proof.measure.formula else { panic!("{proof:?}") };
    assert_eq!(of.as_str(), "(extract(epoch from answered_at) - extract(epoch from offered_at)) <= 600");
    assert_eq!(rows.period_of.as_str(), "offered_at");
    assert!(proof.overdue.is_none());
    // More can be better, too.
    let higher = wait.replace("lower", "higher");
    let read = project(&with_charter(text).with("measures/wait.yaml", higher)).charter.unwrap();
    let Formula::Share { of, .. } = &read.versions[0].promises[0].proof.as_ref().unwrap().measure.formula else {
        panic!()
    };
    assert!(of.as_str().ends_with(" >= 600"), "{of}");
}

#[test]
fn measures_of_the_library_prove_promises() {
    let text = "charter: a\nversions: [{ valid_from: 2026-01-01, promises: [{ promise: first, words: A, measure: sla_first, standard: 95 %, served_by: [occupancy] }] }]\n";
    let files = with_charter(text)
        .with("service_levels/a.yaml", "service_level: a\nversions: [{ rules: [{ first_response: 4 h }] }]\n")
        .with("evenkeel.yaml", format!("{PROJECT}charter: charter.yaml\nservice_levels: [service_levels/a.yaml]\n"));
    let project = project(&files);
    let proof = project.charter.as_ref().unwrap().versions[0].promises[0].proof.as_ref().unwrap();
    assert_eq!((proof.measure.id.as_str(), proof.named.as_str()), ("sla_first", "sla_first"));
    assert_eq!(proof.overdue.as_ref().unwrap().id.as_str(), "charter-first-overdue");
    assert!(project.measures.contains_key("sla_first") && project.measures.contains_key("occupancy"));
}

#[test]
fn standards() {
    insta::assert_snapshot!(
        "standards",
        [
            replaced("        standard: 80 %\n", ""),
            replaced("standard: 80 %", "standard: { share: 80 % }"),
            replaced("standard: 80 %", "standard: { threshold: 4, share: 80 % }"),
            replaced("standard: 80 %", "standard: {}"),
            replaced("standard: 80 %", "standard: 180 %"),
            replaced("standard: 80 %", "standard: often"),
            replaced("standard: 80 %", "standard: 0 %"),
            replaced("{ threshold: 5 d, share: 90 % }", "{ threshold: 0 d, share: 90 % }"),
            replaced("{ threshold: 5 d, share: 90 % }", "{ threshold: -5 d, share: 90 % }"),
            replaced("{ threshold: 5 d, share: 90 % }", "{ threshold: 50000 d, share: 90 % }"),
            replaced("        standard: { threshold: 5 d, share: 90 % }\n", ""),
            replaced("{ threshold: 5 d, share: 90 % }", "5 d"),
            replaced("{ threshold: 5 d, share: 90 % }", "{ share: 90 % }"),
            replaced("{ threshold: 5 d, share: 90 % }", "{ threshold: 5 d }"),
            replaced("{ threshold: 5 d, share: 90 % }", "{ threshold: 5, share: 90 % }"),
            replaced("{ threshold: 5 d, share: 90 % }", "{ threshold: 5 d, share: 0 % }"),
            replaced("{ threshold: 5 d, share: 90 % }", "{ threshold: 5 d, share: 120 % }"),
            replaced("{ threshold: 5 d, share: 90 % }", "{ threshold: 5 d, share: 90 h }"),
            replaced("{ threshold: 5 d, share: 90 % }", "{ treshold: 5 d, share: 90 % }"),
        ]
        .join("\n")
    );
}

#[test]
fn measures_that_prove_nothing() {
    insta::assert_snapshot!(
        "measures_that_prove_nothing",
        [
            replaced("measure: csat", "measure: csta"),
            replaced("measure: csat", "measure: cost"),
            replaced("measure: csat", "measure: offers"),
            replaced("[csat,", "[csta,"),
            replaced("        where: survey = 'after contact'\n        standard: 80 %\n", ""),
            replaced("        expected: 2027-01\n", "        where: true\n        standard: 100 %\n"),
            replaced("        measure: csat\n", "        measure: csat\n        expected: 2027-01\n"),
        ]
        .join("\n")
    );
}

#[test]
fn levels_at_which_the_measure_tells_nothing() {
    let operation = "measure: csat\nfrom: responses\nshare: score >= 4\nbetter: higher\nlevels: [unit]\n\
                     about: { not_for_people: It follows from staffing. Look at repeats instead. }\n";
    let whole = operation.replace("levels: [unit]", "levels: []");
    let without_words = "measure: csat\nfrom: responses\nshare: score >= 4\nbetter: higher\nlevels: [unit]\n";
    insta::assert_snapshot!(
        "levels",
        [operation, &whole, without_words]
            .map(|measure| findings(&with_charter(CHARTER).with("measures/csat.yaml", measure)))
            .join("\n")
    );
}

#[test]
fn conditions_over_measures_of_measures() {
    let files = with_charter(CHARTER)
        .with("measures/csat.yaml", "measure: csat\nformula: 1 - offers\nunit: percent\nbetter: higher\n");
    insta::assert_snapshot!("conditions", findings(&files));
}

#[test]
fn what_is_published() {
    let with = |publication: &str| replaced("{ fewest: 30, kind: branch }", publication);
    insta::assert_snapshot!(
        "publication",
        [
            with("{ fewest: 2 }"),
            with("{ every: day }"),
            with("{ evry: month }"),
            replaced("where: survey = 'after contact'", "where: survey = 'after contact' and person_id = 'ann'"),
        ]
        .join("\n")
    );
}

#[test]
fn versions_and_keys() {
    insta::assert_snapshot!(
        "versions_and_keys",
        [
            replaced("charter: northmere\n", ""),
            replaced("charter: northmere", "charter: Northmere Bank"),
            replaced("valid_from: 2026-01-01", "valid_from: 2025-01-01"),
            replaced("valid_from: 2026-01-01", "valid_from: 2024-06-01"),
            replaced("valid_from: 2026-01-01", "valid_from: 2026"),
            replaced("review: 2027-03-15", "review: spring"),
            replaced("expected: 2027-01", "expected: soon"),
            replaced("promise: pleased", "promise: settled"),
            replaced("promise: pleased", "promise: left-pleased"),
            replaced("        words: You will leave satisfied.\n", ""),
            replaced("fewest: 50", "fewest: 0"),
            replaced("public: true", "public: yes"),
            replaced("remedy: Twenty pounds.", "remedie: Twenty pounds."),
            findings(&with_charter("charter: a\nversions: []\n")),
            findings(&with_charter("")),
            findings(&sound().with("evenkeel.yaml", format!("{PROJECT}charter: chartre.yaml\n"))),
            findings(&sound().with("evenkeel.yaml", format!("{PROJECT}charter: ../charter.yaml\n"))),
        ]
        .join("\n")
    );
}
