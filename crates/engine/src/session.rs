//! The query session over one state of the lake.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{FieldRef, Schema, SchemaRef};
use datafusion::common::TableReference;
use datafusion::datasource::MemTable;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::physical_plan::{SendableRecordBatchStream, execute_stream_partitioned};
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext};
use evenkeel_lake::scan::{self, Form, Piece};
use evenkeel_lake::{Snapshot, functions};
use futures::TryStreamExt;
use roaring::RoaringBitmap;

use crate::EngineError;
use crate::files_table::FilesTable;
use crate::side_by_side::{self, Queue};

/// What queries may hold in memory before they spill to disk.
const MEMORY: usize = 1 << 30;

/// A session that sees the tables of one state of the lake. Cheap to clone.
#[derive(Clone)]
pub struct Session {
    context: SessionContext,
    snapshot: Snapshot,
    people_apart: bool,
}

impl Session {
    /// A session with so many workers.
    pub fn new(snapshot: Snapshot, workers: usize) -> Result<Self, EngineError> {
        let mut config = SessionConfig::new().with_target_partitions(workers.max(1)).with_information_schema(false);
        let options = config.options_mut();
        options.sql_parser.enable_ident_normalization = false;
        options.sql_parser.collect_spans = true;
        // Rows are joined with their case or customer, of which there may be more than memory holds: sorting goes to disk where
        // it must, a hash table does not.
        options.optimizer.prefer_hash_join = false;
        let runtime = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(FairSpillPool::new(MEMORY))).build_arc()?;
        let context = SessionContext::new_with_config_rt(config, runtime);
        context.register_udf(functions::json_text());
        Ok(Self { context, snapshot, people_apart: false })
    }

    /// The same session, in which pseudonyms stand for people or do not.
    #[must_use]
    pub(crate) fn with_people_apart(self, people_apart: bool) -> Self {
        Self { people_apart, ..self }
    }

    /// Whether pseudonyms stand for people.
    pub(crate) fn keeps_people_apart(&self) -> bool {
        self.people_apart
    }

    /// The state of the lake that it sees.
    #[must_use]
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The query context.
    #[must_use]
    pub fn context(&self) -> &SessionContext {
        &self.context
    }

    /// A table of the record.
    pub async fn table(&self, name: &str) -> Result<DataFrame, EngineError> {
        let reference = TableReference::bare(name);
        if !self.context.table_exist(reference.clone())? {
            let provider = self.snapshot.provider(name).await?;
            if self.snapshot.excluded(name) > 0 {
                let files = scan::paths(&self.snapshot.pieces(name).await?);
                self.put(name, files.iter().map(|(path, rows)| (path.clone(), rows)), provider.schema())?;
            } else {
                self.context.register_table(reference.clone(), provider)?;
            }
        }
        Ok(self.context.table(reference).await?)
    }

    /// Makes Parquet files visible as a table, without the rows of each that do not count.
    pub(crate) fn put<'a>(
        &self,
        name: &str,
        files: impl Iterator<Item = (PathBuf, &'a RoaringBitmap)>,
        schema: SchemaRef,
    ) -> Result<(), EngineError> {
        let partitions = self.context.state().config().target_partitions();
        let table = FilesTable::open(files, schema, partitions)?;
        self.context.register_table(TableReference::bare(name), Arc::new(table))?;
        Ok(())
    }

    /// A session that sees some rows of a table in its place, and these columns of them; and no other table.
    pub(crate) async fn seeing_some(
        &self,
        name: &str,
        columns: &[String],
        pieces: &[Piece],
    ) -> Result<Self, EngineError> {
        let as_seen = self.table(name).await?;
        let fields = columns.iter().map(|column| as_seen.schema().field_with_unqualified_name(column).cloned());
        let schema = Arc::new(Schema::new(fields.collect::<Result<Vec<FieldRef>, _>>()?));
        let wanted: Vec<(&str, Form)> = columns.iter().map(|column| (column.as_str(), Form::Plain)).collect();
        let workers = self.context.state().config().target_partitions();
        let queue = Queue::new(pieces.len());
        let partitions = side_by_side::run(workers.min(pieces.len()), || {
            let mut batches = Vec::new();
            while let Some(piece) = queue.take() {
                for batch in pieces[piece].read(&wanted)? {
                    let batch = batch?;
                    let columns = batch.columns().iter().zip(schema.fields());
                    let columns = columns.map(|(column, field)| cast(column, field.data_type()));
                    batches.push(RecordBatch::try_new(Arc::clone(&schema), columns.collect::<Result<_, _>>()?)?);
                }
            }
            Ok(batches)
        })?;
        let some = Self::new(self.snapshot.clone(), workers)?;
        let table = MemTable::try_new(schema, partitions)?;
        some.context.register_table(TableReference::bare(name), Arc::new(table))?;
        Ok(some)
    }

    /// Runs a query; gives one stream per worker.
    pub async fn streams(&self, query: DataFrame) -> Result<Vec<SendableRecordBatchStream>, EngineError> {
        let plan = query.create_physical_plan().await?;
        Ok(execute_stream_partitioned(plan, self.context.task_ctx())?)
    }

    /// Runs a query and collects its rows in order.
    pub async fn collect(&self, query: DataFrame) -> Result<Vec<RecordBatch>, EngineError> {
        Ok(query.execute_stream().await?.try_collect().await?)
    }
}

/// The tables that some measures read, those behind `case_facts` included.
#[must_use]
pub fn tables_behind<'a>(tables: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
    let mut behind: BTreeSet<String> = ["units", "people", "memberships", "aliases"].map(str::to_owned).into();
    for table in tables {
        if table == "case_facts" {
            behind.extend(["cases", "case_events", "calendars", "holidays"].map(str::to_owned));
        } else {
            behind.insert(table.to_owned());
        }
    }
    behind
}
