//! Columns straight from the data files of a table, for passes over all of it that a query would only slow down.
//!
//! A table is given as [`Piece`]s, one for each row group, which any number of threads read side by side.

use std::collections::{BTreeMap, HashMap};
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
use serde::{Deserialize, Serialize};

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

/// Which rows of a data file count, to be remembered: files never change, and rows of them only ever cease to count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileRows {
    /// The name of the file, without its folder.
    pub name: String,
    /// The rows that no longer count.
    #[serde(with = "bitmap")]
    pub deleted: RoaringBitmap,
}

/// What became of a table since some state of it.
#[derive(Debug)]
pub struct Difference {
    /// Rows that count now and did not then.
    pub added: Vec<Piece>,
    /// Rows that counted then and do not now.
    pub removed: Vec<Piece>,
}

/// The files of a table, to be compared with a later state of it.
#[must_use]
pub fn files(pieces: &[Piece]) -> Vec<FileRows> {
    let firsts = pieces.iter().filter(|piece| piece.group == 0);
    firsts.map(|piece| FileRows { name: piece.file.name(), deleted: piece.file.deleted.clone() }).collect()
}

/// The files that some row groups lie in, each with the rows of it that do not count.
#[must_use]
pub fn paths(pieces: &[Piece]) -> Vec<(PathBuf, RoaringBitmap)> {
    let firsts = pieces.iter().filter(|piece| piece.group == 0);
    firsts.map(|piece| (piece.file.path.clone(), piece.file.deleted.clone())).collect()
}

/// The same row groups without further rows, which are given by the name of the file that they lie in.
pub(crate) fn without(pieces: Vec<Piece>, rows: &BTreeMap<String, RoaringBitmap>) -> Vec<Piece> {
    // Row groups of one file go on sharing it.
    let mut files: BTreeMap<String, Arc<DataFile>> = BTreeMap::new();
    let mut reduced = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let name = piece.file_name();
        let Some(more) = rows.get(&name) else {
            reduced.push(piece);
            continue;
        };
        let file = files.entry(name).or_insert_with(|| {
            let DataFile { path, metadata, deleted } = &*piece.file;
            Arc::new(DataFile { path: path.clone(), metadata: Arc::clone(metadata), deleted: deleted | more })
        });
        reduced.push(Piece { file: Arc::clone(file), ..piece });
    }
    reduced
}

/// What became of a table. None when files that were there are gone or rows of them count again, so that nothing less
/// than all of the table tells.
pub fn difference(before: &[FileRows], now: &[Piece]) -> Result<Option<Difference>, LakeError> {
    let mut known: HashMap<&str, &RoaringBitmap> =
        before.iter().map(|file| (file.name.as_str(), &file.deleted)).collect();
    let mut difference = Difference { added: Vec::new(), removed: Vec::new() };
    for piece in now.iter().filter(|piece| piece.group == 0) {
        let file = &piece.file;
        let Some(deleted) = known.remove(file.name().as_str()) else {
            difference.added.extend(now.iter().filter(|other| Arc::ptr_eq(&other.file, file)).cloned());
            continue;
        };
        if !deleted.is_subset(&file.deleted) {
            return Ok(None);
        }
        if deleted.len() < file.deleted.len() {
            difference.removed.extend(Piece::of_rows(file.path.clone(), &(&file.deleted - deleted))?);
        }
    }
    // A file without a row is not among the pieces; it may go unnoticed.
    Ok(known.is_empty().then_some(difference))
}

/// One row group of a data file.
#[derive(Debug, Clone)]
pub struct Piece {
    file: Arc<DataFile>,
    group: usize,
    /// The first row of it in its file.
    first_row: u32,
    rows: u32,
    /// Columns that are asked for by another name than they have in the file.
    renamed: &'static [(&'static str, &'static str)],
}

impl DataFile {
    fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

impl Piece {
    /// Some rows of a file, row group by row group; row groups without any are left out.
    pub fn of_rows(path: PathBuf, rows: &RoaringBitmap) -> Result<Vec<Self>, LakeError> {
        let all = Self::of_file(path, RoaringBitmap::new())?;
        let Some(first) = all.first() else { return Ok(Vec::new()) };
        let mut deleted = RoaringBitmap::new();
        deleted.insert_range(0..all.iter().map(|piece| piece.rows).sum::<u32>());
        deleted -= rows;
        let file = &first.file;
        let file = Arc::new(DataFile { path: file.path.clone(), metadata: Arc::clone(&file.metadata), deleted });
        let pieces = all.into_iter().map(|piece| Self { file: Arc::clone(&file), ..piece });
        Ok(pieces.filter(|piece| piece.rows() > 0).collect())
    }

    /// The name of its file, without the folder.
    #[must_use]
    pub fn file_name(&self) -> String {
        self.file.name()
    }

    /// Its rows that count, counted from the beginning of its file.
    pub(crate) fn places(&self) -> impl Iterator<Item = u32> {
        (self.first_row..self.first_row + self.rows).filter(|row| !self.file.deleted.contains(*row))
    }

    /// The same rows, with columns asked for by other names: pairs of the name asked for and the name in the file.
    #[must_use]
    pub fn renamed(self, renamed: &'static [(&'static str, &'static str)]) -> Self {
        Self { renamed, ..self }
    }

    fn stored_name<'a>(&self, name: &'a str) -> &'a str {
        self.renamed.iter().find(|(asked, _)| *asked == name).map_or(name, |(_, stored)| stored)
    }

    /// How many rows of it count.
    #[must_use]
    pub fn rows(&self) -> usize {
        let end = self.first_row + self.rows;
        (u64::from(self.rows) - self.file.deleted.range_cardinality(self.first_row..end)) as usize
    }

    /// The row groups of a file, of which some rows do not count.
    pub fn of_file(path: PathBuf, deleted: RoaringBitmap) -> Result<Vec<Self>, LakeError> {
        let metadata = ArrowReaderMetadata::load(&File::open(&path)?, ArrowReaderOptions::new())?;
        let file = Arc::new(DataFile { path, metadata: Arc::clone(metadata.metadata()), deleted });
        let mut pieces = Vec::with_capacity(file.metadata.num_row_groups());
        let mut first_row = 0;
        for (group, metadata) in file.metadata.row_groups().iter().enumerate() {
            let rows = metadata.num_rows() as u32;
            pieces.push(Self { file: Arc::clone(&file), group, first_row, rows, renamed: &[] });
            first_row += rows;
        }
        Ok(pieces)
    }

    /// Reads some columns of the rows that count, in their order. A column that the file does not have is NULL.
    pub fn read(&self, columns: &[(&str, Form)]) -> Result<Batches, LakeError> {
        let parquet = self.file.metadata.file_metadata().schema_descr();
        let stored = parquet_to_arrow_schema(parquet, None)?;
        let form =
            |name: &str| columns.iter().find(|(wanted, _)| self.stored_name(wanted) == name).map(|(_, form)| *form);
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
        let mask = ProjectionMask::columns(parquet, columns.iter().map(|(name, _)| self.stored_name(name)));
        let mut builder = ParquetRecordBatchReaderBuilder::new_with_metadata(File::open(&self.file.path)?, metadata)
            .with_row_groups(vec![self.group])
            .with_projection(mask)
            .with_batch_size(ROWS);
        if let Some(rows) = self.selection() {
            builder = builder.with_row_selection(rows);
        }
        let fields: Vec<Field> = columns
            .iter()
            .map(|(name, form)| {
                let data_type = match (stored.field_with_name(self.stored_name(name)).map(Field::data_type), form) {
                    (Ok(DataType::Utf8) | Err(_), Form::Codes) => codes(),
                    (Ok(DataType::Utf8) | Err(_), Form::Plain) => DataType::Utf8View,
                    (Ok(other), _) => other.clone(),
                };
                Field::new(*name, data_type, true)
            })
            .collect();
        let renamed = self.renamed;
        Ok(Batches { reader: builder.build()?, schema: Arc::new(Schema::new(fields)), renamed })
    }

    /// The rows that count, as stretches of the row group; none when all do.
    #[must_use]
    pub fn selection(&self) -> Option<RowSelection> {
        if self.rows() == self.rows as usize {
            return None;
        }
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
        Some(RowSelection::from_consecutive_ranges(stretches.into_iter(), self.rows as usize))
    }
}

fn codes() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

/// The rows of a piece, batch by batch.
pub struct Batches {
    reader: ParquetRecordBatchReader,
    schema: SchemaRef,
    renamed: &'static [(&'static str, &'static str)],
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
            .map(|field| {
                let name = self.renamed.iter().find(|(asked, _)| asked == field.name()).map(|(_, stored)| *stored);
                match batch.column_by_name(name.unwrap_or(field.name())) {
                    Some(column) => Arc::clone(column),
                    None => new_null_array(field.data_type(), batch.num_rows()),
                }
            })
            .collect();
        Some(RecordBatch::try_new(Arc::clone(&self.schema), columns).map_err(LakeError::from))
    }
}

/// A bitmap as text, two hexadecimal digits a byte.
mod bitmap {
    use roaring::RoaringBitmap;
    use serde::de::Error as _;
    use serde::ser::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    const DIGITS: &[u8; 16] = b"0123456789abcdef";

    pub(super) fn serialize<S: Serializer>(bitmap: &RoaringBitmap, serializer: S) -> Result<S::Ok, S::Error> {
        let mut bytes = Vec::with_capacity(bitmap.serialized_size());
        bitmap.serialize_into(&mut bytes).map_err(S::Error::custom)?;
        let mut text = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            text.push(char::from(DIGITS[usize::from(byte >> 4)]));
            text.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<RoaringBitmap, D::Error> {
        let text = String::deserialize(deserializer)?;
        let digit = |byte: u8| DIGITS.iter().position(|digit| *digit == byte);
        let mut bytes = Vec::with_capacity(text.len() / 2);
        for pair in text.as_bytes().chunks(2) {
            match pair {
                [high, low] => match (digit(*high), digit(*low)) {
                    (Some(high), Some(low)) => bytes.push((high << 4 | low) as u8),
                    _ => return Err(D::Error::custom("a digit is not hexadecimal")),
                },
                _ => return Err(D::Error::custom("half a byte")),
            }
        }
        RoaringBitmap::deserialize_from(bytes.as_slice()).map_err(D::Error::custom)
    }
}
