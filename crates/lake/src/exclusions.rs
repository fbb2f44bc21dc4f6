//! Rows that do not count by a person's decision: publishing one, and finding where they lie.
//!
//! They are found among the data files and taken for rows that were marked there, so that whatever reads the record passes
//! them over.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, TimestampMicrosecondArray, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use evenkeel_model::record;
use jiff::Timestamp;
use roaring::RoaringBitmap;

use crate::import::Batch;
use crate::scan::{Form, Piece};
use crate::{Lake, LakeError, Rows, Snapshot, tables};

/// The table of the record.
pub const TABLE: &str = "exclusions";
/// What the rows name as their source.
pub const SOURCE: &str = "disputes";

/// A row that does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// The table of the row.
    pub table: String,
    /// The values of its key columns ([`key`]).
    pub key: String,
    /// Why.
    pub reason: String,
    /// Who decided.
    pub decided_by: String,
    /// When.
    pub at: Timestamp,
}

/// The rows that do not count, by table and by the name of the data file that they lie in.
pub(crate) type Excluded = BTreeMap<String, BTreeMap<String, RoaringBitmap>>;

/// A key as `exclusions` names it: the values of the key columns of the table, in their order, as a JSON array.
#[must_use]
pub fn key(values: &[Option<&str>]) -> String {
    serde_json::Value::from(values.iter().map(|value| serde_json::Value::from(*value)).collect::<Vec<_>>()).to_string()
}

impl Lake {
    /// Publishes that a row does not count. What was decided first stays: published again, nothing changes.
    pub async fn exclude(&self, batch: &str, row: &Exclusion) -> Result<(), LakeError> {
        let batch = Batch { id: batch.to_owned(), source: SOURCE.to_owned(), at: row.at };
        let Some(table) = record::table(TABLE) else { return Err(LakeError::UnknownTable { table: TABLE.to_owned() }) };
        let schema = tables::arrow_schema(table);
        let text = |value: &str| -> ArrayRef { Arc::new(StringArray::from(vec![value])) };
        let instant = |at: Timestamp| -> ArrayRef {
            Arc::new(TimestampMicrosecondArray::from(vec![at.as_microsecond()]).with_timezone("UTC"))
        };
        let column = |name: &str, data_type: &DataType| match name {
            "table_name" => text(&row.table),
            "key" => text(&row.key),
            "reason" => text(&row.reason),
            "decided_by" => text(&row.decided_by),
            "at" | "imported_at" => instant(row.at),
            "source" => text(SOURCE),
            "batch_id" => text(&batch.id),
            _ => new_null_array(data_type, 1),
        };
        let columns = schema.fields().iter().map(|field| column(field.name(), field.data_type())).collect();
        let batch_of_rows = RecordBatch::try_new(Arc::clone(&schema), columns)?;
        // The highest version holds, and the earliest decision has it.
        let rows = Rows { batch: batch_of_rows, version: vec![-row.at.as_microsecond()], ordinal: vec![0] };
        let mut import = self.begin(batch).await?;
        if let Err(error) = import.write(TABLE, rows).await {
            import.abandon().await?;
            return Err(error);
        }
        import.finish(&[]).await?;
        Ok(())
    }
}

impl Snapshot {
    /// Whether it was decided that a row does not count, from wherever the decision came.
    pub async fn excludes(&self, table: &str, key: &str) -> Result<bool, LakeError> {
        Ok(named(self).await?.get(table).is_some_and(|keys| keys.contains(key)))
    }
}

/// The keys of rows that do not count, by table.
async fn named(snapshot: &Snapshot) -> Result<BTreeMap<String, HashSet<String>>, LakeError> {
    let mut keys: BTreeMap<String, HashSet<String>> = BTreeMap::new();
    for piece in snapshot.pieces(TABLE).await? {
        for batch in piece.read(&[("table_name", Form::Plain), ("key", Form::Plain)])? {
            let batch = batch?;
            let (tables, named) = (texts(batch.column(0))?, texts(batch.column(1))?);
            for row in 0..batch.num_rows() {
                keys.entry(tables.value(row).to_owned()).or_default().insert(named.value(row).to_owned());
            }
        }
    }
    Ok(keys)
}

/// Finds the rows that do not count.
pub(crate) async fn find(snapshot: &Snapshot) -> Result<Excluded, LakeError> {
    let keys = named(snapshot).await?;
    let mut excluded = Excluded::new();
    for (name, keys) in keys {
        let Some(table) = record::table(&name).filter(|table| table.name != TABLE) else { continue };
        let columns: Vec<(&str, Form)> = table.key.iter().map(|column| (*column, Form::Plain)).collect();
        let mut files: BTreeMap<String, RoaringBitmap> = BTreeMap::new();
        for piece in snapshot.pieces(&name).await? {
            let found = rows_of(&piece, &columns, &keys)?;
            if !found.is_empty() {
                *files.entry(piece.file_name()).or_default() |= found;
            }
        }
        if !files.is_empty() {
            excluded.insert(name, files);
        }
    }
    Ok(excluded)
}

/// The rows of a row group that have one of these keys, counted from the beginning of its file.
fn rows_of(piece: &Piece, columns: &[(&str, Form)], keys: &HashSet<String>) -> Result<RoaringBitmap, LakeError> {
    let mut places = piece.places();
    let mut found = RoaringBitmap::new();
    for batch in piece.read(columns)? {
        let batch = batch?;
        let parts: Vec<ArrayRef> = batch.columns().iter().map(texts_of).collect::<Result<_, LakeError>>()?;
        let parts: Vec<&StringArray> = parts.iter().map(AsArray::as_string).collect();
        for (row, place) in (0..batch.num_rows()).zip(&mut places) {
            let values: Vec<Option<&str>> =
                parts.iter().map(|part| part.is_valid(row).then(|| part.value(row))).collect();
            if keys.contains(&key(&values)) {
                found.insert(place);
            }
        }
    }
    Ok(found)
}

fn texts_of(column: &ArrayRef) -> Result<ArrayRef, LakeError> {
    Ok(cast(column, &DataType::Utf8)?)
}

fn texts(column: &ArrayRef) -> Result<StringArray, LakeError> {
    Ok(texts_of(column)?.as_string().clone())
}
