//! What can go wrong in the lake.

use evenkeel_pseudonym::KeyError;
use thiserror::Error;

/// An error of the lake. The state before the failed operation stays in place.
#[derive(Debug, Error)]
pub enum LakeError {
    /// The place cannot be used.
    #[error("the storage `{location}` cannot be used: {reason}")]
    Storage {
        /// As written in the project.
        location: String,
        /// Why.
        reason: String,
    },
    /// Another import is running.
    #[error("another import into `{location}` is running")]
    Busy {
        /// Where.
        location: String,
    },
    /// Another import ended first.
    #[error("another import into `{location}` ended while this one was running; nothing of this one was kept")]
    Overtaken {
        /// Where.
        location: String,
    },
    /// There is no such table.
    #[error("there is no table `{table}` in the service record")]
    UnknownTable {
        /// The name.
        table: String,
    },
    /// The key of pseudonyms cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The lake has pseudonyms, and the project names no key.
    #[error("the lake in `{location}` has pseudonyms of people, and no key of them is named")]
    NoKeyNamed {
        /// Where.
        location: String,
    },
    /// The lake names people, and the project wants pseudonyms.
    #[error(
        "the lake in `{location}` names people as their sources do: it was filled before pseudonyms were asked for"
    )]
    NamesPeople {
        /// Where.
        location: String,
    },
    /// The key lies in the lake.
    #[error(
        "the key of pseudonyms, `{path}`, lies in the folder of the lake, `{location}`: whoever has the one would have the other"
    )]
    KeyInLake {
        /// The key.
        path: String,
        /// The lake.
        location: String,
    },
    /// The manifest or the key index was written by a newer evenkeel, or is damaged.
    #[error("`{file}` cannot be read: {reason}")]
    Damaged {
        /// The file, relative to the lake.
        file: String,
        /// Why.
        reason: String,
    },
    /// The lake was written by a newer evenkeel.
    #[error("table `{table}` has schema version {found}; this evenkeel knows versions up to {known}")]
    TooNew {
        /// The table.
        table: String,
        /// Its version.
        found: u32,
        /// The newest that is known.
        known: u32,
    },
    /// Reading or writing failed.
    #[error("cannot read or write the lake: {0}")]
    Io(#[from] std::io::Error),
    /// Reading or writing failed.
    #[error("cannot read or write the lake: {0}")]
    ObjectStore(#[from] object_store::Error),
    /// A Delta table cannot be used.
    #[error("a Delta table cannot be used: {0}")]
    Delta(#[from] deltalake::DeltaTableError),
    /// A deletion vector cannot be used.
    #[error("a deletion vector cannot be used: {0}")]
    Kernel(#[from] delta_kernel::Error),
    /// A data file cannot be used.
    #[error("a data file cannot be used: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// Rows do not fit their table.
    #[error("rows do not fit their table: {0}")]
    Arrow(#[from] arrow::error::ArrowError),
    /// A query over the lake failed.
    #[error("a query over the lake failed: {0}")]
    Query(#[from] deltalake::datafusion::error::DataFusionError),
    /// A background task died.
    #[error("a background task ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl LakeError {
    /// Whether somebody else is writing, so that the same may be tried again later.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        matches!(self, LakeError::Busy { .. } | LakeError::Overtaken { .. } | LakeError::Key(KeyError::Busy { .. }))
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            LakeError::Busy { .. } => Some("wait until it has ended, then run the import again".to_owned()),
            LakeError::Key(error) => error.help(),
            LakeError::NoKeyNamed { .. } => Some("name it under `pseudonyms` in evenkeel.yaml again".to_owned()),
            LakeError::NamesPeople { .. } => Some(
                "what was written cannot be taken back out of its files: remove the folder of the lake and import again, or                  leave `pseudonyms` out of evenkeel.yaml. Accounts, which by default lie in the same folder as `state.db`, may                  stay; figures that were typed and rows that programs sent have to be brought in again"
                    .to_owned(),
            ),
            LakeError::KeyInLake { .. } => {
                Some("name a file outside of that folder under `pseudonyms` in evenkeel.yaml".to_owned())
            }
            _ => None,
        }
    }
}
