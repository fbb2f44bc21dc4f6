//! From a series of readings to what it says: the chart that suits the measure, and what it marks.
//!
//! Which chart belongs to which kind of measure is decided here; limits, rules and guards are those of
//! [`evenkeel_stats::control`].

use evenkeel_model::measure::{Amount, Direction, Formula, Measure, ValueUnit};
use evenkeel_model::period::{Grain, Period};
use evenkeel_model::reading::Reading;
use evenkeel_model::signal::{
    Annotation, Assurance, Caveat, ChartKind, FEWEST_FROZEN, Finding, Judgement, Method, Point, Question, Rule, Rules,
    Screening, Side, Signal, SignalPlan, UsualRange, Variation,
};
use evenkeel_stats::control::guards::Note;
use evenkeel_stats::control::rules::TwoOfThree;
use evenkeel_stats::control::{self, Baseline, Chart, Phase, Series, Settings, false_alarms};
use evenkeel_stats::interval::proportion::Proportion;
use evenkeel_stats::interval::rate::Events;
use evenkeel_stats::{control::rules, signal};

/// The series of one measure, in the form that its chart needs.
enum Figures {
    Values(Vec<f64>),
    Amounts(Vec<f64>),
    Shares(Vec<Proportion>),
    Rates(Vec<Events>),
}

impl Figures {
    fn series(&self) -> Series<'_> {
        match self {
            Figures::Values(values) => Series::Values(values),
            Figures::Amounts(values) => Series::Amounts(values),
            Figures::Shares(shares) => Series::Shares(shares),
            Figures::Rates(rates) => Series::Rates(rates),
        }
    }
}

/// The share of periods that must have a value, from the first one that has.
const FEWEST_RECORDED: f64 = 0.75;

/// The figures of a series, oldest first, as far as they are known; none where the period that was asked for has none,
/// or where too many others have none.
pub(crate) fn known(period: Period, readings: &[(Period, Reading)]) -> Option<Vec<(Period, Reading, f64)>> {
    let known: Vec<(Period, Reading, f64)> =
        readings.iter().filter_map(|(period, reading)| Some((*period, *reading, reading.value?))).collect();
    // Without a value in the period that was asked for, nothing can be said about it.
    if known.last().is_none_or(|(last, ..)| *last != period) {
        return None;
    }
    // What is recorded each month is no series of weeks: its points would be taken as successive.
    let since_first = readings.iter().skip_while(|(_, reading)| reading.value.is_none()).count();
    if (known.len() as f64) < FEWEST_RECORDED * since_first as f64 {
        return None;
    }
    Some(known)
}

/// What a series of readings says, oldest first; the last one is the period that was asked for.
pub(crate) fn read(measure: &Measure, question: &Question<'_>, readings: &[(Period, Reading)]) -> Option<Signal> {
    let known = known(question.period, readings)?;
    let settings = settings(question.plan, question.period.grain());
    let figures = figures(measure, &known)?;
    let periods: Vec<Period> = known.iter().map(|(period, ..)| *period).collect();
    let phases = phases(question.plan, &periods);
    let laid_out: Vec<Phase> = phases.iter().map(|(phase, ..)| *phase).collect();
    let chart = control::chart(figures.series(), &laid_out, &settings).ok()?;
    let reading = signal::read(&chart, goal(question), None).ok()?;
    let found = |finding: &signal::Finding| of_finding(finding, &periods);
    let (latest, said, too_short) = phases.last().copied()?;
    let mut caveats = caveats(&chart, settings.trial_below);
    caveats.extend(too_short.map(|points| Caveat::ShortBaseline { points, needed: usize::from(FEWEST_FROZEN) }));
    Some(Signal {
        method: method(&chart, latest, question.plan, &periods)?,
        phase: said.cloned(),
        points: points(&chart, &reading, &periods, ends(measure, &known)),
        variation: of_variation(reading.variation),
        assurance: of_assurance(reading.assurance),
        finding: reading.finding.as_ref().and_then(found),
        history: reading.history.iter().filter_map(found).collect(),
        caveats,
        false_alarm_rate: false_alarm_rate(&chart, latest, question.period.grain()),
    })
}

/// The product's settings with the rules of a plan.
fn settings(plan: &SignalPlan, grain: Grain) -> Settings {
    let mut settings = Settings::guarded(season(grain));
    let Rules { outside, trend, two_of_three, shift } = plan.rules;
    settings.rules.outside = outside;
    settings.rules.trend = settings.rules.trend.filter(|_| trend);
    settings.rules.shift = settings.rules.shift.filter(|_| shift);
    if !two_of_three {
        settings.rules.two_of_three = TwoOfThree::Off;
    }
    settings.screen_moving_ranges = plan.screening == Screening::On;
    settings
}

/// Where phases begin among the periods that have a figure, what was said when they did, and, where a baseline was asked
/// for and is too short for limits that hold for good, of how many figures it is.
fn phases<'p>(plan: &'p SignalPlan, periods: &[Period]) -> Vec<(Phase, Option<&'p Annotation>, Option<usize>)> {
    let mut starts: Vec<(usize, Option<&Annotation>)> = vec![(0, None)];
    for said in plan.phases() {
        // A phase that has not begun yet changes nothing.
        let Some(at) = periods.iter().position(|period| period.start() >= said.on.start()) else { continue };
        // Of two that begin before the same figure, the later one holds.
        if starts.last().is_some_and(|(last, _)| *last == at) {
            starts.pop();
        }
        starts.push((at, Some(said)));
    }
    let mut phases = Vec::with_capacity(starts.len());
    for (i, &(start, said)) in starts.iter().enumerate() {
        let end = starts.get(i + 1).map_or(periods.len(), |(next, _)| *next);
        let until = match said {
            Some(said) => said.baseline_until,
            None => plan.baseline.map(|baseline| baseline.until),
        };
        let inside =
            |until: Period| periods[start..end].iter().filter(|period| period.last_day() <= until.last_day()).count();
        let (baseline, too_short) = match until.map(inside) {
            Some(points) if points >= usize::from(FEWEST_FROZEN) => (Baseline::First(points), None),
            Some(points) => (Baseline::All, Some(points)),
            None => (Baseline::All, None),
        };
        phases.push((Phase { start, baseline }, said, too_short));
    }
    phases
}

fn method(chart: &Chart, latest: Phase, plan: &SignalPlan, periods: &[Period]) -> Option<Method> {
    let phase = chart.phases.last()?;
    let first = *periods.get(phase.start)?;
    let last = *periods.get((phase.start + phase.baseline_points).checked_sub(1)?)?;
    Some(Method {
        chart: match chart.kind {
            control::Kind::Individuals => ChartKind::Individuals,
            control::Kind::P => ChartKind::P,
            control::Kind::PPrime => ChartKind::PPrime,
            control::Kind::U => ChartKind::U,
            control::Kind::UPrime => ChartKind::UPrime,
            control::Kind::C => ChartKind::C,
            control::Kind::T => ChartKind::T,
        },
        rules: plan.rules,
        screening: plan.screening,
        baseline: (first, last, phase.baseline_points),
        frozen: latest.baseline != Baseline::All,
    })
}

/// How often the latest point would be marked although nothing has changed. Where some rules are left out, this is more
/// than it comes to.
fn false_alarm_rate(chart: &Chart, latest: Phase, grain: Grain) -> Option<f64> {
    let phase = chart.phases.last()?;
    let points = phase.end - phase.start;
    let moving = || false_alarms::latest_point_rate(points, &Settings::guarded(season(grain)));
    match latest.baseline {
        Baseline::All => moving(),
        Baseline::First(_) => false_alarms::frozen_latest_point_rate(points - phase.baseline_points).or_else(moving),
    }
}

/// Points in a year, where a yearly wave is possible; for days, points in a week.
pub(crate) fn season(grain: Grain) -> Option<usize> {
    match grain {
        Grain::Day => Some(7),
        Grain::Week => Some(52),
        Grain::Month => Some(12),
        Grain::Quarter => Some(4),
        Grain::Year => None,
    }
}

fn goal(question: &Question<'_>) -> signal::Goal {
    match question.better {
        Direction::Higher => signal::Goal::Higher { target: question.target },
        Direction::Lower => signal::Goal::Lower { target: question.target },
        Direction::Within { low, high } => signal::Goal::Within { low, high },
        Direction::Neither => signal::Goal::NoJudgement,
    }
}

/// Shares and counted events know their own chance variation; everything else is judged by how it varied before.
fn figures(measure: &Measure, known: &[(Period, Reading, f64)]) -> Option<Figures> {
    let values = || -> Vec<f64> { known.iter().map(|(.., value)| *value).collect() };
    let whole = |number: f64| (number >= 0.0).then(|| number.round() as u64);
    Some(match &measure.formula {
        Formula::Share { .. } | Formula::Retention { .. } | Formula::Cohort { .. } => {
            let share =
                |reading: &Reading| Proportion::new(whole(reading.numerator?)?, whole(reading.denominator?)?).ok();
            Figures::Shares(known.iter().map(|(_, reading, _)| share(reading)).collect::<Option<_>>()?)
        }
        Formula::Count { .. } => Figures::Rates(
            known.iter().map(|(.., value)| Events::new(whole(*value)?, 1.0).ok()).collect::<Option<_>>()?,
        ),
        Formula::Rate { events, .. } if matches!(events.amount, Amount::Count) => {
            let rate = |reading: &Reading| Events::new(whole(reading.numerator?)?, reading.denominator?).ok();
            Figures::Rates(known.iter().map(|(_, reading, _)| rate(reading)).collect::<Option<_>>()?)
        }
        // Times and amounts cannot be negative, and a few large ones stretch them to one side.
        _ if matches!(measure.unit, ValueUnit::Duration(_) | ValueUnit::Money)
            && known.iter().all(|(.., value)| *value > 0.0) =>
        {
            Figures::Amounts(values())
        }
        _ => Figures::Values(values()),
    })
}

/// Where values end by nature. Limits may reach beyond, which would be shown as a range that nothing can reach.
fn ends(measure: &Measure, known: &[(Period, Reading, f64)]) -> (f64, f64) {
    match (&measure.formula, &measure.unit) {
        (Formula::Share { .. } | Formula::Retention { .. } | Formula::Cohort { .. }, _) => (0.0, 1.0),
        (Formula::NetPromoterScore { .. }, _) => (-1.0, 1.0),
        (Formula::Composite(_), _) => (0.0, 100.0),
        (Formula::Count { .. } | Formula::Stock { .. } | Formula::Distinct { .. }, _) => (0.0, f64::INFINITY),
        (_, ValueUnit::Duration(_)) if known.iter().all(|(.., value)| *value >= 0.0) => (0.0, f64::INFINITY),
        _ => (f64::NEG_INFINITY, f64::INFINITY),
    }
}

fn points(chart: &Chart, reading: &signal::Reading, periods: &[Period], (least, most): (f64, f64)) -> Vec<Point> {
    let mut points = Vec::with_capacity(periods.len());
    for ((point, mark), period) in chart.points.iter().zip(&reading.points).zip(periods) {
        // Of a phase with few points nothing is told, as nothing is read from it.
        let readable =
            chart.phases.get(point.phase).is_some_and(|phase| phase.baseline_points >= signal::FEWEST_POINTS);
        points.push(Point {
            period: *period,
            value: point.value,
            usual: point.limits.filter(|_| readable).map(|limits| UsualRange {
                low: limits.low.max(least),
                average: limits.centre,
                high: limits.high.min(most),
            }),
            judgement: mark.judgement.filter(|_| readable).map(of_judgement),
        });
    }
    points
}

fn caveats(chart: &Chart, firm_from: usize) -> Vec<Caveat> {
    // What is said of earlier phases no longer matters.
    let latest = chart.phases.len().saturating_sub(1);
    let (points_in_phase, frozen) = chart.phases.last().map_or((0, false), |phase| {
        let all = phase.end - phase.start;
        (all, phase.baseline_points < all)
    });
    let mut caveats: Vec<Caveat> = chart
        .notes
        .iter()
        .filter_map(|note| match note {
            Note::TrialLimits { phase, points } => {
                (*phase == latest).then_some(Caveat::Trial { points: *points, firm_from, frozen })
            }
            // Of a few periods nothing can be said, not even that they do not vary.
            Note::NoLimits { phase } => {
                (*phase == latest && points_in_phase >= signal::FEWEST_POINTS).then_some(Caveat::NoVariation)
            }
            Note::Bent(_) => Some(Caveat::Skewed),
            Note::Autocorrelated { widening, .. } => (*widening > 1.0).then_some(Caveat::Autocorrelated),
            Note::Seasonal { removed, .. } => removed.then_some(Caveat::Seasonal),
            Note::Overdispersed { .. } => Some(Caveat::Overdispersed),
            Note::FewEvents { .. } => Some(Caveat::FewEvents),
            // That limits hold for good is told with the baseline that they come from.
            Note::ShortBaseline { .. } => None,
        })
        .collect();
    caveats.dedup();
    caveats
}

fn of_side(side: rules::Side) -> Side {
    match side {
        rules::Side::Above => Side::Above,
        rules::Side::Below => Side::Below,
    }
}

fn of_judgement(judgement: signal::Judgement) -> Judgement {
    match judgement {
        signal::Judgement::Better => Judgement::Better,
        signal::Judgement::Worse => Judgement::Worse,
        signal::Judgement::NoJudgement => Judgement::NoJudgement,
    }
}

fn of_variation(variation: signal::Variation) -> Variation {
    match variation {
        signal::Variation::TooFewPoints => Variation::TooFewPoints,
        signal::Variation::Usual => Variation::Usual,
        signal::Variation::Signal { judgement, side } => {
            Variation::Signal { judgement: of_judgement(judgement), side: of_side(side) }
        }
    }
}

fn of_assurance(assurance: signal::Assurance) -> Assurance {
    match assurance {
        signal::Assurance::NoTarget => Assurance::NoTarget,
        signal::Assurance::TooFewPoints => Assurance::TooFewPoints,
        signal::Assurance::Wait => Assurance::Wait,
        signal::Assurance::WillMeet => Assurance::WillMeet,
        signal::Assurance::Sometimes => Assurance::Sometimes,
        signal::Assurance::WillMiss => Assurance::WillMiss,
    }
}

fn of_finding(finding: &signal::Finding, periods: &[Period]) -> Option<Finding> {
    Some(Finding {
        rule: match finding.rule {
            rules::Rule::Outside => Rule::Outside,
            rules::Rule::Trend => Rule::Trend,
            rules::Rule::TwoOfThree => Rule::TwoOfThree,
            rules::Rule::Shift => Rule::Shift,
        },
        side: of_side(finding.side),
        judgement: of_judgement(finding.judgement),
        since: *periods.get(finding.since)?,
        until: *periods.get(finding.until)?,
        run_length: finding.run_length,
    })
}

#[cfg(test)]
mod tests {
    use evenkeel_model::period::FiscalYear;
    use evenkeel_model::signal::{AnnotationKind, Window};

    use super::*;

    fn period(text: &str) -> Period {
        Period::parse(text, FiscalYear::default()).unwrap()
    }

    fn phase_on(on: &str, baseline_until: Option<&str>) -> Annotation {
        Annotation {
            on: period(on),
            kind: AnnotationKind::Event,
            what: on.to_owned(),
            said_by: None,
            new_phase: true,
            baseline_until: baseline_until.map(period),
        }
    }

    /// Where phases of a plan begin in the months from January 2024 to June 2026, and where their limits come from.
    fn laid_out(plan: &SignalPlan) -> Vec<(usize, Baseline, Option<usize>)> {
        let months = period("2026-06").trailing(30);
        phases(plan, &months).into_iter().map(|(phase, _, short)| (phase.start, phase.baseline, short)).collect()
    }

    #[test]
    fn phases_begin_where_somebody_says_so() {
        let plan = |annotations| SignalPlan { annotations, ..SignalPlan::default() };
        assert_eq!(laid_out(&plan(vec![])), [(0, Baseline::All, None)]);
        let told = Annotation { new_phase: false, ..phase_on("2025-01", None) };
        assert_eq!(laid_out(&plan(vec![told])), [(0, Baseline::All, None)]);
        assert_eq!(
            laid_out(&plan(vec![phase_on("2025-01", Some("2025-12")), phase_on("2026-03-10", None)])),
            [(0, Baseline::All, None), (12, Baseline::First(12), None), (27, Baseline::All, None)]
        );
        // One that began before the first figure, one that is still to come, and two before the same figure.
        let before = vec![phase_on("2020-01", None), phase_on("2023-01", None), phase_on("2027-01", None)];
        let months = period("2026-06").trailing(30);
        let before = plan(before);
        let found = phases(&before, &months);
        assert_eq!((found.len(), found[0].0.start, found[0].1.unwrap().what.as_str()), (1, 0, "2023-01"));
    }

    #[test]
    fn limits_hold_only_from_twelve_figures_on() {
        let held = |until: &str| {
            let baseline = Some(Window { from: period("2024-01"), until: period(until) });
            laid_out(&SignalPlan { baseline, ..SignalPlan::default() })
        };
        assert_eq!(held("2024-12"), [(0, Baseline::First(12), None)]);
        assert_eq!(held("2024-11"), [(0, Baseline::All, Some(11))]);
    }

    #[test]
    fn few_periods_do_not_tell_that_nothing_varies() {
        let caveats = |values: &[f64]| {
            let chart = control::chart(Series::Values(values), &[Phase::WHOLE], &Settings::guarded(None)).unwrap();
            caveats(&chart, 20)
        };
        assert_eq!(caveats(&[0.3]), []);
        assert_eq!(caveats(&[0.3; signal::FEWEST_POINTS - 1]), []);
        assert_eq!(caveats(&[0.3; signal::FEWEST_POINTS]), [Caveat::NoVariation]);
    }
}
