//! The few rows that are broken or repeated on purpose, and where they stand.

/// A row that the import has to turn down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpectedReject {
    /// The raw file.
    pub file: String,
    /// The line in it, headings and lines above them included; the first is 1.
    pub line: u64,
    /// The table of the service record that the row was meant for.
    pub table: &'static str,
    /// The column that cannot be filled.
    pub column: &'static str,
    /// What stands in the raw file; none where nothing stands there.
    pub value: Option<String>,
    /// Why the row cannot be taken, in the word that the import uses.
    pub reason: &'static str,
}

/// A row whose key another row has too. It is not turned down: one of the two holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatedKey {
    /// The raw file.
    pub file: String,
    /// The line of the row that adds nothing.
    pub line: u64,
    /// The table of the service record.
    pub table: &'static str,
}

/// What was broken so far.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    pub(crate) rejects: Vec<ExpectedReject>,
    pub(crate) repeated: Vec<RepeatedKey>,
}

impl Faults {
    pub(crate) fn reject(
        &mut self,
        (file, line): (String, u64),
        (table, column, value, reason): (&'static str, &'static str, &str, &'static str),
    ) {
        let value = (!value.is_empty()).then(|| value.to_owned());
        self.rejects.push(ExpectedReject { file, line, table, column, value, reason });
    }

    pub(crate) fn repeat(&mut self, (file, line): (String, u64), table: &'static str) {
        self.repeated.push(RepeatedKey { file, line, table });
    }
}
