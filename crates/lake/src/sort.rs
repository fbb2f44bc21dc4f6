//! Sorting the keys of an import in bounded memory: sorted runs in temporary files, merged while reading.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};

/// A row of the import as the merge sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Staged {
    /// Hash of the key.
    pub key: u128,
    /// Of two rows with one key, the one with the higher version holds …
    pub version: i64,
    /// … else the one that came later.
    pub ordinal: u64,
    /// Hash of the content.
    pub content: u64,
    /// Its place among the rows that this import wrote.
    pub row: u32,
}

const BYTES: usize = 44;

impl Staged {
    fn to_bytes(self) -> [u8; BYTES] {
        let mut bytes = [0; BYTES];
        bytes[..16].copy_from_slice(&self.key.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.version.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.ordinal.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.content.to_le_bytes());
        bytes[40..].copy_from_slice(&self.row.to_le_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8; BYTES]) -> Self {
        Self {
            key: u128::from_le_bytes(part(bytes, 0)),
            version: i64::from_le_bytes(part(bytes, 16)),
            ordinal: u64::from_le_bytes(part(bytes, 24)),
            content: u64::from_le_bytes(part(bytes, 32)),
            row: u32::from_le_bytes(part(bytes, 40)),
        }
    }
}

/// Some of the bytes, as the array that the integer types read.
pub(crate) fn part<const N: usize>(bytes: &[u8], from: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[from..from + N]);
    out
}

/// Collects rows and gives them back in order of key, version and ordinal.
pub(crate) struct Sorter {
    rows: Vec<Staged>,
    limit: usize,
    spilled: Vec<File>,
    count: u64,
}

impl Sorter {
    /// Holds at most `limit` rows in memory.
    pub(crate) fn new(limit: usize) -> Self {
        Self { rows: Vec::new(), limit: limit.max(1), spilled: Vec::new(), count: 0 }
    }

    /// How many rows were collected.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn push(&mut self, row: Staged) -> std::io::Result<()> {
        if self.rows.len() >= self.limit {
            self.spill()?;
        }
        self.rows.push(row);
        self.count += 1;
        Ok(())
    }

    fn spill(&mut self) -> std::io::Result<()> {
        self.rows.sort_unstable();
        let mut writer = BufWriter::with_capacity(1 << 20, tempfile::tempfile()?);
        for row in &self.rows {
            writer.write_all(&row.to_bytes())?;
        }
        let mut file = writer.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        self.spilled.push(file);
        self.rows.clear();
        Ok(())
    }

    /// Ends collecting.
    pub(crate) fn sorted(mut self) -> std::io::Result<Sorted> {
        self.rows.sort_unstable();
        let mut sources: Vec<Source> = Vec::new();
        for file in self.spilled {
            sources.push(Source::File(BufReader::with_capacity(1 << 18, file)));
        }
        sources.push(Source::Memory(self.rows.into_iter()));
        let mut heads = BinaryHeap::new();
        for (index, source) in sources.iter_mut().enumerate() {
            if let Some(row) = source.next()? {
                heads.push(Reverse((row, index)));
            }
        }
        Ok(Sorted { sources, heads })
    }
}

enum Source {
    File(BufReader<File>),
    Memory(std::vec::IntoIter<Staged>),
}

impl Source {
    fn next(&mut self) -> std::io::Result<Option<Staged>> {
        match self {
            Source::Memory(rows) => Ok(rows.next()),
            Source::File(reader) => {
                let mut bytes = [0; BYTES];
                match reader.read_exact(&mut bytes) {
                    Ok(()) => Ok(Some(Staged::from_bytes(&bytes))),
                    Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
                    Err(error) => Err(error),
                }
            }
        }
    }
}

/// The collected rows in order.
pub(crate) struct Sorted {
    sources: Vec<Source>,
    heads: BinaryHeap<Reverse<(Staged, usize)>>,
}

impl Sorted {
    pub(crate) fn next(&mut self) -> std::io::Result<Option<Staged>> {
        // With everything in memory there is nothing to merge.
        if let [Source::Memory(_)] = self.sources.as_slice() {
            if let Some(Reverse((row, _))) = self.heads.pop() {
                return Ok(Some(row));
            }
            return self.sources[0].next();
        }
        let Some(Reverse((row, index))) = self.heads.pop() else { return Ok(None) };
        if let Some(next) = self.sources[index].next()? {
            self.heads.push(Reverse((next, index)));
        }
        Ok(Some(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn comes_back_in_order_whatever_fits_in_memory(
            rows in proptest::collection::vec((0u128..50, -3i64..3, 0u64..100), 0..200),
            limit in 1usize..50,
        ) {
            let mut staged: Vec<Staged> = rows.iter().enumerate()
                .map(|(row, &(key, version, ordinal))| Staged { key, version, ordinal, content: ordinal ^ 7, row: row as u32 })
                .collect();
            let mut sorter = Sorter::new(limit);
            for &row in &staged {
                sorter.push(row).unwrap();
            }
            let mut sorted = sorter.sorted().unwrap();
            let mut out = Vec::new();
            while let Some(row) = sorted.next().unwrap() {
                out.push(row);
            }
            staged.sort_unstable();
            proptest::prop_assert_eq!(out, staged);
        }
    }
}
