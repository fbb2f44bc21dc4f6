use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{About, DefinitionVersion, Direction, Formula, Levels, Measure, ValueUnit};
use evenkeel_model::quantity::parse_quantity;

use super::formula::{Converter, Kinds, RowKeys};
use super::names::{self, Form};
use super::unit::{self, Written};
use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::digest;
use crate::place::{Span, Spanned};
use crate::raw;
use crate::suggest::list;

/// A measure, and what only the whole project can check.
pub(crate) struct MeasureParts {
    pub(crate) measure: Measure,
    /// The measures that it has to be read with.
    pub(crate) read_with: Vec<Spanned<String>>,
    /// Where the unit is given.
    pub(crate) unit: Option<Span>,
}

pub(crate) fn measure(raw: raw::Measure, subject: &str, findings: &mut Findings) -> Option<MeasureParts> {
    let raw::Measure {
        measure,
        title,
        leg,
        perspective,
        noun,
        unit,
        decimals,
        from,
        condition,
        share,
        count,
        sum,
        mean,
        ratio,
        rate,
        nps,
        quantile,
        stock,
        period_of,
        attribute,
        unit_of,
        better,
        levels,
        version,
        about,
        kinds,
        at,
    } = raw;
    let id = measure.map(|id| id.with(id.value.0.clone()));
    if let Some(id) = &id {
        names::check(id, "a measure", Form::Identifier, findings);
    }
    let at = id.as_ref().map_or(at, |id| id.span.clone());
    let one_kind = one_kind(&kinds, subject, &at, findings);
    let written = unit.as_ref().map(|unit| (unit::read(unit, findings), &unit.span));
    let shown_per = match &written {
        Some((Some(Written::Unit(ValueUnit::Per { many, .. })), _)) => Some(*many),
        _ => None,
    };
    let keys = RowKeys {
        from: from.as_ref(),
        condition: condition.as_ref(),
        period_of: period_of.as_ref(),
        attribute: attribute.as_ref(),
        unit_of: unit_of.as_ref(),
    };
    let kinds = Kinds { share, count, sum, mean, ratio, rate, nps, quantile, stock };
    let promises = kinds.promises(keys.condition);
    let mut converter = Converter { keys, at: &at, subject, promises, findings };
    let formula = one_kind.then(|| converter.formula(kinds, shown_per)).flatten();
    let decimals = decimals.and_then(|decimals| decimals_shown(&decimals, findings));
    let version = version.map_or(Some(1), |version| counted_version(&version, findings));
    let levels = levels.map_or(Levels { person: true, unit: true }, |levels| levels_of(&levels.value));
    let (about, read_with) = about.map(readers_notes).unwrap_or_default();

    let formula = formula?;
    let unit_span = unit.as_ref().map(|unit| unit.span.clone());
    let unit = match written {
        Some((None, _)) => None,
        Some((Some(written), span)) => unit::fitting(Some((written, span)), &formula, findings),
        None => unit::fitting(None, &formula, findings),
    }?;
    let better = direction(&better?, &unit, &formula, findings);
    let id = id?.value;
    let measure = Measure {
        title: title.map_or_else(|| names::title(&id), |title| title.value.0),
        leg: leg.map(|leg| leg.value.0),
        perspective: perspective.map(|perspective| perspective.value.0),
        noun: noun.map_or_else(|| unit::noun(&formula.rows().table).to_owned(), |noun| noun.value.0),
        unit,
        decimals,
        better: better?,
        levels,
        definition: DefinitionVersion { number: version?, digest: digest::of(&formula) },
        formula,
        about,
        id: MeasureId::new(id),
    };
    Some(MeasureParts { measure, read_with, unit: unit_span })
}

fn one_kind(kinds: &[Spanned<&'static str>], subject: &str, at: &Span, findings: &mut Findings) -> bool {
    let found = match kinds {
        [_] => return true,
        [] => Diagnostic::error(code::KIND, at, format!("{subject} does not say how it is worked out"))
            .help(format!("add one of {}", list(raw::KINDS, "or"))),
        [first, others @ ..] => {
            let words = list(kinds.iter().map(|kind| kind.value), "and");
            let mut found = Diagnostic::error(
                code::KIND,
                &first.span,
                format!("{subject} says in several ways how it is worked out: {words}"),
            );
            for other in others {
                found = found.related(&other.span, "");
            }
            found.help("keep one of them; every other one makes a measure of its own")
        }
    };
    findings.push(found);
    false
}

fn decimals_shown(decimals: &Spanned<raw::Whole>, findings: &mut Findings) -> Option<u8> {
    const MOST: u32 = 9;
    if decimals.value.0 > MOST {
        let message = format!("`decimals` cannot be {}", decimals.value.0);
        findings.push(
            Diagnostic::error(code::BAD_NUMBER, &decimals.span, message)
                .help(format!("write a number from 0 to {MOST}")),
        );
        return None;
    }
    Some(decimals.value.0 as u8)
}

fn counted_version(version: &Spanned<raw::Whole>, findings: &mut Findings) -> Option<u32> {
    if version.value.0 == 0 {
        let found = Diagnostic::error(code::BAD_NUMBER, &version.span, "`version` is counted from 1");
        findings.push(found.help("write `version: 1`, and count it up whenever the formula changes"));
        return None;
    }
    Some(version.value.0)
}

fn levels_of(levels: &[Spanned<raw::Level>]) -> Levels {
    let given = |level| levels.iter().any(|given| given.value == level);
    Levels { person: given(raw::Level::Person), unit: given(raw::Level::Unit) }
}

fn readers_notes(about: raw::About) -> (About, Vec<Spanned<String>>) {
    let raw::About { means, collected, moved_by, read_with, pitfalls } = about;
    let texts = |list: Option<Vec<Spanned<raw::Text>>>| -> Vec<String> {
        list.unwrap_or_default().into_iter().map(|text| text.value.0).collect()
    };
    let read_with: Vec<Spanned<String>> =
        read_with.unwrap_or_default().into_iter().map(|id| id.with(id.value.0.clone())).collect();
    let about = About {
        means: means.map(|text| text.value.0),
        collected: collected.map(|text| text.value.0),
        moved_by: texts(moved_by),
        read_with: read_with.iter().map(|id| MeasureId::new(&id.value)).collect(),
        pitfalls: texts(pitfalls),
    };
    (about, read_with)
}

fn direction(better: &raw::Better, unit: &ValueUnit, formula: &Formula, findings: &mut Findings) -> Option<Direction> {
    let within = match better {
        raw::Better::Way(way) => {
            return Some(match way.value {
                raw::Way::Higher => Direction::Higher,
                raw::Way::Lower => Direction::Lower,
                raw::Way::Neither => Direction::Neither,
            });
        }
        raw::Better::Within(raw::Within { within }) => within.as_ref()?,
    };
    let [low, high] = within.value.as_slice() else {
        let found = Diagnostic::error(code::BAD_RANGE, &within.span, "a range has two bounds");
        findings.push(found.help("write the lower and the upper one: `{ within: [10 %, 15 %] }`"));
        return None;
    };
    let mut bound = |text: &Spanned<raw::Quantity>| {
        let value = parse_quantity(&text.value.0, unit);
        super::plan::quantity(&text.span, &text.value.0, value, unit, formula, findings)
    };
    let (low_value, high_value) = (bound(low), bound(high));
    let (low_value, high_value) = (low_value?, high_value?);
    if low_value >= high_value {
        let found =
            Diagnostic::error(code::BAD_RANGE, &within.span, "the lower bound of the range is not below the upper one");
        let help = format!("write `[{}, {}]`", high.value.0, low.value.0);
        findings.push(if low_value > high_value { found.help(help) } else { found.help("write two different bounds") });
        return None;
    }
    Some(Direction::Within { low: low_value, high: high_value })
}
