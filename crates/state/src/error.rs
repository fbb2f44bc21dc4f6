use evenkeel_model::access::UnfitGrant;
use sea_orm::sqlx::Error as SqlxError;
use sea_orm::{DbErr, RuntimeErr};
use thiserror::Error;

use crate::{UnfitName, Unrandom};

/// Something that could not be read or kept.
#[derive(Debug, Error)]
pub enum StateError {
    /// The database cannot be reached, or refused.
    #[error("the database of accounts cannot be used ({place}): {error}")]
    Connect {
        /// Where it was looked for, without any password.
        place: String,
        /// What the database says.
        error: DbErr,
    },
    /// A question that the database did not answer.
    #[error("the database of accounts does not answer: {0}")]
    Database(#[from] DbErr),
    /// The address of a database of another kind.
    #[error("`{address}` is no database that accounts can be kept in; write `postgres://…`, or leave `state` out")]
    UnknownKind {
        /// The address without any password.
        address: String,
    },
    /// The database was written by a newer version.
    #[error("the database of accounts was written by a newer evenkeel (form {found}, this one knows {known})")]
    Newer {
        /// The form that was found.
        found: i32,
        /// The newest form that is known.
        known: i32,
    },
    /// The folder or file of the database cannot be made.
    #[error("`{path}` cannot be written: {error}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// Somebody else signs in by this name.
    #[error("somebody already signs in as `{sign_in}`")]
    NameTaken {
        /// The name.
        sign_in: String,
    },
    /// Somebody has a token of this name already.
    #[error("there is a token called `{name}` already; revoke it first, or choose another name")]
    TokenNameTaken {
        /// The name.
        name: String,
    },
    /// Names that cannot be used.
    #[error(transparent)]
    Name(#[from] UnfitName),
    /// There is already somebody.
    #[error("the first administrator has been set up already")]
    NotFirst,
    /// There is no such user.
    #[error("there is no such user")]
    NoUser,
    /// Without this user nobody could administer accounts any more.
    #[error("without this nobody could administer accounts any more; make somebody else administrator first")]
    LastAdministrator,
    /// A grant that makes no sense was found.
    #[error(transparent)]
    Grant(#[from] UnfitGrant),
    /// There is no randomness.
    #[error(transparent)]
    Unrandom(#[from] Unrandom),
    /// A password could not be hashed.
    #[error("a password could not be hashed")]
    Hash,
}

impl StateError {
    /// Whether the database cannot be reached just now, so that the same may be asked again later.
    #[must_use]
    pub fn is_unreachable(&self) -> bool {
        let (Self::Database(error) | Self::Connect { error, .. }) = self else { return false };
        match error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
            DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => match &**error {
                SqlxError::Io(_) | SqlxError::PoolTimedOut | SqlxError::PoolClosed | SqlxError::WorkerCrashed => true,
                // PostgreSQL says so of itself while it starts and stops: 57P01 to 57P03.
                SqlxError::Database(error) => error.code().is_some_and(|code| code.starts_with("57P0")),
                _ => false,
            },
            _ => false,
        }
    }
}
