//! Scores: from a value and its targets to 0…100, and from measures to objectives, legs and the whole.
//!
//! *Performance* says how good a value is, from 0 to 100. *Progress* says how much of the way from baseline to
//! target has been gone, unclamped. The two are different questions and are never mixed.
//!
//! Rolling up takes the weighted geometric mean, so that a strong measure cannot fully buy back a weak one.
//! Missing scores leave the mean and their weight is shared among the others; how much weight was present is
//! stated as the coverage.

use crate::measure::Direction;
use crate::target::{Normalisation, ResolvedTargets};

/// Whether the target is met. Values are compared unrounded, and exactly on target counts as met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// On the right side, and so is the whole likely range where one is known.
    Met,
    /// On the right side, but the likely range includes the target.
    MetPerhapsByChance,
    /// On the wrong side, but the likely range includes the target.
    MissedPerhapsByChance,
    /// On the wrong side, and so is the whole likely range where one is known.
    Missed,
    /// There is a value but no target.
    NoTarget,
    /// There is no value.
    NoData,
}

/// Compares a value with a target. `likely` is its interval, where one is known.
#[must_use]
pub fn status(value: Option<f64>, likely: Option<(f64, f64)>, target: Option<f64>, better: Direction) -> Status {
    let Some(value) = value else { return Status::NoData };
    let meets = |value: f64| better.meets(value, target);
    let Some(met) = meets(value) else { return Status::NoTarget };
    let sure = likely.is_none_or(|(low, high)| meets(low) == Some(met) && meets(high) == Some(met));
    // A likely range that spans a whole band has both ends outside of it, on different sides.
    let spans_band = match (better, likely) {
        (Direction::Within { low, high }, Some((from, to))) => !met && from < low && to > high,
        _ => false,
    };
    match (met, sure && !spans_band) {
        (true, true) => Status::Met,
        (true, false) => Status::MetPerhapsByChance,
        (false, false) => Status::MissedPerhapsByChance,
        (false, true) => Status::Missed,
    }
}

/// The share of the way from baseline to target that has been gone: 0 at the baseline, 1 at the target,
/// negative when it went the other way. None when the two are equal.
#[must_use]
pub fn progress(value: f64, baseline: f64, target: f64) -> Option<f64> {
    (target != baseline).then(|| (value - baseline) / (target - baseline))
}

/// 33.3 at the red flag, 66.7 at the goal, on with the same slope to 0 and 100. Works in both directions.
#[must_use]
pub fn goal_and_red_flag(value: f64, goal: f64, red_flag: f64) -> Option<f64> {
    let share = progress(value, red_flag, goal)?;
    Some(((1.0 + share) * 100.0 / 3.0).clamp(0.0, 100.0))
}

/// 0 at the baseline, 100 at the target, straight between them.
#[must_use]
pub fn baseline_to_target(value: f64, baseline: f64, target: f64) -> Option<f64> {
    progress(value, baseline, target).map(|share| (share * 100.0).clamp(0.0, 100.0))
}

/// 100 inside the range, falling straight to 0 at the two outer points.
#[must_use]
pub fn band(value: f64, low: f64, high: f64, outer_low: f64, outer_high: f64) -> f64 {
    if value < low {
        baseline_to_target(value, outer_low, low).unwrap_or(0.0)
    } else if value > high {
        baseline_to_target(value, outer_high, high).unwrap_or(0.0)
    } else {
        100.0
    }
}

/// Whether the baseline lies where the target wants to be, or beyond it: then no way leads from one to the other.
#[must_use]
pub fn baseline_meets_target(targets: &ResolvedTargets, better: Direction) -> bool {
    match (targets.baseline, targets.target, better) {
        (Some(baseline), Some(target), Direction::Higher) => baseline >= target,
        (Some(baseline), Some(target), Direction::Lower) => baseline <= target,
        _ => false,
    }
}

/// Whether the red flag lies on the worse side of the target, where alone it makes sense.
fn flag_is_worse(target: f64, red_flag: f64, better: Direction) -> bool {
    match better {
        Direction::Higher => red_flag < target,
        Direction::Lower => red_flag > target,
        Direction::Within { .. } | Direction::Neither => false,
    }
}

/// The target and the red flag, where both are given and the flag lies on the worse side.
#[must_use]
pub fn target_and_red_flag(targets: &ResolvedTargets, better: Direction) -> Option<(f64, f64)> {
    targets.target.zip(targets.red_flag).filter(|&(target, flag)| flag_is_worse(target, flag, better))
}

/// The performance of a value, 0 to 100; none when the targets do not suffice to work one out, and none for a
/// measure of which neither way is better.
#[must_use]
pub fn performance(
    value: f64,
    targets: &ResolvedTargets,
    better: Direction,
    normalisation: Normalisation,
) -> Option<f64> {
    if better == Direction::Neither {
        return None;
    }
    let linear = || {
        let (baseline, target) = (targets.baseline?, targets.target?);
        // Nowhere to go: the target was already reached when it was set.
        if baseline_meets_target(targets, better) {
            return binary(value, targets, better);
        }
        baseline_to_target(value, baseline, target)
    };
    let flagged = || {
        let (target, flag) = target_and_red_flag(targets, better)?;
        goal_and_red_flag(value, target, flag)
    };
    let banded = || match better {
        Direction::Within { low, high } => {
            let width = high - low;
            let (outer_low, outer_high) = match targets.red_flag {
                Some(flag) if flag < low => (flag, high + (low - flag)),
                Some(flag) if flag > high => (low - (flag - high), flag),
                _ => (low - width, high + width),
            };
            Some(band(value, low, high, outer_low, outer_high))
        }
        _ => None,
    };
    match normalisation {
        Normalisation::BaselineToTarget => linear(),
        Normalisation::GoalAndRedFlag => flagged(),
        Normalisation::Band => banded(),
        Normalisation::Binary => binary(value, targets, better),
        Normalisation::Automatic => banded().or_else(flagged).or_else(linear),
    }
}

fn binary(value: f64, targets: &ResolvedTargets, better: Direction) -> Option<f64> {
    match status(Some(value), None, targets.target, better) {
        Status::Met => Some(100.0),
        Status::Missed => Some(0.0),
        _ => None,
    }
}

/// A score that was put together from others.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// 0 to 100; none when no part has one.
    pub value: Option<f64>,
    /// The share of the weight for which there was a score, 0 to 1.
    pub coverage: f64,
    /// The lowest score among the parts.
    pub minimum: Option<f64>,
}

/// Weighted geometric mean of the scores that are present: exp(Σ w ln max(s, floor) / Σ w).
///
/// Parts without a score leave the mean; parts whose weight is not positive never count.
#[must_use]
pub fn roll_up(parts: &[(f64, Option<f64>)], floor: f64) -> Score {
    let mut all_weight = 0.0;
    let mut weight = 0.0;
    let mut logarithms = 0.0;
    let mut minimum: Option<f64> = None;
    for &(part_weight, score) in parts {
        if part_weight <= 0.0 {
            continue;
        }
        all_weight += part_weight;
        if let Some(score) = score {
            weight += part_weight;
            logarithms += part_weight * score.max(floor).ln();
            minimum = Some(minimum.map_or(score, |lowest| lowest.min(score)));
        }
    }
    Score {
        value: (weight > 0.0).then(|| (logarithms / weight).exp()),
        coverage: if all_weight > 0.0 { weight / all_weight } else { 0.0 },
        minimum,
    }
}

/// How far the legs, weight and score of each, lie apart: highest minus lowest score. None with fewer than two
/// scores. Legs whose weight is not positive never count.
#[must_use]
pub fn spread(legs: &[(f64, Option<f64>)]) -> Option<f64> {
    let present: Vec<f64> = legs.iter().filter(|(weight, _)| *weight > 0.0).filter_map(|(_, score)| *score).collect();
    if present.len() < 2 {
        return None;
    }
    let highest = present.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let lowest = present.iter().copied().fold(f64::INFINITY, f64::min);
    Some(highest - lowest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 5e-5, "{a} is not {b}");
    }

    /// Worked by hand.
    #[test]
    fn worked_values() {
        near(baseline_to_target(50.0, 0.0, 200.0).unwrap(), 25.0);
        near(baseline_to_target(50.0, 200.0, 0.0).unwrap(), 75.0);
        near(progress(75.0, 60.0, 90.0).unwrap(), 0.5);
        near(progress(28.0, 40.0, 20.0).unwrap(), 0.6);
        for (value, score) in [
            (300.0, 0.0),
            (400.0, 16.667),
            (500.0, 33.333),
            (600.0, 50.0),
            (700.0, 66.667),
            (800.0, 83.333),
            (900.0, 100.0),
            (950.0, 100.0),
        ] {
            assert!((goal_and_red_flag(value, 700.0, 500.0).unwrap() - score).abs() < 5e-4);
        }
        for (value, score) in [(0.0, 100.0), (20.0, 66.667), (30.0, 50.0), (40.0, 33.333), (60.0, 0.0)] {
            assert!((goal_and_red_flag(value, 20.0, 40.0).unwrap() - score).abs() < 5e-4);
        }
        // Missing child, weights 3, 2, 1: the arithmetic mean would be 72.5; the coverage is 4 of 6.
        let score = roll_up(&[(3.0, Some(80.0)), (2.0, None), (1.0, Some(50.0))], 5.0);
        near(score.value.unwrap(), (80f64.powi(3) * 50.0).powf(0.25));
        near(score.coverage, 4.0 / 6.0);
        let score = roll_up(&[(1.0, Some(90.0)), (1.0, Some(80.0)), (1.0, Some(20.0))], 5.0);
        assert!((score.value.unwrap() - 52.41).abs() < 5e-3);
        near(score.minimum.unwrap(), 20.0);
        near(spread(&[(1.0, Some(48.0)), (1.0, Some(66.0)), (2.0, Some(77.0))]).unwrap(), 29.0);
        // A leg without weight does not decide the balance.
        near(spread(&[(0.0, Some(10.0)), (1.0, Some(66.0)), (2.0, Some(77.0))]).unwrap(), 11.0);
    }

    #[test]
    fn one_zero_does_not_erase_a_leg() {
        let score = roll_up(&[(1.0, Some(80.0)), (1.0, Some(0.0))], 5.0);
        near(score.value.unwrap(), 20.0);
        near(score.minimum.unwrap(), 0.0);
    }

    #[test]
    fn nothing_to_put_together() {
        let empty = Score { value: None, coverage: 0.0, minimum: None };
        assert_eq!(roll_up(&[], 5.0), empty);
        assert_eq!(roll_up(&[(1.0, None)], 5.0), empty);
        assert_eq!(roll_up(&[(0.0, Some(50.0))], 5.0), empty);
        assert_eq!(spread(&[(1.0, Some(1.0)), (1.0, None)]), None);
    }

    #[test]
    fn exactly_on_target_is_met() {
        assert_eq!(status(Some(0.82), None, Some(0.82), Direction::Higher), Status::Met);
        assert_eq!(status(Some(0.82), None, Some(0.82), Direction::Lower), Status::Met);
        assert_eq!(status(Some(0.819_999), None, Some(0.82), Direction::Higher), Status::Missed);
        let band = Direction::Within { low: 0.10, high: 0.15 };
        assert_eq!(status(Some(0.15), None, None, band), Status::Met);
        assert_eq!(status(Some(0.16), None, None, band), Status::Missed);
    }

    #[test]
    fn a_likely_range_that_includes_the_target_leaves_doubt() {
        let up = Direction::Higher;
        assert_eq!(status(Some(0.85), Some((0.80, 0.90)), Some(0.82), up), Status::MetPerhapsByChance);
        assert_eq!(status(Some(0.85), Some((0.83, 0.90)), Some(0.82), up), Status::Met);
        assert_eq!(status(Some(0.80), Some((0.75, 0.85)), Some(0.82), up), Status::MissedPerhapsByChance);
        assert_eq!(status(Some(0.80), Some((0.75, 0.81)), Some(0.82), up), Status::Missed);
        let band = Direction::Within { low: 0.10, high: 0.15 };
        assert_eq!(status(Some(0.16), Some((0.05, 0.27)), None, band), Status::MissedPerhapsByChance);
    }

    #[test]
    fn bands_fall_on_both_sides() {
        let better = Direction::Within { low: 10.0, high: 15.0 };
        let score = |value, red_flag| {
            performance(
                value,
                &ResolvedTargets { red_flag, ..ResolvedTargets::default() },
                better,
                Normalisation::Automatic,
            )
            .unwrap()
        };
        near(score(12.0, None), 100.0);
        near(score(7.5, None), 50.0);
        near(score(17.5, None), 50.0);
        near(score(30.0, None), 0.0);
        near(score(17.0, Some(19.0)), 50.0);
        near(score(8.0, Some(19.0)), 50.0);
    }

    #[test]
    fn what_targets_suffice() {
        let score = |targets, normalisation| performance(80.0, &targets, Direction::Higher, normalisation);
        let target_only = ResolvedTargets { target: Some(82.0), ..ResolvedTargets::default() };
        assert_eq!(score(target_only, Normalisation::Automatic), None);
        assert_eq!(score(target_only, Normalisation::Binary), Some(0.0));
        let both = ResolvedTargets { baseline: Some(70.0), red_flag: Some(74.0), ..target_only };
        near(score(both, Normalisation::Automatic).unwrap(), 58.33333);
        near(score(both, Normalisation::BaselineToTarget).unwrap(), 83.33333);
        let reached = ResolvedTargets { baseline: Some(82.0), ..target_only };
        assert_eq!(score(reached, Normalisation::Automatic), Some(0.0));
    }

    #[test]
    fn a_baseline_beyond_the_target_does_not_turn_the_score_round() {
        let targets = ResolvedTargets { baseline: Some(90.0), target: Some(82.0), ..ResolvedTargets::default() };
        let score = |value| performance(value, &targets, Direction::Higher, Normalisation::Automatic);
        assert_eq!(score(95.0), Some(100.0));
        assert_eq!(score(82.0), Some(100.0));
        assert_eq!(score(80.0), Some(0.0));
        let lower = |value| performance(value, &targets, Direction::Lower, Normalisation::Automatic);
        near(lower(86.0).unwrap(), 50.0);
    }

    #[test]
    fn a_red_flag_on_the_better_side_gives_no_score() {
        let targets = ResolvedTargets { target: Some(82.0), red_flag: Some(90.0), ..ResolvedTargets::default() };
        for normalisation in [Normalisation::Automatic, Normalisation::GoalAndRedFlag] {
            assert_eq!(performance(95.0, &targets, Direction::Higher, normalisation), None);
        }
        let with_baseline = ResolvedTargets { baseline: Some(72.0), ..targets };
        near(performance(77.0, &with_baseline, Direction::Higher, Normalisation::Automatic).unwrap(), 50.0);
    }

    #[test]
    fn what_gives_context_has_no_score() {
        let targets = ResolvedTargets {
            baseline: Some(70.0),
            target: Some(82.0),
            red_flag: Some(74.0),
            ..ResolvedTargets::default()
        };
        for normalisation in [
            Normalisation::Automatic,
            Normalisation::BaselineToTarget,
            Normalisation::GoalAndRedFlag,
            Normalisation::Band,
            Normalisation::Binary,
        ] {
            assert_eq!(performance(80.0, &targets, Direction::Neither, normalisation), None);
        }
    }

    proptest! {
        #[test]
        fn better_values_never_score_lower(a in -1e3..1e3f64, b in -1e3..1e3f64, goal in -1e3..1e3f64, red in -1e3..1e3f64) {
            prop_assume!((goal - red).abs() > 1e-6);
            let better = if goal > red { Direction::Higher } else { Direction::Lower };
            let (worse, fine) = if (a <= b) == (goal > red) { (a, b) } else { (b, a) };
            for normalisation in [Normalisation::GoalAndRedFlag, Normalisation::BaselineToTarget, Normalisation::Binary] {
                let targets = ResolvedTargets { baseline: Some(red), target: Some(goal), red_flag: Some(red), ..ResolvedTargets::default() };
                let low = performance(worse, &targets, better, normalisation).unwrap();
                let high = performance(fine, &targets, better, normalisation).unwrap();
                prop_assert!(low <= high);
                prop_assert!((0.0..=100.0).contains(&low) && (0.0..=100.0).contains(&high));
            }
        }

        #[test]
        fn the_mean_lies_between_its_parts_and_knows_no_order(mut parts in prop::collection::vec((0.1..5.0f64, prop::option::of(5.0..100.0f64)), 1..8)) {
            let score = roll_up(&parts, 5.0);
            parts.reverse();
            let reversed = roll_up(&parts, 5.0);
            if let Some(value) = score.value {
                let present: Vec<f64> = parts.iter().filter_map(|part| part.1).collect();
                let lowest = present.iter().copied().fold(f64::INFINITY, f64::min);
                let highest = present.iter().copied().fold(0.0, f64::max);
                prop_assert!(value >= lowest - 1e-9 && value <= highest + 1e-9);
                prop_assert!((value - reversed.value.unwrap()).abs() < 1e-9);
            }
            prop_assert!((0.0..=1.0 + 1e-12).contains(&score.coverage));
        }
    }
}
