//! What each person or unit achieved, beside what all would have achieved with the same cases.

use evenkeel_model::comparison::Family;
use evenkeel_model::measure::Measure;
use evenkeel_model::period::Period;
use evenkeel_model::reading::{Reading, Subject};
use evenkeel_stats::case_mix::{self, Stratum};
use evenkeel_stats::compare::{self, MeanRecord, RateRecord, Settings, ShareRecord, Standard};
use evenkeel_stats::funnel::Scale;
use evenkeel_stats::interval::mean::Moments;
use evenkeel_stats::interval::proportion::Proportion;
use evenkeel_stats::interval::rate::Events;

use super::strata::Strata;
use crate::EngineError;
use crate::readings::Who;

/// Numbers of one group of like cases: what the readings of all families are made of.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    /// Successes, events, or the sum of values.
    above: f64,
    /// Observations or exposure.
    below: f64,
    squares: f64,
}

impl Sums {
    fn of(reading: &Reading) -> Self {
        Self {
            above: reading.numerator.unwrap_or(0.0),
            below: reading.denominator.unwrap_or(0.0),
            squares: reading.sum_of_squares.unwrap_or(0.0),
        }
    }

    fn add(&mut self, other: &Self) {
        self.above += other.above;
        self.below += other.below;
        self.squares += other.squares;
    }

    fn rate(&self) -> Option<f64> {
        (self.below > 0.0).then(|| self.above / self.below)
    }
}

/// One period of a person or unit.
#[derive(Debug, Clone, Copy)]
struct Record {
    sums: Sums,
    /// What all would have had with the same cases; none without a case mix.
    expected: Option<f64>,
}

/// The review periods of all who are compared, the latest last.
#[derive(Debug, Clone)]
pub(super) struct Histories {
    family: Family,
    pub(super) subjects: Vec<(Subject, Who)>,
    records: Vec<Vec<Option<Record>>>,
}

impl Histories {
    /// Reads the periods of all.
    pub(super) fn read(
        strata: &Strata,
        family: Family,
        subjects: &[(Subject, Who)],
        periods: &[Period],
        measure: &Measure,
    ) -> Self {
        let mut records: Vec<Vec<Option<Record>>> = vec![Vec::with_capacity(periods.len()); subjects.len()];
        let count = strata.stores().len();
        let adjusts = count > 1;
        for period in periods {
            // By person or unit, then by group of like cases.
            let mut own = vec![Sums::default(); subjects.len() * count];
            let mut all = vec![Sums::default(); count];
            for (stratum, store) in strata.stores().iter().enumerate() {
                let Some(with_parts) = store.with_parts(&measure.id) else { continue };
                for (place, (_, who)) in subjects.iter().enumerate() {
                    if let Ok(reading) = store.reading_of(with_parts, *who, *period) {
                        let sums = Sums::of(&reading);
                        own[place * count + stratum] = sums;
                        all[stratum].add(&sums);
                    }
                }
            }
            for (place, (history, (_, who))) in records.iter_mut().zip(subjects).enumerate() {
                let own = &own[place * count..(place + 1) * count];
                let mut sums = Sums::default();
                for stratum in own {
                    sums.add(stratum);
                }
                let told = sums.below > 0.0 && strata.tells(*who, *period);
                history.push(
                    told.then(|| Record { sums, expected: if adjusts { expected(family, own, &all) } else { None } }),
                );
            }
        }
        Self { family, subjects: subjects.to_vec(), records }
    }

    /// Leaves out those who had nothing in any of the periods.
    pub(super) fn keep_those_with_any(&mut self) {
        let any: Vec<bool> = self.records.iter().map(|history| history.iter().any(Option::is_some)).collect();
        let mut keep = any.iter().copied();
        self.subjects.retain(|_| keep.next().unwrap_or(false));
        let mut keep = any.iter().copied();
        self.records.retain(|_| keep.next().unwrap_or(false));
    }

    /// The same without what is expected of anybody's cases.
    pub(super) fn without_case_mix(&self) -> Self {
        let mut plain = self.clone();
        for record in plain.records.iter_mut().flatten().flatten() {
            record.expected = None;
        }
        plain
    }

    /// The figure of all in the latest period.
    pub(super) fn of_all(&self) -> Option<f64> {
        let mut sums = Sums::default();
        for record in self.records.iter().filter_map(|history| history.last()?.as_ref()) {
            sums.add(&record.sums);
        }
        sums.rate()
    }

    /// On which scale figures of the family vary by chance alike; none where too little is known of that.
    pub(super) fn scale(&self) -> Result<Option<Scale>, EngineError> {
        Ok(match self.family {
            Family::Shares => Some(Scale::Shares),
            Family::Rates => Some(Scale::Rates),
            Family::Means => {
                let variance = compare::pooled_variance(&self.convert(mean)?);
                (variance > 0.0).then_some(Scale::Means { variance })
            }
        })
    }

    /// What all would have had with the cases of each in the latest period.
    pub(super) fn expected_now(&self) -> Vec<Option<f64>> {
        self.records
            .iter()
            .map(|history| history.last().copied().flatten().and_then(|record| record.expected))
            .collect()
    }

    /// Lets the statistics compare.
    pub(super) fn compare(&self, standard: Standard, settings: &Settings) -> Result<compare::Comparison, EngineError> {
        let found = match self.family {
            Family::Shares => compare::shares(&self.convert(share)?, standard, settings),
            Family::Rates => compare::rates(&self.convert(rate)?, standard, settings),
            Family::Means => compare::means(&self.convert(mean)?, standard, settings),
        };
        Ok(found?)
    }

    fn convert<T>(
        &self,
        convert: impl Fn(&Record) -> Result<T, evenkeel_stats::Error>,
    ) -> Result<Vec<Vec<Option<T>>>, EngineError> {
        let mut converted = Vec::with_capacity(self.records.len());
        for history in &self.records {
            let mut own = Vec::with_capacity(history.len());
            for record in history {
                own.push(record.as_ref().map(&convert).transpose()?);
            }
            converted.push(own);
        }
        Ok(converted)
    }
}

fn share(record: &Record) -> Result<ShareRecord, evenkeel_stats::Error> {
    let share = Proportion::new(record.sums.above.round() as u64, record.sums.below.round() as u64)?;
    Ok(ShareRecord { share, expected: record.expected })
}

fn rate(record: &Record) -> Result<RateRecord, evenkeel_stats::Error> {
    let events = Events::new(record.sums.above.round() as u64, record.sums.below)?;
    Ok(RateRecord { events, expected: record.expected })
}

fn mean(record: &Record) -> Result<MeanRecord, evenkeel_stats::Error> {
    let Sums { above, below, squares } = record.sums;
    let count = below.round() as u64;
    // A single value has a mean, and no variance of its own.
    let moments = if count > 1 {
        Moments::from_sums(count, above, squares)?
    } else {
        Moments { count, mean: above, variance: 0.0 }
    };
    Ok(MeanRecord { moments, expected: record.expected })
}

/// What all would have had with the same cases; none where that cannot be told.
fn expected(family: Family, own: &[Sums], all: &[Sums]) -> Option<f64> {
    match family {
        Family::Shares => {
            let strata = |sums: &[Sums]| -> Vec<Stratum> {
                sums.iter()
                    .map(|sums| Stratum { successes: sums.above.round() as u64, total: sums.below.round() as u64 })
                    .collect()
            };
            let total: f64 = all.iter().map(|sums| sums.below).sum();
            // In groups where all went well or nothing did, the next case may still go the other way.
            let least = 0.5 / (total + 1.0);
            let share = match case_mix::indirect(&strata(own), &strata(all)) {
                Ok(found) => found.expected_share(),
                Err(_) => 0.0,
            };
            Some(share.clamp(least, 1.0 - least))
        }
        Family::Rates => {
            let exposures: Vec<f64> = own.iter().map(|sums| sums.below).collect();
            let reference: Vec<Option<f64>> = all.iter().map(Sums::rate).collect();
            let exposure: f64 = all.iter().map(|sums| sums.below).sum();
            Some(case_mix::expected_rate(&exposures, &reference).ok()?.max(0.5 / (exposure + 1.0)))
        }
        Family::Means => {
            let counts: Vec<u64> = own.iter().map(|sums| sums.below.round() as u64).collect();
            let values: Vec<f64> = own.iter().map(|sums| sums.above).collect();
            let reference: Vec<Option<f64>> = all.iter().map(Sums::rate).collect();
            Some(case_mix::indirect_means(&counts, &values, &reference).ok()?.expected)
        }
    }
}
