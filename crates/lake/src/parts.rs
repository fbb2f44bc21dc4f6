//! Writing the data files of one table during one import.

use std::collections::VecDeque;
use std::fs::File;

use arrow::array::{BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use arrow::datatypes::SchemaRef;
use evenkeel_model::record;
use object_store::ObjectStoreExt;
use object_store::path::Path;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use roaring::RoaringBitmap;
use tokio::task::JoinHandle;

use crate::columnar_file::{ColumnarFile, RowGroup};
use crate::{LakeError, Storage, storage};

/// Rows per data file, so that no file grows without limit.
const ROWS_PER_FILE: u32 = 4_000_000;
/// Rows per row group: what a reader can skip, and what is encoded at a time.
const ROWS_PER_GROUP: usize = 262_144;
/// So many row groups are encoded in the background before the next one has to wait.
const IN_BACKGROUND: usize = 2;

/// A finished data file.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// Relative to its Delta table.
    pub path: String,
    pub rows: u32,
    pub bytes: u64,
}

/// Writes rows into data files that nobody sees before they are committed. Row groups are encoded in the background.
pub(crate) struct PartsWriter {
    storage: Storage,
    table: String,
    batch: String,
    schema: SchemaRef,
    open: Option<Open>,
    done: Vec<Part>,
}

/// A data file that is being written.
struct Open {
    path: String,
    file: ColumnarFile,
    rows: u32,
    /// The rows of the next row group.
    gathered: Vec<RecordBatch>,
    gathered_rows: usize,
    /// Row groups that are being encoded, in their order.
    encoding: VecDeque<JoinHandle<Result<RowGroup, LakeError>>>,
    groups: usize,
}

impl Open {
    fn create(storage: &Storage, table: &str, path: String, schema: SchemaRef) -> Result<Self, LakeError> {
        let folder = storage.folder().join(storage::table_folder(table));
        std::fs::create_dir_all(&folder)?;
        // The values of these differ from row to row.
        let unlike: Vec<&str> = record::table(table).map_or(Vec::new(), |table| table.key.to_vec());
        let unlike: Vec<&str> = unlike.into_iter().filter(|name| *name != "source").collect();
        let file = ColumnarFile::create(File::create(folder.join(&path))?, schema, &unlike)?;
        Ok(Self { path, file, rows: 0, gathered: Vec::new(), gathered_rows: 0, encoding: VecDeque::new(), groups: 0 })
    }

    async fn write(&mut self, rows: RecordBatch) -> Result<(), LakeError> {
        self.rows += rows.num_rows() as u32;
        self.gathered_rows += rows.num_rows();
        self.gathered.push(rows);
        if self.gathered_rows >= ROWS_PER_GROUP {
            self.encode();
            while self.encoding.len() > IN_BACKGROUND {
                self.append().await?;
            }
        }
        Ok(())
    }

    fn encode(&mut self) {
        let rows = std::mem::take(&mut self.gathered);
        self.gathered_rows = 0;
        let (encoder, number) = (self.file.encoder(), self.groups);
        self.groups += 1;
        self.encoding.push_back(tokio::task::spawn_blocking(move || encoder.encode(number, &rows)));
    }

    async fn append(&mut self) -> Result<(), LakeError> {
        if let Some(oldest) = self.encoding.pop_front() {
            let number = self.groups - self.encoding.len() - 1;
            self.file.take(number, Some(oldest.await??))?;
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<Part, LakeError> {
        if self.gathered_rows > 0 {
            self.encode();
        }
        while !self.encoding.is_empty() {
            self.append().await?;
        }
        Ok(Part { path: self.path, rows: self.rows, bytes: self.file.finish()? })
    }
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

    pub(crate) async fn write(&mut self, rows: RecordBatch) -> Result<(), LakeError> {
        if let Some(full) = self.open.take_if(|open| open.rows >= ROWS_PER_FILE) {
            self.done.push(full.finish().await?);
        }
        let open = match &mut self.open {
            Some(open) => open,
            None => {
                let path = format!("part-{}-{:04}.parquet", self.batch, self.done.len());
                self.open.insert(Open::create(&self.storage, &self.table, path, self.schema.clone())?)
            }
        };
        open.write(rows).await
    }

    pub(crate) async fn finish(mut self) -> Result<Vec<Part>, LakeError> {
        if let Some(last) = self.open.take() {
            self.done.push(last.finish().await?);
        }
        Ok(self.done)
    }
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
    let mut open = Open::create(storage, table, path, schema.clone())?;
    let mut row: u32 = 0;
    for batch in batches {
        let batch = batch?;
        let end = row + batch.num_rows() as u32;
        let keep: BooleanArray = (row..end).map(|row| Some(!dropped.contains(row))).collect();
        row = end;
        // The file has no Arrow schema of its own, so that names and types are put back here.
        let batch = RecordBatch::try_new(schema.clone(), batch.columns().to_vec())?;
        open.write(filter_record_batch(&batch, &keep)?).await?;
    }
    let kept = open.finish().await?;
    remove(storage, table, &part.path).await?;
    Ok(Some(kept))
}
