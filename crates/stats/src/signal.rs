//! The one decision about a measure: what its points, icons and sentence say.
//!
//! [`read`] looks at unrounded values, limits and goal once. The mark of each point, the variation icon, the assurance
//! icon, the status and the finding from which a sentence is made all come from its result, so they cannot disagree.
//!
//! - *Variation*: is the latest point more than usual variation, and is that better or worse?
//! - *Assurance*: given the usual variation, will the target be met? It waits while the latest point is a signal,
//!   because limits from before a change promise nothing.
//! - *Status*: is the latest value on the right side of the target, and is its whole interval there?
//!
//! A value exactly on the target counts as met.

use crate::control::Chart;
use crate::control::rules::{self, Marks, Rule, Side};
use crate::error::{Error, Result, require_finite};
use crate::interval::Interval;

/// Which direction is good, and what is to be reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// The more the better; met at the target or above.
    Higher {
        /// The target, where there is one.
        target: Option<f64>,
    },
    /// The less the better; met at the target or below.
    Lower {
        /// The target, where there is one.
        target: Option<f64>,
    },
    /// Met inside the band, ends included.
    Within {
        /// Lower end of the band.
        low: f64,
        /// Upper end of the band.
        high: f64,
    },
    /// Neither direction is good: changes are reported without judgement.
    NoJudgement,
}

impl Goal {
    fn check(self) -> Result<()> {
        match self {
            Goal::Higher { target: Some(target) } | Goal::Lower { target: Some(target) } => {
                require_finite("target", &[target])
            }
            Goal::Within { low, high } => {
                require_finite("target band", &[low, high])?;
                if low <= high {
                    Ok(())
                } else {
                    Err(Error::OutOfRange {
                        what: "lower end of the target band",
                        value: low,
                        low: f64::NEG_INFINITY,
                        high,
                    })
                }
            }
            Goal::Higher { target: None } | Goal::Lower { target: None } | Goal::NoJudgement => Ok(()),
        }
    }

    /// Whether `value` meets the target; `None` without a target.
    #[must_use]
    pub fn met(self, value: f64) -> Option<bool> {
        match self {
            Goal::Higher { target } => target.map(|target| value >= target),
            Goal::Lower { target } => target.map(|target| value <= target),
            Goal::Within { low, high } => Some(low <= value && value <= high),
            Goal::NoJudgement => None,
        }
    }

    /// How far `value` is from where it should be; used to judge a band. Zero inside.
    fn distance(low: f64, high: f64, value: f64) -> f64 {
        (low - value).max(value - high).max(0.0)
    }

    /// What a signal means. A trend is judged by its direction, everything else by the side of the centre; in a band,
    /// by whether the value is nearer to the band than the centre is.
    fn judge(self, side: Side, value: f64, centre: Option<f64>) -> Judgement {
        match (self, side) {
            (Goal::Higher { .. }, Side::Above) | (Goal::Lower { .. }, Side::Below) => Judgement::Better,
            (Goal::Higher { .. }, Side::Below) | (Goal::Lower { .. }, Side::Above) => Judgement::Worse,
            (Goal::NoJudgement, _) => Judgement::NoJudgement,
            (Goal::Within { low, high }, _) => {
                let now = Self::distance(low, high, value);
                match centre.map(|centre| Self::distance(low, high, centre)) {
                    Some(before) if now < before => Judgement::Better,
                    Some(before) if now > before => Judgement::Worse,
                    _ => Judgement::NoJudgement,
                }
            }
        }
    }
}

/// What a signal means for those who care about the measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Judgement {
    /// In the good direction (circle).
    Better,
    /// In the bad direction (triangle).
    Worse,
    /// Neither direction is good (diamond).
    NoJudgement,
}

/// How one point is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PointMark {
    /// The rules that mark it.
    pub marks: Marks,
    /// What it means; `None` for usual variation, drawn grey.
    pub judgement: Option<Judgement>,
    /// Whether it meets the target; `None` without a target.
    pub target_met: Option<bool>,
}

/// The variation icon: what kind of variation the latest point shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Variation {
    /// Too few points for limits (loose dots).
    TooFewPoints,
    /// Usual variation (grey, inside the band).
    Usual,
    /// More than usual variation.
    Signal {
        /// Whether that is good.
        judgement: Judgement,
        /// Where the path leaves the band.
        side: Side,
    },
}

/// The assurance icon: whether the usual variation stays on the right side of the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Assurance {
    /// There is no target.
    NoTarget,
    /// Too few points for limits.
    TooFewPoints,
    /// The latest point is a signal: the limits describe what was, not what will be.
    Wait,
    /// The whole usual range is strictly on the right side.
    WillMeet,
    /// The target lies in the usual range.
    Sometimes,
    /// The whole usual range is strictly on the wrong side.
    WillMiss,
}

/// The status mark: the latest value against the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// There is no target.
    NoTarget,
    /// On the right side.
    Met {
        /// Whether the whole interval is on that side (filled); `false` also when no interval is known (outline).
        sure: bool,
    },
    /// On the wrong side.
    Missed {
        /// Whether the whole interval is on that side.
        sure: bool,
    },
}

/// A stretch of marked points: what the sentence says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Finding {
    /// The rule with the highest priority.
    pub rule: Rule,
    /// Above or below the centre; rising or falling for a trend.
    pub side: Side,
    /// What it means.
    pub judgement: Judgement,
    /// Position of the first point of the stretch, counted from 0.
    pub since: usize,
    /// Position of its last point.
    pub until: usize,
    /// Points in the stretch, for "seven months in a row"; for two of three, the marked ones.
    pub run_length: usize,
}

/// Everything that a measure's chart says.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// One mark per point.
    pub points: Vec<PointMark>,
    /// The variation icon.
    pub variation: Variation,
    /// The assurance icon.
    pub assurance: Assurance,
    /// The status mark.
    pub status: Status,
    /// What the latest point shows; `None` for usual variation.
    pub finding: Option<Finding>,
    /// All stretches that any rule marks, by start and priority: the history of the chart.
    pub history: Vec<Finding>,
}

/// Fewest baseline points from which variation and assurance are read at all.
pub const FEWEST_POINTS: usize = 6;

/// Reads a chart. `interval` is the interval of the latest value, where one is known.
///
/// ```
/// use evenkeel_stats::control::{Phase, Series, Settings, chart};
/// use evenkeel_stats::signal::{Assurance, Goal, Variation, read};
///
/// let answered_in_time = [82.0, 79.0, 84.0, 81.0, 80.0, 83.0, 78.0, 82.0, 81.0, 85.0, 80.0, 79.0, 81.0];
/// let chart = chart(Series::Values(&answered_in_time), &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT)?;
/// let reading = read(&chart, Goal::Higher { target: Some(70.0) }, None)?;
/// assert_eq!(reading.variation, Variation::Usual);
/// assert_eq!(reading.assurance, Assurance::WillMeet);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn read(chart: &Chart, goal: Goal, interval: Option<&Interval>) -> Result<Reading> {
    goal.check()?;
    let (Some(latest), Some(phase)) = (chart.points.last(), chart.phases.last()) else {
        return Err(Error::TooFew { what: "points", have: 0, need: 1 });
    };
    let marks = rules::evaluate(chart);
    let points: Vec<PointMark> = marks
        .iter()
        .zip(&chart.points)
        .map(|(&marks, point)| PointMark {
            marks,
            judgement: marks
                .first()
                .map(|(_, side)| goal.judge(side, point.value, point.limits.map(|limits| limits.centre))),
            target_met: goal.met(point.value),
        })
        .collect();
    let readable = latest.limits.filter(|_| phase.baseline_points >= FEWEST_POINTS);
    let signal = marks.last().and_then(|marks| marks.first()).filter(|_| readable.is_some());
    let finding = signal.map(|(rule, side)| finding_at(chart, &marks, &points, rule, side));
    let variation = match (readable, finding) {
        (None, _) => Variation::TooFewPoints,
        (Some(_), None) => Variation::Usual,
        (Some(_), Some(finding)) => Variation::Signal { judgement: finding.judgement, side: finding.side },
    };
    let assurance = match (goal, readable) {
        (Goal::NoJudgement | Goal::Higher { target: None } | Goal::Lower { target: None }, _) => Assurance::NoTarget,
        (_, None) => Assurance::TooFewPoints,
        (_, Some(_)) if signal.is_some() => Assurance::Wait,
        (_, Some(limits)) => assurance(goal, limits.low, limits.high),
    };
    let status = status(goal, latest.value, interval);
    let history = history(chart, goal, &marks);
    Ok(Reading { points, variation, assurance, status, finding, history })
}

fn assurance(goal: Goal, low: f64, high: f64) -> Assurance {
    let (meets, misses) = match goal {
        Goal::Higher { target: Some(target) } => (target < low, target > high),
        Goal::Lower { target: Some(target) } => (target > high, target < low),
        Goal::Within { low: from, high: to } => (from < low && high < to, high < from || low > to),
        Goal::Higher { target: None } | Goal::Lower { target: None } | Goal::NoJudgement => {
            return Assurance::NoTarget;
        }
    };
    match (meets, misses) {
        (true, _) => Assurance::WillMeet,
        (_, true) => Assurance::WillMiss,
        _ => Assurance::Sometimes,
    }
}

fn status(goal: Goal, value: f64, interval: Option<&Interval>) -> Status {
    let Some(met) = goal.met(value) else { return Status::NoTarget };
    let whole_interval = |wanted: bool| {
        interval.is_some_and(|interval| {
            // Between two ends outside of a band lies the band itself.
            let spans_the_band =
                matches!(goal, Goal::Within { low, high } if interval.low < low && interval.high > high);
            goal.met(interval.low) == Some(wanted) && goal.met(interval.high) == Some(wanted) && !spans_the_band
        })
    };
    if met { Status::Met { sure: whole_interval(true) } } else { Status::Missed { sure: whole_interval(false) } }
}

/// The stretch that ends at the latest point.
fn finding_at(chart: &Chart, marks: &[Marks], points: &[PointMark], rule: Rule, side: Side) -> Finding {
    let until = chart.points.len() - 1;
    let phase = chart.points[until].phase;
    let belongs = |i: usize| chart.points[i].phase == phase && marks[i].of(rule) == Some(side);
    let mut since = until;
    let mut run_length = 1;
    if rule == Rule::TwoOfThree {
        // The other marked point lies one or two places back; the one between may be unmarked.
        for i in (until.saturating_sub(2)..until).rev().filter(|&i| belongs(i)) {
            since = i;
            run_length += 1;
        }
    } else {
        while since > 0 && belongs(since - 1) {
            since -= 1;
            run_length += 1;
        }
    }
    let judgement = points[until].judgement.unwrap_or(Judgement::NoJudgement);
    Finding { rule, side, judgement, since, until, run_length }
}

/// All marked stretches of all rules.
fn history(chart: &Chart, goal: Goal, marks: &[Marks]) -> Vec<Finding> {
    let mut found = Vec::new();
    for rule in [Rule::Outside, Rule::Trend, Rule::TwoOfThree, Rule::Shift] {
        let mut open: Option<Finding> = None;
        for (i, mark) in marks.iter().enumerate() {
            let Some(side) = mark.of(rule) else { continue };
            match &mut open {
                Some(finding)
                    if finding.until + 1 == i
                        && finding.side == side
                        && chart.points[i].phase == chart.points[finding.until].phase =>
                {
                    finding.until = i;
                    finding.run_length += 1;
                }
                _ => {
                    found.extend(open.take());
                    // Each rule is judged by its own side here, not by that of the rule with the highest priority.
                    let point = chart.points[i];
                    let judgement = goal.judge(side, point.value, point.limits.map(|limits| limits.centre));
                    open = Some(Finding { rule, side, judgement, since: i, until: i, run_length: 1 });
                }
            }
        }
        found.extend(open);
    }
    found.sort_by_key(|finding| (finding.since, finding.rule));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::{Baseline, Phase, Series, Settings, chart};
    use crate::interval::{Level, Method};
    use proptest::prelude::*;

    const D1: [f64; 24] = [
        82.0, 79.0, 84.0, 81.0, 80.0, 83.0, 78.0, 82.0, 81.0, 85.0, 80.0, 79.0, 83.0, 84.0, 86.0, 85.0, 87.0, 86.0,
        88.0, 85.0, 84.0, 86.0, 87.0, 72.0,
    ];

    fn read_values(values: &[f64], phase: Phase, goal: Goal) -> Reading {
        let chart = chart(Series::Values(values), &[phase], &Settings::MAKING_DATA_COUNT).unwrap();
        read(&chart, goal, None).unwrap()
    }

    fn higher(target: f64) -> Goal {
        Goal::Higher { target: Some(target) }
    }

    #[test]
    fn d1_latest_drop_is_worse_and_assurance_waits() {
        let reading = read_values(&D1, Phase::frozen_after(12), higher(80.0));
        assert_eq!(reading.variation, Variation::Signal { judgement: Judgement::Worse, side: Side::Below });
        assert_eq!(reading.assurance, Assurance::Wait);
        assert_eq!(reading.status, Status::Missed { sure: false });
        let finding = reading.finding.unwrap();
        assert_eq!((finding.rule, finding.since, finding.until, finding.run_length), (Rule::Outside, 23, 23, 1));
        assert!(reading.history.iter().any(|old| old.rule == Rule::Shift && old.since == 12 && old.run_length == 11));
    }

    #[test]
    fn a_shift_tells_how_long_it_has_lasted() {
        let reading = read_values(&D1[..22], Phase::frozen_after(12), higher(80.0));
        let finding = reading.finding.unwrap();
        assert_eq!((finding.rule, finding.side, finding.run_length, finding.since), (Rule::Shift, Side::Above, 10, 12));
        assert_eq!(finding.judgement, Judgement::Better);
    }

    #[test]
    fn two_of_three_names_the_other_point() {
        let reading = read_values(&D1[..19], Phase::frozen_after(12), higher(80.0));
        let finding = reading.finding.unwrap();
        assert_eq!((finding.rule, finding.since, finding.run_length), (Rule::TwoOfThree, 16, 2));
    }

    #[test]
    fn direction_turns_the_judgement() {
        let judge = |goal| read_values(&D1, Phase::frozen_after(12), goal).finding.unwrap().judgement;
        assert_eq!(judge(Goal::Lower { target: None }), Judgement::Better);
        assert_eq!(judge(Goal::NoJudgement), Judgement::NoJudgement);
        // The centre is 81.2: a drop to 72 approaches a band around 70 and leaves one around 80.
        assert_eq!(judge(Goal::Within { low: 68.0, high: 75.0 }), Judgement::Better);
        assert_eq!(judge(Goal::Within { low: 78.0, high: 84.0 }), Judgement::Worse);
        assert_eq!(judge(Goal::Within { low: 60.0, high: 95.0 }), Judgement::NoJudgement);
    }

    #[test]
    fn assurance_compares_the_usual_range_with_the_target() {
        // Thirteen points without a signal; limits 72.5 to 89.8 or so.
        let steady = [82.0, 79.0, 84.0, 81.0, 80.0, 83.0, 78.0, 82.0, 81.0, 85.0, 80.0, 79.0, 81.0];
        let assurance = |goal| read_values(&steady, Phase::WHOLE, goal).assurance;
        assert_eq!(assurance(higher(70.0)), Assurance::WillMeet);
        assert_eq!(assurance(higher(81.0)), Assurance::Sometimes);
        assert_eq!(assurance(higher(95.0)), Assurance::WillMiss);
        assert_eq!(assurance(Goal::Lower { target: Some(95.0) }), Assurance::WillMeet);
        assert_eq!(assurance(Goal::Lower { target: Some(70.0) }), Assurance::WillMiss);
        assert_eq!(assurance(Goal::Within { low: 70.0, high: 95.0 }), Assurance::WillMeet);
        assert_eq!(assurance(Goal::Within { low: 80.0, high: 95.0 }), Assurance::Sometimes);
        assert_eq!(assurance(Goal::Within { low: 95.0, high: 99.0 }), Assurance::WillMiss);
        assert_eq!(assurance(Goal::NoJudgement), Assurance::NoTarget);
        assert_eq!(assurance(Goal::Higher { target: None }), Assurance::NoTarget);
        // A target exactly on a limit is neither sure to be met nor sure to be missed.
        let chart = chart(Series::Values(&steady), &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT).unwrap();
        let limits = chart.points[0].limits.unwrap();
        assert_eq!(assurance(higher(limits.low)), Assurance::Sometimes);
        assert_eq!(assurance(higher(limits.high)), Assurance::Sometimes);
    }

    #[test]
    fn exactly_on_target_is_met() {
        assert_eq!(higher(81.0).met(81.0), Some(true));
        assert_eq!(Goal::Lower { target: Some(81.0) }.met(81.0), Some(true));
        assert_eq!(Goal::Within { low: 81.0, high: 82.0 }.met(81.0), Some(true));
        assert_eq!(higher(81.0).met(81.0 - 1e-12), Some(false));
    }

    #[test]
    fn status_is_filled_only_when_the_whole_interval_is_on_one_side() {
        let made = chart(Series::Values(&D1), &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT).unwrap();
        let range = |low, high| Interval { low, high, level: Level::P95, method: Method::Wilson };
        let status = |goal, low, high| read(&made, goal, Some(&range(low, high))).unwrap().status;
        assert_eq!(status(higher(80.0), 68.0, 76.0), Status::Missed { sure: true });
        assert_eq!(status(higher(74.0), 68.0, 76.0), Status::Missed { sure: false });
        assert_eq!(status(higher(70.0), 68.0, 76.0), Status::Met { sure: false });
        assert_eq!(status(higher(68.0), 68.0, 76.0), Status::Met { sure: true });
        // The value 72 lies outside of the band 73 to 74, but its interval reaches over the whole band.
        assert_eq!(status(Goal::Within { low: 73.0, high: 74.0 }, 68.0, 76.0), Status::Missed { sure: false });
        assert_eq!(status(Goal::NoJudgement, 68.0, 76.0), Status::NoTarget);
    }

    #[test]
    fn few_points_say_nothing() {
        let reading = read_values(&[5.0, 6.0, 50.0], Phase::WHOLE, higher(7.0));
        assert_eq!((reading.variation, reading.assurance), (Variation::TooFewPoints, Assurance::TooFewPoints));
        assert_eq!(reading.status, Status::Met { sure: false });
        assert_eq!(reading.finding, None);
        // A new phase starts from nothing, however long the series is.
        let phases = [Phase::WHOLE, Phase { start: 20, baseline: Baseline::All }];
        let made = chart(Series::Values(&D1), &phases, &Settings::MAKING_DATA_COUNT).unwrap();
        assert_eq!(read(&made, higher(80.0), None).unwrap().variation, Variation::TooFewPoints);
    }

    #[test]
    fn impossible_goals_are_refused() {
        let made = chart(Series::Values(&D1), &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT).unwrap();
        assert!(read(&made, higher(f64::NAN), None).is_err());
        assert!(read(&made, Goal::Within { low: 3.0, high: 2.0 }, None).is_err());
    }

    proptest! {
        #[test]
        fn everything_agrees_with_the_latest_mark(values in prop::collection::vec(0.0..10.0_f64, 8..40), target in 0.0..10.0_f64) {
            let reading = read_values(&values, Phase::frozen_after(8), higher(target));
            let latest = reading.points.last().unwrap();
            prop_assert_eq!(reading.finding.is_some(), latest.judgement.is_some());
            match reading.variation {
                Variation::Signal { judgement, .. } => {
                    prop_assert_eq!(Some(judgement), latest.judgement);
                    prop_assert_eq!(reading.assurance, Assurance::Wait);
                },
                Variation::Usual => {
                    prop_assert!(latest.marks.first().is_none());
                    prop_assert_ne!(reading.assurance, Assurance::Wait);
                },
                Variation::TooFewPoints => prop_assert_eq!(reading.assurance, Assurance::TooFewPoints),
            }
            prop_assert_eq!(latest.target_met, Some(*values.last().unwrap() >= target));
            if let Some(finding) = reading.finding {
                prop_assert!(finding.since <= finding.until && finding.until == values.len() - 1);
                prop_assert!(reading.points[finding.since].marks.of(finding.rule) == Some(finding.side));
            }
        }

        #[test]
        fn mirroring_the_measure_mirrors_the_judgement(values in prop::collection::vec(0.0..10.0_f64, 8..40)) {
            let up = read_values(&values, Phase::frozen_after(8), higher(5.0));
            let mirrored: Vec<f64> = values.iter().map(|v| -v).collect();
            let down = read_values(&mirrored, Phase::frozen_after(8), Goal::Lower { target: Some(-5.0) });
            prop_assert_eq!(up.assurance, down.assurance);
            prop_assert_eq!(up.finding.map(|f| (f.rule, f.judgement, f.since)), down.finding.map(|f| (f.rule, f.judgement, f.since)));
        }
    }
}
