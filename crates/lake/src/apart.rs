//! Names apart from facts: pseudonyms in the place of people, before a row is hashed or written.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use evenkeel_model::record::{self, Table};
use evenkeel_pseudonym::{KeyError, KeyFile, KeyWriter, PeopleKey};
use jiff::Timestamp;

use crate::manifest::Manifest;
use crate::rejects::Reject;
use crate::scan::Form;
use crate::{LakeError, Rows, Snapshot, Storage, exclusions};

/// Who the people of the rows of a lake are.
#[derive(Debug, Clone)]
pub enum People {
    /// Rows name them as their sources do.
    Named,
    /// Rows have pseudonyms, and this key says who stands behind them.
    Apart(Arc<PeopleKey>),
    /// Rows have pseudonyms, and nothing says who stands behind them: why, and what to do about it.
    Unknown(Arc<LakeError>),
}

impl People {
    pub(crate) fn of(storage: &Storage, manifest: &Manifest, key: Option<&KeyFile>) -> Self {
        let Some(lake) = &manifest.people_key else { return Self::Named };
        // Figures need no key, so that what is wrong with it keeps nobody from reading them.
        let found = match key {
            Some(key) => key.read_as(lake).map_err(LakeError::from),
            None => Err(LakeError::NoKeyNamed { location: storage.folder().display().to_string() }),
        };
        match found {
            Ok(key) => Self::Apart(key),
            Err(error) => Self::Unknown(Arc::new(error)),
        }
    }

    /// The key; none where rows name people, and where it is not there.
    #[must_use]
    pub fn key(&self) -> Option<&Arc<PeopleKey>> {
        match self {
            People::Apart(key) => Some(key),
            People::Named | People::Unknown(_) => None,
        }
    }

    /// Whether they are the same as before: a key that was replaced is another one.
    #[must_use]
    pub fn is_as(&self, before: &Self) -> bool {
        match (self.key(), before.key()) {
            (Some(key), Some(before)) => Arc::ptr_eq(key, before),
            (None, None) => true,
            _ => false,
        }
    }

    /// Why nobody can be told who stands behind pseudonyms.
    #[must_use]
    pub fn unknown(&self) -> Option<&LakeError> {
        match self {
            People::Unknown(error) => Some(error),
            People::Named | People::Apart(_) => None,
        }
    }
}

impl Snapshot {
    /// What sources call a person besides, as the lake has it.
    pub async fn aliases_of(&self, person: &str) -> Result<Vec<String>, LakeError> {
        let mut aliases = BTreeSet::new();
        let columns = ["kind", "id", "canonical_id"].map(|name| (name, Form::Plain));
        for piece in self.pieces("aliases").await? {
            for batch in piece.read(&columns)? {
                let batch = batch?;
                let text = |column: usize| cast(batch.column(column), &DataType::Utf8);
                let (kinds, ids, people) = (text(0)?, text(1)?, text(2)?);
                let (kinds, ids, people) =
                    (kinds.as_string::<i32>(), ids.as_string::<i32>(), people.as_string::<i32>());
                let own = (0..batch.num_rows()).filter(|row| is(kinds, *row, "person") && is(people, *row, person));
                aliases.extend(own.map(|row| ids.value(row).to_owned()));
            }
        }
        Ok(aliases.into_iter().collect())
    }
}

/// A path without links, as far as it is there; what is not there yet is appended.
fn resolved(path: &Path) -> PathBuf {
    let mut missing = Vec::new();
    let mut there = path;
    loop {
        if let Ok(found) = there.canonicalize() {
            return missing.iter().rev().fold(found, |path, part| path.join(part));
        }
        match (there.parent(), there.components().next_back()) {
            (Some(above), Some(last @ Component::Normal(_))) => {
                missing.push(PathBuf::from(last.as_os_str()));
                there = if above.as_os_str().is_empty() { Path::new(".") } else { above };
            }
            _ => return path.to_path_buf(),
        }
    }
}

/// Refuses a key in the folder of the lake: that folder is copied, shared and backed up as a whole.
pub(crate) fn lies_elsewhere(storage: &Storage, key: &KeyFile) -> Result<(), LakeError> {
    if !resolved(key.path()).starts_with(storage.folder()) {
        return Ok(());
    }
    Err(LakeError::KeyInLake {
        path: key.path().display().to_string(),
        location: storage.folder().display().to_string(),
    })
}

/// The key that an import writes, where pseudonyms stand for people; refused where lake and project do not agree.
pub(crate) fn write(
    storage: &Storage,
    manifest: &Manifest,
    key: Option<&KeyFile>,
    now: Timestamp,
) -> Result<Option<KeyWriter>, LakeError> {
    let location = || storage.folder().display().to_string();
    match (key, &manifest.people_key) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(LakeError::NoKeyNamed { location: location() }),
        (Some(_), None) if !manifest.tables.is_empty() => Err(LakeError::NamesPeople { location: location() }),
        (Some(key), lake) => Ok(Some(key.write(lake.as_deref(), now)?)),
    }
}

/// Rows with pseudonyms in the place of people. Names and addresses go into the key and into no row.
pub(crate) fn without_names(table: &Table, rows: Rows, key: &mut KeyWriter) -> Result<Rows, LakeError> {
    let batch = &rows.batch;
    let text = |name: &str| batch.column_by_name(name).map(|column| column.as_string::<i32>().clone());
    let mut columns: Vec<ArrayRef> = Vec::with_capacity(batch.num_columns());
    for (field, column) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        let name = field.name().as_str();
        let names_person = table.column(name).is_some_and(|column| column.names_person);
        columns.push(match (table.name, name) {
            ("people", "name" | "email") => new_null_array(column.data_type(), column.len()),
            ("exclusions", "key") => replaced(column, |row, value| {
                let of =
                    text("table_name").filter(|tables| tables.is_valid(row)).map(|tables| tables.value(row).to_owned());
                key_without_names(of.as_deref(), value, key)
            })?,
            // An event says in the same columns who and what; a customer works elsewhere.
            ("case_events", "field_from" | "field_to") => {
                let kinds = text("kind");
                let is_person = |row: usize| kinds.as_ref().is_some_and(|kinds| is(kinds, row, "assignee"));
                replaced(column, |row, value| if is_person(row) { key.pseudonym(value) } else { Ok(value.to_owned()) })?
            }
            ("case_events", "actor_id") => {
                let kinds = text("actor_kind");
                let is_customer = |row: usize| kinds.as_ref().is_some_and(|kinds| is(kinds, row, "customer"));
                replaced(
                    column,
                    |row, value| if is_customer(row) { Ok(value.to_owned()) } else { key.pseudonym(value) },
                )?
            }
            ("aliases", "id" | "canonical_id") => {
                let kinds = text("kind");
                let is_person = |row: usize| kinds.as_ref().is_some_and(|kinds| is(kinds, row, "person"));
                replaced(column, |row, value| if is_person(row) { key.pseudonym(value) } else { Ok(value.to_owned()) })?
            }
            _ if names_person => replaced(column, |_, value| key.pseudonym(value))?,
            _ => Arc::clone(column),
        });
    }
    if table.name == "people" {
        let (people, names, addresses) = (text("person_id"), text("name"), text("email"));
        let value = |column: &Option<StringArray>, row: usize| {
            column.as_ref().filter(|column| column.is_valid(row)).map(|column| column.value(row).to_owned())
        };
        for row in 0..batch.num_rows() {
            if let Some(person) = value(&people, row) {
                let (name, address) = (value(&names, row), value(&addresses, row));
                key.call(&person, name.as_deref(), address.as_deref(), rows.version[row]);
            }
        }
    }
    let batch = RecordBatch::try_new(batch.schema(), columns)?;
    Ok(Rows { batch, ..rows })
}

fn is(texts: &StringArray, row: usize, word: &str) -> bool {
    texts.is_valid(row) && texts.value(row) == word
}

/// A column of texts with each of them replaced.
fn replaced(
    column: &ArrayRef,
    mut replace: impl FnMut(usize, &str) -> Result<String, KeyError>,
) -> Result<ArrayRef, LakeError> {
    let texts = column.as_string::<i32>();
    let mut replacing = Vec::with_capacity(texts.len());
    for (row, text) in texts.iter().enumerate() {
        replacing.push(text.map(|text| replace(row, text)).transpose()?);
    }
    Ok(Arc::new(StringArray::from(replacing)))
}

/// The key of a row that does not count, with pseudonyms in the place of people. What is no key stays: no row has it.
fn key_without_names(table: Option<&str>, text: &str, key: &mut KeyWriter) -> Result<String, KeyError> {
    let Some(table) = table.and_then(record::table) else { return Ok(text.to_owned()) };
    let Ok(values) = serde_json::from_str::<Vec<Option<String>>>(text) else { return Ok(text.to_owned()) };
    if values.len() != table.key.len() || !table.key.iter().any(|name| names_person(table, name)) {
        return Ok(text.to_owned());
    }
    let mut replaced = Vec::with_capacity(values.len());
    for (name, value) in table.key.iter().zip(values) {
        replaced.push(match value {
            Some(person) if names_person(table, name) => Some(key.pseudonym(&person)?),
            other => other,
        });
    }
    Ok(exclusions::key(&replaced.iter().map(Option::as_deref).collect::<Vec<_>>()))
}

fn names_person(table: &Table, column: &str) -> bool {
    table.column(column).is_some_and(|column| column.names_person)
}

/// A rejected row without anything that stands in it: a value in the wrong place may say who somebody is. File, line,
/// column and reason lead to it.
pub(crate) fn without_text(reject: Reject) -> Reject {
    let reason = reject.reason.replace('_', " ");
    let message = format!("{reason}; what stands there is not kept, because this lake keeps people apart");
    Reject { value: None, message, ..reject }
}
