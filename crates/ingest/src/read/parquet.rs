//! Parquet: columns keep their types; the line of a row is its number.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, TimestampMicrosecondArray};
use arrow::compute::{CastOptions, cast, cast_with_options};
use arrow::datatypes::{DataType, Decimal128Type, Field, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType};
use arrow::error::ArrowError;
use arrow::util::display::FormatOptions;
use jiff::tz::TimeZone;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::Type as PhysicalType;

use crate::instant;

use super::{Cells, NoParser, Parser, Piece, RawFile, ReadError, Reader, Wanted};

fn unreadable(file: &RawFile, error: &dyn std::fmt::Display) -> ReadError {
    ReadError {
        help: Some("fetch the file again; it must be a whole Parquet file".to_owned()),
        ..file.error(format!("it cannot be read as Parquet: {error}"))
    }
}

fn builder(file: &RawFile) -> Result<ParquetRecordBatchReaderBuilder<File>, ReadError> {
    ParquetRecordBatchReaderBuilder::try_new(file.open()?).map_err(|error| unreadable(file, &error))
}

/// Dictionaries are a way of storing, not a type that SQL should see.
fn plain(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, values) => plain(values),
        DataType::LargeUtf8 | DataType::Utf8View => DataType::Utf8,
        other => other.clone(),
    }
}

/// Instants as the service record has them.
fn instants() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The type that SQL sees. A clock without a zone is that of the project, and so an instant too.
fn shown(data_type: &DataType) -> DataType {
    match plain(data_type) {
        DataType::Timestamp(..) => instants(),
        other => other,
    }
}

/// The type that holds the values of both; none when they mean different things. The order does not matter.
pub(crate) fn common(one: &DataType, other: &DataType) -> Option<DataType> {
    if one == other || other.is_null() {
        return Some(one.clone());
    }
    if one.is_null() {
        return Some(other.clone());
    }
    if !one.is_numeric() || !other.is_numeric() {
        return None;
    }
    if one.is_integer() && other.is_integer() {
        return Some(match (one.is_unsigned_integer(), other.is_unsigned_integer()) {
            (true, true) => DataType::UInt64,
            (false, false) => DataType::Int64,
            // Only decimals hold the largest of both.
            _ if matches!(one, DataType::UInt64) || matches!(other, DataType::UInt64) => DataType::Decimal128(20, 0),
            _ => DataType::Int64,
        });
    }
    if let (DataType::Decimal128(one, one_scale), DataType::Decimal128(other, other_scale)) = (one, other) {
        let whole = (i16::from(*one) - i16::from(*one_scale)).max(i16::from(*other) - i16::from(*other_scale));
        let scale = *one_scale.max(other_scale);
        let precision = u8::try_from(whole + i16::from(scale)).ok()?;
        return Some(DataType::Decimal128(precision, scale)).filter(|_| precision <= 38);
    }
    Some(DataType::Float64)
}

/// Whether a column is stored in the old form of instants, which has no place for a zone and means UTC.
fn is_old_instant(builder: &ParquetRecordBatchReaderBuilder<File>, position: usize) -> bool {
    let schema = builder.parquet_schema();
    let mut leaves = (0..schema.num_columns()).filter(|&leaf| schema.get_column_root_idx(leaf) == position);
    leaves.any(|leaf| schema.column(leaf).physical_type() == PhysicalType::INT96)
}

/// The columns of a file.
pub(crate) fn columns(file: &RawFile) -> Result<Schema, ReadError> {
    let schema = builder(file)?.schema().clone();
    let fields: Vec<Field> =
        schema.fields().iter().map(|field| Field::new(field.name(), shown(field.data_type()), true)).collect();
    Ok(Schema::new(fields))
}

/// Reads one Parquet file.
pub(crate) struct ParquetReader {
    file: RawFile,
    reader: ParquetRecordBatchReader,
    schema: SchemaRef,
    /// For each wanted column, whether it holds the clock of the project instead of instants.
    on_clock: Vec<bool>,
    zone: TimeZone,
    row: i64,
    rows: u64,
    counted: u64,
    progress: Arc<AtomicU64>,
}

impl ParquetReader {
    pub(crate) fn open(
        file: &RawFile,
        wanted: &Wanted,
        zone: &TimeZone,
        progress: &Arc<AtomicU64>,
    ) -> Result<Self, ReadError> {
        let builder = builder(file)?;
        let mut roots = Vec::new();
        let mut on_clock = Vec::new();
        for field in wanted.schema.fields() {
            let position = builder
                .schema()
                .index_of(field.name())
                .map_err(|_| file.error(format!("it has no column `{}`, which the mapping reads", field.name())))?;
            roots.push(position);
            let without_zone =
                matches!(plain(builder.schema().field(position).data_type()), DataType::Timestamp(_, None));
            on_clock.push(without_zone && !is_old_instant(&builder, position));
        }
        let rows = builder.metadata().file_metadata().num_rows().max(1) as u64;
        let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
        let reader =
            builder.with_projection(mask).with_batch_size(16_384).build().map_err(|error| unreadable(file, &error))?;
        Ok(Self {
            file: file.clone(),
            reader,
            schema: wanted.schema.clone(),
            on_clock,
            zone: zone.clone(),
            row: 0,
            rows,
            counted: 0,
            progress: Arc::clone(progress),
        })
    }
}

const STRICT: CastOptions<'static> = CastOptions { safe: false, format_options: FormatOptions::new() };

/// Instants; those of a clock without a zone are taken to be when the clock of `zone` shows them. What lies outside of
/// every calendar stays outside, so that its row is rejected with it.
fn instants_of(column: &ArrayRef, zone: Option<&TimeZone>) -> Result<ArrayRef, ArrowError> {
    let micros = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, None))?;
    let mut instants = Vec::with_capacity(micros.len());
    for (row, micros) in micros.as_primitive::<TimestampMicrosecondType>().iter().enumerate() {
        instants.push(match (micros, zone) {
            (Some(shown), Some(zone)) => Some(instant::wall_clock(shown, zone).unwrap_or(i64::MAX)),
            (Some(micros), None) => Some(micros),
            // Too large for microseconds.
            (None, _) if column.is_valid(row) => Some(i64::MAX),
            (None, _) => None,
        });
    }
    Ok(Arc::new(TimestampMicrosecondArray::from(instants).with_timezone("UTC")))
}

/// Whole numbers as numbers with decimals, as another file of the table has them. Those that would come out as another
/// number are refused.
fn exact(column: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    const LARGEST: i128 = 1 << 53;
    let whole = cast_with_options(column, &DataType::Decimal128(20, 0), &STRICT)?;
    if let Some(large) = whole.as_primitive::<Decimal128Type>().iter().flatten().find(|value| value.abs() > LARGEST) {
        return Err(ArrowError::CastError(format!("{large} is too large to be kept beside numbers with decimals")));
    }
    cast_with_options(column, &DataType::Float64, &STRICT)
}

impl Reader for ParquetReader {
    fn next(&mut self) -> Result<Option<Piece>, ReadError> {
        let Some(batch) = self.reader.next() else { return Ok(None) };
        let batch: RecordBatch = batch.map_err(|error| unreadable(&self.file, &error))?;
        let mut arrays = Vec::new();
        for (field, on_clock) in self.schema.fields().iter().zip(&self.on_clock) {
            let column = batch
                .column_by_name(field.name())
                .ok_or_else(|| self.file.error(format!("it has no column `{}`", field.name())))?;
            let failed = |error: ArrowError| ReadError {
                help: Some("fetch the file again with values that fit their column".to_owned()),
                ..self.file.error(format!("column `{}` has a value that cannot be used: {error}", field.name()))
            };
            let own = plain(column.data_type());
            arrays.push(match (&own, field.data_type()) {
                (DataType::Timestamp(..), _) => instants_of(column, on_clock.then_some(&self.zone)).map_err(failed)?,
                (own, DataType::Float64) if own.is_integer() => exact(column).map_err(failed)?,
                // A value that does not fit must not become a missing one.
                (_, wanted) => cast_with_options(column, wanted, &STRICT).map_err(failed)?,
            });
        }
        let count = batch.num_rows();
        let lines = (self.row + 1..=self.row + count as i64).collect();
        self.row += count as i64;
        let done = (self.row as u64 * self.file.bytes / self.rows).min(self.file.bytes);
        self.progress.fetch_add(done.saturating_sub(self.counted), Ordering::Relaxed);
        self.counted = done;
        let batch = super::csv::batch(&self.schema, arrays, count, &self.file.name)?;
        Ok(Some(Piece::Cells(Cells { batch, lines, bad: Vec::new() })))
    }

    fn parser(&self) -> Arc<dyn Parser> {
        Arc::new(NoParser)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_several_files() {
        use DataType::{Boolean, Decimal128, Float64, Int8, Int32, Int64, Null, UInt16, UInt64, Utf8};
        for (one, other, both) in [
            (Null, Utf8, Some(Utf8)),
            (Int8, Int32, Some(Int64)),
            (Int32, Float64, Some(Float64)),
            (UInt16, Int64, Some(Int64)),
            (UInt16, UInt64, Some(UInt64)),
            (UInt64, Int32, Some(Decimal128(20, 0))),
            (Decimal128(10, 2), Decimal128(8, 4), Some(Decimal128(12, 4))),
            (Utf8, Int32, None),
            (Boolean, Int32, None),
        ] {
            assert_eq!(common(&one, &other), both, "{one} and {other}");
            assert_eq!(common(&other, &one), both, "{other} and {one}");
        }
    }
}
