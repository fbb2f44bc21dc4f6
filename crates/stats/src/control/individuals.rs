//! Charts of individual values with limits from moving ranges (`XmR`), and the t chart for times between events.
//!
//! Centre: mean of the baseline. Limits: centre ± 2.66 (or 3 / 1.128) times the average of the absolute differences of
//! successive points. The moving range, and not the standard deviation, because a shift inside the baseline inflates the
//! standard deviation and hides itself.

use super::guards::{self, Guards, Note, Transformation};
use super::{Chart, Kind, Limits, MOVING_RANGE_LIMIT, PhaseSummary, Point, Settings, Span};
use crate::error::{Error, Result, require_finite};
use crate::summary;

/// What the values are, which decides the scale of the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    /// Values of any sign, on their own scale.
    Plain,
    /// Values that are not negative; bent where the guard says so.
    Positive,
    /// Times between events, on y^(1/3.6) (Nelson 1994).
    TimesBetween,
    /// Shares, bent by the arcsine of their root.
    Share,
    /// Rates, bent by their root.
    Rate,
}

pub(super) fn chart(values: &[f64], scale: Scale, spans: &[Span], settings: &Settings) -> Result<Chart> {
    require_finite("points", values)?;
    if scale != Scale::Plain
        && let Some(&value) = values.iter().find(|&&value| value < 0.0)
    {
        return Err(Error::OutOfRange { what: "point", value, low: 0.0, high: f64::INFINITY });
    }
    let history = guards::history(spans);
    let transformation = match scale {
        Scale::Positive if settings.guards.skewness => guards::choose_power(values, &history),
        Scale::Plain | Scale::Positive => Transformation::Identity,
        Scale::TimesBetween => Transformation::BoxCox(1.0 / 3.6),
        Scale::Share => Transformation::ArcsineRoot,
        Scale::Rate => Transformation::BoxCox(0.5),
    };
    let mut notes = Vec::new();
    if transformation != Transformation::Identity {
        notes.push(Note::Bent(transformation));
    }
    let bent: Vec<f64> = values.iter().map(|&value| transformation.forward(value)).collect();
    let wave = settings.guards.period.and_then(|period| guards::wave(&bent, spans, period));
    let wave_taken_out = wave.is_some() && settings.guards.season;
    let mut heights = vec![0.0; values.len()];
    if let Some(wave) = wave {
        notes.push(Note::Seasonal { amplitude: wave.amplitude, removed: settings.guards.season });
        if settings.guards.season {
            heights = wave.heights;
        }
    }
    let adjusted: Vec<f64> = bent.iter().zip(&heights).map(|(value, height)| value - height).collect();
    let autocorrelation = autocorrelation_with_note(&adjusted, &history, settings.guards, &mut notes)
        .map(|found| guards::Autocorrelation { wave_taken_out, ..found });

    let mut points = Vec::with_capacity(values.len());
    let mut phases = Vec::with_capacity(spans.len());
    for (phase, span) in spans.iter().enumerate() {
        let baseline = &adjusted[span.start..span.baseline_end];
        let frozen_points = span.frozen.then_some(baseline.len());
        let adjustment = guards::adjust(settings.guards, settings.rules, autocorrelation, frozen_points, 0.5);
        let (average, screened) = average_moving_range(baseline, settings.screen_moving_ranges);
        let half = settings.constants.limit_factor() * average * adjustment.widening;
        let usable = baseline.len() >= 2 && average > 0.0;
        let centre = summary::mean(baseline);
        for t in span.start..span.end {
            let limits = usable.then(|| {
                let at = |distance: f64| transformation.backward(centre + heights[t] + distance);
                Limits {
                    centre: at(0.0),
                    low: at(-half),
                    high: at(half),
                    near_low: at(-half * 2.0 / 3.0),
                    near_high: at(half * 2.0 / 3.0),
                }
            });
            points.push(Point { value: values[t], adjusted: adjusted[t], limits, phase });
        }
        let trial = baseline.len() < settings.trial_below;
        note_phase(&mut notes, phase, baseline.len(), usable, trial);
        if span.frozen && settings.guards.short_baseline && usable {
            notes.push(Note::ShortBaseline { phase, points: baseline.len(), widening: adjustment.widening });
        }
        phases.push(PhaseSummary {
            start: span.start,
            end: span.end,
            baseline_points: baseline.len(),
            trial,
            average_moving_range: usable.then_some(average),
            screened,
            dispersion: None,
            rules: adjustment.rules,
        });
    }
    let kind = if scale == Scale::TimesBetween { Kind::T } else { Kind::Individuals };
    Ok(Chart { kind, points, phases, notes })
}

/// Judges autocorrelation and notes it, as a guard that acts or as a warning.
pub(super) fn autocorrelation_with_note(
    adjusted: &[f64],
    history: &[(usize, usize)],
    guards: Guards,
    notes: &mut Vec<Note>,
) -> Option<guards::Autocorrelation> {
    let found = guards::autocorrelation(adjusted, history)?;
    if guards.autocorrelation && found.acts {
        notes.push(Note::Autocorrelated { lag1: found.lag1, widening: found.widening() });
    } else if !guards.autocorrelation && found.warning {
        notes.push(Note::Autocorrelated { lag1: found.lag1, widening: 1.0 });
    }
    Some(found)
}

/// Notes what every kind of chart has to say about the limits of a phase.
pub(super) fn note_phase(notes: &mut Vec<Note>, phase: usize, points: usize, usable: bool, trial: bool) {
    if !usable {
        notes.push(Note::NoLimits { phase });
        return;
    }
    if trial {
        notes.push(Note::TrialLimits { phase, points });
    }
}

/// Average moving range and the number of ranges left out by screening.
///
/// Screening drops each range that is not below 3.267 averages and recomputes the average once. It is skipped where it
/// would leave nothing but zeros, because limits of zero width would mark every difference.
pub(super) fn average_moving_range(values: &[f64], screen: bool) -> (f64, usize) {
    let ranges: Vec<f64> = values.windows(2).map(|pair| (pair[1] - pair[0]).abs()).collect();
    if ranges.is_empty() {
        return (0.0, 0);
    }
    let average = summary::mean(&ranges);
    if !screen {
        return (average, 0);
    }
    let kept: Vec<f64> = ranges.iter().copied().filter(|&range| range < MOVING_RANGE_LIMIT * average).collect();
    let screened = ranges.len() - kept.len();
    let again = if kept.is_empty() { 0.0 } else { summary::mean(&kept) };
    if again > 0.0 { (again, screened) } else { (average, 0) }
}

#[cfg(test)]
mod tests {
    use super::super::{Baseline, Constants, Phase, Series, chart};
    use super::*;
    use proptest::prelude::*;

    const D1: [f64; 24] = [
        82.0, 79.0, 84.0, 81.0, 80.0, 83.0, 78.0, 82.0, 81.0, 85.0, 80.0, 79.0, 83.0, 84.0, 86.0, 85.0, 87.0, 86.0,
        88.0, 85.0, 84.0, 86.0, 87.0, 72.0,
    ];
    const D2: [f64; 25] = [
        50.0, 52.0, 49.0, 51.0, 48.0, 50.0, 53.0, 49.0, 51.0, 50.0, 52.0, 48.0, 50.0, 51.0, 49.0, 58.0, 57.0, 50.0,
        51.0, 52.0, 53.0, 54.0, 55.0, 56.0, 50.0,
    ];

    fn limits(values: &[f64], phase: Phase, settings: &Settings) -> Limits {
        chart(Series::Values(values), &[phase], settings).unwrap().points[0].limits.unwrap()
    }

    #[test]
    fn worked_limits() {
        let mdc = Settings::MAKING_DATA_COUNT;
        let unscreened = Settings { screen_moving_ranges: false, ..mdc };
        let rows = [
            (limits(&D1, Phase::frozen_after(12), &mdc), 81.166_667, 72.703_030, 89.630_303),
            (limits(&D1, Phase::WHOLE, &mdc), 82.791_667, 76.141_667, 89.441_667),
            (limits(&D1, Phase::WHOLE, &unscreened), 82.791_667, 74.696_014, 90.887_319),
            (limits(&D1, Phase::WHOLE, &Settings::QICHARTS), 82.791_667, 74.697_310, 90.886_024),
            (limits(&D2, Phase::frozen_after(15), &mdc), 50.2, 43.93, 56.47),
        ];
        for (found, centre, low, high) in rows {
            assert!((found.centre - centre).abs() < 1e-6, "{found:?}");
            assert!((found.low - low).abs() < 1e-6 && (found.high - high).abs() < 1e-6, "{found:?}");
            assert!((found.near_high - centre - (high - centre) * 2.0 / 3.0).abs() < 1e-5, "{found:?}");
        }
    }

    #[test]
    fn screening_drops_the_range_of_fifteen() {
        assert_eq!(average_moving_range(&D1[..12], true).1, 0);
        let (unscreened, none) = average_moving_range(&D1, false);
        assert!((unscreened - 3.043_478).abs() < 1e-6 && none == 0);
        assert!((MOVING_RANGE_LIMIT * unscreened - 9.943_043).abs() < 1e-6);
        assert_eq!(average_moving_range(&D1, true), (2.5, 1));
        // By hand for the first twelve points: average 3.181818, cut at 10.395.
        let (first, _) = average_moving_range(&D1[..12], true);
        assert!((first - 3.181_818).abs() < 1e-6 && (MOVING_RANGE_LIMIT * first - 10.395).abs() < 1e-9);
    }

    #[test]
    fn limits_from_the_standard_deviation_would_miss_the_drop() {
        let spread = summary::variance(&D1).sqrt();
        assert!((spread - 3.635_324).abs() < 1e-6);
        assert!(82.791_667 - 3.0 * spread < 72.0);
        assert!(limits(&D1, Phase::WHOLE, &Settings::QICHARTS).low > 72.0);
    }

    #[test]
    fn phases_have_their_own_limits_and_trial_marks() {
        let phases = [Phase::WHOLE, Phase { start: 16, baseline: Baseline::All }];
        let made = chart(Series::Values(&D1), &phases, &Settings::MAKING_DATA_COUNT).unwrap();
        assert!(!made.phases[0].trial && made.phases[1].trial);
        assert_eq!(made.phases[1].baseline_points, 8);
        assert!(made.notes.contains(&Note::TrialLimits { phase: 1, points: 8 }));
        let first = limits(&D1[..16], Phase::WHOLE, &Settings::MAKING_DATA_COUNT);
        assert_eq!(made.points[3].limits, Some(first));
    }

    #[test]
    fn no_limits_without_variation() {
        let flat = chart(Series::Values(&[5.0; 14]), &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT).unwrap();
        assert_eq!(flat.points[0].limits, None);
        assert!(flat.notes.contains(&Note::NoLimits { phase: 0 }));
        // One odd value among equal ones: screening would leave nothing but zeros, so it is skipped.
        let mut once = [5.0; 14];
        once[6] = 6.0;
        let made = chart(Series::Values(&once), &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT).unwrap();
        assert!((made.phases[0].average_moving_range.unwrap() - 2.0 / 13.0).abs() < 1e-12);
    }

    /// qicharts2 0.8.1: transform, individuals chart, transform back.
    #[test]
    fn times_between_events_are_bent_and_bent_back() {
        let days = [3.0, 12.0, 7.0, 0.0, 25.0, 9.0, 14.0, 2.0, 31.0, 6.0, 18.0, 11.0, 5.0];
        let settings = Settings::QICHARTS;
        let made = chart(Series::TimesBetween(&days), &[Phase::WHOLE], &settings).unwrap();
        let roots: Vec<f64> = days.iter().map(|d| f64::powf(*d, 1.0 / 3.6)).collect();
        let by_hand = limits(&roots, Phase::WHOLE, &settings);
        let found = made.points[0].limits.unwrap();
        assert!((found.centre - by_hand.centre.powf(3.6)).abs() < 1e-9);
        assert!((found.high - by_hand.high.powf(3.6)).abs() < 1e-9);
        assert_eq!(found.low, 0.0);
        assert_eq!(made.kind, Kind::T);
        assert!(chart(Series::TimesBetween(&[1.0, -1.0]), &[Phase::WHOLE], &settings).is_err());
    }

    #[test]
    fn constants_differ_in_the_fourth_digit_only() {
        let ratio = Constants::Rounded.limit_factor() / Constants::Divided.limit_factor();
        assert!((ratio - 1.0).abs() < 2e-4 && ratio != 1.0);
    }

    proptest! {
        #[test]
        fn limits_follow_a_change_of_unit(values in prop::collection::vec(0.0..100.0_f64, 13..40), scale in 0.1..50.0_f64, shift in -100.0..100.0_f64) {
            let one = chart(Series::Values(&values), &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT).unwrap();
            let moved: Vec<f64> = values.iter().map(|v| scale * v + shift).collect();
            let other = chart(Series::Values(&moved), &[Phase::WHOLE], &Settings::MAKING_DATA_COUNT).unwrap();
            if let (Some(a), Some(b)) = (one.points[0].limits, other.points[0].limits) {
                prop_assert!((scale * a.high + shift - b.high).abs() < 1e-6 * (1.0 + b.high.abs()));
                prop_assert!(a.low <= a.near_low && a.near_low <= a.centre && a.centre <= a.near_high && a.near_high <= a.high);
            }
        }

        #[test]
        fn frozen_limits_ignore_later_points(values in prop::collection::vec(0.0..100.0_f64, 13..40), later in -1e3..1e3_f64) {
            for settings in [Settings::MAKING_DATA_COUNT, Settings::guarded(Some(12))] {
                let one = chart(Series::Amounts(&values), &[Phase::frozen_after(12)], &settings).unwrap();
                let mut more = values.clone();
                more.push(later.abs());
                let other = chart(Series::Amounts(&more), &[Phase::frozen_after(12)], &settings).unwrap();
                prop_assert_eq!(one.points[0].limits, other.points[0].limits);
            }
        }
    }
}
