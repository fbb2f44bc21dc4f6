//! Opening the database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sea_orm::sqlx::Connection;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::{StateError, migrations};

/// How long a question waits for another program that is writing.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait before a file is opened again that another program is opening.
const AGAIN: Duration = Duration::from_millis(50);
/// The number by which transactions on PostgreSQL wait for one another.
const LOCK: i64 = 0x6b65_656c;

/// Where the database lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A SQLite file; it is made when there is none.
    File(PathBuf),
    /// A PostgreSQL database, by its address.
    Server(String),
}

impl Location {
    /// The database of this address; `beside` is the folder that holds the data of the project, for when none is given.
    pub fn new(address: Option<&str>, beside: &Path) -> Result<Self, StateError> {
        match address {
            None => Ok(Self::File(beside.join("state.db"))),
            Some(address) if address.starts_with("postgres://") || address.starts_with("postgresql://") => {
                Ok(Self::Server(address.to_owned()))
            }
            Some(address) => Err(StateError::UnknownKind { address: without_password(address) }),
        }
    }

    fn place(&self) -> String {
        match self {
            Location::File(path) => path.display().to_string(),
            Location::Server(address) => without_password(address),
        }
    }
}

/// An address that may be told.
fn without_password(address: &str) -> String {
    // Options may hold one, and say nothing about the place.
    let address = address.split('?').next().unwrap_or(address);
    let (scheme, rest) = address.split_once("://").unwrap_or(("", address));
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    if scheme.is_empty() { host.to_owned() } else { format!("{scheme}://{host}") }
}

/// What people type, in one database.
#[derive(Debug, Clone)]
pub struct StateStore {
    pub(crate) database: DatabaseConnection,
}

impl StateStore {
    /// Opens the database, makes it when there is none, and brings it to the present form.
    pub async fn open(location: &Location) -> Result<Self, StateError> {
        let mut options = match location {
            Location::File(path) => {
                private(path)?;
                let mut options = ConnectOptions::new("sqlite://state.db?mode=rwc");
                let path = path.clone();
                options.map_sqlx_sqlite_opts(move |sqlite| {
                    sqlite
                        .filename(&path)
                        .journal_mode(SqliteJournalMode::Wal)
                        .synchronous(SqliteSynchronous::Full)
                        // What is deleted is written over: of somebody who was erased, nothing is to stay in free pages.
                        .pragma("secure_delete", "on")
                        .busy_timeout(PATIENCE)
                });
                // When the disk is full, SQLite ends a transaction by itself, which the pool does not notice: what was written
                // next would lie in a transaction that never ends. Such a connection is given up, and another one opened.
                options.map_sqlx_sqlite_before_acquire(|connection, _| {
                    let ended = !connection.is_in_transaction();
                    Box::pin(async move { Ok(ended) })
                });
                options
            }
            Location::Server(address) => ConnectOptions::new(address),
        };
        options.max_connections(8).acquire_timeout(PATIENCE).sqlx_logging(false);
        let refused = |error| StateError::Connect { place: location.place(), error };
        let mut waited = Duration::ZERO;
        let database = loop {
            match Database::connect(options.clone()).await {
                Ok(database) => break database,
                // Two programs that open a new file at once both want to set how it is written, for which SQLite does not wait.
                Err(error) if waited < PATIENCE && error.to_string().contains("database is locked") => {
                    tokio::time::sleep(AGAIN).await;
                    waited += AGAIN;
                }
                Err(error) => return Err(refused(error)),
            }
        };
        migrations::run(&database).await?;
        Ok(Self { database })
    }

    /// Asks the database whether it answers.
    pub async fn answers(&self) -> Result<(), StateError> {
        Ok(self.database.ping().await?)
    }
}

/// Makes the file, so that nobody but its owner reads it: it holds the hashes of passwords.
fn private(path: &Path) -> Result<(), StateError> {
    let failed = |error| StateError::File { path: path.display().to_string(), error };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(failed)?;
    Ok(())
}

/// An instant as it is kept.
pub(crate) fn kept(at: Timestamp) -> i64 {
    at.as_millisecond()
}

/// An instant a while before another one, or the earliest that there is.
pub(crate) fn earlier(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_sub(by).unwrap_or(Timestamp::MIN)
}

/// An instant as it was kept.
pub(crate) fn instant(kept: i64) -> Timestamp {
    Timestamp::from_millisecond(kept).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Begins a transaction beside which no other of evenkeel runs: what changes what others read must not happen between
/// their reading and writing.
pub(crate) async fn alone(database: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let options = TransactionOptions {
        isolation_level: None,
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let transaction = database.begin_with_options(options).await?;
    if transaction.get_database_backend() == DatabaseBackend::Postgres {
        transaction.execute_unprepared(&format!("select pg_advisory_xact_lock({LOCK})")).await?;
    }
    Ok(transaction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_database_lies() {
        let beside = Path::new("/data");
        assert_eq!(Location::new(None, beside).unwrap(), Location::File("/data/state.db".into()));
        let server = Location::new(Some("postgres://me:secret@host/accounts"), beside).unwrap();
        assert_eq!(server.place(), "postgres://host/accounts");
        let server = Location::new(Some("postgres://me@host/accounts?password=secret"), beside).unwrap();
        assert_eq!(server.place(), "postgres://host/accounts");
        let refused = Location::new(Some("mysql://me:secret@host/x"), beside).unwrap_err().to_string();
        assert!(refused.contains("`mysql://host/x`") && !refused.contains("secret"), "{refused}");
    }

    #[tokio::test]
    async fn what_is_written_after_the_disk_was_full_stays() {
        let folder = tempfile::TempDir::new().unwrap();
        let location = Location::File(folder.path().join("state.db"));
        let store = StateStore::open(&location).await.unwrap();
        store.database.execute_unprepared("create table said (words blob)").await.unwrap();
        let full = alone(&store.database).await.unwrap();
        // A file that may not grow is refused in the same way as one on a full disk.
        full.execute_unprepared("pragma max_page_count = 1").await.unwrap();
        let refused = full.execute_unprepared("insert into said values (zeroblob(1000000))").await.unwrap_err();
        assert!(refused.to_string().contains("full"), "{refused}");
        drop(full);
        // Connections are given out in turn: all of them are used for what is given up, and for what is kept.
        for _ in 0..10 {
            drop(alone(&store.database).await.unwrap());
        }
        for _ in 0..10 {
            let then = alone(&store.database).await.unwrap();
            then.execute_unprepared("insert into said values ('there')").await.unwrap();
            then.commit().await.unwrap();
        }
        let other = StateStore::open(&location).await.unwrap();
        let question = sea_orm::Statement::from_string(DatabaseBackend::Sqlite, "select count(*) from said");
        let found = other.database.query_one_raw(question).await.unwrap().unwrap();
        assert_eq!(found.try_get_by_index::<i64>(0).unwrap(), 10);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn a_database_is_made_once_and_is_private() {
        let folder = tempfile::TempDir::new().unwrap();
        let location = Location::new(None, &folder.path().join("data")).unwrap();
        let opening = (0..8).map(|_| {
            let location = location.clone();
            tokio::spawn(async move { StateStore::open(&location).await.map(drop) })
        });
        let opening: Vec<_> = opening.collect();
        for opened in opening {
            opened.await.unwrap().unwrap();
        }
        StateStore::open(&location).await.unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join("data/state.db")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
}
