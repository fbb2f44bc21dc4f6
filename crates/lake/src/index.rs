//! The key index: where the present row of each key lies.
//!
//! Each import that changes a table writes one *run*: its keys in order, with the hash of the content, the version
//! and the place of the row. A key stands in as many runs as imports changed it; the newest run holds. When there
//! are more than [`MERGE_AT`] runs they are merged into one.
//!
//! The index can be made again from the tables; it is kept because looking a key up in it costs far less than
//! reading the key columns of a long history.

use std::collections::BTreeMap;

use bytes::{Buf, Bytes, BytesMut};
use object_store::ObjectStoreExt;
use object_store::buffered::BufWriter;
use object_store::path::Path;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt;

use crate::{LakeError, Storage};

/// With more runs than this, the next import merges them.
pub const MERGE_AT: usize = 8;

/// One file of the index.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// The file, relative to the lake.
    pub path: String,
    /// How many keys it holds.
    pub entries: u64,
    /// The data files that its places count through, in order.
    pub files: Vec<DataFile>,
}

/// A data file that a run points into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// The file, relative to its Delta table.
    pub path: String,
    /// How many rows it has, deleted ones included.
    pub rows: u32,
}

impl Run {
    /// The data file and the row in it that a place means.
    pub(crate) fn locate(&self, place: u32) -> Option<(&DataFile, u32)> {
        let mut first = 0;
        for file in &self.files {
            if place - first < file.rows {
                return Some((file, place - first));
            }
            first += file.rows;
        }
        None
    }
}

/// One key of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub key: u128,
    pub content: u64,
    pub version: i64,
    /// Counts through the rows of the run's data files.
    pub place: u32,
}

pub(crate) const ENTRY_BYTES: usize = 36;

impl Entry {
    fn put(self, bytes: &mut BytesMut) {
        bytes.extend_from_slice(&self.key.to_be_bytes());
        bytes.extend_from_slice(&self.content.to_le_bytes());
        bytes.extend_from_slice(&self.version.to_le_bytes());
        bytes.extend_from_slice(&self.place.to_le_bytes());
    }

    fn get(bytes: &mut Bytes) -> Option<Self> {
        (bytes.len() >= ENTRY_BYTES).then(|| Self {
            key: bytes.get_u128(),
            content: bytes.get_u64_le(),
            version: bytes.get_i64_le(),
            place: bytes.get_u32_le(),
        })
    }
}

/// Writes one run; keys must come in order.
pub(crate) struct RunWriter {
    writer: BufWriter,
    buffer: BytesMut,
    path: String,
    entries: u64,
}

impl RunWriter {
    pub(crate) fn new(storage: &Storage, path: String) -> Self {
        let writer = BufWriter::new(storage.store().clone(), Path::from(path.as_str()));
        Self { writer, buffer: BytesMut::with_capacity(1 << 20), path, entries: 0 }
    }

    pub(crate) async fn push(&mut self, entry: Entry) -> Result<(), LakeError> {
        entry.put(&mut self.buffer);
        self.entries += 1;
        if self.buffer.len() + ENTRY_BYTES > 1 << 20 {
            let full = self.buffer.split().freeze();
            self.writer.put(full).await?;
        }
        Ok(())
    }

    pub(crate) async fn finish(mut self, files: Vec<DataFile>) -> Result<Run, LakeError> {
        let rest = self.buffer.split().freeze();
        self.writer.put(rest).await?;
        self.writer.shutdown().await?;
        Ok(Run { path: self.path, entries: self.entries, files })
    }
}

/// Reads one run from its first key on.
pub(crate) struct RunReader {
    storage: Storage,
    run: Run,
    buffer: Bytes,
    next_byte: u64,
    head: Option<Entry>,
}

impl RunReader {
    pub(crate) async fn open(storage: &Storage, run: &Run) -> Result<Self, LakeError> {
        let mut reader =
            Self { storage: storage.clone(), run: run.clone(), buffer: Bytes::new(), next_byte: 0, head: None };
        reader.advance().await?;
        Ok(reader)
    }

    pub(crate) fn run(&self) -> &Run {
        &self.run
    }

    pub(crate) fn head(&self) -> Option<Entry> {
        self.head
    }

    pub(crate) async fn advance(&mut self) -> Result<(), LakeError> {
        if self.buffer.is_empty() {
            let end = self.run.entries * ENTRY_BYTES as u64;
            if self.next_byte < end {
                let to = end.min(self.next_byte + (ENTRY_BYTES as u64) * 32_768);
                let path = Path::from(self.run.path.as_str());
                self.buffer = self.storage.store().get_range(&path, self.next_byte..to).await?;
                self.next_byte = to;
            }
        }
        self.head = Entry::get(&mut self.buffer);
        Ok(())
    }

    /// Goes on to the first key that is not below the wanted one.
    pub(crate) async fn seek(&mut self, key: u128) -> Result<(), LakeError> {
        while self.head.is_some_and(|entry| entry.key < key) {
            self.advance().await?;
        }
        Ok(())
    }
}

/// Merges runs, oldest first, into one; of entries with one key the newest stays. Data files that no entry points into
/// any more are left out, and a file that several runs point into is counted once: otherwise places would grow with
/// every import until 32 bits are too few.
pub(crate) async fn merge(storage: &Storage, runs: &[Run], path: String) -> Result<Run, LakeError> {
    // The first place of each file, and whether it still waits for one.
    let mut files: BTreeMap<&str, (u32, bool)> = BTreeMap::new();
    let mut newest = Newest::open(storage, runs).await?;
    while let Some((run, entry)) = newest.next().await? {
        let (file, _) = runs[run].locate(entry.place).ok_or_else(|| points_behind(&runs[run]))?;
        files.insert(&file.path, (0, true));
    }
    let mut kept: Vec<DataFile> = Vec::new();
    let mut rows: u32 = 0;
    for file in runs.iter().flat_map(|run| &run.files) {
        let Some(place) = files.get_mut(file.path.as_str()).filter(|(_, waiting)| *waiting) else { continue };
        *place = (rows, false);
        rows = rows.checked_add(file.rows).ok_or_else(|| LakeError::Damaged {
            file: path.clone(),
            reason: "a table of more than four thousand million rows cannot be indexed".to_owned(),
        })?;
        kept.push(file.clone());
    }
    let mut writer = RunWriter::new(storage, path);
    let mut newest = Newest::open(storage, runs).await?;
    while let Some((run, entry)) = newest.next().await? {
        let (file, row) = runs[run].locate(entry.place).ok_or_else(|| points_behind(&runs[run]))?;
        let first = files.get(file.path.as_str()).map_or(0, |(first, _)| *first);
        writer.push(Entry { place: first + row, ..entry }).await?;
    }
    writer.finish(kept).await
}

pub(crate) fn points_behind(run: &Run) -> LakeError {
    LakeError::Damaged { file: run.path.clone(), reason: "it points behind its last data file".to_owned() }
}

/// Goes through several runs at once, oldest first: each key once, with the entry that holds and the run it stands in.
struct Newest {
    readers: Vec<RunReader>,
}

impl Newest {
    async fn open(storage: &Storage, runs: &[Run]) -> Result<Self, LakeError> {
        let mut readers = Vec::new();
        for run in runs {
            readers.push(RunReader::open(storage, run).await?);
        }
        Ok(Self { readers })
    }

    async fn next(&mut self) -> Result<Option<(usize, Entry)>, LakeError> {
        let Some(key) = self.readers.iter().filter_map(RunReader::head).map(|entry| entry.key).min() else {
            return Ok(None);
        };
        let mut newest = None;
        for (run, reader) in self.readers.iter_mut().enumerate() {
            if let Some(entry) = reader.head()
                && entry.key == key
            {
                newest = Some((run, entry));
                reader.advance().await?;
            }
        }
        Ok(newest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn run(storage: &Storage, name: &str, files: &[(&str, u32)], entries: &[(u128, u32)]) -> Run {
        let mut writer = RunWriter::new(storage, format!("index/{name}.keys"));
        for &(key, place) in entries {
            writer.push(Entry { key, content: 0, version: 0, place }).await.unwrap();
        }
        let file = |&(path, rows): &(&str, u32)| DataFile { path: path.to_owned(), rows };
        writer.finish(files.iter().map(file).collect()).await.unwrap()
    }

    #[tokio::test]
    async fn merging_keeps_each_file_once_and_none_that_nothing_points_into() {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open("data", folder.path()).unwrap();
        let runs = [
            run(&storage, "a", &[("one", 10), ("two", 10)], &[(1, 3), (2, 14), (3, 15)]).await,
            // Key 2 was replaced; key 1 was confirmed where it lies, so that file is listed again behind the own one.
            run(&storage, "b", &[("three", 5), ("one", 10)], &[(1, 8), (2, 4)]).await,
            // Key 3 was replaced; nothing points into file two any more.
            run(&storage, "c", &[("four", u32::MAX - 20)], &[(3, u32::MAX - 21)]).await,
        ];
        let merged = merge(&storage, &runs, "index/m.keys".to_owned()).await.unwrap();
        let files: Vec<&str> = merged.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(files, ["one", "three", "four"]);
        let mut reader = RunReader::open(&storage, &merged).await.unwrap();
        let mut found = Vec::new();
        while let Some(entry) = reader.head() {
            let (file, row) = merged.locate(entry.place).unwrap();
            found.push((entry.key, file.path.clone(), row));
            reader.advance().await.unwrap();
        }
        assert_eq!(
            found,
            [(1, "one".to_owned(), 3), (2, "three".to_owned(), 4), (3, "four".to_owned(), u32::MAX - 21)]
        );
    }
}
