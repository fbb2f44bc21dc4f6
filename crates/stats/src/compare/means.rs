//! Comparison of means: quality scores, ratings, logarithms of handling times.

use super::{Better, Borrowed, Comparison, Dispersion, Evidence, Judged, OwnRecord, Settings, Standard, latest, stand};
use crate::distribution;
use crate::error::{Result, require_count, require_finite};
use crate::interval::mean::Moments;
use crate::shrinkage::Posterior;
use crate::shrinkage::normal_normal::{Method, Model, fit};

/// One period of a person or unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeanRecord {
    /// Number, mean and variance of the observations.
    pub moments: Moments,
    /// The mean that the reference would have had with the same cases; `None` where no adjustment is made.
    pub expected: Option<f64>,
}

/// Compares means, as [`super::shares`] does shares. Lines move by the difference of the expected mean from that of all.
///
/// The variance of single observations is pooled over all people and units: a person with few observations that happen
/// to agree is not more certain than others.
pub fn means(histories: &[Vec<Option<MeanRecord>>], standard: Standard, settings: &Settings) -> Result<Comparison> {
    standard.check()?;
    settings.check()?;
    require_count("people or units", histories.len(), 1)?;
    for record in histories.iter().flatten().flatten() {
        require_finite("mean", &[record.moments.mean, record.moments.variance, record.expected.unwrap_or(0.0)])?;
        require_count("observations", record.moments.count as usize, 1)?;
    }
    let pooled = pooled_variance(histories);
    crate::error::require_positive("variance of observations", pooled)?;
    let reference = reference(histories);
    let shift = |record: &MeanRecord, back: usize| match (record.expected, reference.get(back).copied().flatten()) {
        (Some(expected), Some(of_all)) => expected - of_all,
        _ => 0.0,
    };
    let dispersion =
        if settings.ups_and_downs { dispersion(histories, settings.review_periods, pooled, &shift) } else { 1.0 };
    let now = |history: &Vec<Option<MeanRecord>>| history.last().copied().flatten();
    let variance = |record: &MeanRecord| pooled * dispersion / record.moments.count as f64;
    let (values, variances): (Vec<f64>, Vec<f64>) = histories
        .iter()
        .filter_map(now)
        .map(|record| (record.moments.mean - shift(&record, 0), variance(&record)))
        .unzip();
    let model = if values.len() < 3 { None } else { fit(&values, &variances, Method::PauleMandel).ok() };
    let standings = histories
        .iter()
        .map(|history| {
            let Some(record) = now(history) else { return Ok(super::blank(0.0, f64::NAN, f64::NAN)) };
            let moved = shift(&record, 0);
            // The posterior is at the mix of all already, so the lines stay where they are.
            let posterior = posterior(model.as_ref(), record.moments.mean - moved, variance(&record))?;
            let lines = [standard.recognition, standard.minimum];
            let evidence = Evidence {
                observations: record.moments.count as f64,
                figure: record.moments.mean,
                like_for_like: record.moments.mean - moved,
                judged: Judged::of(posterior, lines, standard, settings, |mean| mean),
                own: own_record(history, standard, settings, pooled * dispersion, &shift),
            };
            Ok(stand(&evidence, settings))
        })
        .collect::<Result<_>>()?;
    let borrowed = model.map(|model| Borrowed {
        mean: model.mean,
        spread: model.tau_squared.sqrt(),
        weight: pooled / model.tau_squared,
    });
    Comparison::new(standings, borrowed, dispersion, standard, settings)
}

fn posterior(model: Option<&Model>, mean: f64, variance: f64) -> Result<Posterior> {
    match model {
        Some(model) => model.posterior(mean, variance),
        None => Posterior::Normal { mean, deviation: variance.sqrt() }.checked(),
    }
}

/// Variance of single observations within person and period; not a number where nobody has two observations.
#[must_use]
pub fn pooled_variance(histories: &[Vec<Option<MeanRecord>>]) -> f64 {
    let (mut squares, mut degrees) = (0.0, 0.0);
    for record in histories.iter().flatten().flatten().filter(|record| record.moments.count > 1) {
        let free = record.moments.count as f64 - 1.0;
        squares += free * record.moments.variance;
        degrees += free;
    }
    squares / degrees
}

fn reference(histories: &[Vec<Option<MeanRecord>>]) -> Vec<Option<f64>> {
    let longest = histories.iter().map(Vec::len).max().unwrap_or(0);
    let mut sums = vec![(0.0, 0.0); longest];
    for history in histories {
        for (back, record) in history.iter().rev().enumerate() {
            if let Some(record) = record
                && let Some(expected) = record.expected
            {
                sums[back].0 += record.moments.count as f64 * expected;
                sums[back].1 += record.moments.count as f64;
            }
        }
    }
    sums.into_iter().map(|(expected, count)| (count > 0.0).then(|| expected / count)).collect()
}

fn dispersion(
    histories: &[Vec<Option<MeanRecord>>],
    periods: usize,
    pooled: f64,
    shift: &impl Fn(&MeanRecord, usize) -> f64,
) -> f64 {
    let mut found = Dispersion::default();
    let mut squares = Vec::with_capacity(periods);
    for history in histories {
        let recent = history.iter().rev().take(periods).enumerate();
        let records = || recent.clone().filter_map(|(back, record)| record.map(|record| (back, record)));
        let (mut sum, mut count) = (0.0, 0.0);
        for (back, record) in records() {
            let n = record.moments.count as f64;
            sum += n * (record.moments.mean - shift(&record, back));
            count += n;
        }
        squares.clear();
        for (back, record) in records() {
            let distance = record.moments.mean - shift(&record, back) - sum / count;
            squares.push(distance * distance * record.moments.count as f64 / pooled);
        }
        found.add(&squares);
    }
    found.ratio()
}

fn own_record(
    history: &[Option<MeanRecord>],
    standard: Standard,
    settings: &Settings,
    variance: f64,
    shift: &impl Fn(&MeanRecord, usize) -> f64,
) -> OwnRecord {
    let recent = latest(history, settings.review_periods);
    let (mut sum, mut count) = (0.0, 0.0);
    let (mut missed, mut judged) = (0, 0);
    for (back, record) in recent.iter().rev().enumerate() {
        let Some(record) = record else { continue };
        let n = record.moments.count as f64;
        if n < settings.minimum_observations {
            continue;
        }
        let mean = record.moments.mean - shift(record, back);
        judged += 1;
        missed += usize::from(standard.misses(mean, standard.minimum));
        sum += n * mean;
        count += n;
    }
    if judged < settings.review_periods {
        return OwnRecord { met: None, missed };
    }
    // The pooled variance comes from many more observations than this record, so the normal distribution does.
    let z = (standard.minimum - sum / count) / (variance / count).sqrt();
    let met = match standard.better {
        Better::Higher => distribution::normal_sf(z),
        Better::Lower => distribution::normal_cdf(z),
    };
    OwnRecord { met: Some(met), missed }
}

#[cfg(test)]
mod tests {
    use super::super::State;
    use super::*;

    const STANDARD: Standard = Standard { recognition: 4.3, minimum: 3.9, better: Better::Higher };

    #[expect(clippy::unnecessary_wraps, reason = "histories are made of options")]
    fn record(mean: f64, count: u64, expected: Option<f64>) -> Option<MeanRecord> {
        Some(MeanRecord { moments: Moments { count, mean, variance: 0.8 }, expected })
    }

    fn histories() -> Vec<Vec<Option<MeanRecord>>> {
        let mut all: Vec<_> = [4.05, 4.1, 4.0, 4.2, 4.1].into_iter().map(|m| vec![record(m, 100, None); 3]).collect();
        all.push(vec![record(3.4, 100, None), record(3.5, 100, None), record(3.3, 100, None)]);
        all.push(vec![record(4.6, 100, None), record(4.6, 100, None), record(4.7, 100, None)]);
        all.push(vec![record(2.0, 8, None); 3]);
        all
    }

    #[test]
    fn the_four_states_of_means() {
        let found = means(&histories(), STANDARD, &Settings::default()).unwrap();
        let state = |i: usize| found.standings[i].state;
        assert_eq!(
            [state(0), state(5), state(6), state(7)],
            [State::OnStandard, State::Review, State::Recognise, State::NotEnoughData]
        );
        assert!(found.standings[5].estimate.unwrap() > 3.3, "pulled towards all");
    }

    #[test]
    fn expected_means_are_taken_off() {
        let mut all = histories();
        for history in &mut all {
            history.iter_mut().flatten().for_each(|record| record.expected = Some(4.1));
        }
        all.push(vec![record(3.5, 100, Some(3.4)); 3]);
        let found = means(&all, STANDARD, &Settings::default()).unwrap();
        assert_ne!(found.standings[8].state, State::Review, "no worse than its cases let expect");
        assert!(found.standings[8].estimate.unwrap() > found.standings[5].estimate.unwrap());
        assert!((found.standings[8].figure.unwrap() - 3.5).abs() < 1e-12);
    }

    #[test]
    fn without_others_a_record_stands_for_itself() {
        let alone = means(&[vec![record(4.6, 100, None)]], STANDARD, &Settings::default()).unwrap();
        assert_eq!((alone.mean, alone.standings[0].state), (None, State::Recognise));
        let range = alone.standings[0].interval.unwrap();
        assert!((range.width() - 2.0 * 1.959_964 * (0.8_f64 / 100.0).sqrt()).abs() < 1e-6);
    }

    #[test]
    fn observations_that_do_not_vary_are_refused() {
        let flat =
            [vec![Some(MeanRecord { moments: Moments { count: 50, mean: 4.0, variance: 0.0 }, expected: None })]];
        assert!(means(&flat, STANDARD, &Settings::default()).is_err());
        let odd = [vec![record(f64::NAN, 50, None)]];
        assert!(means(&odd, STANDARD, &Settings::default()).is_err());
    }
}
