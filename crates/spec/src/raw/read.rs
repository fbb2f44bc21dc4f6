//! Reading nodes of YAML into raw structs.

use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::{Span, Spanned};
use crate::suggest::{list, nearest, quoted};
use crate::yaml::{Document, Kind, Map, Node, Pair};

/// A file being read, and what was found wrong with it so far.
pub(crate) struct Reader<'d> {
    pub(crate) document: &'d Document,
    pub(crate) findings: &'d mut Findings,
    /// What the file defines, in words.
    pub(crate) subject: String,
}

/// A raw value. `name` is the key in front of it, for messages.
pub(crate) trait FromYaml: Sized {
    /// The value, or nothing when it was reported as unreadable.
    fn from_yaml(node: &Node, name: &str, reader: &mut Reader<'_>) -> Option<Self>;
}

impl<'d> Reader<'d> {
    pub(crate) fn new(document: &'d Document, findings: &'d mut Findings, subject: String) -> Self {
        Self { document, findings, subject }
    }

    pub(crate) fn span(&self, node: &Node) -> Span {
        self.document.span(&node.range)
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.findings.push(diagnostic);
    }

    /// A value has another shape than it should. What is refused or empty has a message of its own.
    pub(crate) fn wrong_type(&mut self, node: &Node, name: &str, wanted: &str, help: &str) {
        let found = match &node.kind {
            Kind::Refused => return,
            Kind::Empty => return self.no_value(node, name),
            Kind::Scalar(_) => "a single value",
            Kind::List(_) => "a list",
            Kind::Map(_) => "a mapping",
        };
        let message = format!("`{name}` in {} needs {wanted}, not {found}", self.subject);
        let span = self.first_line(node);
        self.report(Diagnostic::error(code::WRONG_TYPE, &span, message).help(help));
    }

    pub(crate) fn no_value(&mut self, node: &Node, name: &str) {
        let message = format!("`{name}` in {} has no value", self.subject);
        let found = Diagnostic::error(code::EMPTY_VALUE, &self.span(node), message);
        self.report(
            found.help("write a value behind it, or take the key out; for the text `null`, put it between quotes"),
        );
    }

    /// A block is long; its first key or item says where it is.
    fn first_line(&self, node: &Node) -> Span {
        match &node.kind {
            Kind::Map(Map { flow: false, pairs }) => match pairs.first() {
                Some(pair) => self.document.span(&pair.key_range),
                None => self.span(node),
            },
            _ => self.span(node),
        }
    }

    /// The keys of a mapping. `place` says in messages where they are.
    pub(crate) fn fields<'r, 'n>(
        &'r mut self,
        node: &'n Node,
        name: &str,
        place: String,
    ) -> Option<Fields<'r, 'd, 'n>> {
        let Kind::Map(map) = &node.kind else {
            self.wrong_type(
                node,
                name,
                "keys with values",
                "write `key: value` lines, further in than the key above them",
            );
            return None;
        };
        let at = self.first_line(node);
        Some(Fields { reader: self, map, at, place, asked: Vec::new(), missing: Vec::new() })
    }
}

/// The keys of one mapping. Every key that is asked for is a key that may be there; all others are unknown.
pub(crate) struct Fields<'r, 'd, 'n> {
    pub(crate) reader: &'r mut Reader<'d>,
    map: &'n Map,
    /// Where to say that something is missing.
    at: Span,
    place: String,
    asked: Vec<&'static str>,
    /// Keys that have to be there and are not, each with an example.
    missing: Vec<(&'static str, &'static str)>,
}

impl<'n> Fields<'_, '_, 'n> {
    /// Takes the key when it is there.
    pub(crate) fn optional<T: FromYaml>(&mut self, key: &'static str) -> Option<T> {
        let pair = self.pair(key)?;
        T::from_yaml(&pair.value, key, self.reader)
    }

    /// Takes a key that has to be there.
    pub(crate) fn required<T: FromYaml>(&mut self, key: &'static str, example: &'static str) -> Option<T> {
        if self.pair(key).is_none() {
            self.missing(key, example);
        }
        self.optional(key)
    }

    /// Where a key stands, when it does.
    pub(crate) fn key(&mut self, key: &'static str) -> Option<Spanned<&'static str>> {
        let pair = self.pair(key)?;
        Some(Spanned { value: key, span: self.reader.document.span(&pair.key_range) })
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.map.pair(key).is_some()
    }

    /// Where to say that something is missing here.
    pub(crate) fn at(&self) -> Span {
        self.at.clone()
    }

    /// Where the mapping is, in words.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// Says that a key has to be there and is not.
    pub(crate) fn missing(&mut self, key: &'static str, example: &'static str) {
        self.missing.push((key, example));
    }

    /// Reports the keys that nobody asked for, and those that are missing.
    pub(crate) fn finish(mut self) {
        let unused: Vec<&'static str> = self.asked.iter().copied().filter(|key| !self.has(key)).collect();
        for pair in &self.map.pairs {
            if !self.asked.contains(&pair.key.as_str()) {
                self.unknown(pair, &unused);
            }
        }
        // After a mistake of syntax nobody knows what the rest of the file says.
        if self.reader.document.cut {
            return;
        }
        for (key, example) in self.missing {
            let message = format!("`{key}` is missing in {}", self.place);
            let found = Diagnostic::error(code::MISSING_KEY, &self.at, message).help(format!("add `{example}`"));
            self.reader.report(found);
        }
    }

    fn unknown(&mut self, pair: &Pair, unused: &[&'static str]) {
        let span = self.reader.document.span(&pair.key_range);
        let message = format!("unknown key {} in {}", quoted(&pair.key), self.place);
        let found = Diagnostic::error(code::UNKNOWN_KEY, &span, message);
        if self.reader.findings.is_full(span.file().path()) {
            return self.reader.report(found);
        }
        let asked = || self.asked.iter().copied();
        let found = if let Some(meant) = nearest(&pair.key, unused.iter().copied()) {
            // It is there, only under another name.
            self.missing.retain(|(key, _)| *key != meant);
            found.label(format!("did you mean `{meant}`?"))
        } else if let Some(meant) = nearest(&pair.key, asked()) {
            found.label(format!("did you mean `{meant}`? it is given already"))
        } else if pair.key.bytes().all(|byte| byte.is_ascii_digit()) {
            found.help("inside `{ }` a comma begins the next key: write numbers without commas")
        } else {
            found.help(format!("keys that can stand here: {}", list(asked(), "and")))
        };
        self.reader.report(found);
    }

    fn pair(&mut self, key: &'static str) -> Option<&'n Pair> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        self.map.pair(key)
    }
}
