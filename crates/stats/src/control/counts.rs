//! Charts of counts: shares (p, p'), events per exposure (u, u') and plain counts (c).
//!
//! Centre: all events over all trials (or exposure) of the baseline. Limits: centre ± 3 standard errors of the point,
//! so they breathe with its size. With *dispersion* `sigma_z`, the spread of the standardised points by their moving ranges,
//! limits are multiplied by `sigma_z` where it exceeds the threshold of the settings (Laney 2002): large counts make binomial
//! limits so narrow that ordinary differences between months break them.
//!
//! Where few events are expected, the standard error describes the tails badly. The guard then takes limits from the
//! distribution: the place where the mid-distribution function P(X < x) + P(X = x)/2, joined linearly, reaches the
//! normal tail of the limit.

use super::guards::{self, Note};
use super::individuals::{self, Scale, autocorrelation_with_note, note_phase};
use super::{Chart, Kind, Limits, PhaseSummary, Point, Settings, Span};
use crate::distribution;
use crate::error::Result;
use crate::interval::proportion::Proportion;
use crate::interval::rate::Events;

/// Expected number of the rarer outcome below which limits come from the distribution.
const FEW_EVENTS: f64 = 10.0;

/// How counts vary by chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Law {
    Binomial,
    Poisson,
}

/// The count of one point with its trials or exposure.
#[derive(Debug, Clone, Copy)]
struct Observed {
    count: u64,
    size: f64,
}

pub(super) fn shares(shares: &[Proportion], spans: &[Span], settings: &Settings) -> Result<Chart> {
    let observed: Vec<Observed> =
        shares.iter().map(|share| Observed { count: share.successes(), size: share.total() as f64 }).collect();
    chart(&observed, Law::Binomial, spans, settings, [Kind::P, Kind::PPrime])
}

pub(super) fn rates(rates: &[Events], spans: &[Span], settings: &Settings, plain: bool) -> Result<Chart> {
    let observed: Vec<Observed> =
        rates.iter().map(|events| Observed { count: events.count(), size: events.exposure() }).collect();
    let kinds = if plain { [Kind::C, Kind::UPrime] } else { [Kind::U, Kind::UPrime] };
    chart(&observed, Law::Poisson, spans, settings, kinds)
}

pub(super) fn counts(counts: &[u64], spans: &[Span], settings: &Settings) -> Result<Chart> {
    let events: Vec<Events> = counts.iter().map(|&count| Events::new(count, 1.0)).collect::<Result<_>>()?;
    rates(&events, spans, settings, true)
}

impl Law {
    /// Standard error of the figure of a point of this size.
    fn error(self, centre: f64, size: f64) -> f64 {
        match self {
            Law::Binomial => (centre * (1.0 - centre) / size).sqrt(),
            Law::Poisson => (centre / size).sqrt(),
        }
    }

    /// P(X ≤ k) and P(X = k) for a point of this size.
    fn probabilities(self, k: u64, centre: f64, size: f64) -> (f64, f64) {
        match self {
            Law::Binomial => {
                let trials = size as u64;
                (distribution::binomial_cdf(k, trials, centre), distribution::binomial_pmf(k, trials, centre))
            }
            Law::Poisson => {
                let mean = centre * size;
                (distribution::poisson_cdf(k, mean), distribution::poisson_pmf(k, mean))
            }
        }
    }

    /// P(X < k) + P(X = k) / 2.
    fn middle(self, k: u64, centre: f64, size: f64) -> f64 {
        let (at_most, exactly) = self.probabilities(k, centre, size);
        at_most - exactly / 2.0
    }

    /// The place, in counts, where the mid-distribution function reaches `q`.
    fn middle_quantile(self, q: f64, centre: f64, size: f64) -> f64 {
        let most = if self == Law::Binomial { size as u64 } else { u64::MAX };
        let expected = centre * size;
        let start = expected + distribution::normal_quantile(q) * self.error(centre, size) * size;
        let mut k = (start.max(0.0) as u64).min(most);
        while k > 0 && self.middle(k, centre, size) > q {
            k -= 1;
        }
        while k < most && self.middle(k + 1, centre, size) <= q {
            k += 1;
        }
        let below = self.middle(k, centre, size);
        if below > q {
            return 0.0;
        }
        if k == most {
            return most as f64;
        }
        let above = self.middle(k + 1, centre, size);
        k as f64 + (q - below) / (above - below)
    }

    /// Expected number of the rarer outcome at a point of this size.
    fn rarer(self, centre: f64, size: f64) -> f64 {
        match self {
            Law::Binomial => centre.min(1.0 - centre) * size,
            Law::Poisson => centre * size,
        }
    }

    /// The larger of the probabilities of lying strictly above and strictly below the centre.
    fn stay(self, centre: f64, size: f64) -> f64 {
        let expected = centre * size;
        let (at_most, exactly) = self.probabilities(expected.floor() as u64, centre, size);
        let below = if expected.fract() == 0.0 { at_most - exactly } else { at_most };
        below.max(1.0 - at_most)
    }

    /// The scale on which a seasonal series of such figures is charted.
    fn scale(self) -> Scale {
        match self {
            Law::Binomial => Scale::Share,
            Law::Poisson => Scale::Rate,
        }
    }
}

fn chart(observed: &[Observed], law: Law, spans: &[Span], settings: &Settings, kinds: [Kind; 2]) -> Result<Chart> {
    let values: Vec<f64> = observed.iter().map(|point| point.count as f64 / point.size).collect();
    if let Some(seasonal) = seasonal_chart(&values, law, spans, settings)? {
        return Ok(seasonal);
    }
    let mut notes = Vec::new();
    // Standardised by the centre of each baseline, for autocorrelation and dispersion.
    let scores: Vec<f64> = spans.iter().flat_map(|span| scores(&observed[span.start..span.end], law, span)).collect();
    let autocorrelation = autocorrelation_with_note(&scores, &guards::history(spans), settings.guards, &mut notes);
    let mut widened = false;
    let mut points = Vec::with_capacity(values.len());
    let mut phases = Vec::with_capacity(spans.len());
    for (phase, span) in spans.iter().enumerate() {
        let baseline = &observed[span.start..span.baseline_end];
        let centre = centre(baseline);
        let size = baseline.iter().map(|point| point.size).sum::<f64>() / baseline.len() as f64;
        let rarer = law.rarer(centre, size);
        let exact = settings.guards.few_events && rarer < FEW_EVENTS;
        let usable = baseline.len() >= 2 && rarer > 0.0;
        let dispersion = guards::spread_from_moving_range(&scores[span.start..span.baseline_end]);
        let overdispersed = usable && dispersion >= settings.dispersion_threshold;
        let stay = if exact && usable { law.stay(centre, size) } else { 0.5 };
        let frozen_points = span.frozen.then_some(baseline.len());
        let adjustment = guards::adjust(settings.guards, settings.rules, autocorrelation, frozen_points, stay);
        let sigmas = 3.0 * adjustment.widening * if overdispersed { dispersion } else { 1.0 };
        for t in span.start..span.end {
            let limits = usable.then(|| point_limits(law, centre, observed[t].size, sigmas, exact));
            points.push(Point { value: values[t], adjusted: values[t], limits, phase });
        }
        let trial = baseline.len() < settings.trial_below;
        note_phase(&mut notes, settings.guards, phase, baseline.len(), span.frozen, usable, trial);
        if overdispersed {
            widened = true;
            notes.push(Note::Overdispersed { ratio: dispersion });
        }
        if exact && usable {
            notes.push(Note::FewEvents { expected: rarer });
        }
        phases.push(PhaseSummary {
            start: span.start,
            end: span.end,
            baseline_points: baseline.len(),
            trial,
            average_moving_range: None,
            screened: 0,
            dispersion: usable.then_some(dispersion),
            rules: adjustment.rules,
        });
    }
    Ok(Chart { kind: kinds[usize::from(widened)], points, phases, notes })
}

/// A chart of individual values where the guard finds a yearly wave: the wave cannot be taken out of counts.
fn seasonal_chart(values: &[f64], law: Law, spans: &[Span], settings: &Settings) -> Result<Option<Chart>> {
    let Some(period) = settings.guards.period else { return Ok(None) };
    let scale = law.scale();
    let bent: Vec<f64> = match law {
        Law::Binomial => values.iter().map(|&value| guards::Transformation::ArcsineRoot.forward(value)).collect(),
        Law::Poisson => values.iter().map(|value| value.sqrt()).collect(),
    };
    if settings.guards.season && guards::wave(&bent, spans, period).is_some() {
        return individuals::chart(values, scale, spans, settings).map(Some);
    }
    Ok(None)
}

/// All events over all trials or exposure.
fn centre(baseline: &[Observed]) -> f64 {
    let (events, size) =
        baseline.iter().fold((0.0, 0.0), |(events, size), point| (events + point.count as f64, size + point.size));
    events / size
}

/// Distances from the centre of the baseline in standard errors; zero where nothing can vary.
fn scores(observed: &[Observed], law: Law, span: &Span) -> Vec<f64> {
    let centre = centre(&observed[..span.baseline_end - span.start]);
    observed
        .iter()
        .map(|point| {
            let error = law.error(centre, point.size);
            if error > 0.0 { (point.count as f64 / point.size - centre) / error } else { 0.0 }
        })
        .collect()
}

fn point_limits(law: Law, centre: f64, size: f64, sigmas: f64, exact: bool) -> Limits {
    let top = if law == Law::Binomial { 1.0 } else { f64::INFINITY };
    let at = |sigmas: f64| {
        if exact {
            law.middle_quantile(distribution::normal_cdf(sigmas), centre, size) / size
        } else {
            (centre + sigmas * law.error(centre, size)).clamp(0.0, top)
        }
    };
    Limits {
        centre,
        low: at(-sigmas),
        high: at(sigmas),
        near_low: at(-sigmas * 2.0 / 3.0),
        near_high: at(sigmas * 2.0 / 3.0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules::evaluate;
    use super::super::{Phase, Series, chart};
    use super::*;

    fn d3() -> Vec<Proportion> {
        let n = [412, 398, 430, 405, 391, 420, 440, 415, 402, 388, 425, 410];
        let k = [301, 284, 320, 289, 270, 311, 330, 300, 295, 262, 339, 298];
        k.into_iter().zip(n).map(|(k, n)| Proportion::new(k, n).unwrap()).collect()
    }

    fn d4() -> Vec<Events> {
        let c = [7, 9, 6, 11, 8, 5, 10, 9, 7, 19, 8, 6];
        let n = [1.2, 1.3, 1.1, 1.5, 1.2, 1.0, 1.4, 1.3, 1.2, 1.4, 1.2, 1.1];
        c.into_iter().zip(n).map(|(c, n)| Events::new(c, n).unwrap()).collect()
    }

    #[test]
    fn d3_p_and_p_prime_disagree_as_documented() {
        let p = chart(Series::Shares(&d3()), &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT).unwrap();
        let first = p.points[0].limits.unwrap();
        assert!((first.centre - 0.729_132_9).abs() < 1e-7);
        assert!((first.low - 0.663_450).abs() < 1e-6 && (first.high - 0.794_816).abs() < 1e-6);
        let eleventh = p.points[10];
        assert!((eleventh.value - 0.797_647).abs() < 1e-6);
        assert!((eleventh.limits.unwrap().high - 0.793_804).abs() < 1e-6);
        assert!(evaluate(&p)[10].outside.is_some());
        assert!((p.phases[0].dispersion.unwrap() - 1.652_680).abs() < 1e-6);

        let laney = Settings { dispersion_threshold: 1.2, ..Settings::MAKING_DATA_COUNT };
        let prime = chart(Series::Shares(&d3()), &[Phase::WHOLE], &laney).unwrap();
        assert_eq!(prime.kind, Kind::PPrime);
        let first = prime.points[0].limits.unwrap();
        assert!((first.low - 0.620_580).abs() < 1e-6 && (first.high - 0.837_686).abs() < 1e-6);
        assert!(evaluate(&prime)[10].outside.is_none());
        assert!(matches!(prime.notes[..], [.., Note::Overdispersed { .. }]));
    }

    #[test]
    fn d4_u_chart_does_not_mark_point_ten() {
        let u = chart(Series::Rates(&d4()), &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT).unwrap();
        let tenth = u.points[9];
        assert!((tenth.limits.unwrap().centre - 7.046_980).abs() < 1e-6);
        assert!((tenth.value - 13.571_4).abs() < 5e-5 && (tenth.limits.unwrap().high - 13.777_7).abs() < 5e-5);
        assert!(evaluate(&u).iter().all(|marks| marks.first().is_none()));
    }

    #[test]
    fn c_chart_is_centre_and_three_roots() {
        let c = chart(Series::Counts(&[4, 9, 16, 7, 9, 9]), &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT).unwrap();
        let limits = c.points[0].limits.unwrap();
        assert_eq!((limits.centre, limits.low, limits.high), (9.0, 0.0, 18.0));
        assert_eq!(c.kind, Kind::C);
    }

    #[test]
    fn exact_limits_are_those_of_the_normal_law_for_large_counts() {
        let error = Law::Binomial.error(0.5, 1e6);
        let exact = Law::Binomial.middle_quantile(distribution::normal_cdf(3.0), 0.5, 1e6) / 1e6;
        assert!((exact - 0.5 - 3.0 * error).abs() < 1e-6);
        let exact = Law::Poisson.middle_quantile(distribution::normal_cdf(-3.0), 1e6, 1.0);
        assert!((exact - (1e6 - 3e3)).abs() < 2.0);
    }

    #[test]
    fn near_the_ceiling_limits_come_from_the_distribution() {
        let shares: Vec<Proportion> = [199, 198, 197, 200, 199, 196, 198, 198, 199, 197, 200, 198, 199, 198]
            .map(|k| Proportion::new(k, 200).unwrap())
            .to_vec();
        let made = chart(Series::Shares(&shares), &[Phase::WHOLE], &Settings::guarded(None)).unwrap();
        let limits = made.points[0].limits.unwrap();
        assert_eq!(limits.high, 1.0, "a perfect month is not a signal");
        let normal = chart(Series::Shares(&shares), &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT).unwrap();
        assert!(limits.low < normal.points[0].limits.unwrap().low, "the tail is longer below");
        assert!(made.notes.iter().any(|note| matches!(note, Note::FewEvents { .. })));
        assert!(made.phases[0].rules.shift >= Some(7));
    }

    #[test]
    fn shares_that_cannot_vary_have_no_limits() {
        let all = [Proportion::new(10, 10).unwrap(); 14];
        let made = chart(Series::Shares(&all), &[Phase::WHOLE], &Settings::guarded(Some(12))).unwrap();
        assert!(made.points.iter().all(|point| point.limits.is_none()));
        let single = chart(Series::Shares(&all[..1]), &[Phase::WHOLE], &Settings::guarded(None)).unwrap();
        assert!(single.points[0].limits.is_none());
    }
}
