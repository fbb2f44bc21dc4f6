//! Where case facts are kept: a file beside the lake, named after everything that they follow from. It can be removed
//! at any time; it is worked out again.
//!
//! Whoever uses a file, or is still writing it, holds a shared lock on it. Older files are removed only by whoever gets
//! the lock alone, so that none is taken away from another process, and what a killed process left is found.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use evenkeel_lake::scan::Piece;
use evenkeel_model::service_level::Policy;
use parquet::file::reader::{FileReader, SerializedFileReader};
use tempfile::TempPath;

use super::gather::{Cases, Facts};
use super::hours::Hours;
use super::promises::Promises;
use super::table::Sources;
use crate::EngineError;
use crate::columns::Words;
use crate::local_time::LocalTime;
use crate::organisation::Directory;
use crate::session::Session;

/// Raised with every change of what the clock says, so that facts of an older evenkeel are not taken for its own.
const VERSION: u32 = 2;
/// How the names of files begin that are still being written.
const UNFINISHED: &str = "unfinished-";
/// How many files are kept: commands with other evaluation instants find theirs again.
const KEPT: usize = 3;
/// The tables that case facts follow from.
const TABLES: [&str; 6] = ["cases", "case_events", "calendars", "holidays", "units", "aliases"];

/// A file with the facts of all cases as of one instant.
#[derive(Debug)]
pub struct FactsFile {
    path: PathBuf,
    /// Holds the lock.
    _in_use: File,
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
        if let Some(found) = Self::found(&wanted)? {
            return Ok(found);
        }
        let beside = wanted.parent().and_then(|folder| {
            std::fs::create_dir_all(folder).ok()?;
            tempfile::Builder::new().prefix(UNFINISHED).tempfile_in(folder).ok()
        });
        let elsewhere = beside.is_none();
        let file = match beside {
            Some(file) => file,
            None => tempfile::NamedTempFile::new()?,
        };
        hold(file.as_file());
        let promises = Promises::load(session, directory, local, policies).await?;
        work_out(session, directory, local, promises, as_of, workers, file.reopen()?).await?;
        let (in_use, temporary) = file.into_parts();
        if elsewhere {
            return Ok(Self { path: temporary.to_path_buf(), _in_use: in_use, _elsewhere: Some(temporary) });
        }
        temporary.persist(&wanted).map_err(|error| error.error)?;
        if let Some(folder) = wanted.parent() {
            remove_older(folder);
        }
        Ok(Self { path: wanted, _in_use: in_use, _elsewhere: None })
    }

    /// A file that is there and whole.
    fn found(path: &Path) -> Result<Option<Self>, EngineError> {
        // Whatever keeps it from being read, the facts can be worked out anew.
        let Ok(in_use) = File::open(path) else { return Ok(None) };
        hold(&in_use);
        // It may have been removed before it was held; and a machine that lost its power may have left half of it.
        let whole = SerializedFileReader::new(in_use.try_clone()?).is_ok() && path.is_file();
        Ok(whole.then(|| Self { path: path.to_path_buf(), _in_use: in_use, _elsewhere: None }))
    }
}

/// Holds a file in use. Where the system has no locks, files are removed as if nobody used them.
fn hold(file: &File) {
    let _ = file.lock_shared();
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

/// Removes what nobody uses: unfinished files, and all but the newest of the others. That one cannot be removed harms
/// nothing.
fn remove_older(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut files = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(UNFINISHED) {
            remove_unless_used(&entry.path());
        } else if name.starts_with("case_facts-")
            && let Ok(changed) = entry.metadata().and_then(|about| about.modified())
        {
            files.push((changed, entry.path()));
        }
    }
    files.sort();
    let surplus = files.len().saturating_sub(KEPT);
    for (_, old) in files.into_iter().take(surplus) {
        remove_unless_used(&old);
    }
}

fn remove_unless_used(path: &Path) {
    if let Ok(file) = File::open(path)
        && file.try_lock().is_ok()
    {
        let _ = std::fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_use_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let paths: Vec<PathBuf> = (0..6).map(|n| folder.path().join(format!("case_facts-{n}.parquet"))).collect();
        for (age, path) in paths.iter().enumerate() {
            let file = File::create(path).unwrap();
            let changed = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(age as u64);
            file.set_modified(changed).unwrap();
        }
        let unfinished = folder.path().join("unfinished-left");
        let running = folder.path().join("unfinished-running");
        File::create(&unfinished).unwrap();
        let (used, writing) = (File::open(&paths[0]).unwrap(), File::create(&running).unwrap());
        hold(&used);
        hold(&writing);
        remove_older(folder.path());
        let there: Vec<bool> = paths.iter().map(|path| path.exists()).collect();
        assert_eq!(there, [true, false, false, true, true, true], "the first is in use, the last three are the newest");
        assert_eq!((unfinished.exists(), running.exists()), (false, true));
        drop((used, writing));
        remove_older(folder.path());
        assert_eq!((paths[0].exists(), running.exists()), (false, false));
    }

    #[test]
    fn half_a_file_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("case_facts-0.parquet");
        assert!(FactsFile::found(&path).unwrap().is_none());
        std::fs::write(&path, b"PAR1 and then nothing").unwrap();
        assert!(FactsFile::found(&path).unwrap().is_none());
    }
}
