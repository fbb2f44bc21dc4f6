//! The lake: the service record as Delta Lake tables.
//!
//! Each table of [`evenkeel_model::record`] is one Delta table, one row per key. Delta commits one table at a
//! time; a [`manifest`] names the version of every table that belongs together and is put in place in one step.
//! Readers open what the manifest names, so an import is seen as a whole or not at all, whenever its process dies.
//!
//! *Update by key.* A new version of a row is appended and the old one is marked in a deletion vector. Where the
//! old one lies is known from a key index: sorted files of key hashes beside the tables (see [`index`]).
//!
//! *Digest.* Each table has a digest of its content that knows neither order nor files: the sum of the hashes of
//! its rows. Equal content has an equal digest, whatever imports led to it.

mod apart;
pub mod columnar_file;
pub mod delta;
mod error;
pub mod exclusions;
pub mod figures;
pub mod functions;
mod hash;
pub mod import;
pub mod index;
pub mod manifest;
mod parts;
pub mod rejects;
pub mod scan;
mod sort;
pub mod storage;
pub mod tables;

pub use apart::People;
pub use error::LakeError;
pub use import::{Import, Rows, TableChange};
pub use manifest::{Manifest, TableVersion};
pub use storage::Storage;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use deltalake::datafusion::catalog::TableProvider;
use evenkeel_model::record;
use evenkeel_pseudonym::KeyFile;

/// A lake at one place. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Lake {
    storage: Storage,
    /// Where the key of pseudonyms lies; none where the lake names people.
    key: Option<KeyFile>,
}

impl Lake {
    /// The lake at a place; nothing is read or made yet.
    #[must_use]
    pub fn new(storage: Storage) -> Self {
        Self { storage, key: None }
    }

    /// The same lake, in which pseudonyms stand for people. The key must not lie in the folder of the lake.
    pub fn with_pseudonyms(self, key: KeyFile) -> Result<Self, LakeError> {
        apart::lies_elsewhere(&self.storage, &key)?;
        Ok(Self { key: Some(key), ..self })
    }

    /// The key of its pseudonyms; none where it names people.
    #[must_use]
    pub fn key(&self) -> Option<&KeyFile> {
        self.key.as_ref()
    }

    /// Where it lies.
    #[must_use]
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// The present state; an empty manifest when nothing was ever imported.
    pub async fn snapshot(&self) -> Result<Snapshot, LakeError> {
        let manifest = manifest::latest(&self.storage).await?;
        let people = People::of(&self.storage, &manifest, self.key.as_ref());
        Ok(Snapshot { storage: self.storage.clone(), manifest: Arc::new(manifest), people, excluded: Arc::default() })
    }

    /// Starts an import. Only one runs at a time; a second one is refused until the first has ended.
    pub async fn begin(&self, batch: import::Batch) -> Result<Import, LakeError> {
        Import::begin(self.storage.clone(), self.key.as_ref(), batch).await
    }
}

/// One state of the whole lake.
#[derive(Debug, Clone)]
pub struct Snapshot {
    storage: Storage,
    manifest: Arc<Manifest>,
    people: People,
    excluded: Arc<exclusions::Excluded>,
}

impl Snapshot {
    /// What belongs together in this state.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Who the people of its rows are.
    #[must_use]
    pub fn people(&self) -> &People {
        &self.people
    }

    /// This state and those before it that are still kept, the newest first.
    pub async fn history(&self) -> Result<Vec<Manifest>, LakeError> {
        manifest::kept(&self.storage, self.manifest.version).await
    }

    /// The digest of the content of some tables: equal content, equal digest. Twelve hexadecimal digits.
    #[must_use]
    pub fn data_version<'a>(&self, tables: impl IntoIterator<Item = &'a str>) -> String {
        let tables: Vec<&str> = tables.into_iter().collect();
        // Which rows do not count is a part of the content.
        let decided = tables.iter().any(|name| self.excluded.contains_key(*name)).then_some(exclusions::TABLE);
        self.manifest.data_version(tables.into_iter().chain(decided))
    }

    /// The Delta version of each of these tables; tables that were never filled are left out.
    #[must_use]
    pub fn table_versions<'a>(&self, tables: impl IntoIterator<Item = &'a str>) -> BTreeMap<String, u64> {
        tables
            .into_iter()
            .filter_map(|name| self.manifest.tables.get(name).map(|table| (name.to_owned(), table.delta_version)))
            .collect()
    }

    /// The row groups of a table of the record, at the version of this state; none for tables that were never filled.
    pub async fn pieces(&self, name: &str) -> Result<Vec<scan::Piece>, LakeError> {
        let pieces = match self.manifest.tables.get(name) {
            Some(version) => delta::pieces(&self.storage, name, version.delta_version).await?,
            None => Vec::new(),
        };
        Ok(match self.excluded.get(name) {
            Some(rows) => scan::without(pieces, rows),
            None => pieces,
        })
    }

    /// The same state without the rows that do not count by a person's decision. Only [`Snapshot::provider`] goes on
    /// giving them.
    pub async fn without_excluded(self) -> Result<Self, LakeError> {
        let excluded = exclusions::find(&self).await?;
        Ok(Self { excluded: Arc::new(excluded), ..self })
    }

    /// How many rows of a table do not count by a person's decision.
    #[must_use]
    pub fn excluded(&self, name: &str) -> u64 {
        self.excluded.get(name).map_or(0, |files| files.values().map(roaring::RoaringBitmap::len).sum())
    }

    /// A file for something that is derived from the record and can be worked out again, by a name that tells from
    /// what. It may be there or not.
    #[must_use]
    pub fn derived(&self, name: &str) -> PathBuf {
        self.storage.folder().join("derived").join(name)
    }

    /// A table for queries, at the version of this state. Tables that were never filled are empty.
    pub async fn provider(&self, name: &str) -> Result<Arc<dyn TableProvider>, LakeError> {
        let schema = if name == rejects::TABLE {
            rejects::schema()
        } else {
            let table = record::table(name).ok_or_else(|| LakeError::UnknownTable { table: name.to_owned() })?;
            tables::arrow_schema(table)
        };
        match self.manifest.tables.get(name) {
            Some(version) => delta::provider(&self.storage, name, version.delta_version).await,
            None => delta::empty_provider(schema),
        }
    }
}
