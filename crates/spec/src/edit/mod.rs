//! Changing single values in a file and leaving everything else as it is.
//!
//! An edit replaces the bytes of one value. Comments, order, quotes, blank lines and line breaks of all others stay.
//! Afterwards the file is read again: if it does not say exactly what it said before with the one change, the edit is
//! refused and nothing is changed.
//!
//! ```
//! use evenkeel_spec::edit::{self, Value};
//!
//! let file = "legs:\n  customer:\n    - { use: csat, target: 80 % }   # agreed in May\n";
//! let path = "legs.customer[0].target".parse().unwrap();
//! assert_eq!(
//!     edit::set(file, &path, &Value::text("82 %")).unwrap(),
//!     "legs:\n  customer:\n    - { use: csat, target: 82 % }   # agreed in May\n"
//! );
//! ```

mod plan;
mod write;

use std::ops::Range;

use crate::diagnostic::Findings;
use crate::place::SourceFile;
use crate::yaml::{self, Document, Kind, Node, Path, Step, Style};

/// What can be written into a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A text; quoted where YAML would take it for something else.
    Text(String),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Flag(bool),
    /// A list, written in brackets.
    List(Vec<Value>),
    /// A mapping, written in braces.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// Why a file was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The file has mistakes, so nobody can tell what the edit would do.
    #[error("the file cannot be edited because it cannot be read: {0}")]
    Unreadable(String),
    /// The path leads nowhere.
    #[error("there is no value `{0}` in the file that could be changed")]
    NotThere(Path),
    /// The path leads through a value that is no mapping.
    #[error("`{0}` is not a mapping")]
    NotAMapping(Path),
    /// The value is no list.
    #[error("`{0}` is not a list")]
    NotAList(Path),
    /// A number without an end cannot be written.
    #[error("a number that is not finite cannot be written")]
    NotFinite,
    /// The file is written in a way that the edit does not know how to change.
    #[error("`{0}` is written in a way that cannot be changed automatically; change it by hand")]
    NotPossible(Path),
}

/// A text as it stands behind a key, on a line of its own.
pub(crate) fn behind_a_key(text: &str) -> String {
    write::scalar(text, write::Setting { flow: false, style: None })
}

/// A text as it stands inside braces or brackets.
pub(crate) fn inside_braces(text: &str) -> String {
    write::scalar(text, write::Setting { flow: true, style: None })
}

/// Sets the value at a path. Keys that are missing at the end of the path are added.
pub fn set(text: &str, path: &Path, value: &Value) -> Result<String, EditError> {
    change(text, path, &Change::Set(value))
}

/// Adds a value at the end of the list at a path. A list that is missing is added.
pub fn add(text: &str, path: &Path, value: &Value) -> Result<String, EditError> {
    change(text, path, &Change::Add(value))
}

/// Removes the value at a path, together with its key.
pub fn remove(text: &str, path: &Path) -> Result<String, EditError> {
    change(text, path, &Change::Remove)
}

#[derive(Debug, Clone, Copy)]
enum Change<'a> {
    Set(&'a Value),
    Add(&'a Value),
    Remove,
}

/// Bytes of a file and what takes their place.
#[derive(Debug, PartialEq)]
struct Splice {
    range: Range<usize>,
    text: String,
}

fn change(text: &str, path: &Path, change: &Change<'_>) -> Result<String, EditError> {
    if let Change::Set(value) | Change::Add(value) = change {
        finite(value)?;
    }
    let document = read(text)?;
    let mut intended = document.root.as_ref().map_or(Meaning::Nothing, Meaning::of);
    intended.change(path, path.steps(), change)?;
    let Splice { range, text: written } =
        plan::splice(&document, path, change).ok_or_else(|| EditError::NotPossible(path.clone()))?;
    let changed = format!("{}{written}{}", &text[..range.start], &text[range.end..]);
    match read(&changed) {
        Ok(document) if document.root.as_ref().map_or(Meaning::Nothing, Meaning::of) == intended => Ok(changed),
        _ => Err(EditError::NotPossible(path.clone())),
    }
}

fn finite(value: &Value) -> Result<(), EditError> {
    match value {
        Value::Number(number) if !number.is_finite() => Err(EditError::NotFinite),
        Value::List(items) => items.iter().try_for_each(finite),
        Value::Map(pairs) => pairs.iter().try_for_each(|(_, value)| finite(value)),
        _ => Ok(()),
    }
}

fn read(text: &str) -> Result<Document, EditError> {
    let mut findings = Findings::default();
    let document = yaml::parse(&SourceFile::new("", text), &mut findings);
    match findings.iter().next() {
        None => Ok(document),
        Some(found) => {
            Err(EditError::Unreadable(format!("line {}: {}", found.primary.span.start().line, found.message)))
        }
    }
}

/// What a file says, however it is written.
#[derive(Debug, Clone, PartialEq)]
enum Meaning {
    Nothing,
    /// A text, and whether another reader of YAML would take it for a number, a boolean or null.
    Scalar {
        text: String,
        other_type: bool,
    },
    List(Vec<Meaning>),
    Map(Vec<(String, Meaning)>),
}

impl Meaning {
    fn of(node: &Node) -> Self {
        match &node.kind {
            Kind::Empty | Kind::Refused => Self::Nothing,
            Kind::Scalar(scalar) => {
                let other_type = scalar.style == Style::Plain && write::is_other_type(&scalar.text);
                Self::Scalar { text: scalar.text.clone(), other_type }
            }
            Kind::List(list) => Self::List(list.items.iter().map(Self::of).collect()),
            Kind::Map(map) => {
                Self::Map(map.pairs.iter().map(|pair| (pair.key.clone(), Self::of(&pair.value))).collect())
            }
        }
    }

    fn of_value(value: &Value) -> Self {
        match value {
            Value::Text(text) => Self::Scalar { text: text.clone(), other_type: false },
            Value::Number(number) => Self::Scalar { text: number.to_string(), other_type: true },
            Value::Flag(flag) => Self::Scalar { text: flag.to_string(), other_type: true },
            Value::List(items) => Self::List(items.iter().map(Self::of_value).collect()),
            Value::Map(pairs) => {
                Self::Map(pairs.iter().map(|(key, value)| (key.clone(), Self::of_value(value))).collect())
            }
        }
    }

    /// Makes the change here; `steps` are those that still lead further down.
    fn change(&mut self, path: &Path, steps: &[Step], change: &Change<'_>) -> Result<(), EditError> {
        let not_there = || EditError::NotThere(path.clone());
        let Some((step, rest)) = steps.split_first() else {
            return match (change, self) {
                (Change::Set(value), meaning) => {
                    *meaning = Self::of_value(value);
                    Ok(())
                }
                (Change::Add(value), meaning @ Self::Nothing) => {
                    *meaning = Self::List(vec![Self::of_value(value)]);
                    Ok(())
                }
                (Change::Add(value), Self::List(items)) => {
                    items.push(Self::of_value(value));
                    Ok(())
                }
                (Change::Add(_), _) => Err(EditError::NotAList(path.clone())),
                (Change::Remove, _) => Err(not_there()),
            };
        };
        let remove = rest.is_empty() && matches!(change, Change::Remove);
        if *self == Self::Nothing && matches!((step, change), (Step::Key(_), Change::Set(_) | Change::Add(_))) {
            *self = Self::Map(Vec::new());
        }
        match (step, self) {
            (Step::Key(key), Self::Map(pairs)) => match pairs.iter().position(|(other, _)| other == key) {
                Some(index) if remove => {
                    pairs.remove(index);
                    Ok(())
                }
                Some(index) => pairs[index].1.change(path, rest, change),
                None if matches!(change, Change::Remove) => Err(not_there()),
                None => {
                    let mut value = Self::Nothing;
                    value.change(path, rest, change)?;
                    pairs.push((key.clone(), value));
                    Ok(())
                }
            },
            (Step::Index(index), Self::List(items)) => {
                if *index >= items.len() {
                    return Err(not_there());
                }
                if remove {
                    items.remove(*index);
                    return Ok(());
                }
                items[*index].change(path, rest, change)
            }
            (Step::Key(_), _) => Err(EditError::NotAMapping(path.clone())),
            (Step::Index(_), Self::Nothing) => Err(not_there()),
            (Step::Index(_), _) => Err(EditError::NotAList(path.clone())),
        }
    }
}

#[cfg(test)]
mod tests;
