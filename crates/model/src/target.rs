//! Baselines, targets, stretch targets and deadlines.

use jiff::civil::Date;

use crate::period::Period;

/// Where to get to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// A value, in stored units.
    At(f64),
    /// A share of the baseline more (0.15 is 15 % more) or less (negative).
    Relative(f64),
    /// So much more or less than the baseline, in stored units.
    Change(f64),
}

impl Goal {
    /// The value to reach; none when it depends on a baseline that is not known.
    #[must_use]
    pub fn resolve(self, baseline: Option<f64>) -> Option<f64> {
        match self {
            Goal::At(value) => Some(value),
            Goal::Relative(share) => baseline.map(|baseline| baseline * (1.0 + share)),
            Goal::Change(difference) => baseline.map(|baseline| baseline + difference),
        }
    }
}

/// Where a unit came from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Baseline {
    /// A value, in stored units.
    At(f64),
    /// The unit's own value in a past period.
    Measured(Period),
}

/// How a value becomes a score from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Normalisation {
    /// Goal and red flag where both are given, else baseline and target, else met or not; a band for a measure
    /// that is best within a range.
    #[default]
    Automatic,
    /// 0 at the baseline, 100 at the target.
    BaselineToTarget,
    /// 33.3 at the red flag, 66.7 at the target, on in both directions.
    GoalAndRedFlag,
    /// 100 inside the range, falling to 0 one width of the range outside, or at the red flags.
    Band,
    /// 100 when met, else 0.
    Binary,
}

/// What one unit is to reach with one measure.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TargetPlan {
    /// Where it came from.
    pub baseline: Option<Baseline>,
    /// Where it is to be.
    pub target: Option<Goal>,
    /// Beyond the target.
    pub stretch: Option<Goal>,
    /// Where it becomes unacceptable.
    pub red_flag: Option<Goal>,
    /// The last day by which the target is to be reached.
    pub by: Option<Date>,
    /// Values on the way to the target, in the order of time.
    pub milestones: Vec<Milestone>,
}

/// A value on the way to a target.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Milestone {
    /// The last day by which it is to be reached.
    pub by: Date,
    /// The value.
    pub goal: Goal,
}

impl TargetPlan {
    /// This plan, with what it leaves open taken from another one. Milestones belong to their target and deadline, so
    /// those of the other plan hold only where this one has neither.
    #[must_use]
    pub fn or(&self, other: &TargetPlan) -> TargetPlan {
        TargetPlan {
            baseline: self.baseline.or(other.baseline),
            target: self.target.or(other.target),
            stretch: self.stretch.or(other.stretch),
            red_flag: self.red_flag.or(other.red_flag),
            by: self.by.or(other.by),
            milestones: if self.milestones.is_empty() && self.target.is_none() && self.by.is_none() {
                other.milestones.clone()
            } else {
                self.milestones.clone()
            },
        }
    }

    /// The plan in values, once the measured baseline is known.
    #[must_use]
    pub fn resolve(&self, measured_baseline: Option<f64>) -> ResolvedTargets {
        let baseline = match self.baseline {
            Some(Baseline::At(value)) => Some(value),
            Some(Baseline::Measured(_)) => measured_baseline,
            None => None,
        };
        let value = |goal: Option<Goal>| goal.and_then(|goal| goal.resolve(baseline));
        ResolvedTargets {
            baseline,
            target: value(self.target),
            stretch: value(self.stretch),
            red_flag: value(self.red_flag),
            by: self.by,
        }
    }
}

/// A target plan in stored values.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ResolvedTargets {
    /// Where it came from.
    pub baseline: Option<f64>,
    /// Where it is to be.
    pub target: Option<f64>,
    /// Beyond the target.
    pub stretch: Option<f64>,
    /// Where it becomes unacceptable.
    pub red_flag: Option<f64>,
    /// The last day by which the target is to be reached.
    pub by: Option<Date>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milestones_go_with_their_target() {
        let milestone = Milestone { by: Date::constant(2026, 6, 30), goal: Goal::At(40.0) };
        let everyone =
            TargetPlan { target: Some(Goal::At(39.0)), milestones: vec![milestone], ..TargetPlan::default() };
        let baseline = TargetPlan { baseline: Some(Baseline::At(50.0)), ..TargetPlan::default() };
        assert_eq!(baseline.or(&everyone).milestones, [milestone]);
        let target = TargetPlan { target: Some(Goal::At(45.0)), ..TargetPlan::default() };
        assert_eq!(target.or(&everyone).milestones, []);
    }

    #[test]
    fn goals_relative_to_the_baseline() {
        let plan = TargetPlan {
            baseline: Some(Baseline::At(52.0)),
            target: Some(Goal::Relative(-0.25)),
            stretch: Some(Goal::Change(-20.0)),
            ..TargetPlan::default()
        };
        let resolved = plan.resolve(None);
        assert_eq!(resolved.target, Some(39.0));
        assert_eq!(resolved.stretch, Some(32.0));
        let unknown = TargetPlan { baseline: None, ..plan };
        assert_eq!(unknown.resolve(Some(52.0)).target, None);
    }
}
