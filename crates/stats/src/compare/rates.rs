//! Comparison of events per exposure: complaints per 1,000 contacts, errors per case.

use super::{Borrowed, Comparison, Dispersion, Evidence, Judged, OwnRecord, Settings, Standard, latest, stand};
use crate::error::{Result, require_count, require_positive};
use crate::interval::rate::Events;
use crate::shrinkage::poisson_gamma::{Row, fit_rows};
use crate::shrinkage::{Estimation, Posterior};

/// One period of a person or unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateRecord {
    /// Events and exposure.
    pub events: Events,
    /// The rate that the reference would have had with the same cases; `None` where no adjustment is made.
    pub expected: Option<f64>,
}

/// The prior that lets a record speak for itself (Jeffreys): half an event.
const OWN: f64 = 0.5;

/// Compares rates, as [`super::shares`] does shares. Lines move in proportion to the expected rate. The minimum number of
/// observations is compared with the exposure.
pub fn rates(histories: &[Vec<Option<RateRecord>>], standard: Standard, settings: &Settings) -> Result<Comparison> {
    standard.check()?;
    settings.check()?;
    require_count("people or units", histories.len(), 1)?;
    for line in [standard.recognition, standard.minimum] {
        require_positive("line of the standard", line)?;
    }
    for expected in histories.iter().flatten().flatten().filter_map(|record| record.expected) {
        require_positive("expected rate", expected)?;
    }
    let reference = reference(histories);
    let factor = |record: &RateRecord, back: usize| match (record.expected, reference.get(back).copied().flatten()) {
        (Some(expected), Some(of_all)) => expected / of_all,
        _ => 1.0,
    };
    let dispersion = if settings.ups_and_downs { dispersion(histories, settings.review_periods, &factor) } else { 1.0 };
    let now = |history: &Vec<Option<RateRecord>>| history.last().copied().flatten();
    // Events and exposure at the mix of all, with less weight where periods vary more than by chance.
    let row = |record: &RateRecord| Row {
        events: record.events.count() as f64 / dispersion,
        exposure: record.events.exposure() * factor(record, 0) / dispersion,
    };
    let rows: Vec<Row> = histories.iter().filter_map(now).map(|record| row(&record)).collect();
    let fitted = if rows.len() < 3 { None } else { fit_rows(&rows, Estimation::BoundaryAvoiding).ok() };
    let standings = histories
        .iter()
        .map(|history| {
            let Some(record) = now(history) else { return super::blank(0.0, f64::NAN, f64::NAN) };
            let own = row(&record);
            let alone = Posterior::Gamma { shape: own.events + OWN, rate: own.exposure };
            let posterior = fitted.map_or(alone, |fitted| fitted.posterior(&own));
            // The posterior is at the mix of all already, so the lines stay where they are.
            let lines = [standard.recognition, standard.minimum];
            let evidence = Evidence {
                observations: record.events.exposure(),
                figure: record.events.estimate(),
                like_for_like: record.events.estimate() / factor(&record, 0),
                judged: Judged::of(posterior, lines, standard, settings, |rate| rate),
                own: own_record(history, standard, settings, dispersion, &factor),
            };
            stand(&evidence, settings)
        })
        .collect();
    let borrowed = fitted.map(|fitted| Borrowed {
        mean: fitted.prior.mean,
        spread: fitted.prior.variance().sqrt(),
        weight: fitted.prior.rate(),
    });
    Comparison::new(standings, borrowed, dispersion, standard, settings)
}

/// Expected rate over all, by periods back from the latest.
fn reference(histories: &[Vec<Option<RateRecord>>]) -> Vec<Option<f64>> {
    let longest = histories.iter().map(Vec::len).max().unwrap_or(0);
    let mut sums = vec![(0.0, 0.0); longest];
    for history in histories {
        for (back, record) in history.iter().rev().enumerate() {
            if let Some(record) = record
                && let Some(expected) = record.expected
            {
                sums[back].0 += record.events.exposure() * expected;
                sums[back].1 += record.events.exposure();
            }
        }
    }
    sums.into_iter().map(|(expected, exposure)| (exposure > 0.0).then(|| expected / exposure)).collect()
}

fn dispersion(
    histories: &[Vec<Option<RateRecord>>],
    periods: usize,
    factor: &impl Fn(&RateRecord, usize) -> f64,
) -> f64 {
    let mut found = Dispersion::default();
    let mut squares = Vec::with_capacity(periods);
    for history in histories {
        let recent = history.iter().rev().take(periods).enumerate();
        let records = || recent.clone().filter_map(|(back, record)| record.map(|record| (back, record)));
        let (mut events, mut exposure) = (0.0, 0.0);
        for (back, record) in records() {
            events += record.events.count() as f64;
            exposure += record.events.exposure() * factor(&record, back);
        }
        if events == 0.0 {
            continue;
        }
        squares.clear();
        for (back, record) in records() {
            let expected = events / exposure * record.events.exposure() * factor(&record, back);
            squares.push((record.events.count() as f64 - expected).powi(2) / expected);
        }
        found.add(&squares);
    }
    found.ratio()
}

fn own_record(
    history: &[Option<RateRecord>],
    standard: Standard,
    settings: &Settings,
    dispersion: f64,
    factor: &impl Fn(&RateRecord, usize) -> f64,
) -> OwnRecord {
    let recent = latest(history, settings.review_periods);
    let (mut events, mut exposure) = (0.0, 0.0);
    let (mut missed, mut judged) = (0, 0);
    for (back, record) in recent.iter().rev().enumerate() {
        let Some(record) = record else { continue };
        if record.events.exposure() < settings.minimum_observations {
            continue;
        }
        let scale = factor(record, back);
        judged += 1;
        missed += usize::from(standard.misses(record.events.estimate(), standard.minimum * scale));
        events += record.events.count() as f64 / dispersion;
        exposure += record.events.exposure() * scale / dispersion;
    }
    let posterior = Posterior::Gamma { shape: events + OWN, rate: exposure };
    let complete = judged == settings.review_periods;
    OwnRecord { met: complete.then(|| standard.met(posterior, standard.minimum)), missed }
}

#[cfg(test)]
mod tests {
    use super::super::{Better, State};
    use super::*;

    /// Complaints per contact: three in a hundred deserve recognition, six are the limit.
    const STANDARD: Standard = Standard { recognition: 0.03, minimum: 0.06, better: Better::Lower };

    #[expect(clippy::unnecessary_wraps, reason = "histories are made of options")]
    fn record(count: u64, exposure: f64, expected: Option<f64>) -> Option<RateRecord> {
        Some(RateRecord { events: Events::new(count, exposure).unwrap(), expected })
    }

    fn histories() -> Vec<Vec<Option<RateRecord>>> {
        let mut all: Vec<_> = [20, 22, 19, 24, 21].into_iter().map(|c| vec![record(c, 500.0, None); 3]).collect();
        all.push(vec![record(60, 500.0, None), record(55, 500.0, None), record(62, 500.0, None)]);
        all.push(vec![record(5, 500.0, None), record(4, 500.0, None), record(3, 500.0, None)]);
        all.push(vec![record(1, 10.0, None); 3]);
        all
    }

    #[test]
    fn few_complaints_are_recognised_and_many_looked_at() {
        let found = rates(&histories(), STANDARD, &Settings::default()).unwrap();
        let state = |i: usize| found.standings[i].state;
        assert_eq!(
            [state(0), state(5), state(6), state(7)],
            [State::OnStandard, State::Review, State::Recognise, State::NotEnoughData]
        );
        let estimate = found.standings[5].estimate.unwrap();
        assert!(estimate < 62.0 / 500.0 && estimate > found.mean.unwrap(), "pulled towards all: {estimate}");
        assert!(found.standings[6].interval.unwrap().contains(found.standings[6].estimate.unwrap()));
    }

    #[test]
    fn hard_cases_raise_the_line() {
        let mut all = histories();
        for history in &mut all {
            history.iter_mut().flatten().for_each(|record| record.expected = Some(0.04));
        }
        // Twice the complaints, where three times as many were to be expected.
        all.push(vec![record(40, 500.0, Some(0.12)); 3]);
        let found = rates(&all, STANDARD, &Settings::default()).unwrap();
        assert_ne!(found.standings[8].state, State::Review);
        assert!(found.standings[8].estimate.unwrap() < found.standings[0].estimate.unwrap());
        let crude = rates(&histories(), STANDARD, &Settings::default()).unwrap();
        assert_eq!(crude.standings[5].state, State::Review);
    }

    #[test]
    fn without_others_a_record_stands_for_itself() {
        let alone = rates(&[vec![record(2, 400.0, None)]], STANDARD, &Settings::default()).unwrap();
        assert_eq!((alone.mean, alone.standings[0].state), (None, State::Recognise));
        assert!((alone.standings[0].estimate.unwrap() - 2.5 / 400.0).abs() < 1e-12);
    }

    #[test]
    fn impossible_standards_are_refused() {
        assert!(rates(&histories(), Standard { minimum: 0.0, ..STANDARD }, &Settings::default()).is_err());
        assert!(rates(&histories(), Standard { recognition: 0.07, ..STANDARD }, &Settings::default()).is_err());
        assert!(rates(&[vec![record(1, 50.0, Some(0.0))]], STANDARD, &Settings::default()).is_err());
    }
}
