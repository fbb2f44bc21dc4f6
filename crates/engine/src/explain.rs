//! What stands behind a number: formula as a query, numerator, denominator, versions.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::logical_expr::ExprSchemable;
use evenkeel_model::evaluation::{PartResult, Readings, known, parts_of};
use evenkeel_model::measure::{Amount, DefinitionVersion, Expression, Formula, Measure, QuantileMethod, Rows};
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
    /// How many rows of the tables behind the measure do not count by a person's decision, of whomever and whenever.
    pub left_out: u64,
    /// The evaluation instant.
    pub as_of: Timestamp,
    /// The digest of the content that was read.
    pub data_version: String,
    /// The Delta version of each table that was read.
    pub table_versions: BTreeMap<String, u64>,
}

impl Engine {
    /// Explains one number.
    pub async fn explain(
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
            query: Query { engine: self, subject, period, days: self.told_in_days(measure, period).await? }
                .of(in_force),
            coverage: store.coverage(&measure.id),
            left_out: self.left_out(measure),
            as_of: self.scope().as_of,
            data_version: self.data_version([measure]),
            table_versions: self.table_versions(measure),
        })
    }

    /// The expressions that place the rows of a measure in time and yield a day, not an instant: table and expression.
    async fn told_in_days(
        &self,
        measure: &Arc<Measure>,
        period: Period,
    ) -> Result<BTreeSet<(String, String)>, EngineError> {
        self.prepare(std::slice::from_ref(measure)).await?;
        let mut days = BTreeSet::new();
        for (rows, expression) in in_time(measure, period) {
            let frame = self.session().table(&rows.table).await?;
            let parsed = self.session().context().parse_sql_expr(expression.as_str(), frame.schema())?;
            if matches!(parsed.get_type(frame.schema())?, DataType::Date32 | DataType::Date64) {
                days.insert((rows.table.clone(), expression.to_string()));
            }
        }
        Ok(days)
    }
}

/// What places the rows of a measure in time, by the definition that holds in a period.
fn in_time(measure: &Measure, period: Period) -> Vec<(&Rows, &Expression)> {
    match &measure.in_force(period).unwrap_or(measure).formula {
        Formula::Ratio { numerator: one, denominator: other } | Formula::Rate { events: one, exposure: other, .. } => {
            vec![(&one.rows, &one.rows.period_of), (&other.rows, &other.rows.period_of)]
        }
        Formula::Stock { rows, until } | Formula::Retention { rows, until, .. } => {
            vec![(rows, &rows.period_of), (rows, until)]
        }
        formula => {
            let own = formula.rows().map(|rows| (rows, &rows.period_of));
            let parts = formula.parts().into_iter().flat_map(|part| in_time(part, period));
            own.into_iter().chain(parts).collect()
        }
    }
}

/// The measure of one unit or person and period as SQL over the lake.
struct Query<'a> {
    engine: &'a Engine,
    subject: &'a Subject,
    period: Period,
    /// Which expressions yield a day.
    days: BTreeSet<(String, String)>,
}

impl Query<'_> {
    fn of(&self, measure: &Measure) -> String {
        match &measure.formula {
            Formula::OfMeasures { .. } | Formula::Composite(_) => {
                let mut text = String::new();
                for part in measure.formula.parts() {
                    let separate = if text.is_empty() { "" } else { "\n" };
                    let part = part.in_force(self.period).unwrap_or(part);
                    let _ = write!(text, "{separate}-- {}\n{};", part.id, self.of(part));
                }
                text
            }
            Formula::Ratio { numerator, denominator } => self.two(
                ("numerator", &numerator.rows, &numerator.amount),
                ("denominator", &denominator.rows, &denominator.amount),
            ),
            Formula::Rate { events, exposure, .. } => {
                self.two(("events", &events.rows, &events.amount), ("exposure", &exposure.rows, &exposure.amount))
            }
            Formula::Share { rows, of } => {
                let select = format!("count(*) filter (where {of}) as numerator,\n       count({of}) as denominator");
                self.one(&select, rows)
            }
            Formula::Count { rows } => self.one("count(*) as value", rows),
            Formula::Sum { rows, of } => self.one(&format!("sum({of}) as value"), rows),
            Formula::Mean { rows, of } => {
                self.one(&format!("sum({of}) as numerator,\n       count({of}) as denominator"), rows)
            }
            Formula::NetPromoterScore { rows, of } => {
                let select = format!(
                    "count(*) filter (where {of} >= 9) - count(*) filter (where {of} <= 6) as numerator,\n       count({of}) as denominator"
                );
                self.one(&select, rows)
            }
            Formula::Quantile { rows, of, at, method } => {
                let name = match method {
                    QuantileMethod::NearestRank => "percentile_disc",
                    QuantileMethod::Interpolated => "percentile_cont",
                };
                self.one(&format!("{name}({at}) within group (order by {of}) as value"), rows)
            }
            Formula::Distinct { rows, of } => self.one(&format!("count(distinct {of}) as value"), rows),
            Formula::Cohort { rows, reached, within } => {
                let entered = &rows.period_of;
                let select = format!(
                    "count(*) filter (where {reached} <= {entered} + interval '{within}') as numerator,\n       count(*) as denominator"
                );
                self.one(&select, rows)
            }
            Formula::Retention { rows, until, lost } => {
                let (begun, there) = (self.start(rows, &rows.period_of), self.start(rows, until));
                let (gone, kept) = self.end(rows, until);
                let counted =
                    if *lost { format!("{until} {gone}") } else { format!("{until} is null or {until} {kept}") };
                let mut query = format!(
                    "select count(*) filter (where {counted}) as numerator,\n       count(*) as denominator\n  from {}\n where {} < {begun}",
                    rows.table, rows.period_of
                );
                let _ = write!(query, "\n   and ({until} is null or {until} >= {there})");
                self.rest(&mut query, rows);
                query
            }
            Formula::Stock { rows, until } => {
                let (begun, _) = self.end(rows, &rows.period_of);
                let (_, open) = self.end(rows, until);
                let mut query =
                    format!("select count(*) as value\n  from {}\n where {} {begun}", rows.table, rows.period_of);
                let _ = write!(query, "\n   and ({until} is null or {until} {open})");
                self.rest(&mut query, rows);
                query
            }
        }
    }

    /// The conditions for what lies before the end of the period, and for what lies behind it. What lies behind the
    /// evaluation instant is not known yet.
    fn end(&self, rows: &Rows, of: &Expression) -> (String, String) {
        if self.days.contains(&(rows.table.clone(), of.to_string())) {
            let last = self.period.last_day().min(self.engine.today());
            return (format!("<= date '{last}'"), format!("> date '{last}'"));
        }
        let (end, as_of) = (self.engine.local().start_of(self.period.end()), self.engine.scope().as_of);
        if as_of < end {
            return (format!("<= timestamp '{as_of}'"), format!("> timestamp '{as_of}'"));
        }
        (format!("< timestamp '{end}'"), format!(">= timestamp '{end}'"))
    }

    /// The beginning of the period, as a day for what yields days.
    fn start(&self, rows: &Rows, of: &Expression) -> String {
        let first = self.period.start();
        if self.days.contains(&(rows.table.clone(), of.to_string())) {
            format!("date '{first}'")
        } else {
            format!("timestamp '{}'", self.engine.local().start_of(first))
        }
    }

    fn one(&self, select: &str, rows: &Rows) -> String {
        let at = &rows.period_of;
        let start = self.start(rows, at);
        let (before, _) = self.end(rows, at);
        let mut query = format!("select {select}\n  from {}", rows.table);
        let _ = write!(query, "\n where {at} >= {start} and {at} {before}");
        self.rest(&mut query, rows);
        query
    }

    fn two(&self, above: (&str, &Rows, &Amount), below: (&str, &Rows, &Amount)) -> String {
        let side = |(name, rows, amount): (&str, &Rows, &Amount)| {
            let select = match amount {
                Amount::Count => format!("count(*) as {name}"),
                Amount::Sum(of) => format!("sum({of}) as {name}"),
                Amount::Distinct(of) => format!("count(distinct {of}) as {name}"),
            };
            self.one(&select, rows)
        };
        format!("{};\n{}", side(above), side(below))
    }

    fn rest(&self, query: &mut String, rows: &Rows) {
        for condition in &rows.conditions {
            let _ = write!(query, "\n   and ({condition})");
        }
        let root = self.engine.directory().organisation();
        match (self.subject, &rows.person, &rows.unit) {
            (Subject::Person(id), Some(person), _) => {
                let in_lake = self.engine.directory().kept(id.as_str());
                let _ = write!(query, "\n   and {person} = '{}'", in_lake.replace('\'', "''"));
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
