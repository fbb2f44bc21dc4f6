//! What the key holds.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use blake3::Hash;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What every pseudonym begins with.
const PREFIX: &str = "p-";
/// How many random bytes a pseudonym has: among a million people, two that are drawn alike are less likely than one in
/// ten million, and are drawn again.
const BYTES: usize = 8;

/// Who stands behind a pseudonym.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// The identifier, as sources have it.
    pub person: String,
    /// The pseudonym.
    pub pseudonym: String,
    /// What people call them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Their address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The version of the row that name and address are of: an older one does not change them.
    #[serde(default)]
    pub(crate) version: i64,
}

/// Somebody who was erased. When that was is not kept here: the audit trail says who was erased when, and the two together
/// would lead from the one to the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erased {
    /// The pseudonym that rows of them have.
    pub pseudonym: String,
    /// When rows last came that still name them; none when there were none since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named_at: Option<Timestamp>,
    /// A keyed hash of the identifier.
    pub(crate) hash: String,
}

/// Who stands behind the pseudonyms of a lake.
#[derive(Clone)]
pub struct PeopleKey {
    id: String,
    secret: [u8; 32],
    known: BTreeMap<String, Known>,
    /// The identifier behind each pseudonym.
    behind: HashMap<String, String>,
    /// Those who were erased, by the keyed hash of their identifier.
    erased: BTreeMap<String, Erased>,
}

impl fmt::Debug for PeopleKey {
    /// Who stands in it is never written to a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PeopleKey").field(&self.id).finish()
    }
}

/// The form of the file. Raised when an older evenkeel could misread it.
const FORMAT: u32 = 1;

/// The key as a file has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    format: u32,
    key: String,
    secret: String,
    people: Vec<Known>,
    #[serde(default)]
    erased: Vec<Erased>,
}

impl PeopleKey {
    /// A new key, in which nobody stands.
    pub(crate) fn new(name: [u8; 32], secret: [u8; 32]) -> Self {
        let id = hex(name)[..2 * BYTES].to_owned();
        Self { id, secret, known: BTreeMap::new(), behind: HashMap::new(), erased: BTreeMap::new() }
    }

    /// Reads what a file has; else says why it is no key.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let written: Written = serde_json::from_slice(bytes).map_err(|error| {
            // What stands in the file may be a name, so that only the place is told.
            format!("it is no key of pseudonyms, or was cut off, near line {}, column {}", error.line(), error.column())
        })?;
        if written.format != FORMAT {
            return Err(format!("it has form {}, this evenkeel reads form {FORMAT}", written.format));
        }
        let secret = Hash::from_hex(&written.secret).map_err(|_| "its secret cannot be read".to_owned())?;
        let behind = written.people.iter().map(|known| (known.pseudonym.clone(), known.person.clone())).collect();
        Ok(Self {
            id: written.key,
            secret: *secret.as_bytes(),
            known: written.people.into_iter().map(|known| (known.person.clone(), known)).collect(),
            behind,
            erased: written.erased.into_iter().map(|erased| (erased.hash.clone(), erased)).collect(),
        })
    }

    /// The key as a file has it.
    pub(crate) fn written(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec_pretty(&Written {
            format: FORMAT,
            key: self.id.clone(),
            secret: hex(self.secret),
            people: self.known.values().cloned().collect(),
            erased: self.erased.values().cloned().collect(),
        })
    }

    /// Which key it is; the lake says by which one it was written.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Who stands behind a pseudonym; none for those who were erased, and for what is no pseudonym of this key.
    #[must_use]
    pub fn behind(&self, pseudonym: &str) -> Option<&Known> {
        self.known.get(self.behind.get(pseudonym)?)
    }

    /// What the key knows of an identifier.
    #[must_use]
    pub fn known(&self, person: &str) -> Option<&Known> {
        self.known.get(person)
    }

    /// Everybody who is known, by identifier.
    pub fn people(&self) -> impl Iterator<Item = &Known> {
        self.known.values()
    }

    /// Those who were erased, in an order that says nothing.
    pub fn erased(&self) -> impl Iterator<Item = &Erased> {
        self.erased.values()
    }

    fn hash(&self, person: &str) -> String {
        blake3::keyed_hash(&self.secret, person.as_bytes()).to_hex().to_string()
    }

    /// The pseudonym that rows of somebody who was erased keep, by the identifier that they had.
    #[must_use]
    pub fn erased_as(&self, person: &str) -> Option<&str> {
        self.erased.get(&self.hash(person)).map(|erased| erased.pseudonym.as_str())
    }

    /// The pseudonym of somebody who was erased, who is named by a row again.
    pub(crate) fn of_erased(&mut self, person: &str, now: Timestamp) -> Option<&str> {
        if self.erased.is_empty() {
            return None;
        }
        let hash = self.hash(person);
        let erased = self.erased.get_mut(&hash)?;
        erased.named_at = Some(now);
        Some(&erased.pseudonym)
    }

    /// A pseudonym of these random bytes; none when somebody has it.
    pub(crate) fn free(&self, random: [u8; 32]) -> Option<String> {
        let pseudonym = format!("{PREFIX}{}", &hex(random)[..2 * BYTES]);
        let taken = self.behind.contains_key(&pseudonym)
            || self.known.contains_key(&pseudonym)
            || self.erased.values().any(|erased| erased.pseudonym == pseudonym);
        (!taken).then_some(pseudonym)
    }

    /// Adds somebody.
    pub(crate) fn add(&mut self, person: &str, pseudonym: &str) {
        self.behind.insert(pseudonym.to_owned(), person.to_owned());
        let known = Known {
            person: person.to_owned(),
            pseudonym: pseudonym.to_owned(),
            name: None,
            email: None,
            version: i64::MIN,
        };
        self.known.insert(person.to_owned(), known);
    }

    /// Says what somebody is called, unless a newer row said so before; whether that changes anything.
    pub(crate) fn call(&mut self, person: &str, name: Option<String>, email: Option<String>, version: i64) -> bool {
        // Those who were erased get no name any more.
        let Some(known) = self.known.get_mut(person).filter(|known| known.version <= version) else { return false };
        let changed = known.name != name || known.email != email || known.version != version;
        (known.name, known.email, known.version) = (name, email, version);
        changed
    }

    /// Takes somebody out of the key; gives the pseudonym that rows of them keep.
    pub(crate) fn erase(&mut self, person: &str) -> Option<String> {
        let known = self.known.remove(person)?;
        self.behind.remove(&known.pseudonym);
        let hash = self.hash(person);
        let erased = Erased { pseudonym: known.pseudonym.clone(), named_at: None, hash: hash.clone() };
        self.erased.insert(hash, erased);
        Some(known.pseudonym)
    }

    /// Forgets the hash of somebody who was erased; whether there was one.
    pub(crate) fn forget(&mut self, pseudonym: &str) -> Option<Erased> {
        let hash = self.erased.values().find(|erased| erased.pseudonym == pseudonym)?.hash.clone();
        self.erased.remove(&hash)
    }
}

fn hex(bytes: [u8; 32]) -> String {
    Hash::from_bytes(bytes).to_hex().to_string()
}
