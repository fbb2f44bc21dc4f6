//! Sources: where raw files lie, how they are to be read, and the SQL that maps them onto the service record.

use std::collections::BTreeMap;

use crate::schedule::Schedule;

/// One source: raw files and one SELECT per table that they fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The name, which every row that comes from it carries.
    pub name: String,
    /// Who looks after it.
    pub steward: Option<String>,
    /// When a server imports it by itself; none while people do so by hand.
    pub import: Option<Schedule>,
    /// The raw files, by the name under which SQL sees them.
    pub files: BTreeMap<String, RawFiles>,
    /// The tables it fills, in the order of the file.
    pub tables: Vec<TableMapping>,
}

/// A set of raw files that are read alike and appear as one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawFiles {
    /// Paths, relative to the project; `*`, `?` and `**` match many.
    pub paths: Vec<String>,
    /// How to read them.
    pub format: RawFormat,
    /// How they are compressed; told from the first bytes where not given.
    pub compression: Option<Compression>,
    /// Cells with one of these texts are missing; empty cells always are.
    pub missing: Vec<String>,
    /// Column names: all of them for files without a header, else further ones that may be absent from the files.
    pub columns: Vec<String>,
}

/// The form of a raw file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RawFormat {
    /// Rows of text between delimiters.
    Csv(CsvFormat),
    /// One JSON object per line.
    Ndjson {
        /// Character encoding, by its label.
        encoding: String,
    },
    /// One JSON array of objects.
    Json {
        /// Character encoding, by its label.
        encoding: String,
    },
    /// Apache Parquet.
    Parquet,
    /// A sheet of an Excel workbook.
    Xlsx {
        /// The sheet; the first where not given.
        sheet: Option<String>,
        /// Rows above the header that are passed over.
        skip_rows: usize,
    },
}

/// How a CSV file is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvFormat {
    /// Between cells.
    pub delimiter: u8,
    /// Around cells; none when nothing is quoted.
    pub quote: Option<u8>,
    /// Whether the first row names the columns.
    pub header: bool,
    /// Lines above the header that are passed over.
    pub skip_rows: usize,
    /// Character encoding, by its label.
    pub encoding: String,
}

impl Default for CsvFormat {
    fn default() -> Self {
        Self { delimiter: b',', quote: Some(b'"'), header: true, skip_rows: 0, encoding: "utf-8".to_owned() }
    }
}

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// The SELECT that fills one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableMapping {
    /// The table of the service record.
    pub table: String,
    /// One SELECT over the source's files.
    pub select: String,
    /// The column of the SELECT that decides between rows with one key: the highest holds. The time of import
    /// decides where it is not given.
    pub version: Option<String>,
}
