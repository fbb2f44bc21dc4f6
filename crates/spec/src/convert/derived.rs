//! Measures that are worked out from other measures.

use std::collections::BTreeMap;
use std::sync::Arc;

use evenkeel_model::composite::{Composite, CompositeMethod, CompositePart};
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{Formula, Measure, ValueUnit};
use evenkeel_model::quantity::parse_quantity;

use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::{Span, Spanned};
use crate::raw;
use crate::suggest::quoted;

/// A formula over measures; none when one of them is not there, which has been reported.
pub(super) fn of_measures(formula: raw::OfMeasures, measures: &BTreeMap<MeasureId, Arc<Measure>>) -> Option<Formula> {
    let raw::OfMeasures { arithmetic, names } = formula;
    let parts = names.iter().map(|name| measures.get(name.value.as_str()).cloned()).collect::<Option<_>>()?;
    Some(Formula::OfMeasures { arithmetic, parts })
}

/// A composite; none when one of its measures is not there, which has been reported, or a key makes no sense.
pub(super) fn composite(
    composite: Spanned<raw::Composite>,
    measures: &BTreeMap<MeasureId, Arc<Measure>>,
    subject: &str,
    findings: &mut Findings,
) -> Option<Formula> {
    let raw::Composite { method, needs, parts } = composite.value;
    let needed = match needs {
        None => Some(1.0),
        Some(needs) => needed_share(&needs, findings),
    };
    let raw_parts = parts?;
    let mut used: Vec<Spanned<String>> = Vec::new();
    let mut converted = Vec::with_capacity(raw_parts.len());
    for part in raw_parts {
        if let Some(name) = &part.measure {
            match used.iter().find(|other| other.value == name.value.0) {
                Some(first) => {
                    let message = format!("{} is a part of {subject} twice", quoted(&name.value.0));
                    let found = Diagnostic::error(code::USED_TWICE, &name.span, message)
                        .related(&first.span, "first used here")
                        .help("take one of them out, and give the other the weight of both");
                    findings.push(found);
                }
                None => used.push(name.with(name.value.0.clone())),
            }
        }
        converted.push(self::part(part, measures, findings));
    }
    let parts: Vec<CompositePart> = converted.into_iter().collect::<Option<_>>()?;
    let method = match method {
        None | Some(raw::CompositeMethod::Mean) => CompositeMethod::Mean,
        Some(raw::CompositeMethod::GeometricMean) => CompositeMethod::GeometricMean,
    };
    (used.len() == parts.len()).then_some(())?;
    Some(Formula::Composite(Composite { method, parts, needed: needed? }))
}

fn part(
    part: raw::CompositePart,
    measures: &BTreeMap<MeasureId, Arc<Measure>>,
    findings: &mut Findings,
) -> Option<CompositePart> {
    let raw::CompositePart { measure, weight, worst, best } = part;
    let weight = match weight {
        None => Some(1.0),
        Some(weight) if weight.value.0 > 0.0 => Some(weight.value.0),
        Some(weight) => {
            let found = Diagnostic::error(code::BAD_WEIGHT, &weight.span, "a weight has to be more than 0");
            findings.push(found.help("write `1`, `2` and so on, or take the part out"));
            None
        }
    };
    let measure = measures.get(measure?.value.0.as_str()).cloned()?;
    let mut end = |written: Option<Spanned<raw::Quantity>>| -> Option<(f64, Span, String)> {
        let written = written?;
        let text = written.value.0;
        let value = parse_quantity(&text, &measure.unit);
        let value = super::plan::quantity(&written.span, &text, value, &measure.unit, &measure.formula, findings)?;
        Some((value, written.span, text))
    };
    let (worst, best) = (end(worst), end(best));
    let ((worst, worst_at, _), (best, best_at, _)) = (worst?, best?);
    if worst == best {
        let found = Diagnostic::error(code::BAD_RANGE, &best_at, "`worst` and `best` are the same value")
            .related(&worst_at, "`worst`")
            .help("write the value that means 0 and the value that means 100");
        findings.push(found);
        return None;
    }
    Some(CompositePart { measure, weight: weight?, worst, best })
}

/// The share of all weight that has to be there: more than 0, and at most 1.
fn needed_share(needs: &Spanned<raw::Quantity>, findings: &mut Findings) -> Option<f64> {
    match parse_quantity(&needs.value.0, &ValueUnit::Percent) {
        Ok(share) if share > 0.0 && share <= 1.0 => Some(share),
        _ => {
            let message = "`needs` is a share of the weight, more than 0 % and at most 100 %";
            let found = Diagnostic::error(code::BAD_NUMBER, &needs.span, message);
            findings.push(found.help("write `needs: 80 %`, or take it out: then every part is needed"));
            None
        }
    }
}
