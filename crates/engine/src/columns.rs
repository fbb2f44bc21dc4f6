//! Columns of record batches: by name, as texts, and as codes that stand for texts.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int32Type};
use hashbrown::HashMap;

use crate::EngineError;

/// Text cells of a column, whatever form the text is stored in.
pub(crate) struct Texts(ArrayRef);

impl Texts {
    pub(crate) fn of(column: &ArrayRef) -> Result<Self, EngineError> {
        Ok(Self(cast(column, &DataType::Utf8View)?))
    }

    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        let texts = self.0.as_string_view();
        texts.is_valid(row).then(|| texts.value(row))
    }
}

/// A column of a batch by its name.
pub(crate) fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef, EngineError> {
    batch.column_by_name(name).ok_or_else(|| {
        EngineError::Arrow(arrow::error::ArrowError::SchemaError(format!("column `{name}` is not there")))
    })
}

/// Words to codes and back, for all threads.
#[derive(Debug, Default)]
pub(crate) struct Words(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    codes: HashMap<String, u32>,
    words: Vec<String>,
}

impl Known {
    fn code(&mut self, word: &str) -> u32 {
        if let Some(code) = self.codes.get(word) {
            return *code;
        }
        let code = self.words.len() as u32;
        self.words.push(word.to_owned());
        self.codes.insert(word.to_owned(), code);
        code
    }
}

impl Words {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Words whose codes are known from another time.
    pub(crate) fn of<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let mut known = Known::default();
        for word in words {
            known.code(word);
        }
        Self(Mutex::new(known))
    }

    pub(crate) fn code(&self, word: &str) -> u32 {
        self.known().code(word)
    }

    /// The codes of many words.
    pub(crate) fn codes<'a>(&self, words: impl Iterator<Item = Option<&'a str>>) -> Vec<Option<u32>> {
        let mut known = self.known();
        words.map(|word| word.map(|word| known.code(word))).collect()
    }

    /// All words, by their codes.
    pub(crate) fn all(&self) -> Vec<String> {
        self.known().words.clone()
    }
}

/// Codes that one thread has met before.
#[derive(Default)]
pub(crate) struct Met(HashMap<String, u32>);

impl Met {
    pub(crate) fn code(&mut self, words: &Words, word: &str) -> u32 {
        *self.0.entry_ref(word).or_insert_with(|| words.code(word))
    }
}

/// A column of codes whose values are translated once per dictionary instead of once per row.
pub(crate) struct Translated<T> {
    of: Option<ArrayRef>,
    values: Vec<T>,
}

impl<T: Copy> Translated<T> {
    pub(crate) fn new() -> Self {
        Self { of: None, values: Vec::new() }
    }

    /// Takes the column of the next batch; dictionaries are shared by the batches of a row group.
    pub(crate) fn take(&mut self, column: &DictionaryArray<Int32Type>, translate: impl FnMut(&str) -> T) {
        if self.of.as_ref().is_some_and(|known| Arc::ptr_eq(known, column.values())) {
            return;
        }
        let texts: &StringArray = column.values().as_string();
        self.values = texts.iter().map(Option::unwrap_or_default).map(translate).collect();
        self.of = Some(Arc::clone(column.values()));
    }

    pub(crate) fn get(&self, column: &DictionaryArray<Int32Type>, row: usize) -> Option<T> {
        column.key(row).map(|key| self.values[key])
    }
}

/// The codes of a text column that was read as such.
pub(crate) fn codes_of<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a DictionaryArray<Int32Type>, EngineError> {
    Ok(column(batch, name)?.as_dictionary::<Int32Type>())
}
