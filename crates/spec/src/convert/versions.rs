//! Earlier definitions of a measure.

use std::sync::Arc;

use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{DefinitionVersion, EarlierDefinition, Formula, Measure, ValueUnit};
use evenkeel_model::service_level::Policy;
use jiff::civil::Date;

use super::measure::{Place, formula_of};
use super::unit::{self, Written};
use super::window;
use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::digest;
use crate::place::{Span, Spanned};
use crate::raw;
use crate::suggest::quoted;

/// What an earlier definition says.
pub(super) struct Earlier {
    number: u32,
    until: Date,
    reason: String,
    formula: Formula,
}

/// The earlier definitions, the latest first; none when one of them makes no sense. `number` is the version that holds
/// now, and stands at `version_at`. `shown` is the unit of the measure, and where it is given.
pub(super) fn earlier(
    versions: Vec<raw::EarlierVersion>,
    number: u32,
    version_at: &Span,
    place: &Place<'_>,
    shown: (&ValueUnit, Option<&Span>),
    findings: &mut Findings,
) -> Option<Vec<Earlier>> {
    let errors = findings.errors();
    let mut known: Vec<(Earlier, Span, Span)> = Vec::new();
    let mut sound = true;
    for written in versions {
        match one(written, place, shown, findings) {
            Some(version) => known.push(version),
            None => sound = false,
        }
    }
    if let Some((_, at, _)) = known.iter().find(|(version, ..)| version.number >= number) {
        let message = format!("version {number} holds now, so that all earlier ones are below it");
        let found = Diagnostic::error(code::BAD_VERSION, at, message)
            .related(version_at, "the version that holds now")
            .help("count `version` of the measure up, and keep the numbers of earlier definitions");
        findings.push(found);
    }
    known.sort_by_key(|(version, ..)| std::cmp::Reverse(version.number));
    for pair in known.windows(2) {
        let [(later, later_at, later_until), (earlier, at, until)] = pair else { continue };
        if later.number == earlier.number {
            let found = Diagnostic::error(code::BAD_VERSION, at, format!("version {} is there twice", later.number))
                .related(later_at, "and here");
            findings.push(found.help("give every definition a number of its own"));
        } else if later.until <= earlier.until {
            let message = format!(
                "version {} ends on {}, when version {} has ended already",
                earlier.number, earlier.until, later.number
            );
            let found = Diagnostic::error(code::BAD_VERSION, until, message)
                .related(later_until, format!("version {} ends here", later.number));
            findings.push(found.help("let each definition end before the next one does"));
        }
    }
    (sound && findings.errors() == errors).then(|| known.into_iter().map(|(version, ..)| version).collect())
}

/// One earlier definition, where its version and where its end is given.
fn one(
    written: raw::EarlierVersion,
    place: &Place<'_>,
    (shown, shown_at): (&ValueUnit, Option<&Span>),
    findings: &mut Findings,
) -> Option<(Earlier, Span, Span)> {
    let raw::EarlierVersion { version, until, reason, keys, at } = written;
    let subject = match &version {
        Some(version) => format!("version {} of {}", version.value.0, place.subject),
        None => format!("`versions` of {}", place.subject),
    };
    let formula = formula_of(keys, &Place { at: &at, subject: &subject, ..*place }, findings);
    let until = until.and_then(|until| Some((day(&until, findings)?, until.span)));
    let formula = formula?;
    let fits = match shown_at {
        Some(span) => unit::fitting(Some((Written::Unit(shown.clone()), span)), &formula, findings).is_some(),
        None => unit::fitting(None, &formula, findings).as_ref() == Some(shown),
    };
    if !fits {
        let message = format!("{subject} is not shown in the same unit as the version that holds now");
        let found = Diagnostic::error(code::BAD_UNIT, &at, message);
        findings.push(
            found.help("add a `unit` to the measure that fits both, or give the new definition a measure of its own"),
        );
        return None;
    }
    let (version, (until, until_at)) = (version?, until?);
    let earlier = Earlier { number: version.value.0, until, reason: reason?.value.0, formula };
    Some((earlier, version.span, until_at))
}

fn day(written: &Spanned<raw::Text>, findings: &mut Findings) -> Option<Date> {
    let text = written.value.0.as_str();
    let day = text.parse::<Date>().ok().filter(|_| text.len() == 10);
    if day.is_none() {
        let message = format!("`until` needs a day, not {}", quoted(text));
        let found = Diagnostic::error(code::BAD_PERIOD, &written.span, message);
        findings.push(found.help("write the first day on which it no longer held: `until: 2026-04-01`"));
    }
    day
}

/// The measure as it was by each of its earlier definitions. Its identifier has the version behind it, so that the two
/// series can be told apart: `csat@1`.
pub(super) fn measures(measure: &Measure, earlier: Vec<Earlier>, policies: &[Policy]) -> Vec<EarlierDefinition> {
    let definition = |earlier: Earlier| EarlierDefinition {
        until: earlier.until,
        reason: earlier.reason,
        measure: Arc::new(Measure {
            id: MeasureId::new(format!("{}@{}", measure.id, earlier.number)),
            wait: measure.wait.max(window::needed(&earlier.formula)),
            definition: DefinitionVersion { number: earlier.number, digest: digest::under(&earlier.formula, policies) },
            formula: earlier.formula,
            ..measure.clone()
        }),
    };
    earlier.into_iter().map(definition).collect()
}
