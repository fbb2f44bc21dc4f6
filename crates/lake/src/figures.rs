//! Figures that were typed in evenkeel itself, as rows of the table `observations`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    new_null_array,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type};
use evenkeel_model::record;
use jiff::Timestamp;
use jiff::civil::{Date, date};

use crate::import::Batch;
use crate::scan::Form;
use crate::{Lake, LakeError, Rows, Snapshot, TableChange, tables};

/// The source of figures that were typed.
pub const SOURCE: &str = "typed";
/// The table that they are rows of.
const TABLE: &str = "observations";

/// A figure that was typed and holds.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedObservation {
    /// The name of the figure.
    pub measure: String,
    /// The first day of its period.
    pub period_begins: Date,
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

/// What became of figures that were to be put into the record.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Published {
    /// What changed in the record.
    pub change: TableChange,
    /// Those that were left out, by their place in what was given: a source has brought a figure of the same name, unit
    /// and period, and two of them must not count.
    pub overtaken: BTreeSet<usize>,
}

impl Lake {
    /// Puts figures into the record that were typed. Those that are there already change nothing.
    pub async fn publish_figures(&self, batch: Batch, figures: &[TypedObservation]) -> Result<Published, LakeError> {
        let mut import = self.begin(batch.clone()).await?;
        let published = async {
            // Nothing is imported until this has ended, so what is not there now does not come in between.
            let overtaken = overtaken(&self.snapshot().await?, figures).await?;
            let places = (0..figures.len()).filter(|place| !overtaken.contains(place));
            let held: Vec<&TypedObservation> = places.filter_map(|place| figures.get(place)).collect();
            if !held.is_empty() {
                import.write(TABLE, rows(&held, &batch)?).await?;
            }
            Ok((overtaken, held.is_empty()))
        };
        match published.await {
            Ok((overtaken, true)) => {
                import.abandon().await?;
                Ok(Published { change: TableChange::default(), overtaken })
            }
            Ok((overtaken, false)) => {
                let changes = import.finish(&[]).await?;
                Ok(Published { change: changes.get(TABLE).copied().unwrap_or_default(), overtaken })
            }
            Err(error) => {
                import.abandon().await?;
                Err(error)
            }
        }
    }
}

/// The places of figures for which a source has brought one of the same name, unit and period.
async fn overtaken(snapshot: &Snapshot, figures: &[TypedObservation]) -> Result<BTreeSet<usize>, LakeError> {
    let mut overtaken = BTreeSet::new();
    let mut places: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (place, figure) in figures.iter().enumerate() {
        places.entry((&figure.measure, &figure.unit)).or_default().push(place);
    }
    let periods_of: Vec<RangeInclusive<i32>> =
        figures.iter().map(|figure| days(figure.period_begins)..=days(figure.period_on)).collect();
    let columns = ["measure", "unit_id", "person_id", "source", "period_on"].map(|name| (name, Form::Plain));
    for piece in snapshot.pieces(TABLE).await? {
        for batch in piece.read(&columns)? {
            let batch = batch?;
            let text = |column: usize| cast(batch.column(column), &DataType::Utf8);
            let (measures, units, people, sources) = (text(0)?, text(1)?, text(2)?, text(3)?);
            let (measures, units) = (measures.as_string::<i32>(), units.as_string::<i32>());
            let (sources, periods) = (sources.as_string::<i32>(), cast(batch.column(4), &DataType::Date32)?);
            let periods = periods.as_primitive::<Date32Type>();
            for row in 0..batch.num_rows() {
                if people.is_valid(row) || sources.value(row) == SOURCE {
                    continue;
                }
                let Some(same) = places.get(&(measures.value(row), units.value(row))) else { continue };
                let day = periods.value(row);
                let within = |place: &&usize| periods_of.get(**place).is_some_and(|period| period.contains(&day));
                overtaken.extend(same.iter().filter(within));
            }
        }
    }
    Ok(overtaken)
}

fn rows(figures: &[&TypedObservation], batch: &Batch) -> Result<Rows, LakeError> {
    let table = record::table(TABLE).ok_or_else(|| LakeError::UnknownTable { table: TABLE.to_owned() })?;
    let schema = tables::arrow_schema(table);
    let count = figures.len();
    let text = |pick: &dyn Fn(&TypedObservation) -> Option<String>| -> ArrayRef {
        Arc::new(figures.iter().map(|figure| pick(figure)).collect::<StringArray>())
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
