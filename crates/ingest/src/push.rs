//! Rows that a program sends, taken into the record as an import takes raw files: what was sent is the one file of a
//! source that is made for it, so that every value is read and checked by the same code.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use evenkeel_lake::rejects::{self, Reject};
use evenkeel_lake::{Lake, LakeError, TableChange};
use evenkeel_model::record::Table;
use evenkeel_model::source::{Compression, RawFiles, RawFormat, Source, TableMapping};
use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use thiserror::Error;

use crate::import::{Unwatched, take};
use crate::mapping::closest;
use crate::raw_table::RawTable;
use crate::read::{RawFile, ReadError, decode, json};
use crate::{IngestError, Request};

/// The most rows that are taken at once.
pub const MOST_ROWS: usize = 10_000;
/// For how long rejected rows are kept; nobody imports a push again, which would replace them.
pub const REJECTS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);
/// The most rejected rows of the pushes of one source that are kept; the oldest go first.
const MOST_REJECTS: u64 = 20_000;
/// What the names of pushes begin with among the files of rejects.
const PREFIX: &str = "push ";
/// Under which name SQL sees what was sent.
const PUSHED: &str = "pushed";
/// Columns that evenkeel fills itself.
pub const OURS: [&str; 2] = ["source", "batch_id"];

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// One JSON array of objects.
    Array,
    /// One JSON object per line.
    Lines,
}

/// Rows that a program sends.
#[derive(Debug, Clone)]
pub struct Pushed {
    /// The table of the service record.
    pub table: &'static Table,
    /// The source that the rows are of.
    pub source: String,
    /// The column that decides between rows with one key, where the source says so.
    pub version: Option<String>,
    /// What the program calls this push.
    pub name: String,
    /// The push whose rejects this one puts right.
    pub corrects: Option<String>,
    /// How the rows are written.
    pub form: Form,
    /// The rows.
    pub body: Vec<u8>,
}

/// What came of a push.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Rows inserted, updated, unchanged …
    pub change: TableChange,
    /// How many were put aside.
    pub rejected: u64,
    /// The first of those, by their place.
    pub rejects: Vec<Reject>,
}

/// Why nothing of a push was taken.
#[derive(Debug, Error)]
pub enum PushError {
    /// There are too many rows.
    #[error("there are {rows} rows; at most {MOST_ROWS} are taken at once")]
    TooMany {
        /// How many there are.
        rows: usize,
    },
    /// There are none.
    #[error("there are no rows")]
    NoRows,
    /// What was sent is not written as it should be.
    #[error("what was sent cannot be read: {0}")]
    Unreadable(ReadError),
    /// A column that the table does not have, or that is needed.
    #[error("{message}")]
    Column {
        /// What is wrong.
        message: String,
        /// What to do about it.
        help: String,
    },
    /// The import failed.
    #[error(transparent)]
    Failed(#[from] IngestError),
}

impl From<LakeError> for PushError {
    fn from(error: LakeError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<std::io::Error> for PushError {
    fn from(error: std::io::Error) -> Self {
        LakeError::from(error).into()
    }
}

impl PushError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            PushError::TooMany { .. } => Some("send them in several pushes, each with a key of its own".to_owned()),
            PushError::NoRows => Some("send a JSON array of objects, or one object per line".to_owned()),
            PushError::Unreadable(_) => Some(
                "as `application/json` send one array of objects: [ {…}, {…} ]; as `application/x-ndjson` one object per \
                 line"
                .to_owned(),
            ),
            PushError::Column { help, .. } => Some(help.clone()),
            PushError::Failed(_) => None,
        }
    }

    /// Whether somebody else is writing the record, so that the same push may be taken later.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, PushError::Failed(IngestError::Lake(error)) if error.is_busy())
    }
}

/// Takes rows into the record, all in one step, and puts those aside that do not fit. At most `told` rejects are told.
pub async fn push(lake: &Lake, pushed: &Pushed, request: &Request, told: usize) -> Result<Taken, PushError> {
    let folder = TempDir::new()?;
    let name = format!("{PREFIX}{}", pushed.name);
    let (table, names) = opened(&folder, &name, pushed, request)?;
    let version = pushed.version.as_deref();
    for column in &names {
        check_column(column, pushed.table, version)?;
    }
    if let Some(version) = version.filter(|version| !names.iter().any(|name| name == version)) {
        return Err(PushError::Column {
            message: format!("no row has `{version}`, which decides between rows of source `{}`", pushed.source),
            help: format!("send `{version}` with every row, as the mapping of the source does"),
        });
    }
    let required = pushed.table.columns.iter().filter(|column| column.required).map(|column| column.name);
    let mut columns: Vec<&str> = names.iter().map(String::as_str).collect();
    columns.extend(required.filter(|name| !names.iter().any(|known| known == name)));
    let columns: Vec<String> = columns.iter().map(|name| format!("\"{}\"", name.replace('"', "\"\""))).collect();
    let source = Source {
        name: pushed.source.clone(),
        steward: None,
        import: None,
        files: BTreeMap::new(),
        tables: vec![TableMapping {
            table: pushed.table.name.to_owned(),
            select: format!("select {} from {PUSHED}", columns.join(", ")),
            version: pushed.version.clone(),
        }],
    };
    let tables = BTreeMap::from([(PUSHED.to_owned(), table)]);
    let mut replaced = forgotten(lake, pushed, request.now).await?;
    replaced.push(name.clone());
    let read = Arc::new(AtomicU64::new(0));
    let outcome = take(lake, &source, tables, &replaced, request, &read, &Unwatched).await?;
    let rejected = outcome.rejected();
    let rejects = if rejected > 0 { found(lake, &pushed.source, &name, told).await? } else { Vec::new() };
    let change = outcome.tables.first().map(|table| table.change).unwrap_or_default();
    Ok(Taken { change, rejected, rejects })
}

/// What was sent as a table for SQL, which has all columns that rows must have, and the names of those that were sent.
fn opened(
    folder: &TempDir,
    name: &str,
    pushed: &Pushed,
    request: &Request,
) -> Result<(RawTable, Vec<String>), PushError> {
    let progress = Arc::new(AtomicU64::new(0));
    let file = |bytes: &[u8], called: &str| -> Result<RawFile, std::io::Error> {
        let path = folder.path().join(called);
        std::fs::write(&path, bytes)?;
        Ok(RawFile { path, name: name.to_owned(), bytes: bytes.len() as u64 })
    };
    let encoding = || "utf-8".to_owned();
    let mut declared = RawFiles {
        paths: Vec::new(),
        format: RawFormat::Ndjson { encoding: encoding() },
        compression: Some(Compression::None),
        missing: Vec::new(),
        columns: Vec::new(),
    };
    let file = match pushed.form {
        Form::Lines => file(&pushed.body, "rows.ndjson")?,
        Form::Array => {
            let sent = file(&pushed.body, "sent.json")?;
            let text = decode::open(&sent, declared.compression, &encoding(), &progress);
            let lines = text.and_then(|text| json::one_per_line(&sent, &declared, text));
            file(&lines.map_err(PushError::Unreadable)?, "rows.ndjson")?
        }
    };
    let lines = std::fs::read(&file.path)?;
    let rows = lines.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty()).count();
    match rows {
        0 => return Err(PushError::NoRows),
        1..=MOST_ROWS => {}
        rows => return Err(PushError::TooMany { rows }),
    }
    let seen = RawTable::open(vec![file.clone()], &declared, &request.zone, &progress);
    let names = seen.map_err(PushError::Unreadable)?.names();
    let required = pushed.table.columns.iter().filter(|column| column.required);
    declared.columns = required.map(|column| column.name.to_owned()).collect();
    let table = RawTable::open(vec![file], &declared, &request.zone, &progress).map_err(PushError::Unreadable)?;
    Ok((table, names))
}

/// Refuses what the table has no column for: passed over, a slip of the pen would be noticed late.
fn check_column(name: &str, table: &Table, version: Option<&str>) -> Result<(), PushError> {
    if OURS.contains(&name) {
        return Err(PushError::Column {
            message: format!("rows have `{name}`, which evenkeel fills itself"),
            help: "leave it out; `?source=` in the address says of which source rows are".to_owned(),
        });
    }
    if table.column(name).is_some() || version == Some(name) {
        return Ok(());
    }
    let known: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
    let help = match closest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if table.column("attributes").is_some() => {
            format!("its columns are {}; anything else goes into the object `attributes`", known.join(", "))
        }
        None => format!("its columns are {}", known.join(", ")),
    };
    let name: String = name.chars().take(100).collect();
    Err(PushError::Column { message: format!("rows have `{name}`, which `{}` does not have", table.name), help })
}

/// The pushes whose rejects go: the one that is put right, those that are old, and the oldest where there are too many.
async fn forgotten(lake: &Lake, pushed: &Pushed, now: Timestamp) -> Result<Vec<String>, LakeError> {
    let files = rejects::files(&lake.snapshot().await?, &pushed.source).await?;
    let mut pushes: Vec<_> = files.into_iter().filter(|file| file.name.starts_with(PREFIX)).collect();
    pushes.sort_unstable_by_key(|push| std::cmp::Reverse(push.latest));
    let corrected = pushed.corrects.as_ref().map(|name| format!("{PREFIX}{name}"));
    let mut kept = 0;
    let gone = pushes.into_iter().filter(|push| {
        kept += push.count;
        let old = now.duration_since(push.latest) > REJECTS_KEPT;
        old || kept > MOST_REJECTS || corrected.as_ref() == Some(&push.name)
    });
    Ok(gone.map(|push| push.name).collect())
}

/// The rejects of a push.
async fn found(lake: &Lake, source: &str, name: &str, most: usize) -> Result<Vec<Reject>, LakeError> {
    let all = rejects::list(&lake.snapshot().await?, Some(source), None).await?;
    Ok(all.into_iter().filter(|reject| reject.file.as_deref() == Some(name)).take(most).collect())
}
