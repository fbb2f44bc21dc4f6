//! Writing the data files of one table during one import.

use std::sync::Arc;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use object_store::ObjectStoreExt;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::async_writer::AsyncArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use roaring::RoaringBitmap;

use crate::{LakeError, Storage, storage};

/// Rows per data file, so that no file grows without limit.
const ROWS_PER_FILE: u32 = 4_000_000;
/// Rows per row group: what a reader can skip, and what a writer holds in memory.
const ROWS_PER_GROUP: usize = 500_000;

/// A finished data file.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Relative to its Delta table.
    pub path: String,
    pub rows: u32,
    pub bytes: u64,
}

/// Writes rows into data files that nobody sees before they are committed.
pub(crate) struct PartsWriter {
    storage: Storage,
    table: String,
    batch: String,
    schema: SchemaRef,
    open: Option<(String, AsyncArrowWriter<BufWriter>, u32)>,
    done: Vec<Part>,
}

impl PartsWriter {
    pub(crate) fn new(storage: &Storage, table: &str, batch: &str, schema: SchemaRef) -> Self {
        Self {
            storage: storage.clone(),
            table: table.to_owned(),
            batch: batch.to_owned(),
            schema,
            open: None,
            done: Vec::new(),
        }
    }

    pub(crate) async fn write(&mut self, rows: &RecordBatch) -> Result<(), LakeError> {
        if self.open.as_ref().is_some_and(|(_, _, count)| *count >= ROWS_PER_FILE) {
            self.close().await?;
        }
        let (path, mut writer, count) = match self.open.take() {
            Some(open) => open,
            None => self.start()?,
        };
        writer.write(rows).await?;
        self.open = Some((path, writer, count + rows.num_rows() as u32));
        Ok(())
    }

    fn start(&self) -> Result<(String, AsyncArrowWriter<BufWriter>, u32), LakeError> {
        let path = format!("part-{}-{:04}.parquet", self.batch, self.done.len());
        let writer = open_writer(&self.storage, &self.table, &path, self.schema.clone())?;
        Ok((path, writer, 0))
    }

    async fn close(&mut self) -> Result<(), LakeError> {
        if let Some((path, writer, rows)) = self.open.take() {
            let bytes = finish(writer).await?;
            self.done.push(Part { path, rows, bytes });
        }
        Ok(())
    }

    pub(crate) async fn finish(mut self) -> Result<Vec<Part>, LakeError> {
        self.close().await?;
        Ok(self.done)
    }
}

fn open_writer(
    storage: &Storage,
    table: &str,
    path: &str,
    schema: SchemaRef,
) -> Result<AsyncArrowWriter<BufWriter>, LakeError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .build();
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let object = BufWriter::new(Arc::clone(storage.store()), object_path(table, path));
    Ok(AsyncArrowWriter::try_new_with_options(object, schema, options)?)
}

async fn finish(mut writer: AsyncArrowWriter<BufWriter>) -> Result<u64, LakeError> {
    writer.finish().await?;
    Ok(writer.bytes_written() as u64)
}

/// A data file as a place in the lake.
pub(crate) fn object_path(table: &str, path: &str) -> Path {
    Path::from(format!("{}/{path}", storage::table_folder(table)))
}

/// Removes a data file that was never committed.
pub(crate) async fn remove(storage: &Storage, table: &str, path: &str) -> Result<(), LakeError> {
    match storage.store().delete(&object_path(table, path)).await {
        Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Writes a data file again without some of its rows. None when nothing is left.
pub(crate) async fn without(
    storage: &Storage,
    table: &str,
    part: &Part,
    dropped: &RoaringBitmap,
    schema: SchemaRef,
) -> Result<Option<Part>, LakeError> {
    if dropped.len() == u64::from(part.rows) {
        remove(storage, table, &part.path).await?;
        return Ok(None);
    }
    // One data file is small enough to be held whole.
    let bytes = storage.store().get(&object_path(table, &part.path)).await?.bytes().await?;
    let batches = ParquetRecordBatchReaderBuilder::try_new(bytes)?.build()?;
    let path = part.path.replace(".parquet", "-kept.parquet");
    let mut writer = open_writer(storage, table, &path, schema.clone())?;
    let mut row: u32 = 0;
    for batch in batches {
        let batch = batch?;
        let end = row + batch.num_rows() as u32;
        let keep: BooleanArray = (row..end).map(|row| Some(!dropped.contains(row))).collect();
        row = end;
        // The file has no Arrow schema of its own, so that names and types are put back here.
        let batch = RecordBatch::try_new(schema.clone(), batch.columns().to_vec())?;
        writer.write(&filter_record_batch(&batch, &keep)?).await?;
    }
    let bytes = finish(writer).await?;
    remove(storage, table, &part.path).await?;
    let rows = part.rows - dropped.len() as u32;
    Ok(Some(Part { path, rows, bytes }))
}
