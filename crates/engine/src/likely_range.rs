//! How far a reading can be trusted: the interval that encloses the true value in 95 of 100 uses.
//!
//! Which method belongs to which kind of measure is decided here; the methods themselves are those of
//! [`evenkeel_stats::interval`]. All take the rows behind a reading for independent of each other.

use evenkeel_model::measure::{Amount, Formula};
use evenkeel_model::reading::Reading;
use evenkeel_stats::interval::mean::Moments;
use evenkeel_stats::interval::net_promoter::NetPromoter;
use evenkeel_stats::interval::proportion::Proportion;
use evenkeel_stats::interval::rate::Events;
use evenkeel_stats::interval::{Interval, Level, mean, net_promoter, order_statistic, proportion, rate};

const LEVEL: Level = Level::P95;

/// The interval of a reading, in the unit of its value. None where there is no method: for sums and stocks, which are
/// counted and not sampled, for ratios of two sums, for what is worked out from other measures, and where there are too
/// few rows.
///
/// `values` gives the single values behind a quantile.
pub(crate) fn of(formula: &Formula, reading: &Reading, values: impl FnOnce() -> Vec<f64>) -> Option<(f64, f64)> {
    reading.value?;
    let interval = match formula {
        Formula::Share { .. } | Formula::Retention { .. } | Formula::Cohort { .. } => {
            let share = Proportion::new(whole(reading.numerator?)?, whole(reading.denominator?)?).ok()?;
            proportion::wilson(share, LEVEL)
        }
        Formula::Count { .. } => rate::mid_p(Events::new(whole(reading.numerator?)?, 1.0).ok()?, LEVEL),
        Formula::Rate { events, .. } => {
            if !matches!(events.amount, Amount::Count) {
                return None;
            }
            rate::mid_p(Events::new(whole(reading.numerator?)?, reading.denominator?).ok()?, LEVEL)
        }
        Formula::Mean { .. } => mean_of(reading)?,
        Formula::NetPromoterScore { .. } => {
            // Promoters count one, detractors minus one: the squares count both.
            let (balance, both) = (reading.numerator?, reading.sum_of_squares?);
            let promoters = whole(both.midpoint(balance))?;
            let detractors = whole(both.midpoint(-balance))?;
            let passives = reading.n.checked_sub(promoters + detractors)?;
            net_promoter::score(NetPromoter::new(promoters, passives, detractors).ok()?, LEVEL)
        }
        Formula::Quantile { at, .. } => order_statistic::interval(&values(), *at, LEVEL).ok()?,
        Formula::Sum { .. }
        | Formula::Ratio { .. }
        | Formula::Stock { .. }
        | Formula::Distinct { .. }
        | Formula::OfMeasures { .. }
        | Formula::Composite(_) => return None,
    };
    (interval.low.is_finite() && interval.high.is_finite()).then_some((interval.low, interval.high))
}

fn mean_of(reading: &Reading) -> Option<Interval> {
    let sample = Moments::from_sums(reading.n, reading.numerator?, reading.sum_of_squares?).ok()?;
    // Equal values say nothing about how far others may lie.
    if sample.standard_error() <= 0.0 {
        return None;
    }
    mean::student(sample, LEVEL).ok()
}

fn whole(number: f64) -> Option<u64> {
    (number >= 0.0 && number.is_finite()).then(|| number.round() as u64)
}

#[cfg(test)]
mod tests {
    use evenkeel_model::measure::{Expression, Rows};

    use super::*;

    fn rows() -> Rows {
        Rows {
            table: "responses".to_owned(),
            condition: None,
            period_of: Expression("answered_at".to_owned()),
            person: None,
            unit: None,
        }
    }

    fn reading(numerator: f64, denominator: f64, n: u64, sum_of_squares: Option<f64>) -> Reading {
        let value = Some(numerator / denominator);
        Reading { numerator: Some(numerator), denominator: Some(denominator), n, value, sum_of_squares }
    }

    #[track_caller]
    fn close(found: Option<(f64, f64)>, expected: (f64, f64)) {
        let (low, high) = found.unwrap();
        assert!((low - expected.0).abs() < 5e-5 && (high - expected.1).abs() < 5e-5, "{low} to {high}");
    }

    #[test]
    fn each_kind_has_its_method() {
        let score = || Expression("score".to_owned());
        // 45 of 50 by Wilson.
        let share = Formula::Share { rows: rows(), of: Expression("score >= 4".to_owned()) };
        close(of(&share, &reading(45.0, 50.0, 50, None), Vec::new), (0.7864, 0.9565));
        let nps = Formula::NetPromoterScore { rows: rows(), of: score() };
        // 50 promoters, 20 detractors of 100.
        let (low, high) = of(&nps, &reading(30.0, 100.0, 100, Some(70.0)), Vec::new).unwrap();
        assert!(low < 0.30 && high > 0.30 && high - low > 0.25 && high - low < 0.35, "{low} to {high}");
        let mean = Formula::Mean { rows: rows(), of: score() };
        // 1, 2, 3, 4, 5: mean 3, standard deviation 1.5811, t with 4 degrees of freedom 2.7764.
        close(of(&mean, &reading(15.0, 5.0, 5, Some(55.0)), Vec::new), (1.03677, 4.96323));
        assert_eq!(of(&mean, &reading(15.0, 5.0, 5, Some(45.0)), Vec::new), None);
        let quantile = Formula::Quantile {
            rows: rows(),
            of: score(),
            at: 0.5,
            method: evenkeel_model::measure::QuantileMethod::NearestRank,
        };
        // The sixth and the fifteenth of twenty.
        let values = "3 5 7 8 8 9 10 11 12 12 13 14 15 18 21 25 33 41 60 120";
        let values = values.split(' ').map(|value| value.parse().unwrap()).collect();
        close(of(&quantile, &reading(12.0, 1.0, 20, None), || values), (9.0, 21.0));
        assert_eq!(of(&quantile, &reading(10.0, 1.0, 2, None), || vec![1.0, 2.0]), None);
        let sum = Formula::Sum { rows: rows(), of: score() };
        assert_eq!(of(&sum, &reading(10.0, 1.0, 20, None), Vec::new), None);
        assert_eq!(of(&share, &Reading::EMPTY, Vec::new), None);
    }
}
