//! Composites: several measures on one scale from 0 to 100, weighted.

use std::sync::Arc;

use crate::measure::Measure;

/// How the parts of a composite are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CompositeMethod {
    /// The weighted mean: what one part lacks, another can make up for in full.
    Mean,
    /// The weighted geometric mean: one weak part pulls the whole down further than another can lift it.
    GeometricMean,
}

impl CompositeMethod {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            CompositeMethod::Mean => "mean",
            CompositeMethod::GeometricMean => "geometric mean",
        }
    }
}

/// The lowest place on the scale that a geometric mean takes, as for the scores of a scorecard: a single 0 would
/// otherwise erase all other parts.
pub const FLOOR: f64 = 5.0;

/// One measure of a composite.
#[derive(Debug, Clone, PartialEq)]
pub struct CompositePart {
    /// The measure.
    pub measure: Arc<Measure>,
    /// Its weight; weights need not add up to anything.
    pub weight: f64,
    /// The value that means 0, in the stored unit of the measure.
    pub worst: f64,
    /// The value that means 100, in the stored unit of the measure. It is below `worst` where less is better.
    pub best: f64,
}

impl CompositePart {
    /// Where a value lies on the scale: straight from 0 to 100, and never beyond.
    #[must_use]
    pub fn scaled(&self, value: f64) -> f64 {
        ((value - self.worst) / (self.best - self.worst) * 100.0).clamp(0.0, 100.0)
    }
}

/// Several measures on one scale from 0 to 100.
#[derive(Debug, Clone, PartialEq)]
pub struct Composite {
    /// How they are put together.
    pub method: CompositeMethod,
    /// The parts, in the order of the definition.
    pub parts: Vec<CompositePart>,
    /// The share of all weight, 0 to 1, for which there must be values; below it there is no figure. At 1 every part
    /// must be there.
    pub needed: f64,
}

/// What came of a composite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CompositeValue {
    /// From 0 to 100; none when too much weight is missing.
    pub value: Option<f64>,
    /// The share of all weight for which there were values, 0 to 1.
    pub present: f64,
}

impl Composite {
    /// The composite of the values of its parts, in the order of the parts. Weights of parts without a value are
    /// shared among the others, when enough weight is there to allow it.
    ///
    /// Mean: Σ w s / Σ w. Geometric mean: exp(Σ w ln max(s, 5) / Σ w).
    #[must_use]
    pub fn value(&self, values: &[Option<f64>]) -> CompositeValue {
        let all: f64 = self.parts.iter().map(|part| part.weight).sum();
        let (mut weight, mut sum) = (0.0, 0.0);
        for (part, value) in self.parts.iter().zip(values) {
            if let Some(value) = value {
                let scaled = part.scaled(*value);
                weight += part.weight;
                sum += part.weight
                    * match self.method {
                        CompositeMethod::Mean => scaled,
                        CompositeMethod::GeometricMean => scaled.max(FLOOR).ln(),
                    };
            }
        }
        let present = if all > 0.0 { weight / all } else { 0.0 };
        // Sums of weights such as 0.1 and 0.7 miss their share by a rounding error.
        let enough = weight > 0.0 && present >= self.needed - 1e-9;
        let value = enough.then(|| match self.method {
            CompositeMethod::Mean => sum / weight,
            CompositeMethod::GeometricMean => (sum / weight).exp(),
        });
        CompositeValue { value, present }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ids::MeasureId;
    use crate::measure::{About, DefinitionVersion, Direction, Expression, Formula, Levels, Rows, ValueUnit};
    use proptest::prelude::*;

    pub(crate) fn measure(id: &str) -> Arc<Measure> {
        let rows = Rows {
            table: "responses".to_owned(),
            conditions: Vec::new(),
            period_of: Expression("answered_at".to_owned()),
            person: None,
            unit: None,
        };
        Arc::new(Measure {
            id: MeasureId::new(id),
            title: id.to_owned(),
            leg: None,
            perspective: None,
            noun: "answers".to_owned(),
            unit: ValueUnit::Number { word: None },
            decimals: None,
            better: Direction::Higher,
            levels: Levels { person: true, unit: true },
            formula: Formula::Mean { rows, of: Expression("score".to_owned()) },
            wait: None,
            about: About::default(),
            example: None,
            withhold_below: None,
            definition: DefinitionVersion { number: 1, digest: "0".to_owned() },
            earlier: Vec::new(),
        })
    }

    fn composite(method: CompositeMethod, needed: f64, weights: &[f64]) -> Composite {
        let part = |weight: &f64| CompositePart { measure: measure("m"), weight: *weight, worst: 0.0, best: 100.0 };
        Composite { method, parts: weights.iter().map(part).collect(), needed }
    }

    fn near(one: f64, other: f64) {
        assert!((one - other).abs() < 5e-5, "{one} {other}");
    }

    /// The worked values of the statistics design: weights 3, 2, 1 and scores 80, missing, 50; scores 90, 80, 20.
    #[test]
    fn worked_values() {
        let scores = [Some(80.0), None, Some(50.0)];
        let mean = composite(CompositeMethod::Mean, 0.6, &[3.0, 2.0, 1.0]).value(&scores);
        near(mean.value.unwrap(), 72.5);
        near(mean.present, 4.0 / 6.0);
        assert_eq!(composite(CompositeMethod::Mean, 0.7, &[3.0, 2.0, 1.0]).value(&scores).value, None);
        assert_eq!(composite(CompositeMethod::Mean, 1.0, &[3.0, 2.0, 1.0]).value(&scores).value, None);
        let all = [Some(90.0), Some(80.0), Some(20.0)];
        near(composite(CompositeMethod::Mean, 1.0, &[1.0; 3]).value(&all).value.unwrap(), 63.3333);
        near(composite(CompositeMethod::GeometricMean, 1.0, &[1.0; 3]).value(&all).value.unwrap(), 52.4148);
        // A single zero counts as 5: (100 × 5)^(1/2) = 22.3607.
        let zero = composite(CompositeMethod::GeometricMean, 1.0, &[1.0; 2]).value(&[Some(100.0), Some(0.0)]);
        near(zero.value.unwrap(), 22.3607);
    }

    #[test]
    fn both_ends_of_the_scale() {
        let part = |worst, best| CompositePart { measure: measure("m"), weight: 1.0, worst, best };
        near(part(0.5, 0.9).scaled(0.8), 75.0);
        near(part(0.5, 0.9).scaled(0.95), 100.0);
        near(part(0.5, 0.9).scaled(0.1), 0.0);
        // Less is better: 60 hours are 0, 20 hours are 100.
        near(part(60.0, 20.0).scaled(30.0), 75.0);
    }

    #[test]
    fn nothing_present() {
        let nothing = composite(CompositeMethod::Mean, 0.0, &[1.0, 1.0]).value(&[None, None]);
        assert_eq!(nothing, CompositeValue { value: None, present: 0.0 });
        let shares = composite(CompositeMethod::Mean, 0.8, &[0.1, 0.7, 0.2]);
        assert!(shares.value(&[Some(50.0), Some(50.0), None]).value.is_some(), "0.1 + 0.7 is not quite 0.8");
    }

    proptest! {
        #[test]
        fn weights_have_no_scale(
            parts in proptest::collection::vec((0.01..10.0f64, proptest::option::of(0.0..100.0f64)), 1..6),
            factor in 0.001..1000.0f64,
            geometric in any::<bool>(),
        ) {
            let method = if geometric { CompositeMethod::GeometricMean } else { CompositeMethod::Mean };
            let weights: Vec<f64> = parts.iter().map(|(weight, _)| *weight).collect();
            let scaled: Vec<f64> = weights.iter().map(|weight| weight * factor).collect();
            let values: Vec<Option<f64>> = parts.iter().map(|(_, value)| *value).collect();
            let one = composite(method, 0.0, &weights).value(&values);
            let other = composite(method, 0.0, &scaled).value(&values);
            prop_assert_eq!(one.value.is_some(), other.value.is_some());
            if let (Some(one), Some(other)) = (one.value, other.value) {
                prop_assert!((one - other).abs() < 1e-9 * (1.0 + one.abs()));
            }
        }

        #[test]
        fn a_composite_lies_between_its_parts(
            values in proptest::collection::vec((0.01..10.0f64, FLOOR..100.0f64), 1..6),
        ) {
            let weights: Vec<f64> = values.iter().map(|(weight, _)| *weight).collect();
            let scores: Vec<Option<f64>> = values.iter().map(|(_, value)| Some(*value)).collect();
            let mean = composite(CompositeMethod::Mean, 1.0, &weights).value(&scores).value.unwrap();
            let geometric = composite(CompositeMethod::GeometricMean, 1.0, &weights).value(&scores).value.unwrap();
            let low = values.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
            let high = values.iter().map(|(_, value)| *value).fold(0.0, f64::max);
            prop_assert!(low - 1e-9 <= geometric && geometric <= mean + 1e-9 && mean <= high + 1e-9);
        }
    }
}
