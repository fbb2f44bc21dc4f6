//! An import: rows are written aside, merged by key, committed table by table, and become visible in one step.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::SchemaRef;
use evenkeel_model::record::{self, Table};
use evenkeel_pseudonym::{KeyFile, KeyWriter};
use futures::TryStreamExt;
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use roaring::RoaringBitmap;

use crate::hash::RowBytes;
use crate::index::{self, DataFile, Entry, Run, RunReader, RunWriter};
use crate::manifest::{self, Manifest, TableVersion};
use crate::parts::{self, Part, PartsWriter};
use crate::sort::{Sorter, Staged, part};
use crate::{LakeError, Storage, apart, delta, rejects, tables};

/// How many staged keys of one table are held in memory: about 90 MB.
const KEYS_IN_MEMORY: usize = 2_000_000;
/// A data file in which more than this share of rows does not count is written again without them.
const REWRITE_ABOVE: f64 = 0.2;

/// Which import this is.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Its name: letters, digits and hyphens, different for every import.
    pub id: String,
    /// The source that is imported.
    pub source: String,
    /// When it began.
    pub at: Timestamp,
}

/// Rows of one table.
#[derive(Debug, Clone)]
pub struct Rows {
    /// The rows, in the schema of the table ([`tables::arrow_schema`]).
    pub batch: RecordBatch,
    /// Of rows with one key the one with the highest version holds …
    pub version: Vec<i64>,
    /// … and among equal versions the one with the highest ordinal.
    pub ordinal: Vec<u64>,
}

/// What an import did to one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TableChange {
    /// Rows that were read.
    pub read: u64,
    /// Keys that were not there before.
    pub inserted: u64,
    /// Keys whose row was replaced.
    pub updated: u64,
    /// Keys whose row was there already, the same.
    pub unchanged: u64,
    /// Rows that gave way to another row of the same import with the same key.
    pub repeated: u64,
    /// Rows that gave way to a newer version that was there before.
    pub outdated: u64,
}

/// A running import. Dropping it without [`Import::finish`] leaves the lake as it was.
pub struct Import {
    storage: Storage,
    batch: Batch,
    manifest: Manifest,
    tables: BTreeMap<&'static str, TableImport>,
    rejects: rejects::Collected,
    /// The key of pseudonyms, where they stand for people.
    key: Option<KeyWriter>,
    _lock: File,
}

struct TableImport {
    table: &'static Table,
    schema: SchemaRef,
    parts: PartsWriter,
    keys: Sorter,
    rows: u32,
}

impl Import {
    pub(crate) async fn begin(storage: Storage, key: Option<&KeyFile>, batch: Batch) -> Result<Self, LakeError> {
        let lock = lock(&storage)?;
        let manifest = manifest::latest(&storage).await?;
        let key = apart::write(&storage, &manifest, key, batch.at)?;
        clean_up(&storage, &manifest).await?;
        storage.store().put(&marker(&batch.id), PutPayload::from_static(b"")).await?;
        let rejects = rejects::Collected::default();
        Ok(Self { storage, batch, manifest, tables: BTreeMap::new(), rejects, key, _lock: lock })
    }

    /// Which import this is.
    #[must_use]
    pub fn batch(&self) -> &Batch {
        &self.batch
    }

    /// Takes rows for a table.
    pub async fn write(&mut self, table: &str, rows: Rows) -> Result<(), LakeError> {
        let table = record::table(table).ok_or_else(|| LakeError::UnknownTable { table: table.to_owned() })?;
        // Whatever brings rows, they go through here.
        let rows = match &mut self.key {
            Some(key) => apart::without_names(table, rows, key)?,
            None => rows,
        };
        let import = self.tables.entry(table.name).or_insert_with(|| {
            let schema = tables::arrow_schema(table);
            TableImport {
                table,
                parts: PartsWriter::new(&self.storage, table.name, &self.batch.id, schema.clone()),
                schema,
                keys: Sorter::new(KEYS_IN_MEMORY),
                rows: 0,
            }
        });
        import.write(rows).await
    }

    /// Takes rejected rows.
    pub fn reject(&mut self, rejects: impl IntoIterator<Item = rejects::Reject>) -> Result<(), LakeError> {
        match self.key {
            Some(_) => self.rejects.extend(rejects.into_iter().map(apart::without_text)),
            None => self.rejects.extend(rejects),
        }
    }

    /// How many rows were rejected so far.
    #[must_use]
    pub fn rejected(&self) -> u64 {
        self.rejects.count()
    }

    /// Merges everything by key and makes it visible. `files` are the raw files that were read: rejects of earlier
    /// imports from them are replaced. An import that changes nothing leaves no trace.
    pub async fn finish(mut self, files: &[String]) -> Result<BTreeMap<String, TableChange>, LakeError> {
        let mut changes = BTreeMap::new();
        let mut next = self.manifest.clone();
        let mut changed = false;
        // On the disk before any row is: no row has a pseudonym that the key does not know.
        if let Some(key) = &mut self.key {
            key.keep()?;
            next.people_key = Some(key.key().id().to_owned());
        }
        for (name, import) in std::mem::take(&mut self.tables) {
            let (change, version) = import.finish(&self.storage, &self.batch, self.manifest.tables.get(name)).await?;
            if let Some(version) = version {
                next.tables.insert(name.to_owned(), version);
                changed = true;
            }
            changes.insert(name.to_owned(), change);
        }
        let rejected = std::mem::take(&mut self.rejects);
        let before = self.manifest.tables.get(rejects::TABLE);
        if let Some(version) = rejects::replace(&self.storage, &self.batch, rejected, files, before).await? {
            next.tables.insert(rejects::TABLE.to_owned(), version);
            changed = true;
        }
        if changed {
            next.version += 1;
            next.batch.clone_from(&self.batch.id);
            next.written_at = self.batch.at;
            next.sources.insert(self.batch.source.clone(), self.batch.at);
            manifest::publish(&self.storage, &next).await?;
        }
        // Whatever still bears the marker is removed by the next import, so a failure here costs nothing.
        let _ = self.storage.store().delete(&marker(&self.batch.id)).await;
        Ok(changes)
    }

    /// Gives the import up: what it wrote is removed at once instead of by the next import.
    pub async fn abandon(self) -> Result<(), LakeError> {
        drop(self.tables);
        clean_up(&self.storage, &self.manifest).await
    }
}

fn marker(batch: &str) -> Path {
    Path::from(format!("running/{batch}"))
}

/// Only one import at a time.
fn lock(storage: &Storage) -> Result<File, LakeError> {
    let folder = storage.folder();
    let file = File::options().create(true).truncate(false).write(true).open(folder.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(LakeError::Busy { location: folder.display().to_string() }),
        Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Removes what imports left behind that never ended. Their commits, if any, are taken back when the table is next
/// written; readers never see them, because the manifest does not name them.
async fn clean_up(storage: &Storage, manifest: &Manifest) -> Result<(), LakeError> {
    let markers: Vec<_> = storage.store().list(Some(&Path::from("running"))).try_collect().await?;
    for found in markers {
        let Some(batch) = found.location.filename() else { continue };
        // Its manifest is in place: only the removal of the marker was missed.
        let ended = manifest.batch == batch;
        if !ended {
            let names = record::TABLES.iter().map(|table| table.name).chain([rejects::TABLE]);
            for name in names {
                delta::remove_files_of(storage, name, batch).await?;
            }
            // The names of other imports may begin like this one.
            storage.remove_all("index", &format!("{batch}-")).await?;
        }
        storage.store().delete(&found.location).await?;
    }
    Ok(())
}

/// The hashes that identify rows and their content.
fn hash_rows(table: &Table, batch: &RecordBatch) -> Result<Vec<(u128, u64)>, LakeError> {
    let mut keys: Vec<&ArrayRef> = Vec::new();
    for name in table.key {
        keys.extend(batch.column_by_name(name));
    }
    let mut content: Vec<&ArrayRef> = Vec::new();
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        // When a row was imported is no part of what it says.
        if !matches!(field.name().as_str(), "imported_at" | "batch_id") {
            content.push(column);
        }
    }
    let mut keys = RowBytes::new(keys)?;
    let mut content = RowBytes::new(content)?;
    Ok((0..batch.num_rows()).map(|row| (keys.key_hash(row), content.content_hash(row))).collect())
}

impl TableImport {
    async fn write(&mut self, rows: Rows) -> Result<(), LakeError> {
        let count = rows.batch.num_rows();
        let hashes = hash_rows(self.table, &rows.batch)?;
        for (index, (key, content)) in hashes.into_iter().enumerate() {
            let row = self.rows + index as u32;
            self.keys.push(Staged { key, version: rows.version[index], ordinal: rows.ordinal[index], content, row })?;
        }
        self.rows =
            u32::try_from(count).ok().and_then(|count| self.rows.checked_add(count)).ok_or_else(too_many_rows)?;
        self.parts.write(rows.batch).await
    }

    /// Merges with what is there and commits. Gives the new version of the table, or none when nothing changed.
    async fn finish(
        self,
        storage: &Storage,
        batch: &Batch,
        before: Option<&TableVersion>,
    ) -> Result<(TableChange, Option<TableVersion>), LakeError> {
        let name = self.table.name;
        let parts = self.parts.finish().await?;
        let mut merge = Merge::new(storage, before, self.keys.count()).await?;
        let mut sorted = self.keys.sorted()?;
        let mut next = sorted.next()?;
        while let Some(first) = next {
            let mut winner = first;
            loop {
                next = sorted.next()?;
                match next {
                    Some(row) if row.key == winner.key => {
                        merge.drop_row(winner.row);
                        merge.change.repeated += 1;
                        winner = row;
                    }
                    _ => break,
                }
            }
            merge.take(winner).await?;
        }
        let change = merge.change;
        let confirmed = &merge.confirmed_files;
        if change.inserted + change.updated == 0 && confirmed.is_empty() {
            for part in &parts {
                parts::remove(storage, name, &part.path).await?;
            }
            return Ok((change, None));
        }

        let (kept, places) = rewrite_sparse(storage, name, &self.schema, parts, &merge.dropped).await?;
        let mut files: Vec<DataFile> =
            kept.iter().map(|(part, _)| DataFile { path: part.path.clone(), rows: part.rows }).collect();
        // Rows that were only confirmed stay where they are; the run points at them behind its own files.
        let mut first_row: u32 = files.iter().map(|file| file.rows).sum();
        let mut confirmed_first = Vec::new();
        for file in confirmed {
            confirmed_first.push(first_row);
            first_row = first_row.checked_add(file.rows).ok_or_else(too_many_rows)?;
            files.push(file.clone());
        }
        let mut run = RunWriter::new(storage, format!("index/{}-{name}.keys", batch.id));
        let mut winners = merge.winners.read()?;
        while let Some(Winner { entry, confirmed }) = winners.next()? {
            let place = match confirmed {
                Some(file) => confirmed_first[file as usize] + entry.place,
                None => places.place(entry.place),
            };
            run.push(Entry { place, ..entry }).await?;
        }
        let run = run.finish(files).await?;
        let mut runs = before.map(|table| table.index.clone()).unwrap_or_default();
        runs.push(run);
        if runs.len() > index::MERGE_AT {
            runs = vec![index::merge(storage, &runs, format!("index/{}-{name}-merged.keys", batch.id)).await?];
        }

        let delta_version = match before {
            Some(before) if change.inserted + change.updated == 0 => before.delta_version,
            _ => {
                let version = before.map(|table| table.delta_version);
                let table = delta::open_for_writing(storage, name, &self.schema, version).await?;
                let commit = delta::Change { added: kept, deleted: merge.deleted, replaced: false };
                delta::commit(storage, name, &table, commit, &batch.id, batch.at.as_millisecond()).await?
            }
        };
        let rows = before.map_or(0, |table| table.rows) + change.inserted;
        let version =
            TableVersion { delta_version, schema: tables::SCHEMA_VERSION, rows, digest: merge.digest, index: runs };
        Ok((change, Some(version)))
    }
}

/// Holds the rows of an import against those that are there.
struct Merge {
    readers: Vec<RunReader>,
    change: TableChange,
    /// Rows of this import that do not count.
    dropped: RoaringBitmap,
    /// Rows that were there and no longer count, by data file.
    deleted: BTreeMap<String, RoaringBitmap>,
    digest: u128,
    /// Older data files with rows that came again, the same but with a higher version.
    confirmed_files: Vec<DataFile>,
    winners: Winners,
}

impl Merge {
    async fn new(storage: &Storage, before: Option<&TableVersion>, read: u64) -> Result<Self, LakeError> {
        let mut readers = Vec::new();
        for run in before.map_or(&[][..], |table| &table.index) {
            readers.push(RunReader::open(storage, run).await?);
        }
        Ok(Self {
            readers,
            change: TableChange { read, ..TableChange::default() },
            dropped: RoaringBitmap::new(),
            deleted: BTreeMap::new(),
            digest: before.map_or(0, |table| table.digest),
            confirmed_files: Vec::new(),
            winners: Winners::new()?,
        })
    }

    fn drop_row(&mut self, row: u32) {
        self.dropped.insert(row);
    }

    async fn take(&mut self, row: Staged) -> Result<(), LakeError> {
        let mut existing = None;
        // Runs stand oldest first, so that the last one that has the key holds.
        for (position, reader) in self.readers.iter_mut().enumerate() {
            reader.seek(row.key).await?;
            if let Some(entry) = reader.head()
                && entry.key == row.key
            {
                existing = Some((position, entry));
            }
        }
        match existing {
            None => self.change.inserted += 1,
            Some((position, entry)) if entry.content == row.content => {
                self.change.unchanged += 1;
                self.drop_row(row.row);
                if row.version > entry.version {
                    // The row stays where it is, but from now on only newer versions may replace it.
                    let (file, place) = locate(self.readers[position].run(), entry.place)?;
                    let confirmed = self.confirmed_files.iter().position(|known| known == file).unwrap_or_else(|| {
                        self.confirmed_files.push(file.clone());
                        self.confirmed_files.len() - 1
                    });
                    let entry = Entry { version: row.version, place, ..entry };
                    self.winners.push(Winner { entry, confirmed: Some(confirmed as u32) })?;
                }
                return Ok(());
            }
            Some((_, entry)) if entry.version > row.version => {
                self.change.outdated += 1;
                self.drop_row(row.row);
                return Ok(());
            }
            Some((position, entry)) => {
                self.change.updated += 1;
                self.digest = self.digest.wrapping_sub(u128::from(entry.content));
                let (file, old_row) = locate(self.readers[position].run(), entry.place)?;
                self.deleted.entry(file.path.clone()).or_default().insert(old_row);
            }
        }
        self.digest = self.digest.wrapping_add(u128::from(row.content));
        let entry = Entry { key: row.key, content: row.content, version: row.version, place: row.row };
        self.winners.push(Winner { entry, confirmed: None })
    }
}

fn locate(run: &Run, place: u32) -> Result<(&DataFile, u32), LakeError> {
    run.locate(place).ok_or_else(|| index::points_behind(run))
}

fn too_many_rows() -> LakeError {
    LakeError::Io(std::io::Error::other("one import of more than four thousand million rows is not possible"))
}

/// A key whose place is to be noted.
struct Winner {
    /// Its place is a row of this import, or of the confirmed file.
    entry: Entry,
    /// Which of the confirmed files the row lies in; none for a row of this import.
    confirmed: Option<u32>,
}

/// The rows of an import that count, in the order of their keys, in a temporary file.
struct Winners {
    writer: BufWriter<File>,
}

const WINNER_BYTES: usize = 40;

impl Winners {
    fn new() -> Result<Self, LakeError> {
        Ok(Self { writer: BufWriter::with_capacity(1 << 20, tempfile::tempfile()?) })
    }

    fn push(&mut self, Winner { entry, confirmed }: Winner) -> Result<(), LakeError> {
        let mut bytes = [0; WINNER_BYTES];
        bytes[..16].copy_from_slice(&entry.key.to_le_bytes());
        bytes[16..24].copy_from_slice(&entry.content.to_le_bytes());
        bytes[24..32].copy_from_slice(&entry.version.to_le_bytes());
        bytes[32..36].copy_from_slice(&entry.place.to_le_bytes());
        bytes[36..].copy_from_slice(&confirmed.map_or(0, |file| file + 1).to_le_bytes());
        self.writer.write_all(&bytes)?;
        Ok(())
    }

    fn read(self) -> Result<WinnersReader, LakeError> {
        let mut file = self.writer.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        Ok(WinnersReader { reader: BufReader::with_capacity(1 << 20, file) })
    }
}

struct WinnersReader {
    reader: BufReader<File>,
}

impl WinnersReader {
    fn next(&mut self) -> Result<Option<Winner>, LakeError> {
        let mut bytes = [0; WINNER_BYTES];
        match self.reader.read_exact(&mut bytes) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        let entry = Entry {
            key: u128::from_le_bytes(part(&bytes, 0)),
            content: u64::from_le_bytes(part(&bytes, 16)),
            version: i64::from_le_bytes(part(&bytes, 24)),
            place: u32::from_le_bytes(part(&bytes, 32)),
        };
        Ok(Some(Winner { entry, confirmed: u32::from_le_bytes(part(&bytes, 36)).checked_sub(1) }))
    }
}

/// Where rows lie after sparse files were written again.
struct Places {
    /// Per data file as it was first written: its first row, the rows dropped for good, and its first row now.
    files: Vec<(u32, Option<RoaringBitmap>, u32)>,
}

impl Places {
    fn place(&self, row: u32) -> u32 {
        let index = self.files.partition_point(|file| file.0 <= row).saturating_sub(1);
        let (first, gone, now) = &self.files[index];
        let within = row - first;
        // `rank` counts the rows up to and including this one; the row itself is not gone.
        let before = gone.as_ref().map_or(0, |gone| gone.rank(within)) as u32;
        now + within - before
    }
}

/// Data files with the rows in them that do not count.
type KeptParts = Vec<(Part, RoaringBitmap)>;

async fn rewrite_sparse(
    storage: &Storage,
    table: &str,
    schema: &SchemaRef,
    written: Vec<Part>,
    dropped: &RoaringBitmap,
) -> Result<(KeptParts, Places), LakeError> {
    let mut kept = Vec::new();
    let mut files = Vec::new();
    let mut first = 0u32;
    let mut now = 0u32;
    for part in written {
        let rows = part.rows;
        let own: RoaringBitmap = dropped.range(first..first + rows).map(|row| row - first).collect();
        if (own.len() as f64) > REWRITE_ABOVE * f64::from(part.rows) {
            let rewritten = parts::without(storage, table, &part, &own, schema.clone()).await?;
            files.push((first, Some(own), now));
            if let Some(rewritten) = rewritten {
                now += rewritten.rows;
                kept.push((rewritten, RoaringBitmap::new()));
            }
        } else {
            files.push((first, None, now));
            now += part.rows;
            kept.push((part, own));
        }
        first += rows;
    }
    Ok((kept, Places { files }))
}
