//! Comparisons: lines that can be met, people only where they may be compared, and a case mix that is no outcome.

use std::collections::BTreeMap;

use evenkeel_model::comparison::case_mix::{self, Refused};
use evenkeel_model::comparison::{Attribute, Comparison, Family, Lines, Peers, Rules};
use evenkeel_model::ids::{MeasureId, UnitId};
use evenkeel_model::measure::{Amount, Direction, Expression, Formula, Measure, ValueUnit};
use evenkeel_model::people::PeoplePolicy;
use evenkeel_model::period::{FiscalYear, Period};
use evenkeel_model::quantity::parse_quantity;
use jiff::civil::Date;

use super::names::{self, Form};
use super::{Known, plan};
use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::{Span, Spanned};
use crate::raw;
use crate::suggest::{list, nearest, quoted};

/// Who was compared by which measure before, and where that was said.
pub(crate) type AlreadyCompared = BTreeMap<(String, Peers), Span>;

/// A comparison; `before` are those of the files before it.
pub(crate) fn comparison(
    raw: raw::Comparison,
    known: &Known<'_>,
    people: PeoplePolicy,
    before: &mut AlreadyCompared,
    findings: &mut Findings,
) -> Option<Comparison> {
    let raw::Comparison {
        comparison,
        title,
        measure: measure_name,
        compares,
        below,
        case_mix,
        minimum,
        recognition,
        fixed_on,
        recognise_from,
        develop_below,
        review,
        minimum_observations,
    } = raw;
    let id = comparison.map(|id| id.with(id.value.0.clone()));
    if let Some(id) = &id {
        names::check(id, "a comparison", Form::Slug, findings);
    }
    let rules = rules(recognise_from.as_ref(), develop_below.as_ref(), review, minimum_observations.as_ref(), findings);
    let fixed_on = fixed_on.and_then(|day| self::day(&day, "fixed_on", findings));
    let measure_name = measure_name?;
    let measure = known.find(&measure_name, "the comparison is of", findings)?;
    let name = measure_name.value.0.as_str();
    comparable(&measure, &measure_name.span, findings);
    let peers = self::peers(compares.map(|compares| compares.0).unwrap_or_default(), &measure, people, findings);
    for (peers, span) in &peers {
        let key = (name.to_owned(), peers.clone());
        match before.get(&key) {
            Some(first) => {
                let message = format!("`{}` are compared twice by measure {}", peers.as_str(), quoted(name));
                let found = Diagnostic::error(code::USED_TWICE, span, message)
                    .label("compared again here")
                    .related(first, "first compared here");
                findings.push(found.help("take one of them out: two standards would give two answers"));
            }
            None => {
                before.insert(key, span.clone());
            }
        }
    }
    let case_mix = attributes(case_mix.map(|mix| mix.0).unwrap_or_default(), &measure, findings);
    let lines = lines(minimum.as_ref(), recognition.as_ref(), &measure, findings);
    let id = id?;
    Some(Comparison {
        title: title.map_or_else(|| names::title(&id.value), |title| title.value.0),
        id: id.value,
        measure: MeasureId::new(name),
        peers: peers.into_iter().map(|(peers, _)| peers).collect(),
        below: below.map(|below| UnitId::new(below.value.0)),
        case_mix,
        lines: lines?,
        fixed_on,
        rules,
    })
}

/// Refuses measures about whose chance variation nothing is known, or for which neither direction is better.
fn comparable(measure: &Measure, at: &Span, findings: &mut Findings) {
    if Family::of(&measure.formula).is_none() {
        let kind = measure.formula.kind();
        let message = format!("measure `{}` cannot be compared fairly: it is a {kind}", measure.id);
        let because = match &measure.formula {
            Formula::Count { .. } | Formula::Sum { .. } | Formula::Stock { .. } | Formula::Distinct { .. } => {
                "a number says nothing while it is not related to the size of a unit"
            }
            _ => "how such a figure varies by chance is not known from its parts",
        };
        let found = Diagnostic::error(code::KIND, at, message).note(because);
        findings.push(found.help("compare a share, a rate of counted events, a mean or a net promoter score"));
    }
    if !matches!(measure.better, Direction::Higher | Direction::Lower) {
        let message = format!("measure `{}` has no better end, so nothing meets a standard", measure.id);
        let found = Diagnostic::error(code::KIND, at, message);
        findings.push(found.help("compare by a measure of which `higher` or `lower` is better"));
    }
}

fn peers(
    written: Vec<Spanned<raw::Text>>,
    measure: &Measure,
    people: PeoplePolicy,
    findings: &mut Findings,
) -> Vec<(Peers, Span)> {
    let mut found: Vec<(Peers, Span)> = Vec::new();
    for word in written {
        let peers = Peers::parse(&word.value.0);
        if let Some((_, first)) = found.iter().find(|(known, _)| *known == peers) {
            let message = format!("`{}` stands there twice", peers.as_str());
            let twice = Diagnostic::error(code::USED_TWICE, &word.span, message).related(first, "first here");
            findings.push(twice.help("take one of them out"));
            continue;
        }
        match &peers {
            Peers::People if !measure.levels.person => {
                let message = format!("measure `{}` says nothing about one person", measure.id);
                let refused = Diagnostic::error(code::NOT_AT_THIS_LEVEL, &word.span, message);
                findings.push(match &measure.about.not_for_people {
                    Some(reason) => refused.help(reason.trim_end_matches('.').to_owned()),
                    None => refused.help("compare units by it; for people, choose a measure that `levels` allows"),
                });
            }
            Peers::People if !people.allows_comparison() => {
                let message = format!("people are not compared while evenkeel.yaml says `people: {people}`");
                let idle = Diagnostic::warning(code::NO_EFFECT, &word.span, message);
                findings.push(
                    idle.note("it is `off` unless the project says otherwise")
                        .help("write `people: coaching` there once staff have been told, or take `people` out here"),
                );
            }
            Peers::Units(_) if !measure.levels.unit => {
                let message = format!("measure `{}` is not reported for single units", measure.id);
                let refused = Diagnostic::error(code::NOT_AT_THIS_LEVEL, &word.span, message);
                findings.push(refused.help("choose a measure that `levels` allows"));
            }
            _ => {}
        }
        found.push((peers, word.span));
    }
    found
}

/// The expressions that the formula looks at: what they name is the outcome.
fn counted(formula: &Formula) -> String {
    match formula {
        Formula::Share { of, .. }
        | Formula::Mean { of, .. }
        | Formula::NetPromoterScore { of, .. }
        | Formula::Cohort { reached: of, .. }
        | Formula::Retention { until: of, .. } => of.to_string(),
        Formula::Rate { events, .. } => {
            let amount = match &events.amount {
                Amount::Sum(of) | Amount::Distinct(of) => of.to_string(),
                Amount::Count => String::new(),
            };
            let conditions: Vec<&str> = events.rows.conditions.iter().map(Expression::as_str).collect();
            format!("{amount} {}", conditions.join(" "))
        }
        _ => String::new(),
    }
}

fn attributes(written: Vec<Spanned<raw::Text>>, measure: &Measure, findings: &mut Findings) -> Vec<Attribute> {
    let mut converted: Vec<Attribute> = Vec::new();
    // A rate may read two tables; both have to have the attribute.
    let tables = measure.formula.tables();
    let counted = counted(&measure.formula);
    'next: for text in written {
        let name = text.value.0.as_str();
        let mut found = None;
        for table in &tables {
            match case_mix::attribute(name, table, &counted) {
                Ok(attribute) => found = Some(attribute),
                Err(why) => {
                    refuse(&text, table, why, findings);
                    continue 'next;
                }
            }
        }
        let Some(attribute) = found else { continue };
        if converted.contains(&attribute) {
            let message = format!("{} stands in `case_mix` twice", quoted(name));
            findings.push(Diagnostic::error(code::USED_TWICE, &text.span, message).help("take one of them out"));
            continue;
        }
        converted.push(attribute);
    }
    converted
}

fn refuse(text: &Spanned<raw::Text>, table: &str, why: Refused, findings: &mut Findings) {
    let name = quoted(&text.value.0);
    let columns: Vec<&str> = case_mix::possible(table).collect();
    let instead = if columns.is_empty() {
        "name something that a case or customer was before anybody served them, such as `attributes.reason`".to_owned()
    } else {
        format!(
            "name what a case or customer was like before anybody served them: {}, `attributes.…`, `customer.…` or `case.…`",
            list(columns.iter().copied(), "or")
        )
    };
    let (code, message, because) = match why {
        Refused::Unknown => {
            let message = format!("`{table}` has no attribute {name}");
            let found = Diagnostic::error(code::UNKNOWN_COLUMN, &text.span, message);
            findings.push(match nearest(&text.value.0, columns.iter().copied()) {
                Some(meant) => found.label(format!("did you mean `{meant}`?")),
                None => found.help(instead),
            });
            return;
        }
        Refused::Outcome => (
            code::UNFAIR_ATTRIBUTE,
            format!("{name} tells how a case went, so figures cannot be adjusted for it"),
            "adjusting for an outcome takes away what is to be compared",
        ),
        Refused::OwnDecision => (
            code::UNFAIR_ATTRIBUTE,
            format!("{name} is decided by those who are compared, or says who they are"),
            "adjusting for a decision would excuse it",
        ),
        Refused::TooMany => (
            code::UNFAIR_ATTRIBUTE,
            format!("{name} is different for nearly every row"),
            "cases that have nothing in common cannot be compared like for like",
        ),
        Refused::NotNamed => (
            code::UNKNOWN_COLUMN,
            format!("rows of `{table}` do not say to which case or customer they belong, so {name} is not known"),
            "only tables with `case_id` or `customer_id` lead there",
        ),
    };
    findings.push(Diagnostic::error(code, &text.span, message).note(because).help(instead));
}

fn lines(
    minimum: Option<&Spanned<raw::Quantity>>,
    recognition: Option<&Spanned<raw::Quantity>>,
    measure: &Measure,
    findings: &mut Findings,
) -> Option<Lines> {
    let mut line = |written: Option<&Spanned<raw::Quantity>>| {
        let written = written?;
        let read = parse_quantity(&written.value.0, &measure.unit);
        let value = plan::quantity(&written.span, &written.value.0, read, &measure.unit, &measure.formula, findings)?;
        let never = match Family::of(&measure.formula) {
            Some(Family::Shares) => !(value > 0.0 && value < 1.0),
            Some(Family::Rates) => value <= 0.0,
            _ => false,
        };
        if never {
            let message = format!("{} is no line that a true figure can be below and above", quoted(&written.value.0));
            let found = Diagnostic::error(code::OUT_OF_RANGE, &written.span, message);
            findings.push(found.help("write a line that lies inside of what the measure can reach, such as `78 %`"));
            return None;
        }
        Some(value)
    };
    let (low, high) = (line(minimum), line(recognition));
    let lines = Lines { minimum: low?, recognition: high? };
    let reversed = match measure.better {
        Direction::Lower => lines.recognition > lines.minimum,
        _ => lines.recognition < lines.minimum,
    };
    if let (true, Some(recognition), Some(minimum)) = (reversed, recognition, minimum) {
        let message = "whoever misses the minimum would be recognised";
        let found = Diagnostic::error(code::WRONG_SIDE, &recognition.span, message)
            .label("the line for recognition")
            .related(&minimum.span, "the minimum");
        findings.push(found.help("let the line for recognition be at least as good as the minimum"));
        return None;
    }
    Some(lines)
}

fn rules(
    recognise_from: Option<&Spanned<raw::Quantity>>,
    develop_below: Option<&Spanned<raw::Quantity>>,
    review: Option<raw::Review>,
    minimum_observations: Option<&Spanned<raw::Whole>>,
    findings: &mut Findings,
) -> Rules {
    let mut rules = Rules::default();
    let set = |rule: &mut f64, written: Option<&Spanned<raw::Quantity>>, findings: &mut Findings| {
        if let Some(value) = written.and_then(|written| probability(written, findings)) {
            *rule = value;
        }
    };
    set(&mut rules.recognise_from, recognise_from, findings);
    set(&mut rules.develop_below, develop_below, findings);
    let mut review_span = None;
    if let Some(raw::Review { periods, below, false_discoveries }) = review {
        set(&mut rules.review_below, below.as_ref(), findings);
        set(&mut rules.false_discoveries, false_discoveries.as_ref(), findings);
        if let Some(periods) = periods {
            rules.review_periods = periods.value.0;
            if !(2..=24).contains(&periods.value.0) {
                let message = format!("a review cannot rest on {} periods", periods.value.0);
                let found = Diagnostic::error(code::BAD_NUMBER, &periods.span, message);
                findings.push(found.note("a single bad period happens to everybody").help("write 2 to 24"));
            }
        }
        review_span = below.map(|below| below.span);
    }
    if let Some(span) = review_span.filter(|_| rules.review_below >= rules.develop_below) {
        let message = "a review would be proposed sooner than development";
        let found = Diagnostic::error(code::WRONG_SIDE, &span, message);
        findings.push(found.help("let `review` be below a smaller probability than `develop_below`"));
    }
    if let Some(least) = minimum_observations {
        rules.minimum_observations = f64::from(least.value.0);
        if least.value.0 < 5 {
            let message = format!("a state cannot rest on {} observations", least.value.0);
            let found = Diagnostic::error(code::BAD_NUMBER, &least.span, message);
            findings.push(found.help("write at least 5; 30 is the default"));
        }
    }
    rules
}

/// A probability above 0 and below 100 %, as a fraction.
fn probability(written: &Spanned<raw::Quantity>, findings: &mut Findings) -> Option<f64> {
    let value = parse_quantity(&written.value.0, &ValueUnit::Percent).ok();
    let inside = value.filter(|value| *value > 0.0 && *value < 1.0);
    // `0.8` is 0.8 %, which nobody means.
    let meant = written.value.0.contains('%');
    if inside.is_none() || !meant {
        let message = format!("{} is no probability between 0 % and 100 %", quoted(&written.value.0));
        let found = Diagnostic::error(code::BAD_QUANTITY, &written.span, message);
        findings.push(found.help("write it in per cent, for example `80 %`"));
        return None;
    }
    inside
}

/// A day.
pub(super) fn day(text: &Spanned<raw::Text>, key: &str, findings: &mut Findings) -> Option<Date> {
    let day = Period::parse(&text.value.0, FiscalYear::default()).ok();
    let day = day.filter(|period| period.start() == period.last_day()).map(Period::start);
    if day.is_none() {
        let message = format!("`{key}` needs a day, not {}", quoted(&text.value.0));
        let found = Diagnostic::error(code::BAD_PERIOD, &text.span, message);
        findings.push(found.help("write the day, for example `2026-01-04`"));
    }
    day
}
