//! What an import did, and what it could not read.

use serde::Serialize;

/// What the import of one source did.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct ImportSummary {
    /// The source that was read.
    pub source: String,
    /// Table by table.
    pub tables: Vec<TableCounts>,
    /// How long it took.
    pub seconds: f64,
}

/// What an import did to one table. Every row that was read is counted once more below.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct TableCounts {
    /// The table of the service record.
    pub table: String,
    /// Rows that were read, those that could not be used included.
    pub read: u64,
    /// Rows that were not there before.
    pub inserted: u64,
    /// Rows that replaced an earlier version.
    pub updated: u64,
    /// Rows that were there already.
    pub unchanged: u64,
    /// Rows that another row of this import with the same key replaced.
    pub repeated: u64,
    /// Rows that gave way to a newer version that was there already.
    pub outdated: u64,
    /// Rows that could not be used.
    pub rejected: u64,
}

impl TableCounts {
    /// Whether the table is as it was.
    #[must_use]
    pub fn nothing_changed(&self) -> bool {
        self.inserted == 0 && self.updated == 0
    }
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
