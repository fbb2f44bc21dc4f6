//! Limits and runs after a frozen baseline, which is never looked at again.
//!
//! A dozen or two points tell centre, spread and autocorrelation of a series only roughly. With moving limits a wrong
//! estimate is corrected by the points that follow; with frozen ones it stays, and every later point is judged by it. So
//! nothing is plugged in here: limits and runs are averaged over the autocorrelations that the baseline leaves possible
//! ([`Persistence`]), over the error of the centre and, by Student's t, over that of the spread.
//!
//! Plugging in one estimate fails in both directions. Of series with an autocorrelation of 0.5, a fifth show one below
//! 0.17 in their first 24 points; taken for independent, one in six of these was marked every month.

use super::guards::Autocorrelation;
use crate::distribution;

/// Share of times on the good side of a prediction limit at which the widening for short baselines is taken.
const PREDICTION: f64 = 0.95;
/// Autocorrelations that are thought possible are 0, 0.1 and so on, so many of them.
const POSSIBLE: usize = 10;
/// Probability, before a series is seen, that its points are independent. The other half is spread evenly over the other
/// possible autocorrelations.
const INDEPENDENT: f64 = 0.5;
/// What a wave that was taken out has taken from the lag-1 autocorrelation, times the number of points: 2 cos(30°) on
/// independent points, and more where the wave was none and has taken an autocorrelated swing with it.
const TAKEN_BY_WAVE: f64 = 4.0;
/// Mean of the possible autocorrelations from which on only single points and runs are looked at, as with moving limits.
const FEWER_RULES: f64 = 0.1;
/// Chance of a run that is allowed, relative to the usual number of points around a centre that is known. Below one,
/// because the four rules together shall not mark a series of the worst kind that occurs often (autocorrelation 0.5) in
/// more than 3 % of months.
const ALLOWED: f64 = 0.75;
/// Width of a step in the average over the error of the centre, in standard errors.
const STEP: f64 = 0.4;
/// Parts that an integral over an angle is cut into.
const PARTS: u8 = 3;

/// The lag-1 autocorrelations that a baseline leaves possible, with their probabilities.
///
/// The observed one, r, is taken as normal around ρ - (1 + 4ρ) / n (Marriott and Pope 1954; Kendall 1954) with variance
/// (1 - ρ²) / n (Bartlett 1946). Times the prior this gives the probability of each ρ (Bayes).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Persistence {
    probabilities: [f64; POSSIBLE],
}

impl Persistence {
    /// Points that are known to be independent.
    pub const NONE: Self = {
        let mut probabilities = [0.0; POSSIBLE];
        probabilities[0] = 1.0;
        Self { probabilities }
    };

    /// What the autocorrelation of a baseline leaves possible.
    pub fn of(found: Autocorrelation) -> Self {
        let n = found.points as f64;
        let taken = if found.wave_taken_out { TAKEN_BY_WAVE } else { 0.0 };
        let mut probabilities = [0.0; POSSIBLE];
        for (place, probability) in probabilities.iter_mut().enumerate() {
            let rho = at(place);
            let expected = rho - (1.0 + 4.0 * rho + taken) / n;
            let error = ((1.0 - rho * rho) / n).sqrt();
            let prior = if place == 0 { INDEPENDENT } else { (1.0 - INDEPENDENT) / (POSSIBLE - 1) as f64 };
            *probability = prior * distribution::normal_density((found.lag1 - expected) / error) / error;
        }
        let total: f64 = probabilities.iter().sum();
        if total > 0.0 {
            Self { probabilities: probabilities.map(|probability| probability / total) }
        } else {
            // So far below zero that no density is left.
            Self::NONE
        }
    }

    /// Whether the points resemble each other so probably that trends and two in three say nothing.
    pub fn leaves_fewer_rules(&self) -> bool {
        self.weighted().map(|(rho, probability)| rho * probability).sum::<f64>() > FEWER_RULES
    }

    /// Possible autocorrelations with their probabilities.
    fn weighted(&self) -> impl Iterator<Item = (f64, f64)> {
        self.probabilities.iter().enumerate().map(|(place, &probability)| (at(place), probability))
    }
}

fn at(place: usize) -> f64 {
    place as f64 / POSSIBLE as f64
}

/// How many independent points tell as much about their mean as `points` with this autocorrelation: n (1-ρ) / (1+ρ)
/// (Bayley and Hammersley 1946).
fn effective(points: usize, rho: f64) -> f64 {
    (points as f64 * (1.0 - rho) / (1.0 + rho)).max(2.0)
}

/// What limits must be multiplied with after a frozen baseline of `points` points: the w at which
///
/// Σ P(ρ) · P(t > z w √((1 - ρ) / (1 + 1/nₑ))) = 1 - Φ(z), with z the normal quantile of 95 %.
///
/// Student's t has 0.62 (m - 1) degrees of freedom, those of an average moving range of m points. Moving ranges see only
/// √(1 - ρ) of the spread of the points, and the centre is worth nₑ independent ones. With ρ known this is the ratio of
/// Student's quantile to the normal one, times √((1 + 1/nₑ) / (1 - ρ)).
pub(super) fn widening(points: usize, persistence: &Persistence) -> f64 {
    let degrees = 0.62 * (points as f64 - 1.0);
    let z = distribution::normal_quantile(PREDICTION);
    let beyond = |factor: f64| {
        persistence
            .weighted()
            .map(|(rho, probability)| {
                let seen = ((1.0 - rho) / (1.0 + 1.0 / effective(points, rho))).sqrt();
                probability * distribution::student_t_sf(z * factor * seen, degrees)
            })
            .sum::<f64>()
    };
    let (mut low, mut high) = (1.0, 2.0);
    while beyond(high) > 1.0 - PREDICTION && high < 1e3 {
        high *= 2.0;
    }
    // Twenty halvings leave less than a millionth, which no limit needs.
    for _ in 0..20 {
        let middle = f64::midpoint(low, high);
        if beyond(middle) > 1.0 - PREDICTION {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The run length after a frozen baseline of `points` points: the shortest whose chance is at most three quarters of that
/// of `usual` independent points around a known centre, 2 · ½^`usual`.
///
/// The chance of a run of L is 2 Σ P(ρ) E[Φ(δ) s(δ, ρ)^(L-1)]: δ is the error of the centre, normal with variance 1/nₑ in
/// units of the spread; s is the probability that a point below the centre is followed by another one,
/// Φ₂(δ, δ; ρ) / Φ(δ). Runs are taken as if only the point before mattered.
pub(super) fn run(usual: usize, points: usize, persistence: &Persistence) -> usize {
    let allowed = ALLOWED * 0.5_f64.powi(usual as i32 - 1);
    // For each possible case, the chance that a run begins and that it goes on.
    let mut cases: Vec<(f64, f64)> = Vec::new();
    for (rho, probability) in persistence.weighted().filter(|&(_, probability)| probability > 1e-4) {
        let error = 1.0 / effective(points, rho).sqrt();
        for step in -10..10 {
            let z = (f64::from(step) + 0.5) * STEP;
            let below = distribution::normal_cdf(z * error);
            let begins = 2.0 * probability * STEP * distribution::normal_density(z) * below;
            cases.push((begins, both_below(z * error, rho) / below));
        }
    }
    let chance = |length: usize| -> f64 {
        cases.iter().map(|&(begins, goes_on)| begins * goes_on.powi(length as i32 - 1)).sum()
    };
    (usual..usual + 20).find(|&length| chance(length) <= allowed).unwrap_or(usual + 20)
}

/// Probability that two standard normal numbers with correlation ρ both lie below δ, Φ₂(δ, δ; ρ): Φ(δ)² and the integral
/// of exp(-δ² / (1 + sin t)) / 2π over angles t from 0 to arcsin ρ (Plackett 1954), by the midpoint rule.
fn both_below(delta: f64, rho: f64) -> f64 {
    let width = rho.asin() / f64::from(PARTS);
    let mut sum = distribution::normal_cdf(delta).powi(2);
    for part in 0..PARTS {
        let angle = (f64::from(part) + 0.5) * width;
        sum += width * (-delta * delta / (1.0 + angle.sin())).exp() / (2.0 * std::f64::consts::PI);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Generator;

    fn found(lag1: f64, points: usize) -> Autocorrelation {
        Autocorrelation { lag1, points, corrected: 0.0, acts: false, warning: false, wave_taken_out: false }
    }

    fn known(rho: f64) -> Persistence {
        let mut probabilities = [0.0; POSSIBLE];
        probabilities[(rho * POSSIBLE as f64).round() as usize] = 1.0;
        Persistence { probabilities }
    }

    #[test]
    fn what_is_possible_follows_from_what_was_seen() {
        let mean = |lag1: f64, points: usize| -> f64 {
            Persistence::of(found(lag1, points)).weighted().map(|(rho, probability)| rho * probability).sum()
        };
        assert!(mean(-0.5, 24) < 0.02 && mean(-0.05, 24) < 0.1);
        assert!((mean(0.45, 24) - 0.5).abs() < 0.1, "{}", mean(0.45, 24));
        assert!((mean(0.6, 500) - 0.6).abs() < 0.02, "many points leave little possible");
        assert!(mean(0.1, 12) > mean(0.1, 100), "few points excuse more");
        let waved = Autocorrelation { wave_taken_out: true, ..found(0.1, 24) };
        assert!(Persistence::of(waved).probabilities[0] < Persistence::of(found(0.1, 24)).probabilities[0]);
        assert_eq!(Persistence::of(found(-1.0, 10_000)), Persistence::NONE);
    }

    #[test]
    fn prediction_limits_shrink_towards_the_usual_ones() {
        // scipy 1.17.1: t.ppf(0.95, 0.62 * 11) * sqrt(13 / 12) / norm.ppf(0.95).
        assert!((widening(12, &Persistence::NONE) - 1.201_6).abs() < 5e-3);
        assert!(widening(20, &Persistence::NONE) < widening(12, &Persistence::NONE));
        assert!((widening(100_000, &Persistence::NONE) - 1.0).abs() < 1e-3);
        // With a known autocorrelation, and points enough to know the rest, moving ranges lack √(1 - ρ).
        assert!((widening(100_000, &known(0.5)) - 2.0_f64.sqrt()).abs() < 1e-3);
        let unsure = widening(24, &Persistence::of(found(0.2, 24)));
        assert!(unsure > widening(24, &Persistence::NONE) && unsure < widening(24, &known(0.6)), "{unsure}");
        assert!(widening(2, &known(0.9)).is_finite());
    }

    /// By summing φ(x) Φ((δ - ρx) / √(1 - ρ²)) over x below δ in 200,000 steps.
    #[test]
    fn two_points_below() {
        for (delta, rho, want) in
            [(0.0, 0.5, 1.0 / 3.0), (0.5, 0.0, 0.478_120), (0.0, 0.9, 0.428_217), (-0.3, 0.6, 0.241_495)]
        {
            assert!((both_below(delta, rho) - want).abs() < 3e-3, "{delta} {rho}: {}", both_below(delta, rho));
        }
    }

    #[test]
    fn runs_grow_with_persistence_and_short_baselines() {
        assert_eq!(run(7, 100_000, &Persistence::NONE), 8);
        assert_eq!(run(7, 24, &Persistence::NONE), 9);
        assert_eq!(run(7, 12, &Persistence::NONE), 10);
        assert!(run(7, 24, &known(0.5)) > run(7, 24, &known(0.2)));
        assert!(run(7, 24, &Persistence::of(found(0.4, 24))) > run(7, 24, &Persistence::of(found(0.0, 24))));
    }

    /// The chance of a run on simulated series around a centre from 24 points, against the one allowed.
    #[test]
    fn runs_are_as_rare_as_they_should_be() {
        let mut generator = Generator::from_seed(11);
        for rho in [0.0, 0.5] {
            let length = run(7, 24, &known(rho));
            let series = 20_000;
            let mut runs = 0;
            for _ in 0..series {
                let mut now = generator.normal();
                let values: Vec<f64> = (0..24 + 40)
                    .map(|_| {
                        now = rho * now + (1.0 - rho * rho).sqrt() * generator.normal();
                        now
                    })
                    .collect();
                let centre = values[..24].iter().sum::<f64>() / 24.0;
                let last = &values[values.len() - length..];
                runs += i32::from(last.iter().all(|&v| v > centre) || last.iter().all(|&v| v < centre));
            }
            let share = f64::from(runs) / f64::from(series);
            let allowed = ALLOWED / 64.0;
            assert!(share < 1.35 * allowed && share > 0.4 * allowed, "{rho}: {share} {allowed} {length}");
        }
    }
}
