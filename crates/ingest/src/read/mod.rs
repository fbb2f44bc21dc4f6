//! Readers: from the bytes of a raw file to batches of cells.
//!
//! Text formats are read in two steps. A *cutter* takes the decoded bytes apart into blocks that end between two
//! records; a *parser* turns a block into columns. The parser knows nothing beyond its block, so that blocks are
//! parsed side by side.

pub mod csv;
pub(crate) mod decode;
pub mod json;
mod object;
mod parquet;
mod xlsx;

pub(crate) use parquet::common;

use std::fmt;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use bytes::Bytes;
use evenkeel_model::source::{RawFiles, RawFormat};
use jiff::tz::TimeZone;

/// A file that cannot be read as declared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadError {
    /// The file, as the project names it.
    pub file: String,
    /// The line, where there is one.
    pub line: Option<u64>,
    /// What is wrong, without a full stop.
    pub reason: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "`{}`, line {line}: {}", self.file, self.reason),
            None => write!(f, "`{}`: {}", self.file, self.reason),
        }
    }
}

impl std::error::Error for ReadError {}

/// A raw file to be read.
#[derive(Debug, Clone)]
pub struct RawFile {
    /// Where it lies.
    pub path: std::path::PathBuf,
    /// How the project and the rejects name it.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
}

impl RawFile {
    pub(crate) fn error(&self, reason: impl Into<String>) -> ReadError {
        ReadError { file: self.name.clone(), line: None, reason: reason.into(), help: None }
    }

    pub(crate) fn open(&self) -> Result<File, ReadError> {
        File::open(&self.path).map_err(|error| self.error(format!("it cannot be opened: {error}")))
    }
}

/// A record that could not be taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRecord {
    /// Its first line.
    pub line: u64,
    /// Its text.
    pub record: String,
    /// One word for the kind of fault.
    pub reason: &'static str,
    /// What is wrong with it.
    pub message: String,
}

/// Some records of one file as columns.
#[derive(Debug, Clone)]
pub struct Cells {
    /// The wanted columns.
    pub batch: RecordBatch,
    /// For each row, the line on which its record starts.
    pub lines: Vec<i64>,
    /// Records that could not be taken apart.
    pub bad: Vec<BadRecord>,
}

/// A stretch of text that ends between two records.
#[derive(Debug, Clone)]
pub struct Block {
    /// The text.
    pub bytes: Bytes,
    /// The line on which it starts.
    pub first_line: u64,
}

/// A piece of a file: text yet to be parsed, or columns.
pub(crate) enum Piece {
    Text(Block),
    Cells(Cells),
}

/// Which columns a scan wants, and where they stand.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The wanted columns, in order.
    pub schema: SchemaRef,
    /// For each wanted column its position in the set of all columns of the files.
    pub positions: Vec<usize>,
}

/// Takes one raw file apart, piece by piece.
pub(crate) trait Reader: Send {
    fn next(&mut self) -> Result<Option<Piece>, ReadError>;

    /// Turns text into columns. May run on another thread than [`Reader::next`].
    fn parser(&self) -> Arc<dyn Parser>;
}

/// Turns a block of text into columns.
pub(crate) trait Parser: Send + Sync {
    fn parse(&self, block: &Block) -> Result<Cells, ReadError>;
}

/// For formats that come as columns.
pub(crate) struct NoParser;

impl Parser for NoParser {
    fn parse(&self, _: &Block) -> Result<Cells, ReadError> {
        Err(ReadError { file: String::new(), line: None, reason: "it holds no text".to_owned(), help: None })
    }
}

/// Opens a file for one scan. `zone` is that of the project; `progress` is raised by the bytes read.
pub(crate) fn open(
    file: &RawFile,
    declared: &RawFiles,
    wanted: &Wanted,
    all_columns: &SchemaRef,
    zone: &TimeZone,
    progress: &Arc<AtomicU64>,
) -> Result<Box<dyn Reader>, ReadError> {
    match &declared.format {
        RawFormat::Csv(format) => {
            let text = decode::open(file, declared.compression, &format.encoding, progress)?;
            Ok(Box::new(csv::CsvReader::open(file, format, declared, wanted, all_columns, text)?))
        }
        RawFormat::Ndjson { encoding } => {
            let text = decode::open(file, declared.compression, encoding, progress)?;
            Ok(Box::new(json::NdjsonReader::new(file, declared, wanted, text)))
        }
        RawFormat::Json { encoding } => {
            let text = decode::open(file, declared.compression, encoding, progress)?;
            Ok(Box::new(json::ArrayReader::new(file, declared, wanted, text)))
        }
        RawFormat::Parquet => Ok(Box::new(parquet::ParquetReader::open(file, wanted, zone, progress)?)),
        RawFormat::Xlsx { sheet, skip_rows } => {
            Ok(Box::new(xlsx::XlsxReader::open(file, sheet.as_deref(), *skip_rows, declared, wanted, progress)?))
        }
    }
}

/// The columns of one file, in order.
pub(crate) fn columns(file: &RawFile, declared: &RawFiles) -> Result<arrow::datatypes::Schema, ReadError> {
    let unseen = Arc::new(AtomicU64::new(0));
    match &declared.format {
        RawFormat::Csv(format) => {
            let text = decode::open(file, declared.compression, &format.encoding, &unseen)?;
            csv::columns(file, format, declared, text)
        }
        RawFormat::Ndjson { encoding } => {
            json::columns_of_lines(file, decode::open(file, declared.compression, encoding, &unseen)?)
        }
        RawFormat::Json { encoding } => {
            json::columns_of_array(file, decode::open(file, declared.compression, encoding, &unseen)?)
        }
        RawFormat::Parquet => parquet::columns(file),
        RawFormat::Xlsx { sheet, skip_rows } => xlsx::columns(file, sheet.as_deref(), *skip_rows),
    }
}

/// Whether a cell means “missing”: blank, or one of the declared texts.
pub(crate) fn is_missing(cell: &str, declared: &[String]) -> bool {
    let trimmed = cell.trim();
    trimmed.is_empty() || declared.iter().any(|missing| missing == trimmed)
}

/// Text columns of the given names.
pub(crate) fn text_schema(names: &[String]) -> arrow::datatypes::Schema {
    arrow::datatypes::Schema::new(
        names
            .iter()
            .map(|name| arrow::datatypes::Field::new(name, arrow::datatypes::DataType::Utf8, true))
            .collect::<Vec<_>>(),
    )
}

/// A file that counts the bytes that are read from it.
pub(crate) struct Counted<R> {
    inner: R,
    count: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    pub(crate) fn new(inner: R, count: &Arc<AtomicU64>) -> Self {
        Self { inner, count: Arc::clone(count) }
    }
}

impl<R: std::io::Read> std::io::Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// The path as the project names it: relative to its folder where possible, with forward slashes.
pub(crate) fn display_name(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
