//! Performance standards: levels in their order, a critical element, and measures by which people are compared.

use evenkeel_model::comparison::{Comparison, Peers};
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{Direction, Measure};
use evenkeel_model::people::PeoplePolicy;
use evenkeel_model::performance::{Element, Standard, Thresholds};
use evenkeel_model::quantity::parse_quantity;

use super::comparison::day;
use super::names::{self, Form};
use super::{Known, plan};
use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::{Span, Spanned};
use crate::raw;

/// A performance standard; people have to be compared by the measures of its elements.
pub(crate) fn standard(
    raw: raw::Standard,
    known: &Known<'_>,
    comparisons: &[Comparison],
    people: PeoplePolicy,
    findings: &mut Findings,
) -> Option<Standard> {
    let raw::Standard { standard, title, role, fixed_on, elements } = raw;
    let id = standard.map(|id| id.with(id.value.0.clone()));
    if let Some(id) = &id {
        names::check(id, "a performance standard", Form::Slug, findings);
        if !people.allows_appraisal() {
            let message = format!("nobody is rated while evenkeel.yaml says `people: {people}`");
            let found = Diagnostic::warning(code::NO_EFFECT, &id.span, message);
            findings.push(found.help("write `people: appraisal` there once staff have agreed to be rated"));
        }
    }
    let fixed_on = fixed_on.and_then(|text| day(&text, "fixed_on", findings));
    let roles = role.map(|role| role.value.into_vec()).unwrap_or_default();
    let written = elements?.0;
    let mut converted = Vec::with_capacity(written.len());
    let mut weights: Vec<(f64, Option<Span>)> = Vec::new();
    let mut any_critical = false;
    let first_at = written.first().map(|element| element.at.clone());
    for element in written {
        any_critical |= element.critical.as_ref().is_some_and(|critical| critical.value);
        converted.extend(self::element(element, known, comparisons, &mut weights, findings));
    }
    if let (false, Some(at)) = (any_critical, &first_at) {
        let found = Diagnostic::error(code::NO_EFFECT, at, "no element of the standard is critical")
            .note("only a critical element can make the whole unacceptable");
        findings.push(found.help("write `critical: true` at the element without which the work is not done"));
    }
    let nothing = weights.iter().all(|(weight, _)| *weight == 0.0);
    if let (true, Some((_, Some(span)))) = (nothing, weights.first()) {
        let found = Diagnostic::error(code::BAD_WEIGHT, span, "the weights of all elements are 0")
            .note("nothing is left to rate by");
        findings.push(found.help("give at least one of them a positive weight"));
    }
    let id = id?;
    Some(Standard {
        title: title.map_or_else(|| names::title(&id.value), |title| title.value.0),
        id: id.value,
        roles: roles.into_iter().map(|role| role.value.0).collect(),
        fixed_on,
        elements: converted,
    })
}

fn element(
    raw: raw::Element,
    known: &Known<'_>,
    comparisons: &[Comparison],
    weights: &mut Vec<(f64, Option<Span>)>,
    findings: &mut Findings,
) -> Option<Element> {
    let raw::Element {
        element,
        critical,
        weight,
        measure,
        fully_successful,
        minimally_successful,
        exceeds,
        outstanding,
        at,
    } = raw;
    let (weight, span) = weight.map_or((1.0, None), |weight| (weight.value.0, Some(weight.span)));
    if let Some(span) = span.as_ref().filter(|_| weight < 0.0) {
        let found = Diagnostic::error(code::BAD_WEIGHT, span, "a weight cannot be negative");
        findings.push(found.help("write 0 to show an element without counting it, or a positive number"));
    }
    weights.push((weight, span));
    let critical = critical.is_some_and(|critical| critical.value);
    if critical && minimally_successful.is_none() && fully_successful.is_some() {
        let message = "`minimally_successful` is missing in a critical element";
        let found = Diagnostic::error(code::MISSING_KEY, &at, message)
            .note("below it the element, and with it the whole, is unacceptable; that has to be said beforehand");
        findings.push(found.help("add `minimally_successful: 72 %`"));
    }
    let named = measure?;
    let name = named.value.0.as_str();
    let measure = known.find(&named, "an element rests on", findings)?;
    let compared = comparisons
        .iter()
        .any(|comparison| comparison.measure.as_str() == name && comparison.peers.contains(&Peers::People));
    if !measure.levels.person {
        let message = format!("measure `{name}` says nothing about one person, so nobody can be rated by it");
        let found = Diagnostic::error(code::NOT_AT_THIS_LEVEL, &named.span, message);
        findings.push(match &measure.about.not_for_people {
            Some(reason) => found.help(reason.trim_end_matches('.').to_owned()),
            None => found.help("take a measure that `levels` allows for people"),
        });
    } else if !compared {
        let message = format!("no comparison compares people by measure `{name}`");
        let found = Diagnostic::error(code::NOT_AT_THIS_LEVEL, &named.span, message)
            .note("levels follow from the adjusted figure, which comes from a comparison of people");
        findings.push(found.help(format!("add `people` to `compares` of a comparison of `{name}`")));
    }
    let mut line = |written: Option<Spanned<raw::Quantity>>| {
        let written = written?;
        let read = parse_quantity(&written.value.0, &measure.unit);
        let value = plan::quantity(&written.span, &written.value.0, read, &measure.unit, &measure.formula, findings)?;
        Some((value, written.span))
    };
    let (fully, minimally, exceeds, outstanding) =
        (line(fully_successful), line(minimally_successful), line(exceeds), line(outstanding));
    let steps = [
        (&minimally, "minimally_successful"),
        (&fully, "fully_successful"),
        (&exceeds, "exceeds"),
        (&outstanding, "outstanding"),
    ];
    in_order(&steps, &measure, findings);
    let value = |line: Option<(f64, Span)>| line.map(|(value, _)| value);
    Some(Element {
        title: element?.value.0,
        critical,
        weight,
        measure: MeasureId::new(name),
        thresholds: Thresholds {
            fully_successful: value(fully)?,
            minimally_successful: value(minimally),
            exceeds: value(exceeds),
            outstanding: value(outstanding),
        },
    })
}

/// Each level has to ask for more than the one below it.
fn in_order(steps: &[(&Option<(f64, Span)>, &str)], measure: &Measure, findings: &mut Findings) {
    let mut below: Option<(f64, &Span, &str)> = None;
    for (line, name) in steps {
        let Some((value, span)) = line else { continue };
        if let Some((lower, at, lower_name)) = below {
            let more = match measure.better {
                Direction::Lower => *value < lower,
                _ => *value > lower,
            };
            if !more {
                let message = format!("`{name}` does not ask for more than `{lower_name}`");
                let found = Diagnostic::error(code::WRONG_SIDE, span, message).related(at, "the level below it");
                findings.push(found.help("let each level ask for more than the one below it"));
            }
        }
        below = Some((*value, span, name));
    }
}
