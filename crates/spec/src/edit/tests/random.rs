//! Random edits of random files: an edit is made or refused, says what it was to say, and touches nothing else.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

/// What a file may say, before it is decided how it is written.
#[derive(Debug, Clone)]
enum Tree {
    Scalar(String),
    List(Vec<Tree>),
    Map(Vec<Tree>),
}

fn tree() -> impl Strategy<Value = Tree> {
    let scalar = prop_oneof![
        "[a-z]{1,6}",
        "-?[0-9]{1,3}( %| h)?",
        "[a-z']{1,4}[ :#,\\[\\]{}\"\\\\é字-]{1,3}[a-z]{1,4}",
        Just(String::new()),
    ];
    let leaf = scalar.prop_map(Tree::Scalar);
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(Tree::List),
            proptest::collection::vec(inner, 1..4).prop_map(Tree::Map),
        ]
    })
}

/// Writes a tree in one of the many ways that YAML has; each draw decides one thing.
struct Writer<'a> {
    draws: &'a [u8],
    next: usize,
    line_break: &'static str,
}

impl Writer<'_> {
    fn draw(&mut self, below: u8) -> u8 {
        self.next += 1;
        self.draws[self.next % self.draws.len()] % below
    }

    fn comment(&mut self) -> String {
        let comment = match self.draw(6) {
            0 => " # said: here".to_owned(),
            1 => "   #".to_owned(),
            2 => "  ".to_owned(),
            _ => String::new(),
        };
        format!("{comment}{}", self.line_break)
    }

    fn line_between(&mut self, indent: usize) -> String {
        match self.draw(8) {
            0 => self.line_break.to_owned(),
            1 => format!("{:indent$}# about what follows{}", "", self.line_break),
            _ => String::new(),
        }
    }

    fn scalar(&mut self, text: &str, flow: bool) -> String {
        let style = match self.draw(3) {
            0 => None,
            1 => Some(Style::SingleQuoted),
            _ => Some(Style::DoubleQuoted),
        };
        write::scalar(text, write::Setting { flow, style })
    }

    fn in_flow(&mut self, tree: &Tree) -> String {
        let space = [" ", "", "  "][self.draw(3) as usize];
        match tree {
            Tree::Scalar(text) => self.scalar(text, true),
            Tree::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.in_flow(item)).collect();
                format!("[{space}{}{space}]", items.join(", "))
            }
            Tree::Map(values) => {
                let pairs = values.iter().enumerate();
                let pairs: Vec<String> =
                    pairs.map(|(index, value)| format!("k{index}: {}", self.in_flow(value))).collect();
                format!("{{{space}{}{space}}}", pairs.join(&format!(",{space}")))
            }
        }
    }

    /// What stands behind a key or a `-`, up to and with the end of its last line.
    fn in_block(&mut self, tree: &Tree, indent: usize, after_dash: bool) -> String {
        match tree {
            Tree::Scalar(text) if text.is_empty() && !after_dash => self.comment(),
            Tree::Scalar(text) => match self.draw(4) {
                0 if !text.is_empty() => {
                    let (sign, end) = [("|", ""), (">-", ""), ("|+", "")][self.draw(3) as usize];
                    let line_break = self.line_break;
                    format!(" {sign}{}{:indent$}x{line_break}{:indent$}{text}{end}{line_break}", self.comment(), "", "")
                }
                _ => format!(" {}{}", self.scalar(text, false), self.comment()),
            },
            _ if self.draw(3) == 0 => format!(" {}{}", self.in_flow(tree), self.comment()),
            _ if after_dash && self.draw(2) == 0 => format!(" {}", self.lines(tree, indent).trim_start()),
            _ => format!("{}{}", self.comment(), self.lines(tree, indent)),
        }
    }

    fn lines(&mut self, tree: &Tree, indent: usize) -> String {
        let mut out = String::new();
        match tree {
            Tree::Scalar(text) => return format!("{:indent$}{}{}", "", self.scalar(text, false), self.comment()),
            Tree::List(items) => {
                for item in items {
                    let between = if out.is_empty() { String::new() } else { self.line_between(indent) };
                    let item = self.in_block(item, indent + 2, true);
                    let _ = write!(out, "{between}{:indent$}-{item}", "");
                }
            }
            Tree::Map(values) => {
                for (index, value) in values.iter().enumerate() {
                    let between = if out.is_empty() { String::new() } else { self.line_between(indent) };
                    let value = self.in_block(value, indent + 2, false);
                    let _ = write!(out, "{between}{:indent$}k{index}:{value}", "");
                }
            }
        }
        out
    }
}

/// A path to one of the values, and the nodes on the way to it, the value itself last.
fn any_place<'a>(root: &'a Node, choices: &[Index]) -> (Path, Vec<&'a Node>) {
    let mut path = Path::top();
    let mut nodes = vec![root];
    for choice in choices {
        let node = match &nodes[nodes.len() - 1].kind {
            Kind::Map(map) if !map.pairs.is_empty() => {
                let pair = choice.get(&map.pairs);
                path = path.key(&pair.key);
                &pair.value
            }
            Kind::List(list) if !list.items.is_empty() => {
                let index = choice.index(list.items.len());
                path = path.index(index);
                &list.items[index]
            }
            _ => break,
        };
        nodes.push(node);
    }
    (path, nodes)
}

fn new_value() -> impl Strategy<Value = Value> {
    let text = prop_oneof!["(?s).{0,12}", "[a-z]{1,5}(\n[a-z ]{1,5}){1,3}\n?", "-?[0-9]{1,3} (%|h)"];
    let leaf = prop_oneof![
        text.prop_map(Value::Text),
        (-1000i32..1000).prop_map(|number| Value::Number(f64::from(number) / 4.0)),
        any::<bool>().prop_map(Value::Flag),
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..3).prop_map(Value::List),
            proptest::collection::vec(inner, 0..3).prop_map(|values| {
                Value::Map(values.into_iter().enumerate().map(|(index, value)| (format!("n{index}"), value)).collect())
            }),
        ]
    })
}

/// The lines of `text` that the bytes of `range` do not touch: those before it and those after it.
fn outside<'t>(text: &'t str, range: &Range<usize>) -> (&'t str, &'t str) {
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at + 1);
    (&text[..start], &text[end..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn edits_say_what_they_are_to_say_and_touch_nothing_else(
        tree in tree(),
        draws in proptest::collection::vec(any::<u8>(), 8..40),
        windows in any::<bool>(),
        final_break in any::<bool>(),
        choices in proptest::collection::vec(any::<Index>(), 0..5),
        value in new_value(),
        kind in 0usize..4,
    ) {
        let line_break = if windows { "\r\n" } else { "\n" };
        let mut text = Writer { draws: &draws, next: 0, line_break }.lines(&tree, 0);
        if !final_break {
            text.truncate(text.trim_end().len());
        }
        let Ok(document) = read(&text) else { return Err(TestCaseError::reject("not YAML")) };
        let Some(root) = &document.root else { return Err(TestCaseError::reject("empty")) };
        let (path, nodes) = any_place(root, &choices);
        let outcome = match kind {
            0 => set(&text, &path, &value),
            1 => remove(&text, &path),
            2 => add(&text, &path, &value),
            _ => set(&text, &path.clone().key("added").key("deeper"), &value),
        };
        let changed = match outcome {
            Ok(changed) => changed,
            // A block that keeps the empty lines behind it would keep those behind its neighbour too.
            Err(EditError::NotPossible(_)) if text.contains("|+") => return Ok(()),
            Err(EditError::NotPossible(_)) => {
                return Err(TestCaseError::fail(format!("refused: {value:?} at {path} in\n{text}")));
            }
            Err(_) => return Ok(()),
        };
        // A collection that loses its only value is written anew, behind the key that it stands under.
        let around = nodes[nodes.len().saturating_sub(3)];
        let (before, after) = outside(&text, &around.range);
        prop_assert!(changed.starts_with(before), "{}\n---\n{}", text, changed);
        prop_assert!(changed.ends_with(after), "{:?}\n---\n{:?}", text, changed);
        // No comment is lost that does not stand inside of what was replaced.
        let single = matches!(nodes[nodes.len() - 1].kind, Kind::Scalar(_) | Kind::Empty);
        if kind > 1 || (kind == 0 && single) {
            let comments = |text: &str| text.matches("# said").count() + text.matches("# about").count() + text.matches("   #").count();
            prop_assert!(comments(&text) <= comments(&changed), "{}\n---\n{}", text, changed);
        }
    }
}
