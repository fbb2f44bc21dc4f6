//! Working out the example of a measure: its rows stand in for the tables of the record.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::TableReference;
use datafusion::datasource::MemTable;
use datafusion::scalar::ScalarValue;
use evenkeel_lake::import::Batch;
use evenkeel_lake::{Lake, Rows, Storage, tables};
use evenkeel_model::evaluation::Readings;
use evenkeel_model::example::{Cell, Example, ExampleTable, Expected};
use evenkeel_model::measure::Measure;
use evenkeel_model::period::FiscalYear;
use evenkeel_model::reading::{Missing, Reading, Subject};
use evenkeel_model::record::{self, Column, ColumnKind};
use jiff::tz::TimeZone;

use crate::EngineError;
use crate::clock::table;
use crate::evaluate::{Engine, Scope};
use crate::local_time::day_number;
use crate::session::Session;

/// What came of an example.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The reading of the whole organisation, or why there is none.
    pub reading: Result<Reading, Missing>,
    /// What differs from what is expected, as expected and found: `value`, `numerator`, `denominator`, `n`.
    pub differences: Vec<Difference>,
}

/// A number that is not the expected one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    /// Which one.
    pub of: &'static str,
    /// What the example expects.
    pub expected: f64,
    /// What came of its rows; none where there is no number.
    pub found: Option<f64>,
}

/// Works out the example of a measure: its rows, or no rows, stand in for every table of the record. Cases and their
/// events are put into a lake of their own below `scratch`, because the case clock reads files. `measures` are those that
/// the measure is made of, and itself.
pub async fn work_out(
    scratch: &Path,
    measure: &Arc<Measure>,
    measures: &[Arc<Measure>],
    example: &Example,
) -> Result<Outcome, EngineError> {
    let given = |name: &str| example.tables.iter().find(|given| given.table == name);
    let lake = Lake::new(Storage::open(&format!("example-{}", measure.id), scratch)?);
    let batch = Batch { id: "example".to_owned(), source: "example".to_owned(), at: example.as_of };
    let mut import = lake.begin(batch).await?;
    for name in ["cases", "case_events"] {
        if let (Some(rows), Some(table)) = (given(name), record::table(name)) {
            let batch = record_batch(name, rows, &tables::arrow_schema(table))?;
            let rows = batch.num_rows();
            import.write(name, Rows { batch, version: vec![0; rows], ordinal: (0..).take(rows).collect() }).await?;
        }
    }
    import.finish(&[]).await?;
    let session = Session::new(lake.snapshot().await?, 1)?;
    for table in record::TABLES {
        put(&session, table.name, given(table.name), &tables::arrow_schema(table))?;
    }
    if let Some(rows) = given(table::TABLE) {
        put(&session, table::TABLE, Some(rows), &table::schema())?;
    }
    let scope = Scope {
        organisation: "Example".to_owned(),
        zone: TimeZone::UTC,
        fiscal: FiscalYear::default(),
        service_levels: Vec::new().into(),
        as_of: example.as_of,
        workers: 1,
        people_apart: false,
    };
    let engine = Engine::over(session, scope).await?;
    let store = engine.store(measures.to_vec(), example.period.grain()).await?;
    let organisation = engine.directory().organisation();
    let whole = Subject::Unit(organisation.unit_id(organisation.root()).clone());
    let reading = store.reading(&measure.id, &whole, example.period);
    let differences = differences(&example.expected, reading.as_ref().unwrap_or(&Reading::EMPTY));
    Ok(Outcome { reading, differences })
}

fn differences(expected: &Expected, found: &Reading) -> Vec<Difference> {
    let pairs = [
        ("value", Some(expected.value), found.value),
        ("numerator", expected.numerator, found.numerator),
        ("denominator", expected.denominator, found.denominator),
        ("n", expected.n.map(|n| n as f64), Some(found.n as f64)),
    ];
    pairs
        .into_iter()
        .filter_map(|(of, expected, found)| expected.map(|expected| Difference { of, expected, found }))
        .filter(|difference| !difference.found.is_some_and(|found| Expected::agrees(difference.expected, found)))
        .collect()
}

/// Makes the rows of an example, or none, visible as a table.
fn put(session: &Session, name: &str, rows: Option<&ExampleTable>, schema: &SchemaRef) -> Result<(), EngineError> {
    let batches = match rows {
        Some(rows) => vec![record_batch(name, rows, schema)?],
        None => Vec::new(),
    };
    let table = MemTable::try_new(Arc::clone(schema), vec![batches])?;
    session.context().register_table(TableReference::bare(name), Arc::new(table))?;
    Ok(())
}

/// The rows of an example in the columns of a table.
fn record_batch(name: &str, rows: &ExampleTable, schema: &SchemaRef) -> Result<RecordBatch, EngineError> {
    let columns = record::readable_table(name).map_or_else(Vec::new, |table| table.all_columns().collect());
    let mut arrays: Vec<ArrayRef> = Vec::new();
    for field in schema.fields() {
        let column = columns.iter().find(|column| column.name == field.name());
        let given = rows.columns.iter().position(|given| given == field.name());
        let mut values = Vec::new();
        for row in &rows.rows {
            for _ in 0..row.times {
                let cell = given.and_then(|given| row.cells.get(given));
                values.push(match (cell, column) {
                    (Some(cell), _) => scalar(cell, field.data_type())?,
                    (None, Some(column)) => made_up(column, values.len(), field.data_type())?,
                    (None, None) => ScalarValue::try_from(field.data_type())?,
                });
            }
        }
        let array = if values.is_empty() {
            arrow::array::new_empty_array(field.data_type())
        } else {
            ScalarValue::iter_to_array(values)?
        };
        arrays.push(cast(&array, field.data_type())?);
    }
    Ok(RecordBatch::try_new(Arc::clone(schema), arrays)?)
}

/// An identifier that tells a row from the others, in the order of the rows; everything else is missing.
fn made_up(column: &Column, row: usize, data_type: &DataType) -> Result<ScalarValue, EngineError> {
    if column.required && column.kind == ColumnKind::Text {
        let text = if column.name == "source" { "example".to_owned() } else { format!("row {:07}", row + 1) };
        return Ok(ScalarValue::Utf8(Some(text)).cast_to(data_type)?);
    }
    Ok(ScalarValue::try_from(data_type)?)
}

fn scalar(cell: &Cell, data_type: &DataType) -> Result<ScalarValue, EngineError> {
    let value = match cell {
        Cell::Missing => ScalarValue::Null,
        Cell::Text(text) => ScalarValue::Utf8(Some(text.clone())),
        Cell::Instant(at, _) => ScalarValue::TimestampMicrosecond(Some(at.as_microsecond()), Some("UTC".into())),
        Cell::Day(day) => ScalarValue::Date32(Some(day_number(*day))),
        Cell::Number(number, _) => ScalarValue::Float64(Some(*number)),
        Cell::Whole(number) => ScalarValue::Int64(Some(*number)),
        Cell::Flag(flag) => ScalarValue::Boolean(Some(*flag)),
    };
    Ok(value.cast_to(data_type)?)
}
