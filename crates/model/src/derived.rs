//! Readings of measures that are worked out from other measures.

use crate::measure::Formula;
use crate::reading::{Missing, Reading};

/// The reading of a formula over measures or of a composite, from the readings of its parts in the order of
/// [`Formula::parts`]. None for what is worked out from rows.
///
/// As many rows stand behind it as behind the part with the fewest: a figure is no firmer than its weakest part.
#[must_use]
pub fn reading(formula: &Formula, parts: &[Result<Reading, Missing>]) -> Option<Result<Reading, Missing>> {
    let part_value = |part: &Result<Reading, Missing>| part.as_ref().ok().and_then(|reading| reading.value);
    match formula {
        Formula::OfMeasures { arithmetic, parts: measures } => {
            let mut values = Vec::with_capacity(parts.len());
            for (measure, part) in measures.iter().zip(parts) {
                match (part_value(part), part) {
                    (Some(value), _) => values.push(value),
                    (None, Err(Missing::NotYet)) => return Some(Err(Missing::NotYet)),
                    (None, part) => {
                        let because = part.as_ref().err().cloned().unwrap_or(Missing::NoRows);
                        return Some(Err(Missing::Part { part: measure.id.clone(), because: Box::new(because) }));
                    }
                }
            }
            Some(match arithmetic.value(&values) {
                Some(value) => Ok(Reading { n: fewest(parts), value: Some(value), ..Reading::EMPTY }),
                None => Err(Missing::DividedByZero),
            })
        }
        Formula::Composite(composite) => {
            if parts.iter().all(|part| *part == Err(Missing::NotYet)) {
                return Some(Err(Missing::NotYet));
            }
            let values: Vec<Option<f64>> = parts.iter().map(part_value).collect();
            Some(match composite.value(&values).value {
                Some(value) => Ok(Reading { n: fewest(parts), value: Some(value), ..Reading::EMPTY }),
                None => {
                    let silent = composite.parts.iter().zip(&values).filter(|(_, value)| value.is_none());
                    Err(Missing::TooFewParts { missing: silent.map(|(part, _)| part.measure.id.clone()).collect() })
                }
            })
        }
        _ => None,
    }
}

/// The fewest rows behind any part that has a value.
fn fewest(parts: &[Result<Reading, Missing>]) -> u64 {
    let known = parts.iter().flatten().filter(|reading| reading.value.is_some());
    known.map(|reading| reading.n).min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arithmetic::{Arithmetic, Operator};
    use crate::composite::tests::measure;
    use crate::composite::{Composite, CompositeMethod, CompositePart};
    use crate::ids::MeasureId;

    #[expect(clippy::unnecessary_wraps, reason = "it stands among readings that are missing")]
    fn known(value: f64, n: u64) -> Result<Reading, Missing> {
        Ok(Reading { n, value: Some(value), ..Reading::EMPTY })
    }

    fn cost_per_case() -> Formula {
        let arithmetic = Arithmetic::operation(Operator::DividedBy, Arithmetic::Part(0), Arithmetic::Part(1));
        Formula::OfMeasures { arithmetic, parts: vec![measure("cost"), measure("cases")] }
    }

    #[expect(clippy::unnecessary_wraps, reason = "it is compared with what may be no reading at all")]
    fn part_missing(id: &str, because: Missing) -> Option<Result<Reading, Missing>> {
        Some(Err(Missing::Part { part: MeasureId::new(id), because: Box::new(because) }))
    }

    #[test]
    fn a_formula_over_measures() {
        let formula = cost_per_case();
        let reading = reading(&formula, &[known(900.0, 31), known(20.0, 20)]);
        assert_eq!(reading, Some(Ok(Reading { n: 20, value: Some(45.0), ..Reading::EMPTY })));
    }

    #[test]
    fn a_missing_part_is_a_missing_figure_with_its_reason() {
        let formula = cost_per_case();
        let check = |parts: [Result<Reading, Missing>; 2], expected| assert_eq!(reading(&formula, &parts), expected);
        check([known(900.0, 31), Err(Missing::NoRows)], part_missing("cases", Missing::NoRows));
        check([known(900.0, 31), Ok(Reading::EMPTY)], part_missing("cases", Missing::NoRows));
        check([Err(Missing::NotAtThisLevel), known(1.0, 1)], part_missing("cost", Missing::NotAtThisLevel));
        check([Err(Missing::NotYet), Err(Missing::NotYet)], Some(Err(Missing::NotYet)));
        check([known(900.0, 31), known(0.0, 0)], Some(Err(Missing::DividedByZero)));
    }

    #[test]
    fn a_composite_needs_as_much_weight_as_it_says() {
        let part = |id: &str, weight| CompositePart { measure: measure(id), weight, worst: 0.0, best: 100.0 };
        let composite = |needed| {
            let parts = vec![part("a", 3.0), part("b", 2.0), part("c", 1.0)];
            Formula::Composite(Composite { method: CompositeMethod::Mean, parts, needed })
        };
        let parts = [known(80.0, 40), Err(Missing::NoRows), known(50.0, 12)];
        let expected = Ok(Reading { n: 12, value: Some(72.5), ..Reading::EMPTY });
        assert_eq!(reading(&composite(0.5), &parts), Some(expected));
        let missing = Missing::TooFewParts { missing: vec![MeasureId::new("b")] };
        assert_eq!(reading(&composite(1.0), &parts), Some(Err(missing)));
        let none = [Err(Missing::NotYet), Err(Missing::NotYet), Err(Missing::NotYet)];
        assert_eq!(reading(&composite(1.0), &none), Some(Err(Missing::NotYet)));
    }

    #[test]
    fn rows_are_no_matter_of_this() {
        assert_eq!(reading(&measure("a").formula, &[]), None);
    }
}
