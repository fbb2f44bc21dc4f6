//! How a measure is worked out: rows, expressions and what is added up.

use std::collections::BTreeMap;
use std::sync::Arc;

use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{Amount, Expression, Formula, Measure, QuantileMethod, Rows, Side};
use evenkeel_model::record::{self, CASE_FACTS, ColumnKind, Table};
use evenkeel_model::service_level::Promise;

use super::{derived, window};
use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::{Span, Spanned};
use crate::raw::{self, Text};
use crate::suggest::{list, nearest, quoted};

/// Who holds a case, or held it when it was last solved: what counts unless a measure says otherwise.
const SOLVER: &str = "solver";
/// Who held a case when the promise that a measure looks at was broken.
const HOLDER_AT_BREACH: &str = "holder_at_breach";

/// What says which rows count, as written for a measure or for one side of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RowKeys<'a> {
    pub(super) from: Option<&'a Spanned<Text>>,
    pub(super) condition: Option<&'a Spanned<Text>>,
    pub(super) period_of: Option<&'a Spanned<Text>>,
    pub(super) attribute: Option<&'a Spanned<Text>>,
    pub(super) unit_of: Option<&'a Spanned<Text>>,
}

/// The kinds as written; exactly one of them is given.
pub(super) struct Kinds {
    pub(super) share: Option<Spanned<Text>>,
    pub(super) count: Option<Spanned<Text>>,
    pub(super) sum: Option<Spanned<Text>>,
    pub(super) mean: Option<Spanned<Text>>,
    pub(super) ratio: Option<Spanned<raw::Ratio>>,
    pub(super) rate: Option<Spanned<raw::Rate>>,
    pub(super) nps: Option<Spanned<Text>>,
    pub(super) quantile: Option<Spanned<raw::Quantile>>,
    pub(super) stock: Option<Spanned<raw::Stock>>,
    pub(super) distinct: Option<Spanned<Text>>,
    pub(super) retention: Option<Spanned<raw::Stock>>,
    pub(super) churn: Option<Spanned<raw::Stock>>,
    pub(super) cohort: Option<Spanned<raw::Cohort>>,
    pub(super) formula: Option<Spanned<raw::OfMeasures>>,
    pub(super) composite: Option<Spanned<raw::Composite>>,
}

impl Kinds {
    /// The promises whose columns the measure looks at.
    pub(super) fn promises(&self, condition: Option<&Spanned<Text>>) -> Vec<Promise> {
        let Self {
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
            // What is worked out from other measures looks at no column.
            formula: _,
            composite: _,
        } = self;
        let mut texts = vec![condition, share.as_ref(), count.as_ref(), sum.as_ref(), mean.as_ref(), nps.as_ref()];
        texts.extend(quantile.iter().map(|quantile| quantile.value.of.as_ref()));
        texts.push(distinct.as_ref());
        for stock in [stock, retention, churn].into_iter().flatten() {
            texts.push(stock.value.until.as_ref());
        }
        texts.extend(cohort.iter().map(|cohort| cohort.value.reached.as_ref()));
        let in_ratio = ratio.iter().flat_map(|ratio| [&ratio.value.numerator, &ratio.value.denominator]);
        let in_rate = rate.iter().flat_map(|rate| [&rate.value.events, &rate.value.exposure]);
        for amount in in_ratio.chain(in_rate).flatten() {
            if let raw::Amount::Full(full) = amount {
                let raw::CountOf { count, sum, distinct, condition, .. } = &**full;
                texts.extend([count, sum, distinct, condition].map(Option::as_ref));
            }
        }
        let named = |promise: &Promise| {
            let column = format!("sla_{}_", promise.name());
            texts.iter().flatten().any(|text| text.value.0.to_ascii_lowercase().contains(&column))
        };
        Promise::ALL.into_iter().filter(named).collect()
    }
}

/// What was wrong has been reported.
struct Refused;

/// Converts the formulas of one measure.
pub(super) struct Converter<'a> {
    pub(super) keys: RowKeys<'a>,
    /// Where to say that something is missing.
    pub(super) at: &'a Span,
    /// The measure, in words.
    pub(super) subject: &'a str,
    /// The measures that it can be worked out from.
    pub(super) measures: &'a BTreeMap<MeasureId, Arc<Measure>>,
    /// The promises whose columns the measure looks at.
    pub(super) promises: Vec<Promise>,
    pub(super) findings: &'a mut Findings,
}

impl Converter<'_> {
    /// The formula; `shown_per` is the number that the unit names.
    pub(super) fn formula(&mut self, kinds: Kinds, shown_per: Option<f64>) -> Option<Formula> {
        let Kinds {
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
        } = kinds;
        if let Some(formula) = formula {
            self.no_rows_of_its_own();
            return derived::of_measures(formula.value, self.measures);
        }
        if let Some(composite) = composite {
            self.no_rows_of_its_own();
            return derived::composite(composite, self.measures, self.subject, self.findings);
        }
        if let Some(ratio) = ratio {
            let raw::Ratio { numerator, denominator } = ratio.value;
            let numerator = numerator.and_then(|amount| self.side(&amount, "numerator"));
            let denominator = denominator.and_then(|amount| self.side(&amount, "denominator"));
            return Some(Formula::Ratio { numerator: numerator?, denominator: denominator? });
        }
        if let Some(rate) = rate {
            return self.rate(rate, shown_per);
        }
        let table = self.table(self.keys.from, self.subject, self.at);
        let rows = table.and_then(|table| self.rows(self.keys, table));
        let mut of = |of: &Spanned<Text>| {
            let known = table.is_none_or(|table| self.known_column(of, table));
            known.then(|| Expression(of.value.0.clone()))
        };
        if let Some(share) = share {
            let of = of(&share);
            return Some(Formula::Share { rows: rows?, of: of? });
        }
        if let Some(sum) = sum {
            let of = of(&sum);
            return Some(Formula::Sum { rows: rows?, of: of? });
        }
        if let Some(mean) = mean {
            let of = of(&mean);
            return Some(Formula::Mean { rows: rows?, of: of? });
        }
        if let Some(nps) = nps {
            let of = of(&nps);
            return Some(Formula::NetPromoterScore { rows: rows?, of: of? });
        }
        if let Some(quantile) = quantile {
            let raw::Quantile { of: expression, at, method } = quantile.value;
            let of = expression.and_then(|expression| of(&expression));
            let at = at.and_then(|at| self.quantile_at(&at));
            let method = match method {
                None | Some(raw::Method::NearestRank) => QuantileMethod::NearestRank,
                Some(raw::Method::Interpolated) => QuantileMethod::Interpolated,
            };
            return Some(Formula::Quantile { rows: rows?, of: of?, at: at?, method });
        }
        if let Some(stock) = stock {
            let raw::Stock { until } = stock.value;
            let until = until?;
            let known = table.is_none_or(|table| self.instant_column(&until, table, "until"));
            return Some(Formula::Stock { rows: rows?, until: known.then_some(Expression(until.value.0))? });
        }
        if let Some(distinct) = distinct {
            let of = of(&distinct);
            return Some(Formula::Distinct { rows: rows?, of: of? });
        }
        let lost = churn.is_some();
        if let Some(stays) = retention.or(churn) {
            let raw::Stock { until } = stays.value;
            let until = until?;
            let known = table.is_none_or(|table| self.instant_column(&until, table, "until"));
            return Some(Formula::Retention { rows: rows?, until: known.then_some(Expression(until.value.0))?, lost });
        }
        if let Some(cohort) = cohort {
            let raw::Cohort { reached, within } = cohort.value;
            let within = within.and_then(|within| window::read(&within, "within", self.findings));
            let reached = reached?;
            let known = table.is_none_or(|table| self.instant_column(&reached, table, "reached"));
            let reached = known.then_some(Expression(reached.value.0))?;
            return Some(Formula::Cohort { rows: rows?, reached, within: within? });
        }
        let count = count?;
        if count.value.0 != "rows" {
            let message = format!("`count` in {} takes `rows`, not {}", self.subject, quoted(&count.value.0));
            let found = Diagnostic::error(code::UNKNOWN_WORD, &count.span, message);
            let help = format!("write `count: rows` and put the condition into `where: {}`", count.value.0);
            self.findings.push(found.help(help));
            return None;
        }
        Some(Formula::Count { rows: rows? })
    }

    /// Points out what has no effect because the parts say which rows count.
    fn no_rows_of_its_own(&mut self) {
        let RowKeys { from, condition, period_of, attribute, unit_of } = self.keys;
        let keys = [
            ("from", from),
            ("where", condition),
            ("period_of", period_of),
            ("attribute", attribute),
            ("unit_of", unit_of),
        ];
        for (key, given) in keys {
            if let Some(given) = given {
                let message = format!("`{key}` has no effect: {} is worked out from other measures", self.subject);
                let found = Diagnostic::warning(code::NO_EFFECT, &given.span, message);
                self.findings.push(found.help(format!("take `{key}` out; each of its parts says which rows count")));
            }
        }
    }

    fn rate(&mut self, rate: Spanned<raw::Rate>, shown_per: Option<f64>) -> Option<Formula> {
        let raw::Rate { events, exposure, per } = rate.value;
        let events = events.and_then(|amount| self.side(&amount, "events"));
        let exposure = exposure.and_then(|amount| self.side(&amount, "exposure"));
        let per = match (per, shown_per) {
            (Some(per), _) if per.value.0 > 0.0 => Some(per.value.0),
            (Some(per), _) => {
                let found = Diagnostic::error(code::BAD_NUMBER, &per.span, "`per` has to be more than 0");
                self.findings.push(
                    found.help("write how many units of exposure the rate is shown per, for example `per: 1000`"),
                );
                None
            }
            (None, Some(per)) => Some(per),
            (None, None) => {
                let message = format!("`per` is missing in `rate` of {}", self.subject);
                let found = Diagnostic::error(code::MISSING_KEY, &rate.span, message);
                self.findings.push(found.help("add `per: 1000`, or `unit: per 1,000 orders`"));
                None
            }
        };
        Some(Formula::Rate { events: events?, exposure: exposure?, per: per? })
    }

    /// One side of a ratio or rate.
    fn side(&mut self, amount: &raw::Amount, name: &str) -> Option<Side> {
        let rows_only;
        let raw::CountOf { count, sum, distinct, from, condition, period_of, attribute, unit_of, sound, at } =
            match amount {
                raw::Amount::Full(full) => &**full,
                raw::Amount::Rows(word) => {
                    rows_only = raw::CountOf::rows(word.clone());
                    &rows_only
                }
            };
        let own = RowKeys {
            from: from.as_ref(),
            condition: condition.as_ref(),
            period_of: period_of.as_ref(),
            attribute: attribute.as_ref(),
            unit_of: unit_of.as_ref(),
        };
        let keys = inherit(own, self.keys);
        let place = format!("`{name}` of {}", self.subject);
        let table = self.table(keys.from, &place, at);
        let rows = table.and_then(|table| self.rows(keys, table));
        if !sound {
            return None;
        }
        if let Some(sum) = sum {
            let known = self.known_column(sum, table?);
            return Some(Side { rows: rows?, amount: known.then(|| Amount::Sum(Expression(sum.value.0.clone())))? });
        }
        if let Some(distinct) = distinct {
            let known = self.known_column(distinct, table?);
            let amount = known.then(|| Amount::Distinct(Expression(distinct.value.0.clone())));
            return Some(Side { rows: rows?, amount: amount? });
        }
        let count = count.as_ref()?;
        if count.value.0 == "rows" {
            return Some(Side { rows: rows?, amount: Amount::Count });
        }
        if let raw::Amount::Rows(word) = amount {
            let message = format!("{place} cannot be {}", quoted(&word.value.0));
            let found = Diagnostic::error(code::UNKNOWN_WORD, &word.span, message);
            let help =
                format!("write `rows`, `{{ count: {0} }}`, `{{ sum: {0} }}` or `{{ distinct: {0} }}`", word.value.0);
            self.findings.push(found.help(help));
            return None;
        }
        let known = self.known_column(count, table?);
        let mut rows = rows?;
        rows.conditions.push(Expression(count.value.0.clone()));
        known.then_some(Side { rows, amount: Amount::Count })
    }

    fn table(&mut self, from: Option<&Spanned<Text>>, place: &str, at: &Span) -> Option<&'static Table> {
        let Some(from) = from else {
            let message = format!("`from` is missing in {place}");
            let found = Diagnostic::error(code::MISSING_KEY, at, message)
                .note("a measure reads one table of the service record, or `case_facts`");
            self.findings.push(found.help("add `from: case_facts`"));
            return None;
        };
        let name = from.value.0.as_str();
        let table = record::readable_table(name);
        if table.is_none() {
            let names = || record::TABLES.iter().map(|table| table.name).chain([record::CASE_FACTS.name]);
            let message = format!("the service record has no table {}", quoted(name));
            let found = Diagnostic::error(code::UNKNOWN_TABLE, &from.span, message);
            self.findings.push(match nearest(name, names()) {
                Some(meant) => found.label(format!("did you mean `{meant}`?")),
                None => found.help(format!("tables that can be read: {}", list(names(), "and"))),
            });
        }
        table
    }

    fn rows(&mut self, keys: RowKeys<'_>, table: &'static Table) -> Option<Rows> {
        let condition = keys.condition.filter(|condition| self.known_column(condition, table));
        let sound = condition.is_some() == keys.condition.is_some();
        let period_of = match (keys.period_of, table.period_of) {
            (Some(column), _) => self.instant_column(column, table, "period_of").then(|| column.value.0.clone()),
            (None, Some(default)) => Some(default.to_owned()),
            (None, None) => {
                let message = format!("nothing places a row of `{}` in a period", table.name);
                let at = keys.from.map_or(self.at, |from| &from.span);
                let found = Diagnostic::error(code::NO_PERIOD, at, message)
                    .help("add `period_of` with an expression that yields an instant or a day");
                self.findings.push(found);
                None
            }
        };
        let of_case =
            |word: &str| keys.attribute.filter(|given| given.value.0 == word && table.name == CASE_FACTS.name);
        let (person, unit) = if let Some(given) = of_case(HOLDER_AT_BREACH) {
            self.at_the_breach(given, keys.unit_of, table)
        } else {
            let given = keys.attribute.filter(|_| of_case(SOLVER).is_none());
            (self.place_column(given, table.person, table), self.place_column(keys.unit_of, table.unit, table))
        };
        sound.then(|| {
            Some(Rows {
                table: table.name.to_owned(),
                conditions: condition.iter().map(|condition| Expression(condition.value.0.clone())).collect(),
                period_of: Expression(period_of?),
                person: person.ok()?,
                unit: unit.ok()?,
            })
        })?
    }

    /// The person and the unit that held a case when a promise was broken; its own where none was.
    fn at_the_breach(
        &mut self,
        given: &Spanned<Text>,
        unit_of: Option<&Spanned<Text>>,
        table: &Table,
    ) -> (Result<Option<Expression>, Refused>, Result<Option<Expression>, Refused>) {
        let [promise] = self.promises[..] else {
            let names: Vec<String> = self.promises.iter().map(|promise| format!("sla_{}", promise.name())).collect();
            let found = Diagnostic::error(
                code::NO_EFFECT,
                &given.span,
                format!("`{HOLDER_AT_BREACH}` does not say at the breach of which promise"),
            );
            self.findings.push(if names.is_empty() {
                found
                    .note("it is the promise whose columns the measure looks at, and it looks at none")
                    .help("look at one, for example `share: sla_first_response_met`")
            } else {
                found
                    .note(format!("the measure looks at {}", list(names.iter().map(String::as_str), "and")))
                    .help("write a measure for each promise")
            });
            return (Err(Refused), Err(Refused));
        };
        let place = |own: Option<&str>, at_breach: &str| {
            let name = promise.name();
            own.map(|own| {
                let state = format!("sla_{name}_state");
                Expression(format!("case when {state} = 'breached' then sla_{name}_{at_breach} else {own} end"))
            })
        };
        let unit = match unit_of {
            None => Ok(place(table.unit, "breach_unit_id")),
            given => self.place_column(given, table.unit, table),
        };
        (Ok(place(table.person, "breach_person_id")), unit)
    }

    /// The column with the person or unit of a row, where it has one.
    fn place_column(
        &mut self,
        given: Option<&Spanned<Text>>,
        default: Option<&str>,
        table: &Table,
    ) -> Result<Option<Expression>, Refused> {
        match given {
            None => Ok(default.map(|column| Expression(column.to_owned()))),
            Some(none) if none.value.0 == "none" => Ok(None),
            Some(column) if self.known_column(column, table) => Ok(Some(Expression(column.value.0.clone()))),
            Some(_) => Err(Refused),
        }
    }

    /// Checks an expression that is nothing but the name of a column. All others are read by the engine.
    fn known_column(&mut self, expression: &Spanned<Text>, table: &Table) -> bool {
        let Some(name) = bare_name(&expression.value.0) else { return true };
        if table.column(&name).is_some() {
            return true;
        }
        let message = format!("`{}` has no column {}", table.name, quoted(&expression.value.0));
        let found = Diagnostic::error(code::UNKNOWN_COLUMN, &expression.span, message);
        let columns = || table.all_columns().map(|column| column.name);
        self.findings.push(match nearest(&name, columns()) {
            Some(meant) => found.label(format!("did you mean `{meant}`?")),
            None => found
                .note(format!(
                    "what the record has no column for is in `attributes`: `json_text(attributes, '{name}')`"
                ))
                .help(format!("columns of `{}`: {}", table.name, list(columns(), "and"))),
        });
        false
    }

    /// Checks an expression that has to yield an instant or a day.
    fn instant_column(&mut self, expression: &Spanned<Text>, table: &Table, key: &str) -> bool {
        let in_time = |kind| matches!(kind, ColumnKind::Instant | ColumnKind::Day);
        if !self.known_column(expression, table) {
            return false;
        }
        let column = bare_name(&expression.value.0).and_then(|name| table.column(&name));
        let Some(column) = column.filter(|column| !in_time(column.kind)) else { return true };
        let message = format!("`{key}` needs an instant or a day, and `{}` is neither", column.name);
        let found = Diagnostic::error(code::NO_PERIOD, &expression.span, message);
        let others = table.columns.iter().filter(|column| in_time(column.kind)).map(|column| column.name);
        self.findings.push(found.help(format!("instants and days of `{}`: {}", table.name, list(others, "and"))));
        false
    }

    fn quantile_at(&mut self, at: &Spanned<raw::Number>) -> Option<f64> {
        let value = at.value.0;
        if (0.0..=1.0).contains(&value) {
            return Some(value);
        }
        let found = Diagnostic::error(code::BAD_NUMBER, &at.span, "`at` has to lie between 0 and 1");
        self.findings.push(if (1.0..=100.0).contains(&value) {
            found.help(format!("write `{}` for the {value}th percentile", value / 100.0))
        } else {
            found.help("write `0.5` for the median, `0.9` for the value that 90 % do not exceed")
        });
        None
    }
}

/// What a side leaves open it takes from the measure, as long as both read one table. What a measure says about the
/// columns of its own table says nothing about another one; that a row counts for nobody can be said of any.
fn inherit<'a>(own: RowKeys<'a>, measure: RowKeys<'a>) -> RowKeys<'a> {
    let text = |key: Option<&'a Spanned<Text>>| key.map(|text| text.value.0.as_str());
    if inherits(text(own.from), text(measure.from)) {
        return RowKeys {
            from: own.from.or(measure.from),
            condition: own.condition.or(measure.condition),
            period_of: own.period_of.or(measure.period_of),
            attribute: own.attribute.or(measure.attribute),
            unit_of: own.unit_of.or(measure.unit_of),
        };
    }
    let nobody = |key: Option<&'a Spanned<Text>>| key.filter(|text| text.value.0 == "none");
    RowKeys {
        attribute: own.attribute.or(nobody(measure.attribute)),
        unit_of: own.unit_of.or(nobody(measure.unit_of)),
        ..own
    }
}

/// Whether a side takes what it leaves open from the measure.
pub(crate) fn inherits(own_table: Option<&str>, table_of_measure: Option<&str>) -> bool {
    own_table.is_none() || own_table == table_of_measure
}

/// The name of a column, when the expression is nothing else. SQL folds it to small letters.
fn bare_name(expression: &str) -> Option<String> {
    let name = expression.to_ascii_lowercase();
    let starts = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
    let named = starts && name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
    let word = matches!(name.as_str(), "true" | "false" | "null" | "current_date" | "current_timestamp");
    (named && !word).then_some(name)
}
