//! From a series of readings to what it says: the chart that suits the measure, and what it marks.
//!
//! Which chart belongs to which kind of measure is decided here; limits, rules and guards are those of
//! [`evenkeel_stats::control`].

use evenkeel_model::measure::{Amount, Direction, Formula, Measure, ValueUnit};
use evenkeel_model::period::{Grain, Period};
use evenkeel_model::reading::Reading;
use evenkeel_model::signal::{
    Assurance, Caveat, Finding, Judgement, Point, Question, Rule, Side, Signal, UsualRange, Variation,
};
use evenkeel_stats::control::guards::Note;
use evenkeel_stats::control::{self, Chart, Phase, Series, Settings, false_alarms};
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

/// What a series of readings says, oldest first; the last one is the period that was asked for.
pub(crate) fn read(measure: &Measure, question: &Question<'_>, readings: &[(Period, Reading)]) -> Option<Signal> {
    let known: Vec<(Period, Reading, f64)> =
        readings.iter().filter_map(|(period, reading)| Some((*period, *reading, reading.value?))).collect();
    // Without a value in the period that was asked for, nothing can be said about it.
    if known.last().is_none_or(|(period, ..)| *period != question.period) {
        return None;
    }
    // What is recorded each month is no series of weeks: its points would be taken as successive.
    let since_first = readings.iter().skip_while(|(_, reading)| reading.value.is_none()).count();
    if (known.len() as f64) < FEWEST_RECORDED * since_first as f64 {
        return None;
    }
    let settings = Settings::guarded(season(question.period.grain()));
    let figures = figures(measure, &known)?;
    let chart = control::chart(figures.series(), &[Phase::WHOLE], &settings).ok()?;
    let reading = signal::read(&chart, goal(question), None).ok()?;
    let periods: Vec<Period> = known.iter().map(|(period, ..)| *period).collect();
    let found = |finding: &signal::Finding| of_finding(finding, &periods);
    Some(Signal {
        points: points(&chart, &reading, &periods, ends(measure, &known)),
        variation: of_variation(reading.variation),
        assurance: of_assurance(reading.assurance),
        finding: reading.finding.as_ref().and_then(found),
        history: reading.history.iter().filter_map(found).collect(),
        caveats: caveats(&chart, settings.trial_below),
        false_alarm_rate: false_alarms::latest_point_rate(known.len(), &settings),
    })
}

/// Points in a year, where a yearly wave is possible; for days, points in a week.
fn season(grain: Grain) -> Option<usize> {
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
        points.push(Point {
            period: *period,
            value: point.value,
            usual: point.limits.map(|limits| UsualRange {
                low: limits.low.max(least),
                average: limits.centre,
                high: limits.high.min(most),
            }),
            judgement: mark.judgement.map(of_judgement),
        });
    }
    points
}

fn caveats(chart: &Chart, firm_from: usize) -> Vec<Caveat> {
    let mut caveats: Vec<Caveat> = chart
        .notes
        .iter()
        .filter_map(|note| match note {
            Note::TrialLimits { points, .. } => Some(Caveat::Trial { points: *points, firm_from }),
            // Of a few periods nothing can be said, not even that they do not vary.
            Note::NoLimits { .. } => (chart.points.len() >= signal::FEWEST_POINTS).then_some(Caveat::NoVariation),
            Note::Bent(_) => Some(Caveat::Skewed),
            Note::Autocorrelated { widening, .. } => (*widening > 1.0).then_some(Caveat::Autocorrelated),
            Note::Seasonal { removed, .. } => removed.then_some(Caveat::Seasonal),
            Note::Overdispersed { .. } => Some(Caveat::Overdispersed),
            Note::FewEvents { .. } => Some(Caveat::FewEvents),
            // All points are the baseline here.
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
    use super::*;

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
