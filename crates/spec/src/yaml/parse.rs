//! From text to tree.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};

use super::{Document, Kind, List, MOST_BYTES, Map, Node, Pair, Scalar, Style, syntax};
use crate::code;
use crate::diagnostic::{Diagnostic, Findings};
use crate::place::{SourceFile, Span};
use crate::suggest::quoted;

/// A file that is nested deeper than this was not written by a person.
const DEEPEST: usize = 64;
const MOST_NODES: usize = 200_000;

/// Parses a file and reports what project files may not contain. What precedes a mistake of syntax is kept, so
/// that the other mistakes in it can be reported in the same run.
pub(crate) fn parse(file: &Arc<SourceFile>, findings: &mut Findings) -> Document {
    let mut builder = Builder { file, findings, frames: Vec::new(), root: None, nodes: 0 };
    let cut = !builder.run();
    Document { root: builder.root.take(), file: Arc::clone(file), cut }
}

struct Builder<'a> {
    file: &'a Arc<SourceFile>,
    findings: &'a mut Findings,
    frames: Vec<Frame>,
    root: Option<Node>,
    nodes: usize,
}

/// A list or mapping that is still open.
enum Frame {
    List { list: List, start: usize },
    Map { map: Map, start: usize, key: Option<Key>, seen: BTreeMap<String, Range<usize>> },
}

/// The key whose value comes next.
enum Key {
    Word(String, Range<usize>),
    /// A key that is not a word, which has been reported; its value is passed over.
    Refused,
}

impl Builder<'_> {
    /// Returns whether the whole file was read.
    fn run(&mut self) -> bool {
        let text = self.file.text();
        if text.len() > MOST_BYTES {
            let message = format!("the file is larger than {} MiB and was not read", MOST_BYTES / 1024 / 1024);
            let found = Diagnostic::error(code::TOO_LARGE, &Span::start_of(self.file), message);
            self.findings.push(found.help("raw data belongs into a source; split a long scorecard into several"));
            return false;
        }
        let options = granit_parser::options! {
            emit_comments: false,
            emit_unresolved_aliases: true,
            disallow_directives: true,
            flow_nesting_limit: DEEPEST,
            block_nesting_limit: DEEPEST,
        };
        let mut documents = 0;
        for event in Parser::new_from_str_with_options(text, options) {
            let (event, span) = match event {
                Ok(event) => event,
                Err(error) => {
                    let at = error.marker().byte_offset().unwrap_or_default();
                    let found = syntax::diagnostic(self.file, error.kind(), at, &self.open());
                    self.findings.push(found);
                    self.close_all(at);
                    return false;
                }
            };
            let range = span.byte_range().unwrap_or_default();
            if matches!(event, Event::DocumentStart(..)) {
                documents += 1;
                if documents > 1 {
                    self.refuse(&range, "a second document begins here", "put it into a file of its own");
                    return true;
                }
            }
            let tag = span.tag_span().and_then(|tag| tag.byte_range());
            self.event(event, range, tag);
            if self.nodes > MOST_NODES {
                let message = format!("the file has more than {MOST_NODES} values and was not read");
                self.findings.push(Diagnostic::error(code::TOO_LARGE, &Span::start_of(self.file), message));
                self.root = None;
                return false;
            }
        }
        true
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>, tag: Option<Range<usize>>) {
        let mut refused = false;
        if event.is_node() {
            self.nodes += 1;
            if let Some(tag) = tag {
                self.refuse(&tag, "a value that starts with `!` is a YAML tag", "put quotes around the whole value");
                refused = true;
            }
            if event.anchor_id().is_some() {
                let name = anchor_before(self.file.text(), range.start);
                self.refuse(
                    &name,
                    "a value that starts with `&` is a YAML anchor",
                    "put quotes around the whole value, or write the value out where it is needed",
                );
                refused = true;
            }
        }
        match event {
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.refuse(
                    &range,
                    "a value that starts with `*` is a YAML alias",
                    "put quotes around the whole value, or write the value out here",
                );
                self.value(Node { kind: Kind::Refused, range });
            }
            Event::Scalar(..) if refused => self.value(Node { kind: Kind::Refused, range }),
            Event::Scalar(text, style, ..) => self.scalar(text.into_owned(), style, range),
            Event::SequenceStart(style, ..) => {
                let list = List { flow: style == StructureStyle::Flow, items: Vec::new() };
                let start = if list.flow { range.start } else { first_dash(self.file.text(), range.start) };
                self.frames.push(Frame::List { list, start });
            }
            Event::MappingStart(style, ..) => {
                let map = Map { flow: style == StructureStyle::Flow, pairs: Vec::new() };
                self.frames.push(Frame::Map { map, start: range.start, key: None, seen: BTreeMap::new() });
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(frame) = self.frames.pop() {
                    self.value(closed(frame, range.end));
                }
            }
            _ => {}
        }
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, range: Range<usize>) {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal => Style::Literal,
            ScalarStyle::Folded => Style::Folded,
        };
        let range = match style {
            // The empty lines behind a block of text belong to the file, not to the text.
            Style::Literal | Style::Folded => block_range(self.file.text(), range),
            _ => range,
        };
        // The parser gives `~` for a value of which nothing was written.
        let kind =
            if style == Style::Plain && range.is_empty() { Kind::Empty } else { Kind::Scalar(Scalar { text, style }) };
        self.value(Node { kind, range });
    }

    fn open(&self) -> syntax::Open {
        let flow = self.frames.iter().rev().map_while(|frame| match frame {
            Frame::List { list, start } => list.flow.then_some(*start),
            Frame::Map { map, start, .. } => map.flow.then_some(*start),
        });
        let key = match self.frames.last() {
            Some(Frame::Map { key: Some(Key::Word(_, range)), .. }) => Some(range.clone()),
            _ => None,
        };
        // The outermost of the brackets that are open was most likely forgotten.
        syntax::Open { flow: flow.last(), key }
    }

    /// Puts a finished node where it belongs: into the list, behind the key, or as the next key.
    fn value(&mut self, node: Node) {
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return;
        };
        match frame {
            Frame::List { list, .. } => list.items.push(node),
            Frame::Map { map, key, seen, .. } => match key.take() {
                None => match node.kind {
                    Kind::Scalar(scalar) => *key = Some(Key::Word(scalar.text, node.range)),
                    kind => {
                        *key = Some(Key::Refused);
                        if kind != Kind::Refused {
                            self.refuse(&node.range, "a key has to be a word", "write `word: value`");
                        }
                    }
                },
                Some(Key::Refused) => {}
                Some(Key::Word(word, range)) => match seen.get(&word) {
                    None => {
                        seen.insert(word.clone(), range.clone());
                        let mut value = node;
                        if value.kind == Kind::Empty {
                            // Where nothing was written, the key is what there is to point at.
                            value.range = range.clone();
                        }
                        map.pairs.push(Pair { key: word, key_range: range, value });
                    }
                    Some(first) => {
                        let first = Span::new(self.file, first.clone());
                        let message = format!("key {} is given twice", quoted(&word));
                        let found = Diagnostic::error(code::DUPLICATE_KEY, &Span::new(self.file, range), message);
                        self.findings.push(
                            found
                                .label("given again here")
                                .related(&first, "first given here")
                                .help("remove one of the two, or put both values under one key"),
                        );
                    }
                },
            },
        }
    }

    fn refuse(&mut self, range: &Range<usize>, message: &str, help: &str) {
        let found = Diagnostic::error(code::YAML_FEATURE, &Span::new(self.file, range.clone()), message);
        self.findings.push(
            found.note("project files use plain YAML without anchors, aliases, tags or several documents").help(help),
        );
    }

    /// After a mistake of syntax: what was read in full becomes the tree.
    fn close_all(&mut self, at: usize) {
        let mistake = self.file.position(at).line;
        while let Some(mut frame) = self.frames.pop() {
            let flow = match &frame {
                Frame::List { list, .. } => list.flow,
                Frame::Map { map, .. } => map.flow,
            };
            let begins_before = match &mut frame {
                // Nobody knows where the value on the line of the mistake was to end.
                Frame::List { list, start } => {
                    list.items.retain(|item| self.file.position(item.range.end).line < mistake);
                    self.file.position(*start).line < mistake
                }
                Frame::Map { map, start, .. } => {
                    map.pairs.retain(|pair| self.file.position(pair.value.range.end).line < mistake);
                    self.file.position(*start).line < mistake
                }
            };
            if begins_before && !flow {
                let end = at;
                self.value(closed(frame, end));
            } else if let Some(Frame::Map { key, .. }) = self.frames.last_mut() {
                *key = None;
            }
        }
    }
}

/// A block collection ends with its last value; the parser only knows where the next thing begins.
fn closed(frame: Frame, end: usize) -> Node {
    match frame {
        Frame::List { list, start } => {
            let end = if list.flow { end } else { list.items.last().map_or(start, |item| item.range.end) };
            Node { kind: Kind::List(list), range: start..end.max(start) }
        }
        Frame::Map { map, start, .. } => {
            let end = if map.flow { end } else { map.pairs.last().map_or(start, |pair| pair.value.range.end) };
            Node { kind: Kind::Map(map), range: start..end.max(start) }
        }
    }
}

/// Where a list in lines begins. The parser gives the place of the first item instead of its `-` when the list is not
/// indented.
fn first_dash(text: &str, start: usize) -> usize {
    let before = text[..start].trim_end();
    if !text[start..].starts_with('-') && before.ends_with('-') { before.len() - 1 } else { start }
}

/// A block of text without the empty lines behind it; its `|` or `>` where there is no text.
fn block_range(text: &str, range: Range<usize>) -> Range<usize> {
    let length = text[range.clone()].trim_end().len();
    match text[..range.start].rfind(['|', '>']) {
        Some(sign) if length == 0 => sign..sign + 1,
        _ => range.start..range.start + length,
    }
}

/// The `&name` in front of a node.
fn anchor_before(text: &str, node: usize) -> Range<usize> {
    let before = &text[..node];
    match before.rfind('&') {
        Some(start) => start..start + before[start..].find(char::is_whitespace).unwrap_or(node - start),
        None => node..node,
    }
}
