//! What an import did, and what it could not read.

use serde::Serialize;

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ImportSummary {
    /// The source that was read.
    pub source: String,
    /// Table by table.
    pub tables: Vec<TableCounts>,
    /// What could not be read, file by file.
    pub rejects: Vec<FileRejects>,
    /// Which data the figures are now computed from; none when nothing changed.
    pub data_version: Option<String>,
    /// The command that lists what could not be read.
    pub list_rejects: String,
}

/// What an import did to one table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TableCounts {
    /// The table of the service record.
    pub table: String,
    /// Rows that were read.
    pub read: u64,
    /// Rows that were not there before.
    pub added: u64,
    /// Rows that replaced an earlier version.
    pub changed: u64,
    /// Rows that were there already.
    pub unchanged: u64,
    /// Rows that could not be read.
    pub rejected: u64,
}

/// What could not be read in one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FileRejects {
    /// The file.
    pub file: String,
    /// How many rows.
    pub rows: u64,
    /// The reason that most of them have: `column score: “five” is not a number`.
    pub example: String,
}

/// A row that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Reject {
    /// The file.
    pub file: String,
    /// The line in it; none for files without lines.
    pub line: Option<u64>,
    /// The column.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// Why that cannot be.
    pub reason: String,
}
