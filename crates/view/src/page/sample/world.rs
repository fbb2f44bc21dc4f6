//! Readings that are made up, but always in the same way.

use std::collections::BTreeMap;

use evenkeel_model::evaluation::Readings;
use evenkeel_model::ids::MeasureId;
use evenkeel_model::period::Period;
use evenkeel_model::reading::{Missing, Reading, Subject};
use evenkeel_model::signal::{Question, Signal, periods_of_history};

use super::signals;

/// The course of one measure in one unit.
#[derive(Debug, Clone)]
pub(super) struct Series {
    /// The last value, in stored units.
    pub value: f64,
    /// Half the width of its likely range.
    pub half: f64,
    /// The value two years before.
    pub start: f64,
    /// How far single months stray.
    pub noise: f64,
    /// The change against the month before.
    pub step: f64,
    /// How many rows there are each month.
    pub n: u64,
    /// How many of the newest months are silent.
    pub silent: i32,
    /// For how many months there are figures at all.
    pub known: i32,
}

/// What was recorded.
#[derive(Debug, Clone)]
pub(super) struct World {
    /// The period in which every series has its value.
    pub newest: Period,
    /// Whether likely ranges are known.
    pub ranges: bool,
    /// Whether signals are looked for.
    pub signals: bool,
    /// The series, by measure and subject.
    pub series: BTreeMap<(String, String), Series>,
}

impl World {
    pub(super) fn silence(&mut self, measure: &str, months: i32) {
        for ((id, _), series) in &mut self.series {
            if id == measure {
                series.silent = months;
            }
        }
    }

    fn find(&self, measure: &MeasureId, subject: &Subject) -> Option<&Series> {
        self.series.get(&(measure.to_string(), subject.to_string()))
    }

    /// How many months before the newest one.
    fn age(&self, period: Period) -> i32 {
        let months = |period: Period| i32::from(period.start().year()) * 12 + i32::from(period.start().month());
        months(self.newest) - months(period)
    }
}

impl Series {
    fn value(&self, age: i32, seed: u64) -> f64 {
        match age {
            0 => self.value,
            1 => self.value - self.step,
            age => {
                let share = f64::from(24 - age.clamp(0, 24)) / 24.0;
                let middle = self.start + (self.value - self.start) * share;
                middle + self.noise * jitter(seed, age as u64)
            }
        }
    }
}

impl Readings for World {
    fn reading(&self, measure: &MeasureId, subject: &Subject, period: Period) -> Result<Reading, Missing> {
        let series = self.find(measure, subject).ok_or(Missing::NotAtThisLevel)?;
        let age = self.age(period);
        if age < series.silent || age >= series.known {
            return Err(Missing::NoRows);
        }
        let seed = measure.as_str().bytes().map(u64::from).sum();
        Ok(Reading { n: series.n, value: Some(series.value(age, seed)), ..Reading::EMPTY })
    }

    fn likely_range(&self, measure: &MeasureId, subject: &Subject, period: Period) -> Option<(f64, f64)> {
        let series = self.find(measure, subject)?;
        (self.ranges && series.half > 0.0 && self.age(period) >= series.silent)
            .then_some((series.value - series.half, series.value + series.half))
    }

    fn signal(&self, question: &Question<'_>) -> Option<Signal> {
        if !self.signals {
            return None;
        }
        let periods = question.period.trailing(periods_of_history(question.period.grain()));
        let known = periods.into_iter().filter_map(|period| {
            let reading = self.reading(question.measure, question.subject, period).ok()?;
            Some((period, reading.value?))
        });
        signals::read(question, &known.collect::<Vec<_>>())
    }
}

/// From −1 to 1, the same for the same arguments.
fn jitter(seed: u64, step: u64) -> f64 {
    let mut state = (seed << 8 | step).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    state ^= state >> 29;
    state = state.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state ^= state >> 32;
    (state % 2001) as f64 / 1000.0 - 1.0
}
