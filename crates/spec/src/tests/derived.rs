//! Measures that are worked out from other measures.

use evenkeel_model::composite::CompositeMethod;
use evenkeel_model::measure::{Formula, Levels, Measure, ValueUnit};

use super::{findings, project, sound, with};

/// The measure `x` that these lines define; `better` is added.
fn read(lines: &str) -> Measure {
    let text = format!("measure: x\nbetter: higher\n{lines}\n");
    project(&sound().with("measures/x.yaml", text)).measures["x"].as_ref().clone()
}

fn check(lines: &str) -> String {
    with("measures/x.yaml", &format!("measure: x\nbetter: higher\n{lines}\n"))
}

#[test]
fn a_formula_over_measures() {
    let read = read("formula: (cost - 2 * nps) / (1 - csat)\nunit: money\nlevels: [unit]");
    let Formula::OfMeasures { arithmetic, parts } = &read.formula else { panic!() };
    let ids: Vec<&str> = parts.iter().map(|part| part.id.as_str()).collect();
    assert_eq!(ids, ["cost", "nps", "csat"]);
    assert_eq!(arithmetic.written(&|part| ids[part].to_owned()), "(cost − 2 × nps) ÷ (1 − csat)");
    assert_eq!(read.formula.tables(), ["orders", "responses"]);
    assert_eq!(read.unit, ValueUnit::Money);
    assert_eq!(read.levels, Levels { person: false, unit: true });
}

#[test]
fn a_composite() {
    let read = read(
        "\
composite:
  method: geometric mean
  needs: 80 %
  parts:
    - { use: csat, weight: 2, worst: 50 %, best: 90 % }
    - { use: complaint_time, worst: 60 h, best: 20 h }",
    );
    let Formula::Composite(composite) = &read.formula else { panic!() };
    assert_eq!(composite.method, CompositeMethod::GeometricMean);
    assert_eq!(composite.needed, 0.8);
    let ends: Vec<(f64, f64, f64)> = composite.parts.iter().map(|part| (part.weight, part.worst, part.best)).collect();
    assert_eq!(ends, [(2.0, 0.5, 0.9), (1.0, 216_000.0, 72_000.0)]);
    assert_eq!(read.unit, ValueUnit::Number { word: Some("points".to_owned()) });
    assert_eq!(read.noun, "records", "answers and cases have no word in common");
}

#[test]
fn measures_in_any_order_of_files() {
    let files = sound()
        .with("measures/a.yaml", "measure: a\nformula: b + 1\nbetter: higher\n")
        .with("measures/b.yaml", "measure: b\nformula: z * 2\nbetter: higher\n")
        .with("measures/z.yaml", "measure: z\nfrom: responses\nmean: score\nlevels: [unit]\nbetter: higher\n");
    let project = project(&files);
    assert_eq!(project.measures["a"].formula.tables(), ["responses"]);
    assert_eq!(project.measures["a"].levels, Levels { person: false, unit: true }, "what all parts allow");
    assert_eq!(project.measures["a"].noun, "answers");
}

#[test]
fn another_formula_of_a_part_has_another_digest() {
    let digest = |share: &str| {
        let files = sound()
            .with("measures/part.yaml", format!("measure: part\nfrom: responses\nshare: {share}\nbetter: higher\n"))
            .with("measures/x.yaml", "measure: x\nformula: 1 - part\nbetter: lower\n");
        project(&files).measures["x"].definition.digest.clone()
    };
    assert_ne!(digest("score >= 4"), digest("score >= 5"));
}

#[test]
fn formulas_that_cannot_be_read() {
    insta::assert_snapshot!(check("formula: cost / (csat +"));
    insta::assert_snapshot!(check("formula: \"cost / 5 %\""));
    insta::assert_snapshot!(check("formula: >\n  cost\n  csat"));
}

#[test]
fn measures_that_are_not_there() {
    insta::assert_snapshot!(check("formula: cost / csta"));
    insta::assert_snapshot!(check("composite: { parts: [{ use: loyalty, worst: 0, best: 10 }] }"));
}

#[test]
fn a_part_with_a_mistake_is_reported_once() {
    let files = sound()
        .with("measures/broken.yaml", "measure: broken\nfrom: responses\nshare: scor\nbetter: higher\n")
        .with("measures/x.yaml", "measure: x\nformula: 1 - broken\nbetter: lower\n");
    insta::assert_snapshot!(findings(&files));
}

#[test]
fn measures_in_a_circle() {
    insta::assert_snapshot!(check("formula: 1 - x"));
    let files = sound()
        .with("measures/a.yaml", "measure: a\nformula: b + csat\nbetter: higher\n")
        .with("measures/b.yaml", "measure: b\nformula: 2 * c\nbetter: higher\n")
        .with("measures/c.yaml", "measure: c\nformula: a\nbetter: higher\n")
        .with("measures/outside.yaml", "measure: outside\nformula: a / csat\nbetter: higher\n");
    insta::assert_snapshot!(findings(&files));
}

#[test]
fn keys_and_levels_without_effect() {
    insta::assert_snapshot!(check("formula: cost / csat\nfrom: orders\nwhere: amount > 0"));
    let files = sound()
        .with("measures/whole.yaml", "measure: whole\nfrom: orders\ncount: rows\nlevels: []\nbetter: higher\n")
        .with("measures/x.yaml", "measure: x\nformula: cost / whole\nlevels: [person, unit]\nbetter: lower\n");
    insta::assert_snapshot!(findings(&files));
}

#[test]
fn composites_that_make_no_sense() {
    insta::assert_snapshot!(check("composite: { parts: [] }"));
    insta::assert_snapshot!(check("composite: { parts: [{ use: csat, worst: 50 %, best: 50 % }] }"));
    insta::assert_snapshot!(check("composite: { parts: [{ use: csat, worst: 50 %, best: 120 % }] }"));
    insta::assert_snapshot!(check(
        "composite: { needs: 0 %, parts: [{ use: csat, worst: 0 %, best: 90 %, weight: 0 }] }"
    ));
    insta::assert_snapshot!(check(
        "composite:\n  parts:\n    - { use: csat, worst: 50 %, best: 90 % }\n    - { use: csat, worst: 50 %, best: 80 % }"
    ));
    insta::assert_snapshot!(check("composite: { method: minimum, parts: [{ use: csat, worst: 50 % }] }"));
    insta::assert_snapshot!(check("unit: hours\ncomposite: { parts: [{ use: csat, worst: 50 %, best: 90 % }] }"));
}
