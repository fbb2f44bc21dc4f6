//! Accounts: who may sign in, for how long, and how guessing is slowed down.

use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use evenkeel_model::access::{Grant, Role};
use evenkeel_model::initiative::Initiative;
use evenkeel_state::{
    Action, Attempt, Change, Effort, Entry, Found, Lifetime, Limits, LookedAt, NewUser, Note, NotesVersion, Origin,
    Passwords, Random, Secret, StateError, StateStore, Token, User,
};
use jiff::Timestamp;
use tokio::sync::Mutex;

use crate::server::Clock;
use crate::viewer::{NotRecorded, Trail, Viewer};

/// What the text of a token begins with, by which those who search for lost secrets find it.
pub(crate) const TOKEN_PREFIX: &str = "evk_";

/// How many wrong tokens may come from an address.
const TOKEN_LIMITS: Limits = Limits { of_name: 30, of_address: 30, within: jiff::SignedDuration::from_mins(15) };

/// Whether whoever asks has to say who they are.
#[derive(Clone)]
pub enum Access {
    /// Nobody has to. For a server that only this machine reaches.
    Open,
    /// Everybody has to sign in.
    Accounts(Arc<Accounts>),
}

impl Access {
    /// What people type; nothing where nobody signs in.
    pub(crate) fn store(&self) -> Option<&StateStore> {
        match self {
            Access::Open => None,
            Access::Accounts(accounts) => Some(&accounts.store),
        }
    }
}

/// Who may sign in.
pub struct Accounts {
    pub(crate) store: StateStore,
    pub(crate) passwords: Passwords,
    pub(crate) random: Random,
    clock: Clock,
    life: Lifetime,
    limits: Limits,
    /// What the first administrator has to know; none once there is one.
    code: Mutex<Option<Secret>>,
    /// What is done to move measures: every page marks it, and it seldom changes.
    initiatives: RwLock<Arc<[Initiative]>>,
    /// What people wrote beside figures, and what tells whether that has changed.
    notes: RwLock<(NotesVersion, Arc<[Note]>)>,
    /// Held while they are read again, so that what was read before a change never takes the place of what was read after it.
    reading: Mutex<()>,
}

/// What came of an attempt to sign in.
pub(crate) enum SignIn {
    /// It is the right password.
    Right(Box<User>),
    /// It is not, or there is nobody of the name.
    Wrong {
        /// How many more may fail.
        left: usize,
    },
    /// Too many have failed.
    Wait {
        /// For how many seconds.
        seconds: u64,
    },
}

/// Who asks with a token.
pub(crate) enum Bearer {
    /// Its owner, by a program.
    Owner {
        /// The owner.
        user: Box<User>,
        /// The token.
        token: Token,
    },
    /// It is no token, or one that has ended.
    Wrong,
    /// Too many were wrong.
    Wait {
        /// For how many seconds.
        seconds: u64,
    },
}

/// Whose dates a calendar reads.
pub(crate) enum Calendar {
    /// Theirs.
    Of(User),
    /// Nobody's: there is no such address, or not any more.
    Nobody,
    /// Too many were wrong.
    Wait {
        /// For how many seconds.
        seconds: u64,
    },
}

/// What came of an attempt to set up the first administrator.
pub(crate) enum SetUp {
    /// They are set up.
    Done(Box<User>),
    /// It is not the code that was printed.
    WrongCode,
    /// Too many codes were wrong.
    Wait {
        /// For how many seconds.
        seconds: u64,
    },
    /// Something that was typed cannot be used.
    Unfit(String),
}

impl Accounts {
    /// The accounts of a store. `clock` is read for sessions and attempts, whatever instant the figures are of.
    pub async fn new(store: StateStore, random: Random, clock: Clock) -> Result<Self, StateError> {
        let passwords = Passwords::new(Effort::Recommended, Arc::clone(&random))?;
        let (life, limits) = (Lifetime::default(), Limits::default());
        store.clear_sessions(life, clock()).await?;
        let code = if store.has_users().await? { None } else { Some(Secret::new(&random)?) };
        let initiatives = RwLock::new(store.initiatives().await?.into());
        let notes = RwLock::new((store.notes_version().await?, store.notes().await?.into()));
        let (code, reading) = (Mutex::new(code), Mutex::default());
        Ok(Self { store, passwords, random, clock, life, limits, code, initiatives, notes, reading })
    }

    /// What people have written down that is done to move measures, as it was read last.
    pub(crate) fn initiatives(&self) -> Arc<[Initiative]> {
        Arc::clone(&self.initiatives.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads it again: after a change here, and now and then for the changes of other servers.
    pub(crate) async fn read_initiatives(&self) -> Result<(), StateError> {
        let _reading = self.reading.lock().await;
        let present = self.store.initiatives().await?.into();
        *self.initiatives.write().unwrap_or_else(PoisonError::into_inner) = present;
        Ok(())
    }

    /// What people wrote beside figures, as it was read last.
    pub(crate) fn notes(&self) -> Arc<[Note]> {
        Arc::clone(&self.notes.read().unwrap_or_else(PoisonError::into_inner).1)
    }

    /// Reads it again where it has changed: after a change here, and now and then for the changes of other servers.
    pub(crate) async fn read_notes(&self) -> Result<(), StateError> {
        let _reading = self.reading.lock().await;
        let version = self.store.notes_version().await?;
        if self.notes.read().unwrap_or_else(PoisonError::into_inner).0 != version {
            let present = self.store.notes().await?.into();
            *self.notes.write().unwrap_or_else(PoisonError::into_inner) = (version, present);
        }
        Ok(())
    }

    /// The code with which the first administrator is set up; none when there is one already, whoever let them in.
    pub async fn code(&self) -> Result<Option<String>, StateError> {
        let mut code = self.code.lock().await;
        if code.is_some() && self.store.has_users().await? {
            *code = None;
        }
        Ok(code.as_ref().map(Secret::code))
    }

    /// What the trail says of a change that somebody makes on the pages now.
    pub(crate) fn change<'a>(&self, by: &'a str, about: &'a str) -> Change<'a> {
        Change { by, origin: Origin::Pages, about, at: self.now() }
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// How long somebody may do nothing, in minutes, before they are signed out.
    pub(crate) fn idle_minutes(&self) -> i64 {
        self.life.idle.as_mins()
    }

    /// After how many hours somebody is signed out, whatever they do.
    pub(crate) fn whole_hours(&self) -> i64 {
        self.life.whole.as_hours()
    }

    /// For how many minutes whoever guessed too often waits.
    pub(crate) fn wait_minutes(&self) -> i64 {
        self.limits.within.as_mins()
    }

    /// For how many seconds a browser keeps the token.
    pub(crate) fn kept_for(&self) -> i64 {
        self.life.whole.as_secs()
    }

    /// Who holds a token.
    pub(crate) async fn holder(&self, secret: &Secret) -> Result<Found, StateError> {
        self.store.session(secret, self.life, self.now()).await
    }

    /// How many sessions have not ended.
    pub(crate) async fn open_sessions(&self) -> Result<u64, StateError> {
        self.store.open_sessions(self.life, self.now()).await
    }

    /// The same for what a page asks by itself: nobody stays signed in by that.
    pub(crate) async fn holder_of_a_page(&self, secret: &Secret) -> Result<Found, StateError> {
        self.store.session_unused(secret, self.life, self.now()).await
    }

    /// The audit trail of the pages.
    pub(crate) fn trail(self: &Arc<Self>) -> Arc<dyn Trail> {
        Arc::new(PagesTrail(Arc::clone(self)))
    }

    /// Records something that was done on the pages.
    pub(crate) async fn record(&self, who: &str, action: Action, about: &str) -> Result<(), StateError> {
        let entry = Entry { who: who.to_owned(), origin: Origin::Pages, action, about: about.to_owned() };
        self.store.record(&entry, self.now()).await
    }

    /// Tries to sign in. What is said, and how long it takes, does not depend on whether there is anybody of the name.
    pub(crate) async fn sign_in(&self, name: &str, password: String, address: &str) -> Result<SignIn, StateError> {
        let left = match self.store.attempt(name, address, self.limits, self.now()).await? {
            Attempt::Wait { until } => return Ok(SignIn::Wait { seconds: self.seconds_until(until) }),
            Attempt::Allowed { left } => left,
        };
        let found = self.store.user_by_sign_in(name).await?;
        let hash = found.as_ref().filter(|(user, _)| user.active).and_then(|(_, hash)| hash.clone());
        let right = self.passwords.verify(password, hash).await?;
        let Some((user, _)) = found else { return Ok(SignIn::Wrong { left }) };
        if !right {
            self.record(&user.sign_in, Action::Refused, address).await?;
            return Ok(SignIn::Wrong { left });
        }
        self.store.succeeded(name, address).await?;
        self.record(&user.sign_in, Action::SignedIn, address).await?;
        Ok(SignIn::Right(Box::new(user)))
    }

    /// Who asks with a token, `evk_` and 64 hexadecimal digits. Whoever sends wrong ones waits; a right one is answered even
    /// then, because other programs of the same machine have done nothing wrong.
    pub(crate) async fn bearer(&self, typed: &str, address: &str) -> Result<Bearer, StateError> {
        let secret = typed.strip_prefix(TOKEN_PREFIX).and_then(Secret::parse);
        let found = match &secret {
            Some(secret) => self.store.token_holder(secret, self.now()).await?,
            None => None,
        };
        // A token of which a newer version knows what it may do may do nothing here.
        if let Some((user, token)) = found.filter(|(_, token)| token.scope.is_some()) {
            return Ok(Bearer::Owner { user: Box::new(user), token });
        }
        // Not counted for the name and address of those who sign in, so that a program with an old token keeps nobody out.
        let (name, place) = (format!("API token from {address}"), format!("API {address}"));
        let counted = self.store.attempt(&name, &place, TOKEN_LIMITS, self.now()).await?;
        Ok(match counted {
            Attempt::Allowed { .. } => Bearer::Wrong,
            Attempt::Wait { until } => Bearer::Wait { seconds: self.seconds_until(until) },
        })
    }

    /// Whose dates are read at a secret address. Whoever sends wrong ones waits, as with tokens.
    pub(crate) async fn calendar(&self, secret: Option<&Secret>, address: &str) -> Result<Calendar, StateError> {
        if let Some(secret) = secret
            && let Some(user) = self.store.date_address_holder(secret).await?
        {
            return Ok(Calendar::Of(user));
        }
        let (name, place) = (format!("calendar address from {address}"), format!("calendar {address}"));
        Ok(match self.store.attempt(&name, &place, TOKEN_LIMITS, self.now()).await? {
            Attempt::Allowed { .. } => Calendar::Nobody,
            Attempt::Wait { until } => Calendar::Wait { seconds: self.seconds_until(until) },
        })
    }

    /// The audit trail of a program that asks with a token of this name.
    pub(crate) fn trail_of_token(self: &Arc<Self>, token: String) -> Arc<dyn Trail> {
        Arc::new(TokenTrail { accounts: Arc::clone(self), token })
    }

    /// Tries to set up the first administrator. They analyse the record too, so that a small team needs nobody else; both
    /// roles can be taken away.
    pub(crate) async fn set_up(
        &self,
        typed: &str,
        name: &str,
        sign_in: &str,
        password: String,
        address: &str,
    ) -> Result<SetUp, StateError> {
        const COUNTED_AS: &str = "code of the first administrator";
        if let Attempt::Wait { until } = self.store.attempt(COUNTED_AS, address, self.limits, self.now()).await? {
            return Ok(SetUp::Wait { seconds: self.seconds_until(until) });
        }
        // Held to the end, so that the code works once.
        let mut code = self.code.lock().await;
        if !code.as_ref().is_some_and(|code| code.is_code(typed)) {
            return Ok(SetUp::WrongCode);
        }
        self.store.succeeded(COUNTED_AS, address).await?;
        if let Err(error) = Passwords::check(&password, sign_in) {
            return Ok(SetUp::Unfit(error.to_string()));
        }
        let grants = vec![Grant::Everywhere(Role::Administrator), Grant::Everywhere(Role::Insights)];
        let password = Some(self.passwords.hash(password).await?);
        match self.store.add_first_user(NewUser { name, sign_in, password, grants }, self.now()).await {
            Ok(user) => {
                *code = None;
                Ok(SetUp::Done(Box::new(user)))
            }
            Err(StateError::Name(error)) => Ok(SetUp::Unfit(error.to_string())),
            Err(StateError::NotFirst) => {
                *code = None;
                Ok(SetUp::WrongCode)
            }
            Err(error) => Err(error),
        }
    }

    pub(crate) fn seconds_until(&self, until: Timestamp) -> u64 {
        until.duration_since(self.now()).as_secs().max(1).unsigned_abs()
    }
}

/// Takes looks down that come from a program: its owner's, by the token.
struct TokenTrail {
    accounts: Arc<Accounts>,
    token: String,
}

#[async_trait]
impl Trail for TokenTrail {
    async fn looked(&self, viewer: &Viewer, about: &str, at: &LookedAt) -> Result<(), NotRecorded> {
        let entry = Entry {
            who: viewer.name().to_owned(),
            origin: Origin::Programs,
            action: Action::LookedAtPeople,
            about: format!("{about}, by token {}", self.token),
        };
        let recorded = self.accounts.store.record_look(&entry, at, self.accounts.now()).await;
        recorded.map_err(|error| NotRecorded(error.to_string()))
    }
}

/// Takes looks down that come from pages.
struct PagesTrail(Arc<Accounts>);

#[async_trait]
impl Trail for PagesTrail {
    async fn looked(&self, viewer: &Viewer, about: &str, at: &LookedAt) -> Result<(), NotRecorded> {
        let entry = Entry {
            who: viewer.name().to_owned(),
            origin: Origin::Pages,
            action: Action::LookedAtPeople,
            about: about.to_owned(),
        };
        let recorded = self.0.store.record_look(&entry, at, self.0.now()).await;
        recorded.map_err(|error| NotRecorded(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use evenkeel_model::ids::{MeasureId, UnitId};
    use evenkeel_state::{Location, NewNote};
    use jiff::civil::date;

    use super::*;

    /// A server reads now and then what others wrote. What it began to read before somebody wrote must not take the place of
    /// what they wrote.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn whoever_wrote_something_sees_it_at_once() {
        let folder = tempfile::TempDir::new().unwrap();
        let store = StateStore::open(&Location::new(None, folder.path()).unwrap()).await.unwrap();
        let at: Timestamp = "2026-11-02T06:10:00Z".parse().unwrap();
        let accounts = Accounts::new(store, Arc::new(|| Ok([7; 32])), Arc::new(move || at)).await.unwrap();
        let accounts = Arc::new(accounts);
        let server = Arc::clone(&accounts);
        let looking = tokio::spawn(async move {
            loop {
                server.read_initiatives().await.unwrap();
                server.read_notes().await.unwrap();
            }
        });
        let initiative = Initiative {
            number: 0,
            title: "Training".to_owned(),
            aim: String::new(),
            owner: "Rosa".to_owned(),
            begins: date(2026, 3, 2),
            ends: None,
            units: vec![UnitId::new("north")],
            measures: vec![MeasureId::new("csat")],
        };
        let note = NewNote {
            measure: MeasureId::new("csat"),
            unit: UnitId::new("north"),
            period: "2026-10".to_owned(),
            last_day: date(2026, 10, 31),
            text: "The lift was out of order.".to_owned(),
            mentions: vec!["ines".to_owned()],
        };
        for written in 1..=50 {
            accounts.store.add_initiative(&initiative, accounts.change("ines", "training")).await.unwrap();
            accounts.read_initiatives().await.unwrap();
            assert_eq!(accounts.initiatives().len(), written);
            accounts.store.add_note(&note, accounts.change("ines", "csat")).await.unwrap();
            accounts.read_notes().await.unwrap();
            assert_eq!(accounts.notes().len(), written);
        }
        looking.abort();
    }
}
