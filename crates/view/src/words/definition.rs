//! The definition of a measure in words, and as it is configured.

use std::fmt::Write as _;

use evenkeel_model::composite::CompositePart;
use evenkeel_model::measure::{
    Amount, Expression, Formula, Levels, Measure, QuantileMethod, Rows, Side, Timing, ValueUnit,
};
use evenkeel_model::record;

use super::sentence::Sentence;
use super::sql;
use crate::number::{self, Format};

/// One line of a definition.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Fact {
    /// What it is about: `Counts`.
    pub term: &'static str,
    /// What it says.
    pub text: Sentence,
}

fn fact(term: &'static str, text: Sentence) -> Fact {
    Fact { term, text }
}

/// The definition line by line: what is counted, out of what, what is left out, where it belongs.
#[must_use]
pub fn facts(measure: &Measure, format: &Format, stewards: &[String]) -> Vec<Fact> {
    let noun = measure.noun.as_str();
    let mut facts = counts(measure, noun);
    // The two sides of a ratio name their own conditions.
    let two_sided = matches!(measure.formula, Formula::Ratio { .. } | Formula::Rate { .. });
    if let Some(rows) = measure.formula.rows() {
        if let Some(conditions) = conditions(rows).filter(|_| !two_sided) {
            facts.push(fact("Only", conditions));
        }
        facts.push(fact("Left out", Sentence::plain(format!("{noun} without ")).join(code(&rows.period_of))));
        if !matches!(measure.formula, Formula::Stock { .. } | Formula::Retention { .. }) {
            facts.push(fact("In the period of", period_of(&measure.formula, rows)));
        }
        facts.push(fact("Counts for", attribution(rows)));
    }
    if let Some(wait) = measure.wait {
        let text = format!("{wait} after the end of a period, and not before");
        facts.push(fact("Known", Sentence::plain(text)));
    }
    facts.push(fact("Reported for", Sentence::plain(levels(measure.levels))));
    if let Some(fewest) = measure.withhold_below {
        facts.push(fact("Withheld", Sentence::plain(format!("where fewer than {fewest} stand behind it"))));
    }
    facts.push(fact("Direction", Sentence::plain(super::direction(measure.better, format))));
    if let Some(timing) = measure.about.timing {
        let moves = match timing {
            Timing::Leading => "before the result that it is held to lead to",
            Timing::Lagging => "after what it is held to follow from",
        };
        facts.push(fact("Moves", Sentence::plain(moves)));
    }
    if let Some(collected) = &measure.about.collected {
        facts.push(fact("Collected", Sentence::plain(collected.clone())));
    }
    facts.push(fact("Source", source(&measure.formula)));
    if !stewards.is_empty() {
        facts.push(fact("Steward", Sentence::plain(super::listed(stewards))));
    }
    if !measure.about.moved_by.is_empty() {
        facts.push(fact("Moved by", Sentence::plain(super::listed(&measure.about.moved_by))));
    }
    facts
}

fn counts(measure: &Measure, noun: &str) -> Vec<Fact> {
    match &measure.formula {
        Formula::Share { of, .. } => vec![
            fact("Counts", with_condition(noun, of)),
            fact("Out of", Sentence::plain(format!("all {noun} for which that is known"))),
        ],
        Formula::Count { .. } => vec![fact("Counts", Sentence::plain(format!("all {noun}")))],
        Formula::Sum { of, .. } => vec![fact("Adds up", over(of, noun))],
        Formula::Mean { of, .. } => vec![
            fact("Averages", over(of, noun)),
            fact("Out of", Sentence::plain(format!("{noun} for which that is known"))),
        ],
        Formula::Ratio { numerator, denominator } => {
            vec![fact("Adds up", side(numerator, None)), fact("Divided by", side(denominator, None))]
        }
        Formula::Rate { events, exposure, per } => {
            let many = number::count(*per as u64);
            let per = match &measure.unit {
                ValueUnit::Per { of, .. } if !of.is_empty() => {
                    let plain = matches!(exposure.amount, Amount::Count) && exposure.rows.conditions.is_empty();
                    let named = Sentence::plain(format!("{many} {of}"));
                    if plain { named } else { named.text(", as told by ").join(side(exposure, None)) }
                }
                _ => Sentence::plain(format!("{many} ")).join(side(exposure, None)),
            };
            vec![fact("Counts", side(events, Some(noun))), fact("Per", per)]
        }
        Formula::NetPromoterScore { of, .. } => vec![
            fact(
                "Counts",
                Sentence::plain(format!("{noun} of 9 and 10, less {noun} of 0 to 6, in ")).join(expression(of)),
            ),
            fact("Out of", Sentence::plain(format!("all {noun} from 0 to 10"))),
        ],
        Formula::Quantile { of, at, method, .. } => vec![fact("Takes", quantile(of, *at, *method, noun))],
        Formula::Stock { rows, until } => vec![
            fact("Counts", Sentence::plain(format!("{noun} still open at the end of the period"))),
            fact("Open from", code(&rows.period_of)),
            fact("Open until", code(until)),
        ],
        Formula::Distinct { of, .. } => {
            vec![fact("Counts", Sentence::plain("different values of ").join(over(of, noun)))]
        }
        Formula::Retention { rows, until, lost } => vec![
            fact(
                "Counts",
                Sentence::plain(if *lost {
                    format!("{noun} that are gone at the end of the period")
                } else {
                    format!("{noun} still there at the end of the period")
                }),
            ),
            fact(
                "Out of",
                Sentence::plain(format!(
                    "{noun} there on the day before the period; those that begin in it never count"
                )),
            ),
            fact("There from", code(&rows.period_of)),
            fact("There until", code(until)),
        ],
        Formula::Cohort { rows, reached, within } => vec![
            fact(
                "Counts",
                Sentence::plain(format!("{noun} with "))
                    .join(code(reached))
                    .text(format!(" within {within} after "))
                    .join(code(&rows.period_of)),
            ),
            fact("Out of", Sentence::plain(format!("all {noun} that entered in the period"))),
        ],
        formula @ (Formula::OfMeasures { .. } | Formula::Composite(_)) => {
            let rule = rule_of_parts(formula).unwrap_or_default();
            let titles: Vec<&str> = formula.parts().into_iter().map(|part| part.title.as_str()).collect();
            vec![
                fact("Works out", Sentence::plain(rule)),
                fact("From", Sentence::plain(format!("{}, in the same unit and period", super::listed(&titles)))),
            ]
        }
    }
}

/// How the parts of a measure are put together; none for a measure that is worked out from rows.
#[must_use]
pub fn rule_of_parts(formula: &Formula) -> Option<String> {
    match formula {
        Formula::OfMeasures { arithmetic, parts } => Some(
            arithmetic.written(&|position| parts.get(position).map_or_else(String::new, |part| part.title.clone())),
        ),
        Formula::Composite(composite) => {
            let needed = if composite.needed >= 1.0 {
                "every part must have a figure".to_owned()
            } else {
                format!("parts with a figure must carry {} of the weight", number::share(composite.needed))
            };
            Some(format!("the weighted {} on a scale from 0 to 100; {needed}", composite.method.words()))
        }
        _ => None,
    }
}

fn quantile(of: &Expression, at: f64, method: QuantileMethod, noun: &str) -> Sentence {
    let percent = number::rounded(at * 100.0, usize::from((at * 100.0).fract().abs() > 1e-9));
    let which = if at == 0.5 {
        "the median of ".to_owned()
    } else {
        format!("the value that {percent}{}% do not exceed, of ", number::NO_BREAK_SPACE)
    };
    let how = match method {
        QuantileMethod::NearestRank => "nearest rank",
        QuantileMethod::Interpolated => "interpolated",
    };
    Sentence::plain(which).join(over(of, noun)).text(format!(" ({how})"))
}

/// `answers (score 4 or 5)`, or with the condition as it is written.
fn with_condition(noun: &str, condition: &Expression) -> Sentence {
    Sentence::plain(format!("{noun} (")).join(expression(condition)).text(")")
}

fn over(of: &Expression, noun: &str) -> Sentence {
    let column =
        sql::column_in_words(of.as_str()).map_or_else(|| Sentence::default().code(of.as_str()), Sentence::plain);
    column.text(format!(", over {noun}"))
}

/// One side of a ratio. Rows are called as the measure calls them, else as their table is.
fn side(side: &Side, noun: Option<&str>) -> Sentence {
    let noun = noun.map_or_else(|| side.rows.table.replace('_', " "), ToOwned::to_owned);
    let amount = match &side.amount {
        Amount::Count => Sentence::plain(noun),
        Amount::Sum(of) => over(of, &noun),
        Amount::Distinct(of) => Sentence::plain("different values of ").join(over(of, &noun)),
    };
    match conditions(&side.rows) {
        Some(conditions) => amount.text(" (").join(conditions).text(")"),
        None => amount,
    }
}

/// What all rows that count have to meet; none where every row counts.
fn conditions(rows: &Rows) -> Option<Sentence> {
    let mut all = rows.conditions.iter().map(expression);
    let first = all.next()?;
    Some(all.fold(first, |before, condition| before.text(" and ").join(condition)))
}

fn period_of(formula: &Formula, rows: &Rows) -> Sentence {
    let above = code(&rows.period_of);
    match formula {
        Formula::Ratio { denominator: below, .. } | Formula::Rate { exposure: below, .. }
            if below.rows.period_of != rows.period_of =>
        {
            above.text(" above the line, ").join(code(&below.rows.period_of)).text(" below it")
        }
        _ => above,
    }
}

fn expression(expression: &Expression) -> Sentence {
    match sql::in_words(expression.as_str()) {
        Some(words) => Sentence::plain(words),
        None => Sentence::default().code(expression.as_str()),
    }
}

fn code(expression: &Expression) -> Sentence {
    Sentence::default().code(expression.as_str())
}

fn attribution(rows: &Rows) -> Sentence {
    let person = rows.person.as_ref().map(|person| {
        Sentence::plain("the person in ").code(person.as_str()).text(" and the unit they belonged to at the time")
    });
    let unit = rows.unit.as_ref().map(|unit| Sentence::plain("the unit in ").code(unit.as_str()));
    match (person, unit) {
        (Some(person), Some(unit)) => person.text("; without a person, ").join(unit),
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => Sentence::plain("the whole organisation only"),
    }
}

fn levels(levels: Levels) -> &'static str {
    match (levels.unit, levels.person) {
        (true, true) => "people, units and the whole",
        (true, false) => "units and the whole, never a single person",
        (false, true) => "people and the whole",
        (false, false) => "the whole organisation only",
    }
}

fn source(formula: &Formula) -> Sentence {
    formula.tables().into_iter().enumerate().fold(Sentence::default(), |sentence, (place, table)| {
        let sentence = if place == 0 { sentence } else { sentence.text("; ") };
        let row = match record::table(table) {
            Some(known) => format!(", {}", known.row),
            None if table == "case_facts" => ", one row per case".to_owned(),
            None => String::new(),
        };
        sentence.code(table).text(row)
    })
}

/// The formula as a project file has it, without the words around it.
#[must_use]
pub fn configured(measure: &Measure) -> String {
    let mut out = format!("measure: {}\n", measure.id);
    let line = |out: &mut String, key: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{key}: {value}");
    };
    match &measure.formula {
        Formula::Share { of, .. } => line(&mut out, "share", of.as_str()),
        Formula::Count { .. } => line(&mut out, "count", "rows"),
        Formula::Sum { of, .. } => line(&mut out, "sum", of.as_str()),
        Formula::Mean { of, .. } => line(&mut out, "mean", of.as_str()),
        Formula::NetPromoterScore { of, .. } => line(&mut out, "nps", of.as_str()),
        Formula::Quantile { of, at, method, .. } => {
            let method = match method {
                QuantileMethod::NearestRank => "nearest rank",
                QuantileMethod::Interpolated => "interpolated",
            };
            line(&mut out, "quantile", &format!("{{ of: {of}, at: {at}, method: {method} }}"));
        }
        Formula::Stock { until, .. } => line(&mut out, "stock", &format!("{{ until: {until} }}")),
        Formula::Distinct { of, .. } => line(&mut out, "distinct", of.as_str()),
        Formula::Retention { until, lost, .. } => {
            line(&mut out, if *lost { "churn" } else { "retention" }, &format!("{{ until: {until} }}"));
        }
        Formula::Cohort { reached, within, .. } => {
            line(&mut out, "cohort", &format!("{{ reached: {reached}, within: {within} }}"));
        }
        Formula::OfMeasures { arithmetic, parts } => {
            let name = |position: usize| parts.get(position).map_or_else(String::new, |part| part.id.to_string());
            line(&mut out, "formula", &arithmetic.written(&name));
        }
        Formula::Composite(composite) => {
            let method = composite.method.words();
            let _ = writeln!(out, "composite:\n  method: {method}\n  needs: {} %\n  parts:", composite.needed * 100.0);
            for CompositePart { measure, weight, worst, best } in &composite.parts {
                let ends = format!("worst: {}, best: {}", quantity(*worst, measure), quantity(*best, measure));
                let _ = writeln!(out, "    - {{ use: {}, weight: {weight}, {ends} }}", measure.id);
            }
        }
        Formula::Ratio { numerator, denominator } => {
            out.push_str("ratio:\n");
            configured_side(&mut out, "numerator", numerator);
            configured_side(&mut out, "denominator", denominator);
            return finish(out, measure);
        }
        Formula::Rate { events, exposure, per } => {
            let _ = writeln!(out, "rate:\n  per: {per}");
            configured_side(&mut out, "events", events);
            configured_side(&mut out, "exposure", exposure);
            return finish(out, measure);
        }
    }
    if let Some(rows) = measure.formula.rows() {
        configured_rows(&mut out, "", rows);
    }
    finish(out, measure)
}

/// A value as a project file has it, in the unit of its measure.
fn quantity(value: f64, measure: &Measure) -> String {
    // The factors are no powers of two: 0.07 × 100 is not quite 7.
    let shown = (value * measure.unit.factor() * 1e9).round() / 1e9;
    match &measure.unit {
        ValueUnit::Percent => format!("{shown} %"),
        ValueUnit::Duration(unit) => format!("{shown} {}", unit.symbol()),
        _ => shown.to_string(),
    }
}

fn configured_side(out: &mut String, name: &str, side: &Side) {
    let amount = match &side.amount {
        Amount::Count => "count: rows".to_owned(),
        Amount::Sum(of) => format!("sum: {of}"),
        Amount::Distinct(of) => format!("distinct: {of}"),
    };
    let _ = writeln!(out, "  {name}:\n    {amount}");
    configured_rows(out, "    ", &side.rows);
}

fn configured_rows(out: &mut String, indent: &str, rows: &Rows) {
    let condition = match &rows.conditions[..] {
        [] => None,
        [only] => Some(only.to_string()),
        several => {
            // A comment at the end of a condition must not swallow its bracket.
            let each =
                several.iter().map(|one| format!("({one}{})", if one.as_str().contains("--") { "\n" } else { "" }));
            Some(each.collect::<Vec<String>>().join(" and "))
        }
    };
    let lines = [
        ("from", Some(rows.table.as_str())),
        ("where", condition.as_deref()),
        ("period_of", Some(rows.period_of.as_str())),
        ("attribute", Some(rows.person.as_ref().map_or("none", Expression::as_str))),
        ("unit_of", rows.unit.as_ref().map(Expression::as_str)),
    ];
    for (key, value) in lines {
        if let Some(value) = value {
            let _ = writeln!(out, "{indent}{key}: {value}");
        }
    }
}

fn finish(mut out: String, measure: &Measure) -> String {
    if let Some(wait) = measure.wait {
        let _ = writeln!(out, "wait: {wait}");
    }
    let _ = write!(out, "version: {}", measure.definition.number);
    out
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use crate::number::NO_BREAK_SPACE;
    use crate::page::sample;
    use crate::words::finding::format_of;

    /// One measure of each kind, in words and as configured.
    #[test]
    fn definitions() {
        let kinds = ["csat", "engagement", "nps", "complaint_time", "complaint_rate", "backlog", "cost_contact"];
        let text = sample::with("rich", |evaluation, context| {
            let mut text = String::new();
            let results = evaluation.legs.iter().flat_map(evenkeel_model::evaluation::LegResult::measures);
            for result in results.filter(|result| kinds.contains(&result.measure.id.as_str())) {
                let format = format_of(result, context);
                writeln!(text, "# {} ({})", result.measure.title, result.measure.formula.kind()).unwrap();
                for fact in super::facts(&result.measure, &format, &["Mara Lindqvist".to_owned()]) {
                    writeln!(text, "{}: {}", fact.term, fact.text).unwrap();
                }
                writeln!(text, "\n{}\n", super::configured(&result.measure)).unwrap();
            }
            text.replace(NO_BREAK_SPACE, " ")
        });
        insta::assert_snapshot!(text);
    }
}
