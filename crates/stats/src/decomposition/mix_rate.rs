//! Mix and rate: the bridge from one period's ratio to the next (Kitagawa 1955, Das Gupta 1993).
//!
//! A ratio R = Σ w·r weighs the segments' ratios r by their shares w of the denominator. It can fall although every
//! segment rises (Simpson's paradox), when weights move towards the lower ones. *Rate* is what segments contribute by
//! their own ratio, *mix* what they contribute by their weight.

use crate::error::{Error, Result, require_count, require_finite, require_same_length};

/// Numerator and denominator of one segment in one period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// Good answers, kept promises, seconds.
    pub numerator: f64,
    /// Answers, promises, contacts; zero where the segment does not exist in this period.
    pub denominator: f64,
}

/// What one segment contributes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    /// By its own ratio.
    pub rate: f64,
    /// By its weight.
    pub mix: f64,
    /// By both together; zero in the midpoint form.
    pub interaction: f64,
}

/// A change and its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Bridge {
    /// Ratio before.
    pub before: f64,
    /// Ratio after.
    pub after: f64,
    /// One contribution per segment, in the order of the input. They add up to `after - before`.
    pub segments: Vec<Contribution>,
}

impl Bridge {
    /// After minus before.
    #[must_use]
    pub fn change(&self) -> f64 {
        self.after - self.before
    }

    /// Sum of the rate parts: the change like for like.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.segments.iter().map(|segment| segment.rate).sum()
    }

    /// Sum of the mix parts.
    #[must_use]
    pub fn mix(&self) -> f64 {
        self.segments.iter().map(|segment| segment.mix).sum()
    }

    /// Sum of the interactions.
    #[must_use]
    pub fn interaction(&self) -> f64 {
        self.segments.iter().map(|segment| segment.interaction).sum()
    }
}

/// The midpoint form: rate = (w₀+w₁)/2 · (r₁-r₀), mix = (w₁-w₀) · ((r₀+r₁)/2 - (R₀+R₁)/2).
///
/// It is symmetric in time and leaves nothing over. Mix is centred on the whole: a segment that grows helps only if it is
/// better than the average. A segment that exists in one period only has no change of its own; all it does is mix.
///
/// ```
/// use evenkeel_stats::decomposition::mix_rate::{Segment, midpoint};
///
/// let segment = |numerator, denominator| Segment { numerator, denominator };
/// let last = [segment(540.0, 600.0), segment(240.0, 300.0), segment(60.0, 100.0)];
/// let this = [segment(455.0, 500.0), segment(243.0, 300.0), segment(122.0, 200.0)];
/// let bridge = midpoint(&last, &this)?;
/// assert!((bridge.change() + 0.02).abs() < 1e-12, "two points down");
/// assert!((bridge.rate() - 0.01).abs() < 1e-12, "although every segment is one point up");
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn midpoint(before: &[Segment], after: &[Segment]) -> Result<Bridge> {
    bridge(before, after, |w, r, overall| Contribution {
        rate: f64::midpoint(w[0], w[1]) * (r[1] - r[0]),
        mix: (w[1] - w[0]) * (f64::midpoint(r[0], r[1]) - f64::midpoint(overall[0], overall[1])),
        interaction: 0.0,
    })
}

/// The base-weighted form: rate = w₀ (r₁-r₀), mix = (w₁-w₀)(r₀-R₀), interaction = (w₁-w₀)(r₁-r₀).
///
/// For readers who think "what if only the ratios had changed". The interaction belongs to neither part.
pub fn base_weighted(before: &[Segment], after: &[Segment]) -> Result<Bridge> {
    bridge(before, after, |w, r, overall| Contribution {
        rate: w[0] * (r[1] - r[0]),
        mix: (w[1] - w[0]) * (r[0] - overall[0]),
        interaction: (w[1] - w[0]) * (r[1] - r[0]),
    })
}

fn bridge(
    before: &[Segment],
    after: &[Segment],
    part: impl Fn([f64; 2], [f64; 2], [f64; 2]) -> Contribution,
) -> Result<Bridge> {
    require_same_length("segments before", before.len(), "segments after", after.len())?;
    require_count("segments", before.len(), 1)?;
    let totals = [total(before)?, total(after)?];
    let overall = totals.map(|total| total.numerator / total.denominator);
    let segments = before
        .iter()
        .zip(after)
        .map(|(before, after)| {
            let weights = [before.denominator / totals[0].denominator, after.denominator / totals[1].denominator];
            let ratio =
                |segment: &Segment| (segment.denominator > 0.0).then(|| segment.numerator / segment.denominator);
            // Where there is no ratio in one period, the segment counts as unchanged.
            let ratios = match (ratio(before), ratio(after)) {
                (Some(before), Some(after)) => [before, after],
                (Some(only), None) | (None, Some(only)) => [only, only],
                (None, None) => return Contribution { rate: 0.0, mix: 0.0, interaction: 0.0 },
            };
            part(weights, ratios, overall)
        })
        .collect();
    Ok(Bridge { before: overall[0], after: overall[1], segments })
}

fn total(segments: &[Segment]) -> Result<Segment> {
    let mut total = Segment { numerator: 0.0, denominator: 0.0 };
    for (i, segment) in segments.iter().enumerate() {
        require_finite("segment", &[segment.numerator, segment.denominator])?;
        if segment.denominator < 0.0 {
            return Err(Error::OutOfRange {
                what: "denominator",
                value: segment.denominator,
                low: 0.0,
                high: f64::INFINITY,
            });
        }
        if segment.denominator == 0.0 && segment.numerator != 0.0 {
            return Err(Error::BadPosition { what: "numerator without denominator", index: i });
        }
        total.numerator += segment.numerator;
        total.denominator += segment.denominator;
    }
    if total.denominator > 0.0 {
        Ok(total)
    } else {
        Err(Error::NotPositive { what: "sum of denominators", value: 0.0 })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn segments(rows: &[(f64, f64)]) -> Vec<Segment> {
        rows.iter().map(|&(numerator, denominator)| Segment { numerator, denominator }).collect()
    }

    /// worked example 8.1, D7.
    pub(crate) fn d7() -> (Vec<Segment>, Vec<Segment>) {
        (
            segments(&[(540.0, 600.0), (240.0, 300.0), (60.0, 100.0)]),
            segments(&[(455.0, 500.0), (243.0, 300.0), (122.0, 200.0)]),
        )
    }

    #[test]
    fn midpoint_of_d7() {
        let (before, after) = d7();
        let bridge = midpoint(&before, &after).unwrap();
        assert!((bridge.before - 0.84).abs() < 1e-12 && (bridge.after - 0.82).abs() < 1e-12);
        for (segment, rate, mix) in [(0, 0.0055, -0.0075), (1, 0.0030, 0.0), (2, 0.0015, -0.0225)] {
            assert!((bridge.segments[segment].rate - rate).abs() < 1e-12);
            assert!((bridge.segments[segment].mix - mix).abs() < 1e-12);
        }
        assert!((bridge.rate() - 0.01).abs() < 1e-12 && (bridge.mix() + 0.03).abs() < 1e-12);
    }

    /// Without centring, the growth of the worst segment would look like a gain.
    #[test]
    fn uncentred_mix_misleads() {
        let (before, after) = d7();
        let uncentred: Vec<f64> = before
            .iter()
            .zip(&after)
            .map(|(b, a)| (a.denominator - b.denominator) / 1000.0 * b.numerator / b.denominator)
            .collect();
        for (got, want) in uncentred.iter().zip([-0.09, 0.0, 0.06]) {
            assert!((got - want).abs() < 1e-12);
        }
        let bridge = base_weighted(&before, &after).unwrap();
        assert!((uncentred.iter().sum::<f64>() - bridge.mix()).abs() < 1e-12, "the same sum");
        assert!(bridge.segments[2].mix < 0.0, "the opposite sign");
    }

    #[test]
    fn base_weighted_of_d7() {
        let (before, after) = d7();
        let bridge = base_weighted(&before, &after).unwrap();
        let want = [(0.006, -0.006, -0.001), (0.003, 0.0, 0.0), (0.001, -0.024, 0.001)];
        for (got, (rate, mix, interaction)) in bridge.segments.iter().zip(want) {
            assert!((got.rate - rate).abs() < 1e-12);
            assert!((got.mix - mix).abs() < 1e-12);
            assert!((got.interaction - interaction).abs() < 1e-12);
        }
        assert!((bridge.rate() - 0.01).abs() < 1e-12 && (bridge.mix() + 0.03).abs() < 1e-12);
        assert!(bridge.interaction().abs() < 1e-12);
    }

    #[test]
    fn segments_that_come_or_go_are_mix() {
        let before = segments(&[(80.0, 100.0), (0.0, 0.0), (0.0, 0.0)]);
        let after = segments(&[(80.0, 100.0), (20.0, 50.0), (0.0, 0.0)]);
        for bridge in [midpoint(&before, &after).unwrap(), base_weighted(&before, &after).unwrap()] {
            assert_eq!(bridge.rate(), 0.0);
            assert!((bridge.mix() - bridge.change()).abs() < 1e-12);
            assert_eq!(bridge.segments[2], Contribution { rate: 0.0, mix: 0.0, interaction: 0.0 });
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(midpoint(&[], &[]).is_err());
        assert!(midpoint(&segments(&[(1.0, 0.0)]), &segments(&[(1.0, 2.0)])).is_err());
        assert!(midpoint(&segments(&[(1.0, -2.0)]), &segments(&[(1.0, 2.0)])).is_err());
        assert!(midpoint(&segments(&[(0.0, 0.0)]), &segments(&[(1.0, 2.0)])).is_err());
        assert!(midpoint(&segments(&[(1.0, 2.0)]), &segments(&[(1.0, 2.0), (1.0, 2.0)])).is_err());
    }

    proptest! {
        #[test]
        fn parts_add_up_to_the_change(rows in prop::collection::vec((0.0..1.0_f64, 0.0..500.0_f64, 0.0..1.0_f64, 0.0..500.0_f64), 1..15)) {
            let before: Vec<Segment> = rows.iter().map(|r| Segment { numerator: r.0 * r.1, denominator: r.1 }).collect();
            let after: Vec<Segment> = rows.iter().map(|r| Segment { numerator: r.2 * r.3, denominator: r.3 }).collect();
            let one = midpoint(&before, &after).unwrap();
            prop_assert!((one.rate() + one.mix() - one.change()).abs() < 1e-12);
            let other = base_weighted(&before, &after).unwrap();
            prop_assert!((other.rate() + other.mix() + other.interaction() - other.change()).abs() < 1e-12);
            // Going back in time turns every sign of the midpoint form.
            let back = midpoint(&after, &before).unwrap();
            for (there, back) in one.segments.iter().zip(&back.segments) {
                prop_assert!((there.rate + back.rate).abs() < 1e-12 && (there.mix + back.mix).abs() < 1e-12);
            }
        }
    }
}
