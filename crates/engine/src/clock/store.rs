//! Where case facts are kept: a file beside the lake, named after everything that they follow from. It can be removed
//! at any time; it is worked out again.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use evenkeel_lake::scan::Piece;
use evenkeel_model::service_level::Policy;
use parquet::file::reader::{FileReader, SerializedFileReader};
use tempfile::TempPath;

use super::events::Words;
use super::gather::{Cases, Facts};
use super::hours::Hours;
use super::promises::Promises;
use super::table::Sources;
use crate::EngineError;
use crate::local_time::LocalTime;
use crate::organisation::Directory;
use crate::session::Session;

/// Raised with every change of what the clock says, so that facts of an older evenkeel are not taken for its own.
const VERSION: u32 = 2;
/// How many files are kept: commands with other evaluation instants find theirs again.
const KEPT: usize = 3;
/// The tables that case facts follow from.
const TABLES: [&str; 6] = ["cases", "case_events", "calendars", "holidays", "units", "aliases"];

/// A file with the facts of all cases as of one instant.
#[derive(Debug)]
pub struct FactsFile {
    path: PathBuf,
    /// Where the lake cannot be written to, the file lies elsewhere and goes with this.
    _elsewhere: Option<TempPath>,
}

impl FactsFile {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many cases it holds.
    pub fn rows(&self) -> Result<u64, EngineError> {
        let reader = SerializedFileReader::new(File::open(&self.path)?)?;
        Ok(reader.metadata().file_metadata().num_rows() as u64)
    }

    /// Finds the facts as of an instant, in microseconds since 1970, or works them out.
    pub(crate) async fn open(
        session: &Session,
        directory: &Arc<Directory>,
        local: &LocalTime,
        policies: &Arc<[Policy]>,
        as_of: i64,
        workers: usize,
    ) -> Result<Self, EngineError> {
        let snapshot = session.snapshot();
        let zone = local.zone().iana_name().unwrap_or("unknown").replace('/', "-");
        // Promises belong to what facts follow from.
        let asked = policies.iter().any(Policy::asks_for_segments).then_some("customers");
        let version = snapshot.data_version(TABLES.into_iter().chain(asked));
        let promises =
            if policies.is_empty() { 0 } else { xxhash_rust::xxh3::xxh3_64(format!("{policies:?}").as_bytes()) };
        let name = format!("case_facts-{version}-{promises:x}-{zone}-{as_of}-{VERSION}.parquet");
        let wanted = snapshot.derived(&name);
        if wanted.is_file() {
            return Ok(Self { path: wanted, _elsewhere: None });
        }
        let beside = wanted.parent().and_then(|folder| {
            std::fs::create_dir_all(folder).ok()?;
            tempfile::Builder::new().prefix("unfinished-").tempfile_in(folder).ok()
        });
        let elsewhere = beside.is_none();
        let file = match beside {
            Some(file) => file,
            None => tempfile::NamedTempFile::new()?,
        };
        let promises = Promises::load(session, directory, local, policies).await?;
        work_out(session, directory, local, promises, as_of, workers, file.reopen()?).await?;
        let temporary = file.into_temp_path();
        if elsewhere {
            return Ok(Self { path: temporary.to_path_buf(), _elsewhere: Some(temporary) });
        }
        temporary.persist(&wanted).map_err(|error| error.error)?;
        remove_older(&wanted);
        Ok(Self { path: wanted, _elsewhere: None })
    }
}

async fn work_out(
    session: &Session,
    directory: &Arc<Directory>,
    local: &LocalTime,
    promises: Option<Promises>,
    as_of: i64,
    workers: usize,
    file: File,
) -> Result<(), EngineError> {
    let snapshot = session.snapshot();
    let promises = promises.map(Arc::new);
    let case_pieces = snapshot.pieces("cases").await?;
    let event_pieces = snapshot.pieces("case_events").await?;
    for seed in 0.. {
        let words = Arc::new(Words::default());
        let (pieces, own, known) = (case_pieces.clone(), Arc::clone(directory), Arc::clone(&words));
        let asked = promises.clone();
        let read = move || Cases::read(pieces, as_of, seed, &own, asked.as_deref(), &known, workers);
        let cases = blocking(read).await?;
        let first = cases.first_opened().unwrap_or(as_of);
        let hours = Hours::load(session, directory, local, first..as_of.saturating_add(1)).await?;
        let events: Vec<Piece> = event_pieces.clone();
        let out = file.try_clone()?;
        let promises = promises.clone();
        let written = blocking(move || {
            let promises = promises.as_deref();
            let facts = Facts::work_out(&cases, &events, &hours, promises, &words, workers)?;
            let Some(facts) = facts else { return Ok(false) };
            let words = words.all();
            let sources = Sources { cases: &cases, facts: &facts, hours: &hours, promises, words: &words };
            sources.write(out, workers)?;
            Ok(true)
        })
        .await?;
        if written {
            break;
        }
    }
    Ok(())
}

async fn blocking<T: Send + 'static>(
    task: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    tokio::task::spawn_blocking(task).await?
}

/// Removes all but the newest files beside this one. That one cannot be removed harms nothing.
fn remove_older(path: &Path) {
    let Some(entries) = path.parent().and_then(|folder| std::fs::read_dir(folder).ok()) else { return };
    let mut files: Vec<_> = entries
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("case_facts-"))
        .filter_map(|entry| Some((entry.metadata().and_then(|about| about.modified()).ok()?, entry.path())))
        .collect();
    files.sort();
    let surplus = files.len().saturating_sub(KEPT);
    for (_, old) in files.into_iter().take(surplus).filter(|(_, old)| old != path) {
        let _ = std::fs::remove_file(old);
    }
}
