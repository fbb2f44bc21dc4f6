//! How many signals a scorecard would show if nothing at all had changed.
//!
//! Any rule marks some points of a stable process. One measure rarely raises a false alarm; sixty of them raise about
//! one every month. A scorecard says so beside its signals.

use super::rules::evaluate;
use super::{Phase, Series, Settings, chart};
use crate::error::{Result, require_count, require_within};
use crate::random::Generator;

/// Points, and the share of stable series (independent, normal) whose latest point is marked with moving limits, for
/// [`Settings::MAKING_DATA_COUNT`] and [`Settings::guarded`]. From 200,000 series each; standard error 0.0003.
const RATES: [(usize, f64, f64); 6] = [
    (8, 0.0137, 0.0137),
    (12, 0.0142, 0.0142),
    (18, 0.0155, 0.0109),
    (24, 0.0165, 0.0127),
    (36, 0.0172, 0.0137),
    (60, 0.0179, 0.0152),
];

/// Points behind a frozen baseline, and the share of stable series (independent, normal) whose latest point is marked,
/// for [`Settings::guarded`]. The mean over baselines of 12, 18 and 24 points, from 40,000 series each; standard error
/// 0.0003. Single baselines lie within 0.003 of it. Baselines of fewer than ten points reach 2.8 %.
const FROZEN_RATES: [(usize, f64); 6] =
    [(1, 0.0043), (3, 0.0052), (6, 0.0062), (9, 0.0081), (12, 0.0093), (24, 0.0096)];

/// What to expect of a scorecard on which nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FalseAlarms {
    /// Expected number of measures whose latest point is marked.
    pub expected: f64,
    /// Probability that at least one is, taking measures as independent.
    pub chance_of_any: f64,
}

/// Adds up the false-alarm rates of the measures of a scorecard.
///
/// ```
/// use evenkeel_stats::control::false_alarms::on_scorecard;
///
/// let sixty = on_scorecard(&[0.016; 60])?;
/// assert!((sixty.expected - 0.96).abs() < 1e-12);
/// assert!((sixty.chance_of_any - 0.620).abs() < 1e-3);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn on_scorecard(rates: &[f64]) -> Result<FalseAlarms> {
    for &rate in rates {
        require_within("false-alarm rate", rate, 0.0, 1.0)?;
    }
    Ok(FalseAlarms {
        expected: rates.iter().sum(),
        chance_of_any: 1.0 - rates.iter().map(|rate| 1.0 - rate).product::<f64>(),
    })
}

/// The share of stable series whose latest point is marked, with moving limits, interpolated from a table for the two
/// named settings. `None` for other settings (use [`simulated_rate`]), and for fewer points than the table has.
#[must_use]
pub fn latest_point_rate(points: usize, settings: &Settings) -> Option<f64> {
    let guarded = Settings::guarded(settings.guards.period);
    let column = |row: &(usize, f64, f64)| {
        if *settings == Settings::MAKING_DATA_COUNT {
            Some(row.1)
        } else if *settings == guarded {
            Some(row.2)
        } else {
            None
        }
    };
    let after = RATES.iter().find(|row| row.0 >= points).or(RATES.last())?;
    let before = RATES.iter().rev().find(|row| row.0 <= points)?;
    let (low, high) = (column(before)?, column(after)?);
    if after.0 <= before.0 {
        return Some(low);
    }
    let part = (points - before.0) as f64 / (after.0 - before.0) as f64;
    Some(low + part * (high - low))
}

/// The share of stable series whose latest point is marked, `after` points behind a frozen baseline of 12 points or
/// more, with the product's settings; `None` for a point inside the baseline.
#[must_use]
pub fn frozen_latest_point_rate(after: usize) -> Option<f64> {
    let before = FROZEN_RATES.iter().rev().find(|row| row.0 <= after)?;
    let next = FROZEN_RATES.iter().find(|row| row.0 >= after).or(FROZEN_RATES.last())?;
    if next.0 <= before.0 {
        return Some(before.1);
    }
    let part = (after - before.0) as f64 / (next.0 - before.0) as f64;
    Some(before.1 + part * (next.1 - before.1))
}

/// The share of simulated stable series (independent, normal) whose latest point is marked.
pub fn simulated_rate(points: usize, phase: Phase, settings: &Settings, replicates: usize, seed: u64) -> Result<f64> {
    require_count("replicates", replicates, 1)?;
    let mut generator = Generator::from_seed(seed);
    let mut values = vec![0.0; points];
    let mut marked = 0_usize;
    for _ in 0..replicates {
        values.fill_with(|| generator.normal());
        let made = chart(Series::Values(&values), &[phase], settings)?;
        if evaluate(&made).last().is_some_and(|marks| marks.first().is_some()) {
            marked += 1;
        }
    }
    Ok(marked as f64 / replicates as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_agrees_with_a_simulation() {
        for settings in [Settings::MAKING_DATA_COUNT, Settings::guarded(Some(12))] {
            let simulated = simulated_rate(24, Phase::WHOLE, &settings, 6_000, 24).unwrap();
            let table = latest_point_rate(24, &settings).unwrap();
            assert!((simulated - table).abs() < 0.006, "{simulated} against {table}");
        }
    }

    #[test]
    fn the_table_of_frozen_baselines_agrees_with_a_simulation() {
        let settings = Settings::guarded(Some(12));
        for (baseline, after) in [(12, 1), (12, 6), (24, 12), (18, 30)] {
            let phase = Phase::frozen_after(baseline);
            let simulated = simulated_rate(baseline + after, phase, &settings, 6_000, 24).unwrap();
            let table = frozen_latest_point_rate(after).unwrap();
            assert!((simulated - table).abs() < 0.007, "{baseline} and {after}: {simulated} against {table}");
        }
        assert_eq!(frozen_latest_point_rate(0), None);
        assert_eq!(frozen_latest_point_rate(400), Some(0.0096));
    }

    /// worked example 1.8: 1.6 % of stable 24-point charts have their latest point marked (20,000 repeats).
    #[test]
    fn latest_point_of_24() {
        let rate = latest_point_rate(24, &Settings::MAKING_DATA_COUNT).unwrap();
        assert!((rate - 0.016).abs() < 0.002, "{rate}");
    }

    /// worked example 1.8, 20,000 repeats in numpy: outside, trend, two of three, shift, any rule, in percent.
    #[test]
    fn any_point_of_a_stable_chart() {
        let rows =
            [(12, [5.2, 0.2, 1.7, 1.3, 7.1]), (24, [9.6, 0.6, 3.4, 8.4, 18.5]), (36, [12.9, 1.1, 5.1, 16.6, 29.2])];
        let count = 4_000;
        for (points, want) in rows {
            let mut generator = Generator::from_seed(points as u64);
            let mut found = [0.0; 5];
            for _ in 0..count {
                let values: Vec<f64> = (0..points).map(|_| generator.normal()).collect();
                let any = rules_of_any_point(&values);
                let marked = [any[0], any[1], any[2], any[3], any.contains(&true)];
                for (sum, marked) in found.iter_mut().zip(marked) {
                    *sum += 100.0 * f64::from(u8::from(marked)) / f64::from(count);
                }
            }
            for (got, want) in found.iter().zip(want) {
                assert!((got - want).abs() < 2.2, "{points} points: {found:?}");
            }
        }
    }

    /// worked example 1.8: with an autocorrelation of 0.5, 70.6 % of charts with 24 points carry some mark.
    #[test]
    fn autocorrelated_charts_are_mostly_marked() {
        let mut generator = Generator::from_seed(5);
        let mut marked = 0;
        for _ in 0..2_000 {
            let mut at = generator.normal();
            let values: Vec<f64> = (0..24)
                .map(|_| {
                    at = 0.5 * at + 0.75_f64.sqrt() * generator.normal();
                    at
                })
                .collect();
            marked += u32::from(rules_of_any_point(&values).contains(&true));
        }
        assert!((f64::from(marked) / 20.0 - 70.6).abs() < 3.5, "{marked}");
    }

    /// Whether outside, trend, two of three, shift mark any point.
    fn rules_of_any_point(values: &[f64]) -> [bool; 4] {
        let made = chart(Series::Values(values), &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT).unwrap();
        let marks = evaluate(&made);
        [
            marks.iter().any(|mark| mark.outside.is_some()),
            marks.iter().any(|mark| mark.trend.is_some()),
            marks.iter().any(|mark| mark.two_of_three.is_some()),
            marks.iter().any(|mark| mark.shift.is_some()),
        ]
    }

    #[test]
    fn the_table_is_interpolated_and_ends() {
        let settings = Settings::MAKING_DATA_COUNT;
        assert_eq!(latest_point_rate(7, &settings), None);
        assert_eq!(latest_point_rate(500, &settings), Some(RATES[5].1));
        let between = latest_point_rate(30, &settings).unwrap();
        let (one, other) = (RATES[3].1, RATES[4].1);
        assert!(between >= one.min(other) && between <= one.max(other));
        assert_eq!(latest_point_rate(24, &Settings::QICHARTS), None);
    }

    #[test]
    fn rates_must_be_probabilities() {
        assert!(on_scorecard(&[1.2]).is_err());
        assert_eq!(on_scorecard(&[]).unwrap().expected, 0.0);
    }
}
