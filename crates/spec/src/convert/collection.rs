//! Collections: measures whose figures can be typed, each collected once, and units that can be told.

use std::collections::BTreeMap;

use evenkeel_model::collection::{AskedUnits, Collected, Collection, NoteRule, Typist};
use evenkeel_model::ids::UnitId;
use evenkeel_model::period::Grain;

use super::comparison::day;
use super::names::{self, Form};
use super::{Known, window};
use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::{Span, Spanned};
use crate::raw;
use crate::suggest::quoted;

/// Which measures are collected already, and where that was said.
pub(crate) type AlreadyCollected = BTreeMap<String, Span>;

/// After how many days figures are due where the file does not say.
const DUE_AFTER: u16 = 5;

/// A collection; `before` are the measures of the files before it.
pub(crate) fn collection(
    raw: raw::Collection,
    known: &Known<'_>,
    before: &mut AlreadyCollected,
    findings: &mut Findings,
) -> Option<Collection> {
    let raw::Collection { collection, title, measures, every, kind, units, begins, due, by, approval, note } = raw;
    let id = collection.map(|id| id.with(id.value.0.clone()));
    if let Some(id) = &id {
        names::check(id, "a collection", Form::Slug, findings);
    }
    let begins = begins.and_then(|text| day(&text, "begins", findings));
    let due_after = match due {
        Some(written) => days_after(&written, findings),
        None => Some(DUE_AFTER),
    };
    let mut figures = Vec::new();
    for named in measures?.0 {
        figures.extend(figure(&named, known, before, findings));
    }
    let units = asked_units(kind, units.map(|units| units.0), findings);
    let id = id?;
    Some(Collection {
        title: title.map_or_else(|| names::title(&id.value), |title| title.value.0),
        id: id.value,
        figures,
        every: match every?.value {
            raw::Every::Week => Grain::Week,
            raw::Every::Month => Grain::Month,
            raw::Every::Quarter => Grain::Quarter,
            raw::Every::Year => Grain::Year,
        },
        units: units?,
        begins: begins?,
        due_after: due_after?,
        by: match by.map(|by| by.value) {
            None | Some(raw::By::Manager) => Typist::Manager,
            Some(raw::By::Insights) => Typist::Insights,
        },
        approval: approval.is_none_or(|approval| approval.value == raw::Approval::Required),
        note: match note.map(|note| note.value) {
            None | Some(raw::Note::OffTarget) => NoteRule::OffTarget,
            Some(raw::Note::Always) => NoteRule::Always,
            Some(raw::Note::Never) => NoteRule::Never,
        },
    })
}

/// The figure of a measure; refused where it cannot be typed, and where another collection asks for it.
fn figure(
    named: &Spanned<raw::Text>,
    known: &Known<'_>,
    before: &mut AlreadyCollected,
    findings: &mut Findings,
) -> Option<Collected> {
    let measure = known.find(named, "a collection asks for", findings)?;
    let name = named.value.0.as_str();
    if let Some(first) = before.get(name) {
        let message = format!("measure {} is collected twice", quoted(name));
        let found = Diagnostic::error(code::USED_TWICE, &named.span, message)
            .label("collected again here")
            .related(first, "first collected here");
        findings.push(found.help("take one of them out: nobody types a figure twice"));
        return None;
    }
    before.insert(name.to_owned(), named.span.clone());
    if !measure.levels.unit {
        // What is not reported for units would be typed and never seen.
        let message = format!("measure {} is not reported for single units", quoted(name));
        let found = Diagnostic::warning(code::NOT_AT_THIS_LEVEL, &named.span, message);
        findings.push(found.help("collect it of the organisation as a whole: leave `kind` and `units` out"));
    }
    match Collected::of(&measure) {
        Ok(figure) => Some(figure),
        Err(reason) => {
            let message = format!("the figures of measure {} cannot be typed: {reason}", quoted(name));
            let found = Diagnostic::error(code::KIND, &named.span, message);
            findings.push(found.help(format!(
                "collect a measure with `from: observations`, `where: measure = '{name}'` and `sum: numerator`, or a \
                 `ratio` of the sums of `numerator` and `denominator`"
            )));
            None
        }
    }
}

fn asked_units(
    kind: Option<Spanned<raw::Text>>,
    units: Option<Vec<Spanned<raw::Text>>>,
    findings: &mut Findings,
) -> Option<AskedUnits> {
    Some(match (kind, units) {
        (None, None) => AskedUnits::Whole,
        (Some(kind), None) => AskedUnits::Kind(kind.value.0),
        (None, Some(units)) => {
            let mut known: BTreeMap<&str, &Span> = BTreeMap::new();
            for unit in &units {
                if let Some(first) = known.insert(unit.value.0.as_str(), &unit.span) {
                    let message = format!("unit {} stands there twice", quoted(&unit.value.0));
                    let found = Diagnostic::error(code::USED_TWICE, &unit.span, message).related(first, "first here");
                    findings.push(found.help("take one of them out"));
                }
            }
            AskedUnits::These(units.iter().map(|unit| UnitId::new(&unit.value.0)).collect())
        }
        (Some(kind), Some(_)) => {
            let message = "`kind` and `units` both say who is asked";
            let found = Diagnostic::error(code::USED_TWICE, &kind.span, message);
            findings.push(found.help("keep one of them; another collection can ask others"));
            return None;
        }
    })
}

/// After how many whole days figures are due.
fn days_after(written: &Spanned<raw::Quantity>, findings: &mut Findings) -> Option<u16> {
    let window = window::read(written, "due", findings)?;
    let days = u16::try_from(window.days()).ok();
    if !window.seconds.is_multiple_of(86_400) || days.is_none() {
        let found = Diagnostic::error(code::BAD_QUANTITY, &written.span, "`due` needs whole days");
        findings.push(found.help("write days or weeks: `due: 5 days`"));
        return None;
    }
    days
}
