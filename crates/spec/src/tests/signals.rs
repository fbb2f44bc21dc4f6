use std::fmt::Write as _;

use evenkeel_model::period::Period;
use evenkeel_model::scorecard::MeasureUse;
use evenkeel_model::signal::{AnnotationKind, Rules, Screening, SignalPlan};
use evenkeel_model::target::{Goal, Milestone};
use jiff::civil::date;

use super::{SCORECARD, project, sound, with};

const PATH: &str = "scorecards/service.yaml";
const USED: &str = "          - { use: csat, baseline: 78 %, target: 82 %, by: 2026-12 }\n";

/// The scorecard with more written below its first measure, indented as it is here.
fn scorecard(more: &str) -> String {
    let mut text =
        "          - use: csat\n            baseline: 78 %\n            target: 82 %\n            by: 2026-12\n"
            .to_owned();
    for line in more.lines() {
        text.push_str("            ");
        text.push_str(line);
        text.push('\n');
    }
    SCORECARD.replace(USED, &text)
}

fn used(more: &str) -> MeasureUse {
    let mut read = project(&sound().with(PATH, scorecard(more))).scorecards.remove(0);
    read.legs.remove(0).objectives.remove(0).measures.remove(0)
}

fn check(more: &str) -> String {
    with(PATH, &scorecard(more))
}

#[test]
fn what_is_said_about_signals() {
    assert_eq!(used("key: true").signals, SignalPlan::default());
    let plan = used(
        "\
signals:
  rules: [outside, two of three]
  screening: false
  baseline: { from: 2024-01, until: 2024-12 }
  annotations:
    - { since: 2026-01-10, what: Survey in two languages, kind: definition }
    - since: 2025-03
      what: New telephone system
      kind: initiative
      said_by: Ana Reis, head of service
      new_phase: true
      baseline_until: 2026-02
",
    )
    .signals;
    assert_eq!(plan.rules, Rules { outside: true, two_of_three: true, ..Rules::NONE });
    assert_eq!(plan.screening, Screening::Off);
    let window = plan.baseline.unwrap();
    assert_eq!((window.from.start(), window.until.last_day()), (date(2024, 1, 1), date(2024, 12, 31)));
    // In the order of time, whatever the order in the file.
    let [phase, survey] = plan.annotations.as_slice() else { panic!() };
    assert_eq!((phase.kind, phase.what.as_str()), (AnnotationKind::Initiative, "New telephone system"));
    assert_eq!((phase.new_phase, phase.said_by.as_deref()), (true, Some("Ana Reis, head of service")));
    assert_eq!(phase.baseline_until.map(Period::last_day), Some(date(2026, 2, 28)));
    assert_eq!(
        (survey.kind, survey.new_phase, survey.on.start()),
        (AnnotationKind::Definition, false, date(2026, 1, 10))
    );
    assert_eq!(plan.phases().count(), 1);
}

#[test]
fn mistakes_in_signals() {
    let mut found = String::new();
    for (what, more) in [
        ("an unknown rule, and one twice", "signals: { rules: [outside, outsid, shift, shift] }"),
        ("no rule at all", "signals: { rules: [] }"),
        ("half a baseline", "signals: { baseline: { from: 2024-01 } }"),
        ("a baseline backwards", "signals: { baseline: { from: 2024-12, until: 2024-01 } }"),
        ("a short baseline", "signals: { baseline: { from: 2024-10, until: 2024-12 } }"),
        ("no such period", "signals: { annotations: [{ since: March, what: New telephones }] }"),
        ("nothing said", "signals: { annotations: [{ since: 2025-03, said_by: Ana }] }"),
        ("nobody said so", "signals: { annotations: [{ since: 2025-03, what: New telephones, new_phase: true }] }"),
        (
            "a baseline without a phase",
            "signals: { annotations: [{ since: 2025-03, what: New telephones, baseline_until: 2025-12 }] }",
        ),
        (
            "a baseline before its phase",
            "signals: { annotations: [{ since: 2025-03, what: New, said_by: A, new_phase: true, baseline_until: 2025-01 }] }",
        ),
        (
            "a baseline across a border",
            "\
signals:
  baseline: { from: 2024-06, until: 2025-05 }
  annotations: [{ since: 2025-03, what: New, said_by: A, new_phase: true }]",
        ),
        (
            "two at once",
            "\
signals:
  annotations:
    - { since: 2025-03, what: New, said_by: A, new_phase: true }
    - { since: 2025-03-01, what: Newer, said_by: B, new_phase: true }",
        ),
    ] {
        writeln!(found, "── {what}\n{}", check(more)).unwrap();
    }
    insta::assert_snapshot!(found);
}

#[test]
fn milestones_on_the_way() {
    let plan = used("milestones: { 2026-06: +1 points, 2026-03: 78.5 % }").plan;
    let at = |month: i8, day: i8, goal| Milestone { by: date(2026, month, day), goal };
    let [first, second] = plan.milestones.as_slice() else { panic!() };
    assert_eq!(*first, at(3, 31, Goal::At(0.785)));
    assert_eq!(second.by, date(2026, 6, 30));
    assert!(matches!(second.goal, Goal::Change(change) if (change - 0.01).abs() < 1e-12));
}

#[test]
fn mistakes_in_milestones() {
    let mut found = String::new();
    for (what, more) in [
        ("none", "milestones: {}"),
        ("no period", "milestones: { spring: 80 % }"),
        ("no value", "milestones: { 2026-06: good }"),
        ("too late", "milestones: { 2027-06: 80 % }"),
        ("twice", "milestones: { 2026-06: 80 %, 2026-06-30: 81 % }"),
        ("beyond the target", "milestones: { 2026-06: 84 % }"),
    ] {
        writeln!(found, "── {what}\n{}", check(more)).unwrap();
    }
    let without = |text: &str| with(PATH, &SCORECARD.replace(USED, &format!("          - {{ use: csat, {text} }}\n")));
    for (what, text) in [
        ("no deadline", "baseline: 78 %, target: 82 %, milestones: { 2026-06: 80 % }"),
        ("no baseline", "target: 82 %, red_flag: 70 %, by: 2026-12, milestones: { 2026-06: +1 points }"),
    ] {
        writeln!(found, "── {what}\n{}", without(text)).unwrap();
    }
    insta::assert_snapshot!(found);
}
