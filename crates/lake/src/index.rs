//! The key index: where the present row of each key lies.
//!
//! Each import that changes a table writes one *run*: its keys in order, with the hash of the content, the version
//! and the place of the row. A key stands in as many runs as imports changed it; the newest run holds. When there
//! are more than [`MERGE_AT`] runs they are merged into one.
//!
//! The index can be made again from the tables; it is kept because looking a key up in it costs far less than
//! reading the key columns of a long history.

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

/// Merges runs, oldest first, into one; of entries with one key the newest stays.
pub(crate) async fn merge(storage: &Storage, runs: &[Run], path: String) -> Result<Run, LakeError> {
    let mut writer = RunWriter::new(storage, path);
    let mut readers = Vec::new();
    let mut offsets = Vec::new();
    let mut files = Vec::new();
    let mut rows: u32 = 0;
    for run in runs {
        readers.push(RunReader::open(storage, run).await?);
        offsets.push(rows);
        for file in &run.files {
            rows = rows.checked_add(file.rows).ok_or_else(|| LakeError::Damaged {
                file: run.path.clone(),
                reason: "a table of more than four thousand million rows cannot be indexed".to_owned(),
            })?;
            files.push(file.clone());
        }
    }
    while let Some(key) = readers.iter().filter_map(RunReader::head).map(|entry| entry.key).min() {
        let mut newest = None;
        for (reader, &offset) in readers.iter_mut().zip(&offsets) {
            if let Some(entry) = reader.head()
                && entry.key == key
            {
                newest = Some(Entry { place: entry.place + offset, ..entry });
                reader.advance().await?;
            }
        }
        if let Some(entry) = newest {
            writer.push(entry).await?;
        }
    }
    writer.finish(files).await
}
