//! The register: what is kept of every case beside its facts, to tell later which of them something touches.
//!
//! It is a file of entries of one length, in the order of the rows of facts.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

use super::gather::{Cases, Facts};
use crate::EngineError;

/// What is kept of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// The hash that stands for it.
    pub(super) hash: u64,
    /// When it was opened, in microseconds.
    pub(super) opened: i64,
    /// What stands for its customer and topic together; 0 where one of them is not known.
    pub(super) asked: u128,
    /// Whether its facts change as time goes by.
    pub(super) running: bool,
}

impl Entry {
    /// So many bytes one of them takes.
    pub(super) const BYTES: usize = 40;

    fn to_bytes(self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..8].copy_from_slice(&self.hash.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.opened.to_le_bytes());
        bytes[16..32].copy_from_slice(&self.asked.to_le_bytes());
        bytes[32] = u8::from(self.running);
        bytes
    }

    fn of_bytes(bytes: &[u8]) -> Option<Self> {
        Some(Self {
            hash: u64::from_le_bytes(*bytes.first_chunk()?),
            opened: i64::from_le_bytes(*bytes.get(8..)?.first_chunk()?),
            asked: u128::from_le_bytes(*bytes.get(16..)?.first_chunk()?),
            running: *bytes.get(32)? != 0,
        })
    }
}

/// Writes the register of all cases that count. Gives their number.
pub(super) fn write(file: File, cases: &Cases, facts: &Facts) -> Result<u32, EngineError> {
    let mut out = BufWriter::new(file);
    let mut count = 0;
    for case in 0..cases.count() {
        if let Some(running) = facts.is_running(cases, case) {
            let (hash, opened, asked) = (cases.hashes()[case], cases.opened()[case], cases.asked()[case]);
            out.write_all(&Entry { hash, opened, asked, running }.to_bytes())?;
            count += 1;
        }
    }
    out.flush()?;
    Ok(count)
}

/// Reads a register; gives each entry with the number of its row.
pub(super) fn each(path: &Path, mut take: impl FnMut(u32, Entry)) -> Result<(), EngineError> {
    let mut file = BufReader::with_capacity(Entry::BYTES << 14, File::open(path)?);
    let mut bytes = [0; Entry::BYTES];
    let entries = file.get_ref().metadata()?.len() / Entry::BYTES as u64;
    for row in 0..entries {
        file.read_exact(&mut bytes)?;
        if let Some(entry) = Entry::of_bytes(&bytes) {
            take(row as u32, entry);
        }
    }
    Ok(())
}
