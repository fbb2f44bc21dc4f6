//! Columns straight from the data files of a table, for passes over all of it that a query would only slow down.
//!
//! A table is given as [`Piece`]s, one for each row group, which any number of threads read side by side.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{RecordBatch, new_null_array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowSelection,
};
use parquet::arrow::{ProjectionMask, parquet_to_arrow_schema};
use parquet::file::metadata::ParquetMetaData;
use roaring::RoaringBitmap;

use crate::LakeError;

/// Rows per batch.
const ROWS: usize = 16_384;

/// How a column of text is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As it is; text as `Utf8View`.
    Plain,
    /// Text as codes into a dictionary, for columns with few different values.
    Codes,
}

/// A data file with the rows in it that no longer count.
#[derive(Debug)]
struct DataFile {
    path: PathBuf,
    metadata: Arc<ParquetMetaData>,
    deleted: RoaringBitmap,
}

/// One row group of a data file.
#[derive(Debug, Clone)]
pub struct Piece {
    file: Arc<DataFile>,
    group: usize,
    /// The first row of it in its file.
    first_row: u32,
    rows: u32,
}

impl Piece {
    /// How many rows of it count.
    #[must_use]
    pub fn rows(&self) -> usize {
        let end = self.first_row + self.rows;
        (u64::from(self.rows) - self.file.deleted.range_cardinality(self.first_row..end)) as usize
    }

    /// The row groups of a file.
    pub(crate) fn of_file(path: PathBuf, deleted: RoaringBitmap) -> Result<Vec<Self>, LakeError> {
        let metadata = ArrowReaderMetadata::load(&File::open(&path)?, ArrowReaderOptions::new())?;
        let file = Arc::new(DataFile { path, metadata: Arc::clone(metadata.metadata()), deleted });
        let mut pieces = Vec::with_capacity(file.metadata.num_row_groups());
        let mut first_row = 0;
        for (group, metadata) in file.metadata.row_groups().iter().enumerate() {
            let rows = metadata.num_rows() as u32;
            pieces.push(Self { file: Arc::clone(&file), group, first_row, rows });
            first_row += rows;
        }
        Ok(pieces)
    }

    /// Reads some columns of the rows that count, in their order. A column that the file does not have is NULL.
    pub fn read(&self, columns: &[(&str, Form)]) -> Result<Batches, LakeError> {
        let parquet = self.file.metadata.file_metadata().schema_descr();
        let stored = parquet_to_arrow_schema(parquet, None)?;
        let form = |name: &str| columns.iter().find(|(wanted, _)| *wanted == name).map(|(_, form)| *form);
        let wanted: Vec<Field> = stored
            .fields()
            .iter()
            .map(|field| match (field.data_type(), form(field.name())) {
                (DataType::Utf8, Some(Form::Plain)) => Field::new(field.name(), DataType::Utf8View, true),
                (DataType::Utf8, Some(Form::Codes)) => Field::new(field.name(), codes(), true),
                _ => field.as_ref().clone(),
            })
            .collect();
        let options =
            ArrowReaderOptions::new().with_skip_arrow_metadata(true).with_schema(Arc::new(Schema::new(wanted)));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(&self.file.metadata), options)?;
        let mask = ProjectionMask::columns(parquet, columns.iter().map(|(name, _)| *name));
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(File::open(&self.file.path)?, metadata)
            .with_row_groups(vec![self.group])
            .with_projection(mask)
            .with_batch_size(ROWS);
        let end = self.first_row + self.rows;
        if self.file.deleted.range_cardinality(self.first_row..end) > 0 {
            builder = builder.with_row_selection(self.kept());
        }
        let fields: Vec<Field> = columns
            .iter()
            .map(|(name, form)| {
                let data_type = match (stored.field_with_name(name).map(Field::data_type), form) {
                    (Ok(DataType::Utf8) | Err(_), Form::Codes) => codes(),
                    (Ok(DataType::Utf8) | Err(_), Form::Plain) => DataType::Utf8View,
                    (Ok(other), _) => other.clone(),
                };
                Field::new(*name, data_type, true)
            })
            .collect();
        Ok(Batches { reader: builder.build()?, schema: Arc::new(Schema::new(fields)) })
    }

    /// The rows that count, as stretches of the row group.
    fn kept(&self) -> RowSelection {
        let end = self.first_row + self.rows;
        let mut stretches = Vec::new();
        let mut from = 0;
        for row in self.file.deleted.range(self.first_row..end) {
            let row = (row - self.first_row) as usize;
            if row > from {
                stretches.push(from..row);
            }
            from = row + 1;
        }
        if from < self.rows as usize {
            stretches.push(from..self.rows as usize);
        }
        RowSelection::from_consecutive_ranges(stretches.into_iter(), self.rows as usize)
    }
}

fn codes() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// The rows of a piece, batch by batch.
pub struct Batches {
    reader: ParquetRecordBatchReader,
    schema: SchemaRef,
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, LakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = match self.reader.next()? {
            Ok(batch) => batch,
            Err(error) => return Some(Err(error.into())),
        };
        // The columns come in the order of the file.
        let columns = self
            .schema
            .fields()
            .iter()
            .map(|field| match batch.column_by_name(field.name()) {
                Some(column) => Arc::clone(column),
                None => new_null_array(field.data_type(), batch.num_rows()),
            })
            .collect();
        Some(RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(LakeError::from))
    }
}
