use std::collections::BTreeMap;
use std::sync::Arc;

use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{About, DefinitionVersion, Direction, Formula, Levels, Measure, Timing, ValueUnit};
use evenkeel_model::quantity::parse_quantity;
use evenkeel_model::service_level::Policy;

use super::formula::{Converter, Kinds, RowKeys};
use super::names::{self, Form};
use super::unit::{self, Written};
use super::{versions, window};
use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::digest;
use crate::place::{Span, Spanned};
use crate::raw;
use crate::suggest::{list, quoted};

/// A measure, and what only the whole project can check.
pub(crate) struct MeasureParts {
    pub(crate) measure: Measure,
    /// The measures that it has to be read with.
    pub(crate) read_with: Vec<Spanned<String>>,
    /// Where the unit is given.
    pub(crate) unit: Option<Span>,
    /// Where the version is given; the identifier where it is not.
    pub(crate) version: Span,
}

/// Converts a measure. `measures` has those that it can be worked out from, `policies` what is promised to customers.
pub(crate) fn measure(
    raw: raw::Measure,
    subject: &str,
    measures: &BTreeMap<MeasureId, Arc<Measure>>,
    policies: &[Policy],
    findings: &mut Findings,
) -> Option<MeasureParts> {
    let raw::Measure {
        measure,
        title,
        leg,
        perspective,
        noun,
        unit,
        decimals,
        keys,
        better,
        levels,
        wait,
        withhold_below,
        version,
        versions,
        about,
        example,
        at,
    } = raw;
    let id = measure.map(|id| id.with(id.value.0.clone()));
    if let Some(id) = &id {
        names::check(id, "a measure", Form::Identifier, findings);
    }
    let at = id.as_ref().map_or(at, |id| id.span.clone());
    let written = unit.as_ref().map(|unit| (unit::read(unit, findings), &unit.span));
    let shown_per = match &written {
        Some((Some(Written::Unit(ValueUnit::Per { many, .. })), _)) => Some(*many),
        _ => None,
    };
    let place = Place { at: &at, subject, measures, shown_per };
    let formula = formula_of(keys, &place, findings);
    let decimals = decimals.and_then(|decimals| decimals_shown(&decimals, findings));
    let version_at = version.as_ref().map_or(&at, |version| &version.span).clone();
    let version = version.map_or(Some(1), |version| counted_version(&version, findings));
    let withhold_below = match withhold_below {
        Some(fewest) => Some(fewest_shown(&fewest, findings)?),
        None => None,
    };
    let (about, read_with) = about.map(readers_notes).unwrap_or_default();

    let formula = formula?;
    let levels = reported_levels(levels.as_ref(), &formula, findings);
    let wait = window::wait(wait.as_ref(), &formula, findings);
    let unit_span = unit.as_ref().map(|unit| unit.span.clone());
    let unit = match written {
        Some((None, _)) => None,
        Some((Some(written), span)) => unit::fitting(Some((written, span)), &formula, findings),
        None => unit::fitting(None, &formula, findings),
    }?;
    let better = direction(&better?, &unit, &formula, findings);
    let example = example.map(|example| super::example::example(example, &unit, &formula, subject, findings));
    let id = id?.value;
    let number = version?;
    let shown = (&unit, unit_span.as_ref());
    let earlier = versions::earlier(versions.unwrap_or_default(), number, &version_at, &place, shown, findings);
    let mut measure = Measure {
        title: title.map_or_else(|| names::title(&id), |title| title.value.0),
        leg: leg.map(|leg| leg.value.0),
        perspective: perspective.map(|perspective| perspective.value.0),
        noun: noun.map_or_else(|| default_noun(&formula), |noun| noun.value.0),
        unit,
        decimals,
        better: better?,
        levels,
        wait,
        withhold_below,
        definition: DefinitionVersion { number, digest: digest::under(&formula, policies) },
        formula,
        about,
        example: example.flatten(),
        earlier: Vec::new(),
        id: MeasureId::new(id),
    };
    measure.earlier = versions::measures(&measure, earlier?, policies);
    Some(MeasureParts { measure, read_with, unit: unit_span, version: version_at })
}

/// What a formula is read with.
pub(super) struct Place<'a> {
    /// Where to say that something is missing.
    pub(super) at: &'a Span,
    /// The measure, in words.
    pub(super) subject: &'a str,
    /// The measures that it can be worked out from.
    pub(super) measures: &'a BTreeMap<MeasureId, Arc<Measure>>,
    /// The number that the unit names.
    pub(super) shown_per: Option<f64>,
}

/// The formula that some keys say.
pub(super) fn formula_of(keys: raw::FormulaKeys, place: &Place<'_>, findings: &mut Findings) -> Option<Formula> {
    let raw::FormulaKeys {
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
        distinct,
        retention,
        churn,
        cohort,
        formula,
        composite,
        period_of,
        attribute,
        unit_of,
        kinds,
    } = keys;
    if !one_kind(&kinds, place.subject, place.at, findings) {
        return None;
    }
    let keys = RowKeys {
        from: from.as_ref(),
        condition: condition.as_ref(),
        period_of: period_of.as_ref(),
        attribute: attribute.as_ref(),
        unit_of: unit_of.as_ref(),
    };
    let kinds = Kinds {
        share,
        count,
        sum,
        mean,
        ratio,
        rate,
        nps,
        quantile,
        stock,
        distinct,
        retention,
        churn,
        cohort,
        formula,
        composite,
    };
    let promises = kinds.promises(keys.condition);
    let Place { at, subject, measures, .. } = *place;
    let mut converter = Converter { keys, at, subject, measures, promises, findings };
    converter.formula(kinds, place.shown_per)
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

fn fewest_shown(fewest: &Spanned<raw::Whole>, findings: &mut Findings) -> Option<u32> {
    if fewest.value.0 < 3 {
        // Each of two people knows what the other one answered.
        let found = Diagnostic::error(code::BAD_NUMBER, &fewest.span, "`withhold_below` protects nobody below 3");
        findings.push(found.help("write how many have to stand behind a reading, for example `withhold_below: 5`"));
        return None;
    }
    Some(fewest.value.0)
}

/// The levels at which the measure is reported: those given, and none at which one of its parts is not.
fn reported_levels(
    given: Option<&Spanned<Vec<Spanned<raw::Level>>>>,
    formula: &Formula,
    findings: &mut Findings,
) -> Levels {
    let parts = formula.parts();
    let allowed = |level: raw::Level| {
        parts.iter().find(|part| match level {
            raw::Level::Person => !part.levels.person,
            raw::Level::Unit => !part.levels.unit,
        })
    };
    let Some(given) = given else {
        let (person, unit) = (allowed(raw::Level::Person).is_none(), allowed(raw::Level::Unit).is_none());
        return Levels { person, unit };
    };
    let mut levels = Levels { person: false, unit: false };
    for level in &given.value {
        if let Some(part) = allowed(level.value) {
            let message =
                format!("{} has no effect: its part `{}` is not reported there", quoted(level.span.text()), part.id);
            let found = Diagnostic::warning(code::NO_EFFECT, &level.span, message);
            findings.push(found.help("take it out here, or allow it in that measure"));
            continue;
        }
        match level.value {
            raw::Level::Person => levels.person = true,
            raw::Level::Unit => levels.unit = true,
        }
    }
    levels
}

/// What one counted row is called where the file does not say: as the table is, or as the parts do that agree.
fn default_noun(formula: &Formula) -> String {
    if let Some(rows) = formula.rows() {
        return unit::noun(&rows.table).to_owned();
    }
    let mut nouns = formula.parts().into_iter().map(|part| part.noun.as_str());
    let first = nouns.next().unwrap_or("records");
    if nouns.all(|noun| noun == first) { first } else { "records" }.to_owned()
}

fn readers_notes(about: raw::About) -> (About, Vec<Spanned<String>>) {
    let raw::About { means, collected, moved_by, read_with, pitfalls, needs, timing, not_for_people, sources } = about;
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
        needs: texts(needs),
        timing: timing.map(|timing| match timing {
            raw::Timing::Leading => Timing::Leading,
            raw::Timing::Lagging => Timing::Lagging,
        }),
        not_for_people: not_for_people.map(|text| text.value.0),
        sources: texts(sources),
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
