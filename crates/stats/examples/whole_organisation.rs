//! Benchmark: signals and the latest period's comparison for a whole organisation.
//!
//! 5,000 people in 500 teams, 24 months, 20 measures (twelve shares, four rates, four means). Every person and team gets
//! a chart and its reading for every measure, and people and teams are compared with the standard in the latest month.
//! The budget is two seconds on two cores:
//!
//! ```sh
//! cargo run --release -p evenkeel-stats --example whole_organisation
//! ```

use evenkeel_stats::compare::{self, Better, MeanRecord, RateRecord, Settings, ShareRecord, Standard, State};
use evenkeel_stats::control::{self, Phase, Series};
use evenkeel_stats::interval::mean::Moments;
use evenkeel_stats::interval::proportion::Proportion;
use evenkeel_stats::interval::rate::Events;
use evenkeel_stats::random::Generator;
use evenkeel_stats::signal::{Goal, Variation, read};
use evenkeel_stats::{Error, Result};
use std::io::Write;
use std::time::{Duration, Instant};

const TEAMS: usize = 500;
const PEOPLE_PER_TEAM: usize = 10;
const MONTHS: usize = 24;
const MEASURES: usize = 20;
const THREADS: usize = 2;
const BUDGET: Duration = Duration::from_secs(2);

/// All figures of one measure: people first, then teams.
enum Measure {
    Shares(Vec<Vec<Proportion>>),
    Rates(Vec<Vec<Events>>),
    Means(Vec<Vec<Moments>>),
}

/// What was found, so that the work cannot be optimised away.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    charts: usize,
    signals: usize,
    recognised: usize,
    developed: usize,
    reviewed: usize,
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let measures: Vec<Measure> = (0..MEASURES).map(simulate).collect::<Result<_>>()?;
    let start = Instant::now();
    let share = MEASURES.div_ceil(THREADS);
    let found: Vec<Result<Found>> = std::thread::scope(|scope| {
        let workers: Vec<_> = measures
            .chunks(share)
            .map(|part| {
                scope.spawn(move || part.iter().map(work).try_fold(Found::default(), |sum, one| Ok(add(sum, one?))))
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or(Err(Error::NoConvergence { what: "worker" })))
            .collect()
    });
    let elapsed = start.elapsed();
    let total = found.into_iter().try_fold(Found::default(), |sum, one| one.map(|one| add(sum, one)))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{} charts and comparisons in {:.2} s on {THREADS} threads", total.charts, elapsed.as_secs_f64())?;
    writeln!(
        out,
        "signals {}, recognised {}, developed {}, reviewed {}",
        total.signals, total.recognised, total.developed, total.reviewed
    )?;
    if elapsed > BUDGET {
        return Err(format!("over the budget of {} s", BUDGET.as_secs()).into());
    }
    Ok(())
}

fn add(one: Found, other: Found) -> Found {
    Found {
        charts: one.charts + other.charts,
        signals: one.signals + other.signals,
        recognised: one.recognised + other.recognised,
        developed: one.developed + other.developed,
        reviewed: one.reviewed + other.reviewed,
    }
}

/// Twelve measures of shares, four of rates and four of means. Teams are the sums of their people.
fn simulate(measure: usize) -> Result<Measure> {
    let mut generator = Generator::for_part(20_261_121, measure as u64);
    let people = TEAMS * PEOPLE_PER_TEAM;
    let mut quality: Vec<f64> = (0..people).map(|_| generator.normal()).collect();
    for (person, own) in quality.iter_mut().enumerate() {
        // A tenth of the people improve or fall back by a standard deviation half way.
        if person % 10 == 0 {
            *own += 0.5;
        }
    }
    match measure {
        0..12 => {
            let mut histories = Vec::with_capacity(people + TEAMS);
            for own in &quality {
                let rate = (0.86 + 0.04 * own).clamp(0.05, 0.99);
                let mut month = || {
                    let cases = 40 + generator.below(40) as u64;
                    Proportion::new(generator.binomial(cases, rate), cases)
                };
                histories.push((0..MONTHS).map(|_| month()).collect::<Result<Vec<_>>>()?);
            }
            for team in 0..TEAMS {
                let members = &histories[team * PEOPLE_PER_TEAM..(team + 1) * PEOPLE_PER_TEAM];
                let months: Vec<Proportion> = (0..MONTHS)
                    .map(|month| {
                        let sum = |part: fn(Proportion) -> u64| members.iter().map(|person| part(person[month])).sum();
                        Proportion::new(sum(Proportion::successes), sum(Proportion::total))
                    })
                    .collect::<Result<_>>()?;
                histories.push(months);
            }
            Ok(Measure::Shares(histories))
        }
        12..16 => {
            let mut histories = Vec::with_capacity(people + TEAMS);
            for place in 0..people + TEAMS {
                let size = if place < people { 1.0 } else { PEOPLE_PER_TEAM as f64 };
                let rate = 0.05 * (0.3 * quality[place % people]).exp();
                let mut month = || {
                    let exposure = (150 + generator.below(100)) as f64 * size;
                    Events::new(generator.poisson(exposure * rate), exposure)
                };
                let months: Vec<Events> = (0..MONTHS).map(|_| month()).collect::<Result<_>>()?;
                histories.push(months);
            }
            Ok(Measure::Rates(histories))
        }
        _ => {
            let histories = (0..people + TEAMS)
                .map(|place| {
                    let count = if place < people { 40 } else { 400 };
                    let level = 4.0 + 0.2 * quality[place % people];
                    (0..MONTHS)
                        .map(|_| Moments {
                            count,
                            mean: level + 0.9 / (count as f64).sqrt() * generator.normal(),
                            variance: 0.81,
                        })
                        .collect()
                })
                .collect();
            Ok(Measure::Means(histories))
        }
    }
}

/// Charts and compares everybody in one measure.
fn work(measure: &Measure) -> Result<Found> {
    let people = TEAMS * PEOPLE_PER_TEAM;
    let settings = control::Settings::guarded(Some(12));
    let rules = Settings::default();
    let mut found = Found::default();
    match measure {
        Measure::Shares(histories) => {
            for shares in histories {
                signal(&mut found, Series::Shares(shares), &settings, Goal::Higher { target: Some(0.85) })?;
            }
            let standard = Standard { recognition: 0.90, minimum: 0.80, better: Better::Higher };
            for group in [&histories[..people], &histories[people..]] {
                let records: Vec<Vec<Option<ShareRecord>>> = group
                    .iter()
                    .map(|shares| {
                        let recent = &shares[MONTHS - rules.review_periods..];
                        recent.iter().map(|&share| Some(ShareRecord { share, expected: Some(0.86) })).collect()
                    })
                    .collect();
                count(&mut found, &compare::shares(&records, standard, &rules)?);
            }
        }
        Measure::Rates(histories) => {
            for rates in histories {
                signal(&mut found, Series::Rates(rates), &settings, Goal::Lower { target: Some(0.05) })?;
            }
            let standard = Standard { recognition: 0.04, minimum: 0.08, better: Better::Lower };
            for group in [&histories[..people], &histories[people..]] {
                let records: Vec<Vec<Option<RateRecord>>> = group
                    .iter()
                    .map(|rates| {
                        let recent = &rates[MONTHS - rules.review_periods..];
                        recent.iter().map(|&events| Some(RateRecord { events, expected: Some(0.05) })).collect()
                    })
                    .collect();
                count(&mut found, &compare::rates(&records, standard, &rules)?);
            }
        }
        Measure::Means(histories) => {
            let mut values = Vec::with_capacity(MONTHS);
            for months in histories {
                values.clear();
                values.extend(months.iter().map(|month| month.mean));
                signal(&mut found, Series::Values(&values), &settings, Goal::Higher { target: Some(4.0) })?;
            }
            let standard = Standard { recognition: 4.2, minimum: 3.8, better: Better::Higher };
            for group in [&histories[..people], &histories[people..]] {
                let records: Vec<Vec<Option<MeanRecord>>> = group
                    .iter()
                    .map(|months| {
                        let recent = &months[MONTHS - rules.review_periods..];
                        recent.iter().map(|&moments| Some(MeanRecord { moments, expected: Some(4.0) })).collect()
                    })
                    .collect();
                count(&mut found, &compare::means(&records, standard, &rules)?);
            }
        }
    }
    Ok(found)
}

fn signal(found: &mut Found, series: Series, settings: &control::Settings, goal: Goal) -> Result<()> {
    let chart = control::chart(series, &[Phase::WHOLE], settings)?;
    let reading = read(&chart, goal, None)?;
    found.charts += 1;
    found.signals += usize::from(matches!(reading.variation, Variation::Signal { .. }));
    Ok(())
}

fn count(found: &mut Found, comparison: &compare::Comparison) {
    let of = |state: State| comparison.standings.iter().filter(|standing| standing.state == state).count();
    found.recognised += of(State::Recognise);
    found.developed += of(State::Develop);
    found.reviewed += of(State::Review);
}
