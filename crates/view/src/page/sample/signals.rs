//! Signals of made-up series, worked out in a plain way: limits at 2.66 mean moving ranges around the mean, a point
//! beyond them, and a run of seven. The real thing is in `evenkeel_stats`; here it only has to look like it.

use evenkeel_model::measure::Direction;
use evenkeel_model::period::Period;
use evenkeel_model::signal::{
    Assurance, Caveat, ChartKind, Finding, Judgement, Method, Point, Question, Rule, Side, Signal, UsualRange,
    Variation,
};

const FEWEST: usize = 6;
const FIRM: usize = 13;
const RUN: usize = 7;

/// What a series says, oldest first; nothing where the period that was asked for has no value.
pub(super) fn read(question: &Question<'_>, known: &[(Period, f64)]) -> Option<Signal> {
    known.last().filter(|(period, _)| *period == question.period)?;
    let phase = question.plan.phases().filter(|phase| phase.on.start() <= question.period.start()).last().cloned();
    let before =
        phase.as_ref().map_or(0, |phase| known.partition_point(|(period, _)| period.start() < phase.on.start()));
    let known = &known[before..];
    let values: Vec<f64> = known.iter().map(|(_, value)| *value).collect();
    let usual = (values.len() >= FEWEST).then(|| usual(&values));
    let history = usual.map(|usual| stretches(question, known, usual)).unwrap_or_default();
    let marked = |period: Period| history.iter().find(|found| found.since <= period && period <= found.until);
    let points = known
        .iter()
        .map(|&(period, value)| Point { period, value, usual, judgement: marked(period).map(|found| found.judgement) })
        .collect();
    let finding = marked(question.period).copied();
    Some(Signal {
        method: Method {
            chart: ChartKind::Individuals,
            rules: question.plan.rules,
            screening: question.plan.screening,
            baseline: (known.first()?.0, question.period, known.len()),
            frozen: false,
        },
        phase,
        points,
        variation: match (usual, finding) {
            (None, _) => Variation::TooFewPoints,
            (_, None) => Variation::Usual,
            (_, Some(finding)) => Variation::Signal { judgement: finding.judgement, side: finding.side },
        },
        assurance: assurance(question, usual, finding.is_some()),
        finding,
        history,
        caveats: (values.len() < FIRM)
            .then_some(Caveat::Trial { points: values.len(), firm_from: FIRM, frozen: false })
            .into_iter()
            .collect(),
        false_alarm_rate: Some(0.0127),
    })
}

fn usual(values: &[f64]) -> UsualRange {
    let average = values.iter().sum::<f64>() / values.len() as f64;
    let moves: f64 = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum();
    let reach = 2.66 * moves / (values.len() - 1) as f64;
    // What is never negative has no usual range below zero.
    let floor = if values.iter().all(|&value| value >= 0.0) { 0.0 } else { f64::NEG_INFINITY };
    UsualRange { low: (average - reach).max(floor), average, high: average + reach }
}

/// Points beyond the limits first, then runs on one side of the mean.
fn stretches(question: &Question<'_>, known: &[(Period, f64)], usual: UsualRange) -> Vec<Finding> {
    let beyond = |value: f64| match value {
        value if value > usual.high => Some(Side::Above),
        value if value < usual.low => Some(Side::Below),
        _ => None,
    };
    let beside = |value: f64| Some(if value > usual.average { Side::Above } else { Side::Below });
    let mut found = in_a_row(question, known, usual, Rule::Outside, 1, &beyond);
    found.extend(in_a_row(question, known, usual, Rule::Shift, RUN, &beside));
    found
}

fn in_a_row(
    question: &Question<'_>,
    known: &[(Period, f64)],
    usual: UsualRange,
    rule: Rule,
    fewest: usize,
    side_of: &dyn Fn(f64) -> Option<Side>,
) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for &(period, value) in known {
        let Some(side) = side_of(value) else { continue };
        match found.last_mut() {
            Some(last) if last.side == side && last.until.next() == period => {
                last.until = period;
                last.run_length += 1;
            }
            _ => {
                let judgement = judge(question.better, side, value, usual.average);
                found.push(Finding { rule, side, judgement, since: period, until: period, run_length: 1 });
            }
        }
    }
    found.retain(|finding| finding.run_length >= fewest);
    found
}

fn judge(better: Direction, side: Side, value: f64, average: f64) -> Judgement {
    let outside = |low: f64, high: f64, value: f64| (low - value).max(value - high).max(0.0);
    match (better, side) {
        (Direction::Higher, Side::Above) | (Direction::Lower, Side::Below) => Judgement::Better,
        (Direction::Higher | Direction::Lower, _) => Judgement::Worse,
        (Direction::Within { low, high }, _) if outside(low, high, value) < outside(low, high, average) => {
            Judgement::Better
        }
        (Direction::Within { low, high }, _) if outside(low, high, value) > outside(low, high, average) => {
            Judgement::Worse
        }
        (Direction::Within { .. } | Direction::Neither, _) => Judgement::NoJudgement,
    }
}

fn assurance(question: &Question<'_>, usual: Option<UsualRange>, changed: bool) -> Assurance {
    let (low, high) = match (question.better, question.target) {
        (Direction::Neither, _) | (Direction::Higher | Direction::Lower, None) => return Assurance::NoTarget,
        (Direction::Higher, Some(target)) => (target, f64::INFINITY),
        (Direction::Lower, Some(target)) => (f64::NEG_INFINITY, target),
        (Direction::Within { low, high }, _) => (low, high),
    };
    match usual {
        None => Assurance::TooFewPoints,
        Some(_) if changed => Assurance::Wait,
        Some(usual) if low < usual.low && usual.high < high => Assurance::WillMeet,
        Some(usual) if usual.high < low || usual.low > high => Assurance::WillMiss,
        Some(_) => Assurance::Sometimes,
    }
}
