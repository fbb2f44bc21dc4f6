//! Where case facts are kept: files beside the lake, and a list that says which of them belong together and what they
//! follow from. They can be removed at any time; facts are worked out again.
//!
//! Facts of the same record and instant are found again. Facts of an earlier state are carried on: those that something
//! touches are worked out anew into a further file, and their old rows no longer count ([`super::carried`]).
//!
//! Whoever uses a file, or is still writing it, holds a shared lock on it. Older files are removed only by whoever gets
//! the lock alone, so that none is taken away from another process, and what a killed process left is found.

use std::collections::HashSet;
use std::fs::File;
use std::io::{Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use evenkeel_lake::exclusions;
use evenkeel_lake::scan::{self, FileRows, Piece};
use evenkeel_model::service_level::Policy;
use parquet::file::reader::SerializedFileReader;
use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};
use tempfile::{NamedTempFile, TempDir};

use super::carried::Touched;
use super::events::{Division, Events, Identifiers, Packed};
use super::gather::{Cases, Facts};
use super::history::{History, Writer};
use super::hours::Hours;
use super::promises::Promises;
use super::register::{self, Entry};
use super::table::Sources;
use crate::EngineError;
use crate::columns::Words;
use crate::in_use::{hold, new_file, remove_unless_used};
use crate::local_time::LocalTime;
use crate::organisation::Directory;
use crate::session::Session;

/// Raised with every change of what the clock says or of how it is kept, so that facts of an older evenkeel are not
/// taken for its own.
const VERSION: u32 = 3;
/// How the names of all files begin.
const PREFIX: &str = "case_facts-";
/// How the names of files begin that a list may name.
const PART: &str = "case_facts-part-";
/// How the names of lists end.
const LIST: &str = ".json";
/// How many lists are kept: commands with other evaluation instants find theirs again.
const KEPT: usize = 3;
/// The tables that facts follow from besides cases and their events. When they change, all facts may.
const AROUND: [&str; 4] = ["calendars", "holidays", "units", "aliases"];

/// The facts of all cases as of one instant.
#[derive(Debug)]
pub(crate) struct KeptFacts {
    folder: PathBuf,
    parts: Vec<Part>,
    /// Holds the locks.
    _in_use: Vec<File>,
    /// Where the lake cannot be written to, the files lie elsewhere and go with this.
    _elsewhere: Option<TempDir>,
}

/// What is kept: which files belong together, and what they follow from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    /// The evaluation instant, in microseconds.
    pub(super) as_of: i64,
    /// Whether nothing was left out because it happens later.
    pub(super) complete: bool,
    /// What the hashes of cases begin from.
    pub(super) seed: u64,
    /// The files of the tables.
    pub(super) cases: Vec<FileRows>,
    pub(super) events: Vec<FileRows>,
    /// What codes and numbers in kept events mean.
    pub(super) identifiers: Identifiers,
    pub(super) words: Vec<String>,
    /// The facts.
    pub(super) parts: Vec<Part>,
    /// The events of all cases; a later one tells all of a case that it tells anything of.
    pub(super) histories: Vec<History>,
}

/// A file of facts, with what is kept of its cases besides.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    pub(super) facts: FileRows,
    pub(super) register: String,
    rows: u32,
}

impl KeptFacts {
    /// How many cases there are.
    pub(crate) fn rows(&self) -> u64 {
        self.parts.iter().map(|part| u64::from(part.rows) - part.facts.deleted.len()).sum()
    }

    /// The files, each with the rows of it that do not count.
    pub(crate) fn files(&self) -> impl Iterator<Item = (PathBuf, &RoaringBitmap)> {
        self.parts.iter().map(|part| (self.folder.join(&part.facts.name), &part.facts.deleted))
    }

    /// The facts as row groups.
    pub(crate) fn pieces(&self) -> Result<Vec<Piece>, EngineError> {
        let mut pieces = Vec::new();
        for (path, deleted) in self.files() {
            pieces.extend(Piece::of_file(path, deleted.clone())?);
        }
        Ok(pieces)
    }

    /// Copies them, one file after the other; only facts that were worked out as a whole lie in one.
    pub(crate) fn copy_to(&self, mut out: File) -> Result<(), EngineError> {
        for (path, _) in self.files() {
            std::io::copy(&mut File::open(path)?, &mut out)?;
        }
        Ok(())
    }

    /// Finds the facts as of an instant, in microseconds since 1970, or works them out. `as_a_whole`: in one file, whose
    /// rows stand in the order of the record, whatever facts were there before.
    pub(crate) async fn open(
        session: &Session,
        directory: &Arc<Directory>,
        local: &LocalTime,
        policies: &Arc<[Policy]>,
        as_of: i64,
        workers: usize,
        as_a_whole: bool,
    ) -> Result<Self, EngineError> {
        let snapshot = session.snapshot();
        let zone = local.zone().iana_name().unwrap_or("unknown").replace('/', "-");
        // Promises belong to what facts follow from.
        let asked = policies.iter().any(Policy::asks_for_segments).then_some("customers");
        let around = snapshot.data_version(AROUND.into_iter().chain(asked));
        // Facts are not carried on from those of cases that count no longer.
        let decided = snapshot.excluded("cases") + snapshot.excluded("case_events") > 0;
        let excluded = if decided { snapshot.data_version([exclusions::TABLE]) } else { String::new() };
        let around = around + &excluded;
        let record = snapshot.data_version(["cases", "case_events"]);
        let promised =
            if policies.is_empty() { 0 } else { xxhash_rust::xxh3::xxh3_64(format!("{policies:?}").as_bytes()) };
        // Everything but the record and the instant, which may go on.
        let kind = format!("{PREFIX}{around}-{promised:x}-{zone}-{VERSION}-");
        let list = format!("{kind}{as_of}-{record}{LIST}");
        let derived = snapshot.derived("");
        if let Some((state, in_use)) = State::open(&derived, &derived.join(&list))
            && (state.is_whole() || !as_a_whole)
        {
            return Ok(Self { folder: derived, parts: state.parts, _in_use: in_use, _elsewhere: None });
        }
        let work = Work {
            promises: Promises::load(session, directory, local, policies).await?.map(Arc::new),
            cases: snapshot.pieces("cases").await?,
            events: snapshot.pieces("case_events").await?,
            session,
            directory,
            local,
            as_of,
            workers,
        };
        let writable = std::fs::create_dir_all(&derived).is_ok() && NamedTempFile::new_in(&derived).is_ok();
        let elsewhere = if writable { None } else { Some(TempDir::new()?) };
        let folder = elsewhere.as_ref().map_or(derived.clone(), |elsewhere| elsewhere.path().to_path_buf());
        let carried = match State::earlier(&derived, &kind, as_of) {
            Some((state, in_use)) if writable && !as_a_whole => {
                work.carry_on(state, &derived).await?.map(|next| (next, in_use))
            }
            _ => None,
        };
        let (made, mut in_use) = match carried {
            Some(carried) => carried,
            None => (work.work_out_all(&folder).await?, Vec::new()),
        };
        in_use.extend(made.files);
        if elsewhere.is_none() {
            let mut file = new_file(&folder, PART, LIST)?;
            file.write_all(&serde_json::to_vec(&made.state).map_err(std::io::Error::from)?)?;
            let kept = file.persist(folder.join(&list)).map_err(|error| error.error)?;
            in_use.push(kept);
            remove_older(&folder);
        }
        Ok(Self { folder, parts: made.state.parts, _in_use: in_use, _elsewhere: elsewhere })
    }
}

impl State {
    /// Whether all facts lie in one file, as they were worked out.
    fn is_whole(&self) -> bool {
        matches!(self.parts.as_slice(), [only] if only.facts.deleted.is_empty())
    }

    /// What a list names, if it is all there; with the files, which are held in use.
    fn open(folder: &Path, list: &Path) -> Option<(Self, Vec<File>)> {
        // Whatever keeps files from being read, the facts can be worked out anew.
        let file = File::open(list).ok()?;
        hold(&file);
        // It may have been removed before it was held.
        let state: Self = serde_json::from_slice(&std::fs::read(list).ok()?).ok()?;
        let mut in_use = vec![file];
        let mut open = |name: &str| -> Option<u64> {
            let file = File::open(folder.join(name)).ok()?;
            hold(&file);
            let bytes = file.metadata().ok()?.len();
            in_use.push(file);
            // Removed all the same, or of a machine that lost its power.
            folder.join(name).is_file().then_some(bytes)
        };
        for part in &state.parts {
            open(&part.facts.name)?;
            SerializedFileReader::new(File::open(folder.join(&part.facts.name)).ok()?).ok()?;
            (open(&part.register)? == u64::from(part.rows) * Entry::BYTES as u64).then_some(())?;
        }
        for history in &state.histories {
            (open(&history.file)? == history.bytes).then_some(())?;
        }
        Some((state, in_use))
    }

    /// The latest state of a kind that is not later than an instant.
    fn earlier(folder: &Path, kind: &str, as_of: i64) -> Option<(Self, Vec<File>)> {
        let mut lists: Vec<(i64, PathBuf)> = Vec::new();
        for entry in std::fs::read_dir(folder).ok()?.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let instant =
                name.strip_prefix(kind).and_then(|rest| rest.strip_suffix(LIST)?.rsplit_once('-')?.0.parse().ok());
            lists.extend(instant.filter(|instant| *instant <= as_of).map(|instant| (instant, entry.path())));
        }
        lists.sort_unstable();
        lists.iter().rev().find_map(|(_, list)| Self::open(folder, list))
    }
}

/// A state, and its new files, which are held in use.
struct Made {
    state: State,
    files: Vec<File>,
}

/// What facts are worked out from.
struct Work<'a> {
    session: &'a Session,
    directory: &'a Arc<Directory>,
    local: &'a LocalTime,
    promises: Option<Arc<Promises>>,
    cases: Vec<Piece>,
    events: Vec<Piece>,
    as_of: i64,
    workers: usize,
}

impl Work<'_> {
    async fn hours(&self, cases: &Cases) -> Result<Hours, EngineError> {
        let first = cases.first_opened().unwrap_or(self.as_of);
        Hours::load(self.session, self.directory, self.local, first..self.as_of.saturating_add(1)).await
    }

    /// Works out all facts.
    async fn work_out_all(&self, folder: &Path) -> Result<Made, EngineError> {
        let (as_of, workers) = (self.as_of, self.workers);
        let [facts_file, register_file, history_file] = new_files(folder)?;
        let mut made = None;
        for seed in 0.. {
            let words = Arc::new(Words::default());
            let (pieces, directory, known) = (self.cases.clone(), Arc::clone(self.directory), Arc::clone(&words));
            let promises = self.promises.clone();
            let read = move || Cases::read(pieces, as_of, seed, &directory, promises.as_deref(), &known, workers);
            let cases = blocking(read).await?;
            let hours = self.hours(&cases).await?;
            let events = self.events.clone();
            let promises = self.promises.clone();
            let (facts_out, register_out, mut history_out) =
                (facts_file.file.try_clone()?, register_file.file.try_clone()?, history_file.file.try_clone()?);
            let name = history_file.name.clone();
            made = blocking(move || {
                let promises = promises.as_deref();
                let events = Events::read(&events, seed, cases.division(), &words, promises.is_some(), workers)?;
                history_out.set_len(0)?;
                history_out.rewind()?;
                let keep = Writer::new(history_out, cases.count());
                let facts = Facts::work_out(&cases, &events, &hours, promises, &words, workers, Some(&keep))?;
                let Some(mut facts) = facts else { return Ok(None) };
                facts.find_repeats(&cases, &[], workers)?;
                let words = words.all();
                let sources = Sources { cases: &cases, facts: &facts, hours: &hours, promises, words: &words };
                sources.write(facts_out, workers)?;
                let rows = register::write(register_out, &cases, &facts)?;
                let history = keep.finish(name, events.texts())?;
                let complete = !cases.left_out() && events.last().is_none_or(|last| last <= as_of);
                Ok(Some((rows, history, events.identifiers().clone(), words, complete, seed)))
            })
            .await?;
            if made.is_some() {
                break;
            }
        }
        let Some((rows, history, identifiers, words, complete, seed)) = made else {
            return Err(std::io::Error::other("two cases of the record cannot be told apart").into());
        };
        let part = part(&facts_file, &register_file, rows);
        let state = State {
            as_of,
            complete,
            seed,
            cases: scan::files(&self.cases),
            events: scan::files(&self.events),
            identifiers,
            words,
            parts: vec![part],
            histories: vec![history],
        };
        Ok(Made { state, files: vec![facts_file.keep()?, register_file.keep()?, history_file.keep()?] })
    }

    /// Works out the facts of those cases that something touches. None when all have to be worked out.
    async fn carry_on(&self, state: State, folder: &Path) -> Result<Option<Made>, EngineError> {
        let (as_of, workers) = (self.as_of, self.workers);
        let (cases_now, events_now) = (self.cases.clone(), self.events.clone());
        let (directory, promises, place) = (Arc::clone(self.directory), self.promises.clone(), folder.to_path_buf());
        let found = blocking(move || {
            let promises = promises.as_deref();
            let touched =
                Touched::since(&state, &place, &cases_now, &events_now, as_of, &directory, promises, workers)?;
            Ok(touched.map(|touched| (touched, state)))
        })
        .await?;
        let Some((touched, mut state)) = found else { return Ok(None) };
        let hours = self.hours(&touched.cases).await?;
        let [facts_file, register_file, history_file] = new_files(folder)?;
        let (facts_out, register_out, history_out) =
            (facts_file.file.try_clone()?, register_file.file.try_clone()?, history_file.file.try_clone()?);
        let (promises, name) = (self.promises.clone(), history_file.name.clone());
        let worked = blocking(move || {
            let promises = promises.as_deref();
            let Touched { gone, cases, events, others, retold, words, complete } = touched;
            let facts = Facts::work_out(&cases, &events, &hours, promises, &words, workers, None)?;
            let Some(mut facts) = facts else { return Ok(None) };
            facts.find_repeats(&cases, &others, workers)?;
            let words = words.all();
            let sources = Sources { cases: &cases, facts: &facts, hours: &hours, promises, words: &words };
            sources.write(facts_out, workers)?;
            let rows = register::write(register_out, &cases, &facts)?;
            let history = keep(history_out, name, &retold, events.texts())?;
            Ok(Some((gone, rows, history, words, complete)))
        })
        .await?;
        let Some((gone, rows, history, words, complete)) = worked else { return Ok(None) };
        for (part, gone) in state.parts.iter_mut().zip(gone) {
            part.facts.deleted |= gone;
        }
        state.parts.push(part(&facts_file, &register_file, rows));
        state.histories.push(history);
        state.as_of = as_of;
        state.complete = complete;
        state.words = words;
        state.cases = scan::files(&self.cases);
        state.events = scan::files(&self.events);
        Ok(Some(Made { state, files: vec![facts_file.keep()?, register_file.keep()?, history_file.keep()?] }))
    }
}

/// Keeps events that stand case by case.
fn keep(file: File, name: String, events: &[Packed], texts: &[Vec<u8>]) -> Result<History, EngineError> {
    let cases: Vec<&[Packed]> = events.chunk_by(|a, b| a.case() == b.case()).collect();
    let division = Division::for_cases(cases.len());
    let writer = Writer::new(file, cases.len());
    let bucket = |events: &[Packed]| events.first().map_or(0, |event| division.bucket(event.case()));
    for own in cases.chunk_by(|a, b| bucket(a) == bucket(b)) {
        writer.put(own.first().map_or(0, |first| bucket(first)), own.iter().copied())?;
    }
    writer.finish(name, texts)
}

fn part(facts: &NewFile, register: &NewFile, rows: u32) -> Part {
    Part {
        facts: FileRows { name: facts.name.clone(), deleted: RoaringBitmap::new() },
        register: register.name.clone(),
        rows,
    }
}

/// A file that goes unless it is kept. It has a name of its own, so that processes do not write into each other's.
struct NewFile {
    name: String,
    file: File,
    temporary: NamedTempFile,
}

fn new_files(folder: &Path) -> Result<[NewFile; 3], EngineError> {
    let new = |ending: &str| -> Result<NewFile, EngineError> {
        let temporary = new_file(folder, PART, ending)?;
        let name = temporary.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(NewFile { name, file: temporary.reopen()?, temporary })
    };
    Ok([new(".parquet")?, new(".register")?, new(".events")?])
}

impl NewFile {
    /// Lets it stay; gives what holds it.
    fn keep(self) -> Result<File, EngineError> {
        let (held, _) = self.temporary.keep().map_err(|error| error.error)?;
        Ok(held)
    }
}

async fn blocking<T: Send + 'static>(
    task: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    tokio::task::spawn_blocking(task).await?
}

/// Removes what nobody uses: all but the newest lists, and the files that no list names. That one cannot be removed
/// harms nothing.
fn remove_older(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut lists = Vec::new();
    let mut parts = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(PART) {
            parts.push((name, entry.path()));
        } else if name.starts_with(PREFIX)
            && let Ok(changed) = entry.metadata().and_then(|about| about.modified())
        {
            lists.push((changed, entry.path()));
        }
    }
    lists.sort();
    let surplus = lists.len().saturating_sub(KEPT);
    let mut named: HashSet<String> = HashSet::new();
    for (place, (_, list)) in lists.iter().enumerate() {
        if place < surplus {
            remove_unless_used(list);
        }
        if let Some(state) = std::fs::read(list).ok().and_then(|text| serde_json::from_slice::<State>(&text).ok()) {
            named.extend(state.parts.into_iter().flat_map(|part| [part.facts.name, part.register]));
            named.extend(state.histories.into_iter().map(|history| history.file));
        }
    }
    for (name, path) in parts {
        if !named.contains(&name) {
            remove_unless_used(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(parts: &[&str]) -> String {
        let part = |name: &&str| Part {
            facts: FileRows { name: (*name).to_owned(), deleted: RoaringBitmap::from([1, 5]) },
            register: format!("{name}-register"),
            rows: 7,
        };
        let state = State {
            as_of: 0,
            complete: true,
            seed: 0,
            cases: Vec::new(),
            events: Vec::new(),
            identifiers: Identifiers::default(),
            words: Vec::new(),
            parts: parts.iter().map(part).collect(),
            histories: Vec::new(),
        };
        let text = serde_json::to_string(&state).unwrap();
        assert_eq!(serde_json::from_str::<State>(&text).unwrap(), state);
        text
    }

    #[test]
    fn files_in_use_and_files_that_a_list_names_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let parts: Vec<String> = (0..6).map(|n| format!("{PART}{n}.parquet")).collect();
        let lists: Vec<PathBuf> = (0..6).map(|n| at(&format!("{PREFIX}{n}{LIST}"))).collect();
        for (age, path) in lists.iter().enumerate() {
            std::fs::write(at(&parts[age]), "").unwrap();
            // The newest list still needs a file of the second one.
            let own = if age == 5 { vec![parts[5].as_str(), parts[1].as_str()] } else { vec![parts[age].as_str()] };
            std::fs::write(path, list(&own)).unwrap();
            let changed = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(age as u64);
            File::options().write(true).open(path).unwrap().set_modified(changed).unwrap();
        }
        let (left, running) = (at(&format!("{PART}left")), at(&format!("{PART}running")));
        File::create(&left).unwrap();
        let (used, writing) = (File::open(&lists[0]).unwrap(), File::create(&running).unwrap());
        hold(&used);
        hold(&writing);
        remove_older(folder.path());
        let there = |paths: &[PathBuf]| paths.iter().map(|path| path.exists()).collect::<Vec<bool>>();
        let parts: Vec<PathBuf> = parts.iter().map(|name| at(name)).collect();
        assert_eq!(there(&lists), [true, false, false, true, true, true], "one is in use, three are the newest");
        assert_eq!(there(&parts), [true, true, false, true, true, true], "a list names all but one");
        assert_eq!((left.exists(), running.exists()), (false, true));
        drop((used, writing));
        remove_older(folder.path());
        assert_eq!((lists[0].exists(), parts[0].exists(), running.exists()), (false, false, false));
    }

    #[test]
    fn half_a_list_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("case_facts-0.json");
        assert!(State::open(folder.path(), &path).is_none());
        std::fs::write(&path, &list(&[])[..40]).unwrap();
        assert!(State::open(folder.path(), &path).is_none());
        std::fs::write(&path, list(&[])).unwrap();
        assert!(State::open(folder.path(), &path).is_some());
        std::fs::write(&path, list(&["case_facts-part-gone.parquet"])).unwrap();
        assert!(State::open(folder.path(), &path).is_none());
    }
}
