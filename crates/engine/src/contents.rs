//! What the record holds: rows by table, source and day, and how far each column is filled.

use std::collections::BTreeMap;

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{cast as cast_to, lit};
use datafusion::prelude::col;
use evenkeel_model::record::{ColumnKind, Table};
use jiff::civil::Date;

use crate::columns::Texts;
use crate::local_time::date_of;
use crate::{Engine, EngineError};

/// No time zone shifts by less than a quarter of an hour, in microseconds, so that rows of one lie on one day.
const QUARTER: i64 = 900_000_000;

/// What one table of the record holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableContents {
    /// The table.
    pub table: &'static Table,
    /// How many rows it has.
    pub rows: u64,
    /// How many of them came from each source, by the name of the source.
    pub by_source: Vec<(String, u64)>,
    /// In how many rows each column has a value, in the order of the table; without the columns that every table has.
    pub filled: Vec<(&'static str, u64)>,
    /// How many rows lie on each day, by the column that places a row in its period.
    pub days: BTreeMap<Date, u64>,
}

impl Engine {
    /// What a table of the record holds. Two scans of the table, so whoever asks often keeps the answer.
    pub async fn contents(&self, table: &'static Table) -> Result<TableContents, EngineError> {
        let frame = self.session().table(table.name).await?;
        let named = |name: &str| col(format!("\"{name}\""));
        let mut aggregates = vec![count(lit(1)).alias("rows")];
        let own = table.columns.iter().enumerate();
        aggregates.extend(own.map(|(place, column)| count(named(column.name)).alias(format!("filled{place}"))));
        let query = frame.aggregate(vec![named("source")], aggregates)?;
        let mut contents = TableContents {
            table,
            rows: 0,
            by_source: Vec::new(),
            filled: table.columns.iter().map(|column| (column.name, 0)).collect(),
            days: BTreeMap::new(),
        };
        for batch in self.session().collect(query).await? {
            let sources = Texts::of(batch.column(0))?;
            let counts = |place: usize| -> Result<_, EngineError> {
                Ok(cast(batch.column(place), &DataType::Int64)?.as_primitive::<Int64Type>().clone())
            };
            let rows = counts(1)?;
            for row in 0..batch.num_rows() {
                let count = rows.value(row).unsigned_abs();
                contents.rows += count;
                contents.by_source.push((sources.get(row).unwrap_or_default().to_owned(), count));
            }
            for (place, (_, filled)) in contents.filled.iter_mut().enumerate() {
                let values = counts(place + 2)?;
                *filled += values.iter().flatten().map(i64::unsigned_abs).sum::<u64>();
            }
        }
        contents.by_source.sort();
        contents.days = self.rows_by_day(table).await?;
        Ok(contents)
    }

    /// How many rows of a table lie on each day.
    async fn rows_by_day(&self, table: &'static Table) -> Result<BTreeMap<Date, u64>, EngineError> {
        let mut days = BTreeMap::new();
        let Some(column) = table.period_of.and_then(|name| table.column(name)) else { return Ok(days) };
        let value = col(format!("\"{}\"", column.name));
        let is_instant = column.kind == ColumnKind::Instant;
        // A day is a number of days; of an instant the quarter of an hour in which it lies is enough.
        let group = if is_instant {
            let micros = cast_to(value.clone(), DataType::Int64);
            micros.clone() - (micros % lit(QUARTER) + lit(QUARTER)) % lit(QUARTER)
        } else {
            cast_to(value.clone(), DataType::Int32)
        };
        let query = self.session().table(table.name).await?.filter(value.is_not_null())?;
        let query = query.aggregate(vec![group.alias("at")], vec![count(lit(1)).alias("n")])?;
        for batch in self.session().collect(query).await? {
            let at = cast(batch.column(0), &DataType::Int64)?;
            let n = cast(batch.column(1), &DataType::Int64)?;
            for (at, n) in at.as_primitive::<Int64Type>().iter().zip(n.as_primitive::<Int64Type>()) {
                let (Some(at), Some(n)) = (at, n) else { continue };
                let day = if is_instant { self.local().day(at) } else { i32::try_from(at).unwrap_or(i32::MAX) };
                *days.entry(date_of(day)).or_default() += n.unsigned_abs();
            }
        }
        Ok(days)
    }
}
