//! The file of the key: written whole or not at all, and read by its owner alone.

use std::collections::HashMap;
use std::fmt;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use jiff::Timestamp;
use thiserror::Error;

use crate::key::{Erased, PeopleKey};

/// Gives 32 random bytes; none where the system has none. The binary asks the system, tests give fixed ones.
pub type Random = Arc<dyn Fn() -> Option<[u8; 32]> + Send + Sync>;

/// What can be wrong with the key.
#[derive(Debug, Error)]
pub enum KeyError {
    /// There is none.
    #[error("the key of pseudonyms, `{path}`, is not there")]
    Missing {
        /// The file.
        path: String,
    },
    /// It is another one.
    #[error(
        "`{path}` is not the key by which the lake was written: the lake has pseudonyms of key {lake}, this is key {found}"
    )]
    Another {
        /// The file.
        path: String,
        /// The key by which the lake was written.
        lake: String,
        /// The key that the file is.
        found: String,
    },
    /// It cannot be read or written.
    #[error("the key of pseudonyms, `{path}`, cannot be {what}: {error}")]
    File {
        /// The file.
        path: String,
        /// `read` or `written`.
        what: &'static str,
        /// Why.
        error: std::io::Error,
    },
    /// It is no key.
    #[error("the key of pseudonyms, `{path}`, cannot be read: {reason}")]
    Damaged {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// Others than its owner may read it.
    #[error("the key of pseudonyms, `{path}`, can be read by others than its owner")]
    Open {
        /// The file.
        path: String,
    },
    /// Somebody else is writing it.
    #[error("the key of pseudonyms, `{path}`, is being written by an import or by another command")]
    Busy {
        /// The file.
        path: String,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes, without which no pseudonym can be made")]
    Unrandom,
}

impl KeyError {
    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            KeyError::Missing { .. } => Some(
                "bring it back from its backup, to the place that `pseudonyms` in evenkeel.yaml names. Figures of units need it \
                 not; who stands behind a pseudonym, and importing, do. Where it is lost for good, remove the folder of the \
                 lake and import again: that makes a new key"
                    .to_owned(),
            ),
            KeyError::Another { .. } => {
                Some("name the key of this lake under `pseudonyms` in evenkeel.yaml, or bring it back".to_owned())
            }
            KeyError::Open { path } => Some(format!("take the rights of others away: chmod 600 '{path}'")),
            KeyError::Busy { .. } => Some("wait until that has ended, then try again".to_owned()),
            KeyError::Damaged { .. } => Some("bring it back from its backup".to_owned()),
            KeyError::File { .. } | KeyError::Unrandom => None,
        }
    }
}

/// What tells one state of the file from another: it is replaced as a whole, never changed in place.
type Stamp = (Option<SystemTime>, u64, u64);

/// What was read, and of which state of the file.
type Read = (Stamp, Arc<PeopleKey>);

/// The file of a key. Cheap to clone; clones share what was read.
#[derive(Clone)]
pub struct KeyFile {
    path: PathBuf,
    random: Random,
    read: Arc<Mutex<Option<Read>>>,
}

impl fmt::Debug for KeyFile {
    /// Who stands in it is never written to a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyFile").field(&self.path).finish()
    }
}

impl KeyFile {
    /// The key at a place, which need not be there yet.
    #[must_use]
    pub fn new(path: PathBuf, random: Random) -> Self {
        Self { path, random, read: Arc::default() }
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn told(&self) -> String {
        self.path.display().to_string()
    }

    fn failed(&self, what: &'static str) -> impl Fn(std::io::Error) -> KeyError + '_ {
        move |error| KeyError::File { path: self.told(), what, error }
    }

    /// What it holds now; none where it is not there. It is read again only when it was replaced.
    pub fn read(&self) -> Result<Option<Arc<PeopleKey>>, KeyError> {
        let about = match std::fs::metadata(&self.path) {
            Ok(about) => about,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.failed("read")(error)),
        };
        if is_open(&about) {
            return Err(KeyError::Open { path: self.told() });
        }
        let stamp = stamp(&about);
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, key)) = &*read
            && *known == stamp
        {
            return Ok(Some(Arc::clone(key)));
        }
        let bytes = std::fs::read(&self.path).map_err(self.failed("read"))?;
        let key = PeopleKey::parse(&bytes).map_err(|reason| KeyError::Damaged { path: self.told(), reason })?;
        let key = Arc::new(key);
        *read = Some((stamp, Arc::clone(&key)));
        Ok(Some(key))
    }

    /// What it holds now, where it is the key of this name; else why it is not.
    pub fn read_as(&self, lake: &str) -> Result<Arc<PeopleKey>, KeyError> {
        let key = self.read()?.ok_or_else(|| KeyError::Missing { path: self.told() })?;
        if key.id() == lake {
            return Ok(key);
        }
        Err(KeyError::Another { path: self.told(), lake: lake.to_owned(), found: key.id().to_owned() })
    }

    /// Begins to write it; nobody else does until that has ended. `lake` names the key by which the lake was written; without
    /// it a new key is made where there is none. It is put in place by [`KeyWriter::keep`] alone.
    pub fn write(&self, lake: Option<&str>, now: Timestamp) -> Result<KeyWriter, KeyError> {
        if let Some(lake) = lake {
            // Before anything is made in a folder that may be a disk which is not there.
            self.read_as(lake)?;
        }
        let failed = self.failed("written");
        if let Some(folder) = self.folder() {
            std::fs::create_dir_all(folder).map_err(&failed)?;
        }
        let lock = private().create(true).truncate(false).open(self.beside("lock")).map_err(&failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(KeyError::Busy { path: self.told() }),
            Err(std::fs::TryLockError::Error(error)) => return Err(failed(error)),
        }
        // It may have been replaced before the lock was held.
        let present = match lake {
            Some(lake) => Some(self.read_as(lake)?),
            None => self.read()?,
        };
        let (key, changed) = match present {
            Some(key) => ((*key).clone(), false),
            None => (PeopleKey::new(self.drawn()?, self.drawn()?), true),
        };
        Ok(KeyWriter { file: self.clone(), key, changed, called: HashMap::new(), rows: 0, now, _lock: lock })
    }

    fn drawn(&self) -> Result<[u8; 32], KeyError> {
        (self.random)().ok_or(KeyError::Unrandom)
    }

    fn folder(&self) -> Option<&Path> {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty())
    }

    /// A file beside it.
    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{ending}"));
        PathBuf::from(name)
    }

    /// Puts a key in place: whole and on the disk when this ends, or not at all.
    fn replace(&self, key: &PeopleKey) -> Result<(), KeyError> {
        let failed = self.failed("written");
        let bytes = key.written().map_err(|error| failed(error.into()))?;
        let new = self.beside("new");
        // What a program left that died may have other rights.
        match std::fs::remove_file(&new) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
            _ => {}
        }
        let mut file = private().create_new(true).open(&new).map_err(&failed)?;
        file.write_all(&bytes).and_then(|()| file.sync_all()).map_err(&failed)?;
        std::fs::rename(&new, &self.path).map_err(&failed)?;
        #[cfg(unix)]
        File::open(self.folder().unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all()).map_err(&failed)?;
        *self.read.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(())
    }
}

/// Options to write a file that its owner alone may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn is_open(about: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open(_: &Metadata) -> bool {
    false
}

fn stamp(about: &Metadata) -> Stamp {
    #[cfg(unix)]
    let file = std::os::unix::fs::MetadataExt::ino(about);
    #[cfg(not(unix))]
    let file = 0;
    (about.modified().ok(), about.len(), file)
}

/// What a row says of the name of somebody: its version, its place among the rows, name and address.
type Called = (i64, u64, Option<String>, Option<String>);

/// A key that is being written. Dropped without [`Self::keep`], it leaves the file as it was.
pub struct KeyWriter {
    file: KeyFile,
    key: PeopleKey,
    changed: bool,
    /// What rows say of names, by identifier; it holds when the rows do.
    called: HashMap<String, Called>,
    rows: u64,
    now: Timestamp,
    _lock: File,
}

impl KeyWriter {
    /// What it holds, with all that was added.
    #[must_use]
    pub fn key(&self) -> &PeopleKey {
        &self.key
    }

    /// The pseudonym of somebody, who is added where nobody knows them.
    pub fn pseudonym(&mut self, person: &str) -> Result<String, KeyError> {
        if let Some(known) = self.key.known(person) {
            return Ok(known.pseudonym.clone());
        }
        if let Some(pseudonym) = self.key.of_erased(person, self.now) {
            self.changed = true;
            return Ok(pseudonym.to_owned());
        }
        let pseudonym = loop {
            if let Some(free) = self.key.free(self.file.drawn()?) {
                break free;
            }
        };
        self.key.add(person, &pseudonym);
        self.changed = true;
        Ok(pseudonym)
    }

    /// Takes down what a row says somebody is called. As in the lake, the row with the highest version holds, and among
    /// equal ones the latest.
    pub fn call(&mut self, person: &str, name: Option<&str>, email: Option<&str>, version: i64) {
        self.rows += 1;
        let said = (version, self.rows, name.map(str::to_owned), email.map(str::to_owned));
        match self.called.get_mut(person) {
            Some(known) if (known.0, known.1) > (said.0, said.1) => {}
            Some(known) => *known = said,
            None => drop(self.called.insert(person.to_owned(), said)),
        }
    }

    /// Puts the key in place. When this ends it is on the disk.
    pub fn keep(&mut self) -> Result<(), KeyError> {
        #[expect(clippy::iter_over_hash_type, reason = "each changes somebody else")]
        for (person, (version, _, name, email)) in std::mem::take(&mut self.called) {
            self.changed |= self.key.call(&person, name, email, version);
        }
        if std::mem::take(&mut self.changed) {
            self.file.replace(&self.key)?;
        }
        Ok(())
    }

    /// Takes somebody out; gives the pseudonym that rows of them keep, and none when the key does not know them.
    pub fn erase(&mut self, person: &str) -> Option<String> {
        let pseudonym = self.key.erase(person);
        self.changed |= pseudonym.is_some();
        pseudonym
    }

    /// Forgets what is left of somebody who was erased: rows that still name them get another pseudonym from now on.
    pub fn forget(&mut self, pseudonym: &str) -> Option<Erased> {
        let erased = self.key.forget(pseudonym);
        self.changed |= erased.is_some();
        erased
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU8, Ordering};

    use tempfile::TempDir;

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    /// A key in a folder, whose random bytes are counted up.
    fn file(folder: &TempDir) -> KeyFile {
        let next = AtomicU8::new(0);
        KeyFile::new(
            folder.path().join("keys/people.key"),
            Arc::new(move || Some([next.fetch_add(1, Ordering::Relaxed); 32])),
        )
    }

    #[test]
    fn a_person_has_one_pseudonym_and_stands_behind_it() {
        let folder = TempDir::new().unwrap();
        let file = file(&folder);
        assert!(file.read().unwrap().is_none());
        let mut writer = file.write(None, NOW).unwrap();
        let (ann, bob) = (writer.pseudonym("E1").unwrap(), writer.pseudonym("E2").unwrap());
        assert!(ann != bob && ann.starts_with("p-") && !ann.contains("E1"));
        writer.call("E1", Some("Ann"), None, 2);
        writer.call("E1", Some("Anne"), Some("ann@x"), 1);
        assert!(file.read().unwrap().is_none(), "nothing is there before it is kept");
        writer.keep().unwrap();
        drop(writer);
        let key = file.read().unwrap().unwrap();
        assert_eq!(
            key.behind(&ann).map(|known| (known.person.as_str(), known.name.as_deref())),
            Some(("E1", Some("Ann")))
        );
        let id = key.id().to_owned();
        let mut writer = file.write(Some(&id), NOW).unwrap();
        assert_eq!(writer.pseudonym("E1").unwrap(), ann);
        writer.call("E1", Some("Ann B."), None, 2);
        writer.call("E2", Some("Bob"), None, 0);
        writer.keep().unwrap();
        let key = file.read().unwrap().unwrap();
        let names = ["E1", "E2"].map(|id| key.known(id).and_then(|known| known.name.clone()));
        assert_eq!(names, [Some("Ann B.".to_owned()), Some("Bob".to_owned())]);
    }

    #[test]
    fn who_was_erased_stands_nowhere_in_the_file_and_keeps_the_pseudonym() {
        let folder = TempDir::new().unwrap();
        let file = file(&folder);
        let mut writer = file.write(None, NOW).unwrap();
        let ann = writer.pseudonym("E1042").unwrap();
        writer.call("E1042", Some("Ann Ash"), Some("ann@bank"), 0);
        writer.keep().unwrap();
        assert_eq!(writer.erase("E1042"), Some(ann.clone()));
        assert_eq!(writer.erase("E1042"), None);
        writer.keep().unwrap();
        let text = std::fs::read_to_string(file.path()).unwrap();
        assert!(
            text.contains(&ann) && !text.contains("E1042") && !text.contains("Ash") && !text.contains("ann@"),
            "{text}"
        );
        let key = file.read().unwrap().unwrap();
        assert!(key.behind(&ann).is_none() && key.known("E1042").is_none());
        assert_eq!(key.erased().next().unwrap().named_at, None);
        // Rows that still name them keep the pseudonym, give them no name, and are noticed.
        assert_eq!(writer.pseudonym("E1042").unwrap(), ann);
        writer.call("E1042", Some("Ann Ash"), None, 9);
        writer.keep().unwrap();
        let key = file.read().unwrap().unwrap();
        assert!(key.known("E1042").is_none());
        assert_eq!(key.erased().next().unwrap().named_at, Some(NOW));
        assert!(!std::fs::read_to_string(file.path()).unwrap().contains("Ash"));
        // Once the hash is forgotten, they are somebody new.
        assert!(writer.forget(&ann).is_some());
        assert!(writer.pseudonym("E1042").unwrap() != ann);
    }

    #[test]
    fn one_at_a_time_writes_it_and_nobody_else_reads_it() {
        let folder = TempDir::new().unwrap();
        let file = file(&folder);
        let mut writer = file.write(None, NOW).unwrap();
        assert!(matches!(file.write(None, NOW), Err(KeyError::Busy { .. })));
        writer.keep().unwrap();
        drop(writer);
        let id = file.read().unwrap().unwrap().id().to_owned();
        assert!(matches!(file.write(Some("other"), NOW), Err(KeyError::Another { .. })));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(file.path()).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
            std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o644)).unwrap();
            assert!(matches!(file.read(), Err(KeyError::Open { .. })));
            std::fs::set_permissions(file.path(), std::fs::Permissions::from_mode(0o600)).unwrap();
        }
        let whole = std::fs::read(file.path()).unwrap();
        std::fs::write(file.path(), &whole[..whole.len() - 9]).unwrap();
        assert!(matches!(file.read(), Err(KeyError::Damaged { .. })));
        std::fs::remove_file(file.path()).unwrap();
        assert!(matches!(file.write(Some(&id), NOW), Err(KeyError::Missing { .. })));
    }
}
