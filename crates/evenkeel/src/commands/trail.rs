//! The audit trail of the command line: who runs commands, and at which people they look.

use async_trait::async_trait;
use evenkeel_state::{Action, Entry, Location, LookedAt, Origin, StateError, StateStore};
use evenkeel_web::{NotRecorded, Trail, Viewer};

use super::instant;
use crate::arguments::AsOf;

/// Whoever runs the command: the user that the operating system knows.
pub fn operator() -> Viewer {
    Viewer::Operator { name: whoami::username().unwrap_or_else(|_| "unknown user".to_owned()) }
}

/// Takes looks down. The database is opened with the first of them; most commands look at nobody.
pub struct CommandTrail {
    location: Location,
}

impl CommandTrail {
    /// The trail in this database.
    pub fn new(location: Location) -> Self {
        Self { location }
    }

    async fn record(&self, entry: &Entry, at: &LookedAt) -> Result<(), StateError> {
        // Looks are recorded at the time of the clock, whatever instant the figures are of.
        let now = instant(AsOf { as_of: None });
        StateStore::open(&self.location).await?.record_look(entry, at, now).await
    }
}

#[async_trait]
impl Trail for CommandTrail {
    async fn looked(&self, viewer: &Viewer, about: &str, at: &LookedAt) -> Result<(), NotRecorded> {
        let entry = Entry {
            who: viewer.name().to_owned(),
            origin: Origin::CommandLine,
            action: Action::LookedAtPeople,
            about: about.to_owned(),
        };
        self.record(&entry, at).await.map_err(|error| NotRecorded(error.to_string()))
    }
}
