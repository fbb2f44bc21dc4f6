//! Which bytes an edit replaces, and with what.

use std::ops::Range;

use super::write::{self, Setting};
use super::{Change, Splice, Value};
use crate::yaml::{Document, Kind, List, Map, Node, Pair, Path, Scalar, Step, Style};

/// How much further in a block lies than what it belongs to.
const INDENT: usize = 2;

pub(super) fn splice(document: &Document, path: &Path, change: &Change<'_>) -> Option<Splice> {
    let planner = Planner { text: document.file.text() };
    let Some(root) = &document.root else {
        // Nothing but comments: the first key goes below them.
        return planner.at_end(path, change);
    };
    let (place, rest) = Place::along(root, path);
    match change {
        Change::Remove => planner.remove(&place),
        Change::Set(value) if rest.is_empty() => planner.replace(&place, value),
        Change::Set(value) => planner.insert(&place, rest, value),
        Change::Add(value) => match &place.node.kind {
            Kind::List(list) if rest.is_empty() => planner.append(&place, list, value),
            Kind::Empty if rest.is_empty() => planner.replace(&place, &Value::List(vec![(*value).clone()])),
            _ => planner.insert(&place, rest, &Value::List(vec![(*value).clone()])),
        },
    }
}

/// A node, and what stands around it.
struct Place<'a> {
    node: &'a Node,
    /// Whether it is inside brackets or braces.
    flow: bool,
    parent: Option<Parent<'a>>,
}

enum Parent<'a> {
    Map { node: &'a Node, map: &'a Map, index: usize, flow: bool, above: Option<Box<Parent<'a>>> },
    List { node: &'a Node, list: &'a List, index: usize, flow: bool, above: Option<Box<Parent<'a>>> },
}

impl<'a> Place<'a> {
    /// Goes along the path as far as it leads.
    fn along<'p>(root: &'a Node, path: &'p Path) -> (Self, &'p [Step]) {
        let mut place = Place { node: root, flow: false, parent: None };
        let mut rest = path.steps();
        while let Some((step, further)) = rest.split_first() {
            let above = |place: &mut Place<'a>| place.parent.take().map(Box::new);
            match (step, &place.node.kind) {
                (Step::Key(key), Kind::Map(map)) => {
                    let Some(index) = map.pairs.iter().position(|pair| pair.key == *key) else { break };
                    let above = above(&mut place);
                    let parent = Parent::Map { node: place.node, map, index, flow: place.flow, above };
                    place = Place { node: &map.pairs[index].value, flow: place.flow || map.flow, parent: Some(parent) };
                }
                (Step::Index(index), Kind::List(list)) => {
                    let Some(node) = list.items.get(*index) else { break };
                    let above = above(&mut place);
                    let parent = Parent::List { node: place.node, list, index: *index, flow: place.flow, above };
                    place = Place { node, flow: place.flow || list.flow, parent: Some(parent) };
                }
                _ => break,
            }
            rest = further;
        }
        (place, rest)
    }

    fn pair(&self) -> Option<&'a Pair> {
        match &self.parent {
            Some(Parent::Map { map, index, .. }) => map.pairs.get(*index),
            _ => None,
        }
    }
}

struct Planner<'t> {
    text: &'t str,
}

impl Planner<'_> {
    fn at_end(&self, path: &Path, change: &Change<'_>) -> Option<Splice> {
        let value = match change {
            Change::Set(value) => (*value).clone(),
            Change::Add(value) => Value::List(vec![(*value).clone()]),
            Change::Remove => return None,
        };
        let (key, value) = nested(path.steps(), value)?;
        let line = self.pair(key, &value, 0, false);
        let end = self.text.len();
        let break_before = if self.text.is_empty() || self.text.ends_with('\n') { "" } else { self.line_break() };
        Some(Splice { range: end..end, text: format!("{break_before}{line}{}", self.line_break()) })
    }

    /// Writes another value where one is.
    fn replace(&self, place: &Place<'_>, value: &Value) -> Option<Splice> {
        let node = place.node;
        match &node.kind {
            Kind::Refused => None,
            Kind::Empty => self.fill(place, value),
            Kind::Scalar(Scalar { style: Style::Literal | Style::Folded, .. }) => self.replace_block(place, value),
            Kind::Scalar(Scalar { style, .. }) => {
                if let Some(block) = self.as_block(place, value) {
                    // What follows on the line is a comment, and belongs behind the sign that begins the block.
                    let line_end = self.line_end(node.range.end);
                    let comment = &self.text[node.range.end..line_end];
                    let text = format!("{}{comment}{}", block.header, self.lines(&block.lines));
                    return Some(Splice { range: node.range.start..line_end, text });
                }
                let text = write::value(value, Setting { flow: place.flow, style: Some(*style) });
                Some(Splice { range: node.range.clone(), text })
            }
            Kind::List(List { flow: true, .. }) | Kind::Map(Map { flow: true, .. }) => {
                let text = write::value(value, Setting { flow: place.flow, style: None });
                Some(Splice { range: node.range.clone(), text })
            }
            Kind::List(_) | Kind::Map(_) => self.replace_lines(place, value),
        }
    }

    /// Writes a value behind a key that has none.
    fn fill(&self, place: &Place<'_>, value: &Value) -> Option<Splice> {
        let key = &place.pair()?.key_range;
        if let Some(block) = self.as_block(place, value) {
            let colon = self.colon(key.end)?;
            let line_end = self.line_end(colon);
            let comment = self.text[colon + 1..line_end].trim_end();
            let text = format!(" {}{comment}{}", block.header, self.lines(&block.lines));
            return Some(Splice { range: colon + 1..line_end, text });
        }
        let text = write::value(value, Setting { flow: place.flow, style: None });
        Some(match self.colon(key.end) {
            Some(colon) => Splice { range: colon + 1..colon + 1, text: format!(" {text}") },
            // `{ a, b }`: a key without so much as a colon.
            None => Splice { range: key.end..key.end, text: format!(": {text}") },
        })
    }

    /// Replaces a block of text behind `|` or `>`. The comment behind the sign stays.
    fn replace_block(&self, place: &Place<'_>, value: &Value) -> Option<Splice> {
        let node = place.node;
        let sign = self.block_sign(place)?;
        let header_end = sign + self.text[sign..].find(char::is_whitespace).unwrap_or(self.text.len() - sign);
        let line_end = self.line_end(header_end);
        let comment = &self.text[header_end..line_end];
        let end = node.range.end.max(line_end);
        let text = if let Some(block) = self.as_block(place, value) {
            format!("{}{comment}{}", block.header, self.lines(&block.lines))
        } else {
            let text = write::value(value, Setting { flow: place.flow, style: None });
            format!("{text}{}", comment.trim_end())
        };
        Some(Splice { range: sign..end, text })
    }

    /// Where the `|` or `>` of a block of text stands.
    fn block_sign(&self, place: &Place<'_>) -> Option<usize> {
        let from = match &place.parent {
            Some(Parent::Map { map, index, .. }) => self.colon(map.pairs[*index].key_range.end)? + 1,
            Some(Parent::List { node, list, index, .. }) => self.dash(node, list, *index)? + 1,
            None => return None,
        };
        let sign = from + self.text[from..].find(|char: char| !matches!(char, ' ' | '\t'))?;
        matches!(self.text.as_bytes()[sign], b'|' | b'>').then_some(sign)
    }

    /// Replaces a list or mapping that takes lines of its own.
    fn replace_lines(&self, place: &Place<'_>, value: &Value) -> Option<Splice> {
        let end = self.line_end(self.end(place.node));
        let text = write::value(value, Setting { flow: place.flow, style: None });
        let Some(pair) = place.pair() else {
            return Some(Splice { range: place.node.range.start..end, text });
        };
        let colon = self.colon(pair.key_range.end)?;
        let comment = &self.text[colon + 1..self.line_end(colon)];
        Some(Splice { range: colon + 1..end, text: format!(" {text}{}", comment.trim_end()) })
    }

    /// Adds the keys that are missing at the end of a path.
    fn insert(&self, place: &Place<'_>, rest: &[Step], value: &Value) -> Option<Splice> {
        let (key, value) = nested(rest, value.clone())?;
        let map = match &place.node.kind {
            Kind::Map(map) => map,
            Kind::Empty => return self.replace(place, &Value::Map(vec![(key.to_owned(), value)])),
            _ => return None,
        };
        let Some(last) = map.pairs.last() else {
            return self.replace(place, &Value::Map(vec![(key.to_owned(), value)]));
        };
        if map.flow {
            let at = self.pair_end(last);
            let text = format!(", {}", self.pair(key, &value, 0, true));
            return Some(Splice { range: at..at, text });
        }
        let indent = self.column(map.pairs[0].key_range.start);
        let at = self.line_end(self.end(place.node));
        let text = format!("{}{:indent$}{}", self.line_break(), "", self.pair(key, &value, indent, false));
        Some(Splice { range: at..at, text })
    }

    /// Adds an item at the end of a list.
    fn append(&self, place: &Place<'_>, list: &List, value: &Value) -> Option<Splice> {
        let Some(last) = list.items.last() else {
            return self.replace(place, &Value::List(vec![value.clone()]));
        };
        if list.flow {
            let text = write::value(value, Setting { flow: true, style: None });
            return Some(Splice { range: last.range.end..last.range.end, text: format!(", {text}") });
        }
        let indent = self.column(self.dash(place.node, list, 0)?);
        let at = self.line_end(self.end(place.node));
        let text = match text_block(value, indent + INDENT) {
            Some(block) => format!("{}{}", block.header, self.lines(&block.lines)),
            None => write::value(value, Setting { flow: false, style: None }),
        };
        Some(Splice { range: at..at, text: format!("{}{:indent$}- {text}", self.line_break(), "") })
    }

    fn remove(&self, place: &Place<'_>) -> Option<Splice> {
        match place.parent.as_ref()? {
            Parent::Map { node, map, index, flow, above } => {
                if map.pairs.len() == 1 {
                    return self.emptied(node, *flow, above.as_deref(), &Value::Map(Vec::new()));
                }
                let starts: Vec<usize> = map.pairs.iter().map(|pair| pair.key_range.start).collect();
                let ends: Vec<usize> = map.pairs.iter().map(|pair| self.pair_end(pair)).collect();
                self.remove_part(map.flow, &starts, &ends, *index)
            }
            Parent::List { node, list, index, flow, above } => {
                if list.items.len() == 1 {
                    return self.emptied(node, *flow, above.as_deref(), &Value::List(Vec::new()));
                }
                let starts: Vec<usize> = if list.flow {
                    list.items.iter().map(|item| item.range.start).collect()
                } else {
                    (0..list.items.len()).map(|index| self.dash(node, list, index)).collect::<Option<_>>()?
                };
                let ends: Vec<usize> =
                    list.items.iter().zip(&starts).map(|(item, start)| self.end(item).max(start + 1)).collect();
                self.remove_part(list.flow, &starts, &ends, *index)
            }
        }
    }

    /// A collection that loses its only part becomes an empty one.
    fn emptied(&self, node: &Node, flow: bool, above: Option<&Parent<'_>>, empty: &Value) -> Option<Splice> {
        let in_flow = flow
            || match above {
                Some(Parent::Map { map, .. }) => map.flow,
                Some(Parent::List { list, .. }) => list.flow,
                None => false,
            };
        let key = match above {
            Some(Parent::Map { map, index, .. }) => map.pairs.get(*index),
            _ => None,
        };
        let text = write::value(empty, Setting { flow: in_flow, style: None });
        match &node.kind {
            Kind::List(List { flow: true, .. }) | Kind::Map(Map { flow: true, .. }) => {
                Some(Splice { range: node.range.clone(), text })
            }
            _ => {
                let end = self.line_end(self.end(node));
                let Some(pair) = key else { return Some(Splice { range: node.range.start..end, text }) };
                let colon = self.colon(pair.key_range.end)?;
                let comment = &self.text[colon + 1..self.line_end(colon)];
                Some(Splice { range: colon + 1..end, text: format!(" {text}{}", comment.trim_end()) })
            }
        }
    }

    /// Removes one of several parts of a collection, given where each begins and ends.
    fn remove_part(&self, flow: bool, starts: &[usize], ends: &[usize], index: usize) -> Option<Splice> {
        let (start, end) = (*starts.get(index)?, *ends.get(index)?);
        let gone = |range: Range<usize>| Some(Splice { range, text: String::new() });
        if flow {
            return gone(self.flow_part(starts, ends, index));
        }
        let line_start = self.line_start(start);
        let line_end = self.line_end(end);
        if self.text[line_start..start].trim().is_empty() {
            let next = self.next_line(line_end);
            if next == line_end && line_start > 0 {
                // The last line of a file that does not end with a line break.
                return gone(self.line_end_before(line_start)..line_end);
            }
            return gone(line_start..next);
        }
        // The first part shares its line with the `-` of a list.
        let next = *starts.get(index + 1)?;
        if self.line_start(next) == self.next_line(line_end) {
            return gone(start..next);
        }
        // Comments about the next part stand between; the `-` may stand alone above them.
        gone(start..line_end)
    }

    fn flow_part(&self, starts: &[usize], ends: &[usize], index: usize) -> Range<usize> {
        let (start, end) = (starts[index], ends[index]);
        let comma = |from: usize| {
            let rest = &self.text[from..];
            let at = from + (rest.len() - rest.trim_start().len());
            self.text[at..].starts_with(',').then_some(at)
        };
        if index + 1 == starts.len() && index > 0 && !self.text[ends[index - 1]..start].contains('#') {
            return ends[index - 1]..end;
        }
        let end = comma(end).map_or(end, |comma| comma + 1);
        let line_start = self.line_start(start);
        let line_end = self.line_end(end);
        let alone = self.text[line_start..start].trim().is_empty() && self.text[end..line_end].trim().is_empty();
        if alone && line_start > 0 {
            return line_start..self.next_line(line_end);
        }
        let spaces = self.text[end..].len() - self.text[end..].trim_start_matches(' ').len();
        start..end + spaces
    }

    /// `key: value`, with a block of text where the value has several lines.
    fn pair(&self, key: &str, value: &Value, indent: usize, flow: bool) -> String {
        let key = write::scalar(key, Setting { flow, style: None });
        match text_block(value, indent + INDENT).filter(|_| !flow) {
            Some(block) => format!("{key}: {}{}", block.header, self.lines(&block.lines)),
            None => format!("{key}: {}", write::value(value, Setting { flow, style: None })),
        }
    }

    /// The value as a block of text, where it can be one. The lines keep the indentation that they have.
    fn as_block(&self, place: &Place<'_>, value: &Value) -> Option<Block> {
        if place.flow {
            return None;
        }
        let indent = match (&place.node.kind, &place.parent) {
            (Kind::Scalar(Scalar { style: Style::Literal | Style::Folded, text }), _) if !text.trim().is_empty() => {
                self.column(place.node.range.start)
            }
            (_, Some(Parent::Map { map, .. })) => self.column(map.pairs[0].key_range.start) + INDENT,
            (_, Some(Parent::List { node, .. })) => self.column(node.range.start) + INDENT,
            (_, None) => return None,
        };
        text_block(value, indent)
    }

    fn lines(&self, lines: &[String]) -> String {
        let line_break = self.line_break();
        lines.iter().flat_map(|line| [line_break, line]).collect()
    }

    /// Where a node ends. A block of text that keeps the empty lines behind it ends after them.
    fn end(&self, node: &Node) -> usize {
        match &node.kind {
            Kind::Scalar(Scalar { style: Style::Literal | Style::Folded, text }) => {
                let kept = text.len() - text.trim_end_matches('\n').len();
                if kept < 2 {
                    return node.range.end;
                }
                let blank = &self.text[node.range.end..];
                let length = blank.len() - blank.trim_start().len();
                let up_to = &blank[..length];
                // The last line break ends the last empty line.
                node.range.end + up_to.rfind('\n').unwrap_or(0)
            }
            Kind::List(List { flow: false, items }) => items.last().map_or(node.range.end, |item| self.end(item)),
            Kind::Map(Map { flow: false, pairs }) => pairs.last().map_or(node.range.end, |pair| self.pair_end(pair)),
            _ => node.range.end,
        }
    }

    fn pair_end(&self, pair: &Pair) -> usize {
        if pair.value.kind == Kind::Empty {
            return self.colon(pair.key_range.end).map_or(pair.key_range.end, |colon| colon + 1);
        }
        self.end(&pair.value)
    }

    /// The `:` behind a key that ends here.
    fn colon(&self, key_end: usize) -> Option<usize> {
        let rest = &self.text[key_end..];
        let spaces = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        rest[spaces..].starts_with(':').then_some(key_end + spaces)
    }

    /// The `-` in front of an item of a list that is written in lines.
    fn dash(&self, node: &Node, list: &List, index: usize) -> Option<usize> {
        let Some(before) = index.checked_sub(1) else {
            return self.text[node.range.start..].starts_with('-').then_some(node.range.start);
        };
        let column = self.column(node.range.start);
        let previous = self.end(&list.items[before]).max(self.dash(node, list, before)? + 1);
        let mut line = self.next_line(self.line_end(previous));
        while line < self.text.len() {
            let at = line + column;
            let blank_before = self.text.get(line..at).is_some_and(|before| before.bytes().all(|byte| byte == b' '));
            if blank_before && self.text[at..].starts_with('-') {
                return Some(at);
            }
            line = self.next_line(self.line_end(line));
            if line == self.text.len() {
                break;
            }
        }
        None
    }

    fn column(&self, offset: usize) -> usize {
        offset - self.line_start(offset)
    }

    fn line_start(&self, offset: usize) -> usize {
        let start = self.text[..offset].rfind('\n').map_or(0, |at| at + 1);
        // The byte-order mark takes no column.
        if start == 0 && self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8().min(offset) } else { start }
    }

    /// Where the line that holds this offset ends, before its line break.
    fn line_end(&self, offset: usize) -> usize {
        let end = self.text[offset..].find('\n').map_or(self.text.len(), |at| offset + at);
        if end > offset && self.text[..end].ends_with('\r') { end - 1 } else { end }
    }

    fn line_end_before(&self, line_start: usize) -> usize {
        let before = &self.text[..line_start];
        let before = before.strip_suffix('\n').unwrap_or(before);
        before.strip_suffix('\r').unwrap_or(before).len()
    }

    /// The start of the line after the one that ends here.
    fn next_line(&self, line_end: usize) -> usize {
        let rest = &self.text[line_end..];
        if rest.starts_with("\r\n") {
            line_end + 2
        } else if rest.starts_with('\n') {
            line_end + 1
        } else {
            line_end
        }
    }

    /// The line break that the file uses.
    fn line_break(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }
}

struct Block {
    header: &'static str,
    lines: Vec<String>,
}

fn text_block(value: &Value, indent: usize) -> Option<Block> {
    let Value::Text(text) = value else { return None };
    write::block(text, indent).map(|(header, lines)| Block { header, lines })
}

/// The first of several keys that are missing, and a value that holds the others.
fn nested(steps: &[Step], value: Value) -> Option<(&str, Value)> {
    let (first, rest) = steps.split_first()?;
    let Step::Key(first) = first else { return None };
    let mut value = value;
    for step in rest.iter().rev() {
        let Step::Key(key) = step else { return None };
        value = Value::Map(vec![(key.clone(), value)]);
    }
    Some((first, value))
}
