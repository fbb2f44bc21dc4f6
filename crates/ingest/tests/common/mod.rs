//! A project in a temporary folder: raw files, one source, a lake.

#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::allow_attributes, reason = "an expectation would fail in the test file that uses everything")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use evenkeel_ingest::{IngestError, Outcome, Progress, Request, import};
use evenkeel_lake::rejects::{self, Reject};
use evenkeel_lake::{Lake, Storage};
use evenkeel_model::source::{CsvFormat, RawFiles, RawFormat, Source, TableMapping};
use jiff::Timestamp;
use jiff::tz::TimeZone;

pub struct Silent;

impl Progress for Silent {
    fn table(&self, _: &str, _: u64) {}
    fn read(&self, _: u64, _: u64) {}
    fn merging(&self) {}
}

pub struct Project {
    pub folder: tempfile::TempDir,
    pub source: Source,
    batch: u32,
}

pub fn csv() -> RawFormat {
    RawFormat::Csv(CsvFormat::default())
}

pub fn ndjson() -> RawFormat {
    RawFormat::Ndjson { encoding: "utf-8".to_owned() }
}

pub fn json() -> RawFormat {
    RawFormat::Json { encoding: "utf-8".to_owned() }
}

pub fn xlsx() -> RawFormat {
    RawFormat::Xlsx { sheet: None, skip_rows: 0 }
}

impl Project {
    pub fn new() -> Self {
        let source =
            Source { name: "crm".to_owned(), steward: None, import: None, files: BTreeMap::new(), tables: Vec::new() };
        Self { folder: tempfile::tempdir().unwrap(), source, batch: 0 }
    }

    /// Cases from one file of the form, by the plainest of mappings.
    pub fn of_cases(format: RawFormat, name: &str, bytes: &[u8]) -> Self {
        Self::new()
            .file(name, bytes)
            .declare("tickets", &[name], format)
            .map("cases", "select id as case_id, opened as opened_at, topic from tickets")
    }

    pub fn file(self, name: &str, bytes: &[u8]) -> Self {
        let path = self.folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    pub fn declare(mut self, name: &str, paths: &[&str], format: RawFormat) -> Self {
        let paths = paths.iter().map(ToString::to_string).collect();
        let files = RawFiles { paths, format, compression: None, missing: Vec::new(), columns: Vec::new() };
        self.source.files.insert(name.to_owned(), files);
        self
    }

    pub fn declared(&mut self, name: &str) -> &mut RawFiles {
        self.source.files.get_mut(name).unwrap()
    }

    pub fn map(mut self, table: &str, select: &str) -> Self {
        self.source.tables.push(TableMapping { table: table.to_owned(), select: select.to_owned(), version: None });
        self
    }

    pub fn lake(&self) -> Lake {
        Lake::new(Storage::open("data", self.folder.path()).unwrap())
    }

    pub async fn import(&mut self) -> Result<Outcome, IngestError> {
        let root = self.folder.path().to_path_buf();
        self.import_from(&root).await
    }

    /// Imports with another folder as that of the project.
    pub async fn import_from(&mut self, root: &Path) -> Result<Outcome, IngestError> {
        self.batch += 1;
        let request = Request {
            root: root.to_path_buf(),
            data_root: None,
            zone: TimeZone::get("Europe/Lisbon").unwrap(),
            now: Timestamp::from_second(1_800_000_000 + i64::from(self.batch)).unwrap(),
            batch_id: format!("b{}", self.batch),
        };
        import(&self.lake(), &self.source, &request, &Silent).await
    }

    pub async fn rejects(&self) -> Vec<Reject> {
        rejects::list(&self.lake().snapshot().await.unwrap(), None, None).await.unwrap()
    }

    /// What a query over the lake gives, as lines of text.
    pub async fn query(&self, table: &str, sql: &str) -> String {
        use datafusion::arrow::util::pretty::pretty_format_batches;
        let snapshot = self.lake().snapshot().await.unwrap();
        let context = datafusion::prelude::SessionContext::new();
        context.register_table(table, snapshot.provider(table).await.unwrap()).unwrap();
        let batches = context.sql(sql).await.unwrap().collect().await.unwrap();
        pretty_format_batches(&batches).unwrap().to_string()
    }

    /// Imports and tells in words what came of it.
    pub async fn story(&mut self) -> String {
        let mut story = String::new();
        match self.import().await {
            Ok(outcome) => {
                for table in outcome.tables {
                    let change = table.change;
                    writeln!(
                        story,
                        "{}: {} read, {} inserted, {} updated, {} unchanged, {} repeated, {} rejected",
                        table.table,
                        change.read,
                        change.inserted,
                        change.updated,
                        change.unchanged,
                        change.repeated,
                        table.rejected
                    )
                    .unwrap();
                }
                for reject in self.rejects().await {
                    let value = reject.value.map_or_else(String::new, |value| {
                        let short: String = value.chars().take(40).collect();
                        format!(" [{}]", short.escape_debug())
                    });
                    let place = format!("{}:{}", reject.file.unwrap_or_default(), reject.line.unwrap_or_default());
                    let message: String = reject.message.chars().take(60).collect();
                    writeln!(
                        story,
                        "  {place} {}{value} {}: {message}",
                        reject.column.unwrap_or_default(),
                        reject.reason
                    )
                    .unwrap();
                }
            }
            Err(error) => {
                writeln!(story, "error: {error}").unwrap();
                if let IngestError::Sql { position: Some(position), .. } = &error {
                    writeln!(story, "  at {}:{}", position.line, position.column).unwrap();
                }
                if let Some(help) = error.help() {
                    writeln!(story, "  help: {help}").unwrap();
                }
                assert_eq!(self.lake().snapshot().await.unwrap().manifest().version, 0, "the lake stays as it was");
                assert!(!any_data_file(self.folder.path()), "what was written is removed");
            }
        }
        story
    }
}

fn any_data_file(folder: &Path) -> bool {
    let tables = folder.join("data/tables");
    let Ok(tables) = std::fs::read_dir(tables) else { return false };
    tables.flatten().any(|table| {
        std::fs::read_dir(table.path())
            .into_iter()
            .flatten()
            .flatten()
            .any(|file| file.path().extension().is_some_and(|extension| extension == "parquet"))
    })
}
