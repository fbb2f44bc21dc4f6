//! The unit in which a measure is shown, and whether it can be.

use evenkeel_model::measure::{DurationUnit, Formula, ValueUnit};
use evenkeel_model::record;

use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::{Span, Spanned};
use crate::raw::Text;
use crate::suggest::{nearest, quoted};

/// The words for units, as a file writes them.
const WORDS: &[&str] = &["%", "percent", "points", "seconds", "minutes", "hours", "days", "money", "count", "number"];

/// A unit as written. What `points` means depends on what is shown in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Written {
    Points,
    Unit(ValueUnit),
}

pub(super) fn read(unit: &Spanned<Text>, findings: &mut Findings) -> Option<Written> {
    let text = unit.value.0.as_str();
    let known = match text {
        "%" | "percent" | "per cent" => ValueUnit::Percent,
        "points" => return Some(Written::Points),
        "seconds" => ValueUnit::Duration(DurationUnit::Seconds),
        "minutes" => ValueUnit::Duration(DurationUnit::Minutes),
        "hours" => ValueUnit::Duration(DurationUnit::Hours),
        "days" => ValueUnit::Duration(DurationUnit::Days),
        "money" => ValueUnit::Money,
        "count" => ValueUnit::Count,
        "number" => ValueUnit::Number { word: None },
        _ => match text.strip_prefix("per ") {
            Some(rest) => return per(rest, unit, findings),
            None => {
                return word(unit, findings).map(|word| Written::Unit(ValueUnit::Number { word: Some(word) }));
            }
        },
    };
    Some(Written::Unit(known))
}

/// `per 1,000 orders`.
fn per(rest: &str, unit: &Spanned<Text>, findings: &mut Findings) -> Option<Written> {
    let rest = rest.trim();
    let (number, noun) =
        rest.split_at(rest.find(|char: char| !char.is_ascii_digit() && !".,".contains(char)).unwrap_or(rest.len()));
    let many = number.replace(',', "").parse::<f64>().ok().filter(|many| *many > 0.0 && many.is_finite());
    match (many, noun.trim()) {
        (Some(many), noun) if !noun.is_empty() => Some(Written::Unit(ValueUnit::Per { many, of: noun.to_owned() })),
        _ => {
            let message = format!("{} is not a unit", quoted(&unit.value.0));
            let found = Diagnostic::error(code::BAD_UNIT, &unit.span, message);
            findings.push(found.help("write a number and what it counts, for example `per 1,000 orders`"));
            None
        }
    }
}

/// Any other word is shown behind the number; one that looks like a unit was most likely meant as that.
fn word(unit: &Spanned<Text>, findings: &mut Findings) -> Option<String> {
    const OTHER_NAMES: &[(&str, &str)] = &[
        ("s", "seconds"),
        ("sec", "seconds"),
        ("second", "seconds"),
        ("min", "minutes"),
        ("mins", "minutes"),
        ("minute", "minutes"),
        ("h", "hours"),
        ("hour", "hours"),
        ("hrs", "hours"),
        ("d", "days"),
        ("day", "days"),
        ("point", "points"),
        ("pts", "points"),
        ("counts", "count"),
        ("numbers", "number"),
        ("percentage", "percent"),
        ("currency", "money"),
    ];
    let text = unit.value.0.as_str();
    let folded = text.to_lowercase();
    let other = OTHER_NAMES.iter().find(|(name, _)| *name == folded).map(|(_, unit)| *unit);
    let meant = other.or_else(|| nearest(text, WORDS.iter().copied()));
    match meant {
        Some(meant) if other.is_some() || folded == meant => {
            let found = Diagnostic::error(code::BAD_UNIT, &unit.span, format!("{} is not a unit", quoted(text)));
            findings.push(found.help(format!("write `{meant}`")));
            None
        }
        Some(meant) => {
            let message = format!("{} is taken as a word behind the number", quoted(text));
            let found =
                Diagnostic::warning(code::BAD_UNIT, &unit.span, message).label(format!("did you mean `{meant}`?"));
            findings.push(found.note("only a known unit is converted: a duration is stored in seconds"));
            Some(text.to_owned())
        }
        None => Some(text.to_owned()),
    }
}

/// The unit in which the measure is shown, once it is known how it is worked out.
pub(super) fn fitting(
    written: Option<(Written, &Span)>,
    formula: &Formula,
    findings: &mut Findings,
) -> Option<ValueUnit> {
    let Some((written, span)) = written else { return Some(default(formula)) };
    let unit = match (written, formula) {
        (Written::Points, Formula::NetPromoterScore { .. }) => ValueUnit::Points,
        // Only a net promoter score is stored from −1 to 1; elsewhere points are a word like any other.
        (Written::Points, _) => ValueUnit::Number { word: Some("points".to_owned()) },
        (Written::Unit(unit), _) => unit,
    };
    let plain = matches!(unit, ValueUnit::Count | ValueUnit::Number { .. });
    let (fits, because, help) = match formula {
        Formula::Share { .. } | Formula::Retention { .. } | Formula::Cohort { .. } => (
            matches!(unit, ValueUnit::Percent | ValueUnit::Per { .. }),
            "a share is a fraction",
            "take `unit` out to show it in per cent, or write `unit: per 1,000 cases`",
        ),
        Formula::NetPromoterScore { .. } => {
            (unit == ValueUnit::Points, "a net promoter score runs from -100 to 100 points", "take `unit` out")
        }
        Formula::Count { .. } | Formula::Stock { .. } | Formula::Distinct { .. } => {
            (plain, "whole things are counted", "take `unit` out, or write the word for what is counted")
        }
        Formula::Sum { .. } => (
            plain || matches!(unit, ValueUnit::Duration(_) | ValueUnit::Money),
            "a sum is shown in the unit of what is added up",
            "write the unit of the expression, or use `share`, `ratio` or `rate`",
        ),
        Formula::Mean { .. } | Formula::Quantile { .. } => (
            !matches!(unit, ValueUnit::Per { .. }),
            "it is shown in the unit of the values themselves",
            "write the unit of the expression, or use `rate`",
        ),
        Formula::Ratio { .. } | Formula::OfMeasures { .. } => (true, "", ""),
        Formula::Composite(_) => {
            (plain, "a composite runs from 0 to 100", "take `unit` out, or write a word such as `points`")
        }
        Formula::Rate { per, .. } => (
            matches!(unit, ValueUnit::Per { many, .. } if many == *per)
                || (unit == ValueUnit::Percent && *per == 100.0),
            "a rate is shown per so many units of exposure",
            "let `per` and `unit` name the same number, or take one of them out",
        ),
    };
    if !fits {
        let message = format!("a {} cannot be shown in {}", formula.kind(), quoted(span.text()));
        findings.push(Diagnostic::error(code::BAD_UNIT, span, message).note(because).help(help));
        return None;
    }
    Some(unit)
}

fn default(formula: &Formula) -> ValueUnit {
    match formula {
        Formula::Share { .. } | Formula::Retention { .. } | Formula::Cohort { .. } => ValueUnit::Percent,
        Formula::NetPromoterScore { .. } => ValueUnit::Points,
        Formula::Count { .. } | Formula::Stock { .. } | Formula::Distinct { .. } => ValueUnit::Count,
        Formula::Rate { exposure, per, .. } => ValueUnit::Per { many: *per, of: noun(&exposure.rows.table).to_owned() },
        Formula::Sum { .. }
        | Formula::Mean { .. }
        | Formula::Ratio { .. }
        | Formula::Quantile { .. }
        | Formula::OfMeasures { .. } => ValueUnit::Number { word: None },
        Formula::Composite(_) => ValueUnit::Number { word: Some("points".to_owned()) },
    }
}

/// What rows of a table are called, in the plural.
pub(super) fn noun(table: &str) -> &str {
    match table {
        "case_facts" => "cases",
        "case_events" => "events",
        "responses" => "answers",
        "evaluations" => "items",
        "worktime" => "stretches of time",
        other if record::table(other).is_some() => other,
        _ => "rows",
    }
}
