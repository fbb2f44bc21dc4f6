//! Where the stores of tests lie: on files, or on the PostgreSQL server that `EVENKEEL_POSTGRES` names.

use evenkeel_state::{Location, StateStore};
use sea_orm::ConnectionTrait as _;
use tempfile::TempDir;

/// Where the store of a test lies; it goes with it.
pub struct Place {
    pub folder: TempDir,
    pub location: Location,
}

/// A new store: a file, or a database of its own.
pub async fn store() -> (Place, StateStore) {
    let folder = TempDir::new().unwrap();
    let location = match std::env::var("EVENKEEL_POSTGRES") {
        Err(_) => Location::File(folder.path().join("state.db")),
        Ok(server) => {
            let name = folder.path().file_name().unwrap().to_string_lossy().replace('.', "t").to_lowercase();
            let name = format!("test_{name}_{}", std::process::id());
            let database = sea_orm::Database::connect(format!("{server}/postgres")).await.unwrap();
            database.execute_unprepared(&format!("create database {name}")).await.unwrap();
            Location::Server(format!("{server}/{name}"))
        }
    };
    let store = StateStore::open(&location).await.unwrap();
    (Place { folder, location }, store)
}
