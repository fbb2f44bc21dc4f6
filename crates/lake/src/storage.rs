//! Where the lake lies: a folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::TryStreamExt;
use object_store::local::LocalFileSystem;
use object_store::{ObjectStore, ObjectStoreExt};
use url::Url;

use crate::LakeError;

/// A place for the lake. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Storage {
    url: Url,
    store: Arc<dyn ObjectStore>,
    folder: PathBuf,
}

impl Storage {
    /// Opens a place. `location` is a folder or a `file://` URL; relative folders are taken from `base`. A folder that
    /// does not exist is made. Other URLs are refused.
    pub fn open(location: &str, base: &Path) -> Result<Self, LakeError> {
        let failed = |reason: String| LakeError::Storage { location: location.to_owned(), reason };
        if location.contains("://") {
            let url = Url::parse(location).map_err(|error| failed(error.to_string()))?;
            if url.scheme() != "file" {
                return Err(failed("data can be kept in a folder only; object stores are not built in yet".to_owned()));
            }
            let folder = url.to_file_path().map_err(|()| failed("it is not a path".to_owned()))?;
            return Self::open_folder(&folder, failed);
        }
        Self::open_folder(&base.join(location), failed)
    }

    fn open_folder(folder: &Path, failed: impl Fn(String) -> LakeError) -> Result<Self, LakeError> {
        std::fs::create_dir_all(folder).map_err(|error| failed(error.to_string()))?;
        let folder = folder.canonicalize().map_err(|error| failed(error.to_string()))?;
        let url = Url::from_directory_path(&folder).map_err(|()| failed("it is not a path".to_owned()))?;
        let store = LocalFileSystem::new_with_prefix(&folder).map_err(|error| failed(error.to_string()))?;
        Ok(Self { url, store: Arc::new(store), folder })
    }

    /// The objects below the place.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn ObjectStore> {
        &self.store
    }

    /// The place as a URL that ends in a slash.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Removes the files of a folder whose names begin in some way, those included that were still being written when
    /// their process died: a listing of the store passes over them.
    pub(crate) async fn remove_all(&self, folder: &str, prefix: &str) -> Result<(), LakeError> {
        let inside = object_store::path::Path::from(folder);
        let files: Vec<_> = self.store.list(Some(&inside)).try_collect().await?;
        for file in files {
            if file.location.filename().is_some_and(|name| name.starts_with(prefix)) {
                self.store.delete(&file.location).await?;
            }
        }
        let entries = match std::fs::read_dir(self.folder.join(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        for entry in entries {
            let entry = entry?;
            // The store writes large files to `name#1` first.
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(prefix) && name.contains('#')) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// The URL of one Delta table.
    pub(crate) fn table_url(&self, table: &str) -> Result<Url, LakeError> {
        self.url
            .join(&format!("{}/", table_folder(table)))
            .map_err(|error| LakeError::Storage { location: self.url.to_string(), reason: error.to_string() })
    }
}

/// The folder of one Delta table, relative to the lake.
pub(crate) fn table_folder(table: &str) -> String {
    format!("tables/{table}")
}
