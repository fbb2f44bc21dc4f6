//! Figures that come from evenkeel itself, typed or counted there, as rows of the table `observations`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Date32Array, Float64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    new_null_array,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type, Float64Type};
use evenkeel_model::record;
use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan};

use crate::import::Batch;
use crate::scan::Form;
use crate::{Lake, LakeError, Rows, Snapshot, TableChange, tables};

/// The source of figures that were typed.
pub const SOURCE: &str = "typed";
/// The source of figures about low answers that were called back.
pub const CALL_BACKS: &str = "call_backs";
/// The table that they are rows of.
const TABLE: &str = "observations";

/// A figure that was typed and holds.
#[derive(Debug, Clone, PartialEq)]
pub struct TypedObservation {
    /// The name of the figure.
    pub measure: String,
    /// The days of its period: a figure that a source has brought for one of them takes its place.
    pub period: RangeInclusive<Date>,
    /// The day that it is placed on.
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
    /// Puts figures into the record, as those of the source that the batch names. Those that are there already change
    /// nothing.
    pub async fn publish_figures(&self, batch: Batch, figures: &[TypedObservation]) -> Result<Published, LakeError> {
        let mut import = self.begin(batch.clone()).await?;
        let published = async {
            // Nothing is imported until this has ended, so what is not there now does not come in between.
            let overtaken = overtaken(&self.snapshot().await?, &batch.source, figures).await?;
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

impl Snapshot {
    /// The figures of one name that a source has brought about units: what stands above and below the line, by unit and
    /// day.
    pub async fn figures_of(
        &self,
        source: &str,
        measure: &str,
    ) -> Result<BTreeMap<(String, Date), (f64, Option<f64>)>, LakeError> {
        let columns = ["measure", "unit_id", "source", "period_on", "numerator", "denominator"];
        let columns = columns.map(|name| (name, Form::Plain));
        let mut found = BTreeMap::new();
        for piece in self.pieces(TABLE).await? {
            for batch in piece.read(&columns)? {
                let batch = batch?;
                let text = |column: usize| cast(batch.column(column), &DataType::Utf8);
                let number = |column: usize| cast(batch.column(column), &DataType::Float64);
                let (measures, units, sources) = (text(0)?, text(1)?, text(2)?);
                let (measures, units) = (measures.as_string::<i32>(), units.as_string::<i32>());
                let (sources, days) = (sources.as_string::<i32>(), cast(batch.column(3), &DataType::Date32)?);
                let days = days.as_primitive::<Date32Type>();
                let (above, below) = (number(4)?, number(5)?);
                let (above, below) = (above.as_primitive::<Float64Type>(), below.as_primitive::<Float64Type>());
                for row in 0..batch.num_rows() {
                    if measures.value(row) != measure || sources.value(row) != source || units.is_null(row) {
                        continue;
                    }
                    let Ok(day) = date(1970, 1, 1).checked_add(i64::from(days.value(row)).days()) else { continue };
                    let amounts = (above.value(row), below.is_valid(row).then(|| below.value(row)));
                    found.insert((units.value(row).to_owned(), day), amounts);
                }
            }
        }
        Ok(found)
    }
}

/// The places of figures for which a source has brought one of the same name, unit and period.
async fn overtaken(snapshot: &Snapshot, own: &str, figures: &[TypedObservation]) -> Result<BTreeSet<usize>, LakeError> {
    let mut overtaken = BTreeSet::new();
    let mut places: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    // What counts nothing takes back what was counted, and may stand beside what a source brought.
    let counts = |figure: &TypedObservation| figure.numerator != 0.0 || figure.denominator != Some(0.0);
    for (place, figure) in figures.iter().enumerate().filter(|(_, figure)| counts(figure)) {
        places.entry((&figure.measure, &figure.unit)).or_default().push(place);
    }
    let periods_of: Vec<RangeInclusive<i32>> =
        figures.iter().map(|figure| days(*figure.period.start())..=days(*figure.period.end())).collect();
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
                if people.is_valid(row) || sources.value(row) == own {
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
            "source" => text(&|_| Some(batch.source.clone())),
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
