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

/// Expected number from which on a single point never gets limits from the distribution.
const MANY_EVENTS: f64 = 200.0;

/// Probability of one side of the centre above which runs are lengthened. Below it, runs of seven on moving limits are
/// hardly more frequent than with even sides, and longer ones would only delay true signals.
const LOPSIDED: f64 = 0.55;

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

    /// The counts at which the mid-distribution function P(X < x) + P(X = x)/2, joined linearly, reaches each of `tails`
    /// (increasing), for a point of this size.
    ///
    /// One pass over the probabilities of the rarer outcome, from zero upwards, serves all of them. Its expected number
    /// is small where this is used, so the pass is short and nothing underflows.
    fn middle_quantiles(self, tails: [f64; 4], centre: f64, size: f64) -> [f64; 4] {
        if self == Law::Binomial && centre > 0.5 {
            // Successes are what is left of the trials after the failures, and the order of the tails turns.
            let failures = self.middle_quantiles(reversed(tails.map(|q| 1.0 - q)), 1.0 - centre, size);
            return reversed(failures.map(|count| size - count));
        }
        let mut exactly = match self {
            Law::Binomial => (size * (-centre).ln_1p()).exp(),
            Law::Poisson => (-centre * size).exp(),
        };
        let mut found = [0.0; 4];
        let mut next = 0;
        let (mut below, mut k) = (0.0, 0.0);
        let (mut before, mut middle) = (0.0, exactly / 2.0);
        loop {
            while next < 4 && middle >= tails[next] {
                let part = if k == 0.0 { 1.0 } else { (tails[next] - before) / (middle - before) };
                found[next] = if k == 0.0 { 0.0 } else { k - 1.0 + part };
                next += 1;
            }
            below += exactly;
            exactly *= match self {
                Law::Binomial => (size - k) / (k + 1.0) * centre / (1.0 - centre),
                Law::Poisson => centre * size / (k + 1.0),
            };
            k += 1.0;
            (before, middle) = (middle, below + exactly / 2.0);
            // Nothing more to come: the tails that are left lie at the largest possible count.
            if next == 4 || exactly < 1e-300 && k > centre * size {
                let last = if self == Law::Binomial { k.min(size) } else { k };
                found[next..].fill(last);
                return found;
            }
        }
    }

    /// Expected number of the rarer outcome at a point of this size.
    fn rarer(self, centre: f64, size: f64) -> f64 {
        match self {
            Law::Binomial => centre.min(1.0 - centre) * size,
            Law::Poisson => centre * size,
        }
    }

    /// The larger of the probabilities of lying above and below the centre.
    ///
    /// The count nearest to the centre belongs half to each side, because the centre itself is only estimated. Where less
    /// than one event is expected, zero lies surely on one side.
    fn stay(self, centre: f64, size: f64) -> f64 {
        let rarer = if self == Law::Binomial { centre.min(1.0 - centre) } else { centre };
        let expected = rarer * size;
        let (k, half) = if expected < 1.0 { (0, 0.0) } else { (expected.round() as u64, 0.5) };
        let (at_most, exactly) = match self {
            Law::Binomial => {
                let trials = size as u64;
                (distribution::binomial_cdf(k, trials, rarer), distribution::binomial_pmf(k, trials, rarer))
            }
            Law::Poisson => (distribution::poisson_cdf(k, expected), distribution::poisson_pmf(k, expected)),
        };
        let below = at_most - half * exactly;
        below.max(1.0 - below)
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
        let stay = if exact && usable { Some(law.stay(centre, size)) } else { None };
        let stay = stay.filter(|&stay| stay > LOPSIDED).unwrap_or(0.5);
        let frozen_points = span.frozen.then_some(baseline.len());
        let adjustment = guards::adjust(settings.guards, settings.rules, autocorrelation, frozen_points, stay);
        let sigmas = 3.0 * adjustment.widening * if overdispersed { dispersion } else { 1.0 };
        let tails = exact.then(|| LINES.map(|line| distribution::normal_cdf(sigmas * line)));
        for t in span.start..span.end {
            let limits = usable.then(|| point_limits(law, centre, observed[t].size, sigmas, tails));
            points.push(Point { value: values[t], adjusted: values[t], limits, phase });
        }
        let trial = baseline.len() < settings.trial_below;
        note_phase(&mut notes, phase, baseline.len(), usable, trial);
        if span.frozen && settings.guards.short_baseline && usable {
            notes.push(Note::ShortBaseline { phase, points: baseline.len(), widening: adjustment.widening });
        }
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

fn reversed([a, b, c, d]: [f64; 4]) -> [f64; 4] {
    [d, c, b, a]
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

/// Lower limit, lower and upper near line, upper limit, as parts of the way from the centre to a limit.
const LINES: [f64; 4] = [-1.0, -2.0 / 3.0, 2.0 / 3.0, 1.0];

/// Limits at `sigmas` standard errors, or where the distribution reaches `tails`.
fn point_limits(law: Law, centre: f64, size: f64, sigmas: f64, tails: Option<[f64; 4]>) -> Limits {
    // Points that are much larger than the baseline have many events, for which the normal law does.
    let tails = tails.filter(|_| law.rarer(centre, size) < MANY_EVENTS);
    let [low, near_low, near_high, high] = if let Some(tails) = tails {
        law.middle_quantiles(tails, centre, size).map(|count| count / size)
    } else {
        let top = if law == Law::Binomial { 1.0 } else { f64::INFINITY };
        let error = law.error(centre, size);
        LINES.map(|line| (centre + line * sigmas * error).clamp(0.0, top))
    };
    Limits { centre, low, high, near_low, near_high }
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

    /// The mid-distribution function by plain sums, joined linearly.
    fn slow_quantile(q: f64, below: impl Fn(u64) -> f64, most: u64) -> f64 {
        let mut k = 0;
        if below(0) >= q {
            return 0.0;
        }
        while k < most && below(k + 1) < q {
            k += 1;
        }
        if k == most { most as f64 } else { k as f64 + (q - below(k)) / (below(k + 1) - below(k)) }
    }

    #[test]
    fn exact_limits_match_plain_sums() {
        let tails = LINES.map(|line| distribution::normal_cdf(3.0 * line));
        for (centre, size) in [(0.05, 100.0), (0.97, 60.0), (0.5, 12.0), (0.99, 200.0), (0.999, 300.0)] {
            let n = size as u64;
            let middle =
                |k: u64| distribution::binomial_cdf(k, n, centre) - distribution::binomial_pmf(k, n, centre) / 2.0;
            let found = Law::Binomial.middle_quantiles(tails, centre, size);
            for (got, q) in found.into_iter().zip(tails) {
                let want = slow_quantile(q, middle, n);
                assert!((got - want).abs() < 1e-6, "binomial({size}, {centre}) at {q}: {got} {want}");
            }
        }
        for mean in [0.3, 2.0, 9.5, 40.0] {
            let middle = |k: u64| distribution::poisson_cdf(k, mean) - distribution::poisson_pmf(k, mean) / 2.0;
            for (got, q) in Law::Poisson.middle_quantiles(tails, mean, 1.0).into_iter().zip(tails) {
                let want = slow_quantile(q, middle, 10_000);
                assert!((got - want).abs() < 1e-6, "poisson({mean}) at {q}: {got} {want}");
            }
        }
    }

    #[test]
    fn very_wide_limits_end_at_the_scale() {
        let certain = [0.0, 0.0, 1.0, 1.0];
        let found = Law::Binomial.middle_quantiles(certain, 0.9, 50.0);
        assert_eq!((found[0], found[3]), (0.0, 50.0));
        assert!(Law::Poisson.middle_quantiles(certain, 5.0, 1.0)[3] > 25.0);
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
    fn a_large_point_after_small_ones_has_normal_limits() {
        let mut rates: Vec<Events> =
            [3, 5, 2, 4, 6, 3, 4, 5, 2, 4, 3, 5, 4].map(|count| Events::new(count, 1.0).unwrap()).to_vec();
        rates.push(Events::new(40_500, 10_000.0).unwrap());
        let made = chart(Series::Rates(&rates), &[Phase::frozen_after(13)], &Settings::guarded(None)).unwrap();
        let last = made.points[13].limits.unwrap();
        assert!((last.centre - 50.0 / 13.0).abs() < 1e-12);
        assert!(last.high - last.centre < 0.1 && last.high > last.centre, "{last:?}");
        assert!(made.points[0].limits.unwrap().high > 8.0);
    }

    #[test]
    fn sides_of_rare_events() {
        // 300 trials at 99.9 %: no failure in 74 % of points, always on the same side of the centre.
        assert!((Law::Binomial.stay(0.999, 300.0) - 0.999_f64.powi(300)).abs() < 1e-12);
        assert!((Law::Poisson.stay(0.9, 1.0) - (1.0 - (-0.9_f64).exp())).abs() < 1e-12);
        // Two expected: fewer in 40.6 %, exactly two in 27.1 %.
        assert!((Law::Poisson.stay(2.0, 1.0) - (0.406_006 + 0.270_671 / 2.0)).abs() < 1e-5);
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
