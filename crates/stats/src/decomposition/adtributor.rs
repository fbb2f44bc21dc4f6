//! Adtributor: which dimension, and which of its elements, explain the gap between actual and expected (Bhagwan and
//! others, NSDI 2014).
//!
//! - *Explanatory power* of an element: the share of the whole gap that lies in it. The powers of a dimension add up to
//!   1; they may be negative or exceed 1.
//! - *Surprise* of an element: how much its share of the whole moved, as a part of the Jensen-Shannon divergence with
//!   natural logarithms. A dimension in which all elements moved in proportion has no surprise and explains nothing.
//!
//! Of each dimension, elements are taken by falling surprise while they explain more than `element_power`, until they
//! explain `total_power` together; dimensions are ranked by the surprise of what they took.

use crate::error::{Error, Result, require_count, require_finite, require_same_length};

/// Thresholds; the defaults are those of the paper's public implementations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// An element must explain more than this share of the gap to be taken.
    pub element_power: f64,
    /// Elements are taken until they explain more than this share together.
    pub total_power: f64,
    /// How many dimensions are returned.
    pub dimensions: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { element_power: 0.1, total_power: 0.67, dimensions: 3 }
    }
}

/// Power and surprise of one element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Element {
    /// Position in its dimension.
    pub index: usize,
    /// Share of the gap that lies in the element.
    pub power: f64,
    /// How much its share of the whole moved.
    pub surprise: f64,
}

/// A dimension that explains the gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Position of the dimension in the input.
    pub dimension: usize,
    /// The elements taken, by falling surprise.
    pub elements: Vec<Element>,
    /// Sum of their powers.
    pub power: f64,
    /// Sum of their surprises.
    pub surprise: f64,
}

/// Expected and actual figures of the elements of one dimension. Additive figures: counts, sums of money.
#[derive(Debug, Clone, Copy)]
pub struct Dimension<'a> {
    /// What was expected of each element.
    pub expected: &'a [f64],
    /// What happened.
    pub actual: &'a [f64],
}

/// Power and surprise of every element of a dimension.
///
/// ```
/// use evenkeel_stats::decomposition::adtributor::{Dimension, elements};
///
/// let channel = Dimension { expected: &[50.0, 30.0, 20.0], actual: &[52.0, 68.0, 20.0] };
/// let found = elements(channel)?;
/// assert!((found[1].power - 0.95).abs() < 1e-12 && (found[1].surprise - 0.01107856).abs() < 1e-8);
/// # Ok::<(), evenkeel_stats::Error>(())
/// ```
pub fn elements(dimension: Dimension) -> Result<Vec<Element>> {
    let (expected, actual) = totals(dimension)?;
    let gap = actual - expected;
    if gap == 0.0 {
        return Err(Error::Constant { what: "figure to be explained" });
    }
    Ok(dimension
        .expected
        .iter()
        .zip(dimension.actual)
        .enumerate()
        .map(|(index, (&f, &a))| Element { index, power: (a - f) / gap, surprise: surprise(f / expected, a / actual) })
        .collect())
}

/// 0.5 (p ln(2p/(p+q)) + q ln(2q/(p+q))), with 0 ln 0 = 0.
fn surprise(p: f64, q: f64) -> f64 {
    let part = |x: f64| if x > 0.0 { x * (2.0 * x / (p + q)).ln() } else { 0.0 };
    0.5 * (part(p) + part(q))
}

fn totals(dimension: Dimension) -> Result<(f64, f64)> {
    require_same_length("expected figures", dimension.expected.len(), "actual figures", dimension.actual.len())?;
    require_count("elements of a dimension", dimension.expected.len(), 1)?;
    for figures in [dimension.expected, dimension.actual] {
        require_finite("figures of a dimension", figures)?;
        if let Some(&value) = figures.iter().find(|&&value| value < 0.0) {
            return Err(Error::OutOfRange { what: "figure of an element", value, low: 0.0, high: f64::INFINITY });
        }
    }
    let (expected, actual): (f64, f64) = (dimension.expected.iter().sum(), dimension.actual.iter().sum());
    if expected == 0.0 || actual == 0.0 {
        return Err(Error::NotPositive { what: "total of a dimension", value: expected.min(actual) });
    }
    Ok((expected, actual))
}

/// The dimensions that explain the gap, best first. Empty when none reaches `total_power`: no dimension explains it.
pub fn explain(dimensions: &[Dimension], settings: Settings) -> Result<Vec<Explanation>> {
    let mut found = Vec::new();
    for (position, &dimension) in dimensions.iter().enumerate() {
        let mut by_surprise = elements(dimension)?;
        by_surprise.sort_by(|one, other| other.surprise.total_cmp(&one.surprise));
        let mut taken = Explanation { dimension: position, elements: Vec::new(), power: 0.0, surprise: 0.0 };
        for element in by_surprise {
            // What did not move more or less than the whole explains nothing, however large it is.
            if element.power > settings.element_power && element.surprise > f64::EPSILON {
                taken.power += element.power;
                taken.surprise += element.surprise;
                taken.elements.push(element);
            }
            if taken.power > settings.total_power {
                break;
            }
        }
        if taken.power > settings.total_power {
            found.push(taken);
        }
    }
    found.sort_by(|one, other| other.surprise.total_cmp(&one.surprise));
    found.truncate(settings.dimensions);
    Ok(found)
}

/// Explanatory power for a ratio: what the whole ratio would move if only one element had moved, as a share of the sum of
/// these moves. Returns raw move and share per element.
///
/// Raw: ((Aₙ-Fₙ) `F_d` - (A_d-F_d) `F_n`) / (`F_d` (`F_d` + `A_d` - `F_d` of the element)) with totals `F_n` and `F_d`.
pub fn ratio_power(
    expected: &[super::mix_rate::Segment],
    actual: &[super::mix_rate::Segment],
) -> Result<Vec<(f64, f64)>> {
    require_same_length("expected elements", expected.len(), "actual elements", actual.len())?;
    require_count("elements", expected.len(), 1)?;
    let numerator: f64 = expected.iter().map(|element| element.numerator).sum();
    let denominator: f64 = expected.iter().map(|element| element.denominator).sum();
    crate::error::require_positive("sum of expected denominators", denominator)?;
    let raw: Vec<f64> = expected
        .iter()
        .zip(actual)
        .map(|(f, a)| {
            let moved = denominator + a.denominator - f.denominator;
            ((a.numerator - f.numerator) * denominator - (a.denominator - f.denominator) * numerator)
                / (denominator * moved)
        })
        .collect();
    require_finite("move of an element", &raw)?;
    let sum: f64 = raw.iter().sum();
    if sum == 0.0 {
        return Err(Error::Constant { what: "ratio to be explained" });
    }
    Ok(raw.into_iter().map(|one| (one, one / sum)).collect())
}

/// A filter for long lists: |share of the overall change| + |change of the element's share of the whole|, in percent,
/// and zero where the element brings less than `least` percent of the overall change. Nobody acts on tiny slices.
pub fn balanced_cost(dimension: Dimension, least: f64) -> Result<Vec<f64>> {
    let (expected, actual) = totals(dimension)?;
    Ok(dimension
        .expected
        .iter()
        .zip(dimension.actual)
        .map(|(&f, &a)| {
            let contribution = 100.0 * (a - f) / expected;
            let share = 100.0 * (a / actual - f / expected);
            if contribution.abs() < least { 0.0 } else { contribution.abs() + share.abs() }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::super::mix_rate::tests::d7;
    use super::*;
    use proptest::prelude::*;

    const CHANNEL: Dimension = Dimension { expected: &[50.0, 30.0, 20.0], actual: &[52.0, 68.0, 20.0] };
    const REGION: Dimension = Dimension { expected: &[30.0, 25.0, 25.0, 20.0], actual: &[42.0, 35.0, 35.0, 28.0] };

    #[test]
    fn worked_dimensions() {
        let channel = elements(CHANNEL).unwrap();
        for (element, power, surprise) in [(0, 0.05, 0.004_759_75), (1, 0.95, 0.011_078_56), (2, 0.0, 0.002_392_10)] {
            assert!((channel[element].power - power).abs() < 1e-12);
            assert!((channel[element].surprise - surprise).abs() < 1e-8);
        }
        let sum: f64 = channel.iter().map(|element| element.surprise).sum();
        assert!((sum - 0.018_230_41).abs() < 1e-8);
        assert!(elements(REGION).unwrap().iter().all(|element| element.surprise.abs() < 1e-15));
    }

    #[test]
    fn channel_wins_and_a_proportional_dimension_explains_nothing() {
        let found = explain(&[REGION, CHANNEL], Settings::default()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].dimension, found[0].elements.len(), found[0].elements[0].index), (1, 1, 1));
        assert!(explain(&[REGION], Settings::default()).unwrap().is_empty());
    }

    #[test]
    fn ratio_of_d7() {
        let (before, after) = d7();
        let found = ratio_power(&before, &after).unwrap();
        let want = [(-0.001_111, 0.061_350), (0.003_000, -0.165_644), (-0.020_000, 1.104_294)];
        for (got, (raw, share)) in found.iter().zip(want) {
            assert!((got.0 - raw).abs() < 1e-6 && (got.1 - share).abs() < 1e-6, "{got:?}");
        }
    }

    #[test]
    fn tiny_slices_cost_nothing() {
        let cost = balanced_cost(CHANNEL, 3.0).unwrap();
        assert_eq!((cost[0], cost[2]), (0.0, 0.0), "2 % and 0 % of the expected whole");
        assert!((cost[1] - (38.0 + 100.0 * (68.0 / 140.0 - 0.3))).abs() < 1e-9);
    }

    #[test]
    fn nonsense_is_refused() {
        let nothing = Dimension { expected: &[1.0, 2.0], actual: &[2.0, 1.0] };
        assert!(elements(nothing).is_err(), "no gap to explain");
        assert!(elements(Dimension { expected: &[1.0], actual: &[1.0, 2.0] }).is_err());
        assert!(elements(Dimension { expected: &[-1.0, 4.0], actual: &[1.0, 2.0] }).is_err());
        assert!(elements(Dimension { expected: &[0.0], actual: &[1.0] }).is_err());
        assert!(ratio_power(&[], &[]).is_err());
    }

    proptest! {
        #[test]
        fn powers_add_up_and_surprises_are_not_negative(rows in prop::collection::vec((0.0..100.0_f64, 0.0..100.0_f64), 2..10)) {
            let (expected, actual): (Vec<f64>, Vec<f64>) = rows.into_iter().unzip();
            if let Ok(found) = elements(Dimension { expected: &expected, actual: &actual }) {
                let gap = actual.iter().sum::<f64>() - expected.iter().sum::<f64>();
                prop_assume!(gap.abs() > 1e-3);
                let sum: f64 = found.iter().map(|element| element.power).sum();
                prop_assert!((sum - 1.0).abs() < 1e-6);
                prop_assert!(found.iter().all(|element| element.surprise >= -1e-15));
            }
        }
    }
}
