//! What stands behind a number: formula as a query, numerator, denominator, versions.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use evenkeel_model::evaluation::{PartResult, Readings, known, parts_of};
use evenkeel_model::measure::{Amount, DefinitionVersion, Formula, Measure, QuantileMethod, Rows};
use evenkeel_model::period::Period;
use evenkeel_model::reading::{Missing, Reading, Subject};
use jiff::Timestamp;

use crate::{Engine, EngineError, ReadingStore};

/// What stands behind a number.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The measure.
    pub measure: Arc<Measure>,
    /// The unit or person.
    pub subject: Subject,
    /// The period.
    pub period: Period,
    /// The definition that holds in the period.
    pub definition: DefinitionVersion,
    /// The reading.
    pub reading: Reading,
    /// Why there is no value.
    pub missing: Option<Missing>,
    /// The measures that it is worked out from, with their readings.
    pub parts: Vec<PartResult>,
    /// The same as a query over the lake, to be read and to be tried elsewhere.
    pub query: String,
    /// Of the rows behind the measure, how many belong to a unit, and how many there are.
    pub coverage: Option<(u64, u64)>,
    /// The evaluation instant.
    pub as_of: Timestamp,
    /// The digest of the content that was read.
    pub data_version: String,
    /// The Delta version of each table that was read.
    pub table_versions: BTreeMap<String, u64>,
}

impl Engine {
    /// Explains one number.
    pub fn explain(
        &self,
        store: &ReadingStore,
        measure: &Arc<Measure>,
        subject: &Subject,
        period: Period,
    ) -> Result<Explanation, EngineError> {
        let (reading, missing) = known(store.reading(&measure.id, subject, period));
        if missing == Some(Missing::NotAtThisLevel) {
            return Err(EngineError::not_at_this_level(measure, subject));
        }
        let in_force = measure.in_force(period).unwrap_or(measure);
        Ok(Explanation {
            measure: Arc::clone(measure),
            subject: subject.clone(),
            period,
            reading,
            missing,
            definition: in_force.definition.clone(),
            parts: parts_of(in_force, subject, period, store),
            query: self.query(in_force, subject, period),
            coverage: store.coverage(&measure.id),
            as_of: self.scope().as_of,
            data_version: self.data_version([measure]),
            table_versions: self.table_versions(measure),
        })
    }

    /// The measure of one unit or person and period as SQL over the lake.
    fn query(&self, measure: &Measure, subject: &Subject, period: Period) -> String {
        match &measure.formula {
            Formula::OfMeasures { .. } | Formula::Composite(_) => {
                let mut text = String::new();
                for part in measure.formula.parts() {
                    let separate = if text.is_empty() { "" } else { "\n" };
                    let _ = write!(text, "{separate}-- {}\n{};", part.id, self.query(part, subject, period));
                }
                text
            }
            Formula::Ratio { numerator, denominator } => self.two(
                ("numerator", &numerator.rows, &numerator.amount),
                ("denominator", &denominator.rows, &denominator.amount),
                subject,
                period,
            ),
            Formula::Rate { events, exposure, .. } => self.two(
                ("events", &events.rows, &events.amount),
                ("exposure", &exposure.rows, &exposure.amount),
                subject,
                period,
            ),
            Formula::Share { rows, of } => {
                let select = format!("count(*) filter (where {of}) as numerator,\n       count({of}) as denominator");
                self.one(&select, rows, subject, period)
            }
            Formula::Count { rows } => self.one("count(*) as value", rows, subject, period),
            Formula::Sum { rows, of } => self.one(&format!("sum({of}) as value"), rows, subject, period),
            Formula::Mean { rows, of } => {
                self.one(&format!("sum({of}) as numerator,\n       count({of}) as denominator"), rows, subject, period)
            }
            Formula::NetPromoterScore { rows, of } => {
                let select = format!(
                    "count(*) filter (where {of} >= 9) - count(*) filter (where {of} <= 6) as numerator,\n       count({of}) as denominator"
                );
                self.one(&select, rows, subject, period)
            }
            Formula::Quantile { rows, of, at, method } => {
                let name = match method {
                    QuantileMethod::NearestRank => "percentile_disc",
                    QuantileMethod::Interpolated => "percentile_cont",
                };
                self.one(&format!("{name}({at}) within group (order by {of}) as value"), rows, subject, period)
            }
            Formula::Distinct { rows, of } => {
                self.one(&format!("count(distinct {of}) as value"), rows, subject, period)
            }
            Formula::Cohort { rows, reached, within } => {
                let entered = &rows.period_of;
                let select = format!(
                    "count(*) filter (where {reached} <= {entered} + interval '{within}') as numerator,\n       count(*) as denominator"
                );
                self.one(&select, rows, subject, period)
            }
            Formula::Retention { rows, until, lost } => {
                let start = self.local().start_of(period.start());
                let end = self.end_of(period);
                let counted = if *lost {
                    format!("{until} < timestamp '{end}'")
                } else {
                    format!("{until} is null or {until} >= timestamp '{end}'")
                };
                let mut query = format!(
                    "select count(*) filter (where {counted}) as numerator,\n       count(*) as denominator\n  from {}\n where {} < timestamp '{start}'",
                    rows.table, rows.period_of
                );
                let _ = write!(query, "\n   and ({until} is null or {until} >= timestamp '{start}')");
                self.rest(&mut query, rows, subject);
                query
            }
            Formula::Stock { rows, until } => {
                let end = self.end_of(period);
                let mut query = format!(
                    "select count(*) as value\n  from {}\n where {} < timestamp '{end}'",
                    rows.table, rows.period_of
                );
                let _ = write!(query, "\n   and ({until} is null or {until} >= timestamp '{end}')");
                self.rest(&mut query, rows, subject);
                query
            }
        }
    }

    /// The first instant that no longer counts: what lies behind the evaluation instant is not known yet.
    fn end_of(&self, period: Period) -> Timestamp {
        self.local().start_of(period.end()).min(self.scope().as_of)
    }

    fn one(&self, select: &str, rows: &Rows, subject: &Subject, period: Period) -> String {
        let start = self.local().start_of(period.start());
        let end = self.end_of(period);
        let mut query = format!("select {select}\n  from {}", rows.table);
        let at = &rows.period_of;
        let _ = write!(query, "\n where {at} >= timestamp '{start}' and {at} < timestamp '{end}'");
        self.rest(&mut query, rows, subject);
        query
    }

    fn two(
        &self,
        above: (&str, &Rows, &Amount),
        below: (&str, &Rows, &Amount),
        subject: &Subject,
        period: Period,
    ) -> String {
        let side = |(name, rows, amount): (&str, &Rows, &Amount)| {
            let select = match amount {
                Amount::Count => format!("count(*) as {name}"),
                Amount::Sum(of) => format!("sum({of}) as {name}"),
                Amount::Distinct(of) => format!("count(distinct {of}) as {name}"),
            };
            self.one(&select, rows, subject, period)
        };
        format!("{};\n{}", side(above), side(below))
    }

    fn rest(&self, query: &mut String, rows: &Rows, subject: &Subject) {
        if let Some(condition) = &rows.condition {
            let _ = write!(query, "\n   and ({condition})");
        }
        let root = self.directory().organisation();
        match (subject, &rows.person, &rows.unit) {
            (Subject::Person(id), Some(person), _) => {
                let _ = write!(query, "\n   and {person} = '{}'", id.as_str().replace('\'', "''"));
            }
            (Subject::Unit(id), person, unit) if id != root.unit_id(root.root()) => {
                let place = match (person, unit) {
                    (Some(person), Some(unit)) => format!("the unit of {person} on that day, else {unit},"),
                    (Some(person), None) => format!("the unit of {person} on that day"),
                    (None, Some(unit)) => unit.to_string(),
                    (None, None) => "no unit".to_owned(),
                };
                let _ = write!(query, "\n   -- and {place} is '{id}' or lies below it on that day");
            }
            _ => {}
        }
    }
}
