//! YAML as a tree in which every key and value knows its place.
//!
//! Project files use a plain part of YAML 1.2: mappings with words as keys, lists and scalars, one document per
//! file. Anchors, aliases, tags and directives are refused: a value then stands in exactly one place, which is
//! where a diagnostic points and where an edit changes it, and no file can unfold into more than it holds.

mod offset;
mod parse;
mod path;
mod syntax;

use std::ops::Range;
use std::sync::Arc;

pub use path::{Path, Step, UnreadablePath};

use crate::place::{SourceFile, Span};

pub(crate) use parse::parse;

/// A file with more bytes is not read at all.
pub(crate) const MOST_BYTES: usize = 4 * 1024 * 1024;

/// A file that was parsed.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) file: Arc<SourceFile>,
    /// Nothing when the file is empty or could not be parsed at all.
    pub(crate) root: Option<Node>,
    /// The file has a mistake in its syntax, and what follows it is missing from the tree.
    pub(crate) cut: bool,
}

/// A value and its place, as bytes of the file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    Scalar(Scalar),
    List(List),
    Map(Map),
    /// Nothing was written. The range is that of the key in front, or empty where there is none.
    Empty,
    /// Something that project files do not use; it has been reported.
    Refused,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scalar {
    /// The text after escapes and line folding.
    pub(crate) text: String,
    pub(crate) style: Style,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// After `|`.
    Literal,
    /// After `>`.
    Folded,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct List {
    /// In brackets.
    pub(crate) flow: bool,
    pub(crate) items: Vec<Node>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Map {
    /// In braces.
    pub(crate) flow: bool,
    pub(crate) pairs: Vec<Pair>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pair {
    pub(crate) key: String,
    pub(crate) key_range: Range<usize>,
    pub(crate) value: Node,
}

impl Document {
    pub(crate) fn span(&self, range: &Range<usize>) -> Span {
        Span::new(&self.file, range.clone())
    }

    /// The node at a path, or the deepest one on the way to it.
    pub(crate) fn nearest<'a>(&'a self, path: &Path) -> Option<Found<'a>> {
        let root = self.root.as_ref()?;
        let mut found = Found { node: root, key: None, rest: path.steps().len() };
        for step in path.steps() {
            let next = match (step, &found.node.kind) {
                (Step::Key(key), Kind::Map(map)) => {
                    map.pair(key).map(|pair| (&pair.value, Some(pair.key_range.clone())))
                }
                (Step::Index(index), Kind::List(list)) => list.items.get(*index).map(|item| (item, None)),
                _ => None,
            };
            let Some((node, key)) = next else { break };
            found = Found { node, key, rest: found.rest - 1 };
        }
        Some(found)
    }

    /// Where in the file a byte of a text value was written.
    pub(crate) fn offset_in_file(&self, node: &Node, offset: usize) -> usize {
        match &node.kind {
            Kind::Scalar(scalar) => {
                let raw = &self.file.text()[node.range.clone()];
                node.range.start + offset::in_source(raw, scalar, offset)
            }
            _ => node.range.start,
        }
    }
}

/// What was found on the way along a path.
pub(crate) struct Found<'a> {
    pub(crate) node: &'a Node,
    /// The key in front of it.
    pub(crate) key: Option<Range<usize>>,
    /// How many steps of the path lead nowhere.
    pub(crate) rest: usize,
}

impl Map {
    pub(crate) fn pair(&self, key: &str) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.key == key)
    }
}

impl Node {
    pub(crate) fn as_map(&self) -> Option<&Map> {
        if let Kind::Map(map) = &self.kind { Some(map) } else { None }
    }

    pub(crate) fn as_scalar(&self) -> Option<&Scalar> {
        if let Kind::Scalar(scalar) = &self.kind { Some(scalar) } else { None }
    }
}

#[cfg(test)]
mod tests;
