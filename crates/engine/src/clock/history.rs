//! The events of all cases, kept by case: a file from which those of some cases are read without the others.
//!
//! It is divided into buckets as the events in memory are. A bucket begins with its cases in order of their hashes,
//! each with the number of its first event in the bucket; then come the events, each case's in order.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::events::{Division, Packed, put_text};
use crate::EngineError;
use crate::side_by_side::{self, Queue};

/// Bytes of a case at the beginning of its bucket: its hash, and the number of its first event.
const CASE: usize = 12;

/// Where the events of cases are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct History {
    /// The name of the file.
    pub(super) file: String,
    /// Its size in bytes.
    pub(super) bytes: u64,
    cases: usize,
    buckets: Vec<Bucket>,
    /// Where the texts of identifiers of each reader begin.
    texts: Vec<u64>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Bucket {
    at: u64,
    cases: u32,
    events: u32,
}

/// Writes a history; threads may put buckets side by side.
pub(crate) struct Writer {
    out: Mutex<Out>,
    cases: usize,
}

struct Out {
    file: BufWriter<File>,
    at: u64,
    buckets: Vec<Bucket>,
}

impl Writer {
    /// Starts a file for the events of so many cases.
    pub(super) fn new(file: File, cases: usize) -> Self {
        let buckets = vec![Bucket::default(); Division::for_cases(cases).buckets()];
        Self { out: Mutex::new(Out { file: BufWriter::new(file), at: 0, buckets }), cases }
    }

    /// Keeps the events of a bucket, case by case; each case comes once.
    pub(super) fn put<'a>(&self, bucket: usize, cases: impl Iterator<Item = &'a [Packed]>) -> Result<(), EngineError> {
        let mut cases: Vec<&[Packed]> = cases.collect();
        cases.sort_unstable_by_key(|events| events.first().map(Packed::case));
        let events: usize = cases.iter().map(|events| events.len()).sum();
        let mut bytes = Vec::with_capacity(cases.len() * CASE + events * Packed::BYTES);
        let mut first = 0;
        for own in &cases {
            let hash = own.first().map_or(0, Packed::case);
            bytes.extend_from_slice(&hash.to_le_bytes());
            bytes.extend_from_slice(&(first as u32).to_le_bytes());
            first += own.len();
        }
        for event in cases.iter().copied().flatten() {
            bytes.extend_from_slice(&event.to_bytes());
        }
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        out.buckets[bucket] = Bucket { at: out.at, cases: cases.len() as u32, events: events as u32 };
        out.file.write_all(&bytes)?;
        out.at += bytes.len() as u64;
        Ok(())
    }

    /// Ends the file, which has this name, with the texts of identifiers by reader.
    pub(super) fn finish(self, file: String, texts: &[Vec<u8>]) -> Result<History, EngineError> {
        let mut out = self.out.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut starts = Vec::with_capacity(texts.len());
        for texts in texts {
            starts.push(out.at);
            out.file.write_all(texts)?;
            out.at += texts.len() as u64;
        }
        out.file.flush()?;
        Ok(History { file, bytes: out.at, cases: self.cases, buckets: out.buckets, texts: starts })
    }
}

/// Events that were read, with the texts of those identifiers that are none of the usual form.
#[derive(Debug, Default)]
pub(super) struct Recalled {
    /// The events of each case side by side, in order.
    pub(super) events: Vec<Packed>,
    pub(super) texts: Vec<u8>,
}

impl Recalled {
    /// Adds what another thread read.
    pub(super) fn append(&mut self, other: Recalled) {
        let shift = self.texts.len() as u64;
        let shifted = other.events.into_iter().map(|event| match event.text() {
            Some((reader, place)) => event.with_text(reader, place + shift),
            None => event,
        });
        self.events.extend(shifted);
        self.texts.extend(other.texts);
    }
}

impl History {
    /// Reads the events of some cases, whose hashes are in order, as if the reader of this number had read them. Cases
    /// of which it knows none are passed over. None when the file is not what it should be.
    pub(super) fn recall(
        &self,
        folder: &Path,
        wanted: &[u64],
        reader: u8,
        workers: usize,
    ) -> Result<Option<Recalled>, EngineError> {
        let division = Division::for_cases(self.cases);
        let by_bucket: Vec<&[u64]> = wanted.chunk_by(|a, b| division.bucket(*a) == division.bucket(*b)).collect();
        let queue = Queue::new(by_bucket.len());
        let path = folder.join(&self.file);
        let parts = side_by_side::run(workers.min(by_bucket.len()), || {
            let mut file = File::open(&path)?;
            let mut own = Recalled::default();
            while let Some(next) = queue.take() {
                let wanted = by_bucket[next];
                let Some(bucket) = wanted.first().and_then(|hash| self.buckets.get(division.bucket(*hash))) else {
                    return Ok(None);
                };
                if self.recall_bucket(&mut file, *bucket, wanted, reader, &mut own)?.is_none() {
                    return Ok(None);
                }
            }
            Ok(Some(own))
        })?;
        let mut all = Recalled::default();
        for part in parts {
            let Some(part) = part else { return Ok(None) };
            all.append(part);
        }
        Ok(Some(all))
    }

    fn recall_bucket(
        &self,
        file: &mut File,
        bucket: Bucket,
        wanted: &[u64],
        reader: u8,
        into: &mut Recalled,
    ) -> Result<Option<()>, EngineError> {
        let cases = bucket.cases as usize;
        let mut directory = vec![0; cases * CASE];
        file.seek(SeekFrom::Start(bucket.at))?;
        file.read_exact(&mut directory)?;
        let hash = |case: usize| number(&directory[case * CASE..]);
        let first = |case: usize| match directory.get(case * CASE + 8..).and_then(|bytes| bytes.first_chunk()) {
            Some(bytes) => u32::from_le_bytes(*bytes),
            None => bucket.events,
        };
        let mut next = 0;
        let mut bytes = Vec::new();
        for &case in wanted {
            while next < cases && hash(next) < case {
                next += 1;
            }
            if next == cases || hash(next) != case {
                continue;
            }
            let (from, to) = (first(next), first(next + 1));
            if from > to || to > bucket.events {
                return Ok(None);
            }
            bytes.resize((to - from) as usize * Packed::BYTES, 0);
            let at = bucket.at + directory.len() as u64 + u64::from(from) * Packed::BYTES as u64;
            file.seek(SeekFrom::Start(at))?;
            file.read_exact(&mut bytes)?;
            for event in bytes.chunks_exact(Packed::BYTES) {
                let Some(event) = Packed::of_bytes(case, event) else { return Ok(None) };
                let event = match event.text() {
                    Some((of, place)) => {
                        let Some(start) = self.texts.get(usize::from(of)) else { return Ok(None) };
                        let place = self.text(file, start + place, &mut into.texts)?;
                        event.with_text(reader, place)
                    }
                    None => event.read_by(reader),
                };
                into.events.push(event);
            }
        }
        Ok(Some(()))
    }

    /// Reads the text at a place of the file and adds it to others.
    fn text(&self, file: &mut File, at: u64, texts: &mut Vec<u8>) -> Result<u64, EngineError> {
        let mut length = [0; 4];
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(&mut length)?;
        // A length that cannot be right ends at the end of the file.
        let length = u64::from(u32::from_le_bytes(length)).min(self.bytes);
        let mut text = Vec::new();
        file.take(length).read_to_end(&mut text)?;
        Ok(put_text(texts, &text))
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
