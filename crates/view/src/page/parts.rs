//! The measures that a figure is worked out from, each with its own figure.

use evenkeel_model::composite::Composite;
use evenkeel_model::evaluation::{MeasureResult, PartResult};
use evenkeel_model::measure::Formula;
use schemars::JsonSchema;
use serde::Serialize;

use crate::number::{self, Figure, Format};
use crate::page::context::Context;
use crate::words;

/// One of the measures that a figure is worked out from.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PartLine {
    /// The identifier of the measure.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Where its page is.
    pub url: String,
    /// Its value in the same unit and period.
    pub value: Figure,
    /// How many rows stand behind it.
    pub n: u64,
    /// The same with its noun; why there is no value where there is none.
    pub count: String,
    /// Why there is no value.
    pub missing: Option<String>,
    /// Which definition produced it.
    pub definition: String,
    /// Its place in a composite; none in a formula.
    pub place: Option<PartPlace>,
}

/// What a part is in a composite.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PartPlace {
    /// Its weight as a share of all weight.
    pub weight: f64,
    /// The same in words: `67 %`.
    pub weight_text: String,
    /// The values that mean 0 and 100: `0 at 50 %, 100 at 90 %`.
    pub scale: String,
    /// Where its value lies on the scale; none without a value.
    pub scaled: Option<f64>,
    /// The same in words.
    pub scaled_text: String,
}

/// The measures that a figure is worked out from.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PartsTable {
    /// How they are put together.
    pub rule: String,
    /// What is missing and was made up for; none where nothing is.
    pub gap: Option<String>,
    /// Whether they have weights and places on a scale.
    pub weighted: bool,
    /// The parts, in the order of the definition.
    pub parts: Vec<PartLine>,
}

impl PartsTable {
    /// The parts of a result; none for a measure that is worked out from rows.
    #[must_use]
    pub fn new(result: &MeasureResult, context: &Context<'_>) -> Option<Self> {
        let formula = &result.measure.in_force(context.place.period).unwrap_or(&result.measure).formula;
        let weighted = match formula {
            Formula::Composite(composite) => Some(composite),
            Formula::OfMeasures { .. } => None,
            _ => return None,
        };
        let parts = result.parts.iter().enumerate();
        Some(Self {
            rule: words::definition::rule_of_parts(formula)?,
            gap: weighted.and_then(|composite| gap(composite, result)),
            weighted: weighted.is_some(),
            parts: parts.map(|(position, part)| line(position, part, weighted, context)).collect(),
        })
    }
}

fn line(position: usize, part: &PartResult, composite: Option<&Composite>, context: &Context<'_>) -> PartLine {
    let measure = &part.measure;
    let format = Format::of(measure, &context.currency, part.reading.value);
    let missing = part.missing.as_ref().map(|missing| words::missing(missing, measure));
    PartLine {
        id: measure.id.to_string(),
        name: measure.title.clone(),
        url: context.links.measure(&measure.id, &context.place),
        value: part.reading.value.map_or_else(|| Figure::words("no figure"), |value| format.figure(value)),
        n: part.reading.n,
        count: missing.clone().unwrap_or_else(|| number::counted(part.reading.n, &measure.noun)),
        missing,
        definition: measure.definition.to_string(),
        place: composite.and_then(|composite| place(position, part, composite, &format)),
    }
}

fn place(position: usize, part: &PartResult, composite: &Composite, format: &Format) -> Option<PartPlace> {
    let own = composite.parts.get(position)?;
    let weight = own.weight / composite.parts.iter().map(|part| part.weight).sum::<f64>();
    let scaled = part.reading.value.map(|value| own.scaled(value));
    Some(PartPlace {
        weight,
        weight_text: number::share(weight),
        scale: format!("0 at {}, 100 at {}", format.goal(own.worst), format.goal(own.best)),
        scaled,
        scaled_text: scaled.map_or_else(|| "–".to_owned(), |scaled| number::rounded(scaled, 0)),
    })
}

/// The share of the weight that is present in a composite that has a figure although parts are missing.
#[must_use]
pub fn present(result: &MeasureResult) -> Option<f64> {
    let Formula::Composite(composite) = &result.measure.formula else { return None };
    result.reading.value?;
    let values: Vec<Option<f64>> = result.parts.iter().map(|part| part.reading.value).collect();
    Some(composite.value(&values).present).filter(|_| values.iter().any(Option::is_none))
}

fn gap(composite: &Composite, result: &MeasureResult) -> Option<String> {
    let present = present(result)?;
    let silent: Vec<&str> = result
        .parts
        .iter()
        .filter(|part| part.reading.value.is_none())
        .map(|part| part.measure.title.as_str())
        .collect();
    Some(format!(
        "Worked out from {} of the weight, of which {} is needed: there is no figure for {}, so the others count for more.",
        number::share(present),
        number::share(composite.needed),
        words::listed(&silent)
    ))
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::sync::Arc;

    use evenkeel_model::arithmetic::{Arithmetic, Operator};
    use evenkeel_model::composite::{CompositeMethod, CompositePart};
    use evenkeel_model::evaluation::{Evaluation, LegResult};
    use evenkeel_model::measure::{DefinitionVersion, Measure};
    use evenkeel_model::reading::{Missing, Reading};

    use super::*;
    use crate::page::row::Row;
    use crate::page::sample;

    fn find<'a>(evaluation: &'a Evaluation, id: &str) -> &'a MeasureResult {
        evaluation.legs.iter().flat_map(LegResult::measures).find(|result| result.measure.id.as_str() == id).unwrap()
    }

    /// `csat` as if it were worked out from two others, of which the second may be missing.
    fn derived(evaluation: &Evaluation, formula: Formula, missing: bool) -> MeasureResult {
        let base = find(evaluation, "csat");
        let mut result = base.clone();
        let definition = DefinitionVersion { number: 1, digest: "0a1b2c3d".to_owned() };
        result.measure = Arc::new(Measure { formula, definition, ..base.measure.as_ref().clone() });
        result.likely_range = None;
        result.parts = ["nps", "complaint_time"]
            .into_iter()
            .map(|id| {
                let part = find(evaluation, id);
                PartResult { measure: Arc::clone(&part.measure), reading: part.reading, missing: None }
            })
            .collect();
        if missing {
            result.parts[1].reading = Reading::EMPTY;
            result.parts[1].missing = Some(Missing::NoRows);
        }
        result
    }

    fn told(missing: bool, formula: impl Fn(Arc<Measure>, Arc<Measure>) -> Formula + Send + Sync) -> String {
        let mut text = String::new();
        sample::with("rich", |evaluation, context| {
            let measure = |id: &str| Arc::clone(&find(&evaluation, id).measure);
            let result = derived(&evaluation, formula(measure("nps"), measure("complaint_time")), missing);
            let table = PartsTable::new(&result, context).unwrap();
            writeln!(text, "{}\n{}", table.rule, table.gap.as_deref().unwrap_or("nothing is missing")).unwrap();
            for part in &table.parts {
                write!(text, "{} {} ({})", part.name, part.value.text, part.count).unwrap();
                if let Some(place) = &part.place {
                    write!(text, ", weight {}, {}, {}", place.weight_text, place.scale, place.scaled_text).unwrap();
                }
                text.push('\n');
            }
            let row = Row::new(&result, context);
            writeln!(text, "tag: {}", row.tag.map_or("none".to_owned(), |tag| tag.text)).unwrap();
            writeln!(text, "count: {}", row.count.unwrap().text).unwrap();
            writeln!(text, "{}", words::definition::configured(&result.measure)).unwrap();
        });
        text.replace(number::NO_BREAK_SPACE, " ")
    }

    fn composite(needed: f64) -> impl Fn(Arc<Measure>, Arc<Measure>) -> Formula + Send + Sync {
        move |nps, time| {
            let part = |measure, weight, worst, best| CompositePart { measure, weight, worst, best };
            let parts = vec![part(nps, 2.0, 0.0, 0.6), part(time, 1.0, 216_000.0, 72_000.0)];
            Formula::Composite(Composite { method: CompositeMethod::GeometricMean, parts, needed })
        }
    }

    #[test]
    fn parts_of_a_composite() {
        insta::assert_snapshot!(told(false, composite(1.0)));
    }

    #[test]
    fn a_missing_part_is_never_made_up_for_in_silence() {
        insta::assert_snapshot!(told(true, composite(0.6)));
    }

    #[test]
    fn parts_of_a_formula() {
        let formula = |nps, time| {
            let arithmetic = Arithmetic::operation(
                Operator::DividedBy,
                Arithmetic::Part(0),
                Arithmetic::operation(Operator::Minus, Arithmetic::Part(1), Arithmetic::Number(2.5)),
            );
            Formula::OfMeasures { arithmetic, parts: vec![nps, time] }
        };
        insta::assert_snapshot!(told(false, formula));
    }
}
