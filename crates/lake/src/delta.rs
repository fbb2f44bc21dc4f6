//! One Delta table: opening a version, committing changes, taking back what never became visible.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use delta_kernel::actions::deletion_vector_writer::{KernelDeletionVector, StreamingDeletionVectorWriter};
use deltalake::datafusion::catalog::TableProvider;
use deltalake::datafusion::datasource::MemTable;
use deltalake::kernel::engine::arrow_conversion::TryIntoKernel;
use deltalake::kernel::models::StorageType;
use deltalake::kernel::transaction::CommitBuilder;
use deltalake::kernel::{Action, Add, DeletionVectorDescriptor, StructField, StructType};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaTable, DeltaTableBuilder, DeltaTableError, TableProperty};
use object_store::{ObjectStoreExt, PutPayload};
use roaring::RoaringBitmap;
use uuid::Uuid;

use crate::parts::{self, Part};
use crate::scan::Piece;
use crate::{LakeError, Storage, storage};

/// A table for queries, at one version.
pub(crate) async fn provider(
    storage: &Storage,
    table: &str,
    version: u64,
) -> Result<Arc<dyn TableProvider>, LakeError> {
    let delta = open(storage, table, version).await?;
    Ok(delta.table_provider().await?)
}

/// The row groups of a table at one version.
pub(crate) async fn pieces(storage: &Storage, table: &str, version: u64) -> Result<Vec<Piece>, LakeError> {
    let folder = storage.folder().join(storage::table_folder(table));
    let delta = open(storage, table, version).await?;
    let mut files = Vec::new();
    for view in delta.snapshot()?.log_data().iter() {
        #[expect(deprecated, reason = "the arrays that are to take its place do not yet reach deletion vectors")]
        let file = view.add_action();
        let deleted = deleted_rows(&delta, &file)?;
        files.push((file.path, deleted));
    }
    // Names begin with the time of their import, so that the order is that in which rows came.
    files.sort_by(|a, b| a.0.cmp(&b.0));
    let mut pieces = Vec::new();
    for (path, deleted) in files {
        pieces.extend(Piece::of_file(folder.join(path), deleted)?);
    }
    Ok(pieces)
}

/// A table without rows, for queries.
pub(crate) fn empty_provider(schema: SchemaRef) -> Result<Arc<dyn TableProvider>, LakeError> {
    let batch = RecordBatch::new_empty(schema.clone());
    Ok(Arc::new(MemTable::try_new(schema, vec![vec![batch]])?))
}

async fn open(storage: &Storage, table: &str, version: u64) -> Result<DeltaTable, LakeError> {
    Ok(DeltaTableBuilder::from_url(storage.table_url(table)?)?.with_version(version).load().await?)
}

/// Opens a table for writing as it was at `version` (none: without rows). Commits after that version belong to an
/// import that never became visible; they are taken back by a commit of their own.
pub(crate) async fn open_for_writing(
    storage: &Storage,
    table: &str,
    schema: &SchemaRef,
    version: Option<u64>,
) -> Result<DeltaTable, LakeError> {
    let url = storage.table_url(table)?;
    let existing = match DeltaTableBuilder::from_url(url.clone())?.load().await {
        Ok(existing) => Some(existing),
        Err(DeltaTableError::NotATable(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let Some(existing) = existing else {
        let columns: Vec<StructField> =
            StructType::fields(&schema.as_ref().try_into_kernel().map_err(delta_kernel::Error::from)?)
                .cloned()
                .collect();
        return Ok(DeltaTable::try_from_url(url)
            .await?
            .create()
            .with_table_name(table)
            .with_columns(columns)
            .with_configuration_property(TableProperty::EnableDeletionVectors, Some("true"))
            .await?);
    };
    let wanted = version.unwrap_or(0);
    if existing.version().is_some_and(|latest| latest > wanted) {
        let (restored, _) = existing.restore().with_version_to_restore(wanted).await?;
        return Ok(restored);
    }
    if existing.version().is_none_or(|latest| latest < wanted) {
        return Err(LakeError::Damaged {
            file: storage::table_folder(table),
            reason: format!("the manifest names its version {wanted}, which is not there"),
        });
    }
    Ok(existing)
}

/// What one import changes in one table.
pub(crate) struct Change {
    /// Data files to add, each with the rows in it that do not count.
    pub added: Vec<(Part, RoaringBitmap)>,
    /// Rows of older data files that no longer count, by the path of the file.
    pub deleted: BTreeMap<String, RoaringBitmap>,
    /// Data files that are replaced as a whole.
    pub replaced: bool,
}

/// Commits a change and gives the new version of the table.
pub(crate) async fn commit(
    storage: &Storage,
    table_name: &str,
    table: &DeltaTable,
    change: Change,
    batch: &str,
    milliseconds: i64,
) -> Result<u64, LakeError> {
    let mut actions = Vec::new();
    let state = table.snapshot()?;
    let mut vectors = VectorFile::new(storage, table_name);
    let mut unknown: BTreeSet<&String> = change.deleted.keys().collect();
    for view in state.log_data().iter() {
        #[expect(deprecated, reason = "the arrays that are to take its place do not yet reach deletion vectors")]
        let old = view.add_action();
        let more = change.deleted.get(&old.path);
        if more.is_none() && !change.replaced {
            continue;
        }
        let mut remove = view.remove_action(true);
        remove.deletion_timestamp = Some(milliseconds);
        actions.push(Action::Remove(remove));
        if let Some(more) = more {
            unknown.remove(&old.path);
            let mut rows = deleted_rows(table, &old)?;
            rows |= more;
            // A file without any row that counts need not be kept.
            if view.num_records().is_none_or(|count| rows.len() < count as u64) {
                let deletion_vector = Some(vectors.add(&rows)?);
                actions.push(Action::Add(Add { deletion_vector, data_change: true, ..old }));
            }
        }
    }
    if let Some(file) = unknown.first() {
        return Err(LakeError::Damaged {
            file: (*file).clone(),
            reason: format!("the index of `{table_name}` points into it, and the table does not have it"),
        });
    }
    for (part, dropped) in &change.added {
        let deletion_vector = if dropped.is_empty() { None } else { Some(vectors.add(dropped)?) };
        actions.push(Action::Add(Add {
            path: part.path.clone(),
            partition_values: HashMap::new(),
            size: part.bytes as i64,
            modification_time: milliseconds,
            data_change: true,
            stats: Some(format!("{{\"numRecords\":{}}}", part.rows)),
            deletion_vector,
            ..Add::default()
        }));
    }
    vectors.finish().await?;
    let operation = DeltaOperation::Write { mode: SaveMode::Append, partition_by: None, predicate: None };
    let note = HashMap::from([("evenkeelBatch".to_owned(), serde_json::Value::from(batch))]);
    let committed = CommitBuilder::default()
        .with_actions(actions)
        .with_app_metadata(note)
        .build(Some(state), table.log_store(), operation)
        .await?;
    Ok(committed.version())
}

fn deleted_rows(table: &DeltaTable, file: &Add) -> Result<RoaringBitmap, LakeError> {
    let Some(vector) = file.deletion_vector.clone() else { return Ok(RoaringBitmap::new()) };
    let vector: delta_kernel::actions::deletion_vector::DeletionVectorDescriptor = vector.try_into()?;
    let engine = table.log_store().engine(None);
    // No data file has more rows than 32 bits count.
    Ok(vector.read(engine.storage_handler(), table.table_url())?.iter().map(|row| row as u32).collect())
}

/// One file with all deletion vectors of a commit.
struct VectorFile {
    storage: Storage,
    table: String,
    id: Uuid,
    bytes: Vec<u8>,
}

impl VectorFile {
    fn new(storage: &Storage, table: &str) -> Self {
        Self { storage: storage.clone(), table: table.to_owned(), id: Uuid::new_v4(), bytes: Vec::new() }
    }

    fn add(&mut self, rows: &RoaringBitmap) -> Result<DeletionVectorDescriptor, LakeError> {
        let mut vector = KernelDeletionVector::new();
        vector.add_deleted_row_indexes(rows.iter().map(u64::from));
        // The writer starts a file with a version byte and counts offsets from there; each vector is written into a
        // file of its own making and moved behind the others.
        let mut own = Vec::new();
        let mut writer = StreamingDeletionVectorWriter::new(&mut own);
        let written = writer.write_deletion_vector(vector)?;
        writer.finalize()?;
        let start = if self.bytes.is_empty() { 0 } else { self.bytes.len() - 1 };
        let skip = usize::from(!self.bytes.is_empty());
        self.bytes.extend_from_slice(&own[skip..]);
        Ok(DeletionVectorDescriptor {
            storage_type: StorageType::UuidRelativePath,
            path_or_inline_dv: z85::encode(self.id.as_bytes()),
            offset: Some(written.offset + start as i32),
            size_in_bytes: written.size_in_bytes,
            cardinality: written.cardinality,
        })
    }

    async fn finish(self) -> Result<(), LakeError> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        let path = parts::object_path(&self.table, &format!("deletion_vector_{}.bin", self.id));
        self.storage.store().put(&path, PutPayload::from(self.bytes)).await?;
        Ok(())
    }
}

/// Removes the data files that an import wrote and never committed.
pub(crate) async fn remove_files_of(storage: &Storage, table: &str, batch: &str) -> Result<(), LakeError> {
    storage.remove_all(&storage::table_folder(table), &format!("part-{batch}-")).await
}
