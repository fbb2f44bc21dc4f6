//! What measures need of the record, and how much of it is there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::AsArray;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type};
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::lit;
use datafusion::prelude::{DataFrame, col};
use evenkeel_model::ids::MeasureId;
use evenkeel_model::measure::Measure;

use crate::compile::expression;
use crate::{Engine, EngineError};

/// A table that a measure reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The table: one of the record, or `case_facts`.
    pub table: String,
    /// How many rows it has.
    pub rows: u64,
    /// In how many of them each column has a value that the measure reads.
    pub columns: Vec<(String, u64)>,
}

/// Columns by table.
type Columns = BTreeMap<String, BTreeSet<String>>;

impl Engine {
    /// What each measure reads, and that which it is worked out from, with how far it is filled. What says whom a row counts
    /// for is no need: for the whole organisation every row counts. One scan of each table, so whoever asks often keeps the
    /// answer.
    pub async fn needs(&self, measures: &[Arc<Measure>]) -> Result<BTreeMap<MeasureId, Vec<Need>>, EngineError> {
        self.prepare(measures).await?;
        let mut frames: BTreeMap<String, DataFrame> = BTreeMap::new();
        for table in measures.iter().flat_map(|measure| measure.formula.tables()) {
            if !frames.contains_key(table) {
                frames.insert(table.to_owned(), self.session().table(table).await?);
            }
        }
        let mut read: BTreeMap<&MeasureId, Columns> = BTreeMap::new();
        for measure in measures {
            let mut columns = Columns::new();
            self.columns_of(measure, &frames, &mut columns)?;
            read.insert(&measure.id, columns);
        }
        let mut all = Columns::new();
        for (table, columns) in read.values().flatten() {
            all.entry(table.clone()).or_default().extend(columns.iter().cloned());
        }
        let mut filled: BTreeMap<String, (u64, BTreeMap<String, u64>)> = BTreeMap::new();
        for (table, columns) in all {
            if let Some(frame) = frames.remove(&table) {
                filled.insert(table, self.filled(frame, columns).await?);
            }
        }
        let need = |(table, columns): (String, BTreeSet<String>)| {
            let (rows, values) = filled.get(&table)?;
            let columns = columns.into_iter().map(|column| (values.get(&column).copied().unwrap_or(0), column));
            Some(Need { rows: *rows, columns: columns.map(|(values, column)| (column, values)).collect(), table })
        };
        let needs = read.into_iter().map(|(id, columns)| (id.clone(), columns.into_iter().filter_map(need).collect()));
        Ok(needs.collect())
    }

    /// Adds the columns that a measure reads, and those that it is worked out from.
    fn columns_of(
        &self,
        measure: &Measure,
        frames: &BTreeMap<String, DataFrame>,
        columns: &mut Columns,
    ) -> Result<(), EngineError> {
        for (rows, texts) in measure.formula.expressions() {
            let Some(frame) = frames.get(&rows.table) else { continue };
            let own = columns.entry(rows.table.clone()).or_default();
            for text in texts {
                let read = expression(self.session(), (&rows.table, frame), measure, "formula", text)?;
                own.extend(read.column_refs().into_iter().map(|column| column.name.clone()));
            }
        }
        measure.formula.parts().into_iter().try_for_each(|part| self.columns_of(part, frames, columns))
    }

    /// How many rows a table has, and in how many of them each of these columns has a value.
    async fn filled(
        &self,
        frame: DataFrame,
        columns: BTreeSet<String>,
    ) -> Result<(u64, BTreeMap<String, u64>), EngineError> {
        let mut aggregates = vec![count(lit(1)).alias("rows")];
        let named = columns.iter().enumerate();
        aggregates.extend(named.map(|(place, name)| count(col(format!("\"{name}\""))).alias(format!("filled{place}"))));
        let mut rows = 0;
        let mut values: Vec<u64> = vec![0; columns.len()];
        for batch in self.session().collect(frame.aggregate(Vec::new(), aggregates)?).await? {
            let counts = |place: usize| -> Result<u64, EngineError> {
                let counts = cast(batch.column(place), &DataType::Int64)?;
                Ok(counts.as_primitive::<Int64Type>().iter().flatten().map(i64::unsigned_abs).sum())
            };
            rows += counts(0)?;
            for (place, value) in values.iter_mut().enumerate() {
                *value += counts(place + 1)?;
            }
        }
        Ok((rows, columns.into_iter().zip(values).collect()))
    }
}
