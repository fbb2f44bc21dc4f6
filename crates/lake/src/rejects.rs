//! Rows that could not be read: kept with file, line, column, value and reason, never dropped.
//!
//! The table holds what is wrong *now*: an import replaces the rejects of the files that it read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::sync::Arc;

use arrow::array::{AsArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType};
use deltalake::datafusion::prelude::SessionContext;
use futures::StreamExt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::import::Batch;
use crate::manifest::TableVersion;
use crate::parts::PartsWriter;
use crate::{LakeError, Storage, delta, tables};

/// The name of the table.
pub const TABLE: &str = "rejects";

/// The longest value and record that are kept; the file and line lead to the rest.
const LONGEST: usize = 4096;

/// A row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Reject {
    /// The source.
    pub source: String,
    /// The table that it was meant for.
    pub table: String,
    /// The raw file, relative to the project.
    pub file: Option<String>,
    /// The line in it, from 1; the row for formats without lines.
    pub line: Option<i64>,
    /// The column of the table; none when the row as a whole cannot be read.
    pub column: Option<String>,
    /// The value that cannot be read.
    pub value: Option<String>,
    /// One word: `bad_instant`, `missing_key` …
    pub reason: String,
    /// What is wrong, in words.
    pub message: String,
}

/// The columns of the table.
#[must_use]
pub fn schema() -> SchemaRef {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    Arc::new(Schema::new(vec![
        text("source"),
        text("table_name"),
        text("file"),
        Field::new("line", DataType::Int64, true),
        text("column_name"),
        text("value"),
        text("reason"),
        text("message"),
        Field::new("imported_at", DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())), true),
        text("batch_id"),
    ]))
}

/// Cuts a text at a character boundary and says so.
fn clip(text: &str) -> String {
    if text.len() <= LONGEST {
        return text.to_owned();
    }
    let mut end = LONGEST;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}… ({} bytes)", &text[..end], text.len())
}

/// Rejects of a running import, in memory up to a limit and in a temporary file beyond.
#[derive(Default)]
pub(crate) struct Collected {
    rows: Vec<Reject>,
    spilled: Option<BufWriter<File>>,
    count: u64,
}

const IN_MEMORY: usize = 10_000;

impl Collected {
    pub(crate) fn extend(&mut self, rejects: impl IntoIterator<Item = Reject>) -> Result<(), LakeError> {
        for mut reject in rejects {
            reject.value = reject.value.as_deref().map(clip);
            reject.message = clip(&reject.message);
            self.count += 1;
            self.rows.push(reject);
            if self.rows.len() >= IN_MEMORY {
                self.spill()?;
            }
        }
        Ok(())
    }

    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    fn spill(&mut self) -> Result<(), LakeError> {
        let writer = match &mut self.spilled {
            Some(writer) => writer,
            None => self.spilled.insert(BufWriter::new(tempfile::tempfile()?)),
        };
        for reject in self.rows.drain(..) {
            serde_json::to_writer(&mut *writer, &reject).map_err(std::io::Error::from)?;
            writer.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Calls `take` with batches of rejects in the order in which they came.
    async fn drain<F>(mut self, mut take: F) -> Result<(), LakeError>
    where
        F: AsyncFnMut(Vec<Reject>) -> Result<(), LakeError>,
    {
        if let Some(writer) = self.spilled.take() {
            let mut file = writer.into_inner().map_err(std::io::IntoInnerError::into_error)?;
            file.seek(SeekFrom::Start(0))?;
            let mut batch = Vec::new();
            for line in BufReader::new(file).lines() {
                batch.push(serde_json::from_str(&line?).map_err(std::io::Error::from)?);
                if batch.len() >= IN_MEMORY {
                    take(std::mem::take(&mut batch)).await?;
                }
            }
            take(batch).await?;
        }
        take(self.rows).await
    }
}

/// Writes the table again: the rejects of other sources and files stay, those of `files` are replaced.
pub(crate) async fn replace(
    storage: &Storage,
    batch: &Batch,
    collected: Collected,
    files: &[String],
    before: Option<&TableVersion>,
) -> Result<Option<TableVersion>, LakeError> {
    if collected.count == 0 && before.is_none_or(|table| table.rows == 0) {
        return Ok(None);
    }
    let read: BTreeSet<&str> = files.iter().map(String::as_str).collect();
    let mut writer = Writer::new(storage, batch);
    if let Some(before) = before {
        let context = SessionContext::new();
        let provider = delta::provider(storage, TABLE, before.delta_version).await?;
        let mut rows = context.read_table(provider)?.execute_stream().await?;
        while let Some(rows) = rows.next().await {
            let kept: Vec<(Reject, i64, String)> = from_batch(&rows?)?
                .into_iter()
                .filter(|(reject, _, _)| {
                    reject.source != batch.source || reject.file.as_deref().is_some_and(|file| !read.contains(file))
                })
                .collect();
            writer.write(kept).await?;
        }
    }
    let at = batch.at.as_microsecond();
    collected
        .drain(async |rejects| {
            writer.write(rejects.into_iter().map(|reject| (reject, at, batch.id.clone())).collect()).await
        })
        .await?;
    let Writer { parts, rows, digest, .. } = writer;
    let parts = parts.finish().await?;
    if before.is_some_and(|table| table.digest == digest && table.rows == rows) {
        for part in &parts {
            crate::parts::remove(storage, TABLE, &part.path).await?;
        }
        return Ok(None);
    }
    let table = delta::open_for_writing(storage, TABLE, &schema(), before.map(|table| table.delta_version)).await?;
    let added = parts.into_iter().map(|part| (part, roaring::RoaringBitmap::new())).collect();
    let change = delta::Change { added, deleted: BTreeMap::new(), replaced: true };
    let delta_version = delta::commit(storage, TABLE, &table, change, &batch.id, batch.at.as_millisecond()).await?;
    Ok(Some(TableVersion { delta_version, schema: tables::SCHEMA_VERSION, rows, digest, index: Vec::new() }))
}

struct Writer {
    parts: PartsWriter,
    rows: u64,
    digest: u128,
}

impl Writer {
    fn new(storage: &Storage, batch: &Batch) -> Self {
        Self { parts: PartsWriter::new(storage, TABLE, &batch.id, schema()), rows: 0, digest: 0 }
    }

    async fn write(&mut self, rejects: Vec<(Reject, i64, String)>) -> Result<(), LakeError> {
        if rejects.is_empty() {
            return Ok(());
        }
        for (reject, _, _) in &rejects {
            let bytes = serde_json::to_vec(reject).map_err(std::io::Error::from)?;
            self.digest = self.digest.wrapping_add(u128::from(xxh3_64(&bytes)));
        }
        self.rows += rejects.len() as u64;
        self.parts.write(to_batch(&rejects)?).await
    }
}

fn to_batch(rejects: &[(Reject, i64, String)]) -> Result<RecordBatch, LakeError> {
    let text = |pick: fn(&Reject) -> Option<&str>| {
        Arc::new(rejects.iter().map(|(reject, _, _)| pick(reject)).collect::<StringArray>())
    };
    let columns: Vec<arrow::array::ArrayRef> = vec![
        text(|reject| Some(&reject.source)),
        text(|reject| Some(&reject.table)),
        text(|reject| reject.file.as_deref()),
        Arc::new(rejects.iter().map(|(reject, _, _)| reject.line).collect::<Int64Array>()),
        text(|reject| reject.column.as_deref()),
        text(|reject| reject.value.as_deref()),
        text(|reject| Some(&reject.reason)),
        text(|reject| Some(&reject.message)),
        Arc::new(
            TimestampMicrosecondArray::from_iter_values(rejects.iter().map(|(_, at, _)| *at)).with_timezone("UTC"),
        ),
        Arc::new(rejects.iter().map(|(_, _, batch)| Some(batch.as_str())).collect::<StringArray>()),
    ];
    Ok(RecordBatch::try_new(schema(), columns)?)
}

/// The rejects of a batch of the table, with the instant and the import that found each of them.
fn from_batch(batch: &RecordBatch) -> Result<Vec<(Reject, i64, String)>, LakeError> {
    let columns = arrow::compute::cast(
        &arrow::array::StructArray::from(batch.clone()),
        &DataType::Struct(schema().fields().clone()),
    )?;
    let columns = columns.as_struct();
    let text = |index: usize, row: usize| {
        let array = columns.column(index).as_string::<i32>();
        arrow::array::Array::is_valid(array, row).then(|| array.value(row).to_owned())
    };
    let lines = columns.column(3).as_primitive::<Int64Type>();
    let instants = columns.column(8).as_primitive::<TimestampMicrosecondType>();
    let mut rejects = Vec::with_capacity(batch.num_rows());
    for row in 0..batch.num_rows() {
        let reject = Reject {
            source: text(0, row).unwrap_or_default(),
            table: text(1, row).unwrap_or_default(),
            file: text(2, row),
            line: arrow::array::Array::is_valid(lines, row).then(|| lines.value(row)),
            column: text(4, row),
            value: text(5, row),
            reason: text(6, row).unwrap_or_default(),
            message: text(7, row).unwrap_or_default(),
        };
        rejects.push((reject, instants.value(row), text(9, row).unwrap_or_default()));
    }
    Ok(rejects)
}

/// How many rejects there are in one state of the lake: of one source, or of all.
pub async fn count(snapshot: &crate::Snapshot, source: Option<&str>) -> Result<u64, LakeError> {
    use deltalake::datafusion::prelude::{col, lit};
    let context = SessionContext::new();
    let mut rows = context.read_table(snapshot.provider(TABLE).await?)?;
    if let Some(source) = source {
        rows = rows.filter(col("source").eq(lit(source)))?;
    }
    Ok(rows.count().await? as u64)
}

/// Hands every reject of one state of the lake to `take`, in no particular order and few at a time.
pub async fn each(snapshot: &crate::Snapshot, mut take: impl FnMut(Reject)) -> Result<(), LakeError> {
    let context = SessionContext::new();
    let mut rows = context.read_table(snapshot.provider(TABLE).await?)?.execute_stream().await?;
    while let Some(batch) = rows.next().await {
        from_batch(&batch?)?.into_iter().for_each(|(reject, _, _)| take(reject));
    }
    Ok(())
}

/// A raw file with rows that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectedFile {
    /// Its name.
    pub name: String,
    /// When the last of them was found.
    pub latest: Timestamp,
    /// How many there are.
    pub count: u64,
}

/// The raw files of a source with rows that could not be read, in one state of the lake.
pub async fn files(snapshot: &crate::Snapshot, source: &str) -> Result<Vec<RejectedFile>, LakeError> {
    use deltalake::datafusion::prelude::{col, lit};
    let context = SessionContext::new();
    let rows = context.read_table(snapshot.provider(TABLE).await?)?.filter(col("source").eq(lit(source)))?;
    let mut rows = rows.execute_stream().await?;
    let mut found: BTreeMap<String, (i64, u64)> = BTreeMap::new();
    while let Some(batch) = rows.next().await {
        for (reject, at, _) in from_batch(&batch?)? {
            let Some(name) = reject.file else { continue };
            let (latest, count) = found.entry(name).or_insert((at, 0));
            *latest = at.max(*latest);
            *count += 1;
        }
    }
    let file = |(name, (latest, count))| {
        let latest = Timestamp::from_microsecond(latest).unwrap_or(Timestamp::UNIX_EPOCH);
        RejectedFile { name, latest, count }
    };
    Ok(found.into_iter().map(file).collect())
}

/// Every reject of one state of the lake, ordered by source, table, file and line; `limit` rows at most.
pub async fn list(
    snapshot: &crate::Snapshot,
    source: Option<&str>,
    limit: Option<usize>,
) -> Result<Vec<Reject>, LakeError> {
    use deltalake::datafusion::prelude::{col, lit};
    let context = SessionContext::new();
    let mut rows = context.read_table(snapshot.provider(TABLE).await?)?;
    if let Some(source) = source {
        rows = rows.filter(col("source").eq(lit(source)))?;
    }
    // Rows that are alike in all of this are alike in everything, so that their order does not matter.
    let order = ["source", "table_name", "file", "line", "column_name", "value", "reason", "message"];
    rows = rows.sort(order.into_iter().map(|name| col(name).sort(true, true)).collect())?;
    if limit.is_some() {
        rows = rows.limit(0, limit)?;
    }
    let mut rejects = Vec::new();
    for batch in rows.collect().await? {
        rejects.extend(from_batch(&batch)?.into_iter().map(|(reject, _, _)| reject));
    }
    Ok(rejects)
}
