use super::*;
use crate::ids::UnitId;
use crate::measure::{Amount, Formula, Rows, Side};
use crate::scorecard::{Leg, MeasureUse, Objective, ScoreRules};
use crate::signal::{self, Signal};
use crate::target::{Normalisation, TargetPlan};

/// Two figures in every period: one that a test chooses, and how many are overdue.
struct Figures {
    kept: f64,
    of: f64,
    likely: Option<(f64, f64)>,
    missing: Option<Missing>,
}

impl Readings for Figures {
    fn reading(&self, measure: &MeasureId, _: &Subject, _: Period) -> Result<Reading, Missing> {
        if measure.as_str() == "late" {
            return Ok(Reading { n: 3, value: Some(3.0), ..Reading::EMPTY });
        }
        match &self.missing {
            Some(missing) => Err(missing.clone()),
            None => Ok(Reading {
                numerator: Some(self.kept),
                denominator: Some(self.of),
                n: self.of as u64,
                value: Some(self.kept / self.of),
                sum_of_squares: None,
            }),
        }
    }

    fn likely_range(&self, _: &MeasureId, _: &Subject, _: Period) -> Option<(f64, f64)> {
        self.likely
    }

    fn signal(&self, _: &signal::Question<'_>) -> Option<Signal> {
        None
    }
}

fn day(year: i16, month: i8, day: i8) -> Date {
    jiff::civil::date(year, month, day)
}

fn period(text: &str) -> Period {
    Period::parse(text, FiscalYear::default()).unwrap()
}

fn measure(id: &str) -> Measure {
    crate::composite::tests::measure(id).as_ref().clone()
}

fn promise(id: &str, value: f64) -> Promise {
    Promise {
        id: id.to_owned(),
        words: "We will see you within ten minutes.".to_owned(),
        conditions: None,
        remedy: None,
        owner: None,
        proof: Some(Proof {
            measure: Arc::new(measure("served")),
            named: MeasureId::new("served"),
            overdue: Some(Arc::new(measure("late"))),
            beside_threshold: None,
            standard: Standard { value, threshold: None },
        }),
        expected: None,
        served_by: Vec::new(),
        levels: Levels { person: false, unit: true },
        fewest: 20,
        public: true,
    }
}

fn charter(versions: Vec<(Date, Vec<Promise>)>) -> Charter {
    Charter {
        id: "bank".to_owned(),
        title: "Bank".to_owned(),
        contact: None,
        publication: Publication { fewest: 20, kind: None, every: Grain::Month },
        integrity: Vec::new(),
        versions: versions
            .into_iter()
            .map(|(valid_from, promises)| Version { valid_from, review: None, promises })
            .collect(),
    }
}

fn unit() -> Subject {
    Subject::Unit(UnitId::new("bank"))
}

#[test]
fn the_figure_decides_and_the_range_says_how_sure() {
    let check = |kept: f64, of: f64, likely: Option<(f64, f64)>, expected: Verdict| {
        let promise = promise("seen", 0.9);
        let charter = charter(vec![(day(2025, 1, 1), vec![promise.clone()])]);
        let figures = Figures { kept, of, likely, missing: None };
        let result = charter.result(&promise, &unit(), true, period("2026-10"), &figures);
        assert_eq!(result.verdict, expected, "{kept} of {of}");
        assert_eq!(result.overdue, Some(3));
    };
    check(95.0, 100.0, Some((0.91, 0.98)), Verdict::Kept(Certainty::BeyondChance));
    check(92.0, 100.0, Some((0.85, 0.96)), Verdict::Kept(Certainty::WithinChance));
    // Exactly on the standard is met, and so is a range that ends on it.
    check(90.0, 100.0, Some((0.90, 0.96)), Verdict::Kept(Certainty::BeyondChance));
    check(88.0, 100.0, Some((0.80, 0.93)), Verdict::NotKept(Certainty::WithinChance));
    check(88.0, 100.0, Some((0.80, 0.90)), Verdict::NotKept(Certainty::WithinChance));
    check(60.0, 100.0, Some((0.50, 0.69)), Verdict::NotKept(Certainty::BeyondChance));
    check(60.0, 100.0, None, Verdict::NotKept(Certainty::NotWeighed));
    check(19.0, 19.0, Some((0.83, 1.0)), Verdict::TooFew);
    check(20.0, 20.0, Some((0.84, 1.0)), Verdict::Kept(Certainty::WithinChance));
}

#[test]
fn figures_that_were_counted_elsewhere_rest_on_what_stands_below_the_line() {
    let mut promise = promise("seen", 0.9);
    let proof = promise.proof.as_mut().unwrap();
    let mut ratio = measure("served");
    let Formula::Mean { rows, of } = ratio.formula.clone() else { panic!("a mean") };
    let side =
        || Side { rows: Rows { table: "observations".to_owned(), ..rows.clone() }, amount: Amount::Sum(of.clone()) };
    ratio.formula = Formula::Ratio { numerator: side(), denominator: side() };
    proof.measure = Arc::new(ratio);
    let reading = |below: f64| Reading {
        numerator: Some(below),
        denominator: Some(below),
        n: 1,
        value: Some(1.0),
        sum_of_squares: None,
    };
    assert_eq!(verdict(proof, &reading(24.0), None, 20), Verdict::Kept(Certainty::NotWeighed));
    assert_eq!(verdict(proof, &reading(12.0), None, 20), Verdict::TooFew);
}

#[test]
fn lower_can_be_better() {
    let mut promise = promise("seen", 300.0);
    let proof = promise.proof.as_mut().unwrap();
    proof.measure = Arc::new(Measure { better: Direction::Lower, ..measure("served") });
    let reading = |value: f64| Reading { n: 50, value: Some(value), ..Reading::EMPTY };
    assert_eq!(verdict(proof, &reading(300.0), Some((280.0, 300.0)), 20), Verdict::Kept(Certainty::BeyondChance));
    assert_eq!(verdict(proof, &reading(301.0), Some((290.0, 320.0)), 20), Verdict::NotKept(Certainty::WithinChance));
}

#[test]
fn what_is_not_measured_says_why() {
    let figures = Figures { kept: 95.0, of: 100.0, likely: None, missing: None };
    let seen = promise("seen", 0.9);
    let charter = charter(vec![(day(2026, 10, 15), vec![seen.clone()])]);
    let why = |promise: &Promise, subject: &Subject, whole: bool, asked: &str, figures: &Figures| match charter
        .result(promise, subject, whole, period(asked), figures)
        .verdict
    {
        Verdict::NotMeasured(why) => why,
        other => panic!("{other:?}"),
    };
    let person = Subject::Person(crate::ids::PersonId::new("ann"));
    assert_eq!(why(&seen, &person, false, "2026-11", &figures), Unmeasured::NotForPeople);
    assert_eq!(why(&seen, &unit(), true, "2026-10", &figures), Unmeasured::PromisedSince(day(2026, 10, 15)));
    let unproven = Promise { proof: None, ..seen.clone() };
    assert_eq!(why(&unproven, &unit(), true, "2026-11", &figures), Unmeasured::NothingProvesIt);
    let whole_only = Promise { levels: Levels { person: false, unit: false }, ..seen.clone() };
    assert_eq!(why(&whole_only, &unit(), false, "2026-11", &figures), Unmeasured::NotForUnits);
    let none = Figures { missing: Some(Missing::NoRows), ..figures };
    assert_eq!(why(&seen, &unit(), true, "2026-11", &none), Unmeasured::NoFigure(Missing::NoRows));
}

#[test]
fn another_standard_is_another_promise_and_another_wording_is_not() {
    let reworded = Promise { words: "Ten minutes, no more.".to_owned(), ..promise("seen", 0.9) };
    let versions = vec![
        (day(2024, 1, 1), vec![promise("seen", 0.8)]),
        (day(2025, 1, 1), vec![promise("seen", 0.9)]),
        (day(2026, 1, 1), vec![reworded.clone(), promise("called", 0.5)]),
    ];
    let charter = charter(versions);
    assert_eq!(charter.same_since("seen", day(2026, 10, 1)), Some(day(2025, 1, 1)));
    assert_eq!(charter.same_since("called", day(2026, 10, 1)), Some(day(2026, 1, 1)));
    assert_eq!(charter.same_since("called", day(2025, 10, 1)), None);
    assert_eq!(charter.same_since("seen", day(2024, 5, 1)), Some(day(2024, 1, 1)));
    assert_eq!(charter.version_on(day(2023, 12, 31)), None);
    let rolling = |asked: &str| {
        let found = charter.rolling(&reworded, period(asked), FiscalYear::default());
        found.map(|found| found.id(FiscalYear::default()))
    };
    assert_eq!(rolling("2026-10").as_deref(), Some("2025-11..2026-10"));
    assert_eq!(rolling("2025-03").as_deref(), Some("2025-01..2025-03"));
    assert_eq!(rolling("2025-01"), None);
    assert_eq!(rolling("2026"), None);
    assert_eq!(rolling("2026-Q3").as_deref(), Some("2025-10..2026-09"));
    // Week 41 of 2026 ends on 11 October: the months up to September.
    assert_eq!(rolling("2026-W41").as_deref(), Some("2025-10..2026-09"));
}

#[test]
fn promises_are_counted_and_never_added_up() {
    let verdicts = [
        Verdict::Kept(Certainty::BeyondChance),
        Verdict::Kept(Certainty::WithinChance),
        Verdict::Kept(Certainty::NotWeighed),
        Verdict::NotKept(Certainty::WithinChance),
        Verdict::TooFew,
        Verdict::NotMeasured(Unmeasured::NothingProvesIt),
    ];
    let tally = Tally::of(&verdicts);
    let expected = Tally { kept: 3, kept_narrowly: 1, not_kept: 1, not_kept_narrowly: 1, too_few: 1, not_measured: 1 };
    assert_eq!((tally, tally.judged(), tally.all()), (expected, 4, 6));
}

#[test]
fn measures_that_serve_no_promise() {
    let usage = |id: &str| MeasureUse {
        measure: MeasureId::new(id),
        key: false,
        weight: 1.0,
        normalisation: Normalisation::Automatic,
        plan: TargetPlan::default(),
        units: std::collections::BTreeMap::new(),
        signals: crate::signal::SignalPlan::default(),
    };
    let leg = |title: &str, measures: &[&str]| Leg {
        id: title.to_lowercase(),
        title: title.to_owned(),
        weight: 1.0,
        objectives: vec![Objective {
            title: String::new(),
            weight: 1.0,
            measures: measures.iter().map(|id| usage(id)).collect(),
        }],
    };
    let scorecard = Scorecard {
        id: "service".to_owned(),
        title: "Service".to_owned(),
        legs: vec![leg("Employee", &["coaching", "engagement"]), leg("Customer", &["served", "nps"])],
        links: Vec::new(),
        rules: ScoreRules::default(),
    };
    let mut seen = promise("seen", 0.9);
    seen.served_by = vec![InternalStandard { measure: MeasureId::new("coaching"), standard: None, kept_by: None }];
    let charter = charter(vec![(day(2025, 1, 1), vec![seen])]);
    let found = charter.versions[0].without_promise(&scorecard);
    let names: Vec<(&str, &str)> = found.iter().map(|(leg, id)| (*leg, id.as_str())).collect();
    assert_eq!(names, [("Employee", "engagement"), ("Customer", "nps")]);
    let named: Vec<&str> = charter.named_measures().map(MeasureId::as_str).collect();
    assert_eq!(named, ["served", "coaching"]);
    let own: Vec<&str> = charter.own_measures().map(|measure| measure.id.as_str()).collect();
    assert_eq!(own, ["late"]);
}

#[test]
fn only_what_has_a_better_side_can_prove_anything() {
    let directed = |better: Direction| can_prove(&Measure { better, ..measure("a") });
    assert!(directed(Direction::Higher) && directed(Direction::Lower));
    assert!(!directed(Direction::Neither) && !directed(Direction::Within { low: 0.0, high: 1.0 }));
}

#[test]
fn what_is_published_is_whole_over_and_of_one_length() {
    let months = Publication { fewest: 20, kind: None, every: Grain::Month };
    let quarters = Publication { every: Grain::Quarter, ..months.clone() };
    let fiscal = FiscalYear::default();
    let today = day(2026, 11, 5);
    for (text, told) in
        [("2026-10", true), ("2026-11", false), ("2026-Q3", false), ("2026-10-05", false), ("2026", false)]
    {
        assert_eq!(months.tells(period(text), today), told, "{text}");
    }
    assert!(!months.tells(Period::spanning(period("2026-08"), period("2026-10")).unwrap(), today));
    assert!(quarters.tells(period("2026-Q3"), today) && !quarters.tells(period("2026-Q4"), today));
    // A month is over on the day behind its last one.
    assert!(!months.tells(period("2026-10"), day(2026, 10, 31)) && months.tells(period("2026-10"), day(2026, 11, 1)));
    for (asked, month, quarter) in [
        ("2026-11", "2026-10", "2026-Q3"),
        ("2026-02", "2026-02", "2025-Q4"),
        ("2026-06", "2026-06", "2026-Q2"),
        ("2025", "2025-12", "2025-Q4"),
    ] {
        assert_eq!(months.latest(period(asked), today, fiscal), period(month), "{asked}");
        assert_eq!(quarters.latest(period(asked), today, fiscal), period(quarter), "{asked}");
    }
    let year = Period::spanning(period("2025-11"), period("2026-10")).unwrap();
    assert_eq!(months.periods_of(year, fiscal).unwrap().len(), 12);
    assert_eq!(quarters.periods_of(year, fiscal), None);
    assert_eq!(quarters.periods_of(period("2026"), fiscal).unwrap().len(), 4);
    assert_eq!(Publication { fewest: 1, ..months }.fewest(), 3);
}
