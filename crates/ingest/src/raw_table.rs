//! Raw files as a table for SQL.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{ArrayRef, Int64Array, RecordBatch, UInt32Array, UInt64Array};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::{Expr, TableType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::streaming::{PartitionStream, StreamingTableExec};
use datafusion::physical_plan::{ExecutionPlan, SendableRecordBatchStream};
use evenkeel_model::source::RawFiles;
use futures::{StreamExt, TryStreamExt, stream};
use jiff::tz::TimeZone;
use tokio::sync::mpsc;

use crate::IngestError;
use crate::read::{self, BadRecord, Cells, Parser, Piece, RawFile, ReadError, Wanted};

/// The hidden column with the position of the file among the files of the table.
pub(crate) const FILE: &str = "__evenkeel_file";
/// The hidden column with the line on which the record starts.
pub(crate) const LINE: &str = "__evenkeel_line";
/// The hidden column with the place of the record among all records of the table: several may stand on one line.
pub(crate) const RECORD: &str = "__evenkeel_record";

/// How many blocks are parsed side by side.
const PARSERS: usize = 2;

/// Records that could not be taken apart, with the file they stand in.
#[derive(Debug, Default)]
struct BadRecords {
    found: Vec<(String, BadRecord)>,
    /// A SELECT may read one file several times; each record is set aside once. It is known by its file, its line, and
    /// how many bad records stand before it on that line.
    seen: BTreeSet<(usize, u64, u32)>,
}

/// How far one reading of the files has come.
#[derive(Debug, Default)]
struct Position {
    /// Records that were taken apart so far.
    records: u64,
    /// File and line of the last bad record, and how many stood on that line before it.
    bad: Option<(usize, u64, u32)>,
}

impl Position {
    /// What the next bad record is known by.
    fn bad_record(&mut self, file: usize, line: u64) -> (usize, u64, u32) {
        let before = match self.bad {
            Some((same_file, same_line, before)) if (same_file, same_line) == (file, line) => before + 1,
            _ => 0,
        };
        *self.bad.insert((file, line, before))
    }
}

/// Raw files that are read alike, as one table.
#[derive(Debug, Clone)]
pub(crate) struct RawTable {
    pub files: Arc<Vec<RawFile>>,
    declared: Arc<RawFiles>,
    columns: SchemaRef,
    schema: SchemaRef,
    with_provenance: bool,
    zone: TimeZone,
    bad: Arc<Mutex<BadRecords>>,
    progress: Arc<AtomicU64>,
}

impl RawTable {
    /// Looks at the files to learn their columns.
    pub(crate) fn open(
        files: Vec<RawFile>,
        declared: &RawFiles,
        zone: &TimeZone,
        progress: &Arc<AtomicU64>,
    ) -> std::result::Result<Self, ReadError> {
        let mut fields: Vec<Field> = Vec::new();
        for file in &files {
            for field in read::columns(file, declared)?.fields() {
                match fields.iter_mut().find(|known| known.name() == field.name()) {
                    None => fields.push(field.as_ref().clone()),
                    Some(known) => {
                        let data_type = read::common(known.data_type(), field.data_type()).ok_or_else(|| {
                            file.error(format!(
                                "column `{}` has type {}, in another file it has type {}",
                                field.name(),
                                field.data_type(),
                                known.data_type()
                            ))
                        })?;
                        known.set_data_type(data_type);
                    }
                }
            }
        }
        for name in &declared.columns {
            if !fields.iter().any(|known| known.name() == name) {
                fields.push(Field::new(name, DataType::Utf8, true));
            }
        }
        let columns = Arc::new(Schema::new(fields));
        Ok(Self {
            files: Arc::new(files),
            declared: Arc::new(declared.clone()),
            schema: columns.clone(),
            columns,
            with_provenance: false,
            zone: zone.clone(),
            bad: Arc::default(),
            progress: Arc::clone(progress),
        })
    }

    /// The names of its columns.
    pub(crate) fn names(&self) -> Vec<String> {
        self.columns.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The same table with the hidden columns that say where each row comes from.
    pub(crate) fn with_provenance(&self) -> Self {
        let mut fields: Vec<Field> = self.columns.fields().iter().map(|field| field.as_ref().clone()).collect();
        fields.push(Field::new(FILE, DataType::UInt32, false));
        fields.push(Field::new(LINE, DataType::Int64, false));
        fields.push(Field::new(RECORD, DataType::UInt64, false));
        Self { schema: Arc::new(Schema::new(fields)), with_provenance: true, ..self.clone() }
    }

    /// Records that could not be taken apart so far; each is given once.
    pub(crate) fn take_bad(&self) -> Vec<(String, BadRecord)> {
        let mut bad = self.bad.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut bad.found)
    }

    /// Another table is about to be filled from the same files.
    pub(crate) fn forget_bad(&self) {
        *self.bad.lock().unwrap_or_else(PoisonError::into_inner) = BadRecords::default();
    }

    fn set_aside(&self, file: usize, records: Vec<BadRecord>, position: &mut Position) {
        let mut bad = self.bad.lock().unwrap_or_else(PoisonError::into_inner);
        for record in records {
            if bad.seen.insert(position.bad_record(file, record.line)) {
                bad.found.push((self.files[file].name.clone(), record));
            }
        }
    }
}

#[async_trait]
impl TableProvider for RawTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let projection = projection.unwrap_or(&all);
        let schema = Arc::new(self.schema.project(projection)?);
        let positions: Vec<usize> =
            projection.iter().copied().filter(|&position| position < self.columns.fields().len()).collect();
        let wanted = Wanted { schema: Arc::new(self.columns.project(&positions)?), positions };
        let scan = RawScan { table: self.clone(), schema: schema.clone(), wanted };
        let partitions: Vec<Arc<dyn PartitionStream>> = vec![Arc::new(scan)];
        Ok(Arc::new(StreamingTableExec::try_new(schema, partitions, None, None, false, None)?))
    }
}

/// One reading of all files, in order.
#[derive(Debug)]
struct RawScan {
    table: RawTable,
    schema: SchemaRef,
    wanted: Wanted,
}

struct Parsed {
    file: usize,
    cells: Cells,
}

fn external(error: ReadError) -> DataFusionError {
    DataFusionError::External(Box::new(error))
}

impl PartitionStream for RawScan {
    fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    fn execute(&self, _: Arc<TaskContext>) -> SendableRecordBatchStream {
        let (sender, receiver) = mpsc::channel(PARSERS);
        let table = self.table.clone();
        let wanted = self.wanted.clone();
        let reading = tokio::task::spawn_blocking(move || read_files(&table, &wanted, &sender));
        let pieces = stream::unfold(receiver, async |mut receiver| {
            let piece = receiver.recv().await?;
            Some((piece, receiver))
        });
        // Blocks are parsed side by side and come out in the order in which they stand in the files.
        let parsed = pieces
            .map(|piece: std::result::Result<(usize, Arc<dyn Parser>, Piece), ReadError>| async {
                let (file, parser, piece) = piece.map_err(external)?;
                let cells = match piece {
                    Piece::Cells(cells) => cells,
                    Piece::Text(block) => {
                        let task = tokio::task::spawn_blocking(move || parser.parse(&block));
                        task.await.map_err(|error| DataFusionError::External(Box::new(error)))?.map_err(external)?
                    }
                };
                Ok(Parsed { file, cells })
            })
            .buffered(PARSERS);
        let table = self.table.clone();
        let schema = self.schema.clone();
        let mut position = Position::default();
        let batches = parsed.and_then(move |Parsed { file, cells }| {
            let batch = finish(&table, &schema, file, cells, &mut position);
            futures::future::ready(batch)
        });
        // A reader that died is an error, not the end of the file.
        let ended = stream::once(async move {
            match reading.await {
                Ok(()) => None,
                Err(error) => Some(Err(DataFusionError::External(Box::new(error)))),
            }
        })
        .filter_map(futures::future::ready);
        Box::pin(RecordBatchStreamAdapter::new(self.schema.clone(), batches.chain(ended)))
    }
}

type Sender = mpsc::Sender<std::result::Result<(usize, Arc<dyn Parser>, Piece), ReadError>>;

fn read_files(table: &RawTable, wanted: &Wanted, sender: &Sender) {
    for (position, file) in table.files.iter().enumerate() {
        let mut reader = match read::open(file, &table.declared, wanted, &table.columns, &table.zone, &table.progress) {
            Ok(reader) => reader,
            Err(error) => {
                let _ = sender.blocking_send(Err(error));
                return;
            }
        };
        let parser = reader.parser();
        loop {
            let piece = match reader.next() {
                Ok(Some(piece)) => Ok((position, Arc::clone(&parser), piece)),
                Ok(None) => break,
                Err(error) => Err(error),
            };
            let failed = piece.is_err();
            // Nobody listens any more: the query has what it wants, or has failed.
            if sender.blocking_send(piece).is_err() || failed {
                return;
            }
        }
    }
}

fn finish(
    table: &RawTable,
    schema: &SchemaRef,
    file: usize,
    cells: Cells,
    position: &mut Position,
) -> Result<RecordBatch> {
    table.set_aside(file, cells.bad, position);
    let first = position.records;
    position.records += cells.lines.len() as u64;
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
    let mut next = 0;
    for field in schema.fields() {
        columns.push(match field.name().as_str() {
            FILE if table.with_provenance => Arc::new(UInt32Array::from(vec![file as u32; cells.lines.len()])),
            LINE if table.with_provenance => Arc::new(Int64Array::from(cells.lines.clone())),
            RECORD if table.with_provenance => Arc::new(UInt64Array::from_iter_values(first..position.records)),
            _ => {
                next += 1;
                cells.batch.column(next - 1).clone()
            }
        });
    }
    let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(cells.lines.len()));
    Ok(RecordBatch::try_new_with_options(schema.clone(), columns, &options)?)
}

/// The reading error inside a query error, if that is what it was.
pub(crate) fn read_error(error: &DataFusionError) -> Option<ReadError> {
    let mut at: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = at {
        if let Some(found) = error.downcast_ref::<ReadError>() {
            return Some(found.clone());
        }
        at = match error.downcast_ref::<DataFusionError>() {
            Some(DataFusionError::External(inner)) => Some(inner.as_ref()),
            Some(DataFusionError::Context(_, inner) | DataFusionError::Diagnostic(_, inner)) => Some(inner.as_ref()),
            Some(DataFusionError::Shared(inner)) => Some(inner.as_ref()),
            _ => error.source(),
        };
    }
    None
}

/// A reading error as a fault of the import.
pub(crate) fn fault(source: &str, files: &str, error: ReadError) -> IngestError {
    IngestError::File { source_name: source.to_owned(), files: files.to_owned(), error }
}
