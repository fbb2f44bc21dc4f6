//! Targets over time: the way from the baseline to the target, and where a measure will be at the deadline.

use jiff::civil::Date;

use crate::measure::Direction;
use crate::period::Period;
use crate::scoring::{self, Status};
use crate::target::{Baseline, TargetPlan};

/// The way to a target: days with the values to be reached by then, straight lines in between.
#[derive(Debug, Clone, PartialEq)]
pub struct Trajectory {
    /// In the order of time; the last one is the target at its deadline. In stored units.
    steps: Vec<(Date, f64)>,
}

impl Trajectory {
    /// The way that a plan lays down; none without a target in values or without a deadline. It begins with a baseline
    /// that was measured in a period, because such a one has a day, else with the first milestone.
    #[must_use]
    pub fn of(plan: &TargetPlan, measured_baseline: Option<f64>) -> Option<Self> {
        let targets = plan.resolve(measured_baseline);
        let (target, by) = (targets.target?, targets.by?);
        let mut steps = Vec::new();
        if let (Some(Baseline::Measured(period)), Some(value)) = (plan.baseline, targets.baseline) {
            steps.push((period.last_day(), value));
        }
        for milestone in &plan.milestones {
            steps.push((milestone.by, milestone.goal.resolve(targets.baseline)?));
        }
        steps.push((by, target));
        steps.windows(2).all(|pair| pair[0].0 < pair[1].0).then_some(Self { steps })
    }

    /// The last day, and the value to be reached by then.
    #[must_use]
    pub fn deadline(&self) -> Option<(Date, f64)> {
        self.steps.last().copied()
    }

    /// The steps in the order of time, the deadline last.
    #[must_use]
    pub fn steps(&self) -> &[(Date, f64)] {
        &self.steps
    }

    /// Where a measure should be on a day; none before the way begins. Behind the deadline the target stays.
    #[must_use]
    pub fn at(&self, day: Date) -> Option<f64> {
        let after = self.steps.iter().position(|(by, _)| *by >= day);
        let Some(after) = after else { return self.deadline().map(|(_, target)| target) };
        let (to_day, to) = self.steps[after];
        if to_day == day {
            return Some(to);
        }
        let (from_day, from) = *self.steps.get(after.checked_sub(1)?)?;
        let whole = f64::from((to_day - from_day).get_days());
        let gone = f64::from((day - from_day).get_days());
        Some(from + (to - from) * gone / whole)
    }

    /// The first step that lies behind a day.
    #[must_use]
    pub fn next_after(&self, day: Date) -> Option<(Date, f64)> {
        self.steps.iter().find(|(by, _)| *by > day).copied()
    }
}

/// Where a measure stands on the way to its target.
#[derive(Debug, Clone, PartialEq)]
pub struct OnTheWay {
    /// The way.
    pub trajectory: Trajectory,
    /// Where the measure should be at the end of the period; none before the way begins.
    pub expected: Option<f64>,
    /// Whether it is there.
    pub status: Status,
}

impl OnTheWay {
    /// Holds the value of a period against the way.
    #[must_use]
    pub fn new(
        trajectory: Trajectory,
        period: Period,
        value: Option<f64>,
        likely_range: Option<(f64, f64)>,
        better: Direction,
    ) -> Self {
        let expected = trajectory.at(period.last_day());
        let status = scoring::status(value, likely_range, expected, better);
        Self { trajectory, expected, status }
    }
}

/// Where a measure will be at a deadline, as far as its past can tell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// The period that ends with or holds the deadline.
    pub period: Period,
    /// So many periods lie between the latest figure and that one.
    pub ahead: usize,
    /// So many figures the forecast rests on.
    pub points: usize,
    /// Lower end of the range in which the figure will lie in eight of ten such cases, in stored units.
    pub low: f64,
    /// As likely exceeded as not.
    pub median: f64,
    /// Upper end of that range.
    pub high: f64,
    /// How likely the figure of that period meets the target; none where neither way is better.
    pub chance: Option<f64>,
}

/// Why there is no forecast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoForecast {
    /// The deadline does not lie behind the latest figure.
    DeadlineReached,
    /// There are too few figures.
    TooFew {
        /// So many.
        have: usize,
        /// So many are needed.
        need: usize,
    },
    /// The deadline lies farther ahead than figures reach back.
    TooFar {
        /// So many figures there are.
        have: usize,
        /// So many periods lie ahead.
        ahead: usize,
    },
    /// All figures are the same, so nothing is known about how they vary.
    NoVariation,
    /// There is no series: the latest period has no figure, too many before it have none, or the period is a span.
    NoSeries,
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::period::FiscalYear;
    use crate::target::{Goal, Milestone};

    fn plan() -> TargetPlan {
        TargetPlan {
            baseline: Some(Baseline::Measured(Period::parse("2025-10", FiscalYear::default()).unwrap())),
            target: Some(Goal::At(90.0)),
            by: Some(date(2026, 12, 31)),
            milestones: vec![Milestone { by: date(2026, 6, 30), goal: Goal::Change(8.0) }],
            ..TargetPlan::default()
        }
    }

    #[test]
    fn the_way_is_straight_between_its_steps() {
        let way = Trajectory::of(&plan(), Some(80.0)).unwrap();
        assert_eq!(way.steps(), [(date(2025, 10, 31), 80.0), (date(2026, 6, 30), 88.0), (date(2026, 12, 31), 90.0)]);
        assert_eq!(way.at(date(2025, 10, 30)), None);
        assert_eq!(way.at(date(2025, 10, 31)), Some(80.0));
        // 121 of 242 days.
        assert_eq!(way.at(date(2026, 3, 1)), Some(84.0));
        assert_eq!(way.at(date(2026, 12, 31)), Some(90.0));
        assert_eq!(way.at(date(2027, 5, 1)), Some(90.0));
        assert_eq!(way.next_after(date(2026, 6, 30)), Some((date(2026, 12, 31), 90.0)));
        assert_eq!(way.next_after(date(2026, 12, 31)), None);
    }

    #[test]
    fn without_target_or_deadline_there_is_no_way() {
        assert_eq!(Trajectory::of(&TargetPlan { by: None, ..plan() }, Some(80.0)), None);
        assert_eq!(Trajectory::of(&TargetPlan { target: None, ..plan() }, Some(80.0)), None);
        // A milestone relative to a baseline that is not known.
        assert_eq!(Trajectory::of(&plan(), None), None);
        let late = TargetPlan { by: Some(date(2026, 3, 31)), ..plan() };
        assert_eq!(Trajectory::of(&late, Some(80.0)), None);
    }

    #[test]
    fn a_value_is_held_against_the_way() {
        let october = Period::parse("2025-10", FiscalYear::default()).unwrap();
        let status = |value: f64, range: Option<(f64, f64)>| {
            let way = Trajectory::of(&plan(), Some(80.0)).unwrap();
            OnTheWay::new(way, october, Some(value), range, Direction::Higher).status
        };
        assert_eq!(status(80.0, Some((80.0, 81.0))), Status::Met);
        assert_eq!(status(79.0, Some((78.0, 81.0))), Status::MissedPerhapsByChance);
        assert_eq!(status(79.0, Some((78.0, 79.5))), Status::Missed);
    }
}
