//! Figures that were typed in evenkeel itself, as rows of the table `observations`.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray, new_null_array,
};
use evenkeel_model::record;
use jiff::Timestamp;
use jiff::civil::{Date, date};

use crate::import::Batch;
use crate::{Lake, LakeError, Rows, TableChange, tables};

/// The source of figures that were typed.
pub const SOURCE: &str = "typed";
/// The table that they are rows of.
const TABLE: &str = "observations";

/// A figure that was typed and holds.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedObservation {
    /// The name of the figure.
    pub measure: String,
    /// The last day of its period.
    pub period_on: Date,
    /// The unit.
    pub unit: String,
    /// The figure, or what stands above the line.
    pub numerator: f64,
    /// What stands below the line.
    pub denominator: Option<f64>,
    /// What has to be known about it.
    pub note: Option<String>,
    /// Who typed it.
    pub entered_by: String,
    /// When.
    pub entered_at: Timestamp,
    /// When it was approved: of two for one unit and period, the later one holds.
    pub approved_at: Timestamp,
}

impl Lake {
    /// Puts figures into the record that were typed. Those that are there already change nothing.
    pub async fn publish_figures(&self, batch: Batch, figures: &[TypedObservation]) -> Result<TableChange, LakeError> {
        let rows = rows(figures, &batch)?;
        let mut import = self.begin(batch).await?;
        if let Err(error) = import.write(TABLE, rows).await {
            import.abandon().await?;
            return Err(error);
        }
        let changes = import.finish(&[]).await?;
        Ok(changes.get(TABLE).copied().unwrap_or_default())
    }
}

fn rows(figures: &[TypedObservation], batch: &Batch) -> Result<Rows, LakeError> {
    let table = record::table(TABLE).ok_or_else(|| LakeError::UnknownTable { table: TABLE.to_owned() })?;
    let schema = tables::arrow_schema(table);
    let count = figures.len();
    let text = |pick: &dyn Fn(&TypedObservation) -> Option<String>| -> ArrayRef {
        Arc::new(figures.iter().map(pick).collect::<StringArray>())
    };
    let instant = |pick: &dyn Fn(&TypedObservation) -> Timestamp| -> ArrayRef {
        let values = figures.iter().map(|figure| pick(figure).as_microsecond());
        Arc::new(TimestampMicrosecondArray::from_iter_values(values).with_timezone("UTC"))
    };
    let column = |name: &str| -> Option<ArrayRef> {
        Some(match name {
            "measure" => text(&|figure| Some(figure.measure.clone())),
            "unit_id" => text(&|figure| Some(figure.unit.clone())),
            "note" => text(&|figure| figure.note.clone()),
            "entered_by" => text(&|figure| Some(figure.entered_by.clone())),
            "source" => text(&|_| Some(SOURCE.to_owned())),
            "batch_id" => text(&|_| Some(batch.id.clone())),
            "period_on" => Arc::new(Date32Array::from_iter_values(figures.iter().map(|figure| days(figure.period_on)))),
            "numerator" => Arc::new(Float64Array::from_iter_values(figures.iter().map(|figure| figure.numerator))),
            "denominator" => Arc::new(figures.iter().map(|figure| figure.denominator).collect::<Float64Array>()),
            "entered_at" => instant(&|figure| figure.entered_at),
            "imported_at" => instant(&|_| batch.at),
            _ => return None,
        })
    };
    let columns = schema
        .fields()
        .iter()
        .map(|field| column(field.name()).unwrap_or_else(|| new_null_array(field.data_type(), count)))
        .collect();
    Ok(Rows {
        batch: RecordBatch::try_new(schema.clone(), columns)?,
        version: figures.iter().map(|figure| figure.approved_at.as_microsecond()).collect(),
        ordinal: (0..count as u64).collect(),
    })
}

/// Days since 1970.
fn days(day: Date) -> i32 {
    date(1970, 1, 1).until(day).map_or(0, |span| span.get_days())
}
