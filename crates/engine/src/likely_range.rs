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
use evenkeel_stats::interval::{Level, mean, net_promoter, order_statistic, proportion, rate};
use hashbrown::HashMap;

const LEVEL: Level = Level::P95;

/// What is kept from one reading to the next: limits that follow from a count alone take a thousand times longer to work
/// out than to look up, and the readings of people repeat few counts.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// By the number of events, the interval for an exposure of one.
    events: HashMap<u64, (f64, f64)>,
    /// By the number of values, half the width of the interval of a mean in standard errors.
    halves: HashMap<u64, f64>,
}

impl Known {
    fn rate(&mut self, rate: Events, events: u64, exposure: f64) -> Option<(f64, f64)> {
        let (low, high) = match self.events.get(&events) {
            Some(known) => *known,
            None => {
                let interval = rate::mid_p(rate, LEVEL);
                let of_one = (interval.low * exposure, interval.high * exposure);
                self.events.insert(events, of_one);
                of_one
            }
        };
        finite(low / exposure, high / exposure)
    }

    fn mean(&mut self, reading: &Reading) -> Option<(f64, f64)> {
        let sample = Moments::from_sums(reading.n, reading.numerator?, reading.sum_of_squares?).ok()?;
        let error = sample.standard_error();
        // Equal values say nothing about how far others may lie.
        if error <= 0.0 {
            return None;
        }
        let half = match self.halves.get(&reading.n) {
            Some(known) => *known,
            None => {
                let half = mean::student(sample, LEVEL).ok()?.width() / 2.0 / error;
                self.halves.insert(reading.n, half);
                half
            }
        };
        let value = reading.value?;
        finite(value - half * error, value + half * error)
    }
}

fn finite(low: f64, high: f64) -> Option<(f64, f64)> {
    (low.is_finite() && high.is_finite()).then_some((low, high))
}

/// The interval of a reading, in the unit of its value. None where there is no method: for sums and stocks, which are
/// counted and not sampled, for ratios of two sums, for what is worked out from other measures, and where there are too
/// few rows.
/// For a quantile see [`of_quantile`].
pub(crate) fn of(formula: &Formula, reading: &Reading, known: &mut Known) -> Option<(f64, f64)> {
    reading.value?;
    let interval = match formula {
        Formula::Share { .. } | Formula::Retention { .. } | Formula::Cohort { .. } => {
            let share = Proportion::new(whole(reading.numerator?)?, whole(reading.denominator?)?).ok()?;
            proportion::wilson(share, LEVEL)
        }
        Formula::Count { .. } => {
            let events = whole(reading.numerator?)?;
            return known.rate(Events::new(events, 1.0).ok()?, events, 1.0);
        }
        Formula::Rate { events, .. } => {
            if !matches!(events.amount, Amount::Count) {
                return None;
            }
            let (events, exposure) = (whole(reading.numerator?)?, reading.denominator?);
            return known.rate(Events::new(events, exposure).ok()?, events, exposure);
        }
        Formula::Mean { .. } => return known.mean(reading),
        Formula::NetPromoterScore { .. } => {
            // Promoters count one, detractors minus one: the squares count both.
            let (balance, both) = (reading.numerator?, reading.sum_of_squares?);
            let promoters = whole(both.midpoint(balance))?;
            let detractors = whole(both.midpoint(-balance))?;
            let passives = reading.n.checked_sub(promoters + detractors)?;
            net_promoter::score(NetPromoter::new(promoters, passives, detractors).ok()?, LEVEL)
        }
        Formula::Quantile { .. }
        | Formula::Sum { .. }
        | Formula::Ratio { .. }
        | Formula::Stock { .. }
        | Formula::Distinct { .. }
        | Formula::OfMeasures { .. }
        | Formula::Composite(_) => return None,
    };
    finite(interval.low, interval.high)
}

/// The interval of a quantile, from the single values behind it. None where there are too few.
pub(crate) fn of_quantile(values: &[f64], at: f64) -> Option<(f64, f64)> {
    let interval = order_statistic::interval(values, at, LEVEL).ok()?;
    finite(interval.low, interval.high)
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
            conditions: Vec::new(),
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
        let known = &mut Known::default();
        // 45 of 50 by Wilson.
        let share = Formula::Share { rows: rows(), of: Expression("score >= 4".to_owned()) };
        close(of(&share, &reading(45.0, 50.0, 50, None), known), (0.7864, 0.9565));
        let nps = Formula::NetPromoterScore { rows: rows(), of: score() };
        // 50 promoters, 20 detractors of 100.
        let (low, high) = of(&nps, &reading(30.0, 100.0, 100, Some(70.0)), known).unwrap();
        assert!(low < 0.30 && high > 0.30 && high - low > 0.25 && high - low < 0.35, "{low} to {high}");
        let mean = Formula::Mean { rows: rows(), of: score() };
        // 1, 2, 3, 4, 5: mean 3, standard deviation 1.5811, t with 4 degrees of freedom 2.7764.
        close(of(&mean, &reading(15.0, 5.0, 5, Some(55.0)), known), (1.03677, 4.96323));
        assert_eq!(of(&mean, &reading(15.0, 5.0, 5, Some(45.0)), known), None);
        // The sixth and the fifteenth of twenty.
        let values = "3 5 7 8 8 9 10 11 12 12 13 14 15 18 21 25 33 41 60 120";
        let values: Vec<f64> = values.split(' ').map(|value| value.parse().unwrap()).collect();
        close(of_quantile(&values, 0.5), (9.0, 21.0));
        assert_eq!(of_quantile(&[1.0, 2.0], 0.5), None);
        let sum = Formula::Sum { rows: rows(), of: score() };
        assert_eq!(of(&sum, &reading(10.0, 1.0, 20, None), known), None);
        assert_eq!(of(&share, &Reading::EMPTY, known), None);
    }

    /// What is kept changes no interval: a second reading with the same count and another exposure, or another spread.
    #[test]
    fn what_is_kept_is_what_is_worked_out() {
        let events = Amount::Count;
        let side = || evenkeel_model::measure::Side { rows: rows(), amount: events.clone() };
        let rate = Formula::Rate { events: side(), exposure: side(), per: 1.0 };
        let mean = Formula::Mean { rows: rows(), of: Expression("score".to_owned()) };
        let kept = &mut Known::default();
        for found in [reading(7.0, 2.0, 7, None), reading(7.0, 350.0, 7, None), reading(0.0, 4.0, 4, None)] {
            let anew = of(&rate, &found, &mut Known::default()).unwrap();
            let (low, high) = of(&rate, &found, kept).unwrap();
            assert!((low - anew.0).abs() < 1e-12 && (high - anew.1).abs() < 1e-9, "{low} to {high}, not {anew:?}");
        }
        for found in [reading(15.0, 5.0, 5, Some(55.0)), reading(20.0, 5.0, 5, Some(99.0))] {
            let anew = of(&mean, &found, &mut Known::default()).unwrap();
            let (low, high) = of(&mean, &found, kept).unwrap();
            assert!((low - anew.0).abs() < 1e-9 && (high - anew.1).abs() < 1e-9, "{low} to {high}, not {anew:?}");
        }
    }
}
