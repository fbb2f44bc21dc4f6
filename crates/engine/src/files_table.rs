//! Parquet files as one table for queries, without the rows of each that no longer count.

use std::path::PathBuf;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::datasource::TableType;
use datafusion::datasource::listing::PartitionedFile;
use datafusion::datasource::physical_plan::parquet::{ParquetAccessPlan, RowGroupAccess};
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder, ParquetSource};
use datafusion::datasource::source::DataSourceExec;
use datafusion::error::DataFusionError;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::Expr;
use datafusion::physical_plan::ExecutionPlan;
use evenkeel_lake::scan::Piece;
use roaring::RoaringBitmap;

use crate::EngineError;

/// The table. Row groups are divided among partitions, so that one large file is read side by side, too.
#[derive(Debug)]
pub(crate) struct FilesTable {
    schema: SchemaRef,
    partitions: Vec<FileGroup>,
}

impl FilesTable {
    /// Looks at the files; each comes with the rows that do not count.
    pub(crate) fn open<'a>(
        files: impl Iterator<Item = (PathBuf, &'a RoaringBitmap)>,
        schema: SchemaRef,
        partitions: usize,
    ) -> Result<Self, EngineError> {
        let mut divided: Vec<(u64, Vec<PartitionedFile>)> = vec![(0, Vec::new()); partitions.max(1)];
        for (path, deleted) in files {
            let size = path.metadata()?.len();
            let groups = Piece::of_file(path.clone(), deleted.clone())?;
            let mut own: Vec<Option<ParquetAccessPlan>> = vec![None; divided.len()];
            for (number, group) in groups.iter().enumerate() {
                // Each row group goes to the partition that has the fewest rows.
                let Some(partition) = (0..divided.len()).min_by_key(|partition| divided[*partition].0) else {
                    continue;
                };
                divided[partition].0 += group.rows() as u64;
                let access = match group.selection() {
                    _ if group.rows() == 0 => RowGroupAccess::Skip,
                    None => RowGroupAccess::Scan,
                    Some(rows) => RowGroupAccess::Selection(rows),
                };
                own[partition].get_or_insert_with(|| ParquetAccessPlan::new_none(groups.len())).set(number, access);
            }
            for (access, (_, files)) in own.into_iter().zip(&mut divided) {
                if let Some(access) = access {
                    let file = PartitionedFile::new(path.to_string_lossy(), size);
                    files.push(file.with_extension(access));
                }
            }
        }
        let partitions = divided.into_iter().map(|(_, files)| FileGroup::new(files)).collect();
        Ok(Self { schema, partitions })
    }
}

#[async_trait]
impl TableProvider for FilesTable {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        _: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>, DataFusionError> {
        let source = Arc::new(ParquetSource::new(Arc::clone(&self.schema)));
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), source)
            .with_file_groups(self.partitions.clone())
            .with_projection_indices(projection.cloned())?
            .with_limit(limit)
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}
