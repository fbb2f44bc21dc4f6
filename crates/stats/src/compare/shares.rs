//! Comparison of shares: satisfied answers, kept promises, cases solved at first contact.

use super::{Better, Borrowed, Comparison, Dispersion, Evidence, Judged, OwnRecord, Settings, Standard, latest, stand};
use crate::error::{Error, Result, require_count};
use crate::interval::proportion::Proportion;
use crate::shrinkage::beta_binomial::{Row, fit_rows, shifted};
use crate::shrinkage::uncertain_prior::{CellPosterior, posteriors};
use crate::shrinkage::{Estimation, Posterior};

/// One period of a person or unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShareRecord {
    /// Successes and observations.
    pub share: Proportion,
    /// The share that the reference would have achieved with the same cases ([`crate::case_mix::Indirect::expected_share`]);
    /// `None` where no adjustment is made. Expected shares of one period must come from one reference.
    pub expected: Option<f64>,
}

/// The prior that lets a record speak for itself (Jeffreys).
const OWN: f64 = 0.5;

/// Compares shares. `histories[i]` are the periods of a person or unit, the latest last; `None` for a period without
/// observations. All histories end with the same period.
///
/// ```
/// use evenkeel_stats::compare::{Better, Settings, ShareRecord, Standard, State, shares};
/// use evenkeel_stats::interval::proportion::Proportion;
///
/// let month = |good, all| -> Result<_, evenkeel_stats::Error> {
///     Ok(Some(ShareRecord { share: Proportion::new(good, all)?, expected: None }))
/// };
/// let histories = [
///     vec![month(92, 100)?, month(95, 100)?, month(94, 100)?],
///     vec![month(68, 100)?, month(70, 100)?, month(66, 100)?],
///     vec![month(84, 100)?, month(83, 100)?, month(86, 100)?],
///     vec![month(9, 12)?, month(10, 12)?, month(6, 11)?],
/// ];
/// let standard = Standard { recognition: 0.88, minimum: 0.80, better: Better::Higher };
/// let found = shares(&histories, standard, &Settings::default())?;
/// let states: Vec<State> = found.standings.iter().map(|standing| standing.state).collect();
/// assert_eq!(states, [State::Recognise, State::Review, State::OnStandard, State::NotEnoughData]);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn shares(histories: &[Vec<Option<ShareRecord>>], standard: Standard, settings: &Settings) -> Result<Comparison> {
    check(histories, standard, settings)?;
    let reference = reference(histories);
    let offset = |record: &ShareRecord, back: usize| match (record.expected, reference.get(back).copied().flatten()) {
        (Some(expected), Some(of_all)) => logit(expected) - logit(of_all),
        _ => 0.0,
    };
    let dispersion = if settings.ups_and_downs { dispersion(histories, settings.review_periods, &offset) } else { 1.0 };
    let now = |history: &Vec<Option<ShareRecord>>| history.last().copied().flatten();
    let row = |record: &ShareRecord| {
        let (successes, failures) = counts(record, dispersion);
        Row { successes, failures, factor: offset(record, 0).exp() }
    };
    let rows: Vec<Row> = histories.iter().filter_map(now).map(|record| row(&record)).collect();
    let fitted = if rows.len() < 3 { None } else { fit_rows(&rows, 3.0, Estimation::BoundaryAvoiding).ok() };
    let averaged = fitted.and_then(|fitted| posteriors(&rows, &fitted));
    let standings = histories
        .iter()
        .map(|history| {
            let Some(record) = now(history) else { return super::blank(0.0, f64::NAN, f64::NAN) };
            let shift = offset(&record, 0);
            let own = row(&record);
            let judged = if let Some(posterior) = averaged.as_ref().and_then(|all| all.of(&own)) {
                judge(posterior, standard, settings)
            } else {
                let alone = Posterior::Beta { a: own.successes + OWN, b: own.failures + OWN };
                let posterior = fitted.map_or(alone, |fitted| fitted.posterior(&own));
                let lines = [standard.recognition, standard.minimum].map(|line| shifted(line, shift));
                Judged::of(posterior, lines, standard, settings, |share| shifted(share, -shift))
            };
            let evidence = Evidence {
                observations: record.share.total() as f64,
                figure: record.share.estimate(),
                like_for_like: shifted(record.share.estimate(), -shift),
                judged,
                own: own_record(history, standard, settings, dispersion, &offset),
            };
            stand(&evidence, settings)
        })
        .collect();
    let borrowed = fitted.map(|fitted| Borrowed {
        mean: fitted.prior.mean,
        spread: fitted.prior.variance().sqrt(),
        weight: fitted.prior.precision,
    });
    Comparison::new(standings, borrowed, dispersion, standard, settings)
}

/// What an averaged posterior says. It is at the mix of all already, so the lines stay where they are.
fn judge(posterior: &CellPosterior, standard: Standard, settings: &Settings) -> Judged {
    let met = |line: f64| match standard.better {
        Better::Higher => posterior.probability_at_least(line),
        Better::Lower => 1.0 - posterior.probability_at_least(line),
    };
    Judged {
        estimate: posterior.mean(),
        interval: posterior.interval(settings.level),
        meets_recognition: met(standard.recognition),
        meets_minimum: met(standard.minimum),
    }
}

fn check(histories: &[Vec<Option<ShareRecord>>], standard: Standard, settings: &Settings) -> Result<()> {
    standard.check()?;
    settings.check()?;
    require_count("people or units", histories.len(), 1)?;
    for line in [standard.recognition, standard.minimum] {
        if !(line > 0.0 && line < 1.0) {
            return Err(Error::OutOfRange { what: "line of the standard", value: line, low: 0.0, high: 1.0 });
        }
    }
    for record in histories.iter().flatten().flatten() {
        if let Some(expected) = record.expected
            && !(expected > 0.0 && expected < 1.0)
        {
            return Err(Error::OutOfRange { what: "expected share", value: expected, low: 0.0, high: 1.0 });
        }
    }
    Ok(())
}

fn logit(share: f64) -> f64 {
    (share / (1.0 - share)).ln()
}

/// Successes and failures, with less weight where months vary more than by chance.
fn counts(record: &ShareRecord, dispersion: f64) -> (f64, f64) {
    let (successes, total) = (record.share.successes() as f64, record.share.total() as f64);
    (successes / dispersion, (total - successes) / dispersion)
}

/// Expected share over all people or units, by periods back from the latest; `None` where nothing is expected.
fn reference(histories: &[Vec<Option<ShareRecord>>]) -> Vec<Option<f64>> {
    let longest = histories.iter().map(Vec::len).max().unwrap_or(0);
    let mut sums = vec![(0.0, 0.0); longest];
    for history in histories {
        for (back, record) in history.iter().rev().enumerate() {
            if let Some(record) = record
                && let Some(expected) = record.expected
            {
                let total = record.share.total() as f64;
                sums[back].0 += total * expected;
                sums[back].1 += total;
            }
        }
    }
    sums.into_iter().map(|(expected, total)| (total > 0.0).then(|| expected / total)).collect()
}

/// Variation between the review periods of each person or unit against that of chance.
fn dispersion(
    histories: &[Vec<Option<ShareRecord>>],
    periods: usize,
    offset: &impl Fn(&ShareRecord, usize) -> f64,
) -> f64 {
    let mut found = Dispersion::default();
    let mut squares = Vec::with_capacity(periods);
    for history in histories {
        let recent = history.iter().rev().take(periods).enumerate();
        let records = || recent.clone().filter_map(|(back, record)| record.map(|record| (back, record)));
        // The person's own level at the mix of all, by one step from the crude one.
        let (mut successes, mut total, mut weighted) = (0.0, 0.0, 0.0);
        for (back, record) in records() {
            let n = record.share.total() as f64;
            successes += record.share.successes() as f64;
            total += n;
            weighted += n * offset(&record, back);
        }
        if total == 0.0 || successes == 0.0 || successes == total {
            continue;
        }
        let level = shifted(successes / total, -weighted / total);
        squares.clear();
        for (back, record) in records() {
            let expected = shifted(level, offset(&record, back));
            let n = record.share.total() as f64;
            squares.push((record.share.successes() as f64 - n * expected).powi(2) / (n * expected * (1.0 - expected)));
        }
        found.add(&squares);
    }
    found.ratio()
}

/// What the own record says: each period beside the minimum line at its own mix, and all of them together.
fn own_record(
    history: &[Option<ShareRecord>],
    standard: Standard,
    settings: &Settings,
    dispersion: f64,
    offset: &impl Fn(&ShareRecord, usize) -> f64,
) -> OwnRecord {
    let recent = latest(history, settings.review_periods);
    let (mut successes, mut failures, mut lines, mut total) = (0.0, 0.0, 0.0, 0.0);
    let (mut missed, mut judged) = (0, 0);
    for (back, record) in recent.iter().rev().enumerate() {
        let Some(record) = record else { continue };
        let n = record.share.total() as f64;
        if n < settings.minimum_observations {
            continue;
        }
        let line = shifted(standard.minimum, offset(record, back));
        judged += 1;
        missed += usize::from(standard.misses(record.share.estimate(), line));
        let (good, bad) = counts(record, dispersion);
        successes += good;
        failures += bad;
        lines += n * line;
        total += n;
    }
    let posterior = Posterior::Beta { a: successes + OWN, b: failures + OWN };
    let complete = judged == settings.review_periods;
    OwnRecord { met: complete.then(|| standard.met(posterior, lines / total)), missed }
}

#[cfg(test)]
mod tests {
    use super::super::{Better, State};
    use super::*;
    use crate::funnel::tests::d5;
    use crate::random::Generator;
    use proptest::prelude::*;

    const STANDARD: Standard = Standard { recognition: 0.88, minimum: 0.80, better: Better::Higher };

    #[expect(clippy::unnecessary_wraps, reason = "histories are made of options")]
    fn record(successes: u64, total: u64) -> Option<ShareRecord> {
        Some(ShareRecord { share: Proportion::new(successes, total).unwrap(), expected: None })
    }

    fn states(histories: &[Vec<Option<ShareRecord>>]) -> Vec<State> {
        let found = shares(histories, STANDARD, &Settings::default()).unwrap();
        found.standings.iter().map(|standing| standing.state).collect()
    }

    /// A team of which most are at 85 %.
    fn team(extra: Vec<Option<ShareRecord>>) -> Vec<Vec<Option<ShareRecord>>> {
        let mut all: Vec<_> = [84, 86, 83, 87, 85, 88]
            .into_iter()
            .map(|k| vec![record(k, 100), record(85, 100), record(k, 100)])
            .collect();
        all.push(extra);
        all
    }

    fn state_of(history: Vec<Option<ShareRecord>>) -> State {
        states(&team(history))[6]
    }

    #[test]
    fn review_needs_every_period_and_all_of_them_together() {
        assert_eq!(state_of(vec![record(70, 100), record(69, 100), record(71, 100)]), State::Review);
        // One period on the line, however bad the others: development, not review.
        assert_eq!(state_of(vec![record(50, 100), record(80, 100), record(62, 100)]), State::Develop);
        // Below three times, but not far enough together.
        assert_ne!(state_of(vec![record(77, 100), record(78, 100), record(77, 100)]), State::Review);
        // Only two periods, or one of them too small.
        assert_ne!(state_of(vec![record(60, 100), record(60, 100)]), State::Review);
        assert_ne!(state_of(vec![record(60, 100), record(10, 20), record(60, 100)]), State::Review);
        assert_ne!(state_of(vec![record(60, 100), None, record(60, 100)]), State::Review);
    }

    #[test]
    fn recognition_is_for_all_who_earn_it_and_small_numbers_do_not() {
        assert_eq!(state_of(vec![record(95, 100), record(95, 100), record(97, 100)]), State::Recognise);
        assert_eq!(state_of(vec![record(29, 29), record(29, 29), record(29, 29)]), State::NotEnoughData);
        let everybody: Vec<_> = (0..6).map(|i| vec![record(930 + i, 1000); 3]).collect();
        assert!(states(&everybody).iter().all(|&state| state == State::Recognise), "no forced distribution");
    }

    #[test]
    fn without_others_a_record_stands_for_itself() {
        let alone = shares(&[vec![record(95, 100)]], STANDARD, &Settings::default()).unwrap();
        assert_eq!((alone.mean, alone.spread), (None, None));
        assert_eq!(alone.standings[0].state, State::Recognise);
        let absent = shares(&[vec![None], vec![]], STANDARD, &Settings::default()).unwrap();
        assert!(
            absent.standings.iter().all(|standing| standing.state == State::NotEnoughData && standing.figure.is_none())
        );
    }

    #[test]
    fn hard_cases_move_the_line_not_the_data() {
        let with = |k, n, expected| {
            vec![Some(ShareRecord { share: Proportion::new(k, n).unwrap(), expected: Some(expected) }); 3]
        };
        // The second has hard cases and beats what was expected of them; the third has easy cases and does not.
        let histories = vec![
            with(860, 1000, 0.86),
            with(157, 200, 0.755),
            with(174, 200, 0.885),
            with(430, 500, 0.86),
            with(172, 200, 0.86),
        ];
        let found = shares(&histories, STANDARD, &Settings::default()).unwrap();
        let estimate = |i: usize| found.standings[i].estimate.unwrap();
        assert!(estimate(1) > estimate(2), "like for like the order turns: {} {}", estimate(1), estimate(2));
        assert!((found.standings[1].figure.unwrap() - 0.785).abs() < 1e-12, "the figure stays as counted");
        assert!(found.standings[1].meets_minimum > found.standings[2].meets_minimum);
    }

    #[test]
    fn lower_is_better_mirrors() {
        let good = team(vec![record(70, 100), record(69, 100), record(71, 100)]);
        let bad: Vec<Vec<_>> = good
            .iter()
            .map(|history| {
                history
                    .iter()
                    .map(|record| {
                        record.and_then(|r: ShareRecord| {
                            super::tests::record(r.share.total() - r.share.successes(), r.share.total())
                        })
                    })
                    .collect()
            })
            .collect();
        let lower = Standard { recognition: 0.12, minimum: 0.20, better: Better::Lower };
        let mirrored = shares(&bad, lower, &Settings::default()).unwrap();
        let straight = shares(&good, STANDARD, &Settings::default()).unwrap();
        for (one, other) in straight.standings.iter().zip(&mirrored.standings) {
            assert_eq!(one.state, other.state);
            assert!((one.meets_minimum.unwrap() - other.meets_minimum.unwrap()).abs() < 1e-3);
        }
    }

    #[test]
    fn restless_months_take_weight_from_everybody() {
        let mut generator = Generator::from_seed(3);
        let mut month = |spread: f64| {
            let rate = (0.85 + spread * generator.normal()).clamp(0.01, 0.99);
            record(generator.binomial(200, rate), 200)
        };
        let mut all =
            |spread: f64| -> Vec<Vec<_>> { (0..60).map(|_| (0..3).map(|_| month(spread)).collect()).collect() };
        let calm = shares(&all(0.0), STANDARD, &Settings::default()).unwrap();
        let restless = shares(&all(0.05), STANDARD, &Settings::default()).unwrap();
        assert!(calm.dispersion < 1.25, "{}", calm.dispersion);
        // Extra variance 0.0025 on a chance variance of 0.00064: 4.9, and a standard error of 13 % on top.
        assert!((restless.dispersion - 5.5).abs() < 1.5, "{}", restless.dispersion);
        let wide = |found: &Comparison| found.standings[0].interval.unwrap().width();
        assert!(wide(&restless) > wide(&calm));
    }

    #[test]
    fn a_common_shortfall_is_the_process() {
        let everybody: Vec<_> = (0..6).map(|i| vec![record(70 + i, 100); 3]).collect();
        let found = shares(&everybody, STANDARD, &Settings::default()).unwrap();
        assert!(found.process_first && found.standings[0].state == State::Review);
        let one = shares(&team(vec![record(70, 100); 3]), STANDARD, &Settings::default()).unwrap();
        assert!(!one.process_first);
    }

    #[test]
    fn branches_of_d5_by_probability() {
        let histories: Vec<Vec<_>> =
            d5().into_iter().map(|share| vec![Some(ShareRecord { share, expected: None })]).collect();
        let standard = Standard { recognition: 0.82, minimum: 0.78, better: Better::Higher };
        let settings = Settings { minimum_observations: 20.0, ..Settings::default() };
        let found = shares(&histories, standard, &settings).unwrap();
        let state = |i: usize| found.standings[i].state;
        assert_eq!([state(2), state(11), state(0)], [State::Recognise, State::Develop, State::OnStandard]);
        let raw_first = 10;
        assert!(
            found.standings[raw_first].estimate < found.standings[2].estimate,
            "K leads the raw table, C the fair one"
        );
    }

    #[test]
    fn impossible_standards_and_records_are_refused() {
        let histories = [vec![record(8, 10)]];
        let refuse = |standard, settings| shares(&histories, standard, &settings).is_err();
        assert!(refuse(Standard { recognition: 0.7, ..STANDARD }, Settings::default()));
        assert!(refuse(Standard { recognition: 1.0, ..STANDARD }, Settings::default()));
        assert!(refuse(STANDARD, Settings { review_periods: 1, ..Settings::default() }));
        assert!(refuse(STANDARD, Settings { develop_below: 0.0, ..Settings::default() }));
        let odd = [vec![Some(ShareRecord { share: Proportion::new(8, 10).unwrap(), expected: Some(1.0) })]];
        assert!(shares(&odd, STANDARD, &Settings::default()).is_err());
        assert!(shares(&[], STANDARD, &Settings::default()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn order_of_people_does_not_matter_and_more_successes_never_hurt(
            counts in prop::collection::vec((0_u64..60, 40_u64..60), 4..12),
        ) {
            let histories: Vec<Vec<_>> =
                counts.iter().map(|&(k, n)| vec![record(k.min(n), n), record(k.min(n), n), record(k.min(n), n)]).collect();
            let found = shares(&histories, STANDARD, &Settings::default()).unwrap();
            let mut backwards = histories.clone();
            backwards.reverse();
            let mut other = shares(&backwards, STANDARD, &Settings::default()).unwrap();
            other.standings.reverse();
            for (one, other) in found.standings.iter().zip(&other.standings) {
                prop_assert!((one.estimate.unwrap() - other.estimate.unwrap()).abs() < 1e-4);
            }
            for (i, one) in found.standings.iter().enumerate() {
                for (j, other) in found.standings.iter().enumerate() {
                    if counts[i].1 == counts[j].1 && counts[i].0.min(counts[i].1) <= counts[j].0.min(counts[j].1) {
                        prop_assert!(one.meets_minimum.unwrap() <= other.meets_minimum.unwrap() + 1e-12);
                    }
                }
            }
        }
    }
}
