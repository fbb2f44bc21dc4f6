use std::sync::Arc;

use evenkeel_model::period::FiscalYear;
use evenkeel_model::signal::{Annotation, AnnotationKind, ChartKind, Method, Rules, Screening};

use super::*;
use crate::number::NO_BREAK_SPACE;
use crate::page::sample;

fn read(id: &str) -> Period {
    Period::parse(id, FiscalYear::default()).unwrap()
}

/// A usual range of 77.5 to 84.6 %, and a value, for every period that ends with this one.
fn points(last: &str, count: usize, value: f64) -> Vec<Point> {
    let usual = Some(UsualRange { low: 0.775, average: 0.812, high: 0.846 });
    let point = |period| Point { period, value, usual, judgement: None };
    read(last).trailing(count).into_iter().map(point).collect()
}

fn usual_signal(last: &str) -> Signal {
    Signal {
        method: Method {
            chart: ChartKind::P,
            rules: Rules::ALL,
            screening: Screening::On,
            baseline: (read(last), read(last), 20),
            frozen: false,
        },
        phase: None,
        points: points(last, 20, 0.796),
        variation: Variation::Usual,
        assurance: Assurance::Sometimes,
        finding: None,
        history: Vec::new(),
        caveats: Vec::new(),
        false_alarm_rate: Some(0.0127),
    }
}

fn finding(rule: Rule, side: Side, judgement: Judgement, since: &str, until: &str, run_length: usize) -> Finding {
    Finding { rule, side, judgement, since: read(since), until: read(until), run_length }
}

fn found(finding: Finding) -> Signal {
    let last = finding.until.id(FiscalYear::default());
    Signal {
        variation: Variation::Signal { judgement: finding.judgement, side: finding.side },
        assurance: Assurance::Wait,
        finding: Some(finding),
        history: vec![finding],
        ..usual_signal(&last)
    }
}

/// What is said of satisfaction, in percent with a target of 82, in a page about a period.
fn told<R>(place: &str, signal: Signal, look: impl FnOnce(&Told<'_>) -> R) -> R {
    with(place, Direction::Higher, 0.82, signal, look)
}

fn with<R>(place: &str, better: Direction, target: f64, signal: Signal, look: impl FnOnce(&Told<'_>) -> R) -> R {
    sample::with("rich", |evaluation, context| {
        let mut result = evaluation.legs[1].objectives[0].measures[0].clone();
        Arc::make_mut(&mut result.measure).better = better;
        result.targets.target = Some(target);
        result.signal = Some(signal);
        let mut context = context.clone();
        context.place.period = read(place);
        look(&Told::new(&result, &context).unwrap())
    })
}

fn plain(text: impl AsRef<str>) -> String {
    text.as_ref().replace(NO_BREAK_SPACE, " ")
}

#[test]
fn what_the_rules_say() {
    let check = |finding: Finding, label: &str, sentence: &str, short: &str, clause: &str| {
        let place = finding.until.id(FiscalYear::default());
        told(&place, found(finding), |told| {
            assert_eq!(told.variation(), label);
            assert_eq!(plain(told.changed().text), sentence);
            assert_eq!(told.in_short().as_deref(), Some(short));
            assert_eq!(told.clause_with_meaning().as_deref(), Some(clause));
        });
    };
    check(
        finding(Rule::Outside, Side::Above, Judgement::Better, "2026-10", "2026-10", 1),
        "Signal: better, above its usual range",
        "October is above its usual range, 77.5 to 84.6 %.",
        "outside usual range",
        "is above its usual range: a real improvement",
    );
    check(
        finding(Rule::Outside, Side::Below, Judgement::Worse, "2026-08", "2026-10", 3),
        "Signal: worse, below its usual range",
        "Below its usual range, 77.5 to 84.6 %, for three months in a row, since August 2026: a real deterioration.",
        "outside usual range",
        "has been below its usual range for three months, a real deterioration since August 2026",
    );
    check(
        finding(Rule::Shift, Side::Above, Judgement::Better, "2026-02", "2026-10", 9),
        "Signal: better, above its average",
        "Above its average for nine months in a row, since February 2026: a real improvement.",
        "9 months above average",
        "has been above its average for nine months, a real improvement since February 2026",
    );
    check(
        finding(Rule::Shift, Side::Below, Judgement::NoJudgement, "2026-W30", "2026-W41", 12),
        "Signal: change, below its average",
        "Below its average for twelve weeks in a row, since week 30 of 2026: a real change.",
        "12 weeks below average",
        "has been below its average for twelve weeks, a real change since week 30 of 2026",
    );
    check(
        finding(Rule::Trend, Side::Above, Judgement::Worse, "2025-Q1", "2026-Q3", 7),
        "Signal: worse, rising",
        "Risen for seven quarters in a row, since Q1 2025: a real deterioration.",
        "7 quarters rising",
        "has risen for seven quarters in a row, a real deterioration since Q1 2025",
    );
    check(
        finding(Rule::Trend, Side::Below, Judgement::Worse, "2018", "2026", 9),
        "Signal: worse, falling",
        "Fallen for nine years in a row, since 2018: a real deterioration.",
        "9 years falling",
        "has fallen for nine years in a row, a real deterioration since 2018",
    );
    check(
        finding(Rule::TwoOfThree, Side::Above, Judgement::Better, "2026-10-03", "2026-10-05", 2),
        "Signal: better, close to the upper edge of its usual range",
        "Two of the last three days lie close to the upper edge of its usual range.",
        "2 of 3 days near the edge",
        "was close to the upper edge of its usual range in two of the last three days: a real improvement",
    );
    check(
        finding(Rule::TwoOfThree, Side::Below, Judgement::Worse, "2026-08", "2026-10", 3),
        "Signal: worse, close to the lower edge of its usual range",
        "The last three months lie close to the lower edge of its usual range.",
        "3 of 3 months near the edge",
        "was close to the lower edge of its usual range in three of the last three months: a real deterioration",
    );
    // Several months in a row are one period, and seven of them are not seven months.
    check(
        finding(Rule::Shift, Side::Above, Judgement::Better, "2025-02..2025-04", "2026-08..2026-10", 7),
        "Signal: better, above its average",
        "Above its average for seven periods in a row, since February to April 2025: a real improvement.",
        "7 periods above average",
        "has been above its average for seven periods, a real improvement since February to April 2025",
    );
}

#[test]
fn other_rules_that_mark_the_same_period_are_said_too() {
    let mut signal = found(finding(Rule::Outside, Side::Above, Judgement::Better, "2026-10", "2026-10", 1));
    for (rule, since, until, run) in [
        (Rule::Shift, "2026-02", "2026-10", 9),
        (Rule::TwoOfThree, "2026-09", "2026-10", 2),
        (Rule::Shift, "2025-03", "2025-10", 8),
    ] {
        signal.history.push(finding(rule, Side::Above, Judgement::Better, since, until, run));
    }
    told("2026-10", signal, |told| {
        assert_eq!(
            plain(told.changed().text),
            "October is above its usual range, 77.5 to 84.6 %. Also above its average for nine months in a row, since February 2026."
        );
        let earlier: Vec<String> = told.history().into_iter().map(|finding| told.earlier(finding)).collect();
        assert_eq!(earlier, ["March to October 2025: better, above its average for eight months in a row"]);
        let lone = finding(Rule::Outside, Side::Below, Judgement::Worse, "2025-01", "2025-01", 1);
        assert_eq!(told.earlier(&lone), "January 2025: worse, below its usual range");
    });
}

#[test]
fn a_value_just_beyond_is_not_rounded_onto_the_edge() {
    let mut signal = found(finding(Rule::Outside, Side::Above, Judgement::Better, "2026-10", "2026-10", 1));
    if let Some(last) = signal.points.last_mut() {
        last.value = 0.8461;
    }
    told("2026-10", signal, |told| {
        assert_eq!(plain(told.changed().text), "October is above its usual range, 77.50 to 84.60 %.");
    });
}

#[test]
fn usual_variation_calls_for_no_reaction() {
    told("2026-10", usual_signal("2026-10"), |told| {
        assert_eq!(told.variation(), "Usual variation");
        assert_eq!(
            plain(told.changed().text),
            "Months usually fall between 77.5 and 84.6 %. October lies inside, so by itself it calls for no reaction."
        );
        assert_eq!((told.in_short(), told.clause()), (None, None));
        assert_eq!(told.point(read("2026-10")).as_deref(), Some("Usual variation"));
        assert_eq!(told.point(read("2020-10")), None);
        let band = told.band().map(plain);
        assert_eq!(band.as_deref(), Some("shaded: usual range, 77.5 to 84.6 %; thin line: average, 81.2 %"));
        for word in ["improve", "drop", "trend", "deteriorat"] {
            assert!(!told.changed().text.contains(word), "{word}");
        }
    });
}

#[test]
fn a_range_that_moves_is_that_of_the_latest_period() {
    let mut signal = usual_signal("2026-10");
    signal.points[0].usual = None;
    let said = |signal: Signal| told("2026-10", signal, |told| told.band().map(plain));
    assert_eq!(
        said(signal.clone()).as_deref(),
        Some("shaded: usual range, 77.5 to 84.6 %; thin line: average, 81.2 %")
    );
    signal.points[0].usual = Some(UsualRange { low: 0.7, average: 0.8, high: 0.9 });
    assert_eq!(
        said(signal).as_deref(),
        Some("shaded: usual range, most recently 77.5 to 84.6 %; thin line: average, most recently 81.2 %")
    );
}

#[test]
fn a_running_period_is_not_judged() {
    let signal = found(finding(Rule::Outside, Side::Below, Judgement::Worse, "2026-09", "2026-09", 1));
    told("2026-10", signal, |told| {
        assert_eq!(told.in_short().as_deref(), Some("Sep: outside usual range"));
        assert_eq!(told.clause().as_deref(), Some("was below its usual range in September"));
        assert_eq!(
            plain(told.changed().text),
            "September is below its usual range, 77.5 to 84.6 %. This is about September; a month that is still running is not held against whole ones."
        );
    });
}

#[test]
fn too_few_points_say_nothing() {
    let few = |last: &str, count: usize, caveats: Vec<Caveat>| Signal {
        points: points(last, count, 0.796),
        variation: Variation::TooFewPoints,
        assurance: Assurance::TooFewPoints,
        caveats,
        ..usual_signal(last)
    };
    let trial = vec![Caveat::Trial { points: 3, firm_from: 13, frozen: false }];
    told("2026-10", few("2026-10", 3, trial), |told| {
        assert_eq!(told.variation(), "Too few months to tell");
        assert_eq!(
            told.changed().text,
            "Three months have a figure. That is too few for a usual range, and for a statement on what comes."
        );
        assert_eq!(told.in_reach().as_deref(), Some("Too few months to say whether the target will be met"));
        assert_eq!(told.assurance(), None);
        assert_eq!(told.usual_range(), None);
        assert_eq!(told.point(read("2026-10")), None);
    });
    told("2026-Q3", few("2026-Q3", 1, Vec::new()), |told| {
        assert_eq!(told.variation(), "Too few quarters to tell");
        assert!(told.changed().text.starts_with("One quarter has a figure."));
    });
    told("2026-10", few("2026-10", 20, vec![Caveat::NoVariation]), |told| {
        assert_eq!(told.variation(), "No variation");
        assert_eq!(told.changed().text, "Every value is the same, so there is no usual range to hold a month against.");
    });
}

#[test]
fn whether_the_target_will_be_met() {
    let check = |assurance: Assurance, better: Direction, target: f64, icon: &str, heading: &str, text: &str| {
        let signal = Signal { assurance, ..usual_signal("2026-10") };
        with("2026-10", better, target, signal, |told| {
            assert_eq!(told.in_reach().as_deref(), Some(icon));
            let said = told.assurance().unwrap();
            assert_eq!((said.heading.as_str(), plain(&said.text).as_str()), (heading, text));
        });
    };
    let will = "Will meet the target while nothing changes";
    let miss = "Will keep missing until the process changes";
    let (higher, lower) = (Direction::Higher, Direction::Lower);
    check(Assurance::WillMeet, higher, 0.77, will, will, "Its whole usual range, 77.5 to 84.6 %, is above 77 %.");
    check(Assurance::WillMeet, lower, 0.9, will, will, "Its whole usual range, 77.5 to 84.6 %, is below 90 %.");
    check(Assurance::WillMiss, higher, 0.9, miss, miss, "Its whole usual range, 77.5 to 84.6 %, is below 90 %.");
    check(Assurance::WillMiss, lower, 0.7, miss, miss, "Its whole usual range, 77.5 to 84.6 %, is above 70 %.");
    // A hair apart is not rounded onto each other.
    check(
        Assurance::WillMeet,
        higher,
        0.7748,
        will,
        will,
        "Its whole usual range, 77.50 to 84.60 %, is above 77.48 %.",
    );
    let some = "Some months yes, some no: the target lies in the usual range";
    check(
        Assurance::Sometimes,
        higher,
        0.82,
        some,
        "Some months yes, some no",
        "82 % lies in the usual range, 77.5 to 84.6 %. While nothing changes, single months meet it or miss it by chance.",
    );
    let within = |low, high| Direction::Within { low, high };
    check(
        Assurance::WillMeet,
        within(0.7, 0.9),
        0.0,
        will,
        will,
        "Its whole usual range, 77.5 to 84.6 %, is inside 70 to 90 %.",
    );
    check(
        Assurance::WillMiss,
        within(0.85, 0.9),
        0.0,
        miss,
        miss,
        "Its whole usual range, 77.5 to 84.6 %, is outside 85 to 90 %.",
    );
    check(
        Assurance::Sometimes,
        within(0.8, 0.9),
        0.0,
        some,
        "Some months yes, some no",
        "Its usual range, 77.5 to 84.6 %, lies partly outside 80 to 90 %. While nothing changes, single months meet it or miss it by chance.",
    );
    let wait = "Wait: just changed";
    check(
        Assurance::Wait,
        higher,
        0.82,
        wait,
        wait,
        "The usual range is from before the change, so it promises nothing about the target.",
    );
    told("2026-10", Signal { assurance: Assurance::NoTarget, ..usual_signal("2026-10") }, |told| {
        assert_eq!((told.in_reach(), told.assurance()), (None, None));
    });
}

/// A phase that began with the last two of twenty months.
fn with_phase(variation: Variation) -> Signal {
    let phase = Annotation {
        on: read("2026-09"),
        kind: AnnotationKind::Initiative,
        what: "new telephone system".to_owned(),
        said_by: Some("Ana Reis".to_owned()),
        new_phase: true,
        baseline_until: None,
    };
    Signal { phase: Some(phase), variation, ..usual_signal("2026-10") }
}

#[test]
fn a_new_phase_is_told_and_counts_for_itself() {
    let few = with_phase(Variation::TooFewPoints);
    told("2026-10", few.clone(), |told| {
        let changed = told.changed();
        assert_eq!(changed.heading, "Too few months to tell");
        assert!(changed.text.starts_with("Two months of the new phase have a figure."), "{}", changed.text);
        // What was before keeps its usual range.
        let usual = told.usual_at(["2026-08", "2026-09", "2026-08"].into_iter().map(read));
        assert!(usual[0].is_some() && usual[1].is_none() && usual[2] == usual[0], "{usual:?}");
    });
    let said = crate::words::watching::phase(&few, FiscalYear::default()).unwrap();
    assert_eq!(said.0, "New phase since September 2026");
    assert_eq!(
        said.1,
        "New telephone system (initiative), said by Ana Reis. Neither usual range nor rules look across its beginning."
    );
    assert_eq!(crate::words::watching::phase(&usual_signal("2026-10"), FiscalYear::default()), None);
}

#[test]
fn what_to_know_about_the_usual_range() {
    let said = |last: &str, caveat: Caveat| {
        let signal = Signal { caveats: vec![caveat], ..usual_signal(last) };
        told(last, signal, |told| told.caveats().concat())
    };
    let check = |caveat: Caveat, wanted: &str| assert_eq!(said("2026-10", caveat), wanted);
    check(
        Caveat::Trial { points: 8, firm_from: 13, frozen: false },
        "Trial limits, 8 of 13: the usual range rests on few months and will still move.",
    );
    check(
        Caveat::Trial { points: 12, firm_from: 13, frozen: true },
        "Trial limits, 12 of 13: the usual range rests on few months.",
    );
    check(
        Caveat::ShortBaseline { points: 4, needed: 12 },
        "The baseline of the scorecard has 4 months here; a usual range that stays needs 12, so this one comes from all of them.",
    );
    check(Caveat::Skewed, "Values are skewed, so the usual range reaches further to one side.");
    check(Caveat::Autocorrelated, "Successive months resemble each other, so the usual range was widened.");
    check(Caveat::Seasonal, "The season was taken out before: the wave that returns every year.");
    assert_eq!(said("2026-10-05", Caveat::Seasonal), "The course of the week was taken out before.");
    check(Caveat::Overdispersed, "Counts vary more than chance alone would have it, so the usual range was widened.");
    check(Caveat::FewEvents, "Few events are expected, so the usual range follows their exact distribution.");
    let signal = Signal { caveats: vec![Caveat::Skewed], ..usual_signal("2026-10") };
    let text = told("2026-10", signal, |told| told.changed().text);
    assert!(text.ends_with("no reaction. Values are skewed, so the usual range reaches further to one side."));
}

#[test]
fn how_many_false_signals_to_expect() {
    let check = |rates: &[f64], wanted: Option<&str>| {
        sample::with("quiet", |mut evaluation, _| {
            let results = evaluation.legs.iter_mut().flat_map(|leg| leg.objectives.iter_mut());
            for (result, rate) in results.flat_map(|objective| objective.measures.iter_mut()).zip(rates) {
                result.signal = Some(Signal { false_alarm_rate: Some(*rate), ..usual_signal("2026-10") });
            }
            let wanted = wanted.map(|wanted| format!("On an operation in which nothing changes, expect {wanted}."));
            assert_eq!(false_signals(&evaluation), wanted);
        });
    };
    check(&[], None);
    check(&[0.0], None);
    check(&[0.0127; 20], Some("about one false signal in four months"));
    check(&[0.017; 19], Some("about one false signal in three months"));
    check(&[0.05; 20], Some("about one false signal every month"));
    check(&[0.1; 20], Some("about two false signals every month"));
    check(&[0.0127], Some("about one false signal in 79 months"));
}
