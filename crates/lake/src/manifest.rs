//! The manifest: which version of every table belongs together.
//!
//! Manifests are numbered files that are created and never changed; the highest number is the present state.
//! Creating a file that must not exist yet is atomic on a folder and on every object store, so of two imports that
//! end at the same time one is told that it lost.

use std::collections::BTreeMap;

use futures::TryStreamExt;
use jiff::Timestamp;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};
use serde::{Deserialize, Serialize};

use crate::index::Run;
use crate::{LakeError, Storage, tables};

/// The form of the file. Raised when an older evenkeel could misread it.
const FORMAT: u32 = 1;

/// How many manifests are kept beside the present one.
const KEPT: usize = 50;

/// One state of the whole lake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The form of this file.
    pub format: u32,
    /// Counted up with every import that changed something; 0 is the empty lake.
    pub version: u64,
    /// The import that led to this state.
    pub batch: String,
    /// When it was put in place.
    pub written_at: Timestamp,
    /// Every table that was ever filled.
    pub tables: BTreeMap<String, TableVersion>,
    /// When each source last changed something.
    pub sources: BTreeMap<String, Timestamp>,
    /// The key of the pseudonyms that stand for people; none where rows name them as their sources do. An evenkeel that does
    /// not know this refuses the manifest, and so never writes a name beside pseudonyms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_key: Option<String>,
}

/// One table in one state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableVersion {
    /// The version of the Delta table.
    pub delta_version: u64,
    /// The version of its columns.
    pub schema: u32,
    /// How many rows it has.
    pub rows: u64,
    /// The sum of the hashes of its rows.
    #[serde(with = "hex")]
    pub digest: u128,
    /// The files of its key index, oldest first.
    pub index: Vec<Run>,
}

impl Manifest {
    fn empty() -> Self {
        Self {
            format: FORMAT,
            version: 0,
            batch: String::new(),
            written_at: Timestamp::UNIX_EPOCH,
            tables: BTreeMap::new(),
            sources: BTreeMap::new(),
            people_key: None,
        }
    }

    /// The digest of the content of some tables: equal content, equal digest. Twelve hexadecimal digits.
    #[must_use]
    pub fn data_version<'a>(&self, tables: impl IntoIterator<Item = &'a str>) -> String {
        let mut names: Vec<&str> = tables.into_iter().collect();
        names.sort_unstable();
        names.dedup();
        let mut hasher = blake3::Hasher::new();
        for name in names {
            let (rows, digest) = self.tables.get(name).map_or((0, 0), |table| (table.rows, table.digest));
            // An empty table says the same as one that was never filled.
            if rows > 0 {
                hasher.update(name.as_bytes());
                hasher.update(&[0]);
                hasher.update(&rows.to_le_bytes());
                hasher.update(&digest.to_le_bytes());
            }
        }
        hasher.finalize().to_hex()[..12].to_owned()
    }
}

fn path(version: u64) -> Path {
    Path::from(format!("manifest/{version:020}.json"))
}

async fn versions(storage: &Storage) -> Result<Vec<u64>, LakeError> {
    let files: Vec<_> = storage.store().list(Some(&Path::from("manifest"))).try_collect().await?;
    let mut versions: Vec<u64> =
        files.iter().filter_map(|file| file.location.filename()?.strip_suffix(".json")?.parse().ok()).collect();
    versions.sort_unstable();
    Ok(versions)
}

/// The present state.
pub(crate) async fn latest(storage: &Storage) -> Result<Manifest, LakeError> {
    match versions(storage).await?.last() {
        Some(&version) => read(storage, version).await,
        None => Ok(Manifest::empty()),
    }
}

/// The states up to a version that are still kept, the newest first. One that is taken away meanwhile is left out.
pub(crate) async fn kept(storage: &Storage, newest: u64) -> Result<Vec<Manifest>, LakeError> {
    let mut kept = Vec::new();
    for version in versions(storage).await?.into_iter().rev().filter(|version| *version <= newest) {
        match read(storage, version).await {
            Ok(manifest) => kept.push(manifest),
            Err(LakeError::ObjectStore(object_store::Error::NotFound { .. })) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(kept)
}

async fn read(storage: &Storage, version: u64) -> Result<Manifest, LakeError> {
    let file = path(version);
    let bytes = storage.store().get(&file).await?.bytes().await?;
    let damaged = |reason: String| LakeError::Damaged { file: file.to_string(), reason };
    let manifest: Manifest = serde_json::from_slice(&bytes).map_err(|error| damaged(error.to_string()))?;
    if manifest.format != FORMAT {
        return Err(damaged(format!("it has form {}, this evenkeel reads form {FORMAT}", manifest.format)));
    }
    // An older evenkeel would pass over columns that it does not know.
    for (name, table) in &manifest.tables {
        if table.schema > tables::SCHEMA_VERSION {
            let (table, found) = (name.clone(), table.schema);
            return Err(LakeError::TooNew { table, found, known: tables::SCHEMA_VERSION });
        }
    }
    Ok(manifest)
}

/// Puts a state in place. Fails with [`LakeError::Overtaken`] when another one has that number already.
pub(crate) async fn publish(storage: &Storage, manifest: &Manifest) -> Result<(), LakeError> {
    let file = path(manifest.version);
    let bytes = serde_json::to_vec_pretty(manifest)
        .map_err(|error| LakeError::Damaged { file: file.to_string(), reason: error.to_string() })?;
    let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
    match storage.store().put_opts(&file, PutPayload::from(bytes), options).await {
        Ok(_) => {}
        Err(object_store::Error::AlreadyExists { .. }) => {
            return Err(LakeError::Overtaken { location: storage.url().to_string() });
        }
        Err(error) => return Err(error.into()),
    }
    // Old states go only after the new one is in place; a failure here harms nothing and is tried again next time.
    if let Ok(versions) = versions(storage).await {
        for &old in versions.iter().rev().skip(KEPT + 1) {
            let _ = storage.store().delete(&path(old)).await;
        }
    }
    Ok(())
}

mod hex {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &u128, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&format!("{value:032x}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u128, D::Error> {
        let text = String::deserialize(deserializer)?;
        u128::from_str_radix(&text, 16).map_err(serde::de::Error::custom)
    }
}
