//! Parquet: columns keep their types; the line of a row is its number.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

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

/// Whether values of two types mean the same.
fn alike(one: &DataType, other: &DataType) -> bool {
    let instants = |data_type: &DataType| matches!(data_type, DataType::Timestamp(..));
    one == other
        || one.is_null()
        || other.is_null()
        || (one.is_numeric() && other.is_numeric())
        || (instants(one) && instants(other))
}

/// The columns of a file.
pub(crate) fn columns(file: &RawFile) -> Result<Schema, ReadError> {
    let schema = builder(file)?.schema().clone();
    let fields: Vec<Field> =
        schema.fields().iter().map(|field| Field::new(field.name(), plain(field.data_type()), true)).collect();
    Ok(Schema::new(fields))
}

/// Reads one Parquet file.
pub(crate) struct ParquetReader {
    file: RawFile,
    reader: ParquetRecordBatchReader,
    schema: SchemaRef,
    row: i64,
    rows: u64,
    counted: u64,
    progress: Arc<AtomicU64>,
}

impl ParquetReader {
    pub(crate) fn open(file: &RawFile, wanted: &Wanted, progress: &Arc<AtomicU64>) -> Result<Self, ReadError> {
        let builder = builder(file)?;
        let mut roots = Vec::new();
        for field in wanted.schema.fields() {
            let position = builder
                .schema()
                .index_of(field.name())
                .map_err(|_| file.error(format!("it has no column `{}`, which the mapping reads", field.name())))?;
            roots.push(position);
        }
        let rows = builder.metadata().file_metadata().num_rows().max(1) as u64;
        let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
        let reader =
            builder.with_projection(mask).with_batch_size(16_384).build().map_err(|error| unreadable(file, &error))?;
        Ok(Self {
            file: file.clone(),
            reader,
            schema: wanted.schema.clone(),
            row: 0,
            rows,
            counted: 0,
            progress: Arc::clone(progress),
        })
    }
}

impl Reader for ParquetReader {
    fn next(&mut self) -> Result<Option<Piece>, ReadError> {
        let Some(batch) = self.reader.next() else { return Ok(None) };
        let batch: RecordBatch = batch.map_err(|error| unreadable(&self.file, &error))?;
        let mut arrays = Vec::new();
        for field in self.schema.fields() {
            let column = batch
                .column_by_name(field.name())
                .ok_or_else(|| self.file.error(format!("it has no column `{}`", field.name())))?;
            let own = plain(column.data_type());
            if !alike(&own, field.data_type()) {
                return Err(self.file.error(format!(
                    "column `{}` has type {own}, in another file it has type {}",
                    field.name(),
                    field.data_type()
                )));
            }
            arrays.push(cast(column, field.data_type()).map_err(|error| unreadable(&self.file, &error))?);
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
