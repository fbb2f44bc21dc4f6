//! From measures to queries: one scan per table, whatever the number of measures.
//!
//! A measure needs one or two *columns* of cells: what is counted or added up over rows that share a table, a
//! placement in time, a person and a unit. Columns with the same placement form a *family*; families of one table
//! are filled by one scan.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::DFSchema;
use datafusion::logical_expr::{Expr, ExprSchemable, cast, lit, when};
use datafusion::prelude::DataFrame;
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::{Amount, Expression, Formula, Measure, Rows, Window};

use crate::session::Session;
use crate::{EngineError, apart};

/// How the rows of a column are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Adding {
    /// Rows that are true, and rows that are true or false.
    Truth,
    /// Rows that are true.
    Rows,
    /// The sum, and how many rows had a value.
    Sum,
    /// The sum, the sum of squares, and how many rows had a value.
    Moments,
    /// The values themselves.
    Values,
    /// Which different values there are.
    Distinct,
}

/// One column of cells.
#[derive(Debug, Clone)]
pub struct Column {
    /// What is evaluated for each row.
    pub expression: Expr,
    /// How it is added up.
    pub adding: Adding,
}

/// What places rows: in time, with a person, in a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Placement {
    table: String,
    period_of: Expression,
    person: Option<Expression>,
    unit: Option<Expression>,
}

/// Columns that share their placement.
#[derive(Debug, Clone)]
pub struct Family {
    /// The table.
    pub table: String,
    /// The instant or day that places a row in time.
    pub period_of: Expr,
    /// The person that it counts for.
    pub person: Option<Expr>,
    /// The unit that it counts for without a person.
    pub unit: Option<Expr>,
    /// The columns.
    pub columns: Vec<Column>,
}

/// A stock: rows that begin and end.
#[derive(Debug, Clone)]
pub struct StockPlan {
    /// The table.
    pub table: String,
    /// When a row begins to count.
    pub from: Expr,
    /// When it stops.
    pub until: Expr,
    /// Which rows count.
    pub condition: Option<Expr>,
    /// The person that it counts for.
    pub person: Option<Expr>,
    /// The unit that it counts for without a person.
    pub unit: Option<Expr>,
    /// Whether the rows themselves are kept, and not only how many are open on each day: to tell which of those that
    /// were there at one time are still there at another.
    pub keeps_rows: bool,
}

/// Where the cells of a measure are found: family and column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// Position of the family.
    pub family: usize,
    /// Position of the column in it.
    pub column: usize,
}

/// What a measure is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// One column.
    One(Place),
    /// Numerator and denominator.
    Two(Place, Place),
    /// A stock, by its position.
    Stock(usize),
    /// Those of a stock that stay, by its position; the rows are kept.
    Staying(usize),
    /// Nothing of its own: it is worked out from other measures of the program.
    OtherMeasures,
}

/// Measures compiled together.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// Families, in the order in which measures asked for them.
    pub families: Vec<Family>,
    /// Stocks.
    pub stocks: Vec<StockPlan>,
    /// What each measure is made of, those included that others are worked out from.
    pub measures: BTreeMap<MeasureId, (Arc<Measure>, Parts)>,
    /// The measures that were asked for.
    pub asked: BTreeSet<MeasureId>,
}

impl Program {
    /// The tables that are scanned, each once.
    pub(crate) fn tables(&self) -> Vec<&str> {
        let families = self.families.iter().map(|family| family.table.as_str());
        let mut tables: Vec<&str> = Vec::new();
        for table in families.chain(self.stocks.iter().map(|stock| stock.table.as_str())) {
            if !tables.contains(&table) {
                tables.push(table);
            }
        }
        tables
    }
}

/// Compiles measures. Each mistake in an expression is an error of its own; all are given.
pub async fn compile<'a>(
    session: &Session,
    measures: impl IntoIterator<Item = &'a Arc<Measure>>,
) -> Result<Program, Vec<EngineError>> {
    let mut compiler =
        Compiler { session, tables: BTreeMap::new(), placements: Vec::new(), program: Program::default() };
    let mut errors = Vec::new();
    let measures: Vec<&Arc<Measure>> = measures.into_iter().collect();
    compiler.program.asked = measures.iter().map(|measure| measure.id.clone()).collect();
    for measure in with_parts(&measures) {
        match compiler.measure(measure).await {
            Ok(parts) => {
                compiler.program.measures.insert(measure.id.clone(), (Arc::clone(measure), parts));
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() { Ok(compiler.program) } else { Err(errors) }
}

/// Measures and all that they are worked out from, each once.
fn with_parts<'a>(measures: &[&'a Arc<Measure>]) -> Vec<&'a Arc<Measure>> {
    let mut known: BTreeSet<&MeasureId> = BTreeSet::new();
    let mut all: Vec<&Arc<Measure>> = Vec::new();
    let mut waiting: Vec<&Arc<Measure>> = measures.iter().rev().copied().collect();
    while let Some(measure) = waiting.pop() {
        if known.insert(&measure.id) {
            all.push(measure);
            waiting.extend(measure.formula.parts());
            waiting.extend(measure.earlier.iter().map(|earlier| &earlier.measure));
        }
    }
    all
}

/// An expression of a measure over the columns of its table.
pub(crate) fn expression(
    session: &Session,
    (table, frame): (&str, &DataFrame),
    measure: &Measure,
    field: &'static str,
    text: &Expression,
) -> Result<Expr, EngineError> {
    let parsed = session.context().parse_sql_expr(text.as_str(), frame.schema());
    let checked = parsed.and_then(|expression| {
        // Finding the type also finds columns that do not exist and functions that do not fit.
        expression.get_type(frame.schema()).map(|_| expression)
    });
    let parsed =
        checked.map_err(|error| EngineError::of_expression(measure.id.as_str(), field, text.as_str(), &error))?;
    // Asked of a pseudonym, such a question would be answered, and wrongly.
    if session.keeps_people_apart()
        && let Some(column) = apart::tells_people_apart(&parsed, table)
    {
        return Err(EngineError::Measure {
            measure: measure.id.to_string(),
            field,
            expression: text.to_string(),
            message: apart::refusal(&column),
            position: None,
            help: Some(
                "ask what people do instead, for example by `role`, `kind` or `actor_kind`, or leave `pseudonyms` out of \
                 evenkeel.yaml; `is null`, and whether two people are the same, can be asked"
                    .to_owned(),
            ),
        });
    }
    Ok(parsed)
}

struct Compiler<'a> {
    session: &'a Session,
    tables: BTreeMap<String, DataFrame>,
    placements: Vec<Placement>,
    program: Program,
}

impl Compiler<'_> {
    async fn measure(&mut self, measure: &Arc<Measure>) -> Result<Parts, EngineError> {
        for table in measure.formula.tables() {
            if !self.tables.contains_key(table) {
                let frame = self.session.table(table).await?;
                self.tables.insert(table.to_owned(), frame);
            }
        }
        Ok(match &measure.formula {
            Formula::Share { rows, of } => {
                let of = self.condition(measure, rows, "share", of)?;
                let expression = self.only_where(measure, rows, of)?;
                Parts::One(self.column(measure, rows, expression, Adding::Truth)?)
            }
            Formula::Count { rows } => {
                let expression = self.only_where(measure, rows, lit(true))?;
                Parts::One(self.column(measure, rows, expression, Adding::Rows)?)
            }
            Formula::Sum { rows, of } => {
                let of = self.number(measure, rows, "sum", of)?;
                let expression = self.only_where(measure, rows, of)?;
                Parts::One(self.column(measure, rows, expression, Adding::Sum)?)
            }
            Formula::Mean { rows, of } => {
                let of = self.number(measure, rows, "mean", of)?;
                let expression = self.only_where(measure, rows, of)?;
                Parts::One(self.column(measure, rows, expression, Adding::Moments)?)
            }
            Formula::NetPromoterScore { rows, of } => {
                let of = self.number(measure, rows, "nps", of)?;
                let kind = when(of.clone().gt_eq(lit(9.0)), lit(1.0))
                    .when(of.clone().lt_eq(lit(6.0)), lit(-1.0))
                    .when(of.is_not_null(), lit(0.0))
                    .end()?;
                let expression = self.only_where(measure, rows, kind)?;
                Parts::One(self.column(measure, rows, expression, Adding::Moments)?)
            }
            Formula::Quantile { rows, of, .. } => {
                let of = self.number(measure, rows, "quantile", of)?;
                let expression = self.only_where(measure, rows, of)?;
                Parts::One(self.column(measure, rows, expression, Adding::Values)?)
            }
            Formula::Ratio { numerator, denominator } => {
                let above = self.amount(measure, &numerator.rows, &numerator.amount, "numerator")?;
                let below = self.amount(measure, &denominator.rows, &denominator.amount, "denominator")?;
                Parts::Two(above, below)
            }
            Formula::Rate { events, exposure, .. } => {
                let above = self.amount(measure, &events.rows, &events.amount, "events")?;
                let below = self.amount(measure, &exposure.rows, &exposure.amount, "exposure")?;
                Parts::Two(above, below)
            }
            Formula::Stock { rows, until } => Parts::Stock(self.stock(measure, rows, "stock", until, false)?),
            Formula::Retention { rows, until, lost } => {
                let field = if *lost { "churn" } else { "retention" };
                Parts::Staying(self.stock(measure, rows, field, until, true)?)
            }
            Formula::Distinct { rows, of } => {
                let amount = Amount::Distinct(of.clone());
                Parts::One(self.amount(measure, rows, &amount, "distinct")?)
            }
            Formula::Cohort { rows, reached, within } => {
                let in_time = self.within(measure, rows, reached, *within)?;
                let expression = self.only_where(measure, rows, in_time)?;
                Parts::One(self.column(measure, rows, expression, Adding::Truth)?)
            }
            Formula::OfMeasures { .. } | Formula::Composite(_) => Parts::OtherMeasures,
        })
    }

    /// The position of rows that begin and end.
    fn stock(
        &mut self,
        measure: &Measure,
        rows: &Rows,
        field: &'static str,
        until: &Expression,
        keeps_rows: bool,
    ) -> Result<usize, EngineError> {
        let plan = StockPlan {
            table: rows.table.clone(),
            from: self.instant(measure, rows, "period_of", &rows.period_of)?,
            until: self.instant(measure, rows, field, until)?,
            condition: self.conditions(measure, rows)?,
            person: self.optional(measure, rows, "attribute", rows.person.as_ref())?,
            unit: self.optional(measure, rows, "unit_of", rows.unit.as_ref())?,
            keeps_rows,
        };
        self.program.stocks.push(plan);
        Ok(self.program.stocks.len() - 1)
    }

    /// Whether a row reached something in time. It is true or false for every row that entered, and never unknown.
    fn within(
        &self,
        measure: &Measure,
        rows: &Rows,
        reached: &Expression,
        within: Window,
    ) -> Result<Expr, EngineError> {
        let entered = self.instant(measure, rows, "period_of", &rows.period_of)?;
        let parsed = self.instant(measure, rows, "cohort", reached)?;
        let is_day = |of: &Expr| -> Result<bool, EngineError> {
            Ok(matches!(of.get_type(self.schema(rows)?)?, DataType::Date32 | DataType::Date64))
        };
        if is_day(&entered)? != is_day(&parsed)? {
            return Err(Self::wrong(
                measure,
                "cohort",
                reached,
                format!("`{reached}` and `{}` are not both instants or both days", rows.period_of),
                "compare an instant with an instant, or a day with a day",
            ));
        }
        let micros = |of: Expr| cast(cast(of, DataType::Timestamp(TimeUnit::Microsecond, None)), DataType::Int64);
        let passed = micros(parsed) - micros(entered);
        let in_time = passed.lt_eq(lit(i64::from(within.seconds) * 1_000_000));
        Ok(when(in_time.is_true(), lit(true)).otherwise(lit(false))?)
    }

    fn amount(
        &mut self,
        measure: &Measure,
        rows: &Rows,
        amount: &Amount,
        field: &'static str,
    ) -> Result<Place, EngineError> {
        match amount {
            Amount::Count => {
                let expression = self.only_where(measure, rows, lit(true))?;
                self.column(measure, rows, expression, Adding::Rows)
            }
            Amount::Sum(of) => {
                let of = self.number(measure, rows, field, of)?;
                let expression = self.only_where(measure, rows, of)?;
                self.column(measure, rows, expression, Adding::Sum)
            }
            Amount::Distinct(of) => {
                let of = cast(self.parse(measure, rows, field, of)?, DataType::Utf8);
                let expression = self.only_where(measure, rows, of)?;
                self.column(measure, rows, expression, Adding::Distinct)
            }
        }
    }

    fn frame(&self, rows: &Rows) -> Result<&DataFrame, EngineError> {
        self.tables
            .get(&rows.table)
            .ok_or_else(|| evenkeel_lake::LakeError::UnknownTable { table: rows.table.clone() }.into())
    }

    fn schema(&self, rows: &Rows) -> Result<&DFSchema, EngineError> {
        Ok(self.frame(rows)?.schema())
    }

    fn parse(
        &self,
        measure: &Measure,
        rows: &Rows,
        field: &'static str,
        text: &Expression,
    ) -> Result<Expr, EngineError> {
        expression(self.session, (&rows.table, self.frame(rows)?), measure, field, text)
    }

    fn optional(
        &self,
        measure: &Measure,
        rows: &Rows,
        field: &'static str,
        text: Option<&Expression>,
    ) -> Result<Option<Expr>, EngineError> {
        text.map(|text| self.parse(measure, rows, field, text)).transpose()
    }

    fn wrong(measure: &Measure, field: &'static str, text: &Expression, message: String, help: &str) -> EngineError {
        EngineError::Measure {
            measure: measure.id.to_string(),
            field,
            expression: text.to_string(),
            message,
            position: None,
            help: Some(help.to_owned()),
        }
    }

    fn condition(
        &self,
        measure: &Measure,
        rows: &Rows,
        field: &'static str,
        text: &Expression,
    ) -> Result<Expr, EngineError> {
        let parsed = self.parse(measure, rows, field, text)?;
        match parsed.get_type(self.schema(rows)?)? {
            DataType::Boolean | DataType::Null => Ok(parsed),
            other => Err(Self::wrong(
                measure,
                field,
                text,
                format!("`{text}` is neither true nor false: its type is {other}"),
                "write a condition, for example `score >= 4`",
            )),
        }
    }

    /// What places a row in time.
    fn instant(
        &self,
        measure: &Measure,
        rows: &Rows,
        field: &'static str,
        text: &Expression,
    ) -> Result<Expr, EngineError> {
        let parsed = self.parse(measure, rows, field, text)?;
        match parsed.get_type(self.schema(rows)?)? {
            DataType::Timestamp(..) | DataType::Date32 | DataType::Date64 | DataType::Null => Ok(parsed),
            other => Err(Self::wrong(
                measure,
                field,
                text,
                format!("`{text}` is neither an instant nor a day: its type is {other}"),
                "name a column that is one, or make it one, for example with cast(… as timestamp)",
            )),
        }
    }

    fn number(
        &self,
        measure: &Measure,
        rows: &Rows,
        field: &'static str,
        text: &Expression,
    ) -> Result<Expr, EngineError> {
        let parsed = self.parse(measure, rows, field, text)?;
        let data_type = parsed.get_type(self.schema(rows)?)?;
        if data_type.is_numeric() || matches!(data_type, DataType::Boolean | DataType::Null) {
            return Ok(cast(parsed, DataType::Float64));
        }
        Err(Self::wrong(
            measure,
            field,
            text,
            format!("`{text}` is not a number: its type is {data_type}"),
            "make it one, for example with cast(… as double); for the time between two instants: date_part('epoch', b) - date_part('epoch', a)",
        ))
    }

    /// The expression, NULL for rows that do not meet the condition of the measure.
    fn only_where(&self, measure: &Measure, rows: &Rows, of: Expr) -> Result<Expr, EngineError> {
        match self.conditions(measure, rows)? {
            None => Ok(of),
            Some(condition) => Ok(when(condition, of).end()?),
        }
    }

    /// What all conditions of some rows come to; none where every row counts. Each is read by itself, so that no bracket
    /// of one can close another one's.
    fn conditions(&self, measure: &Measure, rows: &Rows) -> Result<Option<Expr>, EngineError> {
        let mut all: Option<Expr> = None;
        for text in &rows.conditions {
            let condition = self.condition(measure, rows, "where", text)?;
            all = Some(match all {
                None => condition,
                Some(before) => before.and(condition),
            });
        }
        Ok(all)
    }

    /// The place of a column, which is added unless an equal one is there.
    fn column(
        &mut self,
        measure: &Measure,
        rows: &Rows,
        expression: Expr,
        adding: Adding,
    ) -> Result<Place, EngineError> {
        let placement = Placement {
            table: rows.table.clone(),
            period_of: rows.period_of.clone(),
            person: rows.person.clone(),
            unit: rows.unit.clone(),
        };
        let family = match self.placements.iter().position(|known| *known == placement) {
            Some(family) => family,
            None => {
                let family = Family {
                    table: rows.table.clone(),
                    period_of: self.instant(measure, rows, "period_of", &rows.period_of)?,
                    person: self.optional(measure, rows, "attribute", rows.person.as_ref())?,
                    unit: self.optional(measure, rows, "unit_of", rows.unit.as_ref())?,
                    columns: Vec::new(),
                };
                self.placements.push(placement);
                self.program.families.push(family);
                self.program.families.len() - 1
            }
        };
        let columns = &mut self.program.families[family].columns;
        let column = match columns.iter().position(|known| known.adding == adding && known.expression == expression) {
            Some(column) => column,
            None => {
                columns.push(Column { expression, adding });
                columns.len() - 1
            }
        };
        Ok(Place { family, column })
    }
}
