//! Running the import of one source.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use datafusion::error::DataFusionError;
use datafusion::physical_plan::{ExecutionPlanProperties, SendableRecordBatchStream, execute_stream};
use evenkeel_lake::import::Batch;
use evenkeel_lake::rejects::Reject;
use evenkeel_lake::{Lake, TableChange};
use evenkeel_model::record;
use evenkeel_model::source::{Source, TableMapping};
use futures::StreamExt;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::sync::mpsc::Sender;

use crate::IngestError;
use crate::files::{self, Bounds};
use crate::fit::Fitting;
use crate::functions::Faults;
use crate::mapping::{Mappings, Planned};
use crate::raw_table::{self, RawTable};
use crate::read::BadRecord;

/// What an import needs to know.
#[derive(Debug, Clone)]
pub struct Request {
    /// The folder of the project.
    pub root: PathBuf,
    /// A further folder below which raw files may lie.
    pub data_root: Option<PathBuf>,
    /// The project's time zone, for texts without an offset.
    pub zone: TimeZone,
    /// The present instant.
    pub now: Timestamp,
    /// A name that no other import has.
    pub batch_id: String,
}

/// Is told how far an import has come.
pub trait Progress: Send + Sync {
    /// A table is about to be filled; `bytes` of raw files will be read for it.
    fn table(&self, table: &str, bytes: u64);
    /// So many of these bytes have been read, and so many rows been taken.
    fn read(&self, bytes: u64, rows: u64);
    /// Everything was read; the rows are merged and committed.
    fn merging(&self);
}

/// Whoever is told nothing.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn table(&self, _: &str, _: u64) {}
    fn read(&self, _: u64, _: u64) {}
    fn merging(&self) {}
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The source.
    pub source: String,
    /// Per table of the service record, in the order of the source file.
    pub tables: Vec<TableOutcome>,
}

/// What an import did to one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableOutcome {
    /// The table.
    pub table: String,
    /// Rows read, inserted, updated …
    pub change: TableChange,
    /// Rows that were put aside.
    pub rejected: u64,
}

impl Outcome {
    /// Whether the lake is as it was before, rejects apart.
    #[must_use]
    pub fn nothing_changed(&self) -> bool {
        self.tables.iter().all(|table| table.change.inserted + table.change.updated == 0)
    }

    /// Rows that were put aside, over all tables.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.tables.iter().map(|table| table.rejected).sum()
    }
}

/// Opens the raw files of a source; each declaration that cannot be opened is a fault of its own.
fn open_files(
    source: &Source,
    request: &Request,
    read: &Arc<AtomicU64>,
) -> (BTreeMap<String, RawTable>, Vec<IngestError>) {
    let bounds = Bounds { root: request.root.clone(), data_root: request.data_root.clone() };
    let mut tables = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, declared) in &source.files {
        let opened = files::resolve(&source.name, name, declared, &bounds).and_then(|files| {
            RawTable::open(files, declared, &request.zone, read)
                .map_err(|error| raw_table::fault(&source.name, name, error))
        });
        match opened {
            Ok(table) => {
                tables.insert(name.clone(), table);
            }
            Err(fault) => faults.push(fault),
        }
    }
    (tables, faults)
}

/// Looks at the files and plans the mappings of a source without importing anything; gives every fault. Mappings are
/// looked at only when all files could be opened.
pub async fn check(source: &Source, request: &Request) -> Vec<IngestError> {
    let (tables, mut faults) = open_files(source, request, &Arc::default());
    if !faults.is_empty() {
        return faults;
    }
    let mappings = match Mappings::new(&source.name, tables, &Arc::default(), &request.zone) {
        Ok(mappings) => mappings,
        Err(error) => return vec![evenkeel_lake::LakeError::from(error).into()],
    };
    for mapping in &source.tables {
        if let Some(table) = record::table(&mapping.table)
            && let Err(fault) = mappings.plan(mapping, table).await
        {
            faults.push(fault);
        }
    }
    faults
}

/// Imports one source. On an error the lake stays as it was.
pub async fn import(
    lake: &Lake,
    source: &Source,
    request: &Request,
    progress: &dyn Progress,
) -> Result<Outcome, IngestError> {
    let read = Arc::new(AtomicU64::new(0));
    let (tables, faults) = open_files(source, request, &read);
    if let Some(fault) = faults.into_iter().next() {
        return Err(fault);
    }
    let all_files: Vec<String> =
        tables.values().flat_map(|table| table.files.iter().map(|file| file.name.clone())).collect();
    take(lake, source, tables, &all_files, request, &read, progress).await
}

/// Takes the rows of raw tables. `replaced` are the files whose rejects are replaced.
pub(crate) async fn take(
    lake: &Lake,
    source: &Source,
    tables: BTreeMap<String, RawTable>,
    replaced: &[String],
    request: &Request,
    read: &Arc<AtomicU64>,
    progress: &dyn Progress,
) -> Result<Outcome, IngestError> {
    let faults = Arc::new(Faults::default());
    let mappings =
        Mappings::new(&source.name, tables, &faults, &request.zone).map_err(evenkeel_lake::LakeError::from)?;

    // Everything is planned before anything is read, so that a slip in the last SELECT costs no time.
    let mut planned = Vec::new();
    for mapping in &source.tables {
        let Some(table) = record::table(&mapping.table) else {
            return Err(evenkeel_lake::LakeError::UnknownTable { table: mapping.table.clone() }.into());
        };
        planned.push((mapping, table, mappings.plan(mapping, table).await?));
    }

    let batch = Batch { id: request.batch_id.clone(), source: source.name.clone(), at: request.now };
    let mut import = lake.begin(batch).await?;
    let mut outcomes = Vec::new();
    for (mapping, table, plan) in planned {
        let files = match &plan.lines_of {
            Some(name) => mappings.table(name).map_or_else(Vec::new, file_names),
            None => plan.reads.iter().filter_map(|name| mappings.table(name)).flat_map(file_names).collect(),
        };
        let fitting = Fitting::new(
            table,
            &source.name,
            &request.batch_id,
            request.now,
            &request.zone,
            &faults,
            mapping.version.clone(),
            files,
        );
        let run = Run { mappings: &mappings, mapping, plan, fitting, read, progress };
        match run.fill(&mut import).await {
            Ok(rejected) => {
                outcomes.push(TableOutcome { table: mapping.table.clone(), change: TableChange::default(), rejected });
            }
            Err(error) => {
                import.abandon().await?;
                return Err(error);
            }
        }
    }
    progress.merging();
    let changes = import.finish(replaced).await?;
    for outcome in &mut outcomes {
        if let Some(change) = changes.get(&outcome.table) {
            outcome.change = *change;
        }
    }
    Ok(Outcome { source: source.name.clone(), tables: outcomes })
}

fn file_names(table: &RawTable) -> Vec<String> {
    table.files.iter().map(|file| file.name.clone()).collect()
}

/// So many batches of rows wait to be written while the next ones are read.
const AHEAD: usize = 4;

/// Rows of one batch, as far as they fit.
struct Fitted {
    /// How many were read.
    read: u64,
    rows: evenkeel_lake::Rows,
    rejects: Vec<Reject>,
}

/// Reads all batches and fits them, until the other side no longer listens.
async fn read_and_fit(
    mut batches: SendableRecordBatchStream,
    fitting: Fitting,
    in_order: bool,
    sender: Sender<Result<Fitted, DataFusionError>>,
) {
    let mut before = 0;
    while let Some(batch) = batches.next().await {
        let fitted = batch.and_then(|batch| {
            let read = batch.num_rows() as u64;
            let (rows, rejects) = fitting.fit(&batch, in_order.then_some(before))?;
            before += read;
            Ok(Fitted { read, rows, rejects })
        });
        let failed = fitted.is_err();
        if sender.send(fitted).await.is_err() || failed {
            return;
        }
    }
}

/// The filling of one table.
struct Run<'a> {
    mappings: &'a Mappings,
    mapping: &'a TableMapping,
    plan: Planned,
    fitting: Fitting,
    read: &'a AtomicU64,
    progress: &'a dyn Progress,
}

impl Run<'_> {
    /// Runs the SELECT and hands its rows to the lake. Gives the number of rows that were put aside.
    async fn fill(self, import: &mut evenkeel_lake::Import) -> Result<u64, IngestError> {
        let bytes = self
            .plan
            .reads
            .iter()
            .filter_map(|name| self.mappings.table(name))
            .flat_map(|table| table.files.iter().map(|file| file.bytes))
            .sum();
        self.progress.table(&self.mapping.table, bytes);
        self.read.store(0, Ordering::Relaxed);
        for name in &self.plan.reads {
            if let Some(table) = self.mappings.table(name) {
                table.forget_bad();
            }
        }
        let failed = |error: &datafusion::error::DataFusionError| match raw_table::read_error(error) {
            Some(error) => raw_table::fault(&self.fitting.source, "", error),
            None => self.mappings.explain(self.mapping, error),
        };
        let context = self.mappings.context();
        let plan = context.state().create_physical_plan(&self.plan.plan).await.map_err(|error| failed(&error))?;
        // Rows of a union come in any order. Without lines, nothing then says which of two rows came later.
        let in_order = plan.output_partitioning().partition_count() == 1;
        let batches = execute_stream(plan, context.task_ctx()).map_err(|error| failed(&error))?;
        // Rows are read and fitted while those before them are hashed and written.
        let (sender, mut fitted) = tokio::sync::mpsc::channel(AHEAD);
        let reading = tokio::spawn(read_and_fit(batches, self.fitting.clone(), in_order, sender));
        let mut rows = 0;
        let mut rejected = 0;
        while let Some(next) = fitted.recv().await {
            let Fitted { read, rows: fitting_rows, rejects } = next.map_err(|error| failed(&error))?;
            rows += read;
            rejected += rejects.len() as u64;
            import.reject(rejects)?;
            if fitting_rows.batch.num_rows() > 0 {
                import.write(&self.mapping.table, fitting_rows).await?;
            }
            rejected += self.set_aside(import)?;
            self.progress.read(self.read.load(Ordering::Relaxed), rows);
        }
        reading.await.map_err(evenkeel_lake::LakeError::from)?;
        rejected += self.set_aside(import)?;
        let untold = self.fitting.faults.untold();
        rejected += untold.len() as u64;
        import.reject(untold.into_iter().map(|text| self.untold(text)))?;
        Ok(rejected)
    }

    /// A text that no row could be rejected with, because only a condition or a calculation saw it.
    fn untold(&self, text: String) -> Reject {
        let file = match self.fitting.files.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
        let message = format!(
            "`{text}` is neither an instant nor a day that its format can read, and a condition or a calculation of the SELECT used it; yield it as a column to see its row"
        );
        Reject {
            source: self.fitting.source.clone(),
            table: self.mapping.table.clone(),
            file,
            line: None,
            column: None,
            value: Some(text),
            reason: "bad_instant".to_owned(),
            message,
        }
    }

    /// Records that could not even be taken apart.
    fn set_aside(&self, import: &mut evenkeel_lake::Import) -> Result<u64, IngestError> {
        let mut count = 0;
        for name in &self.plan.reads {
            let Some(table) = self.mappings.table(name) else { continue };
            let bad = table.take_bad();
            count += bad.len() as u64;
            import.reject(bad.into_iter().map(|(file, bad)| self.bad_record(file, bad)))?;
        }
        Ok(count)
    }

    fn bad_record(&self, file: String, bad: BadRecord) -> Reject {
        Reject {
            source: self.fitting.source.clone(),
            table: self.mapping.table.clone(),
            file: Some(file),
            line: Some(bad.line as i64),
            column: None,
            value: Some(bad.record),
            reason: bad.reason.to_owned(),
            message: bad.message,
        }
    }
}
